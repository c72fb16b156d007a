import { ISO_4217_ROWS } from './iso4217.table.ts';
import { isLocalDate, type LocalDate } from './local-date.ts';

/**
 * What a code of ISO 4217 stands for: money; a fund code (an accounting unit beside the money of a country); a metal,
 * counted in troy ounces; a unit of account of an institution; or nothing that could be booked (XXX, XTS).
 */
export type CurrencyKind = 'money' | 'fund' | 'metal' | 'unit' | 'none';

/** A currency of ISO 4217, active or withdrawn. */
export interface Currency {
  readonly code: string;
  /** Three digits, leading zeros kept; undefined for the few withdrawn codes that never had one. */
  readonly numericCode: string | undefined;
  /** Fraction digits by ISO 4217; undefined where the standard says "not applicable" (metals, units of account). */
  readonly exponent: number | undefined;
  readonly name: string;
  readonly kind: CurrencyKind;
  /** The first day on which the code counts, where known. */
  readonly activeFrom: LocalDate | undefined;
  /** The first day on which the code no longer counts ('YYYY-MM-DD'), or its last month ('YYYY-MM'); undefined while active. */
  readonly withdrawn: string | undefined;
}

/** The currency of an ISO 4217 code in capitals, active or withdrawn; undefined for any other text. */
export const currency = (code: string): Currency | undefined => BY_CODE.get(code);

/** Every currency of ISO 4217, active and withdrawn, ordered by code. */
export const currencies = (): readonly Currency[] => ALL;

/** Whether a code is one of ISO 4217 and counts on a day. An unknown code is active on no day. */
export const isActiveOn = (code: string, date: LocalDate): boolean => {
  if (!isLocalDate(date)) throw new RangeError(`There is no day ${date}.`);
  const found = BY_CODE.get(code);
  if (found === undefined) return false;
  if (found.activeFrom !== undefined && date < found.activeFrom) return false;
  if (found.withdrawn === undefined) return true;
  // A month is compared with a month, so that a code withdrawn in some month counts to its end.
  const isLastMonthKnownOnly = found.withdrawn.length === 7;
  return isLastMonthKnownOnly ? date.slice(0, 7) <= found.withdrawn : date < found.withdrawn;
};

/**
 * The decimals under which the platform counts a currency: the exponent of ISO 4217, and where the standard has none our
 * own choice, fixed for ever: metals 6 (a millionth of a troy ounce is 31 micrograms), units of account 6 as the IMF
 * publishes the special drawing right. Undefined for codes that stand for nothing bookable.
 */
export const decimalsOf = ({ exponent, kind }: Currency): number | undefined => {
  if (exponent !== undefined) return exponent;
  return kind === 'none' ? undefined : DECIMALS_WITHOUT_EXPONENT;
};

const DECIMALS_WITHOUT_EXPONENT = 6;

const METALS = new Set(['XAG', 'XAU', 'XPD', 'XPT']);
const FUNDS = new Set(['BOV', 'CHC', 'CHE', 'CHW', 'CLF', 'COU', 'ECV', 'MXV', 'USN', 'USS', 'UYI', 'UYW']);
const NOTHING = new Set(['XTS', 'XXX']);

const kindOf = (code: string, exponent: number | null): CurrencyKind => {
  if (METALS.has(code)) return 'metal';
  if (FUNDS.has(code)) return 'fund';
  if (NOTHING.has(code)) return 'none';
  return exponent === null ? 'unit' : 'money';
};

const ALL: readonly Currency[] = ISO_4217_ROWS.map(
  ([code, numericCode, exponent, name, activeFrom = '', withdrawn]) => ({
    code,
    numericCode: numericCode ?? undefined,
    exponent: exponent ?? undefined,
    name,
    kind: kindOf(code, exponent),
    activeFrom: activeFrom === '' ? undefined : activeFrom,
    withdrawn,
  }),
);

const BY_CODE: ReadonlyMap<string, Currency> = new Map(ALL.map((found) => [found.code, found]));
