import { requireStaff } from '@finaegis/platform/auth/access';
import { grantorOf } from '@finaegis/platform/auth/grant';
import { newApiKeySecret } from '@finaegis/platform/auth/key-text';
import type { CommandHandler } from '@finaegis/platform/command/handler';
import { askerOf } from '@finaegis/platform/http/asker';
import { answerCommand, metadataOf, renderer } from '@finaegis/platform/http/command-route';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { sentIn } from '@finaegis/platform/http/offending-fields';
import { ProblemError } from '@finaegis/platform/http/problem';
import {
  type ApiAnswer,
  type ApiRequest,
  commandRoute,
  defineRoute,
  type Route,
  readRoute,
} from '@finaegis/platform/http/route';
import { read, type Services } from '@finaegis/platform/services';
import { z } from 'zod';
import type { UserCommands } from '../user/commands.ts';
import { emailSchema, rolesSchema } from '../user/terms.ts';
import type { UserRefusal } from '../user/user.ts';
import { findUser, listUsers, type UserRow } from '../views/users.ts';
import { identityProblems } from './problems.ts';
import { answerShowing, invitationOf, sealForUser } from './secrets.ts';
import { invitedUserResource, showUser, userResource } from './user-resource.ts';

/** What the routes of users need. */
export interface UserHttp {
  readonly services: Services;
  readonly commands: UserCommands;
  /** The blind token of an address. */
  readonly loginOf: (tenantId: string, email: string) => Promise<string>;
  readonly tenantExists: (tenantId: string) => Promise<boolean>;
}

const tag = 'Users';
const userParams = z.strictObject({ userId: z.uuid() });
const granting = ['role_unknown', 'role_needs_party', 'scope_not_held', 'unmasked_not_held', 'acting_for_not_held'];
const entering = ['scope_not_held', 'unmasked_not_held', 'acting_for_not_held'];
const writing = { ...commandRoute, tag, permission: 'identity:write' } as const;

/** Routes of staff about users. */
export const userRoutes = (http: UserHttp): readonly Route[] => [
  inviteRoute(http),
  listRoute(http),
  getRoute(http),
  reinviteRoute(http),
  rolesRoute(http),
  suspendRoute(http),
  eraseRoute(http),
  ...plainRoutes(http),
];

const inviteRoute = (http: UserHttp): Route =>
  defineRoute({
    ...writing,
    path: '/v1/users',
    operationId: 'inviteUser',
    personalData: 'known',
    summary: 'Invite somebody to become a user',
    description:
      'The answer holds what the person sets its password with, once. Roles can be given only by whoever holds what they give.',
    rateClass: 'sensitive',
    idempotency: 'required',
    request: {
      body: z.strictObject({
        email: emailSchema,
        roles: rolesSchema,
        actingFor: z.uuid().optional().describe('The party whose mandates bound the user; absent, it is staff.'),
      }),
    },
    responses: { 201: { description: 'The user, with its invitation this once.', schema: invitedUserResource } },
    problems: ['staff_only', 'email_taken', 'user_exists_with_different_content', ...granting, 'acting_for_unknown'],
    handle: async (request) => {
      requireStaff(request.principal);
      const { services, commands } = http;
      const { tenantId, body, principal } = request;
      const secret = newApiKeySecret('invite');
      const userId = services.newId();
      const { email, ...terms } = body;
      const data = {
        userId,
        email: await sealForUser(services, { tenantId, userId, text: email }),
        login: await http.loginOf(tenantId, email),
        ...terms,
        invitation: invitationOf(secret, services.now()),
        grantor: grantorOf(principal),
      };
      return answerInvited(http, request as ApiRequest, {
        command: commands.inviteUser,
        data,
        status: 201,
        text: secret.text,
      });
    },
  });

const answerInvited = <Data, Refs>(
  { services }: UserHttp,
  request: ApiRequest,
  how: {
    readonly command: CommandHandler<Data, Refs, UserRow, UserRefusal>;
    readonly data: Data;
    readonly status: 200 | 201;
    readonly text: string;
  },
): Promise<ApiAnswer> => {
  const { tenantId, principal, idempotency, dryRun, requestId } = request;
  return answerShowing(services, request, {
    tenantId,
    shown: { invitation: how.text },
    submit: () =>
      services.commands.submit(how.command, how.data, {
        tenantId,
        metadata: metadataOf(request),
        asker: askerOf(request),
        ...(idempotency === undefined ? {} : { idempotency: { principalId: principal.id, ...idempotency } }),
        isDryRun: dryRun,
        render: renderer(
          { status: how.status, show: showUser, problems: identityProblems },
          requestId,
          sentIn(request),
        ),
      }),
  });
};

const listRoute = ({ services }: UserHttp): Route =>
  defineRoute({
    ...readRoute,
    tag,
    permission: 'identity:read',
    path: '/v1/users',
    operationId: 'listUsers',
    personalData: 'shown',
    summary: 'List users, newest first',
    request: { query: z.strictObject(pageQuery) },
    responses: { 200: { description: 'A page of users.', schema: pageSchema(userResource) } },
    problems: ['staff_only'],
    handle: async ({ principal, tenantId, query: { limit, cursor } }) => {
      requireStaff(principal);
      const scope: CursorScope = { list: 'users', epoch: services.positions.epoch };
      const [before] = cursor === undefined ? [null] : decodeCursor(cursor, scope, z.tuple([z.uuid()]));
      const rows = await read(services, tenantId, (tx) => listUsers(tx, tenantId, { before, limit: limit + 1 }));
      const page = pageOf(rows, { limit, scope, positionOf: ({ userId }) => [userId], show: showUser });
      return { status: 200, body: await rendered(services, tenantId, page) };
    },
  });

/** A body with the addresses put in. */
export const rendered = async ({ personalData }: Services, tenantId: string, body: unknown): Promise<unknown> =>
  JSON.parse(await personalData.render(tenantId, JSON.stringify(body))) as unknown;

const getRoute = ({ services }: UserHttp): Route =>
  defineRoute({
    ...readRoute,
    tag,
    permission: 'identity:read',
    path: '/v1/users/:userId',
    operationId: 'getUser',
    personalData: 'shown',
    summary: 'Show one user',
    request: { params: userParams },
    responses: { 200: { description: 'The user.', schema: userResource } },
    problems: ['staff_only', 'not_found'],
    handle: async ({ principal, tenantId, params: { userId } }) => {
      requireStaff(principal);
      const row = await read(services, tenantId, (tx) => findUser(tx, tenantId, { userId }));
      if (row === undefined) throw new ProblemError('not_found', { about: { sought: userId } });
      return { status: 200, body: await rendered(services, tenantId, showUser(row)) };
    },
  });

const reinviteRoute = (http: UserHttp): Route =>
  defineRoute({
    ...writing,
    path: '/v1/users/:userId/invitation',
    operationId: 'reinviteUser',
    personalData: 'shown',
    summary: 'Invite a user anew, to set another password',
    description:
      'For whoever lost its password or its invitation. Until it is used the password before stays; a second factor stays in any case.',
    rateClass: 'sensitive',
    idempotency: 'required',
    request: { params: userParams },
    responses: { 200: { description: 'The user, with its invitation this once.', schema: invitedUserResource } },
    problems: ['staff_only', 'user_unknown', 'user_is_erased', ...entering],
    handle: async (request) => {
      requireStaff(request.principal);
      const secret = newApiKeySecret('invite');
      const data = {
        userId: request.params.userId,
        invitation: invitationOf(secret, http.services.now()),
        grantor: grantorOf(request.principal),
      };
      const command = http.commands.reinviteUser;
      return answerInvited(http, request as ApiRequest, { command, data, status: 200, text: secret.text });
    },
  });

const answering = { status: 200, show: showUser, problems: identityProblems } as const;
const changed = { 200: { description: 'The user as it is now.', schema: userResource } } as const;

const rolesRoute = ({ services, commands }: UserHttp): Route =>
  defineRoute({
    ...writing,
    path: '/v1/users/:userId/roles',
    operationId: 'changeUserRoles',
    personalData: 'shown',
    summary: 'Give a user other roles',
    description: 'They count from the next second on, for sessions and for the user’s keys.',
    request: { params: userParams, body: z.strictObject({ roles: rolesSchema }) },
    responses: changed,
    problems: ['staff_only', 'user_unknown', 'user_is_erased', ...granting],
    handle: async (request) => {
      requireStaff(request.principal);
      const data = { ...request.params, ...request.body, grantor: grantorOf(request.principal) };
      return answerCommand(services, request as ApiRequest, commands.changeRoles, data, answering);
    },
  });

const suspendRoute = ({ services, commands }: UserHttp): Route =>
  defineRoute({
    ...writing,
    path: '/v1/users/:userId/suspension',
    operationId: 'suspendUser',
    personalData: 'shown',
    summary: 'Suspend a user',
    description: 'Its sessions are over and its keys open nothing, within a second.',
    request: {
      params: userParams,
      body: z.strictObject({
        reason: z
          .string()
          .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be a code such as left')
          .default('requested'),
      }),
    },
    responses: changed,
    problems: ['staff_only', 'user_unknown'],
    handle: async (request) => {
      requireStaff(request.principal);
      const data = { ...request.params, ...request.body };
      return answerCommand(services, request as ApiRequest, commands.suspendUser, data, answering);
    },
  });

const eraseRoute = ({ services, commands }: UserHttp): Route =>
  defineRoute({
    ...writing,
    path: '/v1/users/:userId/erasure',
    operationId: 'eraseUser',
    personalData: 'shown',
    summary: 'Erase a user',
    description:
      'Destroys the key of everything personal about the user, for ever; the log keeps hashes and proofs, and what the user did under its id. Its sessions and keys open nothing within a second, and its address is nobody’s.',
    permission: 'identity:erase',
    rateClass: 'sensitive',
    request: {
      params: userParams,
      body: z.strictObject({ reason: z.enum(['data_subject_request', 'retention_over', 'entered_in_error']) }),
    },
    responses: changed,
    problems: ['staff_only', 'user_unknown'],
    handle: async (request) => {
      requireStaff(request.principal);
      const data = { ...request.params, ...request.body };
      return answerCommand(services, request as ApiRequest, commands.eraseUser, data, answering);
    },
  });

/** Routes that say nothing but whom they are about. */
const plainRoutes = ({ services, commands }: UserHttp): readonly Route[] =>
  (
    [
      ['resumption', 'resumeUser', 'Let a suspended user work again', commands.resumeUser],
      [
        'second-factor/removal',
        'removeUserSecondFactor',
        'Take away a second factor that was lost',
        commands.removeFactor,
      ],
      ['sessions/end', 'endUserSessions', 'End every session of a user', commands.endSessions],
    ] as const
  ).map(([path, operationId, summary, command]) =>
    defineRoute({
      ...writing,
      path: `/v1/users/:userId/${path}`,
      operationId,
      personalData: 'shown',
      summary,
      request: { params: userParams },
      responses: changed,
      problems: [
        'staff_only',
        'user_unknown',
        ...(operationId === 'endUserSessions' ? [] : ['user_is_erased', ...entering]),
      ],
      handle: async (request) => {
        requireStaff(request.principal);
        const { userId } = request.params;
        const grantor = operationId === 'endUserSessions' ? {} : { grantor: grantorOf(request.principal) };
        return answerCommand(
          services,
          request as ApiRequest,
          command as typeof commands.resumeUser,
          { userId, ...grantor } as never,
          answering,
        );
      },
    }),
  );
