import type { Decision } from '@finaegis/kernel/decision';
import type { z } from 'zod';
import { type CommandFacts, type CommandHandler, defineCommand, type Loaded } from '../command/handler.ts';
import { RowNotLocked } from '../command/locked-table.ts';
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

/** Prepared: whether the party it would act for is there. */
export type CreateApiKeyCommand = ApiKeyCommand<CreateApiKey, boolean>;

/** Whether a tenant has this party; one that was erased is still there. */
export type PartyExists = (tenantId: string, partyId: string) => Promise<boolean>;

/** Creates a key from the hash of a secret made beforehand (`newApiKeySecret`). */
export const createApiKeyCommand = ({
  permissions,
  partyExists,
}: {
  readonly permissions: Permissions;
  readonly partyExists: PartyExists;
}): CreateApiKeyCommand => ({
  ...ofKey<CreateApiKey>('auth.CreateApiKey', createApiKeySchema),
  prepare: async ({ actingFor }, { tenantId }) => actingFor === undefined || partyExists(tenantId, actingFor),
  decide: (loaded, data, { now }, isPartyKnown) =>
    createApiKey(loaded.stream(apiKey, data.keyId).state, data, { now, permissions: permissions(), isPartyKnown }),
});
/** Replaces a key's secret; the old one opens for `graceSeconds` more. */
export const rotateApiKeyCommand = apiKeyCommand<RotateApiKey>('auth.RotateApiKey', rotateApiKeySchema, rotateApiKey);
/** Revokes a key; it is refused everywhere within a second. */
export const revokeApiKeyCommand = apiKeyCommand<RevokeApiKey>('auth.RevokeApiKey', revokeApiKeySchema, revokeApiKey);
