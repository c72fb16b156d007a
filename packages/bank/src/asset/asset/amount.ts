import { type AssetKind, isAssetActiveOn } from '@finaegis/kernel/asset';
import type { LocalDate } from '@finaegis/kernel/local-date';
import { type AmountProblem, parseAmount } from '@finaegis/kernel/money';

/** What everyone may know of an asset. Code, kind and decimals never change; name and the end of its life may. */
export interface AssetFacts {
  readonly code: string;
  readonly kind: AssetKind;
  readonly decimals: number;
  readonly name: string;
  /** The first day on which it may be booked; always when absent. */
  readonly activeFrom?: LocalDate;
  /** The first day on which it may no longer be booked; never ends when absent. */
  readonly activeTo?: LocalDate;
  /** Whose registry it stands in: the tenant's own or the platform's. */
  readonly tenantId: string;
}

/** An amount as clients write it. */
export interface WrittenAmount {
  readonly amount: string;
  readonly asset: string;
}

/** Why a written amount is refused, in order of precedence. */
export type AmountRefusalCode = 'asset_unknown' | 'asset_inactive' | AmountProblem | 'amount_not_positive';

/** An amount in minor units, or what is wrong with it and in which of its two fields. */
export type ReadAmount =
  | { readonly ok: true; readonly amountMinor: bigint }
  | {
      readonly ok: false;
      readonly code: AmountRefusalCode;
      readonly part: 'asset' | 'amount';
      readonly message: string;
    };

/** Whether an asset may be booked on a day. */
export const isActive = (
  { activeFrom, activeTo }: Pick<AssetFacts, 'activeFrom' | 'activeTo'>,
  on: LocalDate,
): boolean =>
  isAssetActiveOn(
    {
      ...(activeFrom === undefined ? {} : { activeFrom }),
      ...(activeTo === undefined ? {} : { activeUntil: activeTo }),
    },
    on,
  );

/**
 * Reads a positive amount of an asset.
 * @param facts the asset as the registry knows it, or undefined when it does not
 * @param on the day it is to be booked on
 */
export const readAssetAmount = (
  facts: AssetFacts | undefined,
  { amount, asset }: WrittenAmount,
  on: LocalDate,
): ReadAmount => {
  if (facts === undefined) return refuse('asset_unknown', 'asset', `there is no asset ${asset}`);
  if (!isActive(facts, on)) return refuse('asset_inactive', 'asset', `${asset} may not be booked on ${on}`);
  const parsed = parseAmount(amount, facts.decimals);
  if (!parsed.ok) return refuse(parsed.problem, 'amount', messageOf(parsed.problem, facts));
  if (parsed.amountMinor <= 0n) return refuse('amount_not_positive', 'amount', 'must be more than zero');
  return { ok: true, amountMinor: parsed.amountMinor };
};

const messageOf = (problem: AmountProblem, { code, decimals }: AssetFacts): string => {
  switch (problem) {
    case 'amount_malformed':
      return 'must be a decimal string such as "10.05"';
    case 'amount_scale_too_fine':
      return `must have at most ${decimals} fraction digits, those of ${code}`;
    case 'amount_too_large':
      return 'must have at most 36 digits in minor units';
  }
};

const refuse = (code: AmountRefusalCode, part: 'asset' | 'amount', message: string): ReadAmount => ({
  ok: false,
  code,
  part,
  message,
});
