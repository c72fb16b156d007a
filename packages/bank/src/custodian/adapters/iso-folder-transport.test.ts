import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BankEntry, BankStatement } from '../../iso20022/bank-statement.ts';
import { writeBankStatements } from '../../iso20022/write-bank-statements.ts';
import type { BankOrder, CustodianConnector } from '../connector.ts';
import { connectorContract, firstNoonMs, ibans, latencyMs, payeeName } from './fixtures/connector-contract.ts';
import { createFolderBank, type FolderBank } from './fixtures/folder-bank.ts';
import { openFolderRecords } from './folder-records.ts';
import { isoConnector } from './iso-connector.ts';
import { openFolderTransport } from './iso-folder-transport.ts';
import { createMemoryBank } from './memory-bank.ts';

/** A bank across a folder of its own. */
const open = async () => {
  const path = await mkdtemp(join(tmpdir(), 'finaegis-iso-folder-'));
  let nowMs = firstNoonMs;
  const now = (): number => nowMs;
  const memory = createMemoryBank({
    accounts: [{ iban: ibans.own, asset: 'EUR', openingMinor: 100_000n }],
    now,
    latencyMs,
    closedIbans: [ibans.closed],
    returningIbans: [ibans.returning],
  });
  const transport = await openFolderTransport(path);
  const records = await openFolderRecords(path);
  const bank = createFolderBank(path, memory, now);
  const connect = (): CustodianConnector =>
    isoConnector({ transport, records, initiator: 'Main Bank', bic: 'COBADEFFXXX', assets: ['EUR'], now });
  const advance = async (ms: number): Promise<void> => {
    await bank.work();
    nowMs += ms;
    await bank.work();
  };
  return { path, bank, connect, advance, close: () => rm(path, { recursive: true }) };
};

connectorContract('a bank across a folder', async () => {
  const { connect, advance, close } = await open();
  return { connector: connect(), advance, close };
});

describe('files exchanged with a bank', () => {
  let at: Awaited<ReturnType<typeof open>>;
  let bank: FolderBank;
  const abort = AbortSignal.timeout(30_000);
  beforeEach(async () => {
    at = await open();
    ({ bank } = at);
  });
  afterEach(() => at.close());
  const room = (name: string): Promise<string[]> => readdir(join(at.path, name));
  const key = '00000000-0000-4000-8000-000000000001';
  const order: BankOrder = {
    key,
    rail: 'sepa',
    asset: 'EUR',
    amountMinor: 10_000n,
    decimals: 2,
    reference: 'R1',
    endToEndId: 'E1',
    debtor: { iban: ibans.own },
    creditor: { name: payeeName, iban: ibans.elsewhere },
    executionDate: '2026-03-02',
  };

  it('are put out once, also by a process that comes after a crash between two of its steps', async () => {
    await at.connect().submit(order, abort);
    const [file] = await room('outbox');
    const text = await readFile(join(at.path, 'outbox', String(file)), 'utf8');
    await rm(join(at.path, 'outbox', String(file)));
    await rm(join(at.path, 'sent', String(file).replace('.xml', '.delivered')));
    expect(await at.connect().find(key, abort)).toMatchObject({ kind: 'pending' });
    expect(await readFile(join(at.path, 'outbox', String(file)), 'utf8')).toBe(text);
    await rm(join(at.path, 'outbox', String(file)));
    await at.connect().submit(order, abort);
    expect(await room('outbox')).toEqual([]);
  });

  it('that say nothing new are taken and forgotten: the same bytes under another name', async () => {
    await at.connect().submit(order, abort);
    await at.advance(latencyMs);
    await at.connect().find(key, abort);
    const processed = await room('processed');
    const again = await readFile(join(at.path, 'processed', String(processed[0])), 'utf8');
    await bank.leave('again.xml', again);
    await at.connect().find(key, abort);
    expect(await room('processed')).toEqual(processed);
    expect(await room('inbox')).toEqual([]);
  });

  it('that are wrong are rejected with the reason, and what is right beside them is taken', async () => {
    await at.connect().submit(order, abort);
    const namespace = 'urn:iso:std:iso:20022:tech:xsd';
    const bomb = '<!DOCTYPE x [<!ENTITY a "b">]>';
    await bank.leave('1-not-xml.xml', 'hello');
    await bank.leave('2-bomb.xml', `${bomb}<Document xmlns="${namespace}:camt.053.001.08">&a;</Document>`);
    await bank.leave('3-wrong.xml', `<Document xmlns="${namespace}:camt.053.001.08"><Stmt/></Document>`);
    await bank.leave('4-other.xml', `<Document xmlns="${namespace}:pacs.008.001.08"/>`);
    await at.advance(latencyMs);
    expect(await at.connect().find(key, abort)).toMatchObject({ kind: 'settled' });
    const names = (await room('rejected')).filter((one) => one.endsWith('.reason.json'));
    const reasons = await Promise.all(
      names.map(async (one) => {
        const text = await readFile(join(at.path, 'rejected', one), 'utf8');
        const { file, code } = JSON.parse(text) as { readonly file: string; readonly code: string };
        return `${file} ${code}`;
      }),
    );
    expect(reasons.toSorted()).toEqual([
      '1-not-xml.xml message_not_expected',
      '2-bomb.xml xml_has_doctype',
      '3-wrong.xml schema_violated',
      '4-other.xml message_not_expected',
    ]);
    expect(await room('inbox')).toEqual([]);
  });

  it('that tell of an entry before its statement and in it name the same entry, also where the bank gives it no reference', async () => {
    const date = '2026-03-02';
    const amount = { amount: '12.00', currency: 'EUR' };
    const entry: BankEntry = {
      amount,
      side: 'CRDT',
      isReversal: false,
      status: 'BOOK',
      bookingDate: date,
      bankTransactionCode: { domain: 'PMNT', family: 'RCDT', subFamily: 'ESCT' },
      charges: [],
      details: [
        {
          side: 'CRDT',
          amount,
          charges: [],
          endToEndId: 'RENT',
          counterparty: { name: payeeName, account: { iban: ibans.elsewhere } },
          remittance: { unstructured: ['for March'] },
        },
      ],
    };
    const named = { ...entry, accountServicerReference: 'B-7' };
    const message = (kind: BankStatement['kind'], entries: readonly BankEntry[]): string =>
      writeBankStatements([
        {
          kind,
          messageId: kind,
          id: kind,
          createdAt: `${date}T18:00:00Z`,
          account: { iban: ibans.own },
          currency: 'EUR',
          balances: kind === 'statement' ? [{ type: 'CLBD', amount, side: 'CRDT', date }] : [],
          entries,
        },
      ]).xml;
    // Two of one payer on one day that look alike are two, of which the notification knows one.
    await bank.leave('camt054.xml', message('notification', [named, entry]));
    const connector = at.connect();
    const [notified] = await connector.notifications(date, abort);
    expect(await connector.statements(date, abort)).toEqual([]);
    await bank.leave('camt053.xml', message('statement', [entry, named, entry]));
    const [stated] = await connector.statements(date, abort);
    const ids = (statement: typeof stated): readonly string[] =>
      (statement?.entries ?? []).map(({ entryId }) => entryId);
    expect(ids(notified)).toEqual(['B-7', expect.stringMatching(/^N[0-9A-Z]{25}$/)]);
    expect(ids(stated)).toEqual([ids(notified)[1], 'B-7', expect.stringMatching(/^N[0-9A-Z]{25}$/)]);
    expect(new Set(ids(stated)).size).toBe(3);
    expect(stated?.entries[0]).toMatchObject({
      endToEndId: 'RENT',
      isReturn: false,
      counterparty: { name: 'Zofie Novakova', iban: ibans.elsewhere },
      remittance: 'for March',
    });
    expect(await connector.notifications(date, abort)).toEqual([notified]);
  });

  it('that say by which entry a payment came back say so when they are asked', async () => {
    const back = { ...order, creditor: { name: payeeName, iban: ibans.returning } };
    await at.connect().submit(back, abort);
    await at.advance(latencyMs);
    const found = await at.connect().find(key, abort);
    expect(found).toMatchObject({ kind: 'returned', entryReference: expect.stringMatching(/^M/) as unknown });
  });

  it('that are still being copied are left alone', async () => {
    await bank.leave('whole.xml.part', 'half a fi');
    await at.connect().balances(abort);
    expect(await room('inbox')).toEqual(['whole.xml.part']);
  });

  it('that a bank could not read are not written: the order is declined, and nothing lies in the outbox', async () => {
    const unfit = { ...order, debtor: { iban: 'DE00' } };
    expect(await at.connect().submit(unfit, abort)).toMatchObject({ kind: 'declined' });
    expect(await room('outbox')).toEqual([]);
    expect(await at.connect().find(key, abort)).toEqual({ kind: 'absent' });
  });
});
