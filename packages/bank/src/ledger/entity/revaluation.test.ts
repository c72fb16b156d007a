import { describe, expect, it } from 'vitest';
import type { AccountClass } from '../terms.ts';
import { type HouseBalance, revaluationPostings, type Valuation } from './revaluation.ts';

const valuations = new Map<string, Valuation>([
  ['EUR', { decimals: 2, mid: '1' }],
  ['USD', { decimals: 2, mid: '0.5' }],
  ['JPY', { decimals: 0, mid: '0.01' }],
]);
const house = (code: string, accountClass: AccountClass, asset: string, netMinor: bigint): HouseBalance => ({
  account: `main:${code}`,
  asset,
  class: accountClass,
  netMinor,
});
const position = (asset: string, netMinor: bigint) => house('fx-position', 'position', asset, netMinor);
const postings = (...balances: readonly HouseBalance[]) =>
  revaluationPostings({ entity: 'main', functionalAsset: 'EUR', balances, valuations }).map(
    ({ account, asset, side, amountMinor, purpose }) => {
      expect(purpose).toBe('revaluation');
      return `${{ debit: 'Dr', credit: 'Cr' }[side]} ${account.slice(5)} ${amountMinor} ${asset}`;
    },
  );

describe('day end', () => {
  it('of a position that is worth nothing posts nothing', () => {
    expect(postings()).toEqual([]);
    expect(postings(position('EUR', 0n), position('USD', 0n))).toEqual([]);
    expect(postings(position('EUR', -50_00n), position('USD', 100_00n))).toEqual([]);
  });

  it('books a gain as income and takes it out of the position, a loss the other way round', () => {
    expect(postings(position('USD', 100_00n), position('EUR', -40_00n))).toEqual([
      'Dr fx-position 1000 EUR',
      'Cr income/fx-reval 1000 EUR',
    ]);
    expect(postings(position('USD', -100_00n), position('EUR', 40_00n))).toEqual([
      'Cr fx-position 1000 EUR',
      'Dr income/fx-reval 1000 EUR',
    ]);
  });

  it('sweeps income and costs of other assets into the position, each at mid', () => {
    expect(
      postings(house('income/fees', 'income', 'USD', 20_00n), house('loss/fraud', 'expense', 'USD', -8_00n)),
    ).toEqual([
      'Dr income/fees 2000 USD',
      'Cr fx-position 2000 USD',
      'Cr income/fees 1000 EUR',
      'Dr fx-position 1000 EUR',
      'Cr loss/fraud 800 USD',
      'Dr fx-position 800 USD',
      'Dr loss/fraud 400 EUR',
      'Cr fx-position 400 EUR',
    ]);
  });

  it('leaves alone what is in the functional asset, empty, or neither income nor cost', () => {
    expect(
      postings(
        house('income/fees', 'income', 'EUR', 20_00n),
        house('income/other', 'income', 'USD', 0n),
        house('nostro/ing', 'asset', 'USD', -20_00n),
        house('clearing/sepa', 'liability', 'USD', 20_00n),
        house('equity/capital', 'equity', 'USD', 20_00n),
      ),
    ).toEqual([]);
  });

  it('counts what it sweeps with what the position held: both together are worth nothing afterwards', () => {
    expect(postings(position('USD', 100_00n), house('income/fees', 'income', 'USD', 20_00n)).slice(4)).toEqual([
      'Dr fx-position 5000 EUR',
      'Cr income/fx-reval 5000 EUR',
    ]);
    // Half a cent of income and half a cent of position are worth nothing alone, and a cent together.
    expect(postings(position('USD', 1n), house('income/fees', 'income', 'USD', 1n)).slice(2)).toEqual([
      'Dr fx-position 1 EUR',
      'Cr income/fx-reval 1 EUR',
    ]);
  });

  it('rounds half a cent to even, above and below zero alike, and minds the decimals of the asset', () => {
    expect(postings(house('income/fees', 'income', 'USD', 1n))).toEqual([
      'Dr income/fees 1 USD',
      'Cr fx-position 1 USD',
    ]);
    expect(postings(house('cost/network', 'expense', 'USD', -3n)).slice(2)).toEqual([
      'Dr cost/network 2 EUR',
      'Cr fx-position 2 EUR',
    ]);
    expect(postings(position('JPY', 7n))).toEqual(['Dr fx-position 7 EUR', 'Cr income/fx-reval 7 EUR']);
  });

  it('does not guess at a rate it has not', () => {
    expect(() => postings(position('GBP', 1n))).toThrow('no valuation of GBP');
    // Where nothing was earned no rate is needed.
    expect(postings(house('income/fees', 'income', 'GBP', 0n))).toEqual([]);
  });
});
