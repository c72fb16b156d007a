import { unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { bankDayClosed, bankDayOpened } from './events.ts';

/** A business day of an entity at a bank. */
export interface BankDayKey {
  readonly entity: string;
  readonly bank: string;
  readonly date: string;
}

/** How it stands. */
export interface BankDay extends BankDayKey {
  readonly status: 'open' | 'reconciled' | 'no_statement';
  readonly from: string;
  readonly openedAt: string;
  readonly entries?: number;
  readonly openBreaks?: number;
}
export type BankDayState = { readonly status: 'unknown' } | BankDay;

const definitions = [bankDayOpened, bankDayClosed] as const;
type BankDayEvent = EventOf<(typeof definitions)[number]>;

const evolve = (state: BankDayState, event: Recorded<BankDayEvent>): BankDayState => {
  switch (event.type) {
    case 'BankDayOpened':
      return { ...event.data, status: 'open', openedAt: event.meta.bookedAt };
    case 'BankDayClosed': {
      const { outcome, entries, openBreaks } = event.data;
      return { ...(state as BankDay), status: outcome, entries, openBreaks };
    }
    default:
      return unreachable(event);
  }
};

/** One stream per entity, bank and business day. */
export const bankDayAggregate: Aggregate<BankDayState, BankDayEvent> = defineAggregate({
  context: 'custodian',
  name: 'bank-day',
  initial: { status: 'unknown' } as BankDayState,
  events: definitions,
  evolve,
});

/** Id of a day, so that the days of an entity at a bank are in order by it: `main/ing/2026-03-02`. */
export const bankDayId = ({ entity, bank, date }: BankDayKey): string => `${entity}/${bank}/${date}`;

/** Begins a day, once, whoever sees first that it has come. */
export const openBankDay = (state: BankDayState, day: BankDayKey & { readonly from: string }): readonly NewEvent[] =>
  state.status === 'unknown' ? [bankDayAggregate.record(bankDayId(day), 'BankDayOpened', day)] : [];

/** How a day ended. */
export interface CloseBankDay extends BankDayKey {
  readonly outcome: 'reconciled' | 'no_statement';
  readonly entries: number;
  readonly openBreaks: number;
}

/** Ends a day, once. */
export const closeBankDay = (state: BankDayState, data: CloseBankDay): readonly NewEvent[] => {
  if (state.status === 'unknown') throw new Error(`The day ${bankDayId(data)} ends and never began.`);
  return state.status === 'open' ? [bankDayAggregate.record(bankDayId(data), 'BankDayClosed', data)] : [];
};
