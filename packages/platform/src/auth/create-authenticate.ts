import type { Pool } from 'pg';
import { inTransaction } from '../database/transaction.ts';
import { addressList } from './address-list.ts';
import type { Authenticate, AuthenticationProblem, Credentials } from './authenticate.ts';
import { briefCache } from './brief-cache.ts';
import type { KeyLastUse } from './key-last-use.ts';
import { isSecretOf, keyFromHeader } from './key-text.ts';
import type { Principal } from './principal.ts';
import { grantOf, type RoleDirectory } from './role-directory.ts';

/** What authentication by API key needs. */
export interface AuthenticateOptions {
  /** As finaegis_read. */
  readonly readPool: Pool;
  readonly roles: RoleDirectory;
  readonly lastUse?: Pick<KeyLastUse, 'note'>;
  /** The wall clock, in milliseconds since 1970, by which keys expire. */
  readonly now?: () => number;
  /** A clock that never goes back, in milliseconds, by which what is known of a key grows old. */
  readonly monotonicNow?: () => number;
}

interface KnownKey {
  readonly principal: Principal;
  readonly secretHash: Uint8Array;
  readonly status: 'active' | 'revoked';
  readonly endsAtMs: number;
  readonly isAllowedFrom: (address: string) => boolean;
}

interface FoundRow {
  readonly tenant_id: string;
  readonly key_id: string;
  readonly secret_hash: Uint8Array;
  readonly superseded_at: string | null;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  readonly addresses: readonly string[];
  readonly acting_for: string | null;
  readonly user_id: string | null;
  readonly expires_at: string | null;
  readonly status: 'active' | 'revoked';
}

// With the time the lookup itself takes, a revocation counts everywhere within a second.
const ageMaxMs = 900;

/**
 * Authentication by API key. What is known of a key is looked up by its prefix at most once a second; the secret is compared on every request,
 * and first: whether a key is expired, revoked or bound to other addresses is told only to whoever has its secret.
 */
export const createAuthenticate = ({
  readPool,
  roles,
  lastUse,
  now = Date.now,
  monotonicNow,
}: AuthenticateOptions): Authenticate => {
  const keys = briefCache({
    load: (prefix) => findKey(readPool, roles, prefix),
    ageMaxMs,
    entriesMax: 10_000,
    ...(monotonicNow === undefined ? {} : { now: monotonicNow }),
  });
  return async ({ authorization, ip }: Credentials): Promise<Principal | AuthenticationProblem> => {
    const text = keyFromHeader(authorization);
    if (text === undefined) return { problem: 'unauthenticated' };
    const key = await keys.get(text.prefix);
    if (!isSecretOf(text.secret, key?.secretHash) || key === undefined) return { problem: 'unauthenticated' };
    if (key.status === 'revoked') return { problem: 'key_revoked' };
    if (now() >= key.endsAtMs) return { problem: 'key_expired' };
    if (!key.isAllowedFrom(ip)) return { problem: 'address_not_allowed' };
    lastUse?.note({ tenantId: key.principal.tenantId, keyId: key.principal.id });
    return key.principal;
  };
};

const findKey = async (readPool: Pool, roles: RoleDirectory, prefix: string): Promise<KnownKey | undefined> => {
  // In a transaction of its own because that tells a database that is away from a bug: the caller is then asked to come back, not told of a fault.
  const { rows } = await inTransaction(readPool, { tenants: [], readOnly: true }, (tx) =>
    tx.query<FoundRow>({
      name: 'find-api-key',
      text: 'select * from finaegis_find_api_key($1)',
      values: [prefix],
    }),
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const ends = [row.expires_at, row.superseded_at].flatMap((instant) =>
    instant === null ? [] : [Date.parse(instant)],
  );
  const given = row.roles.length === 0 ? [] : (await roles.find(row.tenant_id, row.roles)).values();
  const { scopes, isMasked } = grantOf(row.scopes, given);
  return {
    principal: {
      kind: 'key',
      id: row.key_id,
      tenantId: row.tenant_id,
      scopes,
      ...(isMasked ? { isMasked } : {}),
      ...(row.acting_for === null ? {} : { actingFor: row.acting_for }),
      ...(row.user_id === null ? {} : { userId: row.user_id }),
    },
    secretHash: row.secret_hash,
    status: row.status,
    endsAtMs: Math.min(Number.POSITIVE_INFINITY, ...ends),
    isAllowedFrom: addressList(row.addresses),
  };
};
