import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { declaredEvents, declaredRefusals, textsOf } from '../catalogue.ts';
import { refusedOtherwise } from '../ratchet.ts';
import { readText, sourceFiles } from '../repository.ts';
import { parse } from '../syntax.ts';
import { notesFolder } from './note-decisions.ts';

// Run by `npm run check` when all tests have run, on what they noted.
const decided = (folder: string): ReadonlySet<string> =>
  new Set(readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as string[]));

test('every event and every refusal of the bank was produced by a test', () => {
  if (notesFolder === undefined) throw new Error('FINAEGIS_NOTE_DECISIONS must name the folder of the notes.');
  const parsed = (paths: readonly string[]) => paths.map((path) => parse(readText(path)));
  const isTest = (path: string): boolean => path.endsWith('.test.ts');
  const sources = parsed(
    sourceFiles().filter((path) => path.startsWith('packages/bank/src/') && path.endsWith('.ts') && !isTest(path)),
  );
  const declared = [...new Set(sources.flatMap((each) => [...declaredEvents(each), ...declaredRefusals(each)]))];
  const seen = decided(notesFolder);
  expect(declared.length).toBeGreaterThan(300);
  const others = new Set<string>(refusedOtherwise);
  expect(declared.filter((name) => !seen.has(name) && !others.has(name))).toEqual([]);
  // Of the few that pass through neither, a test at least says the name.
  const spoken = new Set(parsed(sourceFiles().filter(isTest)).flatMap((each) => [...textsOf(each)]));
  expect(refusedOtherwise.filter((name) => !spoken.has(name))).toEqual([]);
});
