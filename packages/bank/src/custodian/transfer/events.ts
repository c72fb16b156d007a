import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

const minor = z
  .string()
  .regex(/^\d{1,36}$/)
  .transform(BigInt);

/** One payment of a transfer: by which bank and rail, to which of our own accounts, at what fee. */
export const transferLeg = z.strictObject({ from: z.string(), to: z.string(), rail: z.string(), feeMinor: minor });

/** Money of ours is to move from one bank to another; its saga pays. */
export const custodianTransferRequested = defineEvent({
  type: 'CustodianTransferRequested',
  schemaVersion: 1,
  schema: z.strictObject({
    transferId: z.string(),
    from: z.string(),
    to: z.string(),
    asset: z.string(),
    amountMinor: minor,
    kind: z.enum(['internal', 'direct', 'bridge']),
    legs: z.array(transferLeg).readonly(),
    sagaId: z.string(),
  }),
});

/** The money is where it was to go, and both nostro accounts say so. */
export const custodianTransferCompleted = defineEvent({
  type: 'CustodianTransferCompleted',
  schemaVersion: 1,
  schema: z.strictObject({ transferId: z.string() }),
});

/** The transfer came to nothing: nothing had left, or what had left is back. */
export const custodianTransferFailed = defineEvent({
  type: 'CustodianTransferFailed',
  schemaVersion: 1,
  schema: z.strictObject({ transferId: z.string(), reason: z.string() }),
});
