import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

const signedMinor = z
  .string()
  .regex(/^-?\d{1,38}$/)
  .transform(BigInt);

/**
 * A balance row said something else than the log and was put right; each counter is what was added to the row. The log was right all along, so
 * a replay of the books passes this event by: it is there for whoever asks who changed the row.
 */
export const balanceRepaired = defineEvent({
  type: 'BalanceRepaired',
  schemaVersion: 1,
  schema: z.strictObject({
    repairId: z.string(),
    account: z.string(),
    asset: z.string(),
    debitsMinor: signedMinor,
    creditsMinor: signedMinor,
    heldOutMinor: signedMinor,
    blockedMinor: signedMinor,
    overdraftLimitMinor: signedMinor,
  }),
});
