import { expect, test } from 'vitest';
import { growthOf } from './soak.ts';

const samples = (memoryAt: (share: number) => number): readonly number[] =>
  Array.from({ length: 60 }, (_, index) => memoryAt(index / 60));

test('memory that comes back after each collection has not grown', () => {
  const sawtooth = samples((share) => 200 + ((share * 60) % 3) * 20);
  expect(growthOf(sawtooth).rssGrowthPercent).toBeLessThanOrEqual(10);
});

test('warming up in the first tenth is no growth', () => {
  const warmed = samples((share) => (share < 0.1 ? 100 : 240));
  expect(growthOf(warmed)).toEqual({ rssAt10PercentMb: 240, rssAt100PercentMb: 240, rssGrowthPercent: 0 });
});

test('a leak that takes a fifth more in the time of the run is seen', () => {
  const leaking = samples((share) => 200 * (1 + 0.25 * share));
  expect(growthOf(leaking).rssGrowthPercent).toBeGreaterThan(10);
});
