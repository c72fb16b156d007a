import type { RoleDirectory } from '@finaegis/platform/auth/grant';
import { sessionAggregate } from '@finaegis/platform/auth/session/session';
import { type SessionRow, sessionsTable } from '@finaegis/platform/auth/sessions-table';
import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import { RowNotLocked } from '@finaegis/platform/command/locked-table';
import type { SealedValue } from '@finaegis/platform/event-store/personal-ref';
import { carriedValue, type SealedText } from '@finaegis/platform/event-store/sealed-text';
import type { z } from 'zod';
import { loginAggregate } from '../login/login.ts';
import { type UserRow, usersTable } from '../views/users.ts';
import { type LoginRefusal, logIn } from './log-in.ts';
import {
  type AcceptInvitation,
  acceptInvitationSchema,
  type ChangePassword,
  type ChangeRoles,
  type ConfirmFactor,
  changePasswordSchema,
  changeRolesSchema,
  confirmFactorSchema,
  type EraseUser,
  eraseUserSchema,
  type InviteUser,
  inviteUserSchema,
  type LogIn,
  logInSchema,
  type OfUser,
  ofUserSchema,
  type ProposeFactor,
  proposeFactorSchema,
  type ReinviteUser,
  type RemoveFactor,
  reinviteUserSchema,
  removeFactorSchema,
  type SuspendUser,
  suspendUserSchema,
} from './terms.ts';
import {
  acceptInvitation,
  changePassword,
  changeRoles,
  confirmFactor,
  endSessions,
  eraseUser,
  inviteUser,
  proposeFactor,
  reinviteUser,
  removeFactor,
  resumeUser,
  suspendUser,
  type User,
  type UserRefusal,
  type UserRoles,
  userAggregate,
} from './user.ts';

/** What is looked up before a command is queued. */
interface Refs {
  readonly values: readonly SealedValue[];
  readonly roles: UserRoles;
  readonly isPartyKnown: boolean;
  /** The blind token of its address, where the command speaks of it. */
  readonly login?: string | undefined;
}

/** A command about one user. */
export type UserCommand<Data> = CommandHandler<Data, Refs, UserRow, UserRefusal>;

/** Logging in; answers the session it opened, or none when it failed. */
export type LogInCommand = CommandHandler<LogIn, undefined, SessionRow | undefined, LoginRefusal>;

/** The commands about users. */
export interface UserCommands {
  readonly inviteUser: UserCommand<InviteUser>;
  readonly reinviteUser: UserCommand<ReinviteUser>;
  readonly acceptInvitation: UserCommand<AcceptInvitation>;
  readonly changePassword: UserCommand<ChangePassword>;
  readonly changeRoles: UserCommand<ChangeRoles>;
  readonly suspendUser: UserCommand<SuspendUser>;
  readonly resumeUser: UserCommand<RemoveFactor>;
  readonly endSessions: UserCommand<OfUser>;
  readonly proposeFactor: UserCommand<ProposeFactor>;
  readonly confirmFactor: UserCommand<ConfirmFactor>;
  readonly removeFactor: UserCommand<RemoveFactor>;
  readonly eraseUser: UserCommand<EraseUser>;
  readonly logIn: LogInCommand;
}

/** What the commands ask others for. */
export interface UserPorts {
  readonly roles: RoleDirectory;
  readonly partyExists: (tenantId: string, partyId: string) => Promise<boolean>;
  /** Names of the roles of a user. */
  readonly rolesOf: (tenantId: string, userId: string) => Promise<readonly string[]>;
  /** The blind token of a user's address; undefined where there is no user, or no address any more. */
  readonly loginOfUser: (tenantId: string, userId: string) => Promise<string | undefined>;
}

interface Declared<Data> {
  readonly name: string;
  readonly schema: z.ZodType<Data>;
  readonly permission?: string;
  texts?(data: Data): readonly SealedText[];
  /** Roles the decision weighs: those named, or those the user has. */
  roles?(data: Data): readonly string[] | 'its own';
  decide(state: User, data: Data, facts: { readonly now: string } & Refs): ReturnType<typeof suspendUser>;
}

/** Whom sealed texts of a user belong to. */
export const subjectOf = (userId: string): string => `user:${userId}`;

const rowOf = (loaded: Loaded, userId: string): UserRow => {
  const row = loaded.row(usersTable, userId);
  if (row === undefined) throw new RowNotLocked({ stream: userAggregate.stream(userId) });
  return row;
};

const userCommand = <Data extends OfUser>(
  { roles: directory, rolesOf, partyExists }: UserPorts,
  { name, schema, permission = 'identity:write', texts = () => [], roles, decide }: Declared<Data>,
): UserCommand<Data> => ({
  name,
  schema,
  permission,
  prepare: async (data, { tenantId }) => {
    const { userId, actingFor } = data as OfUser & { readonly actingFor?: string };
    const asked = roles?.(data) ?? [];
    const names = asked === 'its own' ? await rolesOf(tenantId, userId) : asked;
    return {
      values: texts(data).map((text) => carriedValue(text, subjectOf(userId))),
      // What roles give now: whoever widens one later must hold that as well.
      roles: await directory.find(tenantId, names),
      isPartyKnown: actingFor === undefined || (await partyExists(tenantId, actingFor)),
    };
  },
  loads: ({ userId }) => ({
    rows: [{ table: usersTable, key: userId }],
    streams: [{ aggregate: userAggregate, id: userId }],
  }),
  decide: (loaded, data, { now }, refs) =>
    decide(loaded.stream(userAggregate, data.userId).state, data, { now, ...refs }),
  sealed: ({ values }) => values,
  result: (loaded, { userId }) => rowOf(loaded, userId),
});

/** Command handlers of users. */
export const createUserCommands = (ports: UserPorts): UserCommands => {
  const command = <Data extends OfUser>(declared: Declared<Data>) => userCommand(ports, declared);
  const own = { roles: () => 'its own' as const };
  const self = { permission: 'self' };
  return {
    inviteUser: inviting(ports),
    reinviteUser: command<ReinviteUser>({
      name: 'identity.ReinviteUser',
      schema: reinviteUserSchema,
      ...own,
      decide: reinviteUser,
    }),
    acceptInvitation: command<AcceptInvitation>({
      name: 'identity.AcceptInvitation',
      schema: acceptInvitationSchema,
      permission: 'public',
      texts: ({ password }) => [password],
      decide: acceptInvitation,
    }),
    changePassword: command<ChangePassword>({
      ...self,
      name: 'identity.ChangePassword',
      schema: changePasswordSchema,
      texts: ({ password }) => [password],
      decide: changePassword,
    }),
    changeRoles: command<ChangeRoles>({
      name: 'identity.ChangeRoles',
      schema: changeRolesSchema,
      roles: ({ roles }) => roles,
      decide: changeRoles,
    }),
    suspendUser: command<SuspendUser>({
      name: 'identity.SuspendUser',
      schema: suspendUserSchema,
      decide: suspendUser,
    }),
    resumeUser: command<RemoveFactor>({
      name: 'identity.ResumeUser',
      schema: removeFactorSchema,
      ...own,
      decide: resumeUser,
    }),
    endSessions: command<OfUser>({ name: 'identity.EndSessions', schema: ofUserSchema, decide: endSessions }),
    proposeFactor: command<ProposeFactor>({
      ...self,
      name: 'identity.ProposeSecondFactor',
      schema: proposeFactorSchema,
      texts: ({ secret }) => [secret],
      decide: proposeFactor,
    }),
    confirmFactor: command<ConfirmFactor>({
      ...self,
      name: 'identity.ConfirmSecondFactor',
      schema: confirmFactorSchema,
      decide: confirmFactor,
    }),
    removeFactor: command<RemoveFactor>({
      name: 'identity.RemoveSecondFactor',
      schema: removeFactorSchema,
      ...own,
      decide: removeFactor,
    }),
    eraseUser: erasing(ports),
    logIn: loggingIn,
  };
};

/** An erasure gives the address back, so the stream of its login is read as well. */
const erasing = (ports: UserPorts): UserCommand<EraseUser> => {
  const base = userCommand<EraseUser>(ports, {
    name: 'identity.EraseUser',
    schema: eraseUserSchema,
    permission: 'identity:erase',
    decide: eraseUser,
  });
  return {
    ...base,
    prepare: async (data, context) => ({
      ...((await base.prepare?.(data, context)) as Refs),
      login: await ports.loginOfUser(context.tenantId, data.userId),
    }),
    loads: (data, refs, context) => {
      const { rows = [], streams = [] } = base.loads(data, refs, context);
      const { login } = refs;
      return {
        rows,
        streams: [...streams, ...(login === undefined ? [] : [{ aggregate: loginAggregate, id: login }])],
      };
    },
  };
};

/** An invitation claims the address, so the stream of its login is read as well. */
const inviting = (ports: UserPorts): UserCommand<InviteUser> => {
  const base = userCommand<InviteUser>(ports, {
    name: 'identity.InviteUser',
    schema: inviteUserSchema,
    texts: ({ email }) => [email],
    roles: ({ roles }) => roles,
    decide: () => ({ accepted: true, events: [] }),
  });
  return {
    ...base,
    loads: (data, refs, context) => {
      const { rows = [], streams = [] } = base.loads(data, refs, context);
      return { rows, streams: [...streams, { aggregate: loginAggregate, id: data.login }] };
    },
    decide: (loaded, data, _facts, refs) =>
      inviteUser(
        loaded.stream(userAggregate, data.userId).state,
        loaded.stream(loginAggregate, data.login).state,
        data,
        refs,
      ),
  };
};

const nobody = userAggregate.initial;

const loggingIn: LogInCommand = {
  name: 'identity.LogIn',
  schema: logInSchema,
  permission: 'public',
  loads: ({ login, userId, session: { sessionId } }) => ({
    rows: [
      { table: sessionsTable, key: sessionId },
      ...(userId === undefined ? [] : [{ table: usersTable, key: userId }]),
    ],
    streams: [
      { aggregate: loginAggregate, id: login },
      ...(userId === undefined ? [] : [{ aggregate: userAggregate, id: userId }]),
      { aggregate: sessionAggregate, id: sessionId, isNew: true },
    ],
  }),
  decide: (loaded, data, facts) =>
    logIn(
      loaded.stream(loginAggregate, data.login).state,
      data.userId === undefined ? nobody : loaded.stream(userAggregate, data.userId).state,
      data,
      facts,
    ),
  result: (loaded, { session: { sessionId } }) => loaded.row(sessionsTable, sessionId),
};
