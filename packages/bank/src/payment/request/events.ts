import { defineEvent } from '@finaegis/platform/event-store/event';
import { personalRef } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';
import { minor } from '../terms.ts';

const request = { requestId: z.string() };

/** Somebody asks another party of the tenant for money; nothing is booked. */
export const paymentRequested = defineEvent({
  type: 'PaymentRequested',
  schemaVersion: 1,
  schema: z.strictObject({
    ...request,
    payeeAccountId: z.string(),
    payerPartyId: z.string(),
    asset: z.string(),
    amountMinor: minor,
    /** What it is for, as the payee says; personal data of the payee's account. */
    note: personalRef.optional(),
    expiresAt: z.string(),
  }),
});

/** The payer paid, in this commit. */
export const paymentRequestPaid = defineEvent({
  type: 'PaymentRequestPaid',
  schemaVersion: 1,
  schema: z.strictObject({ ...request, payerAccountId: z.string(), journalId: z.string() }),
});

/** The payer said no, or the payee thought better of it. */
export const paymentRequestDeclined = defineEvent({
  type: 'PaymentRequestDeclined',
  schemaVersion: 1,
  schema: z.strictObject({ ...request, by: z.enum(['payer', 'payee']) }),
});

/** Its time was over before anybody decided. */
export const paymentRequestExpired = defineEvent({
  type: 'PaymentRequestExpired',
  schemaVersion: 1,
  schema: z.strictObject(request),
});

/** All events of a request. */
export const requestEvents = [
  paymentRequested,
  paymentRequestPaid,
  paymentRequestDeclined,
  paymentRequestExpired,
] as const;
