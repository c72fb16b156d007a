import { z } from 'zod';
import { defineEvent } from '../../event-store/event.ts';

/** An access token opens nothing any more, though it would have until `expiresAt`. */
export const accessTokenRevoked = defineEvent({
  type: 'AccessTokenRevoked',
  schemaVersion: 1,
  schema: z.strictObject({ tokenId: z.string(), keyId: z.string(), expiresAt: z.string() }),
});

/** Every event of an access token's stream; that it was given is none, since nothing is stored of it. */
export const accessTokenEvents = [accessTokenRevoked] as const;
