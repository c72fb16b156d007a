import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { delayMsAfter } from '../login/login.ts';
import type { OfUser } from './terms.ts';
import { type User, userAggregate } from './user.ts';

/** What was shown for one command and what it is about: the time step of a code, or the hash of a recovery code. */
export interface ShownFactor {
  readonly userId: string;
  readonly command: string;
  readonly challenge: string;
  readonly step?: number;
  readonly recoveryHash?: string;
}

/** Why it is not taken. */
export type FactorRefusal =
  | { readonly code: 'second_factor_missing' }
  | { readonly code: 'step_up_locked'; readonly lockedUntil: string }
  | { readonly code: 'step_up_code_wrong' };

type Outcome = Decision<NewEvent, FactorRefusal>;

const lockOf = ({ wrongCodes: { lockedUntil } }: User, now: string): FactorRefusal | undefined =>
  lockedUntil !== undefined && now < lockedUntil ? { code: 'step_up_locked', lockedUntil } : undefined;

/** Uses a code up for one command. It was right when it was looked at; that it is used once, and not while codes are locked, is decided here. */
export const useFactor = (state: User, proof: ShownFactor, { now }: { readonly now: string }): Outcome => {
  const { secondFactor } = state;
  if (state.status !== 'active' || secondFactor === undefined) return reject({ code: 'second_factor_missing' });
  const locked = lockOf(state, now);
  if (locked !== undefined) return reject(locked);
  const { step, recoveryHash } = proof;
  const isFresh =
    step === undefined
      ? recoveryHash !== undefined && secondFactor.recoveryHashes.includes(recoveryHash)
      : step > secondFactor.lastStep;
  return isFresh
    ? accept(userAggregate.record(proof.userId, 'SecondFactorUsed', { ...proof }))
    : reject({ code: 'step_up_code_wrong' });
};

/** Counts a wrong code on top of those before it; while codes are locked nothing is recorded, so that a flood fills no log. */
export const failFactor = (state: User, { userId }: OfUser, { now }: { readonly now: string }): Outcome => {
  if (state.secondFactor === undefined) return reject({ code: 'second_factor_missing' });
  const locked = lockOf(state, now);
  if (locked !== undefined) return reject(locked);
  const failures = state.wrongCodes.failures + 1;
  const delayMs = delayMsAfter(failures);
  const until = delayMs === 0 ? {} : { lockedUntil: new Date(Date.parse(now) + delayMs).toISOString() };
  return accept(userAggregate.record(userId, 'SecondFactorFailed', { userId, failures, ...until }));
};
