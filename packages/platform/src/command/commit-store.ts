import type { LogHead } from '../event-store/append.ts';
import type { RecordedEvent } from '../event-store/event.ts';
import type { SealedValue } from '../event-store/personal-ref.ts';
import type { Versioned } from '../event-store/read.ts';
import type { AggregateStream } from '../event-store/read-streams.ts';
import type { Snapshot } from '../event-store/snapshot.ts';
import type { UnstoredKey } from '../event-store/subject-keys.ts';
import type { IdempotencyKey, KeyedAnswer } from './answers.ts';
import type { LockRequest, RowBatch } from './locked-table.ts';

/** A stream whose state a decision needs. */
export interface WantedStream extends AggregateStream {
  /** Every command that named it makes it, so it may be taken for empty. */
  readonly isNew: boolean;
  /** Its `streamName`. */
  readonly name: string;
}

/** Everything a batch reads before it decides. */
export interface Wanted {
  /** Ids, sorted. */
  readonly tenants: readonly string[];
  /** By name of the locked table; requests sorted by row name. */
  readonly rows: ReadonlyMap<string, readonly LockRequest[]>;
  readonly streams: readonly WantedStream[];
  readonly keys: readonly (IdempotencyKey & { readonly tenantId: string })[];
}

/** What was found of it, as of one moment. */
export interface Found {
  /** The store's clock, read after the rows: ISO text with milliseconds. */
  readonly now: string;
  /** End of each tenant's log; empty when the rows were locked, since the heads are locked last. */
  readonly heads: ReadonlyMap<string, LogHead>;
  /** By name of the table, then of the row; a row that is not there is absent. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  /** By `streamName`; a stream nobody wrote to is absent. */
  readonly streams: ReadonlyMap<string, Versioned<unknown>>;
  /** By `keyName`. */
  readonly answers: ReadonlyMap<string, KeyedAnswer>;
}

/** Everything one commit writes. */
export interface CommitWrite {
  readonly tenants: readonly string[];
  readonly events: readonly RecordedEvent[];
  readonly answers: readonly KeyedAnswer[];
  readonly sealed: readonly (SealedValue & { readonly tenantId: string })[];
  /** Keys of subjects without a stored one that commands relied on which wrote nothing: not stored, but there must be no other by now. */
  readonly reliedKeys: readonly UnstoredKey[];
  /** By name of the locked table, for all tables of the bank. */
  readonly rows: ReadonlyMap<string, RowBatch<unknown>>;
  readonly snapshots: readonly Snapshot[];
  readonly bookedAt: string;
}

/** A commit that happened. */
export interface Committed {
  /** End of the log of each tenant that got events; empty when the commit's own answer was lost and it was found out otherwise. */
  readonly heads: ReadonlyMap<string, LogHead>;
  /** Where those logs ended before. */
  readonly bases: ReadonlyMap<string, LogHead>;
  /** The store's clock at the commit, where it was told. */
  readonly now?: string;
}

/** SQLSTATE of finaegis_require_heads: another process has written to a tenant's log since its state was remembered. */
export const headMoved = 'FA003';

/**
 * Where batches are committed. Two ways lead in. `commit` writes what was decided on remembered state, in one round trip, and is refused unless
 * every log ends where it ended then; rows that are remembered change by events of their own tenant only, so that an unmoved end vouches for them.
 * `underLock` locks, reads, lets decide and writes; no end proves anything for it, so what it must not miss it has to lock, and `commit` takes the
 * same locks before it makes a row that `underLock` could not have found. Both are all or nothing.
 */
export interface CommitStore {
  /** Reads without locking. Only tables with a `recall` can be read so. */
  read(wanted: Wanted): Promise<Found>;
  /**
   * @param expected where the log of each of the write's tenants must end, by the event that is there
   * Commits happen in the order of the calls; the next may be asked for while one is under way.
   * @throws DatabaseFault (`headMoved`, `keyTaken`, 23505 for a stream …) when nothing was written; CommitUnknown when that is not known
   */
  commit(write: CommitWrite, expected: ReadonlyMap<string, LogHead>): Promise<Committed>;
  /** @param decide gives back nothing to leave without a trace; it must not wait */
  underLock(wanted: Wanted, decide: (found: Found) => CommitWrite | undefined): Promise<Committed>;
}
