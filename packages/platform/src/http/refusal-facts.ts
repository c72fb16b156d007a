/** Writes minor units as an amount on the wire, with the decimals of their asset. */
export type WriteAmount = (asset: string, amountMinor: bigint) => { readonly amount: string; readonly asset: string };

/** Those of a union of refusals that are explained by amounts, their own or those of a refusal they pass on. */
export type ExplainedByAmounts<R> = R extends unknown
  ? Extract<keyof R, `${string}Minor`> extends never
    ? R extends { readonly refusal: infer Passed }
      ? ExplainedByAmounts<Passed>
      : never
    : R
  : never;

/**
 * The facts of a refusal as they are told outside: `spendableMinor` becomes `spendable`, an amount in the refusal's `asset` (ADR 0012).
 * @param amount knows every asset the refusal may name; absent for commands none of whose refusals is explained by amounts
 * @throws Error for an amount without asset, or one that nobody can write: a bug of the context
 */
export const factsOnWire = (
  refusal: Readonly<Record<string, unknown>>,
  amount?: WriteAmount,
): Readonly<Record<string, unknown>> => {
  const { asset } = refusal;
  return Object.fromEntries(
    Object.entries(refusal).map(([name, fact]) => {
      if (name === 'refusal' && typeof fact === 'object' && fact !== null)
        return [name, factsOnWire(fact as Readonly<Record<string, unknown>>, amount)];
      if (!name.endsWith('Minor') || typeof fact !== 'bigint') return [name, fact];
      if (typeof asset !== 'string' || amount === undefined)
        throw new Error(`The fact ${name} of the refusal ${String(refusal['code'])} cannot be written as an amount.`);
      return [name.slice(0, -'Minor'.length), amount(asset, fact)];
    }),
  );
};
