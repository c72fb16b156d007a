import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';
import { blockReasons, classes, minor } from '../terms.ts';

/** An account the ledger may post to: a customer's, or one of the entity's own chart. Class, entity and floor never change. */
export const ledgerAccountOpened = defineEvent({
  type: 'LedgerAccountOpened',
  schemaVersion: 1,
  schema: z.strictObject({
    accountId: z.string(),
    entity: z.string(),
    kind: z.enum(['house', 'customer']),
    class: z.enum(classes),
    /** Whether debits (on its normal side's other side) may not take it below its overdraft limit; true for every customer account. */
    hasFloor: z.boolean(),
    /** Place in the chart, for house accounts. */
    code: z.string().optional(),
  }),
});

const block = z.strictObject({
  accountId: z.string(),
  blockId: z.string(),
  kind: z.enum(['debit', 'credit', 'amount']),
  asset: z.string().optional(),
  amountMinor: minor.optional(),
  reason: z.enum(blockReasons),
});

/** Debits, credits, or an amount of one asset are stopped until the block is lifted. */
export const accountBlockPlaced = defineEvent({
  type: 'AccountBlockPlaced',
  schemaVersion: 1,
  schema: block,
});

/** The block named no longer stands; its terms are repeated so that every fold can undo it by itself. */
export const accountBlockLifted = defineEvent({ type: 'AccountBlockLifted', schemaVersion: 1, schema: block });

/** How far below zero normal debits may take the account in this asset. */
export const overdraftLimitSet = defineEvent({
  type: 'OverdraftLimitSet',
  schemaVersion: 1,
  schema: z.strictObject({ accountId: z.string(), asset: z.string(), limitMinor: minor }),
});

/** Nothing is posted to it any more; it was at zero everywhere. */
export const ledgerAccountClosed = defineEvent({
  type: 'LedgerAccountClosed',
  schemaVersion: 1,
  schema: z.strictObject({ accountId: z.string() }),
});
