import { reject } from '@finaegis/kernel/decision';
import type { CommandHandler } from '@finaegis/platform/command/handler';
import { z } from 'zod';
import { loadedBook, postingNeeds } from '../book.ts';
import type { LedgerTools } from '../journal/commands.ts';
import { type AccountFacts, type Journal, journalAggregate } from '../journal/journal.ts';
import type { JournalRefusal } from '../journal/post.ts';
import { minor } from '../terms.ts';
import {
  type Convert,
  conversionPostings,
  convert,
  type IssueQuote,
  issueQuote,
  type Quote,
  type QuoteRefusal,
  type QuoteState,
  quoteAggregate,
} from './quote.ts';

const stream = (quoteId: string) => ({ aggregate: quoteAggregate, id: quoteId });

/** Binds a price. The rates come from whoever asks, already found and fresh; the decision only computes and records. */
export const issueQuoteHandler = (): CommandHandler<IssueQuote, undefined, Quote, QuoteRefusal> => ({
  name: 'ledger.IssueQuote',
  schema: z.strictObject({
    quoteId: z.string(),
    entity: z.string(),
    sell: z.strictObject({ asset: z.string(), decimals: z.number().int(), amountMinor: minor }),
    buy: z.strictObject({ asset: z.string(), decimals: z.number().int() }),
    midRate: z.string(),
    customerRate: z.string(),
    rateSource: z.string(),
    rateDate: z.string(),
    expiresAt: z.string(),
  }),
  permission: 'ledger:quote',
  loads: ({ quoteId }) => ({ streams: [stream(quoteId)] }),
  decide: (loaded, data) => issueQuote(loaded.stream(quoteAggregate, data.quoteId).state, data),
  result: (loaded, { quoteId }) => {
    const { state } = loaded.stream(quoteAggregate, quoteId);
    if (state.status === 'unknown') throw new Error('A quote was accepted and is not there.');
    return state;
  },
});

/** What a conversion knows before it locks. */
export interface ConvertRefs {
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  /** As it was before the lock; amounts and assets of a quote never change. */
  readonly quote: QuoteState;
}

/** Uses a quote once: sells and buys through the entity's position account. */
export const convertHandler = (
  tools: LedgerTools,
  readQuote: (tenantId: string, quoteId: string) => Promise<QuoteState>,
): CommandHandler<Convert, ConvertRefs, Journal, QuoteRefusal | JournalRefusal> => ({
  name: 'ledger.Convert',
  schema: z.strictObject({
    journalId: z.string(),
    quoteId: z.string(),
    account: z.string(),
    toAccount: z.string().optional(),
  }),
  permission: 'ledger:convert',
  prepare: async (data, { tenantId }) => {
    const quote = await readQuote(tenantId, data.quoteId);
    const postings = quote.status === 'unknown' ? [] : conversionPostings(quote, data);
    return {
      quote,
      accounts: await tools.directory.accounts(
        tenantId,
        postings.map(({ account }) => account),
      ),
    };
  },
  loads: (data, { quote, accounts }) => {
    const needs = postingNeeds(tools.balances, accounts, {
      postings: quote.status === 'unknown' ? [] : conversionPostings(quote, data),
      journals: [data.journalId],
    });
    return { ...needs, streams: [...(needs.streams ?? []), stream(data.quoteId)] };
  },
  // A quote issued after it was looked for has none of its balances here; it is as unknown as it was then.
  decide: (loaded, data, { now }, { accounts, quote }) =>
    quote.status === 'unknown'
      ? reject({ code: 'quote_unknown', quoteId: data.quoteId })
      : convert(loadedBook(loaded, tools.balances, accounts), loaded.stream(quoteAggregate, data.quoteId).state, data, {
          now,
        }),
  result: (loaded, { journalId }) => {
    const { state } = loaded.stream(journalAggregate, journalId);
    if (state.status === 'unknown') throw new Error('A conversion was accepted and is not there.');
    return state;
  },
});
