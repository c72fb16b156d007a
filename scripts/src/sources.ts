import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { root } from './run.ts';

// Built, downloaded, or wrong on purpose.
const foreign = new Set(['node_modules', 'dist', 'fixtures']);

/** How many TypeScript files lie below these folders of the repository. */
export const countSources = async (folders: readonly string[]): Promise<number> => {
  const counts = await Promise.all(
    folders.map(async (folder) => (await readdir(join(root, folder), { recursive: true })).filter(isSource).length),
  );
  return counts.reduce((sum, count) => sum + count, 0);
};

const isSource = (path: string): boolean =>
  /\.tsx?$/.test(path) && !path.endsWith('.d.ts') && !path.split(sep).some((folder) => foreign.has(folder));
