import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BankShare, concentrations, insuranceCover, splitAmount, wholeBasisPoints } from './split.ts';

const spread = (...shares: readonly (readonly [string, number])[]) => ({
  shares: shares.map(([bank, basisPoints]): BankShare => ({ bank, basisPoints })),
  primary: shares[0]?.[0] ?? '',
});
const euros = (amount: number): bigint => BigInt(amount) * 100n;

/** Shares that make the whole: cuts of 10,000 basis points. */
const spreads = fc.uniqueArray(fc.integer({ min: 1, max: wholeBasisPoints - 1 }), { maxLength: 6 }).map((cuts) => {
  const sorted = [0, ...cuts.toSorted((a, b) => a - b), wholeBasisPoints];
  return spread(...sorted.slice(1).map((cut, index) => [`bank-${index}`, cut - (sorted[index] ?? 0)] as const));
});
const amounts = fc.bigInt({ min: 0n, max: 10n ** 30n });

describe('splitting an amount over banks', () => {
  it.each([
    [
      'a whole share each',
      10_000n,
      spread(['ing', 4000], ['kb', 3000], ['bbva', 3000]),
      { ing: 4000n, bbva: 3000n, kb: 3000n },
    ],
    [
      'one cent, which goes to the largest remainder',
      1n,
      spread(['ing', 4000], ['kb', 3000], ['bbva', 3000]),
      { ing: 1n },
    ],
    ['ten cents over thirds', 10n, spread(['ing', 3334], ['kb', 3333], ['bbva', 3333]), { ing: 4n, bbva: 3n, kb: 3n }],
    [
      'two cents over four equal banks: the primary first, then by code',
      2n,
      spread(['ing', 2500], ['kb', 2500], ['bbva', 2500], ['wise', 2500]),
      { ing: 1n, bbva: 1n },
    ],
    ['nothing', 0n, spread(['ing', 5000], ['kb', 5000]), {}],
  ] as const)('%s', (_, amountMinor, shares, parts) => {
    expect(Object.fromEntries(splitAmount(amountMinor, shares).map((part) => [part.bank, part.amountMinor]))).toEqual(
      parts,
    );
  });

  it('makes the amount to the last unit, and no part is a unit off its exact share', () => {
    fc.assert(
      fc.property(amounts, spreads, (amountMinor, { shares, primary }) => {
        const parts = splitAmount(amountMinor, { shares, primary });
        expect(parts.reduce((sum, part) => sum + part.amountMinor, 0n)).toBe(amountMinor);
        for (const { bank, basisPoints } of shares) {
          const part = parts.find((one) => one.bank === bank)?.amountMinor ?? 0n;
          const off = part * BigInt(wholeBasisPoints) - amountMinor * BigInt(basisPoints);
          expect(off > -BigInt(wholeBasisPoints) && off < BigInt(wholeBasisPoints)).toBe(true);
        }
      }),
    );
  });

  it('does not depend on the order the shares are told in', () => {
    fc.assert(
      fc.property(amounts, spreads, (amountMinor, { shares, primary }) => {
        expect(splitAmount(amountMinor, { shares: shares.toReversed(), primary })).toEqual(
          splitAmount(amountMinor, { shares, primary }),
        );
      }),
    );
  });
});

describe('deposit-insurance cover', () => {
  const limitMinor = euros(100_000);
  const insurances = [
    { bank: 'ing', kind: 'bank', limitMinor },
    { bank: 'kb', kind: 'bank', limitMinor },
    { bank: 'wise', kind: 'e_money', limitMinor },
    { bank: 'barclays', kind: 'bank' },
  ] as const;
  it.each([
    ['below the limit all of it', [['ing', 99_999]], 99_999],
    ['at the limit all of it', [['ing', 100_000]], 100_000],
    ['above the limit the limit', [['ing', 100_001]], 100_000],
    [
      'each bank by itself',
      [
        ['ing', 150_000],
        ['kb', 150_000],
      ],
      200_000,
    ],
    [
      'two amounts at one bank together',
      [
        ['ing', 60_000],
        ['ing', 60_000],
      ],
      100_000,
    ],
    ['nothing at an e-money institution, whatever limit is written there', [['wise', 50_000]], 0],
    ['nothing where there is no insurance', [['barclays', 50_000]], 0],
    ['nothing at a bank nobody knows', [['elsewhere', 50_000]], 0],
    [
      'nothing for what is owed',
      [
        ['ing', -10],
        ['kb', 20],
      ],
      20,
    ],
  ] as const)('%s', (_, holdings, covered) => {
    const amounts = holdings.map(([bank, amount]) => ({ bank, amountMinor: euros(amount) }));
    expect(insuranceCover(amounts, insurances).coveredMinor).toBe(euros(covered));
  });

  it('never exceeds the deposits nor the sum of the limits, and more money never covers less', () => {
    const holdings = fc.array(
      fc.record({
        bank: fc.constantFrom('ing', 'kb', 'wise', 'barclays'),
        amountMinor: fc.bigInt({ min: 0n, max: euros(300_000) }),
      }),
    );
    fc.assert(
      fc.property(holdings, fc.bigInt({ min: 0n, max: euros(300_000) }), (held, more) => {
        const { coveredMinor, totalMinor } = insuranceCover(held, insurances);
        expect(coveredMinor <= totalMinor && coveredMinor <= 2n * limitMinor).toBe(true);
        const added = insuranceCover([...held, { bank: 'ing', amountMinor: more }], insurances);
        expect(added.coveredMinor >= coveredMinor).toBe(true);
      }),
    );
  });
});

describe('diversification', () => {
  it.each([
    ['two banks, none above 60 %', spread(['ing', 6000], ['kb', 4000]), []],
    ['a basis point too much', spread(['ing', 6001], ['kb', 3999]), ['share_too_large']],
    ['one bank is both', spread(['ing', 10_000]), ['too_few_banks', 'share_too_large']],
  ] as const)('%s', (_, { shares }, kinds) => {
    expect(concentrations(shares).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('by a stricter rule', () => {
    const rule = { shareMaxBasisPoints: 4_000, banksMin: 3 };
    expect(concentrations(spread(['ing', 6000], ['kb', 4000]).shares, rule)).toEqual([
      { kind: 'too_few_banks', banks: 2, banksMin: 3 },
      { kind: 'share_too_large', bank: 'ing', basisPoints: 6000, shareMaxBasisPoints: 4_000 },
    ]);
  });
});
