import { describe, expect, it } from 'vitest';
import { clearFailures, delayMsAfter, failLogin, isLocked, type Login, loginAggregate } from './login.ts';

const now = '2026-03-01T12:00:00.000Z';
const evolve = (state: Login, event: unknown): Login => loginAggregate.evolve(state, event as never);
const fail = (state: Login): Login => evolve(state, failLogin(state, 'token', now));

describe('failures to log in', () => {
  it('cost nothing four times, then half a minute, then twice as long each time, an hour at most', () => {
    expect([1, 4, 5, 6, 7, 11, 12, 13, 5_000].map((failures) => delayMsAfter(failures) / 1_000)).toEqual([
      0, 0, 30, 60, 120, 1_920, 3_600, 3_600, 3_600,
    ]);
  });

  it('lock until their delay is over', () => {
    let state = loginAggregate.initial;
    for (let n = 0; n < 4; n++) state = fail(state);
    expect(isLocked(state, now)).toBe(false);
    const fifth = failLogin(state, 'token', now);
    expect(fifth).toMatchObject({
      type: 'LoginFailed',
      stream: 'login:token',
      data: { failures: 5, lockedUntil: '2026-03-01T12:00:30.000Z' },
    });
    const locked = evolve(state, fifth);
    expect([now, '2026-03-01T12:00:29.999Z', '2026-03-01T12:00:30.000Z'].map((at) => isLocked(locked, at))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('are forgotten once somebody got in, and only where there were any', () => {
    const failed = fail(loginAggregate.initial);
    const [event] = clearFailures(failed, 'token');
    expect(event).toMatchObject({ type: 'LoginFailuresCleared' });
    expect(evolve(failed, event)).toEqual(loginAggregate.initial);
    expect(clearFailures(loginAggregate.initial, 'token')).toEqual([]);
  });

  it('stay with the address whether or not it becomes a user’s', () => {
    const claimed = evolve(fail(loginAggregate.initial), {
      type: 'LoginClaimed',
      data: { login: 'token', userId: 'u' },
    });
    expect(claimed).toEqual({ userId: 'u', failures: 1, lockedUntil: undefined });
    expect(() => evolve(claimed, { type: 'LoginPolished', data: {} })).toThrow('Unreachable');
  });
});
