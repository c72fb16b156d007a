import { requireStaff } from '@finaegis/platform/auth/access';
import { uuid } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { ProblemError, throwProblem } from '@finaegis/platform/http/problem';
import { defineRoute, type Route } from '@finaegis/platform/http/route';
import { read, type Services } from '@finaegis/platform/services';
import { z } from 'zod';
import type { MandateCommands } from '../mandate/commands.ts';
import type { PartyPorts } from '../ports.ts';
import { listMandates } from '../views/mandate-list.ts';
import { findMandate } from '../views/mandates.ts';
import { requireOwn } from './customer.ts';
import {
  mandateGrant,
  mandateLimits,
  mandateResource,
  mandateSearch,
  readLimits,
  showMandate,
} from './mandate-resource.ts';
import { listPosition } from './party-routes.ts';
import { partyProblems } from './problems.ts';

const tag = 'Mandates';
const params = z.strictObject({ mandateId: uuid });
const answered = { 200: { description: 'The mandate as it is now.', schema: mandateResource } };
const how = { status: 200, show: showMandate, problems: partyProblems } as const;

/** Routes of mandates. */
export const mandateRoutes = (services: Services, commands: MandateCommands, ports: PartyPorts): readonly Route[] => [
  grantRoute(services, commands, ports),
  listRoute(services),
  defineRoute({
    method: 'GET',
    path: '/v1/mandates/:mandateId',
    operationId: 'getMandate',
    summary: 'Get a mandate',
    tag,
    permission: 'mandate:read',
    rateClass: 'read',
    idempotency: 'none',
    responses: answered,
    problems: ['not_found'],
    request: { params },
    handle: async ({ principal, tenantId, params: { mandateId } }) => {
      const mandate =
        (await read(services, tenantId, (tx) => findMandate(tx, tenantId, mandateId))) ?? throwProblem('not_found');
      requireOwn(principal, mandate.partyId);
      return { status: 200, body: showMandate(mandate) };
    },
  }),
  limitsRoute(services, commands, ports),
  defineRoute({
    method: 'POST',
    path: '/v1/mandates/:mandateId/revocation',
    operationId: 'revokeMandate',
    summary: 'Revoke a mandate',
    description: 'It counts for every request after this answer. Revoking twice is one revocation.',
    tag,
    permission: 'mandate:write',
    rateClass: 'write',
    idempotency: 'optional',
    supportsDryRun: true,
    responses: answered,
    problems: ['staff_only', 'mandate_not_found'],
    request: { params },
    handle: (request) => {
      requireStaff(request.principal);
      return answerCommand(services, request, commands.revokeMandate, request.params, how);
    },
  }),
];

const grantRoute = (services: Services, commands: MandateCommands, ports: PartyPorts): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/mandates',
    operationId: 'grantMandate',
    summary: 'Grant a mandate',
    description:
      'Lets a party act on an account. The same id with the same content is answered with the mandate as it is now.',
    tag,
    permission: 'mandate:write',
    rateClass: 'write',
    idempotency: 'optional',
    supportsDryRun: true,
    responses: { 201: { description: 'Granted.', schema: mandateResource }, ...answered },
    problems: [
      'staff_only',
      'mandate_exists_with_different_content',
      'mandate_period_empty',
      'party_not_found',
      'party_erased',
    ],
    request: { body: mandateGrant },
    handle: async (request) => {
      requireStaff(request.principal);
      const { mandateId = services.newId(), limits: wanted, ...grant } = request.body;
      const [limits, hasAccount] = await Promise.all([
        readLimits(ports, request.tenantId, wanted),
        ports.accountExists(request.tenantId, grant.accountId),
      ]);
      if (!hasAccount)
        throw new ProblemError('validation_failed', {
          errors: [{ field: '/body/accountId', code: 'account_unknown', message: 'is not a customer account' }],
        });
      return answerCommand(
        services,
        request,
        commands.grantMandate,
        { ...grant, mandateId, limits },
        { ...how, status: 201 },
      );
    },
  });

const limitsRoute = (services: Services, commands: MandateCommands, ports: PartyPorts): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/mandates/:mandateId/limits',
    operationId: 'changeMandateLimits',
    summary: 'Replace the limits of a mandate',
    tag,
    permission: 'mandate:write',
    rateClass: 'write',
    idempotency: 'optional',
    supportsDryRun: true,
    responses: answered,
    problems: ['staff_only', 'mandate_not_found', 'mandate_revoked'],
    request: { params, body: mandateLimits },
    handle: async (request) => {
      requireStaff(request.principal);
      const limits = await readLimits(ports, request.tenantId, request.body.limits);
      return answerCommand(services, request, commands.changeMandateLimits, { ...request.params, limits }, how);
    },
  });

const listRoute = (services: Services): Route =>
  defineRoute({
    method: 'GET',
    path: '/v1/mandates',
    operationId: 'listMandates',
    summary: 'List mandates',
    description: 'Newest first. A key that acts for a party sees the mandates of that party only.',
    tag,
    permission: 'mandate:read',
    rateClass: 'read',
    idempotency: 'none',
    responses: { 200: { description: 'A page of mandates.', schema: pageSchema(mandateResource) } },
    problems: [],
    request: { query: z.strictObject({ ...pageQuery, ...mandateSearch }) },
    handle: async ({ principal, tenantId, query: { limit, cursor, partyId, accountId } }) => {
      const scope: CursorScope = { list: 'mandates', epoch: services.positions.epoch };
      const before = cursor === undefined ? undefined : BigInt(decodeCursor(cursor, scope, listPosition)[0]);
      // Asking for another party's mandates is answered as if that party had none.
      if (principal.actingFor !== undefined && partyId !== undefined && partyId !== principal.actingFor)
        return { status: 200, body: { items: [] } };
      const filter = { partyId: principal.actingFor ?? partyId, accountId };
      const rows = await read(services, tenantId, (tx) =>
        listMandates(tx, tenantId, filter, { limit: limit + 1, ...(before === undefined ? {} : { before }) }),
      );
      return {
        status: 200,
        body: pageOf(rows, {
          limit,
          scope,
          positionOf: ({ seq }) => [seq.toString()],
          show: ({ mandate }) => showMandate(mandate),
        }),
      };
    },
  });
