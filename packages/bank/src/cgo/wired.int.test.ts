import { type StripeDouble, startStripeDouble } from '@finaegis/provider-doubles/stripe/stripe-double';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cardDepositSagaId } from '../payment/contract.ts';
import { paymentKey } from './sagas/payment-key.ts';
import { investmentSagaId, refundSagaId } from './with-saga.ts';

const apiKey = 'sk_test_cgo';
let test: TestBank;
let double: StripeDouble;
beforeAll(async () => {
  double = await startStripeDouble({ apiKey });
  const { url } = double;
  test = await startTestBank({
    outside: { stripe: { apiKey, webhookSecret: 'whsec_cgo', url, assets: ['EUR'], payoutBank: 'ing' } },
  });
  test.bank.runSagas();
});
afterAll(async () => {
  await test?.close();
  await double?.close();
});

it('the offering as the server wires it: bought from the own account, refunded, and the whole bank is coherent', async () => {
  const { tenantId, bank } = test;
  const { cgo, party } = bank.modules;
  const { newId, sagas } = bank.services;
  const { partyId, accountId } = await test.openCustomer({ asset: 'EUR', amountMinor: 500_000n });
  await test.accept(party.handlers.setKyc, { partyId, kyc: { status: 'verified', level: 'simplified' } });
  await test.accept(cgo.handlers.openOffering, { entity: 'main' });
  await test.accept(cgo.handlers.openRound, {
    round: 1,
    name: 'Seed',
    entity: 'main',
    asset: 'EUR',
    priceTenThousandths: 100_000n,
    sharesMaxMinor: 1_000_000_000n,
    opensAt: '2026-01-01T00:00:00.000Z',
    coolingOffDays: 0,
  });
  const settled = async (sagaId: string) => (await sagas.settled({ tenantId, sagaId }, 15_000))?.status;
  const invest = async (amountMinor: bigint) => {
    const investmentId = newId();
    const data = { investmentId, round: 1, partyId, accountId, asset: 'EUR', amountMinor, method: 'account' } as const;
    await test.accept(cgo.handlers.requestInvestment, data);
    return investmentId;
  };
  const kept = await invest(100_000n);
  expect(await settled(investmentSagaId(kept))).toBe('completed');
  const [returned, refundId] = [await invest(150_000n), newId()];
  expect(await settled(investmentSagaId(returned))).toBe('completed');
  await test.accept(cgo.handlers.requestRefund, { investmentId: returned, refundId, reason: 'changed_mind' });
  expect(await settled(refundSagaId(refundId))).toBe('completed');

  expect((await cgo.reads.totals(tenantId)).get(1)).toEqual({
    soldMinor: 1_000_000n,
    raisedMinor: 100_000n,
    investors: 1,
  });
  expect(test.faults).toEqual([]);
  await test.settle();
  await assertCoherent(bank, tenantId);
});

it('by card and by bank: charged to the own account, confirmed when it settles, and sent back the way it came', async () => {
  const { tenantId, bank } = test;
  const { cgo, ledger, payment, account } = bank.modules;
  const { newId, sagas } = bank.services;
  const api = await test.serve();
  const details = { entity: 'main', country: 'DE', bankCode: '37040044', name: 'Test Bank' };
  await test.accept(account.handlers.setBankDetails, details);
  const { partyId, accountId } = await test.openCustomer({ asset: 'EUR' });
  await test.accept(bank.modules.party.handlers.setKyc, { partyId, kyc: { status: 'verified', level: 'simplified' } });
  const call = async (path: string) => {
    const headers = { authorization: api.authorization };
    return (await (await fetch(`${api.url}/v1/cgo/investments/${path}`, { headers })).json()) as Record<string, string>;
  };
  const settled = async (sagaId: string) => (await sagas.settled({ tenantId, sagaId }, 20_000))?.status;
  const posted = async (id: string, asset: string) =>
    (await ledger.reads.balances(tenantId, id))
      .filter((one) => one.asset === asset)
      .reduce((sum, { creditsMinor, debitsMinor }) => sum + creditsMinor - debitsMinor, 0n);
  const invest = async (method: 'card' | 'bank') => {
    const investmentId = newId();
    const data = { investmentId, round: 1, partyId, accountId, asset: 'EUR', amountMinor: 100_000n, method } as const;
    const { reference } = await test.accept(cgo.handlers.requestInvestment, data);
    await expect.poll(() => call(`${investmentId}/payment`), { timeout: 15_000 }).toMatchObject({ status: 'pending' });
    return { investmentId, reference };
  };
  const refund = async (investmentId: string) => {
    const refundId = newId();
    await test.accept(cgo.handlers.requestRefund, { investmentId, refundId, reason: 'changed_mind' });
    return settled(refundSagaId(refundId));
  };
  const shares = async () => (await cgo.reads.holdings(tenantId, partyId)).map(({ sharesMinor }) => sharesMinor);

  const { investmentId: byCard } = await invest('card');
  const depositId = paymentKey(byCard);
  expect(await call(`${byCard}/payment`)).toMatchObject({ cardDepositId: depositId });
  const intentId = async () => {
    const deposit = await payment.cards.reads.deposit(tenantId, depositId);
    return deposit.status === 'unknown' ? undefined : deposit.intentId;
  };
  await expect.poll(intentId, { timeout: 15_000 }).toBeDefined();
  const stripe = new Stripe(apiKey, { host: double.host, port: double.port, protocol: 'http' });
  await stripe.paymentIntents.confirm(String(await intentId()), { payment_method: 'pm_card_visa' });
  const told = { sagaId: cardDepositSagaId(depositId), signal: 'told', signalId: 'paid', data: null };
  await test.accept(sagas.handlers.signal, told);
  sagas.adopt({ tenantId, sagaId: told.sagaId });
  await expect
    .poll(async () => (await payment.cards.reads.deposit(tenantId, depositId)).status, { timeout: 15_000 })
    .toBe('credited');
  // Told in the commit that credits it, the investment does not wait until it looks again, which is in hours.
  expect(await settled(investmentSagaId(byCard))).toBe('completed');
  expect(await posted(accountId, 'EUR')).toBe(0n);
  expect(await shares()).toEqual([(100_000n * 10_000n) / 1_000n]);
  expect(await refund(byCard)).toBe('completed');
  expect([await posted(accountId, 'EUR'), await posted('main:clearing/refunds', 'EUR')]).toEqual([0n, 0n]);
  const { data: sent } = await stripe.refunds.list({});
  expect(sent.map(({ amount, status }) => [amount, status])).toEqual([[100_000, 'succeeded']]);

  const { investmentId: byBank, reference } = await invest('bank');
  const iban = await account.numbers.ibanOf(tenantId, accountId);
  expect(await call(`${byBank}/payment`)).toMatchObject({ payToIban: iban, reference });
  await test.accept(payment.handlers.receivePayment, {
    bank: 'ing',
    entity: 'main',
    entryReference: 'CGO-1',
    asset: 'EUR',
    amountMinor: 100_000n,
    ...(iban === undefined ? {} : { creditorIban: iban }),
    endToEndId: reference,
    debtor: { name: 'Anna Payer', iban: 'FR1420041010050500013M02606' },
    isBooked: true,
  });
  expect(await settled(investmentSagaId(byBank))).toBe('completed');
  // This bank has no rail to the payer's: the money waits on the investor's account, and the saga for a person.
  expect(await refund(byBank)).toBe('parked');
  expect([await posted(accountId, 'EUR'), await posted('main:clearing/refunds', 'EUR')]).toEqual([100_000n, 0n]);
  expect(test.faults).toEqual([]);
  await test.settle();
  await api.close();
  await assertCoherent(bank, tenantId);
});
