import { defineEvent } from '@finaegis/platform/event-store/event';
import { personalRef } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';
import { minor } from '../terms.ts';

/** An amount is reserved; nothing is posted. */
export const holdPlaced = defineEvent({
  type: 'HoldPlaced',
  schemaVersion: 1,
  schema: z.strictObject({
    holdId: z.string(),
    account: z.string(),
    asset: z.string(),
    amountMinor: minor,
    expiresAt: z.string().optional(),
    description: personalRef.optional(),
  }),
});

/** The hold's whole amount is now `amountMinor`; `addedMinor` more is reserved. */
export const holdIncreased = defineEvent({
  type: 'HoldIncreased',
  schemaVersion: 1,
  schema: z.strictObject({
    holdId: z.string(),
    account: z.string(),
    asset: z.string(),
    amountMinor: minor,
    addedMinor: minor,
  }),
});

/** A journal used part or all of the hold; `releasedMinor` is no longer reserved (captured, and the rest when final). */
export const holdCaptured = defineEvent({
  type: 'HoldCaptured',
  schemaVersion: 1,
  schema: z.strictObject({
    holdId: z.string(),
    account: z.string(),
    asset: z.string(),
    journalId: z.string(),
    amountMinor: minor,
    isFinal: z.boolean(),
    releasedMinor: minor,
  }),
});

const released = z.strictObject({ holdId: z.string(), account: z.string(), asset: z.string(), releasedMinor: minor });

/** Released on request. */
export const holdVoided = defineEvent({ type: 'HoldVoided', schemaVersion: 1, schema: released });

/** Released because its time was over; until this is recorded the hold counts. */
export const holdExpired = defineEvent({ type: 'HoldExpired', schemaVersion: 1, schema: released });
