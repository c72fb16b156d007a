import { createHash, createHmac } from 'node:crypto';

/** How a bank knows that a request is ours: by a secret it is sent, or by a signature that only the secret can make. */
export type RequestAuth =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'hmac'; readonly keyId: string; readonly secret: string };

interface SignedParts {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * The headers that prove it. A signature is HMAC-SHA256 over instant, method, target and the body's digest, so that nobody on the way can send an
 * old request as a new one, or another under the same signature.
 */
export const authHeaders = (auth: RequestAuth, parts: SignedParts): Readonly<Record<string, string>> => {
  if (auth.kind === 'bearer') return { authorization: `Bearer ${auth.token}` };
  const { method, target, body, nowMs } = parts;
  const seconds = Math.floor(nowMs / 1_000);
  const digest = createHash('sha256').update(body).digest('hex');
  const signature = createHmac('sha256', auth.secret).update(`${seconds}.${method}.${target}.${digest}`).digest('hex');
  return { 'x-signature': `keyId=${auth.keyId},t=${seconds},v1=${signature}` };
};
