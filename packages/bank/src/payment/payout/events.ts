import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';
import { movementKinds } from '../card-provider.ts';
import { minor } from '../terms.ts';

/** Amounts that may be below zero. */
const signed = z
  .string()
  .regex(/^-?\d{1,36}$/)
  .transform(BigInt);

/** A card provider paid out to our bank; net, since it took its fees before. */
export const cardPayoutBooked = defineEvent({
  type: 'CardPayoutBooked',
  schemaVersion: 1,
  schema: z.strictObject({
    payoutId: z.string(),
    provider: z.string(),
    /** The provider's own name of it. */
    payoutReference: z.string(),
    entity: z.string(),
    bank: z.string(),
    asset: z.string(),
    amountMinor: minor,
    journalId: z.string(),
    /** What it is made of by kind; each movement is asked of the provider when somebody looks. */
    parts: z.array(z.strictObject({ kind: z.enum(movementKinds), count: z.number(), netMinor: signed })).readonly(),
    /** Of it, what our own books did not know. */
    unexplainedMinor: signed,
    /** The first of the items about what is unexplained. */
    workItemId: z.string().optional(),
    workItemIds: z.array(z.string()).readonly().optional(),
    /** What the provider took, and gave back, that nothing had booked before. */
    costs: z.strictObject({ takenMinor: minor, givenBackMinor: minor }).optional(),
  }),
});

/** Our bank sent it back. */
export const cardPayoutReturned = defineEvent({
  type: 'CardPayoutReturned',
  schemaVersion: 1,
  schema: z.strictObject({ payoutId: z.string(), journalId: z.string() }),
});

export const cardPayoutEvents = [cardPayoutBooked, cardPayoutReturned] as const;
