import type { Pool } from 'pg';
import { platformTenantId } from '../auth/principal.ts';
import type { Viewer } from './channel.ts';

/** Whose standing is asked for. */
export interface Whose {
  readonly tenantId: string;
  readonly principalId: string;
}

/** Why somebody is told nothing more. */
export type Loss = 'revoked' | 'expired' | 'tenant_suspended';

/** What a principal may do now, or why it may no longer do anything. */
export type Standing =
  | { readonly isLost: true; readonly reason: Loss }
  | (Viewer & {
      readonly isLost: false;
      /** Whoever was let in with a secret that has been replaced since has to come again after this instant. */
      readonly supersededAtMs: number | undefined;
    });

/** Accounts that parties may see at this moment, by party. */
export type AccountsOfParties = (
  tenantId: string,
  partyIds: readonly string[],
) => Promise<ReadonlyMap<string, readonly string[]>>;

/** How standings are looked up. */
export interface StandingsOptions {
  /** As finaegis_system: keys and tenants of everybody who is connected in one question. */
  readonly systemPool: Pool;
  readonly accountsOf: AccountsOfParties;
  /** The clock keys expire by, in milliseconds since 1970. */
  readonly now: () => number;
}

interface Row {
  readonly tenantId: string;
  readonly keyId: string;
  readonly scopes: readonly string[];
  readonly actingFor: string | null;
  readonly status: string;
  readonly expiresAt: string | null;
  readonly supersededAt: string | null;
  readonly tenantStatus: string | null;
}

/** Names a principal in a map. */
export const whoseName = ({ tenantId, principalId }: Whose): string => `${tenantId}:${principalId}`;

/** The standings of many principals, as they are now: nothing is remembered. */
export const readStandings = async (
  { systemPool, accountsOf, now }: StandingsOptions,
  whose: readonly Whose[],
): Promise<ReadonlyMap<string, Standing>> => {
  const { rows } = await systemPool.query<Row>({
    name: 'realtime-standings',
    text: `select k.tenant_id as "tenantId", k.key_id as "keyId", k.scopes, k.acting_for as "actingFor", k.status, k.expires_at as "expiresAt",
        k.previous_valid_until as "supersededAt", t.status as "tenantStatus"
      from unnest($1::uuid[], $2::uuid[]) as wanted (tenant_id, key_id)
      cross join lateral (select * from auth_api_keys where tenant_id = wanted.tenant_id and key_id = wanted.key_id offset 0) k
      left join tenants t on t.tenant_id = k.tenant_id`,
    values: [whose.map(({ tenantId }) => tenantId), whose.map(({ principalId }) => principalId)],
  });
  const accounts = await accountsByTenant(accountsOf, rows);
  const standings = new Map<string, Standing>(whose.map((one) => [whoseName(one), lost('revoked')]));
  for (const row of rows)
    standings.set(whoseName({ tenantId: row.tenantId, principalId: row.keyId }), standingOf(row, accounts, now()));
  return standings;
};

const lost = (reason: Loss): Standing => ({ isLost: true, reason });

const accountsByTenant = async (
  accountsOf: AccountsOfParties,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>> => {
  const parties = new Map<string, Set<string>>();
  for (const { tenantId, actingFor } of rows) {
    if (actingFor === null) continue;
    const its = parties.get(tenantId) ?? new Set();
    parties.set(tenantId, its.add(actingFor));
  }
  const answers = await Promise.all(
    [...parties].map(async ([tenantId, ids]) => [tenantId, await accountsOf(tenantId, [...ids])] as const),
  );
  return new Map(answers);
};

const standingOf = (
  row: Row,
  accounts: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>,
  nowMs: number,
): Standing => {
  const { tenantId, keyId, scopes, actingFor, status, expiresAt, supersededAt, tenantStatus } = row;
  if (status !== 'active') return lost('revoked');
  if (expiresAt !== null && nowMs >= Date.parse(expiresAt)) return lost('expired');
  if (tenantId !== platformTenantId && tenantStatus !== 'active') return lost('tenant_suspended');
  return {
    isLost: false,
    principal: { kind: 'key', id: keyId, tenantId, scopes, ...(actingFor === null ? {} : { actingFor }) },
    accounts: actingFor === null ? undefined : new Set(accounts.get(tenantId)?.get(actingFor) ?? []),
    supersededAtMs: supersededAt === null ? undefined : Date.parse(supersededAt),
  };
};
