import type { LocalDate } from '@finaegis/kernel/local-date';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { LoggedEvent } from '@finaegis/platform/event-store/event';
import { defineView, tableName, type View, type ViewTables } from '@finaegis/platform/view/view';
import type { PublishedRate } from '../rate/cross.ts';
import type { SheetQuote } from '../rate/rate-sheet.ts';

/** The name under which a tenant's own rates stand beside those of providers. */
export const manualSource = 'manual';

/** Every rate ever published, one row per source, day and pair, and which days each source has. */
export const ratesView: View = defineView({
  name: 'asset_rates',
  version: 1,
  contexts: ['asset'],
  consumes: ['ExchangeRatesPublished', 'ManualRatePublished'],
  tables: [
    {
      suffix: '',
      // Several manual rates may begin on one day; seq tells which of them is the later word.
      create: (name) => `create table ${name} (
        tenant_id uuid not null,
        source text collate "C" not null,
        base text collate "C" not null,
        asset text collate "C" not null,
        valid_from date not null,
        seq bigint not null,
        rate_date date not null,
        valid_to date,
        mid numeric not null,
        bid numeric,
        ask numeric,
        primary key (tenant_id, source, base, asset, valid_from, seq)
      )`,
    },
    {
      suffix: 'days',
      create: (name) => `create table ${name} (
        tenant_id uuid not null,
        source text collate "C" not null,
        rate_date date not null,
        primary key (tenant_id, source, rate_date)
      )`,
    },
  ],
  apply: async (tx, tables, events) => {
    const rows = events.flatMap(rowsOf);
    const statements: Promise<unknown>[] = [];
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      statements.push(insertRates(tx, tables, rows.slice(start, start + rowsPerInsert)));
    }
    statements.push(insertDays(tx, tables, rows));
    await Promise.all(statements);
  },
});

/** A pair of assets at one source, and what its history is narrowed to. */
export interface PairQuery {
  readonly tenantId: string;
  readonly source: string;
  /** The base all its rates are against, if it has one; then pairs without it are crossed through it. */
  readonly base?: string | undefined;
  readonly from: string;
  readonly to: string;
  /** Only what counted on this day by the source's own word. */
  readonly validOn?: LocalDate | undefined;
  /** Only what had begun by this day. */
  readonly begunBy?: LocalDate | undefined;
  /** The place after which to go on. */
  readonly after?: { readonly validFrom: LocalDate; readonly seq: bigint } | undefined;
  readonly limit: number;
}

/** The one or two published rates that lead from one asset to the other, and their place in the order of the list. */
export interface PairRates {
  readonly rates: readonly [PublishedRate] | readonly [PublishedRate, PublishedRate];
  readonly validFrom: LocalDate;
  readonly seq: bigint;
}

/** What a source said about a pair, newest first. Both halves of a cross are from the same day: rates of two days make a rate of no day. */
export const pairRates = (tx: Transaction, query: PairQuery): Promise<readonly PairRates[]> => {
  const { base, from, to } = query;
  return base === undefined || from === base || to === base ? singleRates(tx, query) : crossedRates(tx, query);
};

/** The newest day each of these sources has rates for. */
export const newestDays = async (
  tx: Transaction,
  { tenantId, sources }: { readonly tenantId: string; readonly sources: readonly string[] },
): Promise<ReadonlyMap<string, LocalDate>> => {
  const { rows } = await tx.query<{ source: string; newest: LocalDate }>({
    name: 'rates-newest-days',
    text: `select wanted.source, newest.rate_date as newest from unnest($2::text[]) as wanted (source)
      cross join lateral (select rate_date from ${daysTable} d
        where d.tenant_id = $1 and d.source = wanted.source order by rate_date desc limit 1) newest`,
    values: [tenantId, sources],
  });
  return new Map(rows.map(({ source, newest }) => [source, newest]));
};

const ratesTable = tableName(ratesView);
const daysTable = tableName(ratesView, 'days');

// Postgres reads one array per column; larger ones only take memory.
const rowsPerInsert = 20_000;

interface RateRow extends PublishedRate {
  readonly seq: bigint;
}

const rowsOf = ({ type, data, seq }: LoggedEvent): readonly RateRow[] => {
  if (type === 'ManualRatePublished') {
    const rate = data as unknown as Omit<PublishedRate, 'source' | 'date'>;
    return [{ ...rate, source: manualSource, date: rate.validFrom, seq }];
  }
  const { provider, quotes, ...sheet } = data as unknown as Omit<PublishedRate, 'source' | 'asset' | 'mid'> & {
    readonly provider: string;
    readonly quotes: readonly (SheetQuote & Pick<PublishedRate, 'bid' | 'ask'>)[];
  };
  return quotes.map((quote) => ({ ...sheet, ...quote, source: provider, seq }));
};

const insertRates = (tx: Transaction, { tenantId, table }: ViewTables, rows: readonly RateRow[]): Promise<unknown> =>
  tx.query({
    text: `insert into ${table()} (tenant_id, source, base, asset, valid_from, seq, rate_date, valid_to, mid, bid, ask)
      select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::date[], $6::bigint[], $7::date[], $8::date[], $9::numeric[], $10::numeric[], $11::numeric[])`,
    values: [
      tenantId,
      rows.map(({ source }) => source),
      rows.map(({ base }) => base),
      rows.map(({ asset }) => asset),
      rows.map(({ validFrom }) => validFrom),
      rows.map(({ seq }) => seq),
      rows.map(({ date }) => date),
      rows.map(({ validTo }) => validTo ?? null),
      rows.map(({ mid }) => mid),
      rows.map(({ bid }) => bid ?? null),
      rows.map(({ ask }) => ask ?? null),
    ],
  });

const insertDays = (tx: Transaction, { tenantId, table }: ViewTables, rows: readonly RateRow[]): Promise<unknown> => {
  const days = [...new Map(rows.map(({ source, date }) => [`${source}/${date}`, { source, date }])).values()];
  return tx.query({
    text: `insert into ${table('days')} (tenant_id, source, rate_date)
      select $1, * from unnest($2::text[], $3::date[]) on conflict do nothing`,
    values: [tenantId, days.map(({ source }) => source), days.map(({ date }) => date)],
  });
};

interface RateDbRow {
  readonly source: string;
  readonly base: string;
  readonly asset: string;
  readonly valid_from: LocalDate;
  readonly seq: bigint;
  readonly rate_date: LocalDate;
  readonly valid_to: LocalDate | null;
  readonly mid: string;
  readonly bid: string | null;
  readonly ask: string | null;
}

const columnsOf = (alias: string): string =>
  ['source', 'base', 'asset', 'valid_from', 'seq', 'rate_date', 'valid_to', 'mid', 'bid', 'ask']
    .map((column) => `${alias}.${column}`)
    .join(', ');

const publishedOf = ({
  source,
  base,
  asset,
  rate_date,
  valid_from,
  valid_to,
  mid,
  bid,
  ask,
}: RateDbRow): PublishedRate => ({
  source,
  base,
  asset,
  date: rate_date,
  validFrom: valid_from,
  ...(valid_to === null ? {} : { validTo: valid_to }),
  mid,
  ...(bid === null ? {} : { bid }),
  ...(ask === null ? {} : { ask }),
});

const narrowing = (alias: string): string => `($5::date is null or ${alias}.valid_from <= $5)
  and ($6::date is null or (${alias}.valid_from <= $6 and (${alias}.valid_to is null or ${alias}.valid_to > $6)))
  and ($7::date is null or (${alias}.valid_from, ${alias}.seq) < ($7, $8))`;

const narrowingValues = ({ begunBy, validOn, after, limit }: PairQuery): readonly unknown[] => [
  begunBy ?? null,
  validOn ?? null,
  after?.validFrom ?? null,
  after?.seq ?? 0n,
  limit,
];

const newestOf = (base: string, asset: string): string => `(select ${columnsOf('r')} from ${ratesTable} r
  where r.tenant_id = $1 and r.source = $2 and r.base = ${base} and r.asset = ${asset} and ${narrowing('r')}
  order by r.valid_from desc, r.seq desc limit $9)`;

const singleRates = async (tx: Transaction, query: PairQuery): Promise<readonly PairRates[]> => {
  const { rows } = await tx.query<RateDbRow>({
    name: 'rates-of-a-pair',
    text: `select * from (${newestOf('$3', '$4')} union all ${newestOf('$4', '$3')}) both_ways order by valid_from desc, seq desc limit $9`,
    values: [query.tenantId, query.source, query.from, query.to, ...narrowingValues(query)],
  });
  return rows.map((row) => ({ rates: [publishedOf(row)], validFrom: row.valid_from, seq: row.seq }));
};

const crossedRates = async (tx: Transaction, query: PairQuery): Promise<readonly PairRates[]> => {
  const { rows } = await tx.query<RateDbRow & { to_mid: string; to_bid: string | null; to_ask: string | null }>({
    name: 'rates-of-a-crossed-pair',
    // A join would be planned by statistics, and before there are any it compares every day with every other; this looks each day up by its key.
    text: `select ${columnsOf('a')}, b.mid as to_mid, b.bid as to_bid, b.ask as to_ask
      from ${ratesTable} a cross join lateral (
        select mid, bid, ask from ${ratesTable} r
        where r.tenant_id = $1 and r.source = $2 and r.base = $10 and r.asset = $4 and r.valid_from = a.valid_from and r.seq = a.seq limit 1) b
      where a.tenant_id = $1 and a.source = $2 and a.base = $10 and a.asset = $3 and ${narrowing('a')}
      order by a.valid_from desc, a.seq desc limit $9`,
    values: [query.tenantId, query.source, query.from, query.to, ...narrowingValues(query), query.base],
  });
  return rows.map((row) => ({
    rates: [
      publishedOf(row),
      publishedOf({ ...row, asset: query.to, mid: row.to_mid, bid: row.to_bid, ask: row.to_ask }),
    ],
    validFrom: row.valid_from,
    seq: row.seq,
  }));
};
