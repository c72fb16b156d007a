import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { PaymentTools } from './outgoing/commands.ts';
import { type SignalledRefs, telling } from './with-signal.ts';

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
  tools: Pick<PaymentTools, 'sagas' | 'now'>,
  handler: CommandHandler<Data, Refs, Result, R>,
  { sagaOf, newsIn }: Waiting<Refs>,
): CommandHandler<Data, SignalledRefs<Refs>, Result, R> =>
  telling(tools, handler, {
    sagaOf: (_, refs) => sagaOf(refs),
    signalsOf: (_, events) =>
      events.flatMap((event) => {
        const news = newsIn(event);
        return news === undefined
          ? []
          : [{ signal: paidInSignal, signalId: `${event.type} ${news.paymentId}`, data: { ...news } }];
      }),
  });
