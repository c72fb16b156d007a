import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository, found from this file in src/ as well as from its build in dist/. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** The folders that hold what we wrote; everything else at the root is configuration, prose or data. */
export const codeFolders = ['packages', 'apps', 'tests', 'benchmarks', 'examples', 'scripts'] as const;

// Built, downloaded, or wrong on purpose.
const foreign = new Set(['node_modules', 'dist', 'fixtures', 'golden', 'data', '.finaegis']);

/** Every file below a folder of the repository, as paths from its root with forward slashes, sorted. Absent folders are empty. */
export const filesBelow = (folder: string): readonly string[] => {
  const found: string[] = [];
  const walk = (path: string): void => {
    for (const entry of entriesOf(path)) {
      if (foreign.has(entry.name)) continue;
      const below = join(path, entry.name);
      if (entry.isDirectory()) walk(below);
      else found.push(relative(root, below).split(sep).join('/'));
    }
  };
  walk(join(root, folder));
  return found.toSorted();
};

const entriesOf = (path: string) => {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

/** Every TypeScript file we wrote, tests included. */
export const sourceFiles = (): readonly string[] =>
  codeFolders.flatMap(filesBelow).filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'));

/** The text of a file named from the root. */
export const readText = (path: string): string => readFileSync(join(root, path), 'utf8');
