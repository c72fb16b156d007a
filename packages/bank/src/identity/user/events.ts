import { defineEvent } from '@finaegis/platform/event-store/event';
import { personalRef } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';

/** The secret an invited person sets its password with; here only its SHA-256, hex. */
export const invitationSchema = z.strictObject({
  prefix: z.string(),
  secretHash: z.string().regex(/^[0-9a-f]{64}$/),
  validUntil: z.string(),
});

/** Somebody may become a user. `login` is a blind token of the address, by which logging in finds the user. */
export const userInvited = defineEvent({
  type: 'UserInvited',
  schemaVersion: 1,
  schema: z.strictObject({
    userId: z.string(),
    email: personalRef,
    login: z.string(),
    roles: z.array(z.string()),
    actingFor: z.string().optional(),
    invitation: invitationSchema,
  }),
});

/** A user is invited anew, to set another password. The invitation before it opens nothing any more. */
export const userReinvited = defineEvent({
  type: 'UserReinvited',
  schemaVersion: 1,
  schema: z.strictObject({ userId: z.string(), invitation: invitationSchema }),
});

/** A user has a password from now on, or another one, and every session from before is over. The Argon2id hash lies sealed outside the log. */
export const userPasswordSet = defineEvent({
  type: 'UserPasswordSet',
  schemaVersion: 1,
  schema: z.strictObject({ userId: z.string(), password: personalRef, by: z.enum(['invitation', 'user']) }),
});

export const userRolesChanged = defineEvent({
  type: 'UserRolesChanged',
  schemaVersion: 1,
  schema: z.strictObject({ userId: z.string(), roles: z.array(z.string()) }),
});

/** A user does nothing any more, by session or by key, until it is resumed. */
export const userSuspended = defineEvent({
  type: 'UserSuspended',
  schemaVersion: 1,
  schema: z.strictObject({ userId: z.string(), reason: z.string() }),
});

export const userResumed = defineEvent({
  type: 'UserResumed',
  schemaVersion: 1,
  schema: z.strictObject({ userId: z.string() }),
});

/** Every session of a user from before is over. */
export const userSessionsEnded = defineEvent({
  type: 'UserSessionsEnded',
  schemaVersion: 1,
  schema: z.strictObject({ userId: z.string() }),
});

/** A second factor was made; it counts once a code of it has been shown. Its secret lies sealed outside the log. */
export const secondFactorProposed = defineEvent({
  type: 'SecondFactorProposed',
  schemaVersion: 1,
  schema: z.strictObject({ userId: z.string(), secret: personalRef }),
});

/** From now on logging in needs a code; `step` is the time step of the one shown, and none up to it is taken again. */
export const secondFactorConfirmed = defineEvent({
  type: 'SecondFactorConfirmed',
  schemaVersion: 1,
  schema: z.strictObject({ userId: z.string(), step: z.number().int(), recoveryHashes: z.array(z.string()) }),
});

export const secondFactorRemoved = defineEvent({
  type: 'SecondFactorRemoved',
  schemaVersion: 1,
  schema: z.strictObject({ userId: z.string() }),
});

/** A user logged in, by password and what else was asked: the time step of a code, or the hash of a recovery code, which is used up by it. */
export const loginSucceeded = defineEvent({
  type: 'LoginSucceeded',
  schemaVersion: 1,
  schema: z.strictObject({
    userId: z.string(),
    sessionId: z.string(),
    step: z.number().int().optional(),
    recoveryHash: z.string().optional(),
  }),
});

/** A user proved anew that it is them, for one command and what it was about; the code is used up by it. */
export const secondFactorUsed = defineEvent({
  type: 'SecondFactorUsed',
  schemaVersion: 1,
  schema: z.strictObject({
    userId: z.string(),
    command: z.string(),
    challenge: z.string(),
    step: z.number().int().optional(),
    recoveryHash: z.string().optional(),
  }),
});

/** Somebody in the user's name showed a code that is none. Until `lockedUntil` none is taken. */
export const secondFactorFailed = defineEvent({
  type: 'SecondFactorFailed',
  schemaVersion: 1,
  schema: z.strictObject({ userId: z.string(), failures: z.number().int(), lockedUntil: z.string().optional() }),
});

/** Everything personal of a user is destroyed with this commit; it can never enter again. */
export const userErased = defineEvent({
  type: 'UserErased',
  schemaVersion: 1,
  schema: z.strictObject({ userId: z.string(), reason: z.string() }),
});

/** Every event of a user's stream. */
export const userEvents = [
  userInvited,
  userReinvited,
  userPasswordSet,
  userRolesChanged,
  userSuspended,
  userResumed,
  userSessionsEnded,
  secondFactorProposed,
  secondFactorConfirmed,
  secondFactorRemoved,
  loginSucceeded,
  secondFactorUsed,
  secondFactorFailed,
  userErased,
] as const;
