/** What one bank's account of ours owes another's. */
export interface Obligation {
  readonly from: string;
  readonly to: string;
  readonly asset: string;
  readonly amountMinor: bigint;
}

/** What is left to move between two banks in an asset. */
export interface NetObligation extends Obligation {
  /** Sum of all that was set off, both ways. */
  readonly grossMinor: bigint;
  readonly count: number;
}

/**
 * Sets obligations off against each other, pair by pair and asset by asset. A pair that comes to nothing is left in with an amount of zero, so that
 * whoever reads the result sees that it was settled.
 */
export const netObligations = (obligations: readonly Obligation[]): readonly NetObligation[] => {
  const pairs = new Map<
    string,
    { low: string; high: string; asset: string; netMinor: bigint; grossMinor: bigint; count: number }
  >();
  for (const { from, to, asset, amountMinor } of obligations) {
    const [low, high] = from < to ? [from, to] : [to, from];
    const key = `${low} ${high} ${asset}`;
    const pair = pairs.get(key) ?? { low, high, asset, netMinor: 0n, grossMinor: 0n, count: 0 };
    pairs.set(key, {
      ...pair,
      netMinor: pair.netMinor + (from === low ? amountMinor : -amountMinor),
      grossMinor: pair.grossMinor + amountMinor,
      count: pair.count + 1,
    });
  }
  return [...pairs.entries()]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, { low, high, asset, netMinor, grossMinor, count }]) => {
      const [from, to] = netMinor >= 0n ? [low, high] : [high, low];
      return { from, to, asset, amountMinor: netMinor < 0n ? -netMinor : netMinor, grossMinor, count };
    });
};
