import type { ContextModule } from '@finaegis/platform/module';
import { type Rounds, type RoundsOptions, startRounds } from '@finaegis/platform/rounds';
import type { Services } from '@finaegis/platform/services';
import { ecbRates } from './adapters/ecb-file.ts';
import { manualRates } from './adapters/manual-rates.ts';
import { assetAggregate } from './asset/asset.ts';
import { type AssetCommands, assetCommands } from './commands.ts';
import type { AssetDirectory, Rates } from './contract.ts';
import { assetDirectory } from './directory.ts';
import { fetchRates, providersWithNews } from './fetch-rates.ts';
import { assetRoutes } from './http/assets.ts';
import { assetProblems } from './http/problems.ts';
import { rateFetchRoute, rateImportRoute } from './http/rate-imports.ts';
import { rateRoutes } from './http/rates.ts';
import { importRates, type RateImportReport } from './import-rates.ts';
import type { RateProvider } from './ports.ts';
import { manualRateAggregate } from './rate/manual-rate.ts';
import { type RateSheet, rateSheetAggregate } from './rate/rate-sheet.ts';
import { createRates } from './rates.ts';
import { type SeedReport, seedAssets } from './seed.ts';
import { assets } from './views/assets.ts';
import { ratesView } from './views/rates.ts';

/** What an installation may choose. */
export interface AssetOptions {
  /** Sources of rates; manual rates before the European Central Bank's, the latter as files that are sent, when absent. */
  readonly providers?: readonly RateProvider[];
  /** Assets through which rates of two sources are joined; euro, then dollar, when absent. */
  readonly pivots?: readonly string[];
}

/** The context, with what neighbours and the server's own work need of it. */
export interface AssetModule extends ContextModule {
  readonly directory: AssetDirectory;
  readonly rates: Rates;
  readonly handlers: AssetCommands;
  /** Brings the platform's registry up to this release; for every start. */
  seed(): Promise<SeedReport>;
  /** Publishes sheets in the platform's log as bulk work. */
  importRates(sheets: readonly RateSheet[], channel: string): Promise<RateImportReport>;
  /** Fetches what providers have whenever they may have something new; a provider that fails is told of and asked again in the next round. */
  startRateFetching(options: Partial<RoundsOptions>): Rounds;
}

const hourMs = 3_600_000;

/** The registry of assets and the rates between them. */
export const createAssetModule = (
  services: Services,
  { providers = [manualRates(), ecbRates()], pivots = ['EUR', 'USD'] }: AssetOptions = {},
): AssetModule => {
  const directory = assetDirectory({ services });
  const rates = createRates({ services, providers, pivots });
  const handlers = assetCommands(directory);
  const publish: AssetModule['importRates'] = (sheets, channel) =>
    importRates(services, handlers, { sheets, metadata: { actor: 'system', channel, correlation: services.newId() } });
  return {
    name: 'asset',
    events: [...assetAggregate.events, ...rateSheetAggregate.events, ...manualRateAggregate.events],
    tables: [assets],
    views: [ratesView],
    commands: Object.values(handlers),
    checked: [],
    routes: [
      ...assetRoutes(services, directory, handlers),
      ...rateRoutes(services, { rates, providers, commands: handlers }),
      rateImportRoute(services, handlers),
      rateFetchRoute(services, { providers, commands: handlers }),
    ],
    problems: assetProblems,
    directory,
    rates,
    handlers,
    seed: () => seedAssets(services, handlers),
    importRates: publish,
    startRateFetching: ({ everyMs = hourMs, onError }) => {
      const work = async (): Promise<void> => {
        const asked = await providersWithNews(services, providers);
        for (const fetched of await fetchRates(asked, (sheets) => publish(sheets, 'system')))
          if (fetched.outcome !== 'fetched') onError?.(fetched.cause);
      };
      return startRounds(work, { everyMs, onError });
    },
  };
};
