import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
const consumer = join(import.meta.dirname, 'fixtures/consumer/main.ts');

let folder: string;
let bank: TestBank;
let api: TestApi;

/** Packs what `npm publish` would send and unpacks it as `npm install` would; no registry is asked. */
const install = async (packed: string): Promise<string> => {
  const { stdout } = await run('npm', ['pack', '--json', '--offline', '--pack-destination', folder], {
    cwd: join(root, packed),
  });
  const [{ filename, name }] = JSON.parse(stdout) as [{ filename: string; name: string }];
  const to = join(folder, 'node_modules', name);
  await mkdir(to, { recursive: true });
  await run('tar', [
    '-xzf',
    join(folder, filename.replace('@', '').replace('/', '-')),
    '-C',
    to,
    '--strip-components=1',
  ]);
  return to;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'finaegis-consumer-'));
  for (const packed of ['packages/kernel', 'packages/sdk']) await install(packed);
  for (const name of ['@noble/curves', '@noble/hashes'])
    await cp(join(root, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module', private: true }));
  await cp(consumer, join(folder, 'main.ts'));
  bank = await startTestBank();
  api = await bank.serve();
});

afterAll(async () => {
  await api.close();
  await bank.close();
  await rm(folder, { recursive: true, force: true });
});

/** What the compiler says of the consumer; nothing is skipped, the declarations of the package are read as well. */
const compile = async (options: object): Promise<string> => {
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    outDir: 'out',
    ...options,
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
  try {
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { cwd: root });
    return '';
  } catch (error) {
    // What the declarations of Node say against each other is not ours.
    const said = (error as { stdout: string }).stdout.split(/\n(?! )/);
    return said.filter((each) => !each.startsWith('node_modules/@types/node/')).join('\n');
  }
};

describe('what is published', () => {
  it('has no source, no test and no map in it, and needs nothing that is not declared', async () => {
    const files = (await readdir(join(folder, 'node_modules/@finaegis/sdk'), { recursive: true })).toSorted();
    expect(files.filter((path) => /\.map$|test|fixtures|tsbuildinfo|^src/.test(path))).toEqual([]);
    const used = new Set<string>();
    for (const path of files.filter((each) => /\.(js|d\.ts)$/.test(each))) {
      const text = await readFile(join(folder, 'node_modules/@finaegis/sdk', path), 'utf8');
      for (const [, from = ''] of text.matchAll(/from '([^'.][^']*)'/g))
        used.add(from.split('/').slice(0, 2).join('/'));
      expect(text, path).not.toMatch(/["']node:/);
    }
    const { dependencies } = JSON.parse(
      await readFile(join(folder, 'node_modules/@finaegis/sdk/package.json'), 'utf8'),
    ) as { readonly dependencies: Readonly<Record<string, string>> };
    expect([...used].toSorted()).toEqual(Object.keys(dependencies).toSorted());
  });

  it('compiles in a project of somebody who writes for browsers', async () => {
    expect(await compile({ lib: ['es2023', 'dom', 'dom.iterable'], types: [] })).toBe('');
  });

  it('compiles in a project for Node that knows no DOM, and by the rules of bundlers', async () => {
    const node = { lib: ['es2023'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] };
    expect(await compile(node)).toBe('');
    expect(await compile({ ...node, module: 'esnext', moduleResolution: 'bundler' })).toBe('');
  });

  it('is told apart from what does not compile', async () => {
    const text = await readFile(join(folder, 'main.ts'), 'utf8');
    await writeFile(join(folder, 'main.ts'), text.replaceAll(/ *\/\/ @ts-expect-error.*\n/g, ''));
    const said = await compile({ lib: ['es2023', 'dom', 'dom.iterable'], types: [], noEmit: true });
    expect(said.match(/error TS/g)?.length).toBe(text.match(/@ts-expect-error/g)?.length);
    await writeFile(join(folder, 'main.ts'), text);
  });

  it('runs in plain Node against the bank', async () => {
    expect(await compile({ lib: ['es2023', 'dom', 'dom.iterable'], types: [] })).toBe('');
    const { stdout } = await run(process.execPath, [join(folder, 'out/main.js')], {
      cwd: folder,
      env: { BANK_URL: api.url, BANK_KEY: api.authorization.replace('Bearer ', ''), TENANT: bank.tenantId },
      timeout: 60_000,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      posted: 'posted',
      isReplayed: true,
      refusals: [`too little: ${JSON.stringify({ amount: '0.00', asset: 'EUR' })}`],
      kinds: ['transfer debit', 'transfer debit', 'deposit credit'],
      told: expect.arrayContaining(['ledger.journal.posted']) as unknown,
      audit: false,
    });
  });
});
