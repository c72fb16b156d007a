import type { Pool } from 'pg';
import { platformTenantId } from '../auth/principal.ts';
import { inTransaction } from '../database/transaction.ts';
import type { HeadsSink } from './heads-file.ts';
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
  const bringUp = async (): Promise<void> => {
    if (openSink === undefined) return;
    sink ??= await openSink();
    for (;;) {
      const tenants = await tenantsToExport(systemPool, sink.sizes);
      const keys = await inTransaction(systemPool, { tenants: [platformTenantId], readOnly: true }, readAuditKeys);
      const { keyNumber, sizes } = sink;
      const newKeys = keys.filter(({ number }) => number > keyNumber);
      if (tenants.length === 0 && newKeys.length === 0) return;
      const heads = await inTransaction(systemPool, { tenants: [], readOnly: true }, (tx) =>
        Promise.all(
          tenants.map((tenantId) =>
            readHeadsUp(tx, { tenantId, after: sizes.get(tenantId) ?? 0, limit: exportedAtOnce }),
          ),
        ),
      );
      await sink.write({ keys: newKeys, heads: heads.flat() });
    }
  };
  return { bringUp, close: async () => sink?.close() };
};

const tenantsToExport = async (systemPool: Pool, sizes: ReadonlyMap<string, number>): Promise<readonly string[]> => {
  const { rows } = await systemPool.query<{ tenant_id: string; size: bigint }>({
    name: 'heads-to-export',
    text: `select h.tenant_id, a.size from tenant_heads h
      cross join lateral (select size from audit_heads where tenant_id = h.tenant_id order by size desc limit 1) a
      order by h.tenant_id`,
  });
  return rows
    .filter(({ tenant_id: tenantId, size }) => Number(size) > (sizes.get(tenantId) ?? 0))
    .map(({ tenant_id: tenantId }) => tenantId);
};
