import { bbanLength, splitCzechBban } from '@finaegis/kernel/iban';

/** A bank's own number for an account: as people write it, and as `issueIban` takes it. */
export interface LocalNumber {
  /** '2000145399/0800' in Czechia and Slovakia, the account number alone elsewhere. */
  readonly localNumber: string;
  readonly accountNumber: string;
}

/**
 * The account number of a country for a sequence number: never the same for two sequence numbers, and always valid by the
 * country's own check, which domestic payment forms test long before anyone looks at an IBAN.
 * @param parts `sequence` counts from 1
 * @throws RangeError for a country whose numbering we do not know, and when its numbers are used up
 */
export const localNumberOf = (parts: {
  readonly country: string;
  readonly bankCode: string;
  readonly sequence: bigint;
}): LocalNumber => {
  const { country, bankCode, sequence } = parts;
  const numbering = NUMBERINGS[country];
  if (numbering === undefined) throw new RangeError(`Account numbers of ${country} are not known.`);
  if (sequence < 1n) throw new RangeError('Accounts are counted from 1.');
  return numbering(sequence, { country, bankCode });
};

/** Whether the national part of an IBAN passes its country's own check; true where the country has none that we know. */
export const hasValidNationalCheck = (country: string, bban: string): boolean => {
  switch (country) {
    case 'CZ':
    case 'SK': {
      const { prefix, number } = splitCzechBban(bban);
      // A number needs two digits other than zero: one alone, and zero itself, cannot be told from a form left empty.
      const isFilled = number.replaceAll('0', '').length >= 2;
      return isFilled && isDivisibleBy11(number, CZECH_NUMBER) && isDivisibleBy11(prefix, CZECH_PREFIX);
    }
    case 'NL':
      return isDivisibleBy11(bban.slice(4), DUTCH_NUMBER);
    case 'BE':
      return belgianCheck(bban.slice(0, 10)) === bban.slice(10);
    default:
      return true;
  }
};

// Decree 169/2011 of the Czech National Bank; Slovakia kept the same numbers. Dutch "elfproef": 10 down to 1.
const CZECH_NUMBER = [6, 3, 7, 9, 10, 5, 8, 4, 2, 1];
const CZECH_PREFIX = [10, 5, 8, 4, 2, 1];
const DUTCH_NUMBER = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];

const weightedSum = (digits: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, index) => sum + weight * Number(digits[index] ?? '0'), 0);

const isDivisibleBy11 = (digits: string, weights: readonly number[]): boolean =>
  digits.length === weights.length && weightedSum(digits, weights) % 11 === 0;

/**
 * A number whose weighted sum is divisible by 11. One check digit is not enough: one remainder in eleven would need a
 * digit "10". The digit before it has weight 2, so that raising it from 0 to 1 always leads out of that case.
 */
const divisibleBy11 = (sequence: bigint, weights: readonly number[]): string => {
  const digits = padded(sequence, weights.length - 2);
  for (const filler of [0, 1]) {
    const check = (11 - (weightedSum(`${digits}${filler}`, weights) % 11)) % 11;
    if (check < 10) return `${digits}${filler}${check}`;
  }
  throw new Error('Two fillers left the same remainder.');
};

const padded = (sequence: bigint, length: number): string => {
  const digits = sequence.toString();
  if (digits.length > length) throw new RangeError('The account numbers of this bank code are used up.');
  return digits.padStart(length, '0');
};

const belgianCheck = (digits: string): string => {
  const remainder = BigInt(digits) % 97n;
  return String(remainder === 0n ? 97n : remainder).padStart(2, '0');
};

// Eight digits before filler and check digit; zero is left out, because a number needs digits other than zero.
const PER_PREFIX = 10n ** 8n - 1n;

const czech: Numbering = (sequence, { bankCode }) => {
  const group = (sequence - 1n) / PER_PREFIX;
  const prefix = group === 0n ? '' : `${withoutZeros(divisibleBy11(group, CZECH_PREFIX))}-`;
  const number = divisibleBy11(((sequence - 1n) % PER_PREFIX) + 1n, CZECH_NUMBER);
  const accountNumber = prefix + (prefix === '' ? withoutZeros(number) : number);
  return { accountNumber, localNumber: `${accountNumber}/${bankCode}` };
};

const withoutZeros = (digits: string): string => digits.replace(/^0+/, '');

const same = (accountNumber: string): LocalNumber => ({ accountNumber, localNumber: accountNumber });

const plain: Numbering = (sequence, { country, bankCode }) =>
  same(padded(sequence, bbanLength(country) - bankCode.length));

const belgian: Numbering = (sequence, { bankCode }) => {
  const number = padded(sequence, 7);
  return same(number + belgianCheck(bankCode + number));
};

const dutch: Numbering = (sequence) => same(divisibleBy11(sequence, DUTCH_NUMBER));

type Numbering = (sequence: bigint, bank: { readonly country: string; readonly bankCode: string }) => LocalNumber;

// Where a country's check depends on the bank (Germany) or there is none, the number is the sequence filled with zeros.
const NUMBERINGS: Readonly<Record<string, Numbering>> = {
  AT: plain,
  BE: belgian,
  BG: plain,
  CH: plain,
  CY: plain,
  CZ: czech,
  DE: plain,
  LI: plain,
  LT: plain,
  LU: plain,
  LV: plain,
  MT: plain,
  NL: dutch,
  RO: plain,
  SK: czech,
};
