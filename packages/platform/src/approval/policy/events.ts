import { z } from 'zod';
import { defineEvent } from '../../event-store/event.ts';

const minor = z
  .string()
  .regex(/^\d{1,38}$/)
  .transform((digits) => BigInt(digits));

/** A command needs a second person from now on; from these amounts on, or always where there are none. */
export const fourEyesPolicySet = defineEvent({
  type: 'FourEyesPolicySet',
  schemaVersion: 1,
  schema: z.strictObject({
    command: z.string(),
    from: z.array(z.strictObject({ asset: z.string(), amountMinor: minor })),
    validForSeconds: z.number().int(),
  }),
});

/** A command needs no second person any more. */
export const fourEyesPolicyRemoved = defineEvent({
  type: 'FourEyesPolicyRemoved',
  schemaVersion: 1,
  schema: z.strictObject({ command: z.string() }),
});

/** Every event of a policy's stream. */
export const policyEvents = [fourEyesPolicySet, fourEyesPolicyRemoved] as const;
