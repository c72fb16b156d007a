import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';
import { minor } from '../terms.ts';

const announced = { announcementId: z.string(), account: z.string(), asset: z.string(), amountMinor: minor };

/** Somebody says that money is on its way to an account. Nothing is posted and nothing may be spent. */
export const incomingAnnounced = defineEvent({
  type: 'IncomingAnnounced',
  schemaVersion: 1,
  schema: z.strictObject({
    ...announced,
    /** The day it is expected on; only told, never acted upon. */
    expectedOn: z.string().optional(),
    reference: z.string().optional(),
  }),
});

/** The money is not coming after all, or nobody knows any more. */
export const incomingWithdrawn = defineEvent({
  type: 'IncomingWithdrawn',
  schemaVersion: 1,
  schema: z.strictObject(announced),
});

/** The money came: `journalId` credits the account, in the same commit, and may be over another amount than was announced. */
export const incomingFulfilled = defineEvent({
  type: 'IncomingFulfilled',
  schemaVersion: 1,
  schema: z.strictObject({ ...announced, journalId: z.string() }),
});
