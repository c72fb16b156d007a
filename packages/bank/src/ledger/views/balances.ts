import { unreachable } from '@finaegis/kernel/decision';
import { type LockRequest, type RowBatch, rowName } from '@finaegis/platform/command/locked-table';
import { instantArray, plainArray, textArray } from '@finaegis/platform/database/array-parameters';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import type { ModuleTable } from '@finaegis/platform/module';
import type { Block } from '../account/account.ts';
import { afterPosting, type Balance } from '../balance.ts';
import type { JournalPosting } from '../journal/events.ts';
import type { RepairBalance } from '../repair/repair.ts';
import { type AccountRow, accountsName } from './accounts.ts';

export const balancesName = 'ledger_balances';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  account_id text not null,
  asset text not null,
  entity text not null,
  class text not null,
  has_floor boolean not null,
  status text not null,
  debit_blocks smallint not null default 0,
  credit_blocks smallint not null default 0,
  blocked numeric(38, 0) not null default 0,
  debits numeric not null default 0,
  credits numeric not null default 0,
  held_out numeric(38, 0) not null default 0,
  overdraft_limit numeric(38, 0) not null default 0,
  booked_at timestamptz(3),
  primary key (tenant_id, account_id, asset)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
create index on ${name} (tenant_id, entity, asset) where entity <> ''`;

export interface StoredBalance {
  readonly tenant_id: string;
  readonly account_id: string;
  readonly asset: string;
  readonly entity: string;
  readonly class: Balance['class'];
  readonly has_floor: boolean;
  readonly status: Balance['status'];
  readonly debit_blocks: number;
  readonly credit_blocks: number;
  readonly blocked: string;
  readonly debits: string;
  readonly credits: string;
  readonly held_out: string;
  readonly overdraft_limit: string;
  readonly booked_at: string | null;
}

/** Key of one balance; with `every` in place of the asset, of all balances the account has. */
export const balanceKey = (account: string, asset: string): string => `${account} ${asset}`;
export const every = '*';

const splitKey = (key: string): { readonly account: string; readonly asset: string } => {
  const at = key.lastIndexOf(' ');
  return { account: key.slice(0, at), asset: key.slice(at + 1) };
};

/** Deltas of balances nobody locked: house accounts without a floor. */
export interface BalanceDelta {
  readonly tenantId: string;
  readonly account: string;
  readonly asset: string;
  debitsMinor: bigint;
  creditsMinor: bigint;
  bookedAt: string;
}

/** Balance rows seen by this process; their existence never changes, so only a first meeting has to make one. */
const knownMax = 500_000;

/** Balances are what decisions about money lock. One instance per process, since it remembers which rows exist. */
export const createBalancesTable = (): ModuleTable<Balance> => {
  const known = new Set<string>();
  return {
    name: 'ledger.balances',
    rank: 30,
    consumes: [
      'JournalPosted',
      'HoldPlaced',
      'HoldIncreased',
      'HoldCaptured',
      'HoldVoided',
      'HoldExpired',
      'AccountBlockPlaced',
      'AccountBlockLifted',
      'OverdraftLimitSet',
      'LedgerAccountClosed',
      'BalanceRepaired',
    ],
    ddl: [{ name: balancesName, create: ddl }],
    lock: (tx, requests) => lock(tx, requests, known),
    fold,
    write: async (tx, rows) => {
      await Promise.all([...writeChanged(tx, rows), ...writeDeltas(tx, rows), ...removeUnused(tx, rows)]);
    },
    bookedAt: (balance) => balance.bookedAt,
    recall: {
      covers: (key) => splitKey(key).asset !== every,
      // Without a floor a balance is changed by deltas that nobody reads first.
      // One that is not stored yet would miss a block placed on the account, which is written into stored balances.
      keeps: ({ hasFloor, isNew }) => hasFloor && isNew !== true,
      written: (balance) => (balance.isNew === true ? { ...balance, isNew: false } : balance),
      read,
    },
  };
};

/** Balances as they are, and empty ones for accounts that never met the asset, made from the account as `makeRows` would. */
const read = async (tx: Transaction, requests: readonly LockRequest[]): Promise<ReadonlyMap<string, Balance>> => {
  const keys = requests.map(({ key }) => splitKey(key));
  const { rows } = await tx.query<StoredBalance & { readonly is_new: boolean }>({
    name: 'recall-balances',
    text: `select a.tenant_id, a.account_id, wanted.asset, a.entity, a.class, a.has_floor, a.status,
        coalesce(b.debit_blocks, ${blockCount('debit')})::smallint as debit_blocks, coalesce(b.credit_blocks, ${blockCount('credit')})::smallint as credit_blocks,
        coalesce(b.blocked, ${blockedSum}) as blocked, coalesce(b.debits, 0) as debits, coalesce(b.credits, 0) as credits,
        coalesce(b.held_out, 0) as held_out, coalesce(b.overdraft_limit, 0) as overdraft_limit, b.booked_at, b.account_id is null as is_new
      from unnest($1::uuid[], $2::text[], $3::text[]) as wanted (tenant_id, account_id, asset)
      cross join lateral (select * from ${accountsName} where tenant_id = wanted.tenant_id and account_id = wanted.account_id offset 0) a
      left join lateral (
        select * from ${balancesName}
        where tenant_id = wanted.tenant_id and account_id = wanted.account_id and asset = wanted.asset offset 0) b on true`,
    values: [
      requests.map(({ tenantId }) => tenantId),
      keys.map(({ account }) => account),
      keys.map(({ asset }) => asset),
    ],
  });
  return new Map(
    rows.map((row) => [
      rowName(row.tenant_id, balanceKey(row.account_id, row.asset)),
      { ...fromStoredBalance(row), isNew: row.is_new },
    ]),
  );
};

const blockCount = (kind: 'debit' | 'credit'): string =>
  `(select count(*) from jsonb_array_elements(a.blocks) block where block ->> 'kind' = '${kind}')`;

const blockedSum = `coalesce((select sum((block ->> 'amountMinor')::numeric) from jsonb_array_elements(a.blocks) block
  where block ->> 'kind' = 'amount' and block ->> 'asset' = wanted.asset), 0)`;

const lock = async (
  tx: Transaction,
  requests: readonly LockRequest[],
  known: Set<string>,
): Promise<ReadonlyMap<string, Balance>> => {
  const wanted = requests.map(({ tenantId, key }) => ({ tenantId, name: rowName(tenantId, key), ...splitKey(key) }));
  const whole = wanted.filter(({ asset }) => asset === every);
  const single = wanted.filter(({ asset }) => asset !== every);
  const unmet = single.filter(({ name }) => !known.has(name));
  const [made, one, all] = await Promise.all([
    unmet.length === 0 ? undefined : makeRows(tx, unmet),
    single.length === 0 ? undefined : lockSingle(tx, single),
    whole.length === 0 ? undefined : lockWhole(tx, whole),
  ]);
  const fresh = new Set(made?.rows.map((row) => rowName(row.tenant_id, balanceKey(row.account_id, row.asset))));
  if (known.size > knownMax) known.clear();
  const balances = new Map<string, Balance>();
  for (const row of [...(one?.rows ?? []), ...(all?.rows ?? [])]) {
    const name = rowName(row.tenant_id, balanceKey(row.account_id, row.asset));
    balances.set(name, fresh.has(name) ? { ...fromStoredBalance(row), isNew: true } : fromStoredBalance(row));
    // A row made in this very transaction may still be rolled back; the next meeting will find it committed.
    if (!fresh.has(name)) known.add(name);
  }
  return balances;
};

interface WantedBalance {
  readonly tenantId: string;
  readonly account: string;
  readonly asset: string;
}

/** Locks in the order the keys are given, which is sorted: no two batches wait for each other in a circle. */
const lockSingle = (tx: Transaction, rows: readonly WantedBalance[]) =>
  tx.query<StoredBalance>({
    name: 'lock-balances',
    text: `select b.* from unnest($1::uuid[], $2::text[], $3::text[]) as wanted (tenant_id, account_id, asset)
      cross join lateral (
        select * from ${balancesName}
        where tenant_id = wanted.tenant_id and account_id = wanted.account_id and asset = wanted.asset for no key update) b`,
    values: [rows.map(({ tenantId }) => tenantId), rows.map(({ account }) => account), rows.map(({ asset }) => asset)],
  });

const lockWhole = (tx: Transaction, rows: readonly WantedBalance[]) =>
  tx.query<StoredBalance>({
    name: 'lock-all-balances',
    text: `select b.* from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, account_id)
      cross join lateral (
        select * from ${balancesName} where tenant_id = wanted.tenant_id and account_id = wanted.account_id order by asset for no key update) b`,
    values: [rows.map(({ tenantId }) => tenantId), rows.map(({ account }) => account)],
  });

/** Makes empty rows for accounts that meet an asset for the first time, sharing the account so that its blocks cannot change under it. */
const makeRows = (tx: Transaction, rows: readonly WantedBalance[]) =>
  tx.query<{ tenant_id: string; account_id: string; asset: string }>({
    name: 'make-balances',
    text: `insert into ${balancesName} (tenant_id, account_id, asset, entity, class, has_floor, status, debit_blocks, credit_blocks, blocked)
      select a.tenant_id, a.account_id, wanted.asset, a.entity, a.class, a.has_floor, a.status,
        ${blockCount('debit')}, ${blockCount('credit')}, ${blockedSum}
      from unnest($1::uuid[], $2::text[], $3::text[]) as wanted (tenant_id, account_id, asset)
      cross join lateral (select * from ${accountsName} where tenant_id = wanted.tenant_id and account_id = wanted.account_id for share) a
      on conflict do nothing
      returning tenant_id, account_id, asset`,
    values: [rows.map(({ tenantId }) => tenantId), rows.map(({ account }) => account), rows.map(({ asset }) => asset)],
  });

/** The balance an account has in an asset it never met: what `makeRows` makes, for whoever keeps rows elsewhere than in PostgreSQL. */
export const emptyBalance = (
  { accountId, entity, class: accountClass, hasFloor, status, blocks }: AccountRow,
  asset: string,
): Balance => {
  const count = (kind: Block['kind']): number => blocks.filter((block) => block.kind === kind).length;
  return {
    account: accountId,
    asset,
    entity,
    class: accountClass,
    status,
    hasFloor,
    debitBlocks: count('debit'),
    creditBlocks: count('credit'),
    blockedMinor: blocks.reduce(
      (sum, block) => (block.kind === 'amount' && block.asset === asset ? sum + (block.amountMinor ?? 0n) : sum),
      0n,
    ),
    debitsMinor: 0n,
    creditsMinor: 0n,
    heldOutMinor: 0n,
    overdraftLimitMinor: 0n,
    bookedAt: undefined,
    isNew: false,
  };
};

export const fromStoredBalance = (row: StoredBalance): Balance => ({
  account: row.account_id,
  asset: row.asset,
  entity: row.entity,
  class: row.class,
  status: row.status,
  hasFloor: row.has_floor,
  debitBlocks: row.debit_blocks,
  creditBlocks: row.credit_blocks,
  blockedMinor: BigInt(row.blocked),
  debitsMinor: BigInt(row.debits),
  creditsMinor: BigInt(row.credits),
  heldOutMinor: BigInt(row.held_out),
  overdraftLimitMinor: BigInt(row.overdraft_limit),
  bookedAt: row.booked_at ?? undefined,
  isNew: false,
});

/** How an event changes balances; used by the commit, by linked batches deciding ahead, and by the replay that proves the rows. */
const fold = (rows: RowBatch<Balance>, event: RecordedEvent): void => {
  const { tenantId, bookedAt } = event;
  switch (event.type) {
    case 'JournalPosted':
      for (const posting of event.data['postings'] as readonly JournalPosting[])
        post(rows, { tenantId, bookedAt, posting });
      return;
    case 'AccountBlockPlaced':
    case 'AccountBlockLifted':
    case 'LedgerAccountClosed':
      return foldLife(rows, event);
    case 'OverdraftLimitSet': {
      const { accountId, asset, limitMinor } = event.data as { accountId: string; asset: string; limitMinor: bigint };
      return change(rows, { tenantId, account: accountId, asset }, (balance) => ({
        ...balance,
        overdraftLimitMinor: limitMinor,
      }));
    }
    case 'BalanceRepaired': {
      const repair = event.data as unknown as RepairBalance;
      return change(rows, { tenantId, account: repair.account, asset: repair.asset }, (balance) =>
        afterRepair(balance, repair),
      );
    }
    default: {
      const { account, asset } = event.data as { account: string; asset: string };
      return change(rows, { tenantId, account, asset }, (balance) => ({
        ...balance,
        heldOutMinor: balance.heldOutMinor + heldChange(event),
        bookedAt,
      }));
    }
  }
};

const afterRepair = (balance: Balance, repair: RepairBalance): Balance => ({
  ...balance,
  debitsMinor: balance.debitsMinor + repair.debitsMinor,
  creditsMinor: balance.creditsMinor + repair.creditsMinor,
  heldOutMinor: balance.heldOutMinor + repair.heldOutMinor,
  blockedMinor: balance.blockedMinor + repair.blockedMinor,
  overdraftLimitMinor: balance.overdraftLimitMinor + repair.overdraftLimitMinor,
});

/** What a hold's event adds to the amount held. */
export const heldChange = ({ type, data }: Pick<RecordedEvent, 'type' | 'data'>): bigint => {
  const { amountMinor, addedMinor, releasedMinor } = data as {
    amountMinor?: bigint;
    addedMinor?: bigint;
    releasedMinor?: bigint;
  };
  if (type === 'HoldPlaced') return amountMinor ?? 0n;
  if (type === 'HoldIncreased') return addedMinor ?? 0n;
  return -(releasedMinor ?? 0n);
};

const change = (
  rows: RowBatch<Balance>,
  { tenantId, account, asset }: { readonly tenantId: string; readonly account: string; readonly asset: string },
  how: (balance: Balance) => Balance,
): void => {
  const key = balanceKey(account, asset);
  const balance = rows.get(tenantId, key);
  if (balance === undefined) throw new Error(`The balance of ${account} in ${asset} was changed without being locked.`);
  rows.set(tenantId, key, how(balance));
};

const post = (
  rows: RowBatch<Balance>,
  {
    tenantId,
    bookedAt,
    posting,
  }: { readonly tenantId: string; readonly bookedAt: string; readonly posting: JournalPosting },
): void => {
  const { account, asset, side, amountMinor } = posting;
  const key = balanceKey(account, asset);
  const balance = rows.get(tenantId, key);
  if (balance !== undefined) return rows.set(tenantId, key, afterPosting(balance, posting, bookedAt));
  const name = rowName(tenantId, key);
  const delta = (rows.scratch.get(name) as BalanceDelta | undefined) ?? {
    tenantId,
    account,
    asset,
    debitsMinor: 0n,
    creditsMinor: 0n,
    bookedAt,
  };
  if (side === 'debit') delta.debitsMinor += amountMinor;
  else delta.creditsMinor += amountMinor;
  delta.bookedAt = bookedAt;
  rows.scratch.set(name, delta);
};

/** Blocks and closing are written into every balance row of the account that is locked; the life-cycle command locks them all. */
const foldLife = (rows: RowBatch<Balance>, event: RecordedEvent): void => {
  for (const { tenantId, key, row } of rows.entries()) {
    if (tenantId === event.tenantId && row.account === event.data['accountId'])
      rows.set(tenantId, key, afterLife(row, event));
  }
};

const afterLife = (balance: Balance, { type, data }: RecordedEvent): Balance => {
  if (type === 'LedgerAccountClosed') return { ...balance, status: 'closed' };
  const { kind, asset, amountMinor = 0n } = data as unknown as Block;
  const sign = type === 'AccountBlockPlaced' ? 1 : -1;
  switch (kind) {
    case 'debit':
      return { ...balance, debitBlocks: balance.debitBlocks + sign };
    case 'credit':
      return { ...balance, creditBlocks: balance.creditBlocks + sign };
    case 'amount':
      return asset === balance.asset
        ? { ...balance, blockedMinor: balance.blockedMinor + BigInt(sign) * amountMinor }
        : balance;
    default:
      return unreachable(kind);
  }
};

/** Before a first row of an asset is written: whoever blocks or closes the account locks it and every row there is, and would miss this one. */
const shareAccounts = (tx: Transaction, made: RowBatch<Balance>['changed']): Promise<unknown> =>
  tx.query({
    name: 'share-accounts',
    text: `select 1 from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, account_id)
      cross join lateral (select 1 from ${accountsName} where tenant_id = wanted.tenant_id and account_id = wanted.account_id for share) a`,
    values: [plainArray(made.map(({ tenantId }) => tenantId)), textArray(made.map(({ row }) => row.account))],
  });

const writeChanged = (tx: Transaction, { changed }: RowBatch<Balance>): Promise<unknown>[] => {
  if (changed.length === 0) return [];
  const made = changed.filter(({ row }) => row.isNew === true);
  return [
    ...(made.length === 0 ? [] : [shareAccounts(tx, made)]),
    tx.query({
      name: 'write-balances',
      text: `insert into ${balancesName} (tenant_id, account_id, asset, entity, class, has_floor, status, debit_blocks, credit_blocks, blocked, debits, credits, held_out, overdraft_limit, booked_at)
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::text[], $8::smallint[], $9::smallint[], $10::numeric[], $11::numeric[], $12::numeric[], $13::numeric[], $14::numeric[], $15::timestamptz[])
        on conflict (tenant_id, account_id, asset) do update set
          status = excluded.status, debit_blocks = excluded.debit_blocks, credit_blocks = excluded.credit_blocks, blocked = excluded.blocked,
          debits = excluded.debits, credits = excluded.credits, held_out = excluded.held_out, overdraft_limit = excluded.overdraft_limit, booked_at = excluded.booked_at`,
      values: [
        plainArray(changed.map(({ tenantId }) => tenantId)),
        textArray(changed.map(({ row }) => row.account)),
        textArray(changed.map(({ row }) => row.asset)),
        textArray(changed.map(({ row }) => row.entity)),
        textArray(changed.map(({ row }) => row.class)),
        plainArray(changed.map(({ row }) => row.hasFloor)),
        textArray(changed.map(({ row }) => row.status)),
        plainArray(changed.map(({ row }) => row.debitBlocks)),
        plainArray(changed.map(({ row }) => row.creditBlocks)),
        plainArray(changed.map(({ row }) => row.blockedMinor)),
        plainArray(changed.map(({ row }) => row.debitsMinor)),
        plainArray(changed.map(({ row }) => row.creditsMinor)),
        plainArray(changed.map(({ row }) => row.heldOutMinor)),
        plainArray(changed.map(({ row }) => row.overdraftLimitMinor)),
        instantArray(changed.map(({ row }) => row.bookedAt ?? null)),
      ],
    }),
  ];
};

/** Takes away rows made in this commit on which nothing was decided: a refused command leaves nothing behind. Nobody else has seen them. */
const removeUnused = (tx: Transaction, rows: RowBatch<Balance>): Promise<unknown>[] => {
  let hasNew = false;
  for (const { isNew } of rows.values()) hasNew ||= isNew === true;
  if (!hasNew) return [];
  const changed = new Set(rows.changed.map(({ name }) => name));
  const unused = [...rows.entries()].filter(
    ({ tenantId, key, row }) => row.isNew === true && !changed.has(rowName(tenantId, key)),
  );
  if (unused.length === 0) return [];
  return [
    tx.query({
      name: 'remove-balances',
      text: `delete from ${balancesName} b where b.ctid in (
        select found.place from unnest($1::uuid[], $2::text[], $3::text[]) as wanted (tenant_id, account_id, asset)
        cross join lateral (
          select ctid as place from ${balancesName}
          where tenant_id = wanted.tenant_id and account_id = wanted.account_id and asset = wanted.asset offset 0) found)`,
      values: [
        unused.map(({ tenantId }) => tenantId),
        unused.map(({ row }) => row.account),
        unused.map(({ row }) => row.asset),
      ],
    }),
  ];
};

const writeDeltas = (tx: Transaction, { scratch }: RowBatch<Balance>): Promise<unknown>[] => {
  if (scratch.size === 0) return [];
  const deltas = [...(scratch as Map<string, BalanceDelta>)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, delta]) => delta);
  return [
    tx.query({
      name: 'write-balance-deltas',
      text: `insert into ${balancesName} as b (tenant_id, account_id, asset, entity, class, has_floor, status, debits, credits, booked_at)
        select a.tenant_id, a.account_id, d.asset, a.entity, a.class, a.has_floor, a.status, d.debits, d.credits, d.booked_at
        from unnest($1::uuid[], $2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::timestamptz[]) as d (tenant_id, account_id, asset, debits, credits, booked_at)
        cross join lateral (
          select tenant_id, account_id, entity, class, has_floor, status from ${accountsName}
          where tenant_id = d.tenant_id and account_id = d.account_id offset 0) a
        on conflict (tenant_id, account_id, asset) do update
          set debits = b.debits + excluded.debits, credits = b.credits + excluded.credits, booked_at = greatest(b.booked_at, excluded.booked_at)`,
      values: [
        plainArray(deltas.map(({ tenantId }) => tenantId)),
        textArray(deltas.map(({ account }) => account)),
        textArray(deltas.map(({ asset }) => asset)),
        plainArray(deltas.map(({ debitsMinor }) => debitsMinor)),
        plainArray(deltas.map(({ creditsMinor }) => creditsMinor)),
        instantArray(deltas.map(({ bookedAt }) => bookedAt)),
      ],
    }),
  ];
};

/** Balances of accounts as they are now, by account and asset; an asset that one never met is absent. */
export const balancesOf = async (
  tx: Transaction,
  tenantId: string,
  accounts: readonly string[],
): Promise<readonly Balance[]> => {
  const { rows } = await tx.query<StoredBalance>({
    name: 'balances-of-accounts',
    text: `select b.* from ${balancesName} b where b.tenant_id = $1 and b.account_id = any ($2) order by b.account_id, b.asset`,
    values: [tenantId, accounts],
  });
  return rows.map(fromStoredBalance);
};

/** Assets in which any of the accounts stands above or below zero. */
export const assetsHeld = async (
  tx: Transaction,
  tenantId: string,
  accounts: readonly string[],
): Promise<readonly string[]> => {
  const { rows } = await tx.query<{ asset: string }>({
    name: 'assets-held',
    text: `select distinct asset from ${balancesName} where tenant_id = $1 and account_id = any ($2) and debits <> credits order by asset`,
    values: [tenantId, accounts],
  });
  return rows.map(({ asset }) => asset);
};
