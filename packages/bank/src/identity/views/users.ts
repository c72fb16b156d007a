import { unreachable } from '@finaegis/kernel/decision';
import { type LockedTable, RowNotLocked, rowName } from '@finaegis/platform/command/locked-table';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { EventOf, RecordedEvent } from '@finaegis/platform/event-store/event';
import type { ModuleTable } from '@finaegis/platform/module';
import type { z } from 'zod';
import type { invitationSchema, userEvents } from '../user/events.ts';

/** A user as it is now. Texts are references only: the address, the hash of the password, the secrets of factors. */
export interface UserRow {
  readonly userId: string;
  readonly login: string;
  readonly emailRef: string;
  readonly status: 'invited' | 'active' | 'suspended' | 'erased';
  readonly roles: readonly string[];
  readonly actingFor: string | null;
  readonly invitationPrefix: string | null;
  readonly invitationHash: string | null;
  readonly invitedUntil: string | null;
  readonly passwordRef: string | null;
  readonly proposedFactorRef: string | null;
  readonly factorRef: string | null;
  /** Sessions opened before it are over. */
  readonly sessionsFrom: string;
  readonly lastLoginAt: string | null;
  readonly createdAt: string;
  readonly changedAt: string;
}

type UserEvent = EventOf<(typeof userEvents)[number]>;

/** Physical name of the table. */
export const usersName = 'identity_users_v1';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  user_id uuid not null,
  login text not null,
  email_ref uuid not null,
  status text not null,
  roles text[] not null,
  acting_for uuid,
  invitation_prefix text,
  invitation_hash text,
  invited_until timestamptz(3),
  password_ref uuid,
  proposed_factor_ref uuid,
  factor_ref uuid,
  sessions_from timestamptz(3) not null,
  last_login_at timestamptz(3),
  created_at timestamptz(3) not null,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, user_id)
);
create unique index on ${name} (tenant_id, login);
create index on ${name} (tenant_id, invitation_prefix)`;

/** The columns of a user for a query that names the table `u`. */
export const userColumns = `u.user_id as "userId", u.login, u.email_ref as "emailRef", u.status, u.roles, u.acting_for as "actingFor",
  u.invitation_prefix as "invitationPrefix", u.invitation_hash as "invitationHash", u.invited_until as "invitedUntil", u.password_ref as "passwordRef",
  u.proposed_factor_ref as "proposedFactorRef", u.factor_ref as "factorRef", u.sessions_from as "sessionsFrom", u.last_login_at as "lastLoginAt",
  u.created_at as "createdAt", u.changed_at as "changedAt"`;

/** Users, locked by the commands about them. */
export const usersTable: ModuleTable<UserRow> = {
  name: 'identity.users',
  rank: 7,
  consumes: [
    'UserInvited',
    'UserReinvited',
    'UserPasswordSet',
    'UserRolesChanged',
    'UserSuspended',
    'UserResumed',
    'UserSessionsEnded',
    'SecondFactorProposed',
    'SecondFactorConfirmed',
    'SecondFactorRemoved',
    'LoginSucceeded',
    'SecondFactorUsed',
    'SecondFactorFailed',
    'UserErased',
  ],
  ddl: [{ name: usersName, create: ddl }],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<UserRow & { readonly tenantId: string }>({
      name: 'lock-users',
      text: `select u.tenant_id as "tenantId", ${userColumns} from unnest($1::uuid[], $2::uuid[]) as wanted (tenant_id, user_id)
        cross join lateral (
          select * from ${usersName} where tenant_id = wanted.tenant_id and user_id = wanted.user_id offset 0 for no key update) u`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map(({ tenantId, ...row }) => [rowName(tenantId, row.userId), row]));
  },
  fold: (rows, recorded) => {
    const event = recorded as RecordedEvent & UserEvent;
    const { tenantId, bookedAt } = recorded;
    const { userId } = event.data;
    const before = rows.get(tenantId, userId);
    if (event.type !== 'UserInvited' && before === undefined) throw new RowNotLocked(recorded);
    const after = foldRow(before as UserRow, event, bookedAt);
    // A code that was used or wrong changes nothing of the user.
    if (after !== before) rows.set(tenantId, userId, { ...after, changedAt: bookedAt });
  },
  write: async (tx, { changed }) => {
    if (changed.length > 0) await write(tx, changed);
  },
};

const foldRow = (row: UserRow, event: UserEvent, bookedAt: string): UserRow => {
  switch (event.type) {
    case 'UserInvited':
      return invitedRow(event.data, bookedAt);
    case 'UserReinvited': {
      return { ...row, ...invitationColumns(event.data.invitation) };
    }
    case 'UserPasswordSet':
      return {
        ...row,
        status: row.status === 'suspended' ? 'suspended' : 'active',
        passwordRef: event.data.password.ref,
        invitationPrefix: null,
        invitationHash: null,
        invitedUntil: null,
        sessionsFrom: bookedAt,
      };
    case 'UserRolesChanged':
      return { ...row, roles: event.data.roles };
    case 'UserSuspended':
      return { ...row, status: 'suspended', sessionsFrom: bookedAt };
    case 'UserResumed':
      return { ...row, status: row.passwordRef === null ? 'invited' : 'active' };
    case 'UserSessionsEnded':
      return { ...row, sessionsFrom: bookedAt };
    case 'SecondFactorProposed':
      return { ...row, proposedFactorRef: event.data.secret.ref };
    case 'SecondFactorConfirmed':
      return { ...row, factorRef: row.proposedFactorRef, proposedFactorRef: null };
    case 'SecondFactorRemoved':
      return { ...row, factorRef: null };
    case 'LoginSucceeded':
      return { ...row, lastLoginAt: bookedAt };
    case 'UserErased':
      return { ...row, ...erasedColumns(row.userId), sessionsFrom: bookedAt };
    case 'SecondFactorUsed':
    case 'SecondFactorFailed':
      return row;
    default:
      return unreachable(event);
  }
};

/** Its address may be another user's from now on. */
const erasedColumns = (userId: string) => ({
  status: 'erased' as const,
  login: `erased:${userId}`,
  invitationPrefix: null,
  invitationHash: null,
  invitedUntil: null,
  proposedFactorRef: null,
  factorRef: null,
});

const invitationColumns = ({ prefix, secretHash, validUntil }: z.output<typeof invitationSchema>) => ({
  invitationPrefix: prefix,
  invitationHash: secretHash,
  invitedUntil: validUntil,
});

const invitedRow = (
  { userId, login, email, roles, actingFor, invitation }: Extract<UserEvent, { type: 'UserInvited' }>['data'],
  bookedAt: string,
): UserRow => ({
  userId,
  login,
  emailRef: email.ref,
  status: 'invited',
  roles,
  actingFor: actingFor ?? null,
  ...invitationColumns(invitation),
  passwordRef: null,
  proposedFactorRef: null,
  factorRef: null,
  sessionsFrom: bookedAt,
  lastLoginAt: null,
  createdAt: bookedAt,
  changedAt: bookedAt,
});

type Changed = Parameters<LockedTable<UserRow>['write']>[1]['changed'];

const write = (tx: Transaction, changed: Changed): Promise<unknown> =>
  tx.query({
    name: 'write-users',
    text: `insert into ${usersName} select * from json_populate_recordset(null::${usersName}, $1::json) order by tenant_id, user_id
      on conflict (tenant_id, user_id) do update set status = excluded.status, login = excluded.login, roles = excluded.roles,
        invitation_prefix = excluded.invitation_prefix, invitation_hash = excluded.invitation_hash, invited_until = excluded.invited_until, password_ref = excluded.password_ref,
        proposed_factor_ref = excluded.proposed_factor_ref, factor_ref = excluded.factor_ref, sessions_from = excluded.sessions_from,
        last_login_at = excluded.last_login_at, changed_at = excluded.changed_at`,
    values: [
      JSON.stringify(
        changed.map(({ tenantId, row }) => ({
          tenant_id: tenantId,
          user_id: row.userId,
          login: row.login,
          email_ref: row.emailRef,
          status: row.status,
          roles: row.roles,
          acting_for: row.actingFor,
          invitation_prefix: row.invitationPrefix,
          invitation_hash: row.invitationHash,
          invited_until: row.invitedUntil,
          password_ref: row.passwordRef,
          proposed_factor_ref: row.proposedFactorRef,
          factor_ref: row.factorRef,
          sessions_from: row.sessionsFrom,
          last_login_at: row.lastLoginAt,
          created_at: row.createdAt,
          changed_at: row.changedAt,
        })),
      ),
    ],
  });

/** A user by what it is known by; undefined when there is none. */
export const findUser = async (
  tx: Transaction,
  tenantId: string,
  by: { readonly userId: string } | { readonly login: string } | { readonly invitationPrefix: string },
): Promise<UserRow | undefined> => {
  const [column, value] =
    'userId' in by
      ? ['user_id', by.userId]
      : 'login' in by
        ? ['login', by.login]
        : ['invitation_prefix', by.invitationPrefix];
  const { rows } = await tx.query<UserRow>({
    name: `find-user-by-${column}`,
    text: `select ${userColumns} from ${usersName} u where u.tenant_id = $1 and u.${column} = $2 order by u.user_id limit 1`,
    values: [tenantId, value],
  });
  return rows[0];
};

/** Users, newest first (their ids are ordered by time). */
export const listUsers = async (
  tx: Transaction,
  tenantId: string,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<readonly UserRow[]> => {
  const { rows } = await tx.query<UserRow>({
    name: 'list-users',
    text: `select ${userColumns} from ${usersName} u where u.tenant_id = $1 and ($2::uuid is null or u.user_id < $2) order by u.user_id desc limit $3`,
    values: [tenantId, before, limit],
  });
  return rows;
};
