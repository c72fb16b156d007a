import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { defineAggregate } from '../../event-store/aggregate.ts';
import type { NewEvent } from '../../event-store/event.ts';
import { exceeds, type FoundRole, type GrantRefusal, grantOf } from '../grant.ts';
import { isKnownScope } from '../scope.ts';
import { apiKeyEvents } from './events.ts';
import type { CreateApiKey, RevokeApiKey, RotateApiKey } from './terms.ts';

/** What a decision needs to know of a key. */
export type ApiKey =
  | { readonly status: 'absent' }
  | {
      readonly status: 'active' | 'revoked';
      readonly prefix: string;
      readonly secretHash: string;
      readonly scopes: readonly string[];
      readonly roles: readonly string[];
      readonly actingFor: string | undefined;
    };

/** Why a command about a key is refused, in order of precedence. */
export type ApiKeyRefusal =
  | { readonly code: 'api_key_unknown'; readonly keyId: string }
  | { readonly code: 'api_key_exists_with_different_content'; readonly keyId: string }
  | { readonly code: 'api_key_is_revoked'; readonly keyId: string }
  | { readonly code: 'scope_unknown'; readonly scope: string; readonly known: readonly string[] }
  | { readonly code: 'grants_missing' }
  | { readonly code: 'role_unknown'; readonly role: string }
  | GrantRefusal
  | { readonly code: 'role_needs_party'; readonly role: string }
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
        const { prefix, secretHash, scopes, roles = [], actingFor } = event.data;
        return { status: 'active', prefix, secretHash, scopes, roles, actingFor };
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

/** The roles of a key that are in force, by name. */
export type KeyRoles = ReadonlyMap<string, FoundRole>;

/** What creating a key depends on. */
export interface CreateFacts {
  readonly now: string;
  /** Every permission there is. */
  readonly permissions: readonly string[];
  /** Whether the party it acts for, if any, is there. */
  readonly isPartyKnown: boolean;
  readonly roles: KeyRoles;
}

/** Creates a key. Nobody gives what it does not have: neither a scope, nor a role that gives one, nor another party's name. */
export const createApiKey = (
  state: ApiKey,
  { keyId, grantor, scopes = [], roles = [], ...content }: CreateApiKey,
  { now, permissions, isPartyKnown, roles: found }: CreateFacts,
): Outcome => {
  if (state.status !== 'absent') {
    const isSame = state.prefix === content.prefix && state.secretHash === content.secretHash;
    return isSame ? accept() : reject({ code: 'api_key_exists_with_different_content', keyId });
  }
  const unknown = scopes.find((scope) => !isKnownScope(scope, permissions));
  if (unknown !== undefined) return reject({ code: 'scope_unknown', scope: unknown, known: permissions });
  if (scopes.length + roles.length === 0) return reject({ code: 'grants_missing' });
  const absent = roles.find((role) => !found.has(role));
  if (absent !== undefined) return reject({ code: 'role_unknown', role: absent });
  const given = roles.flatMap((role) => found.get(role) ?? []);
  const notHeld = exceeds(grantor, { ...grantOf(scopes, given), actingFor: content.actingFor });
  if (notHeld !== undefined) return reject(notHeld);
  const customers = content.actingFor === undefined && roles.find((role) => found.get(role)?.needsParty === true);
  if (typeof customers === 'string') return reject({ code: 'role_needs_party', role: customers });
  if (content.actingFor !== undefined && !isPartyKnown)
    return reject({ code: 'acting_for_unknown', actingFor: content.actingFor });
  if (content.expiresAt !== undefined && content.expiresAt <= now)
    return reject({ code: 'expiry_in_past', expiresAt: content.expiresAt, now });
  const terms = { ...content, scopes, ...(roles.length === 0 ? {} : { roles }) };
  return accept(apiKey.record(keyId, 'ApiKeyCreated', { keyId, ...terms }));
};

/** Gives a key a new secret. Whoever asks will hold the secret, so it must already hold everything the key may do. */
export const rotateApiKey = (
  state: ApiKey,
  { keyId, prefix, secretHash, graceSeconds, grantor }: RotateApiKey,
  { now, roles }: { readonly now: string; readonly roles: KeyRoles },
): Outcome => {
  if (state.status === 'absent') return reject({ code: 'api_key_unknown', keyId });
  if (state.status === 'revoked') return reject({ code: 'api_key_is_revoked', keyId });
  if (state.prefix === prefix && state.secretHash === secretHash) return accept();
  const given = state.roles.flatMap((role) => roles.get(role) ?? []);
  const notHeld = exceeds(grantor, { ...grantOf(state.scopes, given), actingFor: state.actingFor });
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
