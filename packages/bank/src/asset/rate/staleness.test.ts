import { CALENDARS } from '@finaegis/kernel/calendar';
import { addDays } from '@finaegis/kernel/local-date';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageOf, isFresh } from './staleness.ts';

const ecb = { calendar: 'target', staleAfterBusinessDays: 2 } as const;

describe('the age of a rate', () => {
  it.each([
    { date: '2025-03-14', on: '2025-03-14', age: 0, fresh: true, why: 'its own day' },
    { date: '2025-03-14', on: '2025-03-16', age: 0, fresh: true, why: 'a weekend has no business day' },
    { date: '2025-03-14', on: '2025-03-18', age: 2, fresh: true, why: 'as old as it may be' },
    { date: '2025-03-14', on: '2025-03-19', age: 3, fresh: false, why: 'one day too old' },
    {
      date: '2025-04-17',
      on: '2025-04-23',
      age: 2,
      fresh: true,
      why: 'Good Friday and Easter Monday are holidays of TARGET',
    },
    { date: '2007-12-31', on: '2025-03-14', age: 4_406, fresh: false, why: 'a withdrawn currency' },
  ])('from $date to $on is $age business days: $why', ({ date, on, age, fresh }) => {
    expect([ageOf({ date }, on, ecb), isFresh({ date }, on, ecb)]).toEqual([age, fresh]);
  });

  it('decides whether it may be used, by any calendar', () => {
    const days = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(
        fc.constantFrom(...CALENDARS),
        days,
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 10 }),
        (calendar, start, later, limit) => {
          const date = addDays('2024-03-01', start);
          const on = addDays(date, later);
          expect(isFresh({ date }, on, { calendar, staleAfterBusinessDays: limit })).toBe(
            ageOf({ date }, on, { calendar }) <= limit,
          );
        },
      ),
    );
  });

  it('does not matter until the end its source gave it, and not a day longer', () => {
    const rate = { date: '2025-01-02', validTo: '2025-06-01' };
    expect(isFresh(rate, '2025-05-31', ecb)).toBe(true);
    expect(isFresh(rate, '2025-06-01', ecb)).toBe(false);
    expect(isFresh({ date: '2025-05-30', validTo: '2025-05-31' }, '2025-05-31', ecb)).toBe(false);
  });
});
