import { type Calendar, isBusinessDay, nextBusinessDay } from '@finaegis/kernel/calendar';
import { addDays, addMonths, endOfMonth } from '@finaegis/kernel/local-date';

/** The bank keeps Czech business days. */
export const calendar: Calendar = 'cz';

/** A month of the example, counted from the first one the orders run in. */
export interface Month {
  readonly number: number;
  /** Every date of it, in order. */
  readonly dates: readonly string[];
  readonly businessDays: readonly string[];
  /** First business day of the month after, on which everything of this one is over. */
  readonly dayAfter: string;
}

// The records end with 2018; orders run from then on.
const firstOfAll = '2019-01-01';

/** The month with that number, from 1. */
export const monthOf = (number: number): Month => {
  const first = addMonths(firstOfAll, number - 1);
  const last = endOfMonth(first);
  const dates: string[] = [];
  for (let date = first; date <= last; date = addDays(date, 1)) dates.push(date);
  return {
    number,
    dates,
    businessDays: dates.filter((date) => isBusinessDay(calendar, date)),
    dayAfter: nextBusinessDay(calendar, last),
  };
};
