import type { NewEvent } from '@finaegis/platform/event-store/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  announceCardDeposit,
  bookCardFee,
  type CardDepositTerms,
  cardDepositAggregate,
  cardPayerAggregate,
  concludeCardDeposit,
  failCardDeposit,
} from './card-deposit/card-deposit.ts';
import {
  answerDispute,
  proposeWriteOff,
  recordDispute,
  refuseAnswer,
  remindDispute,
  writeOffDispute,
} from './dispute/decide.ts';
import { type DisputeTerms, disputeAggregate } from './dispute/dispute.ts';
import { costsOf, explain, unexplainedOf } from './explained.ts';
import { bookOf, events, postings, said, sealed, stateAfter } from './fixtures/paper-payment.ts';
import { type BookCardPayout, bookCardPayout, cardPayoutAggregate, returnCardPayout } from './payout/payout.ts';
import {
  isAutoApproved,
  policyAt,
  type RefundPolicy,
  refundFeeOf,
  refundPolicy,
  refundPolicyAggregate,
  setRefundPolicy,
} from './refund/policy.ts';
import {
  cancelRefund,
  completeRefund,
  failRefund,
  fundRefund,
  type RefundState,
  type RefundTerms,
  refundAggregate,
  requestRefund,
  returnRefund,
  reviewRefund,
  submitRefund,
} from './refund/refund.ts';
import { leftOf, type Remainder, remainderAggregate } from './refund/remainder.ts';

const book = bookOf();
const deposit: CardDepositTerms = {
  depositId: '0190b000-0000-7000-8000-000000000001',
  accountId: 'a',
  entity: 'main',
  provider: 'stripe',
  asset: 'EUR',
  amountMinor: 10_000n,
  saveMethod: false,
  expiresAt: '2025-01-31T10:00:00.000Z',
};
const { depositId } = deposit;
const none = cardDepositAggregate.initial;
const announced = events(announceCardDeposit(none, deposit, { isSupported: true, book }));
const state = stateAfter(cardDepositAggregate, announced);
const paid = (receivedMinor = 10_000n) => ({ intentId: 'pi_1', status: 'succeeded' as const, receivedMinor });
const allow = { kind: 'allow' } as const;

describe('a card deposit on paper', () => {
  it.each<[string, string, object, object]>([
    ['card_asset_not_supported', 'not-taken', {}, { isSupported: false }],
    ['account_unknown', 'account', { accountId: 'main:cash' }, {}],
    ['CardDepositAnnounced', 'taken', {}, {}],
  ])('%s', (wanted, _, terms, facts) => {
    expect(said(announceCardDeposit(none, { ...deposit, ...terms }, { isSupported: true, book, ...facts }))).toBe(
      wanted,
    );
  });

  // In order of precedence: each row also has what the rows below it name.
  const review = { kind: 'review', reason: 'unusual' } as const;
  it.each<[string, string, bigint, object, object]>([
    ['amount_mismatch', 'amount-mismatch', 9_999n, { creditBlocks: 1 }, review],
    ['account_takes_no_credits', 'blocked', 10_000n, { creditBlocks: 1 }, review],
    ['unusual', 'review', 10_000n, {}, review],
  ])(
    'that cannot be credited because of %s is booked to suspense with an item',
    (reason, leaf, received, changes, verdict) => {
      const told = { depositId, intent: paid(received), verdict: verdict as typeof review };
      const decided = events(concludeCardDeposit(state, told, bookOf([], changes)));
      expect(decided.map(({ type }) => type)).toEqual(['JournalPosted', 'WorkItemOpened', 'CardDepositSuspended']);
      expect(postings(decided)).toEqual([
        `main:psp/stripe debit ${received}`,
        `main:suspense/${leaf} credit ${received}`,
      ]);
      expect(decided.at(-1)?.data).toMatchObject({ reason });
    },
  );

  it('goes through its states, and what arrived late is booked all the same', () => {
    const conclude = (from: typeof state, intent: object) =>
      concludeCardDeposit(from, { depositId, intent: { ...paid(0n), ...intent } as never, verdict: allow }, book);
    expect(said(conclude(state, { status: 'action_required' }))).toBe('CardActionRequested');
    expect(said(conclude(state, { status: 'declined', declineCode: 'lost' }))).toBe('CardDepositFailed');
    const expired = events(conclude(state, { status: 'cancelled' }));
    expect(expired.map(({ type }) => type)).toEqual(['CardDepositExpired']);
    const late = stateAfter(cardDepositAggregate, [...announced, ...expired]);
    const credited = events(conclude(late, paid()));
    expect(credited.map(({ type }) => type)).toEqual(['JournalPosted', 'CardDepositCredited']);
    const done = stateAfter(cardDepositAggregate, [...announced, ...expired, ...credited]);
    expect(said(conclude(done, paid()))).toBe('');
    expect(said(failCardDeposit(done, { depositId, reason: 'x' }))).toBe('');
    const fee = events(bookCardFee(done, { depositId, feeMinor: 175n }, book));
    expect(postings(fee)).toEqual(['main:cost/stripe debit 175', 'main:psp/stripe credit 175']);
    const feed = stateAfter(cardDepositAggregate, [...announced, ...credited, ...fee]);
    expect(said(bookCardFee(feed, { depositId, feeMinor: 175n }, book))).toBe('');
    expect(fee.at(-1)?.type).toBe('CardDepositFeeBooked');
    expect(said(conclude(none as never, paid()))).toBe('card_deposit_unknown');
  });
});

const refund: RefundTerms = {
  refundId: '0190b000-0000-7000-8000-000000000002',
  paymentId: depositId,
  way: 'card',
  accountId: 'a',
  entity: 'main',
  leavesBy: 'psp/stripe',
  asset: 'EUR',
  amountMinor: 4_000n,
  reason: 'requested_by_customer',
};
const { refundId } = refund;
const payment = { asset: 'EUR', capturedMinor: 10_000n };
const whole = remainderAggregate.initial;
const ask = (terms: Partial<RefundTerms> = {}, isAutoApproved = true, remainder: Remainder = whole) =>
  requestRefund(
    refundAggregate.initial,
    { ...refund, ...terms },
    { payment, remainder, approvedBy: isAutoApproved ? 'policy' : undefined },
  );
const refundAfter = (decided: readonly NewEvent[]) => stateAfter(refundAggregate, decided);

describe('a refund on paper', () => {
  it.each<[string, Partial<RefundTerms>]>([
    ['refund_address_missing', { way: 'crypto', asset: 'USD', amountMinor: 10_001n }],
    ['refund_asset_differs', { asset: 'USD', amountMinor: 10_001n }],
    ['refund_exceeds_remainder', { amountMinor: 10_001n }],
    [['RefundRequested', 'RemainderTaken', 'RefundApproved'].join(' '), { amountMinor: 10_000n }],
  ])('is answered with %s before anything below it', (wanted, terms) => {
    expect(said(ask(terms))).toBe(wanted);
  });

  it('goes through its states, each journal mirrored when it comes back', () => {
    const story = [...events(ask())];
    const step = (decide: (at: ReturnType<typeof refundAfter>) => Parameters<typeof events>[0]) => {
      const decided = events(decide(refundAfter(story)));
      story.push(...decided);
      return [decided.at(-1)?.type ?? '', ...postings(decided)];
    };
    expect(step((at) => fundRefund(at, refundId, book))).toEqual([
      'RefundFunded',
      'a debit 4000',
      'main:clearing/refunds credit 4000',
    ]);
    expect(step((at) => submitRefund(at, refundId))).toEqual(['RefundSubmitted']);
    expect(step((at) => completeRefund(at, { refundId, reference: 're_1' }, book))).toEqual([
      'RefundCompleted',
      'main:clearing/refunds debit 4000',
      'main:psp/stripe credit 4000',
    ]);
    expect(step((at) => failRefund(at, { refundId, reason: 'late' }, book))).toEqual(['']);
    expect(step((at) => returnRefund(at, { refundId, reason: 'AC04' }, bookOf([], { creditBlocks: 1 })))).toEqual([
      'RemainderReleased',
      'main:psp/stripe debit 4000',
      'main:clearing/refunds credit 4000',
      'main:clearing/refunds debit 4000',
      'main:suspense/blocked credit 4000',
    ]);
    expect(story.map(({ type }) => type)).toContain('RefundReturned');
    expect(stateAfter(remainderAggregate, story)).toEqual(whole);
  });

  it('that is over, or was never asked for, is told so', () => {
    const asked = refundAfter(events(ask({}, false)));
    const rejected = events(reviewRefund(asked, { refundId, decision: 'rejected' }, 'key-2'));
    expect(rejected.map(({ type }) => type)).toEqual(['RefundRejected', 'RemainderReleased']);
    const over = refundAfter([...events(ask({}, false)), ...rejected]);
    expect(said(fundRefund(over, refundId, book))).toBe('refund_over');
    expect(said(fundRefund(asked, refundId, book))).toBe('refund_not_awaiting_approval');
    expect(said(returnRefund(over, { refundId, reason: 'x' }, book))).toBe('refund_not_returnable');
    expect(said(cancelRefund(over, refundId))).toBe('refund_not_cancellable');
    expect(said(cancelRefund(asked, refundId)).split(' ')).toEqual(['RefundCancelled', 'RemainderReleased']);
    expect(said(failRefund(asked, { refundId, reason: 'x' }, book)).split(' ')).toEqual([
      'RefundFailed',
      'RemainderReleased',
    ]);
    expect(said(cancelRefund(refundAggregate.initial, refundId))).toBe('refund_unknown');
  });

  const day = 86_400_000;
  const at = (days: number) => new Date(Date.parse('2025-01-01T00:00:00.000Z') + days * day).toISOString();
  it.each<[boolean, string, object]>([
    [true, 'at the limit, on the last day', { amountMinor: 10_000n, now: at(30) }],
    [false, 'above the limit', { amountMinor: 10_001n, now: at(0) }],
    [false, 'too late', { amountMinor: 1n, now: at(30.001) }],
    [false, 'in an asset without a limit', { amountMinor: 1n, now: at(0), asset: 'XXX' }],
    [true, 'for our own error', { amountMinor: 10_001n, now: at(99), reason: 'system_error' }],
  ])('is approved by policy: %s, %s', (isApproved, _, facts) => {
    const asked = { asset: 'EUR', reason: 'other', capturedAt: at(0), now: at(0), amountMinor: 1n, ...facts } as const;
    expect(isAutoApproved(refundPolicy, asked)).toBe(isApproved);
  });

  it('is charged in the journal that funds it; what never went is not, what came back is', () => {
    const asked = events(ask({ feeMinor: 50n }));
    const funded = events(fundRefund(refundAfter(asked), refundId, book));
    expect(postings(funded)).toEqual([
      'a debit 4000',
      'main:clearing/refunds credit 4000',
      'a debit 50',
      'main:income/refund-fee credit 50',
    ]);
    const story = [...asked, ...funded];
    const failed = events(failRefund(refundAfter(story), { refundId, reason: 'x' }, bookOf([], { creditBlocks: 1 })));
    expect(postings(failed)).toEqual([
      'main:clearing/refunds debit 4000',
      'main:suspense/blocked credit 4000',
      'main:income/refund-fee debit 50',
      'main:suspense/blocked credit 50',
    ]);
    expect(failed.find(({ type }) => type === 'WorkItemOpened')?.data).toMatchObject({ amountMinor: 4_050n });
    story.push(...events(submitRefund(refundAfter(story), refundId)));
    story.push(...events(completeRefund(refundAfter(story), { refundId, reference: 're_1' }, book)));
    const returned = events(returnRefund(refundAfter(story), { refundId, reason: 'AC04' }, book));
    expect(postings(returned).join()).not.toContain('refund-fee');
  });

  const charging: RefundPolicy = {
    ...refundPolicy,
    fees: [{ asset: 'EUR', fixedMinor: 50n, basisPoints: 125 }],
  };
  it.each<[string, bigint, object]>([
    ['nothing in an asset without a fee', 0n, { asset: 'USD' }],
    ['nothing for our own error', 0n, { reason: 'system_error' }],
    ['a fixed part and a rate, rounded up', 50n + 1n, { amountMinor: 1n }],
    ['no rate again on what the first part was rounded up for', 50n, { amountMinor: 79n, refundedMinor: 1n }],
    ['the next cent when it is reached', 50n + 1n, { amountMinor: 80n, refundedMinor: 1n }],
  ])('costs %s', (_, feeMinor, more) => {
    const asked = { asset: 'EUR', amountMinor: 1n, reason: 'other', refundedMinor: 0n, ...more } as const;
    expect(refundFeeOf(charging, asked)).toBe(feeMinor);
    expect(refundFeeOf(refundPolicy, asked)).toBe(0n);
  });

  it('is under the policy of its instant; a policy set again changes nothing, and an earlier one takes back a later one', () => {
    const story: NewEvent[] = [];
    const known = () => stateAfter(refundPolicyAggregate, story);
    const set = (policy: RefundPolicy, now: string, effectiveFrom?: string) => {
      const decided = events(setRefundPolicy(known(), { entity: 'main', effectiveFrom, ...policy }, now));
      story.push(...decided);
      return decided.length;
    };
    const strict = { ...refundPolicy, limits: [] };
    const [monday, tuesday, friday] = ['2025-01-06', '2025-01-07', '2025-01-10'].map((date) => `${date}T00:00:00.000Z`);
    expect([set(strict, `${monday}`, '2020-01-01T00:00:00Z'), set(strict, `${tuesday}`)]).toEqual([1, 0]);
    expect(story).toMatchObject([{ type: 'RefundPolicySet', data: { effectiveFrom: monday } }]);
    expect(set(charging, `${tuesday}`, '2025-01-10T00:00:00Z')).toBe(1);
    const at = (now = '') => policyAt(known(), now, refundPolicy);
    expect(at('2025-01-05T23:59:59.999Z')).toBe(refundPolicy);
    expect([at(monday), at('2025-01-09T23:59:59.999Z'), at(friday)]).toMatchObject([strict, strict, charging]);
    expect(set(charging, `${tuesday}`)).toBe(1);
    expect(known()).toHaveLength(2);
    expect(at(tuesday)).toMatchObject(charging);
  });

  it('whatever is asked for in whatever order, no more goes back than was captured', () => {
    const wish = fc.record({ amountMinor: fc.bigInt(1n, 6_000n), isKept: fc.boolean() });
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 20 }), (wishes) => {
        const story: NewEvent[] = [];
        wishes.forEach(({ amountMinor, isKept }, index) => {
          const id = `r-${index}`;
          const decision = ask({ refundId: id, amountMinor }, false, stateAfter(remainderAggregate, story));
          if (!decision.accepted) return;
          story.push(...decision.events);
          if (!isKept) story.push(...events(cancelRefund(refundAfter(decision.events), id)));
        });
        const { refundedMinor } = stateAfter(remainderAggregate, story);
        expect(refundedMinor <= 10_000n && refundedMinor >= 0n).toBe(true);
        expect(leftOf({ refundedMinor, disputedMinor: 20_000n }, 10_000n)).toBe(0n);
      }),
    );
  });
});

const dispute: DisputeTerms = {
  disputeId: '0190b000-0000-7000-8000-000000000003',
  provider: 'stripe',
  caseId: 'dp_1',
  paymentId: depositId,
  accountId: 'a',
  entity: 'main',
  asset: 'EUR',
  amountMinor: 10_000n,
  reason: 'fraudulent',
  workItemId: 'w',
};
const { disputeId } = dispute;
const facts = { tenantId: 't', now: '2025-01-30T10:00:00.000Z', actor: 'webhook:stripe' };
const told = (more: object = {}) => ({
  terms: dispute,
  told: { status: 'evidence_due' as const, withdrawnMinor: 10_000n, feeMinor: 1_500n, reinstatedMinor: 0n, ...more },
});
const record = (at: Parameters<typeof recordDispute>[0], more: object = {}, on = book) =>
  recordDispute(at, told(more) as never, on, facts);
const newCase = disputeAggregate.initial;

describe('a dispute on paper', () => {
  it('that is told of when it is lost already is opened, held and taken in one commit: LEDGER line 21', () => {
    const decided = events(record(newCase, { status: 'lost' }, bookOf([], { creditsMinor: 6_000n })));
    expect(decided.map(({ type }) => type).filter((type) => type.startsWith('Dispute'))).toEqual([
      'DisputeOpened',
      'DisputeFundsWithdrawn',
      'DisputeEvidenceRequested',
      'DisputeLost',
    ]);
    expect(postings(decided)).toEqual([
      'main:clearing/disputes debit 10000',
      'main:psp/stripe credit 10000',
      'main:cost/dispute debit 1500',
      'main:psp/stripe credit 1500',
      'a debit 10000',
      'main:clearing/disputes credit 10000',
    ]);
    const held = decided.find(({ type }) => type === 'HoldPlaced');
    expect(held?.data).toMatchObject({ account: 'a', amountMinor: 6_000n });
  });

  it('holds nothing where nothing is there, and is our loss where the account is closed', () => {
    const empty = events(record(newCase, {}, bookOf([], { creditsMinor: 0n })));
    expect(empty.map(({ type }) => type)).not.toContain('HoldPlaced');
    const closed = events(record(newCase, { status: 'lost' }, bookOf([], { status: 'closed' })));
    expect(postings(closed).slice(-2)).toEqual([
      'main:loss/chargeback debit 10000',
      'main:clearing/disputes credit 10000',
    ]);
  });

  it('of which nothing was withdrawn is only a case, and one that is won waits until the money is back', () => {
    expect(postings(events(record(newCase, { withdrawnMinor: 0n, feeMinor: 0n, status: 'won' })))).toEqual([]);
    const won = events(record(newCase, { status: 'won' }));
    expect(won.map(({ type }) => type)).not.toContain('DisputeWon');
    expect(won.map(({ type }) => type)).not.toContain('WorkItemResolved');
    const back = events(record(newCase, { status: 'won', reinstatedMinor: 10_000n }));
    expect(back.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['DisputeWon', 'HoldVoided', 'RemainderReleased']),
    );
  });

  it('knows evidence again that the provider has, whatever became of the case since', () => {
    const nothing = { withdrawnMinor: 0n, feeMinor: 0n };
    const told = [...events(record(newCase, nothing))];
    const state = () => stateAfter(disputeAggregate, told);
    const answer = (text: string) => answerDispute(state(), { disputeId, answer: 'evidence', evidence: sealed(text) });
    told.push(...events(answer('chair')));
    told.push(...events(record(state(), { ...nothing, status: 'submitted' })));
    expect([said(answer('chair')), said(answer('table'))]).toEqual(['', 'dispute_not_answerable']);
    expect(said(answerDispute(state(), { disputeId, answer: 'accept', evidence: undefined }))).toBe('DisputeAnswered');
    told.push(...events(record(state(), { ...nothing, status: 'won' })));
    expect(state().status).toBe('won');
    expect([said(answer('chair')), said(answer('table'))]).toEqual(['', 'dispute_not_answerable']);
  });

  it('takes one answer at a time, and another when the provider did not take it', () => {
    const opened = [...events(record(newCase))];
    const answer = (evidence?: string) =>
      answerDispute(stateAfter(disputeAggregate, opened), {
        disputeId,
        answer: evidence === undefined ? 'accept' : 'evidence',
        evidence: evidence === undefined ? undefined : sealed(evidence),
      });
    opened.push(...events(answer('chair')));
    expect(said(answer('chair'))).toBe('');
    expect(said(answer())).toBe('dispute_answer_under_way');
    opened.push(...events(refuseAnswer(stateAfter(disputeAggregate, opened), { disputeId, code: 'no' })));
    expect(opened.at(-1)?.type).toBe('DisputeAnswerRefused');
    expect(said(answer())).toBe('DisputeAnswered');
    opened.push(...events(record(stateAfter(disputeAggregate, opened), { status: 'submitted' })));
    expect(opened.at(-1)?.type).toBe('DisputeEvidenceSubmitted');
    expect(said(answer('more'))).toBe('dispute_not_answerable');
    // What the provider did not take is no answer that stands.
    expect(said(answer('chair'))).toBe('dispute_not_answerable');
    opened.push(...events(answer()));
    const ended = events(
      record(stateAfter(disputeAggregate, opened), { status: 'lost' }, bookOf([], { creditsMinor: 6_000n })),
    );
    expect(ended.map(({ type }) => type)).toContain('DisputeAccepted');
    const over = stateAfter(disputeAggregate, [...opened, ...ended]);
    expect(said(answerDispute(over, { disputeId, answer: 'accept', evidence: undefined }))).toBe('');
    expect(said(answerDispute(over, { disputeId, answer: 'evidence', evidence: sealed('late') }))).toBe(
      'dispute_not_answerable',
    );
    expect(said(proposeWriteOff(over, by('key-1'), book))).toBe('dispute_has_no_debt');
    expect(said(remindDispute(over, { disputeId, reminder: 1 }))).toBe('');
  });

  const by = (actor: string) => ({ disputeId, actor });
  const owing = (minor: bigint) => bookOf([], { debitsMinor: 10_000n + minor });

  it('is given up by two people, and no more of it than was proposed', () => {
    const story = [...events(record(newCase, { status: 'lost' }))];
    const over = () => stateAfter(disputeAggregate, story);
    expect(said(proposeWriteOff(newCase, by('key-1'), book))).toBe('dispute_unknown');
    expect(said(writeOffDispute(over(), by('key-2'), book))).toBe('dispute_has_no_debt');
    expect(said(writeOffDispute(over(), by('key-2'), owing(4_000n)))).toBe('dispute_write_off_not_proposed');
    story.push(...events(proposeWriteOff(over(), by('key-1'), owing(4_000n))));
    expect(story.at(-1)).toMatchObject({
      type: 'DisputeWriteOffProposed',
      data: { amountMinor: 4_000n, proposedBy: 'key-1' },
    });
    expect(said(proposeWriteOff(over(), by('key-2'), owing(4_000n)))).toBe('');
    expect(said(writeOffDispute(over(), by('key-1'), owing(4_000n)))).toBe('proposer_may_not_write_off');
    const more = events(writeOffDispute(over(), by('key-2'), owing(5_000n)));
    expect(postings(more)).toEqual(['main:loss/chargeback debit 4000', 'a credit 4000']);
    expect(postings(events(writeOffDispute(over(), by('key-2'), owing(3_000n))))[1]).toBe('a credit 3000');
    // Who proposes anew, since the debt has grown, is no longer who may decide.
    const anew = [...story, ...events(proposeWriteOff(over(), by('key-2'), owing(5_000n)))];
    expect(said(writeOffDispute(stateAfter(disputeAggregate, anew), by('key-2'), owing(5_000n)))).toBe(
      'proposer_may_not_write_off',
    );
    const done = stateAfter(disputeAggregate, [...story, ...more]);
    expect(more.at(-1)?.type).toBe('DisputeWrittenOff');
    expect([said(writeOffDispute(done, by('key-2'), book)), said(proposeWriteOff(done, by('key-1'), book))]).toEqual([
      '',
      '',
    ]);
  });

  it('tells of its deadline as long as nobody has answered, each time once', () => {
    const story = [...events(record(newCase, { evidenceDueAt: '2025-02-08T00:00:00.000Z' }))];
    const remind = (reminder: number) => remindDispute(stateAfter(disputeAggregate, story), { disputeId, reminder });
    story.push(...events(remind(1)));
    expect(story.at(-1)).toMatchObject({
      type: 'DisputeDeadlineApproached',
      data: { dueAt: '2025-02-08T00:00:00.000Z', reminder: 1 },
    });
    expect([said(remind(1)), said(remind(2))]).toEqual(['', 'DisputeDeadlineApproached']);
    story.push(
      ...events(
        answerDispute(stateAfter(disputeAggregate, story), { disputeId, answer: 'accept', evidence: undefined }),
      ),
    );
    expect(said(remind(2))).toBe('');
    expect(said(remindDispute(newCase, { disputeId, reminder: 1 }))).toBe('dispute_unknown');
    // A case without a deadline is nobody's to be told of.
    expect(said(remindDispute(stateAfter(disputeAggregate, events(record(newCase))), { disputeId, reminder: 1 }))).toBe(
      '',
    );
  });
});

describe('a payout on paper', () => {
  const { state: unknown } = { state: cardPayoutAggregate.initial };
  const data: BookCardPayout = {
    payoutId: '0190b000-0000-7000-8000-000000000004',
    provider: 'stripe',
    payoutReference: 'po_1',
    entity: 'main',
    bank: 'ing',
    asset: 'EUR',
    amountMinor: 5_825n,
    parts: [],
    unexplainedMinor: 0n,
    costs: { takenMinor: 0n, givenBackMinor: 0n },
  };

  it('is booked once, and goes back once', () => {
    const booked = events(bookCardPayout(unknown, data, book));
    expect(postings(booked)).toEqual(['main:nostro/ing debit 5825', 'main:psp/stripe credit 5825']);
    const after = stateAfter(cardPayoutAggregate, booked);
    expect(said(bookCardPayout(after, data, book))).toBe('');
    expect(said(returnCardPayout(after, data.payoutId, book)).split(' ')).toEqual([
      'JournalPosted',
      'CardPayoutReturned',
    ]);
    expect(said(returnCardPayout(unknown, data.payoutId, book))).toBe('card_payout_unknown');
  });

  it('books what the provider took for itself, gross both ways', () => {
    const costs = { takenMinor: 35n, givenBackMinor: 10n };
    expect(postings(events(bookCardPayout(unknown, { ...data, costs }, book)))).toEqual([
      'main:cost/stripe debit 35',
      'main:psp/stripe credit 35',
      'main:psp/stripe debit 10',
      'main:cost/stripe credit 10',
      'main:nostro/ing debit 5825',
      'main:psp/stripe credit 5825',
    ]);
  });

  it('is explained by a refund whatever the provider took for it, and by the provider’s own fees', async () => {
    const refund = { status: 'completed', amountMinor: 4_000n } as RefundState;
    const books = {
      provider: 'stripe',
      deposit: async () => none,
      refund: async () => refund,
      dispute: async () => newCase,
      payout: async () => cardPayoutAggregate.initial,
    };
    const of = { movementId: 'm', asset: 'EUR', subject: depositId };
    const explained = await explain(books, 't', [
      { ...of, kind: 'refund', grossMinor: -4_000n, feeMinor: 25n, netMinor: -4_025n },
      { ...of, kind: 'fee', grossMinor: -200n, feeMinor: 0n, netMinor: -200n },
      { ...of, kind: 'fee', grossMinor: 30n, feeMinor: 0n, netMinor: 30n },
      { ...of, kind: 'refund', grossMinor: -4_001n, feeMinor: 25n, netMinor: -4_026n },
      { ...of, kind: 'other', grossMinor: -7n, feeMinor: 0n, netMinor: -7n },
    ]);
    expect(explained.map(({ isExplained }) => isExplained)).toEqual([true, true, true, false, false]);
    expect(costsOf(explained)).toEqual({ takenMinor: 225n, givenBackMinor: 30n });
    expect(unexplainedOf(explained)).toBe(-4_033n);
  });

  it('is not explained by what we do not know', async () => {
    const books = {
      provider: 'stripe',
      deposit: async () => none,
      refund: async () => refundAggregate.initial,
      dispute: async () => newCase,
      payout: async () => cardPayoutAggregate.initial,
    };
    const movement = { movementId: 'm', asset: 'EUR', grossMinor: 5n, feeMinor: 0n, netMinor: 5n, subject: depositId };
    const kinds = ['charge', 'refund', 'refund_failure', 'dispute', 'payout_failure', 'other'] as const;
    const explained = await explain(
      books,
      't',
      kinds.map((kind) => ({ ...movement, kind })),
    );
    expect(unexplainedOf(explained)).toBe(30n);
  });
});

it('a payer is known once', () => {
  const one = cardPayerAggregate.record('a', 'CardPayerRegistered', {
    accountId: 'a',
    provider: 'stripe',
    payer: 'cus_1',
  });
  expect(stateAfter(cardPayerAggregate, [one])).toEqual({ payer: 'cus_1' });
});
