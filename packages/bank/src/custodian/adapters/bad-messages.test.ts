import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIsoBank } from '@finaegis/provider-doubles/iso20022/iso-bank';
import { describe, expect, it } from 'vitest';
import { callsAlone } from './fixtures/provider-calls.ts';
import { isoConnector } from './iso-connector.ts';
import { openFolderTransport } from './iso-folder-transport.ts';
import { isoHttpOperations, isoHttpTransport } from './iso-http-transport.ts';
import type { IsoTransport } from './iso-transport.ts';
import { memoryRecords } from './memory-records.ts';

const now = (): number => Date.parse('2026-03-02T12:00:00.000Z');
const abort = AbortSignal.timeout(60_000);

/** A way messages come in, with a hand that puts one there, and how many still lie there. */
interface WayIn {
  readonly transport: IsoTransport;
  put(text: string): Promise<void>;
  waiting(): Promise<number>;
  close(): Promise<void>;
}

const overFolder = async (): Promise<WayIn> => {
  const path = await mkdtemp(join(tmpdir(), 'finaegis-bad-'));
  const inbox = join(path, 'inbox');
  await mkdir(inbox);
  return {
    transport: await openFolderTransport(path),
    put: (text) => writeFile(join(inbox, 'message.xml'), text),
    waiting: async () => (await readdir(inbox)).length,
    close: () => rm(path, { recursive: true }),
  };
};
const overHttp = async (): Promise<WayIn> => {
  const proof = { kind: 'bearer', token: 'iso' } as const;
  const bank = await startIsoBank({ accounts: [], proof, now, latencyMs: 0 });
  const calls = callsAlone('iso-http', isoHttpOperations, 10_000);
  return {
    transport: isoHttpTransport({ url: bank.url, auth: proof, now, calls }),
    put: async (text) => bank.offer(text),
    waiting: async () => bank.waiting(),
    close: () => bank.close(),
  };
};

const statement = 'xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"';
const bomb = `<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">${'bcdefghij'
  .split('')
  .map((name, index) => `<!ENTITY ${name} "${`&${'abcdefghi'[index]};`.repeat(10)}">`)
  .join('')}]>`;
const deep = 200_000;

describe.each([
  ['a folder', overFolder],
  ['HTTP', overHttp],
] as const)('over %s a message with', (_, open) => {
  it.each<[string, string]>([
    [
      'an entity bomb',
      `<?xml version="1.0"?>${bomb}<Document ${statement}><BkToCstmrStmt>&j;</BkToCstmrStmt></Document>`,
    ],
    [
      'an entity that is a file',
      `<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]><Document ${statement}>&f;</Document>`,
    ],
    ['parts in parts without end', `<Document ${statement}>${'<a>'.repeat(deep)}${'</a>'.repeat(deep)}</Document>`],
    ['an attribute of megabytes', `<Document ${statement} x="${'y'.repeat(8_000_000)}"><BkToCstmrStmt/></Document>`],
    [
      'attributes by the thousand',
      `<Document ${statement} ${Array.from({ length: 50_000 }, (__, at) => `x${at}="y"`).join(' ')}/>`,
    ],
  ])('%s is kept as rejected with the reason, soon, and nothing of it counts', async (__, text) => {
    const { transport, put, waiting, close } = await open();
    const records = memoryRecords();
    const connector = isoConnector({ transport, records, initiator: 'Main', bic: 'COBADEFFXXX', assets: ['EUR'], now });
    await put(text);
    const began = performance.now();
    expect(await connector.balances(abort)).toEqual([]);
    // Minutes are what an expanded bomb takes, if the process lives so long.
    expect(performance.now() - began).toBeLessThan(10_000);
    const [reason = ''] = (await records.list('rejected')).filter((name) => name.endsWith('.reason.json'));
    expect(JSON.parse(String(await records.read('rejected', reason)))).toMatchObject({
      code: expect.stringMatching(/^(xml|schema|message)_/) as unknown,
    });
    for (const room of ['processed', 'statements', 'notifications', 'balances', 'returns'] as const)
      expect(await records.list(room)).toEqual([]);
    expect(await waiting()).toBe(0);
    await close();
  });
});
