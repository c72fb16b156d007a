import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { type Book, houseAccountId, type JournalRefusal, postJournal } from '../../ledger/contract.ts';
import { nostroOf, suspenseBlocked, suspenseMismatch, suspenseUnderReview, suspenseUnidentified } from '../house.ts';
import { canTake, kindOfSuspense, workItemOf } from '../outgoing/bookings.ts';
import type { PaymentVerdict } from '../ports.ts';
import { openWorkItem, resolved } from '../work-item/work-item.ts';
import { incomingEvents, type incomingPaymentAnnounced } from './events.ts';

/** What a bank told; it never changes. */
export type IncomingTerms = EventOf<typeof incomingPaymentAnnounced>['data'];

/** States to draw (LEDGER). */
export const incomingStatuses = ['announced', 'in_review', 'credited', 'suspended', 'returned'] as const;
export type IncomingStatus = (typeof incomingStatuses)[number];

/** A payment in as it stands. */
export interface Incoming extends IncomingTerms {
  readonly status: IncomingStatus;
  readonly recordedBy: string;
  /** Who said that the money has arrived, where it waits; another than who announced it. */
  readonly bookedBy?: string;
  readonly createdAt: string;
  readonly changedAt: string;
  /** Why it is in review, in suspense or going back. */
  readonly reason?: string;
  /** Who decided the review, and how. */
  readonly review?: { readonly by: string; readonly decision: 'approved' | 'rejected' };
  readonly suspendedOn?: string;
  readonly workItemId?: string;
  readonly creditedTo?: string;
  readonly returnedBy?: string;
}

export type IncomingState = { readonly status: 'unknown' } | Incoming;

/** Declared in order of precedence. */
export type IncomingRefusal =
  | { readonly code: 'incoming_payment_exists_with_different_content'; readonly incomingId: string }
  | { readonly code: 'incoming_payment_unknown'; readonly incomingId: string }
  | { readonly code: 'incoming_payment_not_in_review'; readonly status: IncomingStatus }
  | { readonly code: 'reviewer_is_recorder'; readonly reviewer: string }
  | JournalRefusal;

type IncomingEvent = EventOf<(typeof incomingEvents)[number]>;
type IncomingDecision = Decision<NewEvent, IncomingRefusal>;

const evolve = (state: IncomingState, event: Recorded<IncomingEvent>): IncomingState => {
  const { bookedAt: changedAt, metadata } = event.meta;
  if (event.type === 'IncomingPaymentAnnounced')
    return { ...event.data, status: 'announced', recordedBy: metadata.actor, createdAt: changedAt, changedAt };
  if (state.status === 'unknown') throw new Error(`${event.type} on a payment nobody announced.`);
  switch (event.type) {
    case 'IncomingPaymentReviewRequested':
    case 'IncomingPaymentSuspended': {
      const { reason, account: suspendedOn, workItemId } = event.data;
      const status = event.type === 'IncomingPaymentSuspended' ? 'suspended' : 'in_review';
      // A rejection leaves it where it was booked.
      const { bookedBy = metadata.actor } = state;
      const review = reviewOf(state, 'rejected', metadata.actor);
      return { ...state, ...review, status, reason, suspendedOn, workItemId, bookedBy, changedAt };
    }
    case 'IncomingPaymentCredited': {
      const review = reviewOf(state, 'approved', metadata.actor);
      return { ...state, ...review, status: 'credited', creditedTo: event.data.accountId, changedAt };
    }
    case 'IncomingPaymentReturned':
      return { ...state, status: 'returned', returnedBy: event.data.paymentId, reason: event.data.reason, changedAt };
    default:
      return unreachable(event);
  }
};

/** What ends a review is its decision. */
const reviewOf = ({ status }: Incoming, decision: 'approved' | 'rejected', by: string): Pick<Incoming, 'review'> =>
  status === 'in_review' ? { review: { by, decision } } : {};

/** One stream per entry of a bank. */
export const incomingAggregate: Aggregate<IncomingState, IncomingEvent> = defineAggregate({
  context: 'payment',
  name: 'incoming',
  initial: { status: 'unknown' } as IncomingState,
  events: incomingEvents,
  evolve,
});

/** The id of what a bank tells under its own reference: told twice, it is one payment. */
export const incomingIdOf = ({
  bank,
  entryReference,
}: {
  readonly bank: string;
  readonly entryReference: string;
}): string => derivedUuid('incoming-payment', bank, entryReference);

/** Journals of a payment in. */
export const incomingJournalId = (incomingId: string, step: 'arrive' | 'apply'): string =>
  derivedUuid('incoming-journal', incomingId, step);

/** Why money that has arrived is kept in suspense, declared in order of precedence. */
export const suspensionCodes = [
  'unidentified',
  'account_takes_no_credits',
  'asset_not_of_product',
  'amount_mismatch',
] as const;

const suspenseOf: Readonly<Record<(typeof suspensionCodes)[number], string>> = {
  unidentified: suspenseUnidentified,
  account_takes_no_credits: suspenseBlocked,
  asset_not_of_product: suspenseBlocked,
  amount_mismatch: suspenseMismatch,
};

/** What receiving knows besides what the bank told. */
export interface ReceptionFacts {
  /** False for money that is only on its way. */
  readonly isBooked: boolean;
  /** The account's product may hold the asset. */
  readonly isAssetAllowed: boolean;
  readonly verdict: PaymentVerdict;
}

/** Books money that has arrived, always: to the customer, or to suspense with an item for whoever has to look at it. */
export const receivePayment = (
  state: IncomingState,
  terms: IncomingTerms,
  facts: ReceptionFacts,
  book: Book,
): IncomingDecision => {
  const { incomingId } = terms;
  if (state.status !== 'unknown' && !isSame(state, terms))
    return reject({ code: 'incoming_payment_exists_with_different_content', incomingId });
  const announced =
    state.status === 'unknown' ? [incomingAggregate.record(incomingId, 'IncomingPaymentAnnounced', terms)] : [];
  if (!facts.isBooked) return accept(...announced);
  if (state.status !== 'unknown' && state.status !== 'announced') return accept();
  const arrived = arrive(terms, facts, book);
  return arrived.accepted ? accept(...announced, ...arrived.events) : arrived;
};

// The account the number belongs to, and the dates, are what we know by now; what the bank said must be the same.
const isSame = (known: IncomingTerms, told: IncomingTerms): boolean =>
  known.asset === told.asset &&
  known.amountMinor === told.amountMinor &&
  known.creditorIban === told.creditorIban &&
  known.debtor.iban === told.debtor.iban &&
  known.debtor.bic === told.debtor.bic &&
  known.endToEndId === told.endToEndId;

const suspensionOf = (
  { accountId, asset, amountMinor, expectedMinor }: IncomingTerms,
  { isAssetAllowed }: ReceptionFacts,
  book: Book,
): (typeof suspensionCodes)[number] | undefined => {
  if (accountId === undefined || book.account(accountId)?.kind !== 'customer') return 'unidentified';
  if (!canTake(book, accountId, asset)) return 'account_takes_no_credits';
  if (!isAssetAllowed) return 'asset_not_of_product';
  return expectedMinor !== undefined && expectedMinor !== amountMinor ? 'amount_mismatch' : undefined;
};

const arrive = (terms: IncomingTerms, facts: ReceptionFacts, book: Book): IncomingDecision => {
  const { incomingId, entity } = terms;
  const suspension = suspensionOf(terms, facts, book);
  if (suspension !== undefined) return suspend(terms, { chartCode: suspenseOf[suspension], reason: suspension, book });
  const { verdict } = facts;
  if (verdict.kind === 'refuse')
    return suspend(terms, { chartCode: suspenseOf.account_takes_no_credits, reason: verdict.reason, book });
  if (verdict.kind === 'review')
    return suspend(terms, { chartCode: suspenseUnderReview, reason: verdict.reason, book, isReview: true });
  const { accountId = '' } = terms;
  const journalId = incomingJournalId(incomingId, 'arrive');
  const posted = post(book, { terms, journalId, from: houseAccountId(entity, nostroOf(terms.bank)), to: accountId });
  if (!posted.accepted) return posted;
  const data = { incomingId, accountId, journalId };
  return accept(...posted.events, incomingAggregate.record(incomingId, 'IncomingPaymentCredited', data));
};

const suspend = (
  terms: IncomingTerms,
  {
    chartCode,
    reason,
    book,
    isReview = false,
  }: {
    readonly chartCode: string;
    readonly reason: string;
    readonly book: Book;
    readonly isReview?: boolean;
  },
): IncomingDecision => {
  const { incomingId, entity, asset, amountMinor, endToEndId, entryReference } = terms;
  const journalId = incomingJournalId(incomingId, 'arrive');
  const account = houseAccountId(entity, chartCode);
  const posted = post(book, { terms, journalId, from: houseAccountId(entity, nostroOf(terms.bank)), to: account });
  if (!posted.accepted) return posted;
  const workItemId = workItemOf(journalId);
  const data = { incomingId, reason, account, journalId, workItemId };
  return accept(
    ...posted.events,
    openWorkItem({
      workItemId,
      kind: kindOfSuspense(account),
      entity,
      account,
      asset,
      amountMinor,
      subject: `incoming:${incomingId}`,
      reason,
      links: [`journal:${journalId}`, `entry:${entryReference}`],
      reference: endToEndId,
    }),
    incomingAggregate.record(
      incomingId,
      isReview ? 'IncomingPaymentReviewRequested' : 'IncomingPaymentSuspended',
      data,
    ),
  );
};

const post = (
  book: Book,
  {
    terms,
    journalId,
    from,
    to,
  }: {
    readonly terms: IncomingTerms;
    readonly journalId: string;
    readonly from: string;
    readonly to: string;
  },
): Decision<NewEvent, JournalRefusal> => {
  const { asset, amountMinor, valueDate, endToEndId, incomingId, remittance } = terms;
  const purpose = 'principal';
  return postJournal(book, {
    journalId,
    kind: 'incoming-payment',
    postings: [
      { account: from, side: 'debit', asset, amountMinor, purpose },
      { account: to, side: 'credit', asset, amountMinor, purpose },
    ],
    captures: [],
    valueDate,
    endToEndId,
    description: remittance,
    metadata: { incomingId },
  });
};

/** Dr suspense · Cr the customer: somebody found out whose money it is. The item is resolved in the same commit. */
export const applyIncoming = (
  state: Incoming,
  {
    accountId,
    resolvedBy,
    reason,
  }: { readonly accountId: string; readonly resolvedBy: string; readonly reason?: string | undefined },
  book: Book,
): IncomingDecision => {
  const { incomingId, suspendedOn = '', workItemId = '' } = state;
  const journalId = incomingJournalId(incomingId, 'apply');
  const posted = post(book, { terms: state, journalId, from: suspendedOn, to: accountId });
  if (!posted.accepted) return posted;
  return accept(
    ...posted.events,
    incomingAggregate.record(incomingId, 'IncomingPaymentCredited', { incomingId, accountId, journalId }),
    resolved({ workItemId, resolution: 'applied', resolvedBy, journalId, accountId, reason }),
  );
};

/** What a second person decides about money in review. */
export interface ReviewIncoming {
  readonly incomingId: string;
  readonly decision: 'approved' | 'rejected';
  readonly reason?: string | undefined;
}

/** Lets the customer have it, or leaves it in suspense, from where it can be sent back. */
export const reviewIncoming = (
  state: IncomingState,
  { incomingId, decision, reason }: ReviewIncoming,
  { reviewer, book }: { readonly reviewer: string; readonly book: Book },
): IncomingDecision => {
  if (state.status === 'unknown') return reject({ code: 'incoming_payment_unknown', incomingId });
  // Said twice by the same person, perhaps because the first answer never came.
  if (state.review?.by === reviewer && state.review.decision === decision) return accept();
  if (state.status !== 'in_review') return reject({ code: 'incoming_payment_not_in_review', status: state.status });
  if (state.recordedBy === reviewer || state.bookedBy === reviewer)
    return reject({ code: 'reviewer_is_recorder', reviewer });
  const { accountId = '', suspendedOn: account = '', workItemId = '' } = state;
  if (decision === 'approved') return applyIncoming(state, { accountId, resolvedBy: reviewer, reason }, book);
  const journalId = incomingJournalId(incomingId, 'arrive');
  const data = { incomingId, reason: reason ?? 'review_rejected', account, journalId, workItemId };
  return accept(incomingAggregate.record(incomingId, 'IncomingPaymentSuspended', data));
};
