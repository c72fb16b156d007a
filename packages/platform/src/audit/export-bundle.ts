import { type AuditBundle, auditBundleFormat } from '@finaegis/kernel/audit-bundle';
import type { Pool } from 'pg';
import { platformTenantId } from '../auth/principal.ts';
import { inTransaction, type Transaction } from '../database/transaction.ts';
import { readAuditKeys, readHeadsDown, readHeadsUp } from './heads-table.ts';
import { readConsistencyProof, readInclusionProof } from './tree-proofs.ts';

/** Which events a bundle is to hold: those of a range of places, both ends included, or one by its id. */
export type BundleSelection = { readonly from: number; readonly to: number } | { readonly eventId: string };

/** Why there is no such bundle. */
export class BundleRefused extends Error {
  override readonly name = 'BundleRefused';
  readonly code: 'event_unknown' | 'event_not_sealed' | 'bundle_too_large' | 'log_damaged';

  constructor(code: BundleRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Events a bundle holds at most: each has a proof of its own, and whoever checks the bundle reads it as one JSON text. */
export const bundleEventsMax = 10_000;

/**
 * Events with the proofs, heads and keys that let anybody check them (`checkBundle` of the sdk).
 * @param pool as finaegis_read
 * @throws BundleRefused
 */
export const exportBundle = async (
  pool: Pool,
  { tenantId, selection }: { readonly tenantId: string; readonly selection: BundleSelection },
): Promise<AuditBundle> => {
  const keys = await inTransaction(pool, { tenants: [platformTenantId], readOnly: true }, readAuditKeys);
  return inTransaction(pool, { tenants: [tenantId], readOnly: true, isolation: 'repeatable read' }, async (tx) => {
    const events = await readEvents(tx, tenantId, selection);
    const last = events.at(-1)?.seq ?? 0;
    const [[first], [newest]] = await Promise.all([
      readHeadsUp(tx, { tenantId, after: last - 1, limit: 1 }),
      readHeadsDown(tx, { tenantId, limit: 1 }),
    ]);
    if (first === undefined || newest === undefined)
      throw new BundleRefused('event_not_sealed', `No signed head stands on event ${last} yet.`);
    const proofs: (readonly string[])[] = [];
    for (const { seq } of events)
      proofs.push(await readInclusionProof(tx, { tenantId, index: seq - 1, size: first.size }));
    return {
      format: auditBundleFormat,
      tenant: tenantId,
      keys,
      heads: first.size === newest.size ? [first] : [first, newest],
      consistency: await readConsistencyProof(tx, { tenantId, from: first.size, to: newest.size }),
      events: events.map((event, index) => ({ ...event, proof: proofs[index] ?? [] })),
    };
  });
};

const readEvents = async (
  tx: Transaction,
  tenantId: string,
  selection: BundleSelection,
): Promise<readonly { readonly seq: number; readonly envelope: string }[]> => {
  if ('from' in selection && selection.to - selection.from >= bundleEventsMax)
    throw new BundleRefused('bundle_too_large', `A bundle holds at most ${bundleEventsMax} events; ask for several.`);
  const columns = 'select seq, envelope from events where tenant_id = $1';
  const { rows } = await ('eventId' in selection
    ? tx.query<{ seq: bigint; envelope: string }>(`${columns} and id = $2`, [tenantId, selection.eventId])
    : tx.query<{ seq: bigint; envelope: string }>(`${columns} and seq > 0 and seq >= $2 and seq <= $3 order by seq`, [
        tenantId,
        selection.from,
        selection.to,
      ]));
  if (rows.length === 0) throw new BundleRefused('event_unknown', 'The log has no such event.');
  const [first, last] = [rows[0]?.seq ?? 0n, rows.at(-1)?.seq ?? 0n];
  if (last - first + 1n !== BigInt(rows.length))
    throw new BundleRefused('log_damaged', `Of the events from ${first} to ${last} only ${rows.length} are there.`);
  return rows.map(({ seq, envelope }) => ({ seq: Number(seq), envelope }));
};
