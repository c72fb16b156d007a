import { toHex } from '@finaegis/kernel/hash';
import type { AuditKey, SignedTreeHead } from '@finaegis/kernel/tree-head';
import { platformTenantId } from '../auth/principal.ts';
import type { Transaction } from '../database/transaction.ts';

interface HeadRow {
  readonly tenant_id: string;
  readonly size: bigint;
  readonly epoch: string;
  readonly root: Buffer;
  readonly signed_at: string;
  readonly key_id: string;
  readonly signature: Buffer;
}

const columns = 'tenant_id, size, epoch, root, signed_at, key_id, signature';

const headOf = (row: HeadRow): SignedTreeHead => ({
  tenant: row.tenant_id,
  epoch: row.epoch,
  size: Number(row.size),
  root: toHex(row.root),
  timestamp: row.signed_at,
  keyId: row.key_id,
  signature: toHex(row.signature),
});

/** Heads from the newest down, those smaller than `before` when given. */
export const readHeadsDown = async (
  tx: Transaction,
  {
    tenantId,
    before,
    limit,
  }: { readonly tenantId: string; readonly before?: number | undefined; readonly limit: number },
): Promise<readonly SignedTreeHead[]> => {
  const { rows } = await tx.query<HeadRow>({
    name: 'audit-heads-down',
    text: `select ${columns} from audit_heads where tenant_id = $1 and size < $2 order by size desc limit $3`,
    values: [tenantId, before ?? Number.MAX_SAFE_INTEGER, limit],
  });
  return rows.map(headOf);
};

/** Heads from the smallest up, those of more events than `after`. */
export const readHeadsUp = async (
  tx: Transaction,
  { tenantId, after, limit }: { readonly tenantId: string; readonly after: number; readonly limit: number },
): Promise<readonly SignedTreeHead[]> => {
  const { rows } = await tx.query<HeadRow>({
    name: 'audit-heads-up',
    text: `select ${columns} from audit_heads where tenant_id = $1 and size > $2 order by size limit $3`,
    values: [tenantId, after, limit],
  });
  return rows.map(headOf);
};

/** Writes one head. @throws DatabaseFault when another one of this size is there */
export const insertHead = async (tx: Transaction, head: SignedTreeHead): Promise<void> => {
  await tx.query({
    name: 'audit-head-insert',
    text: `insert into audit_heads (${columns}) values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [
      head.tenant,
      head.size,
      head.epoch,
      Buffer.from(head.root, 'hex'),
      head.timestamp,
      head.keyId,
      Buffer.from(head.signature, 'hex'),
    ],
  });
};

interface KeyRow {
  readonly number: number;
  readonly key_id: string;
  readonly public_key: Buffer;
  readonly valid_from: string;
  readonly announced_by: string;
  readonly signature: Buffer;
}

/** The keys of the installation, oldest first. The transaction must be the platform tenant's. */
export const readAuditKeys = async (tx: Transaction): Promise<readonly AuditKey[]> => {
  const { rows } = await tx.query<KeyRow>({
    name: 'audit-keys',
    text: 'select number, key_id, public_key, valid_from, announced_by, signature from audit_keys where tenant_id = $1 order by number',
    values: [platformTenantId],
  });
  return rows.map((row) => ({
    number: row.number,
    keyId: row.key_id,
    publicKey: toHex(row.public_key),
    validFrom: row.valid_from,
    announcedBy: row.announced_by,
    signature: toHex(row.signature),
  }));
};
