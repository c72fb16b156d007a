import type { ContextModule } from '../module.ts';
import type { Services } from '../services.ts';
import { apiKeyEvents } from './api-key/events.ts';
import { apiKeysTable } from './api-keys-table.ts';
import { createApiKeyCommand, revokeApiKeyCommand, rotateApiKeyCommand } from './commands.ts';
import { type ApiKeyRouteOptions, apiKeyRoutes } from './http/api-key-routes.ts';
import { authProblems } from './problems.ts';

/** The context `auth`: who may enter, by API key. */
export const createAuthModule = (services: Services, options: ApiKeyRouteOptions): ContextModule => ({
  name: 'auth',
  events: apiKeyEvents,
  // The table itself is made by the migration that also makes the lookup function over it.
  tables: [apiKeysTable],
  views: [],
  commands: [createApiKeyCommand, rotateApiKeyCommand, revokeApiKeyCommand],
  checked: [],
  routes: apiKeyRoutes(services, options),
  problems: authProblems,
});
