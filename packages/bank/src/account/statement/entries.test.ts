import { describe, expect, it } from 'vitest';
import { netOf } from './entries.ts';

describe('what the postings of a statement add up to', () => {
  it('is credits less debits: a customer’s account is a liability', () => {
    expect(netOf([])).toBe(0n);
    expect(
      netOf([
        { side: 'credit', amountMinor: 100_00n },
        { side: 'debit', amountMinor: 30_00n },
        { side: 'debit', amountMinor: 75_00n },
      ]),
    ).toBe(-5_00n);
  });
});
