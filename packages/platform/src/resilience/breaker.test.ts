import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Breaker,
  breakerRules,
  closedBreaker,
  decide,
  type Happening,
  retryAtOf,
  type Verdict,
} from './breaker.ts';

const t0 = Date.parse('2026-03-02T09:00:00.000Z');
const second = 1_000;
const minute = 60 * second;

const closed = (failuresInRow: number, calls: number, failures: number): Breaker => ({
  status: 'closed',
  failuresInRow,
  slices: [{ begunAt: t0, calls, failures }],
});
const open = (level: number, openedAt: number, reopenAt: number): Breaker => ({
  status: 'open',
  level,
  openedAt,
  reopenAt,
});
const halfOpen = (level: number, successes: number, trialUntil?: number): Breaker => ({
  status: 'half_open',
  level,
  openedAt: t0,
  successes,
  trialUntil,
});
const forcedOpen: Breaker = { status: 'forced_open' };
const forcedClosed: Breaker = { status: 'forced_closed' };
const reopen = t0 + minute;
const trial = breakerRules.trialMs;

type Row = [about: string, from: Breaker, happening: Happening, at: number, to: Breaker, verdict?: Verdict];

// Every transition there is, and everything that is none, by state.
const table: readonly Row[] = [
  ['closed lets calls pass', closed(4, 4, 4), 'call', t0, closed(4, 4, 4), 'pass'],
  ['closed counts a success and forgets the row of failures', closed(4, 4, 4), 'success', t0, closed(0, 5, 4)],
  ['closed counts a failure', closed(3, 3, 3), 'failure', t0, closed(4, 4, 4)],
  ['the fifth failure in a row opens it', closed(4, 4, 4), 'failure', t0, open(1, t0, reopen)],
  ['half of ten calls open it', closed(0, 9, 4), 'failure', t0, open(1, t0, reopen)],
  ['half of ten calls open it, also when the tenth succeeds', closed(0, 9, 5), 'success', t0, open(1, t0, reopen)],
  ['half of nine calls do not', closed(0, 8, 4), 'failure', t0, closed(1, 9, 5)],
  ['four of ten calls do not', closed(0, 9, 3), 'failure', t0, closed(1, 10, 4)],
  ['closed hears of a trial that another process has finished', closed(0, 1, 0), 'trial_failure', t0, closed(0, 1, 0)],
  ['open refuses', open(1, t0, reopen), 'call', reopen - 1, open(1, t0, reopen), 'refused'],
  [
    'open lets the first call after its time pass as a trial',
    open(2, t0, reopen),
    'call',
    reopen,
    halfOpen(2, 0, reopen + trial),
    'trial',
  ],
  ['open does not care for calls from before', open(1, t0, reopen), 'success', t0, open(1, t0, reopen)],
  ['open is not opened longer by calls from before', open(1, t0, reopen), 'failure', t0 + second, open(1, t0, reopen)],
  [
    'half open refuses while a trial is under way',
    halfOpen(1, 0, reopen + trial),
    'call',
    reopen,
    halfOpen(1, 0, reopen + trial),
    'refused',
  ],
  [
    'half open tries again when the trial is lost',
    halfOpen(1, 1, reopen),
    'call',
    reopen,
    halfOpen(1, 1, reopen + trial),
    'trial',
  ],
  [
    'half open tries a second time after a success',
    halfOpen(1, 1),
    'call',
    reopen,
    halfOpen(1, 1, reopen + trial),
    'trial',
  ],
  ['half open counts a first success', halfOpen(1, 0, reopen), 'trial_success', reopen, halfOpen(1, 1)],
  ['half open closes at the second success', halfOpen(3, 1, reopen), 'trial_success', reopen, closedBreaker],
  [
    'half open reopens at a failure, for twice as long',
    halfOpen(1, 1, reopen),
    'trial_failure',
    reopen,
    open(2, reopen, reopen + 2 * minute),
  ],
  [
    'and again, for four times as long',
    halfOpen(2, 0, reopen),
    'trial_failure',
    reopen,
    open(3, reopen, reopen + 4 * minute),
  ],
  [
    'but for sixteen minutes at most',
    halfOpen(30, 0, reopen),
    'trial_failure',
    reopen,
    open(31, reopen, reopen + 16 * minute),
  ],
  [
    'half open lets the next one try when a trial was given up',
    halfOpen(1, 1, reopen),
    'trial_abandoned',
    reopen,
    halfOpen(1, 1),
  ],
  ['half open does not care for calls from before', halfOpen(1, 1), 'failure', reopen, halfOpen(1, 1)],
  ['closed is forced open', closed(0, 1, 0), 'force_open', t0, forcedOpen],
  ['open is forced closed', open(1, t0, reopen), 'force_closed', t0, forcedClosed],
  ['forced open refuses for ever', forcedOpen, 'call', t0 + 1e9, forcedOpen, 'refused'],
  ['forced closed lets pass', forcedClosed, 'call', t0, forcedClosed, 'pass'],
  ['forced closed does not open by failures', forcedClosed, 'failure', t0, forcedClosed],
  ['forced open does not close by a trial from before', forcedOpen, 'trial_success', t0, forcedOpen],
  ['forced open can be forced closed', forcedOpen, 'force_closed', t0, forcedClosed],
  ['automatic begins anew, closed', forcedOpen, 'automatic', t0, closedBreaker],
  ['automatic changes nothing of what is automatic', open(1, t0, reopen), 'automatic', t0, open(1, t0, reopen)],
];

describe('a breaker', () => {
  it.each(table)('%s', (_, from, happening, at, to, verdict) => {
    expect(decide(from, happening, at)).toEqual(verdict === undefined ? { breaker: to } : { breaker: to, verdict });
  });

  it('forgets calls after a minute', () => {
    const old = closed(0, 9, 4);
    expect(decide(old, 'failure', t0 + minute).breaker).toEqual({
      status: 'closed',
      failuresInRow: 1,
      slices: [{ begunAt: t0 + minute, calls: 1, failures: 1 }],
    });
    expect(decide(old, 'failure', t0 + minute - 1).breaker.status).toBe('open');
  });

  it.each<[string, Breaker, number]>([
    ['open: when it tries again', open(1, t0, reopen), reopen],
    ['half open: soon', halfOpen(1, 0, t0 + minute), t0 + second],
    ['half open, its trial nearly over: then', halfOpen(1, 0, t0 + 10), t0 + 10],
    ['forced open: in a while', forcedOpen, t0 + minute],
    ['closed: now', closedBreaker, t0],
    ['forced closed: now', forcedClosed, t0],
  ])('says when to ask again, %s', (_, breaker, at) => {
    expect(retryAtOf(breaker, t0)).toBe(at);
  });

  it('stops at a state it does not know', () => {
    expect(() => decide({ status: 'ajar' } as never, 'call', t0)).toThrow('Unreachable');
    expect(() => retryAtOf({ status: 'ajar' } as never, t0)).toThrow('Unreachable');
  });
});

/** What the rule says, without slices or counters: looked up in the whole history, with every call of a test inside one slice. */
const shouldOpen = (results: readonly boolean[]): boolean => {
  const failures = results.filter((isSuccess) => !isSuccess).length;
  const lastFive = results.slice(-5);
  return (
    (lastFive.length === 5 && lastFive.every((isSuccess) => !isSuccess)) ||
    (results.length >= 10 && failures * 2 >= results.length)
  );
};

describe('any breaker', () => {
  it('opens at the first call at which the rule says so, and at no other', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (results) => {
        let breaker = closedBreaker;
        for (const [index, isSuccess] of results.entries()) {
          breaker = decide(breaker, isSuccess ? 'success' : 'failure', t0 + index).breaker;
          const isOpen = breaker.status === 'open';
          expect(isOpen).toBe(shouldOpen(results.slice(0, index + 1)));
          if (isOpen) return;
        }
      }),
    );
  });

  it('has one trial at a time, whatever happens in whatever order', () => {
    const happening = fc.constantFrom<Happening>(
      'call',
      'success',
      'failure',
      'trial_success',
      'trial_failure',
      'trial_abandoned',
    );
    const steps = fc.array(fc.tuple(happening, fc.integer({ min: 0, max: 20_000 })), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (happenings) => {
        let breaker: Breaker = open(1, t0, reopen);
        let [now, trialsUntil] = [t0, 0];
        for (const [happening, ms] of happenings) {
          now += ms;
          const step = decide(breaker, happening, now);
          if (step.verdict === 'trial') {
            // Until its time is over or its result is there, no second one.
            expect(now).toBeGreaterThanOrEqual(trialsUntil);
            trialsUntil = now + breakerRules.trialMs;
          }
          if (happening.startsWith('trial_')) trialsUntil = 0;
          if (step.breaker.status === 'closed') return;
          breaker = step.breaker;
        }
      }),
    );
  });
});
