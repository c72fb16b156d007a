import type { Transaction } from '@finaegis/platform/database/transaction';
import type { LoggedEvent } from '@finaegis/platform/event-store/event';
import { defineView, tableName, type View } from '@finaegis/platform/view/view';
import { workItemEvents } from '../work-item/events.ts';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  work_item_id uuid not null,
  seq bigint not null,
  kind text not null,
  entity text,
  account text,
  asset text,
  amount numeric(38, 0),
  subject text not null,
  status text not null,
  owner text,
  opened_at timestamptz(3) not null,
  primary key (tenant_id, work_item_id)
);
create unique index on ${name} (tenant_id, seq);
create index on ${name} (tenant_id, kind, seq) where status = 'open'`;

/** The queues of open items and what has become of the others. */
export const workItemsView: View = defineView({
  name: 'payment_work_items',
  version: 2,
  contexts: ['payment'],
  consumes: workItemEvents.map(({ type }) => type),
  tables: [{ suffix: '', create: ddl }],
  apply: async (tx, { tenantId, table }, events) => {
    const opened = events.filter(({ type }) => type === 'WorkItemOpened');
    const assigned = lastOf(events, 'WorkItemAssigned');
    const resolved = lastOf(events, 'WorkItemResolved');
    if (opened.length > 0) await insert(tx, table(), tenantId, opened);
    if (assigned.length > 0)
      await tx.query(
        `update ${table()} i set owner = changed.owner from unnest($2::uuid[], $3::text[]) as changed (work_item_id, owner)
          where i.tenant_id = $1 and i.work_item_id = changed.work_item_id`,
        [tenantId, assigned.map(({ data }) => data['workItemId']), assigned.map(({ data }) => data['owner'])],
      );
    if (resolved.length > 0)
      await tx.query(
        `update ${table()} set status = 'resolved' where tenant_id = $1 and work_item_id = any ($2::uuid[])`,
        [tenantId, resolved.map(({ data }) => data['workItemId'])],
      );
  },
});

const lastOf = (events: readonly LoggedEvent[], type: string): readonly LoggedEvent[] => [
  ...new Map(events.filter((event) => event.type === type).map((event) => [event.data['workItemId'], event])).values(),
];

const insert = (tx: Transaction, table: string, tenantId: string, opened: readonly LoggedEvent[]): Promise<unknown> => {
  const column = (name: string): readonly unknown[] => opened.map(({ data }) => data[name] ?? null);
  return tx.query(
    `insert into ${table} (tenant_id, work_item_id, seq, kind, entity, account, asset, amount, subject, status, opened_at)
      select $1, i.work_item_id, i.seq, i.kind, i.entity, i.account, i.asset, i.amount, i.subject, 'open', i.opened_at
      from unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::text[], $10::timestamptz[])
        as i (work_item_id, seq, kind, entity, account, asset, amount, subject, opened_at)`,
    [
      tenantId,
      column('workItemId'),
      opened.map(({ seq }) => seq),
      column('kind'),
      column('entity'),
      column('account'),
      column('asset'),
      column('amountMinor'),
      column('subject'),
      opened.map(({ bookedAt }) => bookedAt),
    ],
  );
};

const items = tableName(workItemsView);

/** Ages of items in days since they were opened, oldest last. */
export const ageBuckets = ['0-1', '2-5', '6-30', '>30'] as const;
export type AgeBucket = (typeof ageBuckets)[number];

/** The bucket an item is in: whole days between two instants. */
export const bucketOf = (openedAt: string, now: string): AgeBucket => {
  const days = Math.floor((Date.parse(now) - Date.parse(openedAt)) / 86_400_000);
  if (days <= 1) return '0-1';
  if (days <= 5) return '2-5';
  return days <= 30 ? '6-30' : '>30';
};

// The same in SQL; a test holds one against the other.
const bucketSql = (now: string): string =>
  `case when ${now}::timestamptz - opened_at < interval '48 hours' then '0-1'
    when ${now}::timestamptz - opened_at < interval '144 hours' then '2-5'
    when ${now}::timestamptz - opened_at < interval '744 hours' then '6-30' else '>30' end`;

/** What a list of items is narrowed by. */
export interface WorkItemFilter {
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
  readonly owner?: string | undefined;
  readonly asset?: string | undefined;
  readonly account?: string | undefined;
  readonly age?: AgeBucket | undefined;
}

const conditionsOf = (filter: WorkItemFilter, now: string, values: unknown[]): string => {
  const put = (value: unknown): string => `$${values.push(value)}`;
  const equal = (column: string, value: unknown): readonly string[] =>
    value === undefined ? [] : [`${column} = ${put(value)}`];
  return [
    'tenant_id = $1',
    ...equal('status', filter.status),
    ...equal('kind', filter.kind),
    ...equal('owner', filter.owner),
    ...equal('asset', filter.asset),
    ...equal('account', filter.account),
    ...(filter.age === undefined ? [] : [`${bucketSql(put(now))} = ${put(filter.age)}`]),
  ].join(' and ');
};

/** Ids of items, newest first. */
export const listWorkItems = async (
  tx: Transaction,
  tenantId: string,
  filter: WorkItemFilter,
  page: { readonly now: string; readonly before?: bigint | undefined; readonly limit: number },
): Promise<readonly { readonly seq: bigint; readonly workItemId: string }[]> => {
  const values: unknown[] = [tenantId];
  const conditions = conditionsOf(filter, page.now, values);
  const before = page.before === undefined ? '' : ` and seq < $${values.push(page.before)}`;
  const { rows } = await tx.query<{ seq: bigint; work_item_id: string }>(
    `select seq, work_item_id from ${items} where ${conditions}${before} order by seq desc limit $${values.push(page.limit)}`,
    values,
  );
  return rows.map(({ seq, work_item_id: workItemId }) => ({ seq, workItemId }));
};

/** How much waits in one queue at one age. */
export interface WorkItemTotal {
  readonly kind: string;
  readonly age: AgeBucket;
  readonly count: number;
  /** Nothing of items that name no money. */
  readonly money?: { readonly account: string; readonly asset: string; readonly amountMinor: bigint };
}

/** Totals of the open items that a filter leaves, by queue, age and asset. */
export const workItemTotals = async (
  tx: Transaction,
  tenantId: string,
  filter: WorkItemFilter,
  now: string,
): Promise<readonly WorkItemTotal[]> => {
  const values: unknown[] = [tenantId];
  const conditions = conditionsOf({ ...filter, status: 'open' }, now, values);
  const bucket = bucketSql(`$${values.push(now)}`);
  const { rows } = await tx.query<TotalRow>(
    `select kind, account, ${bucket} as age, asset, count(*)::text as count, sum(amount)::text as amount
      from ${items} where ${conditions} group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    values,
  );
  return rows.map(({ kind, age, count, account, asset, amount }) => ({
    kind,
    age,
    count: Number(count),
    ...(account === null || asset === null || amount === null
      ? {}
      : { money: { account, asset, amountMinor: BigInt(amount) } }),
  }));
};

interface TotalRow {
  readonly kind: string;
  readonly account: string | null;
  readonly age: AgeBucket;
  readonly asset: string | null;
  readonly count: string;
  readonly amount: string | null;
}
