import { unreachable } from '@finaegis/kernel/decision';
import { fromHex } from '@finaegis/kernel/hash';
import { type LockedTable, RowNotLocked, rowName } from '../command/locked-table.ts';
import type { Transaction } from '../database/transaction.ts';
import type { EventOf, RecordedEvent } from '../event-store/event.ts';
import type { apiKeyEvents } from './api-key/events.ts';

/** One row of `auth_api_keys`. Hashes are bytes. */
export interface ApiKeyRow {
  readonly name: string;
  readonly prefix: string;
  readonly secretHash: Uint8Array;
  readonly previousPrefix: string | null;
  readonly previousSecretHash: Uint8Array | null;
  readonly previousValidUntil: string | null;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  readonly addresses: readonly string[];
  readonly actingFor: string | null;
  readonly expiresAt: string | null;
  readonly status: 'active' | 'revoked';
  readonly createdAt: string;
  readonly userId: string | null;
}

/** A row as PostgreSQL gives it. */
export type ApiKeyRecord = ApiKeyRow & { readonly tenantId: string; readonly keyId: string };

/** The columns of `auth_api_keys k` under the names of `ApiKeyRecord`. */
export const apiKeyColumns = `k.tenant_id as "tenantId", k.key_id as "keyId", k.name, k.prefix, k.secret_hash as "secretHash", k.previous_prefix as "previousPrefix",
  k.previous_secret_hash as "previousSecretHash", k.previous_valid_until as "previousValidUntil", k.scopes, k.roles, k.addresses, k.acting_for as "actingFor",
  k.expires_at as "expiresAt", k.status, k.created_at as "createdAt", k.user_id as "userId"`;

type ApiKeyEvent = EventOf<(typeof apiKeyEvents)[number]>;

/** The API keys as authentication reads them. Locked by the commands about them and by nothing else. */
export const apiKeysTable: LockedTable<ApiKeyRow> = {
  name: 'auth_api_keys',
  rank: 2,
  consumes: ['ApiKeyCreated', 'ApiKeyRotated', 'ApiKeyRevoked'],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<ApiKeyRecord>({
      name: 'lock-api-keys',
      text: `select ${apiKeyColumns} from unnest($1::uuid[], $2::uuid[]) as wanted (tenant_id, key_id)
        cross join lateral (
          select * from auth_api_keys where tenant_id = wanted.tenant_id and key_id = wanted.key_id offset 0 for no key update) k`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map(({ tenantId, keyId, ...row }) => [rowName(tenantId, keyId), row]));
  },
  fold: (rows, recorded) => {
    const event = recorded as RecordedEvent & ApiKeyEvent;
    const { tenantId, bookedAt } = recorded;
    const { keyId } = event.data;
    if (event.type === 'ApiKeyCreated') return rows.set(tenantId, keyId, createdRow(event.data, bookedAt));
    const row = rows.get(tenantId, keyId);
    if (row === undefined) throw new RowNotLocked(recorded);
    switch (event.type) {
      case 'ApiKeyRotated':
        return rows.set(tenantId, keyId, rotatedRow(row, event.data));
      case 'ApiKeyRevoked':
        return rows.set(tenantId, keyId, { ...row, status: 'revoked' });
      default:
        return unreachable(event);
    }
  },
  write: async (tx, { changed }) => {
    if (changed.length > 0) await writeRows(tx, changed);
  },
};

const createdRow = (
  {
    name,
    prefix,
    secretHash,
    scopes,
    addresses,
    actingFor,
    expiresAt,
    roles = [],
    userId,
  }: Extract<ApiKeyEvent, { type: 'ApiKeyCreated' }>['data'],
  bookedAt: string,
): ApiKeyRow => ({
  name,
  prefix,
  secretHash: fromHex(secretHash),
  previousPrefix: null,
  previousSecretHash: null,
  previousValidUntil: null,
  scopes,
  roles,
  addresses,
  actingFor: actingFor ?? null,
  expiresAt: expiresAt ?? null,
  status: 'active',
  createdAt: bookedAt,
  userId: userId ?? null,
});

const rotatedRow = (
  row: ApiKeyRow,
  { prefix, secretHash, previousValidUntil }: Extract<ApiKeyEvent, { type: 'ApiKeyRotated' }>['data'],
): ApiKeyRow => ({
  ...row,
  prefix,
  secretHash: fromHex(secretHash),
  previousPrefix: previousValidUntil === undefined ? null : row.prefix,
  previousSecretHash: previousValidUntil === undefined ? null : row.secretHash,
  previousValidUntil: previousValidUntil ?? null,
});

/** Arrays of arrays do not fit unnest (PostgreSQL flattens them), so lists travel as JSON. */
const writeRows = async (
  tx: Transaction,
  changed: readonly { readonly tenantId: string; readonly key: string; readonly row: ApiKeyRow }[],
): Promise<void> => {
  const hex = (bytes: Uint8Array | null): string | null =>
    bytes === null ? null : `\\x${Buffer.from(bytes).toString('hex')}`;
  const records = changed.map(({ tenantId, key, row }) => ({
    tenant_id: tenantId,
    key_id: key,
    name: row.name,
    prefix: row.prefix,
    secret_hash: hex(row.secretHash),
    previous_prefix: row.previousPrefix,
    previous_secret_hash: hex(row.previousSecretHash),
    previous_valid_until: row.previousValidUntil,
    scopes: row.scopes,
    addresses: row.addresses,
    acting_for: row.actingFor,
    expires_at: row.expiresAt,
    status: row.status,
    created_at: row.createdAt,
    roles: row.roles,
    user_id: row.userId,
  }));
  await tx.query({
    name: 'write-api-keys',
    text: `insert into auth_api_keys as k
      select * from json_populate_recordset(null::auth_api_keys, $1::json) order by tenant_id, key_id
      on conflict (tenant_id, key_id) do update set
        prefix = excluded.prefix, secret_hash = excluded.secret_hash, previous_prefix = excluded.previous_prefix,
        previous_secret_hash = excluded.previous_secret_hash, previous_valid_until = excluded.previous_valid_until, status = excluded.status`,
    values: [JSON.stringify(records)],
  });
};
