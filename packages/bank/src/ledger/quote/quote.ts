import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { isRate, multiplyByRate } from '@finaegis/kernel/money';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import type { JournalPosting } from '../journal/events.ts';
import { type Book, type JournalRefusal, postJournal } from '../journal/post.ts';
import { quoteIssued, quoteUsed } from './events.ts';

export interface IssueQuote {
  readonly quoteId: string;
  readonly entity: string;
  readonly sell: { readonly asset: string; readonly decimals: number; readonly amountMinor: bigint };
  readonly buy: { readonly asset: string; readonly decimals: number };
  /** Units of the bought asset per unit of the sold one. */
  readonly midRate: string;
  readonly customerRate: string;
  readonly rateSource: string;
  readonly rateDate: string;
  readonly expiresAt: string;
}

export interface Convert {
  readonly journalId: string;
  readonly quoteId: string;
  /** Account that pays. */
  readonly account: string;
  /** Account that is paid; the same unless given. */
  readonly toAccount?: string | undefined;
}

export interface Quote extends Omit<IssueQuote, 'sell' | 'buy'> {
  readonly status: 'open' | 'used';
  readonly sellAsset: string;
  readonly soldMinor: bigint;
  readonly buyAsset: string;
  readonly boughtMinor: bigint;
  readonly atMidMinor: bigint;
  readonly issuedAt: string;
  readonly journalId?: string;
}

export type QuoteState = { readonly status: 'unknown' } | Quote;

export type QuoteRefusal =
  | { readonly code: 'quote_exists_with_different_terms'; readonly quoteId: string }
  | { readonly code: 'quote_same_asset'; readonly asset: string }
  | { readonly code: 'quote_rate_malformed' }
  | { readonly code: 'quote_amount_too_small'; readonly asset: string; readonly boughtMinor: bigint }
  | { readonly code: 'quote_unknown'; readonly quoteId: string }
  | { readonly code: 'quote_used'; readonly quoteId: string; readonly journalId: string }
  | { readonly code: 'quote_expired'; readonly quoteId: string; readonly expiresAt: string };

const definitions = [quoteIssued, quoteUsed] as const;
type QuoteEvent = EventOf<(typeof definitions)[number]>;

const evolve = (state: QuoteState, event: Recorded<QuoteEvent>): QuoteState => {
  switch (event.type) {
    case 'QuoteIssued':
      return { ...event.data, status: 'open', issuedAt: event.meta.bookedAt };
    case 'QuoteUsed':
      return { ...(state as Quote), status: 'used', journalId: event.data.journalId };
    default:
      return unreachable(event);
  }
};

/** A bound price for one conversion. */
export const quoteAggregate: Aggregate<QuoteState, QuoteEvent> = defineAggregate({
  context: 'ledger',
  name: 'quote',
  initial: { status: 'unknown' } as QuoteState,
  events: definitions,
  evolve,
});

/** bought = ⌊sold × customerRate⌋, atMid = round half even(sold × midRate): the customer's fraction never rounds against the house. */
export const issueQuote = (state: QuoteState, command: IssueQuote): Decision<NewEvent, QuoteRefusal> => {
  const { quoteId, entity, sell, buy, midRate, customerRate, rateSource, rateDate, expiresAt } = command;
  if (state.status !== 'unknown') {
    const isSame =
      state.sellAsset === sell.asset &&
      state.soldMinor === sell.amountMinor &&
      state.buyAsset === buy.asset &&
      state.entity === entity;
    return isSame ? accept() : reject({ code: 'quote_exists_with_different_terms', quoteId });
  }
  if (sell.asset === buy.asset) return reject({ code: 'quote_same_asset', asset: sell.asset });
  if (!isRate(midRate) || !isRate(customerRate)) return reject({ code: 'quote_rate_malformed' });
  const scales = { amountMinor: sell.amountMinor, fromDecimals: sell.decimals, toDecimals: buy.decimals };
  const boughtMinor = multiplyByRate({ ...scales, rate: customerRate, rounding: 'floor' });
  const atMidMinor = multiplyByRate({ ...scales, rate: midRate, rounding: 'half_even' });
  if (boughtMinor <= 0n) return reject({ code: 'quote_amount_too_small', asset: buy.asset, boughtMinor });
  const amounts = { sellAsset: sell.asset, soldMinor: sell.amountMinor, buyAsset: buy.asset, boughtMinor, atMidMinor };
  return accept(
    quoteAggregate.record(quoteId, 'QuoteIssued', {
      quoteId,
      entity,
      ...amounts,
      midRate,
      customerRate,
      rateSource,
      rateDate,
      expiresAt,
    }),
  );
};

/** Uses a quote: one journal through the entity's position account, the spread on its own posting. */
export const convert = (
  book: Book,
  quote: QuoteState,
  command: Convert,
  { now }: { readonly now: string },
): Decision<NewEvent, QuoteRefusal | JournalRefusal> => {
  const { journalId, quoteId } = command;
  if (quote.status === 'unknown') return reject({ code: 'quote_unknown', quoteId });
  const postings = conversionPostings(quote, command);
  const journal = { journalId, kind: 'conversion', postings, captures: [], quoteId };
  // A repeat is decided by the journal, after the quote was used and perhaps long after it expired.
  if (book.journal(journalId).status === 'posted') return postJournal(book, journal);
  if (quote.status === 'used') return reject({ code: 'quote_used', quoteId, journalId: quote.journalId ?? '' });
  if (quote.expiresAt <= now) return reject({ code: 'quote_expired', quoteId, expiresAt: quote.expiresAt });
  const decision = postJournal(book, journal);
  return decision.accepted
    ? accept(...decision.events, quoteAggregate.record(quoteId, 'QuoteUsed', { quoteId, journalId }))
    : decision;
};

/** The postings of a conversion: Dr customer sold · Cr position sold | Dr position at mid · Cr customer bought · spread to income, or from promotion cost. */
export const conversionPostings = (
  quote: Quote,
  { account, toAccount = account }: Convert,
): readonly JournalPosting[] => {
  const { entity, sellAsset, soldMinor, buyAsset, boughtMinor, atMidMinor } = quote;
  const position = `${entity}:fx-position`;
  const spreadMinor = atMidMinor - boughtMinor;
  const postings: JournalPosting[] = [
    { account, asset: sellAsset, side: 'debit', amountMinor: soldMinor, purpose: 'principal' },
    { account: position, asset: sellAsset, side: 'credit', amountMinor: soldMinor, purpose: 'principal' },
  ];
  // Worth less than half a minor unit at mid: the position gives nothing and promotion pays the customer's whole amount.
  if (atMidMinor > 0n)
    postings.push({ account: position, asset: buyAsset, side: 'debit', amountMinor: atMidMinor, purpose: 'principal' });
  postings.push({
    account: toAccount,
    asset: buyAsset,
    side: 'credit',
    amountMinor: boughtMinor,
    purpose: 'principal',
  });
  if (spreadMinor > 0n)
    postings.push({
      account: `${entity}:income/fx-spread`,
      asset: buyAsset,
      side: 'credit',
      amountMinor: spreadMinor,
      purpose: 'spread',
    });
  if (spreadMinor < 0n)
    postings.push({
      account: `${entity}:cost/fx-promo`,
      asset: buyAsset,
      side: 'debit',
      amountMinor: -spreadMinor,
      purpose: 'spread',
    });
  return postings;
};
