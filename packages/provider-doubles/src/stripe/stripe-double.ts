import { createHmac } from 'node:crypto';
import type Stripe from 'stripe';
import { createCountedIds } from '../counted-ids.ts';
import { createFaultQueue, type Fault } from '../faults.ts';
import { startLoopbackServer } from '../loopback-server.ts';
import { createWebhookSender, type WebhookEndpoint } from '../webhook-sender.ts';
import { createStripeApi } from './api.ts';
import { failPayout, move, payOut } from './balance.ts';
import { completeSession } from './checkout-sessions.ts';
import { type DisputeOpening, decideDispute, openDispute } from './disputes.ts';
import { createMerchant, type Merchant, type MerchantSettings } from './merchant.ts';
import { answerPage } from './pages.ts';
import { completeChallenge } from './payment-intents.ts';
import { failRefund, settleRefund } from './refunds.ts';

export interface StripeDoubleOptions {
  /** The secret key clients have to show, such as `sk_test_…`. */
  readonly apiKey: string;
  readonly webhook?: WebhookEndpoint;
  /** The double's clock; the machine's unless told. */
  readonly clock?: () => Date;
  readonly faults?: readonly Fault[];
  /** The same seed gives the same ids; a bank that outlives its double needs another seed each time. */
  readonly seed?: string;
  readonly settings?: Partial<MerchantSettings>;
}

/** What others do at Stripe: payers, their banks, Stripe itself, and the net in between. */
export interface StripeControl {
  readonly completeChallenge: (paymentIntentId: string, answer?: 'pass' | 'fail') => Stripe.PaymentIntent;
  /** Opens a dispute on a charge, named by its id or its payment intent's. */
  readonly openDispute: (chargeOrPaymentIntentId: string, opening?: DisputeOpening) => Stripe.Dispute;
  readonly decideDispute: (disputeId: string, verdict: 'won' | 'lost') => Stripe.Dispute;
  readonly settleRefund: (refundId: string) => Stripe.Refund;
  readonly failRefund: (refundId: string, reason?: string) => Stripe.Refund;
  /** Pays out the available balance of a currency (ISO 4217, any case). */
  readonly payOut: (currency: string) => Stripe.Payout;
  /** Moves the balance by itself: takes a fee of its own, or corrects something. */
  readonly adjustBalance: (currency: string, amount: number, category: 'fee' | 'other_adjustment') => void;
  readonly failPayout: (payoutId: string) => Stripe.Payout;
  readonly completeCheckout: (sessionId: string, paymentMethod?: string) => Stripe.Checkout.Session;
  /** Has the next matching requests or events go wrong. */
  readonly fail: (fault: Fault) => void;
  readonly addWebhook: (endpoint: WebhookEndpoint) => void;
  readonly releaseWebhooks: () => void;
  /** Waits until no event is on its way any more. */
  readonly settled: () => Promise<void>;
  /** Every event so far, oldest first. */
  readonly events: () => readonly Stripe.Event[];
}

export interface StripeDouble {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly control: StripeControl;
  readonly close: () => Promise<void>;
}

const standing: MerchantSettings = {
  feeBasisPoints: 290,
  feeFixedMinor: 30,
  disputeFeeMinor: 1_500,
  availableAfterSeconds: 0,
  searchLagSeconds: 0,
  apiVersion: '2026-10-28.endive',
};

/** Starts a double of Stripe on 127.0.0.1 that the official library can be pointed at (`host`, `port`, `protocol: 'http'`). */
export const startStripeDouble = async (options: StripeDoubleOptions): Promise<StripeDouble> => {
  const { apiKey, webhook, clock = () => new Date(), faults = [], seed = 'stripe', settings } = options;
  const queue = createFaultQueue(faults);
  const sender = createWebhookSender(queue);
  if (webhook !== undefined) sender.addEndpoint(webhook);
  let url = '';

  const merchant = createMerchant({
    settings: { ...standing, ...settings },
    url: () => url,
    now: clock,
    nextDigits: createCountedIds(seed),
    endpointCount: sender.endpointCount,
    send: (event) => {
      const body = JSON.stringify(event);
      sender.send(event.type, ({ secret }) => ({ body, headers: signedHeaders(body, secret, clock()) }));
    },
  });
  const api = createStripeApi(merchant, apiKey);
  const server = await startLoopbackServer({
    answer: (request) => answerPage(merchant, request) ?? api.answer(request),
    failure: api.failure,
    faults: queue,
  });
  url = server.url;

  return {
    ...server,
    control: {
      ...happenings(merchant),
      fail: queue.add,
      addWebhook: sender.addEndpoint,
      releaseWebhooks: sender.release,
      settled: sender.settled,
      events: () => merchant.all('event').toReversed(),
    },
    close: async () => {
      await sender.close();
      await server.close();
    },
  };
};

const happenings = (merchant: Merchant) => {
  const happen = <T>(work: () => T): T => merchant.carryOut(null, work);
  return {
    completeChallenge: (id: string, answer: 'pass' | 'fail' = 'pass') =>
      happen(() => completeChallenge(merchant, id, answer === 'pass')),
    openDispute: (id: string, opening?: DisputeOpening) => happen(() => openDispute(merchant, id, opening)),
    decideDispute: (id: string, verdict: 'won' | 'lost') => happen(() => decideDispute(merchant, id, verdict)),
    settleRefund: (id: string) => happen(() => settleRefund(merchant, id)),
    failRefund: (id: string, reason?: string) => happen(() => failRefund(merchant, id, reason)),
    payOut: (currency: string) => happen(() => payOut(merchant, currency.toLowerCase())),
    adjustBalance: (currency: string, amount: number, reportingCategory: 'fee' | 'other_adjustment') => {
      const type = reportingCategory === 'fee' ? 'stripe_fee' : 'adjustment';
      happen(() => move(merchant, { type, reportingCategory, amount, currency: currency.toLowerCase(), source: null }));
    },
    failPayout: (id: string) => happen(() => failPayout(merchant, id)),
    completeCheckout: (id: string, method?: string) => happen(() => completeSession(merchant, id, method)),
  };
};

// Stripe's scheme: the time of sending and the body, joined by a dot, under HMAC-SHA256.
const signedHeaders = (body: string, secret: string, at: Date): Record<string, string> => {
  const time = Math.floor(at.getTime() / 1000);
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  return { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': `t=${time},v1=${signature}` };
};
