import { describe, expect, it } from 'vitest';
import { transferPostings } from './transfer.ts';

const within = new Map([
  ['ada', { entity: 'main' }],
  ['bob', { entity: 'main' }],
]);
const across = new Map([...within, ['bob', { entity: 'branch' }]]);
const transfer = { from: 'ada', to: 'bob', asset: 'EUR', amountMinor: 50_00n };
const pair = (debit: string, credit: string, amountMinor = 50_00n, purpose = 'principal') => [
  { account: debit, asset: 'EUR', side: 'debit', amountMinor, purpose },
  { account: credit, asset: 'EUR', side: 'credit', amountMinor, purpose },
];

describe('the postings of a transfer', () => {
  it('debit the payer and credit the payee', () => {
    expect(transferPostings(within, transfer)).toEqual(pair('ada', 'bob'));
  });

  it('charge a fee to the payer on top, gross, as a pair of its own', () => {
    expect(transferPostings(within, { ...transfer, feeMinor: 50n })).toEqual([
      ...pair('ada', 'bob'),
      ...pair('ada', 'main:income/transfer-fee', 50n, 'fee'),
    ]);
  });

  it('between entities balance in each, through what the one owes the other; the fee is the payer’s entity’s', () => {
    expect(transferPostings(across, { ...transfer, feeMinor: 50n })).toEqual([
      ...pair('ada', 'main:interco/branch'),
      ...pair('branch:interco/main', 'bob'),
      ...pair('ada', 'main:income/transfer-fee', 50n, 'fee'),
    ]);
  });

  it('of accounts nobody knows are named as they came, so that the journal can say which one is unknown', () => {
    for (const known of [['ada'], ['bob'], []]) {
      const accounts = new Map([...across].filter(([name]) => known.includes(name)));
      expect(transferPostings(accounts, transfer)).toEqual(pair('ada', 'bob'));
    }
  });
});
