import { describe, expect, it } from 'vitest';
import { type ExplainedByAmounts, factsOnWire, type WriteAmount } from './refusal-facts.ts';

const cents: WriteAmount = (asset, amountMinor) => ({ amount: (Number(amountMinor) / 100).toFixed(2), asset });

describe('a refusal told outside', () => {
  it('explains itself in amounts with their asset, below zero too', () => {
    const refusal = { code: 'short', account: 'a', asset: 'EUR', spendableMinor: -150n, neededMinor: 1_005n };
    expect(factsOnWire(refusal, cents)).toEqual({
      code: 'short',
      account: 'a',
      asset: 'EUR',
      spendable: { amount: '-1.50', asset: 'EUR' },
      needed: { amount: '10.05', asset: 'EUR' },
    });
  });

  it('passes on the refusal of one of several with its amounts', () => {
    const refusal = { code: 'linked', index: 3, refusal: { code: 'short', asset: 'EUR', neededMinor: 1n } };
    expect(factsOnWire(refusal, cents)).toEqual({
      code: 'linked',
      index: 3,
      refusal: { code: 'short', asset: 'EUR', needed: { amount: '0.01', asset: 'EUR' } },
    });
  });

  it('never lets an amount out that nobody can write', () => {
    expect(() => factsOnWire({ code: 'short', neededMinor: 1n }, cents)).toThrow('neededMinor of the refusal short');
    expect(() => factsOnWire({ code: 'short', asset: 'EUR', neededMinor: 1n })).toThrow('cannot be written');
  });

  it('makes the compiler ask for a writer where one refusal of many has amounts', () => {
    type Plain = { code: 'a' } | { code: 'b'; asset: string };
    type Short = { code: 'short'; asset: string; neededMinor: bigint };
    type Asks<R> = [ExplainedByAmounts<R>] extends [never] ? false : true;
    const asked: [Asks<Plain>, Asks<Plain | Short>, Asks<{ code: 'linked'; refusal: Plain | Short }>] = [
      false,
      true,
      true,
    ];
    expect(asked).toEqual([false, true, true]);
  });
});
