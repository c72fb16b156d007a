import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

/** Kinds of difference between a bank's statement and our nostro account. */
export const breakKinds = ['missing_here', 'missing_there', 'amount_differs'] as const;
const difference = z
  .string()
  .regex(/^-?\d{1,38}$/)
  .transform(BigInt);

/** A difference was found. Nothing is corrected by finding it. */
export const breakFound = defineEvent({
  type: 'BreakFound',
  schemaVersion: 1,
  schema: z.strictObject({
    breakId: z.string(),
    bank: z.string(),
    asset: z.string(),
    date: z.string(),
    /** Our nostro account. */
    account: z.string(),
    kind: z.enum(breakKinds),
    /** What the bank says minus what we say. */
    differenceMinor: difference,
    entryId: z.string().optional(),
    journalId: z.string().optional(),
    /** Which posting of the journal. */
    line: z.number().int().optional(),
    endToEndId: z.string().optional(),
    reference: z.string().optional(),
  }),
});

/** A comparison, `on` that day's statement, found the other side. */
export const breakMatched = defineEvent({
  type: 'BreakMatched',
  schemaVersion: 1,
  schema: z.strictObject({ breakId: z.string(), on: z.string() }),
});

/** A person found that it is the other side of others: taken together they make no difference, and nothing is to be booked. */
export const breakExplained = defineEvent({
  type: 'BreakExplained',
  schemaVersion: 1,
  schema: z.strictObject({
    breakId: z.string(),
    reason: z.string(),
    by: z.string(),
    offsetBy: z.array(z.string()).readonly().optional(),
  }),
});

/** A person proposes what to book; another decides. */
export const breakCorrectionProposed = defineEvent({
  type: 'BreakCorrectionProposed',
  schemaVersion: 1,
  schema: z.strictObject({
    breakId: z.string(),
    outcome: z.enum(['corrected', 'written_off']),
    /** House account the difference is booked against. */
    against: z.string(),
    reason: z.string(),
    by: z.string(),
  }),
});

/** The other person said no; the break is as open as before. */
export const breakCorrectionRejected = defineEvent({
  type: 'BreakCorrectionRejected',
  schemaVersion: 1,
  schema: z.strictObject({ breakId: z.string(), reason: z.string(), by: z.string() }),
});

/** Approved and booked in the same commit: our side now says what the bank says. */
export const breakCorrected = defineEvent({
  type: 'BreakCorrected',
  schemaVersion: 1,
  schema: z.strictObject({ breakId: z.string(), journalId: z.string(), by: z.string() }),
});

/** Approved and booked against a loss in the same commit. */
export const breakWrittenOff = defineEvent({
  type: 'BreakWrittenOff',
  schemaVersion: 1,
  schema: z.strictObject({ breakId: z.string(), journalId: z.string(), by: z.string() }),
});
