import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type StripeDouble, startStripeDouble } from './stripe-double.ts';

const apiKey = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';
let double: StripeDouble;
let stripe: Stripe;

beforeEach(async () => {
  double = await startStripeDouble({ apiKey });
  const { host, port } = double;
  stripe = new Stripe(apiKey, { host, port, protocol: 'http', maxNetworkRetries: 0 });
});
afterEach(() => double.close());

const card = { currency: 'eur', allowed_payment_method_types: ['card'] };
const eventTypes = (): readonly string[] => double.control.events().map(({ type }) => type);
const refusal = (asked: Promise<unknown>) =>
  asked.then(
    () => {
      throw new Error('Stripe was expected to refuse');
    },
    (error: unknown) => {
      if (error instanceof Stripe.errors.StripeError) return error;
      throw error;
    },
  );

describe('a payment', () => {
  test('confirmed with a good card succeeds, and its charge is on the balance less the fee', async () => {
    const intent = await stripe.paymentIntents.create({
      ...card,
      amount: 10_000,
      payment_method: 'pm_card_visa',
      confirm: true,
      metadata: { order: '7' },
      expand: ['latest_charge.balance_transaction'],
    });
    expect(intent).toMatchObject({
      status: 'succeeded',
      amount_received: 10_000,
      livemode: false,
      metadata: { order: '7' },
      allowed_payment_method_types: ['card'],
    });
    expect(intent.id).toMatch(/^pi_[0-9a-f]{24}$/);
    expect(intent.latest_charge).toMatchObject({
      id: expect.stringMatching(/^ch_/),
      captured: true,
      paid: true,
      balance_transaction: { type: 'charge', amount: 10_000, fee: 320, net: 9_680 },
    });
    expect(eventTypes()).toEqual(['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded']);
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ id: intent.id, status: 'succeeded' });
  });

  test('is confirmed in a second step, with a card chosen then', async () => {
    const opened = await stripe.paymentIntents.create({ ...card, amount: 500 });
    expect(opened.status).toBe('requires_payment_method');
    expect((await refusal(stripe.paymentIntents.confirm(opened.id))).code).toBe('payment_intent_unexpected_state');
    const paid = await stripe.paymentIntents.confirm(opened.id, { payment_method: 'pm_card_mastercard' });
    expect(paid.status).toBe('succeeded');
    expect((await refusal(stripe.paymentIntents.confirm(opened.id))).message).toContain('status is succeeded');
  });

  test('that may redirect the payer needs to know where they come back to', async () => {
    const asked = { amount: 500, currency: 'eur', payment_method: 'pm_card_visa', confirm: true };
    expect((await refusal(stripe.paymentIntents.create(asked))).param).toBe('return_url');
    const never = { enabled: true, allow_redirects: 'never' } as const;
    expect((await stripe.paymentIntents.create({ ...asked, automatic_payment_methods: never })).status).toBe(
      'succeeded',
    );
  });

  test.each([
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
  ])('with %s is declined, says why, and can be tried again with another card', async (name, code, declineCode) => {
    const intent = await stripe.paymentIntents.create({ ...card, amount: 500 });
    const error = await refusal(stripe.paymentIntents.confirm(intent.id, { payment_method: name }));
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(error).toMatchObject({ statusCode: 402, type: 'StripeCardError', code, decline_code: declineCode });
    expect(error.payment_intent).toMatchObject({ id: intent.id, status: 'requires_payment_method' });
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      payment_method: null,
      last_payment_error: { code, decline_code: declineCode },
    });
    expect(eventTypes()).toEqual(['payment_intent.created', 'charge.failed', 'payment_intent.payment_failed']);
    expect((await stripe.balanceTransactions.list()).data).toEqual([]);
    expect((await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' })).status).toBe(
      'succeeded',
    );
  });

  test.each([
    [{ amount: 49 }, 'amount_too_small', 'amount'],
    [{ amount: 100_000_000 }, 'amount_too_large', 'amount'],
    [{ amount: 12.5 }, 'parameter_invalid_integer', 'amount'],
    [{ amount: undefined }, 'parameter_missing', 'amount'],
    [{ customer: 'cus_unknown' }, 'resource_missing', 'customer'],
    [{ payment_method: 'pm_unknown' }, 'resource_missing', 'payment_method'],
    [{ colour: 'red' }, 'parameter_unknown', 'colour'],
  ])('asked for with %o is refused with %s', async (wrong, code, param) => {
    const asked = { ...card, amount: 500, ...wrong } as Stripe.PaymentIntentCreateParams;
    expect(await refusal(stripe.paymentIntents.create(asked))).toMatchObject({
      type: 'StripeInvalidRequestError',
      code,
      param,
    });
  });
});

describe('a challenge of the bank', () => {
  const challenged = () =>
    stripe.paymentIntents.create({
      ...card,
      amount: 2_000,
      payment_method: 'pm_card_threeDSecure2Required',
      confirm: true,
      return_url: 'https://shop.example/back?order=7',
    });

  test('holds the payment until the payer passes it', async () => {
    const intent = await challenged();
    expect(intent).toMatchObject({
      status: 'requires_action',
      next_action: {
        type: 'redirect_to_url',
        redirect_to_url: {
          return_url: 'https://shop.example/back?order=7',
          url: `${double.url}/challenge/${intent.id}`,
        },
      },
    });
    double.control.completeChallenge(intent.id);
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'succeeded', next_action: null });
    expect(eventTypes()).toContain('payment_intent.requires_action');
  });

  test('that fails sends the payer back for another card', async () => {
    const intent = await challenged();
    double.control.completeChallenge(intent.id, 'fail');
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
    expect(eventTypes().at(-1)).toBe('payment_intent.payment_failed');
  });

  test.each([
    ['pass', 'succeeded', 'succeeded'],
    ['fail', 'failed', 'requires_payment_method'],
  ])('is answered on a page, and %s leads back to the shop as %s', async (answer, redirectStatus, status) => {
    const intent = await challenged();
    const url = `${double.url}/challenge/${intent.id}`;
    expect(await (await fetch(url)).text()).toContain('20.00 EUR');
    const back = await fetch(url, { method: 'POST', body: new URLSearchParams({ do: answer }), redirect: 'manual' });
    expect(back.status).toBe(303);
    const { searchParams } = new URL(back.headers.get('location') ?? '');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      order: '7',
      payment_intent: intent.id,
      redirect_status: redirectStatus,
    });
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe(status);
    expect((await fetch(url, { method: 'POST', body: 'do=pass' })).status).toBe(404);
  });

  test('is refused where there is nobody to ask', async () => {
    const asked = stripe.paymentIntents.create({
      ...card,
      amount: 2_000,
      payment_method: 'pm_card_threeDSecure2Required',
      confirm: true,
      off_session: true,
    });
    expect((await refusal(asked)).code).toBe('authentication_required');
  });
});

describe('a manual capture', () => {
  const authorised = () =>
    stripe.paymentIntents.create({
      ...card,
      amount: 8_000,
      capture_method: 'manual',
      payment_method: 'pm_card_visa',
      confirm: true,
    });

  test('takes a part, and releases the rest', async () => {
    const intent = await authorised();
    expect(intent).toMatchObject({ status: 'requires_capture', amount_capturable: 8_000, amount_received: 0 });
    expect((await stripe.balanceTransactions.list()).data).toEqual([]);
    expect((await refusal(stripe.paymentIntents.capture(intent.id, { amount_to_capture: 8_001 }))).code).toBe(
      'amount_too_large',
    );

    const captured = await stripe.paymentIntents.capture(intent.id, {
      amount_to_capture: 5_000,
      expand: ['latest_charge'],
    });
    expect(captured).toMatchObject({ status: 'succeeded', amount_capturable: 0, amount_received: 5_000 });
    expect(captured.latest_charge).toMatchObject({ amount: 8_000, amount_captured: 5_000, captured: true });
    expect((await stripe.balanceTransactions.list()).data).toMatchObject([{ amount: 5_000, fee: 175 }]);
    expect((await refusal(stripe.paymentIntents.capture(intent.id))).code).toBe('payment_intent_unexpected_state');
  });

  test('cancelled takes nothing', async () => {
    const intent = await authorised();
    const canceled = await stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'requested_by_customer' });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'requested_by_customer' });
    expect(eventTypes().slice(-2)).toEqual(['charge.refunded', 'payment_intent.canceled']);
    expect((await stripe.balanceTransactions.list()).data).toEqual([]);
    expect((await refusal(stripe.paymentIntents.cancel(intent.id))).code).toBe('payment_intent_unexpected_state');
  });
});

describe('payments', () => {
  test('are listed page by page, newest first', async () => {
    const ids: string[] = [];
    for (const amount of [100, 200, 300, 400, 500])
      ids.unshift((await stripe.paymentIntents.create({ ...card, amount })).id);
    const first = await stripe.paymentIntents.list({ limit: 2 });
    expect([first.data.map(({ id }) => id), first.has_more]).toEqual([ids.slice(0, 2), true]);
    const last = await stripe.paymentIntents.list({ limit: 3, starting_after: ids[1] ?? '' });
    expect([last.data.map(({ id }) => id), last.has_more]).toEqual([ids.slice(2), false]);
    const before = await stripe.paymentIntents.list({ limit: 1, ending_before: ids[2] ?? '' });
    expect([before.data.map(({ id }) => id), before.has_more]).toEqual([[ids[1]], true]);
    const all: string[] = [];
    for await (const { id } of stripe.paymentIntents.list({ limit: 2 })) all.push(id);
    expect(all).toEqual(ids);
    expect((await refusal(stripe.paymentIntents.list({ limit: 101 }))).param).toBe('limit');
  });

  test('are found by their metadata and status', async () => {
    const paid = await stripe.paymentIntents.create({
      ...card,
      amount: 100,
      metadata: { payment: 'P1' },
      payment_method: 'pm_card_visa',
      confirm: true,
    });
    await stripe.paymentIntents.create({ ...card, amount: 100, metadata: { payment: 'P1' } });
    await stripe.paymentIntents.create({ ...card, amount: 100, metadata: { payment: 'P2' } });
    const found = await stripe.paymentIntents.search({ query: `metadata['payment']:'P1' AND status:'succeeded'` });
    expect(found.data.map(({ id }) => id)).toEqual([paid.id]);
    expect((await stripe.paymentIntents.search({ query: `metadata["payment"]:"P1"` })).data).toHaveLength(2);
    expect((await refusal(stripe.paymentIntents.search({ query: 'amount>5' }))).param).toBe('query');
  });
});

describe('customers', () => {
  test('keep their cards, pay with them, and lose them', async () => {
    const customer = await stripe.customers.create({
      name: 'Ada',
      email: 'ada@example.com',
      metadata: { party: 'p1' },
    });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ id: customer.id, metadata: { party: 'p1' } });
    const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    expect(method).toMatchObject({ customer: customer.id, card: { brand: 'visa', last4: '4242' } });
    expect((await stripe.paymentMethods.list({ customer: customer.id, type: 'card' })).data).toHaveLength(1);
    expect((await stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1);

    const asked = { ...card, amount: 900, payment_method: method.id, confirm: true, off_session: true };
    expect((await refusal(stripe.paymentIntents.create(asked))).param).toBe('payment_method');
    expect((await stripe.paymentIntents.create({ ...asked, customer: customer.id })).status).toBe('succeeded');

    expect((await stripe.paymentMethods.detach(method.id)).customer).toBeNull();
    expect((await stripe.paymentMethods.list({ customer: customer.id })).data).toEqual([]);
    expect((await refusal(stripe.customers.retrieve('cus_unknown'))).code).toBe('resource_missing');
  });
});
