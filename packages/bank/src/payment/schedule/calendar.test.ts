import { describe, expect, it } from 'vitest';
import { type Convention, dueDay, firstFrom, nominalDay, orderCalendar, type Rhythm } from './calendar.ts';

const rhythm = (frequency: Rhythm['frequency'], anchor: string, isEndOfMonth = false): Rhythm => ({
  frequency,
  anchor,
  isEndOfMonth,
});

describe('the day of an occurrence', () => {
  it.each<[Rhythm, readonly string[]]>([
    [rhythm('weekly', '2025-02-24'), ['2025-02-24', '2025-03-03', '2025-03-10']],
    [rhythm('monthly', '2025-01-31'), ['2025-01-31', '2025-02-28', '2025-03-31', '2025-04-30']],
    [rhythm('monthly', '2024-01-30'), ['2024-01-30', '2024-02-29', '2024-03-30']],
    [rhythm('monthly', '2025-04-30', true), ['2025-04-30', '2025-05-31', '2025-06-30']],
    [rhythm('monthly', '2025-02-05', true), ['2025-02-28', '2025-03-31']],
    [rhythm('quarterly', '2024-11-30'), ['2024-11-30', '2025-02-28', '2025-05-30']],
    [rhythm('yearly', '2024-02-29'), ['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29']],
  ])('%o', (its, days) => {
    expect(days.map((_, number) => nominalDay(its, number))).toEqual(days);
  });
});

describe('a day that is no business day', () => {
  it.each<[string, string, Convention, string]>([
    ['EUR', '2025-05-01', 'following', '2025-05-02'],
    ['EUR', '2025-05-01', 'preceding', '2025-04-30'],
    ['EUR', '2025-04-18', 'following', '2025-04-22'],
    ['EUR', '2025-04-21', 'preceding', '2025-04-17'],
    ['CZK', '2025-05-08', 'following', '2025-05-09'],
    ['EUR', '2025-05-08', 'following', '2025-05-08'],
    ['CZK', '2025-12-24', 'preceding', '2025-12-23'],
    ['GBP', '2025-05-05', 'following', '2025-05-06'],
    ['BTC', '2025-12-25', 'following', '2025-12-25'],
  ])('%s on %s, %s, is paid on %s', (asset, day, convention, due) => {
    expect(dueDay(orderCalendar(asset), day, convention)).toBe(due);
  });
});

describe('the first occurrence from a day on', () => {
  it.each<[Rhythm, string, Convention, number]>([
    [rhythm('monthly', '2025-01-15'), '2025-01-15', 'following', 0],
    [rhythm('monthly', '2025-01-15'), '2025-01-16', 'following', 1],
    // Saturday 15 March is paid on Monday 17, or on Friday 14.
    [rhythm('monthly', '2025-01-15'), '2025-03-17', 'following', 2],
    [rhythm('monthly', '2025-01-15'), '2025-03-17', 'preceding', 3],
    [rhythm('weekly', '1993-07-05'), '2025-01-30', 'following', 1648],
    [rhythm('monthly', '1993-07-05'), '2025-01-30', 'following', 379],
    [rhythm('yearly', '1993-07-05'), '2025-01-30', 'following', 32],
    [rhythm('yearly', '2030-07-05'), '2025-01-30', 'following', 0],
  ])('%o from %s, %s, is number %i', (its, from, convention, number) => {
    const calendar = orderCalendar('EUR');
    expect(firstFrom(its, { calendar, convention, from })).toBe(number);
    const due = (n: number): string => dueDay(calendar, nominalDay(its, n), convention);
    expect(due(number) >= from).toBe(true);
    expect(number === 0 || due(number - 1) < from).toBe(true);
  });
});
