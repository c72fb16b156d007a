import type { CommandHandler } from '../command/handler.ts';
import { RowNotLocked } from '../command/locked-table.ts';
import type { SealedValue } from '../event-store/personal-ref.ts';
import { carriedValue } from '../event-store/sealed-text.ts';
import {
  type ApprovalRefusal,
  approvalAggregate,
  type RejectApproval,
  type RequestApproval,
  rejectApproval,
  rejectApprovalSchema,
  requestApproval,
  requestApprovalSchema,
} from './approval/approval.ts';
import { type ApprovalRow, approvalsTable } from './approvals-table.ts';
import { type PolicyRow, policiesTable } from './policies-table.ts';
import {
  type PolicyRefusal,
  policyAggregate,
  type RemovePolicy,
  removePolicy,
  removePolicySchema,
  type SetPolicy,
  setPolicy,
  setPolicySchema,
} from './policy/policy.ts';

/** Whom what is asked for belongs to, until the approval's key is destroyed. */
export const subjectOf = (approvalId: string): string => `approval:${approvalId}`;

const approvalOf: CommandHandler<{ readonly approvalId: string }, unknown, ApprovalRow>['result'] = (
  loaded,
  { approvalId },
) => {
  const row = loaded.row(approvalsTable, approvalId);
  if (row === undefined) throw new RowNotLocked({ stream: approvalAggregate.stream(approvalId) });
  return row;
};

const ofApproval = ({ approvalId }: { readonly approvalId: string }) => ({
  rows: [{ table: approvalsTable, key: approvalId }],
  streams: [{ aggregate: approvalAggregate, id: approvalId }],
});

/** Puts a command aside for a second person. */
export const requestApprovalCommand: CommandHandler<
  RequestApproval,
  readonly SealedValue[],
  ApprovalRow,
  ApprovalRefusal
> = {
  name: 'approval.RequestApproval',
  schema: requestApprovalSchema,
  permission: 'approval:decide',
  prepare: async ({ approvalId, asked }) => [carriedValue(asked, subjectOf(approvalId))],
  loads: ofApproval,
  decide: (loaded, data, facts) =>
    requestApproval(loaded.stream(approvalAggregate, data.approvalId).state, data, facts),
  sealed: (values) => values,
  result: approvalOf,
};

/** Decides that what waits is not to be. */
export const rejectApprovalCommand: CommandHandler<RejectApproval, undefined, ApprovalRow, ApprovalRefusal> = {
  name: 'approval.RejectApproval',
  schema: rejectApprovalSchema,
  permission: 'approval:decide',
  loads: ofApproval,
  decide: (loaded, data) => rejectApproval(loaded.stream(approvalAggregate, data.approvalId).state, data),
  result: approvalOf,
};

/** Commands about policies. */
export interface PolicyCommands {
  readonly setPolicy: CommandHandler<SetPolicy, undefined, PolicyRow, PolicyRefusal>;
  readonly removePolicy: CommandHandler<RemovePolicy, undefined, PolicyRow | undefined, PolicyRefusal>;
}

const ofPolicy = ({ command }: { readonly command: string }) => ({
  rows: [{ table: policiesTable, key: command }],
  streams: [{ aggregate: policyAggregate, id: command }],
});

/** @param governable names of the commands that can wait; asked for late, since whoever wires the contexts knows them only when all are wired */
export const createPolicyCommands = (governable: () => ReadonlySet<string>): PolicyCommands => ({
  setPolicy: {
    name: 'approval.SetPolicy',
    schema: setPolicySchema,
    permission: 'approval:policy',
    loads: ofPolicy,
    decide: (loaded, data) =>
      setPolicy(loaded.stream(policyAggregate, data.command).state, data, { governable: governable() }),
    result: (loaded, { command }) => {
      const row = loaded.row(policiesTable, command);
      if (row === undefined) throw new RowNotLocked({ stream: policyAggregate.stream(command) });
      return row;
    },
  },
  removePolicy: {
    name: 'approval.RemovePolicy',
    schema: removePolicySchema,
    permission: 'approval:policy',
    loads: ofPolicy,
    decide: (loaded, data) => removePolicy(loaded.stream(policyAggregate, data.command).state, data),
    result: (loaded, { command }) => loaded.row(policiesTable, command),
  },
});
