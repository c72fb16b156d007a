import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWebhookInbox, type WebhookInbox } from '../webhook-inbox.ts';
import { type StripeDouble, startStripeDouble } from './stripe-double.ts';

const apiKey = 'sk_test_transport_0123456789';
const secret = 'whsec_double';
let double: StripeDouble;
let inbox: WebhookInbox;
let stripe: Stripe;

const client = (options: Stripe.StripeConfig = {}): Stripe => {
  const { host, port } = double;
  return new Stripe(apiKey, { host, port, protocol: 'http', maxNetworkRetries: 0, ...options });
};

beforeEach(async () => {
  inbox = await startWebhookInbox();
  double = await startStripeDouble({ apiKey, webhook: { url: inbox.url, secret } });
  stripe = client();
});
afterEach(async () => {
  await double.close();
  await inbox.close();
});

const asked = {
  amount: 1_000,
  currency: 'eur',
  allowed_payment_method_types: ['card'],
  payment_method: 'pm_card_visa',
  confirm: true,
};
const intentCount = async (): Promise<number> => (await stripe.paymentIntents.list({ limit: 100 })).data.length;
const deliveredTypes = (): readonly string[] =>
  inbox.received.map(({ body }) => (JSON.parse(body) as { readonly type: string }).type);

describe('a key', () => {
  test.each([
    ['Bearer', `Bearer ${apiKey}`, 200],
    ['Basic', `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`, 200],
    ['wrong', 'Bearer sk_test_somebody_else', 401],
    ['missing', '', 401],
  ])('sent as %s is answered accordingly', async (_, authorization, status) => {
    const answer = await fetch(`${double.url}/v1/payment_intents`, { headers: { authorization } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('request-id')).toMatch(/^req_/);
  });

  test('that is wrong is named in the error without being given away', async () => {
    const answer = await fetch(`${double.url}/v1/customers/cus_1`, {
      headers: { authorization: 'Bearer sk_test_somebody_else' },
    });
    const { error } = (await answer.json()) as { readonly error: { readonly type: string; readonly message: string } };
    expect(error.type).toBe('invalid_request_error');
    expect(error.message).toMatch(/^Invalid API Key provided: sk_test\*+else$/);
  });
});

describe('an idempotency key', () => {
  const idempotencyKey = 'payment-P1-step-1';

  test('with the same parameters gets the same answer, and nothing happens twice', async () => {
    const first = await stripe.paymentIntents.create(asked, { idempotencyKey });
    const second = await stripe.paymentIntents.create(asked, { idempotencyKey });
    expect(second).toEqual(first);
    expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined();
    expect(second.lastResponse.headers).toMatchObject({
      'idempotent-replayed': 'true',
      'original-request': first.lastResponse.requestId,
    });
    expect(await intentCount()).toBe(1);
  });

  test.each([
    ['other parameters', () => stripe.paymentIntents.create({ ...asked, amount: 1_001 }, { idempotencyKey })],
    ['another endpoint', () => stripe.customers.create({}, { idempotencyKey })],
  ])('with %s is refused', async (_, again) => {
    await stripe.paymentIntents.create(asked, { idempotencyKey });
    await expect(again()).rejects.toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
    expect(await intentCount()).toBe(1);
  });

  test('keeps a decline as well', async () => {
    const declined = { ...asked, payment_method: 'pm_card_chargeDeclined' };
    await expect(stripe.paymentIntents.create(declined, { idempotencyKey })).rejects.toMatchObject({ statusCode: 402 });
    await expect(stripe.paymentIntents.create(declined, { idempotencyKey })).rejects.toMatchObject({ statusCode: 402 });
    expect(await intentCount()).toBe(1);
  });

  test('is not used up by a failure of the server', async () => {
    double.control.fail({ with: '500', method: 'POST' });
    await expect(stripe.paymentIntents.create(asked, { idempotencyKey })).rejects.toMatchObject({ statusCode: 500 });
    expect((await stripe.paymentIntents.create(asked, { idempotencyKey })).status).toBe('succeeded');
    expect(await intentCount()).toBe(1);
  });
});

describe('a fault', () => {
  test.each([
    ['500', 'StripeAPIError', { times: 1, done: 0 }],
    ['429', 'StripeRateLimitError', { times: 1, done: 0 }],
    ['half', 'StripeConnectionError', { times: 1, done: 1 }],
    // The library tries again by itself when a connection closes, even when told not to.
    ['reset', 'StripeConnectionError', { times: 2, done: 0 }],
    ['lost answer', 'StripeConnectionError', { times: 2, done: 1 }],
  ] as const)('%s is seen as %s: %o', async (kind, type, { times, done }) => {
    double.control.fail({ with: kind, times, method: 'POST', path: '/v1/payment_intents' });
    await expect(stripe.paymentIntents.create(asked)).rejects.toMatchObject({ type });
    expect(await intentCount()).toBe(done);
    expect((await stripe.paymentIntents.create(asked)).status).toBe('succeeded');
  });

  test('slow does the work and outlives the patience of the caller', async () => {
    double.control.fail({ with: 'slow', path: '/v1/payment_intents', delayMs: 200 });
    await expect(client({ timeout: 50 }).paymentIntents.create(asked)).rejects.toMatchObject({
      type: 'StripeConnectionError',
    });
    expect(await intentCount()).toBe(1);
    double.control.fail({ with: 'slow', delayMs: 20 });
    expect((await stripe.paymentIntents.create(asked)).status).toBe('succeeded');
  });

  test('is survived by the library on its own, and the payment is made once', async () => {
    double.control.fail({ with: 'lost answer', method: 'POST' });
    const intent = await stripe.paymentIntents.create(asked);
    expect(intent.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(await intentCount()).toBe(1);
  });

  test('strikes only what it was meant for, as often as it was told', async () => {
    double.control.fail({ with: '500', method: 'get', path: /^\/v1\/customers\//, times: 2 });
    expect((await stripe.paymentIntents.create(asked)).status).toBe('succeeded');
    const { id } = await stripe.customers.create({});
    for (const status of [500, 500, undefined])
      expect(
        await stripe.customers.retrieve(id).then(
          () => undefined,
          (error: unknown) => (error as Stripe.errors.StripeError).statusCode,
        ),
      ).toBe(status);
    expect(() => double.control.fail({ with: '500', times: 0 })).toThrow(RangeError);
  });

  test('can be there from the start', async () => {
    const broken = await startStripeDouble({ apiKey, faults: [{ with: '500' }] });
    const { host, port } = broken;
    const other = new Stripe(apiKey, { host, port, protocol: 'http', maxNetworkRetries: 0 });
    await expect(other.customers.create({})).rejects.toMatchObject({ type: 'StripeAPIError' });
    await broken.close();
  });
});

describe('an event', () => {
  test('is signed as the official library checks it, and is found again by its id', async () => {
    const intent = await stripe.paymentIntents.create(asked, { idempotencyKey: 'P1' });
    await double.control.settled();
    const events = inbox.received.map(({ body, headers }) =>
      stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), secret),
    );
    expect(events.map(({ type }) => type).toSorted()).toEqual([
      'charge.succeeded',
      'payment_intent.created',
      'payment_intent.succeeded',
    ]);
    const succeeded = events.find(({ type }) => type === 'payment_intent.succeeded');
    expect(succeeded).toMatchObject({
      object: 'event',
      api_version: '2026-10-28.endive',
      livemode: false,
      request: { id: intent.lastResponse.requestId, idempotency_key: 'P1' },
      data: { object: { id: intent.id, status: 'succeeded' } },
    });
    expect(await stripe.events.retrieve(String(succeeded?.id))).toMatchObject({ type: 'payment_intent.succeeded' });

    const [{ body, headers } = { body: '', headers: {} }] = inbox.received;
    const signature = String(headers['stripe-signature']);
    expect(() => stripe.webhooks.constructEvent(`${body} `, signature, secret)).toThrow('No signatures found');
    expect(() => stripe.webhooks.constructEvent(body, signature, 'whsec_other')).toThrow('No signatures found');
  });

  test('shows its object as it was', async () => {
    const intent = await stripe.paymentIntents.create({ amount: 500, currency: 'eur' });
    await stripe.paymentIntents.cancel(intent.id);
    const events = await stripe.events.list({ types: ['payment_intent.created', 'payment_intent.canceled'] });
    expect(events.data.map(({ data }) => (data.object as Stripe.PaymentIntent).status)).toEqual([
      'canceled',
      'requires_payment_method',
    ]);
    expect((await stripe.events.list({ type: 'payment_intent.created' })).data).toHaveLength(1);
  });

  test('is delivered again until it is taken', async () => {
    inbox.refuse(3);
    await stripe.customers.create({});
    await double.control.settled();
    expect(deliveredTypes()).toEqual(Array(4).fill('customer.created'));
  });

  test('is given up after five tries', async () => {
    inbox.refuse(9);
    await stripe.customers.create({});
    await double.control.settled();
    expect(inbox.received).toHaveLength(5);
  });

  test('comes twice, or late, when it is meant to', async () => {
    double.control.fail({ with: 'duplicate webhook', event: 'payment_intent.succeeded' });
    double.control.fail({ with: 'withhold webhook', event: /^charge\./ });
    await stripe.paymentIntents.create(asked);
    await double.control.settled();
    expect(deliveredTypes().toSorted()).toEqual([
      'payment_intent.created',
      'payment_intent.succeeded',
      'payment_intent.succeeded',
    ]);
    const ids = inbox.received.map(({ body }) => (JSON.parse(body) as { readonly id: string }).id);
    expect(new Set(ids).size).toBe(2);
    expect((await stripe.events.list({ type: 'charge.succeeded' })).data).toHaveLength(1);
    double.control.releaseWebhooks();
    await double.control.settled();
    expect(deliveredTypes().at(-1)).toBe('charge.succeeded');
  });

  test('goes to every endpoint, each with its own secret', async () => {
    const other = await startWebhookInbox();
    double.control.addWebhook({ url: other.url, secret: 'whsec_other' });
    await stripe.customers.create({});
    await double.control.settled();
    const [{ body, headers } = { body: '', headers: {} }] = other.received;
    const event = stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), 'whsec_other');
    expect([event.type, event.pending_webhooks, inbox.received.length]).toEqual(['customer.created', 2, 1]);
    await other.close();
  });
});

describe('the double', () => {
  test('gives the same ids for the same seed, and others for another', async () => {
    const firstId = async (seed: string): Promise<string> => {
      const one = await startStripeDouble({ apiKey, seed });
      const { host, port } = one;
      const { id } = await new Stripe(apiKey, { host, port, protocol: 'http' }).customers.create({});
      await one.close();
      return id;
    };
    expect(await firstId('a')).toBe(await firstId('a'));
    expect(await firstId('a')).not.toBe(await firstId('b'));
  });

  test('finds nothing new by search until it has had its time', async () => {
    let now = new Date('2026-11-24T10:00:00Z');
    const lagging = await startStripeDouble({ apiKey, clock: () => now, settings: { searchLagSeconds: 60 } });
    const { host, port } = lagging;
    const other = new Stripe(apiKey, { host, port, protocol: 'http' });
    await other.paymentIntents.create({ amount: 500, currency: 'eur', metadata: { payment: 'P1' } });
    const query = `metadata['payment']:'P1'`;
    expect((await other.paymentIntents.search({ query })).data).toEqual([]);
    now = new Date(now.getTime() + 60_000);
    expect((await other.paymentIntents.search({ query })).data).toHaveLength(1);
    await lagging.close();
  });

  test('says so when it has no such endpoint, and when a path to expand leads nowhere', async () => {
    const answer = await fetch(`${double.url}/v1/subscriptions`, { headers: { authorization: `Bearer ${apiKey}` } });
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('Unrecognized request URL')]);
    const { id } = await stripe.paymentIntents.create(asked);
    await expect(stripe.paymentIntents.retrieve(id, { expand: ['sorrow'] })).rejects.toMatchObject({ param: 'expand' });
  });

  test('cannot be led astray by names of parameters', async () => {
    const answer = await fetch(`${double.url}/v1/customers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
      body: new URLSearchParams({ 'metadata[__proto__][polluted]': 'yes' }),
    });
    expect(answer.status).toBe(400);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
