import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { netObligations, type Obligation } from './netting.ts';

const owes = (from: string, to: string, amount: number, asset = 'EUR'): Obligation => ({
  from,
  to,
  asset,
  amountMinor: BigInt(amount),
});
const told = (...obligations: readonly Obligation[]): readonly string[] =>
  netObligations(obligations).map(
    ({ from, to, asset, amountMinor, grossMinor, count }) =>
      `${from}→${to} ${amountMinor} ${asset} of ${grossMinor} in ${count}`,
  );

describe('setting off', () => {
  it.each([
    ['one way', [owes('a', 'b', 100)], ['a→b 100 EUR of 100 in 1']],
    ['both ways', [owes('a', 'b', 100), owes('b', 'a', 130)], ['b→a 30 EUR of 230 in 2']],
    ['to nothing', [owes('a', 'b', 100), owes('b', 'a', 100)], ['a→b 0 EUR of 200 in 2']],
    [
      'not across assets',
      [owes('a', 'b', 1), owes('b', 'a', 1, 'USD')],
      ['a→b 1 EUR of 1 in 1', 'b→a 1 USD of 1 in 1'],
    ],
    ['not across pairs', [owes('a', 'b', 5), owes('b', 'c', 5)], ['a→b 5 EUR of 5 in 1', 'b→c 5 EUR of 5 in 1']],
  ] as const)('%s', (_, obligations, result) => {
    expect(told(...obligations)).toEqual(result);
  });

  it('leaves every bank with what it would have had, whatever the order', () => {
    const banks = fc.constantFrom('a', 'b', 'c');
    const obligation = fc.record({
      from: banks,
      to: banks,
      asset: fc.constantFrom('EUR', 'USD'),
      amountMinor: fc.bigInt({ min: 1n, max: 1_000n }),
    });
    const positions = (all: readonly Obligation[]): Record<string, bigint> => {
      const sums: Record<string, bigint> = {};
      for (const { from, to, asset, amountMinor } of all) {
        sums[`${from} ${asset}`] = (sums[`${from} ${asset}`] ?? 0n) - amountMinor;
        sums[`${to} ${asset}`] = (sums[`${to} ${asset}`] ?? 0n) + amountMinor;
      }
      return Object.fromEntries(
        Object.entries(sums)
          .filter(([, sum]) => sum !== 0n)
          .toSorted(([left], [right]) => (left < right ? -1 : 1)),
      );
    };
    fc.assert(
      fc.property(fc.array(obligation.filter(({ from, to }) => from !== to)), (all) => {
        expect(positions(netObligations(all))).toEqual(positions(all));
        expect(netObligations(all.toReversed()).map(({ amountMinor }) => amountMinor)).toEqual(
          netObligations(all).map(({ amountMinor }) => amountMinor),
        );
        for (const { amountMinor, grossMinor } of netObligations(all)) expect(amountMinor <= grossMinor).toBe(true);
      }),
    );
  });
});
