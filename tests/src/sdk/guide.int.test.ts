import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { forNode, type Installed, installPacked } from './installed.ts';

// What the documents tell people to type is typed, in a folder of somebody else.
let installed: Installed;
let bank: TestBank;
let api: TestApi;

beforeAll(async () => {
  installed = await installPacked();
  bank = await startTestBank();
  api = await bank.serve();
});

afterAll(async () => {
  await api.close();
  await bank.close();
  await installed.remove();
});

/** The program of a document: its blocks one after the other, without those that begin with the name of a file of their own. */
const programOf = async (
  path: string,
): Promise<{ readonly main: string; readonly files: ReadonlyMap<string, string> }> => {
  const text = await readFile(join(import.meta.dirname, '../../..', path), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = '']) => block);
  const files = new Map<string, string>();
  const main = blocks.filter((block) => {
    const [, name] = /^\/\/ (\S+\.ts)\n/.exec(block) ?? [];
    if (name !== undefined) files.set(name, block);
    return name === undefined;
  });
  return { main: main.join('\n').replaceAll('http://127.0.0.1:3000', api.url), files };
};

const env = () => ({
  BANK_KEY: api.authorization.replace('Bearer ', ''),
  TENANT: bank.tenantId,
});

it('the guide compiles, and runs to its end', async () => {
  const { main, files } = await programOf('docs/guides/use-the-sdk.md');
  expect([...files.keys()]).toEqual(['receiver.ts']);
  for (const [name, text] of [['guide.ts', main] as const, ...files])
    await writeFile(join(installed.folder, name), text);
  expect(await installed.compile(['guide.ts', 'receiver.ts'], forNode)).toBe('');
  const printed = await installed.run('guide.js', env());
  expect(printed).toMatch(/^[0-9a-f-]{36} posted\n/);
  expect(printed).toContain("There is only { amount: '100.00', asset: 'EUR' }\n");
  expect(printed).toContain('2 postings, if it were done.\n');
  expect(printed).toMatch(/transfer debit 50\.00\ntransfer debit 50\.00\ndeposit credit 200\.00\n/);
  expect(printed).toMatch(/Heard of [0-9a-f-]{36}\n/);
  expect(printed).toContain('there is no statement.');
});

it('the README of the package does so, too', async () => {
  await bank.openCustomer({ amountMinor: 1n });
  await bank.openCustomer();
  await bank.settle();
  const { main } = await programOf('packages/sdk/README.md');
  await writeFile(join(installed.folder, 'readme.ts'), main);
  expect(await installed.compile(['readme.ts'], forNode)).toBe('');
  expect(await installed.run('readme.js', env())).toContain("{ amount: '0.00', asset: 'EUR' }");
});
