import { z } from 'zod';
import { defineEvent } from '../../event-store/event.ts';

/** A tenant's own role is from now on this; what it was before no longer counts. */
export const roleDefined = defineEvent({
  type: 'RoleDefined',
  schemaVersion: 1,
  schema: z.strictObject({
    role: z.string(),
    description: z.string(),
    scopes: z.array(z.string()),
    masksPersonalData: z.boolean(),
  }),
});

/** A role gives nothing any more to whoever has it. */
export const roleRetired = defineEvent({
  type: 'RoleRetired',
  schemaVersion: 1,
  schema: z.strictObject({ role: z.string() }),
});

/** Every event of a role's stream. */
export const roleEvents = [roleDefined, roleRetired] as const;
