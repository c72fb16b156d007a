import type { LocalDate } from './local-date.ts';

/** What sort of thing an asset is; it decides which calendar and which rails fit, never how it is counted. */
export type AssetKind = 'fiat' | 'crypto' | 'commodity' | 'custom';

/** Something that is counted in whole minor units: a currency, a coin, an ounce, a share of a round. */
export interface Asset {
  readonly code: string;
  readonly kind: AssetKind;
  /** Fraction digits of one major unit, 0 to 18; never changes once anything was booked. */
  readonly decimals: number;
  readonly name: string;
  /** The first day on which it may be booked; always when absent. */
  readonly activeFrom?: LocalDate;
  /** The first day on which it may no longer be booked; never ends when absent. */
  readonly activeUntil?: LocalDate;
}

/** All kinds of assets, in the order they are documented. */
export const ASSET_KINDS: readonly AssetKind[] = ['fiat', 'crypto', 'commodity', 'custom'];

/** The finest scale an asset may have: that of ether, 18. */
export const DECIMALS_MAX = 18;

const CODE = /^(?=.{2,32}$)[A-Z0-9]+(?:[._-][A-Z0-9]+)*$/;

/**
 * Whether a text can be an asset's code: 2 to 32 capitals and digits, with single '.', '_' or '-' between them
 * ('EUR', 'USDC', 'CGO-2026-1'). Capitals only, so that no two codes differ by case alone.
 */
export const isAssetCode = (text: string): boolean => CODE.test(text);

/** Whether a number can be an asset's decimals: a whole number from 0 to 18. */
export const isDecimals = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= DECIMALS_MAX;

/** Whether an asset may be booked on a day. */
export const isAssetActiveOn = (
  { activeFrom, activeUntil }: Pick<Asset, 'activeFrom' | 'activeUntil'>,
  date: LocalDate,
): boolean => (activeFrom === undefined || date >= activeFrom) && (activeUntil === undefined || date < activeUntil);
