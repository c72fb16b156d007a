import { decimalsOf, currency as isoCurrency } from '@finaegis/kernel/iso4217';
import { isLocalDate, type LocalDate } from '@finaegis/kernel/local-date';
import { formatAmount, parseAmount } from '@finaegis/kernel/money';
import { plainDecimal } from './decimal-text.ts';
import { complain, type Place, shown, textAt, within } from './place.ts';

/** Money as a message says it: a plain decimal, as fine as the currency, and a code of ISO 4217. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** Which way an entry moves the account: a credit (CRDT) raises it. */
export type Side = 'CRDT' | 'DBIT';

/** Both ways, as messages write them. */
export const sides: readonly Side[] = ['CRDT', 'DBIT'];

/** ISO 20022 sums amounts across currencies, each as fine as it comes: in units of 10^-18 all of them are whole. */
export const SUM_DECIMALS = 18;

/**
 * The amount that stands at a place. Zeros that say nothing are left out; what is no amount of its currency is returned
 * as the message has it, with a problem.
 */
export const moneyAt = (place: Place): Money => {
  const written = textAt(place) ?? '';
  const currency = place.node?.attributes.get('Ccy') ?? '';
  const plain = plainDecimal(written);
  const known = isoCurrency(currency);
  const decimals = known === undefined ? undefined : decimalsOf(known);
  if (written === '') complain(place, 'field_missing', 'is missing');
  else if (decimals === undefined)
    complain(place, 'currency_unknown', currency === '' ? 'has no currency' : `"${shown(currency)}" is no currency`);
  if (plain === undefined || !parseAmount(plain, SUM_DECIMALS).ok) {
    if (written !== '') complain(place, 'amount_malformed', `"${shown(written)}" is no amount`);
    return { amount: written, currency };
  }
  // Zeros behind the last decimal of the currency change nothing; any other digit there would have to be rounded.
  const amount = decimals === undefined ? plain : withoutZerosBeyond(plain, decimals);
  if (decimals !== undefined && !parseAmount(amount, decimals).ok)
    complain(place, 'amount_scale_too_fine', `"${shown(written)}" is finer than ${currency}`);
  return { amount, currency };
};

const withoutZerosBeyond = (plain: string, decimals: number): string => {
  const [whole = '', fraction = ''] = plain.split('.');
  if (fraction.length <= decimals || !/^0*$/.test(fraction.slice(decimals))) return plain;
  return decimals === 0 ? whole : `${whole}.${fraction.slice(0, decimals)}`;
};

/** An amount in units of 10^-18; 0 for what is none, which has its own problem. */
export const sumUnits = (amount: string): bigint => {
  const parsed = parseAmount(amount, SUM_DECIMALS);
  return parsed.ok ? parsed.amountMinor : 0n;
};

/** A sum in units of 10^-18 as a message writes it, with no more zeros than needed. */
export const sumText = (sum: bigint): string => formatAmount(sum, SUM_DECIMALS).replace(/\.?0+$/, '');

/** How many amounts there are, and what they sum to in units of 10^-18 across currencies. */
export interface Totals {
  readonly count: number;
  readonly sum: bigint;
}

/** Nothing counted yet. */
export const noTotals: Totals = { count: 0, sum: 0n };

/** The totals with one amount more. */
export const added = ({ count, sum }: Totals, amount: string): Totals => ({
  count: count + 1,
  sum: sum + sumUnits(amount),
});

/** Compares the totals that an element says with those that were found; what it does not say is not compared. */
export const checkTotals = (
  place: Place,
  { count, sum }: Totals,
  names: { readonly count: string; readonly sum: string },
): void => {
  const said = textAt(place, names.count);
  if (said !== undefined && (!/^[0-9]{1,15}$/.test(said) || Number(said) !== count))
    complain(within(place, names.count), 'count_differs', `says ${shown(said)} where there are ${count}`);
  const controlSum = textAt(place, names.sum);
  if (controlSum === undefined) return;
  const parsed = parseAmount(plainDecimal(controlSum) ?? '', SUM_DECIMALS);
  if (!parsed.ok || parsed.amountMinor !== sum) {
    const reason = `says ${shown(controlSum)} where the amounts sum to ${sumText(sum)}`;
    complain(within(place, names.sum), 'control_sum_differs', reason);
  }
};

/** A control sum or count in the form the platform reads; the text of the message, with a problem, where it is none. */
export const decimalAt = (place: Place, name: string): string | undefined => {
  const written = textAt(place, name);
  if (written === undefined) return undefined;
  const plain = plainDecimal(written);
  if (plain !== undefined) return plain;
  complain(within(place, name), 'amount_malformed', `"${shown(written)}" is no number`);
  return written;
};

/**
 * The day at a place, which holds a day, or around a day or an instant (`Dt`, `DtTm`); of an instant the day where it was
 * said. The text of the message, with a problem, where it is no day; undefined where there is none.
 */
export const dayAt = (place: Place): LocalDate | undefined => {
  const written = textAt(place, 'Dt') ?? textAt(place, 'DtTm') ?? textAt(place);
  if (written === undefined) return undefined;
  const day = /^(\d{4}-\d{2}-\d{2})(?:T.*|Z|[+-]\d{2}:\d{2})?$/.exec(written)?.[1] ?? '';
  if (isLocalDate(day)) return day;
  complain(place, 'date_malformed', `"${shown(written)}" is no day`);
  return written;
};
