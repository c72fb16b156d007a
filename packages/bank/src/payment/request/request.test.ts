import { fold } from '@finaegis/platform/event-store/aggregate';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import type { Book } from '../../ledger/contract.ts';
import {
  declineRequest,
  expireRequest,
  payRequest,
  type RequestState,
  requestAggregate,
  requestPayment,
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
  return decision.events.reduce(
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
