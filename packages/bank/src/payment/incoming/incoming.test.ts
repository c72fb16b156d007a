import { describe, expect, it } from 'vitest';
import { bookOf, events, postings, said, stateAfter } from '../fixtures/paper-payment.ts';
import { type WorkItemState, workItemAggregate } from '../work-item/work-item.ts';
import { type IncomingTerms, incomingAggregate, incomingIdOf, receivePayment, reviewIncoming } from './incoming.ts';

const terms: IncomingTerms = {
  incomingId: incomingIdOf({ bank: 'ing', entryReference: 'E-1' }),
  entity: 'main',
  bank: 'ing',
  entryReference: 'E-1',
  asset: 'EUR',
  amountMinor: 1_500n,
  accountId: 'a',
  debtor: {},
};
const { incomingId } = terms;
const unknown = incomingAggregate.initial;
const facts = { isBooked: true, isAssetAllowed: true, verdict: { kind: 'allow' } } as const;
const receive = (more: Partial<IncomingTerms> = {}, how: object = {}, book = bookOf()) =>
  receivePayment(unknown, { ...terms, ...more }, { ...facts, ...how }, book);

describe('money that arrives', () => {
  it('is credited in one journal', () => {
    const decided = events(receive());
    expect(decided.map(({ type }) => type)).toEqual([
      'IncomingPaymentAnnounced',
      'JournalPosted',
      'IncomingPaymentCredited',
    ]);
    expect(postings(decided)).toEqual(['main:nostro/ing debit 1500', 'a credit 1500']);
  });

  // In order of precedence: each row also has what the rows below it name.
  const refused = { kind: 'refuse', reason: 'sanctions' } as const;
  it.each<[string, string, Partial<IncomingTerms>, object, object]>([
    ['unidentified', 'unidentified', { accountId: undefined as never }, { isAssetAllowed: false }, {}],
    ['account_takes_no_credits', 'blocked', {}, { isAssetAllowed: false }, { creditBlocks: 1 }],
    ['asset_not_of_product', 'blocked', {}, { isAssetAllowed: false }, {}],
    ['amount_mismatch', 'amount-mismatch', {}, {}, {}],
    ['sanctions', 'blocked', { expectedMinor: 1_500n }, {}, {}],
  ])('goes to suspense because of %s before anything below it', (reason, leaf, more, how, balance) => {
    const decided = events(receive({ expectedMinor: 1n, ...more }, { verdict: refused, ...how }, bookOf([], balance)));
    expect(decided.map(({ type }) => type)).toEqual([
      'IncomingPaymentAnnounced',
      'JournalPosted',
      'WorkItemOpened',
      'IncomingPaymentSuspended',
    ]);
    expect(postings(decided)[1]).toBe(`main:suspense/${leaf} credit 1500`);
    expect(decided.at(-1)?.data).toMatchObject({ reason, workItemId: decided[2]?.data['workItemId'] });
  });

  it('is announced first, booked once, and its content never changes', () => {
    const announced = events(receive({}, { isBooked: false }));
    const state = stateAfter(incomingAggregate, announced);
    expect(said(receive({}, { isBooked: false }))).toBe('IncomingPaymentAnnounced');
    expect(said(receivePayment(state, terms, facts, bookOf()))).toBe('JournalPosted IncomingPaymentCredited');
    const credited = stateAfter(incomingAggregate, [
      ...announced,
      ...events(receivePayment(state, terms, facts, bookOf())),
    ]);
    expect(said(receivePayment(credited, terms, facts, bookOf()))).toBe('');
    expect(said(receivePayment(credited, { ...terms, amountMinor: 1n }, facts, bookOf()))).toBe(
      'incoming_payment_exists_with_different_content',
    );
  });

  it('waits while the day is closed', () => {
    expect(said(receive({}, {}, bookOf([], {}, true)))).toBe('day_closed');
  });
});

describe('money in review', () => {
  const decided = events(receive({}, { verdict: { kind: 'review', reason: 'odd' } }));
  const state = stateAfter(incomingAggregate, decided);
  const review = (decision: 'approved' | 'rejected', reviewer = 'key-2', at = state) =>
    reviewIncoming(at, { incomingId, decision }, { reviewer, book: bookOf(decided) });

  it('is booked to suspense and not to the customer', () => {
    expect(decided.at(-1)?.type).toBe('IncomingPaymentReviewRequested');
    expect(postings(decided)).toEqual(['main:nostro/ing debit 1500', 'main:suspense/review credit 1500']);
  });

  it('is the customer’s once another person approves it, and its item is resolved in the same commit', () => {
    expect(said(review('approved', 'key-1'))).toBe('reviewer_is_recorder');
    // Nor does it help that somebody else announced it: who says that it has arrived is not who lets it go.
    const announcedByAnother = { ...state, recordedBy: 'key-0' } as typeof state;
    expect(said(review('approved', 'key-1', announcedByAnother))).toBe('reviewer_is_recorder');
    const approved = events(review('approved'));
    expect(approved.map(({ type }) => type)).toEqual(['JournalPosted', 'IncomingPaymentCredited', 'WorkItemResolved']);
    expect(postings(approved)).toEqual(['main:suspense/review debit 1500', 'a credit 1500']);
    const item: WorkItemState = stateAfter(workItemAggregate, [...decided, ...approved]);
    expect(item).toMatchObject({ status: 'resolved', resolution: 'applied' });
  });

  it('stays in suspense when it is rejected, and is decided once', () => {
    const rejected = events(review('rejected'));
    expect(rejected.map(({ type }) => type)).toEqual(['IncomingPaymentSuspended']);
    const after = stateAfter(incomingAggregate, [...decided, ...rejected]);
    expect(said(review('approved', 'key-3', after))).toBe('incoming_payment_not_in_review');
    // Whoever decided it may say so again, and nothing else.
    const reviewer = (after.status === 'suspended' && after.review?.by) || 'nobody';
    expect(said(review('rejected', reviewer, after))).toBe('');
    expect(said(review('approved', reviewer, after))).toBe('incoming_payment_not_in_review');
    expect(said(review('approved', 'key-2', unknown))).toBe('incoming_payment_unknown');
    const back = incomingAggregate.record(incomingId, 'IncomingPaymentReturned', {
      incomingId,
      paymentId: 'p',
      reason: 'AC01',
    });
    expect(stateAfter(incomingAggregate, [...decided, ...rejected, back])).toMatchObject({
      status: 'returned',
      returnedBy: 'p',
    });
  });
});
