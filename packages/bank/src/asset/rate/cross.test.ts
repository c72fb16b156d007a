import { readFileSync } from 'node:fs';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEcbCsv } from '../adapters/ecb-csv.ts';
import { chain, legOf, type PublishedRate, type RateAnswer } from './cross.ts';
import { canonicalRate, fractionOf, RATE_DIGITS_KEPT, rateText } from './fraction.ts';
import type { RateSheet } from './rate-sheet.ts';

// Far more digits than are kept, so that rounding the quotient once more cannot change the digit that counts.
const Exact = Decimal.clone({ precision: 80, rounding: Decimal.ROUND_HALF_EVEN, toExpNeg: -100, toExpPos: 100 });

const sheets = parseEcbCsv(
  readFileSync(new URL('../../../../../examples/data/ecb/eurofxref-hist.csv', import.meta.url), 'utf8'),
);

const published = (facts: Partial<PublishedRate> & Pick<PublishedRate, 'base' | 'asset' | 'mid'>): PublishedRate => ({
  source: 'ecb',
  date: '2025-03-14',
  validFrom: '2025-03-14',
  ...facts,
});

const crossOf = (
  sheet: RateSheet,
  from: number,
  to: number,
): { readonly answer: RateAnswer | undefined; readonly expected: string } => {
  const [a, b] = [sheet.quotes[from % sheet.quotes.length], sheet.quotes[to % sheet.quotes.length]];
  if (a === undefined || b === undefined) throw new Error('A sheet without quotes.');
  const [first, second] = [a, b].map(({ asset, mid }) =>
    published({ base: 'EUR', asset, mid: canonicalRate(mid), date: sheet.date }),
  );
  if (first === undefined || second === undefined) throw new Error('unreachable');
  return {
    answer: chain([legOf(first, a.asset), legOf(second, 'EUR')]),
    expected: new Exact(b.mid).div(a.mid).toSignificantDigits(RATE_DIGITS_KEPT).toString(),
  };
};

describe('a rate across the history of the European Central Bank', () => {
  it('has 6,710 days from 1999 to 2025', () => {
    expect([sheets.length, sheets[0]?.date, sheets.at(-1)?.date]).toEqual([6_710, '1999-01-04', '2025-03-14']);
    expect(new Set(sheets.flatMap(({ quotes }) => quotes.map(({ asset }) => asset))).size).toBe(41);
  });

  it('agrees with decimal arithmetic to the last digit kept, for some pairs of every day', () => {
    for (const [index, sheet] of sheets.entries()) {
      for (let step = 0; step < 4; step += 1) {
        const { answer, expected } = crossOf(sheet, index + step * 7, (index * 5 + step * 11) % 997);
        expect(answer?.mid, `${sheet.date} ${answer?.path.join('→')}`).toBe(expected);
      }
    }
  });

  it('agrees with decimal arithmetic for any pair on any day', () => {
    fc.assert(
      fc.property(fc.nat(sheets.length - 1), fc.nat(40), fc.nat(40), (day, from, to) => {
        const { answer, expected } = crossOf(sheets[day] as RateSheet, from, to);
        expect(answer?.mid).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('turned round is one over it, to the last digit kept', () => {
    for (const sheet of sheets.filter((_, index) => index % 20 === 0)) {
      for (const { asset, mid } of sheet.quotes) {
        const answer = chain([legOf(published({ base: 'EUR', asset, mid }), asset)]);
        expect(answer?.mid).toBe(new Exact(1).div(mid).toSignificantDigits(RATE_DIGITS_KEPT).toString());
      }
    }
  });
});

describe('a rate', () => {
  const usd = published({ base: 'EUR', asset: 'USD', mid: '1.08', bid: '1.07', ask: '1.09' });
  const czk = published({ base: 'EUR', asset: 'CZK', mid: '25', bid: '24.9', ask: '25.2', date: '2025-03-13' });

  it('that was published is answered as published, however many digits it has', () => {
    const mid = '1.12345678901234567';
    expect(chain([legOf(published({ base: 'EUR', asset: 'USD', mid }), 'EUR')])).toMatchObject({
      from: 'EUR',
      to: 'USD',
      mid,
      path: ['EUR', 'USD'],
    });
  });

  it('turned round swaps what is paid and what is asked', () => {
    expect(chain([legOf(usd, 'USD')])).toMatchObject({
      mid: '0.925925925925926',
      bid: '0.91743119266055',
      ask: '0.934579439252336',
    });
  });

  it('crossed names its path, its sources and its oldest day, and buys below what it sells at', () => {
    const answer = chain([legOf(usd, 'USD'), legOf(czk, 'EUR')]);
    expect(answer).toMatchObject({
      from: 'USD',
      to: 'CZK',
      path: ['USD', 'EUR', 'CZK'],
      date: '2025-03-13',
      sources: ['ecb'],
    });
    expect(answer?.bid).toBe(new Exact('24.9').div('1.09').toSignificantDigits(15).toString());
    expect(answer?.ask).toBe(new Exact('25.2').div('1.07').toSignificantDigits(15).toString());
  });

  it('has no bid and ask where one rate of its path has none', () => {
    const { bid: _bid, ask: _ask, ...midOnly } = czk;
    const answer = chain([legOf(usd, 'USD'), legOf(midOnly, 'EUR')]);
    expect([answer?.bid, answer?.ask]).toEqual([undefined, undefined]);
  });

  it('rounds halves to the even digit', () => {
    expect(rateText(fractionOf('1.000000000000005'))).toBe('1');
    expect(rateText(fractionOf('1.000000000000015'))).toBe('1.00000000000002');
    expect(rateText(fractionOf('1.0000000000000050001'))).toBe('1.00000000000001');
    expect(rateText(fractionOf('9999999999999995'))).toBe('10000000000000000');
  });

  it('of any size is written as the kernel reads it, or not at all', () => {
    const digits = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 24n }), fc.bigInt({ min: 1n, max: 10n ** 24n }));
    fc.assert(
      fc.property(digits, ([numerator, denominator]) => {
        const expected = new Exact(numerator.toString()).div(denominator.toString());
        const text = rateText({ numerator, denominator });
        expect(text).toBe(expected.toSignificantDigits(RATE_DIGITS_KEPT).toFixed());
        expect(canonicalRate(text ?? '')).toBe(text);
      }),
    );
    expect(rateText({ numerator: 1n, denominator: 10n ** 50n })).toBeUndefined();
  });
});
