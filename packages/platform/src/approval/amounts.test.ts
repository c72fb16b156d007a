import { describe, expect, it } from 'vitest';
import { amountsIn, isGoverned } from './amounts.ts';

const eur = (amountMinor: bigint) => ({ asset: 'EUR', amountMinor });

describe('the amounts of a command', () => {
  it.each([
    ['one beside its asset', { holdId: 'h', ...eur(5n) }, { EUR: 5n }],
    ['one below zero by its size', { asset: 'EUR', limitMinor: -7n }, { EUR: 7n }],
    ['the larger of two', { asset: 'EUR', amountMinor: 5n, feeMinor: 2n }, { EUR: 5n }],
    ['the sum of a list', { lines: [eur(5n), eur(6n), { asset: 'USD', amountMinor: 1n }] }, { EUR: 11n, USD: 1n }],
    [
      'a journal’s debit side, not both',
      {
        postings: [
          { ...eur(50n), side: 'debit' },
          { ...eur(50n), side: 'credit' },
          { ...eur(1n), side: 'debit' },
          { ...eur(1n), side: 'credit' },
        ],
      },
      { EUR: 51n },
    ],
    ['none', { partyId: 'p', details: { name: 'n' }, tags: ['a'] }, {}],
  ])('are %s', (_, data, expected) => {
    const { amounts, hasUnknown } = amountsIn(data);
    expect(Object.fromEntries(amounts)).toEqual(expected);
    expect(hasUnknown).toBe(false);
  });

  it('are not all known where one stands without an asset', () => {
    expect(amountsIn({ refundId: 'r', amountMinor: 5n }).hasUnknown).toBe(true);
    expect(amountsIn({ lines: [{ nested: { amountMinor: 5n } }] }).hasUnknown).toBe(true);
  });
});

describe('a policy from 100 on', () => {
  const policy = { from: [eur(100n)] };
  it.each([
    ['below', eur(99n), false],
    ['at', eur(100n), true],
    ['above in parts', { lines: [eur(60n), eur(60n)] }, true],
    ['another asset', { asset: 'USD', amountMinor: 1n }, true],
    ['an asset named and one not', { lines: [eur(1n), { asset: 'USD', amountMinor: 1n }] }, true],
    ['an amount without its asset', { amountMinor: 1n }, true],
    ['no amount at all', { partyId: 'p' }, true],
  ])('%s: %#', (_, data, expected) => {
    expect(isGoverned(policy, data)).toBe(expected);
  });

  it('without amounts asks always', () => {
    expect(isGoverned({ from: [] }, eur(1n))).toBe(true);
  });
});
