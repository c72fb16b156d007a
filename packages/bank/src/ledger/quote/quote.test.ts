import type { Decision } from '@finaegis/kernel/decision';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { answerOf, customerBalance, idOf, paperBook } from '../fixtures/paper-book.ts';
import { type Journal, journalAggregate } from '../journal/journal.ts';
import { conversionPostings, convert, type IssueQuote, issueQuote, type Quote, quoteAggregate } from './quote.ts';

const now = '2026-03-02T09:00:00.000Z';
const quoteId = idOf('quote');
const journalId = idOf('conversion');
const issue: IssueQuote = {
  quoteId,
  entity: 'main',
  sell: { asset: 'EUR', decimals: 2, amountMinor: 100_00n },
  buy: { asset: 'USD', decimals: 2 },
  midRate: '1.1000',
  customerRate: '1.0890',
  rateSource: 'ecb',
  rateDate: '2026-03-02',
  expiresAt: '2026-03-02T09:01:00.000Z',
};
const unknown = quoteAggregate.initial;
const recorded = (state: typeof unknown, event: NewEvent | undefined): Quote =>
  fold(quoteAggregate, state, { ...event, bookedAt: now } as RecordedEvent) as Quote;
const eventsOf = <R>(decision: Decision<NewEvent, R>): readonly NewEvent[] =>
  decision.accepted ? decision.events : [];
const issued = (rest: Partial<IssueQuote> = {}): Quote =>
  recorded(unknown, eventsOf(issueQuote(unknown, { ...issue, ...rest }))[0]);
const quote = () => issued();

const balances = [
  customerBalance('ada'),
  customerBalance('ada', { asset: 'USD', creditsMinor: 0n }),
  customerBalance('bob', { asset: 'USD', creditsMinor: 0n }),
];
const houses = { 'main:fx-position': 'main', 'main:income/fx-spread': 'main', 'main:cost/fx-promo': 'main' };
const book = paperBook({ balances, houses });
const command = { journalId, quoteId, account: 'ada' };
const leg = (account: string, side: string, amountMinor: bigint, asset: string, purpose = 'principal') => ({
  account,
  asset,
  side,
  amountMinor,
  purpose,
});

describe('issuing a quote', () => {
  it('binds what is bought, rounded down, and what that is worth at mid, rounded to even', () => {
    const amounts = {
      sellAsset: 'EUR',
      soldMinor: 100_00n,
      buyAsset: 'USD',
      boughtMinor: 108_90n,
      atMidMinor: 110_00n,
    };
    const { quoteId: _id, sell: _sell, buy: _buy, ...terms } = issue;
    expect(answerOf(issueQuote(unknown, issue))).toEqual([{ type: 'QuoteIssued', quoteId, ...amounts, ...terms }]);
    expect(quote()).toMatchObject({ status: 'open', issuedAt: now, ...amounts });
    // 0.5 and 1.5 cents at mid: halves go to the even cent, while the customer's cent is cut off.
    const small = (amountMinor: bigint) =>
      issued({ sell: { ...issue.sell, amountMinor }, midRate: '0.5', customerRate: '1.9' });
    expect([small(1n).boughtMinor, small(1n).atMidMinor, small(3n).atMidMinor]).toEqual([1n, 0n, 2n]);
  });

  it('counts in the decimals of both assets', () => {
    const yen = issued({ buy: { asset: 'JPY', decimals: 0 }, midRate: '160.5', customerRate: '159.999' });
    expect([yen.boughtMinor, yen.atMidMinor]).toEqual([15_999n, 16_050n]);
  });

  it('asked for again gives the price that was bound then, whatever the rate is now', () => {
    expect(
      answerOf(issueQuote(quote(), { ...issue, midRate: '1.2', customerRate: '0', rateDate: '2026-03-03' })),
    ).toEqual([]);
  });

  it.each<[string, Partial<IssueQuote>]>([
    ['asset sold', { sell: { ...issue.sell, asset: 'CZK' } }],
    ['amount', { sell: { ...issue.sell, amountMinor: 99_99n } }],
    ['asset bought', { buy: { ...issue.buy, asset: 'CZK' } }],
    ['entity', { entity: 'branch' }],
  ])('under an id that has another %s is refused', (_, other) => {
    expect(answerOf(issueQuote(quote(), { ...issue, ...other }))).toEqual({
      code: 'quote_exists_with_different_terms',
      quoteId,
    });
  });

  it.each<[string, Partial<IssueQuote>, object]>([
    ['an asset for itself', { buy: issue.sell, midRate: '0' }, { code: 'quote_same_asset', asset: 'EUR' }],
    ['at a mid that is none', { midRate: '0' }, { code: 'quote_rate_malformed' }],
    ['at a customer rate that is none', { customerRate: '1.' }, { code: 'quote_rate_malformed' }],
    [
      'of dust that buys nothing',
      { sell: { ...issue.sell, amountMinor: 1n }, customerRate: '0.99' },
      { code: 'quote_amount_too_small', boughtMinor: 0n },
    ],
  ])('%s is refused', (_, other, refusal) => {
    expect(answerOf(issueQuote(unknown, { ...issue, ...other }))).toMatchObject(refusal);
  });
});

describe('the postings of a conversion', () => {
  it('pass through the position, the spread as income', () => {
    expect(conversionPostings(quote(), command)).toEqual([
      leg('ada', 'debit', 100_00n, 'EUR'),
      leg('main:fx-position', 'credit', 100_00n, 'EUR'),
      leg('main:fx-position', 'debit', 110_00n, 'USD'),
      leg('ada', 'credit', 108_90n, 'USD'),
      leg('main:income/fx-spread', 'credit', 1_10n, 'USD', 'spread'),
    ]);
  });

  it('pay whoever is named', () => {
    expect(conversionPostings(quote(), { ...command, toAccount: 'bob' })[3]).toMatchObject({ account: 'bob' });
  });

  it('at mid have no spread; better than mid, promotion pays the difference', () => {
    const accounts = (customerRate: string) =>
      conversionPostings(issued({ customerRate }), command)
        .slice(4)
        .map(({ account, side, amountMinor }) => [account, side, amountMinor]);
    expect(accounts('1.1000')).toEqual([]);
    expect(accounts('1.1100')).toEqual([['main:cost/fx-promo', 'debit', 1_00n]]);
  });

  it('take nothing from the position where the sum is worth nothing at mid', () => {
    const dust = issued({ sell: { ...issue.sell, amountMinor: 1n }, midRate: '0.5', customerRate: '1' });
    expect(conversionPostings(dust, command).slice(2)).toEqual([
      leg('ada', 'credit', 1n, 'USD'),
      leg('main:cost/fx-promo', 'debit', 1n, 'USD', 'spread'),
    ]);
  });
});

describe('converting', () => {
  const converted = () => convert(book, quote(), command, { now });
  const used = () => recorded(quote(), eventsOf(converted())[1]);

  it('posts one journal and uses the quote in the same commit', () => {
    expect(answerOf(converted())).toMatchObject([
      { type: 'JournalPosted', kind: 'conversion', quoteId, captures: [] },
      { type: 'QuoteUsed', quoteId, journalId },
    ]);
    expect(used()).toMatchObject({ status: 'used', journalId });
  });

  it('asked for again is answered by the journal, however long after the quote expired', () => {
    const event = { ...eventsOf(converted())[0], bookedAt: now } as RecordedEvent;
    const later = paperBook({ journals: [fold(journalAggregate, journalAggregate.initial, event) as Journal] });
    const late = { now: '2027-01-01T00:00:00.000Z' };
    expect(answerOf(convert(later, used(), command, late))).toEqual([]);
    expect(answerOf(convert(later, used(), { ...command, account: 'bob' }, late))).toMatchObject({
      code: 'journal_exists_with_different_content',
    });
  });

  it('is refused without a quote, on a used one, and from the instant it expires', () => {
    const at = { now: issue.expiresAt };
    expect(answerOf(convert(book, unknown, command, at))).toEqual({ code: 'quote_unknown', quoteId });
    expect(answerOf(convert(book, used(), { ...command, journalId: idOf('second') }, at))).toEqual({
      code: 'quote_used',
      quoteId,
      journalId,
    });
    expect(answerOf(convert(book, quote(), command, at))).toEqual({
      code: 'quote_expired',
      quoteId,
      expiresAt: issue.expiresAt,
    });
  });

  it('refused by the journal leaves the quote unused', () => {
    const poor = paperBook({
      balances: [customerBalance('ada', { creditsMinor: 99_99n }), ...balances.slice(1)],
      houses,
    });
    expect(answerOf(convert(poor, quote(), command, { now }))).toMatchObject({ code: 'insufficient_funds' });
  });

  it('an event of a kind nobody knows stops the stream', () => {
    expect(() => quoteAggregate.evolve(quote(), { type: 'QuoteSold', data: {} } as never)).toThrow('Unreachable');
  });
});
