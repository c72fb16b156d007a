import { accept, type Decision, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { nostroReconciled } from './events.ts';

const definitions = [nostroReconciled] as const;
type ReconciliationEvent = EventOf<(typeof definitions)[number]>;

/** What a comparison came to. */
export type ReconciliationReport = ReconciliationEvent['data'];
/** The newest report of a day, and how often the day was compared. */
export type ReconciliationState =
  | { readonly status: 'none' }
  | {
      readonly status: 'reconciled';
      readonly runs: number;
      readonly at: string;
      readonly report: ReconciliationReport;
    };

const evolve = (state: ReconciliationState, event: Recorded<ReconciliationEvent>): ReconciliationState => {
  switch (event.type) {
    case 'NostroReconciled':
      return {
        status: 'reconciled',
        runs: (state.status === 'none' ? 0 : state.runs) + 1,
        at: event.meta.bookedAt,
        report: event.data,
      };
    default:
      return unreachable(event.type);
  }
};

/** One stream per bank, asset and day. */
export const reconciliationAggregate: Aggregate<ReconciliationState, ReconciliationEvent> = defineAggregate({
  context: 'custodian',
  name: 'reconciliation',
  initial: { status: 'none' } as ReconciliationState,
  events: definitions,
  evolve,
});

/** Id of the reconciliation of a day: `2026-03-02/ing/EUR`, so that lists by id are lists by date. */
export const reconciliationId = ({
  bank,
  asset,
  date,
}: Pick<ReconciliationReport, 'bank' | 'asset' | 'date'>): string => `${date}/${bank}/${asset}`;

/** Records a comparison, unless it came to the same as the one before. */
export const recordReconciliation = (
  state: ReconciliationState,
  report: ReconciliationReport,
): Decision<NewEvent, never> =>
  state.status === 'reconciled' && textOf(state.report) === textOf(report)
    ? accept()
    : accept(reconciliationAggregate.record(reconciliationId(report), 'NostroReconciled', report));

const textOf = (report: ReconciliationReport): string =>
  JSON.stringify(report, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
