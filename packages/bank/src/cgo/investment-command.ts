import type { CommandHandler, Loaded, Needs } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { z } from 'zod';
import type { AccountTerms } from '../account/contract.ts';
import {
  type AccountFacts,
  type Balance,
  type Book,
  houseAccountId,
  type LedgerDirectory,
  loadedBook,
  postingNeeds,
} from '../ledger/contract.ts';
import type { Parties } from '../party/contract.ts';
import { issuableShares, offeringAccounts } from './chart.ts';
import { investmentJournalId, shareHoldId } from './investment/bookings.ts';
import type { InvestmentDecision } from './investment/decide.ts';
import {
  type Investment,
  type InvestmentRefusal,
  type InvestmentState,
  type InvestmentTerms,
  investmentAggregate,
} from './investment/investment.ts';
import { bookOf, type Numbering, numberingAggregate, type Paper } from './numbering/numbering.ts';
import type { InvestmentPayments } from './ports.ts';
import type { RoundState } from './round/round.ts';
import type { OfferingSettings } from './settings.ts';
import { holdingKey, holdingsTable } from './views/holdings.ts';
import { mergeNeeds, type SagaSource } from './with-saga.ts';

/** What the commands of investments are built over. */
export interface InvestmentTools extends SagaSource {
  readonly balances: LockedTable<Balance>;
  readonly ledger: LedgerDirectory;
  readonly accounts: { find(tenantId: string, accountId: string): Promise<AccountTerms | undefined> };
  readonly parties: Parties;
  readonly payments: Pick<InvestmentPayments, 'methods'>;
  readonly settings: OfferingSettings;
  /** A round as it was last committed; its terms never change. */
  readonly findRound: (tenantId: string, round: number) => Promise<RoundState>;
  /** An investment as it was last committed; its terms, and who paid it, never change. */
  readonly findInvestment: (tenantId: string, investmentId: string) => Promise<InvestmentState>;
}

/** The investment after a command. */
export const investmentResult = (loaded: Loaded, { investmentId }: { readonly investmentId: string }): Investment => {
  const { state } = loaded.stream(investmentAggregate, investmentId);
  if (state.status === 'unknown') throw new Error(`Investment ${investmentId} was accepted and is not there.`);
  return state;
};

export const houseIds = (entity: string): readonly string[] =>
  offeringAccounts.map(({ chartCode }) => houseAccountId(entity, chartCode));

/** What a command about an investment knows before it locks; nothing where there is none. */
export interface InvestmentRefs {
  readonly terms: InvestmentTerms | undefined;
  readonly payer: string | undefined;
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  readonly at: string;
}

/** What a decision sees besides the state and its command. */
export interface Seen {
  readonly book: Book;
  readonly at: string;
  readonly actor: string;
  numbering(paper: Paper): Numbering;
}

export type Handler<Data> = CommandHandler<Data, InvestmentRefs, Investment, InvestmentRefusal>;

type Step = Parameters<typeof investmentJournalId>[1];

interface Declared<Data> {
  readonly name: string;
  readonly permission: string;
  readonly schema: z.ZodType<Data>;
  /** Journals it may make, which also means that it locks the accounts they touch. */
  readonly makes?: readonly Step[];
  readonly numbers?: Paper;
}

/** A command about an investment that is there. */
export const investmentCommand = <
  Data extends { readonly investmentId: string; readonly at?: string | undefined; readonly payer?: string | undefined },
>(
  tools: InvestmentTools,
  { name, permission, schema, makes, numbers }: Declared<Data>,
  decide: (state: InvestmentState, data: Data, seen: Seen) => InvestmentDecision,
): Handler<Data> => ({
  name,
  schema,
  permission,
  weight: () => (makes === undefined ? 1 : 6),
  prepare: async (data, { tenantId }) => {
    const at = data.at ?? tools.now();
    const found = await tools.findInvestment(tenantId, data.investmentId);
    if (found.status === 'unknown') return { terms: undefined, payer: undefined, accounts: new Map(), at };
    const payer = data.payer ?? found.payIn?.payer;
    const ids = [...houseIds(found.entity), found.accountId, ...(payer === undefined ? [] : [payer])];
    return {
      terms: found,
      payer,
      accounts: makes === undefined ? new Map() : await tools.ledger.accounts(tenantId, ids),
      at,
    };
  },
  loads: (data, { terms, payer, accounts, at }) => {
    const stream = { streams: [{ aggregate: investmentAggregate, id: data.investmentId }] };
    if (terms === undefined) return stream;
    return mergeNeeds(
      stream,
      { rows: [{ table: holdingsTable, key: holdingKey(terms) }] },
      numbers === undefined ? {} : { streams: [{ aggregate: numberingAggregate, id: bookOf(numbers, at) }] },
      makes === undefined ? {} : bookingNeeds(tools, terms, { payer, accounts, makes }),
    );
  },
  decide: (loaded, data, { metadata }, { accounts, at }) => {
    const { state } = loaded.stream(investmentAggregate, data.investmentId);
    return decide(state, data, {
      book: loadedBook(loaded, tools.balances, accounts),
      at,
      actor: metadata.actor,
      numbering: (paper) => loaded.stream(numberingAggregate, bookOf(paper, at)).state,
    });
  },
  result: investmentResult,
});

const bookingNeeds = (
  { balances }: InvestmentTools,
  { investmentId, entity, accountId, asset, shareAsset }: InvestmentTerms,
  { payer, accounts, makes }: Pick<InvestmentRefs, 'payer' | 'accounts'> & { readonly makes: readonly Step[] },
): Needs =>
  postingNeeds(balances, accounts, {
    postings: [
      { account: houseAccountId(entity, issuableShares), asset: shareAsset },
      { account: accountId, asset: shareAsset },
      { account: accountId, asset },
      ...(payer === undefined || payer === accountId ? [] : [{ account: payer, asset }]),
    ],
    captures: [{ holdId: shareHoldId(investmentId) }],
    journals: makes.map((step) => investmentJournalId(investmentId, step)),
  });
