import { requireStaff } from '@finaegis/platform/auth/access';
import { uuid } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { ProblemError, throwProblem } from '@finaegis/platform/http/problem';
import { defineRoute, type Route } from '@finaegis/platform/http/route';
import { read, type Services } from '@finaegis/platform/services';
import { z } from 'zod';
import type { PartyCommands } from '../party/commands.ts';
import { listParties } from '../views/directory.ts';
import { referenceText, searchTexts } from '../views/names.ts';
import { findParty } from '../views/parties.ts';
import { requireOwn } from './customer.ts';
import {
  erasure,
  kycStatement,
  partyChange,
  partyRegistration,
  partyResource,
  partySearch,
  rendered,
  showParty,
} from './party-resource.ts';
import { partyProblems } from './problems.ts';

const tag = 'Parties';
const params = z.strictObject({ partyId: uuid });
const answered = { 200: { description: 'The party as it is now.', schema: partyResource } };

/** A place in a list: the sequence number of the last item shown. */
export const listPosition = z.tuple([z.string().regex(/^\d{1,18}$/)]);

/** Routes of parties. */
export const partyRoutes = (services: Services, commands: PartyCommands): readonly Route[] => [
  registerRoute(services, commands),
  listRoute(services),
  defineRoute({
    method: 'GET',
    path: '/v1/parties/:partyId',
    operationId: 'getParty',
    personalData: 'shown',
    summary: 'Get a party',
    tag,
    permission: 'party:read',
    rateClass: 'read',
    idempotency: 'none',
    responses: answered,
    problems: ['not_found'],
    request: { params },
    handle: async ({ principal, tenantId, params: { partyId } }) => {
      requireOwn(principal, partyId);
      const party =
        (await read(services, tenantId, (tx) => findParty(tx, tenantId, partyId))) ?? throwProblem('not_found');
      return { status: 200, body: await rendered(services, tenantId, showParty(party)) };
    },
  }),
  defineRoute({
    method: 'PATCH',
    path: '/v1/parties/:partyId',
    operationId: 'changeParty',
    personalData: 'shown',
    summary: 'Change details of a party',
    tag,
    permission: 'party:write',
    rateClass: 'write',
    idempotency: 'none',
    supportsDryRun: true,
    responses: answered,
    problems: ['staff_only', 'party_not_found', 'party_erased', 'details_do_not_fit_kind'],
    request: { params, body: partyChange },
    handle: (request) => {
      requireStaff(request.principal);
      const { params: where, body: change } = request;
      return answerCommand(
        services,
        request,
        commands.changePartyDetails,
        { ...where, change },
        { status: 200, show: showParty, problems: partyProblems },
      );
    },
  }),
  kycRoute(services, commands),
  erasureRoute(services, commands),
];

const registerRoute = (services: Services, commands: PartyCommands): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/parties',
    operationId: 'registerParty',
    personalData: 'known',
    summary: 'Register a party',
    description:
      'Registers a person or organisation. The same id with the same content is answered with the party as it is now.',
    tag,
    permission: 'party:write',
    rateClass: 'write',
    idempotency: 'optional',
    supportsDryRun: true,
    responses: { 201: { description: 'Registered.', schema: partyResource }, ...answered },
    problems: ['staff_only', 'party_erased', 'party_exists_with_different_content', 'details_do_not_fit_kind'],
    request: { body: partyRegistration },
    handle: (request) => {
      requireStaff(request.principal);
      const { partyId = services.newId(), kind, ...details } = request.body;
      return answerCommand(
        services,
        request,
        commands.registerParty,
        { partyId, kind, details },
        { status: 201, show: showParty, problems: partyProblems },
      );
    },
  });

const listRoute = (services: Services): Route =>
  defineRoute({
    method: 'GET',
    path: '/v1/parties',
    operationId: 'listParties',
    personalData: 'shown',
    summary: 'List and search parties',
    description: 'Newest first. A key that acts for a party sees that party only.',
    tag,
    permission: 'party:read',
    rateClass: 'read',
    idempotency: 'none',
    responses: { 200: { description: 'A page of parties.', schema: pageSchema(partyResource) } },
    problems: [],
    request: { query: z.strictObject({ ...pageQuery, ...partySearch }) },
    handle: async ({ principal, tenantId, query }) => {
      const { limit, cursor, status, kycStatus } = query;
      const scope: CursorScope = { list: 'parties', epoch: services.positions.epoch };
      const before = cursor === undefined ? undefined : BigInt(decodeCursor(cursor, scope, listPosition)[0]);
      const tokens = await searchTokens(services, tenantId, query);
      const filter = { partyId: principal.actingFor, status, kycStatus, ...(tokens.length === 0 ? {} : { tokens }) };
      const rows = await read(services, tenantId, (tx) =>
        listParties(tx, tenantId, filter, { limit: limit + 1, ...(before === undefined ? {} : { before }) }),
      );
      const page = pageOf(rows, {
        limit,
        scope,
        positionOf: ({ seq }) => [seq.toString()],
        show: ({ party }) => showParty(party),
      });
      return { status: 200, body: await rendered(services, tenantId, page) };
    },
  });

const searchTokens = async (
  { personalData }: Services,
  tenantId: string,
  { name, externalReference }: { readonly name?: string | undefined; readonly externalReference?: string | undefined },
): Promise<readonly bigint[]> => {
  const words = name === undefined ? [] : searchTexts(name);
  if (words === undefined) {
    throw new ProblemError('validation_failed', {
      errors: [
        {
          field: '/query/name',
          code: 'not_searchable',
          message: 'must be words, each of letters or digits; before a star there must be 2 to 8 of them',
        },
      ],
    });
  }
  const texts = [...words, ...(externalReference === undefined ? [] : [referenceText(externalReference)])];
  return texts.length === 0 ? [] : texts.map(await personalData.blindIndex(tenantId));
};

const kycRoute = (services: Services, commands: PartyCommands): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/parties/:partyId/kyc',
    operationId: 'setPartyKyc',
    personalData: 'shown',
    summary: 'State the KYC of a party',
    tag,
    permission: 'party:kyc',
    rateClass: 'write',
    idempotency: 'optional',
    supportsDryRun: true,
    responses: answered,
    problems: ['staff_only', 'party_not_found', 'party_erased'],
    request: { params, body: kycStatement },
    handle: (request) => {
      requireStaff(request.principal);
      return answerCommand(
        services,
        request,
        commands.setKyc,
        { ...request.params, kyc: request.body },
        { status: 200, show: showParty, problems: partyProblems },
      );
    },
  });

const erasureRoute = (services: Services, commands: PartyCommands): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/parties/:partyId/erasure',
    operationId: 'eraseParty',
    personalData: 'shown',
    summary: 'Erase a party',
    description:
      'Destroys the key of everything personal about the party, for ever. The log keeps its hashes and proofs.',
    tag,
    permission: 'party:erase',
    rateClass: 'sensitive',
    idempotency: 'optional',
    supportsDryRun: true,
    responses: answered,
    problems: ['staff_only', 'party_not_found', 'erasure_refused_retention'],
    request: { params, body: erasure },
    handle: (request) => {
      requireStaff(request.principal);
      return answerCommand(
        services,
        request,
        commands.eraseParty,
        { ...request.params, ...request.body },
        { status: 200, show: showParty, problems: partyProblems },
      );
    },
  });
