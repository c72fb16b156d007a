import { addBusinessDays, businessDaysBetween, type Calendar } from '@finaegis/kernel/calendar';
import type { LocalDate } from '@finaegis/kernel/local-date';

/** How long a source's rates may be used. */
export interface Shelf {
  /** The days on which the source publishes, or would. */
  readonly calendar: Calendar;
  /** How many of its business days a rate may be old. */
  readonly staleAfterBusinessDays: number;
}

/** When a rate is from, and until when its source says it counts. */
export interface DatedRate {
  readonly date: LocalDate;
  /** The first day on which it no longer counts. */
  readonly validTo?: LocalDate;
}

/**
 * Whether a rate may be used for a day, its own or a later one. A rate with an end of its own counts up to that day, however old it is, and not a
 * day longer; any other as long as its age is within the limit.
 */
export const isFresh = (
  { date, validTo }: DatedRate,
  on: LocalDate,
  { calendar, staleAfterBusinessDays }: Shelf,
): boolean =>
  // The same as comparing the age, but counting no further than the limit: a withdrawn currency is twenty years old.
  validTo === undefined ? on < addBusinessDays(calendar, date, staleAfterBusinessDays + 1) : on < validTo;

/** How old a rate is on a day, in business days of its source's calendar: Friday's is 0 old on Sunday and 1 on Monday. */
export const ageOf = ({ date }: DatedRate, on: LocalDate, { calendar }: Pick<Shelf, 'calendar'>): number =>
  businessDaysBetween(calendar, date, on);
