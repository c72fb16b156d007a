import { accept, reject } from '@finaegis/kernel/decision';
import type { CommandHandler, Refusal } from '../command/handler.ts';
import { RowNotLocked } from '../command/locked-table.ts';
import { type ApprovalRefusal, approvalAggregate, mayApprove } from './approval/approval.ts';
import { type ApprovalRow, approvalsTable } from './approvals-table.ts';
import type { Approving } from './asked.ts';

/** What came of it: the approval, and what the command answers where it was carried out. */
export interface Approved<Result> {
  readonly approval: ApprovalRow;
  readonly done: { readonly result: Result } | undefined;
}

/**
 * A command that is carried out because somebody agreed to it: decided as ever, with the approval decided in the same commit. It so happens once, whoever asks
 * how often, and never without the approval nor the approval without it. A refusal ends the approval as well: what was agreed to was tried.
 */
export const approvedCommand = <Data, Refs, Result, R extends Refusal>(
  handler: CommandHandler<Data, Refs, Result, R>,
  { approvalId, checker }: Approving,
): CommandHandler<Data, Refs, Approved<Result>, ApprovalRefusal> => ({
  ...(handler as unknown as CommandHandler<Data, Refs, Approved<Result>, ApprovalRefusal>),
  loads: (data, refs, context) => {
    const { rows = [], streams = [] } = handler.loads(data, refs, context);
    return {
      rows: [...rows, { table: approvalsTable, key: approvalId }],
      streams: [...streams, { aggregate: approvalAggregate, id: approvalId }],
    };
  },
  decide: (loaded, data, facts, refs) => {
    const refused = mayApprove(loaded.stream(approvalAggregate, approvalId).state, { approvalId, checker }, facts);
    if (refused !== undefined) return reject(refused);
    const decision = handler.decide(loaded, data, facts, refs);
    const decided = { approvalId, approver: checker.principalId };
    return decision.accepted
      ? accept(...decision.events, approvalAggregate.record(approvalId, 'ApprovalExecuted', decided))
      : accept(
          approvalAggregate.record(approvalId, 'ApprovalFailed', { ...decided, refusal: decision.rejection.code }),
        );
  },
  result: (loaded, data, refs) => {
    const approval = loaded.row(approvalsTable, approvalId);
    if (approval === undefined) throw new RowNotLocked({ stream: approvalAggregate.stream(approvalId) });
    return {
      approval,
      done: approval.status === 'executed' ? { result: handler.result(loaded, data, refs) } : undefined,
    };
  },
});
