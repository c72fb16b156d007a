import { z } from 'zod';
import { defineEvent } from '../../event-store/event.ts';

const minor = z
  .string()
  .regex(/^\d{1,38}$/)
  .transform((digits) => BigInt(digits));

/** From now on whoever asks for the command proves anew that it is them, from these amounts on; always where there are none. */
export const stepUpPolicySet = defineEvent({
  type: 'StepUpPolicySet',
  schemaVersion: 1,
  schema: z.strictObject({
    command: z.string(),
    from: z.array(z.strictObject({ asset: z.string(), amountMinor: minor })),
  }),
});

/** A command goes without it again. */
export const stepUpPolicyRemoved = defineEvent({
  type: 'StepUpPolicyRemoved',
  schemaVersion: 1,
  schema: z.strictObject({ command: z.string() }),
});

/** Every event of a policy's stream. */
export const stepUpPolicyEvents = [stepUpPolicySet, stepUpPolicyRemoved] as const;
