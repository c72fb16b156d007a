import { multiplyByRate } from '@finaegis/kernel/money';
import type { JournalPosting } from '../journal/events.ts';
import type { AccountClass } from '../terms.ts';

/** One house balance that day end looks at. */
export interface HouseBalance {
  readonly account: string;
  readonly asset: string;
  readonly class: AccountClass;
  /** Credits − debits. */
  readonly netMinor: bigint;
}

/** What day end knows of an asset: its scale, and its mid rate in units of the functional asset (exactly 1 for itself). */
export interface Valuation {
  readonly decimals: number;
  readonly mid: string;
}

/**
 * The postings of day end in functional asset F: income, cost and loss held in other assets are swept into the position at mid, then the
 * position is brought to a worth of zero against income/fx-reval. No postings means there was nothing to do.
 */
export const revaluationPostings = ({
  entity,
  functionalAsset,
  balances,
  valuations,
}: {
  readonly entity: string;
  readonly functionalAsset: string;
  readonly balances: readonly HouseBalance[];
  readonly valuations: ReadonlyMap<string, Valuation>;
}): readonly JournalPosting[] => {
  const position = `${entity}:fx-position`;
  const functional = valuationOf(valuations, functionalAsset);
  const worth = (asset: string, amountMinor: bigint): bigint => {
    const { decimals, mid } = valuationOf(valuations, asset);
    const magnitude = multiplyByRate({
      amountMinor: amountMinor < 0n ? -amountMinor : amountMinor,
      rate: mid,
      fromDecimals: decimals,
      toDecimals: functional.decimals,
      rounding: 'half_even',
    });
    return amountMinor < 0n ? -magnitude : magnitude;
  };

  const postings: JournalPosting[] = [];
  const positions = new Map<string, bigint>();
  const move = (account: string, asset: string, netMinor: bigint): void => {
    if (netMinor === 0n) return;
    // Credit raises a net, debit lowers it; a posting never carries a sign.
    postings.push({
      account,
      asset,
      side: netMinor > 0n ? 'credit' : 'debit',
      amountMinor: netMinor > 0n ? netMinor : -netMinor,
      purpose: 'revaluation',
    });
    if (account === position) positions.set(asset, (positions.get(asset) ?? 0n) + netMinor);
  };

  for (const { account, asset, netMinor } of balances) if (account === position) positions.set(asset, netMinor);
  for (const { account, asset, class: accountClass, netMinor } of balances) {
    if ((accountClass !== 'income' && accountClass !== 'expense') || asset === functionalAsset || netMinor === 0n)
      continue;
    const inFunctional = worth(asset, netMinor);
    move(account, asset, -netMinor);
    move(position, asset, netMinor);
    move(account, functionalAsset, inFunctional);
    move(position, functionalAsset, -inFunctional);
  }
  let result = 0n;
  for (const [asset, netMinor] of positions) result += asset === functionalAsset ? netMinor : worth(asset, netMinor);
  move(position, functionalAsset, -result);
  move(`${entity}:income/fx-reval`, functionalAsset, result);
  return postings;
};

const valuationOf = (valuations: ReadonlyMap<string, Valuation>, asset: string): Valuation => {
  const found = valuations.get(asset);
  if (found === undefined) throw new Error(`There is no valuation of ${asset}.`);
  return found;
};
