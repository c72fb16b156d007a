import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CgoBank, startCgoBank } from './fixtures/cgo-bank.ts';
import type { Investment } from './investment/investment.ts';
import { investmentSagaId, refundSagaId } from './with-saga.ts';

let bank: CgoBank;
/** Answers to opening a round that wants signatures, one that does not, and the first again without. */
let rounds: readonly Awaited<ReturnType<CgoBank['call']>>[] = [];

beforeAll(async () => {
  bank = await startCgoBank();
  const body = {
    name: 'Signed',
    asset: 'USD',
    sharePrice: '10.0000',
    sharesMax: '10000000',
    opensAt: '2026-01-01T00:00:00.000Z',
  };
  const opening = (round: number, more: object = {}) =>
    bank.call('openPricingRound', { body: { ...body, round, ...more } });
  rounds = [await opening(1, { needsSignature: true }), await opening(2), await opening(1)];
});
afterAll(() => bank?.close());

const look = async (investmentId: string): Promise<Investment> =>
  (await bank.modules.cgo.reads.investment(tenantId, investmentId)) as Investment;
const until = async (investmentId: string, status: string): Promise<Investment> => {
  await expect.poll(async () => (await look(investmentId)).status, { timeout: 15_000 }).toBe(status);
  return look(investmentId);
};
const invest = async (round: number, paymentMethod = 'account', level: 'simplified' | 'enhanced' = 'enhanced') => {
  const { partyId, accountId } = await bank.investor({ level });
  const as = { actingFor: partyId };
  const amount = { amount: '2000.00', asset: 'USD' };
  const { body } = await bank.call('requestInvestment', {
    body: { round, partyId, accountId, amount, paymentMethod },
    as,
  });
  return { investmentId: String(body['investmentId']), partyId, accountId, as };
};

describe('an investment in a round that wants signatures', () => {
  it('can be told by the round, whose terms never change', () => {
    expect(rounds).toMatchObject([
      { status: 201, body: { needsSignature: true } },
      { status: 201, body: { needsSignature: false } },
      { status: 409, body: { code: 'round_exists_with_different_terms' } },
    ]);
  });

  it('asks nobody for money before it is signed, and goes on as soon as it is', async () => {
    const { investmentId, accountId, as } = await invest(1);
    const params = { investmentId };
    expect(
      (await bank.call('signInvestmentAgreement', { params, body: { agreementHash: '0'.repeat(64) } })).status,
    ).toBe(409);
    const { agreementHash = '' } = await until(investmentId, 'awaiting_payment');
    expect((await bank.call('getInvestment', { params, as })).body).toMatchObject({
      agreementHash,
      signature: 'missing',
    });
    expect((await bank.call('getInvestmentPayment', { params, as })).body).toMatchObject({ status: 'not_requested' });
    const told = { arrivedOn: 'main:psp/memory', reference: 'entry-1' };
    expect(await bank.call('recordInvestmentPayment', { params, body: told })).toMatchObject({
      status: 409,
      body: { code: 'agreement_not_signed' },
    });
    expect(await bank.posted(accountId, 'USD')).toBe(10_000_000n);

    const stranger = { actingFor: bank.services.newId() };
    const sign = (hash: string, who: object) =>
      bank.call('signInvestmentAgreement', { params, body: { agreementHash: hash }, as: who });
    expect((await sign(agreementHash, stranger)).status).toBe(404);
    expect(await sign('f'.repeat(64), as)).toMatchObject({ status: 409, body: { code: 'agreement_differs' } });
    const signed = await sign(agreementHash, as);
    expect(signed).toMatchObject({ status: 200, body: { signature: 'given', signedAt: '2026-03-02T12:00:00.000Z' } });
    expect((await until(investmentId, 'paid')).signature).toEqual({
      agreementHash,
      signedAt: '2026-03-02T12:00:00.000Z',
      signedBy: 'key-1',
    });
    expect(await bank.posted(accountId, 'USD')).toBe(9_798_000n);
    expect((await sign(agreementHash, as)).status).toBe(200);
    const { bytes } = await bank.call('getInvestmentAgreement', { params, as });
    expect(bytes?.subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('that nobody signs ends when the time to pay is over', async () => {
    const { investmentId } = await invest(1);
    await until(investmentId, 'awaiting_payment');
    bank.setNow('2026-03-09T12:00:01.000Z');
    bank.services.sagas.adopt({ tenantId, sagaId: investmentSagaId(investmentId) });
    await bank.ended(investmentSagaId(investmentId));
    expect(await look(investmentId)).toMatchObject({ status: 'expired' });
    bank.setNow('2026-03-02T12:00:00.000Z');
  });
});

describe('what an investor has to show', () => {
  it('is told before anything is asked for, by the sum of everything', async () => {
    const { partyId, as, investmentId } = await invest(2, 'account', 'simplified');
    await until(investmentId, 'paid');
    const ask = (amount: string, who: object = as) =>
      bank.call('getDueDiligenceRequirement', { params: { partyId }, query: { round: '2', amount }, as: who });
    expect(await ask('1000.00')).toMatchObject({
      status: 200,
      body: {
        partyId,
        requiredLevel: 'basic',
        heldLevel: 'basic',
        isSufficient: true,
        investedSoFar: { amount: '2000.00', asset: 'USD' },
        sum: { amount: '3000.00', asset: 'USD' },
      },
    });
    expect((await ask('7999.99')).body).toMatchObject({ requiredLevel: 'basic', isSufficient: true });
    expect((await ask('8000.00')).body).toMatchObject({ requiredLevel: 'enhanced', isSufficient: false });
    expect((await ask('48000.00')).body).toMatchObject({ requiredLevel: 'full', isSufficient: false });
    expect((await ask('1000.001')).status).toBe(400);
    expect((await ask('1000.00', { actingFor: bank.services.newId() })).status).toBe(404);
    const elsewhere = { params: { partyId }, query: { round: '99', amount: '1' } };
    expect((await bank.call('getDueDiligenceRequirement', elsewhere)).status).toBe(404);
    const nobody = { params: { partyId: bank.services.newId() }, query: { round: '2', amount: '1' } };
    expect((await bank.call('getDueDiligenceRequirement', nobody)).status).toBe(404);
  });
});

describe('the refund of an investment', () => {
  it('can be followed from being asked for to its end', async () => {
    const { investmentId, as } = await invest(2);
    const params = { investmentId };
    await until(investmentId, 'paid');
    expect((await bank.call('getInvestmentRefund', { params, as })).status).toBe(404);
    bank.setNow('2026-03-16T12:00:01.000Z');
    bank.services.sagas.adopt({ tenantId, sagaId: investmentSagaId(investmentId) });
    await until(investmentId, 'confirmed');
    bank.setNow('2026-04-16T12:00:01.000Z');
    const ask = (reason: string) => bank.call('requestInvestmentRefund', { params, body: { reason }, as });
    await ask('changed_mind');
    const first = await bank.call('getInvestmentRefund', { params, as });
    expect(first).toMatchObject({
      status: 200,
      body: {
        investmentId,
        reason: 'changed_mind',
        status: 'requested',
        needsApproval: true,
        amount: { amount: '2020.00', asset: 'USD' },
        shares: '200.0000',
        requestedAt: '2026-04-16T12:00:01.000Z',
      },
    });
    // Who decides is the bank's business.
    expect(first.body).not.toHaveProperty('requestedBy');
    const decide = (decision: string, id: string) =>
      bank.call('reviewInvestmentRefund', { params, body: { decision }, as: { id } });
    await decide('rejected', 'key-2');
    expect((await bank.call('getInvestmentRefund', { params })).body).toMatchObject({
      status: 'rejected',
      requestedBy: 'key-1',
      reviewedBy: 'key-2',
    });
    await ask('second_thoughts');
    await decide('approved', 'key-2');
    const { refunds } = await look(investmentId);
    await bank.ended(refundSagaId(String(refunds.at(-1)?.refundId)));
    expect((await bank.call('getInvestmentRefund', { params, as })).body).toMatchObject({
      reason: 'second_thoughts',
      status: 'completed',
      sharesReturnedAt: '2026-04-16T12:00:01.000Z',
    });
    expect((await bank.call('getInvestmentRefund', { params, as: { actingFor: bank.services.newId() } })).status).toBe(
      404,
    );
    expect(await bank.trial('USD')).toBe(0n);
    expect(bank.sagaErrors).toEqual([]);
    expect(await bank.eventTypes()).toContain('InvestmentAgreementSigned');
  });
});
