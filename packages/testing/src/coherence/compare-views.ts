import { inTransaction, type Transaction } from '@finaegis/platform/database/transaction';
import { foldStretch } from '@finaegis/platform/view/rebuild';
import { subscriptionName, tableName, type View } from '@finaegis/platform/view/view';
import type { Bank } from '@finaegis/server/bank';
import { moduleList } from '@finaegis/server/modules';

/**
 * How the subscribed views differ from what a replay up to their own positions gives. Each is folded anew into temporary tables while its
 * position is locked, so that followers leave it as it is.
 */
export const compareViews = async (bank: Bank, tenantId: string): Promise<readonly string[]> => {
  const problems: string[] = [];
  for (const view of moduleList(bank.modules).flatMap(({ views }) => views))
    problems.push(...(await compareView(bank, tenantId, view)));
  return problems;
};

const compareView = ({ pools, services }: Bank, tenantId: string, view: View): Promise<readonly string[]> =>
  inTransaction(pools.follow, { tenants: [tenantId] }, async (tx) => {
    const { rows } = await tx.query<{ seq: bigint }>(
      'select seq from subscriptions where tenant_id = $1 and name = $2 for update',
      [tenantId, subscriptionName(view)],
    );
    const upTo = rows[0]?.seq ?? 0n;
    const replay = (suffix?: string): string => `pg_temp.${tableName(view, suffix)}_replay`;
    for (const { suffix, create } of view.tables) await tx.query(create(replay(suffix)));
    await foldStretch(
      tx,
      services.catalogue,
      { view, tables: { tenantId, table: replay } },
      { tenantId, after: 0n, upTo },
    );
    const problems: string[] = [];
    for (const { suffix } of view.tables) {
      const table = tableName(view, suffix);
      problems.push(
        ...(await difference(tx, {
          tenantId,
          from: table,
          without: replay(suffix),
          what: `${table} has a row that a replay does not give`,
        })),
      );
      problems.push(
        ...(await difference(tx, {
          tenantId,
          from: replay(suffix),
          without: table,
          what: `${table} lacks a row that a replay gives`,
        })),
      );
      await tx.query(`drop table ${replay(suffix)}`);
    }
    return problems;
  });

const difference = async (
  tx: Transaction,
  {
    tenantId,
    from,
    without,
    what,
  }: { readonly tenantId: string; readonly from: string; readonly without: string; readonly what: string },
): Promise<readonly string[]> => {
  const { rows } = await tx.query<{ row: string }>(
    `select d::text as row from (select * from ${from} where tenant_id = $1 except all select * from ${without} where tenant_id = $1) d order by 1 limit 5`,
    [tenantId],
  );
  return rows.map(({ row }) => `${what}: ${row}`);
};
