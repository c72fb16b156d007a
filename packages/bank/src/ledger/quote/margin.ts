import { parseRate } from '@finaegis/kernel/money';

const basis = 10_000n;

/**
 * What a customer is given of a mid rate: mid × (1 − margin), exactly.
 * @param marginBps hundredths of a percent; below zero the customer is given more than mid, at the cost of promotion
 * @returns a plain decimal text; `0` when nothing is left, which no quote accepts
 */
export const customerRate = (mid: string, marginBps: number): string => {
  const { numerator, scale } = parseRate(mid);
  return decimalText(numerator * (basis - BigInt(marginBps)), scale + 4);
};

const decimalText = (numerator: bigint, scale: number): string => {
  const digits = numerator.toString().padStart(scale + 1, '0');
  const [whole, fraction] = [digits.slice(0, -scale), digits.slice(-scale).replace(/0+$/, '')];
  return fraction === '' ? whole : `${whole}.${fraction}`;
};
