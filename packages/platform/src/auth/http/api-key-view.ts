import { z } from 'zod';
import type { ApiKeyRow } from '../api-keys-table.ts';

const instant = z.string().describe('UTC instant with milliseconds.');

/** An API key as it is answered; never with its secret. */
export const apiKeySchema = z.object({
  keyId: z.string(),
  name: z.string(),
  prefix: z.string().describe('The public part of the key, by which it is recognised in logs and lists.'),
  scopes: z.array(z.string()),
  roles: z.array(z.string()),
  addresses: z.array(z.string()),
  actingFor: z.string().optional(),
  userId: z.string().optional().describe('Whose key it is: the user who made it, or whose key made it.'),
  status: z.enum(['active', 'revoked']),
  createdAt: instant,
  expiresAt: instant.optional(),
  previousValidUntil: instant.optional().describe('Until when the secret before the last rotation still opens.'),
  lastUsedAt: instant.optional().describe('At most ten seconds behind.'),
});

/** An API key as creation and rotation answer it. */
export const apiKeyWithSecretSchema = apiKeySchema.extend({
  key: z
    .string()
    .optional()
    .describe(
      'The key itself, shown this once. It is stored nowhere: a repeat under the same Idempotency-Key answers without it. If the first answer was lost, rotate the key.',
    ),
});

export type ApiKeyView = z.output<typeof apiKeySchema>;

/** A row as it is answered. */
export const showApiKey = (
  row: ApiKeyRow & { readonly keyId: string; readonly lastUsedAt?: string | null },
): ApiKeyView => ({
  keyId: row.keyId,
  name: row.name,
  prefix: row.prefix,
  scopes: [...row.scopes],
  roles: [...row.roles],
  addresses: [...row.addresses],
  ...(row.actingFor === null ? {} : { actingFor: row.actingFor }),
  ...(row.userId === null ? {} : { userId: row.userId }),
  status: row.status,
  createdAt: row.createdAt,
  ...(row.expiresAt === null ? {} : { expiresAt: row.expiresAt }),
  ...(row.previousValidUntil === null ? {} : { previousValidUntil: row.previousValidUntil }),
  ...(row.lastUsedAt === null || row.lastUsedAt === undefined ? {} : { lastUsedAt: row.lastUsedAt }),
});
