import { defineEvent } from '@finaegis/platform/event-store/event';
import { personalRef } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';
import { statementCycles } from '../product/events.ts';

/** A customer's account under a version of a product; the ledger's own opening stands beside it in the same commit. */
export const accountOpened = defineEvent({
  type: 'AccountOpened',
  schemaVersion: 1,
  schema: z.strictObject({
    accountId: z.string(),
    entity: z.string(),
    product: z.string(),
    productVersion: z.number().int(),
    /** Asset the account is kept in first of all; it may hold others the product allows. */
    asset: z.string(),
    holders: z
      .array(z.strictObject({ partyId: z.string(), kind: z.enum(['owner', 'joint']), mandateId: z.string() }))
      .readonly(),
    name: personalRef.optional(),
    statementCycle: z.enum(statementCycles),
    externalReference: z.string().optional(),
  }),
});

/**
 * A number the account is known by; never given twice, not even after the account is closed. `sequence` is its place among the numbers of the
 * entity, which only grows; a reference from another system has none.
 */
export const identifierIssued = defineEvent({
  type: 'IdentifierIssued',
  schemaVersion: 1,
  schema: z.strictObject({
    accountId: z.string(),
    entity: z.string(),
    scheme: z.enum(['local', 'iban', 'external']),
    value: z.string(),
    sequence: z.string().regex(/^\d+$/).transform(BigInt).optional(),
  }),
});

/** Nothing is booked on it any more; it was at zero everywhere. */
export const accountClosed = defineEvent({
  type: 'AccountClosed',
  schemaVersion: 1,
  schema: z.strictObject({ accountId: z.string() }),
});
