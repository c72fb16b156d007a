import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addDays,
  addMonths,
  compareDates,
  dayOfWeek,
  daysBetween,
  endOfMonth,
  isLocalDate,
  isTimeZone,
  localDate,
  localDateIn,
  partsOf,
} from './local-date.ts';

const dates = fc.integer({ min: 0, max: 3_000_000 }).map((days) => addDays('0900-01-01', days));

test('only days that exist, written in full, are days', () => {
  for (const text of ['0001-01-01', '9999-12-31', '2024-02-29', '2000-02-29', '2026-01-31'])
    expect(isLocalDate(text)).toBe(true);
  for (const text of [
    '',
    '2023-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-06-31',
    '2026-09-31',
    '2026-11-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '0000-01-01',
    '2026-1-1',
    '20260101',
    '2026-01-01T00:00',
    ' 2026-01-01',
    '2026-01-01\n',
    '+2026-01-01',
    '２026-01-01',
  ]) {
    expect(isLocalDate(text)).toBe(false);
  }
});

test('adding days and counting them are the inverse of each other', () => {
  fc.assert(
    fc.property(dates, fc.integer({ min: -300_000, max: 300_000 }), (date, days) => {
      const other = addDays(date, days);
      expect(isLocalDate(other)).toBe(true);
      expect(daysBetween(date, other)).toBe(days);
      expect(compareDates(date, other)).toBe(Math.sign(daysBetween(other, date)) || 0);
      expect(addDays(other, -days)).toBe(date);
    }),
  );
});

test('days cross months, years and leap days', () => {
  expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
  expect(addDays('2023-02-28', 1)).toBe('2023-03-01');
  expect(addDays('1999-12-31', 1)).toBe('2000-01-01');
  expect(daysBetween('2026-01-01', '2027-01-01')).toBe(365);
  expect(compareDates('2026-01-01', '2026-01-01')).toBe(0);
});

test('adding months keeps the day, or takes the last one the month has', () => {
  expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
  expect(addMonths('2024-01-31', 1)).toBe('2024-02-29');
  expect(addMonths('2026-03-31', -1)).toBe('2026-02-28');
  expect(addMonths('2026-11-30', 14)).toBe('2028-01-30');
  expect(addMonths('2026-01-15', -13)).toBe('2024-12-15');
  expect([endOfMonth('2024-02-01'), endOfMonth('2026-09-30')]).toEqual(['2024-02-29', '2026-09-30']);
  fc.assert(
    fc.property(dates, fc.integer({ min: -1_000, max: 1_000 }), (date, months) => {
      const before = partsOf(date);
      const after = partsOf(addMonths(date, months));
      expect(after.year * 12 + after.month - (before.year * 12 + before.month)).toBe(months);
      expect(
        after.day === before.day ||
          (after.day < before.day && addMonths(date, months) === endOfMonth(addMonths(date, months))),
      ).toBe(true);
    }),
  );
});

test('the day of the week is right and moves on by one each day', () => {
  expect([
    dayOfWeek('1970-01-01'),
    dayOfWeek('2026-01-05'),
    dayOfWeek('2024-02-29'),
    dayOfWeek('1900-01-01'),
    dayOfWeek('2026-01-04'),
  ]).toEqual([4, 1, 4, 1, 7]);
  fc.assert(
    fc.property(dates, (date) => {
      expect(dayOfWeek(addDays(date, 1))).toBe((dayOfWeek(date) % 7) + 1);
    }),
  );
});

test('days that do not exist are refused everywhere', () => {
  expect(() => localDate(2023, 2, 29)).toThrow(RangeError);
  expect(() => partsOf('2023-02-29')).toThrow(RangeError);
  expect(() => addDays('2023-02-29', 1)).toThrow(RangeError);
  expect(() => addDays('9999-12-31', 1)).toThrow(RangeError);
  expect(() => addDays('0001-01-01', -1)).toThrow(RangeError);
  expect(() => dayOfWeek('today')).toThrow(RangeError);
});

test('which day it is depends on where', () => {
  expect(localDateIn('2026-03-28T22:59:59.999Z', 'Europe/Prague')).toBe('2026-03-28');
  expect(localDateIn('2026-03-28T23:00:00.000Z', 'Europe/Prague')).toBe('2026-03-29');
  // Summer time begins on 29 March 2026: midnight is an hour earlier in UTC from then on.
  expect(localDateIn('2026-03-29T22:00:00.000Z', 'Europe/Prague')).toBe('2026-03-30');
  expect(localDateIn('2026-01-01T00:30:00.000Z', 'America/New_York')).toBe('2025-12-31');
  expect(localDateIn('2026-01-01T00:30:00+01:00', 'UTC')).toBe('2025-12-31');
});

test('an instant without an offset, or a zone nobody knows, is refused', () => {
  for (const instant of ['2026-01-01', '2026-01-01T00:00:00', 'now', '2026-99-01T00:00:00Z', '+002026-01-01T00:00:00Z'])
    expect(() => localDateIn(instant, 'UTC')).toThrow(RangeError);
  expect(() => localDateIn('2026-01-01T00:00:00Z', 'Europe/Atlantis')).toThrow(RangeError);
  expect(isTimeZone('Europe/Prague')).toBe(true);
  expect(isTimeZone('Europe/Atlantis')).toBe(false);
});
