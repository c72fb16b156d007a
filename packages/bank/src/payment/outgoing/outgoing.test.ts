import type { NewEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { bookOf, events, postings, said, sealed, stateAfter, terms } from '../fixtures/paper-payment.ts';
import {
  type Conclusion,
  cancelPayment,
  concludePayment,
  createPayment,
  fundPayment,
  loseOutcome,
  recordVerdict,
  rejectPayment,
  returnPayment,
  reviewPayment,
  submitPayment,
} from './decide.ts';
import { type OutgoingState, outgoingAggregate } from './outgoing.ts';

const { paymentId } = terms;
const facts = { debtorStatus: 'open', hasRail: true, isPayeeConfirmed: false } as const;
const unknown = outgoingAggregate.initial;
const after = (its: readonly NewEvent[]): OutgoingState => stateAfter(outgoingAggregate, its);

/** A payment at each place of its life, with the events that led there. */
const life = (() => {
  const created = events(createPayment(unknown, terms, facts));
  const review = { paymentId, verdict: { kind: 'review', reason: 'odd' } } as const;
  const inReview = [...created, ...events(recordVerdict(after(created), review))];
  const approved = { paymentId, decision: 'approved' } as const;
  const authorised = [...inReview, ...events(reviewPayment(after(inReview), approved, 'key-2'))];
  const funded = [...created, ...events(fundPayment(after(created), paymentId, bookOf()))];
  const submitted = [...funded, ...events(submitPayment(after(funded), paymentId))];
  const outcome_unknown = [...submitted, ...events(loseOutcome(after(submitted), paymentId))];
  const settling = { paymentId, conclusion: { kind: 'settled', bankReference: 'B-1' } } as const;
  const settled = [...submitted, ...events(concludePayment(after(submitted), settling, bookOf(submitted)))];
  const back = { paymentId, reason: 'AC04', entryReference: 'R-1', amountMinor: 2_000n };
  const returned = [...settled, ...events(returnPayment(after(settled), back, bookOf(settled)))];
  const rejecting = { paymentId, reason: 'AC04' };
  const rejected = [...funded, ...events(rejectPayment(after(funded), rejecting, bookOf(funded)))];
  const cancelled = [...funded, ...events(cancelPayment(after(funded), paymentId, bookOf(funded)))];
  return {
    created,
    in_review: inReview,
    authorised,
    funded,
    submitted,
    outcome_unknown,
    settled,
    returned,
    rejected,
    cancelled,
  };
})();
type Place = keyof typeof life;
const places = Object.keys(life) as Place[];

describe('the life of a payment', () => {
  it.each(places)('has a place %s', (place) => {
    expect(after(life[place]).status).toBe(place);
  });

  // A row is where the payment is; the columns are what each command says there.
  const fund = (place: Place) => said(fundPayment(after(life[place]), paymentId, bookOf(life[place])));
  const submit = (place: Place) => said(submitPayment(after(life[place]), paymentId));
  const cancel = (place: Place) => said(cancelPayment(after(life[place]), paymentId, bookOf(life[place])));
  const reject = (place: Place) =>
    said(rejectPayment(after(life[place]), { paymentId, reason: 'AC04' }, bookOf(life[place])));
  const giveBack = (place: Place, entryReference = 'R-1') =>
    said(
      returnPayment(
        after(life[place]),
        { paymentId, reason: 'AC04', entryReference, amountMinor: 2_000n },
        bookOf(life[place]),
      ),
    );
  const takenBack = 'JournalPosted JournalReversed';
  const both = 'JournalPosted JournalPosted PaymentReturned';

  it.each<[Place, string, string, string, string, string]>([
    [
      'created',
      'JournalPosted PaymentAuthorised PaymentFunded',
      '',
      'PaymentCancelled',
      'PaymentRejected',
      'payment_not_returnable',
    ],
    ['in_review', 'payment_in_review', '', 'PaymentCancelled', 'PaymentRejected', 'payment_not_returnable'],
    ['authorised', 'JournalPosted PaymentFunded', '', 'PaymentCancelled', 'PaymentRejected', 'payment_not_returnable'],
    [
      'funded',
      '',
      'PaymentSubmitted',
      `${takenBack} PaymentCancelled`,
      `${takenBack} PaymentRejected`,
      'payment_not_returnable',
    ],
    [
      'submitted',
      '',
      '',
      'payment_not_cancellable',
      `${takenBack} PaymentRejected`,
      `JournalPosted PaymentSettled ${both}`,
    ],
    [
      'outcome_unknown',
      '',
      '',
      'payment_not_cancellable',
      `${takenBack} PaymentRejected`,
      `JournalPosted PaymentSettled ${both}`,
    ],
    ['settled', '', '', 'payment_not_cancellable', '', both],
    ['returned', '', '', 'payment_not_cancellable', '', ''],
    ['rejected', 'payment_over', 'payment_over', 'payment_not_cancellable', '', 'payment_not_returnable'],
    ['cancelled', 'payment_over', 'payment_over', '', '', 'payment_not_returnable'],
  ])('%s: fund, submit, cancel, reject, return', (place, ...expected) => {
    expect([fund(place), submit(place), cancel(place), reject(place), giveBack(place)]).toEqual(expected);
  });

  it('is concluded once, whatever comes again', () => {
    const settle = { paymentId, conclusion: { kind: 'settled', bankReference: 'B-1' } } as const;
    const back = { paymentId, conclusion: { kind: 'returned', code: 'MD07', bankReference: 'R-1' } } as const;
    const conclude = (place: Place, what: typeof settle | typeof back) =>
      said(concludePayment(after(life[place]), what, bookOf(life[place])));
    expect(conclude('submitted', settle)).toBe('JournalPosted PaymentSettled');
    expect(conclude('settled', settle)).toBe('');
    expect(conclude('returned', settle)).toBe('');
    expect(conclude('returned', back)).toBe('');
    expect(conclude('submitted', back)).toBe(`JournalPosted PaymentSettled ${both}`);
  });

  it('comes back by one entry of the bank only', () => {
    expect(giveBack('returned', 'R-2')).toBe('payment_already_returned');
    const tooMuch = { paymentId, reason: 'AC04', entryReference: 'R-1', amountMinor: 2_001n };
    expect(said(returnPayment(after(life.settled), tooMuch, bookOf(life.settled)))).toBe('return_exceeds_payment');
  });

  it('is reviewed by another person, once', () => {
    const approve = { paymentId, decision: 'approved' } as const;
    const review = (place: Place, reviewer: string) => said(reviewPayment(after(life[place]), approve, reviewer));
    expect(review('in_review', 'key-1')).toBe('reviewer_is_creator');
    expect(review('in_review', 'key-2')).toBe('PaymentAuthorised');
    expect(review('authorised', 'key-2')).toBe('');
    expect(review('authorised', 'key-3')).toBe('payment_not_in_review');
    expect(review('created', 'key-2')).toBe('payment_not_in_review');
  });

  it('books and says so in one commit', () => {
    const types = (decided: readonly NewEvent[]) => decided.map(({ type }) => type);
    const settling = { paymentId, conclusion: { kind: 'settled', bankReference: 'B-1' } } as const;
    const funded = events(fundPayment(after(life.created), paymentId, bookOf()));
    const settled = events(concludePayment(after(life.submitted), settling, bookOf(life.submitted)));
    expect(types(funded)).toEqual(['JournalPosted', 'PaymentAuthorised', 'PaymentFunded']);
    expect(types(settled)).toEqual(['JournalPosted', 'PaymentSettled']);
  });

  it('loses its outcome only while the bank has it', () => {
    expect(places.map((place) => said(loseOutcome(after(life[place]), paymentId))).filter((one) => one !== '')).toEqual(
      ['PaymentOutcomeLost'],
    );
  });

  it('is nothing anybody can speak of before it was created', () => {
    const book = bookOf();
    const reason = 'AC04';
    const back = { paymentId, reason, entryReference: 'R-1', amountMinor: 1n };
    const decided = [
      recordVerdict(unknown, { paymentId, verdict: { kind: 'allow' } }),
      reviewPayment(unknown, { paymentId, decision: 'approved' }, 'key-2'),
      fundPayment(unknown, paymentId, book),
      submitPayment(unknown, paymentId),
      concludePayment(unknown, { paymentId, conclusion: { kind: 'declined', code: reason } }, book),
      rejectPayment(unknown, { paymentId, reason }, book),
      cancelPayment(unknown, paymentId, book),
      returnPayment(unknown, back, book),
    ];
    expect(new Set(decided.map(said))).toEqual(new Set(['payment_unknown']));
    expect(() => stateAfter(outgoingAggregate, life.funded.slice(1))).toThrow('never created');
  });
});

describe('creating a payment', () => {
  // In order of precedence: each row also has what the rows below it name.
  const no = { kind: 'refuse', reason: 'sanctions' } as const;
  const bad = { creditor: { name: sealed('Bert') }, payeeMatch: 'no_match' } as const;
  it.each<[string, object, object]>([
    ['account_unknown', {}, { debtorStatus: undefined }],
    ['account_closed', {}, { debtorStatus: 'closed' }],
    ['account_pays_itself', { creditor: { ...bad.creditor, accountId: 'a' } }, {}],
    ['creditor_account_missing', {}, {}],
    ['rail_not_found', { creditor: terms.creditor }, {}],
    ['payee_not_matched', { creditor: terms.creditor }, { hasRail: true }],
    ['payment_refused', { creditor: terms.creditor }, { hasRail: true, isPayeeConfirmed: true }],
  ])('is refused with %s before anything below it', (code, more, change) => {
    const wrong = { ...facts, hasRail: false, verdict: no, ...change };
    expect(said(createPayment(unknown, { ...terms, ...bad, ...more }, wrong))).toBe(code);
  });

  it('asked for again is a repeat, whatever has become of it; with other content it is not', () => {
    for (const place of places) {
      expect(
        said(createPayment(after(life[place]), { ...terms, feeMinor: 99n, executionDate: '2025-02-01' }, facts)),
      ).toBe('');
      expect(said(createPayment(after(life[place]), { ...terms, amountMinor: 1n }, facts))).toBe(
        'payment_exists_with_different_content',
      );
    }
    const named = { ...terms, creditor: { ...terms.creditor, name: sealed('Berta') } };
    expect(said(createPayment(after(life.created), named, facts))).toBe('payment_exists_with_different_content');
  });

  it('records what the check says', () => {
    const say = (verdict: Parameters<typeof recordVerdict>[1]['verdict'], place: Place = 'created') =>
      said(recordVerdict(after(life[place]), { paymentId, verdict }));
    expect(say({ kind: 'allow' })).toBe('');
    expect(say({ kind: 'review', reason: 'odd' })).toBe('PaymentReviewRequested');
    expect(say({ kind: 'refuse', reason: 'sanctions' })).toBe('payment_refused');
    expect(say({ kind: 'review', reason: 'odd' }, 'in_review')).toBe('');
    expect(say({ kind: 'review', reason: 'odd' }, 'cancelled')).toBe('payment_over');
  });
});

describe('what is booked', () => {
  it('is principal to clearing and the fee as a pair of its own', () => {
    expect(postings(life.funded)).toEqual([
      'a debit 2000',
      'main:clearing/sepa credit 2000',
      'a debit 20',
      'main:income/payment-fee credit 20',
    ]);
  });

  it('is clearing to nostro when it settles, and back by way of clearing/returns (LEDGER 24)', () => {
    expect(postings(life.returned).slice(4)).toEqual([
      'main:clearing/sepa debit 2000',
      'main:nostro/ing credit 2000',
      'main:nostro/ing debit 2000',
      'main:clearing/returns credit 2000',
      'main:clearing/returns debit 2000',
      'a credit 2000',
    ]);
  });

  it('is the creditor himself within the tenant, settled in the same journal', () => {
    const inside = { ...terms, rail: 'internal', creditor: { ...terms.creditor, accountId: 'b' } };
    const created = events(createPayment(unknown, inside, facts));
    const funded = fundPayment(after(created), paymentId, bookOf());
    expect(said(funded)).toBe('JournalPosted PaymentAuthorised PaymentFunded PaymentSettled');
    expect(postings(events(funded)).slice(0, 2)).toEqual(['a debit 2000', 'b credit 2000']);
    const back = { paymentId, reason: 'AC04', entryReference: 'R-1', amountMinor: 2_000n };
    expect(said(returnPayment(after([...created, ...events(funded)]), back, bookOf()))).toBe('payment_not_returnable');
  });

  it.each<[string, object]>([
    ['closed', { status: 'closed' }],
    ['blocked', { creditBlocks: 1 }],
  ])('goes to suspense with an item, fee included, when the account is %s', (_, changes) => {
    const book = bookOf(life.funded, changes);
    const rejected = events(rejectPayment(after(life.funded), { paymentId, reason: 'AC04' }, book));
    expect(rejected.map(({ type }) => type)).toEqual(['JournalPosted', 'WorkItemOpened', 'PaymentRejected']);
    expect(postings(rejected)).toEqual([
      'main:clearing/sepa debit 2000',
      'main:suspense/blocked credit 2000',
      'main:income/payment-fee debit 20',
      'main:suspense/blocked credit 20',
    ]);
    expect(rejected[1]?.data).toMatchObject({ amountMinor: 2_020n, kind: 'blocked' });
    const back = { paymentId, reason: 'AC04', entryReference: 'R-1', amountMinor: 1_900n };
    const returned = events(returnPayment(after(life.settled), back, bookOf(life.settled, changes)));
    expect(postings(returned).at(-1)).toBe('main:suspense/blocked credit 1900');
    expect(returned.find(({ type }) => type === 'WorkItemOpened')?.data).toMatchObject({ amountMinor: 1_900n });
  });

  it('of a return the bank told of without its entry is booked once, and the entry named when it comes', () => {
    const told = { kind: 'returned', code: 'AC04', bankReference: 'P-1' } as const;
    const conclude = (before: readonly NewEvent[], conclusion: Conclusion) =>
      concludePayment(after(before), { paymentId, conclusion }, bookOf(before));
    const returned = [...life.settled, ...events(conclude(life.settled, told))];
    expect(after(returned)).toMatchObject({ status: 'returned', returnEntry: 'P-1', awaitsEntry: true });
    expect(said(conclude(returned, told))).toBe('');
    const entry = { paymentId, reason: 'AC04', entryReference: 'E-1', amountMinor: 1_990n };
    const named = returnPayment(after(returned), entry, bookOf(returned));
    expect(said(named)).toBe('PaymentReturnIdentified');
    expect(said(conclude(returned, { ...told, entryReference: 'E-1' }))).toBe('PaymentReturnIdentified');
    const identified = [...returned, ...events(named)];
    expect(after(identified)).toMatchObject({ status: 'returned', returnEntry: 'E-1', awaitsEntry: false });
    const other = { ...entry, entryReference: 'E-2' };
    expect(said(returnPayment(after(identified), other, bookOf(identified)))).toBe('payment_already_returned');
    expect(said(conclude(identified, { ...told, entryReference: 'E-2' }))).toBe('');
  });

  it('waits while the day is closed', () => {
    const closed = bookOf(life.funded, {}, true);
    expect(said(rejectPayment(after(life.funded), { paymentId, reason: 'AC04' }, closed))).toBe('day_closed');
    expect(said(fundPayment(after(life.created), paymentId, bookOf([], {}, true)))).toBe('day_closed');
  });

  it.each(['settled', 'returned', 'rejected', 'cancelled'] as const)(
    'leaves nothing in clearing when it is %s',
    (place) => {
      const sums = new Map<string, bigint>();
      for (const posting of postings(life[place])) {
        const [account = '', side, amount = '0'] = posting.split(' ');
        sums.set(account, (sums.get(account) ?? 0n) + (side === 'credit' ? BigInt(amount) : -BigInt(amount)));
      }
      const clearing = [...sums].filter(([account]) => account.includes('clearing/'));
      expect(clearing.length).toBeGreaterThan(0);
      expect(clearing.filter(([, sum]) => sum !== 0n)).toEqual([]);
    },
  );
});
