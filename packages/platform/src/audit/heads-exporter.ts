import type { SignedTreeHead } from '@finaegis/kernel/tree-head';
import type { Pool } from 'pg';
import { platformTenantId } from '../auth/principal.ts';
import { inTransaction } from '../database/transaction.ts';
import { type HeadsSink, logKey } from './heads-file.ts';
import { readAuditKeys, readHeadsUp } from './heads-table.ts';

const exportedAtOnce = 500;

/** Takes heads and keys to the sink, whichever process signed them; what could not be taken is taken the next time. */
export const headsExporter = ({
  systemPool,
  openSink,
}: {
  readonly systemPool: Pool;
  readonly openSink?: (() => Promise<HeadsSink>) | undefined;
}): { bringUp(): Promise<void>; close(): Promise<void> } => {
  let sink: HeadsSink | undefined;
  // Up to which size each tenant's heads are in the sink.
  const places = new Map<string, number>();
  const bringUp = async (): Promise<void> => {
    if (openSink === undefined) return;
    sink ??= await openSink();
    for (;;) {
      const { keyNumber, sizes } = sink;
      // In an epoch the sink knows, everything before is there. Of a new one some heads may have been made, and exported, in the one before.
      const placeOf = ({ tenant, epoch }: NewestHead): number =>
        places.get(tenant) ?? sizes.get(logKey({ tenant, epoch })) ?? 0;
      const behind = (await newestHeads(systemPool)).filter((newest) => newest.size > placeOf(newest));
      const keys = await inTransaction(systemPool, { tenants: [platformTenantId], readOnly: true }, readAuditKeys);
      const newKeys = keys.filter(({ number }) => number > keyNumber);
      if (behind.length === 0 && newKeys.length === 0) return;
      const read = await inTransaction(systemPool, { tenants: [], readOnly: true }, (tx) =>
        Promise.all(
          behind.map((newest) =>
            readHeadsUp(tx, { tenantId: newest.tenant, after: placeOf(newest), limit: exportedAtOnce }),
          ),
        ),
      );
      const heads = read.flat();
      await sink.write({ keys: newKeys, heads: heads.filter((head) => head.size > (sizes.get(logKey(head)) ?? 0)) });
      for (const { tenant, size } of heads) places.set(tenant, size);
    }
  };
  return { bringUp, close: async () => sink?.close() };
};

type NewestHead = Pick<SignedTreeHead, 'tenant' | 'epoch' | 'size'>;

const newestHeads = async (systemPool: Pool): Promise<readonly NewestHead[]> => {
  const { rows } = await systemPool.query<{ tenant_id: string; epoch: string; size: bigint }>({
    name: 'heads-to-export',
    text: `select h.tenant_id, a.epoch, a.size from tenant_heads h
      cross join lateral (select epoch, size from audit_heads where tenant_id = h.tenant_id order by size desc limit 1) a
      order by h.tenant_id`,
  });
  return rows.map(({ tenant_id: tenant, epoch, size }) => ({ tenant, epoch, size: Number(size) }));
};
