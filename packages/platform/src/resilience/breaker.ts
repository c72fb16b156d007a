import { unreachable } from '@finaegis/kernel/decision';

/** When a breaker opens, for how long, and what closes it. Times in milliseconds. */
export interface BreakerRules {
  /** Failures one after the other that open it. */
  readonly failuresInRowMax: number;
  /** Share of failed calls that opens it, once there were `callsMin` within the window. */
  readonly failureShareMax: number;
  readonly callsMin: number;
  readonly windowMs: number;
  /** How long it stays open the first time; each failed trial doubles it, up to `openMsMax`. */
  readonly openMs: number;
  readonly openMsMax: number;
  /** Trials that have to succeed, one after the other. */
  readonly successesToClose: number;
  /** How long a trial may be under way before it counts as lost, with the process that made it. */
  readonly trialMs: number;
}

/** The rules unless an operation has its own. */
export const breakerRules: BreakerRules = {
  failuresInRowMax: 5,
  failureShareMax: 0.5,
  callsMin: 10,
  windowMs: 60_000,
  openMs: 60_000,
  openMsMax: 960_000,
  successesToClose: 2,
  trialMs: 30_000,
};

/** Calls of one sixth of the window. The oldest slice leaves as a whole, which makes the window up to a sixth shorter than it says. */
interface Slice {
  readonly begunAt: number;
  readonly calls: number;
  readonly failures: number;
}

/** A circuit breaker. Instants are milliseconds since 1970. */
export type Breaker =
  | { readonly status: 'closed'; readonly failuresInRow: number; readonly slices: readonly Slice[] }
  | { readonly status: 'open'; readonly level: number; readonly openedAt: number; readonly reopenAt: number }
  | {
      readonly status: 'half_open';
      readonly level: number;
      readonly openedAt: number;
      readonly successes: number;
      /** While a trial is under way: until when it is waited for. */
      readonly trialUntil: number | undefined;
    }
  /** A person decides; what calls do changes nothing until it is automatic again. */
  | { readonly status: 'forced_open' | 'forced_closed' };

/** What can happen to a breaker. Trials have results of their own: a call from before the opening says nothing about now. */
export type Happening =
  | 'call'
  | 'success'
  | 'failure'
  | 'trial_success'
  | 'trial_failure'
  /** The trial ended before it said anything: nobody waited for it any more. */
  | 'trial_abandoned'
  | 'force_open'
  | 'force_closed'
  | 'automatic';

/** What a call may do: pass, pass as the one trial, or not. Only the happening `call` has an answer. */
export type Verdict = 'pass' | 'trial' | 'refused';

/** A breaker after something happened. */
export interface Step {
  readonly breaker: Breaker;
  readonly verdict?: Verdict;
}

/** A breaker nobody has called through yet, and as it is once it has closed. */
export const closedBreaker: Breaker = { status: 'closed', failuresInRow: 0, slices: [] };

/** Decides what a happening makes of a breaker. Pure; the table in the tests has a row for each transition. */
export const decide = (
  breaker: Breaker,
  happening: Happening,
  now: number,
  rules: BreakerRules = breakerRules,
): Step => {
  if (happening === 'force_open') return { breaker: { status: 'forced_open' } };
  if (happening === 'force_closed') return { breaker: { status: 'forced_closed' } };
  switch (breaker.status) {
    case 'closed':
      return whenClosed(breaker, happening, now, rules);
    case 'open':
      return whenOpen(breaker, happening, now, rules);
    case 'half_open':
      return whenHalfOpen(breaker, happening, now, rules);
    case 'forced_open':
    case 'forced_closed':
      if (happening === 'automatic') return { breaker: closedBreaker };
      if (happening === 'call') return { breaker, verdict: breaker.status === 'forced_closed' ? 'pass' : 'refused' };
      return { breaker };
    default:
      return unreachable(breaker);
  }
};

const whenClosed = (
  breaker: Extract<Breaker, { status: 'closed' }>,
  happening: Happening,
  now: number,
  rules: BreakerRules,
): Step => {
  if (happening === 'call') return { breaker, verdict: 'pass' };
  // The last result of a trial may arrive when another process has closed the breaker already.
  if (happening !== 'success' && happening !== 'failure') return { breaker };
  const isFailure = happening === 'failure';
  const failuresInRow = isFailure ? breaker.failuresInRow + 1 : 0;
  const slices = counted(breaker.slices, isFailure, now, rules.windowMs);
  if (failuresInRow >= rules.failuresInRowMax || isTooOften(slices, rules))
    return { breaker: opened({ level: 1, now, rules }) };
  return { breaker: { status: 'closed', failuresInRow, slices } };
};

const whenOpen = (
  breaker: Extract<Breaker, { status: 'open' }>,
  happening: Happening,
  now: number,
  rules: BreakerRules,
): Step => {
  // Calls from before the opening still come back; they told us nothing new.
  if (happening !== 'call') return { breaker };
  if (now < breaker.reopenAt) return { breaker, verdict: 'refused' };
  const { level, openedAt } = breaker;
  return {
    breaker: { status: 'half_open', level, openedAt, successes: 0, trialUntil: now + rules.trialMs },
    verdict: 'trial',
  };
};

const whenHalfOpen = (
  breaker: Extract<Breaker, { status: 'half_open' }>,
  happening: Happening,
  now: number,
  rules: BreakerRules,
): Step => {
  switch (happening) {
    case 'call':
      return breaker.trialUntil !== undefined && now < breaker.trialUntil
        ? { breaker, verdict: 'refused' }
        : { breaker: { ...breaker, trialUntil: now + rules.trialMs }, verdict: 'trial' };
    case 'trial_success': {
      const successes = breaker.successes + 1;
      return {
        breaker: successes >= rules.successesToClose ? closedBreaker : { ...breaker, successes, trialUntil: undefined },
      };
    }
    case 'trial_failure':
      return { breaker: opened({ level: breaker.level + 1, now, rules }) };
    case 'trial_abandoned':
      return { breaker: { ...breaker, trialUntil: undefined } };
    default:
      return { breaker };
  }
};

const opened = ({ level, now, rules }: { level: number; now: number; rules: BreakerRules }): Breaker => ({
  status: 'open',
  level,
  openedAt: now,
  reopenAt: now + Math.min(rules.openMsMax, rules.openMs * 2 ** (level - 1)),
});

const slicesOfWindow = 6;

const counted = (slices: readonly Slice[], isFailure: boolean, now: number, windowMs: number): readonly Slice[] => {
  const last = slices.at(-1);
  const failures = isFailure ? 1 : 0;
  // A clock that was set back counts into the newest slice instead of making one in the past.
  if (last !== undefined && now < last.begunAt + windowMs / slicesOfWindow)
    return slices.with(-1, { begunAt: last.begunAt, calls: last.calls + 1, failures: last.failures + failures });
  return [...slices.filter(({ begunAt }) => begunAt > now - windowMs), { begunAt: now, calls: 1, failures }];
};

const isTooOften = (slices: readonly Slice[], { callsMin, failureShareMax }: BreakerRules): boolean => {
  let [calls, failures] = [0, 0];
  for (const slice of slices) {
    calls += slice.calls;
    failures += slice.failures;
  }
  return calls >= callsMin && failures >= failureShareMax * calls;
};

/** When it is worth asking again a breaker that refused, in milliseconds since 1970. */
export const retryAtOf = (breaker: Breaker, now: number, rules: BreakerRules = breakerRules): number => {
  switch (breaker.status) {
    case 'open':
      return Math.max(breaker.reopenAt, now);
    case 'half_open':
      // A trial usually takes less than what is waited for it.
      return Math.min(breaker.trialUntil ?? now, now + 1_000);
    case 'forced_open':
      // Nobody knows what the person who opened it will do.
      return now + rules.openMs;
    case 'closed':
    case 'forced_closed':
      return now;
    default:
      return unreachable(breaker);
  }
};
