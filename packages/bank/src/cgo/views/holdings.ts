import { RowNotLocked, rowName } from '@finaegis/platform/command/locked-table';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import type { ModuleTable } from '@finaegis/platform/module';

/** What one investor has of one round: the share register, and the lock under which nobody comes to own more than is allowed. */
export interface Holding {
  readonly round: number;
  readonly partyId: string;
  readonly asset: string;
  /** Confirmed, or asked for and not over. */
  readonly liveSharesMinor: bigint;
  readonly liveMinor: bigint;
  /** Confirmed and not refunded. */
  readonly sharesMinor: bigint;
  readonly investedMinor: bigint;
  /** Of all requests, whatever became of them. */
  readonly requests: bigint;
  readonly requestedMinor: bigint;
  /** Instants of the last requests, newest first. */
  readonly recent: readonly string[];
}

interface StoredHolding {
  readonly tenant_id: string;
  readonly round: number;
  readonly party_id: string;
  readonly asset: string;
  readonly live_shares: string;
  readonly live: string;
  readonly shares: string;
  readonly invested: string;
  readonly requests: bigint;
  readonly requested: string;
  readonly recent: readonly string[];
}

/** Physical name of the table. */
export const holdingsName = 'cgo_holdings';

const recentMax = 20;

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  round int not null,
  party_id text not null,
  asset text not null,
  live_shares numeric not null,
  live numeric not null,
  shares numeric not null,
  invested numeric not null,
  requests bigint not null,
  requested numeric not null,
  recent text[] not null,
  primary key (tenant_id, round, party_id)
);
create index on ${name} (tenant_id, party_id) where party_id <> ''`;

const columns = 'tenant_id, round, party_id, asset, live_shares, live, shares, invested, requests, requested, recent';

/** Key of an investor's row of a round. */
export const holdingKey = ({ round, partyId }: Pick<Holding, 'round' | 'partyId'>): string => `${round}/${partyId}`;

const partsOf = (key: string): { readonly round: number; readonly partyId: string } => {
  const [round = '', partyId = ''] = key.split('/');
  return { round: Number(round), partyId };
};

/** Rows of investors, in the commit that changes them. */
export const holdingsTable: ModuleTable<Holding> = {
  name: 'cgo.holdings',
  rank: 60,
  consumes: [
    'InvestmentRequested',
    'InvestmentConfirmed',
    'InvestmentCancelled',
    'InvestmentFailed',
    'InvestmentExpired',
    'InvestmentSharesReturned',
  ],
  ddl: [{ name: holdingsName, create: ddl }],
  lock: async (tx, requests) => {
    const parts = requests.map(({ key }) => partsOf(key));
    const values = [
      requests.map(({ tenantId }) => tenantId),
      parts.map(({ round }) => round),
      parts.map(({ partyId }) => partyId),
    ];
    // The row is made before it is locked: two first requests of one investor must not both find nothing to wait for.
    const [, { rows }] = await Promise.all([
      tx.query({
        name: 'make-holdings',
        text: `insert into ${holdingsName} (${columns})
          select tenant_id, round, party_id, '', 0, 0, 0, 0, 0, 0, '{}' from unnest($1::uuid[], $2::int[], $3::text[]) as wanted (tenant_id, round, party_id)
          order by tenant_id, round, party_id on conflict do nothing`,
        values,
      }),
      tx.query<StoredHolding>({
        name: 'lock-holdings',
        text: `select h.* from (select distinct * from unnest($1::uuid[], $2::int[], $3::text[]) as w (tenant_id, round, party_id) order by 1, 2, 3) as wanted
          cross join lateral (
            select ${columns} from ${holdingsName}
            where tenant_id = wanted.tenant_id and round = wanted.round and party_id = wanted.party_id offset 0 for no key update) h`,
        values,
      }),
    ]);
    return new Map(
      rows.map((row) => [
        rowName(row.tenant_id, holdingKey({ round: row.round, partyId: row.party_id })),
        fromStored(row),
      ]),
    );
  },
  fold: (rows, event) => {
    const about = event.data as unknown as Pick<Holding, 'round' | 'partyId'>;
    const before = rows.get(event.tenantId, holdingKey(about));
    if (before === undefined) throw new RowNotLocked(event);
    rows.set(event.tenantId, holdingKey(about), holdingAfter(before, event));
  },
  write: async (tx, { changed }) => {
    if (changed.length === 0) return;
    await tx.query({
      name: 'write-holdings',
      text: `update ${holdingsName} h set asset = c.asset, live_shares = c.live_shares, live = c.live, shares = c.shares,
          invested = c.invested, requests = c.requests, requested = c.requested, recent = string_to_array(c.recent, ',')
        from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[], $9::bigint[], $10::numeric[], $11::text[])
          as c (${columns})
        where h.tenant_id = c.tenant_id and h.round = c.round and h.party_id = c.party_id`,
      values: [
        changed.map(({ tenantId }) => tenantId),
        changed.map(({ row }) => row.round),
        changed.map(({ row }) => row.partyId),
        changed.map(({ row }) => row.asset),
        changed.map(({ row }) => row.liveSharesMinor),
        changed.map(({ row }) => row.liveMinor),
        changed.map(({ row }) => row.sharesMinor),
        changed.map(({ row }) => row.investedMinor),
        changed.map(({ row }) => row.requests),
        changed.map(({ row }) => row.requestedMinor),
        changed.map(({ row }) => row.recent.join(',')),
      ],
    });
  },
};

/** A row after one event. */
export const holdingAfter = (row: Holding, { type, data }: Pick<RecordedEvent, 'type' | 'data'>): Holding => {
  const { sharesMinor, amountMinor, asset, requestedAt } = data as unknown as {
    readonly sharesMinor: bigint;
    readonly amountMinor: bigint;
    readonly asset: string;
    readonly requestedAt: string;
  };
  const { liveSharesMinor, liveMinor } = row;
  const owned = { sharesMinor: row.sharesMinor, investedMinor: row.investedMinor };
  const gone = { liveSharesMinor: liveSharesMinor - sharesMinor, liveMinor: liveMinor - amountMinor };
  switch (type) {
    case 'InvestmentRequested':
      return {
        ...row,
        asset,
        liveSharesMinor: liveSharesMinor + sharesMinor,
        liveMinor: liveMinor + amountMinor,
        requests: row.requests + 1n,
        requestedMinor: row.requestedMinor + amountMinor,
        recent: [requestedAt, ...row.recent].slice(0, recentMax),
      };
    case 'InvestmentConfirmed':
      return { ...row, sharesMinor: owned.sharesMinor + sharesMinor, investedMinor: owned.investedMinor + amountMinor };
    case 'InvestmentSharesReturned':
      return {
        ...row,
        ...gone,
        sharesMinor: owned.sharesMinor - sharesMinor,
        investedMinor: owned.investedMinor - amountMinor,
      };
    default:
      return { ...row, ...gone };
  }
};

const fromStored = (row: StoredHolding): Holding => ({
  round: row.round,
  partyId: row.party_id,
  asset: row.asset,
  liveSharesMinor: BigInt(row.live_shares),
  liveMinor: BigInt(row.live),
  sharesMinor: BigInt(row.shares),
  investedMinor: BigInt(row.invested),
  requests: row.requests,
  requestedMinor: BigInt(row.requested),
  recent: row.recent,
});

/** Everything one investor has, by round. */
export const holdingsOf = async (tx: Transaction, tenantId: string, partyId: string): Promise<readonly Holding[]> => {
  const { rows } = await tx.query<StoredHolding>({
    name: 'holdings-of',
    text: `select ${columns} from ${holdingsName} where tenant_id = $1 and party_id = $2 and party_id <> '' and requests > 0 order by round`,
    values: [tenantId, partyId],
  });
  return rows.map(fromStored);
};

/** The share register of a round: who owns shares, the largest owner first. */
export const registerOf = async (
  tx: Transaction,
  tenantId: string,
  round: number,
  page: {
    readonly after?: { readonly sharesMinor: bigint; readonly partyId: string } | undefined;
    readonly limit: number;
  },
): Promise<readonly Holding[]> => {
  const { rows } = await tx.query<StoredHolding>({
    name: 'share-register',
    text: `select ${columns} from ${holdingsName}
      where tenant_id = $1 and round = $2 and shares > 0 and ($3::numeric is null or shares < $3 or (shares = $3 and party_id > $4))
      order by shares desc, party_id limit $5`,
    values: [tenantId, round, page.after?.sharesMinor ?? null, page.after?.partyId ?? null, page.limit],
  });
  return rows.map(fromStored);
};

/** What was sold of each round, and raised by it. */
export interface RoundTotals {
  readonly soldMinor: bigint;
  readonly raisedMinor: bigint;
  readonly investors: number;
}

/** Totals of rounds; a round nobody owns shares of is left out. */
export const roundTotals = async (tx: Transaction, tenantId: string): Promise<ReadonlyMap<number, RoundTotals>> => {
  const { rows } = await tx.query<{ round: number; sold: string; raised: string; investors: bigint }>({
    name: 'round-totals',
    text: `select round, sum(shares) as sold, sum(invested) as raised, count(*) as investors
      from ${holdingsName} where tenant_id = $1 and shares > 0 group by round order by round`,
    values: [tenantId],
  });
  return new Map(
    rows.map(({ round, sold, raised, investors }) => [
      round,
      { soldMinor: BigInt(sold), raisedMinor: BigInt(raised), investors: Number(investors) },
    ]),
  );
};
