import type { Pool } from 'pg';
import { inTransaction } from '../database/transaction.ts';

/** Positions on the wire: opaque to clients, tied to the epoch of the log they were made in. */
export interface Positions {
  readonly epoch: string;
  encode(seq: bigint): string;
  /** Undefined for anything this log did not hand out. */
  decode(position: string): bigint | undefined;
}

/** Positions of one epoch. */
export const positionsOf = (epoch: string): Positions => ({
  epoch,
  encode: (seq) => Buffer.from(`${epoch}:${seq}`).toString('base64url'),
  decode: (position) => {
    const [itsEpoch, seq] = Buffer.from(position, 'base64url').toString('utf8').split(':');
    return itsEpoch === epoch && seq !== undefined && /^\d{1,18}$/.test(seq) ? BigInt(seq) : undefined;
  },
});

/** The sequence number of a tenant's newest event; 0 for a log that is empty. */
export const readHead = (pool: Pool, tenantId: string): Promise<bigint> =>
  inTransaction(pool, { tenants: [tenantId], readOnly: true }, async (tx) => {
    const { rows } = await tx.query<{ seq: bigint }>({
      name: 'head',
      text: 'select seq from tenant_heads where tenant_id = $1',
      values: [tenantId],
    });
    return rows[0]?.seq ?? 0n;
  });
