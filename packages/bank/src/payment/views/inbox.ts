import type { Transaction } from '@finaegis/platform/database/transaction';
import { defineView, tableName, type View } from '@finaegis/platform/view/view';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  message_key uuid not null,
  seq bigint not null,
  provider text not null,
  message_type text not null,
  status text not null,
  primary key (tenant_id, message_key)
);
create unique index on ${name} (tenant_id, seq);
create index on ${name} (tenant_id, status, seq)`;

/** Stored messages in the order they came; refused ones are only events. */
export const inboxView: View = defineView({
  name: 'payment_inbox',
  version: 1,
  contexts: ['payment'],
  consumes: ['WebhookReceived', 'WebhookProcessed', 'WebhookFailed', 'WebhookReplayed'],
  tables: [{ suffix: '', create: ddl }],
  apply: async (tx, { tenantId, table }, events) => {
    const received = events.filter(({ type }) => type === 'WebhookReceived');
    if (received.length > 0)
      await tx.query(
        `insert into ${table()} (tenant_id, message_key, seq, provider, message_type, status)
          select $1, *, 'received' from unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[])`,
        [
          tenantId,
          received.map(({ data }) => data['key']),
          received.map(({ seq }) => seq),
          received.map(({ data }) => data['provider']),
          received.map(({ data }) => data['type']),
        ],
      );
    const last = new Map(
      events.flatMap(({ type, data }) => {
        const status = type === 'WebhookProcessed' ? data['outcome'] : type === 'WebhookFailed' ? 'failed' : 'received';
        return [[String(data['key']), status] as const];
      }),
    );
    await tx.query(
      `update ${table()} i set status = changed.status from unnest($2::uuid[], $3::text[]) as changed (message_key, status)
        where i.tenant_id = $1 and i.message_key = changed.message_key`,
      [tenantId, [...last.keys()], [...last.values()]],
    );
  },
});

const inbox = tableName(inboxView);

/** What a list of messages is narrowed by. */
export interface InboxFilter {
  readonly provider?: string | undefined;
  readonly type?: string | undefined;
  readonly status?: string | undefined;
}

/** Keys of stored messages, newest first. */
export const listMessages = async (
  tx: Transaction,
  tenantId: string,
  { provider, type, status }: InboxFilter,
  page: { readonly before?: bigint | undefined; readonly limit: number },
): Promise<readonly { readonly seq: bigint; readonly key: string }[]> => {
  const { rows } = await tx.query<{ seq: bigint; message_key: string }>(
    `select seq, message_key from ${inbox}
      where tenant_id = $1 and ($2::text is null or provider = $2) and ($3::text is null or message_type = $3)
        and ($4::text is null or status = $4) and ($5::bigint is null or seq < $5)
      order by seq desc limit $6`,
    [tenantId, provider ?? null, type ?? null, status ?? null, page.before ?? null, page.limit],
  );
  return rows.map(({ seq, message_key: key }) => ({ seq, key }));
};
