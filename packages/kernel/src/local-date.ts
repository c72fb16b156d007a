/** A calendar day without time or zone, as text 'YYYY-MM-DD' from 0001-01-01 to 9999-12-31; text order is date order. */
export type LocalDate = string;

/** A day of the week as ISO 8601 numbers it: 1 is Monday, 7 is Sunday. */
export type DayOfWeek = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Whether a text is a day that exists: '2024-02-29' is, '2023-02-29' and '2023-2-1' are not. */
export const isLocalDate = (text: string): boolean => {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
};

/**
 * The day of a year, month (1 to 12) and day of the month.
 * @throws RangeError when there is no such day
 */
export const localDate = (year: number, month: number, day: number): LocalDate => {
  const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  if (!isLocalDate(text)) throw new RangeError(`There is no day ${text}.`);
  return text;
};

/**
 * Year, month (1 to 12) and day of the month.
 * @throws RangeError when the text is no day
 */
export const partsOf = (date: LocalDate): { readonly year: number; readonly month: number; readonly day: number } => {
  if (!isLocalDate(date)) throw new RangeError(`There is no day ${date}.`);
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) };
};

/** The day so many days later, or earlier when negative. */
export const addDays = (date: LocalDate, days: number): LocalDate => fromDayNumber(dayNumber(date) + days);

/** The same day so many months later, or the last day of that month where it has none: 31 January + 1 is 28 or 29 February. */
export const addMonths = (date: LocalDate, months: number): LocalDate => {
  const { year, month, day } = partsOf(date);
  const count = year * 12 + (month - 1) + months;
  const targetYear = Math.floor(count / 12);
  const targetMonth = count - targetYear * 12 + 1;
  return localDate(targetYear, targetMonth, Math.min(day, daysInMonth(targetYear, targetMonth)));
};

/** The last day of the month a day lies in. */
export const endOfMonth = (date: LocalDate): LocalDate => {
  const { year, month } = partsOf(date);
  return localDate(year, month, daysInMonth(year, month));
};

/** How many days lie from one day to another: negative when the second is earlier. */
export const daysBetween = (from: LocalDate, to: LocalDate): number => dayNumber(to) - dayNumber(from);

/** Negative, zero or positive as the first day is before, on or after the second: for sorting. */
export const compareDates = (left: LocalDate, right: LocalDate): number => (left < right ? -1 : left > right ? 1 : 0);

/** The day of the week; day number 0, 1 January 1970, was a Thursday. */
export const dayOfWeek = (date: LocalDate): DayOfWeek => (modulo(dayNumber(date) + 3, 7) + 1) as DayOfWeek;

/**
 * Which day it is somewhere at an instant: the business day of an entity is decided in its own time zone.
 * @param instant ISO 8601 text with an offset or Z
 * @param timeZone IANA name such as 'Europe/Prague'
 * @throws RangeError for an unknown time zone or a text that is no instant
 */
export const localDateIn = (instant: string, timeZone: string): LocalDate => {
  if (!INSTANT.test(instant)) throw new RangeError('An instant names its offset: 2026-01-31T09:30:00.000Z.');
  const parts = formatterOf(timeZone).formatToParts(new Date(instant));
  const numberOf = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return localDate(numberOf('year'), numberOf('month'), numberOf('day'));
};

/** Whether the running system knows a time zone of this IANA name. */
export const isTimeZone = (timeZone: string): boolean => {
  try {
    formatterOf(timeZone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
// Without an offset JavaScript would read the text in the zone of the machine it happens to run on.
const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})$/;

// Making a formatter costs a hundred times more than using it.
const formatters = new Map<string, Intl.DateTimeFormat>();

const formatterOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  });
  formatters.set(timeZone, formatter);
  return formatter;
};

const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

const daysInMonth = (year: number, month: number): number =>
  month === 2 ? (isLeapYear(year) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;

const MS_PER_DAY = 86_400_000;

// Date.parse reads a bare day as midnight UTC, where every day has the same length.
const dayNumber = (date: LocalDate): number => {
  if (!isLocalDate(date)) throw new RangeError(`There is no day ${date}.`);
  return Date.parse(date) / MS_PER_DAY;
};

const fromDayNumber = (days: number): LocalDate => {
  const date = new Date(days * MS_PER_DAY);
  return localDate(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
};

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

const pad = (value: number, width: number): string => String(value).padStart(width, '0');
