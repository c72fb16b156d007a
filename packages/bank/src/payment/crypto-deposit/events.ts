import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';
import { minor } from '../terms.ts';

const deposit = { depositId: z.string() };

/** A customer wants to put money on an account by crypto; nothing is taken by this. */
export const cryptoDepositAnnounced = defineEvent({
  type: 'CryptoDepositAnnounced',
  schemaVersion: 1,
  schema: z.strictObject({
    ...deposit,
    accountId: z.string(),
    entity: z.string(),
    /** As the chart names it: `psp/{provider}`. */
    provider: z.string(),
    asset: z.string(),
    amountMinor: minor,
    /** The saga that is told what becomes of it. */
    waitingSagaId: z.string().optional(),
    expiresAt: z.string(),
  }),
});

/** The provider has a page for it, on which the payer pays. */
export const cryptoCheckoutOpened = defineEvent({
  type: 'CryptoCheckoutOpened',
  schemaVersion: 1,
  schema: z.strictObject({ ...deposit, checkoutId: z.string(), url: z.string().optional() }),
});

/** The payment is on the chain and not final there. */
export const cryptoPaymentDetected = defineEvent({
  type: 'CryptoPaymentDetected',
  schemaVersion: 1,
  schema: z.strictObject(deposit),
});

const arrival = {
  ...deposit,
  checkoutId: z.string(),
  receivedMinor: minor,
  /** What the provider took for it, booked as a cost in the same commit. */
  feeMinor: minor.optional(),
  isLate: z.boolean(),
  journalId: z.string(),
};

/** The payment is final, and the customer has it. */
export const cryptoDepositCredited = defineEvent({
  type: 'CryptoDepositCredited',
  schemaVersion: 1,
  schema: z.strictObject(arrival),
});

/** The payment is final, and what arrived cannot be credited: it lies in suspense, owned and ageing. */
export const cryptoDepositSuspended = defineEvent({
  type: 'CryptoDepositSuspended',
  schemaVersion: 1,
  schema: z.strictObject({
    ...arrival,
    /** What arrived; another asset than was asked for, perhaps. */
    receivedAsset: z.string(),
    reason: z.string(),
    account: z.string(),
    workItemId: z.string(),
  }),
});

/** Nothing was taken: somebody said no, or the chain forgot the payment. */
export const cryptoDepositFailed = defineEvent({
  type: 'CryptoDepositFailed',
  schemaVersion: 1,
  schema: z.strictObject({ ...deposit, reason: z.string() }),
});

/** Nothing was taken, because the payer did not pay in time. */
export const cryptoDepositExpired = defineEvent({
  type: 'CryptoDepositExpired',
  schemaVersion: 1,
  schema: z.strictObject(deposit),
});

/** Money arrived by a checkout that belongs to no deposit of ours; it lies in suspense, owned and ageing. */
export const cryptoReceiptSuspended = defineEvent({
  type: 'CryptoReceiptSuspended',
  schemaVersion: 1,
  schema: z.strictObject({
    receiptId: z.string(),
    provider: z.string(),
    entity: z.string(),
    checkoutId: z.string(),
    asset: z.string(),
    receivedMinor: minor,
    feeMinor: minor.optional(),
    account: z.string(),
    journalId: z.string(),
    workItemId: z.string(),
  }),
});

export const cryptoDepositEvents = [
  cryptoDepositAnnounced,
  cryptoCheckoutOpened,
  cryptoPaymentDetected,
  cryptoDepositCredited,
  cryptoDepositSuspended,
  cryptoDepositFailed,
  cryptoDepositExpired,
] as const;
