import { isUtf8 } from 'node:buffer';
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { CryptoEars } from '../crypto-ports.ts';
import type { IncomingWebhook, WebhookHandlers, WebhookMessage, WebhookVerdict, WebhookVerifier } from '../ports.ts';

/** The tenant's secrets, the newest first, so that one can be replaced without losing a message. */
type SecretsOf = (tenantId: string) => Promise<readonly string[]>;

const malformed = { ok: false, reason: 'malformed' } as const;
const hex = /^[0-9a-f]{64}$/;

const isSignedBy = (secrets: readonly string[], given: string, parts: readonly (string | Uint8Array)[]): boolean =>
  secrets.some((secret) => {
    const wanted = createHmac('sha256', secret);
    for (const part of parts) wanted.update(part);
    return timingSafeEqual(wanted.digest(), Buffer.from(given, 'hex'));
  });

const read = (rawBody: Uint8Array): unknown => {
  if (!isUtf8(rawBody)) return undefined;
  try {
    return JSON.parse(Buffer.from(rawBody).toString('utf8'));
  } catch {
    // Signed by the provider and yet no JSON: nothing here could ever work on it.
    return undefined;
  }
};

const delivery = z.object({
  scheduled_for: z.iso.datetime({ offset: true }),
  event: z.object({ id: z.string().min(1), type: z.string().min(1), data: z.object({ id: z.string() }) }),
});
// Commerce signs no time beside the body, and tries for three days.
const commerceAgeMaxMs = 3 * 86_400_000;

/** Verifies that a message is Commerce's own: HMAC-SHA256 of the raw body, which says itself when it was sent. */
export const createCommerceVerifier = (secretsOf: SecretsOf): WebhookVerifier => ({
  provider: 'coinbase-commerce',
  verify: async ({ tenantId, headers, rawBody, now }): Promise<WebhookVerdict> => {
    const given = headers['x-cc-webhook-signature'] ?? '';
    if (!hex.test(given)) return { ok: false, reason: 'signature_missing' };
    if (!isSignedBy(await secretsOf(tenantId), given, [rawBody])) return { ok: false, reason: 'signature_wrong' };
    const told = delivery.safeParse(read(rawBody));
    if (!told.success) return malformed;
    const { scheduled_for: sentAt, event } = told.data;
    if (Math.abs(Date.parse(now) - Date.parse(sentAt)) > commerceAgeMaxMs)
      return { ok: false, reason: 'signature_stale' };
    return { ok: true, messageId: event.id, type: event.type };
  },
});

const checkoutsAgeMaxMs = 300_000;
const notice = z.object({
  id: z.string(),
  eventType: z.string().min(1),
  refunds: z.array(z.object({ reason: z.string().optional() })).nullish(),
});

/**
 * Verifies that a message is the Checkouts API's own: `X-Hook0-Signature` with `t`, the signed headers `h`, and `v1` = HMAC-SHA256 over
 * time, names, values and raw body.
 */
export const createCheckoutsVerifier = (secretsOf: SecretsOf): WebhookVerifier => ({
  provider: 'coinbase',
  verify: async ({ tenantId, headers, rawBody, now }): Promise<WebhookVerdict> => {
    const { t = '', h, v1 = '' } = partsOf(headers['x-hook0-signature']);
    if (!/^\d{1,12}$/.test(t) || h === undefined || !hex.test(v1)) return { ok: false, reason: 'signature_missing' };
    const names = h.split(' ');
    const values = names.map((name) => headers[name.toLowerCase()] ?? '').join('.');
    if (!isSignedBy(await secretsOf(tenantId), v1, [`${t}.${h}.${values}.`, rawBody]))
      return { ok: false, reason: 'signature_wrong' };
    // Only now, so that whoever guesses learns nothing of our clock.
    if (Math.abs(Date.parse(now) - Number(t) * 1_000) > checkoutsAgeMaxMs)
      return { ok: false, reason: 'signature_stale' };
    const told = notice.safeParse(read(rawBody));
    if (!told.success) return malformed;
    return { ok: true, messageId: idOf({ headers, rawBody }, names), type: told.data.eventType };
  },
});

/** The id that was signed; where none was, what was said is its own. */
const idOf = (
  { headers, rawBody }: Pick<IncomingWebhook, 'headers' | 'rawBody'>,
  signed: readonly string[],
): string => {
  const id = headers['x-event-id'];
  return id !== undefined && id !== '' && signed.some((name) => name.toLowerCase() === 'x-event-id')
    ? id
    : createHash('sha256').update(rawBody).digest('hex');
};

const partsOf = (text = ''): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    text.split(',').map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim(), part.slice(at + 1)];
    }),
  );

const commerceTypes = ['charge:pending', 'charge:confirmed', 'charge:failed', 'charge:delayed', 'charge:resolved'];
const checkoutsTypes = ['checkout.payment.success', 'checkout.payment.failed', 'checkout.payment.expired'];
const refundTypes = ['checkout.refund.success', 'checkout.refund.failed'];

/** Reads messages of Commerce. They only say what to look at: what is booked is what Coinbase answers when it is asked. */
export const commerceMessages = (ears: CryptoEars): WebhookHandlers => ({
  provider: 'coinbase-commerce',
  byType: each(commerceTypes, async ({ tenantId, messageId, body }) => {
    const { event } = delivery.parse(JSON.parse(body));
    await ears.checkout(tenantId, event.data.id, messageId);
  }),
});

/** Reads messages of the Checkouts API, with the same distrust. */
export const checkoutsMessages = (ears: CryptoEars): WebhookHandlers => ({
  provider: 'coinbase',
  byType: {
    ...each(checkoutsTypes, async ({ tenantId, messageId, body }) => {
      await ears.checkout(tenantId, notice.parse(JSON.parse(body)).id, messageId);
    }),
    ...each(refundTypes, async ({ tenantId, messageId, body }) => {
      // The message does not say which of the refunds it is about.
      for (const { reason } of notice.parse(JSON.parse(body)).refunds ?? [])
        await ears.refund(tenantId, reason?.split(' ').at(-1) ?? '', messageId);
    }),
  },
});

const each = (
  types: readonly string[],
  handle: (message: WebhookMessage) => Promise<void>,
): WebhookHandlers['byType'] => Object.fromEntries(types.map((type) => [type, handle]));
