import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run } from './run.ts';

/** A file in the repository that a program of ours writes to its standard output. */
export interface GeneratedFile {
  readonly path: string;
  /** The program with its arguments, run from the repository's folder after the build. */
  readonly command: readonly [string, ...string[]];
}

/** Every generated file that is committed. */
export const generatedFiles: readonly GeneratedFile[] = [
  { path: 'docs/reference/openapi.json', command: ['node', 'apps/server/dist/openapi.js'] },
  { path: 'docs/reference/asyncapi.json', command: ['node', 'apps/server/dist/asyncapi.js'] },
  { path: 'docs/reference/permissions.md', command: ['node', 'apps/server/dist/permissions.js'] },
  { path: 'docs/reference/cli.md', command: ['node', 'apps/cli/dist/reference.js'] },
  // After the document they are made of.
  ...['schemas', 'operations', 'groups', 'routes', 'problems', 'messages'].map(
    (name): GeneratedFile => ({
      path: `packages/sdk/src/generated/${name}.ts`,
      command: ['node', 'scripts/dist/sdk/main.js', name],
    }),
  ),
];

/** What is wrong with the committed files: which differ from what their programs write now, and which programs fail. */
export const staleFiles = async (files: readonly GeneratedFile[]): Promise<readonly string[]> => {
  const problems: string[] = [];
  for (const file of files) {
    const fresh = await generate(file);
    if ('failure' in fresh) problems.push(fresh.failure);
    else if (fresh.text !== (await textOf(file.path)))
      problems.push(`${file.path} is not what ${file.command.join(' ')} writes; run npm run generate`);
  }
  return problems;
};

/** Writes every file anew. @throws when a program fails */
export const writeFiles = async (files: readonly GeneratedFile[]): Promise<void> => {
  for (const file of files) {
    const fresh = await generate(file);
    if ('failure' in fresh) throw new Error(fresh.failure);
    await writeFile(join(root, file.path), fresh.text);
  }
};

const generate = async ({
  path,
  command: [program, ...args],
}: GeneratedFile): Promise<{ readonly text: string } | { readonly failure: string }> => {
  const { isOk, output, stdout } = await run(program, args);
  return isOk && stdout !== '' ? { text: stdout } : { failure: `${path} could not be generated:\n${output}` };
};

const textOf = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(join(root, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};
