import { isSecretOf, keyFromHeader, newApiKeySecret } from '@finaegis/platform/auth/key-text';
import { isPassword } from '@finaegis/platform/auth/password';
import { totpStep } from '@finaegis/platform/auth/totp';
import { renderer, toAnswer, withFaultsAsProblems } from '@finaegis/platform/http/command-route';
import { ProblemError } from '@finaegis/platform/http/problem';
import { type ApiAnswer, type ApiRequest, defineRoute, type Route } from '@finaegis/platform/http/route';
import { read } from '@finaegis/platform/services';
import { z } from 'zod';
import type { LogIn } from '../user/terms.ts';
import { emailSchema } from '../user/terms.ts';
import { findUser } from '../views/users.ts';
import { codeSchema, passwordSchema, recoveryHash } from './own-routes.ts';
import { identityProblems } from './problems.ts';
import { newPassword, unsealTexts } from './secrets.ts';
import { showUser, userResource } from './user-resource.ts';
import type { UserHttp } from './user-routes.ts';

const tag = 'Logging in';
// Nobody is known yet: neither by whose Idempotency-Key to remember an answer, nor whom to show what would happen.
const entry = { tag, method: 'POST', permission: 'public', rateClass: 'sensitive', idempotency: 'none' } as const;
const tenantId = z.uuid().describe('The tenant whose user this is.');

/** Routes of those who are nobody yet. */
export const entryRoutes = (http: UserHttp): readonly Route[] => [logInRoute(http), acceptRoute(http)];

const logInBody = z.strictObject({
  tenantId,
  email: emailSchema,
  password: z.string().min(1).max(200),
  code: codeSchema.optional().describe('From the authenticator, where there is a second factor.'),
  recoveryCode: z.string().min(1).max(40).optional().describe('In the place of `code`, once.'),
});

const logInRoute = (http: UserHttp): Route =>
  defineRoute({
    ...entry,
    path: '/v1/sessions',
    operationId: 'logIn',
    summary: 'Log in',
    description:
      'Opens a session under a token that is always a new one. Whether an address is anybody’s is not told, neither by the answer nor by the time it takes.',
    request: { body: logInBody },
    responses: {
      201: {
        description: 'The session, with its token this once.',
        schema: z
          .object({
            sessionId: z.string(),
            userId: z.string(),
            token: z.string().describe('Send it as `Authorization: Bearer <token>`.'),
            expiresAt: z.string(),
          })
          .meta({ id: 'OpenedSession' }),
      },
    },
    problems: ['login_failed', 'second_factor_needed'],
    handle: async ({ body, requestId }) => {
      const { services } = http;
      const { text, prefix, secretHash } = newApiKeySecret('session');
      const session = { sessionId: services.newId(), prefix, secretHash };
      const data = await triedLogin(http, body, session);
      const actor = data.isPasswordRight && data.userId !== undefined ? data.userId : 'anonymous';
      const outcome = await withFaultsAsProblems(() =>
        services.commands.submit(http.commands.logIn, data, {
          tenantId: body.tenantId,
          metadata: { actor, channel: 'api', correlation: requestId },
        }),
      );
      if (outcome.kind !== 'decided') throw new Error('A login is stored under no key, and was answered from one.');
      if (!outcome.outcome.accepted) throw new ProblemError(outcome.outcome.refusal.code);
      const opened = outcome.outcome.result;
      if (opened === undefined) throw new ProblemError('login_failed');
      const { userId, expiresAt } = opened;
      return { status: 201, body: { sessionId: session.sessionId, userId, token: text, expiresAt } };
    },
  });

/** Everything that costs time is done for an address that is nobody's as well. */
const triedLogin = async (
  http: UserHttp,
  { tenantId: its, email, password, code, recoveryCode }: z.output<typeof logInBody>,
  session: LogIn['session'],
): Promise<LogIn> => {
  const { services } = http;
  if (!(await http.tenantExists(its))) {
    await isPassword(password, undefined);
    throw new ProblemError('login_failed');
  }
  const login = await http.loginOf(its, email);
  const user = await read(services, its, (tx) => findUser(tx, its, { login }));
  const [stored, secret] = await unsealTexts(services, its, [user?.passwordRef, user?.factorRef]);
  const isPasswordRight = await isPassword(password, stored);
  const step =
    code === undefined || secret === undefined ? undefined : totpStep(secret, code, Date.parse(services.now()));
  return {
    login,
    ...(user === undefined ? {} : { userId: user.userId }),
    ...(typeof user?.passwordRef === 'string' ? { passwordRef: user.passwordRef } : {}),
    isPasswordRight,
    hasCode: code !== undefined || recoveryCode !== undefined,
    ...(step === undefined ? {} : { step }),
    ...(recoveryCode === undefined ? {} : { recoveryHash: recoveryHash(recoveryCode) }),
    session,
  };
};

const acceptRoute = (http: UserHttp): Route =>
  defineRoute({
    ...entry,
    path: '/v1/invitations/acceptance',
    operationId: 'acceptInvitation',
    personalData: 'known',
    summary: 'Set the password an invitation asks for',
    request: {
      body: z.strictObject({ tenantId, invitation: z.string().min(1).max(120), password: passwordSchema }),
    },
    responses: { 200: { description: 'The user, who may log in now.', schema: userResource } },
    problems: ['invitation_invalid', 'password_too_common'],
    handle: async ({ body, requestId }) => accept(http, body, requestId),
  });

const accept = async (
  { services, commands, tenantExists }: UserHttp,
  body: { readonly tenantId: string; readonly invitation: string; readonly password: string },
  requestId: ApiRequest['requestId'],
): Promise<ApiAnswer> => {
  const { tenantId: its } = body;
  const invalid = (): ProblemError => new ProblemError('invitation_invalid');
  const text = keyFromHeader(`Bearer ${body.invitation}`);
  if (text?.environment !== 'invite' || !(await tenantExists(its))) throw invalid();
  const user = await read(services, its, (tx) => findUser(tx, its, { invitationPrefix: text.prefix }));
  const secretHash = user?.invitationHash ?? undefined;
  if (user === undefined || secretHash === undefined || !isSecretOf(text.secret, Buffer.from(secretHash, 'hex')))
    throw invalid();
  const { userId } = user;
  const password = await newPassword(services, { tenantId: its, userId, password: body.password });
  const outcome = await withFaultsAsProblems(() =>
    services.commands.submit(
      commands.acceptInvitation,
      { userId, secretHash, password },
      {
        tenantId: its,
        metadata: { actor: userId, channel: 'api', correlation: requestId },
        render: renderer({ status: 200, show: showUser, problems: identityProblems }, requestId, { '/body': body }),
      },
    ),
  );
  return toAnswer(services, its, outcome);
};
