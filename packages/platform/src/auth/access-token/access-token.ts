import { accept, type Decision } from '@finaegis/kernel/decision';
import { z } from 'zod';
import { defineAggregate } from '../../event-store/aggregate.ts';
import type { NewEvent } from '../../event-store/event.ts';
import { accessTokenEvents } from './events.ts';

/** `{ tokenId, keyId, expiresAt }`. */
export const revokeAccessTokenSchema = z.strictObject({ tokenId: z.uuid(), keyId: z.uuid(), expiresAt: z.string() });
export type RevokeAccessToken = z.output<typeof revokeAccessTokenSchema>;

/** Whether a token was taken back, one stream per token that was. */
export const accessTokenAggregate = defineAggregate({
  context: 'auth',
  name: 'access-token',
  initial: { isRevoked: false },
  events: accessTokenEvents,
  isWrittenOnce: true,
  evolve: () => ({ isRevoked: true }),
});

/** Takes a token back; already taken back is a repeat. */
export const revokeAccessToken = (
  { isRevoked }: { readonly isRevoked: boolean },
  data: RevokeAccessToken,
): Decision<NewEvent, never> =>
  isRevoked ? accept() : accept(accessTokenAggregate.record(data.tokenId, 'AccessTokenRevoked', data));
