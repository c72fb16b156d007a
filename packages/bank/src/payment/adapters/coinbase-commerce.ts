import { ProviderFault } from '@finaegis/platform/resilience/faults';
import { z } from 'zod';
import type { CryptoCheckout, CryptoProvider, PayableAsset } from '../crypto-provider.ts';
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

/** The version of the API whose shapes this adapter reads. */
export const commerceApiVersion = '2018-03-22';

/** Where Commerce is: its own host unless told. */
export interface CoinbaseCommerceOptions {
  readonly apiKey: string;
  readonly url?: string;
  readonly assets?: readonly PayableAsset[];
  readonly timeoutMs?: number;
  readonly calls?: CoinbaseCalls;
}

const money = z.object({ amount: z.string(), currency: z.string() });
const charge = z.object({
  id: z.string(),
  hosted_url: z.string().optional(),
  created_at: z.string(),
  metadata: metadataShape,
  timeline: z.array(z.object({ status: z.string(), context: z.string().nullish() })),
  payments: z.array(z.object({ status: z.string(), value: z.object({ crypto: money }) })),
});
type Charge = z.output<typeof charge>;
const single = z.object({ data: charge });
const page = z.object({ data: z.array(charge) });
const pageSize = 100;

/**
 * Crypto by the charges of Coinbase Commerce, which takes no new merchants since 2026. It has no idempotency keys, so an order whose answer was lost
 * is looked for by its metadata; and no refunds, so that one is declined here and the money stays on the account.
 */
export const createCoinbaseCommerce = (options: CoinbaseCommerceOptions): CryptoProvider => {
  const { apiKey, url = 'https://api.commerce.coinbase.com', assets = [usdCoin], timeoutMs, calls } = options;
  const http = createCoinbaseHttp({
    url,
    headersOf: () => ({ 'x-cc-api-key': apiKey, 'x-cc-version': commerceApiVersion }),
    errorCodeOf: (body) => (body as { readonly error?: { readonly type?: unknown } } | undefined)?.error?.type,
    calls,
    timeoutMs,
  });
  const get = async (checkoutId: string): Promise<CryptoCheckout> =>
    shown(assets, (await http.read('checkouts', pathOf(checkoutId), single)).data);
  return {
    name: 'coinbase-commerce',
    assets,
    createCheckout: async (order) => {
      const { depositId, asset, amountMinor } = order;
      const body = {
        name: 'Deposit',
        description: `Deposit ${depositId}`,
        pricing_type: 'fixed_price',
        local_price: { amount: priceOf(assets, asset, amountMinor), currency: asset },
        metadata: metadataOf(order),
      };
      const made = await http.move('checkouts', { path: '/charges', body }, single);
      return 'kind' in made ? made : shown(assets, made.data);
    },
    findCheckout: async (order) => {
      const found = await findCharge(http, order);
      return found === undefined ? { kind: 'absent' } : shown(assets, found);
    },
    checkout: ({ checkoutId }) => get(checkoutId),
    close: async ({ checkoutId }) => {
      const closed = await http.move('checkouts', { path: `${pathOf(checkoutId)}/cancel` }, single);
      // Paid, or over, while we asked: then that is the answer.
      return 'kind' in closed ? get(checkoutId) : shown(assets, closed.data);
    },
    refund: async () => ({ kind: 'declined', code: 'refund_not_offered' }),
    findRefund: async () => ({ kind: 'absent' }),
  };
};

const pathOf = (checkoutId: string): string => `/charges/${encodeURIComponent(checkoutId)}`;

const findCharge = (http: CoinbaseHttp, order: { readonly key: string; readonly since: string }) =>
  findByKey(order, async (after) => {
    const query = `limit=${pageSize}&order=desc${after === undefined ? '' : `&starting_after=${after}`}`;
    const { data } = await http.read('checkouts', `/charges?${query}`, page);
    const orders = data.map((one) => ({ ...one, orderedAt: one.created_at }));
    return { orders, next: data.length < pageSize ? undefined : data.at(-1)?.id };
  });

const statuses: Readonly<Record<string, CryptoCheckout['status']>> = {
  NEW: 'open',
  SIGNED: 'open',
  PENDING: 'pending',
  COMPLETED: 'paid',
  UNRESOLVED: 'paid',
  RESOLVED: 'paid',
  FAILED: 'failed',
  EXPIRED: 'closed',
  CANCELED: 'closed',
};

/** The timeline says how it stands, and the payments what arrived; which event told of it says neither. */
const shown = (assets: readonly PayableAsset[], { id, hosted_url: url, metadata, timeline, payments }: Charge) => {
  const told = statuses[timeline.at(-1)?.status ?? 'NEW'] ?? 'pending';
  const received = receivedOf(assets, payments);
  const isPaid = told === 'paid' && received !== undefined;
  return {
    checkoutId: id,
    // Somebody resolved by hand what nobody had paid.
    status: told === 'paid' && received === undefined ? 'closed' : told,
    ...(url === undefined ? {} : { url }),
    ...depositIn(metadata),
    ...(isPaid ? { received } : {}),
    isLate: timeline.some(({ context }) => context === 'DELAYED'),
  } satisfies CryptoCheckout;
};

const receivedOf = (
  assets: readonly PayableAsset[],
  payments: Charge['payments'],
): { readonly asset: string; readonly amountMinor: bigint } | undefined => {
  const final = payments.filter(({ status }) => status === 'CONFIRMED').map(({ value }) => value.crypto);
  const asset = final[0]?.currency;
  if (asset === undefined) return undefined;
  // Which of two assets a deposit is in is no guess of ours.
  if (final.some(({ currency }) => currency !== asset))
    throw new ProviderFault('received_in_several_assets', { isRetryable: false });
  return { asset, amountMinor: final.reduce((sum, { amount }) => sum + amountOf(assets, asset, amount), 0n) };
};
