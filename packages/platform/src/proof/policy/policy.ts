import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { z } from 'zod';
import { defineAggregate } from '../../event-store/aggregate.ts';
import type { NewEvent } from '../../event-store/event.ts';
import { stepUpPolicyEvents } from './events.ts';

/** What a policy says of its command. */
export interface StepUpTerms {
  /** From which amounts on, by asset; always where there are none. */
  readonly from: readonly { readonly asset: string; readonly amountMinor: bigint }[];
}

/** What a decision needs to know of a policy. */
export type StepUpPolicy = { readonly status: 'absent' } | ({ readonly status: 'set' } & StepUpTerms);

/** Why a command about a policy is refused. */
export type StepUpPolicyRefusal = { readonly code: 'step_up_command_unknown'; readonly command: string };

/** `{ command, from }`. */
export const setStepUpPolicySchema = z.strictObject({
  command: z.string(),
  from: z.array(z.strictObject({ asset: z.string(), amountMinor: z.bigint().positive() })),
});
/** `{ command }`. */
export const removeStepUpPolicySchema = z.strictObject({ command: z.string() });
export type SetStepUpPolicy = z.output<typeof setStepUpPolicySchema>;
export type RemoveStepUpPolicy = z.output<typeof removeStepUpPolicySchema>;

/** A policy's life, one stream per command it is about. */
export const stepUpPolicyAggregate = defineAggregate({
  context: 'proof',
  name: 'policy',
  initial: { status: 'absent' } as StepUpPolicy,
  events: stepUpPolicyEvents,
  evolve: (_, event): StepUpPolicy => {
    switch (event.type) {
      case 'StepUpPolicySet':
        return { status: 'set', from: event.data.from };
      case 'StepUpPolicyRemoved':
        return { status: 'absent' };
      default:
        return unreachable(event);
    }
  },
});

type Outcome = Decision<NewEvent, StepUpPolicyRefusal>;

/** Says that whoever asks for a command proves anew that it is them, or says it otherwise. @param facts which commands people ask for */
export const setStepUpPolicy = (
  state: StepUpPolicy,
  { command, from }: SetStepUpPolicy,
  { governable }: { readonly governable: ReadonlySet<string> },
): Outcome => {
  if (!governable.has(command)) return reject({ code: 'step_up_command_unknown', command });
  return state.status === 'set' && textOf(state) === textOf({ from })
    ? accept()
    : accept(stepUpPolicyAggregate.record(command, 'StepUpPolicySet', { command, from: [...from] }));
};

const textOf = ({ from }: StepUpTerms): string =>
  from
    .map(({ asset, amountMinor }) => `${asset} ${amountMinor}`)
    .toSorted()
    .join();

/** Takes a policy away; where there is none, nothing changes. */
export const removeStepUpPolicy = (state: StepUpPolicy, { command }: RemoveStepUpPolicy): Outcome =>
  state.status === 'absent'
    ? accept()
    : accept(stepUpPolicyAggregate.record(command, 'StepUpPolicyRemoved', { command }));
