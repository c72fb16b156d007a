import { z } from 'zod';
import { grantorSchema } from '../grant.ts';
import { scopePattern } from '../scope.ts';

/** What a role is called: `operator`, `card-desk`. */
export const roleName = z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, 'must be 2 to 40 lower case letters, digits or -');

/** What a tenant says of a role of its own; also the shape of the request's body. */
export const roleTerms = {
  role: roleName,
  description: z
    .string()
    .trim()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} .,;:()/_-]{0,199}$/u, 'must be 1 to 200 letters, digits, spaces or .,;:()/_-')
    .describe('What it is for; not a person’s name.'),
  scopes: z
    .array(z.string().regex(scopePattern, 'must be context:permission, context:*, *:read or *'))
    .min(1)
    .max(100)
    .describe('What whoever has it may do; each must be held by whoever asks.'),
  masksPersonalData: z
    .boolean()
    .default(false)
    .describe('Whether whoever has only such roles is shown `masked` in the place of names, addresses and texts.'),
};

/** `{ role, description, scopes, masksPersonalData, grantor }`. */
export const defineRoleSchema = z.strictObject({ ...roleTerms, grantor: grantorSchema });
/** `{ role }`. */
export const retireRoleSchema = z.strictObject({ role: roleName });

export type DefineRole = z.output<typeof defineRoleSchema>;
export type RetireRole = z.output<typeof retireRoleSchema>;
