import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

/** Under which national code the entity issues account numbers. */
export const bankDetailsSet = defineEvent({
  type: 'BankDetailsSet',
  schemaVersion: 1,
  schema: z.strictObject({
    entity: z.string(),
    country: z.string(),
    bankCode: z.string(),
    bic: z.string().optional(),
    name: z.string(),
  }),
});
