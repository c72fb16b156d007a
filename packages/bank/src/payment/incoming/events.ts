import { defineEvent } from '@finaegis/platform/event-store/event';
import { personalRef } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';
import { minor } from '../terms.ts';

const incoming = { incomingId: z.string() };
/** Where money lies that could not be credited, and the item somebody has to work on. */
const inSuspense = { account: z.string(), journalId: z.string(), workItemId: z.string() };

/** A bank told of money for us: under way, or arrived; nothing is booked by this. */
export const incomingPaymentAnnounced = defineEvent({
  type: 'IncomingPaymentAnnounced',
  schemaVersion: 1,
  schema: z.strictObject({
    ...incoming,
    entity: z.string(),
    bank: z.string(),
    /** The bank's own reference of the entry, unique for ever. */
    entryReference: z.string(),
    asset: z.string(),
    amountMinor: minor,
    /** What was asked for, where somebody asked. */
    expectedMinor: minor.optional(),
    creditorIban: z.string().optional(),
    /** The account the number belongs to, where there is one. */
    accountId: z.string().optional(),
    debtor: z.strictObject({
      name: personalRef.optional(),
      iban: z.string().optional(),
      bic: z.string().optional(),
    }),
    remittance: personalRef.optional(),
    endToEndId: z.string().optional(),
    bookingDate: z.string().optional(),
    valueDate: z.string().optional(),
  }),
});

/** It has arrived, and waits for a person before the customer has it. */
export const incomingPaymentReviewRequested = defineEvent({
  type: 'IncomingPaymentReviewRequested',
  schemaVersion: 1,
  schema: z.strictObject({ ...incoming, reason: z.string(), ...inSuspense }),
});

/** The customer has it. */
export const incomingPaymentCredited = defineEvent({
  type: 'IncomingPaymentCredited',
  schemaVersion: 1,
  schema: z.strictObject({ ...incoming, accountId: z.string(), journalId: z.string() }),
});

/** It has arrived and cannot be credited: it lies in suspense, owned and ageing. */
export const incomingPaymentSuspended = defineEvent({
  type: 'IncomingPaymentSuspended',
  schemaVersion: 1,
  schema: z.strictObject({ ...incoming, reason: z.string(), ...inSuspense }),
});

/** It goes back to whoever sent it, as a payment of its own. */
export const incomingPaymentReturned = defineEvent({
  type: 'IncomingPaymentReturned',
  schemaVersion: 1,
  schema: z.strictObject({ ...incoming, paymentId: z.string(), reason: z.string() }),
});

export const incomingEvents = [
  incomingPaymentAnnounced,
  incomingPaymentReviewRequested,
  incomingPaymentCredited,
  incomingPaymentSuspended,
  incomingPaymentReturned,
] as const;
