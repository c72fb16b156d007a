import { randomBytes, randomUUID } from 'node:crypto';
import { accept } from '@finaegis/kernel/decision';
import { uuidV7Source } from '@finaegis/kernel/id';
import { allowAll } from '@finaegis/platform/command/checks';
import { createCommands } from '@finaegis/platform/command/commands';
import { commitSettings } from '@finaegis/platform/command/commit-settings';
import type { CommandHandler } from '@finaegis/platform/command/handler';
import { postgresTools } from '@finaegis/platform/command/postgres-commit-store';
import { createPool } from '@finaegis/platform/database/pool';
import { inTransaction } from '@finaegis/platform/database/transaction';
import { defineAggregate } from '@finaegis/platform/event-store/aggregate';
import { type EventCatalogue, eventCatalogue } from '@finaegis/platform/event-store/catalogue';
import { defineEvent } from '@finaegis/platform/event-store/event';
import { rehydrate } from '@finaegis/platform/event-store/read';
import { declaredModules } from '@finaegis/server/modules';
import type { Pool } from 'pg';
import { z } from 'zod';
import { sidesOf } from './account-choice.ts';
import { oneRowInsert, type SetInsert, setInsertRate } from './ceilings.ts';
import { type BenchDatabase, benchDatabase } from './database.ts';
import { openBooks } from './ledger-books.ts';
import { ledgerWork } from './ledger-work.ts';
import { runLoad } from './load.ts';
import type { BenchOptions, Report } from './report.ts';
import { createRounds, type Measurement } from './rounds.ts';
import { sampleTransferRows } from './transfer-rows.ts';

const counted = defineEvent({
  type: 'BenchmarkCounted',
  schemaVersion: 1,
  schema: z.strictObject({ amountMinor: z.string().transform(BigInt), text: z.string() }),
});

const counter = defineAggregate({
  context: 'benchmark',
  name: 'counter',
  initial: 0n,
  events: [counted] as const,
  evolve: (sum: bigint, { data }) => sum + data.amountMinor,
});

// About as many bytes as the event of a transfer.
const text = randomBytes(120).toString('hex');

/** The one stream that exists before it is written to again: what is folded is a stream of a thousand. */
const stream = randomUUID();

interface Count {
  readonly id: string;
  readonly times: number;
}

const count: CommandHandler<Count, undefined, bigint> = {
  name: 'benchmark.Count',
  schema: z.strictObject({ id: z.string(), times: z.number() }),
  permission: '',
  loads: ({ id }) => ({ streams: [{ aggregate: counter as never, id, isNew: id !== stream }] }),
  decide: (_loaded, { id, times }) =>
    accept(...Array.from({ length: times }, () => counter.record(id, 'BenchmarkCounted', { amountMinor: 1n, text }))),
  result: (loaded, { id }) => loaded.stream(counter, id).state,
};

const metadata = { actor: 'benchmark', channel: 'system', correlation: 'benchmark' };
/** The tenant whose log is appended to; nobody else writes to it, so it can be counted. */
const appendedTenant = '01900000-0000-7000-8000-000000000002';
const insertBytes = 700;
const streamLength = 1_000;

/** Appending single events and batches through the committer, and folding a stream of a thousand. */
export const eventStoreBench = async ({ isQuick, note }: BenchOptions): Promise<Report> => {
  const database = await benchDatabase([...declaredModules(), { name: 'benchmark', tables: [], views: [] }]);
  const admin = createPool(database.admin, { applicationName: 'benchmark', max: 2 });
  const pool = createPool(database.write, { applicationName: 'benchmark', max: 4, sessionSettings: commitSettings });
  try {
    const rows = await transfersToCopy(database, admin);
    const log = await openLog(pool);
    await admin.query('analyze');
    const durationMs = isQuick ? 1_000 : 3_000;
    const ceilingMs = durationMs / 2;
    const rounds = createRounds({
      admin,
      note,
      durationMs,
      ceilings: async () => ({
        oneRowInsert1: await oneRowInsert(database.admin, { clients: 1, bytes: insertBytes, durationMs: ceilingMs }),
        oneRowInsert8: await oneRowInsert(database.admin, { clients: 8, bytes: insertBytes, durationMs: ceilingMs }),
        setInsert: await setInsertRate(database.admin, rows, ceilingMs),
      }),
    });
    await rounds.measure(measurementsOf(log));
    return rounds.report('event-store');
  } finally {
    await Promise.all([pool.end(), admin.end()]);
    await database.close();
  }
};

/** Books of two accounts and a thousand transfers between them: what the ceiling of set-based inserts copies. */
const transfersToCopy = async (database: BenchDatabase, admin: Pool): Promise<SetInsert> => {
  const books = await openBooks(database, 2);
  const work = ledgerWork(books);
  const next = sidesOf('uniform', books.accounts);
  for (let part = 0; part < 5; part++) await Promise.all(Array.from({ length: 200 }, () => work.transfer(next())));
  const rows = await sampleTransferRows(admin);
  await books.bank.close();
  return rows;
};

/** A log to append to, and how much of it was acknowledged. */
interface Log {
  readonly pool: Pool;
  readonly catalogue: EventCatalogue;
  append(id: string, times: number): Promise<void>;
  appended: number;
}

const openLog = async (pool: Pool): Promise<Log> => {
  const newId = uuidV7Source(Date.now, (length) => randomBytes(length));
  const catalogue = eventCatalogue([counted]);
  const commands = createCommands({
    ...postgresTools({ pool, catalogue, tables: [], newEventId: newId }),
    checks: allowAll,
    checkedCommands: new Set(),
  });
  await inTransaction(pool, { tenants: [appendedTenant] }, (tx) =>
    tx.query('insert into tenant_heads (tenant_id) values ($1)', [appendedTenant]),
  );
  const log: Log = {
    pool,
    catalogue,
    appended: 0,
    append: async (id, times) => {
      await commands.submit(count, { id, times }, { tenantId: appendedTenant, metadata });
      log.appended += times;
    },
  };
  for (let chunk = 0; chunk < 10; chunk++) await log.append(stream, streamLength / 10);
  // So many that the code is compiled before anything is measured.
  for (let turn = 0; turn < 10; turn++)
    await Promise.all(Array.from({ length: 200 }, () => log.append(randomUUID(), 1)));
  return log;
};

const measurementsOf = (log: Log): readonly Measurement[] => {
  const appending = (id: string, callers: number, unitsPerCall: number): Measurement => ({
    id,
    measure: async (durationMs) => ({
      cell: await runLoad({ callers, durationMs, unitsPerCall, call: () => log.append(randomUUID(), unitsPerCall) }),
      transfers: 0,
    }),
    check: () => checkStored(log),
  });
  return [
    appending('append1-w1', 1, 1),
    appending('append1-w8', 8, 1),
    appending('append100-w1', 1, 100),
    {
      id: 'rehydrate1000',
      measure: async (durationMs) => ({
        cell: await runLoad({ callers: 1, durationMs, call: () => foldOnce(log) }),
        transfers: 0,
      }),
      check: () => checkStored(log),
    },
  ];
};

const foldOnce = async ({ pool, catalogue }: Log): Promise<void> => {
  const { state, version } = await inTransaction(pool, { tenants: [appendedTenant], readOnly: true }, (tx) =>
    rehydrate(tx, catalogue, counter, { tenantId: appendedTenant, id: stream }),
  );
  if (state !== BigInt(streamLength) || version !== streamLength) throw new Error('The stream was folded wrongly.');
};

/** Every acknowledged event is stored, and the log is dense. */
const checkStored = async ({ pool, appended }: Log): Promise<void> => {
  const stored = await inTransaction(pool, { tenants: [appendedTenant], readOnly: true }, (tx) =>
    tx.query<{ count: bigint; head: bigint }>(
      'select count(*) as count, max(seq) as head from events where tenant_id = $1',
      [appendedTenant],
    ),
  );
  const [row] = stored.rows;
  if (Number(row?.count) !== appended || Number(row?.head) !== appended)
    throw new Error(`${appended} events were acknowledged, ${row?.count} are stored, and the last is ${row?.head}.`);
};
