import { z } from 'zod';
import { askerOf } from '../../http/asker.ts';
import { answerCommand, metadataOf, renderer, toAnswer, withFaultsAsProblems } from '../../http/command-route.ts';
import { pageQuery, pageSchema } from '../../http/cursor.ts';
import { sentIn } from '../../http/offending-fields.ts';
import { ProblemError } from '../../http/problem.ts';
import { type ApiAnswer, type ApiRequest, defineRoute, type Route } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import { requirePlatform } from '../../tenancy/http/require-platform.ts';
import { apiKeyTerms } from '../api-key/terms.ts';
import {
  type ApiKeyCommand,
  type CreateApiKeyCommand,
  type RotateApiKeyCommand,
  revokeApiKeyCommand,
} from '../commands.ts';
import { grantorOf } from '../grant.ts';
import { newApiKeySecret } from '../key-text.ts';
import { authProblems } from '../problems.ts';
import { listApiKeys, readApiKey } from './api-key-queries.ts';
import { apiKeySchema, apiKeyWithSecretSchema, showApiKey } from './api-key-view.ts';

/** What the routes need beside the services. */
export interface ApiKeyRouteOptions {
  /** The word in the keys made here: `live`, `test`, `demo`. */
  readonly environment: string;
  readonly createApiKey: CreateApiKeyCommand;
  readonly rotateApiKey: RotateApiKeyCommand;
}

const tag = 'API keys';
const keyParams = z.strictObject({ keyId: z.uuid() });
const newKeyBody = z.strictObject(apiKeyTerms);
const granting = ['token_makes_no_key', 'scope_not_held', 'unmasked_not_held', 'acting_for_not_held'];
const creating = [
  'scope_unknown',
  'grants_missing',
  'role_unknown',
  'role_needs_party',
  ...granting,
  'acting_for_unknown',
  'expiry_in_past',
  'api_key_exists_with_different_content',
];

/** The routes of API keys. */
export const apiKeyRoutes = (services: Services, options: ApiKeyRouteOptions): readonly Route[] => [
  createRoute(services, options),
  createForTenantRoute(services, options),
  listRoute(services),
  readRoute(services),
  revokeRoute(services),
  rotateRoute(services, options),
];

/**
 * Answers a command that made a secret. The secret is put into the answer on its way out, after the stored answer was written without it: no
 * event, log or stored answer ever holds one, at the price that a replay cannot show it again.
 */
const answerWithSecret = async <Data, Refs>(
  services: Services,
  request: ApiRequest,
  {
    command,
    data,
    tenantId,
    status,
    text,
  }: {
    readonly command: ApiKeyCommand<Data, Refs>;
    readonly data: Data;
    readonly tenantId: string;
    readonly status: 200 | 201;
    readonly text: string;
  },
): Promise<ApiAnswer> => {
  const outcome = await withFaultsAsProblems(() =>
    services.commands.submit(command, data, {
      tenantId,
      metadata: metadataOf(request),
      asker: askerOf(request),
      ...(request.idempotency === undefined
        ? {}
        : { idempotency: { principalId: request.principal.id, ...request.idempotency } }),
      isDryRun: request.dryRun,
      render: renderer({ status, show: showApiKey, problems: authProblems }, request.requestId, sentIn(request)),
    }),
  );
  const answer = await toAnswer(services, tenantId, outcome);
  const isNew = outcome.kind === 'decided' && outcome.outcome.accepted && !outcome.outcome.isRepeat && !request.dryRun;
  return isNew
    ? { ...answer, body: JSON.stringify({ ...(JSON.parse(answer.body as string) as object), key: text }) }
    : answer;
};

/** What is good for ten minutes makes nothing that is good for longer. */
const requireNoToken = ({ principal }: Pick<ApiRequest, 'principal'>): void => {
  if (principal.tokenId === undefined) return;
  const error = { field: '/headers/authorization', code: 'token_makes_no_key', message: 'must be a key or a session' };
  throw new ProblemError('token_makes_no_key', { errors: [error] });
};

const createRoute = (services: Services, options: ApiKeyRouteOptions): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/api-keys',
    operationId: 'createApiKey',
    summary: 'Create an API key',
    description: 'The key itself is in the first answer only. It can hold no scope that the asking key does not hold.',
    tag,
    permission: 'auth:write',
    rateClass: 'sensitive',
    idempotency: 'required',
    supportsDryRun: true,
    request: { body: newKeyBody },
    responses: { 201: { description: 'The key, with its secret this once.', schema: apiKeyWithSecretSchema } },
    problems: creating,
    handle: (request) => createKey(services, options, { request, body: request.body, tenantId: request.tenantId }),
  });

const createForTenantRoute = (services: Services, options: ApiKeyRouteOptions): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/tenants/:tenantId/api-keys',
    operationId: 'createTenantApiKey',
    summary: 'Create an API key of a tenant',
    description: 'For the platform’s own keys only: how a new tenant gets its first key.',
    tag,
    permission: 'tenancy:write',
    rateClass: 'sensitive',
    idempotency: 'required',
    supportsDryRun: true,
    request: { params: z.strictObject({ tenantId: z.uuid() }), body: newKeyBody },
    responses: { 201: { description: 'The key, with its secret this once.', schema: apiKeyWithSecretSchema } },
    problems: ['platform_principal_required', 'not_found', ...creating],
    handle: async (request) => {
      await requirePlatform(services, request, request.params.tenantId);
      return createKey(services, options, { request, body: request.body, tenantId: request.params.tenantId });
    },
  });

const createKey = (
  services: Services,
  { environment, createApiKey }: ApiKeyRouteOptions,
  {
    request,
    body,
    tenantId,
  }: {
    readonly request: ApiRequest;
    readonly body: z.output<typeof newKeyBody>;
    readonly tenantId: string;
  },
): Promise<ApiAnswer> => {
  requireNoToken(request);
  const { text, prefix, secretHash } = newApiKeySecret(environment);
  const { userId } = request.principal;
  const owner = userId === undefined || tenantId !== request.tenantId ? {} : { userId };
  const grantor = grantorOf(request.principal);
  const data = { keyId: services.newId(), prefix, secretHash, ...body, ...owner, grantor };
  return answerWithSecret(services, request, { command: createApiKey, data, tenantId, status: 201, text });
};

const listRoute = (services: Services): Route =>
  defineRoute({
    method: 'GET',
    path: '/v1/api-keys',
    operationId: 'listApiKeys',
    summary: 'List API keys, newest first',
    tag,
    permission: 'auth:read',
    rateClass: 'read',
    idempotency: 'none',
    request: { query: z.strictObject(pageQuery) },
    responses: { 200: { description: 'A page of keys, revoked ones included.', schema: pageSchema(apiKeySchema) } },
    problems: [],
    handle: async ({ principal, query }) => ({ status: 200, body: await listApiKeys(services, principal, query) }),
  });

const readRoute = (services: Services): Route =>
  defineRoute({
    method: 'GET',
    path: '/v1/api-keys/:keyId',
    operationId: 'getApiKey',
    summary: 'Show one API key',
    tag,
    permission: 'auth:read',
    rateClass: 'read',
    idempotency: 'none',
    request: { params: keyParams },
    responses: { 200: { description: 'The key, without its secret.', schema: apiKeySchema } },
    problems: ['not_found'],
    handle: async ({ principal, params }) => ({
      status: 200,
      body: await readApiKey(services, principal, params.keyId),
    }),
  });

const revokeRoute = (services: Services): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/api-keys/:keyId/revocation',
    operationId: 'revokeApiKey',
    summary: 'Revoke an API key',
    description: 'For ever, and felt everywhere within a second. Revoking twice is not an error.',
    tag,
    permission: 'auth:write',
    rateClass: 'write',
    idempotency: 'required',
    supportsDryRun: true,
    request: {
      params: keyParams,
      body: z.strictObject({
        reason: z
          .string()
          .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be a code such as compromised')
          .default('requested'),
      }),
    },
    responses: { 200: { description: 'The key as it is now.', schema: apiKeySchema } },
    problems: ['not_found', 'api_key_unknown'],
    handle: async (request) => {
      const { keyId } = await readApiKey(services, request.principal, request.params.keyId);
      return answerCommand(
        services,
        request,
        revokeApiKeyCommand,
        { keyId, reason: request.body.reason },
        { status: 200, show: showApiKey, problems: authProblems },
      );
    },
  });

const rotateRoute = (services: Services, { environment, rotateApiKey }: ApiKeyRouteOptions): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/api-keys/:keyId/rotation',
    operationId: 'rotateApiKey',
    summary: 'Give an API key a new secret',
    description: 'The new key is in the first answer only. The asking key must hold every scope of the key it rotates.',
    tag,
    permission: 'auth:write',
    rateClass: 'sensitive',
    idempotency: 'required',
    supportsDryRun: true,
    request: {
      params: keyParams,
      body: z.strictObject({
        graceSeconds: z
          .number()
          .int()
          .min(0)
          .max(604_800)
          .default(0)
          .describe('How long the old secret opens beside the new one; at most a week.'),
      }),
    },
    responses: { 200: { description: 'The key, with its new secret this once.', schema: apiKeyWithSecretSchema } },
    problems: ['not_found', 'api_key_unknown', 'api_key_is_revoked', ...granting],
    handle: async (request) => {
      requireNoToken(request);
      const { keyId } = await readApiKey(services, request.principal, request.params.keyId);
      const { text, prefix, secretHash } = newApiKeySecret(environment);
      const data = {
        keyId,
        prefix,
        secretHash,
        graceSeconds: request.body.graceSeconds,
        grantor: grantorOf(request.principal),
      };
      return answerWithSecret(services, request, {
        command: rotateApiKey,
        data,
        tenantId: request.tenantId,
        status: 200,
        text,
      });
    },
  });
