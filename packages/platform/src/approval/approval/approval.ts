import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { z } from 'zod';
import { defineAggregate } from '../../event-store/aggregate.ts';
import type { NewEvent } from '../../event-store/event.ts';
import { referenceTo, sealedText } from '../../event-store/sealed-text.ts';
import { approvalEvents, makerSchema } from './events.ts';

/** What a decision needs to know of an approval. */
export type Approval =
  | { readonly status: 'absent' }
  | {
      readonly status: 'pending' | 'executed' | 'failed' | 'rejected';
      readonly maker: z.output<typeof makerSchema>;
      readonly commitment: string;
      readonly expiresAt: string;
    };

/** Why a decision about an approval is refused, in order of precedence. */
export type ApprovalRefusal =
  | { readonly code: 'approval_unknown'; readonly approvalId: string }
  | { readonly code: 'approval_is_decided'; readonly approvalId: string; readonly status: Approval['status'] }
  | { readonly code: 'approver_not_a_person' }
  | { readonly code: 'maker_cannot_check' }
  | { readonly code: 'approval_expired'; readonly expiresAt: string; readonly now: string };

/** Who decides: the principal, and the person behind it where there is one. */
export interface Checker {
  readonly principalId: string;
  readonly userId?: string | undefined;
}

export const requestApprovalSchema = z.strictObject({
  approvalId: z.uuid(),
  command: z.string(),
  operationId: z.string(),
  permission: z.string(),
  maker: makerSchema,
  asked: sealedText,
  validForSeconds: z.number().int(),
});
export const rejectApprovalSchema = z.strictObject({
  approvalId: z.uuid(),
  by: z.string(),
  reason: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
});
export type RequestApproval = z.output<typeof requestApprovalSchema>;
export type RejectApproval = z.output<typeof rejectApprovalSchema>;

/** An approval's life, one stream each. */
export const approvalAggregate = defineAggregate({
  context: 'approval',
  name: 'approval',
  initial: { status: 'absent' } as Approval,
  events: approvalEvents,
  evolve: (state, event): Approval => {
    switch (event.type) {
      case 'ApprovalRequested': {
        const { maker, asked, expiresAt } = event.data;
        return { status: 'pending', maker, commitment: asked.commitment, expiresAt };
      }
      case 'ApprovalExecuted':
        return { ...requested(state), status: 'executed' };
      case 'ApprovalFailed':
        return { ...requested(state), status: 'failed' };
      case 'ApprovalRejected':
        return { ...requested(state), status: 'rejected' };
      default:
        return unreachable(event);
    }
  },
});

const requested = (state: Approval): Exclude<Approval, { status: 'absent' }> => {
  if (state.status === 'absent') throw new Error('An approval nobody asked for cannot be decided.');
  return state;
};

type Outcome = Decision<NewEvent, ApprovalRefusal>;

/** Puts a command aside for a second person. */
export const requestApproval = (
  state: Approval,
  { asked, validForSeconds, ...rest }: RequestApproval,
  { now }: { readonly now: string },
): Outcome => {
  if (state.status !== 'absent') return accept();
  const expiresAt = new Date(Date.parse(now) + validForSeconds * 1_000).toISOString();
  return accept(
    approvalAggregate.record(rest.approvalId, 'ApprovalRequested', { ...rest, asked: referenceTo(asked), expiresAt }),
  );
};

/** Whether this person may agree to it now. */
export const mayApprove = (
  state: Approval,
  { approvalId, checker }: { readonly approvalId: string; readonly checker: Checker },
  { now }: { readonly now: string },
): ApprovalRefusal | undefined => {
  if (state.status === 'absent') return { code: 'approval_unknown', approvalId };
  if (state.status !== 'pending') return { code: 'approval_is_decided', approvalId, status: state.status };
  // Who it is that holds a key which is nobody's, nobody can say: it might be the maker.
  if (checker.userId === undefined) return { code: 'approver_not_a_person' };
  const { principalId, userId } = state.maker;
  if (checker.userId === userId || checker.principalId === principalId) return { code: 'maker_cannot_check' };
  return now >= state.expiresAt ? { code: 'approval_expired', expiresAt: state.expiresAt, now } : undefined;
};

/** Decides that it is not to be; the maker may so take it back. */
export const rejectApproval = (state: Approval, { approvalId, by, reason }: RejectApproval): Outcome => {
  if (state.status === 'absent') return reject({ code: 'approval_unknown', approvalId });
  if (state.status === 'rejected') return accept();
  return state.status === 'pending'
    ? accept(approvalAggregate.record(approvalId, 'ApprovalRejected', { approvalId, by, reason }))
    : reject({ code: 'approval_is_decided', approvalId, status: state.status });
};
