import { defineEvent } from '@finaegis/platform/event-store/event';
import { personalRef } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';
import { purposes } from '../purpose.ts';
import { forcedReasons, minor, sides } from '../terms.ts';

const posting = z.strictObject({
  account: z.string(),
  asset: z.string(),
  side: z.enum(sides),
  amountMinor: minor,
  purpose: z.enum(purposes),
});

const capture = z.strictObject({ holdId: z.string(), amountMinor: minor, isFinal: z.boolean() });

/** One debit or credit of a journal. */
export type JournalPosting = z.output<typeof posting>;
/** The use a journal makes of a hold. */
export type JournalCapture = z.output<typeof capture>;

/** A balanced set of postings. It is one event and is never changed; what was wrong is reversed by another. */
export const journalPosted = defineEvent({
  type: 'JournalPosted',
  schemaVersion: 1,
  schema: z.strictObject({
    journalId: z.string(),
    entity: z.string(),
    kind: z.string(),
    reference: z.string(),
    bookingDate: z.string(),
    valueDate: z.string(),
    postings: z.array(posting).readonly(),
    captures: z.array(capture).readonly(),
    /** Announcements of which this is the money. */
    fulfils: z.array(z.string()).readonly().optional(),
    reverses: z.string().optional(),
    quoteId: z.string().optional(),
    forced: z.enum(forcedReasons).optional(),
    endToEndId: z.string().optional(),
    description: personalRef.optional(),
    metadata: z.record(z.string(), z.string()).optional(),
  }),
});

/** Part or all of this journal was mirrored by another; it carries no money itself and exists so that the remainder is decided on this stream. */
export const journalReversed = defineEvent({
  type: 'JournalReversed',
  schemaVersion: 1,
  schema: z.strictObject({
    journalId: z.string(),
    by: z.string(),
    lines: z.array(z.strictObject({ index: z.number(), amountMinor: minor })).readonly(),
  }),
});
