import { describe, expect, it } from 'vitest';
import { openAfter, waitAfter, waitsMs } from './schedule.ts';

const middle = (): number => 0.5;

describe('attempts', () => {
  it('are made at once and after 5 s, 1 min, 5 min, 30 min, 2 h, 6 h, 12 h and 24 h, nine in all', () => {
    expect(waitsMs.map((ms) => ms / 1_000)).toEqual([5, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400]);
    expect([1, 8, 9].map((attempts) => waitAfter(attempts, middle))).toEqual([5_000, 86_400_000, undefined]);
  });

  it('come back a tenth earlier or later', () => {
    expect([waitAfter(2, () => 0), waitAfter(2, () => 1)]).toEqual([54_000, 66_000]);
  });

  it('wait for as long as the receiver asks, a day at most, and no shorter than they would', () => {
    expect([60_000, 1_000, 10 ** 9].map((askedMs) => waitAfter(1, middle, askedMs))).toEqual([
      60_000, 5_000, 86_400_000,
    ]);
    expect(waitAfter(9, middle, 60_000)).toBeUndefined();
  });
});

describe('an endpoint that fails', () => {
  it('is left alone from the fifth failure on, twice as long each time, a quarter of an hour at most', () => {
    expect([4, 5, 6, 7, 10, 50].map((failures) => openAfter(failures, middle))).toEqual([
      undefined,
      30_000,
      60_000,
      120_000,
      900_000,
      900_000,
    ]);
  });
});
