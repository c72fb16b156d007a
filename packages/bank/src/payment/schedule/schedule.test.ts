import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endOccurrence,
  resumeSchedule,
  type Schedule,
  type ScheduledOrder,
  scheduleAggregate,
  setSchedule,
  suspendSchedule,
  takeOccurrence,
  usualTerms,
} from './schedule.ts';

const orderId = '0190a000-0000-7000-8000-000000000001';
const runId = '0190a000-0000-7000-8000-000000000002';
const rent: ScheduledOrder = {
  orderId,
  status: 'active',
  asset: 'EUR',
  frequency: 'monthly',
  firstOn: '2025-01-31',
  registeredAt: '2025-01-10T10:00:00.000Z',
};

const after = (state: Schedule, events: readonly NewEvent[]): Schedule =>
  events.reduce(
    (current, event) =>
      fold(scheduleAggregate, current, { ...event, bookedAt: '2025-01-10T10:00:00.000Z' } as unknown as RecordedEvent),
    state,
  );
const decided = (state: Schedule, decision: ReturnType<typeof setSchedule>): Schedule => {
  if (!decision.accepted) throw new Error(decision.rejection.code);
  return after(state, decision.events);
};
const { initial } = scheduleAggregate;

/** Runs one day after the other; every occurrence is paid, or refused with a reason. */
const run = (
  state: Schedule,
  days: readonly string[],
  { order = rent, reason }: { readonly order?: ScheduledOrder; readonly reason?: string } = {},
) => {
  const paid: (readonly [string, string])[] = [];
  let current = state;
  for (const businessDate of days) {
    const taken = takeOccurrence(current, order, { businessDate, runId });
    current = after(current, taken.events);
    if (taken.dueOn === undefined) continue;
    paid.push([businessDate, taken.dueOn]);
    current = after(current, endOccurrence(current, order, { orderId, dueOn: taken.dueOn, reason }));
  }
  return { state: current, paid };
};

describe('the schedule of a standing order', () => {
  it('takes each occurrence on its business day, once', () => {
    const { paid, state } = run(initial, [
      '2025-01-30',
      '2025-01-31',
      '2025-01-31',
      '2025-02-27',
      '2025-02-28',
      '2025-03-31',
    ]);
    expect(paid).toEqual([
      ['2025-01-31', '2025-01-31'],
      ['2025-02-28', '2025-02-28'],
      ['2025-03-31', '2025-03-31'],
    ]);
    expect(state).toMatchObject({ executions: 3, nextOn: '2025-04-30', open: [], last: { status: 'paid' } });
  });

  it('is told by its events', () => {
    const set = setSchedule(initial, rent, { orderId, ...usualTerms, retryDays: 0 });
    const first = takeOccurrence(decided(initial, set), rent, { businessDate: '2025-01-31', runId });
    const taken = after(decided(initial, set), first.events);
    const resting = suspendSchedule(taken, rent, orderId);
    const again = resumeSchedule(decided(taken, resting), rent, { orderId, from: '2025-02-01' });
    const types = [
      ...[set, resting, again].flatMap((one) => (one.accepted ? one.events : [])),
      ...first.events,
      ...endOccurrence(taken, rent, { orderId, dueOn: '2025-01-31' }),
      ...endOccurrence(taken, rent, { orderId, dueOn: '2025-01-31', reason: 'insufficient_funds' }),
    ].map(({ type }) => type);
    expect(types).toEqual([
      'OrderScheduleSet',
      'OrderScheduleSuspended',
      'OrderScheduleResumed',
      'OrderScheduled',
      'OrderOccurrenceTaken',
      'OrderOccurrencePaid',
      'OrderOccurrenceFailed',
    ]);
  });

  it('pays late what a standing worker missed, and nothing from before it was registered', () => {
    const old = { ...rent, frequency: 'weekly', firstOn: '1993-07-05' } as const;
    const { paid } = run(initial, ['2025-01-27', '2025-02-10', '2025-02-10', '2025-02-10'], { order: old });
    // Registered on Friday the 10th: Monday the 13th is its first.
    expect(paid.map(([, dueOn]) => dueOn)).toEqual(['2025-01-13', '2025-01-20', '2025-01-27', '2025-02-03']);
  });

  it('is tried again on the next business days while the money does not suffice, and then given up', () => {
    const days = ['2025-01-31', '2025-02-03', '2025-02-04', '2025-02-05', '2025-02-06', '2025-02-07'];
    const { paid, state } = run(initial, days, { reason: 'insufficient_funds' });
    expect(paid).toEqual(['2025-01-31', '2025-02-03', '2025-02-04', '2025-02-05'].map((day) => [day, '2025-01-31']));
    expect(state).toMatchObject({
      executions: 1,
      open: [],
      nextOn: '2025-02-28',
      last: { status: 'failed', reason: 'insufficient_funds' },
    });
  });

  it('is not tried again for another reason', () => {
    expect(run(initial, ['2025-01-31', '2025-02-03'], { reason: 'account_closed' }).paid).toHaveLength(1);
  });

  it('ends after its last day and after so many executions', () => {
    const days = ['2025-01-31', '2025-02-28', '2025-03-31', '2025-04-30'];
    const until = decided(initial, setSchedule(initial, rent, { orderId, ...usualTerms, endOn: '2025-03-30' }));
    expect(run(until, days)).toMatchObject({ paid: { length: 2 }, state: { nextOn: null } });
    const three = decided(initial, setSchedule(initial, rent, { orderId, ...usualTerms, executionsMax: 3 }));
    expect(run(three, days)).toMatchObject({ paid: { length: 3 }, state: { nextOn: null } });
  });

  it('rests while it is suspended, and what fell into that time is not paid later', () => {
    const first = run(initial, ['2025-01-31']).state;
    const resting = decided(first, suspendSchedule(first, rent, orderId));
    expect(suspendSchedule(resting, rent, orderId)).toEqual({ accepted: true, events: [] });
    expect(run(resting, ['2025-02-28', '2025-03-31']).paid).toEqual([]);
    const again = decided(resting, resumeSchedule(resting, rent, { orderId, from: '2025-04-01' }));
    expect(again.nextOn).toBe('2025-04-30');
    expect(run(again, ['2025-04-01', '2025-04-30']).paid).toEqual([['2025-04-30', '2025-04-30']]);
    expect(resumeSchedule(again, rent, { orderId, from: '2025-04-01' })).toEqual({ accepted: true, events: [] });
  });

  it('may be set and suspended before it was ever executed', () => {
    const set = decided(initial, setSchedule(initial, rent, { orderId, ...usualTerms, convention: 'preceding' }));
    expect(setSchedule(set, rent, { orderId, ...usualTerms, convention: 'preceding' })).toEqual({
      accepted: true,
      events: [],
    });
    const order = { ...rent, firstOn: '2025-02-01' };
    expect(run(set, ['2025-01-31'], { order }).paid).toEqual([['2025-01-31', '2025-01-31']]);
    const resting = decided(initial, suspendSchedule(initial, rent, orderId));
    const resumed = decided(resting, resumeSchedule(resting, rent, { orderId, from: '2025-01-20' }));
    expect(run(resumed, ['2025-01-31']).paid).toHaveLength(1);
  });

  it('is not changed where there is no order or it was cancelled, and a cancelled one is not paid', () => {
    const cancelled = { ...rent, status: 'cancelled' } as const;
    expect(setSchedule(initial, undefined, { orderId, ...usualTerms })).toMatchObject({
      rejection: { code: 'standing_order_unknown' },
    });
    expect(suspendSchedule(initial, cancelled, orderId)).toMatchObject({ rejection: { code: 'standing_order_ended' } });
    expect(resumeSchedule(initial, cancelled, { orderId, from: '2025-01-01' })).toMatchObject({
      rejection: { code: 'standing_order_ended' },
    });
    expect(takeOccurrence(initial, cancelled, { businessDate: '2025-01-31', runId })).toEqual({ events: [] });
  });

  it('takes every occurrence once and none early, whichever days it is asked on', () => {
    const days = Array.from({ length: 400 }, (_, index) =>
      new Date(Date.UTC(2025, 0, 10 + index)).toISOString().slice(0, 10),
    );
    fc.assert(
      fc.property(
        fc.subarray(days, { minLength: 1 }),
        fc.constantFrom('weekly', 'monthly', 'quarterly', 'yearly'),
        (asked, frequency) => {
          const { paid } = run(initial, asked, { order: { ...rent, frequency } });
          expect(new Set(paid.map(([, dueOn]) => dueOn)).size).toBe(paid.length);
          for (const [day, dueOn] of paid) expect(dueOn <= day).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});
