import { accept } from '@finaegis/kernel/decision';
import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { SignalSaga } from '@finaegis/platform/saga/commands';
import { mergeNeeds } from './house.ts';
import type { PaymentTools } from './outgoing/commands.ts';
import type { SignalledRefs } from './with-signal.ts';

/** Who waits for a payment in, and for which news of it. */
export interface Waiting<Refs> {
  /** The saga that waits; nobody does for most. */
  sagaOf(refs: Refs): string | undefined;
  /** Events that are news to it, with the payment they are about. */
  newsIn(event: NewEvent): { readonly paymentId: string } | undefined;
}

/** The signal that news of a payment in is told by. */
export const paidInSignal = 'paid-in';

/**
 * A command that tells a saga of another context what became of the payment it waits for, in the same commit, so that it need not ask again and again.
 * What it is told is where to look: what has arrived it reads itself.
 */
export const tellingWhoWaits = <Data, Refs, Result, R extends Refusal>(
  { sagas, now }: Pick<PaymentTools, 'sagas' | 'now'>,
  handler: CommandHandler<Data, Refs, Result, R>,
  { sagaOf, newsIn }: Waiting<Refs>,
): CommandHandler<Data, SignalledRefs<Refs>, Result, R> => {
  const signal = () => sagas().handlers.signal;
  const told = (sagaId: string, signalId: string, data: SignalSaga['data']): SignalSaga => ({
    sagaId,
    signal: paidInSignal,
    signalId,
    data,
  });
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
      const sagaId = sagaOf(own);
      const needs = handler.loads(data, own, context);
      return sagaId === undefined ? needs : mergeNeeds(needs, signal().loads(told(sagaId, '', null), clock, context));
    },
    decide: (loaded, data, facts, { own, clock }) => {
      const decision = handler.decide(loaded, data, facts, own);
      const sagaId = sagaOf(own);
      if (!decision.accepted || sagaId === undefined) return decision;
      const signals = decision.events.flatMap((event) => {
        const news = newsIn(event);
        return news === undefined ? [] : [told(sagaId, `${event.type} ${news.paymentId}`, { ...news })];
      });
      const heard = signals.map((one) => signal().decide(loaded, one, facts, clock));
      return accept(...decision.events, ...heard.flatMap((one) => (one.accepted ? one.events : [])));
    },
    sealed: ({ own }) => handler.sealed?.(own) ?? [],
    result: (loaded, data, { own }) => handler.result(loaded, data, own),
  };
};
