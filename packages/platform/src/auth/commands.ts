import type { Decision } from '@finaegis/kernel/decision';
import type { z } from 'zod';
import { type CommandFacts, type CommandHandler, defineCommand, type Loaded } from '../command/handler.ts';
import { RowNotLocked } from '../command/locked-table.ts';
import type { NewEvent } from '../event-store/event.ts';
import {
  accessTokenAggregate,
  type RevokeAccessToken,
  revokeAccessToken,
  revokeAccessTokenSchema,
} from './access-token/access-token.ts';
import {
  type ApiKey,
  type ApiKeyRefusal,
  apiKey,
  createApiKey,
  type KeyRoles,
  revokeApiKey,
  rotateApiKey,
} from './api-key/api-key.ts';
import {
  type CreateApiKey,
  createApiKeySchema,
  type RevokeApiKey,
  type RotateApiKey,
  revokeApiKeySchema,
  rotateApiKeySchema,
} from './api-key/terms.ts';
import { type ApiKeyRow, apiKeysTable } from './api-keys-table.ts';
import type { RoleDirectory } from './grant.ts';
import { selfPermission } from './principal.ts';
import { revokedTokensTable } from './revoked-tokens-table.ts';
import { type BuiltInRoles, defineRole, type RoleRefusal, retireRole, roleAggregate } from './role/role.ts';
import { type DefineRole, defineRoleSchema, type RetireRole, retireRoleSchema } from './role/terms.ts';
import { type RoleRow, rolesTable } from './roles-table.ts';
import {
  type RevokeSession,
  revokeSession,
  revokeSessionSchema,
  type SessionRefusal,
  sessionAggregate,
} from './session/session.ts';
import { type SessionRow, sessionsTable } from './sessions-table.ts';

/** A key as a command answers it. */
export interface ApiKeyResult extends ApiKeyRow {
  readonly keyId: string;
}

/** A command about one key. */
export type ApiKeyCommand<Data, Refs = undefined> = CommandHandler<Data, Refs, ApiKeyResult, ApiKeyRefusal>;

/** What every command about one key has. */
const ofKey = <Data extends { readonly keyId: string }>(name: string, schema: z.ZodType<Data>) => ({
  name,
  schema,
  permission: 'auth:write',
  loads: ({ keyId }: Data) => ({
    rows: [{ table: apiKeysTable, key: keyId }],
    streams: [{ aggregate: apiKey, id: keyId }],
  }),
  result: (loaded: Loaded, { keyId }: Data): ApiKeyResult => {
    const row = loaded.row(apiKeysTable, keyId);
    if (row === undefined) throw new RowNotLocked({ stream: apiKey.stream(keyId) });
    return { keyId, ...row };
  },
});

const apiKeyCommand = <Data extends { readonly keyId: string }>(
  name: string,
  schema: z.ZodType<Data>,
  decide: (state: ApiKey, data: Data, facts: CommandFacts) => Decision<NewEvent, ApiKeyRefusal>,
): ApiKeyCommand<Data> =>
  defineCommand<Data, undefined, ApiKeyResult, ApiKeyRefusal>({
    ...ofKey(name, schema),
    decide: (loaded, data, facts) => decide(loaded.stream(apiKey, data.keyId).state, data, facts),
  });

/** Every permission there is; asked for late, since whoever wires the contexts knows them only when all are wired. */
export type Permissions = () => readonly string[];

/** Prepared: whether the party it would act for is there, and what its roles give. */
export type CreateApiKeyCommand = ApiKeyCommand<
  CreateApiKey,
  { readonly isPartyKnown: boolean; readonly roles: KeyRoles }
>;

/** Prepared: what the key's roles give. */
export type RotateApiKeyCommand = ApiKeyCommand<RotateApiKey, KeyRoles>;

/** Whether a tenant has this party; one that was erased is still there. */
export type PartyExists = (tenantId: string, partyId: string) => Promise<boolean>;

/** Creates a key from the hash of a secret made beforehand (`newApiKeySecret`). */
export const createApiKeyCommand = ({
  permissions,
  partyExists,
  roles: directory,
}: {
  readonly permissions: Permissions;
  readonly partyExists: PartyExists;
  readonly roles: RoleDirectory;
}): CreateApiKeyCommand => ({
  ...ofKey<CreateApiKey>('auth.CreateApiKey', createApiKeySchema),
  // Roles may change later, and then change what the key may do: what counts here is what they give now. Whoever widens one must hold that too.
  prepare: async ({ actingFor, roles = [] }, { tenantId }) => ({
    isPartyKnown: actingFor === undefined || (await partyExists(tenantId, actingFor)),
    roles: await directory.find(tenantId, roles),
  }),
  decide: (loaded, data, { now }, { isPartyKnown, roles }) =>
    createApiKey(loaded.stream(apiKey, data.keyId).state, data, {
      now,
      permissions: permissions(),
      isPartyKnown,
      roles,
    }),
});

/** Replaces a key's secret; the old one opens for `graceSeconds` more. @param rolesOf what the roles of a key give */
export const rotateApiKeyCommand = (
  rolesOf: (tenantId: string, keyId: string) => Promise<KeyRoles>,
): RotateApiKeyCommand => ({
  ...ofKey<RotateApiKey>('auth.RotateApiKey', rotateApiKeySchema),
  prepare: ({ keyId }, { tenantId }) => rolesOf(tenantId, keyId),
  decide: (loaded, data, { now }, roles) => rotateApiKey(loaded.stream(apiKey, data.keyId).state, data, { now, roles }),
});

/** Revokes a session; it is refused everywhere within a second. */
export const revokeSessionCommand: CommandHandler<
  RevokeSession,
  undefined,
  SessionRow & { readonly sessionId: string },
  SessionRefusal
> = {
  name: 'auth.RevokeSession',
  schema: revokeSessionSchema,
  permission: selfPermission,
  loads: ({ sessionId }) => ({
    rows: [{ table: sessionsTable, key: sessionId }],
    streams: [{ aggregate: sessionAggregate, id: sessionId }],
  }),
  decide: (loaded, data) => revokeSession(loaded.stream(sessionAggregate, data.sessionId).state, data),
  result: (loaded, { sessionId }) => {
    const row = loaded.row(sessionsTable, sessionId);
    if (row === undefined) throw new RowNotLocked({ stream: sessionAggregate.stream(sessionId) });
    return { sessionId, ...row };
  },
};

/** Takes back an access token; submitted for the client whose it is. */
export const revokeAccessTokenCommand: CommandHandler<RevokeAccessToken, undefined, undefined, never> = {
  name: 'auth.RevokeAccessToken',
  schema: revokeAccessTokenSchema,
  // No scope gives it: the client shows its secret.
  permission: 'public',
  loads: ({ tokenId }) => ({
    rows: [{ table: revokedTokensTable, key: tokenId }],
    streams: [{ aggregate: accessTokenAggregate, id: tokenId }],
  }),
  decide: (loaded, data) => revokeAccessToken(loaded.stream(accessTokenAggregate, data.tokenId).state, data),
  result: () => undefined,
};

/** A role as a command answers it. */
export interface RoleResult extends RoleRow {
  readonly role: string;
}

/** A command about one role. */
export type RoleCommand<Data> = CommandHandler<Data, undefined, RoleResult, RoleRefusal>;

/** Commands about the roles of a tenant's own. */
export interface RoleCommands {
  readonly defineRole: RoleCommand<DefineRole>;
  readonly retireRole: RoleCommand<RetireRole>;
}

const ofRole = <Data extends { readonly role: string }>(name: string, schema: z.ZodType<Data>) => ({
  name,
  schema,
  permission: 'auth:roles',
  loads: ({ role }: Data) => ({
    rows: [{ table: rolesTable, key: role }],
    streams: [{ aggregate: roleAggregate, id: role }],
  }),
  result: (loaded: Loaded, { role }: Data): RoleResult => {
    const row = loaded.row(rolesTable, role);
    if (row === undefined) throw new RowNotLocked({ stream: roleAggregate.stream(role) });
    return { role, ...row };
  },
});

/** @param builtIn those that nobody may replace */
export const createRoleCommands = ({
  permissions,
  builtIn,
}: {
  readonly permissions: Permissions;
  readonly builtIn: BuiltInRoles;
}): RoleCommands => ({
  defineRole: {
    ...ofRole<DefineRole>('auth.DefineRole', defineRoleSchema),
    decide: (loaded, data) =>
      defineRole(loaded.stream(roleAggregate, data.role).state, data, { permissions: permissions(), builtIn }),
  },
  retireRole: {
    ...ofRole<RetireRole>('auth.RetireRole', retireRoleSchema),
    decide: (loaded, data) => retireRole(loaded.stream(roleAggregate, data.role).state, data, { builtIn }),
  },
});
/** Revokes a key; it is refused everywhere within a second. */
export const revokeApiKeyCommand = apiKeyCommand<RevokeApiKey>('auth.RevokeApiKey', revokeApiKeySchema, revokeApiKey);
