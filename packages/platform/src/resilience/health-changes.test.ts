import { describe, expect, it } from 'vitest';
import { createMetrics } from '../observability/metrics.ts';
import { createBreakers } from './breakers.ts';
import { ProviderFault } from './faults.ts';
import { stillClock } from './fixtures/still-clock.ts';
import { createProviderCalls } from './guarded-call.ts';
import { type HealthChange, healthMetrics, watchHealth } from './health-changes.ts';

const money = { isMoney: true } as const;
const stage = () => {
  const clock = stillClock();
  const breakers = createBreakers(clock);
  const policies = { pay: {}, look: {} };
  const { call } = createProviderCalls({ provider: 'acme', policies, breakers, clock, random: () => 1 });
  const told: HealthChange[] = [];
  const metrics = createMetrics();
  const count = healthMetrics(metrics);
  watchHealth(breakers, clock.now, (change) => {
    told.push(change);
    count(change);
  });
  const fail = () =>
    call('pay', () => Promise.reject(new ProviderFault('down', { isRetryable: false })), money).catch(() => undefined);
  const succeed = () => call('pay', async () => 'paid', money);
  return { clock, told, metrics, fail, succeed };
};

describe('the health of a provider', () => {
  it('that is well from the beginning is no news', async () => {
    const { told, succeed } = stage();
    await succeed();
    expect(told).toEqual([]);
  });

  it('is told of once when it ends and once when it is back, whatever is tried meanwhile', async () => {
    const { clock, told, metrics, fail, succeed } = stage();
    for (let time = 0; time < 20; time += 1) await fail();
    expect(told).toEqual([{ provider: 'acme', operation: 'pay', health: 'unwell', isForced: false, code: 'down' }]);
    // Two trials that fail: the breaker goes to and fro, and nobody is told.
    for (let trial = 0; trial < 2; trial += 1) {
      await clock.pass(960_000);
      await fail();
    }
    expect(told).toHaveLength(1);
    await clock.pass(960_000);
    await succeed();
    expect(told).toHaveLength(1);
    await succeed();
    expect(told[1]).toEqual({
      provider: 'acme',
      operation: 'pay',
      health: 'well',
      isForced: false,
      code: 'down',
      unwellMs: 3 * 960_000,
    });
    const text = await metrics.text();
    for (const health of ['unwell', 'well'])
      expect(text).toContain(
        `finaegis_provider_health_changes_total{provider="acme",operation="pay",health="${health}"} 1`,
      );
  });
});
