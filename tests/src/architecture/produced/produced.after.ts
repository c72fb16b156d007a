import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { declaredEvents, declaredRefusals } from '../catalogue.ts';
import { unprovedAllowed } from '../ratchet.ts';
import { readText, sourceFiles } from '../repository.ts';
import { parse } from '../syntax.ts';
import { notesFolder } from './note-decisions.ts';

// Run by `npm run check` when all tests have run, on what they noted.
const decided = (folder: string): ReadonlySet<string> =>
  new Set(readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as string[]));

test('every event and every refusal of the bank was produced by a test', () => {
  if (notesFolder === undefined) throw new Error('FINAEGIS_NOTE_DECISIONS must name the folder of the notes.');
  const sources = sourceFiles()
    .filter((path) => path.startsWith('packages/bank/src/') && path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => parse(readText(path)));
  const declared = [...new Set(sources.flatMap((each) => [...declaredEvents(each), ...declaredRefusals(each)]))];
  const seen = decided(notesFolder);
  expect(declared.length).toBeGreaterThan(300);
  expect(declared.filter((name) => !seen.has(name)).toSorted()).toEqual(Object.keys(unprovedAllowed).toSorted());
});
