import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startWebhookInbox, type WebhookInbox } from '../webhook-inbox.ts';
import type { Checkout, CheckoutRefund } from './checkouts.ts';
import { type CoinbaseDouble, startCoinbaseDouble } from './coinbase-double.ts';

const keyId = '5ef7f1c5-0d3c-4d0e-9b3e-1f2a3b4c5d6e';
const secret = 'hook0-secret';
let keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
let double: CoinbaseDouble;
let inbox: WebhookInbox;
let now: Date;

beforeAll(() => {
  keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
});
beforeEach(async () => {
  now = new Date('2026-11-24T10:00:00Z');
  inbox = await startWebhookInbox();
  double = await startCoinbaseDouble({
    business: { key: { id: keyId, publicKeyPem: pem(keys.publicKey) }, webhook: { url: inbox.url, secret } },
    clock: () => now,
  });
});
afterEach(async () => {
  await double.close();
  await inbox.close();
});

const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Token {
  readonly claims?: object;
  readonly header?: object;
  readonly key?: KeyObject;
}
const tokenFor = (method: string, path: string, { claims, header, key = keys.privateKey }: Token = {}): string => {
  const seconds = now.getTime() / 1000;
  const uri = `${method} ${new URL(double.url).host}${path}`;
  const text = `${encode({ alg: 'ES256', kid: keyId, nonce: 'n', ...header })}.${encode({
    iss: 'cdp',
    sub: keyId,
    nbf: seconds,
    exp: seconds + 120,
    uri,
    ...claims,
  })}`;
  const isEdwards = key.asymmetricKeyType === 'ed25519';
  const signature = sign(isEdwards ? null : 'sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
};

interface Said extends Partial<Checkout> {
  readonly checkouts?: readonly Checkout[];
  readonly nextPageToken?: string;
  readonly checkout?: Checkout;
  readonly refund?: CheckoutRefund;
  readonly errorType?: string;
  readonly errorMessage?: string;
}
const root = '/api/v1/checkouts';
const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${double.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${tokenFor(method, path.split('?', 1)[0] ?? '')}`, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { httpStatus: answer.status, ...((await answer.json()) as Said) };
};

const order = {
  amount: '100.00',
  currency: 'USDC',
  network: 'base',
  description: 'Deposit',
  metadata: { payment: 'P1' },
};
const created = async (): Promise<string> => (await ask('POST', root, order)).id ?? '';
const completed = async (): Promise<string> => {
  const id = await created();
  double.control.checkouts.pay(id);
  double.control.checkouts.confirm(id);
  return id;
};
const eventTypes = (): readonly string[] => double.control.events().map(({ type }) => type);

describe('a checkout', () => {
  test('is made, paid, and settled less the fee', async () => {
    const made = await ask('POST', root, order);
    expect(made).toMatchObject({
      httpStatus: 201,
      status: 'ACTIVE',
      amount: '100.00',
      currency: 'USDC',
      metadata: { payment: 'P1' },
    });
    expect(made.id).toMatch(/^[0-9a-f]{24}$/);
    const id = made.id ?? '';
    double.control.checkouts.pay(id);
    expect(await ask('GET', `${root}/${id}`)).toMatchObject({
      status: 'PROCESSING',
      transactionHash: expect.stringMatching(/^0x/),
    });
    double.control.checkouts.confirm(id);
    expect(await ask('GET', `${root}/${id}`)).toMatchObject({
      status: 'COMPLETED',
      settlement: { totalAmount: '100.00', feeAmount: '1.00', netAmount: '99.00', currency: 'USDC' },
    });
    expect(eventTypes()).toEqual(['checkout.payment.success']);
    expect(() => double.control.checkouts.pay(id)).toThrow('cannot be paid');
  });

  test('fails, expires, or is deactivated', async () => {
    const failed = await created();
    double.control.checkouts.pay(failed);
    double.control.checkouts.fail(failed);
    const told = await created();
    double.control.checkouts.expire(told);
    const forgotten = (await ask('POST', root, { ...order, expiresAt: '2026-11-24T11:00:00Z' })).id;
    now = new Date('2026-11-24T11:00:00Z');
    expect((await ask('GET', `${root}/${forgotten}`)).status).toBe('EXPIRED');
    expect(eventTypes()).toEqual(['checkout.payment.failed', 'checkout.payment.expired', 'checkout.payment.expired']);
    const deactivated = await created();
    expect((await ask('POST', `${root}/${deactivated}/deactivate`)).status).toBe('DEACTIVATED');
    expect(await ask('POST', `${root}/${deactivated}/deactivate`)).toMatchObject({
      httpStatus: 400,
      errorType: 'invalid_request',
    });
  });

  test('is refunded in parts, up to its amount', async () => {
    const id = await completed();
    const { refund } = await ask('POST', `${root}/${id}/refund`, { amount: '25.00', reason: 'Asked for' });
    expect(refund).toMatchObject({ checkoutId: id, amount: '25.00', status: 'PENDING', reason: 'Asked for' });
    expect((await ask('POST', `${root}/${id}/refund`, { amount: '75.01' })).errorMessage).toContain('refundable');
    double.control.checkouts.settleRefund(refund?.id ?? '');
    expect(await ask('GET', `${root}/${id}`)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedAmount: '25.00' });

    const bounced = (await ask('POST', `${root}/${id}/refund`, { amount: '75.00' })).refund?.id ?? '';
    double.control.checkouts.failRefund(bounced);
    expect(await ask('GET', `${root}/${id}`)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedAmount: '25.00' });
    const rest = (await ask('POST', `${root}/${id}/refund`, { amount: '75.00' })).refund?.id ?? '';
    expect(double.control.checkouts.settleRefund(rest).status).toBe('REFUNDED');
    expect(eventTypes().slice(1)).toEqual([
      'checkout.refund.success',
      'checkout.refund.failed',
      'checkout.refund.success',
    ]);
    expect(() => double.control.checkouts.settleRefund(rest)).toThrow('No refund');
    expect((await ask('POST', `${root}/${id}/refund`, { amount: '1.00' })).httpStatus).toBe(400);
  });

  test('asked for twice under one key is made once; under another content the key is refused', async () => {
    const headers = { 'x-idempotency-key': '8e03978e-40d5-43e8-bc93-6894a57f9324' };
    const first = await ask('POST', root, order, headers);
    expect(await ask('POST', root, order, headers)).toEqual(first);
    expect(await ask('POST', root, { ...order, amount: '1.00' }, headers)).toMatchObject({
      httpStatus: 422,
      errorType: 'idempotency_error',
    });
    expect((await ask('GET', root)).checkouts).toHaveLength(1);
  });

  test('is listed page by page and by status', async () => {
    const ids = [await created(), await created(), await completed()];
    const first = await ask('GET', `${root}?pageSize=2`);
    expect(first.checkouts?.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    const second = await ask('GET', `${root}?pageSize=2&pageToken=${first.nextPageToken}`);
    expect([second.checkouts?.map(({ id }) => id), second.nextPageToken]).toEqual([[ids[0]], undefined]);
    expect((await ask('GET', `${root}?status=COMPLETED`)).checkouts).toHaveLength(1);
    expect((await ask('GET', `${root}?pageSize=0`)).httpStatus).toBe(400);
  });

  test.each([
    [{ amount: '0' }, 'amount'],
    [{ amount: '1.234' }, 'amount'],
    [{ currency: 'EUR' }, 'currency'],
    [{ network: 'bitcoin' }, 'network'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    [{ expiresAt: 'soon' }, 'expiresAt'],
    [{ successRedirectUrl: 'http://shop.example' }, 'successRedirectUrl'],
    [{ description: 'x'.repeat(501) }, 'description'],
  ])('asked for with %o is refused, naming the field', async (wrong, field) => {
    const { httpStatus, errorMessage } = await ask('POST', root, { ...order, ...wrong });
    expect([httpStatus, errorMessage]).toEqual([400, expect.stringContaining(field)]);
  });

  test('has to exist', async () => {
    expect(await ask('GET', `${root}/68f7a946db0529ea9b6d3a12`)).toMatchObject({
      httpStatus: 404,
      errorType: 'not_found',
    });
  });
});

describe('a bearer token', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const edwards = generateKeyPairSync('ed25519');
  const list = (authorization: string) => fetch(`${double.url}${root}`, { headers: { authorization } });

  test.each<[string, Token]>([
    ['wrong_key', { claims: { sub: 'other' } }],
    ['wrong_key', { header: { kid: 'other' } }],
    ['wrong_signature', { key: other }],
    ['wrong_signature', { header: { alg: 'none' } }],
    ['wrong_issuer', { claims: { iss: 'me' } }],
    ['not_yet_valid', { claims: { nbf: 9_999_999_999, exp: 9_999_999_999 } }],
    ['expired', { claims: { exp: 1 } }],
    ['expired', { claims: { exp: 9_999_999_999 } }],
    ['wrong_call', { claims: { uri: 'POST business.coinbase.com/api/v1/checkouts' } }],
  ])('is refused as %s: %o', async (fault, token) => {
    const answer = await list(`Bearer ${tokenFor('GET', root, token)}`);
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining(fault)]);
  });

  test('is refused when it is none', async () => {
    for (const authorization of ['', 'Bearer a.b.c', 'Basic YTpi'])
      expect(await (await list(authorization)).text()).toContain('malformed');
  });

  test('may name the host of Coinbase, in a list too', async () => {
    const uri = 'GET business.coinbase.com/api/v1/checkouts';
    for (const claims of [{ uri }, { uri: undefined, uris: [uri] }])
      expect((await list(`Bearer ${tokenFor('GET', root, { claims })}`)).status).toBe(200);
  });

  test('may be signed with Ed25519', async () => {
    const strict = await startCoinbaseDouble({
      business: { key: { id: keyId, publicKeyPem: pem(edwards.publicKey) } },
      clock: () => now,
    });
    const signed = (alg: string) =>
      tokenFor('GET', root, {
        header: { alg },
        key: edwards.privateKey,
        claims: { uri: 'GET business.coinbase.com/api/v1/checkouts' },
      });
    for (const [alg, status] of [
      ['EdDSA', 200],
      ['ES256', 401],
    ] as const)
      expect(
        (await fetch(`${strict.url}${root}`, { headers: { authorization: `Bearer ${signed(alg)}` } })).status,
      ).toBe(status);
    await strict.close();
  });
});

describe('an event of the Checkouts API', () => {
  test('is signed over its body, and over its headers as well', async () => {
    const id = await completed();
    await double.control.settled();
    const [{ body, headers } = { body: '', headers: {} }] = inbox.received;
    expect(JSON.parse(body)).toMatchObject({
      id,
      status: 'COMPLETED',
      eventType: 'checkout.payment.success',
      metadata: { payment: 'P1' },
    });
    const parts = Object.fromEntries(
      String(headers['x-hook0-signature'])
        .split(',')
        .map((part) => part.split(/=(.*)/s).slice(0, 2)),
    ) as Record<string, string>;
    const hmac = (text: string): string => createHmac('sha256', secret).update(text).digest('hex');
    expect(parts['t']).toBe(String(now.getTime() / 1000));
    expect(parts['v0']).toBe(hmac(`${parts['t']}.${body}`));
    const values = (parts['h'] ?? '').split(' ').map((name) => String(headers[name]));
    expect(values).toContain('checkout.payment.success');
    expect(parts['v1']).toBe(hmac(`${parts['t']}.${parts['h']}.${values.join('.')}.${body}`));
  });

  test('a failing server speaks as the Checkouts API does', async () => {
    double.control.fail({ with: '500' });
    expect(await ask('GET', root)).toMatchObject({ httpStatus: 500, errorType: 'internal_server_error' });
  });
});
