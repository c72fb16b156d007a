import type { RateClass } from './route.ts';

/** How fast a bucket fills (tokens per second) and how many tokens it holds at most. */
export type RateLimit = { readonly perSecond: number; readonly burst: number };

/** The limit of each class of routes. */
export type RateLimits = Readonly<Record<RateClass, RateLimit>>;

/** Which bucket: buckets of different tenants, principals and classes never share tokens. */
export type Bucket = { readonly tenantId: string; readonly principalId: string; readonly rateClass: RateClass };

/** What a lease brought: tokens that are now ours alone, or how long until there is one. */
export type RateLease = { readonly granted: number; readonly waitMs: number };

/**
 * Port: the buckets shared by all processes. `lease` takes up to `wanted` tokens, whole ones, at once;
 * `granted` is 0 when the bucket is empty, with `waitMs` until one token has come in.
 */
export type RateTokens = {
  lease(bucket: Bucket, wanted: number, limit: RateLimit): Promise<RateLease>;
};

/** Whether a request may go on, and what to tell its sender about the bucket. */
export type RateVerdict = {
  readonly isAllowed: boolean;
  readonly limit: RateLimit;
  readonly remaining: number;
  readonly waitMs: number;
};

/** Decides for each request whether its bucket has a token left. */
export type RateLimiter = { take(bucket: Bucket): Promise<RateVerdict>; readonly bucketCount: number };

type Local = { tokens: number; emptyUntilMs: number; usedAtMs: number; pending?: Promise<void> | undefined };

export type RateLimiterOptions = {
  readonly tokens: RateTokens;
  readonly limits: RateLimits;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** Told when the shared buckets cannot be reached; the process then grants each bucket one block a second by itself. */
  readonly onFault?: (error: unknown) => void;
};

// Tokens leased and not used are lost to the other processes until this time has passed, so it is short.
const leaseLifeMs = 5_000;
const bucketsMax = 10_000;

/**
 * A rate limiter that leases blocks of tokens worth one second from the shared buckets and serves requests from memory
 * between leases: the database sees one statement per bucket and second, not one per request. An empty bucket is not
 * asked again before it can have a token, so that a flood costs no database time either.
 */
export const createRateLimiter = ({
  tokens,
  limits,
  now = () => performance.now(),
  onFault,
}: RateLimiterOptions): RateLimiter => {
  const locals = new Map<string, Local>();

  const lease = async (bucket: Bucket, local: Local): Promise<void> => {
    const limit = limits[bucket.rateClass];
    const block = Math.max(1, Math.ceil(limit.perSecond));
    try {
      const { granted, waitMs } = await tokens.lease(bucket, block, limit);
      local.tokens += granted;
      local.emptyUntilMs = granted === 0 ? now() + waitMs : 0;
    } catch (error) {
      // A limiter that fails must not stop the bank; it keeps limiting, only no longer together with the other processes.
      onFault?.(error);
      local.tokens += block;
      local.emptyUntilMs = now() + 1_000;
    }
  };

  const take = async (bucket: Bucket): Promise<RateVerdict> => {
    const limit = limits[bucket.rateClass];
    const local = localOf(locals, bucket, now());
    if (local.tokens < 1 && now() >= local.emptyUntilMs) {
      // Requests that arrive together share one lease.
      local.pending ??= lease(bucket, local).finally(() => (local.pending = undefined));
      await local.pending;
    }
    const isAllowed = local.tokens >= 1;
    if (isAllowed) local.tokens -= 1;
    const waitMs = isAllowed ? 0 : Math.max(1, local.emptyUntilMs - now(), Math.min(1_000, 1_000 / limit.perSecond));
    return { isAllowed, limit, remaining: Math.floor(local.tokens), waitMs };
  };

  return {
    take,
    get bucketCount() {
      return locals.size;
    },
  };
};

/** This process's share of a bucket; the least recently used one is forgotten when there are too many. */
const localOf = (locals: Map<string, Local>, { tenantId, principalId, rateClass }: Bucket, nowMs: number): Local => {
  const name = `${tenantId} ${principalId} ${rateClass}`;
  const known = locals.get(name);
  const local = known ?? { tokens: 0, emptyUntilMs: 0, usedAtMs: nowMs };
  if (nowMs - local.usedAtMs > leaseLifeMs) local.tokens = 0;
  local.usedAtMs = nowMs;
  // A Map keeps the order of insertion: taken out and put back, the first one is the least recently used.
  locals.delete(name);
  locals.set(name, local);
  if (locals.size > bucketsMax) locals.delete(locals.keys().next().value ?? name);
  return local;
};

/** The headers that tell a sender about its bucket (draft-ietf-httpapi-ratelimit-headers). */
export const rateLimitHeaders = (
  rateClass: RateClass,
  { limit, remaining, isAllowed, waitMs }: RateVerdict,
): Record<string, string> => ({
  'ratelimit-policy': `"${rateClass}";q=${limit.burst};w=${Math.max(1, Math.ceil(limit.burst / limit.perSecond))}`,
  ratelimit: `"${rateClass}";r=${remaining};t=${Math.ceil(waitMs / 1000)}`,
  ...(isAllowed ? {} : { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) }),
});
