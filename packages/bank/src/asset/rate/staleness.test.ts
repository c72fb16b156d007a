import { describe, expect, it } from 'vitest';
import { freshness } from './staleness.ts';

const ecb = { calendar: 'target', staleAfterBusinessDays: 2 } as const;

describe('the age of a rate', () => {
  it.each([
    { date: '2025-03-14', on: '2025-03-14', age: 0, isFresh: true, why: 'its own day' },
    { date: '2025-03-14', on: '2025-03-16', age: 0, isFresh: true, why: 'a weekend has no business day' },
    { date: '2025-03-14', on: '2025-03-18', age: 2, isFresh: true, why: 'as old as it may be' },
    { date: '2025-03-14', on: '2025-03-19', age: 3, isFresh: false, why: 'one day too old' },
    { date: '2025-04-17', on: '2025-04-23', age: 2, isFresh: true, why: 'Good Friday and Easter Monday are holidays of TARGET' },
    { date: '2008-01-02', on: '2025-03-14', isFresh: false, why: 'a withdrawn currency' },
  ])('of $date on $on: $why', ({ date, on, age, isFresh }) => {
    const found = freshness({ date }, on, ecb);
    expect(found.isFresh).toBe(isFresh);
    if (age !== undefined) expect(found.ageBusinessDays).toBe(age);
    expect(found.limitBusinessDays).toBe(2);
  });

  it('does not matter until the end its source gave it, and not a day longer', () => {
    const rate = { date: '2025-01-02', validTo: '2025-06-01' };
    expect(freshness(rate, '2025-05-31', ecb).isFresh).toBe(true);
    expect(freshness(rate, '2025-06-01', ecb).isFresh).toBe(false);
    expect(freshness({ date: '2025-05-30', validTo: '2025-05-31' }, '2025-05-31', ecb).isFresh).toBe(false);
  });
});
