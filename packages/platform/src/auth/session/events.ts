import { z } from 'zod';
import { defineEvent } from '../../event-store/event.ts';

/** A user is logged in from now on. Of the token only the SHA-256 (hex) of its secret is here. */
export const sessionOpened = defineEvent({
  type: 'SessionOpened',
  schemaVersion: 1,
  schema: z.strictObject({
    sessionId: z.string(),
    userId: z.string(),
    prefix: z.string(),
    secretHash: z.string().regex(/^[0-9a-f]{64}$/),
    expiresAt: z.string(),
  }),
});

/** A session opens nothing any more. */
export const sessionRevoked = defineEvent({
  type: 'SessionRevoked',
  schemaVersion: 1,
  schema: z.strictObject({ sessionId: z.string(), userId: z.string() }),
});

/** Every event of a session's stream. */
export const sessionEvents = [sessionOpened, sessionRevoked] as const;
