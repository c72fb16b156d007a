import type { RoleDirectory } from '@finaegis/platform/auth/grant';
import type { FindUser } from '@finaegis/platform/auth/known-user';
import type { ContextModule } from '@finaegis/platform/module';
import type { Provers } from '@finaegis/platform/proof/step-up';
import { read, type Services } from '@finaegis/platform/services';
import { entryRoutes } from './http/entry-routes.ts';
import { ownRoutes } from './http/own-routes.ts';
import { identityProblems } from './http/problems.ts';
import { type UserHttp, userRoutes } from './http/user-routes.ts';
import { identitySecurity } from './identity-security.ts';
import { loginEvents } from './login/events.ts';
import { createProvers, failFactorCommand } from './provers.ts';
import { createUserCommands, type UserCommands } from './user/commands.ts';
import { userEvents } from './user/events.ts';
import { createFindUser } from './views/known-users.ts';
import { userErasureTable } from './views/user-erasure.ts';
import { findUser, usersTable } from './views/users.ts';

/** What the context needs of others. */
export interface IdentityPorts {
  readonly roles: RoleDirectory;
  readonly partyExists: (tenantId: string, partyId: string) => Promise<boolean>;
}

/** The context, with what authentication asks it. */
export interface IdentityModule extends ContextModule {
  readonly findUser: FindUser;
  readonly handlers: UserCommands;
  /** By which users prove anew that it is them. */
  readonly provers: Provers;
}

/** The context `identity`: who works with the bank. */
export const createIdentityModule = (services: Services, { roles, partyExists }: IdentityPorts): IdentityModule => {
  const handlers = createUserCommands({
    roles,
    partyExists,
    loginOfUser: async (tenantId, userId) =>
      (await read(services, tenantId, (tx) => findUser(tx, tenantId, { userId })))?.login,
    rolesOf: async (tenantId, userId) =>
      (await read(services, tenantId, (tx) => findUser(tx, tenantId, { userId })))?.roles ?? [],
  });
  const http: UserHttp = {
    services,
    commands: handlers,
    loginOf: async (tenantId, email) =>
      String((await services.personalData.blindIndex(tenantId))(`login:${email.normalize('NFKC').toLowerCase()}`)),
    tenantExists: async (tenantId) => {
      const { rows } = await read(services, tenantId, (tx) =>
        tx.query({ name: 'tenant-exists', text: 'select 1 from tenants where tenant_id = $1', values: [tenantId] }),
      );
      return rows.length > 0;
    },
  };
  return {
    name: 'identity',
    events: [...userEvents, ...loginEvents],
    tables: [usersTable, userErasureTable(services)],
    views: [],
    commands: [
      handlers.inviteUser,
      handlers.reinviteUser,
      handlers.acceptInvitation,
      handlers.changePassword,
      handlers.changeRoles,
      handlers.suspendUser,
      handlers.resumeUser,
      handlers.endSessions,
      handlers.proposeFactor,
      handlers.confirmFactor,
      handlers.removeFactor,
      handlers.eraseUser,
      handlers.logIn,
      failFactorCommand,
    ],
    checked: [],
    security: identitySecurity,
    routes: [...entryRoutes(http), ...ownRoutes(http), ...userRoutes(http)],
    problems: identityProblems,
    findUser: createFindUser(services, roles),
    handlers,
    provers: createProvers(services),
  };
};
