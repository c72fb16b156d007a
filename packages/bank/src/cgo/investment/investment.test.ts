import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noon, paperOffering, roundTerms, termsOf } from '../fixtures/paper-offering.ts';
import { offeringDefaults } from '../settings.ts';
import { signAgreement } from './agreement.ts';
import {
  confirmInvestment,
  endInvestment,
  type RequestFacts,
  recordPayIn,
  recordVerdict,
  releaseShares,
  requestInvestment,
  reserveShares,
  returnPayIn,
  reviewInvestment,
} from './decide.ts';
import { type InvestmentTerms, investmentAggregate } from './investment.ts';
import { paperContent, paperHash } from './papers.ts';
import { closeRefund, completeRefund, requestRefund, returnShares, reviewRefund } from './refund.ts';

type Offering = ReturnType<typeof paperOffering>;

const facts = (offering: Offering, change: Partial<RequestFacts> = {}): RequestFacts => ({
  round: offering.round(),
  isPartyActive: true,
  isOwnAccount: true,
  isMethodOffered: true,
  ownSharesMinor: 0n,
  ownershipMaxPpm: 1_000_000n,
  at: noon,
  ...change,
});

/** Steps of an investment's life; each gives back the code of its refusal, if it is refused. */
const lives = (offering: Offering) => {
  const of = (id: string) => offering.investment(id);
  return {
    request: (id: string, change: Partial<InvestmentTerms> = {}, other: Partial<RequestFacts> = {}, actor?: string) => {
      const terms = termsOf(id, change);
      const ownSharesMinor = offering.holding(terms.partyId).liveSharesMinor;
      return offering.record(
        requestInvestment(of(id), terms, offering.book, facts(offering, { ownSharesMinor, ...other })),
        actor,
      );
    },
    reserve: (id: string) =>
      offering.record(
        reserveShares(of(id), { investmentId: id, at: noon }, offering.book, offering.numbering('agreement-2026')),
      ),
    sign: (id: string, agreementHash: string, actor = 'key:jiri') =>
      offering.record(signAgreement(of(id), { investmentId: id, agreementHash }, { actor, at: noon }), actor),
    pay: (id: string, payer: string, paidMinor = 101_000n) =>
      offering.record(recordPayIn(of(id), { investmentId: id, payer, paidMinor, at: noon }, offering.book)),
    confirm: (id: string) =>
      offering.record(
        confirmInvestment(
          of(id),
          { investmentId: id, at: noon },
          offering.book,
          offering.numbering('certificate-2026'),
        ),
      ),
    undo: (id: string, reason: string) =>
      offering.record(returnPayIn(of(id), { investmentId: id }, offering.book)) ??
      offering.record(releaseShares(of(id), { investmentId: id }, offering.book)) ??
      offering.record(endInvestment(of(id), { investmentId: id, reason })),
    askBack: (id: string, refundId: string, at = noon, reason = 'changed_mind', actor = 'tester') =>
      offering.record(
        requestRefund(of(id), { investmentId: id, refundId, reason }, { at, policy: offeringDefaults.refund }),
        actor,
      ),
    giveBack: (id: string, refundId: string) =>
      offering.record(returnShares(of(id), { investmentId: id, refundId, at: noon }, offering.book)) ??
      offering.record(completeRefund(of(id), { investmentId: id, refundId, at: noon }, offering.book)),
  };
};

const status = (offering: Offering, id: string) => offering.investment(id).status;

/** An offering with one confirmed investment. */
const confirmed = (change: Partial<InvestmentTerms> = {}) => {
  const offering = paperOffering();
  const life = lives(offering);
  const steps = [
    life.request('i1', change),
    life.reserve('i1'),
    life.pay('i1', 'account-1', (change.amountMinor ?? 100_000n) + 1_000n),
    life.confirm('i1'),
  ];
  expect(steps).toEqual([undefined, undefined, undefined, undefined]);
  expect(offering.held('main:cgo/issuable', 'CGO1')).toBe(0n);
  return { offering, life };
};

describe('an agreement', () => {
  const reserved = (change: Partial<InvestmentTerms> = {}) => {
    const offering = paperOffering();
    const life = lives(offering);
    life.request('i1', change);
    life.reserve('i1');
    const state = offering.investment('i1');
    const agreementHash = state.status === 'unknown' ? '' : (state.agreementHash ?? '');
    return { offering, life, agreementHash };
  };

  it('that the round wants signed is signed before it is paid, with what was signed, when and by whom', () => {
    const { offering, life, agreementHash } = reserved({ needsSignature: true });
    expect(life.pay('i1', 'account-1')).toBe('agreement_not_signed');
    expect(life.sign('i1', agreementHash)).toBeUndefined();
    expect(offering.investment('i1')).toMatchObject({
      status: 'awaiting_payment',
      signature: { agreementHash, signedAt: noon, signedBy: 'key:jiri' },
    });
    expect(life.pay('i1', 'account-1')).toBeUndefined();
    expect(status(offering, 'i1')).toBe('paid');
  });

  it('signed again, by whomever, is the same signature', () => {
    const { offering, life, agreementHash } = reserved({ needsSignature: true });
    life.sign('i1', agreementHash);
    const again = signAgreement(
      offering.investment('i1'),
      { investmentId: 'i1', agreementHash },
      { actor: 'b', at: noon },
    );
    expect(again).toEqual({ accepted: true, events: [] });
    life.undo('i1', 'cancelled');
    expect(life.sign('i1', agreementHash)).toBeUndefined();
  });

  it('need not be signed where the round does not want it, and may be', () => {
    const { life, agreementHash } = reserved();
    expect(life.pay('i1', 'account-1')).toBeUndefined();
    expect(life.sign('i1', agreementHash)).toBeUndefined();
  });

  it('is not signed for the first reason there is', () => {
    const offering = paperOffering();
    const life = lives(offering);
    const other = 'f'.repeat(64);
    expect(life.sign('i1', other)).toBe('investment_unknown');
    life.request('i1');
    expect(life.sign('i1', other)).toBe('agreement_not_drawn_up');
    life.reserve('i1');
    expect(life.sign('i1', other)).toBe('agreement_differs');
    life.undo('i1', 'cancelled');
    expect(life.sign('i1', other)).toBe('investment_over');
  });
});

describe('a request', () => {
  const everything: Partial<RequestFacts> = {
    isPartyActive: false,
    isOwnAccount: false,
    isMethodOffered: false,
    ownershipMaxPpm: 0n,
  };
  const wrongTerms = { asset: 'EUR', amountMinor: 1n, sharesMinor: 1_000_000_000n };

  it('is refused for the first reason there is', () => {
    const offering = paperOffering();
    const { request } = lives(offering);
    expect(request('i1', wrongTerms, { ...everything, round: { status: 'unknown' } })).toBe('round_unknown');
    expect(request('i1', wrongTerms, { ...everything, at: '2027-01-01T00:00:00.000Z' })).toBe('round_not_open');
    expect(request('i1', wrongTerms, everything)).toBe('investor_unknown');
    expect(request('i1', wrongTerms, { ...everything, isPartyActive: true })).toBe('account_not_of_investor');
    const own = { ...everything, isPartyActive: true, isOwnAccount: true };
    expect(request('i1', wrongTerms, own)).toBe('payment_asset_differs');
    expect(request('i1', { ...wrongTerms, asset: 'USD' }, own)).toBe('payment_method_unavailable');
    const offered = { ...own, isMethodOffered: true };
    expect(request('i1', { ...wrongTerms, asset: 'USD' }, offered)).toBe('investment_below_minimum');
    expect(request('i1', { sharesMinor: 0n }, offered)).toBe('investment_below_minimum');
    expect(request('i1', { amountMinor: 100_000_001n }, offered)).toBe('investment_above_maximum');
    expect(request('i1', { sharesMinor: 1_000_000_000n }, offered)).toBe('ownership_cap_exceeded');
    expect(request('i1', { sharesMinor: 10_000_001n }, { ...offered, ownershipMaxPpm: 9_000_000n })).toBe(
      'shares_not_available',
    );
    expect(request('i1')).toBeUndefined();
    expect(request('i1', { amountMinor: 200_000n })).toBe('investment_exists_with_different_content');
  });

  it('may ask for exactly what one may own, what was asked for before counted', () => {
    const offering = paperOffering();
    const { request } = lives(offering);
    const cap = { ownershipMaxPpm: 200_000n };
    expect(request('i1', {}, cap)).toBeUndefined();
    expect(request('i2', { sharesMinor: 1_000_001n }, cap)).toBe('ownership_cap_exceeded');
    expect(request('i2', {}, cap)).toBeUndefined();
    expect(request('i3', { sharesMinor: 1n }, cap)).toBe('ownership_cap_exceeded');
  });

  it('asked again, in whatever state, is the same', () => {
    const { offering, life } = confirmed();
    expect(requestInvestment(offering.investment('i1'), termsOf('i1'), offering.book, facts(offering))).toEqual({
      accepted: true,
      events: [],
    });
    expect(life.request('i1', { method: 'card' })).toBe('investment_exists_with_different_content');
  });
});

describe('a review', () => {
  const verdict = { kind: 'aml_review', level: 'basic', flags: ['too_frequent'], riskScore: 10 } as const;
  const held = () => {
    const offering = paperOffering();
    lives(offering).request('i1', {}, {}, 'asker');
    offering.record(recordVerdict(offering.investment('i1'), { investmentId: 'i1', verdict }));
    return offering;
  };
  const review = (offering: Offering, decision: 'approved' | 'rejected', reviewer: string) =>
    offering.record(reviewInvestment(offering.investment('i1'), { investmentId: 'i1', decision }, reviewer), reviewer);

  it('is another person’s, and decided once', () => {
    const offering = held();
    expect(status(offering, 'i1')).toBe('aml_review');
    expect(review(offering, 'approved', 'asker')).toBe('reviewer_is_requester');
    expect(review(offering, 'approved', 'officer')).toBeUndefined();
    expect(review(offering, 'approved', 'officer')).toBeUndefined();
    expect(review(offering, 'rejected', 'officer')).toBe('investment_not_in_review');
  });

  it('is not asked for where nothing was found', () => {
    const offering = paperOffering();
    lives(offering).request('i1');
    const pass = { ...verdict, kind: 'pass' } as const;
    expect(recordVerdict(offering.investment('i1'), { investmentId: 'i1', verdict: pass })).toEqual({
      accepted: true,
      events: [],
    });
    expect(review(offering, 'approved', 'officer')).toBe('investment_not_in_review');
  });
});

describe('a life', () => {
  it('cannot skip what comes before, nor go on after its end', () => {
    const offering = paperOffering();
    const life = lives(offering);
    expect(life.reserve('i1')).toBe('investment_unknown');
    life.request('i1');
    expect(life.confirm('i1')).toBe('investment_not_paid');
    expect(life.askBack('i1', 'r1')).toBe('investment_not_refundable');
    expect(life.pay('i1', 'account-1')).toBe('investment_not_awaiting_payment');
    life.reserve('i1');
    expect(life.confirm('i1')).toBe('investment_not_paid');
    expect(life.undo('i1', 'card_declined')).toBeUndefined();
    expect(status(offering, 'i1')).toBe('failed');
    for (const step of [life.reserve('i1'), life.pay('i1', 'account-1'), life.confirm('i1')])
      expect(step).toBe('investment_over');
    expect(life.undo('i1', 'cancelled')).toBeUndefined();
    expect(status(offering, 'i1')).toBe('failed');
  });

  it.each([
    ['cancelled', 'cancelled'],
    ['deadline_passed', 'expired'],
    ['insufficient_funds', 'failed'],
  ])('that ends because of %s is %s', (reason, ended) => {
    const offering = paperOffering();
    const life = lives(offering);
    life.request('i1');
    life.undo('i1', reason);
    expect(status(offering, 'i1')).toBe(ended);
    expect(offering.holding('party-1').liveSharesMinor).toBe(0n);
  });

  it('whose payment is another amount is not paid, and all of it goes back', () => {
    const offering = paperOffering();
    const life = lives(offering);
    life.request('i1');
    life.reserve('i1');
    expect(life.pay('i1', 'main:psp/memory', 101_001n)).toBeUndefined();
    expect(status(offering, 'i1')).toBe('awaiting_payment');
    expect(offering.posted('main:cgo/subscriptions', 'USD')).toBe(101_001n);
    expect(offering.posted('main:income/cgo-fee', 'USD')).toBe(0n);
    life.undo('i1', 'payment_amount_differs');
    expect(offering.posted('main:psp/memory', 'USD')).toBe(0n);
  });

  it('throws where a life has an event that it does not know', () => {
    expect(() =>
      investmentAggregate.evolve({ status: 'unknown' }, { type: 'InvestmentPaid', data: {}, meta: {} } as never),
    ).toThrow('nobody asked for');
    const { offering } = confirmed();
    expect(() =>
      investmentAggregate.evolve(offering.investment('i1'), { type: 'InvestmentSold', data: {}, meta: {} } as never),
    ).toThrow('Unreachable');
  });
});

describe('a refund', () => {
  it.each<[string, bigint, string, string, boolean]>([
    ['small', 100_000n, '2026-04-01T12:00:00.000Z', 'changed_mind', false],
    ['large and early', 200_000n, '2026-03-09T12:00:00.000Z', 'changed_mind', false],
    ['large and late', 200_000n, '2026-03-09T12:00:00.001Z', 'changed_mind', true],
    ['large, late and our own mistake', 200_000n, '2026-05-01T12:00:00.000Z', 'technical_error', false],
  ])('%s is approved by another person where it has to be', (_, amountMinor, at, reason, needsApproval) => {
    const { offering, life } = confirmed({ amountMinor });
    expect(life.askBack('i1', 'r1', at, reason)).toBeUndefined();
    expect(offering.investment('i1')).toMatchObject({
      refunds: [{ needsApproval, status: needsApproval ? 'requested' : 'approved' }],
    });
  });

  it('is for ninety days, one at a time, and the same when asked for twice', () => {
    const { life } = confirmed({ amountMinor: 200_000n });
    expect(life.askBack('i1', 'r1', '2026-05-31T12:00:00.001Z')).toBe('investment_refund_window_over');
    expect(life.askBack('i1', 'r1', '2026-05-31T12:00:00.000Z')).toBeUndefined();
    expect(life.askBack('i1', 'r1', '2026-05-31T12:00:00.000Z')).toBeUndefined();
    expect(life.askBack('i1', 'r1', noon, 'technical_error')).toBe('investment_refund_exists_with_different_content');
    expect(life.askBack('i1', 'r2')).toBe('investment_refund_under_way');
    expect(life.askBack('i2', 'r2')).toBe('investment_unknown');
  });

  it('waits for its approval, and rejected may be asked for again', () => {
    const { offering, life } = confirmed({ amountMinor: 200_000n });
    const review = (decision: 'approved' | 'rejected', reviewer: string) =>
      offering.record(reviewRefund(offering.investment('i1'), { investmentId: 'i1', decision }, reviewer), reviewer);
    expect(review('approved', 'officer')).toBe('investment_refund_unknown');
    const late = '2026-04-01T12:00:00.000Z';
    life.askBack('i1', 'r1', late, 'changed_mind', 'asker');
    expect(life.giveBack('i1', 'r1')).toBe('investment_refund_not_in_review');
    expect(life.giveBack('i1', 'r9')).toBe('investment_refund_unknown');
    expect(review('approved', 'asker')).toBe('reviewer_is_requester');
    expect(review('rejected', 'officer')).toBeUndefined();
    expect(review('rejected', 'officer')).toBeUndefined();
    expect(review('approved', 'other')).toBe('investment_refund_not_in_review');
    expect(life.askBack('i1', 'r2', late)).toBeUndefined();
    expect(
      offering.record(
        closeRefund(offering.investment('i1'), { investmentId: 'i1', refundId: 'r2', reason: 'deadline_passed' }),
      ),
    ).toBeUndefined();
    expect(offering.investment('i1')).toMatchObject({
      refunds: [{ status: 'rejected' }, { status: 'rejected', reviewedBy: 'system' }],
    });
  });

  it('gives back amount and fee, and nothing when the shares are gone', () => {
    const { offering, life } = confirmed();
    life.askBack('i1', 'r1');
    expect(life.giveBack('i1', 'r1')).toBeUndefined();
    expect(offering.posted('account-1', 'USD')).toBe(10_000_000n);
    expect(offering.investment('i1')).toMatchObject({ status: 'refunded', voidedAt: noon });
    expect(life.giveBack('i1', 'r1')).toBeUndefined();
    expect(offering.posted('account-1', 'USD')).toBe(10_000_000n);
  });
});

describe('papers', () => {
  it('have numbers without a gap, with the initial of the tier', () => {
    const { offering, life } = confirmed();
    life.request('i2', { partyId: 'party-2', accountId: 'account-2', tierInitial: 'V' });
    life.reserve('i2');
    life.pay('i2', 'account-2');
    life.confirm('i2');
    expect(offering.investment('i1')).toMatchObject({
      agreementNumber: 'CGO-AGR-2026-000001',
      certificateNumber: 'CGO-E-2026-000001',
    });
    expect(offering.investment('i2')).toMatchObject({
      agreementNumber: 'CGO-AGR-2026-000002',
      certificateNumber: 'CGO-V-2026-000002',
    });
  });

  it('have a hash that any other content would not have', () => {
    const paper = { paper: 'certificate', number: 'CGO-E-2026-000001', issuedAt: noon } as const;
    const hash = paperHash(paperContent(termsOf('i1'), paper));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const others: readonly Partial<InvestmentTerms>[] = [
      { sharesMinor: 1n },
      { partyId: 'other' },
      { amountMinor: 1n },
      { round: 2 },
    ];
    for (const change of others) expect(paperHash(paperContent(termsOf('i1', change), paper))).not.toBe(hash);
    expect(paperHash(paperContent(termsOf('i1'), { ...paper, number: 'CGO-E-2026-000002' }))).not.toBe(hash);
  });
});

describe('whatever happens, in whatever order', () => {
  const step = fc.record({
    id: fc.integer({ min: 1, max: 6 }).map((n) => `i${n}`),
    what: fc.constantFrom(
      'next',
      'next',
      'next',
      'next',
      'next',
      'next',
      'next',
      'payWrong',
      'undo',
      'refund',
      'request',
      'confirm',
    ),
    shares: fc.bigInt({ min: 1n, max: 6_000_000n }),
    isElsewhere: fc.boolean(),
  });

  it('the register is what is sold, sold and issuable are the cap, raised is what was confirmed, and the books balance', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 30, maxLength: 60 }), (steps) => {
        const offering = paperOffering();
        const life = lives(offering);
        for (const { id, what, shares, isElsewhere } of steps) {
          const party = (Number(id.slice(1)) % 3) + 1;
          const account = `account-${party}`;
          const payer = isElsewhere ? 'main:psp/memory' : account;
          const after: Readonly<Record<string, string>> = {
            unknown: 'request',
            requested: 'reserve',
            awaiting_payment: 'pay',
            paid: 'confirm',
            confirmed: 'refund',
          };
          const now = what === 'next' ? after[status(offering, id)] : what;
          if (now === 'request')
            life.request(id, { partyId: `party-${party}`, accountId: account, sharesMinor: shares });
          if (now === 'reserve') life.reserve(id);
          if (now === 'pay') life.pay(id, payer);
          if (now === 'payWrong') life.pay(id, payer, 55_555n);
          if (now === 'confirm') life.confirm(id);
          if (now === 'undo') life.undo(id, 'cancelled');
          if (now === 'refund') {
            life.askBack(id, 'r1');
            life.giveBack(id, 'r1');
          }
        }
        const ids = [1, 2, 3, 4, 5, 6].map((n) => `i${n}`);
        const all = ids
          .map((id) => offering.investment(id))
          .flatMap((state) => (state.status === 'unknown' ? [] : [state]));
        const sum = (of: readonly string[], pick: (one: (typeof all)[number]) => bigint): bigint =>
          all.filter((one) => of.includes(one.status)).reduce((total, one) => total + pick(one), 0n);
        const sold = sum(['confirmed'], ({ sharesMinor }) => sharesMinor);
        const rows = [1, 2, 3].map((party) => offering.holding(`party-${party}`));
        const rowSum = (pick: (row: (typeof rows)[number]) => bigint): bigint =>
          rows.reduce((total, row) => total + pick(row), 0n);
        expect(rowSum(({ sharesMinor }) => sharesMinor)).toBe(sold);
        expect(rowSum(({ investedMinor }) => investedMinor)).toBe(sum(['confirmed'], ({ amountMinor }) => amountMinor));
        const live = ['requested', 'awaiting_payment', 'paid', 'confirmed'];
        expect(rowSum(({ liveSharesMinor }) => liveSharesMinor)).toBe(sum(live, ({ sharesMinor }) => sharesMinor));
        expect(offering.posted('main:cgo/issuable', 'CGO1') + sold).toBe(roundTerms.sharesMaxMinor);
        expect(offering.posted('main:cgo/issuable', 'CGO1')).toBeGreaterThanOrEqual(
          offering.held('main:cgo/issuable', 'CGO1'),
        );
        expect(offering.held('main:cgo/issuable', 'CGO1')).toBe(
          sum(['awaiting_payment', 'paid'], ({ sharesMinor }) => sharesMinor),
        );
        expect(offering.posted('main:equity/shares', 'USD')).toBe(sum(['confirmed'], ({ amountMinor }) => amountMinor));
        expect(offering.posted('main:clearing/refunds', 'USD')).toBe(0n);
        for (const party of [1, 2, 3])
          expect(offering.posted(`account-${party}`, 'CGO1')).toBe(offering.holding(`party-${party}`).sharesMinor);
      }),
      { numRuns: 60 },
    );
  });
});
