import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

/** How often a statement is issued: each month's last day, each Sunday, or every day with a movement. */
export const statementCycles = ['monthly', 'weekly', 'transaction'] as const;
export type StatementCycle = (typeof statementCycles)[number];

/** A version of the terms accounts are opened under; it is never changed, the next version replaces it for new accounts. */
export const productPublished = defineEvent({
  type: 'ProductPublished',
  schemaVersion: 1,
  schema: z.strictObject({
    product: z.string(),
    version: z.number().int(),
    name: z.string(),
    statementCycle: z.enum(statementCycles),
    /** Whether overdraft limits may be set on its accounts. */
    allowsOverdraft: z.boolean(),
    /** Assets its accounts may hold; absent for any. */
    assets: z.array(z.string()).readonly().optional(),
  }),
});
