import { createHash, randomBytes } from 'node:crypto';
import { isPassword, passwordLength } from '@finaegis/platform/auth/password';
import type { Principal } from '@finaegis/platform/auth/principal';
import { newTotpSecret, totpStep } from '@finaegis/platform/auth/totp';
import { whileUnmasked } from '@finaegis/platform/event-store/masking';
import { answerCommand, metadataOf, renderer } from '@finaegis/platform/http/command-route';
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
import { read } from '@finaegis/platform/services';
import { z } from 'zod';
import type { UserCommand } from '../user/commands.ts';
import { findUser, type UserRow } from '../views/users.ts';
import { identityProblems } from './problems.ts';
import { answerShowing, newPassword, sealForUser, unsealTexts } from './secrets.ts';
import { showUser, userResource } from './user-resource.ts';
import { rendered, type UserHttp } from './user-routes.ts';

const tag = 'Me';
const self = { tag, permission: 'self' } as const;

/** A password to set. */
export const passwordSchema = z
  .string()
  .min(passwordLength.min)
  .max(passwordLength.max)
  .describe('At least 10 characters, none of those known from breaches.');

/** A code of an authenticator. */
export const codeSchema = z.string().regex(/^[0-9]{6}$/, 'must be six digits');

/** Routes of users about themselves. A key is nobody's self: what it may do about users, its scopes say. */
export const ownRoutes = (http: UserHttp): readonly Route[] => [
  meRoute(http),
  passwordRoute(http),
  proposeRoute(http),
  confirmRoute(http),
];

const own = async ({ services }: UserHttp, { tenantId, id: userId }: Principal): Promise<UserRow> => {
  const row = await read(services, tenantId, (tx) => findUser(tx, tenantId, { userId }));
  if (row === undefined) throw new ProblemError('not_found');
  return row;
};

const meRoute = (http: UserHttp): Route =>
  defineRoute({
    ...readRoute,
    ...self,
    path: '/v1/me',
    operationId: 'getMe',
    personalData: 'known',
    summary: 'Show who is logged in',
    request: {},
    responses: { 200: { description: 'The user.', schema: userResource } },
    problems: ['not_found'],
    handle: async ({ principal, tenantId }) => ({
      status: 200,
      // Nobody's own address is a secret from itself.
      body: await whileUnmasked(async () => rendered(http.services, tenantId, showUser(await own(http, principal)))),
    }),
  });

const passwordRoute = (http: UserHttp): Route =>
  defineRoute({
    ...commandRoute,
    ...self,
    path: '/v1/me/password',
    operationId: 'changeOwnPassword',
    personalData: 'known',
    summary: 'Choose another password',
    description:
      'Every session is over then, also the one this is asked by. It takes no Idempotency-Key: what is kept to recognise a request by would be kept of a password.',
    rateClass: 'sensitive',
    idempotency: 'none',
    request: { body: z.strictObject({ currentPassword: z.string().min(1).max(200), password: passwordSchema }) },
    responses: { 200: { description: 'The user as it is now.', schema: userResource } },
    problems: ['not_found', 'password_wrong', 'password_too_common', 'user_unknown', 'user_not_active'],
    handle: async (request) => {
      const { services, commands } = http;
      const { tenantId, principal, body } = request;
      const { userId, passwordRef } = await own(http, principal);
      const [stored] = await unsealTexts(services, tenantId, [passwordRef]);
      if (!(await isPassword(body.currentPassword, stored))) throw new ProblemError('password_wrong');
      const password = await newPassword(services, { tenantId, userId, password: body.password });
      return answerCommand(services, request as ApiRequest, commands.changePassword, { userId, password }, answering);
    },
  });

const answering = { status: 200, show: showUser, problems: identityProblems } as const;

const proposeRoute = (http: UserHttp): Route =>
  defineRoute({
    ...commandRoute,
    ...self,
    path: '/v1/me/second-factor',
    operationId: 'proposeSecondFactor',
    personalData: 'known',
    summary: 'Take up an authenticator as a second factor',
    description: 'It counts once a code of it has been confirmed.',
    rateClass: 'sensitive',
    request: {},
    responses: {
      200: {
        description: 'What the authenticator is given, this once.',
        schema: userResource
          .extend({
            secret: z.string().optional().describe('Base32, for typing.'),
            uri: z.string().optional().describe('`otpauth:` address, for a QR code.'),
          })
          .meta({ id: 'ProposedSecondFactor' }),
      },
    },
    problems: ['not_found', 'user_unknown', 'user_not_active', 'second_factor_in_force'],
    handle: async (request) => {
      const { tenantId } = request;
      const { userId } = await own(http, request.principal);
      const { secret, uri } = newTotpSecret(userId);
      const data = { userId, secret: await sealForUser(http.services, { tenantId, userId, text: secret }) };
      return answerOnceShown(http, request as ApiRequest, {
        command: http.commands.proposeFactor,
        data,
        shown: { secret, uri },
      });
    },
  });

const answerOnceShown = <Data>(
  { services }: UserHttp,
  request: ApiRequest,
  {
    command,
    data,
    shown,
  }: { readonly command: UserCommand<Data>; readonly data: Data; readonly shown: Readonly<Record<string, unknown>> },
): Promise<ApiAnswer> => {
  const { tenantId, principal, idempotency, dryRun, requestId } = request;
  return answerShowing(services, request, {
    tenantId,
    shown,
    submit: () =>
      services.commands.submit(command, data, {
        tenantId,
        metadata: metadataOf(request),
        ...(idempotency === undefined ? {} : { idempotency: { principalId: principal.id, ...idempotency } }),
        isDryRun: dryRun,
        render: renderer(answering, requestId, sentIn(request)),
      }),
  });
};

// Without i, l, o and u, as keys are; 80 random bits, so that their hashes in the log cannot be guessed back.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const newRecoveryCode = (): string =>
  [...randomBytes(16)].map((byte, at) => (at % 4 === 0 && at > 0 ? '-' : '') + alphabet[byte % 32]).join('');

/** What the log keeps of a recovery code, however it was typed. */
export const recoveryHash = (code: string): string =>
  createHash('sha256')
    .update(code.toLowerCase().replaceAll(/[^0-9a-z]/g, ''))
    .digest('hex');

const confirmRoute = (http: UserHttp): Route =>
  defineRoute({
    ...commandRoute,
    ...self,
    path: '/v1/me/second-factor/confirmation',
    operationId: 'confirmSecondFactor',
    personalData: 'known',
    summary: 'Show a code of the authenticator, and be given recovery codes',
    rateClass: 'sensitive',
    request: { body: z.strictObject({ code: codeSchema }) },
    responses: {
      200: {
        description: 'Logging in needs a code from now on.',
        schema: userResource
          .extend({
            recoveryCodes: z
              .array(z.string())
              .optional()
              .describe('Ten codes, each good for one login without the authenticator; shown this once.'),
          })
          .meta({ id: 'ConfirmedSecondFactor' }),
      },
    },
    problems: [
      'not_found',
      'user_unknown',
      'user_not_active',
      'second_factor_in_force',
      'second_factor_not_proposed',
      'second_factor_code_wrong',
    ],
    handle: async (request) => {
      const { services } = http;
      const { tenantId, body } = request;
      const { userId, proposedFactorRef } = await own(http, request.principal);
      const [secret] = await unsealTexts(services, tenantId, [proposedFactorRef]);
      const step = secret === undefined ? undefined : totpStep(secret, body.code, Date.parse(services.now()));
      const recoveryCodes = Array.from({ length: 10 }, newRecoveryCode);
      const data = {
        userId,
        secretRef: proposedFactorRef ?? '',
        ...(step === undefined ? {} : { step }),
        recoveryHashes: recoveryCodes.map(recoveryHash),
      };
      return answerOnceShown(http, request as ApiRequest, {
        command: http.commands.confirmFactor,
        data,
        shown: { recoveryCodes },
      });
    },
  });
