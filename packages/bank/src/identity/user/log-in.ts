import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import { openSession } from '@finaegis/platform/auth/session/session';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { clearFailures, failLogin, isLocked, type Login } from '../login/login.ts';
import type { LogIn } from './terms.ts';
import { type User, userAggregate } from './user.ts';

/** Why somebody is not let in, as far as anybody is told. */
export type LoginRefusal = { readonly code: 'login_failed' } | { readonly code: 'second_factor_needed' };

/**
 * Lets somebody in, or not. A failure is accepted without a session, since it is an event: a refusal would leave nothing behind, and the next try would cost
 * nothing. While the address is locked nothing is recorded, so that a flood fills no log.
 */
export const logIn = (
  login: Login,
  user: User,
  data: LogIn,
  { now }: { readonly now: string },
): Decision<NewEvent, LoginRefusal> => {
  if (isLocked(login, now)) return reject({ code: 'login_failed' });
  const failed = accept(failLogin(login, data.login, now));
  const { userId, passwordRef, session } = data;
  // The password was looked at before the lock: it must still be the user's, and the user still be there.
  if (userId === undefined || !data.isPasswordRight || user.status !== 'active' || user.passwordRef !== passwordRef)
    return failed;
  const { secondFactor } = user;
  if (secondFactor !== undefined && !data.hasCode) return reject({ code: 'second_factor_needed' });
  const proof = secondFactor === undefined ? {} : proofOf(data, secondFactor);
  if (proof === undefined) return failed;
  const { sessionId } = session;
  return accept(
    userAggregate.record(userId, 'LoginSucceeded', { userId, sessionId, ...proof }),
    openSession({ ...session, userId }, { now }),
    ...clearFailures(login, data.login),
  );
};

/** What proves the second factor: a step after the last one used, or a recovery code that is not used up. */
const proofOf = (
  { step, recoveryHash }: LogIn,
  { lastStep, recoveryHashes }: NonNullable<User['secondFactor']>,
): { readonly step: number } | { readonly recoveryHash: string } | undefined => {
  if (step !== undefined && step > lastStep) return { step };
  return recoveryHash !== undefined && recoveryHashes.includes(recoveryHash) ? { recoveryHash } : undefined;
};
