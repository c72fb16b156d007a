import { accept } from '@finaegis/kernel/decision';
import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { SagaHandlers, SignalSaga } from '@finaegis/platform/saga/commands';
import type { Services } from '@finaegis/platform/services';
import { mergeNeeds } from './house.ts';

type Signal = SagaHandlers['signal'];

/** What a command with a signal prepared: its own, and the saga's clock. */
export interface SignalledRefs<Refs> {
  readonly own: Refs;
  readonly clock: { readonly now: string };
}

/** What a command tells, and whom. */
export interface Told<Data, Refs> {
  /** The saga that is to hear of it; nobody where there is none. */
  sagaOf(data: Data, refs: Refs): string | undefined;
  /** What it hears of what was decided. */
  signalsOf(data: Data, events: readonly NewEvent[]): readonly Omit<SignalSaga, 'sagaId'>[];
}

/**
 * A command that tells a saga of its outcome in the same commit, so that the saga can neither miss it nor hear of what did not happen. What was decided
 * stands whether or not anybody is there to hear of it.
 */
export const telling = <Data, Refs, Result, R extends Refusal>(
  { sagas, now }: { readonly sagas: () => Services['sagas']; readonly now: () => string },
  handler: CommandHandler<Data, Refs, Result, R>,
  { sagaOf, signalsOf }: Told<Data, Refs>,
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
    loads: (data, { own, clock }, context) => {
      const sagaId = sagaOf(data, own);
      const needs = handler.loads(data, own, context);
      // Whatever is told, the same saga is locked for it.
      const told = { signal: '', signalId: '', data: null };
      return sagaId === undefined ? needs : mergeNeeds(needs, signal().loads({ sagaId, ...told }, clock, context));
    },
    decide: (loaded, data, facts, { own, clock }) => {
      const decision = handler.decide(loaded, data, facts, own);
      const sagaId = sagaOf(data, own);
      if (!decision.accepted || decision.events.length === 0 || sagaId === undefined) return decision;
      const heard = signalsOf(data, decision.events).map((one) =>
        signal().decide(loaded, { sagaId, ...one }, facts, clock),
      );
      return accept(...decision.events, ...heard.flatMap((one) => (one.accepted ? one.events : [])));
    },
    sealed: ({ own }) => handler.sealed?.(own) ?? [],
    result: (loaded, data, { own }) => handler.result(loaded, data, own),
  };
};

/** A command whose every outcome its own saga hears of. A payment without a saga (one journal within the tenant) is told nothing. */
export const withSignal = <Data, Refs, Result, R extends Refusal>(
  tools: Parameters<typeof telling>[0],
  handler: CommandHandler<Data, Refs, Result, R>,
  signalOf: (data: Data) => SignalSaga,
): CommandHandler<Data, SignalledRefs<Refs>, Result, R> =>
  telling(tools, handler, {
    sagaOf: (data) => signalOf(data).sagaId,
    signalsOf: (data) => {
      const { sagaId: _, ...told } = signalOf(data);
      return [told];
    },
  });
