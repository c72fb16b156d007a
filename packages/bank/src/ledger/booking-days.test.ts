import { expect, it } from 'vitest';
import { bookingDays } from './booking-days.ts';

const startedOn = (businessDate: string | undefined) => {
  const bank = { businessDate, asked: 0 };
  const dayOf = bookingDays(async () => {
    bank.asked += 1;
    return bank.businessDate === undefined ? [] : [{ businessDate: bank.businessDate }];
  });
  return { bank, day: dayOf('tenant', 'main'), dayOf };
};

it('asks once for a day that has come, and again for one that may have come since', async () => {
  const { bank, day } = startedOn('2026-03-02');
  expect(await day('2026-03-02')).toBe('2026-03-02');
  expect(await day('1999-01-01')).toBe('2026-03-02');
  expect(bank.asked).toBe(1);
  bank.businessDate = '2026-03-03';
  expect(await day('2026-03-03')).toBe('2026-03-03');
  expect(bank.asked).toBe(2);
});

it('asks each time for the day itself, which may have gone on', async () => {
  const { bank, day } = startedOn('2026-03-02');
  expect(await day()).toBe('2026-03-02');
  bank.businessDate = '2026-03-03';
  expect(await day()).toBe('2026-03-03');
});

it('remembers each entity of each tenant by itself', async () => {
  const { bank, day, dayOf } = startedOn('2026-03-02');
  await day('2026-03-01');
  await dayOf('other', 'main')('2026-03-01');
  await dayOf('tenant', 'branch')('2026-03-01');
  expect(bank.asked).toBe(3);
});

it('knows no day of an entity that is not there, and looks again', async () => {
  const { bank, day } = startedOn(undefined);
  expect(await day('2026-03-01')).toBeUndefined();
  bank.businessDate = '2026-03-02';
  expect(await day('2026-03-01')).toBe('2026-03-02');
});
