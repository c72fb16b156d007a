import { z } from 'zod';
import { defineEvent } from '../../event-store/event.ts';
import { personalRef } from '../../event-store/personal-ref.ts';

/** Who asked: the principal, and the person behind it where there is one. */
export const makerSchema = z.strictObject({
  principalId: z.string(),
  userId: z.string().optional(),
  actingFor: z.string().optional(),
});

/** A command waits for a second person. What was asked and what it would have come to lie sealed outside the log. */
export const approvalRequested = defineEvent({
  type: 'ApprovalRequested',
  schemaVersion: 1,
  schema: z.strictObject({
    approvalId: z.string(),
    command: z.string(),
    operationId: z.string(),
    permission: z.string(),
    maker: makerSchema,
    asked: personalRef,
    expiresAt: z.string(),
  }),
});

/** A second person agreed, and the command was carried out in this very commit. */
export const approvalExecuted = defineEvent({
  type: 'ApprovalExecuted',
  schemaVersion: 1,
  schema: z.strictObject({ approvalId: z.string(), approver: z.string() }),
});

/** A second person agreed, and the command was refused by then. */
export const approvalFailed = defineEvent({
  type: 'ApprovalFailed',
  schemaVersion: 1,
  schema: z.strictObject({ approvalId: z.string(), approver: z.string(), refusal: z.string() }),
});

/** Somebody, the maker perhaps, decided that it is not to be. */
export const approvalRejected = defineEvent({
  type: 'ApprovalRejected',
  schemaVersion: 1,
  schema: z.strictObject({ approvalId: z.string(), by: z.string(), reason: z.string() }),
});

/** Every event of an approval's stream. */
export const approvalEvents = [approvalRequested, approvalExecuted, approvalFailed, approvalRejected] as const;
