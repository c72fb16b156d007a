import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import type { LocalDate } from '@finaegis/kernel/local-date';
import { type Aggregate, defineAggregate } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { exchangeRatesPublished } from './events.ts';
import { canonicalRate } from './fraction.ts';

/** One asset's rate on a sheet: units of it for one base. */
export interface SheetQuote {
  readonly asset: string;
  readonly mid: string;
  readonly bid?: string | undefined;
  readonly ask?: string | undefined;
}

/** Everything one provider gave for one day. */
export interface RateSheet {
  readonly provider: string;
  readonly date: LocalDate;
  readonly base: string;
  readonly quotes: readonly SheetQuote[];
  /** The first day the rates count on; the day itself when absent. */
  readonly validFrom?: LocalDate | undefined;
  readonly validTo?: LocalDate | undefined;
}

/** Why a sheet was refused, in order of precedence. */
export type RateSheetRefusal =
  | { readonly code: 'rates_belong_to_platform'; readonly provider: string }
  | {
      readonly code: 'rates_exist_with_different_content';
      readonly provider: string;
      readonly date: LocalDate;
    }
  | { readonly code: 'rates_in_future'; readonly date: LocalDate; readonly today: LocalDate };

type SheetEvent = EventOf<typeof exchangeRatesPublished>;

export type RateSheetState =
  | { readonly status: 'unpublished' }
  | { readonly status: 'published'; readonly content: SheetEvent['data'] };

/** One provider's sheet of one day, by `sheetId`. It is published once and never corrected in place. */
export const rateSheetAggregate: Aggregate<RateSheetState, SheetEvent> = defineAggregate({
  context: 'asset',
  name: 'rates',
  initial: { status: 'unpublished' } as RateSheetState,
  events: [exchangeRatesPublished] as const,
  evolve: (state, event) => {
    if (event.type !== 'ExchangeRatesPublished' || state.status === 'published') {
      throw new Error(`${event.type} cannot follow on a sheet that is ${state.status}.`);
    }
    return { status: 'published', content: event.data };
  },
});

/** The id of a sheet: provider and day. */
export const sheetId = ({ provider, date }: Pick<RateSheet, 'provider' | 'date'>): string => `${provider}:${date}`;

/** Publishes a provider's rates of one day. The same rates again, in whatever order and with whatever zeros, change nothing. */
export const publishRates = (
  state: RateSheetState,
  sheet: RateSheet,
  { today, isPlatform }: { readonly today: LocalDate; readonly isPlatform: boolean },
): Decision<NewEvent, RateSheetRefusal> => {
  const { provider, date } = sheet;
  if (!isPlatform) return reject({ code: 'rates_belong_to_platform', provider });
  const content = canonicalSheet(sheet);
  if (state.status === 'published') {
    return canonicalJson(state.content) === canonicalJson(content)
      ? accept()
      : reject({ code: 'rates_exist_with_different_content', provider, date });
  }
  if (date > today) return reject({ code: 'rates_in_future', date, today });
  return accept(rateSheetAggregate.record(sheetId(sheet), 'ExchangeRatesPublished', content));
};

const canonicalSheet = ({ provider, date, base, quotes, validFrom, validTo }: RateSheet): SheetEvent['data'] => ({
  provider,
  date,
  base,
  quotes: quotes.map(canonicalQuote).sort((a, b) => (a.asset < b.asset ? -1 : 1)),
  validFrom: validFrom ?? date,
  ...(validTo === undefined ? {} : { validTo }),
});

const canonicalQuote = ({ asset, mid, bid, ask }: SheetQuote): SheetEvent['data']['quotes'][number] => ({
  asset,
  mid: canonicalRate(mid),
  ...(bid === undefined ? {} : { bid: canonicalRate(bid) }),
  ...(ask === undefined ? {} : { ask: canonicalRate(ask) }),
});
