import { createPrivateKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { z } from 'zod';
import type { CryptoCheckout, CryptoProvider, PayableAsset } from '../crypto-provider.ts';
import type { RefundOutcome } from '../refund-ways.ts';
import {
  amountOf,
  type CoinbaseCalls,
  type CoinbaseHttp,
  createCoinbaseHttp,
  depositIn,
  findByKey,
  metadataOf,
  metadataShape,
  priceOf,
  usdCoin,
} from './coinbase-http.ts';

/** Where Coinbase Business is: its own host unless told. */
export interface CoinbaseCheckoutsOptions {
  /** A key of the Coinbase Developer Platform: its id, and its private half as it is handed out: PEM, or base64 for Ed25519. */
  readonly keyId: string;
  readonly privateKey: string;
  readonly url?: string;
  readonly assets?: readonly PayableAsset[];
  readonly timeoutMs?: number;
  readonly calls?: CoinbaseCalls;
  /** Milliseconds since 1970, for the tokens. */
  readonly now: () => number;
}

const refundShape = z.object({
  id: z.string(),
  amount: z.string(),
  status: z.string(),
  reason: z.string().optional(),
});
const checkoutShape = z.object({
  id: z.string(),
  url: z.string().optional(),
  amount: z.string(),
  currency: z.string(),
  status: z.string(),
  createdAt: z.string(),
  metadata: metadataShape,
  settlement: z.object({ totalAmount: z.string(), feeAmount: z.string(), currency: z.string() }).nullish(),
  refunds: z.array(refundShape).nullish(),
});
type Checkout = z.output<typeof checkoutShape>;
type Refund = z.output<typeof refundShape>;
const page = z.object({ checkouts: z.array(checkoutShape), nextPageToken: z.string().nullish() });
const asked = z.object({ refund: refundShape });
const root = '/api/v1/checkouts';

/** Crypto by the Checkouts API of Coinbase Business. A checkout takes one payment of exactly its amount. */
export const createCoinbaseCheckouts = (options: CoinbaseCheckoutsOptions): CryptoProvider => {
  const { url = 'https://business.coinbase.com', assets = [usdCoin], timeoutMs, calls } = options;
  const { host } = new URL(url);
  const tokenFor = createTokens(options);
  const http = createCoinbaseHttp({
    url,
    headersOf: (method, path) => ({ authorization: `Bearer ${tokenFor(`${method} ${host}${path}`)}` }),
    errorCodeOf: (body) => (body as { readonly errorType?: unknown } | undefined)?.errorType,
    calls,
    timeoutMs,
  });
  const get = (checkoutId: string): Promise<Checkout> => http.read('checkouts', pathOf(checkoutId), checkoutShape);
  return {
    name: 'coinbase',
    assets,
    createCheckout: async (order) => {
      const { key, depositId, asset, amountMinor, expiresAt } = order;
      const body = {
        amount: priceOf(assets, asset, amountMinor),
        currency: asset,
        network: 'base',
        description: `Deposit ${depositId}`,
        expiresAt,
        metadata: metadataOf(order),
      };
      const headers = { 'x-idempotency-key': key };
      const made = await http.move('checkouts', { path: root, body, headers }, checkoutShape);
      return 'kind' in made ? made : shown(assets, made);
    },
    findCheckout: async (order) => {
      const found = await find(http, order);
      return found === undefined ? { kind: 'absent' } : shown(assets, found);
    },
    checkout: async ({ checkoutId }) => shown(assets, await get(checkoutId)),
    close: async ({ checkoutId }) => {
      const closed = await http.move('checkouts', { path: `${pathOf(checkoutId)}/deactivate` }, checkoutShape);
      // Paid, or over, while we asked: then that is the answer.
      return shown(assets, 'kind' in closed ? await get(checkoutId) : closed);
    },
    refund: async ({ key, checkoutId, asset, amountMinor, reason }) => {
      const body = { amount: priceOf(assets, asset, amountMinor), currency: asset, reason: `${reason} ${key}` };
      const headers = { 'x-idempotency-key': key };
      const sent = await http.move('refunds', { path: `${pathOf(checkoutId)}/refund`, body, headers }, asked);
      return 'kind' in sent ? sent : outcomeOf(sent.refund);
    },
    findRefund: async ({ key, checkoutId }) => {
      const { refunds } = await get(checkoutId);
      const found = refunds?.find(({ reason }) => reason?.endsWith(` ${key}`));
      return found === undefined ? { kind: 'absent' } : outcomeOf(found);
    },
  };
};

const pathOf = (checkoutId: string): string => `${root}/${encodeURIComponent(checkoutId)}`;

const find = (http: CoinbaseHttp, order: { readonly key: string; readonly since: string }) =>
  findByKey(order, async (token) => {
    const query = `pageSize=100${token === undefined ? '' : `&pageToken=${encodeURIComponent(token)}`}`;
    const { checkouts, nextPageToken } = await http.read('checkouts', `${root}?${query}`, page);
    const orders = checkouts.map((checkout) => ({ ...checkout, orderedAt: checkout.createdAt }));
    return { orders, next: nextPageToken || undefined };
  });

const statuses: Readonly<Record<string, CryptoCheckout['status']>> = {
  ACTIVE: 'open',
  PROCESSING: 'pending',
  COMPLETED: 'paid',
  REFUNDED: 'paid',
  PARTIALLY_REFUNDED: 'paid',
  FAILED: 'failed',
  EXPIRED: 'closed',
  DEACTIVATED: 'closed',
};

const shown = (assets: readonly PayableAsset[], checkout: Checkout): CryptoCheckout => {
  const { id: checkoutId, url, amount, currency, metadata, settlement } = checkout;
  const status = statuses[checkout.status] ?? 'pending';
  const asset = settlement?.currency ?? currency;
  const fee = settlement === undefined || settlement === null ? undefined : settlement.feeAmount;
  return {
    checkoutId,
    status,
    ...(url === undefined ? {} : { url }),
    ...depositIn(metadata),
    ...(status === 'paid'
      ? { received: { asset, amountMinor: amountOf(assets, asset, settlement?.totalAmount ?? amount) } }
      : {}),
    ...(status === 'paid' && fee !== undefined ? { feeMinor: amountOf(assets, asset, fee) } : {}),
    isLate: false,
  };
};

const outcomeOf = ({ id: reference, status }: Refund): RefundOutcome => {
  if (status === 'COMPLETED') return { kind: 'completed', reference };
  return status === 'FAILED' ? { kind: 'failed', code: 'refund_failed' } : { kind: 'pending', reference };
};

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

// RFC 8410: what stands before the 32 bytes of an Ed25519 key in PKCS 8.
const ed25519Head = Buffer.from('302e020100300506032b657004220420', 'hex');

const keyOf = (text: string): KeyObject =>
  text.includes('-----BEGIN')
    ? createPrivateKey(text.replaceAll('\\n', '\n'))
    : createPrivateKey({
        key: Buffer.concat([ed25519Head, Buffer.from(text, 'base64').subarray(0, 32)]),
        format: 'der',
        type: 'pkcs8',
      });

/** A token for one call, for two minutes: all that the platform takes. */
const createTokens = ({ keyId, privateKey, now }: CoinbaseCheckoutsOptions): ((uri: string) => string) => {
  const key = keyOf(privateKey);
  const isEdwards = key.asymmetricKeyType === 'ed25519';
  return (uri) => {
    const seconds = Math.floor(now() / 1_000);
    const head = { alg: isEdwards ? 'EdDSA' : 'ES256', kid: keyId, typ: 'JWT', nonce: randomBytes(16).toString('hex') };
    const claims = { iss: 'cdp', sub: keyId, nbf: seconds, exp: seconds + 120, uri };
    const text = `${encode(head)}.${encode(claims)}`;
    const signature = sign(isEdwards ? null : 'sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  };
};
