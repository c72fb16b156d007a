import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

/** An address, by its blind token, belongs to a user. */
export const loginClaimed = defineEvent({
  type: 'LoginClaimed',
  schemaVersion: 1,
  schema: z.strictObject({ login: z.string(), userId: z.string() }),
});

/** An address is nobody's again: its user was erased. */
export const loginReleased = defineEvent({
  type: 'LoginReleased',
  schemaVersion: 1,
  schema: z.strictObject({ login: z.string() }),
});

/** Somebody tried to log in and could not; the same whether or not the address is anybody's. Until `lockedUntil` nobody can. */
export const loginFailed = defineEvent({
  type: 'LoginFailed',
  schemaVersion: 1,
  schema: z.strictObject({ login: z.string(), failures: z.number().int(), lockedUntil: z.string().optional() }),
});

/** Failures are forgotten: the right person came. */
export const loginFailuresCleared = defineEvent({
  type: 'LoginFailuresCleared',
  schemaVersion: 1,
  schema: z.strictObject({ login: z.string() }),
});

/** Every event of a login's stream. */
export const loginEvents = [loginClaimed, loginFailed, loginFailuresCleared, loginReleased] as const;
