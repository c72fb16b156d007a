import { type RowBatch, RowNotLocked, rowName } from '@finaegis/platform/command/locked-table';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import type { ModuleTable } from '@finaegis/platform/module';
import type { Holder } from '../account/account.ts';
import type { StatementCycle } from '../product/events.ts';

/** A customer's account as it is now. */
export interface AccountRow {
  readonly accountId: string;
  readonly entity: string;
  readonly product: string;
  readonly productVersion: number;
  readonly asset: string;
  readonly status: 'open' | 'closed';
  readonly holders: readonly Holder[];
  readonly statementCycle: StatementCycle;
  readonly externalReference?: string;
  /** Reference only; whoever shows it reads the value. */
  readonly name?: { readonly ref: string };
  readonly openedAt: string;
  readonly closedAt?: string;
}

/** A stored row of an account, as every query of it reads it. */
export interface StoredAccount {
  readonly tenant_id: string;
  readonly account_id: string;
  readonly entity: string;
  readonly product: string;
  readonly product_version: number;
  readonly asset: string;
  readonly status: AccountRow['status'];
  readonly holders: readonly Holder[];
  readonly statement_cycle: StatementCycle;
  readonly external_reference: string | null;
  readonly name_ref: string | null;
  readonly opened_at: string;
  readonly closed_at: string | null;
}

/** Physical name of the table. */
export const accountsName = 'account_accounts';

// The index is partial, so that no plan for the lock that is made while the table is small can use it.
const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  account_id text not null,
  entity text not null,
  product text not null,
  product_version integer not null,
  asset text not null,
  status text not null,
  holders jsonb not null,
  statement_cycle text not null,
  external_reference text,
  name_ref uuid,
  opened_at timestamptz(3) not null,
  closed_at timestamptz(3),
  primary key (tenant_id, account_id)
);
create index on ${name} (tenant_id, entity, statement_cycle, account_id) where entity <> ''`;

const columns = [
  'tenant_id',
  'account_id',
  'entity',
  'product',
  'product_version',
  'asset',
  'status',
  'holders',
  'statement_cycle',
  'external_reference',
  'name_ref',
  'opened_at',
  'closed_at',
];

/** The columns of an account for a query that names the table `a`. */
export const accountColumns = columns.map((column) => `a.${column}`).join(', ');

/** Accounts by id, in the commit that opens or closes them. The ledger's own row of the account is what money is decided under. */
export const accountsTable: ModuleTable<AccountRow> = {
  name: 'account.accounts',
  rank: 14,
  consumes: ['AccountOpened', 'AccountClosed'],
  ddl: [{ name: accountsName, create: ddl }],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<StoredAccount>({
      name: 'lock-customer-accounts',
      text: `select ${accountColumns} from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, account_id)
        cross join lateral (
          select * from ${accountsName} where tenant_id = wanted.tenant_id and account_id = wanted.account_id for no key update) a`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map((row) => [rowName(row.tenant_id, row.account_id), accountFromStored(row)]));
  },
  fold: (rows, event) => {
    const { accountId } = event.data as { accountId: string };
    rows.set(event.tenantId, accountId, folded(rows.get(event.tenantId, accountId), event));
  },
  write: async (tx, rows) => {
    if (rows.changed.length > 0) await write(tx, rows);
  },
};

/** An account from its stored form. */
export const accountFromStored = (row: StoredAccount): AccountRow => ({
  accountId: row.account_id,
  entity: row.entity,
  product: row.product,
  productVersion: row.product_version,
  asset: row.asset,
  status: row.status,
  holders: row.holders,
  statementCycle: row.statement_cycle,
  ...(row.external_reference === null ? {} : { externalReference: row.external_reference }),
  ...(row.name_ref === null ? {} : { name: { ref: row.name_ref } }),
  openedAt: row.opened_at,
  ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
});

const folded = (row: AccountRow | undefined, event: RecordedEvent): AccountRow => {
  const { type, data, bookedAt } = event;
  if (type === 'AccountOpened') {
    const { name, ...opened } = data as unknown as AccountRow;
    return {
      ...opened,
      ...(name === undefined ? {} : { name: { ref: name.ref } }),
      status: 'open',
      openedAt: bookedAt,
    };
  }
  if (row === undefined) throw new RowNotLocked(event);
  return { ...row, status: 'closed', closedAt: bookedAt };
};

const write = (tx: Transaction, { changed }: RowBatch<AccountRow>): Promise<unknown> =>
  tx.query({
    name: 'write-customer-accounts',
    text: `insert into ${accountsName} (${columns.join(', ')})
      select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::jsonb[], $9::text[], $10::text[], $11::uuid[], $12::timestamptz[], $13::timestamptz[])
      on conflict (tenant_id, account_id) do update set status = excluded.status, closed_at = excluded.closed_at`,
    values: [
      changed.map(({ tenantId }) => tenantId),
      changed.map(({ key }) => key),
      changed.map(({ row }) => row.entity),
      changed.map(({ row }) => row.product),
      changed.map(({ row }) => row.productVersion),
      changed.map(({ row }) => row.asset),
      changed.map(({ row }) => row.status),
      changed.map(({ row }) => JSON.stringify(row.holders)),
      changed.map(({ row }) => row.statementCycle),
      changed.map(({ row }) => row.externalReference ?? null),
      changed.map(({ row }) => row.name?.ref ?? null),
      changed.map(({ row }) => row.openedAt),
      changed.map(({ row }) => row.closedAt ?? null),
    ],
  });

/** Accounts by id, in no order; those that do not exist are left out. */
export const findAccounts = async (
  tx: Transaction,
  tenantId: string,
  accountIds: readonly string[],
): Promise<readonly AccountRow[]> => {
  const { rows } = await tx.query<StoredAccount>({
    name: 'find-customer-accounts',
    text: `select ${accountColumns} from ${accountsName} a where a.tenant_id = $1 and a.account_id = any ($2)`,
    values: [tenantId, accountIds],
  });
  return rows.map(accountFromStored);
};

/** Accounts of an entity with some cycles of statements, closed ones too, by id: a page of a run over all of them. */
export const accountsByCycle = async (
  tx: Transaction,
  tenantId: string,
  page: {
    readonly entity: string;
    readonly cycles: readonly StatementCycle[];
    readonly after: string;
    readonly limit: number;
  },
): Promise<readonly { readonly accountId: string; readonly cycle: StatementCycle }[]> => {
  const { rows } = await tx.query<{ account_id: string; statement_cycle: StatementCycle }>({
    name: 'accounts-by-cycle',
    text: `select account_id, statement_cycle from ${accountsName}
      where tenant_id = $1 and entity = $2 and entity <> '' and statement_cycle = any ($3) and account_id > $4 order by account_id limit $5`,
    values: [tenantId, page.entity, page.cycles, page.after, page.limit],
  });
  return rows.map(({ account_id: accountId, statement_cycle: cycle }) => ({ accountId, cycle }));
};
