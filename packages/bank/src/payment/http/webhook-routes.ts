import { createHash } from 'node:crypto';
import { requireStaff } from '@finaegis/platform/auth/access';
import { instant, text, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withFaultsAsProblems } from '@finaegis/platform/http/command-route';
import { type CursorScope, pageOf, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { ProblemError } from '@finaegis/platform/http/problem';
import {
  type ApiAnswer,
  type ApiRequest,
  commandRoute,
  defineRoute,
  type Route,
  readRoute,
} from '@finaegis/platform/http/route';
import { z } from 'zod';
import { inboxSagaId } from '../inbox/commands.ts';
import { type InboxMessage, messageKeyOf } from '../inbox/inbox-message.ts';
import type { WebhookVerdict } from '../ports.ts';
import { bankName } from '../terms.ts';
import { adopting, beforeOf, type PaymentHttp } from './payment-http.ts';

const tag = 'Webhook inbox';

const params = z.strictObject({ tenantId: uuid, provider: bankName });
const messageParams = z.strictObject({ key: uuid });
const receipt = z.object({ received: z.literal(true) }).meta({ id: 'WebhookReceipt' });
const statuses = ['received', 'processed', 'ignored', 'failed'] as const;
const messageResource = z
  .object({
    key: uuid,
    provider: z.string(),
    messageId: z.string(),
    type: z.string(),
    status: z.enum(statuses),
    digest: z.string().describe('SHA-256 of the raw body.'),
    sizeBytes: z.int(),
    replays: z.int(),
    failure: z.string().optional(),
    receivedAt: instant,
  })
  .meta({
    id: 'WebhookMessage',
    description: 'A genuine message of a provider; kept also where nobody knows its type.',
  });
const search = z.strictObject({
  ...pageQuery,
  provider: bankName.optional(),
  type: text(100).optional(),
  status: z.enum(statuses).optional(),
});

/** What providers tell: verified, stored, answered, and worked on afterwards. */
export const webhookRoutes = (http: PaymentHttp): readonly Route[] => [
  defineRoute({
    method: 'POST',
    path: '/v1/webhooks/:tenantId/:provider',
    operationId: 'receiveWebhook',
    summary: 'Take a provider’s message',
    description:
      'For providers. The signature over the raw body is the authentication. The message is stored before it is answered and worked on afterwards; the same message again is answered the same.',
    tag,
    permission: 'public',
    rateClass: 'bulk',
    idempotency: 'none',
    request: {
      params,
      file: {
        contentTypes: [
          'application/json',
          'text/plain',
          'application/x-www-form-urlencoded',
          'application/octet-stream',
        ],
        description: 'The message as its provider signed it.',
      },
    },
    responses: { 200: { description: 'Stored.', schema: receipt } },
    problems: ['not_found', 'webhook_refused'],
    handle: (request) => receive(http, request),
  }),
  defineRoute({
    ...readRoute,
    tag,
    permission: 'payment:webhook',
    path: '/v1/webhook-messages',
    operationId: 'listWebhookMessages',
    summary: 'List stored messages, newest first',
    request: { query: search },
    responses: { 200: { description: 'Messages.', schema: pageSchema(messageResource) } },
    problems: ['staff_only'],
    handle: (request) => list(http, request),
  }),
  defineRoute({
    ...commandRoute,
    tag,
    permission: 'payment:webhook',
    path: '/v1/webhook-messages/:key/replay',
    operationId: 'replayWebhookMessage',
    summary: 'Have a stored message worked on again',
    request: { params: messageParams },
    responses: { 200: { description: 'Under way.', schema: messageResource } },
    problems: ['staff_only', 'webhook_message_unknown', 'webhook_message_under_way'],
    handle: (request) => replay(http, request),
  }),
];

const receive = async (
  http: PaymentHttp,
  {
    params: { tenantId, provider },
    rawBody = Buffer.alloc(0),
    headers,
    requestId,
  }: ApiRequest<z.output<typeof params>>,
): Promise<ApiAnswer> => {
  const { services, handlers } = http;
  const verifier = (await isTenantActive(http, tenantId)) ? await http.findSender(tenantId, provider) : undefined;
  if (verifier === undefined) throw new ProblemError('not_found');
  const verdict = storable(await verifier.verify({ tenantId, provider, headers, rawBody, now: services.now() }));
  const submission = {
    tenantId,
    metadata: { actor: `webhook:${provider}`, channel: 'webhook', correlation: requestId },
  };
  if (!verdict.ok) {
    const { reason } = verdict;
    const key = services.newId();
    await withFaultsAsProblems(() =>
      services.commands.submit(handlers.refuseWebhook, { key, provider, reason }, submission),
    );
    throw new ProblemError('webhook_refused', { facts: { reason } });
  }
  const { messageId, type } = verdict;
  const data = {
    provider,
    messageId,
    type,
    body: rawBody.toString('utf8'),
    digest: createHash('sha256').update(rawBody).digest('hex'),
    sizeBytes: rawBody.length,
  };
  await withFaultsAsProblems(() => services.commands.submit(handlers.receiveWebhook, data, submission));
  services.sagas.adopt({ tenantId, sagaId: inboxSagaId(messageKeyOf(provider, messageId), 0) });
  return { status: 200, body: { received: true } };
};

const names = z.object({ messageId: text(200), type: text(100) });

/** A name that no column can hold would stop the view of every message after it. */
const storable = (verdict: WebhookVerdict): WebhookVerdict =>
  !verdict.ok || names.safeParse(verdict).success ? verdict : { ok: false, reason: 'malformed' };

// Of a tenant that is not there nothing can be stored, and nobody is told which there are.
const isTenantActive = async ({ services }: PaymentHttp, tenantId: string): Promise<boolean> => {
  const { rows } = await services.readPool.query("select 1 from tenants where tenant_id = $1 and status = 'active'", [
    tenantId,
  ]);
  return rows.length > 0;
};

const list = async (
  http: PaymentHttp,
  { principal, tenantId, query }: ApiRequest<unknown, z.output<typeof search>>,
): Promise<ApiAnswer> => {
  requireStaff(principal);
  const { cursor, limit, ...filter } = query;
  const scope: CursorScope = { list: 'webhook-messages', epoch: http.services.positions.epoch };
  const rows = await http.reads.listMessages(tenantId, filter, { before: beforeOf(cursor, scope), limit: limit + 1 });
  const body = pageOf(rows, {
    limit,
    scope,
    positionOf: ({ seq }) => [seq.toString()],
    show: ({ item }) => showMessage(item),
  });
  return { status: 200, body };
};

const replay = async (http: PaymentHttp, request: ApiRequest<z.output<typeof messageParams>>): Promise<ApiAnswer> => {
  requireStaff(request.principal);
  const { key } = request.params;
  const answer = await answerCommand(
    http.services,
    request,
    http.handlers.replayWebhook,
    { key },
    {
      status: 200,
      show: showMessage,
      problems: http.problems,
    },
  );
  const state = await http.reads.message(request.tenantId, key);
  return adopting(http, request, inboxSagaId(key, 'replays' in state ? state.replays : 0), answer);
};

/** Without the body, which may speak of people. */
const showMessage = ({ body: _body, ...message }: InboxMessage): unknown => message;
