import type { Transaction } from '../database/transaction.ts';
import type { RecordedEvent } from '../event-store/event.ts';

/** A row's key inside its table and tenant; parts are joined by the table itself. */
export type RowKey = string;

/** A row to lock, with the tenant it belongs to. */
export interface LockRequest {
  readonly tenantId: string;
  readonly key: RowKey;
  readonly mode: 'share' | 'update';
}

/** The rows of one table inside a batch: as locked, then as the batch's events change them. */
export interface RowBatch<Row> {
  get(tenantId: string, key: RowKey): Row | undefined;
  /** Every row locked so far, for folds that touch all rows of one thing. */
  entries(): Iterable<{ readonly tenantId: string; readonly key: RowKey; readonly row: Row }>;
  /** The rows of `entries`, without their keys. */
  values(): Iterable<Row>;
  /** Replaces a row; it will be written. */
  set(tenantId: string, key: RowKey, row: Row): void;
  /** Rows changed since they were read, sorted by name (`rowName`). */
  readonly changed: readonly {
    readonly name: string;
    readonly tenantId: string;
    readonly key: RowKey;
    readonly row: Row;
  }[];
  /** Scratch space of the table for this batch, for deltas on rows that nobody locks. */
  readonly scratch: Map<string, unknown>;
}

/**
 * A table that is an inline view and a lock at once: deciders read its rows under lock, and the batch's events are folded into it in the same
 * commit. Tables are locked in order of rank, rows in order of key, so that batches never wait for each other in a circle.
 */
export interface LockedTable<Row = unknown> {
  readonly name: string;
  readonly rank: number;
  /** Types of the events that change it. */
  readonly consumes: readonly string[];
  /** Locks in key order and reads; sends its statements before the first await, so that they share a flush. */
  lock(tx: Transaction, requests: readonly LockRequest[]): Promise<ReadonlyMap<string, Row>>;
  /** Folds one event in memory, after each accepted decision. */
  fold(rows: RowBatch<Row>, event: RecordedEvent): void;
  /** Writes what changed with set-based statements, sent before the first await. */
  write(tx: Transaction, rows: RowBatch<Row>): Promise<void>;
  /** The instant of the newest booking on a row, where rows keep one: nothing on that row may be booked earlier. */
  bookedAt?(row: Row): string | undefined;
  /**
   * For tables whose rows a process may remember from one commit to the next. Their rows change by events of their own tenant and by nothing
   * else, so a log that has not grown proves that a remembered row is still what is stored.
   */
  readonly recall?: Recall<Row>;
}

/** How rows are remembered. */
export interface Recall<Row> {
  /** Whether a key names one row; one that names several (all balances of an account) is read under lock. */
  covers(key: RowKey): boolean;
  /** Rows that are changed by deltas are not remembered, since nobody reads them before. */
  keeps(row: Row): boolean;
  /** A changed row as it is once its commit has happened. */
  written?(row: Row): Row;
  /** Like `lock`, without locking, and without making rows. */
  read(tx: Transaction, requests: readonly LockRequest[]): Promise<ReadonlyMap<string, Row>>;
}

/**
 * A command needs a row that could not be locked: another transaction made it after this one had looked for it and before this one read the
 * stream. The batch is decided again, and finds it.
 */
export class RowNotLocked extends Error {
  override readonly name = 'RowNotLocked';

  constructor({ stream }: Pick<RecordedEvent, 'stream'>) {
    super(`The row of ${stream} was not locked.`);
  }
}

/** The one way a row is named in maps: tenant and key. */
export const rowName = (tenantId: string, key: RowKey): string => `${tenantId}/${key}`;

/** The tenant and key of a row's name; a tenant id is a UUID, so its length is known. */
export const splitRowName = (name: string): { readonly tenantId: string; readonly key: RowKey } => ({
  tenantId: name.slice(0, 36),
  key: name.slice(37),
});
