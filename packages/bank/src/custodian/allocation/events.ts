import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

/** Part of a customer's money that is to lie at one bank. */
export const bankShare = z.strictObject({ bank: z.string(), basisPoints: z.number().int() });

/** How a customer's money is to be spread over the partner banks from now on: shares make 10,000 basis points. */
export const bankAllocationSet = defineEvent({
  type: 'BankAllocationSet',
  schemaVersion: 1,
  schema: z.strictObject({ partyId: z.string(), shares: z.array(bankShare).readonly(), primary: z.string() }),
});
