import { isBusinessDay, previousBusinessDay } from '@finaegis/kernel/calendar';
import type { LocalDate } from '@finaegis/kernel/local-date';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import { read, type Services } from '@finaegis/platform/services';
import type { RateImportReport } from './import-rates.ts';
import { type RateProvider, RateSourceFault } from './ports.ts';
import type { RateSheet } from './rate/rate-sheet.ts';
import { byPriority } from './rates.ts';
import { newestDays } from './views/rates.ts';

/** What came of asking one provider: the days it had, or why it had none. */
export type RateFetch =
  | ({ readonly provider: string; readonly outcome: 'fetched' } & RateImportReport)
  | {
      readonly provider: string;
      readonly outcome: RateSourceFault['code'];
      /** Where in its file reading stopped, from 1. */
      readonly line?: number;
      readonly cause: RateSourceFault;
    };

/** Asks every provider for what it has, of one day when given, and publishes it. One that fails keeps none of the others from it. */
export const fetchRates = async (
  providers: readonly RateProvider[],
  publish: (sheets: readonly RateSheet[]) => Promise<RateImportReport>,
  date?: LocalDate,
): Promise<readonly RateFetch[]> => {
  const fetches: RateFetch[] = [];
  for (const provider of ofPlatform(providers)) fetches.push(await fetchFrom(provider, publish, date));
  return fetches;
};

const fetchFrom = async (
  { name, fetch }: RateProvider,
  publish: (sheets: readonly RateSheet[]) => Promise<RateImportReport>,
  date: LocalDate | undefined,
): Promise<RateFetch> => {
  let sheets: readonly RateSheet[];
  try {
    sheets = await fetch(date);
  } catch (error) {
    if (!(error instanceof RateSourceFault)) throw error;
    const { code, line } = error;
    return { provider: name, outcome: code, ...(line === undefined ? {} : { line }), cause: error };
  }
  return { provider: name, outcome: 'fetched', ...(await publish(sheets)) };
};

/**
 * The providers that may have something new: the newest day one published on is not there yet. On a day of its calendar that is the day itself, from its
 * morning on, since when in the day it publishes is not ours to know.
 */
export const providersWithNews = async (
  services: Pick<Services, 'readPool' | 'now'>,
  providers: readonly RateProvider[],
): Promise<readonly RateProvider[]> => {
  const fetched = ofPlatform(providers);
  const tenantId = platformTenantId;
  const sources = fetched.map(({ name }) => name);
  const newest = await read(services, tenantId, (tx) => newestDays(tx, { tenantId, sources }));
  const today = services.now().slice(0, 10);
  return fetched.filter(({ name, calendar }) => {
    const day = newest.get(name);
    const awaited = isBusinessDay(calendar, today) ? today : previousBusinessDay(calendar, today);
    return day === undefined || day < awaited;
  });
};

// What a tenant's sources say is set by its people.
const ofPlatform = (providers: readonly RateProvider[]): readonly RateProvider[] =>
  byPriority(providers).filter(({ scope }) => scope === 'platform');
