import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { isOutcomeUnknown } from '@finaegis/platform/saga/definition';
import { type CoinbaseDouble, startCoinbaseDouble } from '@finaegis/provider-doubles/coinbase/coinbase-double';
import { describe, expect, it } from 'vitest';
import type { CryptoEars } from '../crypto-ports.ts';
import { cryptoContract } from '../fixtures/crypto-contract.ts';
import type { WebhookHandlers, WebhookMessage } from '../ports.ts';
import { createCoinbaseCheckouts } from './coinbase-checkouts.ts';
import { createCoinbaseCommerce } from './coinbase-commerce.ts';
import { amountOf, priceOf, usdCoin } from './coinbase-http.ts';
import {
  checkoutsMessages,
  commerceMessages,
  createCheckoutsVerifier,
  createCommerceVerifier,
} from './coinbase-messages.ts';
import { createMemoryCrypto } from './memory-crypto.ts';

const apiKey = 'commerce-key';
const keyId = '5ef7f1c5-0d3c-4d0e-9b3e-1f2a3b4c5d6e';
const pem = (key: KeyObject, type: 'spki' | 'pkcs8'): string => key.export({ type, format: 'pem' } as never).toString();
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const edwards = generateKeyPairSync('ed25519');
const cents = (amountMinor: bigint): string => (Number(amountMinor) / 1e6).toFixed(2);

const startBusiness = (keys: { readonly publicKey: KeyObject } = pair): Promise<CoinbaseDouble> =>
  startCoinbaseDouble({ business: { key: { id: keyId, publicKeyPem: pem(keys.publicKey, 'spki') } } });
const checkoutsAt = (url: string, keys: { readonly privateKey: KeyObject } = pair) =>
  createCoinbaseCheckouts({ keyId, privateKey: pem(keys.privateKey, 'pkcs8'), url, now: Date.now });

cryptoContract('in memory', async () => {
  const crypto = createMemoryCrypto();
  return {
    crypto,
    pay: crypto.pay,
    confirm: crypto.confirm,
    fail: crypto.fail,
    expire: crypto.expire,
    payOther: (checkoutId, amountMinor) => {
      crypto.pay(checkoutId, amountMinor);
      crypto.confirm(checkoutId);
    },
    payLate: (checkoutId) => {
      crypto.expire(checkoutId);
      crypto.pay(checkoutId);
      crypto.confirm(checkoutId);
    },
    refunds: { settle: crypto.settleRefund, fail: crypto.failRefund },
    feeMinor: 1_000_000n,
    loseAnswer: () => crypto.loseAnswers(1),
    close: async () => undefined,
  };
});

cryptoContract('at Coinbase Commerce', async () => {
  const double = await startCoinbaseDouble({ commerce: { apiKey } });
  const { charges, fail } = double.control;
  return {
    crypto: createCoinbaseCommerce({ apiKey, url: double.url, timeoutMs: 2_000 }),
    pay: charges.pay,
    confirm: charges.confirm,
    fail: charges.fail,
    expire: charges.expire,
    payOther: (id, amountMinor) => {
      charges.pay(id, cents(amountMinor));
      charges.confirm(id);
    },
    payLate: charges.delay,
    feeMinor: undefined,
    loseAnswer: () => fail({ with: 'lost answer', method: 'POST' }),
    close: double.close,
  };
});

cryptoContract('at Coinbase Business', async () => {
  const double = await startBusiness();
  const { checkouts, fail } = double.control;
  return {
    crypto: checkoutsAt(double.url),
    pay: checkouts.pay,
    confirm: checkouts.confirm,
    fail: checkouts.fail,
    expire: checkouts.expire,
    refunds: { settle: checkouts.settleRefund, fail: checkouts.failRefund },
    feeMinor: 1_000_000n,
    loseAnswer: () => fail({ with: 'lost answer', method: 'POST' }),
    close: double.close,
  };
});

const order = (key = '0190b000-0000-7000-8000-000000000001') => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  return { tenantId: 't', key, depositId: key, asset: 'USDC', amountMinor: 10_000_000n, expiresAt };
};

describe('Coinbase', () => {
  it('whose key is wrong or who is not there has done nothing; whose answer is half may have', async () => {
    const double = await startCoinbaseDouble({ commerce: { apiKey } });
    const at = (key: string) => createCoinbaseCommerce({ apiKey: key, url: double.url, timeoutMs: 2_000 });
    await expect(at('another').createCheckout(order())).rejects.toMatchObject({
      name: 'ProviderFault',
      code: 'status_401',
      isRetryable: false,
    });
    for (const fault of ['half', 'reset', '500'] as const) {
      double.control.fail({ with: fault, method: 'POST' });
      const error: unknown = await at(apiKey)
        .createCheckout(order())
        .catch((thrown: unknown) => thrown);
      expect(isOutcomeUnknown(error), fault).toBe(true);
    }
    double.control.fail({ with: '429', method: 'POST' });
    await expect(at(apiKey).createCheckout(order())).rejects.toMatchObject({ code: 'rate_limited' });
    await double.close();
    await expect(at(apiKey).createCheckout(order())).rejects.toMatchObject({
      code: expect.stringMatching(/^connection_/) as unknown,
    });
  });

  it('takes tokens of Ed25519 keys as well, in PEM and as they are handed out, and declines what it cannot price', async () => {
    const double = await startBusiness(edwards);
    const checkouts = checkoutsAt(double.url, edwards);
    expect(await checkouts.createCheckout(order())).toMatchObject({ status: 'open' });
    // As the platform hands them out: seed and public half, base64.
    const { d = '', x = '' } = edwards.privateKey.export({ format: 'jwk' });
    const privateKey = Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]).toString('base64');
    const handedOut = createCoinbaseCheckouts({ keyId, privateKey, url: double.url, now: Date.now });
    expect(await handedOut.createCheckout(order())).toMatchObject({ kind: 'declined', code: 'idempotency_error' });
    const late = { ...order('0190b000-0000-7000-8000-000000000002'), expiresAt: '2020-01-01T00:00:00.000Z' };
    expect(await checkouts.createCheckout(late)).toEqual({ kind: 'declined', code: 'invalid_request' });
    await expect(checkoutsAt(double.url).createCheckout(order())).rejects.toMatchObject({ code: 'status_401' });
    await double.close();
  });

  it('finds an order behind a hundred others', async () => {
    const double = await startCoinbaseDouble({ commerce: { apiKey } });
    const commerce = createCoinbaseCommerce({ apiKey, url: double.url });
    const uuidOf = (n: number): string => `0190b000-0000-7000-8000-${String(n).padStart(12, '0')}`;
    for (let made = 0; made < 101; made += 1) await commerce.createCheckout(order(uuidOf(made)));
    const since = new Date().toISOString();
    const found = await commerce.findCheckout({ tenantId: 't', key: uuidOf(0), since });
    expect(found).toMatchObject({ depositId: uuidOf(0) });
    await double.close();
  });

  it('writes and reads amounts without rounding any', () => {
    const assets = [usdCoin];
    expect(priceOf(assets, 'USDC', 10_050_000n)).toBe('10.05');
    expect(() => priceOf(assets, 'USDC', 10_050_001n)).toThrow('amount_too_fine');
    expect(() => priceOf(assets, 'BTC', 1n)).toThrow('asset_not_payable');
    expect(['10', '10.05', '10.0500000000'].map((text) => amountOf(assets, 'USDC', text))).toEqual([
      10_000_000n,
      10_050_000n,
      10_050_000n,
    ]);
    expect(() => amountOf(assets, 'USDC', '0.0000001')).toThrow('amount_scale_too_fine');
    expect(() => amountOf(assets, 'DOGE', '1')).toThrow('asset_unknown');
  });
});

const now = '2026-11-30T10:00:00.000Z';
const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');

describe('a message of Commerce', () => {
  const message = (sentAt = now) =>
    JSON.stringify({ scheduled_for: sentAt, event: { id: 'e1', type: 'charge:confirmed', data: { id: 'c1' } } });
  const verify = (body: string, signature: string | undefined) =>
    createCommerceVerifier(async () => ['new', 'old']).verify({
      tenantId: 't',
      provider: 'coinbase-commerce',
      headers: { 'x-cc-webhook-signature': signature },
      rawBody: Buffer.from(body),
      now,
    });
  it.each<[string, string, string | undefined, object]>([
    [
      'signed with a secret in use',
      message(),
      hmac('old', message()),
      { ok: true, messageId: 'e1', type: 'charge:confirmed' },
    ],
    ['without a signature', message(), undefined, { ok: false, reason: 'signature_missing' }],
    ['with a signature that is none', message(), 'abc', { ok: false, reason: 'signature_missing' }],
    ['signed with another secret', message(), hmac('other', message()), { ok: false, reason: 'signature_wrong' }],
    ['changed on its way', `${message()} `, hmac('new', message()), { ok: false, reason: 'signature_wrong' }],
    [
      'of last week',
      message('2026-11-26T09:59:00Z'),
      hmac('new', message('2026-11-26T09:59:00Z')),
      { ok: false, reason: 'signature_stale' },
    ],
    ['that is no message', '{}', hmac('new', '{}'), { ok: false, reason: 'malformed' }],
    ['that is no JSON', 'x', hmac('new', 'x'), { ok: false, reason: 'malformed' }],
  ])('%s', async (_, body, signature, verdict) => {
    expect(await verify(body, signature)).toEqual(verdict);
  });
});

describe('a message of the Checkouts API', () => {
  const body = JSON.stringify({ id: 'c1', eventType: 'checkout.payment.success' });
  const seconds = Date.parse(now) / 1_000;
  interface Sent {
    readonly secret?: string;
    readonly at?: number;
    readonly names?: string;
    readonly id?: string;
    readonly sent?: string;
    readonly signed?: string;
  }
  const verify = ({ secret = 'new', at = seconds, names = 'x-event-id', id = 'e1', sent, signed = body }: Sent) => {
    const values = names === 'x-event-id' ? 'e1' : '';
    const v1 = hmac(secret, `${at}.${names}.${values}.${signed}`);
    return createCheckoutsVerifier(async () => ['new']).verify({
      tenantId: 't',
      provider: 'coinbase',
      headers: { 'x-hook0-signature': sent ?? `t=${at},v0=00,h=${names},v1=${v1}`, 'x-event-id': id },
      rawBody: Buffer.from(signed),
      now,
    });
  };
  it.each<[string, Sent, object]>([
    ['signed', {}, { ok: true, messageId: 'e1', type: 'checkout.payment.success' }],
    ['without a signature', { sent: '' }, { ok: false, reason: 'signature_missing' }],
    ['with half of one', { sent: `t=${seconds},h=x-event-id` }, { ok: false, reason: 'signature_missing' }],
    ['signed with another secret', { secret: 'other' }, { ok: false, reason: 'signature_wrong' }],
    ['under another id', { id: 'e2' }, { ok: false, reason: 'signature_wrong' }],
    ['of six minutes ago', { at: seconds - 360 }, { ok: false, reason: 'signature_stale' }],
    ['that is no message', { signed: '[]' }, { ok: false, reason: 'malformed' }],
  ])('%s', async (_, sent, verdict) => {
    expect(await verify(sent)).toEqual(verdict);
  });
  it('whose id was not signed is known by what it says', async () => {
    expect(await verify({ names: 'accept', id: 'anything' })).toMatchObject({
      ok: true,
      messageId: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    });
  });
});

it('messages are told to whom they matter', async () => {
  const heard: string[] = [];
  const ears: CryptoEars = {
    checkout: async (tenantId, checkoutId) => void heard.push(`checkout ${tenantId} ${checkoutId}`),
    refund: async (tenantId, refundId) => void heard.push(`refund ${tenantId} ${refundId}`),
  };
  const tell = ({ byType }: WebhookHandlers, type: string, body: object) =>
    byType[type]?.({ tenantId: 't', messageId: 'm', type, body: JSON.stringify(body) } as WebhookMessage);
  const event = { id: 'e1', type: 'charge:failed', data: { id: 'c1' } };
  await tell(commerceMessages(ears), 'charge:failed', { scheduled_for: now, event });
  await tell(commerceMessages(ears), 'charge:created', { scheduled_for: now, event });
  await tell(checkoutsMessages(ears), 'checkout.payment.expired', { id: 'c2', eventType: 'checkout.payment.expired' });
  const refunds = [{ reason: 'other r1' }, { reason: 'by hand' }, {}];
  await tell(checkoutsMessages(ears), 'checkout.refund.failed', { id: 'c3', eventType: 'x', refunds });
  expect(heard).toEqual(['checkout t c1', 'checkout t c2', 'refund t r1', 'refund t hand', 'refund t ']);
});
