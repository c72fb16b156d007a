/** Why a text is not an amount of an asset; each is also the code of the refusal a client sees. */
export type AmountProblem = 'amount_malformed' | 'amount_scale_too_fine' | 'amount_too_large';

/** An amount in minor units, or the first thing wrong with its text. */
export type ParsedAmount =
  | { readonly ok: true; readonly amountMinor: bigint }
  | { readonly ok: false; readonly problem: AmountProblem };

/** How a quotient that falls between two whole numbers is rounded; `half_up` sends halves away from zero. */
export type Rounding = 'floor' | 'ceil' | 'truncate' | 'away' | 'half_up' | 'half_even';

/** Major units of the target asset for one major unit of the source: a plain decimal text, or an exact fraction. */
export type Rate = string | { readonly numerator: bigint; readonly denominator: bigint };

/** An amount has at most this many digits in minor units, which leaves a balance (38 digits) room for sums. */
export const AMOUNT_DIGITS_MAX = 36;

const AMOUNT_LIMIT = 10n ** BigInt(AMOUNT_DIGITS_MAX);
const DECIMAL = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;
const RATE_DIGITS_MAX = 40;

/**
 * Reads an amount as clients write it: "10", "10.5", "10.50". No sign, exponent, spaces, grouping or leading zeros.
 * @param decimals the asset's decimals, 0 to 18; a finer text is refused and never rounded, even when the digits are zeros
 */
export const parseAmount = (text: string, decimals: number): ParsedAmount => {
  assertDecimals(decimals);
  const match = DECIMAL.exec(text);
  if (match === null) return refuse('amount_malformed');
  const [, whole = '', fraction = ''] = match;
  if (fraction.length > decimals) return refuse('amount_scale_too_fine');
  // Checked before BigInt sees it: turning a megabyte of digits into a number takes seconds.
  if (whole.length + decimals > AMOUNT_DIGITS_MAX) return refuse('amount_too_large');
  return { ok: true, amountMinor: BigInt(whole + fraction.padEnd(decimals, '0')) };
};

/** Reads an amount that may carry one leading minus, as in files and sums; "-0" is refused as malformed. */
export const parseSignedAmount = (text: string, decimals: number): ParsedAmount => {
  if (!text.startsWith('-')) return parseAmount(text, decimals);
  const parsed = parseAmount(text.slice(1), decimals);
  if (!parsed.ok) return parsed;
  return parsed.amountMinor === 0n ? refuse('amount_malformed') : { ok: true, amountMinor: -parsed.amountMinor };
};

/** Writes minor units as a decimal text with exactly `decimals` fraction digits: (1005n, 2) is "10.05". */
export const formatAmount = (amountMinor: bigint, decimals: number): string => {
  assertDecimals(decimals);
  const digits = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(decimals + 1, '0');
  const sign = amountMinor < 0n ? '-' : '';
  if (decimals === 0) return sign + digits;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
};

/** Whether an amount of minor units is small enough for a posting (at most 36 digits, either sign). */
export const isAmountInRange = (amountMinor: bigint): boolean =>
  amountMinor < AMOUNT_LIMIT && amountMinor > -AMOUNT_LIMIT;

/**
 * Splits a total by weights so that the parts sum to it exactly: everyone gets the share rounded towards zero, and what
 * is left goes one unit each to the largest remainders, the earlier first among equals. A negative total mirrors.
 * @throws RangeError when a weight is negative or all are zero
 */
export const allocate = (totalMinor: bigint, weights: readonly bigint[]): bigint[] => {
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0n);
  if (weightSum <= 0n || weights.some((weight) => weight < 0n))
    throw new RangeError('Weights must not be negative nor all zero.');
  const sign = totalMinor < 0n ? -1n : 1n;
  const total = totalMinor * sign;

  const shares = weights.map((weight, index) => ({
    index,
    part: (total * weight) / weightSum,
    remainder: (total * weight) % weightSum,
  }));
  let left = total - shares.reduce((sum, { part }) => sum + part, 0n);
  // Array.sort is stable, which keeps equal remainders in the order they were given.
  for (const share of [...shares].sort((a, b) => compare(b.remainder, a.remainder))) {
    if (left === 0n) break;
    share.part += 1n;
    left -= 1n;
  }
  return shares.map(({ part }) => part * sign);
};

/**
 * Divides whole numbers and rounds as named.
 * @throws RangeError when the denominator is zero
 */
export const divide = (numerator: bigint, denominator: bigint, rounding: Rounding): bigint => {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const awayFromZero = numerator < 0n === denominator < 0n ? quotient + 1n : quotient - 1n;
  const isNegative = awayFromZero < quotient;
  switch (rounding) {
    case 'truncate':
      return quotient;
    case 'away':
      return awayFromZero;
    case 'floor':
      return isNegative ? awayFromZero : quotient;
    case 'ceil':
      return isNegative ? quotient : awayFromZero;
    case 'half_up':
    case 'half_even': {
      const comparison = compare(2n * magnitude(remainder), magnitude(denominator));
      if (comparison !== 0) return comparison > 0 ? awayFromZero : quotient;
      return rounding === 'half_up' || quotient % 2n !== 0n ? awayFromZero : quotient;
    }
  }
};

/**
 * Converts an amount of one asset into another at a rate of major units, rounding once: 100.00 EUR at "1.0890" in USD
 * is `multiplyByRate({ amountMinor: 10000n, rate: '1.0890', fromDecimals: 2, toDecimals: 2, rounding: 'floor' })`.
 */
export const multiplyByRate = (conversion: {
  readonly amountMinor: bigint;
  readonly rate: Rate;
  readonly fromDecimals: number;
  readonly toDecimals: number;
  readonly rounding: Rounding;
}): bigint => {
  const { amountMinor, fromDecimals, toDecimals, rounding } = conversion;
  assertDecimals(fromDecimals);
  assertDecimals(toDecimals);
  const { numerator, denominator } = rateFraction(conversion.rate);
  return divide(
    amountMinor * numerator * 10n ** BigInt(toDecimals),
    denominator * 10n ** BigInt(fromDecimals),
    rounding,
  );
};

/**
 * Reads a rate, a positive plain decimal of at most 40 digits, without losing any: "1.0890" is 10890 / 10^4.
 * @throws RangeError when the text is no such decimal; ask `isRate` first about text from outside
 */
export const parseRate = (text: string): { readonly numerator: bigint; readonly scale: number } => {
  const rate = readRate(text);
  if (rate === undefined) throw new RangeError('A rate is a positive plain decimal of at most 40 digits.');
  return rate;
};

/** Whether a text is a rate that `parseRate` reads. */
export const isRate = (text: string): boolean => readRate(text) !== undefined;

/** A rate as an exact fraction, with a positive denominator. */
export const rateFraction = (rate: Rate): { readonly numerator: bigint; readonly denominator: bigint } => {
  if (typeof rate !== 'string') {
    if (rate.numerator <= 0n || rate.denominator <= 0n) throw new RangeError('A rate is positive.');
    return rate;
  }
  const { numerator, scale } = parseRate(rate);
  return { numerator, denominator: 10n ** BigInt(scale) };
};

const readRate = (text: string): { readonly numerator: bigint; readonly scale: number } | undefined => {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = ''] = match;
  if (whole.length + fraction.length > RATE_DIGITS_MAX) return undefined;
  const numerator = BigInt(whole + fraction);
  return numerator === 0n ? undefined : { numerator, scale: fraction.length };
};

const refuse = (problem: AmountProblem): ParsedAmount => ({ ok: false, problem });

const assertDecimals = (decimals: number): void => {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 18)
    throw new RangeError(`Decimals are 0 to 18, not ${decimals}.`);
};

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

const compare = (left: bigint, right: bigint): number => (left < right ? -1 : left > right ? 1 : 0);
