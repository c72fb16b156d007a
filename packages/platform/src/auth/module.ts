import type { ContextModule } from '../module.ts';
import type { Services } from '../services.ts';
import { apiKeyEvents } from './api-key/events.ts';
import { apiKeysTable } from './api-keys-table.ts';
import {
  type CreateApiKeyCommand,
  createApiKeyCommand,
  type PartyExists,
  type Permissions,
  revokeApiKeyCommand,
  rotateApiKeyCommand,
} from './commands.ts';
import { apiKeyRoutes } from './http/api-key-routes.ts';
import { authProblems } from './problems.ts';

/** What the context needs beside the services. */
export interface AuthOptions {
  /** The word in the keys made here: `live`, `test`, `demo`. */
  readonly environment: string;
  /** What a key may be given. */
  readonly permissions: Permissions;
  /** Whom a key may act for. */
  readonly partyExists: PartyExists;
}

/** The context, with the one command that needs to know the others. */
export interface AuthModule extends ContextModule {
  readonly handlers: { readonly createApiKey: CreateApiKeyCommand };
}

/** The context `auth`: who may enter, by API key. */
export const createAuthModule = (services: Services, { environment, ...facts }: AuthOptions): AuthModule => {
  const createApiKey = createApiKeyCommand(facts);
  return {
    name: 'auth',
    events: apiKeyEvents,
    // The table itself is made by the migration that also makes the lookup function over it.
    tables: [apiKeysTable],
    views: [],
    commands: [createApiKey, rotateApiKeyCommand, revokeApiKeyCommand],
    checked: [],
    routes: apiKeyRoutes(services, { environment, createApiKey }),
    problems: authProblems,
    handlers: { createApiKey },
  };
};
