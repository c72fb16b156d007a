import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ASSET_KINDS } from './asset.ts';
import {
  addBusinessDays,
  businessDaysBetween,
  CALENDARS,
  calendarFor,
  isBusinessDay,
  isCalendar,
  nextBusinessDay,
  previousBusinessDay,
} from './calendar.ts';
import {
  britishHolidays,
  czechHolidays,
  easterSunday,
  federalReserveHolidays,
  swissHolidays,
  targetHolidays,
} from './holidays.ts';
import { addDays, isLocalDate } from './local-date.ts';

const calendars = fc.constantFrom(...CALENDARS);
const dates = fc.integer({ min: 0, max: 20_000 }).map((days) => addDays('1990-01-01', days));

const weekdaysClosed = (calendar: Parameters<typeof isBusinessDay>[0], from: string, to: string): string[] => {
  const closed: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1))
    if (isBusinessDay('weekdays', day) && !isBusinessDay(calendar, day)) closed.push(day);
  return closed;
};

/** Every weekday on which the European Central Bank published no rates, 1999-01-04 to 2025-03-14 (eurofxref-hist.csv). */
const WEEKDAYS_WITHOUT_EURO_RATES = `
1999: 12-31
2000: 04-21 04-24 05-01 12-25 12-26
2001: 01-01 04-13 04-16 05-01 12-25 12-26 12-31
2002: 01-01 03-29 04-01 05-01 12-25 12-26
2003: 01-01 04-18 04-21 05-01 12-25 12-26
2004: 01-01 04-09 04-12
2005: 03-25 03-28 12-26
2006: 04-14 04-17 05-01 12-25 12-26
2007: 01-01 04-06 04-09 05-01 12-25 12-26
2008: 01-01 03-21 03-24 05-01 12-25 12-26
2009: 01-01 04-10 04-13 05-01 12-25
2010: 01-01 04-02 04-05
2011: 04-22 04-25 12-26
2012: 04-06 04-09 05-01 12-25 12-26
2013: 01-01 03-29 04-01 05-01 12-25 12-26
2014: 01-01 04-18 04-21 05-01 12-25 12-26
2015: 01-01 04-03 04-06 05-01 12-25
2016: 01-01 03-25 03-28 12-26
2017: 04-14 04-17 05-01 12-25 12-26
2018: 01-01 03-30 04-02 05-01 12-25 12-26
2019: 01-01 04-19 04-22 05-01 12-25 12-26
2020: 01-01 04-10 04-13 05-01 12-25
2021: 01-01 04-02 04-05
2022: 04-15 04-18 12-26
2023: 04-07 04-10 05-01 12-25 12-26
2024: 01-01 03-29 04-01 05-01 12-25 12-26
2025: 01-01`;

describe('closing days', () => {
  test('TARGET was closed on exactly the weekdays without euro reference rates, in 26 years without exception', () => {
    const published = WEEKDAYS_WITHOUT_EURO_RATES.trim()
      .split('\n')
      .flatMap((line) => {
        const [year, days = ''] = line.split(': ');
        return days.split(' ').map((day) => `${year}-${day}`);
      });
    expect(published).toHaveLength(125);
    expect(weekdaysClosed('target', '1999-01-04', '2025-03-14')).toEqual(published);
  });

  test('Easter falls on its published days, from the earliest to the latest', () => {
    // 1954 and 1981 are the years in which the plain rule would be a week late.
    expect([1818, 1943, 1954, 1981, 1999, 2000, 2008, 2011, 2024, 2025, 2026, 2038].map(easterSunday)).toEqual([
      '1818-03-22',
      '1943-04-25',
      '1954-04-18',
      '1981-04-19',
      '1999-04-04',
      '2000-04-23',
      '2008-03-23',
      '2011-04-24',
      '2024-03-31',
      '2025-04-20',
      '2026-04-05',
      '2038-04-25',
    ]);
  });

  test('Czechia in 2026, and Good Friday only since 2016', () => {
    expect(weekdaysClosed('cz', '2026-01-01', '2026-12-31')).toEqual([
      '2026-01-01',
      '2026-04-03',
      '2026-04-06',
      '2026-05-01',
      '2026-05-08',
      '2026-07-06',
      '2026-09-28',
      '2026-10-28',
      '2026-11-17',
      '2026-12-24',
      '2026-12-25',
    ]);
    expect(isBusinessDay('cz', '2015-04-03')).toBe(true);
    expect(isBusinessDay('cz', '1998-11-17')).toBe(true);
    expect(isBusinessDay('cz', '2000-09-28')).toBe(false);
    expect(isBusinessDay('cz', '2016-03-25')).toBe(false);
  });

  test('the United Kingdom, with substitutes, moved days and one-off days', () => {
    expect(weekdaysClosed('gb', '2022-01-01', '2022-12-31')).toEqual([
      '2022-01-03',
      '2022-04-15',
      '2022-04-18',
      '2022-05-02',
      '2022-06-02',
      '2022-06-03',
      '2022-08-29',
      '2022-09-19',
      '2022-12-26',
      '2022-12-27',
    ]);
    expect(weekdaysClosed('gb', '2023-05-01', '2023-05-31')).toEqual(['2023-05-01', '2023-05-08', '2023-05-29']);
    expect(weekdaysClosed('gb', '2020-05-01', '2020-05-31')).toEqual(['2020-05-08', '2020-05-25']);
    expect(weekdaysClosed('gb', '2012-06-01', '2012-06-30')).toEqual(['2012-06-04', '2012-06-05']);
    expect(weekdaysClosed('gb', '2020-12-20', '2021-01-05')).toEqual(['2020-12-25', '2020-12-28', '2021-01-01']);
    expect(weekdaysClosed('gb', '2021-12-20', '2022-01-05')).toEqual(['2021-12-27', '2021-12-28', '2022-01-03']);
    expect(weekdaysClosed('gb', '2023-01-01', '2023-01-31')).toEqual(['2023-01-02']);
    expect(weekdaysClosed('gb', '1995-05-01', '1995-05-31')).toEqual(['1995-05-08', '1995-05-29']);
    expect(weekdaysClosed('gb', '2002-05-20', '2002-06-10')).toEqual(['2002-06-03', '2002-06-04']);
    for (const oneOff of ['1981-07-29', '1999-12-31', '2011-04-29']) expect(isBusinessDay('gb', oneOff)).toBe(false);
  });

  test('the United Kingdom keeps Christmas and Boxing Day where they fall, from Monday to Thursday', () => {
    for (const year of [2023, 2018, 2024, 2025])
      expect(weekdaysClosed('gb', `${year}-12-20`, `${year}-12-31`)).toEqual([`${year}-12-25`, `${year}-12-26`]);
  });

  test('a holiday counts from the year it was made one', () => {
    // Early May in England since 1978, Martin Luther King's birthday in the United States since 1986, Juneteenth since 2022.
    expect([isBusinessDay('gb', '1977-05-02'), isBusinessDay('gb', '1978-05-01')]).toEqual([true, false]);
    expect([isBusinessDay('us', '1985-01-21'), isBusinessDay('us', '1986-01-20')]).toEqual([true, false]);
    expect([isBusinessDay('us', '2020-06-19'), isBusinessDay('us', '2023-06-19')]).toEqual([true, false]);
    expect([isBusinessDay('ch', '1993-08-02'), isBusinessDay('ch', '1994-08-01')]).toEqual([true, false]);
  });

  test('every holiday is a day of its year', () => {
    for (const holidays of [targetHolidays, czechHolidays, britishHolidays, federalReserveHolidays, swissHolidays])
      for (let year = 1972; year <= 2072; year += 1)
        for (const day of holidays(year)) expect(isLocalDate(day) && day.startsWith(`${year}-`)).toBe(true);
  });

  test('the Federal Reserve Banks keep a holiday on Sunday on Monday, and one on Saturday not at all', () => {
    expect(weekdaysClosed('us', '2023-01-01', '2023-12-31')).toEqual([
      '2023-01-02',
      '2023-01-16',
      '2023-02-20',
      '2023-05-29',
      '2023-06-19',
      '2023-07-04',
      '2023-09-04',
      '2023-10-09',
      '2023-11-23',
      '2023-12-25',
    ]);
    expect(isBusinessDay('us', '2020-07-03')).toBe(true);
    expect(isBusinessDay('us', '2021-06-18')).toBe(true);
    expect(isBusinessDay('us', '2022-06-20')).toBe(false);
  });

  test('Switzerland in 2025, and its national day only since 1994', () => {
    expect(weekdaysClosed('ch', '2025-01-01', '2025-12-31')).toEqual([
      '2025-01-01',
      '2025-01-02',
      '2025-04-18',
      '2025-04-21',
      '2025-05-01',
      '2025-05-29',
      '2025-06-09',
      '2025-08-01',
      '2025-12-25',
      '2025-12-26',
    ]);
    expect(isBusinessDay('ch', '1991-08-01')).toBe(true);
  });
});

describe('counting business days', () => {
  test('around a weekend and around Easter', () => {
    expect(nextBusinessDay('target', '2026-04-02')).toBe('2026-04-07');
    expect(previousBusinessDay('target', '2026-04-07')).toBe('2026-04-02');
    expect(addBusinessDays('weekdays', '2026-01-02', 2)).toBe('2026-01-06');
    expect(addBusinessDays('weekdays', '2026-01-06', -2)).toBe('2026-01-02');
    expect(addBusinessDays('weekdays', '2026-01-03', 0)).toBe('2026-01-05');
    expect(addBusinessDays('weekdays', '2026-01-05', 0)).toBe('2026-01-05');
    expect(() => addBusinessDays('target', '2026-01-05', 0.5)).toThrow(RangeError);
  });

  test("Friday's rate is one business day old on Monday and fresh on Saturday", () => {
    expect(businessDaysBetween('target', '2026-01-09', '2026-01-10')).toBe(0);
    expect(businessDaysBetween('target', '2026-01-09', '2026-01-12')).toBe(1);
    expect(businessDaysBetween('target', '2026-01-12', '2026-01-09')).toBe(-1);
    expect(businessDaysBetween('target', '2026-01-10', '2026-01-09')).toBe(0);
    expect(businessDaysBetween('target', '2026-01-09', '2026-01-09')).toBe(0);
    expect(businessDaysBetween('every-day', '2026-01-09', '2026-01-12')).toBe(3);
  });

  test('stepping and counting agree on every calendar, and never land on a closed day', () => {
    fc.assert(
      fc.property(calendars, dates, fc.integer({ min: 1, max: 40 }), (calendar, date, days) => {
        const later = addBusinessDays(calendar, date, days);
        expect(isBusinessDay(calendar, later)).toBe(true);
        expect(businessDaysBetween(calendar, date, later)).toBe(days);
        const start = addBusinessDays(calendar, date, 0);
        expect(addBusinessDays(calendar, addBusinessDays(calendar, start, days), -days)).toBe(start);
        expect(previousBusinessDay(calendar, nextBusinessDay(calendar, start))).toBe(start);
      }),
      { numRuns: 60 },
    );
  });
});

test('each asset has the calendar of where it settles', () => {
  expect(['EUR', 'CZK', 'GBP', 'USD', 'CHF', 'SEK'].map((code) => calendarFor(code))).toEqual([
    'target',
    'cz',
    'gb',
    'us',
    'ch',
    'weekdays',
  ]);
  expect(calendarFor('BTC', 'crypto')).toBe('every-day');
  expect(calendarFor('USD', 'crypto')).toBe('every-day');
  expect(calendarFor('XAU', 'commodity')).toBe('weekdays');
  // The code alone says nothing: a share of a round that is called EUR is not the euro.
  expect(ASSET_KINDS.map((kind) => calendarFor('EUR', kind))).toEqual(['target', 'every-day', 'weekdays', 'every-day']);
  expect(isCalendar('target')).toBe(true);
  expect(isCalendar('TARGET')).toBe(false);
});
