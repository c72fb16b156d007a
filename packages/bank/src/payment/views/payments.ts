import type { Transaction } from '@finaegis/platform/database/transaction';
import { type Aggregate, fold } from '@finaegis/platform/event-store/aggregate';
import type { EventCatalogue } from '@finaegis/platform/event-store/catalogue';
import { open } from '@finaegis/platform/event-store/envelope';
import type { LoggedEvent } from '@finaegis/platform/event-store/event';
import { type EventRow, streamsStatement } from '@finaegis/platform/event-store/read';
import { defineView, subscriptionName, tableName, type View } from '@finaegis/platform/view/view';
import { incomingEvents } from '../incoming/events.ts';
import { outgoingEvents } from '../outgoing/events.ts';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  direction text not null,
  payment_id uuid not null,
  seq bigint not null,
  account_id text,
  status text not null,
  asset text not null,
  amount numeric(38, 0) not null,
  bank text,
  rail text,
  reference text,
  end_to_end_id text,
  created_at timestamptz(3) not null,
  primary key (tenant_id, payment_id)
);
create unique index on ${name} (tenant_id, direction, seq);
create index on ${name} (tenant_id, account_id, seq) where account_id is not null;
create index on ${name} (tenant_id, end_to_end_id) where end_to_end_id is not null;
create index on ${name} (tenant_id, asset, amount, seq)`;

/** The status an event leaves. */
const statusAfter: Readonly<Record<string, string>> = {
  PaymentCreated: 'created',
  PaymentReviewRequested: 'in_review',
  PaymentAuthorised: 'authorised',
  PaymentFunded: 'funded',
  PaymentSubmitted: 'submitted',
  PaymentOutcomeLost: 'outcome_unknown',
  PaymentSettled: 'settled',
  PaymentReturned: 'returned',
  PaymentReturnIdentified: 'returned',
  PaymentRejected: 'rejected',
  PaymentCancelled: 'cancelled',
  IncomingPaymentAnnounced: 'announced',
  IncomingPaymentReviewRequested: 'in_review',
  IncomingPaymentCredited: 'credited',
  IncomingPaymentSuspended: 'suspended',
  IncomingPaymentReturned: 'returned',
};

const idOf = ({ data }: LoggedEvent): string => String(data['paymentId'] ?? data['incomingId']);
// A payment in that goes back names the payment out as well.
const keyOf = (event: LoggedEvent): string =>
  event.type.startsWith('Incoming') ? String(event.data['incomingId']) : idOf(event);

/** Payments both ways in the order they were taken on, with what they are found by; what one says is read from its stream. */
export const paymentsView: View = defineView({
  name: 'payment_payments',
  version: 1,
  contexts: ['payment'],
  consumes: [...outgoingEvents, ...incomingEvents].map(({ type }) => type),
  tables: [{ suffix: '', create: ddl }],
  apply: async (tx, { tenantId, table }, events) => {
    const made = events.filter(({ type }) => type === 'PaymentCreated' || type === 'IncomingPaymentAnnounced');
    const last = new Map(events.map((event) => [keyOf(event), event]));
    const credited = new Map(
      events.flatMap(({ type, data }) =>
        type === 'IncomingPaymentCredited' ? [[String(data['incomingId']), String(data['accountId'])] as const] : [],
      ),
    );
    if (made.length > 0) await insert(tx, table(), tenantId, made);
    await tx.query(
      `update ${table()} p set status = changed.status, account_id = coalesce(changed.account_id, p.account_id)
        from unnest($2::uuid[], $3::text[], $4::text[]) as changed (payment_id, status, account_id)
        where p.tenant_id = $1 and p.payment_id = changed.payment_id`,
      [
        tenantId,
        [...last.keys()],
        [...last.values()].map(({ type }) => statusAfter[type]),
        [...last.keys()].map((id) => credited.get(id) ?? null),
      ],
    );
  },
});

const insert = (tx: Transaction, table: string, tenantId: string, made: readonly LoggedEvent[]): Promise<unknown> => {
  const data = made.map((event) => event.data as Readonly<Record<string, string | undefined>>);
  return tx.query(
    `insert into ${table} (tenant_id, direction, payment_id, seq, account_id, status, asset, amount, bank, rail, reference, end_to_end_id, created_at)
      select $1, * from unnest($2::text[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::text[], $10::text[], $11::text[], $12::text[], $13::timestamptz[])`,
    [
      tenantId,
      made.map(({ type }) => (type === 'PaymentCreated' ? 'outgoing' : 'incoming')),
      made.map(keyOf),
      made.map(({ seq }) => seq),
      data.map(({ debtorAccountId, accountId }) => debtorAccountId ?? accountId ?? null),
      made.map(({ type }) => statusAfter[type]),
      data.map(({ asset }) => asset),
      data.map(({ amountMinor }) => amountMinor),
      data.map(({ bank }) => bank ?? null),
      data.map(({ rail }) => rail ?? null),
      data.map(({ reference, entryReference }) => reference ?? entryReference ?? null),
      data.map(({ endToEndId }) => endToEndId ?? null),
      made.map(({ bookedAt }) => bookedAt),
    ],
  );
};

const payments = tableName(paymentsView);

/** How far the view has come, and how long the log is. */
export const paymentsProgress = async (
  tx: Transaction,
  tenantId: string,
): Promise<{ readonly seq: bigint; readonly head: bigint }> => {
  const { rows } = await tx.query<{ seq: bigint; head: bigint }>({
    name: 'payments-progress',
    text: `select h.seq as head, coalesce((select s.seq from subscriptions s where s.tenant_id = h.tenant_id and s.name = $2), 0) as seq
      from tenant_heads h where h.tenant_id = $1`,
    values: [tenantId, subscriptionName(paymentsView)],
  });
  return rows[0] ?? { seq: 0n, head: 0n };
};

/** What a list of payments is narrowed by. */
export interface PaymentFilter {
  readonly direction: 'outgoing' | 'incoming';
  readonly accountId?: string | undefined;
  readonly status?: string | undefined;
  readonly asset?: string | undefined;
  readonly bank?: string | undefined;
  readonly rail?: string | undefined;
  readonly reference?: string | undefined;
  readonly endToEndId?: string | undefined;
  /** The accounts a customer may see. */
  readonly accountIds?: readonly string[] | undefined;
}

/** Ids of payments, newest first. */
export const listPayments = async (
  tx: Transaction,
  tenantId: string,
  filter: PaymentFilter,
  page: { readonly before?: bigint | undefined; readonly limit: number },
): Promise<readonly { readonly seq: bigint; readonly paymentId: string }[]> => {
  const values: unknown[] = [tenantId];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const equal = (column: string, value: unknown): readonly string[] =>
    value === undefined ? [] : [`${column} = ${put(value)}`];
  const conditions = [
    'tenant_id = $1',
    ...equal('direction', filter.direction),
    ...(page.before === undefined ? [] : [`seq < ${put(page.before)}`]),
    ...equal('account_id', filter.accountId),
    ...equal('status', filter.status),
    ...equal('asset', filter.asset),
    ...equal('bank', filter.bank),
    ...equal('rail', filter.rail),
    ...equal('reference', filter.reference),
    ...equal('end_to_end_id', filter.endToEndId),
    ...(filter.accountIds === undefined ? [] : [`account_id = any (${put(filter.accountIds)})`]),
  ];
  const { rows } = await tx.query<{ seq: bigint; payment_id: string }>(
    `select seq, payment_id from ${payments} where ${conditions.join(' and ')} order by seq desc limit ${put(page.limit)}`,
    values,
  );
  return rows.map(({ seq, payment_id: paymentId }) => ({ seq, paymentId }));
};

const sameOrderMax = 50;

/** Ids of payments out to a bank by our reference, and by the payer's end-to-end id. */
export const findOutgoing = async (
  tx: Transaction,
  tenantId: string,
  {
    bank,
    reference,
    endToEndId,
  }: { readonly bank: string; readonly reference?: string | undefined; readonly endToEndId?: string | undefined },
): Promise<readonly string[]> => {
  const { rows } = await tx.query<{ payment_id: string }>(
    `select payment_id from ${payments}
      where tenant_id = $1 and direction = 'outgoing' and bank = $2 and (reference = $3 or end_to_end_id = $4)
      order by seq desc limit ${sameOrderMax}`,
    [tenantId, bank, reference ?? null, endToEndId ?? null],
  );
  return rows.map(({ payment_id: paymentId }) => paymentId);
};

/** Aggregates as they stand, with one query for all. */
export const readStates = async <State>(
  tx: Transaction,
  catalogue: EventCatalogue,
  aggregate: Aggregate<State, never>,
  { tenantId, ids }: { readonly tenantId: string; readonly ids: readonly string[] },
): Promise<readonly State[]> => {
  const streams = ids.map((id) => ({ tenantId, stream: aggregate.stream(id) }));
  const { rows } = await tx.query<EventRow>(streamsStatement(aggregate.context, streams));
  const states = new Map<string, State>();
  for (const { stream, envelope, seq } of rows)
    states.set(stream, fold(aggregate, states.get(stream) ?? aggregate.initial, open(catalogue, envelope, seq)));
  return streams.map(({ stream }) => states.get(stream) ?? aggregate.initial);
};

/** A payment that may belong to money somebody cannot place. */
export interface PaymentCandidate {
  readonly direction: 'outgoing' | 'incoming';
  readonly paymentId: string;
  readonly because: readonly ('end_to_end_id' | 'reference' | 'amount')[];
}

/** Payments with the same reference, or of the same amount lately; simple rules that propose, and decide nothing. */
export const candidatesFor = async (
  tx: Transaction,
  tenantId: string,
  sought: {
    readonly asset: string;
    readonly amountMinor: bigint;
    readonly reference?: string | undefined;
    readonly since: string;
  },
): Promise<readonly PaymentCandidate[]> => {
  const { rows } = await tx.query<{
    direction: PaymentCandidate['direction'];
    payment_id: string;
    is_end_to_end: boolean;
    is_reference: boolean;
    is_amount: boolean;
  }>(
    `select direction, payment_id, coalesce(end_to_end_id = $2, false) as is_end_to_end, coalesce(reference = $2, false) as is_reference,
        (asset = $3 and amount = $4) as is_amount
      from ${payments}
      where tenant_id = $1 and (end_to_end_id = $2 or reference = $2 or (asset = $3 and amount = $4 and created_at >= $5::timestamptz))
      order by (coalesce(end_to_end_id = $2, false) or coalesce(reference = $2, false)) desc, seq desc limit 10`,
    [tenantId, sought.reference ?? null, sought.asset, sought.amountMinor, sought.since],
  );
  return rows.map((row) => ({
    direction: row.direction,
    paymentId: row.payment_id,
    because: [
      ...(row.is_end_to_end ? (['end_to_end_id'] as const) : []),
      ...(row.is_reference ? (['reference'] as const) : []),
      ...(row.is_amount ? (['amount'] as const) : []),
    ],
  }));
};
