import { isUtf8 } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingWebhook, WebhookVerdict, WebhookVerifier } from '../ports.ts';

/** How a provider that signs as we do is verified. */
export interface HmacVerifierOptions {
  readonly provider: string;
  /** Header with `t=<seconds>,v1=<hex>`; `webhook-signature` unless told. */
  readonly header?: string;
  /** The tenant's secrets, the newest first, so that one can be replaced without losing a message. */
  readonly secretsOf: (tenantId: string) => Promise<readonly string[]>;
  /** How old a signature may be; five minutes unless told. */
  readonly ageMaxMs?: number;
}

/**
 * Verifies HMAC-SHA256 over `<seconds>.<raw body>`, the form of Stripe and of most others; the body is JSON with `id` and `type`.
 * Providers of another form have adapters of their own.
 */
export const createHmacVerifier = ({
  provider,
  header = 'webhook-signature',
  secretsOf,
  ageMaxMs = 300_000,
}: HmacVerifierOptions): WebhookVerifier => ({
  provider,
  verify: async ({ tenantId, headers, rawBody, now }) => {
    const { time, signatures } = partsOf(headers[header]);
    if (time === undefined || signatures.length === 0) return { ok: false, reason: 'signature_missing' };
    const secrets = await secretsOf(tenantId);
    const isGenuine = secrets.some((secret) => {
      const wanted = createHmac('sha256', secret).update(`${time}.`).update(rawBody).digest();
      return signatures.some((given) => given.length === wanted.length && timingSafeEqual(given, wanted));
    });
    if (!isGenuine) return { ok: false, reason: 'signature_wrong' };
    // Only now, so that whoever guesses learns nothing of our clock.
    if (Math.abs(Date.parse(now) - Number(time) * 1_000) > ageMaxMs) return { ok: false, reason: 'signature_stale' };
    return factsOf(rawBody);
  },
});

/** Signs a body as `createHmacVerifier` expects it; for providers of our own, doubles and tests. */
export const signWebhook = ({ rawBody, now }: Pick<IncomingWebhook, 'rawBody' | 'now'>, secret: string): string => {
  const time = Math.floor(Date.parse(now) / 1_000);
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.`).update(rawBody).digest('hex')}`;
};

const partsOf = (text = ''): { readonly time: string | undefined; readonly signatures: readonly Buffer[] } => {
  const parts = text.split(',').map((part) => part.trim().split('=', 2) as [string, string?]);
  return {
    time: parts.find(([name, value]) => name === 't' && /^\d{1,12}$/.test(value ?? ''))?.[1],
    signatures: parts.flatMap(([name, value]) =>
      name === 'v1' && /^[0-9a-f]{64}$/.test(value ?? '') ? [Buffer.from(value ?? '', 'hex')] : [],
    ),
  };
};

const factsOf = (rawBody: Uint8Array): WebhookVerdict => {
  const malformed = { ok: false, reason: 'malformed' } as const;
  if (!isUtf8(rawBody)) return malformed;
  try {
    const { id, type } = JSON.parse(Buffer.from(rawBody).toString('utf8')) as {
      readonly id?: unknown;
      readonly type?: unknown;
    };
    return typeof id === 'string' && id !== '' && typeof type === 'string' && type !== ''
      ? { ok: true, messageId: id, type }
      : malformed;
  } catch {
    // Signed by the provider and yet no JSON: nothing here could ever work on it.
    return malformed;
  }
};
