import type { WebhookMessage } from './messages.ts';

/** Why a request is not a message of ours. */
export type WebhookRefusal =
  | 'header_missing'
  | 'timestamp_malformed'
  | 'timestamp_too_old'
  | 'timestamp_in_future'
  | 'signature_wrong'
  | 'body_not_a_message';

/** The request was not sent by the bank, or not now: answer 400 and do nothing. */
export class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused';
  readonly code: WebhookRefusal;

  constructor(code: WebhookRefusal, detail: string) {
    super(`${code}: ${detail}`);
    this.code = code;
  }
}

/** Headers as `fetch`, Node and most frameworks have them. */
export type HeadersLike = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request as it came. */
export interface WebhookRequest {
  /** The body as it came over the wire; JSON that was parsed and written again is another text. */
  readonly body: string | Uint8Array<ArrayBuffer> | ArrayBuffer;
  readonly headers: HeadersLike;
}

/** What it is held against. */
export interface WebhookTerms {
  /** `whsec_…`; several while one takes the other's place, any of which is enough. */
  readonly secrets: string | readonly string[];
  /** How far the sender's clock may be from ours; 300 unless told, as the specification has it. */
  readonly toleranceSeconds?: number | undefined;
  /** Milliseconds since 1970; the clock of this machine unless told. */
  readonly nowMs?: number | undefined;
}

/**
 * Verifies a message by Standard Webhooks (standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`. Signatures are compared by Web Crypto,
 * whose time does not depend on where they differ. The same message may come again: its `id` tells.
 * @throws WebhookRefused for what is not from the bank; TypeError for a secret that is none, which is ours to correct
 */
export const verifyWebhook = async (request: WebhookRequest, terms: WebhookTerms): Promise<WebhookMessage> => {
  const id = headerOf(request.headers, 'webhook-id');
  const timestamp = headerOf(request.headers, 'webhook-timestamp');
  const given = headerOf(request.headers, 'webhook-signature');
  const secrets = typeof terms.secrets === 'string' ? [terms.secrets] : terms.secrets;
  const keys = await Promise.all(secrets.map(keyOf));
  refuseTime(timestamp, terms);
  const body = typeof request.body === 'string' ? new TextEncoder().encode(request.body) : new Uint8Array(request.body);
  const signed = joined(new TextEncoder().encode(`${id}.${timestamp}.`), body);
  // Versions that we do not know stand beside the one we do.
  const signatures = given.split(' ').flatMap((text) => (text.startsWith('v1,') ? (bytesOf(text.slice(3)) ?? []) : []));
  const checks = keys.flatMap((key) =>
    signatures.map((signature) => crypto.subtle.verify('HMAC', key, signature, signed)),
  );
  if (!(await Promise.all(checks)).includes(true))
    throw new WebhookRefused('signature_wrong', 'no signature is by one of the secrets');
  return messageOf(new TextDecoder().decode(body));
};

const headerOf = (headers: HeadersLike, name: string): string => {
  const value =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([its]) => its.toLowerCase() === name)?.[1];
  const text = typeof value === 'object' && value !== null ? value.join(' ') : value;
  if (text === null || text === undefined || text === '') throw new WebhookRefused('header_missing', name);
  return text;
};

const refuseTime = (timestamp: string, { toleranceSeconds = 300, nowMs = Date.now() }: WebhookTerms): void => {
  if (!/^\d{1,12}$/.test(timestamp))
    throw new WebhookRefused('timestamp_malformed', 'webhook-timestamp is not in seconds');
  const age = Math.floor(nowMs / 1_000) - Number(timestamp);
  if (age > toleranceSeconds) throw new WebhookRefused('timestamp_too_old', `${age} s`);
  if (-age > toleranceSeconds) throw new WebhookRefused('timestamp_in_future', `${-age} s`);
};

const keyOf = async (secret: string) => {
  const bytes = bytesOf(secret.replace(/^whsec_/, ''));
  // An empty secret would take what anybody signs.
  if (bytes === undefined || bytes.length === 0) throw new TypeError('A webhook secret is whsec_ and base64.');
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
};

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> | undefined => {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    // Not base64, so nothing that signs.
    return undefined;
  }
};

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> => {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
};

const messageOf = (text: string): WebhookMessage => {
  try {
    const message = JSON.parse(text) as Partial<WebhookMessage> | null;
    if (typeof message?.id === 'string' && typeof message.type === 'string') return message as WebhookMessage;
  } catch {
    // Told below, with what is JSON and no message.
  }
  throw new WebhookRefused('body_not_a_message', 'the body is signed, but not JSON with id and type');
};
