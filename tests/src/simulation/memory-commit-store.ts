import { keyName } from '@finaegis/platform/command/answers';
import type { CommitStore, Committed, CommitWrite, Found, Wanted } from '@finaegis/platform/command/commit-store';
import { type LockRequest, rowName } from '@finaegis/platform/command/locked-table';
import type { TableList } from '@finaegis/platform/command/working-set';
import { CommitUnknown, DatabaseFault } from '@finaegis/platform/database/transaction';
import type { LogHead } from '@finaegis/platform/event-store/append';
import { streamName } from '@finaegis/platform/event-store/read-streams';
import type { MemoryDatabase } from './memory-database.ts';
import type { LockOwner, RowLocks } from './row-locks.ts';
import { chance, type Scheduler } from './scheduler.ts';

/** What goes wrong between a process and its database, in times per thousand. */
export interface StoreFaults {
  /** The connection is lost and nothing is kept. */
  readonly lostBefore: number;
  /** It is kept and the answer is lost; the adapter asks what became of it. */
  readonly lostAfter: number;
  /** Of those: it cannot be found out. */
  readonly unknown: number;
  readonly slow: number;
  readonly serialization: number;
}

/** Whether a process is still there; one that is not gets no answer any more. */
export interface Life {
  isOver: boolean;
  /** Whoever executes its sagas; absent where it executes none. */
  readonly workerId?: string;
}

/** One process's way to the shared database. */
export interface MemoryCommitStoreOptions {
  readonly database: MemoryDatabase;
  readonly locks: RowLocks;
  readonly scheduler: Scheduler;
  readonly tables: TableList;
  readonly life: Life;
  readonly faults: StoreFaults;
  /** The database's clock, ISO text. */
  now(): string;
}

/** The process died, and the database noticed; never reaches a caller, since there is none. */
class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

const never = <T>(): Promise<T> => new Promise(() => undefined);
const lost = (): DatabaseFault => new DatabaseFault('connection_lost', 'The connection was lost.');
const unheard: Committed = { heads: new Map(), bases: new Map() };
const accountsName = 'ledger.accounts';

const lockName = (table: string, name: string): string => `${table} ${name}`;

/** The twin of the PostgreSQL store: the same promises, over memory and virtual time, with faults between any two steps. */
export const memoryCommitStore = (options: MemoryCommitStoreOptions): CommitStore => {
  const session = new Session(options);
  let line: Promise<unknown> = Promise.resolve();
  return {
    read: (wanted) => session.whileAlive(() => session.read(wanted)),
    commit: (write, expected) => {
      // As on one connection: the next commit runs when the one before it is over, whatever became of it.
      const mine = line.then(() => session.whileAlive(() => session.commit(write, expected)));
      line = mine.catch(() => undefined);
      return mine;
    },
    underLock: (wanted, decide) => session.whileAlive(() => session.underLock(wanted, decide)),
  };
};

class Session {
  private readonly options: MemoryCommitStoreOptions;

  constructor(options: MemoryCommitStoreOptions) {
    this.options = options;
  }

  async whileAlive<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Abandoned) return never();
      throw error;
    }
  }

  async read(wanted: Wanted): Promise<Found> {
    await this.toServer();
    const { database } = this.options;
    for (const table of wanted.rows.keys())
      if (this.tableOf(table).recall === undefined) throw new Error(`Table ${table} is only read under lock.`);
    const heads = new Map(wanted.tenants.map((tenantId) => [tenantId, database.head(tenantId)]));
    const found = { ...this.found(wanted), heads };
    await this.toClient();
    return found;
  }

  async commit(write: CommitWrite, expected: ReadonlyMap<string, LogHead>): Promise<Committed> {
    await this.toServer();
    this.mayBeGone();
    const committed = await this.holding(async (owner) => {
      for (const { name } of this.options.tables.ranked) {
        const changed = write.rows.get(name)?.changed ?? [];
        for (const row of changed) await this.shareAccount(owner, name, row);
        for (const row of changed) await this.lock(owner, name, { ...row, mode: 'update' });
      }
      await this.pass();
      return this.apply(write, expected);
    });
    return this.answer(committed);
  }

  async underLock(wanted: Wanted, decide: (found: Found) => CommitWrite | undefined): Promise<Committed> {
    await this.toServer();
    const committed = await this.holding(async (owner) => {
      await this.lockAll(owner, wanted);
      await this.pass();
      const found = this.found(wanted, (table, name) => owner.held.has(lockName(table, name)));
      await this.toClient();
      const write = decide(found);
      if (write === undefined) return undefined;
      await this.toServer();
      this.mayBeGone();
      return this.apply(write);
    });
    return committed === undefined ? unheard : this.answer(committed);
  }

  private apply(write: CommitWrite, expected?: ReadonlyMap<string, LogHead>): Committed {
    const { scheduler, faults, database, now, life } = this.options;
    if (chance(scheduler.random, faults.serialization)) throw new DatabaseFault('40001', 'Could not serialize access.');
    return { ...database.apply({ ...write, rows: this.ranked(write.rows) }, expected, life.workerId), now: now() };
  }

  /** Tables are written in their order: an account that is opened is there when it is booked on in the same commit. */
  private ranked(rows: CommitWrite['rows']): CommitWrite['rows'] {
    return new Map(
      this.options.tables.ranked.flatMap(({ name }) => {
        const batch = rows.get(name);
        return batch === undefined ? [] : [[name, batch] as const];
      }),
    );
  }

  /** A commit that was on its way when its process died may still happen. */
  private mayBeGone(): void {
    if (this.options.life.isOver && chance(this.options.scheduler.random, 500)) throw new Abandoned();
  }

  private async answer(committed: Committed): Promise<Committed> {
    const { scheduler, faults } = this.options;
    await this.toClient();
    if (!chance(scheduler.random, faults.lostAfter)) return committed;
    await scheduler.sleep(50);
    if (chance(scheduler.random, faults.unknown))
      throw new CommitUnknown({ backend: undefined, transactionId: undefined }, lost());
    return unheard;
  }

  private async holding<T>(work: (owner: LockOwner) => Promise<T>): Promise<T> {
    const owner: LockOwner = { held: new Set() };
    try {
      return await work(owner);
    } finally {
      this.options.locks.release(owner);
    }
  }

  private async toServer(): Promise<void> {
    const { scheduler, faults } = this.options;
    await this.pass();
    if (chance(scheduler.random, faults.lostBefore)) throw lost();
  }

  private async toClient(): Promise<void> {
    await this.pass();
    if (this.options.life.isOver) throw new Abandoned();
  }

  private async pass(): Promise<void> {
    const { scheduler, faults } = this.options;
    await scheduler.step();
    if (chance(scheduler.random, faults.slow)) await scheduler.sleep(scheduler.random.below(300));
  }

  private tableOf(name: string): TableList['ranked'][number] {
    const table = this.options.tables.ranked.find((each) => each.name === name);
    if (table === undefined) throw new Error(`Table ${name} is not registered.`);
    return table;
  }

  private async lockAll(owner: LockOwner, { rows }: Wanted): Promise<void> {
    const { tables } = this.options;
    for (const { name } of tables.ranked) {
      const requests = (rows.get(name) ?? []).flatMap((request) => this.expanded(name, request));
      for (const request of requests) await this.shareAccount(owner, name, request);
      for (const request of requests) await this.lock(owner, name, request);
    }
  }

  /** Making a row shares its account, so that a block or a closing cannot pass it by. */
  private async shareAccount(
    owner: LockOwner,
    table: string,
    { tenantId, key }: { readonly tenantId: string; readonly key: string },
  ): Promise<void> {
    const { database } = this.options;
    if (database.rules.get(table)?.make === undefined || database.table(table).has(rowName(tenantId, key))) return;
    const account = key.split(' ')[0] ?? '';
    await this.lock(owner, accountsName, { tenantId, key: account, mode: 'share' });
  }

  private async lock(owner: LockOwner, table: string, { tenantId, key, mode }: LockRequest): Promise<void> {
    const { rules } = this.options.database;
    if (rules.get(table)?.isLockedOnceThere === true && !this.options.database.table(table).has(rowName(tenantId, key)))
      return;
    await this.options.locks.acquire(owner, lockName(table, rowName(tenantId, key)), mode);
  }

  private expanded(table: string, request: LockRequest): readonly LockRequest[] {
    const { database } = this.options;
    const keys = database.rules.get(table)?.expand?.(database, request.tenantId, request.key);
    return keys === undefined ? [request] : keys.map((key) => ({ ...request, key }));
  }

  /** @param isSeen a row another transaction made since locks were taken is not among those that were locked, while its stream is read after them */
  private found({ rows, streams, keys }: Wanted, isSeen: (table: string, name: string) => boolean = () => true): Found {
    const { database, now } = this.options;
    const foundRows = new Map<string, ReadonlyMap<string, unknown>>();
    for (const [table, requests] of rows) {
      const its = new Map<string, unknown>();
      for (const { tenantId, key } of requests.flatMap((request) => this.expanded(table, request))) {
        const row = database.row(table, { tenantId, key });
        if (row !== undefined && isSeen(table, rowName(tenantId, key))) its.set(rowName(tenantId, key), row);
      }
      foundRows.set(table, its);
    }
    const foundStreams = new Map(
      streams.flatMap(({ tenantId, aggregate, id }) => {
        const stream = database.stream(tenantId, aggregate, id);
        return stream === undefined
          ? []
          : [[streamName(tenantId, aggregate.context, aggregate.stream(id)), stream] as const];
      }),
    );
    const answers = new Map(
      keys.flatMap((key) => {
        const name = keyName(key.tenantId, key);
        const answer = database.answers.get(name);
        return answer === undefined ? [] : [[name, answer] as const];
      }),
    );
    return { now: now(), heads: new Map(), rows: foundRows, streams: foundStreams, answers };
  }
}
