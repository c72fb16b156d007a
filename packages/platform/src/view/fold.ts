import type { Transaction } from '../database/transaction.ts';
import type { EventCatalogue } from '../event-store/catalogue.ts';
import { open } from '../event-store/envelope.ts';
import type { LoggedEvent } from '../event-store/event.ts';
import { readLog } from '../event-store/read.ts';
import type { View, ViewTables } from './view.ts';

/** Events of a tenant's log folded in one transaction at most. */
export const stretchMax = 2_000;

/** A stretch of one tenant's log: what comes after `after`, up to and including `upTo`. */
export interface Stretch {
  readonly tenantId: string;
  readonly after: bigint;
  readonly upTo: bigint;
}

/** The beginning of a stretch, at most `stretchMax` events: those that any of the views consumes, and the seq they are complete up to. */
export const readStretch = async (
  tx: Transaction,
  catalogue: EventCatalogue,
  views: readonly View[],
  { tenantId, after, upTo }: Stretch,
): Promise<{ readonly reached: bigint; readonly events: readonly LoggedEvent[] }> => {
  const contexts = [...new Set(views.flatMap((view) => view.contexts))];
  const { rows } = await readLog(tx, { tenantId, contexts, after, upTo, limit: stretchMax });
  const consumed = rows.filter(({ type }) => views.some((view) => view.consumes.includes(type)));
  return {
    // Dense order makes this safe: everything up to a visible seq is visible, whatever contexts it belongs to.
    reached: rows.length < stretchMax ? upTo : (rows.at(-1)?.seq ?? upTo),
    events: consumed.map((row) => open(catalogue, row.envelope, row.seq)),
  };
};

/** Folds the part of a stretch that a view has not seen; `position` is the last seq it has. */
export const applyTo = async (
  tx: Transaction,
  tables: ViewTables,
  view: View,
  events: readonly LoggedEvent[],
  position: bigint,
): Promise<void> => {
  const its = events.filter(
    ({ seq, context, type }) => seq > position && view.contexts.includes(context) && view.consumes.includes(type),
  );
  if (its.length > 0) await view.apply(tx, tables, its);
};
