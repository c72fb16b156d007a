import type { Transaction } from '@finaegis/platform/database/transaction';
import type { LoggedEvent } from '@finaegis/platform/event-store/event';
import { defineView, tableName, type View } from '@finaegis/platform/view/view';
import type { LineStatus } from '../bulk/batch.ts';
import { bulkBatchEvents, bulkEvents } from '../bulk/events.ts';

const filesDdl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  bulk_id uuid not null,
  seq bigint not null,
  message_id text not null,
  debtor_account_ids text[] not null,
  primary key (tenant_id, bulk_id)
);
create unique index on ${name} (tenant_id, seq)`;

// A line belongs to a batch, and the batches of a file that was never taken on to its end to no file that is shown.
const linesDdl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  bulk_id uuid not null,
  batch_id uuid not null,
  line int not null,
  at int not null,
  end_to_end_id text not null,
  asset text not null,
  amount numeric(38, 0) not null,
  iban text,
  status text not null,
  reason text,
  primary key (tenant_id, batch_id, line)
);
create index on ${name} (tenant_id, bulk_id) where status = 'in_review'`;

type Data = Readonly<Record<string, never>> & {
  readonly batchId: string;
  readonly bulkId: string;
  readonly lines: readonly Line[];
};
interface Line {
  readonly line: number;
  readonly at: number;
  readonly endToEndId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly iban?: string;
  readonly kind?: string;
  readonly status?: LineStatus;
  readonly reason?: string;
  readonly review?: string;
}

/** Files in the order they were taken on, and every line with where it stands. */
export const bulkPaymentsView: View = defineView({
  name: 'payment_bulk',
  version: 2,
  contexts: ['payment'],
  consumes: [...bulkEvents, ...bulkBatchEvents].map(({ type }) => type),
  tables: [
    { suffix: '', create: filesDdl },
    { suffix: 'lines', create: linesDdl },
  ],
  apply: async (tx, { tenantId, table }, events) => {
    // One event after another, each with one statement for all its lines: an event may speak of lines that another of this stretch made.
    for (const event of events) await applyOne(tx, { tenantId, files: table(), lines: table('lines') }, event);
  },
});

interface Target {
  readonly tenantId: string;
  readonly files: string;
  readonly lines: string;
}

const applyOne = async (tx: Transaction, target: Target, event: LoggedEvent): Promise<void> => {
  const data = event.data as unknown as Data;
  switch (event.type) {
    case 'BulkPaymentTaken':
      await insertFile(tx, target, event);
      return;
    case 'BulkLinesTaken':
      await insertLines(tx, target, data);
      return;
    case 'BulkLinesChecked':
      return setLines(tx, target, data.batchId, data.lines.map(checkedRow));
    case 'BulkLineReviewed':
      return setLines(tx, target, data.batchId, [
        {
          line: data['line'] as unknown as number,
          status: data['decision'] as unknown as LineStatus,
          reason: data['reason'] as unknown as string,
        },
      ]);
    case 'BulkLinesFunded':
      await moveLines(tx, target, data.batchId, { from: ['checked'], to: 'funded' });
      await setLines(
        tx,
        target,
        data.batchId,
        ((data['reviewed'] as unknown as readonly number[] | undefined) ?? []).map((line) => ({
          line,
          status: 'funded',
        })),
      );
      return setLines(
        tx,
        target,
        data.batchId,
        (data['rejected'] as unknown as readonly Line[]).map((line) => ({ ...line, status: 'rejected' })),
      );
    case 'BulkLinesSubmitted': {
      await moveLines(tx, target, data.batchId, { from: ['checked', 'funded'], to: 'submitted' });
      const approved = (data['approved'] as unknown as readonly number[] | undefined) ?? [];
      const rows = approved.map((line) => ({ line, status: 'submitted' as const }));
      return setLines(tx, target, data.batchId, rows);
    }
    case 'BulkLinesConcluded':
      return setLines(tx, target, data.batchId, data.lines);
  }
};

const checkedRow = ({ line, kind, review, reason }: Line): Pick<Line, 'line' | 'status' | 'reason'> => {
  if (kind === 'rejected') return { line, status: 'rejected', ...(reason === undefined ? {} : { reason }) };
  return review === undefined ? { line, status: 'checked' } : { line, status: 'in_review', reason: review };
};

const insertFile = (tx: Transaction, { tenantId, files }: Target, { data, seq }: LoggedEvent): Promise<unknown> => {
  const { bulkId, messageId, totals } = data as unknown as {
    readonly bulkId: string;
    readonly messageId: string;
    readonly totals: readonly { readonly debtorAccountId?: string }[];
  };
  return tx.query(
    `insert into ${files} (tenant_id, bulk_id, seq, message_id, debtor_account_ids) values ($1, $2, $3, $4, $5)`,
    [tenantId, bulkId, seq, messageId, [...new Set(totals.flatMap(({ debtorAccountId }) => debtorAccountId ?? []))]],
  );
};

const insertLines = (
  tx: Transaction,
  { tenantId, lines: table }: Target,
  { bulkId, batchId, lines }: Data,
): Promise<unknown> =>
  tx.query(
    `insert into ${table} (tenant_id, bulk_id, batch_id, line, at, end_to_end_id, asset, amount, iban, status)
      select $1, $2, $3, *, 'received' from unnest($4::int[], $5::int[], $6::text[], $7::text[], $8::numeric[], $9::text[])`,
    [
      tenantId,
      bulkId,
      batchId,
      lines.map(({ line }) => line),
      lines.map(({ at }) => at),
      lines.map(({ endToEndId }) => endToEndId),
      lines.map(({ asset }) => asset),
      lines.map(({ amountMinor }) => amountMinor),
      lines.map(({ iban }) => iban ?? null),
    ],
  );

const setLines = async (
  tx: Transaction,
  { tenantId, lines: table }: Target,
  batchId: string,
  lines: readonly Pick<Line, 'line' | 'status' | 'reason'>[],
): Promise<void> => {
  if (lines.length === 0) return;
  await tx.query(
    `update ${table} l set status = changed.status, reason = changed.reason
      from unnest($3::int[], $4::text[], $5::text[]) as changed (line, status, reason)
      where l.tenant_id = $1 and l.batch_id = $2 and l.line = changed.line`,
    [
      tenantId,
      batchId,
      lines.map(({ line }) => line),
      lines.map(({ status }) => status),
      lines.map(({ reason }) => reason ?? null),
    ],
  );
};

const moveLines = async (
  tx: Transaction,
  { tenantId, lines: table }: Target,
  batchId: string,
  { from, to }: { readonly from: readonly LineStatus[]; readonly to: LineStatus },
): Promise<void> => {
  await tx.query(`update ${table} set status = $3 where tenant_id = $1 and batch_id = $2 and status = any ($4)`, [
    tenantId,
    batchId,
    to,
    from,
  ]);
};

const files = tableName(bulkPaymentsView);
const linesName = tableName(bulkPaymentsView, 'lines');

/** How many lines of a file stand where. */
export const bulkProgress = async (
  tx: Transaction,
  tenantId: string,
  batchIds: readonly string[],
): Promise<readonly { readonly status: LineStatus; readonly count: number }[]> => {
  const { rows } = await tx.query<{ status: LineStatus; count: number }>(
    `select status, count(*)::int as count from ${linesName} where tenant_id = $1 and batch_id = any ($2) group by status order by status`,
    [tenantId, batchIds],
  );
  return rows;
};

/** A line as lists show it. */
export interface BulkLineRow {
  readonly line: number;
  readonly at: number;
  readonly endToEndId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly iban: string | undefined;
  readonly status: LineStatus;
  readonly reason: string | undefined;
}

/** Lines of a file in their order. */
export const listBulkLines = async (
  tx: Transaction,
  tenantId: string,
  {
    batchIds,
    status,
    after,
    limit,
  }: {
    readonly batchIds: readonly string[];
    readonly status?: LineStatus | undefined;
    readonly after: number;
    readonly limit: number;
  },
): Promise<readonly BulkLineRow[]> => {
  const { rows } = await tx.query<{
    line: number;
    at: number;
    end_to_end_id: string;
    asset: string;
    amount: string;
    iban: string | null;
    status: LineStatus;
    reason: string | null;
  }>(
    `select line, at, end_to_end_id, asset, amount, iban, status, reason from ${linesName}
      where tenant_id = $1 and batch_id = any ($2) and line > $3 and ($4::text is null or status = $4) order by line limit $5`,
    [tenantId, batchIds, after, status ?? null, limit],
  );
  return rows.map(({ end_to_end_id: endToEndId, amount, iban, reason, ...row }) => ({
    ...row,
    endToEndId,
    amountMinor: BigInt(amount),
    iban: iban ?? undefined,
    reason: reason ?? undefined,
  }));
};

/** Ids of files, newest first, of accounts a customer may see. */
export const listBulkIds = async (
  tx: Transaction,
  tenantId: string,
  {
    accountIds,
    inReview,
    before,
    limit,
  }: {
    readonly accountIds?: readonly string[] | undefined;
    /** Only files with lines that wait for a person. */
    readonly inReview?: boolean | undefined;
    readonly before?: bigint | undefined;
    readonly limit: number;
  },
): Promise<readonly { readonly seq: bigint; readonly bulkId: string }[]> => {
  const { rows } = await tx.query<{ seq: bigint; bulk_id: string }>(
    `select seq, bulk_id from ${files} f where tenant_id = $1
      and (not $5 or exists (select 1 from ${linesName} l where l.tenant_id = $1 and l.bulk_id = f.bulk_id and l.status = 'in_review'))
      and ($2::bigint is null or seq < $2) and ($3::text[] is null or (debtor_account_ids <@ $3 and debtor_account_ids <> '{}'))
      order by seq desc limit $4`,
    [tenantId, before ?? null, accountIds ?? null, limit, inReview === true],
  );
  return rows.map(({ seq, bulk_id: bulkId }) => ({ seq, bulkId }));
};
