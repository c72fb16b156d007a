import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { notesFolder } from './note-decisions.ts';

const decided = (): ReadonlySet<unknown> =>
  (globalThis as { readonly finaegisDecided?: ReadonlySet<unknown> }).finaegisDecided ?? new Set();

// After each file, since nobody knows which is a worker's last.
afterAll(() => {
  if (notesFolder === undefined) return;
  const names = [...decided()].filter((name) => typeof name === 'string');
  writeFileSync(join(notesFolder, `${process.pid}.json`), JSON.stringify(names));
});
