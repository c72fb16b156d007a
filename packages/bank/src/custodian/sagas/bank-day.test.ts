import type { StepCall, StepOutcome } from '@finaegis/platform/saga/definition';
import { describe, expect, it } from 'vitest';
import { bankDayAggregate, bankDayId, closeBankDay, openBankDay } from '../day/day.ts';
import { after } from '../fixtures/decided.ts';
import { takeDay } from './bank-day.ts';

const dayMs = 86_400_000;
const day = { entity: 'main', bank: 'ing', from: '2026-02-28', date: '2026-03-02' };

describe('the statements of a business day', () => {
  const take = (now: string, whole: readonly string[]) => {
    const asked: string[] = [];
    const outcome: Promise<StepOutcome> = takeDay(
      {
        takeStatements: async ({ date }) => {
          asked.push(date);
          return { isWhole: whole.includes(date), entries: 2, fates: {} };
        },
        askAgainMs: 600_000,
        waitMaxMs: 5 * dayMs,
      },
      { tenantId: 'tenant', input: day, now, abort: new AbortController().signal } as unknown as StepCall<typeof day>,
    );
    return outcome.then((it) => [it, asked] as const);
  };
  const all = ['2026-02-28', '2026-03-01', '2026-03-02'];

  it('are asked for of every day since the last, and are whole with that of the day itself', async () => {
    expect(await take('2026-03-03T06:00:00.000Z', ['2026-03-02'])).toEqual([{ kind: 'done', result: 6 }, all]);
  });

  it('that have not come are asked for again, but not for ever', async () => {
    const again = { kind: 'again', afterMs: 600_000 };
    expect((await take('2026-03-02T12:00:00.000Z', []))[0]).toEqual(again);
    expect((await take('2026-03-07T23:59:59.999Z', ['2026-03-01']))[0]).toEqual(again);
    expect((await take('2026-03-08T00:00:00.001Z', ['2026-03-01']))[0]).toEqual({ kind: 'done', result: null });
  });
});

describe('a business day at a bank', () => {
  it('begins and ends once', () => {
    const opened = openBankDay(bankDayAggregate.initial, day);
    const open = after(bankDayAggregate, () => opened);
    expect([opened.map(({ type }) => type), openBankDay(open, day)]).toEqual([['BankDayOpened'], []]);
    const end = {
      entity: 'main',
      bank: 'ing',
      date: day.date,
      outcome: 'no_statement',
      entries: 0,
      openBreaks: 1,
    } as const;
    const closed = closeBankDay(open, end);
    expect(closed.map(({ type }) => type)).toEqual(['BankDayClosed']);
    const over = after(
      bankDayAggregate,
      () => opened,
      () => closed,
    );
    expect(over).toMatchObject({ status: 'no_statement', openBreaks: 1, from: day.from });
    expect(closeBankDay(over, { ...end, outcome: 'reconciled' })).toEqual([]);
    expect(bankDayId(day)).toBe('main/ing/2026-03-02');
  });

  it('that never began does not end', () => {
    const end = {
      entity: 'main',
      bank: 'ing',
      date: day.date,
      outcome: 'reconciled',
      entries: 0,
      openBreaks: 0,
    } as const;
    expect(() => closeBankDay(bankDayAggregate.initial, end)).toThrow('never began');
  });
});
