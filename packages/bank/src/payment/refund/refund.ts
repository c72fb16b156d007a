import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { type Book, houseAccountId, type JournalRefusal } from '../../ledger/contract.ts';
import { suspenseBlocked } from '../house.ts';
import { canTake, kindOfSuspense, workItemOf } from '../outgoing/bookings.ts';
import { allOf, type Pair, postPair } from '../pair.ts';
import { openWorkItem } from '../work-item/work-item.ts';
import { refundEvents, type refundRequested } from './events.ts';
import { leftOf, type Remainder, releaseRemainder, takeRemainder } from './remainder.ts';

/** What a refund was asked for with; it never changes. */
export type RefundTerms = EventOf<typeof refundRequested>['data'];

/** States to draw (LEDGER): what is completed can still come back. */
export const refundStatuses = [
  'requested',
  'approved',
  'rejected',
  'funded',
  'submitted',
  'completed',
  'returned',
  'failed',
  'cancelled',
] as const;
export type RefundStatus = (typeof refundStatuses)[number];

/** A refund as it stands. */
export interface Refund extends RefundTerms {
  readonly status: RefundStatus;
  readonly requestedBy: string;
  readonly createdAt: string;
  readonly changedAt: string;
  readonly approvedBy?: string;
  /** Why it did not go, or came back. */
  readonly failure?: string;
  /** The provider's own name of it. */
  readonly providerReference?: string;
  readonly creditedTo?: string | undefined;
}

export type RefundState = { readonly status: 'unknown' } | Refund;

/** Declared in order of precedence. */
export type RefundRefusal =
  | { readonly code: 'refund_exists_with_different_content'; readonly refundId: string }
  | { readonly code: 'refund_unknown'; readonly refundId: string }
  | { readonly code: 'payment_not_refundable'; readonly paymentId: string }
  | { readonly code: 'refund_address_missing'; readonly paymentId: string }
  | { readonly code: 'refund_asset_differs'; readonly asset: string; readonly paidIn: string }
  | { readonly code: 'refund_exceeds_remainder'; readonly asset: string; readonly remainingMinor: bigint }
  | { readonly code: 'refund_not_awaiting_approval'; readonly status: RefundStatus }
  | { readonly code: 'approver_is_requester'; readonly approver: string }
  | { readonly code: 'refund_not_cancellable'; readonly status: RefundStatus }
  | { readonly code: 'refund_over'; readonly status: RefundStatus }
  | { readonly code: 'refund_not_returnable'; readonly status: RefundStatus }
  | JournalRefusal;

type RefundEvent = EventOf<(typeof refundEvents)[number]>;
type RefundDecision = Decision<NewEvent, RefundRefusal>;

const evolve = (state: RefundState, event: Recorded<RefundEvent>): RefundState => {
  const { bookedAt, metadata } = event.meta;
  if (event.type === 'RefundRequested')
    return {
      ...event.data,
      status: 'requested',
      requestedBy: metadata.actor,
      createdAt: bookedAt,
      changedAt: bookedAt,
    };
  if (state.status === 'unknown') throw new Error(`${event.type} on a refund that nobody asked for.`);
  return { ...happened(state, event), changedAt: bookedAt };
};

const happened = (state: Refund, event: Exclude<RefundEvent, { readonly type: 'RefundRequested' }>): Refund => {
  switch (event.type) {
    case 'RefundApproved':
      return { ...state, status: 'approved', approvedBy: event.data.approvedBy };
    case 'RefundRejected':
      return { ...state, status: 'rejected', failure: event.data.reason };
    case 'RefundFunded':
      return { ...state, status: 'funded' };
    case 'RefundSubmitted':
      return { ...state, status: 'submitted' };
    case 'RefundCompleted':
      return { ...state, status: 'completed', providerReference: event.data.reference };
    case 'RefundReturned':
      return { ...state, status: 'returned', failure: event.data.reason, creditedTo: event.data.creditedTo };
    case 'RefundFailed':
      return { ...state, status: 'failed', failure: event.data.reason, creditedTo: event.data.creditedTo };
    case 'RefundCancelled':
      return { ...state, status: 'cancelled' };
    default:
      return unreachable(event);
  }
};

/** One stream per refund. */
export const refundAggregate: Aggregate<RefundState, RefundEvent> = defineAggregate({
  context: 'payment',
  name: 'refund',
  initial: { status: 'unknown' } as RefundState,
  events: refundEvents,
  evolve,
});

export const clearingRefunds = 'clearing/refunds';
export const refundFeeIncome = 'income/refund-fee';

/** Journals of a refund. */
export const refundJournalId = (
  refundId: string,
  step: 'fund' | 'settle' | 'take-back' | 'come-back' | 'credit',
): string => derivedUuid('refund-journal', refundId, step);

const part = ({ refundId, paymentId, amountMinor }: RefundTerms) => ({
  paymentId,
  taker: `refund:${refundId}`,
  amountMinor,
});

/** A payment that money can go back of. */
export interface Refundable {
  readonly asset: string;
  readonly capturedMinor: bigint;
}

/** Asks for a refund; what it needs of the payment is its own from here on. */
export const requestRefund = (
  state: RefundState,
  terms: RefundTerms,
  {
    payment,
    remainder,
    approvedBy,
  }: {
    readonly payment: Refundable;
    readonly remainder: Remainder;
    /** Who has let it go already: `policy`, or the context whose own people have. */
    readonly approvedBy?: string | undefined;
  },
): RefundDecision => {
  const { refundId, asset, amountMinor, way, address, paymentId } = terms;
  if (state.status !== 'unknown')
    return isSame(state, terms) ? accept() : reject({ code: 'refund_exists_with_different_content', refundId });
  if (way === 'crypto' && address === undefined) return reject({ code: 'refund_address_missing', paymentId });
  if (asset !== payment.asset) return reject({ code: 'refund_asset_differs', asset, paidIn: payment.asset });
  const remainingMinor = leftOf(remainder, payment.capturedMinor);
  if (amountMinor > remainingMinor) return reject({ code: 'refund_exceeds_remainder', asset, remainingMinor });
  const requested = refundAggregate.record(refundId, 'RefundRequested', terms);
  const approved =
    approvedBy === undefined ? [] : [refundAggregate.record(refundId, 'RefundApproved', { refundId, approvedBy })];
  return accept(requested, takeRemainder(part(terms)), ...approved);
};

const isSame = (known: RefundTerms, asked: RefundTerms): boolean =>
  known.paymentId === asked.paymentId &&
  known.asset === asked.asset &&
  known.amountMinor === asked.amountMinor &&
  known.reason === asked.reason &&
  known.notBefore === asked.notBefore &&
  known.address === asked.address;

/** What a second person decides. */
export interface ReviewRefund {
  readonly refundId: string;
  readonly decision: 'approved' | 'rejected';
  readonly reason?: string | undefined;
}

export const reviewRefund = (
  state: RefundState,
  { refundId, decision, reason = 'rejected' }: ReviewRefund,
  approver: string,
): RefundDecision => {
  if (state.status === 'unknown') return reject({ code: 'refund_unknown', refundId });
  // Said again by whoever said it: what has become of the refund since does not make it untrue.
  const isSaid = decision === 'approved' && state.approvedBy === approver;
  if (state.status === decision || isSaid) return accept();
  if (state.status !== 'requested') return reject({ code: 'refund_not_awaiting_approval', status: state.status });
  if (state.requestedBy === approver) return reject({ code: 'approver_is_requester', approver });
  return decision === 'approved'
    ? accept(refundAggregate.record(refundId, 'RefundApproved', { refundId, approvedBy: approver }))
    : accept(refundAggregate.record(refundId, 'RefundRejected', { refundId, reason }), releaseRemainder(part(state)));
};

/** Takes the request back, as long as the account has given nothing. */
export const cancelRefund = (state: RefundState, refundId: string): RefundDecision => {
  if (state.status === 'unknown') return reject({ code: 'refund_unknown', refundId });
  if (state.status === 'cancelled') return accept();
  if (state.status !== 'requested' && state.status !== 'approved')
    return reject({ code: 'refund_not_cancellable', status: state.status });
  return accept(refundAggregate.record(refundId, 'RefundCancelled', { refundId }), releaseRemainder(part(state)));
};

const pair = (
  { refundId, asset, amountMinor }: RefundTerms,
  step: Parameters<typeof refundJournalId>[1],
  { debit, credit }: Pick<Pair, 'debit' | 'credit'>,
): Pair => ({
  journalId: refundJournalId(refundId, step),
  kind: step === 'fund' || step === 'settle' ? 'refund' : 'refund-return',
  debit,
  credit,
  asset,
  amountMinor,
  purpose: step === 'settle' || step === 'come-back' ? 'settlement' : 'principal',
  metadata: { refundId },
});
const feeOf = ({ feeMinor = 0n }: RefundTerms): bigint => feeMinor;
const clearingOfRefund = ({ entity }: RefundTerms): string => houseAccountId(entity, clearingRefunds);

/** Dr the account · Cr clearing/refunds, with the fee as a pair of its own. */
export const fundRefund = (state: RefundState, refundId: string, book: Book): RefundDecision => {
  if (state.status === 'unknown') return reject({ code: 'refund_unknown', refundId });
  if (state.status === 'requested') return reject({ code: 'refund_not_awaiting_approval', status: state.status });
  if (state.status === 'funded' || state.status === 'submitted' || state.status === 'completed') return accept();
  if (state.status !== 'approved') return reject({ code: 'refund_over', status: state.status });
  const { accountId, entity } = state;
  const funding: Pair = {
    ...pair(state, 'fund', { debit: accountId, credit: clearingOfRefund(state) }),
    fee: { debit: accountId, credit: houseAccountId(entity, refundFeeIncome), amountMinor: feeOf(state) },
  };
  const posted = postPair(book, funding);
  if (!posted.accepted) return posted;
  const { journalId } = funding;
  return accept(...posted.events, refundAggregate.record(refundId, 'RefundFunded', { refundId, journalId }));
};

export const submitRefund = (state: RefundState, refundId: string): RefundDecision => {
  if (state.status === 'unknown') return reject({ code: 'refund_unknown', refundId });
  if (state.status !== 'funded') return accept();
  return accept(refundAggregate.record(refundId, 'RefundSubmitted', { refundId }));
};

/** Dr clearing/refunds · Cr where it left us by: the provider says that it has gone. */
export const completeRefund = (
  state: RefundState,
  { refundId, reference }: { readonly refundId: string; readonly reference: string },
  book: Book,
): RefundDecision => {
  if (state.status === 'unknown') return reject({ code: 'refund_unknown', refundId });
  if (state.status === 'completed' || state.status === 'returned') return accept();
  if (state.status !== 'submitted') return reject({ code: 'refund_over', status: state.status });
  const settling = pair(state, 'settle', {
    debit: clearingOfRefund(state),
    credit: houseAccountId(state.entity, state.leavesBy),
  });
  const posted = postPair(book, settling);
  if (!posted.accepted) return posted;
  const data = { refundId, journalId: settling.journalId, reference };
  return accept(...posted.events, refundAggregate.record(refundId, 'RefundCompleted', data));
};

/** What did not go, or came back. */
export interface EndRefund {
  readonly refundId: string;
  readonly reason: string;
}

/** Gives back what the account gave, if it did: the refund never went. */
export const failRefund = (state: RefundState, { refundId, reason }: EndRefund, book: Book): RefundDecision => {
  if (state.status === 'unknown') return reject({ code: 'refund_unknown', refundId });
  const released = releaseRemainder(part(state));
  switch (state.status) {
    case 'requested':
    case 'approved':
      return accept(refundAggregate.record(refundId, 'RefundFailed', { refundId, reason }), released);
    case 'funded':
    case 'submitted': {
      const given = giveBack(state, 'take-back', reason, book);
      if (!given.decision.accepted) return given.decision;
      const data = { refundId, reason, journalId: given.journalId, creditedTo: given.creditedTo };
      return accept(...given.decision.events, refundAggregate.record(refundId, 'RefundFailed', data), released);
    }
    default:
      return accept();
  }
};

/** Both journals mirrored (LEDGER line 20): the payer's bank sent it back after it had gone. */
export const returnRefund = (state: RefundState, { refundId, reason }: EndRefund, book: Book): RefundDecision => {
  if (state.status === 'unknown') return reject({ code: 'refund_unknown', refundId });
  if (state.status === 'returned') return accept();
  if (state.status !== 'completed') return reject({ code: 'refund_not_returnable', status: state.status });
  const arriving = pair(state, 'come-back', {
    debit: houseAccountId(state.entity, state.leavesBy),
    credit: clearingOfRefund(state),
  });
  const given = giveBack(state, 'credit', reason, book);
  const booked = allOf<JournalRefusal>(postPair(book, arriving), given.decision);
  if (!booked.accepted) return booked;
  const journalIds = [arriving.journalId, given.journalId];
  return accept(
    ...booked.events,
    refundAggregate.record(refundId, 'RefundReturned', { refundId, reason, journalIds, creditedTo: given.creditedTo }),
    releaseRemainder(part(state)),
  );
};

/**
 * Dr clearing/refunds · Cr the account, or suspense with an item where the account cannot take it. What never went is not charged: its fee goes back
 * too; what went and came back has cost us what it cost.
 */
const giveBack = (state: Refund, step: 'take-back' | 'credit', reason: string, book: Book) => {
  const { refundId, entity, asset, amountMinor, accountId } = state;
  const isTaken = canTake(book, accountId, asset);
  const creditedTo = isTaken ? accountId : houseAccountId(entity, suspenseBlocked);
  const feeMinor = step === 'take-back' ? feeOf(state) : 0n;
  const giving: Pair = {
    ...pair(state, step, { debit: clearingOfRefund(state), credit: creditedTo }),
    fee: { debit: houseAccountId(entity, refundFeeIncome), credit: creditedTo, amountMinor: feeMinor },
  };
  const { journalId } = giving;
  const posted = postPair(book, giving);
  const item = openWorkItem({
    workItemId: workItemOf(journalId),
    kind: kindOfSuspense(creditedTo),
    entity,
    account: creditedTo,
    asset,
    amountMinor: amountMinor + feeMinor,
    subject: `refund:${refundId}`,
    reason,
    links: [`journal:${journalId}`, `account:${accountId}`],
  });
  const decision: Decision<NewEvent, JournalRefusal> =
    posted.accepted && !isTaken ? accept(...posted.events, item) : posted;
  return { decision, journalId, creditedTo };
};
