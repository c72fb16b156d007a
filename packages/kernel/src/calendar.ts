import type { AssetKind } from './asset.ts';
import {
  britishHolidays,
  czechHolidays,
  federalReserveHolidays,
  type HolidaysOfYear,
  swissHolidays,
  targetHolidays,
} from './holidays.ts';
import { addDays, dayOfWeek, type LocalDate } from './local-date.ts';

/**
 * A business calendar by name: 'target' for the euro; by country for others; 'weekdays' closes on Saturday and Sunday
 * only; 'every-day' never closes, as chains do. Names are stored in events, so none is ever renamed.
 */
export type Calendar = 'target' | 'cz' | 'gb' | 'us' | 'ch' | 'weekdays' | 'every-day';

/** All business calendars. */
export const CALENDARS: readonly Calendar[] = ['target', 'cz', 'gb', 'us', 'ch', 'weekdays', 'every-day'];

/** Whether a text names a business calendar. */
export const isCalendar = (text: string): text is Calendar => (CALENDARS as readonly string[]).includes(text);

/**
 * The calendar of an asset: that of the currency's payment system where we have its holidays, weekdays for other money
 * and for metals, every day for crypto and custom assets.
 */
export const calendarFor = (code: string, kind: AssetKind = 'fiat'): Calendar => {
  if (kind === 'crypto' || kind === 'custom') return 'every-day';
  return (kind === 'fiat' ? BY_CURRENCY.get(code) : undefined) ?? 'weekdays';
};

/** Whether business is done on a day. */
export const isBusinessDay = (calendar: Calendar, date: LocalDate): boolean => {
  if (calendar === 'every-day') return true;
  if (dayOfWeek(date) >= 6) return false;
  return calendar === 'weekdays' || !holidaysIn(calendar, Number(date.slice(0, 4))).has(date);
};

/** The first business day after a day, which itself does not count. */
export const nextBusinessDay = (calendar: Calendar, date: LocalDate): LocalDate => step(calendar, date, 1);

/** The last business day before a day, which itself does not count. */
export const previousBusinessDay = (calendar: Calendar, date: LocalDate): LocalDate => step(calendar, date, -1);

/**
 * The business day so many business days later, or earlier when negative. With zero, the day itself or, when it is none,
 * the next business day ("following" convention).
 */
export const addBusinessDays = (calendar: Calendar, date: LocalDate, days: number): LocalDate => {
  if (!Number.isInteger(days)) throw new RangeError('Business days are counted in whole numbers.');
  if (days === 0) return isBusinessDay(calendar, date) ? date : nextBusinessDay(calendar, date);
  const direction = days > 0 ? 1 : -1;
  let current = date;
  for (let left = Math.abs(days); left > 0; left -= 1) current = step(calendar, current, direction);
  return current;
};

/**
 * How many business days lie after one day, up to and including another: the age of Friday's rate is 1 on Monday, and 0
 * on Saturday. Negative when the second day is earlier.
 */
export const businessDaysBetween = (calendar: Calendar, from: LocalDate, to: LocalDate): number => {
  if (to < from) return -businessDaysBetween(calendar, to, from) || 0;
  let count = 0;
  for (let day = from; day < to; ) {
    day = addDays(day, 1);
    if (isBusinessDay(calendar, day)) count += 1;
  }
  return count;
};

const BY_CURRENCY: ReadonlyMap<string, Calendar> = new Map([
  ['EUR', 'target'],
  ['CZK', 'cz'],
  ['GBP', 'gb'],
  ['USD', 'us'],
  ['CHF', 'ch'],
]);

const HOLIDAYS: Readonly<Record<Exclude<Calendar, 'weekdays' | 'every-day'>, HolidaysOfYear>> = {
  target: targetHolidays,
  cz: czechHolidays,
  gb: britishHolidays,
  us: federalReserveHolidays,
  ch: swissHolidays,
};

const holidaysByYear = new Map<string, ReadonlySet<LocalDate>>();

const holidaysIn = (calendar: keyof typeof HOLIDAYS, year: number): ReadonlySet<LocalDate> => {
  const key = `${calendar}-${year}`;
  const known = holidaysByYear.get(key);
  if (known !== undefined) return known;
  const holidays = new Set(HOLIDAYS[calendar](year));
  holidaysByYear.set(key, holidays);
  return holidays;
};

const step = (calendar: Calendar, date: LocalDate, direction: 1 | -1): LocalDate => {
  let current = addDays(date, direction);
  while (!isBusinessDay(calendar, current)) current = addDays(current, direction);
  return current;
};
