import { accept } from '@finaegis/kernel/decision';
import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import type { SagaHandlers, SignalSaga } from '@finaegis/platform/saga/commands';
import type { Services } from '@finaegis/platform/services';
import { mergeNeeds } from './house.ts';

type Signal = SagaHandlers['signal'];

/** What a command with a signal prepared: its own, and the saga's clock. */
export interface SignalledRefs<Refs> {
  readonly own: Refs;
  readonly clock: { readonly now: string };
}

/**
 * A command that tells a saga of its outcome in the same commit, so that the saga can neither miss it nor hear of what did not happen. A payment
 * without a saga (one journal within the tenant) is told nothing.
 */
export const withSignal = <Data, Refs, Result, R extends Refusal>(
  { sagas, now }: { readonly sagas: () => Services['sagas']; readonly now: () => string },
  handler: CommandHandler<Data, Refs, Result, R>,
  signalOf: (data: Data) => SignalSaga,
): CommandHandler<Data, SignalledRefs<Refs>, Result, R> => {
  const signal = (): Signal => sagas().handlers.signal;
  return {
    name: handler.name,
    schema: handler.schema,
    permission: handler.permission,
    weight: (data) => (handler.weight?.(data) ?? 1) + 1,
    prepare: async (data, context) => ({
      own: (await handler.prepare?.(data, context)) as Refs,
      clock: { now: now() },
    }),
    loads: (data, { own, clock }, context) =>
      mergeNeeds(handler.loads(data, own, context), signal().loads(signalOf(data), clock, context)),
    decide: (loaded, data, facts, { own, clock }) => {
      const decision = handler.decide(loaded, data, facts, own);
      if (!decision.accepted || decision.events.length === 0) return decision;
      const told = signal().decide(loaded, signalOf(data), facts, clock);
      return accept(...decision.events, ...(told.accepted ? told.events : []));
    },
    sealed: ({ own }) => handler.sealed?.(own) ?? [],
    result: (loaded, data, { own }) => handler.result(loaded, data, own),
  };
};
