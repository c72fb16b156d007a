import { accept } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { referenceOf, uuidOfReference } from '@finaegis/kernel/reference';
import type { CommandHandler, Needs, Refusal } from '@finaegis/platform/command/handler';
import type { SagaHandlers, SignalSaga } from '@finaegis/platform/saga/commands';
import type { Services } from '@finaegis/platform/services';

/** The saga of an investment, and that of a refund. */
export const investmentSagaId = (investmentId: string): string => derivedUuid('saga', 'cgo', investmentId);
export const refundSagaId = (refundId: string): string => derivedUuid('saga', 'cgo-refund', refundId);

const referencePrefix = 'CGO';

/** The saga that waits for a payment with an end-to-end id, where that is an investment's reference. */
export const sagaWaitingFor = (endToEndId: string): string | undefined => {
  const investmentId = uuidOfReference(referencePrefix, endToEndId);
  return investmentId === undefined ? undefined : investmentSagaId(investmentId);
};

/** What the investor has to quote when he pays. */
export const investmentReference = (investmentId: string): string => referenceOf(referencePrefix, investmentId);

/** The sagas, once all contexts are wired, and the clock at the edge. */
export interface SagaSource {
  readonly sagas: () => Services['sagas'];
  readonly now: () => string;
}

/** Needs of several parts of one command. */
export const mergeNeeds = (...needs: readonly Needs[]): Needs => ({
  rows: needs.flatMap(({ rows }) => rows ?? []),
  streams: needs.flatMap(({ streams }) => streams ?? []),
});

/** What a command with a signal prepared: its own, and the saga's clock. */
export interface SignalledRefs<Refs> {
  readonly own: Refs;
  readonly clock: { readonly now: string };
}

/** A command that tells a saga of its outcome in the same commit, so that the saga can neither miss it nor hear of what did not happen. */
export const withSignal = <Data, Refs, Result, R extends Refusal>(
  { sagas, now }: SagaSource,
  handler: CommandHandler<Data, Refs, Result, R>,
  signalOf: (data: Data, refs: Refs) => SignalSaga,
): CommandHandler<Data, SignalledRefs<Refs>, Result, R> => {
  const signal = (): SagaHandlers['signal'] => sagas().handlers.signal;
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
      mergeNeeds(handler.loads(data, own, context), signal().loads(signalOf(data, own), clock, context)),
    decide: (loaded, data, facts, { own, clock }) => {
      const decision = handler.decide(loaded, data, facts, own);
      if (!decision.accepted || decision.events.length === 0) return decision;
      const told = signal().decide(loaded, signalOf(data, own), facts, clock);
      return accept(...decision.events, ...(told.accepted ? told.events : []));
    },
    result: (loaded, data, { own }) => handler.result(loaded, data, own),
  };
};
