import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { idOf } from './merchant.ts';
import { type StripeDouble, startStripeDouble } from './stripe-double.ts';

const apiKey = 'sk_test_money_back';
const dayMs = 86_400_000;
let double: StripeDouble;
let stripe: Stripe;
let now: Date;

beforeEach(async () => {
  now = new Date('2026-11-24T10:00:00Z');
  double = await startStripeDouble({ apiKey, clock: () => now });
  const { host, port } = double;
  stripe = new Stripe(apiKey, { host, port, protocol: 'http', maxNetworkRetries: 0 });
});
afterEach(() => double.close());

const paid = (paymentMethod = 'pm_card_visa', amount = 10_000) =>
  stripe.paymentIntents.create({
    amount,
    currency: 'usd',
    allowed_payment_method_types: ['card'],
    payment_method: paymentMethod,
    confirm: true,
  });
const eventTypes = (): readonly string[] => double.control.events().map(({ type }) => type);
const balance = async (): Promise<number> => {
  let sum = 0;
  for await (const { net } of stripe.balanceTransactions.list({ limit: 100 })) sum += net;
  return sum;
};

describe('a refund', () => {
  test('goes back in parts until nothing is left; the fee stays with Stripe', async () => {
    const intent = await paid();
    const refund = await stripe.refunds.create({
      payment_intent: intent.id,
      amount: 4_000,
      reason: 'requested_by_customer',
      metadata: { refund: 'R1' },
      expand: ['balance_transaction'],
    });
    expect(refund).toMatchObject({
      status: 'succeeded',
      amount: 4_000,
      balance_transaction: { type: 'refund', amount: -4_000, fee: 0, net: -4_000, reporting_category: 'refund' },
    });
    expect(refund.id).toMatch(/^re_/);
    expect(eventTypes().slice(-2)).toEqual(['refund.created', 'charge.refunded']);
    await expect(stripe.refunds.create({ payment_intent: intent.id, amount: 6_001 })).rejects.toMatchObject({
      param: 'amount',
    });
    expect((await stripe.refunds.create({ charge: idOf(intent.latest_charge) })).amount).toBe(6_000);
    await expect(stripe.refunds.create({ payment_intent: intent.id })).rejects.toMatchObject({
      code: 'charge_already_refunded',
    });
    expect(await stripe.charges.retrieve(idOf(intent.latest_charge))).toMatchObject({
      amount_refunded: 10_000,
      refunded: true,
    });
    expect((await stripe.refunds.list({ payment_intent: intent.id })).data).toHaveLength(2);
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({ id: refund.id, metadata: { refund: 'R1' } });
    expect(await balance()).toBe(-320);
  });

  test('of a slow bank stays pending until it settles', async () => {
    const { id } = await stripe.refunds.create({ payment_intent: (await paid('pm_card_pendingRefund')).id });
    expect(await stripe.refunds.retrieve(id)).toMatchObject({ status: 'pending', pending_reason: 'processing' });
    expect(double.control.settleRefund(id).status).toBe('succeeded');
    const settled = await stripe.refunds.retrieve(id);
    expect([settled.status, settled.pending_reason]).toEqual(['succeeded', undefined]);
    expect(eventTypes().slice(-2)).toEqual(['refund.updated', 'charge.refund.updated']);
    expect(() => double.control.settleRefund(id)).toThrow('not pending');
  });

  test('called succeeded fails afterwards: the money is back on the balance and can be refunded again', async () => {
    const intent = await paid();
    const before = await balance();
    const refund = await stripe.refunds.create({ payment_intent: intent.id });
    expect(refund.status).toBe('succeeded');
    double.control.failRefund(refund.id, 'lost_or_stolen_card');

    const failed = await stripe.refunds.retrieve(refund.id, { expand: ['failure_balance_transaction'] });
    expect(failed).toMatchObject({
      status: 'failed',
      failure_reason: 'lost_or_stolen_card',
      failure_balance_transaction: { type: 'refund_failure', amount: 10_000, source: refund.id },
    });
    expect(failed.balance_transaction).toBe(refund.balance_transaction);
    expect(eventTypes().slice(-3)).toEqual(['refund.updated', 'charge.refund.updated', 'refund.failed']);
    expect(await balance()).toBe(before);
    expect(await stripe.charges.retrieve(idOf(intent.latest_charge))).toMatchObject({
      amount_refunded: 0,
      refunded: false,
    });
    expect((await stripe.refunds.create({ payment_intent: intent.id })).amount).toBe(10_000);
  });

  test('to a card that refuses refunds is answered as succeeded and fails by itself', async () => {
    const refund = await stripe.refunds.create({ payment_intent: (await paid('pm_card_refundFail')).id });
    expect(refund.status).toBe('succeeded');
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('failed');
    expect(eventTypes().at(-1)).toBe('refund.failed');
  });

  test('needs a payment that took money, named once', async () => {
    const open = await stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
    await expect(stripe.refunds.create({ payment_intent: open.id })).rejects.toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
    await expect(stripe.refunds.create({})).rejects.toMatchObject({ code: 'parameter_missing' });
    await expect(stripe.refunds.create({ payment_intent: open.id, charge: 'ch_1' })).rejects.toMatchObject({
      code: 'parameters_exclusive',
    });
  });
});

describe('a dispute', () => {
  const opened = async (paymentMethod = 'pm_card_createDispute') => {
    const intent = await paid(paymentMethod);
    const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
    if (dispute === undefined) throw new Error('No dispute was opened');
    return { intent, dispute };
  };

  test('of a test card opens by itself and takes the amount and 15.00', async () => {
    const { intent, dispute } = await opened();
    expect(dispute).toMatchObject({
      id: expect.stringMatching(/^dp_/),
      amount: 10_000,
      status: 'needs_response',
      reason: 'fraudulent',
      is_charge_refundable: false,
      balance_transactions: [
        { type: 'adjustment', amount: -10_000, fee: 1_500, net: -11_500, reporting_category: 'dispute' },
      ],
    });
    expect(intent.status).toBe('succeeded');
    expect(await balance()).toBe(10_000 - 320 - 11_500);
    expect((await stripe.charges.retrieve(idOf(intent.latest_charge))).disputed).toBe(true);
    expect(eventTypes().slice(-2)).toEqual(['charge.dispute.created', 'charge.dispute.funds_withdrawn']);
    await expect(stripe.refunds.create({ payment_intent: intent.id })).rejects.toMatchObject({
      code: 'charge_disputed',
    });
  });

  test('is opened by the bank of any payer, and won: the amount comes back, the fee does not', async () => {
    const intent = await paid();
    const { id } = double.control.openDispute(intent.id, { reason: 'product_not_received', amount: 3_000 });
    const staged = await stripe.disputes.update(id, { evidence: { product_description: 'A chair' }, submit: false });
    expect(staged).toMatchObject({
      status: 'needs_response',
      evidence_details: { has_evidence: true, submission_count: 0 },
    });
    const submitted = await stripe.disputes.update(id, { evidence: { shipping_tracking_number: '1Z' }, submit: true });
    expect(submitted).toMatchObject({
      status: 'under_review',
      evidence: { product_description: 'A chair', shipping_tracking_number: '1Z' },
      evidence_details: { submission_count: 1 },
    });
    await expect(stripe.disputes.update(id, { evidence: { receipt: 'file_1' } })).rejects.toThrow(
      'takes no more evidence',
    );

    double.control.decideDispute(id, 'won');
    const won = await stripe.disputes.retrieve(id);
    expect(won.status).toBe('won');
    expect(won.balance_transactions.map(({ net }) => net)).toEqual([-4_500, 3_000]);
    expect(await balance()).toBe(10_000 - 320 - 1_500);
    expect(eventTypes().slice(-3)).toEqual([
      'charge.dispute.updated',
      'charge.dispute.closed',
      'charge.dispute.funds_reinstated',
    ]);
  });

  test.each([
    ['winning_evidence', 'won'],
    ['losing_evidence', 'lost'],
  ])('answered with %s is %s, as in test mode', async (evidence, status) => {
    const { dispute } = await opened('pm_card_createDisputeProductNotReceived');
    expect(dispute.reason).toBe('product_not_received');
    await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: evidence } });
    expect((await stripe.disputes.retrieve(dispute.id)).status).toBe(status);
  });

  test('is accepted by closing it, and lost by the bank: nothing more moves', async () => {
    const { dispute } = await opened();
    const before = await balance();
    expect((await stripe.disputes.close(dispute.id)).status).toBe('lost');
    await expect(stripe.disputes.close(dispute.id)).rejects.toThrow('already lost');
    expect(await balance()).toBe(before);
    const other = await opened();
    expect(double.control.decideDispute(other.dispute.id, 'lost').status).toBe('lost');
    expect(() => double.control.decideDispute(other.dispute.id, 'won')).toThrow('already');
    expect(() => double.control.openDispute(other.intent.id)).toThrow('disputed already');
  });

  test('takes no evidence Stripe does not know', async () => {
    const { dispute } = await opened();
    const asked = { evidence: { poem: 'roses' } } as Stripe.DisputeUpdateParams;
    await expect(stripe.disputes.update(dispute.id, asked)).rejects.toMatchObject({ param: 'evidence[poem]' });
  });
});

describe('a payout', () => {
  test('bundles what is available, and each movement goes along once', async () => {
    const intent = await paid();
    await stripe.refunds.create({ payment_intent: intent.id, amount: 4_000 });
    const payout = double.control.payOut('USD');
    expect(payout).toMatchObject({ amount: 10_000 - 320 - 4_000, status: 'paid', automatic: true, currency: 'usd' });

    const along = await stripe.balanceTransactions.list({ payout: payout.id });
    expect(along.data.map(({ type, net }) => [type, net])).toEqual([
      ['payout', -5_680],
      ['refund', -4_000],
      ['charge', 9_680],
    ]);
    expect(await stripe.payouts.retrieve(payout.id)).toMatchObject({
      id: payout.id,
      reconciliation_status: 'completed',
    });
    expect((await stripe.payouts.list()).data).toHaveLength(1);
    expect(eventTypes().slice(-3)).toEqual(['payout.created', 'payout.reconciliation_completed', 'payout.paid']);
    expect(() => double.control.payOut('usd')).toThrow('nothing to pay out');
    expect(await balance()).toBe(0);

    await paid('pm_card_visa', 1_050);
    const next = double.control.payOut('usd');
    // 2.9 % of 10.50 is 30.45 cents, of 10.52 it is 30.508: rounded half up.
    expect(next.amount).toBe(1_050 - 30 - 30);
    expect((await stripe.balanceTransactions.list({ payout: next.id })).data.map(({ type }) => type)).toEqual([
      'payout',
      'charge',
    ]);
    await paid('pm_card_visa', 1_052);
    expect(double.control.payOut('usd').amount).toBe(1_052 - 31 - 30);
  });

  test('that the bank sends back goes out again with the next one', async () => {
    await paid();
    const payout = double.control.payOut('usd');
    expect(double.control.failPayout(payout.id)).toMatchObject({ status: 'failed', failure_code: 'account_closed' });
    expect((await stripe.balanceTransactions.list({ type: 'payout_failure' })).data).toMatchObject([{ net: 9_680 }]);
    expect(double.control.payOut('usd').amount).toBe(9_680);
  });

  test('leaves behind what is still pending', async () => {
    const slow = await startStripeDouble({
      apiKey,
      clock: () => now,
      settings: { availableAfterSeconds: 2 * 86_400, feeBasisPoints: 150, feeFixedMinor: 25 },
    });
    const { host, port } = slow;
    const client = new Stripe(apiKey, { host, port, protocol: 'http' });
    for (const method of ['pm_card_visa', 'pm_card_bypassPending'])
      await client.paymentIntents.create({
        amount: 10_000,
        currency: 'usd',
        allowed_payment_method_types: ['card'],
        payment_method: method,
        confirm: true,
      });
    expect((await client.balanceTransactions.list()).data.map(({ status }) => status)).toEqual([
      'available',
      'pending',
    ]);
    expect(slow.control.payOut('usd').amount).toBe(10_000 - 175);
    expect(() => slow.control.payOut('usd')).toThrow('nothing to pay out');
    now = new Date(now.getTime() + 2 * dayMs);
    expect((await client.balanceTransactions.list({ type: 'charge' })).data.map(({ status }) => status)).toEqual([
      'available',
      'available',
    ]);
    expect(slow.control.payOut('usd').amount).toBe(10_000 - 175);
    await slow.close();
  });
});

describe('a Checkout Session', () => {
  const session = () =>
    stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: 'https://shop.example/ok?session={CHECKOUT_SESSION_ID}',
      cancel_url: 'https://shop.example/no',
      client_reference_id: 'P1',
      line_items: [
        { price_data: { currency: 'usd', unit_amount: 1_500, product_data: { name: 'Chair' } }, quantity: 2 },
        { price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'Lamp' } }, quantity: 1 },
      ],
      payment_intent_data: { metadata: { payment: 'P1' } },
    });

  test('is paid on its page: the payment carries what the session said', async () => {
    const open = await session();
    expect(open).toMatchObject({ status: 'open', payment_status: 'unpaid', amount_total: 3_500, payment_intent: null });
    expect(open.id).toMatch(/^cs_test_/);
    expect(
      (await stripe.checkout.sessions.listLineItems(open.id)).data.map(({ amount_total: total }) => total),
    ).toEqual([3_000, 500]);
    expect(await (await fetch(String(open.url))).text()).toContain('35.00 USD');
    const form = new URLSearchParams({ do: 'pay', card: 'pm_card_visa' });
    const back = await fetch(String(open.url), { method: 'POST', body: form, redirect: 'manual' });
    expect(back.headers.get('location')).toBe(`https://shop.example/ok?session=${open.id}`);

    const complete = await stripe.checkout.sessions.retrieve(open.id, { expand: ['payment_intent'] });
    expect(complete).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      payment_intent: { status: 'succeeded', amount: 3_500, metadata: { payment: 'P1' } },
    });
    expect(eventTypes().at(-1)).toBe('checkout.session.completed');
    await expect(stripe.checkout.sessions.expire(open.id)).rejects.toThrow('complete');
  });

  test('stays open when the card is declined, and the second try is the same payment', async () => {
    const open = await session();
    const tried = double.control.completeCheckout(open.id, 'pm_card_chargeDeclined');
    expect(tried).toMatchObject({ status: 'open', payment_status: 'unpaid' });
    const complete = double.control.completeCheckout(open.id);
    expect(complete).toMatchObject({ status: 'complete', payment_intent: tried.payment_intent });
    expect(() => double.control.completeCheckout(open.id)).toThrow('takes no payment');
  });

  test('expires when told, or when its time is over', async () => {
    const told = await session();
    expect((await stripe.checkout.sessions.expire(told.id)).status).toBe('expired');
    const forgotten = await session();
    now = new Date(now.getTime() + dayMs);
    expect((await stripe.checkout.sessions.retrieve(forgotten.id)).status).toBe('expired');
    expect(eventTypes()).toEqual(['checkout.session.expired', 'checkout.session.expired']);
  });

  test('without anything to pay for is refused', async () => {
    const nothing = { mode: 'payment', success_url: 'https://shop.example/ok' } as const;
    await expect(stripe.checkout.sessions.create(nothing)).rejects.toMatchObject({ param: 'line_items' });
  });
});
