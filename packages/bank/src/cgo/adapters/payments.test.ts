import { describe, expect, it } from 'vitest';
import type { InvestmentPayments, PaymentRequest } from '../ports.ts';
import { accountPayments } from './account-payments.ts';
import { type CryptoDepositSeen, cryptoPayments } from './crypto-payments.ts';
import { memoryPayments } from './memory-payments.ts';
import { paymentsByMethod } from './payments-by-method.ts';

const request: PaymentRequest = {
  tenantId: 'tenant',
  key: 'key-1',
  method: 'card',
  partyId: 'party',
  accountId: 'account',
  asset: 'USD',
  assetDecimals: 2,
  amountMinor: 100n,
  reference: 'REF1',
  waitingSagaId: 'saga',
};

const paperDeposits = () => {
  const kept = new Map<string, CryptoDepositSeen>();
  const payments = cryptoPayments({
    create: async ({ depositId, accountId, asset, waitingSagaId }) => {
      if (asset === 'EUR') return { refused: 'crypto_asset_not_supported' };
      const made = kept.get(depositId) ?? { status: 'announced' as const, accountId, waitingSagaId };
      kept.set(depositId, made);
      return made;
    },
    find: async (_, depositId) => kept.get(depositId),
  });
  return { payments, kept };
};

const ways: readonly (readonly [string, () => InvestmentPayments])[] = [
  ['from the account', accountPayments],
  ['in crypto', () => paperDeposits().payments],
  ['in memory', () => memoryPayments('main:psp/memory')],
  ['by method', () => paymentsByMethod(accountPayments(), memoryPayments('main:psp/memory'))],
];

describe.each(ways)('payments %s', (_, make) => {
  const ours = (payments: InvestmentPayments) => ({ ...request, method: payments.methods[0] ?? 'card' });

  it('asked for twice are one', async () => {
    const payments = make();
    const first = await payments.requestPayment(ours(payments));
    expect(await payments.requestPayment(ours(payments))).toEqual(first);
  });

  it('nobody asked for are not there, and sent back without harm', async () => {
    const payments = make();
    expect(await payments.findPayment(request)).toBeUndefined();
    expect(await payments.refund(request)).toEqual({ kind: 'refunded' });
  });

  it('are sent back once, however often that is asked', async () => {
    const payments = make();
    await payments.requestPayment(ours(payments));
    expect(await payments.refund(request)).toEqual({ kind: 'refunded' });
    expect(await payments.refund(request)).toEqual({ kind: 'refunded' });
  });
});

describe('payments by method', () => {
  it('go to whoever takes them, and are refused where nobody does', async () => {
    const memory = memoryPayments('main:psp/memory');
    const payments = paymentsByMethod(accountPayments(), memory);
    expect(payments.methods).toEqual(['account', 'card', 'bank', 'crypto']);
    expect(await payments.requestPayment({ ...request, method: 'account' })).toMatchObject({
      kind: 'paid',
      payer: 'account',
    });
    expect(await payments.requestPayment(request)).toMatchObject({ kind: 'pending' });
    memory.pay('REF1');
    expect(await payments.findPayment(request)).toEqual({ kind: 'paid', payer: 'main:psp/memory', paidMinor: 100n });
    expect(await paymentsByMethod().requestPayment(request)).toEqual({
      kind: 'failed',
      code: 'payment_method_unavailable',
    });
    memory.refundsAnswer = 'failed';
    expect(await payments.refund(request)).toEqual({ kind: 'failed', code: 'refund_declined' });
    memory.refundsAnswer = 'pending';
    expect(await payments.refund(request)).toEqual({ kind: 'pending' });
    expect(() => memory.pay('REF2')).toThrow('REF2');
  });
});

it('a payment in crypto is what the deposit to the investor’s own account is', async () => {
  const { payments, kept } = paperDeposits();
  const crypto = { ...request, method: 'crypto' as const };
  expect(await payments.requestPayment({ ...crypto, asset: 'EUR' })).toEqual({
    kind: 'failed',
    code: 'crypto_asset_not_supported',
  });
  expect(await payments.requestPayment(crypto)).toEqual({ kind: 'pending', isTold: true });
  const become = async (deposit: Partial<CryptoDepositSeen>) => {
    kept.set(request.key, { status: 'open', accountId: 'account', ...deposit });
    return payments.findPayment(request);
  };
  expect(await become({ checkoutUrl: 'https://pay.example/1' })).toEqual({
    kind: 'pending',
    checkoutUrl: 'https://pay.example/1',
  });
  expect(await become({ status: 'credited', receivedMinor: 100n })).toEqual({
    kind: 'paid',
    payer: 'account',
    paidMinor: 100n,
  });
  expect(await become({ status: 'suspended', reason: 'underpaid' })).toEqual({ kind: 'failed', code: 'underpaid' });
  expect(await become({ status: 'expired' })).toEqual({ kind: 'failed', code: 'expired' });
});
