import { addDays, type DayOfWeek, dayOfWeek, type LocalDate, localDate } from './local-date.ts';

/** The days of a year on which a country's banks or a payment system are closed, weekends aside. */
export type HolidaysOfYear = (year: number) => readonly LocalDate[];

/**
 * TARGET (T2), the euro's payment system: closing days by the ECB's long-term calendar of December 2000, in force since
 * 2002; before that each year was announced on its own.
 */
export const targetHolidays: HolidaysOfYear = (year) => {
  const easter = easterSunday(year);
  const always = [localDate(year, 1, 1), localDate(year, 12, 25)];
  // In 1999 TARGET ran on Good Friday, Easter Monday, 1 May and 26 December; the turn of the millennium was closed.
  if (year <= 1999) return [...always, localDate(year, 12, 31)];
  const days = [...always, addDays(easter, -2), addDays(easter, 1), localDate(year, 5, 1), localDate(year, 12, 26)];
  // The last day of 2001 was closed for the change to euro notes and coins.
  return year === 2001 ? [...days, localDate(year, 12, 31)] : days;
};

/** Czechia: public holidays by act 245/2000 and its predecessor; Good Friday since 2016. */
export const czechHolidays: HolidaysOfYear = (year) => {
  const easter = easterSunday(year);
  const fixed = [
    [1, 1],
    [5, 1],
    [5, 8],
    [7, 5],
    [7, 6],
    [10, 28],
    [12, 24],
    [12, 25],
    [12, 26],
  ] as const;
  const since2000 = [
    [9, 28],
    [11, 17],
  ] as const;
  return [
    ...fixed.map(([month, day]) => localDate(year, month, day)),
    ...(year >= 2000 ? since2000.map(([month, day]) => localDate(year, month, day)) : []),
    ...(year >= 2016 ? [addDays(easter, -2)] : []),
    addDays(easter, 1),
  ];
};

/** England and Wales: bank holidays by the act of 1971 (early May since 1978), with the days moved and added by proclamation. */
export const britishHolidays: HolidaysOfYear = (year) => {
  const easter = easterSunday(year);
  const christmas = localDate(year, 12, 25);
  return [
    onOrAfterWeekend(localDate(year, 1, 1)),
    addDays(easter, -2),
    addDays(easter, 1),
    ...(year < 1978 ? [] : [BRITISH_EARLY_MAY_MOVED.get(year) ?? nthOfMonth({ year, month: 5, day: 1, nth: 1 })]),
    BRITISH_SPRING_MOVED.get(year) ?? lastOfMonth({ year, month: 5, day: 1 }),
    lastOfMonth({ year, month: 8, day: 1 }),
    ...christmasAndBoxingDay(christmas),
    ...BRITISH_ONE_OFF.filter((date) => date.startsWith(`${year}-`)),
  ];
};

/** The Federal Reserve Banks: federal holidays. One that falls on a Sunday is kept on Monday, one on a Saturday not at all. */
export const federalReserveHolidays: HolidaysOfYear = (year) => [
  sundayToMonday(localDate(year, 1, 1)),
  ...(year >= 1986 ? [nthOfMonth({ year, month: 1, day: 1, nth: 3 })] : []),
  nthOfMonth({ year, month: 2, day: 1, nth: 3 }),
  lastOfMonth({ year, month: 5, day: 1 }),
  // Juneteenth became law on 17 June 2021, too late for the banks to close that year.
  ...(year >= 2022 ? [sundayToMonday(localDate(year, 6, 19))] : []),
  sundayToMonday(localDate(year, 7, 4)),
  nthOfMonth({ year, month: 9, day: 1, nth: 1 }),
  nthOfMonth({ year, month: 10, day: 1, nth: 2 }),
  sundayToMonday(localDate(year, 11, 11)),
  nthOfMonth({ year, month: 11, day: 4, nth: 4 }),
  sundayToMonday(localDate(year, 12, 25)),
];

/** Swiss Interbank Clearing (SIC): its bank holidays; the national day since 1994. */
export const swissHolidays: HolidaysOfYear = (year) => {
  const easter = easterSunday(year);
  const fixed = [
    [1, 1],
    [1, 2],
    [5, 1],
    [12, 25],
    [12, 26],
  ] as const;
  return [
    ...fixed.map(([month, day]) => localDate(year, month, day)),
    ...(year >= 1994 ? [localDate(year, 8, 1)] : []),
    ...[-2, 1, 39, 50].map((days) => addDays(easter, days)),
  ];
};

/**
 * Easter Sunday of the Gregorian calendar: the anonymous algorithm of 1876, as given in Meeus, Astronomical Algorithms,
 * chapter 8. Its letters are kept, since they name nothing but steps.
 */
export const easterSunday = (year: number): LocalDate => {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return localDate(year, Math.floor(n / 31), (n % 31) + 1);
};

// Moved for the 50th and 75th anniversary of the end of the war in Europe.
const BRITISH_EARLY_MAY_MOVED: ReadonlyMap<number, LocalDate> = new Map([
  [1995, '1995-05-08'],
  [2020, '2020-05-08'],
]);
// Moved to stand beside a jubilee of Elizabeth II.
const BRITISH_SPRING_MOVED: ReadonlyMap<number, LocalDate> = new Map([
  [2002, '2002-06-04'],
  [2012, '2012-06-04'],
  [2022, '2022-06-02'],
]);
// Weddings, jubilees, the millennium, a funeral, a coronation.
const BRITISH_ONE_OFF: readonly LocalDate[] = [
  '1981-07-29',
  '1999-12-31',
  '2002-06-03',
  '2011-04-29',
  '2012-06-05',
  '2022-06-03',
  '2022-09-19',
  '2023-05-08',
];

// Whichever of the two falls on a weekend has its substitute on the next weekday that is not the other's.
const christmasAndBoxingDay = (christmas: LocalDate): readonly LocalDate[] => {
  const daysAfterChristmas: Readonly<Record<DayOfWeek, readonly [number, number]>> = {
    1: [0, 1],
    2: [0, 1],
    3: [0, 1],
    4: [0, 1],
    5: [0, 3],
    6: [2, 3],
    7: [1, 2],
  };
  return daysAfterChristmas[dayOfWeek(christmas)].map((days) => addDays(christmas, days));
};

const onOrAfterWeekend = (date: LocalDate): LocalDate => {
  const day = dayOfWeek(date);
  return day === 6 ? addDays(date, 2) : day === 7 ? addDays(date, 1) : date;
};

const sundayToMonday = (date: LocalDate): LocalDate => (dayOfWeek(date) === 7 ? addDays(date, 1) : date);

const nthOfMonth = ({
  year,
  month,
  day,
  nth,
}: {
  readonly year: number;
  readonly month: number;
  readonly day: DayOfWeek;
  readonly nth: number;
}): LocalDate => {
  const first = localDate(year, month, 1);
  return addDays(first, ((day - dayOfWeek(first) + 7) % 7) + 7 * (nth - 1));
};

const lastOfMonth = ({
  year,
  month,
  day,
}: {
  readonly year: number;
  readonly month: 5 | 8;
  readonly day: DayOfWeek;
}): LocalDate => {
  const last = localDate(year, month, 31);
  return addDays(last, -((dayOfWeek(last) - day + 7) % 7));
};
