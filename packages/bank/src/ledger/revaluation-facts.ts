import { read, type Services } from '@finaegis/platform/services';
import type { AssetDirectory, Rates } from '../asset/contract.ts';
import type { FindRevaluationFacts, RevaluationFacts } from './entity/commands.ts';
import type { Valuation } from './entity/revaluation.ts';
import { houseAccountsOf } from './views/accounts.ts';
import { assetsHeld } from './views/balances.ts';
import { readEntities } from './views/entities.ts';

/** Day end's facts from the read side and the rates of the day; a rate that is stale or unknown fails the command as the asset context says it. */
export const revaluationFacts =
  (
    services: Pick<Services, 'readPool'>,
    assets: Pick<AssetDirectory, 'get'>,
    rates: Pick<Rates, 'mid'>,
  ): FindRevaluationFacts =>
  async (tenantId, { entity: name, businessDate }) => {
    const found = await read(services, tenantId, async (tx) => {
      const [entity] = await readEntities(tx, tenantId, name);
      if (entity === undefined) return undefined;
      const accounts = await houseAccountsOf(tx, tenantId, {
        entity: name,
        classes: ['income', 'expense', 'position'],
      });
      const held = await assetsHeld(
        tx,
        tenantId,
        accounts.map(({ accountId }) => accountId),
      );
      return { functionalAsset: entity.functionalAsset, accounts, held };
    });
    if (found === undefined) return undefined;
    const { functionalAsset, accounts, held } = found;
    const valuations = new Map<string, Valuation>();
    for (const asset of new Set([functionalAsset, ...held])) {
      const facts = await assets.get(tenantId, asset);
      if (facts === undefined) throw new Error(`The asset ${asset} is booked and not registered.`);
      const mid =
        asset === functionalAsset
          ? '1'
          : await rates.mid(tenantId, { from: asset, to: functionalAsset, on: businessDate });
      valuations.set(asset, { decimals: facts.decimals, mid });
    }
    return { functionalAsset, accounts, valuations } satisfies RevaluationFacts;
  };
