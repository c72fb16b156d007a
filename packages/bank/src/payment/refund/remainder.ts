import { unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { remainderReleased, remainderTaken } from './events.ts';

/** What of one payment has gone back or is claimed, by refunds and disputes alike. */
export interface Remainder {
  readonly refundedMinor: bigint;
  readonly disputedMinor: bigint;
}

const definitions = [remainderTaken, remainderReleased] as const;
type RemainderEvent = EventOf<(typeof definitions)[number]>;

const changed = (state: Remainder, taker: string, addedMinor: bigint): Remainder =>
  taker.startsWith('dispute:')
    ? { ...state, disputedMinor: state.disputedMinor + addedMinor }
    : { ...state, refundedMinor: state.refundedMinor + addedMinor };

/** One stream per payment, whatever kind it is: two who want the same remainder meet here, and the second one sees the first. */
export const remainderAggregate: Aggregate<Remainder, RemainderEvent> = defineAggregate({
  context: 'payment',
  name: 'remainder',
  initial: { refundedMinor: 0n, disputedMinor: 0n } as Remainder,
  events: definitions,
  evolve: (state, event) => {
    switch (event.type) {
      case 'RemainderTaken':
        return changed(state, event.data.taker, event.data.amountMinor);
      case 'RemainderReleased':
        return changed(state, event.data.taker, -event.data.amountMinor);
      default:
        return unreachable(event);
    }
  },
});

/** captured − refunded − disputed (LEDGER line 15). A dispute comes whether anything is left or not; less than nothing is nothing. */
export const leftOf = ({ refundedMinor, disputedMinor }: Remainder, capturedMinor: bigint): bigint => {
  const leftMinor = capturedMinor - refundedMinor - disputedMinor;
  return leftMinor > 0n ? leftMinor : 0n;
};

interface Part {
  readonly paymentId: string;
  readonly taker: string;
  readonly amountMinor: bigint;
}

export const takeRemainder = ({ paymentId, taker, amountMinor }: Part): NewEvent =>
  remainderAggregate.record(paymentId, 'RemainderTaken', { paymentId, taker, amountMinor });
export const releaseRemainder = ({ paymentId, taker, amountMinor }: Part): NewEvent =>
  remainderAggregate.record(paymentId, 'RemainderReleased', { paymentId, taker, amountMinor });
