import { type RowBatch, RowNotLocked, rowName } from '@finaegis/platform/command/locked-table';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import type { ModuleTable } from '@finaegis/platform/module';
import type { StandingOrder } from '../standing-order/standing-order.ts';

/** A standing order as it is now. Of its personal texts it has references only; whoever shows them reads the values. */
export interface StandingOrderRow extends Omit<StandingOrder, 'counterpartyName' | 'remittance'> {
  readonly counterpartyName?: { readonly ref: string };
  readonly remittance?: { readonly ref: string };
}

interface StoredOrder {
  readonly tenant_id: string;
  readonly order_id: string;
  readonly account_id: string;
  readonly asset: string;
  readonly amount: string;
  readonly frequency: StandingOrder['frequency'];
  readonly counterparty_bank: string;
  readonly counterparty_account: string;
  readonly counterparty_name_ref: string | null;
  readonly remittance_ref: string | null;
  readonly purpose: string | null;
  readonly first_on: string | null;
  readonly external_reference: string | null;
  readonly status: StandingOrder['status'];
  readonly registered_at: string;
  readonly cancelled_at: string | null;
}

/** Physical name of the table. */
export const standingOrdersName = 'account_standing_orders';

// The index is partial, so that no plan for the lock that is made while the table is small can use it.
const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  order_id text not null,
  account_id text not null,
  asset text not null,
  amount numeric(38, 0) not null,
  frequency text not null,
  counterparty_bank text not null,
  counterparty_account text not null,
  counterparty_name_ref uuid,
  remittance_ref uuid,
  purpose text,
  first_on date,
  external_reference text,
  status text not null,
  registered_at timestamptz(3) not null,
  cancelled_at timestamptz(3),
  primary key (tenant_id, order_id)
);
create index on ${name} (tenant_id, account_id, order_id) where account_id <> ''`;

const columns =
  'tenant_id, order_id, account_id, asset, amount, frequency, counterparty_bank, counterparty_account, counterparty_name_ref, remittance_ref, purpose, first_on, external_reference, status, registered_at, cancelled_at';

/** Standing orders by id, in the commit that registers or cancels them. */
export const standingOrdersTable: ModuleTable<StandingOrderRow> = {
  name: 'account.standing-orders',
  rank: 17,
  consumes: ['StandingOrderRegistered', 'StandingOrderCancelled'],
  ddl: [{ name: standingOrdersName, create: ddl }],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<StoredOrder>({
      name: 'lock-standing-orders',
      text: `select o.* from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, order_id)
        cross join lateral (
          select ${columns} from ${standingOrdersName}
          where tenant_id = wanted.tenant_id and order_id = wanted.order_id offset 0 for no key update) o`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map((row) => [rowName(row.tenant_id, row.order_id), fromStored(row)]));
  },
  fold: (rows, event) => {
    const { orderId } = event.data as { orderId: string };
    rows.set(event.tenantId, orderId, folded(rows.get(event.tenantId, orderId), event));
  },
  write: async (tx, rows) => {
    if (rows.changed.length > 0) await write(tx, rows);
  },
};

const folded = (row: StandingOrderRow | undefined, event: RecordedEvent): StandingOrderRow => {
  const { type, data, bookedAt } = event;
  if (type === 'StandingOrderRegistered')
    return { ...(data as unknown as StandingOrderRow), status: 'active', registeredAt: bookedAt };
  if (row === undefined) throw new RowNotLocked(event);
  return { ...row, status: 'cancelled', cancelledAt: bookedAt };
};

const write = (tx: Transaction, { changed }: RowBatch<StandingOrderRow>): Promise<unknown> =>
  tx.query({
    name: 'write-standing-orders',
    text: `insert into ${standingOrdersName} (${columns})
      select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::uuid[], $11::text[], $12::date[], $13::text[], $14::text[], $15::timestamptz[], $16::timestamptz[])
      on conflict (tenant_id, order_id) do update set status = excluded.status, cancelled_at = excluded.cancelled_at`,
    values: [
      changed.map(({ tenantId }) => tenantId),
      changed.map(({ key }) => key),
      changed.map(({ row }) => row.accountId),
      changed.map(({ row }) => row.asset),
      changed.map(({ row }) => row.amountMinor),
      changed.map(({ row }) => row.frequency),
      changed.map(({ row }) => row.counterparty.bank),
      changed.map(({ row }) => row.counterparty.account),
      changed.map(({ row }) => row.counterpartyName?.ref ?? null),
      changed.map(({ row }) => row.remittance?.ref ?? null),
      changed.map(({ row }) => row.purpose ?? null),
      changed.map(({ row }) => row.firstOn ?? null),
      changed.map(({ row }) => row.externalReference ?? null),
      changed.map(({ row }) => row.status),
      changed.map(({ row }) => row.registeredAt),
      changed.map(({ row }) => row.cancelledAt ?? null),
    ],
  });

const fromStored = (row: StoredOrder): StandingOrderRow => ({
  orderId: row.order_id,
  accountId: row.account_id,
  asset: row.asset,
  amountMinor: BigInt(row.amount),
  frequency: row.frequency,
  counterparty: { bank: row.counterparty_bank, account: row.counterparty_account },
  ...(row.counterparty_name_ref === null ? {} : { counterpartyName: { ref: row.counterparty_name_ref } }),
  ...(row.remittance_ref === null ? {} : { remittance: { ref: row.remittance_ref } }),
  ...(row.purpose === null ? {} : { purpose: row.purpose }),
  ...(row.first_on === null ? {} : { firstOn: row.first_on }),
  ...(row.external_reference === null ? {} : { externalReference: row.external_reference }),
  status: row.status,
  registeredAt: row.registered_at,
  ...(row.cancelled_at === null ? {} : { cancelledAt: row.cancelled_at }),
});

/** One order. */
export const findStandingOrder = async (
  tx: Transaction,
  tenantId: string,
  orderId: string,
): Promise<StandingOrderRow | undefined> => {
  const { rows } = await tx.query<StoredOrder>({
    name: 'find-standing-order',
    text: `select ${columns} from ${standingOrdersName} where tenant_id = $1 and order_id = $2`,
    values: [tenantId, orderId],
  });
  return rows.map(fromStored)[0];
};

/** An account's orders, cancelled ones too, by id from the highest. */
export const listStandingOrders = async (
  tx: Transaction,
  tenantId: string,
  accountId: string,
  { before, limit }: { readonly before?: string | undefined; readonly limit: number },
): Promise<readonly StandingOrderRow[]> => {
  const { rows } = await tx.query<StoredOrder>({
    name: 'list-standing-orders',
    text: `select ${columns} from ${standingOrdersName}
      where tenant_id = $1 and account_id = $2 and account_id <> '' and ($3::text is null or order_id < $3)
      order by order_id desc limit $4`,
    values: [tenantId, accountId, before ?? null, limit],
  });
  return rows.map(fromStored);
};
