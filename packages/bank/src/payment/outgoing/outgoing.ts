import { unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf } from '@finaegis/platform/event-store/event';
import type { JournalRefusal, reverseJournal } from '../../ledger/contract.ts';
import { outgoingEvents, type paymentCreated } from './events.ts';

/** What a payment was created with; it never changes. */
export type OutgoingTerms = EventOf<typeof paymentCreated>['data'];

/** States to draw (LEDGER): the last four are ends, though what is settled can still come back. */
export const outgoingStatuses = [
  'created',
  'in_review',
  'authorised',
  'funded',
  'submitted',
  'outcome_unknown',
  'settled',
  'returned',
  'rejected',
  'cancelled',
] as const;
export type OutgoingStatus = (typeof outgoingStatuses)[number];

/** A payment out as it stands. */
export interface Outgoing extends OutgoingTerms {
  readonly status: OutgoingStatus;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly changedAt: string;
  readonly reviewReason?: string;
  readonly reviewedBy?: string | undefined;
  readonly fundedBy?: string;
  readonly settledBy?: string;
  readonly bankReference?: string | undefined;
  /** Why it was rejected or came back. */
  readonly reason?: string;
  readonly returnedMinor?: bigint;
  readonly returnEntry?: string;
  /** Which entry brought it is not known yet. */
  readonly awaitsEntry?: boolean;
  /** Where the money went that came back; absent where none had left. */
  readonly creditedTo?: string | undefined;
}

export type OutgoingState = { readonly status: 'unknown' } | Outgoing;

type Reversal = Extract<ReturnType<typeof reverseJournal>, { readonly accepted: false }>['rejection'];

/** Declared in order of precedence. */
export type OutgoingRefusal =
  | { readonly code: 'payment_exists_with_different_content'; readonly paymentId: string }
  | { readonly code: 'payment_unknown'; readonly paymentId: string }
  | { readonly code: 'creditor_account_missing' }
  | { readonly code: 'creditor_takes_no_credits'; readonly iban?: string }
  | { readonly code: 'rail_not_found'; readonly asset: string }
  | { readonly code: 'payee_not_matched'; readonly iban: string }
  | { readonly code: 'payment_refused'; readonly reason: string }
  | { readonly code: 'payment_not_in_review'; readonly status: OutgoingStatus }
  | { readonly code: 'reviewer_is_creator'; readonly reviewer: string }
  | { readonly code: 'payment_in_review'; readonly paymentId: string }
  | { readonly code: 'payment_over'; readonly status: OutgoingStatus }
  | { readonly code: 'payment_not_cancellable'; readonly status: OutgoingStatus }
  | { readonly code: 'payment_not_returnable'; readonly status: OutgoingStatus }
  | { readonly code: 'payment_already_returned'; readonly entryReference: string }
  | { readonly code: 'return_exceeds_payment'; readonly asset: string; readonly paidMinor: bigint }
  | JournalRefusal
  | Reversal;

type OutgoingEvent = EventOf<(typeof outgoingEvents)[number]>;

const evolve = (state: OutgoingState, event: Recorded<OutgoingEvent>): OutgoingState => {
  const { bookedAt, metadata } = event.meta;
  if (event.type === 'PaymentCreated')
    return { ...event.data, status: 'created', createdBy: metadata.actor, createdAt: bookedAt, changedAt: bookedAt };
  if (state.status === 'unknown') throw new Error(`${event.type} on a payment that was never created.`);
  return { ...happened(state, event), changedAt: bookedAt };
};

const happened = (state: Outgoing, event: Exclude<OutgoingEvent, { readonly type: 'PaymentCreated' }>): Outgoing => {
  switch (event.type) {
    case 'PaymentReviewRequested':
      return { ...state, status: 'in_review', reviewReason: event.data.reason };
    case 'PaymentAuthorised':
      return { ...state, status: 'authorised', reviewedBy: event.data.reviewedBy };
    case 'PaymentFunded':
      return { ...state, status: 'funded', fundedBy: event.data.journalId };
    case 'PaymentSubmitted':
      return { ...state, status: 'submitted' };
    case 'PaymentOutcomeLost':
      return { ...state, status: 'outcome_unknown' };
    case 'PaymentSettled': {
      const { journalId, bankReference } = event.data;
      return { ...state, status: 'settled', settledBy: journalId, bankReference };
    }
    case 'PaymentReturned': {
      const { reason, amountMinor, entryReference, awaitsEntry = false, creditedTo } = event.data;
      return {
        ...state,
        status: 'returned',
        reason,
        returnedMinor: amountMinor,
        returnEntry: entryReference,
        awaitsEntry,
        creditedTo,
      };
    }
    case 'PaymentReturnIdentified':
      return { ...state, returnEntry: event.data.entryReference, awaitsEntry: false };
    case 'PaymentRejected': {
      const { reason, reviewedBy = state.reviewedBy, creditedTo } = event.data;
      return { ...state, status: 'rejected', reason, reviewedBy, creditedTo };
    }
    case 'PaymentCancelled':
      return { ...state, status: 'cancelled', creditedTo: event.data.creditedTo };
    default:
      return unreachable(event);
  }
};

/** One stream per payment out. */
export const outgoingAggregate: Aggregate<OutgoingState, OutgoingEvent> = defineAggregate({
  context: 'payment',
  name: 'outgoing',
  initial: { status: 'unknown' } as OutgoingState,
  events: outgoingEvents,
  evolve,
});
