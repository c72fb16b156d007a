import type { Decision } from '@finaegis/kernel/decision';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { type AccountFacts, type Balance, type Book, type JournalState, journalAggregate } from '../ledger/contract.ts';
import { type DepositFacts, type DepositRefusal, depositOf, type RecordDeposit, recordDeposit } from './deposit.ts';
import { createSuspenseBook } from './fixtures/suspense-book.ts';

const depositId = '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12';
const command: RecordDeposit = {
  depositId,
  accountId: 'a-1',
  from: 'main:cash',
  asset: 'EUR',
  amountMinor: 100n,
  endToEndId: 'E-1',
};
const house = (accountId: string): AccountFacts => ({
  accountId,
  entity: 'main',
  kind: 'house',
  class: 'asset',
  hasFloor: false,
});
const customer: AccountFacts = {
  accountId: 'a-1',
  entity: 'main',
  kind: 'customer',
  class: 'liability',
  hasFloor: true,
};
const queue = createSuspenseBook();
const facts: DepositFacts = {
  from: house('main:cash'),
  account: customer,
  isAssetAllowed: true,
  openItem: queue.open,
};
const balance: Balance = {
  account: 'a-1',
  asset: 'EUR',
  entity: 'main',
  class: 'liability',
  status: 'open',
  hasFloor: true,
  debitBlocks: 0,
  creditBlocks: 0,
  blockedMinor: 0n,
  debitsMinor: 0n,
  creditsMinor: 0n,
  heldOutMinor: 0n,
  overdraftLimitMinor: 0n,
  bookedAt: undefined,
};

const book = (changes: { readonly balance?: Balance | undefined; readonly journal?: JournalState } = {}): Book => {
  const its = 'balance' in changes ? changes.balance : balance;
  const suspense = ['main:suspense/blocked', 'main:suspense/unidentified', 'main:cash'].map(
    (id) => [id, house(id)] as const,
  );
  const accounts = new Map<string, AccountFacts>([
    ...suspense,
    ...(its === undefined ? [] : [['a-1', customer] as const]),
  ]);
  return {
    journal: () => changes.journal ?? journalAggregate.initial,
    hold: () => ({ status: 'unknown' }),
    incoming: () => ({ status: 'unknown' }),
    entity: () => ({
      entity: 'main',
      name: 'Main',
      functionalAsset: 'EUR',
      timeZone: 'Europe/Prague',
      calendar: 'target',
      businessDate: '2025-01-30',
      status: 'day_open',
    }),
    balance: (account) => (account === 'a-1' ? its : undefined),
    account: (account) => accounts.get(account),
  };
};

const journalOf = (decision: Decision<NewEvent, DepositRefusal>): Extract<JournalState, { status: 'posted' }> => {
  if (!decision.accepted) throw new Error(decision.rejection.code);
  const state = decision.events.reduce(
    (folded, event) =>
      fold(journalAggregate, folded, { ...event, bookedAt: '2025-01-30T10:00:00.000Z' } as RecordedEvent),
    journalAggregate.initial,
  );
  if (state.status !== 'posted') throw new Error('Nothing was posted.');
  return state;
};
const told = (its: Book, more: Partial<DepositFacts> = {}) =>
  depositOf(journalOf(recordDeposit(its, command, { ...facts, ...more })));

describe('money that has arrived', () => {
  it('is credited to the account', () => {
    expect(told(book())).toMatchObject({ status: 'credited', creditedTo: 'a-1', accountId: 'a-1', amountMinor: 100n });
    const journal = journalOf(recordDeposit(book(), command, facts));
    expect(journal.postings.map(({ account, side, purpose }) => [account, side, purpose])).toEqual([
      ['main:cash', 'debit', 'principal'],
      ['a-1', 'credit', 'principal'],
    ]);
    expect(journal.metadata).toBeUndefined();
  });

  // In order of precedence: each row also has what the rows below it name.
  it.each<
    [string, Balance | undefined, Partial<DepositFacts>, { readonly reason: string; readonly creditedTo: string }]
  >([
    [
      'nobody knows',
      undefined,
      { account: undefined, isAssetAllowed: false },
      { reason: 'account_unknown', creditedTo: 'main:suspense/unidentified' },
    ],
    [
      'is closed',
      { ...balance, status: 'closed', creditBlocks: 1 },
      { isAssetAllowed: false },
      { reason: 'account_closed', creditedTo: 'main:suspense/blocked' },
    ],
    [
      'takes no credits',
      { ...balance, creditBlocks: 1 },
      { isAssetAllowed: false },
      { reason: 'account_credits_blocked', creditedTo: 'main:suspense/blocked' },
    ],
    [
      'may not hold the asset',
      balance,
      { isAssetAllowed: false },
      { reason: 'asset_not_of_product', creditedTo: 'main:suspense/blocked' },
    ],
  ])(
    'for an account that %s goes to suspense, with the reason on the journal and an item',
    (_, its, more, expected) => {
      queue.told.length = 0;
      const { creditedTo: account, reason } = expected;
      expect(told(book({ balance: its }), more)).toMatchObject({
        status: 'suspended',
        accountId: 'a-1',
        amountMinor: 100n,
        ...expected,
      });
      expect(queue.told).toEqual([
        {
          entity: 'main',
          account,
          asset: 'EUR',
          amountMinor: 100n,
          journalId: depositId,
          subject: `deposit:${depositId}`,
          reason,
          links: ['account:a-1'],
          reference: 'E-1',
        },
      ]);
    },
  );

  it('has nobody look at what was credited, repeated or refused', () => {
    queue.told.length = 0;
    const suspended = journalOf(recordDeposit(book({ balance: undefined }), command, { ...facts, account: undefined }));
    expect(queue.told).toHaveLength(1);
    recordDeposit(book({ journal: suspended }), command, { ...facts, account: undefined });
    recordDeposit(book(), command, facts);
    recordDeposit(book(), command, { ...facts, from: undefined });
    expect(queue.told).toHaveLength(1);
  });

  it('is credited in spite of a block for debits: that only stops what leaves', () => {
    expect(told(book({ balance: { ...balance, debitBlocks: 1 } }))).toMatchObject({ status: 'credited' });
  });

  it('asked for again is a repeat, also where it would go elsewhere by now', () => {
    const suspended = journalOf(recordDeposit(book({ balance: undefined }), command, { ...facts, account: undefined }));
    expect(recordDeposit(book({ journal: suspended }), command, facts)).toEqual({ accepted: true, events: [] });
    const dated = { ...command, valueDate: '2025-01-28' };
    const early = book({ journal: journalOf(recordDeposit(book(), dated, facts)) });
    expect(recordDeposit(early, dated, facts)).toEqual({ accepted: true, events: [] });
    const credited = journalOf(recordDeposit(book(), command, facts));
    expect(
      recordDeposit(book({ journal: credited, balance: { ...balance, status: 'closed' } }), command, facts),
    ).toEqual({ accepted: true, events: [] });
  });

  it.each<[string, Partial<RecordDeposit>, Partial<DepositFacts>]>([
    ['account', { accountId: 'a-2' }, {}],
    ['source', { from: 'main:nostro/ing' }, {}],
    ['asset', { asset: 'USD' }, {}],
    ['amount', { amountMinor: 101n }, {}],
    ['end-to-end id', { endToEndId: undefined }, {}],
    ['value date', { valueDate: '2025-01-29' }, {}],
    ['text', {}, { description: { ref: 'r', commitment: 'c' } }],
  ])('under an id that has another %s is refused', (_, other, more) => {
    const journal = journalOf(recordDeposit(book(), command, facts));
    expect(recordDeposit(book({ journal }), { ...command, ...other }, { ...facts, ...more })).toEqual({
      accepted: false,
      rejection: { code: 'deposit_exists_with_different_content', depositId },
    });
    const another = { ...journal, kind: 'transfer' };
    expect(recordDeposit(book({ journal: another }), command, facts)).toMatchObject({ accepted: false });
  });

  it('from an account nobody knows, or of a customer, is refused', () => {
    expect(recordDeposit(book(), command, { ...facts, from: undefined })).toEqual({
      accepted: false,
      rejection: { code: 'account_unknown', account: 'main:cash' },
    });
    expect(recordDeposit(book(), command, { ...facts, from: customer })).toEqual({
      accepted: false,
      rejection: { code: 'house_account_expected', account: 'main:cash' },
    });
  });
});
