import { describe, expect, it } from 'vitest';
import {
  announceCryptoDeposit,
  type ConcludeCryptoDeposit,
  type CryptoDepositTerms,
  concludeCryptoDeposit,
  cryptoDepositAggregate,
  failCryptoDeposit,
  openCryptoCheckout,
} from './crypto-deposit/crypto-deposit.ts';
import { cryptoReceiptAggregate, suspendCryptoReceipt } from './crypto-deposit/receipt.ts';
import { bookOf, events, postings, said, stateAfter } from './fixtures/paper-payment.ts';

const book = bookOf();
const terms: CryptoDepositTerms = {
  depositId: '0190b000-0000-7000-8000-000000000001',
  accountId: 'a',
  entity: 'main',
  provider: 'coinbase',
  asset: 'USDC',
  amountMinor: 100_000_000n,
  expiresAt: '2025-01-30T11:00:00.000Z',
};
const { depositId } = terms;
const none = cryptoDepositAggregate.initial;
const facts = { isSupported: true, stepMinor: 10_000n, book };
const announced = events(announceCryptoDeposit(none, terms, facts));
const opened = [
  ...announced,
  ...events(openCryptoCheckout(stateAfter(cryptoDepositAggregate, announced), { depositId, checkoutId: 'c1' })),
];
const open = stateAfter(cryptoDepositAggregate, opened);
const allow = { kind: 'allow' } as const;
const told = (
  checkout: Partial<ConcludeCryptoDeposit['checkout']>,
  verdict: ConcludeCryptoDeposit['verdict'] = allow,
): ConcludeCryptoDeposit => ({
  depositId,
  checkout: { checkoutId: 'c1', status: 'open', isLate: false, ...checkout },
  verdict,
});
const paid = (amountMinor = 100_000_000n, asset = 'USDC') =>
  ({ status: 'paid', received: { asset, amountMinor }, feeMinor: 1_000_000n }) as const;

describe('a crypto deposit on paper', () => {
  // In order of precedence: each row also has what the rows below it name.
  const blocked = bookOf([], { creditBlocks: 1 });
  it.each<[string, Partial<CryptoDepositTerms>, Partial<typeof facts>]>([
    ['crypto_asset_not_supported', { amountMinor: 1n, accountId: 'main:cash' }, { isSupported: false }],
    ['crypto_amount_too_fine', { amountMinor: 1n, accountId: 'main:cash' }, { book: blocked }],
    ['account_unknown', { accountId: 'main:cash' }, { book: blocked }],
    ['account_closed', {}, { book: bookOf([], { status: 'closed', creditBlocks: 1 }) }],
    ['account_credits_blocked', {}, { book: blocked }],
    ['CryptoDepositAnnounced', {}, {}],
  ])('is answered with %s before anything below it', (wanted, its, changed) => {
    expect(said(announceCryptoDeposit(none, { ...terms, ...its }, { ...facts, ...changed }))).toBe(wanted);
  });

  it('asked for again is the same, and with other content another', () => {
    expect(said(announceCryptoDeposit(open, { ...terms, expiresAt: 'later' }, facts))).toBe('');
    expect(said(announceCryptoDeposit(open, { ...terms, amountMinor: 1n }, facts))).toBe(
      'crypto_deposit_exists_with_different_content',
    );
    for (const decision of [
      concludeCryptoDeposit(none, told(paid()), book),
      openCryptoCheckout(none, { depositId, checkoutId: 'c1' }),
      failCryptoDeposit(none, { depositId, reason: 'x' }),
    ])
      expect(said(decision)).toBe('crypto_deposit_unknown');
  });

  it('is open once the provider has a page', () => {
    expect(opened.map(({ type }) => type)).toEqual(['CryptoDepositAnnounced', 'CryptoCheckoutOpened']);
    expect(open).toMatchObject({ status: 'open', checkoutId: 'c1' });
  });

  it('is credited gross, with what the provider took apart, and once', () => {
    const decided = events(concludeCryptoDeposit(open, told(paid()), book));
    expect(decided.map(({ type }) => type)).toEqual(['JournalPosted', 'JournalPosted', 'CryptoDepositCredited']);
    expect(postings(decided)).toEqual([
      'main:psp/coinbase debit 100000000',
      'a credit 100000000',
      'main:cost/coinbase debit 1000000',
      'main:psp/coinbase credit 1000000',
    ]);
    const done = stateAfter(cryptoDepositAggregate, [...opened, ...decided]);
    expect(said(concludeCryptoDeposit(done, told(paid(1n)), book))).toBe('');
    expect(said(failCryptoDeposit(done, { depositId, reason: 'x' }))).toBe('');
    expect(said(openCryptoCheckout(done, { depositId, checkoutId: 'c2' }))).toBe('');
  });

  const review = { kind: 'review', reason: 'unusual' } as const;
  it.each<[string, string, [bigint, string?], object]>([
    ['asset_differs', 'amount-mismatch', [99_000_000n, 'DAI'], { creditBlocks: 1 }],
    ['underpaid', 'amount-mismatch', [99_000_000n], { creditBlocks: 1 }],
    ['overpaid', 'amount-mismatch', [101_000_000n], { creditBlocks: 1 }],
    ['account_takes_no_credits', 'blocked', [100_000_000n], { creditBlocks: 1 }],
    ['unusual', 'review', [100_000_000n], {}],
  ])('that cannot be credited because of %s is booked to suspense with an item', (reason, leaf, received, changes) => {
    const decided = events(concludeCryptoDeposit(open, told(paid(...received), review), bookOf([], changes)));
    const [, , item, suspended] = decided;
    expect([item?.type, suspended?.type]).toEqual(['WorkItemOpened', 'CryptoDepositSuspended']);
    expect(postings(decided).slice(0, 2)).toEqual([
      `main:psp/coinbase debit ${received[0]}`,
      `main:suspense/${leaf} credit ${received[0]}`,
    ]);
    expect(suspended?.data).toMatchObject({ reason, receivedAsset: received[1] ?? 'USDC' });
  });

  it('goes through its states, and what arrived late is booked all the same', () => {
    const conclude = (from: typeof open, checkout: Partial<ConcludeCryptoDeposit['checkout']>) =>
      concludeCryptoDeposit(from, told(checkout), book);
    expect(said(conclude(open, {}))).toBe('');
    const seen = events(conclude(open, { status: 'pending' }));
    expect(seen.map(({ type }) => type)).toEqual(['CryptoPaymentDetected']);
    const pending = stateAfter(cryptoDepositAggregate, [...opened, ...seen]);
    expect(said(conclude(pending, { status: 'pending' }))).toBe('');
    expect(said(conclude(pending, { status: 'failed' }))).toBe('CryptoDepositFailed');
    const expired = events(conclude(open, { status: 'closed' }));
    expect(expired.map(({ type }) => type)).toEqual(['CryptoDepositExpired']);
    const over = stateAfter(cryptoDepositAggregate, [...opened, ...expired]);
    expect(said(conclude(over, { status: 'closed' }))).toBe('');
    const late = events(conclude(over, { ...paid(), isLate: true }));
    expect(late.at(-1)).toMatchObject({ type: 'CryptoDepositCredited', data: { isLate: true } });
    expect(() => conclude(open, { status: 'paid' })).toThrow('nobody says with what');
  });

  it('of nobody we know is booked to suspense once', () => {
    const receipt = { provider: 'coinbase', entity: 'main', checkoutId: 'c9', asset: 'USDC', receivedMinor: 5n };
    const decided = events(suspendCryptoReceipt(cryptoReceiptAggregate.initial, receipt, book));
    expect(decided.map(({ type }) => type)).toEqual(['JournalPosted', 'WorkItemOpened', 'CryptoReceiptSuspended']);
    expect(postings(decided)).toEqual(['main:psp/coinbase debit 5', 'main:suspense/unidentified credit 5']);
    const state = stateAfter(cryptoReceiptAggregate, decided);
    expect(said(suspendCryptoReceipt(state, { ...receipt, receivedMinor: 6n }, book))).toBe('');
  });
});
