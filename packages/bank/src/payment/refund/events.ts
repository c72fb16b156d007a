import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';
import { minor } from '../terms.ts';

/** Why money goes back, as a closed list: the last three are our own errors. */
export const refundReasons = [
  'requested_by_customer',
  'order_cancelled',
  'fraudulent',
  'other',
  'duplicate_payment',
  'payment_error',
  'system_error',
] as const;
export type RefundReason = (typeof refundReasons)[number];

/** The way money came, which is the way it goes back. */
export const refundWays = ['card', 'bank', 'crypto'] as const;
export type RefundWay = (typeof refundWays)[number];

const refund = { refundId: z.string() };

/** Somebody wants a payment, or a part of it, to go back to its payer. */
export const refundRequested = defineEvent({
  type: 'RefundRequested',
  schemaVersion: 1,
  schema: z.strictObject({
    ...refund,
    paymentId: z.string(),
    way: z.enum(refundWays),
    /** The account that gives it back. */
    accountId: z.string(),
    entity: z.string(),
    /** Where it leaves us in the chart: `psp/stripe`, `nostro/ing`. */
    leavesBy: z.string(),
    asset: z.string(),
    amountMinor: minor,
    reason: z.enum(refundReasons),
    /** The instant before which it is not sent. */
    notBefore: z.string().optional(),
    /** The address that the payer confirmed; for crypto only. */
    address: z.string().optional(),
    /** What the account is charged for it; absent where nothing. */
    feeMinor: minor.optional(),
  }),
});

/** It may go: `policy`, or another person than who asked for it. */
export const refundApproved = defineEvent({
  type: 'RefundApproved',
  schemaVersion: 1,
  schema: z.strictObject({ ...refund, approvedBy: z.string() }),
});

export const refundRejected = defineEvent({
  type: 'RefundRejected',
  schemaVersion: 1,
  schema: z.strictObject({ ...refund, reason: z.string() }),
});

/** The account has given it: it is in flight. */
export const refundFunded = defineEvent({
  type: 'RefundFunded',
  schemaVersion: 1,
  schema: z.strictObject({ ...refund, journalId: z.string() }),
});

/** From here on the provider may have it. */
export const refundSubmitted = defineEvent({
  type: 'RefundSubmitted',
  schemaVersion: 1,
  schema: z.strictObject(refund),
});

/** The provider says that it has gone; it can still come back. */
export const refundCompleted = defineEvent({
  type: 'RefundCompleted',
  schemaVersion: 1,
  schema: z.strictObject({ ...refund, journalId: z.string(), reference: z.string() }),
});

/** It came back after it had gone. */
export const refundReturned = defineEvent({
  type: 'RefundReturned',
  schemaVersion: 1,
  schema: z.strictObject({
    ...refund,
    reason: z.string(),
    journalIds: z.array(z.string()).readonly(),
    creditedTo: z.string(),
  }),
});

/** It never went; what the account had given is back. */
export const refundFailed = defineEvent({
  type: 'RefundFailed',
  schemaVersion: 1,
  schema: z.strictObject({
    ...refund,
    reason: z.string(),
    /** Absent where nothing had been given. */
    journalId: z.string().optional(),
    creditedTo: z.string().optional(),
  }),
});

export const refundCancelled = defineEvent({
  type: 'RefundCancelled',
  schemaVersion: 1,
  schema: z.strictObject(refund),
});

export const refundEvents = [
  refundRequested,
  refundApproved,
  refundRejected,
  refundFunded,
  refundSubmitted,
  refundCompleted,
  refundReturned,
  refundFailed,
  refundCancelled,
] as const;

/** How refunds of an entity are approved and charged from an instant on. */
export const refundPolicySet = defineEvent({
  type: 'RefundPolicySet',
  schemaVersion: 1,
  schema: z.strictObject({
    entity: z.string(),
    effectiveFrom: z.string(),
    limits: z.array(z.strictObject({ asset: z.string(), amountMinor: minor })).readonly(),
    withinDays: z.number(),
    reasons: z.array(z.enum(refundReasons)).readonly(),
    fees: z.array(z.strictObject({ asset: z.string(), fixedMinor: minor, basisPoints: z.number() })).readonly(),
    freeReasons: z.array(z.enum(refundReasons)).readonly(),
  }),
});

/** Something takes a part of what may still go back of a payment. */
export const remainderTaken = defineEvent({
  type: 'RemainderTaken',
  schemaVersion: 1,
  schema: z.strictObject({
    paymentId: z.string(),
    /** `refund:…` or `dispute:…` */
    taker: z.string(),
    amountMinor: minor,
  }),
});

/** It was not needed after all. */
export const remainderReleased = defineEvent({
  type: 'RemainderReleased',
  schemaVersion: 1,
  schema: z.strictObject({ paymentId: z.string(), taker: z.string(), amountMinor: minor }),
});
