import type { Transaction } from '@finaegis/platform/database/transaction';
import type { LoggedEvent } from '@finaegis/platform/event-store/event';
import { defineView, tableName, type View } from '@finaegis/platform/view/view';
import { standingOrderCancelled, standingOrderRegistered } from '../../account/contract.ts';
import { scheduleEvents } from '../schedule/events.ts';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  order_id uuid not null,
  account_id uuid not null,
  is_active boolean not null,
  is_suspended boolean not null,
  is_scheduled boolean not null,
  next_on date,
  retries jsonb not null,
  due_on date,
  primary key (tenant_id, order_id)
);
create index on ${name} (tenant_id, due_on, order_id) where due_on is not null`;

/** Before every day: an order nobody has scheduled yet is looked at in the next round. */
const atOnce = '0001-01-01';

interface Row {
  order_id: string;
  account_id: string;
  is_active: boolean;
  is_suspended: boolean;
  is_scheduled: boolean;
  next_on: string | null;
  retries: Record<string, string>;
}

/** When each standing order has to be looked at next. It only finds; whether an order is due is decided on its own stream. */
export const dueOrdersView: View = defineView({
  name: 'payment_due_orders',
  version: 1,
  contexts: ['account', 'payment'],
  consumes: [standingOrderRegistered, standingOrderCancelled, ...scheduleEvents].map(({ type }) => type),
  tables: [{ suffix: '', create: ddl }],
  apply: async (tx, { tenantId, table }, events) => {
    const ids = [...new Set(events.map(({ data }) => String(data['orderId'])))];
    const rows = await load(tx, table(), tenantId, ids);
    for (const event of events) {
      const orderId = String(event.data['orderId']);
      const row = folded(rows.get(orderId), event);
      if (row !== undefined) rows.set(orderId, row);
    }
    await store(tx, table(), tenantId, [...rows.values()]);
  },
});

const load = async (
  tx: Transaction,
  table: string,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, Row>> => {
  const { rows } = await tx.query<Row>(
    `select order_id, account_id, is_active, is_suspended, is_scheduled, next_on::text, retries from ${table}
      where tenant_id = $1 and order_id = any ($2)`,
    [tenantId, ids],
  );
  return new Map(rows.map((row) => [row.order_id, row]));
};

type Data = Readonly<Record<string, never>> & {
  readonly orderId: string;
  readonly accountId: string;
  readonly dueOn: string;
  readonly retryOn?: string;
  readonly nextOn?: string | null;
};

const folded = (row: Row | undefined, { type, data: raw }: LoggedEvent): Row | undefined => {
  const data = raw as unknown as Data;
  if (type === 'StandingOrderRegistered')
    return {
      order_id: data.orderId,
      account_id: data.accountId,
      is_active: true,
      is_suspended: false,
      is_scheduled: false,
      next_on: null,
      retries: {},
    };
  if (row === undefined) return undefined;
  const next = data.nextOn === undefined ? {} : { next_on: data.nextOn, is_scheduled: true };
  const { [data.dueOn]: _, ...others } = row.retries;
  switch (type) {
    case 'StandingOrderCancelled':
      return { ...row, is_active: false };
    case 'OrderScheduleSuspended':
      return { ...row, is_suspended: true };
    case 'OrderScheduleResumed':
      return { ...row, ...next, is_suspended: false, retries: {} };
    case 'OrderOccurrenceTaken':
    case 'OrderOccurrencePaid':
      return { ...row, ...next, retries: others };
    case 'OrderOccurrenceFailed':
      return { ...row, retries: data.retryOn === undefined ? others : { ...others, [data.dueOn]: data.retryOn } };
    default:
      return { ...row, ...next };
  }
};

const dueOn = ({ is_active, is_suspended, is_scheduled, next_on, retries }: Row): string | null => {
  if (!is_active || is_suspended) return null;
  if (!is_scheduled) return atOnce;
  return [...Object.values(retries), ...(next_on === null ? [] : [next_on])].sort()[0] ?? null;
};

const store = (tx: Transaction, table: string, tenantId: string, rows: readonly Row[]): Promise<unknown> =>
  tx.query(
    `insert into ${table} (tenant_id, order_id, account_id, is_active, is_suspended, is_scheduled, next_on, retries, due_on)
      select $1, * from unnest($2::uuid[], $3::uuid[], $4::boolean[], $5::boolean[], $6::boolean[], $7::date[], $8::jsonb[], $9::date[])
      on conflict (tenant_id, order_id) do update set is_active = excluded.is_active, is_suspended = excluded.is_suspended,
        is_scheduled = excluded.is_scheduled, next_on = excluded.next_on, retries = excluded.retries, due_on = excluded.due_on`,
    [
      tenantId,
      rows.map((row) => row.order_id),
      rows.map((row) => row.account_id),
      rows.map((row) => row.is_active),
      rows.map((row) => row.is_suspended),
      rows.map((row) => row.is_scheduled),
      rows.map((row) => row.next_on),
      rows.map((row) => JSON.stringify(row.retries)),
      rows.map(dueOn),
    ],
  );

const orders = tableName(dueOrdersView);

/** Orders that may be due on a day, with the accounts that pay, by id. */
export const findDueOrders = async (
  tx: Transaction,
  tenantId: string,
  {
    businessDate,
    after,
    limit,
  }: { readonly businessDate: string; readonly after?: string | undefined; readonly limit: number },
): Promise<readonly { readonly orderId: string; readonly accountId: string }[]> => {
  const { rows } = await tx.query<{ order_id: string; account_id: string }>(
    `select order_id, account_id from ${orders}
      where tenant_id = $1 and due_on <= $2 and due_on is not null and ($3::uuid is null or order_id > $3) order by order_id limit $4`,
    [tenantId, businessDate, after ?? null, limit],
  );
  return rows.map(({ order_id: orderId, account_id: accountId }) => ({ orderId, accountId }));
};
