import type { Transaction } from '../database/transaction.ts';
import type { ModuleTable } from '../module.ts';

/** Physical name of the table. */
export const revokedTokensName = 'auth_revoked_tokens_v1';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  token_id uuid not null,
  key_id uuid not null,
  expires_at timestamptz(3) not null,
  primary key (tenant_id, token_id)
)`;

/** Access tokens that were taken back, as authentication asks for them. Nothing is decided by its rows, so none is locked. */
export const revokedTokensTable: ModuleTable<{ readonly keyId: string; readonly expiresAt: string }> = {
  name: 'auth.revoked-tokens',
  rank: 86,
  consumes: ['AccessTokenRevoked'],
  ddl: [{ name: revokedTokensName, create: ddl }],
  lock: async () => new Map(),
  fold: (rows, { tenantId, data }) => {
    const { tokenId, keyId, expiresAt } = data as { tokenId: string; keyId: string; expiresAt: string };
    rows.set(tenantId, tokenId, { keyId, expiresAt });
  },
  write: async (tx, { changed }) => {
    if (changed.length === 0) return;
    await tx.query({
      name: 'write-revoked-tokens',
      text: `insert into ${revokedTokensName} (tenant_id, token_id, key_id, expires_at)
        select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[]) on conflict do nothing`,
      values: [
        changed.map(({ tenantId }) => tenantId),
        changed.map(({ key }) => key),
        changed.map(({ row }) => row.keyId),
        changed.map(({ row }) => row.expiresAt),
      ],
    });
  },
};

/** Whether a token was taken back. */
export const isTokenRevoked = async (tx: Transaction, tenantId: string, tokenId: string): Promise<boolean> => {
  const { rows } = await tx.query({
    name: 'is-token-revoked',
    text: `select 1 from ${revokedTokensName} where tenant_id = $1 and token_id = $2`,
    values: [tenantId, tokenId],
  });
  return rows.length > 0;
};
