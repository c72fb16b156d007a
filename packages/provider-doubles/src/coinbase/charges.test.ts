import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWebhookInbox, type WebhookInbox } from '../webhook-inbox.ts';
import type { Charge } from './charges.ts';
import { type CoinbaseDouble, startCoinbaseDouble } from './coinbase-double.ts';

const apiKey = 'commerce-key';
const secret = 'commerce-secret';
let double: CoinbaseDouble;
let inbox: WebhookInbox;
let now: Date;

beforeEach(async () => {
  now = new Date('2026-11-24T10:00:00Z');
  inbox = await startWebhookInbox();
  double = await startCoinbaseDouble({ commerce: { apiKey, webhook: { url: inbox.url, secret } }, clock: () => now });
});
afterEach(async () => {
  await double.close();
  await inbox.close();
});

interface Said {
  readonly data?: Charge;
  readonly error?: { readonly type: string; readonly message: string };
  readonly warnings?: readonly string[];
}
const standing = { 'x-cc-api-key': apiKey, 'x-cc-version': '2018-03-22', 'content-type': 'application/json' };
const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = standing) => {
  const answer = await fetch(`${double.url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, ...((await answer.json()) as Said) };
};

const order = {
  name: 'Deposit',
  description: 'To account A',
  pricing_type: 'fixed_price',
  local_price: { amount: '100', currency: 'EUR' },
  metadata: { payment: 'P1' },
};
const created = async (): Promise<Charge> => {
  const { data } = await ask('POST', '/charges', order);
  if (data === undefined) throw new Error('No charge was made');
  return data;
};
const timeline = async (id: string): Promise<readonly string[]> =>
  ((await ask('GET', `/charges/${id}`)).data?.timeline ?? []).map(({ status, context }) =>
    context === undefined ? status : `${status} ${context}`,
  );
const eventTypes = (): readonly string[] => double.control.events().map(({ type }) => type);

describe('a charge', () => {
  test('is made with its price, and found by id and by code', async () => {
    const { status, data, warnings } = await ask('POST', '/charges', order);
    expect([status, warnings]).toEqual([201, undefined]);
    expect(data).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/),
      code: expect.stringMatching(/^[0-9A-F]{8}$/),
      pricing: { local: { amount: '100.00', currency: 'EUR' } },
      metadata: { payment: 'P1' },
      timeline: [{ status: 'NEW', time: '2026-11-24T10:00:00.000Z' }],
      expires_at: '2026-11-24T11:00:00.000Z',
      payments: [],
    });
    for (const name of [data?.id, data?.code]) expect((await ask('GET', `/charges/${name}`)).data).toEqual(data);
  });

  test('is listed with the others, newest first and in pages', async () => {
    const [first, second] = [await created(), await created()];
    const listed = async (query: string) => {
      const { data } = await ask('GET', `/charges?${query}`);
      return (data as unknown as readonly Charge[]).map(({ id }) => id);
    };
    expect(await listed('')).toEqual([second.id, first.id]);
    expect(await listed('limit=1')).toEqual([second.id]);
    expect(await listed(`starting_after=${second.id}`)).toEqual([first.id]);
    expect(await listed('order=asc')).toEqual([first.id, second.id]);
    expect((await ask('GET', '/charges?limit=101')).status).toBe(400);
  });

  test('is pending once paid, and completed once the chain is sure', async () => {
    const { id, code } = await created();
    double.control.charges.pay(code);
    expect((await ask('GET', `/charges/${id}`)).data?.payments).toMatchObject([
      { status: 'PENDING', network: 'base', value: { local: { amount: '100.00', currency: 'EUR' } } },
    ]);
    double.control.charges.confirm(id);
    expect(await timeline(id)).toEqual(['NEW', 'PENDING', 'COMPLETED']);
    expect(eventTypes()).toEqual(['charge:created', 'charge:pending', 'charge:confirmed']);
    expect(await ask('POST', `/charges/${id}/cancel`)).toMatchObject({
      status: 400,
      error: { type: 'invalid_request' },
    });
    expect(() => double.control.charges.pay(id)).toThrow('is COMPLETED and cannot be paid');
  });

  test('paid in two parts is completed by their sum', async () => {
    const { id } = await created();
    double.control.charges.pay(id, '60.00');
    double.control.charges.pay(id, '40.00');
    double.control.charges.confirm(id);
    expect((await timeline(id)).at(-1)).toBe('COMPLETED');
  });

  test.each([
    ['underpaid', (id: string) => double.control.charges.underpay(id, '0.50'), 'UNRESOLVED UNDERPAID', 'charge:failed'],
    ['overpaid', (id: string) => double.control.charges.overpay(id, '0.50'), 'UNRESOLVED OVERPAID', 'charge:confirmed'],
    ['paid too late', (id: string) => double.control.charges.delay(id), 'UNRESOLVED DELAYED', 'charge:delayed'],
  ])('%s waits for a person, who resolves it', async (_, happen, last, event) => {
    const { id } = await created();
    expect(await ask('POST', `/charges/${id}/resolve`)).toMatchObject({ status: 400 });
    happen(id);
    expect((await timeline(id)).at(-1)).toBe(last);
    expect(eventTypes().at(-1)).toBe(event);
    expect((await ask('POST', `/charges/${id}/resolve`)).status).toBe(200);
    expect((await timeline(id)).at(-1)).toBe('RESOLVED');
    expect(eventTypes().at(-1)).toBe('charge:resolved');
  });

  test('shows how much was paid too little', async () => {
    const { id } = await created();
    double.control.charges.underpay(id, '0.50');
    expect((await ask('GET', `/charges/${id}`)).data?.payments[0]?.value.local.amount).toBe('99.50');
  });

  test('that the chain forgets has failed', async () => {
    const { id } = await created();
    double.control.charges.pay(id);
    double.control.charges.fail(id);
    expect(await timeline(id)).toEqual(['NEW', 'PENDING', 'FAILED']);
    expect(eventTypes().at(-1)).toBe('charge:failed');
  });

  test('is cancelled by the merchant, or expires after an hour', async () => {
    const cancelled = await created();
    expect((await ask('POST', `/charges/${cancelled.code}/cancel`)).status).toBe(200);
    expect(await timeline(cancelled.id)).toEqual(['NEW', 'CANCELED']);
    const forgotten = await created();
    now = new Date(now.getTime() + 3_600_000);
    expect(await timeline(forgotten.id)).toEqual(['NEW', 'EXPIRED']);
    expect(eventTypes().at(-1)).toBe('charge:failed');
    double.control.charges.expire((await created()).id);
    expect(eventTypes().at(-1)).toBe('charge:failed');
  });

  test.each([
    [{ ...order, pricing_type: undefined }, 400, 'param_required'],
    [{ ...order, pricing_type: 'no_price' }, 400, 'invalid_request'],
    [{ ...order, local_price: undefined }, 400, 'param_required'],
    [{ ...order, local_price: { amount: '0.00', currency: 'EUR' } }, 400, 'validation_error'],
    [{ ...order, local_price: { amount: '1.005', currency: 'EUR' } }, 400, 'validation_error'],
    [{ ...order, local_price: { amount: '1', currency: 'E' } }, 400, 'param_required'],
    [{ ...order, metadata: { payment: 1 } }, 400, 'invalid_request'],
    ['{', 400, 'invalid_request'],
    ['[]', 400, 'invalid_request'],
  ])('asked for with %j is refused', async (body, status, type) => {
    expect(await ask('POST', '/charges', body)).toMatchObject({ status, error: { type } });
    expect(eventTypes()).toEqual([]);
  });

  test('needs the key, likes the version, and has to exist', async () => {
    const { 'x-cc-version': _, ...unversioned } = standing;
    expect((await ask('POST', '/charges', order, unversioned)).warnings).toHaveLength(1);
    const wrong = { ...standing, 'x-cc-api-key': 'other' };
    expect(await ask('GET', '/charges/1', undefined, wrong)).toMatchObject({
      status: 401,
      error: { type: 'authentication_error' },
    });
    expect(await ask('GET', '/charges/1')).toMatchObject({ status: 404, error: { type: 'not_found' } });
    expect(await ask('POST', '/checkouts')).toMatchObject({ status: 404, error: { type: 'not_found' } });
    expect(await ask('POST', '/api/v1/checkouts')).toMatchObject({ status: 404 });
  });
});

describe('an event of Commerce', () => {
  test('is signed over its raw body, and counts its attempts', async () => {
    inbox.refuse(1);
    const { id } = await created();
    await double.control.settled();
    expect(inbox.received).toHaveLength(2);
    for (const [index, { body, headers }] of inbox.received.entries()) {
      expect(headers['x-cc-webhook-signature']).toBe(createHmac('sha256', secret).update(body).digest('hex'));
      expect(JSON.parse(body)).toMatchObject({
        attempt_number: index + 1,
        event: {
          type: 'charge:created',
          resource: 'event',
          api_version: '2018-03-22',
          data: { id, metadata: { payment: 'P1' } },
        },
      });
    }
  });

  test('comes twice, or late, when it is meant to', async () => {
    double.control.fail({ with: 'duplicate webhook', event: 'charge:created' });
    double.control.fail({ with: 'withhold webhook', event: 'charge:pending' });
    const { id } = await created();
    double.control.charges.pay(id);
    await double.control.settled();
    expect(inbox.received).toHaveLength(2);
    double.control.releaseWebhooks();
    await double.control.settled();
    expect(inbox.received.at(-1)?.body).toContain('charge:pending');
  });
});

describe('a fault of Coinbase', () => {
  test.each([
    ['500', 500, 0],
    ['429', 429, 0],
    ['reset', undefined, 0],
    ['half', undefined, 1],
    ['lost answer', undefined, 1],
    ['slow', 201, 1],
  ] as const)('%s is answered %s, with the work done %i times', async (kind, status, done) => {
    double.control.fail({ with: kind, method: 'POST', path: '/charges', delayMs: 10 });
    const seen = await ask('POST', '/charges', order).catch(() => ({ status: undefined }));
    expect([seen.status, eventTypes().length]).toEqual([status, done]);
    expect((await ask('POST', '/charges', order)).status).toBe(201);
  });
});
