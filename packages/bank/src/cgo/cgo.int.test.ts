import type { Saga } from '@finaegis/platform/saga/saga';
import { otherTenantId, tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CgoBank, type Investor, startCgoBank } from './fixtures/cgo-bank.ts';
import type { Investment, InvestmentStatus } from './investment/investment.ts';
import { investmentSagaId, refundSagaId } from './with-saga.ts';

const noon = '2026-03-02T12:00:00.000Z';
const issuable = 'main:cgo/issuable';
const clearing = 'main:clearing/refunds';

let bank: CgoBank;
let round = 0;

beforeAll(async () => {
  bank = await startCgoBank();
  await bank.run(bank.modules.cgo.handlers.openOffering, { entity: 'main' });
});
afterAll(() => bank?.close());
beforeEach(() => bank.setNow(noon));

/** A round of 10,000,000.0000 shares at 10.0000 unless told; one percent of it is 100,000 shares. */
const openRound = async (
  terms: { readonly sharesMaxMinor?: bigint; readonly closesAt?: string } = {},
): Promise<string> => {
  round += 1;
  await bank.run(bank.modules.cgo.handlers.openRound, {
    round,
    name: `Round ${round}`,
    entity: 'main',
    asset: 'USD',
    priceTenThousandths: 100_000n,
    sharesMaxMinor: 100_000_000_000n,
    opensAt: '2026-01-01T00:00:00.000Z',
    ...terms,
  });
  return `CGO${round}`;
};

const invest = async (
  { partyId, accountId }: Investor,
  { amountMinor = 200_000n, method = 'account' as Investment['method'], actor = 'tester' } = {},
): Promise<string> => {
  const investmentId = bank.services.newId();
  const data = { investmentId, round, partyId, accountId, asset: 'USD', amountMinor, method };
  await bank.run(bank.modules.cgo.handlers.requestInvestment, data, actor);
  bank.services.sagas.adopt({ tenantId, sagaId: investmentSagaId(investmentId) });
  return investmentId;
};

const look = async (investmentId: string): Promise<Investment> =>
  (await bank.modules.cgo.reads.investment(tenantId, investmentId)) as Investment;

/** Until the investment has come so far; sagas go on by themselves. */
const until = async (investmentId: string, status: InvestmentStatus): Promise<Investment> => {
  for (let count = 0; count < 1_000; count += 1) {
    const found = await look(investmentId);
    if (found.status === status) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Investment ${investmentId} is ${(await look(investmentId)).status}: ${String(bank.sagaErrors)}`);
};

/** The provider has been asked; it is looked at again a second later. */
const askedFor = async (investmentId: string): Promise<string> => {
  const { reference } = await until(investmentId, 'awaiting_payment');
  await expect
    .poll(() => bank.payments.requests.some((request) => request.reference === reference), { timeout: 10_000 })
    .toBe(true);
  return reference;
};

const afterCoolingOff = '2026-03-16T12:00:01.000Z';
const confirm = async (investmentId: string): Promise<Saga> => {
  await until(investmentId, 'paid');
  bank.setNow(afterCoolingOff);
  return bank.ended(investmentSagaId(investmentId));
};

const requestRefund = async (investmentId: string, reason: string, actor = 'tester'): Promise<string> => {
  const refundId = bank.services.newId();
  await bank.run(bank.modules.cgo.handlers.requestRefund, { investmentId, refundId, reason }, actor);
  bank.services.sagas.adopt({ tenantId, sagaId: refundSagaId(refundId) });
  return refundId;
};

describe('an investment paid from the investor’s own account', () => {
  it('is a liability while it can be cancelled, and capital with a certificate afterwards', async () => {
    const shares = await openRound();
    const investor = await bank.investor();
    const before = [
      await bank.posted('main:cgo/subscriptions', 'USD'),
      await bank.posted('main:equity/shares', 'USD'),
    ] as const;
    const investmentId = await invest(investor);
    const paid = await until(investmentId, 'paid');
    expect(paid).toMatchObject({ tier: 'explorer', sharesMinor: 2_000_000n, feeMinor: 2_000n });
    expect(paid.agreementNumber).toMatch(/^CGO-AGR-2026-\d{6}$/);
    expect(paid.coolingOffEndsAt).toBe('2026-03-16T12:00:00.000Z');
    expect(await bank.posted(investor.accountId, 'USD')).toBe(9_798_000n);
    expect(await bank.posted('main:cgo/subscriptions', 'USD')).toBe(before[0] + 200_000n);
    expect(await bank.held(issuable, shares)).toBe(2_000_000n);

    expect(await confirm(investmentId)).toMatchObject({ status: 'completed' });
    const confirmed = await look(investmentId);
    expect(confirmed.certificateNumber).toMatch(/^CGO-E-2026-\d{6}$/);
    expect(await bank.posted(investor.accountId, shares)).toBe(2_000_000n);
    expect(await bank.posted(issuable, shares)).toBe(100_000_000_000n - 2_000_000n);
    expect(await bank.held(issuable, shares)).toBe(0n);
    expect(await bank.posted('main:cgo/subscriptions', 'USD')).toBe(before[0]);
    expect(await bank.posted('main:equity/shares', 'USD')).toBe(before[1] + 200_000n);
    expect(await bank.trial('USD')).toBe(0n);
    expect(await bank.trial(shares)).toBe(0n);
  });

  it('cancelled in the cooling-off gives back everything, fee included, and the shares', async () => {
    const shares = await openRound();
    const investor = await bank.investor();
    const investmentId = await invest(investor);
    await until(investmentId, 'paid');
    await bank.run(bank.modules.cgo.handlers.cancelInvestment, { investmentId });
    bank.services.sagas.adopt({ tenantId, sagaId: investmentSagaId(investmentId) });
    expect(await bank.ended(investmentSagaId(investmentId))).toMatchObject({ status: 'undone' });
    expect(await look(investmentId)).toMatchObject({ status: 'cancelled', payIn: { isReturned: true } });
    expect(await bank.posted(investor.accountId, 'USD')).toBe(10_000_000n);
    expect(await bank.held(issuable, shares)).toBe(0n);
    const again = await bank.submit(bank.modules.cgo.handlers.cancelInvestment, { investmentId });
    expect(again).toMatchObject({ accepted: true, isRepeat: true });
  });

  it('without the money fails, and reserves nothing any more', async () => {
    const shares = await openRound();
    const investmentId = await invest(await bank.investor({ amountMinor: 0n }));
    expect(await bank.ended(investmentSagaId(investmentId))).toMatchObject({ status: 'undone' });
    expect(await look(investmentId)).toMatchObject({ status: 'failed', reason: 'insufficient_funds' });
    expect(await bank.held(issuable, shares)).toBe(0n);
  });

  it('asked for twice is one, and with other content is refused', async () => {
    await openRound();
    const { partyId, accountId } = await bank.investor();
    const data = {
      investmentId: bank.services.newId(),
      round,
      partyId,
      accountId,
      asset: 'USD',
      amountMinor: 200_000n,
      method: 'account' as const,
    };
    const { requestInvestment } = bank.modules.cgo.handlers;
    expect(await bank.submit(requestInvestment, data)).toMatchObject({ accepted: true, isRepeat: false });
    expect(await bank.submit(requestInvestment, data)).toMatchObject({ accepted: true, isRepeat: true });
    expect(await bank.submit(requestInvestment, { ...data, amountMinor: 300_000n })).toMatchObject({
      refusal: { code: 'investment_exists_with_different_content' },
    });
    await until(data.investmentId, 'paid');
  });
});

describe('an investment paid elsewhere', () => {
  it('is booked where the money arrived, once it is told or found', async () => {
    await openRound();
    const investmentId = await invest(await bank.investor(), { method: 'card' });
    const reference = await askedFor(investmentId);
    const before = await bank.posted('main:psp/memory', 'USD');
    bank.payments.pay(reference);
    bank.tick();
    await until(investmentId, 'paid');
    expect(await bank.posted('main:psp/memory', 'USD')).toBe(before + 202_000n);
  });

  it('declined, gives the shares back', async () => {
    const shares = await openRound();
    const investmentId = await invest(await bank.investor(), { method: 'card' });
    const reference = await askedFor(investmentId);
    bank.payments.decline(reference, 'card_declined');
    bank.tick();
    expect(await bank.ended(investmentSagaId(investmentId))).toMatchObject({ status: 'undone' });
    expect(await look(investmentId)).toMatchObject({ status: 'failed', reason: 'card_declined' });
    expect(await bank.held(issuable, shares)).toBe(0n);
  });

  it('paid with another amount is booked whole and sent back whole', async () => {
    const shares = await openRound();
    const before = await bank.posted('main:psp/memory', 'USD');
    const investmentId = await invest(await bank.investor(), { method: 'bank' });
    await askedFor(investmentId);
    const paid = {
      investmentId,
      kind: 'paid',
      payer: 'main:psp/memory',
      paidMinor: 150_000n,
      reference: 'entry-1',
    } as const;
    await bank.run(bank.modules.cgo.handlers.recordPayment, paid);
    bank.services.sagas.adopt({ tenantId, sagaId: investmentSagaId(investmentId) });
    expect(await bank.ended(investmentSagaId(investmentId))).toMatchObject({ status: 'undone' });
    expect(await look(investmentId)).toMatchObject({
      status: 'failed',
      reason: 'payment_amount_differs',
      payIn: { paidMinor: 150_000n, isExact: false, isReturned: true },
    });
    expect(await bank.posted('main:psp/memory', 'USD')).toBe(before);
    expect(await bank.posted(clearing, 'USD')).toBe(0n);
    expect(await bank.held(issuable, shares)).toBe(0n);
    const late = await bank.submit(bank.modules.cgo.handlers.recordPayment, { ...paid, reference: 'entry-2' });
    expect(late).toMatchObject({ refusal: { code: 'investment_not_awaiting_payment', status: 'failed' } });
  });

  it('not paid in time expires', async () => {
    const shares = await openRound();
    const investmentId = await invest(await bank.investor(), { method: 'card' });
    await askedFor(investmentId);
    bank.setNow('2026-03-09T12:00:00.001Z');
    expect(await bank.ended(investmentSagaId(investmentId))).toMatchObject({ status: 'undone' });
    expect(await look(investmentId)).toMatchObject({ status: 'expired', reason: 'deadline_passed' });
    expect(await bank.held(issuable, shares)).toBe(0n);
  });

  it('is not believed to have arrived on an account that is none of the bank’s', async () => {
    await openRound();
    const investor = await bank.investor();
    const investmentId = await invest(investor, { method: 'bank' });
    await until(investmentId, 'awaiting_payment');
    const paid = {
      investmentId,
      kind: 'paid',
      payer: investor.accountId,
      paidMinor: 202_000n,
      reference: 'entry-1',
    } as const;
    expect(await bank.submit(bank.modules.cgo.handlers.recordPayment, paid)).toMatchObject({
      refusal: { code: 'account_unknown' },
    });
  });
});

describe('the gate', () => {
  it('holds up an investor whose due diligence is not enough, until another person lets him go on', async () => {
    await openRound();
    const investor = await bank.investor({ level: 'simplified' });
    const investmentId = await invest(investor, { amountMinor: 1_000_000n });
    expect(await until(investmentId, 'kyc_required')).toMatchObject({ review: { level: 'enhanced' } });
    const { reviewInvestment } = bank.modules.cgo.handlers;
    expect(await bank.submit(reviewInvestment, { investmentId, decision: 'approved' })).toMatchObject({
      refusal: { code: 'reviewer_is_requester' },
    });
    await bank.run(reviewInvestment, { investmentId, decision: 'approved' }, 'officer');
    bank.services.sagas.adopt({ tenantId, sagaId: investmentSagaId(investmentId) });
    await until(investmentId, 'paid');
  });

  it('judges by the sum of what was asked for at once', async () => {
    await openRound();
    const investor = await bank.investor({ level: 'simplified' });
    const ids = await Promise.all([
      invest(investor, { amountMinor: 600_000n }),
      invest(investor, { amountMinor: 600_000n }),
    ]);
    await expect
      .poll(async () => (await Promise.all(ids.map(look))).filter(({ status }) => status === 'kyc_required').length, {
        timeout: 5_000,
      })
      .toBeGreaterThanOrEqual(1);
  });

  it('ends an investment that a person rejects', async () => {
    await openRound();
    const investmentId = await invest(await bank.investor({ level: 'simplified' }), { amountMinor: 1_000_000n });
    await until(investmentId, 'kyc_required');
    await bank.run(
      bank.modules.cgo.handlers.reviewInvestment,
      { investmentId, decision: 'rejected', reason: 'no_documents' },
      'officer',
    );
    bank.services.sagas.adopt({ tenantId, sagaId: investmentSagaId(investmentId) });
    await bank.ended(investmentSagaId(investmentId));
    expect(await look(investmentId)).toMatchObject({ status: 'failed', reason: 'review_rejected' });
  });

  it('wants a person to look at a fourth investment in a week', async () => {
    await openRound();
    const investor = await bank.investor();
    for (let count = 0; count < 3; count += 1) await until(await invest(investor, { amountMinor: 100_000n }), 'paid');
    const fourth = await invest(investor, { amountMinor: 100_000n });
    expect(await until(fourth, 'aml_review')).toMatchObject({ review: { flags: ['too_frequent'] } });
    await bank.settle();
    const as = { actingFor: investor.partyId };
    const seen = (query: Record<string, string>, who?: object) =>
      bank.call('listInvestments', {
        query: { partyId: investor.partyId, ...query },
        ...(who === undefined ? {} : { as: who }),
      });
    expect((await seen({ status: 'aml_review' })).body).toMatchObject({
      items: [{ investmentId: fourth, status: 'aml_review' }],
    });
    // Whoever is looked at is not told so.
    expect((await seen({ status: 'aml_review' }, as)).body).toMatchObject({ items: [] });
    expect((await seen({ status: 'requested' }, as)).body).toMatchObject({
      items: [{ investmentId: fourth, status: 'requested' }],
    });
  });
});

describe('many investments at once', () => {
  it('never sell more shares than the round has, and sold and issuable are its cap', async () => {
    const shares = await openRound({ sharesMaxMinor: 10_000_000_000n });
    const investors = await Promise.all(Array.from({ length: 13 }, () => bank.investor({ amountMinor: 20_000_000n })));
    const wanted = 10_000_000n;
    // Each may own one percent and asks for all of it; most of the round is reserved, so that what is left suffices for eight of thirteen.
    await bank.run(bank.modules.ledger.handlers.placeHold, {
      holdId: bank.services.newId(),
      account: issuable,
      asset: shares,
      amountMinor: 10_000_000_000n - 8n * 100_000_000n,
    });
    const ids = await Promise.all(investors.map((investor) => invest(investor, { amountMinor: wanted })));
    const ends = await Promise.all(
      ids.map(async (id) => {
        await expect.poll(async () => (await look(id)).status, { timeout: 10_000 }).toMatch(/paid|failed/);
        return look(id);
      }),
    );
    expect(ends.filter(({ status }) => status === 'paid')).toHaveLength(8);
    expect(new Set(ends.filter(({ status }) => status === 'failed').map(({ reason }) => reason))).toEqual(
      new Set(['shares_not_available']),
    );
    bank.setNow(afterCoolingOff);
    await Promise.all(
      ends
        .filter(({ status }) => status === 'paid')
        .map(({ investmentId }) => bank.ended(investmentSagaId(investmentId))),
    );
    const totals = (await bank.modules.cgo.reads.totals(tenantId)).get(round);
    expect(totals).toEqual({ soldMinor: 800_000_000n, raisedMinor: 80_000_000n, investors: 8 });
    expect(await bank.posted(issuable, shares)).toBe(10_000_000_000n - 800_000_000n);
  });

  it('of one investor, in two processes, never exceed what one may own', async () => {
    await openRound({ sharesMaxMinor: 1_000_000_000n });
    const { partyId, accountId } = await bank.investor();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        bank.submit(
          bank.modules.cgo.handlers.requestInvestment,
          {
            investmentId: bank.services.newId(),
            round,
            partyId,
            accountId,
            asset: 'USD',
            amountMinor: 400_000n,
            method: 'account',
          },
          index % 2 === 0 ? 'tester' : 'elsewhere',
        ),
      ),
    );
    expect(outcomes.filter(({ accepted }) => accepted)).toHaveLength(2);
    expect(outcomes.find(({ accepted }) => !accepted)).toMatchObject({
      refusal: { code: 'ownership_cap_exceeded', availableMinor: 2_000_000n },
    });
  });
});

describe('a refund', () => {
  it('of a confirmed investment returns shares, money and fee, and voids the certificate', async () => {
    const shares = await openRound();
    const investor = await bank.investor();
    const investmentId = await invest(investor, { method: 'card' });
    const reference = await askedFor(investmentId);
    const psp = await bank.posted('main:psp/memory', 'USD');
    bank.payments.pay(reference);
    bank.tick();
    await confirm(investmentId);
    const refundId = await requestRefund(investmentId, 'changed_mind');
    expect(await bank.ended(refundSagaId(refundId))).toMatchObject({ status: 'completed' });
    expect(await look(investmentId)).toMatchObject({
      status: 'refunded',
      voidedAt: afterCoolingOff,
      refunds: [{ status: 'completed' }],
    });
    expect(bank.payments.refunded).toContain(reference);
    expect(await bank.posted(investor.accountId, shares)).toBe(0n);
    expect(await bank.posted(issuable, shares)).toBe(100_000_000_000n);
    expect(await bank.posted('main:psp/memory', 'USD')).toBe(psp);
    expect(await bank.posted(clearing, 'USD')).toBe(0n);
    expect((await bank.modules.cgo.reads.totals(tenantId)).get(round)).toBeUndefined();
    const again = await bank.submit(bank.modules.cgo.handlers.requestRefund, {
      investmentId,
      refundId,
      reason: 'changed_mind',
    });
    expect(again).toMatchObject({ accepted: true, isRepeat: true });
  });

  it('late and large needs another person, and can be rejected', async () => {
    await openRound();
    const investor = await bank.investor();
    const investmentId = await invest(investor, { amountMinor: 500_000n });
    await confirm(investmentId);
    bank.setNow('2026-04-20T12:00:00.000Z');
    const refundId = await requestRefund(investmentId, 'changed_mind');
    const { reviewRefund } = bank.modules.cgo.handlers;
    expect(await bank.submit(reviewRefund, { investmentId, decision: 'approved' })).toMatchObject({
      refusal: { code: 'reviewer_is_requester' },
    });
    await bank.run(reviewRefund, { investmentId, decision: 'rejected', reason: 'too_late' }, 'officer');
    expect(await bank.ended(refundSagaId(refundId))).toMatchObject({ status: 'undone' });
    expect(await look(investmentId)).toMatchObject({
      status: 'confirmed',
      refunds: [{ status: 'rejected', reviewedBy: 'officer' }],
    });
    const second = await requestRefund(investmentId, 'changed_mind');
    await bank.run(reviewRefund, { investmentId, decision: 'approved' }, 'officer');
    expect(await bank.ended(refundSagaId(second))).toMatchObject({ status: 'completed' });
    expect(await bank.posted(investor.accountId, 'USD')).toBe(10_000_000n);
  });

  it('that the provider will not send parks for a person, and nothing is lost', async () => {
    await openRound();
    const investmentId = await invest(await bank.investor(), { method: 'card' });
    const reference = await askedFor(investmentId);
    bank.payments.pay(reference);
    bank.tick();
    await confirm(investmentId);
    bank.payments.refundsAnswer = 'failed';
    const refundId = await requestRefund(investmentId, 'technical_error');
    expect(await bank.ended(refundSagaId(refundId))).toMatchObject({
      status: 'parked',
      parked: { code: 'refund_declined' },
    });
    expect(await look(investmentId)).toMatchObject({ status: 'refunding' });
    expect(await bank.posted(clearing, 'USD')).toBe(202_000n);
    bank.payments.refundsAnswer = 'refunded';
    await bank.run(bank.services.sagas.handlers.retry, { sagaId: refundSagaId(refundId) });
    await until(investmentId, 'refunded');
    expect(await bank.posted(clearing, 'USD')).toBe(0n);
  });
});

describe('over HTTP', () => {
  it('rounds are opened once, closed, listed and shown to everybody', async () => {
    round += 1;
    const body = {
      round,
      name: 'Seed',
      asset: 'USD',
      sharePrice: '12.5',
      sharesMax: '1000000',
      opensAt: '2026-01-01T00:00:00.000Z',
    };
    expect(await bank.call('openPricingRound', { body })).toMatchObject({
      status: 201,
      body: {
        sharePrice: '12.5000',
        sharesMax: '1000000.0000',
        sharesSold: '0.0000',
        raised: { amount: '0.00' },
        investmentMin: { amount: '1000.00' },
      },
    });
    expect((await bank.call('openPricingRound', { body })).status).toBe(200);
    expect(await bank.call('openPricingRound', { body: { ...body, sharePrice: '13' } })).toMatchObject({
      status: 409,
      body: { code: 'round_exists_with_different_terms' },
    });
    expect(await bank.call('openPricingRound', { body: { ...body, round: 999, sharePrice: '0.0000' } })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: '/body/sharePrice', code: 'amount_not_positive' }] },
    });
    expect(await bank.call('openPricingRound', { body: { ...body, round: 999, asset: 'ZZZ' } })).toMatchObject({
      body: { code: 'asset_not_registered' },
    });
    expect(await bank.call('openPricingRound', { body, as: { actingFor: bank.services.newId() } })).toMatchObject({
      status: 403,
      body: { code: 'staff_only' },
    });
    const params = { round: String(round) };
    expect((await bank.call('closePricingRound', { params })).body).toMatchObject({ status: 'closed' });
    expect(await bank.call('closePricingRound', { params: { round: '998' } })).toMatchObject({
      body: { code: 'round_unknown' },
    });
    await bank.settle();
    const listed = (await bank.call('listPricingRounds')).body as unknown as { items: { round: number }[] };
    expect(listed.items[0]).toMatchObject({ round });
    const everybody = { kind: 'anonymous', scopes: [] } as const;
    expect((await bank.call('getOffering', { params, query: { tenantId }, as: everybody })).body).toMatchObject({
      round,
    });
    expect((await bank.call('getOffering', { params, query: { tenantId: otherTenantId }, as: everybody })).status).toBe(
      404,
    );
  });

  it('an investor invests for itself only, and gets its papers, which anybody can verify', async () => {
    await openRound();
    const { partyId, accountId } = await bank.investor();
    const as = { actingFor: partyId };
    const body = { round, partyId, accountId, amount: { amount: '2000.00', asset: 'USD' } };
    const asked = await bank.call('requestInvestment', { body, as });
    expect(asked).toMatchObject({
      status: 201,
      body: { tier: 'explorer', shares: '200.0000', fee: { amount: '20.00' } },
    });
    const { investmentId } = asked.body as unknown as { investmentId: string };
    const params = { investmentId };
    await until(investmentId, 'paid');
    expect((await bank.call('getInvestmentPayment', { params, as })).body).toMatchObject({
      status: 'paid',
      amount: { amount: '2020.00' },
    });
    const agreement = await bank.call('getInvestmentAgreement', { params, as });
    expect(agreement.bytes?.subarray(0, 5).toString()).toBe('%PDF-');
    expect((await bank.call('getCertificate', { params, as })).status).toBe(404);
    await confirm(investmentId);
    await bank.settle();
    const certificate = await bank.call('getCertificate', { params, as });
    expect(certificate.bytes?.subarray(0, 5).toString()).toBe('%PDF-');
    const { certificateNumber: number = '' } = await look(investmentId);
    const verify = { params: { number }, query: { tenantId }, as: { kind: 'anonymous', scopes: [] } } as const;
    expect((await bank.call('verifyCertificate', verify)).body).toMatchObject({
      status: 'valid',
      shares: '200.0000',
      isHashTrue: true,
    });
    expect((await bank.call('verifyCertificate', { ...verify, query: { tenantId: otherTenantId } })).status).toBe(404);
    const statement = await bank.call('getInvestorStatement', { params: { partyId }, as });
    expect(statement.body).toMatchObject({ holdings: [{ shares: '200.0000', ownership: '0.002000' }] });
    expect((await bank.call('printInvestorStatement', { params: { partyId }, as })).bytes).toBeDefined();
    expect((await bank.call('getShareRegister', { params: { round: String(round) } })).body).toMatchObject({
      items: [{ partyId, shares: '200.0000' }],
    });

    const stranger = { actingFor: (await bank.investor()).partyId };
    for (const operation of ['getInvestment', 'getCertificate', 'cancelInvestment', 'getInvestmentPayment'])
      expect((await bank.call(operation, { params, as: stranger })).status).toBe(404);
    for (const operation of ['getInvestorStatement', 'printInvestorStatement'])
      expect((await bank.call(operation, { params: { partyId }, as: stranger })).status).toBe(404);
    expect((await bank.call('requestInvestment', { body, as: stranger })).status).toBe(404);
    expect((await bank.call('listInvestments', { as: stranger })).body).toMatchObject({ items: [] });
    expect((await bank.call('listInvestments', { as })).body).toMatchObject({
      items: [{ investmentId, status: 'confirmed' }],
    });

    expect(
      (await bank.call('requestInvestmentRefund', { params, body: { reason: 'changed_mind' }, as })).body,
    ).toMatchObject({
      refund: { status: 'approved' },
    });
    await until(investmentId, 'refunded');
    expect((await bank.call('verifyCertificate', verify)).body).toMatchObject({ status: 'void', isHashTrue: true });
    expect((await bank.call('cancelInvestment', { params, as })).body).toMatchObject({
      code: 'investment_not_cancellable',
    });
  });

  it('refuses with the numbers that explain it', async () => {
    await openRound();
    const { partyId, accountId } = await bank.investor();
    const ask = (change: Record<string, unknown>) =>
      bank.call('requestInvestment', {
        body: { round, partyId, accountId, amount: { amount: '2000.00', asset: 'USD' }, ...change },
      });
    expect(await ask({ amount: { amount: '999.99', asset: 'USD' } })).toMatchObject({
      status: 422,
      body: { code: 'investment_below_minimum', minimum: { amount: '1000.00', asset: 'USD' } },
    });
    expect(await ask({ amount: { amount: '1000000.01', asset: 'USD' } })).toMatchObject({
      body: { code: 'investment_above_maximum' },
    });
    expect(await ask({ amount: { amount: '2000.00', asset: 'EUR' } })).toMatchObject({
      body: { code: 'payment_asset_differs' },
    });
    expect(await ask({ round: 997 })).toMatchObject({ status: 404, body: { code: 'round_unknown' } });
    expect(await ask({ partyId: bank.services.newId() })).toMatchObject({ body: { code: 'investor_unknown' } });
    expect(await ask({ accountId: (await bank.investor()).accountId })).toMatchObject({
      body: { code: 'account_not_of_investor' },
    });
    expect(await ask({ amount: { amount: '2000.005', asset: 'USD' } })).toMatchObject({
      body: { code: 'validation_failed' },
    });
    await bank.run(bank.modules.cgo.handlers.closeRound, { round });
    expect(await ask({})).toMatchObject({ status: 409, body: { code: 'round_not_open', status: 409 } });
  });
});

describe('after all of this', () => {
  it('register, investments and ledger say the same of every round, and no certificate number was left out', async () => {
    await bank.settle();
    const { reads } = bank.modules.cgo;
    const all = (await reads.listInvestments(tenantId, {}, { limit: 1_000 })).map(({ item }) => item);
    const totals = await reads.totals(tenantId);
    for (let number = 1; number <= round; number += 1) {
      const terms = await reads.round(tenantId, number);
      if (terms.status === 'unknown') throw new Error(`There is no round ${number}.`);
      const confirmed = all.filter((one) => one.round === number && one.status === 'confirmed');
      const sum = (pick: (one: Investment) => bigint): bigint =>
        confirmed.reduce((total, one) => total + pick(one), 0n);
      const sold = sum(({ sharesMinor }) => sharesMinor);
      expect(totals.get(number)?.soldMinor ?? 0n).toBe(sold);
      expect(totals.get(number)?.raisedMinor ?? 0n).toBe(sum(({ amountMinor }) => amountMinor));
      const register = await reads.register(tenantId, number, { limit: 100 });
      expect(register.reduce((total, { sharesMinor }) => total + sharesMinor, 0n)).toBe(sold);
      expect((await bank.posted(issuable, terms.shareAsset)) + sold).toBe(terms.sharesMaxMinor);
      expect(await bank.trial(terms.shareAsset)).toBe(0n);
      const holders = new Map(confirmed.map(({ partyId, accountId }) => [partyId, accountId]));
      for (const { partyId, sharesMinor } of register)
        expect(await bank.posted(holders.get(partyId) ?? '', terms.shareAsset)).toBe(sharesMinor);
    }
    const places = all.flatMap(({ certificateNumber }) => certificateNumber?.slice(-6) ?? []).map(Number);
    expect(places.length).toBeGreaterThan(8);
    expect(places.sort((a, b) => a - b)).toEqual(places.map((_, index) => index + 1));
    expect(await bank.trial('USD')).toBe(0n);
    expect(bank.sagaErrors).toEqual([]);
    // No event of the context exists on paper only.
    expect(await bank.eventTypes()).toEqual([
      'InvestmentCancelled',
      'InvestmentConfirmed',
      'InvestmentExpired',
      'InvestmentFailed',
      'InvestmentPaid',
      'InvestmentPaymentDiffered',
      'InvestmentPaymentReturned',
      'InvestmentRefundRequested',
      'InvestmentRefundReviewed',
      'InvestmentRefunded',
      'InvestmentRequested',
      'InvestmentReserved',
      'InvestmentReviewRequested',
      'InvestmentReviewed',
      'InvestmentSharesReturned',
      'PaperNumberIssued',
      'PricingRoundClosed',
      'PricingRoundOpened',
    ]);
  });
});
