import { createPool } from '@finaegis/platform/database/pool';
import { provision } from '@finaegis/platform/tenancy/provision';
import { startIsoBank } from '@finaegis/provider-doubles/iso20022/iso-bank';
import { type FreshDatabase, freshDatabase } from '@finaegis/testing/database/fresh-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorContract, firstNoonMs, ibans, latencyMs, payeeName } from './fixtures/connector-contract.ts';
import { callsAlone } from './fixtures/provider-calls.ts';
import { recordsContract } from './fixtures/records-contract.ts';
import { isoConnector } from './iso-connector.ts';
import { isoHttpOperations, isoHttpTransport } from './iso-http-transport.ts';
import { postgresRecords } from './postgres-records.ts';

type Pool = ReturnType<typeof createPool>;

let database: FreshDatabase;
/** As two processes have them. */
let pools: readonly [Pool, Pool];
let read: Pool;
beforeAll(async () => {
  database = await freshDatabase();
  const { write, read: reading } = await provision(database.adminConnection, { modules: [] });
  pools = [
    createPool(write, { applicationName: 'one', max: 3 }),
    createPool(write, { applicationName: 'two', max: 3 }),
  ];
  read = createPool(reading, { applicationName: 'reader', max: 1 });
});
afterAll(async () => {
  await Promise.all([...pools, read].map((pool) => pool.end()));
  await database.drop();
});

recordsContract('in PostgreSQL', async () => ({
  records: postgresRecords(pools[0], 'contract'),
  elsewhere: postgresRecords(pools[1], 'contract'),
  close: async () => undefined,
}));

let made = 0;
/** A bank with a message service, and two processes of ours that reach it by one connection. */
const open = async (latency = latencyMs) => {
  const time = { nowMs: firstNoonMs };
  const now = (): number => time.nowMs;
  const proof = { kind: 'bearer', token: 'iso-token' } as const;
  const bank = await startIsoBank({
    accounts: [{ iban: ibans.own, asset: 'EUR', owner: 'Main Bank', openingMinor: 100_000n }],
    proof,
    now,
    latencyMs: latency,
    closedIbans: [ibans.closed],
    returningIbans: [ibans.returning],
  });
  const connection = `bank-${(made += 1)}`;
  const process = (pool: Pool) =>
    isoConnector({
      transport: isoHttpTransport({
        url: bank.url,
        auth: proof,
        now,
        calls: callsAlone('iso-http', isoHttpOperations, 5_000),
      }),
      records: postgresRecords(pool, connection),
      initiator: 'Main Bank',
      bic: 'COBADEFFXXX',
      assets: ['EUR'],
      now,
    });
  return { bank, time, one: process(pools[0]), two: process(pools[1]) };
};

connectorContract('a bank whose messages are kept in PostgreSQL', async () => {
  const { bank, time, one } = await open();
  return {
    connector: one,
    advance: async (ms) => {
      time.nowMs += ms;
      bank.book.settleDue();
    },
    close: () => bank.close(),
  };
});

describe('records in PostgreSQL', () => {
  const abort = AbortSignal.timeout(60_000);
  const order = {
    key: '00000000-0000-4000-8000-000000000001',
    rail: 'sepa',
    asset: 'EUR',
    amountMinor: 100n,
    decimals: 2,
    reference: 'R1',
    endToEndId: 'E1',
    debtor: { iban: ibans.own },
    creditor: { name: payeeName, iban: ibans.elsewhere },
    executionDate: '2026-03-02',
  } as const;

  it('have an order of one process found by another, which took in what the bank said of it', async () => {
    const { bank, one, two } = await open(0);
    expect(await one.submit(order, abort)).toMatchObject({ kind: 'pending' });
    expect(await two.find(order.key, abort)).toMatchObject({ kind: 'settled' });
    expect(bank.waiting()).toBe(0);
    // The bank offers it no more, and the first one knows all the same.
    expect(await one.find(order.key, abort)).toMatchObject({ kind: 'settled' });
    expect((await one.balances(abort))[0]?.amountMinor).toBe(99_900n);
    await bank.close();
  });

  it('have an order that two processes send at once paid once, by the same bytes', async () => {
    const { bank, one, two } = await open(0);
    await Promise.all([one, two, one, two].map((process) => process.submit(order, abort)));
    await one.find(order.key, abort);
    expect((await two.balances(abort))[0]?.amountMinor).toBe(99_900n);
    await bank.close();
  });

  it('are replaced one after the other, however many would at once', async () => {
    const both = pools.map((pool) => postgresRecords(pool, 'crowd'));
    const grow = (known: Buffer | undefined): string => `${known?.toString() ?? ''}x`;
    await Promise.all(Array.from({ length: 40 }, (_, index) => both[index % 2]?.replace('status', 'M1.json', grow)));
    expect((await both[0]?.read('status', 'M1.json'))?.toString()).toHaveLength(40);
  });

  it('are another connection’s to nobody, and nothing for who only reads', async () => {
    await postgresRecords(pools[0], 'mine').write('sent', 'M9.json', 'mine');
    expect(await postgresRecords(pools[0], 'theirs').has('sent', 'M9.json')).toBe(false);
    await expect(read.query('select from bank_messages')).rejects.toMatchObject({ code: '42501' });
  });
});
