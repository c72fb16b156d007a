import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');

/** A project of somebody else that has the packed package and nothing of this repository. */
export interface Installed {
  readonly folder: string;
  /**
   * What the compiler says of these files of the folder; nothing is skipped, the declarations of the package are read as well.
   * @param options of the compiler, besides being as strict as it can be
   */
  compile(files: readonly string[], options: object): Promise<string>;
  /** Runs a compiled file in plain Node; gives back what it prints. @throws when it fails */
  run(file: string, env: Readonly<Record<string, string>>): Promise<string>;
  remove(): Promise<void>;
}

/** Compiler options of those who write for Node and know no DOM. */
export const forNode = { lib: ['es2023'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] };
/** Compiler options of those who write for browsers. */
export const forBrowsers = { lib: ['es2023', 'dom', 'dom.iterable'], types: [] };

/** Packs what `npm publish` would send and unpacks it as `npm install` would; no registry is asked. */
export const installPacked = async (): Promise<Installed> => {
  const folder = await mkdtemp(join(tmpdir(), 'finaegis-consumer-'));
  for (const packed of ['packages/kernel', 'packages/sdk']) await unpack(folder, packed);
  for (const name of ['@noble/curves', '@noble/hashes'])
    await cp(join(root, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module', private: true }));
  return {
    folder,
    compile: (files, options) => compile(folder, files, options),
    run: async (file, env) => {
      const { stdout } = await run(process.execPath, [join(folder, 'out', file)], {
        cwd: folder,
        env,
        timeout: 60_000,
      });
      return stdout;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};

const unpack = async (folder: string, packed: string): Promise<void> => {
  const { stdout } = await run('npm', ['pack', '--json', '--offline', '--pack-destination', folder], {
    cwd: join(root, packed),
  });
  const [{ filename, name }] = JSON.parse(stdout) as [{ filename: string; name: string }];
  const to = join(folder, 'node_modules', name);
  await mkdir(to, { recursive: true });
  const archive = join(folder, filename.replace('@', '').replace('/', '-'));
  await run('tar', ['-xzf', archive, '-C', to, '--strip-components=1']);
};

const compile = async (folder: string, files: readonly string[], options: object): Promise<string> => {
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    skipLibCheck: false,
    outDir: 'out',
    ...options,
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  try {
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { cwd: root });
    return '';
  } catch (error) {
    // What the declarations of Node say against each other is not ours.
    const said = (error as { stdout: string }).stdout.split(/\n(?! )/);
    return said.filter((each) => !each.startsWith('node_modules/@types/node/')).join('\n');
  }
};
