import type { PolicyTerms } from './policy/policy.ts';

/** What a command is about: amounts by asset, and whether there is one whose asset nobody can tell. */
export interface AmountsFound {
  readonly amounts: ReadonlyMap<string, bigint>;
  readonly hasUnknown: boolean;
}

const isAmount = (name: string, value: unknown): value is bigint => name.endsWith('Minor') && typeof value === 'bigint';

/**
 * The largest amounts of a command's data, wherever they stand: every whole number of minor units with the asset beside it. What stands in one list is added up (the
 * lines of a batch), of a journal's postings the debit side only.
 */
export const amountsIn = (data: unknown): AmountsFound => {
  const found = new Map<string, bigint>();
  let hasUnknown = false;
  const note = (asset: string, amountMinor: bigint): void => {
    if (amountMinor > (found.get(asset) ?? 0n)) found.set(asset, amountMinor);
  };
  const take = ({ amounts, hasUnknown: some }: AmountsFound): void => {
    hasUnknown ||= some;
    for (const [asset, amountMinor] of amounts) note(asset, amountMinor);
  };
  if (Array.isArray(data)) {
    const sums = new Map<string, bigint>();
    for (const item of data as readonly unknown[]) {
      if (isCredit(item)) continue;
      const its = amountsIn(item);
      hasUnknown ||= its.hasUnknown;
      for (const [asset, amountMinor] of its.amounts) sums.set(asset, (sums.get(asset) ?? 0n) + amountMinor);
    }
    return { amounts: sums, hasUnknown };
  }
  if (typeof data !== 'object' || data === null) return { amounts: found, hasUnknown };
  const { asset } = data as { readonly asset?: unknown };
  for (const [name, value] of Object.entries(data)) {
    if (!isAmount(name, value)) take(amountsIn(value));
    else if (typeof asset === 'string') note(asset, value < 0n ? -value : value);
    else hasUnknown = true;
  }
  return { amounts: found, hasUnknown };
};

const isCredit = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && 'side' in item && item.side === 'credit';

/** Whether a policy asks for a second person for this data. An amount nobody can find, or of an asset without a threshold, counts as one above it. */
export const isGoverned = ({ from }: Pick<PolicyTerms, 'from'>, data: unknown): boolean => {
  if (from.length === 0) return true;
  const { amounts, hasUnknown } = amountsIn(data);
  if (hasUnknown || amounts.size === 0) return true;
  const thresholds = new Map(from.map(({ asset, amountMinor }) => [asset, amountMinor]));
  return [...amounts].some(([asset, amountMinor]) => {
    const threshold = thresholds.get(asset);
    return threshold === undefined || amountMinor >= threshold;
  });
};
