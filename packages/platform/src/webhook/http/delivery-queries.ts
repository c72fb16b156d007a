import { z } from 'zod';
import { type CursorScope, decodeCursor, type Page, pageOf } from '../../http/cursor.ts';
import { ProblemError } from '../../http/problem.ts';
import { read, type Services } from '../../services.ts';

const instant = z.string().describe('UTC instant with milliseconds.');

/** A delivery as it is listed. */
export const deliveryResource = z
  .object({
    deliveryId: z.string(),
    endpointId: z.string(),
    messageId: z.string().describe('Sent as `webhook-id`.'),
    type: z.string(),
    status: z.enum(['pending', 'delivered', 'failed']),
    attempts: z.number().int().describe('Since it was last queued.'),
    dueAt: instant.optional().describe('When it is tried next.'),
    lastStatus: z.number().int().optional().describe('HTTP status of the last answer.'),
    lastError: z.string().optional().describe('Why there was no answer: `timed_out`, `connection_refused` …'),
    createdAt: instant,
    finishedAt: instant.optional(),
  })
  .meta({ id: 'WebhookDelivery' });

/** A delivery with all there is to tell. */
export const deliveryStory = deliveryResource
  .extend({
    body: z.string().describe('The text that is sent and signed.'),
    history: z
      .array(
        z.object({
          at: instant,
          durationMs: z.number().int(),
          url: z.string(),
          status: z.number().int().optional(),
          error: z.string().optional(),
          answer: z.string().optional().describe('The beginning of what was answered.'),
        }),
      )
      .describe('Every attempt, oldest first.'),
  })
  .meta({ id: 'WebhookDeliveryStory' });

type Delivery = z.output<typeof deliveryResource>;

interface Row {
  readonly deliveryId: string;
  readonly endpointId: string;
  readonly messageId: string;
  readonly type: string;
  readonly status: Delivery['status'];
  readonly attempts: number;
  readonly dueAt: string;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

const columns = `d.delivery_id as "deliveryId", d.endpoint_id as "endpointId", d.message_id as "messageId", d.type, d.status, d.attempts,
  d.due_at as "dueAt", d.last_status as "lastStatus", d.last_error as "lastError", d.created_at as "createdAt", d.finished_at as "finishedAt"`;

const show = ({ dueAt, lastStatus, lastError, finishedAt, ...row }: Row): Delivery => ({
  deliveryId: row.deliveryId,
  endpointId: row.endpointId,
  messageId: row.messageId,
  type: row.type,
  status: row.status,
  attempts: row.attempts,
  ...(row.status === 'pending' ? { dueAt } : {}),
  ...(lastStatus === null ? {} : { lastStatus }),
  ...(lastError === null ? {} : { lastError }),
  createdAt: row.createdAt,
  ...(finishedAt === null ? {} : { finishedAt }),
});

/** What deliveries are looked for by. */
export interface DeliveryQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly endpointId?: string | undefined;
  readonly status?: Delivery['status'] | undefined;
  readonly type?: string | undefined;
  readonly messageId?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A page of deliveries, newest first: their ids are ordered by time. */
export const listDeliveries = async (
  services: Services,
  tenantId: string,
  { limit, cursor, endpointId, status, type, messageId, from, to }: DeliveryQuery,
): Promise<Page<Delivery>> => {
  const scope: CursorScope = { list: 'webhook-deliveries', epoch: services.positions.epoch };
  const [before] = cursor === undefined ? [null] : decodeCursor(cursor, scope, z.tuple([z.uuid()]));
  const asked = [endpointId, status, type, messageId, from, to].map((value) => value ?? null);
  const { rows } = await read(services, tenantId, (tx) =>
    tx.query<Row>({
      name: 'webhook-deliveries',
      text: `select ${columns} from webhook_deliveries d
        where d.tenant_id = $1 and ($2::uuid is null or d.delivery_id < $2) and ($4::uuid is null or d.endpoint_id = $4)
          and ($5::text is null or d.status = $5) and ($6::text is null or d.type = $6) and ($7::text is null or d.message_id = $7)
          and ($8::timestamptz is null or d.created_at >= $8) and ($9::timestamptz is null or d.created_at < $9)
        order by d.delivery_id desc limit $3`,
      values: [tenantId, before, limit + 1, ...asked],
    }),
  );
  return pageOf(rows, { limit, scope, positionOf: ({ deliveryId }) => [deliveryId], show });
};

/** One delivery with its story. @throws ProblemError `not_found` */
export const readDelivery = async (
  services: Services,
  tenantId: string,
  deliveryId: string,
): Promise<z.output<typeof deliveryStory>> => {
  type Attempt = {
    at: string;
    durationMs: number;
    url: string;
    status: number | null;
    error: string | null;
    answer: string | null;
  };
  const [delivery, attempts] = await read(services, tenantId, (tx) =>
    Promise.all([
      tx.query<Row & { readonly body: string }>({
        name: 'webhook-delivery',
        text: `select ${columns}, m.body from webhook_deliveries d join webhook_messages m using (tenant_id, message_id)
          where d.tenant_id = $1 and d.delivery_id = $2`,
        values: [tenantId, deliveryId],
      }),
      tx.query<Attempt>({
        name: 'webhook-attempts',
        text: `select made_at as at, duration_ms as "durationMs", url, status, error, answer from webhook_attempts
          where tenant_id = $1 and delivery_id = $2 order by made_at, attempt_id limit 200`,
        values: [tenantId, deliveryId],
      }),
    ]),
  );
  const row = delivery.rows[0];
  if (row === undefined) throw new ProblemError('not_found');
  const history = attempts.rows.map(({ status, error, answer, ...attempt }) => ({
    ...attempt,
    ...(status === null ? {} : { status }),
    ...(error === null ? {} : { error }),
    ...(answer === null ? {} : { answer }),
  }));
  return { ...show(row), body: row.body, history };
};
