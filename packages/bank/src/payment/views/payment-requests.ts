import type { Transaction } from '@finaegis/platform/database/transaction';
import { defineView, tableName, type View } from '@finaegis/platform/view/view';
import { requestEvents } from '../request/events.ts';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  request_id uuid not null,
  seq bigint not null,
  payee_account_id uuid not null,
  payer_party_id uuid not null,
  status text not null,
  primary key (tenant_id, request_id)
);
create unique index on ${name} (tenant_id, seq);
create index on ${name} (tenant_id, payer_party_id, seq);
create index on ${name} (tenant_id, payee_account_id, seq)`;

const statusAfter: Readonly<Record<string, string>> = {
  PaymentRequested: 'open',
  PaymentRequestPaid: 'paid',
  PaymentRequestDeclined: 'declined',
  PaymentRequestExpired: 'expired',
};

/** Requests in the order they were made, with whom they are between. */
export const paymentRequestsView: View = defineView({
  name: 'payment_requests',
  version: 1,
  contexts: ['payment'],
  consumes: requestEvents.map(({ type }) => type),
  tables: [{ suffix: '', create: ddl }],
  apply: async (tx, { tenantId, table }, events) => {
    const made = events.filter(({ type }) => type === 'PaymentRequested');
    const last = new Map(events.map(({ type, data }) => [String(data['requestId']), statusAfter[type]]));
    if (made.length > 0)
      await tx.query(
        `insert into ${table()} (tenant_id, request_id, seq, payee_account_id, payer_party_id, status)
          select $1, *, 'open' from unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[])`,
        [
          tenantId,
          made.map(({ data }) => data['requestId']),
          made.map(({ seq }) => seq),
          made.map(({ data }) => data['payeeAccountId']),
          made.map(({ data }) => data['payerPartyId']),
        ],
      );
    await tx.query(
      `update ${table()} r set status = changed.status from unnest($2::uuid[], $3::text[]) as changed (request_id, status)
        where r.tenant_id = $1 and r.request_id = changed.request_id`,
      [tenantId, [...last.keys()], [...last.values()]],
    );
  },
});

const requests = tableName(paymentRequestsView);

/** Ids of requests, newest first; of a customer's those it is asked by and those of accounts it may see. */
export const listPaymentRequests = async (
  tx: Transaction,
  tenantId: string,
  filter: {
    readonly status?: string | undefined;
    readonly between?: { readonly partyId: string; readonly accountIds: readonly string[] } | undefined;
    readonly before?: bigint | undefined;
    readonly limit: number;
  },
): Promise<readonly { readonly seq: bigint; readonly requestId: string }[]> => {
  const { status, between, before, limit } = filter;
  const { rows } = await tx.query<{ seq: bigint; request_id: string }>(
    `select seq, request_id from ${requests}
      where tenant_id = $1 and ($2::bigint is null or seq < $2) and ($3::text is null or status = $3)
        and ($4::uuid is null or payer_party_id = $4 or payee_account_id = any ($5::uuid[]))
      order by seq desc limit $6`,
    [tenantId, before ?? null, status ?? null, between?.partyId ?? null, between?.accountIds ?? [], limit],
  );
  return rows.map(({ seq, request_id: requestId }) => ({ seq, requestId }));
};
