import { isIP } from 'node:net';
import { z } from 'zod';
import { grantorSchema } from '../grant.ts';
import { roleName } from '../role/terms.ts';
import { scopePattern } from '../scope.ts';

const isAddress = (text: string): boolean => {
  const [address = '', length, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || address.includes('%')) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128));
};

/** What a key may be restricted by; also the shape of the request's body. */
export const apiKeyTerms = {
  name: z
    .string()
    .trim()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._/-]{0,63}$/u, 'must be 1 to 64 letters, digits, spaces or ._/-')
    .describe('What the key is for; not a person’s name.'),
  scopes: z
    .array(z.string().regex(scopePattern, 'must be context:permission, context:*, *:read or *'))
    .min(1)
    .max(100)
    .optional()
    .describe('What the key may do; each must be held by whoever asks. Absent where roles say it.'),
  roles: z
    .array(roleName)
    .min(1)
    .max(20)
    .optional()
    .describe('Roles whose scopes it has, as they are at each request; what they give must be held by whoever asks.'),
  addresses: z
    .array(z.string().refine(isAddress, 'must be an IP address or a CIDR block'))
    .max(50)
    .default([])
    .describe('Where it may be used from (addresses or CIDR blocks); empty for anywhere.'),
  actingFor: z
    .uuid()
    .optional()
    .describe('The party whose mandates bound what the key may see; absent, it acts for the tenant.'),
  expiresAt: z.iso
    .datetime({ precision: 3 })
    .optional()
    .describe('UTC instant with milliseconds; absent, it does not expire.'),
};

const secret = { prefix: z.string().regex(/^[0-9a-z]{12}$/), secretHash: z.string().regex(/^[0-9a-f]{64}$/) };

// Commands are storable, so they carry the hash. The secret is made at the edge and goes from there to its holder only.
/** `{ keyId, prefix, secretHash, name, scopes?, roles?, addresses, actingFor?, expiresAt?, userId?, grantor }`. */
export const createApiKeySchema = z.strictObject({
  keyId: z.uuid(),
  ...secret,
  ...apiKeyTerms,
  userId: z.uuid().optional(),
  grantor: grantorSchema,
});
/** `{ keyId, prefix, secretHash, graceSeconds, grantor }`. */
export const rotateApiKeySchema = z.strictObject({
  keyId: z.uuid(),
  ...secret,
  graceSeconds: z.number().int().min(0).max(604_800),
  grantor: grantorSchema,
});
/** `{ keyId, reason }`: the reason is a code, since free text could name a person. */
export const revokeApiKeySchema = z.strictObject({
  keyId: z.uuid(),
  reason: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
});

export type CreateApiKey = z.output<typeof createApiKeySchema>;
export type RotateApiKey = z.output<typeof rotateApiKeySchema>;
export type RevokeApiKey = z.output<typeof revokeApiKeySchema>;
