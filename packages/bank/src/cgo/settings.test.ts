import { describe, expect, it } from 'vitest';
import { daysAfter, offeringDefaults, tierOf, unitsToMinor } from './settings.ts';

describe('tiers', () => {
  it.each<[bigint, string]>([
    [1n, 'explorer'],
    [99_999n, 'explorer'],
    [999_999n, 'explorer'],
    [1_000_000n, 'innovator'],
    [4_999_999n, 'innovator'],
    [5_000_000n, 'visionary'],
    [100_000_000n, 'visionary'],
  ])('of %s cents is %s', (amountMinor, name) => {
    expect(tierOf(offeringDefaults.tiers, amountMinor, 2).name).toBe(name);
  });

  it('are counted in whole units of the asset, whatever its decimals', () => {
    expect(tierOf(offeringDefaults.tiers, 10_000n, 0).name).toBe('innovator');
    expect(unitsToMinor(1_000n, 8)).toBe(100_000_000_000n);
    expect(() => tierOf([], 1n, 2)).toThrow('at least one tier');
  });

  it('have days of twenty-four hours', () => {
    expect(daysAfter('2026-03-28T12:00:00.000Z', 2)).toBe('2026-03-30T12:00:00.000Z');
  });
});
