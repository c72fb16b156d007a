import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import type { LocalDate } from '@finaegis/kernel/local-date';
import { type Aggregate, defineAggregate } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { manualRatePublished } from './events.ts';
import { canonicalRate } from './fraction.ts';

/** A rate a tenant sets: so much of `asset` for one `base`. Of two for one pair the later counts where both do. */
export interface PublishManualRate {
  readonly rateId: string;
  readonly base: string;
  readonly asset: string;
  readonly mid: string;
  readonly bid?: string | undefined;
  readonly ask?: string | undefined;
  /** The first day it counts on. */
  readonly validFrom: LocalDate;
  /** The first day on which it no longer counts; without one it grows stale like any other. */
  readonly validTo?: LocalDate | undefined;
}

/** Why a manual rate was refused, in order of precedence. */
export type ManualRateRefusal =
  | { readonly code: 'rate_exists_with_different_content'; readonly rateId: string }
  | { readonly code: 'rate_asset_unknown'; readonly asset: string };

type ManualRateEvent = EventOf<typeof manualRatePublished>;

export type ManualRateState =
  | { readonly status: 'unpublished' }
  | { readonly status: 'published'; readonly content: ManualRateEvent['data'] };

/** One manual rate, by its id. It is never changed: a better one is another one. */
export const manualRateAggregate: Aggregate<ManualRateState, ManualRateEvent> = defineAggregate({
  context: 'asset',
  name: 'manual-rate',
  initial: { status: 'unpublished' } as ManualRateState,
  events: [manualRatePublished] as const,
  evolve: (state, event) => {
    if (event.type !== 'ManualRatePublished' || state.status === 'published') {
      throw new Error(`${event.type} cannot follow on a manual rate that is ${state.status}.`);
    }
    return { status: 'published', content: event.data };
  },
});

/** Publishes a manual rate. @param unknownAsset the first of its two assets that is in no registry, if any */
export const publishManualRate = (
  state: ManualRateState,
  command: PublishManualRate,
  { unknownAsset }: { readonly unknownAsset?: string | undefined },
): Decision<NewEvent, ManualRateRefusal> => {
  const { rateId } = command;
  const content = canonicalRateOf(command);
  if (state.status === 'published') {
    return canonicalJson(state.content) === canonicalJson(content)
      ? accept()
      : reject({ code: 'rate_exists_with_different_content', rateId });
  }
  if (unknownAsset !== undefined) return reject({ code: 'rate_asset_unknown', asset: unknownAsset });
  return accept(manualRateAggregate.record(rateId, 'ManualRatePublished', content));
};

const canonicalRateOf = ({
  rateId,
  base,
  asset,
  mid,
  bid,
  ask,
  validFrom,
  validTo,
}: PublishManualRate): ManualRateEvent['data'] => ({
  rateId,
  base,
  asset,
  mid: canonicalRate(mid),
  ...(bid === undefined ? {} : { bid: canonicalRate(bid) }),
  ...(ask === undefined ? {} : { ask: canonicalRate(ask) }),
  validFrom,
  ...(validTo === undefined ? {} : { validTo }),
});
