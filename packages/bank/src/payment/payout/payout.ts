import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { type Book, houseAccountId, type JournalRefusal } from '../../ledger/contract.ts';
import type { CardMovement, MovementKind } from '../card-provider.ts';
import { costOf, nostroOf, pspOf } from '../house.ts';
import { allOf, postPair } from '../pair.ts';
import { type cardPayoutBooked, cardPayoutEvents } from './events.ts';

type Booked = EventOf<typeof cardPayoutBooked>['data'];

/** A payout of a card provider as it stands. */
export interface CardPayoutBooking extends Booked {
  readonly status: 'booked' | 'returned';
  readonly bookedAt: string;
}
export type CardPayoutState = { readonly status: 'unknown' } | CardPayoutBooking;

/** Declared in order of precedence. */
export type CardPayoutRefusal = { readonly code: 'card_payout_unknown'; readonly payoutId: string } | JournalRefusal;

type CardPayoutEvent = EventOf<(typeof cardPayoutEvents)[number]>;
type CardPayoutDecision = Decision<NewEvent, CardPayoutRefusal>;

/** One stream per payout. */
export const cardPayoutAggregate: Aggregate<CardPayoutState, CardPayoutEvent> = defineAggregate({
  context: 'payment',
  name: 'card-payout',
  initial: { status: 'unknown' } as CardPayoutState,
  events: cardPayoutEvents,
  evolve: (state: CardPayoutState, event: Recorded<CardPayoutEvent>): CardPayoutState => {
    switch (event.type) {
      case 'CardPayoutBooked':
        return { ...event.data, status: 'booked', bookedAt: event.meta.bookedAt };
      case 'CardPayoutReturned':
        return { ...(state as CardPayoutBooking), status: 'returned' };
      default:
        return unreachable(event);
    }
  },
});

/** Our id of a provider's payout: told twice, it is one. */
export const cardPayoutIdOf = (provider: string, payoutReference: string): string =>
  derivedUuid('card-payout', provider, payoutReference);
export const cardPayoutJournalId = (payoutId: string, step: 'arrive' | 'return' | 'cost' | 'cost-back'): string =>
  derivedUuid('card-payout-journal', payoutId, step);

/** What of our own books a movement is explained by; undefined where nothing explains it. */
export interface Explained extends CardMovement {
  readonly isExplained: boolean;
  /** What the provider took with it and nothing of ours has booked; below zero where it gave back. */
  readonly costMinor: bigint;
}

/** What is booked as cost with a payout. */
export interface PayoutCosts {
  readonly takenMinor: bigint;
  readonly givenBackMinor: bigint;
}

/** A payout as the provider tells it. */
export interface BookCardPayout {
  readonly payoutId: string;
  readonly provider: string;
  readonly payoutReference: string;
  readonly entity: string;
  readonly bank: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly parts: Booked['parts'];
  readonly unexplainedMinor: bigint;
  readonly costs: PayoutCosts;
}

/** Sums movements by kind. */
export const partsOf = (movements: readonly CardMovement[]): Booked['parts'] => {
  const byKind = new Map<MovementKind, { readonly count: number; readonly netMinor: bigint }>();
  for (const { kind, netMinor } of movements) {
    const { count, netMinor: sumMinor } = byKind.get(kind) ?? { count: 0, netMinor: 0n };
    byKind.set(kind, { count: count + 1, netMinor: sumMinor + netMinor });
  }
  return [...byKind].map(([kind, sum]) => ({ kind, ...sum }));
};

/** Dr cost · Cr psp: what the provider took for itself, and the other way round what it gave back. */
const bookCosts = (
  { payoutId, provider, entity, asset, costs }: BookCardPayout,
  book: Book,
): Decision<NewEvent, JournalRefusal> => {
  const [psp, cost] = [houseAccountId(entity, pspOf(provider)), houseAccountId(entity, costOf(provider))];
  const pair = (step: 'cost' | 'cost-back', amountMinor: bigint) =>
    amountMinor === 0n
      ? accept<NewEvent>()
      : postPair(book, {
          journalId: cardPayoutJournalId(payoutId, step),
          kind: 'card-cost',
          ...(step === 'cost' ? { debit: cost, credit: psp } : { debit: psp, credit: cost }),
          asset,
          amountMinor,
          purpose: 'cost',
          metadata: { payoutId },
        });
  return allOf(pair('cost', costs.takenMinor), pair('cost-back', costs.givenBackMinor));
};

/** Dr nostro · Cr psp: what the provider owed us is on our account at the bank. What nothing explains is an item of the day it was told on. */
export const bookCardPayout = (state: CardPayoutState, data: BookCardPayout, book: Book): CardPayoutDecision => {
  if (state.status !== 'unknown') return accept();
  const { costs, ...told } = data;
  const { payoutId, provider, entity, bank, asset, amountMinor } = told;
  const journalId = cardPayoutJournalId(payoutId, 'arrive');
  const psp = houseAccountId(entity, pspOf(provider));
  const posted = postPair(book, {
    journalId,
    kind: 'card-payout',
    debit: houseAccountId(entity, nostroOf(bank)),
    credit: psp,
    asset,
    amountMinor,
    metadata: { payoutId },
  });
  const booked = allOf(bookCosts(data, book), posted);
  if (!booked.accepted) return booked;
  const record = cardPayoutAggregate.record(payoutId, 'CardPayoutBooked', {
    ...told,
    journalId,
    ...(costs.takenMinor === 0n && costs.givenBackMinor === 0n ? {} : { costs }),
  });
  return accept(...booked.events, record);
};

/** Dr psp · Cr nostro: our bank did not take it, and the provider owes us again. */
export const returnCardPayout = (state: CardPayoutState, payoutId: string, book: Book): CardPayoutDecision => {
  if (state.status === 'unknown') return reject({ code: 'card_payout_unknown', payoutId });
  if (state.status === 'returned') return accept();
  const { provider, entity, bank, asset, amountMinor } = state;
  const journalId = cardPayoutJournalId(payoutId, 'return');
  const posted = postPair(book, {
    journalId,
    kind: 'card-payout',
    debit: houseAccountId(entity, pspOf(provider)),
    credit: houseAccountId(entity, nostroOf(bank)),
    asset,
    amountMinor,
    metadata: { payoutId },
  });
  if (!posted.accepted) return posted;
  return accept(...posted.events, cardPayoutAggregate.record(payoutId, 'CardPayoutReturned', { payoutId, journalId }));
};
