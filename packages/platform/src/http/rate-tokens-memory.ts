import type { RateTokens } from './rate-limit.ts';

/** The buckets of one process alone: for tests, and for a single process without a database. `now` counts milliseconds. */
export const memoryRateTokens = (now: () => number = () => performance.now()): RateTokens => {
  const buckets = new Map<string, { tokens: number; filledAtMs: number }>();
  return {
    lease: async ({ tenantId, principalId, rateClass }, wanted, { perSecond, burst }) => {
      const name = `${tenantId} ${principalId} ${rateClass}`;
      const nowMs = now();
      const bucket = buckets.get(name) ?? { tokens: burst, filledAtMs: nowMs };
      const filled = Math.min(burst, bucket.tokens + ((nowMs - bucket.filledAtMs) / 1000) * perSecond);
      const granted = Math.min(wanted, Math.floor(filled));
      buckets.set(name, { tokens: filled - granted, filledAtMs: nowMs });
      return { granted, waitMs: granted > 0 ? 0 : ((1 - filled) / perSecond) * 1000 };
    },
  };
};
