import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { z } from 'zod';
import { defineAggregate } from '../../event-store/aggregate.ts';
import type { NewEvent } from '../../event-store/event.ts';
import { policyEvents } from './events.ts';

/** What a policy says of its command. */
export interface PolicyTerms {
  /** From which amounts on, by asset; always where there are none. */
  readonly from: readonly { readonly asset: string; readonly amountMinor: bigint }[];
  readonly validForSeconds: number;
}

/** What a decision needs to know of a policy. */
export type Policy = { readonly status: 'absent' } | ({ readonly status: 'set' } & PolicyTerms);

/** Why a command about a policy is refused. */
export type PolicyRefusal = { readonly code: 'command_unknown'; readonly command: string };

export const setPolicySchema = z.strictObject({
  command: z.string(),
  from: z.array(z.strictObject({ asset: z.string(), amountMinor: z.bigint().positive() })),
  validForSeconds: z.number().int(),
});
export const removePolicySchema = z.strictObject({ command: z.string() });
export type SetPolicy = z.output<typeof setPolicySchema>;
export type RemovePolicy = z.output<typeof removePolicySchema>;

/** A policy's life, one stream per command it is about. */
export const policyAggregate = defineAggregate({
  context: 'approval',
  name: 'policy',
  initial: { status: 'absent' } as Policy,
  events: policyEvents,
  evolve: (_, event): Policy => {
    switch (event.type) {
      case 'FourEyesPolicySet': {
        const { from, validForSeconds } = event.data;
        return { status: 'set', from, validForSeconds };
      }
      case 'FourEyesPolicyRemoved':
        return { status: 'absent' };
      default:
        return unreachable(event);
    }
  },
});

type Outcome = Decision<NewEvent, PolicyRefusal>;

/** Says that a command needs a second person, or says it otherwise. @param facts which commands can wait for one */
export const setPolicy = (
  state: Policy,
  { command, ...terms }: SetPolicy,
  { governable }: { readonly governable: ReadonlySet<string> },
): Outcome => {
  if (!governable.has(command)) return reject({ code: 'command_unknown', command });
  return state.status === 'set' && textOf(state) === textOf(terms)
    ? accept()
    : accept(policyAggregate.record(command, 'FourEyesPolicySet', { command, ...terms }));
};

const textOf = ({ from, validForSeconds }: PolicyTerms): string =>
  [validForSeconds, ...from.map(({ asset, amountMinor }) => `${asset} ${amountMinor}`).toSorted()].join();

/** Takes a policy away; where there is none, nothing changes. */
export const removePolicy = (state: Policy, { command }: RemovePolicy): Outcome =>
  state.status === 'absent' ? accept() : accept(policyAggregate.record(command, 'FourEyesPolicyRemoved', { command }));
