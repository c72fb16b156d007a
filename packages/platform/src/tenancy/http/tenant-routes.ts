import { z } from 'zod';
import { inTransaction } from '../../database/transaction.ts';
import { answerCommand } from '../../http/command-route.ts';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '../../http/cursor.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import { createTenantCommand, resumeTenantCommand, suspendTenantCommand, type TenantResult } from '../commands.ts';
import { tenancyProblems } from '../problems.ts';
import { requirePlatform } from './require-platform.ts';

const tag = 'Tenants';

/** A tenant as it is answered. */
const tenantSchema = z.object({
  tenantId: z.string(),
  name: z.string(),
  status: z.enum(['active', 'suspended']),
  createdAt: z.string(),
});

const show = ({ tenantId, name, status, createdAt }: TenantResult): z.output<typeof tenantSchema> => ({
  tenantId,
  name,
  status,
  createdAt,
});
const asTenant = { show, problems: tenancyProblems };
const tenantParams = z.strictObject({ tenantId: z.uuid() });

/** The routes of tenants, for the platform's own keys only. */
export const tenantRoutes = (services: Services): readonly Route[] => [
  createRoute(services),
  listRoute(services),
  suspendRoute(services),
  resumeRoute(services),
];

const createRoute = (services: Services): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/tenants',
    operationId: 'createTenant',
    summary: 'Create a tenant',
    description: 'Give the tenant an id of your own to make repeats harmless beyond the life of an Idempotency-Key.',
    tag,
    permission: 'tenancy:write',
    rateClass: 'write',
    idempotency: 'required',
    supportsDryRun: true,
    request: { body: z.strictObject({ tenantId: z.uuid().optional(), name: z.string().trim().min(1).max(100) }) },
    responses: {
      201: { description: 'The tenant.', schema: tenantSchema },
      200: { description: 'The tenant as it is; it existed with this name.', schema: tenantSchema },
    },
    problems: ['platform_principal_required', 'tenant_is_platform', 'tenant_exists_with_different_name'],
    handle: async (request) => {
      await requirePlatform(services, request);
      const { tenantId = services.newId(), name } = request.body;
      return answerCommand(services, request, createTenantCommand, { tenantId, name }, { status: 201, ...asTenant });
    },
  });

const listRoute = (services: Services): Route =>
  defineRoute({
    method: 'GET',
    path: '/v1/tenants',
    operationId: 'listTenants',
    summary: 'List tenants, newest first',
    tag,
    permission: 'tenancy:read',
    rateClass: 'read',
    idempotency: 'none',
    request: { query: z.strictObject(pageQuery) },
    responses: { 200: { description: 'A page of tenants.', schema: pageSchema(tenantSchema) } },
    problems: ['platform_principal_required'],
    handle: async (request) => {
      await requirePlatform(services, request);
      const { limit, cursor } = request.query;
      const scope: CursorScope = { list: 'tenants', epoch: services.positions.epoch };
      const [createdAt, id] =
        cursor === undefined ? [null, null] : decodeCursor(cursor, scope, z.tuple([z.iso.datetime(), z.uuid()]));
      const { rows } = await inTransaction(services.readPool, { tenants: [], readOnly: true }, (tx) =>
        tx.query<TenantResult>({
          name: 'tenants',
          text: `select tenant_id as "tenantId", name, status, created_at as "createdAt" from tenants
          where $1::timestamptz is null or (created_at, tenant_id) < ($1, $2::uuid) order by created_at desc, tenant_id desc limit $3`,
          values: [createdAt, id, limit + 1],
        }),
      );
      return {
        status: 200,
        body: pageOf(rows, { limit, scope, positionOf: (row) => [row.createdAt, row.tenantId], show }),
      };
    },
  });

const suspendRoute = (services: Services): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/tenants/:tenantId/suspension',
    operationId: 'suspendTenant',
    summary: 'Suspend a tenant',
    description: 'Its writes are refused within a second, its reads go on.',
    tag,
    permission: 'tenancy:write',
    rateClass: 'write',
    idempotency: 'required',
    supportsDryRun: true,
    request: {
      params: tenantParams,
      body: z.strictObject({ reason: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be a code such as unpaid') }),
    },
    responses: { 200: { description: 'The tenant as it is now.', schema: tenantSchema } },
    problems: ['platform_principal_required', 'not_found', 'tenant_is_platform', 'tenant_unknown'],
    handle: async (request) => {
      await requirePlatform(services, request, request.params.tenantId);
      return answerCommand(
        services,
        request,
        suspendTenantCommand,
        { ...request.params, ...request.body },
        { status: 200, ...asTenant },
      );
    },
  });

const resumeRoute = (services: Services): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/tenants/:tenantId/resumption',
    operationId: 'resumeTenant',
    summary: 'Let a suspended tenant write again',
    tag,
    permission: 'tenancy:write',
    rateClass: 'write',
    idempotency: 'required',
    supportsDryRun: true,
    request: { params: tenantParams },
    responses: { 200: { description: 'The tenant as it is now.', schema: tenantSchema } },
    problems: ['platform_principal_required', 'not_found', 'tenant_is_platform', 'tenant_unknown'],
    handle: async (request) => {
      await requirePlatform(services, request, request.params.tenantId);
      return answerCommand(services, request, resumeTenantCommand, request.params, { status: 200, ...asTenant });
    },
  });
