/** A rail of a bank in one asset. */
export interface RailTerms {
  readonly rail: string;
  readonly asset: string;
  readonly feeMinor: bigint;
  readonly limitMinor?: bigint | undefined;
}

/** A bank as routes see it. */
export interface RoutableBank {
  readonly bank: string;
  readonly isUsable: boolean;
  readonly rails: readonly RailTerms[];
  /** Assets we have an account in there. */
  readonly nostroAssets: readonly string[];
}

/** What is to be moved. */
export interface TransferWish {
  readonly from: string;
  readonly to: string;
  readonly asset: string;
  readonly amountMinor: bigint;
}

/** Which of several ways is preferred. `cheapest` looks at the fee first, `fastest` at the rail. */
export type RouteStrategy = 'cheapest' | 'fastest';

/** How routes are chosen. */
export interface RoutePolicy {
  readonly strategy: RouteStrategy;
  /** A way over a third bank that costs more is no way. */
  readonly bridgeFeeMaxMinor: bigint;
}

/** Cheapest first; a bridge may cost 5.00. */
export const routePolicy: RoutePolicy = { strategy: 'cheapest', bridgeFeeMaxMinor: 500n };

/** One payment of a route, made by the bank `from`. */
export interface Leg {
  readonly from: string;
  readonly to: string;
  readonly rail: string;
  readonly feeMinor: bigint;
}

/** A way for money between two banks: inside one, from one to the other, or over a third. */
export interface Route {
  readonly kind: 'internal' | 'direct' | 'bridge';
  readonly legs: readonly Leg[];
  readonly feeMinor: bigint;
}

/** Why there is no way, in order of precedence. */
export type RouteRefusal =
  | { readonly code: 'transfer_bank_unusable'; readonly bank: string }
  | { readonly code: 'transfer_nostro_missing'; readonly bank: string; readonly asset: string }
  | { readonly code: 'transfer_amount_above_limits'; readonly asset: string; readonly limitMinor: bigint }
  | { readonly code: 'transfer_without_route'; readonly from: string; readonly to: string; readonly asset: string };

/** From the quickest. */
const railSpeed: readonly string[] = ['internal', 'sepa-instant', 'sepa', 'swift'];

/**
 * Finds the way: inside one bank, by a rail both banks are on, and only where there is none over a third bank in which we have an account in the
 * asset. The fee and the limit are those of whoever pays.
 */
export const routeTransfer = (
  banks: readonly RoutableBank[],
  wish: TransferWish,
  policy: RoutePolicy = routePolicy,
): { readonly ok: true; readonly route: Route } | { readonly ok: false; readonly refusal: RouteRefusal } => {
  const { from, to, asset } = wish;
  const byCode = new Map(banks.map((bank) => [bank.bank, bank]));
  const [source, target] = [byCode.get(from), byCode.get(to)];
  for (const [code, bank] of [
    [from, source],
    [to, target],
  ] as const) {
    if (bank?.isUsable !== true) return { ok: false, refusal: { code: 'transfer_bank_unusable', bank: code } };
    if (!bank.nostroAssets.includes(asset))
      return { ok: false, refusal: { code: 'transfer_nostro_missing', bank: code, asset } };
  }
  if (source === undefined || target === undefined) throw new Error('Both banks were seen to be usable.');
  const way = { asset, amountMinor: wish.amountMinor, strategy: policy.strategy };
  const direct = bestLeg(source, target, way);
  if (direct !== undefined) {
    const kind = from === to ? 'internal' : 'direct';
    return { ok: true, route: { kind, legs: [direct], feeMinor: direct.feeMinor } };
  }
  const bridge = from === to ? undefined : bestBridge(banks, { source, target }, { ...way, ...policy });
  if (bridge !== undefined) return { ok: true, route: bridge };
  return { ok: false, refusal: refusalOf(source, target, wish) };
};

interface Way {
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly strategy: RouteStrategy;
}

/** The rails two banks have in common: inside one bank its own, between two those the other is reached by. */
const commonRails = (source: RoutableBank, target: RoutableBank, asset: string): readonly RailTerms[] => {
  const isInside = source.bank === target.bank;
  const reached = new Set(target.rails.filter((one) => one.asset === asset).map(({ rail }) => rail));
  return source.rails.filter(
    (one) => one.asset === asset && (one.rail === 'internal') === isInside && reached.has(one.rail),
  );
};

const bestLeg = (
  source: RoutableBank,
  target: RoutableBank,
  { asset, amountMinor, strategy }: Way,
): Leg | undefined => {
  const [best] = commonRails(source, target, asset)
    .filter(({ limitMinor }) => limitMinor === undefined || amountMinor <= limitMinor)
    .toSorted((left, right) => {
      const byFee = order(left.feeMinor, right.feeMinor);
      const bySpeed = railSpeed.indexOf(left.rail) - railSpeed.indexOf(right.rail);
      return strategy === 'fastest' ? bySpeed || byFee : byFee || bySpeed;
    });
  return best === undefined
    ? undefined
    : { from: source.bank, to: target.bank, rail: best.rail, feeMinor: best.feeMinor };
};

const bestBridge = (
  banks: readonly RoutableBank[],
  { source, target }: { readonly source: RoutableBank; readonly target: RoutableBank },
  way: Way & RoutePolicy,
): Route | undefined =>
  banks
    .filter(
      ({ bank, isUsable, nostroAssets }) =>
        bank !== source.bank && bank !== target.bank && isUsable && nostroAssets.includes(way.asset),
    )
    .flatMap((via): Route[] => {
      const [out, on] = [bestLeg(source, via, way), bestLeg(via, target, way)];
      if (out === undefined || on === undefined) return [];
      return [{ kind: 'bridge', legs: [out, on], feeMinor: out.feeMinor + on.feeMinor }];
    })
    .filter(({ feeMinor }) => feeMinor <= way.bridgeFeeMaxMinor)
    .toSorted((left, right) => order(left.feeMinor, right.feeMinor) || (viaOf(left) < viaOf(right) ? -1 : 1))[0];

const viaOf = ({ legs }: Route): string => legs[0]?.to ?? '';

const refusalOf = (source: RoutableBank, target: RoutableBank, { from, to, asset }: TransferWish): RouteRefusal => {
  const limits = commonRails(source, target, asset).flatMap(({ limitMinor }) => limitMinor ?? []);
  // A rail is there, so it was its limit that stood in the way.
  const limitMinor = limits.reduce<bigint | undefined>(
    (most, one) => (most === undefined || one > most ? one : most),
    undefined,
  );
  return limitMinor === undefined
    ? { code: 'transfer_without_route', from, to, asset }
    : { code: 'transfer_amount_above_limits', asset, limitMinor };
};

const order = (left: bigint, right: bigint): number => (left < right ? -1 : left > right ? 1 : 0);
