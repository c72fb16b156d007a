import { businessDaysBetween, type Calendar } from '@finaegis/kernel/calendar';
import type { LocalDate } from '@finaegis/kernel/local-date';

/** How long a source's rates may be used. */
export interface Shelf {
  /** The days on which the source publishes, or would. */
  readonly calendar: Calendar;
  /** How many of its business days a rate may be old. */
  readonly staleAfterBusinessDays: number;
}

/** Whether a rate may be used for a day, with the numbers that say why. */
export interface Freshness {
  readonly isFresh: boolean;
  readonly ageBusinessDays: number;
  readonly limitBusinessDays: number;
}

/**
 * How old a rate is on a day, in business days of its source's calendar: Friday's is 0 old on Sunday and 1 on Monday.
 * A rate with an end of its own counts up to that day, however old it is, and not a day longer.
 */
export const freshness = (
  { date, validTo }: { readonly date: LocalDate; readonly validTo?: LocalDate },
  on: LocalDate,
  { calendar, staleAfterBusinessDays }: Shelf,
): Freshness => {
  const ageBusinessDays = businessDaysBetween(calendar, date, on);
  const isFresh = validTo === undefined ? ageBusinessDays <= staleAfterBusinessDays : on < validTo;
  return { isFresh, ageBusinessDays, limitBusinessDays: staleAfterBusinessDays };
};
