import {
  type Calendar,
  calendarFor,
  isBusinessDay,
  nextBusinessDay,
  previousBusinessDay,
} from '@finaegis/kernel/calendar';
import { currency } from '@finaegis/kernel/iso4217';
import { addDays, addMonths, endOfMonth, type LocalDate } from '@finaegis/kernel/local-date';

/** Where an order goes whose day is no business day: to the next one, or to the one before. */
export const conventions = ['following', 'preceding'] as const;
export type Convention = (typeof conventions)[number];

/** How often, and from which day on. */
export interface Rhythm {
  readonly frequency: 'weekly' | 'monthly' | 'quarterly' | 'yearly';
  readonly anchor: LocalDate;
  /** On the last day of its month, whichever that is. */
  readonly isEndOfMonth: boolean;
}

const monthsOf = { monthly: 1, quarterly: 3, yearly: 12 } as const;

/**
 * The day of an occurrence, counted from 0, before business days are asked. Each is reckoned from the first, so that the 31st is kept through
 * February: 31 January, 28 February, 31 March.
 */
export const nominalDay = ({ frequency, anchor, isEndOfMonth }: Rhythm, number: number): LocalDate => {
  if (frequency === 'weekly') return addDays(anchor, 7 * number);
  const day = addMonths(anchor, monthsOf[frequency] * number);
  return isEndOfMonth ? endOfMonth(day) : day;
};

/** The business day a day falls on. */
export const dueDay = (calendar: Calendar, day: LocalDate, convention: Convention): LocalDate => {
  if (isBusinessDay(calendar, day)) return day;
  return convention === 'following' ? nextBusinessDay(calendar, day) : previousBusinessDay(calendar, day);
};

/** The calendar of an order's asset: its currency's payment system; what is no currency never rests. */
export const orderCalendar = (asset: string): Calendar =>
  calendarFor(asset, currency(asset) === undefined ? 'custom' : 'fiat');

/** The first occurrence that falls on a day or after it. */
export const firstFrom = (
  rhythm: Rhythm,
  {
    calendar,
    convention,
    from,
  }: { readonly calendar: Calendar; readonly convention: Convention; readonly from: LocalDate },
): number => {
  const { frequency, anchor } = rhythm;
  // A guess from the years between, then step by step: an order may have been kept elsewhere for decades.
  const years = Math.max(0, Number(from.slice(0, 4)) - Number(anchor.slice(0, 4)) - 1);
  let number = frequency === 'weekly' ? years * 52 : (years * 12) / monthsOf[frequency];
  while (dueDay(calendar, nominalDay(rhythm, number), convention) < from) number += 1;
  return number;
};
