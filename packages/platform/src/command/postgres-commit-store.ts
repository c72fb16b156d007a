import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import {
  all,
  CommitUnknown,
  DatabaseFault,
  inTransaction,
  issuedWhole,
  mustClose,
  sendTransaction,
  type Transaction,
} from '../database/transaction.ts';
import { type Appended, appendEvents, type LogHead, lockHeads, requireHeads } from '../event-store/append.ts';
import type { EventCatalogue } from '../event-store/catalogue.ts';
import { storeSealed } from '../event-store/personal-data.ts';
import { readStreams } from '../event-store/read-streams.ts';
import { storeSnapshots } from '../event-store/snapshot.ts';
import { makeKeys, requireKeys } from '../event-store/subject-keys.ts';
import { readAnswers, storeAnswers } from './answers.ts';
import type { CommitStore, Committed, CommitWrite, Found, Wanted } from './commit-store.ts';
import type { BatchTools } from './locked-batch.ts';
import type { LockedTable } from './locked-table.ts';
import { outcomeOf } from './witness.ts';
import { type TableList, tableList } from './working-set.ts';

/** What the store is made of. */
export interface PostgresCommitStoreOptions {
  /** As finaegis_write, with `commitSettings`. */
  readonly pool: Pool;
  readonly catalogue: EventCatalogue;
  readonly tables: TableList;
}

/** What batches need, over PostgreSQL. */
export const postgresTools = ({
  pool,
  catalogue,
  tables,
  newEventId,
}: Pick<PostgresCommitStoreOptions, 'pool' | 'catalogue'> &
  Pick<BatchTools, 'newEventId'> & { readonly tables: readonly LockedTable[] }): BatchTools => {
  const list = tableList(tables);
  return { store: postgresCommitStore({ pool, catalogue, tables: list }), tables: list, newEventId };
};

/** Thrown to leave a transaction that has nothing to keep; never reaches a caller. */
class NothingToCommit extends Error {
  override readonly name = 'NothingToCommit';
}

/** Commits over PostgreSQL. Remembered state is committed on one connection at a time, so that commits happen in the order they were asked for. */
export const postgresCommitStore = (options: PostgresCommitStoreOptions): CommitStore => {
  const { pool } = options;
  const line = commitLine(pool);
  return {
    read: (wanted) =>
      inTransaction(pool, { tenants: wanted.tenants, readOnly: true, isolation: 'repeatable read' }, (tx) =>
        readAll(tx, options, wanted, 'recall'),
      ),
    commit: (write, expected) =>
      settled(pool, write, () =>
        line((client) =>
          sendTransaction(client, write.tenants, (tx) => {
            const issued = issueAll(tx, options, write, expected);
            return { all: issued.all, result: () => committedBy(issued) };
          }),
        ),
      ),
    underLock: async (wanted, decide) => {
      const decided: { write?: CommitWrite } = {};
      try {
        return await settled(
          pool,
          () => decided.write,
          () =>
            inTransaction(pool, { tenants: wanted.tenants, wantsTransactionId: true }, async (tx) => {
              decided.write = decide(await readAll(tx, options, wanted, 'lock')) ?? nothing();
              const issued = issueAll(tx, options, decided.write);
              await issuedWhole(issued.all);
              tx.sendCommit();
              return committedBy(issued);
            }),
        );
      } catch (error) {
        if (error instanceof NothingToCommit) return unheard;
        throw error;
      }
    },
  };
};

const unheard: Committed = { heads: new Map(), bases: new Map() };

const nothing = (): never => {
  throw new NothingToCommit();
};

/** Finds out, before anybody is answered, what became of a commit whose answer was lost. */
const settled = async (
  pool: Pool,
  write: CommitWrite | (() => CommitWrite | undefined),
  commit: () => Promise<Committed>,
): Promise<Committed> => {
  try {
    return await commit();
  } catch (error) {
    const written = typeof write === 'function' ? write() : write;
    if (!(error instanceof CommitUnknown) || written === undefined) throw error;
    const witness = { event: written.events[0], answer: written.answers[0] };
    const isEmpty = witness.event === undefined && witness.answer === undefined;
    // What wrote nothing can simply be decided again.
    if (!isEmpty && (await outcomeOf(pool, witness, error)) === 'committed') return unheard;
    throw new DatabaseFault('connection_lost', 'The connection was lost at COMMIT and nothing was written.', error);
  }
};

/** Runs work on one connection as long as any is under way; a connection that broke is closed when its last work has ended. */
const commitLine = (pool: Pool): (<T>(work: (client: PoolClient) => Promise<T>) => Promise<T>) => {
  interface Line {
    readonly client: Promise<PoolClient>;
    users: number;
    isBroken: boolean;
  }
  let current: Line | undefined;
  return async (work) => {
    const line: Line = (current ??= { client: pool.connect(), users: 0, isBroken: false });
    line.users++;
    try {
      const client = await line.client.catch((error: unknown) => {
        throw new DatabaseFault('connection_lost', 'The database could not be reached.', error);
      });
      return await work(client);
    } catch (error) {
      line.isBroken ||= mustClose(error);
      throw error;
    } finally {
      line.users--;
      if (line.isBroken && current === line) current = undefined;
      if (line.users === 0) {
        if (current === line) current = undefined;
        const release = (client: PoolClient): void => client.release(line.isBroken);
        line.client.then(release, () => undefined);
      }
    }
  };
};

type How = 'lock' | 'recall';

/** Rows by rank of their tables, then streams and answers, then the clock: statements of one flush run in order. */
const readAll = async (
  tx: Transaction,
  { catalogue, tables }: PostgresCommitStoreOptions,
  { tenants, rows, streams, keys }: Wanted,
  how: How,
): Promise<Found> => {
  const wantedTables = tables.ranked.filter(({ name }) => rows.has(name));
  const unknown = [...rows.keys()].find((name) => !wantedTables.some((table) => table.name === name));
  if (unknown !== undefined) throw new Error(`Table ${unknown} is not registered.`);
  const [found, states, answers, heads, clock] = await all([
    all(wantedTables.map((table) => readRows(tx, table, rows.get(table.name) ?? [], how))),
    readStreams(tx, catalogue, streams),
    readAnswers(tx, keys),
    how === 'lock' ? undefined : readHeads(tx, tenants),
    tx.query<{ now: string }>({ name: 'clock', text: 'select clock_timestamp()::timestamptz(3) as now' }),
  ]);
  return {
    now: clock.rows[0]?.now ?? '',
    heads: new Map(heads?.rows.map(({ tenant_id, seq, tip }) => [tenant_id, { seq, tip }])),
    rows: new Map(wantedTables.map(({ name }, index) => [name, found[index] ?? new Map<string, unknown>()])),
    streams: states,
    answers,
  };
};

const readRows = (
  tx: Transaction,
  table: LockedTable,
  requests: Parameters<LockedTable['lock']>[1],
  how: How,
): Promise<ReadonlyMap<string, unknown>> => {
  if (how === 'lock') return table.lock(tx, requests);
  if (table.recall === undefined) throw new Error(`Table ${table.name} is only read under lock.`);
  return table.recall.read(tx, requests);
};

const readHeads = (tx: Transaction, tenants: readonly string[]) =>
  tx.query<LogHead & { tenant_id: string }>({
    name: 'read-heads',
    text: 'select tenant_id, seq, tip from tenant_heads where tenant_id = any ($1::uuid[])',
    values: [tenants],
  });

/** Everything a commit sends. */
interface Issued {
  readonly all: readonly Promise<unknown>[];
  /** The statement that tells how the logs grew; absent without events. */
  readonly append: Promise<QueryResult<Appended & QueryResultRow>> | undefined;
}

/** Issues rows, snapshots, sealed values with their keys, answers, then the heads (the last lock) with the events. */
const issueAll = (
  tx: Transaction,
  { tables }: PostgresCommitStoreOptions,
  { tenants, events, answers, sealed, reliedKeys, rows, snapshots, bookedAt }: CommitWrite,
  expected?: ReadonlyMap<string, LogHead>,
): Issued => {
  const writes: Promise<unknown>[] = tables.ranked.flatMap((table) => {
    const batch = rows.get(table.name);
    return batch === undefined ? [] : [table.write(tx, batch)];
  });
  if (snapshots.length > 0) writes.push(tx.query(storeSnapshots(snapshots)));
  const newKeys = sealed.flatMap(({ tenantId, subject, newKey }) =>
    newKey === undefined ? [] : [{ tenantId, subject, newKey }],
  );
  if (newKeys.length > 0) writes.push(tx.query(makeKeys(newKeys)));
  if (reliedKeys.length > 0) writes.push(tx.query(requireKeys(reliedKeys)));
  if (sealed.length > 0) writes.push(tx.query(storeSealed(sealed)));
  if (answers.length > 0) writes.push(tx.query(storeAnswers(answers, bookedAt)));
  const withEvents = new Set(events.map(({ tenantId }) => tenantId));
  // One head with events needs no lock of its own; the appending statement takes and checks it.
  const isAlone = tenants.length === 1 && withEvents.size === 1;
  if (expected !== undefined && !isAlone) writes.push(tx.query(requireHeads(expected)));
  else if (withEvents.size > 1) writes.push(tx.query(lockHeads([...withEvents])));
  if (events.length === 0) return { all: writes, append: undefined };
  const append = tx.query<Appended & QueryResultRow>(appendEvents(events, expected));
  return { all: [...writes, append], append };
};

const committedBy = async ({ all: writes, append }: Issued): Promise<Committed> => {
  await all(writes);
  const appended = (await append)?.rows ?? [];
  const now = appended[0]?.now;
  return {
    heads: new Map(appended.map(({ tenant_id, seq, tip }) => [tenant_id, { seq, tip }])),
    bases: new Map(appended.map(({ tenant_id, base, base_tip }) => [tenant_id, { seq: base, tip: base_tip }])),
    ...(now === undefined ? {} : { now }),
  };
};
