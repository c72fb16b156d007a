import type { Transaction } from '../database/transaction.ts';
import type { LoggedEvent } from '../event-store/event.ts';

/**
 * A subscribed read model: one or more tables folded from the log by a follower, with its own position per tenant.
 * Dropped and rebuilt at will: the DDL lives here, in the view's own file, and the table name ends in the version.
 */
export interface View {
  /** Name without version, `ledger_postings`. */
  readonly name: string;
  readonly version: number;
  /** Contexts whose events it reads. */
  readonly contexts: readonly string[];
  /** Types it consumes; others are skipped, newer schema versions of these stop it. */
  readonly consumes: readonly string[];
  /**
   * The tables, by a suffix of their own ('' for the main one). `create` gives the statements for a physical name; every table has a
   * tenant_id column, and every unique key starts with it. Row-level security and grants are added by the platform.
   */
  readonly tables: readonly { readonly suffix: string; create(physicalName: string): string }[];
  /** Folds a stretch of one tenant's log, in seq order, with set-based statements. */
  apply(tx: Transaction, tables: ViewTables, events: readonly LoggedEvent[]): Promise<void>;
}

/** Physical names of a view's tables by suffix: the live ones, or those of a rebuild under way. */
export interface ViewTables {
  readonly tenantId: string;
  table(suffix?: string): string;
}

/** Declares a view. */
export const defineView = (view: View): View => view;

/** The name queries use: `ledger_postings_v1`, with a suffix `ledger_postings_buckets_v1`. */
export const tableName = (view: View, suffix = ''): string =>
  `${view.name}${suffix === '' ? '' : `_${suffix}`}_v${view.version}`;

/** The physical names of the live tables. */
export const liveTables = (view: View, tenantId: string): ViewTables => ({
  tenantId,
  table: (suffix) => tableName(view, suffix),
});

/** The name of the position a view keeps in `subscriptions`. */
export const subscriptionName = (view: View): string => `${view.name}_v${view.version}`;
