import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

/** A bank's statement of a day was compared with our nostro account. */
export const nostroReconciled = defineEvent({
  type: 'NostroReconciled',
  schemaVersion: 1,
  schema: z.strictObject({
    bank: z.string(),
    asset: z.string(),
    date: z.string(),
    account: z.string(),
    statementId: z.string(),
    /** Counts of the entries and postings compared, and of what was found. */
    matched: z.number().int(),
    missingHere: z.number().int(),
    missingThere: z.number().int(),
    amountDiffers: z.number().int(),
    /** What the bank says it held at the end of the day and what we said, where both are known. */
    bankClosingMinor: z
      .string()
      .regex(/^-?\d{1,38}$/)
      .transform(BigInt)
      .optional(),
    ourClosingMinor: z
      .string()
      .regex(/^-?\d{1,38}$/)
      .transform(BigInt)
      .optional(),
  }),
});
