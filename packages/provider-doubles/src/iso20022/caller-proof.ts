import { createHash, createHmac } from 'node:crypto';
import type { ReceivedRequest } from '../loopback-server.ts';

/** What the bank wants of a caller: a token, or a signature over instant, method, target and the body's digest. */
export type CallerProof =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'hmac'; readonly keyId: string; readonly secret: string };

const ageMaxSeconds = 300;

/** Whether a request brings it. */
export const isProven = (
  proof: CallerProof,
  { method, path, query, headers, body }: ReceivedRequest,
  nowMs: number,
): boolean => {
  if (proof.kind === 'bearer') return headers.authorization === `Bearer ${proof.token}`;
  const [, keyId, seconds = '', signature] =
    /^keyId=([^,]+),t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(String(headers['x-signature'])) ?? [];
  const target = query === '' ? path : `${path}?${query}`;
  const digest = createHash('sha256').update(body).digest('hex');
  const expected = createHmac('sha256', proof.secret).update(`${seconds}.${method}.${target}.${digest}`).digest('hex');
  return keyId === proof.keyId && signature === expected && Math.abs(nowMs / 1_000 - Number(seconds)) <= ageMaxSeconds;
};
