import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type Fields, isFields } from './request-body.ts';

/** The public half of a key of the Coinbase Developer Platform: P-256 (ES256) or Ed25519 (EdDSA), in PEM. */
export interface PlatformKey {
  readonly id: string;
  readonly publicKeyPem: string;
}

interface Call {
  readonly method: string;
  readonly path: string;
  /** The host the client may have signed for: the double's own, or Coinbase's. */
  readonly hosts: readonly string[];
  readonly now: Date;
}

/** Why a bearer token does not open this call; undefined when it does. */
export type TokenFault =
  | 'malformed'
  | 'wrong_key'
  | 'wrong_signature'
  | 'wrong_issuer'
  | 'expired'
  | 'not_yet_valid'
  | 'wrong_call';

const lifetimeMaxSeconds = 120;

/** Checks a token as the platform describes it: signed by the key, for two minutes at most, for this one call. */
export const tokenFaultOf = (token: string, key: PlatformKey, call: Call): TokenFault | undefined => {
  const [head = '', body = '', signature = ''] = token.split('.');
  const [header, claims] = [decode(head), decode(body)];
  if (header === undefined || claims === undefined) return 'malformed';
  if (header['kid'] !== key.id || claims['sub'] !== key.id) return 'wrong_key';
  if (!isSigned(createPublicKey(key.publicKeyPem), { header, text: `${head}.${body}`, signature }))
    return 'wrong_signature';
  if (claims['iss'] !== 'cdp') return 'wrong_issuer';

  const now = Math.floor(call.now.getTime() / 1000);
  const [from, until] = [Number(claims['nbf']), Number(claims['exp'])];
  if (!(from <= now)) return 'not_yet_valid';
  if (!(until > now) || until - from > lifetimeMaxSeconds) return 'expired';
  const uris = Array.isArray(claims['uris']) ? (claims['uris'] as readonly unknown[]) : [claims['uri']];
  return call.hosts.some((host) => uris.includes(`${call.method} ${host}${call.path}`)) ? undefined : 'wrong_call';
};

const decode = (part: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isFields(value) ? value : undefined;
  } catch {
    // Whatever is no JSON is no token.
    return undefined;
  }
};

interface Signed {
  readonly header: Fields;
  readonly text: string;
  readonly signature: string;
}

const isSigned = (key: KeyObject, { header, text, signature }: Signed): boolean => {
  const isEdwards = key.asymmetricKeyType === 'ed25519';
  if (header['alg'] !== (isEdwards ? 'EdDSA' : 'ES256')) return false;
  const bytes = Buffer.from(signature, 'base64url');
  return isEdwards
    ? verify(null, Buffer.from(text), key, bytes)
    : verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, bytes);
};
