import type { Transaction } from '@finaegis/platform/database/transaction';
import type { ModuleTable } from '@finaegis/platform/module';
import type { Incoming } from '../incoming/incoming.ts';

export const incomingName = 'ledger_incoming_v1';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  announcement_id uuid not null,
  account_id text not null,
  asset text not null,
  amount numeric(38, 0) not null,
  status text not null,
  primary key (tenant_id, announcement_id)
) with (fillfactor = 70);
create index on ${name} (tenant_id, account_id, asset) where status = 'open'`;

/** What became of one announcement in a batch. */
interface Change {
  readonly tenantId: string;
  readonly announcementId: string;
  readonly announced?: { readonly account: string; readonly asset: string; readonly amountMinor: bigint };
  readonly status: Incoming['status'];
}

const statusAfter: Readonly<Record<string, Incoming['status']>> = {
  IncomingAnnounced: 'open',
  IncomingWithdrawn: 'withdrawn',
  IncomingFulfilled: 'fulfilled',
};

/**
 * Announcements, in the commit that changes them. heldIn decides nothing, so it is no counter of the balance rows that decisions lock: it is the
 * sum of the open announcements whenever somebody looks.
 */
export const incomingTable: ModuleTable = {
  name: 'ledger.incoming',
  rank: 41,
  consumes: Object.keys(statusAfter),
  ddl: [{ name: incomingName, create: ddl }],
  lock: async () => new Map<string, never>(),
  fold: ({ scratch }, { tenantId, type, data }) => {
    const announcementId = data['announcementId'] as string;
    const name = `${tenantId}/${announcementId}`;
    const before = scratch.get(name) as Change | undefined;
    const { account, asset, amountMinor } = data as { account: string; asset: string; amountMinor: bigint };
    const announced = type === 'IncomingAnnounced' ? { account, asset, amountMinor } : before?.announced;
    const status = statusAfter[type] ?? 'open';
    scratch.set(name, {
      tenantId,
      announcementId,
      status,
      ...(announced === undefined ? {} : { announced }),
    } satisfies Change);
  },
  write: async (tx, { scratch }) => {
    const changes = [...(scratch as ReadonlyMap<string, Change>)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, change]) => change);
    const made = changes.filter(({ announced }) => announced !== undefined);
    const ended = changes.filter(({ announced }) => announced === undefined);
    await Promise.all([
      made.length === 0 ? undefined : insert(tx, made),
      ended.length === 0 ? undefined : update(tx, ended),
    ]);
  },
};

const insert = (tx: Transaction, changes: readonly Change[]): Promise<unknown> =>
  tx.query({
    name: 'insert-incoming',
    text: `insert into ${incomingName} (tenant_id, announcement_id, account_id, asset, amount, status)
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::numeric[], $6::text[])`,
    values: [
      changes.map(({ tenantId }) => tenantId),
      changes.map(({ announcementId }) => announcementId),
      changes.map(({ announced }) => announced?.account),
      changes.map(({ announced }) => announced?.asset),
      changes.map(({ announced }) => announced?.amountMinor),
      changes.map(({ status }) => status),
    ],
  });

const update = (tx: Transaction, changes: readonly Change[]): Promise<unknown> =>
  tx.query({
    name: 'update-incoming',
    // Found by key first and then by place: a join planned on an empty table would scan a tenant's announcements.
    text: `update ${incomingName} i set status = w.status
      from (
        select c.status, found.place
        from unnest($1::uuid[], $2::uuid[], $3::text[]) as c (tenant_id, announcement_id, status)
        cross join lateral (
          select ctid as place from ${incomingName} where tenant_id = c.tenant_id and announcement_id = c.announcement_id offset 0) found) w
      where i.ctid = w.place`,
    values: [
      changes.map(({ tenantId }) => tenantId),
      changes.map(({ announcementId }) => announcementId),
      changes.map(({ status }) => status),
    ],
  });

/** What is announced to accounts and has not come, by account and asset. */
export const heldIn = async (
  tx: Transaction,
  tenantId: string,
  accounts: readonly string[],
): Promise<readonly { readonly account: string; readonly asset: string; readonly amountMinor: bigint }[]> => {
  const { rows } = await tx.query<{ account: string; asset: string; amount: string }>({
    name: 'held-in',
    text: `select account_id as account, asset, sum(amount) as amount from ${incomingName}
      where tenant_id = $1 and account_id = any ($2) and status = 'open' group by account_id, asset order by account_id, asset`,
    values: [tenantId, accounts],
  });
  return rows.map(({ amount, ...its }) => ({ ...its, amountMinor: BigInt(amount) }));
};
