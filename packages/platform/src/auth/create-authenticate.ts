import type { Pool } from 'pg';
import { inTransaction } from '../database/transaction.ts';
import { type AccessToken, type AccessTokens, accessTokenFromHeader } from './access-token/token-text.ts';
import { addressList } from './address-list.ts';
import type { Authenticate, AuthenticationProblem, Credentials } from './authenticate.ts';
import { briefCache } from './brief-cache.ts';
import { grantOf, type RoleDirectory } from './grant.ts';
import type { KeyLastUse } from './key-last-use.ts';
import { isSecretOf, keyFromHeader } from './key-text.ts';
import type { FindUser } from './known-user.ts';
import type { Principal } from './principal.ts';
import { isTokenRevoked } from './revoked-tokens-table.ts';
import { isWithin } from './scope.ts';
import { sessionIdleMs } from './session/session.ts';

/** What authentication needs. */
export interface AuthenticateOptions {
  /** As finaegis_read. */
  readonly readPool: Pool;
  readonly roles: RoleDirectory;
  /** Users who may act; without it nobody is logged in. */
  readonly findUser?: FindUser;
  /** By which access tokens are read; without it none opens anything. */
  readonly accessTokens?: AccessTokens;
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
  findUser = async () => undefined,
  accessTokens,
  lastUse,
  now = Date.now,
  monotonicNow,
}: AuthenticateOptions): Authenticate => {
  const brief = { ageMaxMs, entriesMax: 10_000, ...(monotonicNow === undefined ? {} : { now: monotonicNow }) };
  const keys = briefCache({ ...brief, load: (prefix: string) => findKey({ readPool, roles, findUser }, prefix) });
  const sessions = briefCache({ ...brief, load: (prefix: string) => findSession({ readPool, findUser }, prefix) });
  const revoked = briefCache({ ...brief, load: (whose: string) => findRevoked(readPool, whose) });
  /** A token is as good as its key is now, and for no more than was asked for when it was given. */
  const byToken = async (token: AccessToken | undefined, ip: string): Promise<Principal | AuthenticationProblem> => {
    if (token === undefined) return { problem: 'unauthenticated' };
    const known = await keys.get(token.prefix);
    if (known?.principal.id !== token.keyId || known.principal.tenantId !== token.tenantId)
      return { problem: 'token_over' };
    const nowMs = now();
    const isOver = nowMs >= Math.min(token.expiresAtMs, known.endsAtMs) || known.status === 'revoked';
    if (isOver || (await revoked.get(`${token.tenantId}/${token.tokenId}`)))
      return { problem: 'token_over', known: known.principal };
    if (!known.isAllowedFrom(ip)) return { problem: 'address_not_allowed', known: known.principal };
    const { principal } = known;
    lastUse?.note({ tenantId: principal.tenantId, keyId: principal.id });
    const scopes = token.scopes.filter((scope) => isWithin(scope, principal.scopes));
    return { ...principal, scopes, tokenId: token.tokenId };
  };
  return async ({ authorization, ip }: Credentials): Promise<Principal | AuthenticationProblem> => {
    const token = accessTokens === undefined ? undefined : accessTokenFromHeader(authorization);
    if (token !== undefined) return byToken(accessTokens?.read(token), ip);
    const text = keyFromHeader(authorization);
    if (text === undefined) return { problem: 'unauthenticated' };
    const isSession = text.environment === sessionWord;
    const known = await (isSession ? sessions : keys).get(text.prefix);
    const problem = problemWith(known, { secret: text.secret, ip, nowMs: now(), isSession });
    if (known === undefined || problem !== undefined)
      return { problem: problem ?? 'unauthenticated', ...(known === undefined ? {} : { known: known.principal }) };
    const { tenantId, id, session } = known.principal;
    lastUse?.note({ tenantId, keyId: session?.sessionId ?? id });
    return known.principal;
  };
};

/** The secret comes first, and is compared whether or not anything is known. */
const problemWith = (
  known: KnownKey | undefined,
  {
    secret,
    ip,
    nowMs,
    isSession,
  }: { readonly secret: string; readonly ip: string; readonly nowMs: number; readonly isSession: boolean },
): AuthenticationProblem['problem'] | undefined => {
  if (!isSecretOf(secret, known?.secretHash) || known === undefined) return 'unauthenticated';
  if (known.status === 'revoked') return isSession ? 'session_ended' : 'key_revoked';
  if (nowMs >= known.endsAtMs) return isSession ? 'session_ended' : 'key_expired';
  return known.isAllowedFrom(ip) ? undefined : 'address_not_allowed';
};

/** The word in the tokens of sessions, where keys have that of their environment. */
export const sessionWord = 'session';

type Sources = Required<Pick<AuthenticateOptions, 'readPool' | 'roles' | 'findUser'>>;

const findKey = async ({ readPool, roles, findUser }: Sources, prefix: string): Promise<KnownKey | undefined> => {
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
  const grant = grantOf(row.scopes, given);
  const owner = row.user_id === null ? undefined : await findUser(row.tenant_id, row.user_id);
  // Whose user is suspended, it opens nothing; and never more than what its user holds by now.
  const isOrphaned = row.user_id !== null && owner === undefined;
  const scopes = owner === undefined ? grant.scopes : grant.scopes.filter((scope) => isWithin(scope, owner.scopes));
  const isMasked = grant.isMasked || owner?.isMasked === true;
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
    status: isOrphaned ? 'revoked' : row.status,
    endsAtMs: Math.min(Number.POSITIVE_INFINITY, ...ends),
    isAllowedFrom: addressList(row.addresses),
  };
};

const findRevoked = (readPool: Pool, whose: string): Promise<boolean> => {
  const [tenantId = '', tokenId = ''] = whose.split('/');
  return inTransaction(readPool, { tenants: [tenantId], readOnly: true }, (tx) =>
    isTokenRevoked(tx, tenantId, tokenId),
  );
};

interface FoundSession {
  readonly tenant_id: string;
  readonly session_id: string;
  readonly user_id: string;
  readonly secret_hash: Uint8Array;
  readonly opened_at: string;
  readonly expires_at: string;
  readonly revoked_at: string | null;
  readonly used_at: string | null;
}

const findSession = async (
  { readPool, findUser }: Omit<Sources, 'roles'>,
  prefix: string,
): Promise<KnownKey | undefined> => {
  const { rows } = await inTransaction(readPool, { tenants: [], readOnly: true }, (tx) =>
    tx.query<FoundSession>({
      name: 'find-session',
      text: 'select * from finaegis_find_session($1)',
      values: [prefix],
    }),
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { tenant_id: tenantId, session_id: sessionId, user_id: userId } = row;
  const user = await findUser(tenantId, userId);
  const isOver = user === undefined || row.revoked_at !== null || row.opened_at <= user.sessionsFrom;
  return {
    principal: {
      kind: 'user',
      id: userId,
      userId,
      tenantId,
      scopes: user?.scopes ?? [],
      session: { sessionId, sessionsFrom: user?.sessionsFrom ?? row.opened_at },
      ...(user?.isMasked === true ? { isMasked: true } : {}),
      ...(user?.actingFor === undefined ? {} : { actingFor: user.actingFor }),
    },
    secretHash: row.secret_hash,
    status: isOver ? 'revoked' : 'active',
    endsAtMs: Math.min(Date.parse(row.expires_at), usedAtMs(row) + sessionIdleMs),
    isAllowedFrom: () => true,
  };
};

const usedAtMs = ({ opened_at: opened, used_at: used }: FoundSession): number =>
  Math.max(Date.parse(opened), used === null ? 0 : Date.parse(used));
