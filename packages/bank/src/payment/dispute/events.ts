import { defineEvent } from '@finaegis/platform/event-store/event';
import { personalRef } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';
import { minor } from '../terms.ts';

const dispute = { disputeId: z.string() };
const bookedBy = { journalId: z.string() };

/** The payer's bank opened a case; nothing is booked by this. */
export const disputeOpened = defineEvent({
  type: 'DisputeOpened',
  schemaVersion: 1,
  schema: z.strictObject({
    ...dispute,
    provider: z.string(),
    /** The provider's own name of it. */
    caseId: z.string(),
    /** The card deposit it is about. */
    paymentId: z.string(),
    accountId: z.string(),
    entity: z.string(),
    asset: z.string(),
    amountMinor: minor,
    reason: z.string(),
    workItemId: z.string(),
  }),
});

/** The provider took the amount, and its fee, from our balance; as much of it as is there is held on the account. */
export const disputeFundsWithdrawn = defineEvent({
  type: 'DisputeFundsWithdrawn',
  schemaVersion: 1,
  schema: z.strictObject({
    ...dispute,
    amountMinor: minor,
    feeMinor: minor,
    heldMinor: minor,
    journalIds: z.array(z.string()).readonly(),
    /** Absent where there was nothing to hold. */
    holdId: z.string().optional(),
  }),
});

/** Evidence is asked for, until then. */
export const disputeEvidenceRequested = defineEvent({
  type: 'DisputeEvidenceRequested',
  schemaVersion: 1,
  schema: z.strictObject({ ...dispute, dueAt: z.string().optional() }),
});

/** Somebody answers the case with evidence, or gives in; the provider is told next. */
export const disputeAnswered = defineEvent({
  type: 'DisputeAnswered',
  schemaVersion: 1,
  schema: z.strictObject({
    ...dispute,
    answer: z.enum(['evidence', 'accept']),
    /** The evidence as JSON, by the provider's names of its parts. */
    evidence: personalRef.optional(),
  }),
});

export const disputeEvidenceSubmitted = defineEvent({
  type: 'DisputeEvidenceSubmitted',
  schemaVersion: 1,
  schema: z.strictObject(dispute),
});

/** What had been answered did not reach the case: it can be answered again. */
export const disputeAnswerRefused = defineEvent({
  type: 'DisputeAnswerRefused',
  schemaVersion: 1,
  schema: z.strictObject({ ...dispute, code: z.string() }),
});

export const disputeWon = defineEvent({
  type: 'DisputeWon',
  schemaVersion: 1,
  schema: z.strictObject({ ...dispute, journalId: z.string().optional() }),
});

/** The payer's bank keeps it: the account has paid, below zero where it must. */
export const disputeLost = defineEvent({
  type: 'DisputeLost',
  schemaVersion: 1,
  schema: z.strictObject({ ...dispute, journalId: z.string().optional(), debitedTo: z.string().optional() }),
});

/** The same, because we gave in. */
export const disputeAccepted = defineEvent({
  type: 'DisputeAccepted',
  schemaVersion: 1,
  schema: z.strictObject({ ...dispute, journalId: z.string().optional(), debitedTo: z.string().optional() }),
});

/** The deadline for evidence comes near, and nobody has answered. */
export const disputeDeadlineApproached = defineEvent({
  type: 'DisputeDeadlineApproached',
  schemaVersion: 1,
  schema: z.strictObject({ ...dispute, dueAt: z.string(), reminder: z.number() }),
});

/** Somebody would give up what the account owes of it; another person decides. */
export const disputeWriteOffProposed = defineEvent({
  type: 'DisputeWriteOffProposed',
  schemaVersion: 1,
  schema: z.strictObject({ ...dispute, amountMinor: minor, proposedBy: z.string() }),
});

/** What the account owes of it is given up. */
export const disputeWrittenOff = defineEvent({
  type: 'DisputeWrittenOff',
  schemaVersion: 1,
  schema: z.strictObject({ ...dispute, ...bookedBy, amountMinor: minor }),
});

export const disputeEvents = [
  disputeOpened,
  disputeFundsWithdrawn,
  disputeEvidenceRequested,
  disputeAnswered,
  disputeEvidenceSubmitted,
  disputeAnswerRefused,
  disputeWon,
  disputeLost,
  disputeAccepted,
  disputeDeadlineApproached,
  disputeWriteOffProposed,
  disputeWrittenOff,
] as const;
