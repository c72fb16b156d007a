import { BBAN_STRUCTURES } from './iban.table.ts';

/** Why a text is no IBAN, in the order it is examined. */
export type IbanProblem =
  | 'iban_malformed'
  | 'iban_country_unknown'
  | 'iban_structure_wrong'
  | 'iban_check_digits_wrong';

/** An IBAN in its electronic form, or the first thing wrong with the text. */
export type ParsedIban =
  | { readonly ok: true; readonly iban: string }
  | { readonly ok: false; readonly problem: IbanProblem };

/**
 * Reads an IBAN as people write it, in groups and in either case.
 * @see ISO 13616-1, structures by its registry; check digits by ISO 7064 MOD 97-10
 */
export const parseIban = (text: string): ParsedIban => {
  const iban = text.replace(/[\s\u00A0]/g, '').toUpperCase();
  if (!/^[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}$/.test(iban)) return { ok: false, problem: 'iban_malformed' };
  const country = iban.slice(0, 2);
  const bban = iban.slice(4);
  const pattern = patternOf(country);
  if (pattern === undefined) return { ok: false, problem: 'iban_country_unknown' };
  if (!pattern.test(bban)) return { ok: false, problem: 'iban_structure_wrong' };
  // Compared and not merely divided: 00, 01 and 99 leave the right remainder too and are never issued.
  if (iban.slice(2, 4) !== ibanCheckDigits(country, bban)) return { ok: false, problem: 'iban_check_digits_wrong' };
  return { ok: true, iban };
};

/** Whether a text is an IBAN in its electronic form: capitals and digits, without spaces. */
export const isIban = (text: string): boolean => {
  const parsed = parseIban(text);
  return parsed.ok && parsed.iban === text;
};

/** Writes an IBAN in groups of four, as on paper. */
export const formatIban = (iban: string): string => iban.replace(/(.{4})(?=.)/g, '$1 ');

/** The two check digits of an IBAN, from 02 to 98. */
export const ibanCheckDigits = (country: string, bban: string): string => {
  const digits = Array.from(`${bban}${country}00`, (character) => Number.parseInt(character, 36).toString()).join('');
  return String(98n - (BigInt(digits) % 97n)).padStart(2, '0');
};

/**
 * The IBAN of an account at a bank.
 * @param parts `bankCode` is everything before the account number (bank, branch, national check digits where they stand
 *   there); `accountNumber` is filled up with zeros on the left; a Czech or Slovak one may be written "prefix-number"
 * @throws RangeError when the country has no IBAN or the parts do not have its structure
 */
export const issueIban = (parts: {
  readonly country: string;
  readonly bankCode: string;
  readonly accountNumber: string;
}): string => {
  const { country, bankCode, accountNumber } = parts;
  const pattern = patternOf(country);
  if (pattern === undefined) throw new RangeError(`There are no IBANs in ${country}.`);
  const number = withPrefix(country, accountNumber);
  const length = bbanLength(country) - bankCode.length;
  const bban = bankCode + number.padStart(length, '0');
  if (number === '' || !pattern.test(bban)) {
    throw new RangeError(`Bank code ${bankCode} and account number ${accountNumber} make no IBAN of ${country}.`);
  }
  return country + ibanCheckDigits(country, bban) + bban;
};

/** Bank code, prefix and account number of a Czech or Slovak IBAN's national part, each with its zeros. */
export const splitCzechBban = (
  bban: string,
): { readonly bankCode: string; readonly prefix: string; readonly number: string } => ({
  bankCode: bban.slice(0, 4),
  prefix: bban.slice(4, 10),
  number: bban.slice(10),
});

const withPrefix = (country: string, accountNumber: string): string => {
  const match = /^([0-9]{1,6})-([0-9]{1,10})$/.exec(accountNumber);
  if (match === null || (country !== 'CZ' && country !== 'SK')) return accountNumber;
  const [, prefix = '', number = ''] = match;
  return prefix + number.padStart(10, '0');
};

const CLASSES: Readonly<Record<string, string>> = { n: '[0-9]', a: '[A-Z]', c: '[A-Z0-9]' };

const componentsOf = (structure: string): readonly { readonly length: number; readonly kind: string }[] =>
  Array.from(structure.matchAll(/(\d+)([nac])/g), ([, length = '0', kind = '']) => ({ length: Number(length), kind }));

const COUNTRIES: ReadonlyMap<string, { readonly length: number; readonly pattern: RegExp }> = new Map(
  Object.entries(BBAN_STRUCTURES).map(([country, structure]) => {
    const components = componentsOf(structure);
    const pattern = components.map(({ length, kind }) => `${CLASSES[kind] ?? ''}{${length}}`).join('');
    const total = components.reduce((sum, { length }) => sum + length, 0);
    return [country, { length: total, pattern: new RegExp(`^${pattern}$`) }] as const;
  }),
);

const patternOf = (country: string): RegExp | undefined => COUNTRIES.get(country)?.pattern;

/** Length of the national part of a country's IBANs; 0 for a country that has none. */
export const bbanLength = (country: string): number => COUNTRIES.get(country)?.length ?? 0;
