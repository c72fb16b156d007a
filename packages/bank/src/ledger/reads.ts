import { inTransaction, type Transaction } from '@finaegis/platform/database/transaction';
import { type Aggregate, fold } from '@finaegis/platform/event-store/aggregate';
import { open } from '@finaegis/platform/event-store/envelope';
import { type EventRow, readStream, rehydrate, streamsStatement } from '@finaegis/platform/event-store/read';
import { read, type Services } from '@finaegis/platform/services';
import type { BookingDay } from '../asset/contract.ts';
import { type LedgerAccountState, ledgerAccountAggregate } from './account/account.ts';
import { type AccountNow, accountsNow } from './account-now.ts';
import type { Balance } from './balance.ts';
import { bookingDays } from './booking-days.ts';
import type { Entity } from './entity/entity.ts';
import { type Hold, type HoldState, holdAggregate } from './hold/hold.ts';
import { type IncomingState, incomingAggregate } from './incoming/incoming.ts';
import { type AccountFacts, type Journal, type JournalState, journalAggregate } from './journal/journal.ts';
import { type Quote, type QuoteState, quoteAggregate } from './quote/quote.ts';
import { normalSide } from './terms.ts';
import {
  type AssetSums,
  type DateKind,
  type PostingFilter,
  type PostingPosition,
  type PostingRow,
  postedAt,
  postingsOf,
  sumsOn,
  type Turnover,
  turnoversOf,
} from './views/account-history.ts';
import { type AccountPeriod, assetsPosted, isHistoryComplete, postingsWithin } from './views/account-periods.ts';
import { balancesOf } from './views/balances.ts';
import { type ChartNode, chartOf } from './views/chart.ts';
import { readEntities } from './views/entities.ts';
import { type HoldRow, holdFacts, holdsOf } from './views/holds.ts';
import { type JournalFilter, listJournals } from './views/journals.ts';
import { type Comparison, compareWithPostings, type TrialBalance, trialBalances } from './views/trial-balance.ts';

/** A journal with all that belongs to it. */
export interface JournalStory {
  readonly journal: Journal;
  /** Holds it captured, as they are now. */
  readonly holds: readonly Hold[];
  readonly quote?: Quote | undefined;
}

/** What an account had posted in an asset, in its normal side. */
export interface PostedAmount {
  readonly asset: string;
  readonly postedMinor: bigint;
}

interface PostingPage {
  readonly before?: PostingPosition | undefined;
  readonly after?: PostingPosition | undefined;
  readonly order?: 'newest' | 'oldest';
  readonly limit: number;
}

/** The read side of the ledger, for its own routes and for neighbours. Nothing here asks who may see it. */
export interface LedgerReads {
  /** As they are now, in the commit of the last booking. */
  balances(tenantId: string, account: string): Promise<readonly Balance[]>;
  /** Accounts with their balances and what is on its way to them; one that is not there is absent. */
  accountsNow(tenantId: string, accounts: readonly string[]): Promise<readonly AccountNow[]>;
  /** At an instant, that instant included; from the history. */
  postedAt(tenantId: string, account: AccountFacts, at: string): Promise<readonly PostedAmount[]>;
  /** At the end of a booking or value date; from the history. */
  postedOn(
    tenantId: string,
    account: AccountFacts,
    day: { readonly by: DateKind; readonly date: string },
  ): Promise<readonly PostedAmount[]>;
  turnovers(
    tenantId: string,
    query: { readonly account: string; readonly by: DateKind; readonly from: string; readonly to: string },
  ): Promise<readonly Turnover[]>;
  postings(tenantId: string, filter: PostingFilter, page: PostingPage): Promise<readonly PostingRow[]>;
  /** Accounts with each asset they were ever posted to in. */
  assetsPosted(
    tenantId: string,
    accounts: readonly string[],
  ): Promise<readonly { readonly account: string; readonly asset: string }[]>;
  /** Every posting of several accounts, each over its own booking dates, in the order of the log. */
  postingsWithin(tenantId: string, periods: readonly AccountPeriod[]): Promise<readonly PostingRow[]>;
  /** Whether the history shows everything that was in the log when it was asked. */
  isHistoryComplete(tenantId: string): Promise<boolean>;
  journals(
    tenantId: string,
    filter: JournalFilter,
    page: { readonly before?: bigint | undefined; readonly limit: number },
  ): Promise<readonly { readonly seq: bigint; readonly journal: Journal }[]>;
  journal(tenantId: string, journalId: string): Promise<JournalStory | undefined>;
  hold(tenantId: string, holdId: string): Promise<HoldState>;
  holds: (
    tenantId: string,
    filter: Parameters<typeof holdsOf>[2],
    page: Parameters<typeof holdsOf>[3],
  ) => Promise<readonly HoldRow[]>;
  incoming(tenantId: string, announcementId: string): Promise<IncomingState>;
  holdFacts(
    tenantId: string,
    holdIds: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly account: string; readonly asset: string }>>;
  quote(tenantId: string, quoteId: string): Promise<QuoteState>;
  /** The party a hold was placed for or a quote issued for; undefined when the bank did it itself. */
  onBehalfOf(tenantId: string, stream: string): Promise<string | undefined>;
  account(tenantId: string, accountId: string): Promise<LedgerAccountState>;
  entities(tenantId: string, entity?: string): Promise<readonly Entity[]>;
  /** The day a booking of this entity would have: its open business day. A day the process knows it has reached costs no query. */
  bookingDay(tenantId: string, entity: string): BookingDay;
  chart(tenantId: string, entity: string): Promise<ChartNode>;
  trialBalances(tenantId: string, entity?: string): Promise<readonly TrialBalance[]>;
  /** Stored balances against the postings of the history, in one snapshot. */
  compareWithPostings(tenantId: string): Promise<Comparison>;
  /** Personal texts behind references. */
  texts(tenantId: string, refs: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

type ReadServices = Pick<Services, 'readPool' | 'catalogue' | 'personalData'>;

/** The read side over the database; `services` is used by requests only, since it is complete only after all contexts are wired. */
export const createReads = (services: ReadServices): LedgerReads => {
  const inTenant = <T>(tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> =>
    read(services, tenantId, work);
  return {
    balances: (tenantId, account) => inTenant(tenantId, (tx) => balancesOf(tx, tenantId, [account])),
    accountsNow: (tenantId, accounts) => inTenant(tenantId, (tx) => accountsNow(tx, tenantId, accounts)),
    postedAt: async (tenantId, { accountId }, at) => {
      const posted = await inTenant(tenantId, (tx) => postedAt(tx, tenantId, { account: accountId, at }));
      return [...posted].map(([asset, postedMinor]) => ({ asset, postedMinor }));
    },
    postedOn: async (tenantId, account, day) => {
      const sums = await inTenant(tenantId, (tx) => sumsOn(tx, tenantId, { account: account.accountId, ...day }));
      return sums.map((sum) => ({ asset: sum.asset, postedMinor: inNormalSide(account, sum) }));
    },
    turnovers: (tenantId, query) => inTenant(tenantId, (tx) => turnoversOf(tx, tenantId, query)),
    postings: (tenantId, filter, page) => inTenant(tenantId, (tx) => postingsOf(tx, tenantId, filter, page)),
    assetsPosted: (tenantId, accounts) => inTenant(tenantId, (tx) => assetsPosted(tx, tenantId, accounts)),
    postingsWithin: (tenantId, periods) => inTenant(tenantId, (tx) => postingsWithin(tx, tenantId, periods)),
    isHistoryComplete: (tenantId) => inTenant(tenantId, (tx) => isHistoryComplete(tx, tenantId)),
    journals: (tenantId, filter, page) =>
      inTenant(tenantId, async (tx) => {
        const found = await listJournals(tx, tenantId, filter, page);
        const journals = await readJournals(
          services,
          tx,
          tenantId,
          found.map(({ journalId }) => journalId),
        );
        return found.map(({ seq, journalId }) => ({ seq, journal: journals.get(journalId) ?? missing(journalId) }));
      }),
    journal: (tenantId, journalId) => inTenant(tenantId, (tx) => readStory(services, tx, tenantId, journalId)),
    hold: stateOf(services, holdAggregate),
    holds: (tenantId, filter, page) => inTenant(tenantId, (tx) => holdsOf(tx, tenantId, filter, page)),
    holdFacts: (tenantId, holdIds) =>
      holdIds.length === 0 ? Promise.resolve(new Map()) : inTenant(tenantId, (tx) => holdFacts(tx, tenantId, holdIds)),
    incoming: stateOf(services, incomingAggregate),
    quote: stateOf(services, quoteAggregate),
    onBehalfOf: (tenantId, stream) =>
      inTenant(
        tenantId,
        async (tx) =>
          (await readStream(tx, services.catalogue, { tenantId, context: 'ledger', stream }))[0]?.metadata.onBehalfOf,
      ),
    account: stateOf(services, ledgerAccountAggregate),
    entities: (tenantId, entity) => inTenant(tenantId, (tx) => readEntities(tx, tenantId, entity)),
    bookingDay: bookingDays((tenantId, entity) => inTenant(tenantId, (tx) => readEntities(tx, tenantId, entity))),
    chart: (tenantId, entity) => inTenant(tenantId, (tx) => chartOf(tx, tenantId, entity)),
    trialBalances: (tenantId, entity) => inTenant(tenantId, (tx) => trialBalances(tx, tenantId, entity)),
    compareWithPostings: (tenantId) =>
      inTransaction(services.readPool, { tenants: [tenantId], readOnly: true, isolation: 'repeatable read' }, (tx) =>
        compareWithPostings(tx, tenantId),
      ),
    texts: (tenantId, refs) =>
      refs.length === 0
        ? Promise.resolve(new Map())
        : inTenant(tenantId, (tx) => services.personalData.read(tx, tenantId, refs)),
  };
};

/** How one stream stands. */
const stateOf =
  <State>(services: ReadServices, aggregate: Aggregate<State, never>) =>
  (tenantId: string, id: string): Promise<State> =>
    read(
      services,
      tenantId,
      async (tx) => (await rehydrate(tx, services.catalogue, aggregate, { tenantId, id })).state,
    );

const inNormalSide = ({ class: accountClass }: AccountFacts, { debitsMinor, creditsMinor }: AssetSums): bigint =>
  normalSide(accountClass) === 'debit' ? debitsMinor - creditsMinor : creditsMinor - debitsMinor;

/** Journals as they stand, reversals included, with one query for all. */
const readJournals = async (
  { catalogue }: ReadServices,
  tx: Transaction,
  tenantId: string,
  journalIds: readonly string[],
): Promise<ReadonlyMap<string, Journal>> => {
  const streams = journalIds.map((journalId) => ({ tenantId, stream: journalAggregate.stream(journalId) }));
  const { rows } = await tx.query<EventRow>(streamsStatement('ledger', streams));
  const states = new Map<string, JournalState>();
  for (const row of rows)
    states.set(
      row.stream,
      fold(
        journalAggregate,
        states.get(row.stream) ?? journalAggregate.initial,
        open(catalogue, row.envelope, row.seq),
      ),
    );
  return new Map(
    [...states.values()].flatMap((state) => (state.status === 'posted' ? [[state.journalId, state] as const] : [])),
  );
};

const readStory = async (
  services: ReadServices,
  tx: Transaction,
  tenantId: string,
  journalId: string,
): Promise<JournalStory | undefined> => {
  const journal = (await readJournals(services, tx, tenantId, [journalId])).get(journalId);
  if (journal === undefined) return undefined;
  const { captures, quoteId } = journal;
  const [holds, quote] = await Promise.all([
    Promise.all(
      captures.map(({ holdId }) => rehydrate(tx, services.catalogue, holdAggregate, { tenantId, id: holdId })),
    ),
    quoteId === undefined ? undefined : rehydrate(tx, services.catalogue, quoteAggregate, { tenantId, id: quoteId }),
  ]);
  return {
    journal,
    holds: holds.flatMap(({ state }) => (state.status === 'unknown' ? [] : [state])),
    ...(quote === undefined || quote.state.status === 'unknown' ? {} : { quote: quote.state }),
  };
};

const missing = (journalId: string): never => {
  throw new Error(`The journal ${journalId} is listed and has no stream.`);
};
