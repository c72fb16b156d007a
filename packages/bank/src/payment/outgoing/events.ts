import { defineEvent } from '@finaegis/platform/event-store/event';
import { personalRef } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';
import { payeeMatches } from '../ports.ts';
import { minor } from '../terms.ts';

const payment = { paymentId: z.string() };

/** A payment was asked for; nothing is booked. */
export const paymentCreated = defineEvent({
  type: 'PaymentCreated',
  schemaVersion: 1,
  schema: z.strictObject({
    ...payment,
    reference: z.string(),
    entity: z.string(),
    /** The customer's account, or the house account of the suspense that money goes back from. */
    debtorAccountId: z.string(),
    asset: z.string(),
    amountMinor: minor,
    feeMinor: minor,
    creditor: z.strictObject({
      name: personalRef,
      iban: z.string().optional(),
      account: z.string().optional(),
      bic: z.string().optional(),
      address: personalRef.optional(),
      /** An account of this tenant: the payment is one journal and touches no rail. */
      accountId: z.string().optional(),
    }),
    remittance: personalRef.optional(),
    endToEndId: z.string(),
    requestedExecutionDate: z.string().optional(),
    executionDate: z.string(),
    rail: z.string(),
    /** Absent for the rail `internal`. */
    bank: z.string().optional(),
    payeeMatch: z.enum(payeeMatches).optional(),
    /** The payment in that this one sends back. */
    returnOf: z.string().optional(),
  }),
});

/** A check wants a person to look at it first. */
export const paymentReviewRequested = defineEvent({
  type: 'PaymentReviewRequested',
  schemaVersion: 1,
  schema: z.strictObject({ ...payment, reason: z.string() }),
});

/** It may be booked. */
export const paymentAuthorised = defineEvent({
  type: 'PaymentAuthorised',
  schemaVersion: 1,
  schema: z.strictObject({ ...payment, reviewedBy: z.string().optional() }),
});

/** The customer has paid: the money lies in clearing, the fee in income. */
export const paymentFunded = defineEvent({
  type: 'PaymentFunded',
  schemaVersion: 1,
  schema: z.strictObject({ ...payment, journalId: z.string() }),
});

/** It goes to the bank from here on, so that nobody here can cancel it any more. */
export const paymentSubmitted = defineEvent({
  type: 'PaymentSubmitted',
  schemaVersion: 1,
  schema: z.strictObject(payment),
});

/** Nobody here knows whether the bank has it; the bank is asked. */
export const paymentOutcomeLost = defineEvent({
  type: 'PaymentOutcomeLost',
  schemaVersion: 1,
  schema: z.strictObject(payment),
});

/** The bank paid it out of our nostro, or, within the tenant, the creditor has it. */
export const paymentSettled = defineEvent({
  type: 'PaymentSettled',
  schemaVersion: 1,
  schema: z.strictObject({ ...payment, journalId: z.string(), bankReference: z.string().optional() }),
});

/** The rail sent the money back after it had been paid. */
export const paymentReturned = defineEvent({
  type: 'PaymentReturned',
  schemaVersion: 1,
  schema: z.strictObject({
    ...payment,
    reason: z.string(),
    amountMinor: minor,
    /** The bank's reference of the entry that brought it. */
    entryReference: z.string(),
    /** The bank told of the return without its entry, and `entryReference` is what it calls the payment. */
    awaitsEntry: z.literal(true).optional(),
    journalIds: z.array(z.string()).readonly(),
    creditedTo: z.string(),
  }),
});

/** The entry of a return that was told of without one: another entry is other money. */
export const paymentReturnIdentified = defineEvent({
  type: 'PaymentReturnIdentified',
  schemaVersion: 1,
  schema: z.strictObject({ ...payment, entryReference: z.string() }),
});

/** It will not be paid: a check, a person, our ledger or the bank said no. What had been booked is taken back in the same commit. */
export const paymentRejected = defineEvent({
  type: 'PaymentRejected',
  schemaVersion: 1,
  schema: z.strictObject({
    ...payment,
    reason: z.string(),
    reviewedBy: z.string().optional(),
    journalId: z.string().optional(),
    creditedTo: z.string().optional(),
  }),
});

/** The customer, or the bank for him, thought better of it in time. */
export const paymentCancelled = defineEvent({
  type: 'PaymentCancelled',
  schemaVersion: 1,
  schema: z.strictObject({ ...payment, journalId: z.string().optional(), creditedTo: z.string().optional() }),
});

/** All of them, in the order of a payment's life. */
export const outgoingEvents = [
  paymentCreated,
  paymentReviewRequested,
  paymentAuthorised,
  paymentFunded,
  paymentSubmitted,
  paymentOutcomeLost,
  paymentSettled,
  paymentReturned,
  paymentReturnIdentified,
  paymentRejected,
  paymentCancelled,
] as const;
