import { describe, expect, it } from 'vitest';
import { customerRate } from './margin.ts';

describe('a margin', () => {
  it.each([
    ['1.1000', 100, '1.089'],
    ['1.1000', 0, '1.1'],
    ['1.1000', -100, '1.111'],
    ['24.835', 250, '24.214125'],
    ['171', 1, '170.9829'],
    ['1', 10_000, '0'],
  ])('of %s less %s basis points is exactly %s', (mid, marginBps, expected) => {
    expect(customerRate(mid, marginBps)).toBe(expected);
  });
});
