import { all, type Transaction } from '@finaegis/platform/database/transaction';
import type { LoggedEvent } from '@finaegis/platform/event-store/event';
import { defineView, tableName, type View } from '@finaegis/platform/view/view';
import { type JournalPosting, journalPosted } from '../journal/events.ts';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  seq bigint not null,
  journal_id uuid not null,
  entity text not null,
  kind text not null,
  reference text not null,
  end_to_end_id text,
  booking_date date not null,
  primary key (tenant_id, seq)
);
create index on ${name} (tenant_id, kind, seq);
create index on ${name} (tenant_id, reference);
create index on ${name} (tenant_id, end_to_end_id, seq) where end_to_end_id is not null;
create index on ${name} (tenant_id, booking_date, seq)`;

const accountsDdl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  account_id text not null,
  seq bigint not null,
  primary key (tenant_id, account_id, seq)
)`;

/** The order of journals in the log and what they are found by; what a journal says is read from its stream. */
export const journalsView: View = defineView({
  name: 'ledger_journals',
  version: 1,
  contexts: ['ledger'],
  consumes: [journalPosted.type],
  tables: [
    { suffix: '', create: ddl },
    { suffix: 'accounts', create: accountsDdl },
  ],
  apply: async (tx, { tenantId, table }, events) => {
    const data = events.map((event) => event.data as Readonly<Record<string, string>>);
    const touched = events.flatMap(accountsOf);
    await all([
      tx.query(
        `insert into ${table()} (tenant_id, seq, journal_id, entity, kind, reference, end_to_end_id, booking_date)
          select $1, * from unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::date[])`,
        [
          tenantId,
          events.map(({ seq }) => seq),
          data.map(({ journalId }) => journalId),
          data.map(({ entity }) => entity),
          data.map(({ kind }) => kind),
          data.map(({ reference }) => reference),
          data.map(({ endToEndId }) => endToEndId ?? null),
          data.map(({ bookingDate }) => bookingDate),
        ],
      ),
      tx.query(
        `insert into ${table('accounts')} (tenant_id, account_id, seq) select $1, * from unnest($2::text[], $3::bigint[])`,
        [tenantId, touched.map(({ account }) => account), touched.map(({ seq }) => seq)],
      ),
    ]);
  },
});

const journals = tableName(journalsView);
const touches = tableName(journalsView, 'accounts');

const accountsOf = ({ data, seq }: LoggedEvent): readonly { readonly account: string; readonly seq: bigint }[] =>
  [...new Set((data['postings'] as readonly JournalPosting[]).map(({ account }) => account))].map((account) => ({
    account,
    seq,
  }));

/** What a list of journals is narrowed by. Dates are booking dates, both included. */
export interface JournalFilter {
  /** Only journals that touch one of these accounts; absent for all. */
  readonly accounts?: readonly string[] | undefined;
  readonly entity?: string | undefined;
  readonly kind?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly reference?: string | undefined;
  readonly endToEndId?: string | undefined;
}

/** Ids of journals, newest first, beginning before a place in the log. */
export const listJournals = async (
  tx: Transaction,
  tenantId: string,
  filter: JournalFilter,
  page: { readonly before?: bigint | undefined; readonly limit: number },
): Promise<readonly { readonly seq: bigint; readonly journalId: string }[]> => {
  const values: unknown[] = [tenantId];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const equal = (column: string, value: unknown): readonly string[] =>
    value === undefined ? [] : [`j.${column} = ${put(value)}`];
  const conditions = [
    'j.tenant_id = $1',
    ...equal('entity', filter.entity),
    ...equal('kind', filter.kind),
    ...equal('reference', filter.reference),
    ...equal('end_to_end_id', filter.endToEndId),
    ...(filter.from === undefined ? [] : [`j.booking_date >= ${put(filter.from)}`]),
    ...(filter.to === undefined ? [] : [`j.booking_date <= ${put(filter.to)}`]),
    ...(page.before === undefined ? [] : [`j.seq < ${put(page.before)}`]),
  ];
  const limit = put(page.limit);
  const found = (from: string): string =>
    `select j.seq, j.journal_id from ${from} where ${conditions.join(' and ')} order by j.seq desc limit ${limit}`;
  const { rows } = await tx.query<{ seq: bigint; journal_id: string }>(
    filter.accounts === undefined ? found(`${journals} j`) : ofAccounts(found, put(filter.accounts), limit),
    values,
  );
  return rows.map(({ seq, journal_id: journalId }) => ({ seq, journalId }));
};

/** The newest of each account, then the newest of those: each account's own index gives its part, however rarely it is booked on. */
const ofAccounts = (found: (from: string) => string, accounts: string, limit: string): string =>
  `select distinct f.seq, f.journal_id from unnest(${accounts}::text[]) as wanted (account_id)
    cross join lateral (${found(`${touches} t join ${journals} j on j.tenant_id = t.tenant_id and j.seq = t.seq and t.tenant_id = $1 and t.account_id = wanted.account_id`)}) f
    order by f.seq desc limit ${limit}`;
