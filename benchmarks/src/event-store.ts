import { randomBytes, randomUUID } from 'node:crypto';
import { accept } from '@finaegis/kernel/decision';
import { uuidV7Source } from '@finaegis/kernel/id';
import { platformTenantId } from '@finaegis/platform/auth/principal';
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
import type { Pool } from 'pg';
import { z } from 'zod';
import { oneRowInsert } from './ceilings.ts';
import { benchDatabase } from './database.ts';
import { runLoad } from './load.ts';
import { type BenchOptions, type Cell, describeMachine, median, medianCell, type Report } from './report.ts';

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

/** Appending single events and batches through the committer, and folding a stream of a thousand. */
export const eventStoreBench = async ({ isQuick, note }: BenchOptions): Promise<Report> => {
  const durationMs = isQuick ? 1_200 : 4_000;
  const rounds = isQuick ? 3 : 5;
  const database = await benchDatabase([{ name: 'benchmark', tables: [], views: [] }]);
  const pool = createPool(database.write, { applicationName: 'benchmark', max: 4, sessionSettings: commitSettings });
  const newId = uuidV7Source(Date.now, (length) => randomBytes(length));
  const catalogue = eventCatalogue([counted]);
  const commands = createCommands({
    ...postgresTools({ pool, catalogue, tables: [], newEventId: newId }),
    checks: allowAll,
    checkedCommands: new Set(),
  });
  const submission = { tenantId: platformTenantId, metadata };
  let appended = 0;
  const append = async (times: number): Promise<void> => {
    await commands.submit(count, { id: randomUUID(), times }, submission);
    appended += times;
  };
  const cells: Record<string, Cell[]> = { 'append1-w1': [], 'append1-w8': [], 'append100-w1': [] };
  const ceilings: Record<string, number[]> = { oneRowInsert1: [], oneRowInsert8: [] };

  for (let chunk = 0; chunk < 10; chunk++) await commands.submit(count, { id: stream, times: 100 }, submission);
  appended += 1_000;
  await Promise.all(Array.from({ length: 500 }, () => append(1)));
  for (let round = 0; round < rounds; round++) {
    note(`round ${round + 1} of ${rounds}`);
    const measureCells = async (): Promise<void> => {
      cells['append1-w1']?.push(await runLoad({ callers: 1, durationMs, call: () => append(1) }));
      cells['append1-w8']?.push(await runLoad({ callers: 8, durationMs, call: () => append(1) }));
      cells['append100-w1']?.push(
        await runLoad({ callers: 1, durationMs, unitsPerCall: 100, call: () => append(100) }),
      );
    };
    const measureCeilings = async (): Promise<void> => {
      ceilings['oneRowInsert1']?.push(await oneRowInsert(database.admin, { clients: 1, bytes: 700, durationMs }));
      ceilings['oneRowInsert8']?.push(await oneRowInsert(database.admin, { clients: 8, bytes: 700, durationMs }));
    };
    // A-B-B-A, so that a machine that slows down slows both alike.
    for (const measure of round % 2 === 0 ? [measureCells, measureCeilings] : [measureCeilings, measureCells])
      await measure();
  }
  const rehydrated = await measureRehydration({ pool, catalogue, stream, durationMs });
  await checkStored(pool, appended);
  await commands.drain();
  await pool.end();
  await database.close();
  return {
    bench: 'event-store',
    machine: describeMachine(),
    ceilings: Object.fromEntries(Object.entries(ceilings).map(([name, values]) => [name, median(values)])),
    cells: {
      ...Object.fromEntries(Object.entries(cells).map(([name, values]) => [name, medianCell(values)])),
      rehydrate1000: rehydrated,
    },
  };
};

const measureRehydration = ({
  pool,
  catalogue,
  stream,
  durationMs,
}: {
  readonly pool: Pool;
  readonly catalogue: EventCatalogue;
  readonly stream: string;
  readonly durationMs: number;
}): Promise<Cell> =>
  runLoad({
    callers: 1,
    durationMs,
    call: async () => {
      const { state, version } = await inTransaction(pool, { tenants: [platformTenantId], readOnly: true }, (tx) =>
        rehydrate(tx, catalogue, counter, { tenantId: platformTenantId, id: stream }),
      );
      if (state !== 1_000n || version !== 1_000) throw new Error('The stream was folded wrongly.');
    },
  });

/** Every acknowledged event is stored, and the log is dense. */
const checkStored = async (pool: Pool, appended: number): Promise<void> => {
  const stored = await inTransaction(pool, { tenants: [platformTenantId], readOnly: true }, (tx) =>
    tx.query<{ count: bigint; head: bigint }>(
      "select count(*) as count, max(seq) as head from events where context = 'benchmark'",
    ),
  );
  if (Number(stored.rows[0]?.count) !== appended || Number(stored.rows[0]?.head) !== appended) {
    throw new Error(`${appended} events were acknowledged, ${stored.rows[0]?.count} are stored.`);
  }
};
