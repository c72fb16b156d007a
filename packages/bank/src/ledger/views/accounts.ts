import type { RowBatch } from '@finaegis/platform/command/locked-table';
import { RowNotLocked, rowName } from '@finaegis/platform/command/locked-table';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import type { ModuleTable } from '@finaegis/platform/module';
import type { Block } from '../account/account.ts';
import type { AccountFacts } from '../journal/journal.ts';

/** An account as a lock: whoever changes its life holds it, whoever makes a balance row for it shares it. */
export interface AccountRow extends AccountFacts {
  readonly status: 'open' | 'closed';
  readonly blocks: readonly Block[];
}

interface StoredRow {
  readonly tenant_id: string;
  readonly account_id: string;
  readonly entity: string;
  readonly kind: 'house' | 'customer';
  readonly class: AccountFacts['class'];
  readonly has_floor: boolean;
  readonly code: string | null;
  readonly status: 'open' | 'closed';
  readonly blocks: readonly {
    blockId: string;
    kind: Block['kind'];
    asset?: string;
    amountMinor?: string;
    reason: Block['reason'];
  }[];
}

export const accountsName = 'ledger_accounts';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  account_id text not null,
  entity text not null,
  kind text not null,
  class text not null,
  has_floor boolean not null,
  code text,
  status text not null,
  blocks jsonb not null,
  primary key (tenant_id, account_id)
);
create index on ${name} (tenant_id, entity, code) where kind = 'house'`;

/** Locked before balances, so that a block or a closing never races a transfer. */
export const accountsTable: ModuleTable<AccountRow> = {
  name: 'ledger.accounts',
  rank: 20,
  consumes: ['LedgerAccountOpened', 'AccountBlockPlaced', 'AccountBlockLifted', 'LedgerAccountClosed'],
  ddl: [{ name: accountsName, create: ddl }],
  lock: async (tx, requests) => {
    const rows = new Map<string, AccountRow>();
    const { rows: stored } = await tx.query<StoredRow>({
      name: 'lock-accounts',
      text: `select a.* from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, account_id)
        cross join lateral (
          select * from ${accountsName} where tenant_id = wanted.tenant_id and account_id = wanted.account_id for no key update) a`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    for (const row of stored) rows.set(rowName(row.tenant_id, row.account_id), fromStored(row));
    return rows;
  },
  fold: (rows, event) => {
    const accountId = event.data['accountId'] as string;
    rows.set(event.tenantId, accountId, folded(rows.get(event.tenantId, accountId), event));
  },
  write: async (tx, rows) => {
    if (rows.changed.length > 0) await write(tx, rows);
  },
};

const fromStored = (row: StoredRow): AccountRow => ({
  accountId: row.account_id,
  entity: row.entity,
  kind: row.kind,
  class: row.class,
  hasFloor: row.has_floor,
  ...(row.code === null ? {} : { code: row.code }),
  status: row.status,
  blocks: row.blocks.map(({ amountMinor, ...block }) => ({
    ...block,
    ...(amountMinor === undefined ? {} : { amountMinor: BigInt(amountMinor) }),
  })),
});

const folded = (row: AccountRow | undefined, event: RecordedEvent): AccountRow => {
  if (event.type === 'LedgerAccountOpened')
    return { ...(event.data as unknown as AccountFacts), status: 'open', blocks: [] };
  if (row === undefined) throw new RowNotLocked(event);
  const block = event.data as unknown as Block;
  switch (event.type) {
    case 'AccountBlockPlaced': {
      const { blockId, kind, asset, amountMinor, reason } = block;
      return { ...row, blocks: [...row.blocks, { blockId, kind, asset, amountMinor, reason }] };
    }
    case 'AccountBlockLifted':
      return { ...row, blocks: row.blocks.filter(({ blockId }) => blockId !== block.blockId) };
    default:
      return { ...row, status: 'closed' };
  }
};

const write = (tx: Transaction, { changed }: RowBatch<AccountRow>): Promise<unknown> =>
  tx.query({
    name: 'write-accounts',
    text: `insert into ${accountsName} (tenant_id, account_id, entity, kind, class, has_floor, code, status, blocks)
      select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::text[], $8::text[], $9::jsonb[])
      on conflict (tenant_id, account_id) do update set status = excluded.status, blocks = excluded.blocks`,
    values: [
      changed.map(({ tenantId }) => tenantId),
      changed.map(({ key }) => key),
      changed.map(({ row }) => row.entity),
      changed.map(({ row }) => row.kind),
      changed.map(({ row }) => row.class),
      changed.map(({ row }) => row.hasFloor),
      changed.map(({ row }) => row.code ?? null),
      changed.map(({ row }) => row.status),
      changed.map(({ row }) =>
        JSON.stringify(row.blocks, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
      ),
    ],
  });

/** Accounts as they are now, by id; one that is not there is absent. */
export const accountsOf = async (
  tx: Transaction,
  tenantId: string,
  accounts: readonly string[],
): Promise<readonly AccountRow[]> => {
  const { rows } = await tx.query<StoredRow>({
    name: 'accounts-by-id',
    text: `select a.* from ${accountsName} a where a.tenant_id = $1 and a.account_id = any ($2) order by a.account_id`,
    values: [tenantId, accounts],
  });
  return rows.map(fromStored);
};

/** An entity's house accounts of some classes, by id. */
export const houseAccountsOf = async (
  tx: Transaction,
  tenantId: string,
  { entity, classes }: { readonly entity: string; readonly classes: readonly AccountFacts['class'][] },
): Promise<readonly AccountFacts[]> => {
  const { rows } = await tx.query<StoredRow>({
    name: 'house-accounts',
    text: `select a.* from ${accountsName} a where a.tenant_id = $1 and a.entity = $2 and a.kind = 'house' and a.class = any ($3) order by a.account_id`,
    values: [tenantId, entity, classes],
  });
  return rows.map((row) => {
    const { status: _status, blocks: _blocks, ...facts } = fromStored(row);
    return facts;
  });
};
