import { describe, expect, it } from 'vitest';

import { rateTokensContract } from './fixtures/rate-tokens-contract.ts';
import { createRateLimiter, type RateTokens, rateLimitHeaders } from './rate-limit.ts';
import { memoryRateTokens } from './rate-tokens-memory.ts';

const clock = () => {
  const time = { nowMs: 1_000 };
  return { now: () => time.nowMs, pass: (milliseconds: number) => void (time.nowMs += milliseconds) };
};

describe('the buckets in memory', () => {
  const { now, pass } = clock();
  rateTokensContract(
    () => memoryRateTokens(now),
    async (milliseconds) => pass(milliseconds),
  );
});

describe('a rate limiter', () => {
  const limit = { perSecond: 5, burst: 10 };
  const limits = { read: limit, write: limit, bulk: limit, sensitive: limit };
  const bucket = { tenantId: 't', principalId: 'p', rateClass: 'write' } as const;

  const counted = (tokens: RateTokens) => {
    const calls = { count: 0 };
    const lease: RateTokens['lease'] = (...asked) => {
      calls.count += 1;
      return tokens.lease(...asked);
    };
    return { calls, tokens: { lease } };
  };
  const allowed = async (take: () => Promise<{ isAllowed: boolean }>, times: number): Promise<number> => {
    const verdicts = await Promise.all(Array.from({ length: times }, take));
    return verdicts.filter(({ isAllowed }) => isAllowed).length;
  };

  it('lets the burst through one by one, then what the rate allows', async () => {
    const { now, pass } = clock();
    const limiter = createRateLimiter({ tokens: memoryRateTokens(now), limits, now });
    let passed = 0;
    for (let index = 0; index < 30; index += 1) if ((await limiter.take(bucket)).isAllowed) passed += 1;
    expect(passed).toBe(10);
    pass(1_000);
    passed = 0;
    for (let index = 0; index < 30; index += 1) if ((await limiter.take(bucket)).isAllowed) passed += 1;
    expect(passed).toBe(5);
  });

  it('asks the shared buckets once a block, and an empty one not at all until it can have a token', async () => {
    const { now, pass } = clock();
    const { calls, tokens } = counted(memoryRateTokens(now));
    const limiter = createRateLimiter({ tokens, limits, now });
    expect(await allowed(() => limiter.take(bucket), 5)).toBe(5);
    expect(calls.count).toBe(1);
    for (let index = 0; index < 100; index += 1) await limiter.take(bucket);
    expect(calls.count).toBe(3);
    pass(200);
    await limiter.take(bucket);
    expect(calls.count).toBe(4);
  });

  it('says how long to wait', async () => {
    const { now } = clock();
    const limiter = createRateLimiter({ tokens: memoryRateTokens(now), limits, now });
    for (let index = 0; index < 10; index += 1) await limiter.take(bucket);
    const verdict = await limiter.take(bucket);
    expect(verdict).toMatchObject({ isAllowed: false, remaining: 0, waitMs: 200 });
    expect(rateLimitHeaders('write', verdict)).toEqual({
      'ratelimit-policy': '"write";q=10;w=2',
      ratelimit: '"write";r=0;t=1',
      'retry-after': '1',
    });
  });

  it('shares one bucket between two processes', async () => {
    const { now } = clock();
    const tokens = memoryRateTokens(now);
    const [one, other] = [createRateLimiter({ tokens, limits, now }), createRateLimiter({ tokens, limits, now })];
    let passed = 0;
    for (let index = 0; index < 20; index += 1) {
      for (const limiter of [one, other]) if ((await limiter.take(bucket)).isAllowed) passed += 1;
    }
    expect(passed).toBe(10);
  });

  it('keeps limiting by itself while the shared buckets are away, and says so', async () => {
    const { now, pass } = clock();
    const faults: unknown[] = [];
    const away: RateTokens = {
      lease: async () => {
        throw new Error('no database');
      },
    };
    const limiter = createRateLimiter({ tokens: away, limits, now, onFault: (error) => faults.push(error) });
    let passed = 0;
    for (let index = 0; index < 30; index += 1) if ((await limiter.take(bucket)).isAllowed) passed += 1;
    expect(passed).toBe(5);
    expect(faults).toHaveLength(1);
    pass(1_000);
    expect((await limiter.take(bucket)).isAllowed).toBe(true);
  });

  it('remembers only so many buckets, whoever asks', async () => {
    const { now } = clock();
    const limiter = createRateLimiter({ tokens: memoryRateTokens(now), limits, now });
    for (let index = 0; index < 10_050; index += 1) await limiter.take({ ...bucket, principalId: String(index) });
    expect(limiter.bucketCount).toBe(10_000);
  });
});
