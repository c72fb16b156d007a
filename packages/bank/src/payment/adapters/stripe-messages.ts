import { z } from 'zod';
import type { CardEars } from '../card-ports.ts';
import type { WebhookHandlers, WebhookMessage, WebhookVerifier } from '../ports.ts';
import { createHmacVerifier } from './hmac-verifier.ts';

const envelope = z.object({
  data: z.object({
    object: z.object({ id: z.string(), metadata: z.record(z.string(), z.string()).nullish() }),
  }),
});
type Told = z.output<typeof envelope>['data']['object'];
type Tell = (ears: CardEars, told: Told, message: WebhookMessage) => Promise<void>;

const isForeign = ({ metadata }: Told, { tenantId }: WebhookMessage): boolean =>
  metadata?.['tenantId'] !== undefined && metadata['tenantId'] !== tenantId;

// What carries none of our ids was made by somebody else under the same account at Stripe.
const deposit: Tell = async (ears, told, message) => {
  const depositId = told.metadata?.['depositId'];
  if (depositId !== undefined && !isForeign(told, message))
    await ears.deposit(message.tenantId, depositId, message.messageId);
};
const refund: Tell = async (ears, { metadata }, { tenantId, messageId }) => {
  const refundId = metadata?.['refundId'];
  if (refundId !== undefined) await ears.refund(tenantId, refundId, messageId);
};
const dispute: Tell = (ears, { id }, { tenantId }) => ears.dispute(tenantId, id);
const payout: Tell = (ears, { id }, { tenantId }) => ears.payout(tenantId, id);

const tells: Readonly<Record<string, Tell>> = {
  'payment_intent.requires_action': deposit,
  'payment_intent.processing': deposit,
  'payment_intent.succeeded': deposit,
  'payment_intent.payment_failed': deposit,
  'payment_intent.canceled': deposit,
  'refund.created': refund,
  'refund.updated': refund,
  'refund.failed': refund,
  'charge.refund.updated': refund,
  'charge.dispute.created': dispute,
  'charge.dispute.updated': dispute,
  'charge.dispute.closed': dispute,
  'charge.dispute.funds_withdrawn': dispute,
  'charge.dispute.funds_reinstated': dispute,
  'payout.paid': payout,
  'payout.failed': payout,
};

/** Reads Stripe's messages. They only say what to look at: what is booked is what Stripe answers when it is asked. */
export const stripeMessages = (ears: CardEars): WebhookHandlers => ({
  provider: 'stripe',
  byType: Object.fromEntries(
    Object.entries(tells).map(([type, tell]) => [
      type,
      async (message: WebhookMessage) => tell(ears, envelope.parse(JSON.parse(message.body)).data.object, message),
    ]),
  ),
});

/** Verifies that a message is Stripe's own, over its raw bytes. */
export const createStripeVerifier = (secretsOf: (tenantId: string) => Promise<readonly string[]>): WebhookVerifier =>
  createHmacVerifier({ provider: 'stripe', header: 'stripe-signature', secretsOf });
