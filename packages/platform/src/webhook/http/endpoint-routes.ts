import { z } from 'zod';
import { requireStaff } from '../../auth/access.ts';
import { sealTexts } from '../../event-store/sealed-text.ts';
import { uuid } from '../../http/amount.ts';
import { askerOf } from '../../http/asker.ts';
import { answerCommand, metadataOf, renderer, toAnswer, withFaultsAsProblems } from '../../http/command-route.ts';
import { pageQuery, pageSchema } from '../../http/cursor.ts';
import { sentIn } from '../../http/offending-fields.ts';
import { ProblemError } from '../../http/problem.ts';
import { type ApiAnswer, type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import { type AddressRules, refuseUrl } from '../address-guard.ts';
import { type EndpointCommand, type EndpointHandlers, subjectOf } from '../commands.ts';
import { endpointTerms } from '../endpoint/terms.ts';
import { webhookProblems } from '../problems.ts';
import { newSecretText } from '../secret-text.ts';
import { listEndpoints, readEndpoint } from './endpoint-queries.ts';
import { endpointResource, endpointWithSecret, showEndpoint } from './endpoint-view.ts';

/** What the routes are built over. */
export interface EndpointHttp {
  readonly services: Services;
  readonly handlers: EndpointHandlers;
  readonly rules: AddressRules;
}

const tag = 'Webhooks';
const params = z.strictObject({ endpointId: uuid });
const answered = { 200: { description: 'The endpoint as it is now.', schema: endpointResource } };
const writing = { ...commandRoute, tag, permission: 'webhook:write' } as const;
const reading = { ...readRoute, tag, permission: 'webhook:read' } as const;
const how = { status: 200, show: showEndpoint, problems: webhookProblems } as const;

/** The routes of endpoints. All of them are the bank's own: what is sent concerns every customer. */
export const endpointRoutes = (http: EndpointHttp): readonly Route[] => [
  createRoute(http),
  ...readRoutes(http),
  changeRoute(http),
  ...lifeRoutes(http),
  deleteRoute(http),
  rotateRoute(http),
];

/** @throws ProblemError `webhook_url_not_allowed` */
const requireAllowed = (url: string, rules: AddressRules): void => {
  const reason = refuseUrl(url, rules);
  if (reason !== undefined) throw new ProblemError('webhook_url_not_allowed', { facts: { reason }, about: { url } });
};

/** The secret is put in on the way out, after the stored answer was written: no event, log or stored answer ever holds one. */
const answerWithSecret = async <Data>(
  { services }: EndpointHttp,
  request: ApiRequest,
  {
    command,
    data,
    status,
    secret,
  }: {
    readonly command: EndpointCommand<Data>;
    readonly data: Data;
    readonly status: 200 | 201;
    readonly secret: string;
  },
): Promise<ApiAnswer> => {
  const outcome = await withFaultsAsProblems(() =>
    services.commands.submit(command, data, {
      tenantId: request.tenantId,
      metadata: metadataOf(request),
      asker: askerOf(request),
      ...(request.idempotency === undefined
        ? {}
        : { idempotency: { principalId: request.principal.id, ...request.idempotency } }),
      isDryRun: request.dryRun,
      render: renderer({ ...how, status }, request.requestId, sentIn(request)),
    }),
  );
  const answer = await toAnswer(services, request.tenantId, outcome);
  const isNew = outcome.kind === 'decided' && outcome.outcome.accepted && !outcome.outcome.isRepeat && !request.dryRun;
  return isNew
    ? { ...answer, body: JSON.stringify({ ...(JSON.parse(answer.body as string) as object), secret }) }
    : answer;
};

const createRoute = (http: EndpointHttp): Route =>
  defineRoute({
    ...writing,
    rateClass: 'sensitive',
    idempotency: 'required',
    path: '/v1/webhook-endpoints',
    operationId: 'createWebhookEndpoint',
    summary: 'Create a webhook endpoint',
    description: 'What is booked from now on is sent to it, signed with the secret that stands in this answer only.',
    request: { body: z.strictObject({ endpointId: uuid.optional(), ...endpointTerms }) },
    responses: {
      201: { description: 'The endpoint, with its secret this once.', schema: endpointWithSecret },
      ...answered,
    },
    problems: [
      'staff_only',
      'webhook_url_not_allowed',
      'webhook_endpoint_deleted',
      'webhook_endpoint_exists_with_different_content',
      'event_type_unknown',
    ],
    handle: async (request) => {
      requireStaff(request.principal);
      const { endpointId = http.services.newId(), headers, ...terms } = request.body;
      requireAllowed(terms.url, http.rules);
      const secret = newSecretText();
      const headerNames = Object.keys(headers).sort();
      const texts = [secret, ...(headerNames.length === 0 ? [] : [JSON.stringify(headers, headerNames)])];
      const [sealed, sealedHeaders] = await sealTexts(http.services.personalData, {
        tenantId: request.tenantId,
        subject: subjectOf(endpointId),
        texts,
      });
      if (sealed === undefined) throw new Error('What was to be sealed was not.');
      const data = {
        endpointId,
        ...terms,
        headerNames,
        ...(sealedHeaders === undefined ? {} : { headers: sealedHeaders }),
        secret: { secretId: http.services.newId(), sealed },
      };
      return answerWithSecret(http, request, { command: http.handlers.create, data, status: 201, secret });
    },
  });

const readRoutes = ({ services }: EndpointHttp): readonly Route[] => [
  defineRoute({
    ...reading,
    path: '/v1/webhook-endpoints',
    operationId: 'listWebhookEndpoints',
    summary: 'List webhook endpoints',
    request: { query: z.strictObject(pageQuery) },
    responses: { 200: { description: 'A page of those not deleted.', schema: pageSchema(endpointResource) } },
    problems: ['staff_only'],
    handle: async ({ principal, tenantId, query }) => {
      requireStaff(principal);
      return { status: 200, body: await listEndpoints(services, tenantId, query) };
    },
  }),
  defineRoute({
    ...reading,
    path: '/v1/webhook-endpoints/:endpointId',
    operationId: 'getWebhookEndpoint',
    summary: 'Show one webhook endpoint',
    request: { params },
    responses: answered,
    problems: ['staff_only', 'not_found'],
    handle: async ({ principal, tenantId, params: { endpointId } }) => {
      requireStaff(principal);
      return { status: 200, body: showEndpoint(await readEndpoint(services, tenantId, endpointId)) };
    },
  }),
];

// Without their defaults: what is not named stays as it is.
const changes = z.strictObject({
  name: endpointTerms.name.unwrap().optional(),
  url: endpointTerms.url.optional(),
  events: endpointTerms.events.unwrap().optional(),
  accounts: endpointTerms.accounts.unwrap().optional(),
  assets: endpointTerms.assets.unwrap().optional(),
  headers: endpointTerms.headers.unwrap().optional(),
  isOrdered: endpointTerms.isOrdered.unwrap().optional(),
});

const changeRoute = (http: EndpointHttp): Route =>
  defineRoute({
    ...writing,
    method: 'PATCH',
    idempotency: 'none',
    path: '/v1/webhook-endpoints/:endpointId',
    operationId: 'changeWebhookEndpoint',
    summary: 'Change a webhook endpoint',
    description: 'Only what is named changes; headers are replaced as a whole.',
    request: { params, body: changes },
    responses: answered,
    problems: [
      'staff_only',
      'not_found',
      'webhook_url_not_allowed',
      'webhook_endpoint_unknown',
      'webhook_endpoint_deleted',
      'event_type_unknown',
    ],
    handle: async (request) => {
      requireStaff(request.principal);
      const { endpointId } = request.params;
      const { headers, ...terms } = request.body;
      if (terms.url !== undefined) requireAllowed(terms.url, http.rules);
      // Nobody makes a key for an endpoint that is not there.
      if (headers !== undefined) await readEndpoint(http.services, request.tenantId, endpointId);
      const headerNames = headers === undefined ? undefined : Object.keys(headers).sort();
      const texts = headerNames === undefined || headerNames.length === 0 ? [] : [JSON.stringify(headers, headerNames)];
      const [sealed] = await sealTexts(http.services.personalData, {
        tenantId: request.tenantId,
        subject: subjectOf(endpointId),
        texts,
      });
      const data = {
        endpointId,
        ...terms,
        ...(headerNames === undefined ? {} : { headerNames }),
        ...(sealed === undefined ? {} : { headers: sealed }),
      };
      return answerCommand(http.services, request, http.handlers.change, data, how);
    },
  });

const lifeRoutes = ({ services, handlers }: EndpointHttp): readonly Route[] => [
  defineRoute({
    ...writing,
    path: '/v1/webhook-endpoints/:endpointId/pause',
    operationId: 'pauseWebhookEndpoint',
    summary: 'Pause a webhook endpoint',
    description: 'What happens meanwhile is kept for it, thirty days at most.',
    request: { params },
    responses: answered,
    problems: ['staff_only', 'webhook_endpoint_unknown', 'webhook_endpoint_deleted', 'webhook_endpoint_disabled'],
    handle: async (request) => {
      requireStaff(request.principal);
      return answerCommand(services, request, handlers.pause, request.params, how);
    },
  }),
  defineRoute({
    ...writing,
    path: '/v1/webhook-endpoints/:endpointId/resume',
    operationId: 'resumeWebhookEndpoint',
    summary: 'Resume a webhook endpoint',
    description:
      'After a pause what was kept is sent; one that was disabled is sent what still waited, and what happens from now on.',
    request: { params },
    responses: answered,
    problems: ['staff_only', 'webhook_endpoint_unknown', 'webhook_endpoint_deleted'],
    handle: async (request) => {
      requireStaff(request.principal);
      return answerCommand(services, request, handlers.resume, request.params, how);
    },
  }),
];

const deleteRoute = ({ services, handlers }: EndpointHttp): Route =>
  defineRoute({
    ...writing,
    method: 'DELETE',
    idempotency: 'none',
    path: '/v1/webhook-endpoints/:endpointId',
    operationId: 'deleteWebhookEndpoint',
    summary: 'Delete a webhook endpoint',
    description:
      'For ever: the key under which its secrets and headers lie is destroyed. Deleting twice is not an error.',
    request: { params },
    responses: answered,
    problems: ['staff_only', 'webhook_endpoint_unknown'],
    handle: async (request) => {
      requireStaff(request.principal);
      return answerCommand(services, request, handlers.remove, request.params, how);
    },
  });

const rotateRoute = (http: EndpointHttp): Route =>
  defineRoute({
    ...writing,
    rateClass: 'sensitive',
    idempotency: 'required',
    path: '/v1/webhook-endpoints/:endpointId/secret-rotation',
    operationId: 'rotateWebhookSecret',
    summary: 'Give a webhook endpoint a new secret',
    description: 'Messages are signed with every valid secret, so a receiver may change over at any time of the grace.',
    request: {
      params,
      body: z.strictObject({
        graceSeconds: z
          .number()
          .int()
          .min(0)
          .max(604_800)
          .default(86_400)
          .describe('How long the secrets before it go on signing; at most a week.'),
      }),
    },
    responses: { 200: { description: 'The endpoint, with the new secret this once.', schema: endpointWithSecret } },
    problems: [
      'staff_only',
      'not_found',
      'webhook_endpoint_unknown',
      'webhook_endpoint_deleted',
      'webhook_secrets_too_many',
    ],
    handle: async (request) => {
      requireStaff(request.principal);
      // Nobody makes a key for an endpoint that is not there.
      const { endpointId } = await readEndpoint(http.services, request.tenantId, request.params.endpointId);
      const secret = newSecretText();
      const [sealed] = await sealTexts(http.services.personalData, {
        tenantId: request.tenantId,
        subject: subjectOf(endpointId),
        texts: [secret],
      });
      if (sealed === undefined) throw new Error('What was to be sealed was not.');
      const { graceSeconds } = request.body;
      const data = { endpointId, secret: { secretId: http.services.newId(), sealed }, graceSeconds };
      return answerWithSecret(http, request, { command: http.handlers.rotate, data, status: 200, secret });
    },
  });
