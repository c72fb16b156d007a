import { plainArray, textArray } from '../database/array-parameters.ts';
import type { Transaction } from '../database/transaction.ts';
import type { EventOf, RecordedEvent } from '../event-store/event.ts';
import type { ModuleTable } from '../module.ts';
import type { PublishedCatalogue } from '../published/catalogue.ts';
import { messageBody, messageId } from '../published/message.ts';
import type { endpointEvents } from './endpoint/events.ts';

type EndpointEvent = EventOf<(typeof endpointEvents)[number]>;
type Of<Type extends EndpointEvent['type']> = RecordedEvent & Extract<EndpointEvent, { readonly type: Type }>;
const types = [
  'WebhookResendRequested',
  'WebhookDeliveryRequeued',
  'WebhookTestRequested',
  'WebhookEndpointResumed',
] as const;
type Request = Of<(typeof types)[number]>;

/** What is asked of deliveries, put into their queue in the commit that records the asking. It has no rows of its own. */
export const requestsTable = (published: () => PublishedCatalogue): ModuleTable => ({
  name: 'webhook.requests',
  rank: 82,
  consumes: types,
  lock: async () => new Map<string, never>(),
  fold: ({ scratch }, event) => {
    scratch.set(event.id, event);
  },
  write: async (tx, { scratch }) => {
    await Promise.all([...scratch.values()].map((event) => carryOut(tx, published, event as Request)));
  },
});

const carryOut = (tx: Transaction, published: () => PublishedCatalogue, event: Request): Promise<unknown> => {
  const { tenantId } = event;
  switch (event.type) {
    case 'WebhookResendRequested':
      return tx.query({
        name: 'webhook-request-resend',
        text: `insert into webhook_resends (tenant_id, resend_id, endpoint_id, since, until) values ($1, $2, $3, $4, $5) on conflict do nothing`,
        values: [tenantId, event.data.resendId, event.data.endpointId, event.data.since, event.data.until],
      });
    case 'WebhookDeliveryRequeued':
      return tx.query({
        name: 'webhook-requeue',
        text: `update webhook_deliveries set status = 'pending', attempts = 0, due_at = $4, finished_at = null
          where tenant_id = $1 and endpoint_id = $2 and delivery_id = $3`,
        values: [tenantId, event.data.endpointId, event.data.deliveryId, event.bookedAt],
      });
    case 'WebhookTestRequested':
      return insertTest(tx, published(), event);
    // Somebody looked after the receiver: what went wrong before is not held against it.
    case 'WebhookEndpointResumed':
      return tx.query({
        name: 'webhook-forget-health',
        text: 'delete from webhook_health where tenant_id = $1 and endpoint_id = $2',
        values: [tenantId, event.data.endpointId],
      });
  }
};

const insertTest = (
  tx: Transaction,
  published: PublishedCatalogue,
  { tenantId, bookedAt, data: { endpointId, testId, deliveryId, type } }: Of<'WebhookTestRequested'>,
): Promise<unknown> => {
  const event = published.find(type);
  if (event === undefined) throw new Error(`${type} was published a moment ago.`);
  const id = messageId(testId, type);
  const body = messageBody(event, { id, timestamp: bookedAt, data: event.sample });
  return Promise.all([
    tx.query({
      name: 'webhook-test-message',
      text: `insert into webhook_messages (tenant_id, message_id, type, body, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
      values: [tenantId, id, type, body, bookedAt],
    }),
    tx.query({
      name: 'webhook-test-delivery',
      text: `insert into webhook_deliveries (tenant_id, delivery_id, endpoint_id, message_id, type, status, due_at, created_at)
        select $1, d.delivery_id, d.endpoint_id, d.message_id, d.type, 'pending', $6, $6
        from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) as d (delivery_id, endpoint_id, message_id, type) on conflict do nothing`,
      values: [
        tenantId,
        plainArray([deliveryId]),
        plainArray([endpointId]),
        textArray([id]),
        textArray([type]),
        bookedAt,
      ],
    }),
  ]);
};
