import type { Transaction } from '@finaegis/platform/database/transaction';
import { subscriptionName } from '@finaegis/platform/view/view';
import { type PostingRow, postingColumns, postingFromStored, type StoredPosting } from './account-history.ts';
import { bucketsName, latestName, postingsName, postingsView } from './postings.ts';

/** One account and asset over some booking dates, both included. */
export interface AccountPeriod {
  readonly account: string;
  readonly asset: string;
  readonly from: string;
  readonly to: string;
}

/** Accounts with each asset they were ever posted to in. */
export const assetsPosted = async (
  tx: Transaction,
  tenantId: string,
  accounts: readonly string[],
): Promise<readonly { readonly account: string; readonly asset: string }[]> => {
  const { rows } = await tx.query<{ account: string; asset: string }>({
    name: 'assets-posted',
    text: `select account_id as account, asset from ${latestName} where tenant_id = $1 and account_id = any ($2) order by account_id, asset`,
    values: [tenantId, accounts],
  });
  return rows;
};

/**
 * Every posting of several periods, by account and asset, in the order of the log. The days' counts say how many there are, so that each period
 * is read from its newest posting backwards and reading stops at its first, however long the account's history is.
 */
export const postingsWithin = async (
  tx: Transaction,
  tenantId: string,
  periods: readonly AccountPeriod[],
): Promise<readonly PostingRow[]> => {
  const { rows } = await tx.query<StoredPosting>({
    name: 'postings-within',
    text: `select p.* from unnest($2::text[], $3::text[], $4::date[], $5::date[]) as wanted (account_id, asset, from_date, to_date)
      cross join lateral (
        select coalesce(sum(count), 0)::bigint as count from ${bucketsName}
        where tenant_id = $1 and account_id = wanted.account_id and asset = wanted.asset and booking_date between wanted.from_date and wanted.to_date) n
      cross join lateral (
        select ${postingColumns} from ${postingsName}
        where tenant_id = $1 and account_id = wanted.account_id and asset = wanted.asset and booking_date between wanted.from_date and wanted.to_date
        order by as_of desc, seq desc, line desc limit n.count) p
      order by p.account_id, p.asset, p.seq, p.line`,
    values: [
      tenantId,
      periods.map(({ account }) => account),
      periods.map(({ asset }) => asset),
      periods.map(({ from }) => from),
      periods.map(({ to }) => to),
    ],
  });
  return rows.map(postingFromStored);
};

/** Whether the history shows everything that was in the log when it was asked. */
export const isHistoryComplete = async (tx: Transaction, tenantId: string): Promise<boolean> => {
  const { rows } = await tx.query<{ is_complete: boolean }>({
    name: 'is-history-complete',
    text: `select h.seq <= coalesce((select s.seq from subscriptions s where s.tenant_id = h.tenant_id and s.name = $2), 0) as is_complete
      from tenant_heads h where h.tenant_id = $1`,
    values: [tenantId, subscriptionName(postingsView)],
  });
  return rows[0]?.is_complete ?? true;
};
