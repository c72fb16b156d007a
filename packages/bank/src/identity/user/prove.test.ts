import { describe, expect, it } from 'vitest';
import { failFactor, useFactor } from './prove.ts';
import { type User, userAggregate } from './user.ts';

const userId = '0190a000-0000-7000-8000-000000000002';
const now = '2026-03-01T12:00:00.000Z';
const armed: User = {
  ...userAggregate.initial,
  status: 'active',
  secondFactor: { secretRef: 's', lastStep: 100, recoveryHashes: ['r1', 'r2'] },
};
const proof = { userId, command: 'payment.Create', challenge: 'c' };
type Decided = ReturnType<typeof useFactor>;
const after = (state: User, decision: Decided): User =>
  (decision.accepted ? decision.events : []).reduce((its, event) => userAggregate.evolve(its, event as never), state);
const codeOf = (decision: Decided): string => (decision.accepted ? 'accepted' : decision.rejection.code);

describe('a code shown for a command', () => {
  it('is used up by it, be it of the authenticator or for recovery', () => {
    const first = useFactor(armed, { ...proof, step: 101 }, { now });
    expect(first).toMatchObject({ events: [{ type: 'SecondFactorUsed', data: { ...proof, step: 101 } }] });
    const used = after(armed, first);
    for (const step of [100, 101])
      expect(codeOf(useFactor(used, { ...proof, step }, { now }))).toBe('step_up_code_wrong');
    expect(codeOf(useFactor(used, { ...proof, step: 102 }, { now }))).toBe('accepted');
    const recovered = after(used, useFactor(used, { ...proof, recoveryHash: 'r1' }, { now }));
    expect(recovered.secondFactor).toMatchObject({ lastStep: 101, recoveryHashes: ['r2'] });
    expect(codeOf(useFactor(recovered, { ...proof, recoveryHash: 'r1' }, { now }))).toBe('step_up_code_wrong');
    expect(codeOf(useFactor(recovered, proof, { now }))).toBe('step_up_code_wrong');
  });

  it('is nothing without a factor, or of somebody who may not act', () => {
    for (const state of [{ ...armed, secondFactor: undefined }, { ...armed, status: 'suspended' } as const])
      expect(codeOf(useFactor(state, { ...proof, step: 101 }, { now }))).toBe('second_factor_missing');
    expect(codeOf(failFactor({ ...armed, secondFactor: undefined }, { userId }, { now }))).toBe(
      'second_factor_missing',
    );
  });

  it('that is wrong is counted; from the fifth on none is taken for a while, and a right one forgets them', () => {
    let state = armed;
    for (let times = 1; times <= 4; times++) {
      const failed = failFactor(state, { userId }, { now });
      expect(failed).toMatchObject({ events: [{ type: 'SecondFactorFailed', data: { userId, failures: times } }] });
      state = after(state, failed);
    }
    const forgotten = after(state, useFactor(state, { ...proof, step: 101 }, { now }));
    expect(forgotten.wrongCodes).toEqual({ failures: 0 });
    state = after(state, failFactor(state, { userId }, { now }));
    const locked = { code: 'step_up_locked', lockedUntil: '2026-03-01T12:00:30.000Z' };
    expect(useFactor(state, { ...proof, step: 101 }, { now })).toEqual({ accepted: false, rejection: locked });
    expect(failFactor(state, { userId }, { now })).toEqual({ accepted: false, rejection: locked });
    const later = { now: locked.lockedUntil };
    expect(codeOf(useFactor(state, { ...proof, step: 101 }, later))).toBe('accepted');
    expect(failFactor(state, { userId }, later)).toMatchObject({
      events: [{ data: { failures: 6, lockedUntil: '2026-03-01T12:01:30.000Z' } }],
    });
  });
});
