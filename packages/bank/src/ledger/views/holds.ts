import type { Transaction } from '@finaegis/platform/database/transaction';
import type { ModuleTable } from '@finaegis/platform/module';
import type { Hold } from '../hold/hold.ts';

export const holdsName = 'ledger_holds';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  hold_id uuid not null,
  account_id text not null,
  asset text not null,
  amount numeric(38, 0) not null,
  captured numeric(38, 0) not null default 0,
  remaining numeric(38, 0) not null,
  status text not null,
  expires_at timestamptz(3),
  placed_at timestamptz(3) not null,
  description uuid,
  primary key (tenant_id, hold_id)
) with (fillfactor = 70);
create index on ${name} (tenant_id, account_id, placed_at, hold_id) where account_id <> '';
create index on ${name} (tenant_id, expires_at) where status = 'active' and expires_at is not null`;

/** One change of a hold's row, in the order of its events. */
interface Change {
  readonly tenantId: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly bookedAt: string;
}

/** Holds by id and by account, in the commit that changes them. Nothing is locked here: a hold is decided on its stream and its balance. */
export const holdsTable: ModuleTable = {
  name: 'ledger.holds',
  rank: 40,
  consumes: ['HoldPlaced', 'HoldIncreased', 'HoldCaptured', 'HoldVoided', 'HoldExpired'],
  ddl: [{ name: holdsName, create: ddl }],
  lock: async () => new Map<string, never>(),
  fold: ({ scratch }, { tenantId, type, data, bookedAt }) => {
    scratch.set(String(scratch.size), { tenantId, type, data, bookedAt } satisfies Change);
  },
  write: async (tx, { scratch }) => {
    const changes = [...scratch.values()] as Change[];
    if (changes.length > 0) await write(tx, changes);
  },
};

interface Row {
  readonly placed?: {
    readonly account: string;
    readonly asset: string;
    readonly expiresAt: string | null;
    readonly placedAt: string;
    readonly description: string | null;
  };
  readonly amountMinor?: bigint | undefined;
  readonly capturedMinor: bigint;
  readonly remainingMinor: bigint;
  readonly status?: string | undefined;
}

/** Several events on one hold in one batch become one row change: deltas for what grows and shrinks, the last word for the rest. */
const merge = (row: Row | undefined, { type, data, bookedAt }: Change): Row => {
  const before = row ?? { capturedMinor: 0n, remainingMinor: 0n };
  const { amountMinor = 0n, addedMinor = 0n, releasedMinor = 0n } = data as Record<string, bigint | undefined>;
  switch (type) {
    case 'HoldPlaced': {
      const { account, asset, expiresAt, description } = data as {
        account: string;
        asset: string;
        expiresAt?: string;
        description?: { ref: string };
      };
      const placed = {
        account,
        asset,
        expiresAt: expiresAt ?? null,
        placedAt: bookedAt,
        description: description?.ref ?? null,
      };
      return { placed, amountMinor, capturedMinor: 0n, remainingMinor: amountMinor, status: 'active' };
    }
    case 'HoldIncreased':
      return { ...before, amountMinor, remainingMinor: before.remainingMinor + addedMinor };
    case 'HoldCaptured':
      return {
        ...before,
        capturedMinor: before.capturedMinor + amountMinor,
        remainingMinor: before.remainingMinor - releasedMinor,
      };
    default:
      return {
        ...before,
        remainingMinor: before.remainingMinor - releasedMinor,
        status: type === 'HoldVoided' ? 'voided' : 'expired',
      };
  }
};

const write = async (tx: Transaction, changes: readonly Change[]): Promise<void> => {
  const rows = new Map<string, { tenantId: string; holdId: string; row: Row }>();
  for (const change of changes) {
    const holdId = change.data['holdId'] as string;
    const name = `${change.tenantId}/${holdId}`;
    rows.set(name, { tenantId: change.tenantId, holdId, row: merge(rows.get(name)?.row, change) });
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  const placed = sorted.filter(({ row }) => row.placed !== undefined);
  const changed = sorted.filter(({ row }) => row.placed === undefined);
  await Promise.all([
    placed.length === 0 ? undefined : insert(tx, placed),
    changed.length === 0 ? undefined : update(tx, changed),
  ]);
};

type Named = { readonly tenantId: string; readonly holdId: string; readonly row: Row };

const statusOf = ({ status, remainingMinor, capturedMinor }: Row): string =>
  status === 'active' && remainingMinor === 0n && capturedMinor > 0n ? 'captured' : (status ?? 'active');

const insert = (tx: Transaction, rows: readonly Named[]): Promise<unknown> =>
  tx.query({
    name: 'insert-holds',
    text: `insert into ${holdsName} (tenant_id, hold_id, account_id, asset, amount, captured, remaining, status, expires_at, placed_at, description)
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::numeric[], $6::numeric[], $7::numeric[], $8::text[], $9::timestamptz[], $10::timestamptz[], $11::uuid[])`,
    values: [
      rows.map(({ tenantId }) => tenantId),
      rows.map(({ holdId }) => holdId),
      rows.map(({ row }) => row.placed?.account),
      rows.map(({ row }) => row.placed?.asset),
      rows.map(({ row }) => row.amountMinor),
      rows.map(({ row }) => row.capturedMinor),
      rows.map(({ row }) => row.remainingMinor),
      rows.map(({ row }) => statusOf(row)),
      rows.map(({ row }) => row.placed?.expiresAt),
      rows.map(({ row }) => row.placed?.placedAt),
      rows.map(({ row }) => row.placed?.description),
    ],
  });

// Found by key first and then by place: a join planned on an empty table would scan a tenant's holds. No place moves between the two, since whoever
// changes a hold has its balance locked.
const update = (tx: Transaction, rows: readonly Named[]): Promise<unknown> =>
  tx.query({
    name: 'update-holds',
    text: `update ${holdsName} h set
        amount = coalesce(w.amount, h.amount), captured = h.captured + w.captured, remaining = h.remaining + w.remaining,
        status = case when w.status is not null then w.status when h.remaining + w.remaining = 0 then 'captured' else h.status end
      from (
        select c.*, found.place
        from unnest($1::uuid[], $2::uuid[], $3::numeric[], $4::numeric[], $5::numeric[], $6::text[]) as c (tenant_id, hold_id, amount, captured, remaining, status)
        cross join lateral (select ctid as place from ${holdsName} where tenant_id = c.tenant_id and hold_id = c.hold_id offset 0) found) w
      where h.ctid = w.place`,
    values: [
      rows.map(({ tenantId }) => tenantId),
      rows.map(({ holdId }) => holdId),
      rows.map(({ row }) => row.amountMinor ?? null),
      rows.map(({ row }) => row.capturedMinor),
      rows.map(({ row }) => row.remainingMinor),
      rows.map(({ row }) => row.status ?? null),
    ],
  });

/** A hold as its account's list shows it. */
export interface HoldRow {
  readonly holdId: string;
  readonly account: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly capturedMinor: bigint;
  readonly remainingMinor: bigint;
  readonly status: Hold['status'];
  readonly expiresAt?: string | undefined;
  readonly placedAt: string;
  /** Reference of the personal text. */
  readonly description?: string | undefined;
}

interface StoredHold {
  readonly hold_id: string;
  readonly account_id: string;
  readonly asset: string;
  readonly amount: string;
  readonly captured: string;
  readonly remaining: string;
  readonly status: Hold['status'];
  readonly expires_at: string | null;
  readonly placed_at: string;
  readonly description: string | null;
}

const holdColumns =
  'hold_id, account_id, asset, amount, captured, remaining, status, expires_at, placed_at, description';

/** An account's holds, newest first, beginning before a place in the list. */
export const holdsOf = async (
  tx: Transaction,
  tenantId: string,
  { account, status }: { readonly account: string; readonly status?: Hold['status'] | undefined },
  page: {
    readonly before?: { readonly placedAt: string; readonly holdId: string } | undefined;
    readonly limit: number;
  },
): Promise<readonly HoldRow[]> => {
  const { rows } = await tx.query<StoredHold>({
    name: 'holds-of-account',
    text: `select ${holdColumns} from ${holdsName}
      where tenant_id = $1 and account_id = $2 and account_id <> '' and ($3::text is null or status = $3) and ($4::timestamptz is null or (placed_at, hold_id) < ($4, $5::uuid))
      order by placed_at desc, hold_id desc limit $6`,
    values: [tenantId, account, status ?? null, page.before?.placedAt ?? null, page.before?.holdId ?? null, page.limit],
  });
  return rows.map(holdFromStored);
};

/** Whose the holds are and in what asset; neither ever changes. */
export const holdFacts = async (
  tx: Transaction,
  tenantId: string,
  holdIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly account: string; readonly asset: string }>> => {
  if (holdIds.length === 0) return new Map();
  const { rows } = await tx.query<{ hold_id: string; account_id: string; asset: string }>({
    name: 'facts-of-holds',
    text: `select hold_id, account_id, asset from ${holdsName} where tenant_id = $1 and hold_id = any ($2::uuid[])`,
    values: [tenantId, holdIds],
  });
  return new Map(rows.map(({ hold_id: holdId, account_id: account, asset }) => [holdId, { account, asset }]));
};

/** Active holds whose time is over at an instant, the longest overdue first. */
export const dueHolds = async (
  tx: Transaction,
  tenantId: string,
  { at, limit }: { readonly at: string; readonly limit: number },
): Promise<readonly string[]> => {
  const { rows } = await tx.query<{ hold_id: string }>({
    name: 'due-holds',
    text: `select hold_id from ${holdsName} where tenant_id = $1 and status = 'active' and expires_at is not null and expires_at <= $2 order by expires_at, hold_id limit $3`,
    values: [tenantId, at, limit],
  });
  return rows.map(({ hold_id: holdId }) => holdId);
};

const holdFromStored = (row: StoredHold): HoldRow => ({
  holdId: row.hold_id,
  account: row.account_id,
  asset: row.asset,
  amountMinor: BigInt(row.amount),
  capturedMinor: BigInt(row.captured),
  remainingMinor: BigInt(row.remaining),
  status: row.status,
  placedAt: row.placed_at,
  ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
  ...(row.description === null ? {} : { description: row.description }),
});
