import { type LocalDate, localDateIn } from '@finaegis/kernel/local-date';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import { ProblemError } from '@finaegis/platform/http/problem';
import { read, type Services } from '@finaegis/platform/services';
import type { RateAnswer, RateOutcome, RatePair, RateRefusal, Rates } from './contract.ts';
import type { RateProvider } from './ports.ts';
import { chain, identityRate, legOf, type PublishedRate, type RateLeg } from './rate/cross.ts';
import { ageOf, isFresh } from './rate/staleness.ts';
import { type PairRates, pairRates } from './views/rates.ts';
import { untilCurrent } from './views/rates-current.ts';

/** What answering for rates needs. */
export interface RatesOptions {
  readonly services: Pick<Services, 'readPool' | 'now'>;
  readonly providers: readonly RateProvider[];
  /** Assets through which two sources may be joined where none knows both; asked in this order. */
  readonly pivots: readonly string[];
}

// An entity's business day may have begun while it is still yesterday in UTC; no day has begun anywhere before it has here (UTC+14).
const firstZoneOfEarth = 'Pacific/Kiritimati';

type Legs = readonly [RateLeg, ...RateLeg[]];

/** The newest that one source has, too old to be used. */
interface Stale {
  readonly published: PublishedRate;
  readonly provider: RateProvider;
}

/** What one source says: steps that may be used, only what is too old, or nothing. */
type Found = { readonly legs: Legs } | { readonly stale: Stale } | undefined;

interface AskedPair {
  readonly tenantId: string;
  readonly from: string;
  readonly to: string;
  readonly on: LocalDate;
}

/**
 * Rates over what was published. Sources are asked by priority and the first with a fresh rate answers: directly, turned round, or crossed through
 * its base on one day. Where no source knows both assets, two are joined through a pivot, each half fresh by its own source's calendar.
 */
export const createRates = (options: RatesOptions): Rates => {
  const find: Rates['find'] = async (tenantId, { from, to, on: asked }) => {
    const today = options.services.now().slice(0, 10);
    const on = asked ?? today;
    const latestDate = localDateIn(options.services.now(), firstZoneOfEarth);
    if (on > latestDate) return refuse({ code: 'rate_date_in_future', date: on, latestDate });
    if (from === to) return { ok: true, rate: identityRate(from, on) };
    const pair = { tenantId, from, to, on };
    const whole = await firstFresh(options, pair);
    const legs = whole !== undefined && 'legs' in whole ? whole.legs : await joined(options, pair);
    const rate = legs === undefined ? undefined : chain(legs);
    if (rate !== undefined) return { ok: true, rate };
    return refuse(
      whole !== undefined && 'stale' in whole ? tooOld(whole.stale, pair) : { code: 'rate_unknown', from, to, on },
    );
  };
  const quote: Rates['quote'] = async (tenantId, pair) => {
    await untilCurrent(options.services, tenantId);
    const outcome = await find(tenantId, pair);
    if (outcome.ok) return outcome.rate;
    const { code, ...facts } = outcome.refusal;
    throw new ProblemError(code, { facts });
  };
  return { find, quote, mid: async (tenantId, pair) => (await quote(tenantId, pair)).mid };
};

/** One page of what the first source that knows a pair has said about it, newest first. */
export interface RateHistory {
  readonly provider: RateProvider;
  readonly pairs: readonly PairRates[];
}

/** What a history is asked for; `source` once a page has named it. */
export interface HistoryQuery extends RatePair {
  readonly source?: string | undefined;
  readonly after?: { readonly validFrom: LocalDate; readonly seq: bigint } | undefined;
  readonly limit: number;
}

/** The history of a pair at the source named, or at the first by priority that has any. */
export const rateHistory = async (
  { services, providers }: Pick<RatesOptions, 'services' | 'providers'>,
  tenantId: string,
  { from, to, source, after, limit }: HistoryQuery,
): Promise<RateHistory | undefined> => {
  for (const provider of byPriority(providers).filter(({ name }) => source === undefined || name === source)) {
    const owner = ownerOf(provider, tenantId);
    const query = { tenantId: owner, source: provider.name, base: provider.base, from, to, after, limit };
    const pairs = await read(services, owner, (tx) => pairRates(tx, query));
    if (pairs.length > 0) return { provider, pairs };
  }
  return undefined;
};

/** The rate a place in a history stands for. */
export const rateOf = ({ rates }: PairRates, from: string): RateAnswer | undefined => chain(legsOf(rates, from));

/** The tenant in whose log a source's rates stand. */
export const ownerOf = ({ scope }: RateProvider, tenantId: string): string =>
  scope === 'platform' ? platformTenantId : tenantId;

/** Providers in the order they are asked. */
export const byPriority = (providers: readonly RateProvider[]): readonly RateProvider[] =>
  [...providers].sort((a, b) => a.priority - b.priority);

const refuse = (refusal: RateRefusal): RateOutcome => ({ ok: false, refusal });

/** The first fresh answer of a single source; else the youngest that is too old. */
const firstFresh = async ({ services, providers }: RatesOptions, pair: AskedPair): Promise<Found> => {
  let stale: Stale | undefined;
  for (const provider of byPriority(providers)) {
    const found = await askSource(services, provider, pair);
    if (found === undefined) continue;
    if ('legs' in found) return found;
    if (stale === undefined || found.stale.published.date > stale.published.date) stale = found.stale;
  }
  return stale === undefined ? undefined : { stale };
};

const joined = async (options: RatesOptions, pair: AskedPair): Promise<Legs | undefined> => {
  for (const pivot of options.pivots) {
    if (pivot === pair.from || pivot === pair.to) continue;
    const first = await firstFresh(options, { ...pair, to: pivot });
    if (first === undefined || !('legs' in first)) continue;
    const second = await firstFresh(options, { ...pair, from: pivot });
    if (second !== undefined && 'legs' in second) return [...first.legs, ...second.legs];
  }
  return undefined;
};

const askSource = async (
  services: RatesOptions['services'],
  provider: RateProvider,
  { tenantId, from, to, on }: AskedPair,
): Promise<Found> => {
  const owner = ownerOf(provider, tenantId);
  const query = { tenantId: owner, source: provider.name, base: provider.base, from, to, begunBy: on, limit: 1 };
  // What still counts by the source's own word goes before what began later and has ended.
  const found = await read(
    services,
    owner,
    async (tx) => (await pairRates(tx, { ...query, validOn: on }))[0] ?? (await pairRates(tx, query))[0],
  );
  if (found === undefined) return undefined;
  const [published] = found.rates;
  return isFresh(published, on, provider) ? { legs: legsOf(found.rates, from) } : { stale: { published, provider } };
};

const tooOld = ({ published, provider }: Stale, { from, to, on }: AskedPair): RateRefusal => ({
  code: 'rate_stale',
  from,
  to,
  on,
  source: published.source,
  date: published.date,
  ageBusinessDays: ageOf(published, on, provider),
  limitBusinessDays: provider.staleAfterBusinessDays,
  ...(published.validTo === undefined ? {} : { validTo: published.validTo }),
});

const legsOf = ([first, second]: readonly [PublishedRate, PublishedRate?], from: string): Legs => {
  const leg = legOf(first, from);
  return second === undefined ? [leg] : [leg, legOf(second, leg.to)];
};
