import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allocate,
  divide,
  formatAmount,
  isAmountInRange,
  isRate,
  multiplyByRate,
  parseAmount,
  parseRate,
  parseSignedAmount,
  type Rounding,
  rateFraction,
} from './money.ts';

const decimals = fc.integer({ min: 0, max: 18 });
const amounts = fc.bigInt({ min: 0n, max: 10n ** 36n - 1n });

describe('reading amounts', () => {
  test.each([
    ['10.05', 2, 1005n],
    ['10', 2, 1000n],
    ['10.5', 2, 1050n],
    ['0', 0, 0n],
    ['0.00', 2, 0n],
    ['0.000000000000000001', 18, 1n],
    ['999999999999999999.999999999999999999', 18, 10n ** 36n - 1n],
    ['9'.repeat(36), 0, 10n ** 36n - 1n],
  ])('%s with %i decimals is %s minor units', (text, places, amountMinor) => {
    expect(parseAmount(text, places)).toEqual({ ok: true, amountMinor });
  });

  test.each([
    '',
    ' 1',
    '1 ',
    '1\n',
    '+1',
    '-1',
    '1e3',
    '007',
    '00',
    '.5',
    '5.',
    '1,000',
    '1.2.3',
    '0x10',
    'NaN',
    '١',
    '１',
  ])('%j is malformed', (text) => {
    expect(parseAmount(text, 2)).toEqual({ ok: false, problem: 'amount_malformed' });
  });

  test('a scale finer than the asset is refused and never rounded, zeros included', () => {
    expect(parseAmount('1.005', 2)).toEqual({ ok: false, problem: 'amount_scale_too_fine' });
    expect(parseAmount('1.000', 2)).toEqual({ ok: false, problem: 'amount_scale_too_fine' });
    expect(parseAmount('1.0', 0)).toEqual({ ok: false, problem: 'amount_scale_too_fine' });
  });

  test('37 digits of minor units are too many, and a megabyte of digits is refused at once', () => {
    for (const [text, places] of [
      ['1' + '0'.repeat(36), 0],
      ['1' + '0'.repeat(34), 2],
      ['1' + '0'.repeat(18), 18],
      ['9'.repeat(1_000_000), 2],
    ] as const) {
      expect(parseAmount(text, places)).toEqual({ ok: false, problem: 'amount_too_large' });
    }
  });

  test('a minus is read only where it is asked for', () => {
    expect(parseSignedAmount('-10.05', 2)).toEqual({ ok: true, amountMinor: -1005n });
    expect(parseSignedAmount('10.05', 2)).toEqual({ ok: true, amountMinor: 1005n });
    for (const text of ['--1', '-', '-0', '-0.00', '-.5', '- 1'])
      expect(parseSignedAmount(text, 2)).toEqual({ ok: false, problem: 'amount_malformed' });
    expect(parseSignedAmount('-1.005', 2)).toEqual({ ok: false, problem: 'amount_scale_too_fine' });
  });

  test('what is written is read back unchanged, with exactly the decimals of the asset', () => {
    fc.assert(
      fc.property(amounts, fc.boolean(), decimals, (amount, isNegative, places) => {
        const amountMinor = isNegative ? -amount : amount;
        const text = formatAmount(amountMinor, places);
        expect(parseSignedAmount(text, places)).toEqual({ ok: true, amountMinor });
        expect(text.split('.')[1] ?? '').toHaveLength(places);
      }),
    );
    expect([
      formatAmount(1005n, 2),
      formatAmount(-5n, 2),
      formatAmount(0n, 2),
      formatAmount(7n, 0),
      formatAmount(-1n, 18),
    ]).toEqual(['10.05', '-0.05', '0.00', '7', '-0.000000000000000001']);
  });

  test('decimals outside 0 to 18 are a bug of the caller', () => {
    for (const places of [-1, 19, 1.5, Number.NaN]) {
      expect(() => parseAmount('1', places)).toThrow(RangeError);
      expect(() => formatAmount(1n, places)).toThrow(RangeError);
    }
  });

  test('an amount in range has at most 36 digits', () => {
    expect(isAmountInRange(10n ** 36n - 1n)).toBe(true);
    expect(isAmountInRange(1n - 10n ** 36n)).toBe(true);
    expect(isAmountInRange(10n ** 36n)).toBe(false);
    expect(isAmountInRange(-(10n ** 36n))).toBe(false);
  });
});

describe('splitting a total', () => {
  const weightLists = fc
    .array(fc.bigInt({ min: 0n, max: 10n ** 20n }), { minLength: 1, maxLength: 12 })
    .filter((weights) => weights.some((weight) => weight > 0n));

  test('the parts always sum to the total, and none is a whole unit away from its exact share', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), weightLists, (total, weights) => {
        const parts = allocate(total, weights);
        const weightSum = weights.reduce((sum, weight) => sum + weight, 0n);
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(total);
        for (const [i, part] of parts.entries()) {
          const error = part * weightSum - total * (weights[i] as bigint);
          expect(error < weightSum && -error < weightSum).toBe(true);
        }
      }),
    );
  });

  test('what is left over goes to the largest remainders, the earlier first among equals', () => {
    expect(allocate(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(allocate(10n, [1n, 2n, 4n])).toEqual([1n, 3n, 6n]);
    expect(allocate(2n, [1n, 1n, 1n, 1n])).toEqual([1n, 1n, 0n, 0n]);
    // 2.14 and 0.86: the small share lacks less to a whole unit than the large one.
    expect(allocate(3n, [5n, 2n])).toEqual([2n, 1n]);
    expect(allocate(-100n, [1n, 1n, 1n])).toEqual([-34n, -33n, -33n]);
  });

  test('whoever has no weight gets nothing', () => {
    expect(allocate(5n, [0n, 3n, 0n, 3n])).toEqual([0n, 3n, 0n, 2n]);
  });

  test('no weights, only zeros or a negative one are refused', () => {
    for (const weights of [[], [0n, 0n], [2n, -1n]]) expect(() => allocate(1n, weights)).toThrow(RangeError);
  });
});

describe('dividing', () => {
  const roundings: readonly Rounding[] = ['floor', 'ceil', 'truncate', 'away', 'half_up', 'half_even'];

  test.each<[bigint, readonly bigint[]]>([
    //      floor ceil truncate away half_up half_even, of tenths
    [25n, [2n, 3n, 2n, 3n, 3n, 2n]],
    [35n, [3n, 4n, 3n, 4n, 4n, 4n]],
    [24n, [2n, 3n, 2n, 3n, 2n, 2n]],
    [26n, [2n, 3n, 2n, 3n, 3n, 3n]],
    [-25n, [-3n, -2n, -2n, -3n, -3n, -2n]],
    [-35n, [-4n, -3n, -3n, -4n, -4n, -4n]],
    [-24n, [-3n, -2n, -2n, -3n, -2n, -2n]],
    [-26n, [-3n, -2n, -2n, -3n, -3n, -3n]],
    [5n, [0n, 1n, 0n, 1n, 1n, 0n]],
    [-5n, [-1n, 0n, 0n, -1n, -1n, 0n]],
    [20n, [2n, 2n, 2n, 2n, 2n, 2n]],
  ])('%s tenths round as named', (tenths, expected) => {
    expect(roundings.map((rounding) => divide(tenths, 10n, rounding))).toEqual(expected);
    expect(roundings.map((rounding) => divide(-tenths, -10n, rounding))).toEqual(expected);
  });

  test('every rounding stays within one unit of the exact quotient, the halves within half', () => {
    const numbers = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
    fc.assert(
      fc.property(
        numbers,
        numbers.filter((n) => n !== 0n),
        fc.constantFrom(...roundings),
        (numerator, denominator, rounding) => {
          const error = divide(numerator, denominator, rounding) * denominator - numerator;
          const size = error < 0n ? -error : error;
          const unit = denominator < 0n ? -denominator : denominator;
          expect(rounding.startsWith('half') ? 2n * size <= unit : size < unit).toBe(true);
        },
      ),
    );
  });

  test('dividing by zero is refused', () => {
    expect(() => divide(1n, 0n, 'floor')).toThrow(RangeError);
  });
});

describe('rates', () => {
  test('the conversion of the ledger law: 100.00 EUR at 1.0890 is 108.90 USD, at mid 110.00', () => {
    const sold = { amountMinor: 10_000n, fromDecimals: 2, toDecimals: 2 };
    expect(multiplyByRate({ ...sold, rate: '1.0890', rounding: 'floor' })).toBe(10_890n);
    expect(multiplyByRate({ ...sold, rate: '1.1000', rounding: 'half_even' })).toBe(11_000n);
  });

  test('decimals of both assets count', () => {
    expect(
      multiplyByRate({ amountMinor: 10_000_000n, rate: '60000', fromDecimals: 8, toDecimals: 2, rounding: 'floor' }),
    ).toBe(600_000n);
    expect(
      multiplyByRate({ amountMinor: 100n, rate: '161.24', fromDecimals: 2, toDecimals: 0, rounding: 'floor' }),
    ).toBe(161n);
    expect(multiplyByRate({ amountMinor: 1n, rate: '0.5', fromDecimals: 0, toDecimals: 18, rounding: 'floor' })).toBe(
      5n * 10n ** 17n,
    );
  });

  test('a fraction serves an inverse rate without losing anything', () => {
    const { numerator, scale } = parseRate('1.0890');
    const inverse = { numerator: 10n ** BigInt(scale), denominator: numerator };
    expect(
      multiplyByRate({ amountMinor: 10_890n, rate: inverse, fromDecimals: 2, toDecimals: 2, rounding: 'floor' }),
    ).toBe(10_000n);
  });

  test('a rate keeps every digit it was given', () => {
    expect(parseRate('1.0890')).toEqual({ numerator: 10_890n, scale: 4 });
    expect(parseRate('0.00001')).toEqual({ numerator: 1n, scale: 5 });
    expect(rateFraction('25.5')).toEqual({ numerator: 255n, denominator: 10n });
  });

  test('what is not a positive plain decimal of at most 40 digits is no rate', () => {
    for (const text of [
      '',
      '0',
      '0.000',
      '-1',
      '+1',
      '1e3',
      '01',
      '.5',
      '1.',
      'N/A',
      '1'.repeat(41),
      `1.${'0'.repeat(40)}`,
      `${'1'.repeat(21)}.${'1'.repeat(20)}`,
    ]) {
      expect(isRate(text)).toBe(false);
      expect(() => parseRate(text)).toThrow(RangeError);
    }
    expect(isRate('9'.repeat(40))).toBe(true);
    expect(isRate(`${'1'.repeat(20)}.${'1'.repeat(20)}`)).toBe(true);
    expect(() => rateFraction({ numerator: 0n, denominator: 1n })).toThrow(RangeError);
    expect(() => rateFraction({ numerator: 1n, denominator: 0n })).toThrow(RangeError);
    expect(() => rateFraction({ numerator: -1n, denominator: 1n })).toThrow(RangeError);
  });
});
