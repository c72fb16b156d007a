import { defineEvent } from '@finaegis/platform/event-store/event';
import { personalRef } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';

/** How often an order is to be executed. */
export const orderFrequencies = ['weekly', 'monthly', 'quarterly', 'yearly'] as const;

/** What a customer asked to be paid again and again. Nothing is booked by it. */
export const standingOrderRegistered = defineEvent({
  type: 'StandingOrderRegistered',
  schemaVersion: 1,
  schema: z.strictObject({
    orderId: z.string(),
    accountId: z.string(),
    asset: z.string(),
    amountMinor: z
      .string()
      .regex(/^\d{1,38}$/)
      .transform(BigInt),
    frequency: z.enum(orderFrequencies),
    counterparty: z.strictObject({ bank: z.string(), account: z.string() }),
    counterpartyName: personalRef.optional(),
    remittance: personalRef.optional(),
    purpose: z.string().optional(),
    firstOn: z.string().optional(),
    externalReference: z.string().optional(),
  }),
});

/** The order is not to be executed any more. */
export const standingOrderCancelled = defineEvent({
  type: 'StandingOrderCancelled',
  schemaVersion: 1,
  schema: z.strictObject({ orderId: z.string(), accountId: z.string() }),
});
