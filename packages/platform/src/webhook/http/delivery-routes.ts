import { z } from 'zod';
import { requireStaff } from '../../auth/access.ts';
import { instant, uuid } from '../../http/amount.ts';
import { answerCommand } from '../../http/command-route.ts';
import { pageQuery, pageSchema } from '../../http/cursor.ts';
import { commandRoute, defineRoute, type Route, readRoute } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import type { EndpointHandlers } from '../commands.ts';
import { webhookProblems } from '../problems.ts';
import { deliveryResource, deliveryStory, listDeliveries, readDelivery } from './delivery-queries.ts';
import { readEndpoint } from './endpoint-queries.ts';
import { endpointResource, showEndpoint } from './endpoint-view.ts';

/** What the routes are built over. */
export interface DeliveryHttp {
  readonly services: Services;
  readonly handlers: EndpointHandlers;
}

const tag = 'Webhooks';
const ofDelivery = z.strictObject({ deliveryId: uuid });
const ofEndpoint = z.strictObject({ endpointId: uuid });
const writing = { ...commandRoute, tag, permission: 'webhook:write' } as const;
const reading = { ...readRoute, tag, permission: 'webhook:read' } as const;
const how = { status: 202, show: showEndpoint, problems: webhookProblems } as const;
const queued = {
  202: { description: 'It is queued; the endpoint as it is now.', schema: endpointResource },
} as const;
const refused = [
  'staff_only',
  'not_found',
  'webhook_endpoint_unknown',
  'webhook_endpoint_deleted',
  'webhook_endpoint_disabled',
];

/** The routes of deliveries: what was sent and answered, and sending again. */
export const deliveryRoutes = (http: DeliveryHttp): readonly Route[] => [
  ...readRoutes(http),
  requeueRoute(http),
  resendRoute(http),
  testRoute(http),
];

const readRoutes = ({ services }: DeliveryHttp): readonly Route[] => [
  defineRoute({
    ...reading,
    path: '/v1/webhook-deliveries',
    operationId: 'listWebhookDeliveries',
    summary: 'List deliveries',
    description: 'Newest first; kept for thirty days.',
    request: {
      query: z.strictObject({
        ...pageQuery,
        endpointId: uuid.optional(),
        status: z.enum(['pending', 'delivered', 'failed']).optional(),
        type: z.string().max(100).optional(),
        messageId: z.string().max(200).optional(),
        from: instant.optional().describe('Queued at this instant or later.'),
        to: instant.optional().describe('Queued before this instant.'),
      }),
    },
    responses: { 200: { description: 'A page of deliveries.', schema: pageSchema(deliveryResource) } },
    problems: ['staff_only'],
    handle: async ({ principal, tenantId, query }) => {
      requireStaff(principal);
      return { status: 200, body: await listDeliveries(services, tenantId, query) };
    },
  }),
  defineRoute({
    ...reading,
    path: '/v1/webhook-deliveries/:deliveryId',
    operationId: 'getWebhookDelivery',
    summary: 'Show one delivery',
    description: 'With what is sent, and each attempt with its answer and how long it took.',
    request: { params: ofDelivery },
    responses: { 200: { description: 'The delivery.', schema: deliveryStory } },
    problems: ['staff_only', 'not_found'],
    handle: async ({ principal, tenantId, params }) => {
      requireStaff(principal);
      return { status: 200, body: await readDelivery(services, tenantId, params.deliveryId) };
    },
  }),
];

const requeueRoute = ({ services, handlers }: DeliveryHttp): Route =>
  defineRoute({
    ...writing,
    path: '/v1/webhook-deliveries/:deliveryId/resend',
    operationId: 'resendWebhookDelivery',
    summary: 'Make one delivery again',
    description: 'With the same `webhook-id`, by which the receiver knows the repeat.',
    request: { params: ofDelivery },
    responses: queued,
    problems: refused,
    handle: async (request) => {
      requireStaff(request.principal);
      const { deliveryId } = request.params;
      const { endpointId } = await readDelivery(services, request.tenantId, deliveryId);
      return answerCommand(services, request, handlers.requeue, { endpointId, deliveryId }, how);
    },
  });

const resendRoute = ({ services, handlers }: DeliveryHttp): Route =>
  defineRoute({
    ...writing,
    rateClass: 'bulk',
    path: '/v1/webhook-endpoints/:endpointId/resend',
    operationId: 'resendWebhooks',
    summary: 'Send again what was booked since an instant',
    description: 'Made anew from the log, so what an endpoint missed while it was given up is sent as well.',
    request: { params: ofEndpoint, body: z.strictObject({ since: instant, until: instant.optional() }) },
    responses: queued,
    problems: [...refused, 'resend_time_empty'],
    handle: async (request) => {
      requireStaff(request.principal);
      const data = { ...request.params, ...request.body, resendId: services.newId() };
      return answerCommand(services, request, handlers.resend, data, how);
    },
  });

const testRoute = ({ services, handlers }: DeliveryHttp): Route =>
  defineRoute({
    ...writing,
    path: '/v1/webhook-endpoints/:endpointId/test',
    operationId: 'testWebhookEndpoint',
    summary: 'Send a test',
    description: 'The sample of a type, marked `isTest`, signed like any other message and whatever the filters.',
    request: {
      params: ofEndpoint,
      body: z.strictObject({ type: z.string().max(100).describe('A published type.') }),
    },
    responses: queued,
    problems: [...refused, 'event_type_unknown'],
    handle: async (request) => {
      requireStaff(request.principal);
      const { endpointId } = await readEndpoint(services, request.tenantId, request.params.endpointId);
      const ids = { testId: services.newId(), deliveryId: services.newId() };
      return answerCommand(services, request, handlers.test, { endpointId, ...ids, ...request.body }, how);
    },
  });
