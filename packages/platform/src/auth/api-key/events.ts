import { z } from 'zod';
import { defineEvent } from '../../event-store/event.ts';

// Only the SHA-256 (hex) of a secret is ever in an event; with 256 random bits behind it, it cannot be guessed back.
const secretHash = z.string().regex(/^[0-9a-f]{64}$/);

/** A key exists from now on. `prefix` is its public part, by which it is found; `userId` is the person whose key it is, if it is anybody's. */
export const apiKeyCreated = defineEvent({
  type: 'ApiKeyCreated',
  schemaVersion: 1,
  schema: z.strictObject({
    keyId: z.string(),
    prefix: z.string(),
    secretHash,
    name: z.string(),
    scopes: z.array(z.string()),
    addresses: z.array(z.string()),
    actingFor: z.string().optional(),
    expiresAt: z.string().optional(),
    roles: z.array(z.string()).optional(),
    userId: z.string().optional(),
  }),
});

/** A key got a new secret; the one before it opens until `previousValidUntil`, or no longer. */
export const apiKeyRotated = defineEvent({
  type: 'ApiKeyRotated',
  schemaVersion: 1,
  schema: z.strictObject({
    keyId: z.string(),
    prefix: z.string(),
    secretHash,
    previousValidUntil: z.string().optional(),
  }),
});

/** A key opens nothing any more, for ever. */
export const apiKeyRevoked = defineEvent({
  type: 'ApiKeyRevoked',
  schemaVersion: 1,
  schema: z.strictObject({ keyId: z.string(), reason: z.string() }),
});

/** Every event of a key's stream. */
export const apiKeyEvents = [apiKeyCreated, apiKeyRotated, apiKeyRevoked] as const;
