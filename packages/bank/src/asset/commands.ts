import type { Decision } from '@finaegis/kernel/decision';
import type { LocalDate } from '@finaegis/kernel/local-date';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import {
  type CommandFacts,
  type CommandHandler,
  defineCommand,
  type Loaded,
  type PrepareContext,
  type StreamNeed,
} from '@finaegis/platform/command/handler';
import { RowNotLocked } from '@finaegis/platform/command/locked-table';
import type { Aggregate } from '@finaegis/platform/event-store/aggregate';
import type { EventData, NewEvent } from '@finaegis/platform/event-store/event';
import {
  type AssetDecisionFacts,
  type AssetRefusal,
  type AssetState,
  assetAggregate,
  type DeactivateAsset,
  deactivateAsset,
  type RegisterAsset,
  type RenameAsset,
  registerAsset,
  renameAsset,
} from './asset/asset.ts';
import {
  type AssetDirectory,
  deactivateAssetSchema,
  publishManualRateSchema,
  publishRatesSchema,
  registerAssetSchema,
  renameAssetSchema,
} from './contract.ts';
import {
  type ManualRateRefusal,
  manualRateAggregate,
  type PublishManualRate,
  publishManualRate,
} from './rate/manual-rate.ts';
import { publishRates, type RateSheet, type RateSheetRefusal, rateSheetAggregate, sheetId } from './rate/rate-sheet.ts';
import { type AssetRow, assets } from './views/assets.ts';

interface CodeRefs {
  readonly isPlatformCode: boolean;
}

interface RateRefs {
  readonly unknownAsset: string | undefined;
}

type AssetCommand<Data> = CommandHandler<Data, CodeRefs, AssetRow, AssetRefusal>;

/** The commands of this context. */
export interface AssetCommands {
  readonly registerAsset: AssetCommand<RegisterAsset>;
  readonly renameAsset: AssetCommand<RenameAsset>;
  readonly deactivateAsset: AssetCommand<DeactivateAsset>;
  readonly publishRates: CommandHandler<RateSheet, undefined, RateSheet, RateSheetRefusal>;
  readonly publishManualRate: CommandHandler<PublishManualRate, RateRefs, PublishManualRate, ManualRateRefusal>;
}

/** The commands, over a directory that knows what is registered where: an asset once registered stays so, hence it may be asked before locking. */
export const assetCommands = (directory: Pick<AssetDirectory, 'get'>): AssetCommands => ({
  registerAsset: onAsset(directory, {
    name: 'asset.RegisterAsset',
    schema: registerAssetSchema,
    decide: registerAsset,
  }),
  renameAsset: onAsset(directory, { name: 'asset.RenameAsset', schema: renameAssetSchema, decide: renameAsset }),
  deactivateAsset: onAsset(directory, {
    name: 'asset.DeactivateAsset',
    schema: deactivateAssetSchema,
    decide: deactivateAsset,
  }),

  publishRates: defineCommand({
    name: 'asset.PublishRates',
    schema: publishRatesSchema,
    permission: 'rate:write',
    loads: (sheet: RateSheet) => ({ streams: [streamOf(rateSheetAggregate, sheetId(sheet))] }),
    decide: (loaded: Loaded, sheet: RateSheet, facts: CommandFacts): Decision<NewEvent, RateSheetRefusal> =>
      publishRates(loaded.stream(rateSheetAggregate, sheetId(sheet)).state, sheet, {
        today: dayOf(facts),
        isPlatform: isPlatform(facts),
      }),
    result: (_loaded: Loaded, sheet: RateSheet) => sheet,
  }),

  publishManualRate: defineCommand({
    name: 'asset.PublishManualRate',
    schema: publishManualRateSchema,
    permission: 'rate:write',
    prepare: async ({ base, asset }: PublishManualRate, { tenantId }: PrepareContext): Promise<RateRefs> => {
      const found = await Promise.all([base, asset].map((code) => directory.get(tenantId, code)));
      return { unknownAsset: [base, asset].find((_, index) => found[index] === undefined) };
    },
    loads: ({ rateId }: PublishManualRate) => ({ streams: [streamOf(manualRateAggregate, rateId)] }),
    decide: (
      loaded: Loaded,
      command: PublishManualRate,
      _facts: CommandFacts,
      refs: RateRefs,
    ): Decision<NewEvent, ManualRateRefusal> =>
      publishManualRate(loaded.stream(manualRateAggregate, command.rateId).state, command, refs),
    result: (_loaded: Loaded, command: PublishManualRate) => command,
  }),
});

/** What the three commands on one asset have in common: the row and the stream of its code. */
const onAsset = <Data extends { readonly code: string }>(
  directory: Pick<AssetDirectory, 'get'>,
  {
    name,
    schema,
    decide,
  }: {
    readonly name: string;
    readonly schema: AssetCommand<Data>['schema'];
    readonly decide: (state: AssetState, data: Data, facts: AssetDecisionFacts) => Decision<NewEvent, AssetRefusal>;
  },
): AssetCommand<Data> =>
  defineCommand({
    name,
    schema,
    permission: 'asset:write',
    prepare: async ({ code }: Data) => ({
      isPlatformCode: (await directory.get(platformTenantId, code)) !== undefined,
    }),
    loads: ({ code }: Data) => ({
      rows: [{ table: assets, key: code }],
      streams: [streamOf(assetAggregate, code)],
    }),
    decide: (loaded: Loaded, data: Data, facts: CommandFacts, refs: CodeRefs) =>
      decide(loaded.stream(assetAggregate, data.code).state, data, {
        today: dayOf(facts),
        isPlatform: isPlatform(facts),
        ...refs,
      }),
    result: (loaded: Loaded, { code }: Data) => loaded.row(assets, code) ?? missing(code),
  });

// Needs of all shapes stand in one list; the working set gives each stream back with its own type.
const streamOf = <State, Event extends { readonly type: string; readonly data: EventData }>(
  aggregate: Aggregate<State, Event>,
  id: string,
): StreamNeed => ({
  aggregate: aggregate,
  id,
});

const missing = (code: string): never => {
  throw new RowNotLocked({ stream: assetAggregate.stream(code) });
};

const dayOf = ({ now }: CommandFacts): LocalDate => now.slice(0, 10);

const isPlatform = ({ tenantId }: CommandFacts): boolean => tenantId === platformTenantId;
