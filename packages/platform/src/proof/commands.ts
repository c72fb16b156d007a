import type { CommandHandler } from '../command/handler.ts';
import { RowNotLocked } from '../command/locked-table.ts';
import { type StepUpPolicyRow, stepUpPoliciesTable } from './policies-table.ts';
import {
  type RemoveStepUpPolicy,
  removeStepUpPolicy,
  removeStepUpPolicySchema,
  type SetStepUpPolicy,
  type StepUpPolicyRefusal,
  setStepUpPolicy,
  setStepUpPolicySchema,
  stepUpPolicyAggregate,
} from './policy/policy.ts';

/** Commands about policies. */
export interface StepUpCommands {
  readonly setPolicy: CommandHandler<SetStepUpPolicy, undefined, StepUpPolicyRow, StepUpPolicyRefusal>;
  readonly removePolicy: CommandHandler<
    RemoveStepUpPolicy,
    undefined,
    StepUpPolicyRow | undefined,
    StepUpPolicyRefusal
  >;
}

const ofPolicy = ({ command }: { readonly command: string }) => ({
  rows: [{ table: stepUpPoliciesTable, key: command }],
  streams: [{ aggregate: stepUpPolicyAggregate, id: command }],
});

/** @param governable names of the commands people ask for; asked for late, since whoever wires the contexts knows them only when all are wired */
export const createStepUpCommands = (governable: () => ReadonlySet<string>): StepUpCommands => ({
  setPolicy: {
    name: 'proof.SetPolicy',
    schema: setStepUpPolicySchema,
    permission: 'proof:policy',
    loads: ofPolicy,
    decide: (loaded, data) =>
      setStepUpPolicy(loaded.stream(stepUpPolicyAggregate, data.command).state, data, { governable: governable() }),
    result: (loaded, { command }) => {
      const row = loaded.row(stepUpPoliciesTable, command);
      if (row === undefined) throw new RowNotLocked({ stream: stepUpPolicyAggregate.stream(command) });
      return row;
    },
  },
  removePolicy: {
    name: 'proof.RemovePolicy',
    schema: removeStepUpPolicySchema,
    permission: 'proof:policy',
    loads: ofPolicy,
    decide: (loaded, data) => removeStepUpPolicy(loaded.stream(stepUpPolicyAggregate, data.command).state, data),
    result: (loaded, { command }) => loaded.row(stepUpPoliciesTable, command),
  },
});
