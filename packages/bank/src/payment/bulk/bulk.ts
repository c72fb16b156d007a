import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import type { JournalRefusal } from '../../ledger/contract.ts';
import { bulkEvents, type bulkPaymentTaken } from './events.ts';

/** What a file was taken on with; it never changes. */
export type BulkTerms = EventOf<typeof bulkPaymentTaken>['data'];

/** States of a file; the last two are ends. */
export const bulkStatuses = ['taken', 'funded', 'rejected', 'ended'] as const;

/** A file of payments as it stands. */
export interface BulkPayment extends BulkTerms {
  readonly status: (typeof bulkStatuses)[number];
  readonly takenAt: string;
  /** Who sent it. */
  readonly takenBy: string;
  readonly changedAt: string;
  readonly journalId?: string;
  readonly reason?: string;
  readonly settled?: number;
  readonly returned?: number;
  readonly rejected?: number;
}

export type BulkState = { readonly status: 'unknown' } | BulkPayment;

/** Declared in order of precedence. */
export type BulkRefusal =
  | { readonly code: 'bulk_payment_exists_with_different_content'; readonly bulkId: string; readonly messageId: string }
  | { readonly code: 'bulk_payment_unknown'; readonly bulkId: string }
  | { readonly code: 'bulk_payment_over'; readonly bulkId: string; readonly status: 'rejected' | 'ended' }
  | { readonly code: 'bulk_line_not_in_review'; readonly line: number; readonly status: string }
  | { readonly code: 'reviewer_is_creator'; readonly reviewer: string }
  | { readonly code: 'bulk_line_refused'; readonly line: number; readonly reason: string }
  | JournalRefusal;

/** A decision about a file or its lines. */
export type BulkDecision = Decision<NewEvent, BulkRefusal>;

type BulkEvent = EventOf<(typeof bulkEvents)[number]>;

const evolve = (state: BulkState, event: Recorded<BulkEvent>): BulkState => {
  const { bookedAt } = event.meta;
  const known = state as BulkPayment;
  switch (event.type) {
    case 'BulkPaymentTaken':
      return {
        ...event.data,
        status: 'taken',
        takenAt: bookedAt,
        takenBy: event.meta.metadata.actor,
        changedAt: bookedAt,
      };
    case 'BulkPaymentFunded':
      return { ...known, status: 'funded', journalId: event.data.journalId, changedAt: bookedAt };
    case 'BulkPaymentRejected':
      return { ...known, status: 'rejected', reason: event.data.reason, changedAt: bookedAt };
    case 'BulkPaymentEnded': {
      const { settled, returned, rejected } = event.data;
      return { ...known, status: 'ended', settled, returned, rejected, changedAt: bookedAt };
    }
    default:
      return unreachable(event);
  }
};

/** One stream per file. */
export const bulkAggregate: Aggregate<BulkState, BulkEvent> = defineAggregate({
  context: 'payment',
  name: 'bulk',
  initial: { status: 'unknown' } as BulkState,
  events: bulkEvents,
  evolve,
});

/** The id of a file: whoever pays, and what he called the message. The same message sent twice is one payment. */
export const bulkIdOf = (debtorAccountId: string, messageId: string): string =>
  derivedUuid('bulk-payment', debtorAccountId, messageId);

/** The saga of a file. */
export const bulkSagaId = (bulkId: string): string => derivedUuid('saga', 'bulk-payment', bulkId);

/** The id of a file's line. */
export const bulkLineId = (bulkId: string, line: number): string => derivedUuid('bulk-line', bulkId, String(line));

/** Takes a file on, or recognises it. */
export const takeBulk = (state: BulkState, terms: BulkTerms): BulkDecision => {
  const { bulkId, messageId } = terms;
  if (state.status === 'unknown') return accept(bulkAggregate.record(bulkId, 'BulkPaymentTaken', terms));
  return state.digest === terms.digest && state.mode === terms.mode
    ? accept()
    : reject({ code: 'bulk_payment_exists_with_different_content', bulkId, messageId });
};

/** Notes that none of it will be paid; nothing has been booked then. */
export const rejectBulk = (
  state: BulkState,
  { bulkId, reason }: { readonly bulkId: string; readonly reason: string },
): BulkDecision => {
  if (state.status === 'unknown') return reject({ code: 'bulk_payment_unknown', bulkId });
  if (state.status === 'rejected') return accept();
  if (state.status === 'ended') return reject({ code: 'bulk_payment_over', bulkId, status: state.status });
  return accept(bulkAggregate.record(bulkId, 'BulkPaymentRejected', { bulkId, reason }));
};

/** How many lines ended how. */
export interface BulkCounts {
  readonly settled: number;
  readonly returned: number;
  readonly rejected: number;
}

/** Notes that every line has ended. */
export const endBulk = (state: BulkState, bulkId: string, counts: BulkCounts): BulkDecision => {
  if (state.status === 'unknown') return reject({ code: 'bulk_payment_unknown', bulkId });
  if (state.status === 'ended') return accept();
  if (state.status === 'rejected') return reject({ code: 'bulk_payment_over', bulkId, status: state.status });
  return accept(bulkAggregate.record(bulkId, 'BulkPaymentEnded', { bulkId, ...counts }));
};
