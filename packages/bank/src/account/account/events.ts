import { defineEvent } from '@finaegis/platform/event-store/event';
import { personalRef } from '@finaegis/platform/event-store/personal-data';
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
    holders: z.array(z.strictObject({ partyId: z.string(), kind: z.enum(['owner', 'joint']), mandateId: z.string() })).readonly(),
    name: personalRef.optional(),
    statementCycle: z.enum(statementCycles),
    externalReference: z.string().optional(),
  }),
});

/** Numbers the account is known by; a number is never given twice, not even after the account is closed. */
export const identifierIssued = defineEvent({
  type: 'IdentifierIssued',
  schemaVersion: 1,
  schema: z.strictObject({ accountId: z.string(), scheme: z.enum(['local', 'iban', 'external']), value: z.string(), sequence: z.number().int().optional() }),
});

export const accountClosed = defineEvent({
  type: 'AccountClosed',
  schemaVersion: 1,
  schema: z.strictObject({ accountId: z.string() }),
});

/** The numbered account of a period in one asset; what it says never changes, and the digest proves that it has not. */
export const statementIssued = defineEvent({
  type: 'StatementIssued',
  schemaVersion: 1,
  schema: z.strictObject({
    accountId: z.string(),
    asset: z.string(),
    number: z.number().int(),
    from: z.string(),
    to: z.string(),
    /** Signed minor units in the account's normal side, as text: a balance may be below zero. */
    openingMinor: z.string().regex(/^-?\d+$/).transform(BigInt),
    closingMinor: z.string().regex(/^-?\d+$/).transform(BigInt),
    entries: z.number().int(),
    /** SHA3-256 over the canonical JSON of the entries. */
    digest: z.string(),
  }),
});
