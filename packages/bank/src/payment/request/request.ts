import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { type Book, type JournalRefusal, postJournal } from '../../ledger/contract.ts';
import { type paymentRequested, requestEvents } from './events.ts';

/** What was asked for; it never changes. */
export type RequestTerms = EventOf<typeof paymentRequested>['data'];

/** States of a request; the last three are ends. */
export const requestStatuses = ['open', 'paid', 'declined', 'expired'] as const;

/** A request as it stands. */
export interface PaymentRequest extends RequestTerms {
  readonly status: (typeof requestStatuses)[number];
  readonly requestedAt: string;
  readonly changedAt: string;
  readonly payerAccountId?: string;
  readonly journalId?: string;
  readonly declinedBy?: 'payer' | 'payee';
}

export type RequestState = { readonly status: 'unknown' } | PaymentRequest;

/** Declared in order of precedence. */
export type RequestRefusal =
  | { readonly code: 'payment_request_exists_with_different_content'; readonly requestId: string }
  | { readonly code: 'payment_request_unknown'; readonly requestId: string }
  | {
      readonly code: 'payment_request_over';
      readonly requestId: string;
      readonly status: 'paid' | 'declined' | 'expired';
    }
  | JournalRefusal;

type RequestDecision = Decision<NewEvent, RequestRefusal>;
type RequestEvent = EventOf<(typeof requestEvents)[number]>;

const evolve = (state: RequestState, event: Recorded<RequestEvent>): RequestState => {
  const changedAt = event.meta.bookedAt;
  const known = state as PaymentRequest;
  switch (event.type) {
    case 'PaymentRequested':
      return { ...event.data, status: 'open', requestedAt: changedAt, changedAt };
    case 'PaymentRequestPaid': {
      const { payerAccountId, journalId } = event.data;
      return { ...known, status: 'paid', payerAccountId, journalId, changedAt };
    }
    case 'PaymentRequestDeclined':
      return { ...known, status: 'declined', declinedBy: event.data.by, changedAt };
    case 'PaymentRequestExpired':
      return { ...known, status: 'expired', changedAt };
    default:
      return unreachable(event);
  }
};

/** One stream per request. */
export const requestAggregate: Aggregate<RequestState, RequestEvent> = defineAggregate({
  context: 'payment',
  name: 'payment-request',
  initial: { status: 'unknown' } as RequestState,
  events: requestEvents,
  evolve,
});

/** The saga that waits for the end of a request's time. */
export const requestSagaId = (requestId: string): string => derivedUuid('saga', 'payment-request', requestId);

/** The journal that pays a request: there is one, so that it is paid once. */
export const requestJournalId = (requestId: string): string => derivedUuid('payment-request-journal', requestId);

/** Asks for money, or recognises the same request. */
export const requestPayment = (state: RequestState, terms: RequestTerms): RequestDecision => {
  const { requestId } = terms;
  if (state.status === 'unknown') return accept(requestAggregate.record(requestId, 'PaymentRequested', terms));
  const isSame =
    state.payeeAccountId === terms.payeeAccountId &&
    state.payerPartyId === terms.payerPartyId &&
    state.asset === terms.asset &&
    state.amountMinor === terms.amountMinor &&
    state.expiresAt === terms.expiresAt &&
    state.note?.commitment === terms.note?.commitment;
  return isSame ? accept() : reject({ code: 'payment_request_exists_with_different_content', requestId });
};

const overOr = (
  state: RequestState,
  requestId: string,
  wanted: 'paid' | 'declined' | 'expired',
  decide: (open: PaymentRequest) => RequestDecision,
): RequestDecision => {
  if (state.status === 'unknown') return reject({ code: 'payment_request_unknown', requestId });
  if (state.status === wanted) return accept();
  if (state.status !== 'open') return reject({ code: 'payment_request_over', requestId, status: state.status });
  return decide(state);
};

/** Pays it: one journal from the payer's account to the payee's. What is late by the clock is over, though nobody has noted it yet. */
export const payRequest = (
  state: RequestState,
  { requestId, payerAccountId }: { readonly requestId: string; readonly payerAccountId: string },
  { book, now }: { readonly book: Book; readonly now: string },
): RequestDecision =>
  overOr(state, requestId, 'paid', ({ expiresAt, payeeAccountId, asset, amountMinor }) => {
    if (expiresAt <= now) return reject({ code: 'payment_request_over', requestId, status: 'expired' });
    const journalId = requestJournalId(requestId);
    const decision = postJournal(book, {
      journalId,
      kind: 'payment-request',
      postings: [
        { account: payerAccountId, asset, side: 'debit', amountMinor, purpose: 'principal' },
        { account: payeeAccountId, asset, side: 'credit', amountMinor, purpose: 'principal' },
      ],
      captures: [],
      metadata: { requestId },
    });
    if (!decision.accepted) return decision;
    const paid = requestAggregate.record(requestId, 'PaymentRequestPaid', { requestId, payerAccountId, journalId });
    return accept(...decision.events, paid);
  });

/** Says no to it, or takes it back. */
export const declineRequest = (
  state: RequestState,
  { requestId, by }: { readonly requestId: string; readonly by: 'payer' | 'payee' },
): RequestDecision =>
  overOr(state, requestId, 'declined', () =>
    accept(requestAggregate.record(requestId, 'PaymentRequestDeclined', { requestId, by })),
  );

/** Notes that its time is over; whatever else became of it stands. */
export const expireRequest = (state: RequestState, requestId: string): RequestDecision => {
  if (state.status === 'unknown') return reject({ code: 'payment_request_unknown', requestId });
  return state.status === 'open'
    ? accept(requestAggregate.record(requestId, 'PaymentRequestExpired', { requestId }))
    : accept();
};
