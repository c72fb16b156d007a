import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { type Book, houseAccountId, type JournalRefusal, postJournal } from '../../ledger/contract.ts';
import { authorisedShares, issuableShares } from '../chart.ts';
import { type pricingRoundOpened, roundEvents } from './events.ts';

/** What a round was opened with; it never changes. */
export type RoundTerms = EventOf<typeof pricingRoundOpened>['data'];

/** A round as it stands. */
export interface Round extends RoundTerms {
  readonly status: 'open' | 'closed';
  readonly openedAt: string;
  readonly closedAt?: string;
}

export type RoundState = { readonly status: 'unknown' } | Round;

/** Declared in order of precedence. */
export type RoundRefusal =
  | { readonly code: 'round_exists_with_different_terms'; readonly round: number }
  | { readonly code: 'round_unknown'; readonly round: number }
  | {
      readonly code: 'round_limits_crossed';
      readonly asset: string;
      readonly minimumMinor: bigint;
      readonly maximumMinor: bigint;
    }
  | { readonly code: 'round_period_empty'; readonly opensAt: string; readonly closesAt: string }
  | JournalRefusal;

type RoundEvent = EventOf<(typeof roundEvents)[number]>;

const evolve = (state: RoundState, event: Recorded<RoundEvent>): RoundState => {
  switch (event.type) {
    case 'PricingRoundOpened':
      return { ...event.data, status: 'open', openedAt: event.meta.bookedAt };
    case 'PricingRoundClosed':
      return { ...(state as Round), status: 'closed', closedAt: event.meta.bookedAt };
    default:
      return unreachable(event);
  }
};

/** One stream per round, by its number. */
export const roundAggregate: Aggregate<RoundState, RoundEvent> = defineAggregate({
  context: 'cgo',
  name: 'round',
  initial: { status: 'unknown' } as RoundState,
  events: roundEvents,
  evolve,
});

/** The asset a round's shares are counted in. */
export const shareAssetOf = (round: number): string => `CGO${round}`;

/** The journal that makes a round's shares issuable. */
export const openingJournalId = (round: number): string => derivedUuid('cgo-round', String(round));

/** Opens a round: all its shares become issuable at once, and nothing can be sold beyond them. */
export const openRound = (state: RoundState, terms: RoundTerms, book: Book): Decision<NewEvent, RoundRefusal> => {
  const { round, entity, asset, shareAsset, sharesMaxMinor, opensAt, closesAt, journalId } = terms;
  if (state.status !== 'unknown')
    return isSameRound(state, terms) ? accept() : reject({ code: 'round_exists_with_different_terms', round });
  const { investmentMinMinor: minimumMinor, investmentMaxMinor: maximumMinor } = terms;
  if (minimumMinor > maximumMinor) return reject({ code: 'round_limits_crossed', asset, minimumMinor, maximumMinor });
  if (closesAt !== undefined && closesAt <= opensAt) return reject({ code: 'round_period_empty', opensAt, closesAt });
  const shares = { asset: shareAsset, amountMinor: sharesMaxMinor, purpose: 'principal' } as const;
  const journal = postJournal(book, {
    journalId,
    kind: 'cgo-round',
    postings: [
      { account: houseAccountId(entity, authorisedShares), side: 'debit', ...shares },
      { account: houseAccountId(entity, issuableShares), side: 'credit', ...shares },
    ],
    captures: [],
    metadata: { round: String(round) },
  });
  return journal.accepted
    ? accept(...journal.events, roundAggregate.record(String(round), 'PricingRoundOpened', terms))
    : journal;
};

const isSameRound = (known: RoundTerms, asked: RoundTerms): boolean =>
  known.name === asked.name &&
  known.entity === asked.entity &&
  known.asset === asked.asset &&
  known.priceTenThousandths === asked.priceTenThousandths &&
  known.sharesMaxMinor === asked.sharesMaxMinor &&
  known.investmentMinMinor === asked.investmentMinMinor &&
  known.investmentMaxMinor === asked.investmentMaxMinor &&
  known.opensAt === asked.opensAt &&
  known.closesAt === asked.closesAt &&
  known.coolingOffDays === asked.coolingOffDays &&
  known.needsSignature === asked.needsSignature;

/** Closes a round; what was asked for before goes its way. */
export const closeRound = (state: RoundState, round: number): Decision<NewEvent, RoundRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'round_unknown', round });
  return state.status === 'closed'
    ? accept()
    : accept(roundAggregate.record(String(round), 'PricingRoundClosed', { round }));
};

/** Whether shares of a round are sold at an instant, and if not, why. */
export const roundStatusAt = ({ status, opensAt, closesAt }: Round, at: string): 'open' | 'closed' | 'not_yet' => {
  if (status === 'closed' || (closesAt !== undefined && closesAt <= at)) return 'closed';
  return opensAt <= at ? 'open' : 'not_yet';
};

/** Shares that an amount buys, rounded down to four decimals; what is left over of the amount buys nothing and is raised all the same. */
export const sharesFor = ({ priceTenThousandths, assetDecimals }: RoundTerms, amountMinor: bigint): bigint =>
  (amountMinor * 10n ** 8n) / (priceTenThousandths * 10n ** BigInt(assetDecimals));
