import { divide, rateFraction } from '@finaegis/kernel/money';

/** A positive rate without any rounding: numerator over denominator. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Significant digits a computed rate keeps; the last one is rounded half to even. Published rates are never rounded. */
export const RATE_DIGITS_KEPT = 15;

// The kernel reads rates of at most 40 digits; one stands before the point.
const FRACTION_DIGITS_MAX = 39;

/** The exact fraction a decimal text stands for. */
export const fractionOf = (text: string): Fraction => rateFraction(text);

/** One over a rate. */
export const inverse = ({ numerator, denominator }: Fraction): Fraction => ({
  numerator: denominator,
  denominator: numerator,
});

/** One rate after the other. */
export const product = (a: Fraction, b: Fraction): Fraction => ({
  numerator: a.numerator * b.numerator,
  denominator: a.denominator * b.denominator,
});

/**
 * A rate as decimal text with `RATE_DIGITS_KEPT` significant digits, half to even, without zeros at its end. It is rounded once, from the exact
 * fraction, so it agrees with any correct decimal computation to its last digit.
 * @returns undefined for a rate so small that no digit of it fits what the kernel reads as a rate
 */
export const rateText = ({ numerator, denominator }: Fraction): string | undefined => {
  const exponent = exponentOf({ numerator, denominator });
  const scale = Math.min(RATE_DIGITS_KEPT - 1 - exponent, FRACTION_DIGITS_MAX);
  const kept =
    scale >= 0
      ? divide(numerator * 10n ** BigInt(scale), denominator, 'half_even')
      : divide(numerator, denominator * 10n ** BigInt(-scale), 'half_even') * 10n ** BigInt(-scale);
  return kept === 0n ? undefined : plainText(kept, Math.max(scale, 0));
};

/** A decimal text in its one shortest form, so that "1.0830" and "1.083" are the same rate to everyone. */
export const canonicalRate = (text: string): string => {
  const { numerator, denominator } = rateFraction(text);
  return plainText(numerator, denominator.toString().length - 1);
};

/** The power of ten of the first digit: 0 for 1 to 9.99…, −1 for 0.1 to 0.999…. */
const exponentOf = ({ numerator, denominator }: Fraction): number => {
  const guess = numerator.toString().length - denominator.toString().length;
  const isReached =
    guess >= 0 ? numerator >= denominator * 10n ** BigInt(guess) : numerator * 10n ** BigInt(-guess) >= denominator;
  return isReached ? guess : guess - 1;
};

const plainText = (digits: bigint, scale: number): string => {
  const padded = digits.toString().padStart(scale + 1, '0');
  const whole = padded.slice(0, padded.length - scale);
  const fraction = padded.slice(padded.length - scale).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
};
