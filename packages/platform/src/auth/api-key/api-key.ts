import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { defineAggregate } from '../../event-store/aggregate.ts';
import type { NewEvent } from '../../event-store/event.ts';
import { isKnownScope, isWithin } from '../scope.ts';
import { apiKeyEvents } from './events.ts';
import type { CreateApiKey, Grantor, RevokeApiKey, RotateApiKey } from './terms.ts';

/** What a decision needs to know of a key. */
export type ApiKey =
  | { readonly status: 'absent' }
  | {
      readonly status: 'active' | 'revoked';
      readonly prefix: string;
      readonly secretHash: string;
      readonly scopes: readonly string[];
      readonly actingFor: string | undefined;
    };

/** Why a command about a key is refused, in order of precedence. */
export type ApiKeyRefusal =
  | { readonly code: 'api_key_unknown'; readonly keyId: string }
  | { readonly code: 'api_key_exists_with_different_content'; readonly keyId: string }
  | { readonly code: 'api_key_is_revoked'; readonly keyId: string }
  | { readonly code: 'scope_unknown'; readonly scope: string; readonly known: readonly string[] }
  | { readonly code: 'scope_not_held'; readonly scope: string }
  | { readonly code: 'acting_for_not_held' }
  | { readonly code: 'acting_for_unknown'; readonly actingFor: string }
  | { readonly code: 'expiry_in_past'; readonly expiresAt: string; readonly now: string };

/** A key's life, one stream per key. */
export const apiKey = defineAggregate({
  context: 'auth',
  name: 'api-key',
  initial: { status: 'absent' } as ApiKey,
  events: apiKeyEvents,
  evolve: (state, event): ApiKey => {
    switch (event.type) {
      case 'ApiKeyCreated': {
        const { prefix, secretHash, scopes, actingFor } = event.data;
        return { status: 'active', prefix, secretHash, scopes, actingFor };
      }
      case 'ApiKeyRotated':
        return { ...existing(state), prefix: event.data.prefix, secretHash: event.data.secretHash };
      case 'ApiKeyRevoked':
        return { ...existing(state), status: 'revoked' };
      default:
        return unreachable(event);
    }
  },
});

const existing = (state: ApiKey): Exclude<ApiKey, { status: 'absent' }> => {
  if (state.status === 'absent') throw new Error('A key that was never created cannot change.');
  return state;
};

type Outcome = Decision<NewEvent, ApiKeyRefusal>;

/**
 * Creates a key. Nobody gives what it does not have: neither a scope nor another party's name.
 * @param facts `permissions`: every permission there is; `isPartyKnown`: whether the party it acts for, if any, is there
 */
export const createApiKey = (
  state: ApiKey,
  { keyId, grantor, ...content }: CreateApiKey,
  {
    now,
    permissions,
    isPartyKnown,
  }: { readonly now: string; readonly permissions: readonly string[]; readonly isPartyKnown: boolean },
): Outcome => {
  if (state.status !== 'absent') {
    const isSame = state.prefix === content.prefix && state.secretHash === content.secretHash;
    return isSame ? accept() : reject({ code: 'api_key_exists_with_different_content', keyId });
  }
  const unknown = content.scopes.find((scope) => !isKnownScope(scope, permissions));
  if (unknown !== undefined) return reject({ code: 'scope_unknown', scope: unknown, known: permissions });
  const notHeld = exceeds(grantor, content);
  if (notHeld !== undefined) return reject(notHeld);
  if (content.actingFor !== undefined && !isPartyKnown)
    return reject({ code: 'acting_for_unknown', actingFor: content.actingFor });
  if (content.expiresAt !== undefined && content.expiresAt <= now)
    return reject({ code: 'expiry_in_past', expiresAt: content.expiresAt, now });
  return accept(apiKey.record(keyId, 'ApiKeyCreated', { keyId, ...content }));
};

/** Gives a key a new secret. Whoever asks will hold the secret, so it must already hold everything the key may do. */
export const rotateApiKey = (
  state: ApiKey,
  { keyId, prefix, secretHash, graceSeconds, grantor }: RotateApiKey,
  { now }: { readonly now: string },
): Outcome => {
  if (state.status === 'absent') return reject({ code: 'api_key_unknown', keyId });
  if (state.status === 'revoked') return reject({ code: 'api_key_is_revoked', keyId });
  if (state.prefix === prefix && state.secretHash === secretHash) return accept();
  const notHeld = exceeds(grantor, state);
  if (notHeld !== undefined) return reject(notHeld);
  const grace =
    graceSeconds === 0 ? {} : { previousValidUntil: new Date(Date.parse(now) + graceSeconds * 1_000).toISOString() };
  return accept(apiKey.record(keyId, 'ApiKeyRotated', { keyId, prefix, secretHash, ...grace }));
};

/** Revokes a key; already revoked is a repeat. Needs none of the key's scopes: shutting a door must always be easy. */
export const revokeApiKey = (state: ApiKey, { keyId, reason }: RevokeApiKey): Outcome => {
  if (state.status === 'absent') return reject({ code: 'api_key_unknown', keyId });
  return state.status === 'revoked' ? accept() : accept(apiKey.record(keyId, 'ApiKeyRevoked', { keyId, reason }));
};

const exceeds = (
  grantor: Grantor,
  { scopes, actingFor }: { readonly scopes: readonly string[]; readonly actingFor?: string | undefined },
): ApiKeyRefusal | undefined => {
  const scope = scopes.find((wanted) => !isWithin(wanted, grantor.scopes));
  if (scope !== undefined) return { code: 'scope_not_held', scope };
  // A customer's key makes keys of the same customer only; one that acts for the tenant may make either kind.
  if (grantor.actingFor !== undefined && grantor.actingFor !== actingFor) return { code: 'acting_for_not_held' };
  return undefined;
};
