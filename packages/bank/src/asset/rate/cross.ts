import type { LocalDate } from '@finaegis/kernel/local-date';
import { type Fraction, fractionOf, inverse, product, rateText } from './fraction.ts';

/** One rate as somebody published it: so much of `asset` for one `base`. */
export interface PublishedRate {
  readonly source: string;
  readonly base: string;
  readonly asset: string;
  /** The day the source gives it for. */
  readonly date: LocalDate;
  readonly validFrom: LocalDate;
  /** The first day on which the source says it no longer counts. */
  readonly validTo?: LocalDate;
  readonly mid: string;
  readonly bid?: string;
  readonly ask?: string;
}

/** One step of a path: so much of `to` for one `from`. An inverse step turns a published rate round. */
export interface RateLeg {
  readonly from: string;
  readonly to: string;
  readonly published: PublishedRate;
  readonly isInverse: boolean;
}

/** A rate with everything that explains it. */
export interface RateAnswer {
  readonly from: string;
  readonly to: string;
  /** Units of `to` for one `from`; as published where one published rate says it, else rounded once to 15 significant digits, half to even. */
  readonly mid: string;
  /** What the source buys `from` at; where every rate on the path has it. */
  readonly bid?: string;
  /** What the source sells `from` at; where every rate on the path has it. */
  readonly ask?: string;
  /** The rate's own day, not the one asked for; the oldest of the path. */
  readonly date: LocalDate;
  /** Names of the providers it rests on, in the order of the path. */
  readonly sources: readonly string[];
  /** `['USD', 'EUR', 'CZK']` is a cross through the euro. */
  readonly path: readonly string[];
  readonly legs: readonly RateLeg[];
}

/** The step a published rate gives from one asset to another, directly or turned round. */
export const legOf = (published: PublishedRate, from: string): RateLeg => {
  const isInverse = published.asset === from;
  return { from, to: isInverse ? published.base : published.asset, published, isInverse };
};

/**
 * The rate along a path of steps, each beginning where the one before ended.
 * @returns undefined where it is too small to be written as a rate
 */
export const chain = (legs: readonly [RateLeg, ...RateLeg[]]): RateAnswer | undefined => {
  const mid = along(legs, 'mid');
  if (mid === undefined) return undefined;
  const [bid, ask] = [along(legs, 'bid'), along(legs, 'ask')];
  const published = legs.map((leg) => leg.published);
  return {
    from: legs[0].from,
    to: legs[legs.length - 1]?.to ?? legs[0].to,
    mid,
    ...(bid === undefined || ask === undefined ? {} : { bid, ask }),
    date: published.map(({ date }) => date).reduce((oldest, date) => (date < oldest ? date : oldest)),
    sources: [...new Set(published.map(({ source }) => source))],
    path: [legs[0].from, ...legs.map(({ to }) => to)],
    legs,
  };
};

/** What one of an asset is worth in itself. */
export const identityRate = (asset: string, date: LocalDate): RateAnswer => ({
  from: asset,
  to: asset,
  mid: '1',
  date,
  sources: [],
  path: [asset],
  legs: [],
});

type Side = 'mid' | 'bid' | 'ask';

const along = (legs: readonly RateLeg[], side: Side): string | undefined => {
  const [only] = legs;
  if (legs.length === 1 && only !== undefined && !only.isInverse) return only.published[side];
  let rate: Fraction = { numerator: 1n, denominator: 1n };
  for (const leg of legs) {
    const step = stepOf(leg, side);
    if (step === undefined) return undefined;
    rate = product(rate, step);
  }
  return rateText(rate);
};

/** Turned round, what one buys at is one over what the other sells at. */
const stepOf = ({ published, isInverse }: RateLeg, side: Side): Fraction | undefined => {
  if (!isInverse) return published[side] === undefined ? undefined : fractionOf(published[side]);
  const other = published[side === 'bid' ? 'ask' : side === 'ask' ? 'bid' : 'mid'];
  return other === undefined ? undefined : inverse(fractionOf(other));
};
