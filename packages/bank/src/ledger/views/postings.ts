import { all, type Transaction } from '@finaegis/platform/database/transaction';
import type { LoggedEvent } from '@finaegis/platform/event-store/event';
import { defineView, tableName, type View, type ViewTables } from '@finaegis/platform/view/view';
import { type JournalPosting, journalPosted } from '../journal/events.ts';
import { type AccountClass, normalSide, type Side } from '../terms.ts';
import { accountsName } from './accounts.ts';

/**
 * One row per posting. `posted_after` is the balance in the account's normal side after it, in the order of the log. `as_of` is the latest
 * booking instant met so far along the balance: a house account that nobody locks may be booked a moment out of order, and since `as_of` never
 * decreases in log order, the balance at an instant is the last row whose `as_of` is not after it, found by one probe of an index.
 */
const postingsDdl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  account_id text not null,
  asset text not null,
  seq bigint not null,
  line smallint not null,
  journal_id uuid not null,
  kind text not null,
  reference text not null,
  side text not null,
  amount numeric(38, 0) not null,
  posted_after numeric not null,
  purpose text not null,
  counterparty text,
  booking_date date not null,
  value_date date not null,
  booked_at timestamptz(3) not null,
  as_of timestamptz(3) not null,
  reverses uuid,
  forced text,
  end_to_end_id text,
  description uuid,
  primary key (tenant_id, account_id, seq, line)
);
create index on ${name} (tenant_id, account_id, asset, as_of, seq, line);
create index on ${name} (tenant_id, account_id, end_to_end_id, seq, line) where end_to_end_id is not null`;

/** The last row of each balance, so that folding never looks for it in a long history. */
const latestDdl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  account_id text not null,
  asset text not null,
  seq bigint not null,
  posted numeric not null,
  as_of timestamptz(3) not null,
  primary key (tenant_id, account_id, asset)
) with (fillfactor = 70)`;

/** Sums per day: a balance on a date adds up days, never postings, so a hot account answers as fast as a quiet one. */
const bucketsDdl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  account_id text not null,
  asset text not null,
  booking_date date not null,
  value_date date not null,
  debits numeric not null,
  credits numeric not null,
  count bigint not null,
  primary key (tenant_id, account_id, asset, booking_date, value_date)
) with (fillfactor = 70)`;

/** The history of every account, and what balances at a past instant or date are read from. */
export const postingsView: View = defineView({
  name: 'ledger_postings',
  version: 2,
  contexts: ['ledger'],
  consumes: [journalPosted.type],
  tables: [
    { suffix: '', create: postingsDdl },
    { suffix: 'latest', create: latestDdl },
    { suffix: 'buckets', create: bucketsDdl },
  ],
  apply: async (tx, tables, events) => {
    const lines = events.flatMap(linesOf);
    const balances = await readLatest(tx, tables, lines);
    const rows = lines.map((line) => advance(balances, line));
    await all([
      ...insertPostings(tx, tables, rows),
      writeLatest(
        tx,
        tables,
        [...balances.values()].filter(({ isChanged }) => isChanged),
      ),
      addToBuckets(tx, tables, bucketsOf(lines)),
    ]);
  },
});

/** Live table of postings. */
export const postingsName = tableName(postingsView);
/** Live table of sums per day. */
export const bucketsName = tableName(postingsView, 'buckets');
/** Live table of each balance's last posting. */
export const latestName = tableName(postingsView, 'latest');

interface Posted {
  readonly journalId: string;
  readonly kind: string;
  readonly reference: string;
  readonly bookingDate: string;
  readonly valueDate: string;
  readonly postings: readonly JournalPosting[];
  readonly reverses?: string;
  readonly forced?: string;
  readonly endToEndId?: string;
  readonly description?: { readonly ref: string };
}

interface Line {
  readonly journal: Posted;
  readonly posting: JournalPosting;
  readonly counterparty: string | undefined;
  readonly seq: bigint;
  readonly line: number;
  readonly bookedAt: string;
}

interface Row extends Line {
  readonly postedAfter: bigint;
  readonly asOf: string;
}

interface Latest {
  readonly account: string;
  readonly asset: string;
  readonly normal: Side;
  seq: bigint;
  posted: bigint;
  asOf: string;
  isChanged: boolean;
}

const linesOf = ({ data, seq, bookedAt }: LoggedEvent): readonly Line[] => {
  const journal = data as unknown as Posted;
  const others = counterparties(journal.postings);
  return journal.postings.map((posting, line) => ({
    journal,
    posting,
    counterparty: others(posting),
    seq,
    line,
    bookedAt,
  }));
};

/** The one account on the other side with the same purpose and asset; none when there are several, as in a trade. */
const counterparties = (postings: readonly JournalPosting[]): ((posting: JournalPosting) => string | undefined) => {
  const nameOf = (side: Side, { asset, purpose }: JournalPosting): string => `${side} ${purpose} ${asset}`;
  const accounts = new Map<string, Set<string>>();
  for (const posting of postings) {
    const name = nameOf(posting.side, posting);
    accounts.set(name, (accounts.get(name) ?? new Set()).add(posting.account));
  }
  return (posting) => {
    const others = accounts.get(nameOf(posting.side === 'debit' ? 'credit' : 'debit', posting));
    return others?.size === 1 ? [...others][0] : undefined;
  };
};

const nameOf = (account: string, asset: string): string => `${account} ${asset}`;

const readLatest = async (
  tx: Transaction,
  { tenantId, table }: ViewTables,
  lines: readonly Line[],
): Promise<Map<string, Latest>> => {
  const wanted = new Map(lines.map(({ posting: { account, asset } }) => [nameOf(account, asset), { account, asset }]));
  const pairs = [...wanted.values()];
  const { rows } = await tx.query<{
    account_id: string;
    asset: string;
    class: AccountClass;
    seq: bigint | null;
    posted: string | null;
    as_of: string | null;
  }>(
    `select wanted.account_id, wanted.asset, a.class, l.seq, l.posted, l.as_of
      from unnest($2::text[], $3::text[]) as wanted (account_id, asset)
      join ${accountsName} a on a.tenant_id = $1 and a.account_id = wanted.account_id
      left join ${table('latest')} l on l.tenant_id = $1 and l.account_id = wanted.account_id and l.asset = wanted.asset`,
    [tenantId, pairs.map(({ account }) => account), pairs.map(({ asset }) => asset)],
  );
  return new Map(
    rows.map((row): [string, Latest] => [
      nameOf(row.account_id, row.asset),
      {
        account: row.account_id,
        asset: row.asset,
        normal: normalSide(row.class),
        seq: row.seq ?? 0n,
        posted: BigInt(row.posted ?? 0),
        asOf: row.as_of ?? '',
        isChanged: false,
      },
    ]),
  );
};

const advance = (balances: Map<string, Latest>, line: Line): Row => {
  const { account, asset, side, amountMinor } = line.posting;
  const latest = balances.get(nameOf(account, asset));
  if (latest === undefined) throw new Error(`The log posts to account ${account}, which has no row.`);
  latest.posted += side === latest.normal ? amountMinor : -amountMinor;
  if (line.bookedAt > latest.asOf) latest.asOf = line.bookedAt;
  latest.seq = line.seq;
  latest.isChanged = true;
  return { ...line, postedAfter: latest.posted, asOf: latest.asOf };
};

// Journals of hundreds of postings can make one stretch very large; a statement carries so many rows at most.
const rowsPerStatement = 10_000;

const insertPostings = (
  tx: Transaction,
  { tenantId, table }: ViewTables,
  rows: readonly Row[],
): readonly Promise<unknown>[] => {
  const statements: Promise<unknown>[] = [];
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    const part = rows.slice(start, start + rowsPerStatement);
    statements.push(
      tx.query(
        `insert into ${table()} (tenant_id, account_id, asset, seq, line, journal_id, kind, reference, side, amount, posted_after, purpose, counterparty, booking_date, value_date, booked_at, as_of, reverses, forced, end_to_end_id, description)
          select $1, * from unnest($2::text[], $3::text[], $4::bigint[], $5::smallint[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::numeric[], $11::numeric[], $12::text[], $13::text[], $14::date[], $15::date[], $16::timestamptz[], $17::timestamptz[], $18::uuid[], $19::text[], $20::text[], $21::uuid[])`,
        [tenantId, ...columnsOf(part)],
      ),
    );
  }
  return statements;
};

const columnsOf = (rows: readonly Row[]): readonly unknown[] => [
  rows.map(({ posting }) => posting.account),
  rows.map(({ posting }) => posting.asset),
  rows.map(({ seq }) => seq),
  rows.map(({ line }) => line),
  rows.map(({ journal }) => journal.journalId),
  rows.map(({ journal }) => journal.kind),
  rows.map(({ journal }) => journal.reference),
  rows.map(({ posting }) => posting.side),
  rows.map(({ posting }) => posting.amountMinor),
  rows.map(({ postedAfter }) => postedAfter),
  rows.map(({ posting }) => posting.purpose),
  rows.map(({ counterparty }) => counterparty ?? null),
  rows.map(({ journal }) => journal.bookingDate),
  rows.map(({ journal }) => journal.valueDate),
  rows.map(({ bookedAt }) => bookedAt),
  rows.map(({ asOf }) => asOf),
  rows.map(({ journal }) => journal.reverses ?? null),
  rows.map(({ journal }) => journal.forced ?? null),
  rows.map(({ journal }) => journal.endToEndId ?? null),
  rows.map(({ journal }) => journal.description?.ref ?? null),
];

const writeLatest = (tx: Transaction, { tenantId, table }: ViewTables, rows: readonly Latest[]): Promise<unknown> =>
  tx.query(
    `insert into ${table('latest')} (tenant_id, account_id, asset, seq, posted, as_of)
      select $1, * from unnest($2::text[], $3::text[], $4::bigint[], $5::numeric[], $6::timestamptz[])
      on conflict (tenant_id, account_id, asset) do update set seq = excluded.seq, posted = excluded.posted, as_of = excluded.as_of`,
    [
      tenantId,
      rows.map(({ account }) => account),
      rows.map(({ asset }) => asset),
      rows.map(({ seq }) => seq),
      rows.map(({ posted }) => posted),
      rows.map(({ asOf }) => asOf),
    ],
  );

interface Bucket {
  readonly account: string;
  readonly asset: string;
  readonly bookingDate: string;
  readonly valueDate: string;
  debits: bigint;
  credits: bigint;
  count: number;
}

const bucketsOf = (lines: readonly Line[]): readonly Bucket[] => {
  const buckets = new Map<string, Bucket>();
  for (const { journal, posting } of lines) {
    const { account, asset, side, amountMinor } = posting;
    const { bookingDate, valueDate } = journal;
    const name = `${bookingDate} ${valueDate} ${nameOf(account, asset)}`;
    const bucket = buckets.get(name) ?? { account, asset, bookingDate, valueDate, debits: 0n, credits: 0n, count: 0 };
    if (side === 'debit') bucket.debits += amountMinor;
    else bucket.credits += amountMinor;
    bucket.count += 1;
    buckets.set(name, bucket);
  }
  return [...buckets.values()];
};

const addToBuckets = (tx: Transaction, { tenantId, table }: ViewTables, buckets: readonly Bucket[]): Promise<unknown> =>
  tx.query(
    `insert into ${table('buckets')} as b (tenant_id, account_id, asset, booking_date, value_date, debits, credits, count)
      select $1, * from unnest($2::text[], $3::text[], $4::date[], $5::date[], $6::numeric[], $7::numeric[], $8::bigint[])
      on conflict (tenant_id, account_id, asset, booking_date, value_date) do update
        set debits = b.debits + excluded.debits, credits = b.credits + excluded.credits, count = b.count + excluded.count`,
    [
      tenantId,
      buckets.map(({ account }) => account),
      buckets.map(({ asset }) => asset),
      buckets.map(({ bookingDate }) => bookingDate),
      buckets.map(({ valueDate }) => valueDate),
      buckets.map(({ debits }) => debits),
      buckets.map(({ credits }) => credits),
      buckets.map(({ count }) => count),
    ],
  );
