import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forBrowsers, forNode, type Installed, installPacked } from './installed.ts';

let installed: Installed;
let published: string;
let bank: TestBank;
let api: TestApi;

beforeAll(async () => {
  installed = await installPacked();
  published = join(installed.folder, 'node_modules/@finaegis/sdk');
  await cp(join(import.meta.dirname, 'fixtures/consumer/main.ts'), join(installed.folder, 'main.ts'));
  bank = await startTestBank();
  api = await bank.serve();
});

afterAll(async () => {
  await api.close();
  await bank.close();
  await installed.remove();
});

describe('what is published', () => {
  it('has no source, no test and no map in it, and needs nothing that is not declared', async () => {
    const files = (await readdir(published, { recursive: true })).toSorted();
    expect(files.filter((path) => /\.map$|test|fixtures|tsbuildinfo|^src/.test(path))).toEqual([]);
    const used = new Set<string>();
    for (const path of files.filter((each) => /\.(js|d\.ts)$/.test(each))) {
      const text = await readFile(join(published, path), 'utf8');
      for (const [, from = ''] of text.matchAll(/from '([^'.][^']*)'/g))
        used.add(from.split('/').slice(0, 2).join('/'));
      expect(text, path).not.toMatch(/["']node:/);
    }
    const { dependencies } = JSON.parse(await readFile(join(published, 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    expect([...used].toSorted()).toEqual(Object.keys(dependencies).toSorted());
  });

  it('compiles in a project for Node that knows no DOM, and by the rules of bundlers', async () => {
    expect(await installed.compile(['main.ts'], forNode)).toBe('');
    expect(await installed.compile(['main.ts'], { ...forNode, module: 'esnext', moduleResolution: 'bundler' })).toBe(
      '',
    );
  });

  it('is told apart from what does not compile', async () => {
    const text = await readFile(join(installed.folder, 'main.ts'), 'utf8');
    await writeFile(join(installed.folder, 'wrong.ts'), text.replaceAll(/ *\/\/ @ts-expect-error.*\n/g, ''));
    const said = await installed.compile(['wrong.ts'], { ...forBrowsers, noEmit: true });
    expect(said.match(/error TS/g)?.length).toBe(text.match(/@ts-expect-error/g)?.length);
  });

  it('compiles in a project for browsers, and runs in plain Node against the bank', async () => {
    expect(await installed.compile(['main.ts'], forBrowsers)).toBe('');
    const printed = await installed.run('main.js', {
      BANK_URL: api.url,
      BANK_KEY: api.authorization.replace('Bearer ', ''),
      TENANT: bank.tenantId,
    });
    expect(JSON.parse(printed)).toMatchObject({
      posted: 'posted',
      isReplayed: true,
      refusals: [`too little: ${JSON.stringify({ amount: '0.00', asset: 'EUR' })}`],
      kinds: ['transfer debit', 'transfer debit', 'deposit credit'],
      told: expect.arrayContaining(['ledger.journal.posted']) as unknown,
      audit: false,
    });
  });
});
