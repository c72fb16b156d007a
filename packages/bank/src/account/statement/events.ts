import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

/** Minor units in the account's normal side; a balance may be below zero. */
const signedMinor = z
  .string()
  .regex(/^-?\d{1,38}$/)
  .transform(BigInt);

/** The numbered account of a period in one asset; what it says never changes, and the digest proves that it has not. */
export const statementIssued = defineEvent({
  type: 'StatementIssued',
  schemaVersion: 1,
  schema: z.strictObject({
    accountId: z.string(),
    asset: z.string(),
    number: z.number().int(),
    from: z.string(),
    to: z.string(),
    openingMinor: signedMinor,
    closingMinor: signedMinor,
    entries: z.number().int(),
    /** SHA3-256 (hex) over the canonical JSON of the entries. */
    digest: z.string(),
  }),
});
