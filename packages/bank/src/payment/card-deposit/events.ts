import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';
import { minor } from '../terms.ts';

const deposit = { depositId: z.string() };

/** A customer wants to put money on an account by card; nothing is taken by this. */
export const cardDepositAnnounced = defineEvent({
  type: 'CardDepositAnnounced',
  schemaVersion: 1,
  schema: z.strictObject({
    ...deposit,
    accountId: z.string(),
    entity: z.string(),
    /** As the chart names it: `psp/{provider}`. */
    provider: z.string(),
    asset: z.string(),
    amountMinor: minor,
    /** The provider's token of a card, which says nothing of the card. */
    paymentMethod: z.string().optional(),
    saveMethod: z.boolean(),
    /** The saga that is told what becomes of it. */
    waitingSagaId: z.string().optional(),
    expiresAt: z.string(),
  }),
});

/** The provider has it, and waits for the payer or his bank. */
export const cardActionRequested = defineEvent({
  type: 'CardActionRequested',
  schemaVersion: 1,
  schema: z.strictObject({ ...deposit, intentId: z.string() }),
});

/** The payer's bank has paid, and the customer has it. */
export const cardDepositCredited = defineEvent({
  type: 'CardDepositCredited',
  schemaVersion: 1,
  schema: z.strictObject({ ...deposit, intentId: z.string(), receivedMinor: minor, journalId: z.string() }),
});

/** The payer's bank has paid, and what arrived cannot be credited: it lies in suspense, owned and ageing. */
export const cardDepositSuspended = defineEvent({
  type: 'CardDepositSuspended',
  schemaVersion: 1,
  schema: z.strictObject({
    ...deposit,
    intentId: z.string(),
    receivedMinor: minor,
    reason: z.string(),
    account: z.string(),
    journalId: z.string(),
    workItemId: z.string(),
  }),
});

/** What the provider took for it. */
export const cardDepositFeeBooked = defineEvent({
  type: 'CardDepositFeeBooked',
  schemaVersion: 1,
  schema: z.strictObject({ ...deposit, feeMinor: minor, journalId: z.string() }),
});

/** Nothing was taken, because somebody said no. */
export const cardDepositFailed = defineEvent({
  type: 'CardDepositFailed',
  schemaVersion: 1,
  schema: z.strictObject({ ...deposit, reason: z.string() }),
});

/** Nothing was taken, because the payer did not come back. */
export const cardDepositExpired = defineEvent({
  type: 'CardDepositExpired',
  schemaVersion: 1,
  schema: z.strictObject(deposit),
});

/** Under which name the provider keeps the cards of an account. */
export const cardPayerRegistered = defineEvent({
  type: 'CardPayerRegistered',
  schemaVersion: 1,
  schema: z.strictObject({ accountId: z.string(), provider: z.string(), payer: z.string() }),
});

export const cardDepositEvents = [
  cardDepositAnnounced,
  cardActionRequested,
  cardDepositCredited,
  cardDepositSuspended,
  cardDepositFeeBooked,
  cardDepositFailed,
  cardDepositExpired,
] as const;
