import type { Decision } from '@finaegis/kernel/decision';
import type { z } from 'zod';
import { type CommandFacts, type CommandHandler, defineCommand } from '../command/handler.ts';
import type { NewEvent } from '../event-store/event.ts';
import {
  type ApiKey,
  type ApiKeyRefusal,
  apiKey,
  createApiKey,
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

/** A key as a command answers it. */
export interface ApiKeyResult extends ApiKeyRow {
  readonly keyId: string;
}

/** A command about one key. */
export type ApiKeyCommand<Data> = CommandHandler<Data, undefined, ApiKeyResult, ApiKeyRefusal>;

const apiKeyCommand = <Data extends { readonly keyId: string }>(
  name: string,
  schema: z.ZodType<Data>,
  decide: (state: ApiKey, data: Data, facts: CommandFacts) => Decision<NewEvent, ApiKeyRefusal>,
): ApiKeyCommand<Data> =>
  defineCommand<Data, undefined, ApiKeyResult, ApiKeyRefusal>({
    name,
    schema,
    permission: 'auth:write',
    loads: ({ keyId }) => ({
      rows: [{ table: apiKeysTable, key: keyId }],
      streams: [{ aggregate: apiKey, id: keyId }],
    }),
    decide: (loaded, data, facts) => decide(loaded.stream(apiKey, data.keyId).state, data, facts),
    result: (loaded, { keyId }) => {
      const row = loaded.row(apiKeysTable, keyId);
      if (row === undefined) throw new Error(`API key ${keyId} has no row after its command.`);
      return { keyId, ...row };
    },
  });

/** Creates a key from the hash of a secret made beforehand (`newApiKeySecret`). */
export const createApiKeyCommand = apiKeyCommand<CreateApiKey>('auth.CreateApiKey', createApiKeySchema, createApiKey);
/** Replaces a key's secret; the old one opens for `graceSeconds` more. */
export const rotateApiKeyCommand = apiKeyCommand<RotateApiKey>('auth.RotateApiKey', rotateApiKeySchema, rotateApiKey);
/** Revokes a key; it is refused everywhere within a second. */
export const revokeApiKeyCommand = apiKeyCommand<RevokeApiKey>('auth.RevokeApiKey', revokeApiKeySchema, revokeApiKey);
