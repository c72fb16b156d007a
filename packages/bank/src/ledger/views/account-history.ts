import type { Transaction } from '@finaegis/platform/database/transaction';
import type { Purpose } from '../purpose.ts';
import type { Side } from '../terms.ts';
import { bucketsName, latestName, postingsName } from './postings.ts';

/** One posting of an account's history. */
export interface PostingRow {
  readonly account: string;
  readonly asset: string;
  readonly seq: bigint;
  readonly line: number;
  readonly journalId: string;
  readonly kind: string;
  readonly reference: string;
  readonly side: Side;
  readonly amountMinor: bigint;
  /** Balance in the account's normal side after this posting. */
  readonly postedAfterMinor: bigint;
  readonly purpose: Purpose;
  /** The account on the other side, where there is just one. */
  readonly counterparty?: string | undefined;
  readonly bookingDate: string;
  readonly valueDate: string;
  readonly bookedAt: string;
  readonly reverses?: string | undefined;
  readonly forced?: string | undefined;
  readonly endToEndId?: string | undefined;
  /** Reference of the personal text; read it with `personalData.read`. */
  readonly description?: string | undefined;
}

/** What an account's history is narrowed by. Dates are booking dates, both included. */
export interface PostingFilter {
  readonly account: string;
  readonly asset?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly kind?: string | undefined;
  readonly side?: Side | undefined;
  readonly endToEndId?: string | undefined;
  /** In minor units, both included. */
  readonly amountMin?: bigint | undefined;
  readonly amountMax?: bigint | undefined;
}

/** A place in an account's history. */
export interface PostingPosition {
  readonly seq: bigint;
  readonly line: number;
}

/** A posting as it is stored. */
export interface StoredPosting {
  readonly account_id: string;
  readonly asset: string;
  readonly seq: bigint;
  readonly line: number;
  readonly journal_id: string;
  readonly kind: string;
  readonly reference: string;
  readonly side: Side;
  readonly amount: string;
  readonly posted_after: string;
  readonly purpose: Purpose;
  readonly counterparty: string | null;
  readonly booking_date: string;
  readonly value_date: string;
  readonly booked_at: string;
  readonly reverses: string | null;
  readonly forced: string | null;
  readonly end_to_end_id: string | null;
  readonly description: string | null;
}

/** The columns a posting is read by. */
export const postingColumns =
  'account_id, asset, seq, line, journal_id, kind, reference, side, amount, posted_after, purpose, counterparty, booking_date, value_date, booked_at, reverses, forced, end_to_end_id, description';

/** An account's postings, newest first, beginning before a place in its history; or oldest first, beginning after one. */
export const postingsOf = async (
  tx: Transaction,
  tenantId: string,
  filter: PostingFilter,
  page: {
    readonly before?: PostingPosition | undefined;
    readonly after?: PostingPosition | undefined;
    readonly order?: 'newest' | 'oldest';
    readonly limit: number;
  },
): Promise<readonly PostingRow[]> => {
  const values: unknown[] = [tenantId, filter.account];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const equal = (column: string, value: unknown): readonly string[] =>
    value === undefined ? [] : [`${column} = ${put(value)}`];
  const conditions = [
    'tenant_id = $1 and account_id = $2',
    ...equal('asset', filter.asset),
    ...equal('kind', filter.kind),
    ...equal('side', filter.side),
    ...equal('end_to_end_id', filter.endToEndId),
    ...(filter.from === undefined ? [] : [`booking_date >= ${put(filter.from)}`]),
    ...(filter.to === undefined ? [] : [`booking_date <= ${put(filter.to)}`]),
    ...(filter.amountMin === undefined ? [] : [`amount >= ${put(filter.amountMin)}`]),
    ...(filter.amountMax === undefined ? [] : [`amount <= ${put(filter.amountMax)}`]),
    ...(page.before === undefined ? [] : [`(seq, line) < (${put(page.before.seq)}, ${put(page.before.line)})`]),
    ...(page.after === undefined ? [] : [`(seq, line) > (${put(page.after.seq)}, ${put(page.after.line)})`]),
  ];
  const order = page.order === 'oldest' ? 'asc' : 'desc';
  const { rows } = await tx.query<StoredPosting>(
    `select ${postingColumns} from ${postingsName} where ${conditions.join(' and ')} order by seq ${order}, line ${order} limit ${put(page.limit)}`,
    values,
  );
  return rows.map(postingFromStored);
};

/** A posting from its stored form. */
export const postingFromStored = (row: StoredPosting): PostingRow => ({
  account: row.account_id,
  asset: row.asset,
  seq: row.seq,
  line: row.line,
  journalId: row.journal_id,
  kind: row.kind,
  reference: row.reference,
  side: row.side,
  amountMinor: BigInt(row.amount),
  postedAfterMinor: BigInt(row.posted_after),
  purpose: row.purpose,
  bookingDate: row.booking_date,
  valueDate: row.value_date,
  bookedAt: row.booked_at,
  ...(row.counterparty === null ? {} : { counterparty: row.counterparty }),
  ...(row.reverses === null ? {} : { reverses: row.reverses }),
  ...(row.forced === null ? {} : { forced: row.forced }),
  ...(row.end_to_end_id === null ? {} : { endToEndId: row.end_to_end_id }),
  ...(row.description === null ? {} : { description: row.description }),
});

/** Counters of one balance over some time, from which the account's class tells what was posted. */
export interface AssetSums {
  readonly asset: string;
  readonly debitsMinor: bigint;
  readonly creditsMinor: bigint;
}

/** What an account had posted in each asset at an instant, that instant included. */
export const postedAt = async (
  tx: Transaction,
  tenantId: string,
  { account, at }: { readonly account: string; readonly at: string },
): Promise<ReadonlyMap<string, bigint>> => {
  const { rows } = await tx.query<{ asset: string; posted_after: string }>({
    name: 'posted-at',
    text: `select l.asset, p.posted_after from ${latestName} l
      cross join lateral (
        select p.posted_after from ${postingsName} p
        where p.tenant_id = l.tenant_id and p.account_id = l.account_id and p.asset = l.asset and p.as_of <= $3
        order by p.as_of desc, p.seq desc, p.line desc limit 1) p
      where l.tenant_id = $1 and l.account_id = $2 order by l.asset`,
    values: [tenantId, account, at],
  });
  return new Map(rows.map(({ asset, posted_after: posted }) => [asset, BigInt(posted)]));
};

/** The two dates of a posting: the entity's day it was booked on, and the day it counts for interest. */
export type DateKind = 'bookingDate' | 'valueDate';

const columnOf: Readonly<Record<DateKind, string>> = { bookingDate: 'booking_date', valueDate: 'value_date' };

/** Sums of an account per asset up to a date, that day included. */
export const sumsOn = async (
  tx: Transaction,
  tenantId: string,
  { account, by, date }: { readonly account: string; readonly by: DateKind; readonly date: string },
): Promise<readonly AssetSums[]> => {
  const { rows } = await tx.query<{ asset: string; debits: string; credits: string }>({
    name: `sums-on-${by}`,
    text: `select asset, sum(debits) as debits, sum(credits) as credits from ${bucketsName}
      where tenant_id = $1 and account_id = $2 and ${columnOf[by]} <= $3 group by asset order by asset`,
    values: [tenantId, account, date],
  });
  return rows.map(({ asset, debits, credits }) => ({
    asset,
    debitsMinor: BigInt(debits),
    creditsMinor: BigInt(credits),
  }));
};

/** What moved on one day. */
export interface Turnover extends AssetSums {
  readonly date: string;
  readonly count: bigint;
}

/** An account's turnovers per day and asset, oldest first; days without a movement are absent. */
export const turnoversOf = async (
  tx: Transaction,
  tenantId: string,
  {
    account,
    by,
    from,
    to,
  }: { readonly account: string; readonly by: DateKind; readonly from: string; readonly to: string },
): Promise<readonly Turnover[]> => {
  const { rows } = await tx.query<{ date: string; asset: string; debits: string; credits: string; count: string }>({
    name: `turnovers-${by}`,
    text: `select ${columnOf[by]} as date, asset, sum(debits) as debits, sum(credits) as credits, sum(count) as count from ${bucketsName}
      where tenant_id = $1 and account_id = $2 and ${columnOf[by]} between $3 and $4 group by 1, asset order by 1, asset`,
    values: [tenantId, account, from, to],
  });
  return rows.map(({ date, asset, debits, credits, count }) => ({
    date,
    asset,
    debitsMinor: BigInt(debits),
    creditsMinor: BigInt(credits),
    count: BigInt(count),
  }));
};
