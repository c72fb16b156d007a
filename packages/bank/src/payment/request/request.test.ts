import { derivedUuid } from '@finaegis/kernel/id';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import type { Book } from '../../ledger/contract.ts';
import { bookOf, events, said, sealed } from '../fixtures/paper-payment.ts';
import {
  declineRequest,
  expireRequest,
  payRequest,
  type RequestState,
  requestAggregate,
  requestJournalId,
  requestPayment,
  requestSagaId,
} from './request.ts';

const requestId = '0190a000-0000-7000-8000-000000000001';
const terms = {
  requestId,
  payeeAccountId: 'payee',
  payerPartyId: 'party',
  asset: 'EUR',
  amountMinor: 100n,
  expiresAt: '2025-02-01T00:00:00.000Z',
};
const after = (state: RequestState, decision: ReturnType<typeof requestPayment>): RequestState => {
  if (!decision.accepted) throw new Error(decision.rejection.code);
  const its = decision.events.filter(({ stream }) => stream.startsWith(`${requestAggregate.name}:`));
  return its.reduce(
    (current, event) =>
      fold(requestAggregate, current, { ...event, bookedAt: terms.expiresAt } as unknown as RecordedEvent),
    state,
  );
};
const open = after(requestAggregate.initial, requestPayment(requestAggregate.initial, terms));
const book = { journal: () => ({ status: 'unknown' }) } as unknown as Book;

describe('a payment request', () => {
  it('whose time is over is not paid, though nobody has noted it yet', () => {
    const late = payRequest(open, { requestId, payerAccountId: 'payer' }, { book, now: terms.expiresAt });
    expect(late).toMatchObject({ accepted: false, rejection: { code: 'payment_request_over', status: 'expired' } });
  });

  it('ends once: whatever became of it first stands', () => {
    const declined = after(open, declineRequest(open, { requestId, by: 'payee' }));
    expect(expireRequest(declined, requestId)).toEqual({ accepted: true, events: [] });
    expect(declineRequest(declined, { requestId, by: 'payer' })).toEqual({ accepted: true, events: [] });
    const expired = after(open, expireRequest(open, requestId));
    expect(declineRequest(expired, { requestId, by: 'payer' })).toMatchObject({
      rejection: { code: 'payment_request_over', status: 'expired' },
    });
    expect(
      payRequest(declined, { requestId, payerAccountId: 'payer' }, { book, now: '2025-01-01T00:00:00.000Z' }),
    ).toMatchObject({
      rejection: { code: 'payment_request_over', status: 'declined' },
    });
  });

  it('is the same only with the same content', () => {
    expect(requestPayment(open, terms)).toEqual({ accepted: true, events: [] });
    for (const other of [{ amountMinor: 101n }, { payerPartyId: 'other' }, { expiresAt: '2025-02-02T00:00:00.000Z' }])
      expect(requestPayment(open, { ...terms, ...other })).toMatchObject({
        rejection: { code: 'payment_request_exists_with_different_content' },
      });
  });
});

describe('each decision about a payment request', () => {
  const unknown = requestAggregate.initial;
  const asked = { ...terms, payeeAccountId: 'b', note: sealed('rent') };
  const opened = () => after(unknown, requestPayment(unknown, asked));
  const inTime = { now: '2025-01-30T00:00:00.000Z' };
  const pay = (state: RequestState, book = bookOf()) =>
    payRequest(state, { requestId, payerAccountId: 'a' }, { book, ...inTime });

  it('opens it with all that was asked for', () => {
    expect(opened()).toEqual({
      ...asked,
      status: 'open',
      requestedAt: terms.expiresAt,
      changedAt: terms.expiresAt,
    });
    for (const other of [{ payeeAccountId: 'c' }, { asset: 'USD' }, { note: sealed('gift') }, { note: undefined }])
      expect(said(requestPayment(opened(), { ...asked, ...other } as typeof asked))).toBe(
        'payment_request_exists_with_different_content',
      );
    expect(requestPayment(opened(), { ...asked, amountMinor: 1n })).toMatchObject({ rejection: { requestId } });
  });

  it('pays it with one journal from payer to payee that says which request it is', () => {
    const journalId = derivedUuid('payment-request-journal', requestId);
    const [journal, paid, ...more] = events(pay(opened()));
    expect(more).toEqual([]);
    expect(journal).toMatchObject({
      type: 'JournalPosted',
      data: {
        journalId,
        kind: 'payment-request',
        postings: [
          { account: 'a', asset: 'EUR', side: 'debit', amountMinor: 100n, purpose: 'principal' },
          { account: 'b', asset: 'EUR', side: 'credit', amountMinor: 100n, purpose: 'principal' },
        ],
        metadata: { requestId },
      },
    });
    expect(paid).toMatchObject({ type: 'PaymentRequestPaid', data: { requestId, payerAccountId: 'a', journalId } });
    const state = after(opened(), pay(opened()));
    expect(state).toEqual({ ...opened(), status: 'paid', payerAccountId: 'a', journalId });
    expect(said(pay(state))).toBe('');
    expect(declineRequest(state, { requestId, by: 'payee' })).toMatchObject({
      rejection: { code: 'payment_request_over', requestId, status: 'paid' },
    });
    expect(events(expireRequest(state, requestId))).toEqual([]);
  });

  it('is refused as the ledger refuses', () => {
    expect(said(pay(opened(), bookOf([], { creditsMinor: 99n })))).toBe('insufficient_funds');
  });

  it('says who declined it, and that its time is over', () => {
    const [declined] = events(declineRequest(opened(), { requestId, by: 'payer' }));
    expect(declined).toMatchObject({ type: 'PaymentRequestDeclined', data: { requestId, by: 'payer' } });
    expect(after(opened(), declineRequest(opened(), { requestId, by: 'payer' }))).toMatchObject({
      status: 'declined',
      declinedBy: 'payer',
      payeeAccountId: 'b',
    });
    const [expired] = events(expireRequest(opened(), requestId));
    expect(expired).toMatchObject({ type: 'PaymentRequestExpired', data: { requestId } });
    expect(after(opened(), expireRequest(opened(), requestId))).toMatchObject({ status: 'expired', asset: 'EUR' });
  });

  it('about one that nobody made is refused by its id', () => {
    const refusal = { rejection: { code: 'payment_request_unknown', requestId } };
    expect(pay(unknown)).toMatchObject(refusal);
    expect(declineRequest(unknown, { requestId, by: 'payee' })).toMatchObject(refusal);
    expect(expireRequest(unknown, requestId)).toMatchObject(refusal);
    expect(() => requestAggregate.evolve(unknown, { type: 'PaymentRequestSold', meta: {} } as never)).toThrow(
      'Unreachable',
    );
  });

  it('has names of its own in the ledger and among sagas, for ever', () => {
    expect(requestJournalId(requestId)).toBe(derivedUuid('payment-request-journal', requestId));
    expect(requestSagaId(requestId)).toBe(derivedUuid('saga', 'payment-request', requestId));
  });
});
