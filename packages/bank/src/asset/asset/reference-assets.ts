import { type Currency, currencies, decimalsOf } from '@finaegis/kernel/iso4217';
import { addDays, endOfMonth, type LocalDate } from '@finaegis/kernel/local-date';
import type { AssetFacts } from './amount.ts';
import type { DeactivateAsset, RegisterAsset, RenameAsset } from './asset.ts';

// Decimals are those of the coin's own ledger: what a chain can say, we can count.
const CRYPTO: readonly (readonly [code: string, decimals: number, name: string])[] = [
  ['BTC', 8, 'Bitcoin'],
  ['ETH', 18, 'Ether'],
  ['USDT', 6, 'Tether USD'],
  ['USDC', 6, 'USD Coin'],
  ['EURC', 6, 'Euro Coin'],
  ['DAI', 18, 'Dai'],
  ['SOL', 9, 'Solana'],
  ['XRP', 6, 'XRP'],
  ['ADA', 6, 'Cardano'],
  ['LTC', 8, 'Litecoin'],
  ['BCH', 8, 'Bitcoin Cash'],
  ['DOGE', 8, 'Dogecoin'],
  ['DOT', 10, 'Polkadot'],
  ['TRX', 6, 'Tron'],
  ['AVAX', 18, 'Avalanche'],
  ['POL', 18, 'Polygon'],
];

/** What every installation knows from its first day: ISO 4217, active and withdrawn, its metals, and some crypto assets. */
export const referenceAssets = (): readonly RegisterAsset[] => [
  ...currencies().flatMap(fromCurrency),
  ...CRYPTO.map(([code, decimals, name]): RegisterAsset => ({ code, kind: 'crypto', decimals, name })),
];

/** One command that brings the platform's registry nearer to what this release knows. */
export type SeedStep =
  | { readonly command: 'register'; readonly data: RegisterAsset }
  | { readonly command: 'rename'; readonly data: RenameAsset }
  | { readonly command: 'deactivate'; readonly data: DeactivateAsset };

/**
 * The commands that are missing between a registry and what this release knows; none when they agree.
 * @throws Error where a release contradicts what amounts were already counted by: that would be a bug, not news
 */
export const seedSteps = (
  existing: ReadonlyMap<string, AssetFacts>,
  wanted: readonly RegisterAsset[],
): readonly SeedStep[] =>
  wanted.flatMap((asset): readonly SeedStep[] => {
    const known = existing.get(asset.code);
    if (known === undefined) return [{ command: 'register', data: asset }];
    if (known.decimals !== asset.decimals || known.kind !== asset.kind) {
      throw new Error(
        `${asset.code} is registered as ${known.kind} with ${known.decimals} decimals, which never change.`,
      );
    }
    const { code, name, activeTo } = asset;
    return [
      ...(known.name === name ? [] : [{ command: 'rename' as const, data: { code, name } }]),
      ...(activeTo === undefined || known.activeTo === activeTo
        ? []
        : [{ command: 'deactivate' as const, data: { code, activeTo } }]),
    ];
  });

const fromCurrency = (found: Currency): readonly RegisterAsset[] => {
  const decimals = decimalsOf(found);
  // XXX and XTS stand for nothing that could be held.
  if (decimals === undefined) return [];
  const activeTo = endOf(found.withdrawn);
  const { code, name, activeFrom } = found;
  return [
    {
      code,
      kind: kindOf(found),
      decimals,
      name,
      ...(activeFrom === undefined ? {} : { activeFrom }),
      ...(activeTo === undefined ? {} : { activeTo }),
    },
  ];
};

const kindOf = ({ kind }: Currency): RegisterAsset['kind'] => {
  if (kind === 'metal') return 'commodity';
  return kind === 'unit' ? 'custom' : 'fiat';
};

/** ISO gives some withdrawals as a month only; the code then counts to the end of it. */
const endOf = (withdrawn: string | undefined): LocalDate | undefined => {
  if (withdrawn === undefined || withdrawn.length === 10) return withdrawn;
  return addDays(endOfMonth(`${withdrawn}-01`), 1);
};
