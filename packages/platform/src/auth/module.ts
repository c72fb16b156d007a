import type { ContextModule } from '../module.ts';
import type { Services } from '../services.ts';
import { accessTokenEvents } from './access-token/events.ts';
import type { AccessTokens } from './access-token/token-text.ts';
import { apiKeyEvents } from './api-key/events.ts';
import { apiKeysTable } from './api-keys-table.ts';
import {
  type CreateApiKeyCommand,
  createApiKeyCommand,
  createRoleCommands,
  type PartyExists,
  type Permissions,
  revokeAccessTokenCommand,
  revokeApiKeyCommand,
  revokeSessionCommand,
  rotateApiKeyCommand,
} from './commands.ts';
import type { RoleDirectory } from './grant.ts';
import { rolesOfKey } from './http/api-key-queries.ts';
import { apiKeyRoutes } from './http/api-key-routes.ts';
import { type OAuthOptions, oauthRoutes } from './http/oauth-routes.ts';
import { roleRoutes } from './http/role-routes.ts';
import { sessionRoutes } from './http/session-routes.ts';
import { authProblems } from './problems.ts';
import { revokedTokensTable } from './revoked-tokens-table.ts';
import { roleEvents } from './role/events.ts';
import type { BuiltInRoles } from './role/role.ts';
import { createRoleDirectory } from './role-directory.ts';
import { rolesTable } from './roles-table.ts';
import { authSecurity } from './security.ts';
import { sessionEvents } from './session/events.ts';
import { sessionsTable } from './sessions-table.ts';

/** What the context needs beside the services. */
export interface AuthOptions {
  /** The word in the keys made here: `live`, `test`, `demo`. */
  readonly environment: string;
  /** What a key may be given. */
  readonly permissions: Permissions;
  /** Whom a key may act for. */
  readonly partyExists: PartyExists;
  /** Roles every tenant has. */
  readonly roles: BuiltInRoles;
  /** How clients of OAuth show who they are, and what they are given. */
  readonly oauth: OAuthOptions;
}

/** The context, with the one command that needs to know the others. */
export interface AuthModule extends ContextModule {
  readonly handlers: { readonly createApiKey: CreateApiKeyCommand };
  /** What roles give, for authentication and for whoever gives them to users. */
  readonly roles: RoleDirectory;
  /** Of clients of OAuth, for authentication. */
  readonly accessTokens: AccessTokens;
}

/** The context `auth`: who may enter, by API key. */
export const createAuthModule = (
  services: Services,
  { environment, roles: builtIn, permissions, partyExists, oauth }: AuthOptions,
): AuthModule => {
  const roles = createRoleDirectory(() => services.readPool, builtIn);
  const createApiKey = createApiKeyCommand({ permissions, partyExists, roles });
  const rotateApiKey = rotateApiKeyCommand(async (tenantId, keyId) =>
    roles.find(tenantId, await rolesOfKey(services, tenantId, keyId)),
  );
  const roleCommands = createRoleCommands({ permissions, builtIn });
  return {
    name: 'auth',
    events: [...apiKeyEvents, ...roleEvents, ...sessionEvents, ...accessTokenEvents],
    // The tables themselves are made by the migrations that also make the lookup functions over them.
    tables: [apiKeysTable, rolesTable, sessionsTable, revokedTokensTable],
    views: [],
    commands: [
      createApiKey,
      rotateApiKey,
      revokeApiKeyCommand,
      revokeSessionCommand,
      revokeAccessTokenCommand,
      roleCommands.defineRole,
      roleCommands.retireRole,
    ],
    checked: [],
    security: authSecurity,
    routes: [
      ...apiKeyRoutes(services, { environment, createApiKey, rotateApiKey }),
      ...oauthRoutes(services, oauth),
      ...sessionRoutes(services),
      ...roleRoutes(services, { ...roleCommands, builtIn }),
    ],
    problems: authProblems,
    handlers: { createApiKey },
    accessTokens: oauth.tokens,
    roles,
  };
};
