import { defineEvent } from '@finaegis/platform/event-store/event';
import { personalRef } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';
import { minor } from '../terms.ts';

/** How a file is executed: every line for itself, or all lines debited as one journal or none of them. */
export const bulkModes = ['best_effort', 'all_or_none'] as const;

const bulk = { bulkId: z.string() };
const batch = { ...bulk, batchId: z.string() };

/** A file was taken on; its lines lie in batches that were written before it. */
export const bulkPaymentTaken = defineEvent({
  type: 'BulkPaymentTaken',
  schemaVersion: 1,
  schema: z.strictObject({
    ...bulk,
    messageId: z.string(),
    /** SHA-256 of the bytes: the same message with other bytes is another file. */
    digest: z.string(),
    /** The message it came as, or `json`. */
    source: z.string(),
    mode: z.enum(bulkModes),
    entity: z.string(),
    executionDate: z.string(),
    lineCount: z.number(),
    batchCount: z.number(),
    /** What the readable lines ask for, for each account that pays. */
    totals: z
      .array(
        z.strictObject({
          /** Absent for a run of standing orders, whose lines have a payer each. */
          debtorAccountId: z.string().optional(),
          asset: z.string(),
          amountMinor: minor,
          count: z.number(),
        }),
      )
      .readonly(),
  }),
});

/** The whole file was debited as one journal. */
export const bulkPaymentFunded = defineEvent({
  type: 'BulkPaymentFunded',
  schemaVersion: 1,
  schema: z.strictObject({ ...bulk, journalId: z.string() }),
});

/** None of it will be paid. */
export const bulkPaymentRejected = defineEvent({
  type: 'BulkPaymentRejected',
  schemaVersion: 1,
  schema: z.strictObject({ ...bulk, reason: z.string() }),
});

/** Every line has ended one way or another; a settled one can still come back. */
export const bulkPaymentEnded = defineEvent({
  type: 'BulkPaymentEnded',
  schemaVersion: 1,
  schema: z.strictObject({ ...bulk, settled: z.number(), returned: z.number(), rejected: z.number() }),
});

/** All events of a file. */
export const bulkEvents = [bulkPaymentTaken, bulkPaymentFunded, bulkPaymentRejected, bulkPaymentEnded] as const;

/** Some lines of a file, all of one account that pays, or of standing orders. Names and texts of a file's lines are one personal value. */
export const bulkLinesTaken = defineEvent({
  type: 'BulkLinesTaken',
  schemaVersion: 1,
  schema: z.strictObject({
    ...batch,
    number: z.number(),
    paymentInfoId: z.string(),
    /** Who pays, of lines that do not say so themselves. */
    debtorAccountId: z.string(),
    entity: z.string(),
    /** Names and texts of lines that have none of their own. */
    texts: personalRef.optional(),
    lines: z
      .array(
        z.strictObject({
          line: z.number(),
          /** Line of the file's text where it begins. */
          at: z.number(),
          endToEndId: z.string(),
          instructionId: z.string().optional(),
          uetr: z.string().optional(),
          asset: z.string(),
          amountMinor: minor,
          iban: z.string().optional(),
          account: z.string().optional(),
          bic: z.string().optional(),
          /** Of a standing order: the order, the day it is due, who pays, and the texts as the order has them. */
          order: z
            .strictObject({
              orderId: z.string(),
              dueOn: z.string(),
              debtorAccountId: z.string(),
              name: personalRef.optional(),
              remittance: personalRef.optional(),
            })
            .optional(),
          /** Why it cannot be paid, and at which element. */
          problem: z.strictObject({ code: z.string(), path: z.string() }).optional(),
        }),
      )
      .readonly(),
  }),
});

/** Why a person has to look at a line before it is paid. */
const review = z.string().optional();

/** Every line was checked and knows its way, or was refused. */
export const bulkLinesChecked = defineEvent({
  type: 'BulkLinesChecked',
  schemaVersion: 1,
  schema: z.strictObject({
    ...batch,
    lines: z
      .array(
        z.union([
          z.strictObject({
            line: z.number(),
            kind: z.literal('internal'),
            accountId: z.string(),
            feeMinor: minor,
            review,
          }),
          z.strictObject({
            line: z.number(),
            kind: z.literal('rail'),
            bank: z.string(),
            rail: z.string(),
            executionDate: z.string(),
            feeMinor: minor,
            review,
          }),
          z.strictObject({ line: z.number(), kind: z.literal('rejected'), reason: z.string() }),
        ]),
      )
      .readonly(),
  }),
});

/** What the account could pay was debited and lies in clearing; the rest was refused. */
export const bulkLinesFunded = defineEvent({
  type: 'BulkLinesFunded',
  schemaVersion: 1,
  schema: z.strictObject({
    ...batch,
    journalIds: z.array(z.string()).readonly(),
    rejected: z.array(z.strictObject({ line: z.number(), reason: z.string() })).readonly(),
    /** Of the lines that a person had let go: those that were debited now. */
    reviewed: z.array(z.number()).readonly().optional(),
  }),
});

/** A person let a line go that waited in review, or did not; nobody decided in time where nobody is named. */
export const bulkLineReviewed = defineEvent({
  type: 'BulkLineReviewed',
  schemaVersion: 1,
  schema: z.strictObject({
    ...batch,
    line: z.number(),
    decision: z.enum(['approved', 'rejected']),
    reason: z.string().optional(),
    reviewedBy: z.string().optional(),
  }),
});

/** From here on the banks may have the lines: each is asked about before it is sent again. */
export const bulkLinesSubmitted = defineEvent({
  type: 'BulkLinesSubmitted',
  schemaVersion: 1,
  schema: z.strictObject({
    ...batch,
    /** Of the lines that a person had let go: those that were debited with the whole file. */
    approved: z.array(z.number()).readonly().optional(),
  }),
});

/** Lines that were paid, or whose money went back to the payer. */
export const bulkLinesConcluded = defineEvent({
  type: 'BulkLinesConcluded',
  schemaVersion: 1,
  schema: z.strictObject({
    ...batch,
    lines: z
      .array(
        z.strictObject({
          line: z.number(),
          status: z.enum(['settled', 'returned']),
          reason: z.string().optional(),
          bankReference: z.string().optional(),
          /** What came back, where it is less than was paid. */
          returnedMinor: minor.optional(),
        }),
      )
      .readonly(),
  }),
});

/** All events of a batch of lines. */
export const bulkBatchEvents = [
  bulkLinesTaken,
  bulkLinesChecked,
  bulkLineReviewed,
  bulkLinesFunded,
  bulkLinesSubmitted,
  bulkLinesConcluded,
] as const;
