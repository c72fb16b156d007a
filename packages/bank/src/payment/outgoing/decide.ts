import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { Book } from '../../ledger/contract.ts';
import type { PaymentVerdict } from '../ports.ts';
import { acceptedEvents, bookFunding, bookReturn, bookSettlement, bookTakingBack } from './bookings.ts';
import {
  type Outgoing,
  type OutgoingRefusal,
  type OutgoingState,
  type OutgoingTerms,
  outgoingAggregate,
} from './outgoing.ts';

export type OutgoingDecision = Decision<NewEvent, OutgoingRefusal>;

/** What creating knows besides the terms. */
export interface CreationFacts {
  /** Undefined where there is no such account of a customer (or house account, for money that goes back). */
  readonly debtorStatus: 'open' | 'closed' | undefined;
  /** What the routes and the payee's bank said of it. */
  readonly hasRail: boolean;
  readonly isPayeeConfirmed: boolean;
  /** Of payments within the tenant, which are checked before anything is written and booked at once. */
  readonly verdict?: PaymentVerdict | undefined;
}

/** Accepts a payment to be made, or recognises the same one asked for again, whatever has become of it. */
export const createPayment = (
  state: OutgoingState,
  terms: OutgoingTerms,
  { debtorStatus, hasRail, isPayeeConfirmed, verdict }: CreationFacts,
): OutgoingDecision => {
  const { paymentId, creditor, debtorAccountId: account, asset } = terms;
  if (state.status !== 'unknown')
    return isSamePayment(state, terms)
      ? accept()
      : reject({ code: 'payment_exists_with_different_content', paymentId });
  if (debtorStatus === undefined) return reject({ code: 'account_unknown', account });
  if (debtorStatus === 'closed') return reject({ code: 'account_closed', account });
  if (creditor.accountId === account) return reject({ code: 'account_pays_itself', account, asset });
  if (creditor.iban === undefined && creditor.account === undefined && creditor.accountId === undefined)
    return reject({ code: 'creditor_account_missing' });
  if (!hasRail) return reject({ code: 'rail_not_found', asset });
  if (terms.payeeMatch === 'no_match' && !isPayeeConfirmed)
    return reject({ code: 'payee_not_matched', iban: creditor.iban ?? '' });
  if (verdict?.kind === 'refuse') return reject({ code: 'payment_refused', reason: verdict.reason });
  return accept(outgoingAggregate.record(paymentId, 'PaymentCreated', terms));
};

// Route, fee and dates are our doing and may differ from what we would do today; what was asked must be the same.
const isSamePayment = (known: OutgoingTerms, asked: OutgoingTerms): boolean =>
  known.debtorAccountId === asked.debtorAccountId &&
  known.asset === asked.asset &&
  known.amountMinor === asked.amountMinor &&
  known.creditor.iban === asked.creditor.iban &&
  known.creditor.account === asked.creditor.account &&
  known.creditor.bic === asked.creditor.bic &&
  known.reference === asked.reference &&
  known.endToEndId === asked.endToEndId &&
  known.requestedExecutionDate === asked.requestedExecutionDate &&
  known.returnOf === asked.returnOf &&
  // Equal texts of one account have equal commitments, so the texts themselves need not be read.
  known.creditor.name.commitment === asked.creditor.name.commitment &&
  known.creditor.address?.commitment === asked.creditor.address?.commitment &&
  known.remittance?.commitment === asked.remittance?.commitment;

/** What the check said, for the record; an allowed payment needs none. */
export const recordVerdict = (
  state: OutgoingState,
  { paymentId, verdict }: { readonly paymentId: string; readonly verdict: PaymentVerdict },
): OutgoingDecision => {
  if (state.status === 'unknown') return reject({ code: 'payment_unknown', paymentId });
  if (state.status !== 'created')
    return isOver(state) ? reject({ code: 'payment_over', status: state.status }) : accept();
  if (verdict.kind === 'refuse') return reject({ code: 'payment_refused', reason: verdict.reason });
  return verdict.kind === 'allow'
    ? accept()
    : accept(outgoingAggregate.record(paymentId, 'PaymentReviewRequested', { paymentId, reason: verdict.reason }));
};

/** What a second person decides about a payment in review. */
export interface ReviewPayment {
  readonly paymentId: string;
  readonly decision: 'approved' | 'rejected';
  /** A code; of a rejection. */
  readonly reason?: string | undefined;
}

/** Lets a payment in review go, or not; never by who created it. */
export const reviewPayment = (
  state: OutgoingState,
  { paymentId, decision, reason = 'review_rejected' }: ReviewPayment,
  reviewer: string,
): OutgoingDecision => {
  if (state.status === 'unknown') return reject({ code: 'payment_unknown', paymentId });
  if (state.reviewedBy === reviewer && (state.status === 'rejected') === (decision === 'rejected')) return accept();
  if (state.status !== 'in_review') return reject({ code: 'payment_not_in_review', status: state.status });
  if (state.createdBy === reviewer) return reject({ code: 'reviewer_is_creator', reviewer });
  return decision === 'approved'
    ? accept(outgoingAggregate.record(paymentId, 'PaymentAuthorised', { paymentId, reviewedBy: reviewer }))
    : accept(outgoingAggregate.record(paymentId, 'PaymentRejected', { paymentId, reason, reviewedBy: reviewer }));
};

/** Takes the money from the customer: into clearing, or to the creditor within the tenant, which also settles it. */
export const fundPayment = (state: OutgoingState, paymentId: string, book: Book): OutgoingDecision => {
  if (state.status === 'unknown') return reject({ code: 'payment_unknown', paymentId });
  if (isOver(state)) return reject({ code: 'payment_over', status: state.status });
  if (state.status === 'in_review') return reject({ code: 'payment_in_review', paymentId });
  if (state.status !== 'created' && state.status !== 'authorised') return accept();
  return fundTerms(state, book, state.status === 'created');
};

/** The same for a payment whose creation is decided in this very commit. */
export const fundTerms = (terms: OutgoingTerms, book: Book, needsAuthority: boolean): OutgoingDecision => {
  const { paymentId, creditor } = terms;
  const booking = bookFunding(book, terms);
  if (!booking.accepted) return booking;
  const [journalId = ''] = booking.booked.journalIds;
  const authority = needsAuthority ? [outgoingAggregate.record(paymentId, 'PaymentAuthorised', { paymentId })] : [];
  const settled =
    creditor.accountId === undefined
      ? []
      : [outgoingAggregate.record(paymentId, 'PaymentSettled', { paymentId, journalId })];
  return acceptedEvents(
    booking.booked,
    ...authority,
    outgoingAggregate.record(paymentId, 'PaymentFunded', { paymentId, journalId }),
    ...settled,
  );
};

/** Marks that the bank is told from here on; refused where somebody cancelled it in time. */
export const submitPayment = (state: OutgoingState, paymentId: string): OutgoingDecision => {
  if (state.status === 'unknown') return reject({ code: 'payment_unknown', paymentId });
  if (isOver(state)) return reject({ code: 'payment_over', status: state.status });
  return state.status === 'funded'
    ? accept(outgoingAggregate.record(paymentId, 'PaymentSubmitted', { paymentId }))
    : accept();
};

/** Marks that nobody here knows whether the bank has it. */
export const loseOutcome = (state: OutgoingState, paymentId: string): OutgoingDecision =>
  state.status === 'submitted'
    ? accept(outgoingAggregate.record(paymentId, 'PaymentOutcomeLost', { paymentId }))
    : accept();

/** How the bank ended it. */
export type Conclusion =
  | { readonly kind: 'settled'; readonly bankReference: string }
  | { readonly kind: 'declined'; readonly code: string }
  | {
      readonly kind: 'returned';
      readonly code: string;
      readonly bankReference: string;
      /** The entry that brought it, where the bank says so. */
      readonly entryReference?: string | undefined;
    };

/** Books how the bank ended it. Told again, or after the return came in by another way, it changes nothing. */
export const concludePayment = (
  state: OutgoingState,
  { paymentId, conclusion }: { readonly paymentId: string; readonly conclusion: Conclusion },
  book: Book,
): OutgoingDecision => {
  if (state.status === 'unknown') return reject({ code: 'payment_unknown', paymentId });
  switch (conclusion.kind) {
    case 'settled':
      return isAtBank(state) ? settle(state, conclusion.bankReference, book) : accept();
    case 'declined':
      return rejectPayment(state, { paymentId, reason: conclusion.code }, book);
    case 'returned': {
      const { code: reason, bankReference, entryReference } = conclusion;
      if (state.status === 'returned' && (entryReference === undefined || state.awaitsEntry !== true)) return accept();
      const { amountMinor } = state;
      const told =
        entryReference === undefined ? { entryReference: bankReference, awaitsEntry: true } : { entryReference };
      return returnPayment(state, { paymentId, reason, amountMinor, ...told }, book);
    }
  }
};

const settle = (state: Outgoing, bankReference: string | undefined, book: Book): OutgoingDecision => {
  const { paymentId } = state;
  const booking = bookSettlement(book, state);
  if (!booking.accepted) return booking;
  const [journalId = ''] = booking.booked.journalIds;
  const reference = bankReference === undefined ? {} : { bankReference };
  return acceptedEvents(
    booking.booked,
    outgoingAggregate.record(paymentId, 'PaymentSettled', { paymentId, journalId, ...reference }),
  );
};

/** Ends a payment that will not be made, and gives back what was taken for it. What has been settled can only come back. */
export const rejectPayment = (
  state: OutgoingState,
  { paymentId, reason }: { readonly paymentId: string; readonly reason: string },
  book: Book,
): OutgoingDecision => {
  if (state.status === 'unknown') return reject({ code: 'payment_unknown', paymentId });
  if (isEnd(state)) return accept();
  if (!isFunded(state)) return accept(outgoingAggregate.record(paymentId, 'PaymentRejected', { paymentId, reason }));
  const booking = bookTakingBack(book, state);
  if (!booking.accepted) return booking;
  const { creditedTo, journalIds } = booking.booked;
  const data = { paymentId, reason, creditedTo, journalId: journalIds[0] ?? '' };
  return acceptedEvents(booking.booked, outgoingAggregate.record(paymentId, 'PaymentRejected', data));
};

/** Cancels a payment the bank has not been told of, and gives back what was taken for it. */
export const cancelPayment = (state: OutgoingState, paymentId: string, book: Book): OutgoingDecision => {
  if (state.status === 'unknown') return reject({ code: 'payment_unknown', paymentId });
  if (state.status === 'cancelled') return accept();
  if (isEnd(state) || isAtBank(state)) return reject({ code: 'payment_not_cancellable', status: state.status });
  if (state.status !== 'funded') return accept(outgoingAggregate.record(paymentId, 'PaymentCancelled', { paymentId }));
  const booking = bookTakingBack(book, state);
  if (!booking.accepted) return booking;
  const { creditedTo, journalIds } = booking.booked;
  const data = { paymentId, creditedTo, journalId: journalIds[0] ?? '' };
  return acceptedEvents(booking.booked, outgoingAggregate.record(paymentId, 'PaymentCancelled', data));
};

/** Money of a payment that the rail sent back. */
export interface ReturnPayment {
  readonly paymentId: string;
  /** ISO 20022 reason: `AC04`, `MD07` … */
  readonly reason: string;
  /** The bank's own, so that one entry is one return. */
  readonly entryReference: string;
  /** What arrived: a bank on the way may have kept a charge. */
  readonly amountMinor: bigint;
  readonly valueDate?: string | undefined;
  /** `entryReference` is not the entry's yet. */
  readonly awaitsEntry?: boolean | undefined;
}

/** Books money that came back. A return that overtakes the settlement's news settles the payment first. */
export const returnPayment = (
  state: OutgoingState,
  { paymentId, reason, entryReference, amountMinor, valueDate, awaitsEntry }: ReturnPayment,
  book: Book,
): OutgoingDecision => {
  if (state.status === 'unknown') return reject({ code: 'payment_unknown', paymentId });
  if (state.status === 'returned') {
    if (state.returnEntry === entryReference && state.returnedMinor === amountMinor) return accept();
    // Told of without its entry, and here it is: the same money. A difference of the amounts is for reconciliation to find.
    if (state.awaitsEntry === true)
      return accept(outgoingAggregate.record(paymentId, 'PaymentReturnIdentified', { paymentId, entryReference }));
    return reject({ code: 'payment_already_returned', entryReference: state.returnEntry ?? '' });
  }
  const isAbroad = state.creditor.accountId === undefined;
  if (!isAbroad || (state.status !== 'settled' && !isAtBank(state)))
    return reject({ code: 'payment_not_returnable', status: state.status });
  const { asset, amountMinor: paidMinor } = state;
  if (amountMinor > paidMinor) return reject({ code: 'return_exceeds_payment', asset, paidMinor });

  const settled = state.status === 'settled' ? accept() : settle(state, undefined, book);
  if (!settled.accepted) return settled;
  const booking = bookReturn(book, state, { amountMinor, valueDate });
  if (!booking.accepted) return booking;
  const { events, journalIds, creditedTo } = booking.booked;
  const said = { paymentId, reason, amountMinor, entryReference, journalIds, creditedTo };
  const data = awaitsEntry === true ? { ...said, awaitsEntry } : said;
  return accept(...settled.events, ...events, outgoingAggregate.record(paymentId, 'PaymentReturned', data));
};

const isEnd = ({ status }: Outgoing): boolean =>
  status === 'settled' || status === 'returned' || status === 'rejected' || status === 'cancelled';
/** It will not be paid, or no more. */
const isOver = ({ status }: Outgoing): boolean => status === 'rejected' || status === 'cancelled';
const isAtBank = ({ status }: Outgoing): boolean => status === 'submitted' || status === 'outcome_unknown';
const isFunded = (state: Outgoing): boolean => state.status === 'funded' || isAtBank(state);
