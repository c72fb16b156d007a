import { amountSchema, instant, isoDate, text, uuid } from '@finaegis/platform/http/amount';
import { type FieldError, ProblemError } from '@finaegis/platform/http/problem';
import { z } from 'zod';
import { bankDay, isBankDay } from '../entity-on-wire.ts';
import { purposes } from '../purpose.ts';
import { forcedReasons, sides } from '../terms.ts';

/** An instant of bookings, with milliseconds however it was written, so that instants compare as texts. */
export const moment = instant.refine((at) => isBankDay(at.slice(0, 10)), 'must be between 1900 and 2199');

/** The one spelling of an instant. */
export const exactly = (at: string): string => new Date(at).toISOString();

/** Id of an account: a UUID for a customer's, `main:nostro/ing` for one of the house. */
export const accountId = text(100).meta({
  id: 'LedgerAccountId',
  description: 'A UUID for a customer’s account, `entity:place/in/chart` for one of the house.',
  examples: ['main:nostro/ing'],
});

/** An end-to-end id travels unchanged from payer to payee (ISO 20022 Max35Text). */
export const endToEndId = text(35).describe('Kept from payer to payee.');

/** Free text of a payment (ISO 20022 Max140Text); kept as personal data of the account it is taken from. */
export const description = text(140).describe('Free text; erased with the personal data of the account that pays.');

/** Your own id, unique for ever: asked again with the same content, the answer is as the first time. */
export const ownId = uuid.optional().describe('Your own id, unique for ever; one is made when absent.');

/** What a scheme may oblige the bank to post. */
export const forcedReason = z.enum(forcedReasons);

/** One debit or credit as it is sent. */
export const postingBody = z.strictObject({
  account: accountId,
  side: z.enum(sides),
  amount: amountSchema,
  purpose: z.enum(purposes).default('principal'),
});

const line = z.int().min(0).max(499);

/** A value date that staff may set. */
export const ownValueDate = bankDay
  .optional()
  .describe('Counts for interest; the booking date when absent. Only staff may say another.');

/** A journal as it is answered. */
export const journalResource = z
  .object({
    journalId: uuid,
    status: z.enum(['posted', 'partially_reversed', 'reversed']),
    entity: z.string(),
    kind: z.string(),
    reference: z.string().describe('At most 35 capitals and digits; travels through every rail.'),
    bookingDate: isoDate,
    valueDate: isoDate,
    bookedAt: instant,
    postings: z.array(
      z.object({
        line: line.describe(
          'Place in the journal, from 0; a customer is shown only lines of accounts it may see, and whom they are with.',
        ),
        account: z.string(),
        side: z.enum(sides),
        amount: amountSchema,
        purpose: z.enum(purposes),
      }),
    ),
    captures: z
      .array(z.object({ holdId: uuid, amount: amountSchema, isFinal: z.boolean() }))
      .describe('Holds it used.'),
    fulfils: z.array(uuid).optional().describe('Announcements of which this is the money; told to staff.'),
    reverses: uuid.optional(),
    reversedBy: z.array(z.object({ journalId: uuid, lines: z.array(z.object({ line, amount: amountSchema })) })),
    quoteId: uuid.optional(),
    forced: forcedReason.optional(),
    endToEndId: z.string().optional(),
    description: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: 'Journal', description: 'A balanced set of postings; never changed, only reversed.' });

/** A hold as it is answered. */
export const holdResource = z
  .object({
    holdId: uuid,
    account: z.string(),
    status: z.enum(['active', 'captured', 'voided', 'expired']),
    amount: amountSchema,
    captured: amountSchema,
    remaining: amountSchema.describe('Still reserved.'),
    placedAt: instant,
    expiresAt: instant.optional(),
    description: z.string().optional(),
    journals: z.array(uuid).optional().describe('Journals that captured it; not in lists.'),
  })
  .meta({ id: 'Hold', description: 'A reservation: it lowers what is available and posts nothing.' });

/** An announcement as it is answered. */
export const incomingResource = z
  .object({
    announcementId: uuid,
    account: z.string(),
    status: z.enum(['open', 'withdrawn', 'fulfilled']),
    amount: amountSchema,
    announcedAt: instant,
    expectedOn: isoDate.optional(),
    reference: z.string().optional(),
    journalId: uuid.optional().describe('The journal that booked the money.'),
  })
  .meta({
    id: 'Incoming',
    description: 'Money said to be on its way: shown as `heldIn`, never spendable, never posted.',
  });

/** A quote as it is answered. */
export const quoteResource = z
  .object({
    quoteId: uuid,
    status: z.enum(['open', 'used']),
    entity: z.string(),
    sell: amountSchema,
    buy: amountSchema,
    midRate: z.string(),
    customerRate: z.string().describe('Units bought for one unit sold.'),
    rateSource: z.string(),
    rateDate: isoDate,
    issuedAt: instant,
    expiresAt: instant,
    journalId: uuid.optional().describe('The conversion that used it.'),
  })
  .meta({ id: 'Quote', description: 'A bound price: used once, before it expires.' });

/** A field that only holders of another scope than the route's may send. */
export const scopeMissing = (permission: string, field: string): ProblemError =>
  new ProblemError('permission_missing', {
    facts: { permission },
    errors: [{ field, code: 'permission_missing', message: `must not be sent without the scope ${permission}` }],
  });

/** One wrong field, as the problem it is answered with. */
export const fieldProblem = (error: FieldError): ProblemError =>
  new ProblemError('validation_failed', { errors: [error] });
