import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

const day = { entity: z.string(), bank: z.string(), date: z.string() };

/** An entity's business day began, and what a partner bank books on our accounts until its end is waited for. */
export const bankDayOpened = defineEvent({
  type: 'BankDayOpened',
  schemaVersion: 1,
  schema: z.strictObject({
    ...day,
    /** The first day that belongs to it: the bank may book on days on which we do not. */
    from: z.string(),
  }),
});

/** Everything the bank says of the day is taken and compared; or it never said its last word, and waiting has an end. */
export const bankDayClosed = defineEvent({
  type: 'BankDayClosed',
  schemaVersion: 1,
  schema: z.strictObject({
    ...day,
    outcome: z.enum(['reconciled', 'no_statement']),
    entries: z.number().int().nonnegative(),
    /** Differences that are open at the accounts of the entity, also of days before. */
    openBreaks: z.number().int().nonnegative(),
  }),
});
