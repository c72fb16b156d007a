import { formatAmount, parseAmount } from '@finaegis/kernel/money';
import { OutcomeUnknown, ProviderFault } from '@finaegis/platform/resilience/faults';
import type { CallContext, MoneyCall, ReadCall } from '@finaegis/platform/resilience/guarded-call';
import { type OutboundAnswer, type OutboundRequest, sendJson } from '@finaegis/platform/resilience/outbound-http';
import { z } from 'zod';
import type { CheckoutDecline, PayableAsset } from '../crypto-provider.ts';

/** What the breakers count apart. */
export type CoinbaseOperation = 'checkouts' | 'refunds';

/** The guard of calls: `createProviderCalls` of the platform, where the server puts it in. */
export interface CoinbaseCalls {
  call<Value>(
    operation: CoinbaseOperation,
    work: (context: Pick<CallContext, 'signal'>) => Promise<Value>,
    options: MoneyCall | ReadCall,
  ): Promise<Value>;
}

/** What Coinbase's two APIs have in common. */
export interface CoinbaseHttpOptions {
  readonly url: string;
  readonly headersOf: (method: string, path: string) => Readonly<Record<string, string>>;
  /** Where an error says what kind it is. */
  readonly errorCodeOf: (body: unknown) => unknown;
  readonly calls?: CoinbaseCalls | undefined;
  readonly timeoutMs?: number | undefined;
}

interface Asked {
  readonly method: 'GET' | 'POST';
  /** Below the host, with its query. */
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One API of Coinbase over HTTP. What moves money is asked once under its key: who retries is the saga. */
export interface CoinbaseHttp {
  read<Value>(operation: CoinbaseOperation, path: string, schema: z.ZodType<Value>): Promise<Value>;
  move<Value>(
    operation: CoinbaseOperation,
    asked: Omit<Asked, 'method'>,
    schema: z.ZodType<Value>,
  ): Promise<Value | CheckoutDecline>;
}

export const createCoinbaseHttp = (options: CoinbaseHttpOptions): CoinbaseHttp => {
  const { url, headersOf, errorCodeOf, timeoutMs = 15_000 } = options;
  const unguarded: CoinbaseCalls = { call: (_, work) => work({ signal: AbortSignal.timeout(timeoutMs) }) };
  const { calls = unguarded } = options;
  const ask = async ({ method, path, body, headers }: Asked, signal: AbortSignal): Promise<OutboundAnswer<unknown>> => {
    const request: OutboundRequest<unknown> = {
      url: `${url}${path}`,
      method,
      headers: { ...headersOf(method, path.split('?', 1)[0] ?? ''), ...headers },
      signal,
      ...(body === undefined ? {} : { body }),
    };
    const answer = await sendJson(request);
    // A wrong key or a wrong name stays wrong, and nothing was done.
    if ([401, 403, 404, 409].includes(answer.status))
      throw new ProviderFault(`status_${answer.status}`, { isRetryable: false });
    return answer;
  };
  return {
    read: (operation, path, schema) =>
      calls.call(
        operation,
        async ({ signal }) => {
          const answer = await ask({ method: 'GET', path }, signal);
          if (answer.status >= 400) throw new ProviderFault(`status_${answer.status}`, { isRetryable: false });
          return understood(schema, answer.body);
        },
        { isRead: true },
      ),
    move: (operation, asked, schema) =>
      calls.call(
        operation,
        async ({ signal }) => {
          const { status, body } = await ask({ method: 'POST', ...asked }, signal);
          return status >= 400 ? decline(errorCodeOf(body)) : understood(schema, body);
        },
        { isMoney: true },
      ),
  };
};

const decline = (code: unknown): CheckoutDecline => ({
  kind: 'declined',
  code: typeof code === 'string' && /^[a-z0-9_]{1,60}$/.test(code) ? code : 'request_refused',
});

/** An answer of another shape says that it was answered, and not what. */
const understood = <Value>(schema: z.ZodType<Value>, body: unknown): Value => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new OutcomeUnknown('answer_not_understood', { cause: parsed.error });
};

/** USD Coin, which Coinbase settles everything in. */
export const usdCoin: PayableAsset = { code: 'USDC', decimals: 6, priceDecimals: 2 };

/** Writes a price as Coinbase does. @throws ProviderFault where it would have to be rounded */
export const priceOf = (assets: readonly PayableAsset[], asset: string, amountMinor: bigint): string => {
  const payable = assets.find(({ code }) => code === asset);
  if (payable === undefined) throw new ProviderFault('asset_not_payable', { isRetryable: false });
  const step = 10n ** BigInt(payable.decimals - payable.priceDecimals);
  if (amountMinor % step !== 0n) throw new ProviderFault('amount_too_fine', { isRetryable: false });
  return formatAmount(amountMinor / step, payable.priceDecimals);
};

/** Reads an amount in the minor units of our asset. @throws ProviderFault where it has none that are as fine, or is of an asset unknown here */
export const amountOf = (assets: readonly PayableAsset[], asset: string, text: string): bigint => {
  const payable = assets.find(({ code }) => code === asset);
  if (payable === undefined) throw new ProviderFault('asset_unknown', { isRetryable: false });
  const shortened = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  const parsed = parseAmount(shortened, payable.decimals);
  if (!parsed.ok) throw new ProviderFault(parsed.problem, { isRetryable: false });
  return parsed.amountMinor;
};

/** Metadata as both APIs keep it: what we gave, as a rule. */
export const metadataShape = z.record(z.string(), z.unknown()).nullish();

/** What an order says of itself in its metadata, so that it can be found again and led back to its deposit. */
export const metadataOf = (order: {
  readonly key: string;
  readonly depositId: string;
  readonly tenantId: string;
}): Readonly<Record<string, string>> => {
  const { key, depositId, tenantId } = order;
  return { key, depositId, tenantId };
};

/** The deposit a checkout says it is of; nothing where somebody else has made it. */
export const depositIn = (
  metadata: z.output<typeof metadataShape>,
): { readonly depositId?: string; readonly tenantId?: string } => {
  const [depositId, tenantId] = [metadata?.['depositId'], metadata?.['tenantId']];
  return {
    ...(typeof depositId === 'string' ? { depositId } : {}),
    ...(typeof tenantId === 'string' ? { tenantId } : {}),
  };
};

/** One page of what was ordered, newest first; `next` is where the following begins. */
interface OrderPage<Order> {
  readonly orders: readonly Order[];
  readonly next: string | undefined;
}

interface Ordered {
  readonly metadata?: z.output<typeof metadataShape>;
  /** An instant. */
  readonly orderedAt: string;
}

/** How much older than the order a checkout may look, since two clocks are compared. */
const clockSlackMs = 3_600_000;

/** Looks for an order by its key, page by page, until what is listed is older than the order can be. */
export const findByKey = async <Order extends Ordered>(
  { key, since }: { readonly key: string; readonly since: string },
  pageFrom: (place: string | undefined) => Promise<OrderPage<Order>>,
): Promise<Order | undefined> => {
  const oldest = Date.parse(since) - clockSlackMs;
  for (let place: string | undefined; ; ) {
    const { orders, next } = await pageFrom(place);
    const found = orders.find(({ metadata }) => metadata?.['key'] === key);
    if (found !== undefined) return found;
    const last = orders.at(-1);
    if (last === undefined || next === undefined || Date.parse(last.orderedAt) < oldest) return undefined;
    place = next;
  }
};
