import { startStripeDouble } from '@finaegis/provider-doubles/stripe/stripe-double';
import Stripe from 'stripe';
import { expect, it } from 'vitest';
import { cardContract } from '../fixtures/card-contract.ts';
import type { WebhookMessage } from '../ports.ts';
import { createMemoryCards } from './memory-cards.ts';
import { createStripeCards } from './stripe-cards.ts';
import { createStripeVerifier, stripeMessages } from './stripe-messages.ts';

const apiKey = 'sk_test_contract';

cardContract('in memory', async () => {
  const cards = createMemoryCards();
  return {
    cards,
    complete: cards.complete,
    loseAnswer: () => cards.loseAnswers(1),
    failRefund: (refundId) => cards.failRefund(refundId),
    settleRefund: cards.settleRefund,
    openDispute: cards.openDispute,
    decide: cards.decide,
    payOut: cards.payOut,
    close: async () => undefined,
  };
});

cardContract('at Stripe', async () => {
  const double = await startStripeDouble({ apiKey });
  const { host, port, control } = double;
  return {
    cards: createStripeCards({ apiKey, host, port, protocol: 'http', timeoutMs: 2_000 }),
    complete: control.completeChallenge,
    // The library asks again by itself when a connection closes.
    loseAnswer: () => control.fail({ with: 'lost answer', times: 2, method: 'POST' }),
    failRefund: control.failRefund,
    settleRefund: control.settleRefund,
    openDispute: (intentId) => control.openDispute(intentId).id,
    decide: control.decideDispute,
    payOut: (asset) => control.payOut(asset).id,
    close: double.close,
  };
});

it('an error of Stripe before any work is a fault, and too large an amount is not rounded', async () => {
  const double = await startStripeDouble({ apiKey });
  const { host, port } = double;
  const cards = createStripeCards({ apiKey: 'sk_test_other', host, port, protocol: 'http' });
  const order = { tenantId: 't', key: 'k', depositId: 'd', asset: 'EUR', amountMinor: 100n, saveMethod: false };
  await expect(cards.createIntent(order)).rejects.toMatchObject({ name: 'ProviderFault', code: 'status_401' });
  await expect(cards.createIntent({ ...order, amountMinor: 2n ** 60n })).rejects.toMatchObject({
    code: 'amount_too_large',
  });
  await double.close();
  await expect(cards.createIntent(order)).rejects.toMatchObject({ code: 'outcome_unknown' });
});

it('a message signed as Stripe signs is taken for Stripe’s, and no other', async () => {
  const stripe = new Stripe(apiKey);
  const payload = JSON.stringify({ id: 'evt_1', type: 'refund.failed' });
  const signature = stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec_1' });
  const verify = (secret: string) =>
    createStripeVerifier(async () => [secret]).verify({
      tenantId: 't',
      provider: 'stripe',
      headers: { 'stripe-signature': signature },
      rawBody: Buffer.from(payload),
      now: new Date().toISOString(),
    });
  expect(await verify('whsec_1')).toEqual({ ok: true, messageId: 'evt_1', type: 'refund.failed' });
  expect(await verify('whsec_2')).toEqual({ ok: false, reason: 'signature_wrong' });
});

it('messages are told to whom they matter, and those of another tenant or of nobody to no one', async () => {
  const heard: string[] = [];
  const hear =
    (what: string) =>
    async (tenantId: string, id: string): Promise<void> => {
      heard.push(`${what} ${tenantId} ${id}`);
    };
  const { byType } = stripeMessages({
    deposit: hear('deposit'),
    refund: hear('refund'),
    dispute: hear('dispute'),
    payout: hear('payout'),
  });
  const tell = (type: string, object: object) =>
    byType[type]?.({
      tenantId: 't',
      messageId: 'm',
      type,
      body: JSON.stringify({ data: { object } }),
    } as WebhookMessage);
  await tell('payment_intent.succeeded', { id: 'pi_1', metadata: { depositId: 'd1', tenantId: 't' } });
  await tell('payment_intent.succeeded', { id: 'pi_2', metadata: { depositId: 'd2', tenantId: 'another' } });
  await tell('payment_intent.succeeded', { id: 'pi_3', metadata: {} });
  await tell('refund.failed', { id: 're_1', metadata: { refundId: 'r1' } });
  await tell('refund.failed', { id: 're_2', metadata: null });
  await tell('charge.dispute.closed', { id: 'dp_1' });
  await tell('payout.paid', { id: 'po_1' });
  expect(heard).toEqual(['deposit t d1', 'refund t r1', 'dispute t dp_1', 'payout t po_1']);
  await expect(tell('payout.paid', {})).rejects.toThrow();
});
