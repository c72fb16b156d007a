import type { Transaction } from '@finaegis/platform/database/transaction';
import type { LoggedEvent } from '@finaegis/platform/event-store/event';
import { defineView, tableName, type View } from '@finaegis/platform/view/view';
import { pspDayStatus } from '../psp-day/psp-day.ts';
import { type NewestPage, newestFirst } from './newest-first.ts';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  kind text not null,
  id uuid not null,
  seq bigint not null,
  account_id text,
  payment_id uuid,
  status text not null,
  asset text not null,
  amount numeric(38, 0) not null,
  reason text,
  way text,
  due_at timestamptz(3),
  created_at timestamptz(3) not null,
  primary key (tenant_id, kind, id)
);
create unique index on ${name} (tenant_id, kind, seq);
create index on ${name} (tenant_id, kind, account_id, seq) where account_id is not null;
create index on ${name} (tenant_id, payment_id, seq) where payment_id is not null;
create index on ${name} (tenant_id, kind, status, seq)`;

/** What is listed apart. */
export type CardKind = 'deposit' | 'refund' | 'dispute' | 'payout' | 'day';

/** The kind an event is about, and the status it leaves. */
const after: Readonly<Record<string, readonly [CardKind, string]>> = {
  CardDepositAnnounced: ['deposit', 'announced'],
  CardActionRequested: ['deposit', 'requires_action'],
  CardDepositCredited: ['deposit', 'credited'],
  CardDepositSuspended: ['deposit', 'suspended'],
  CardDepositFailed: ['deposit', 'failed'],
  CardDepositExpired: ['deposit', 'expired'],
  RefundRequested: ['refund', 'requested'],
  RefundApproved: ['refund', 'approved'],
  RefundRejected: ['refund', 'rejected'],
  RefundFunded: ['refund', 'funded'],
  RefundSubmitted: ['refund', 'submitted'],
  RefundCompleted: ['refund', 'completed'],
  RefundReturned: ['refund', 'returned'],
  RefundFailed: ['refund', 'failed'],
  RefundCancelled: ['refund', 'cancelled'],
  DisputeOpened: ['dispute', 'opened'],
  DisputeEvidenceRequested: ['dispute', 'evidence_due'],
  DisputeEvidenceSubmitted: ['dispute', 'submitted'],
  DisputeWon: ['dispute', 'won'],
  DisputeLost: ['dispute', 'lost'],
  DisputeAccepted: ['dispute', 'accepted'],
  CardPayoutBooked: ['payout', 'booked'],
  CardPayoutReturned: ['payout', 'returned'],
  PspDayExplained: ['day', 'agreed'],
};
const firsts = new Set([
  'CardDepositAnnounced',
  'RefundRequested',
  'DisputeOpened',
  'CardPayoutBooked',
  'PspDayExplained',
]);

interface Changed {
  readonly kind: CardKind;
  readonly id: string;
  readonly status: string;
}

const changeOf = ({ type, data }: LoggedEvent): Changed => {
  const [kind, usual] = after[type] ?? [];
  // A day is over at once, and its amount is what the two sides differ by.
  const status = kind === 'day' ? pspDayStatus({ openCount: Number(data['openCount']) }) : usual;
  if (kind === undefined || status === undefined) throw new Error(`${type} leaves no status.`);
  return { kind, status, id: String(data[`${kind}Id`]) };
};

/** Card deposits, refunds, disputes, payouts and days at the provider in the order they came up, with what they are found by; what one says is read from its stream. */
export const cardsView: View = defineView({
  name: 'payment_cards',
  version: 1,
  contexts: ['payment'],
  consumes: Object.keys(after),
  tables: [{ suffix: '', create: ddl }],
  apply: async (tx, { tenantId, table }, events) => {
    const made = events.filter(({ type }) => firsts.has(type));
    if (made.length > 0) await insert(tx, table(), tenantId, made);
    const last = [...new Map(events.map(changeOf).map((change) => [`${change.kind}:${change.id}`, change])).values()];
    await tx.query(
      `update ${table()} c set status = changed.status
        from unnest($2::text[], $3::uuid[], $4::text[]) as changed (kind, id, status)
        where c.tenant_id = $1 and c.kind = changed.kind and c.id = changed.id`,
      [tenantId, last.map(({ kind }) => kind), last.map(({ id }) => id), last.map(({ status }) => status)],
    );
    const due = events.filter(({ type, data }) => type === 'DisputeEvidenceRequested' && data['dueAt'] !== undefined);
    if (due.length > 0)
      await tx.query(
        `update ${table()} c set due_at = asked.due_at from unnest($2::uuid[], $3::timestamptz[]) as asked (id, due_at)
          where c.tenant_id = $1 and c.kind = 'dispute' and c.id = asked.id`,
        [tenantId, due.map(({ data }) => data['disputeId']), due.map(({ data }) => data['dueAt'])],
      );
  },
});

const insert = (tx: Transaction, table: string, tenantId: string, made: readonly LoggedEvent[]): Promise<unknown> => {
  const changes = made.map(changeOf);
  const column = (name: string): readonly unknown[] => made.map(({ data }) => data[name] ?? null);
  return tx.query(
    `insert into ${table} (tenant_id, kind, id, seq, account_id, payment_id, status, asset, amount, reason, way, created_at)
      select $1, * from unnest($2::text[], $3::uuid[], $4::bigint[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::numeric[], $10::text[], $11::text[], $12::timestamptz[])`,
    [
      tenantId,
      changes.map(({ kind }) => kind),
      changes.map(({ id }) => id),
      made.map(({ seq }) => seq),
      column('accountId'),
      column('paymentId'),
      changes.map(({ status }) => status),
      column('asset'),
      made.map(({ data }) => data['amountMinor'] ?? data['differenceMinor']),
      column('reason'),
      column('way'),
      made.map(({ bookedAt }) => bookedAt),
    ],
  );
};

const cards = tableName(cardsView);

/** What a list is narrowed by. */
export interface CardFilter {
  readonly accountId?: string | undefined;
  readonly paymentId?: string | undefined;
  readonly status?: string | undefined;
  readonly asset?: string | undefined;
  readonly reason?: string | undefined;
  readonly way?: string | undefined;
  /** Cases whose evidence is due before an instant. */
  readonly dueBefore?: string | undefined;
  /** Instants between which it came up: the first counts, the second does not. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The accounts a customer may see. */
  readonly accountIds?: readonly string[] | undefined;
}

/** Ids of one kind, newest first. */
export const listCards = async (
  tx: Transaction,
  tenantId: string,
  { kind, ...filter }: CardFilter & { readonly kind: CardKind },
  page: NewestPage,
): Promise<readonly { readonly seq: bigint; readonly id: string }[]> =>
  newestFirst(
    tx,
    { table: cards, idColumn: 'id' },
    [
      [(tenant) => `tenant_id = ${tenant}`, tenantId],
      [(its) => `kind = ${its}`, kind],
      [(id) => `account_id = ${id}`, filter.accountId],
      [(id) => `payment_id = ${id}`, filter.paymentId],
      [(status) => `status = ${status}`, filter.status],
      [(asset) => `asset = ${asset}`, filter.asset],
      [(reason) => `reason = ${reason}`, filter.reason],
      [(way) => `way = ${way}`, filter.way],
      [(at) => `due_at < ${at}::timestamptz`, filter.dueBefore],
      [(at) => `created_at >= ${at}::timestamptz`, filter.from],
      [(at) => `created_at < ${at}::timestamptz`, filter.to],
      [(ids) => `account_id = any (${ids})`, filter.accountIds],
    ],
    page,
  );
