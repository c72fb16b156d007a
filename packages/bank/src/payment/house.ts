import type { Decision } from '@finaegis/kernel/decision';
import { accept } from '@finaegis/kernel/decision';
import type { Loaded, Needs, Refusal } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import {
  type AccountFacts,
  classOf,
  houseAccountId,
  type JournalPosting,
  type LedgerDirectory,
  ledgerAccountAggregate,
  openingNeeds,
  openLedgerAccount,
} from '../ledger/contract.ts';

/** Places in the chart that payments book on (LEDGER line 7). */
export const clearingOf = (rail: string): string => `clearing/${rail}`;
export const nostroOf = (bank: string): string => `nostro/${bank}`;
export const clearingReturns = 'clearing/returns';
export const feeIncome = 'income/payment-fee';
export const unclaimedIncome = 'income/unclaimed';
export const pspOf = (provider: string): string => `psp/${provider}`;
export const costOf = (provider: string): string => `cost/${provider}`;

/** Where money waits that has arrived and that no customer has: nobody knows whose it is, its account cannot take it, it is not what was agreed, a check wants it seen. */
export const suspenseUnidentified = 'suspense/unidentified';
export const suspenseBlocked = 'suspense/blocked';
export const suspenseMismatch = 'suspense/amount-mismatch';
export const suspenseUnderReview = 'suspense/review';

/** Accounts a command may book on: those there are, and leaves of the chart that are opened when they are first booked on. */
export interface HouseRefs {
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  readonly missing: readonly { readonly entity: string; readonly accountId: string; readonly chartCode: string }[];
}

/**
 * Finds the accounts a command may touch. A leaf of the chart that nobody has opened yet is opened by the first payment that needs it, so that a
 * new partner bank or rail takes no preparation.
 */
export const findAccounts = async (
  ledger: LedgerDirectory,
  tenantId: string,
  {
    entity,
    chartCodes,
    accounts,
  }: {
    readonly entity: string;
    readonly chartCodes: readonly string[];
    readonly accounts: readonly string[];
  },
): Promise<HouseRefs> => {
  const houses = chartCodes.map((chartCode) => ({ entity, chartCode, accountId: houseAccountId(entity, chartCode) }));
  const known = await ledger.accounts(tenantId, [...accounts, ...houses.map(({ accountId }) => accountId)]);
  const missing = houses.filter(({ accountId }) => !known.has(accountId));
  const toOpen = missing.map(({ accountId, chartCode }): [string, AccountFacts] => [
    accountId,
    { accountId, entity, kind: 'house', class: classOfLeaf(chartCode), hasFloor: false, code: chartCode },
  ]);
  return { accounts: new Map([...known, ...toOpen]), missing };
};

const classOfLeaf = (chartCode: string): AccountFacts['class'] => {
  const found = classOf(chartCode);
  if (found === undefined) throw new Error(`${chartCode} grows on no root of the chart.`);
  return found;
};

/** Locks for the leaves that may have to be opened. */
export const houseNeeds = ({ missing }: HouseRefs): Needs => mergeNeeds(...missing.map(openingNeeds));

/** Needs of several parts of one command. */
export const mergeNeeds = (...needs: readonly Needs[]): Needs => ({
  rows: needs.flatMap(({ rows }) => rows ?? []),
  streams: needs.flatMap(({ streams }) => streams ?? []),
});

/** A decision with the opening of every leaf that its journals are the first to book on. */
export const withHouses = <R extends Refusal>(
  loaded: Loaded,
  { missing }: HouseRefs,
  decision: Decision<NewEvent, R>,
): Decision<NewEvent, R> => {
  if (!decision.accepted || missing.length === 0) return decision;
  const booked = new Set(
    decision.events
      .filter(({ type }) => type === 'JournalPosted')
      .flatMap(({ data }) => (data['postings'] as readonly JournalPosting[]).map(({ account }) => account)),
  );
  const openings = missing
    .filter(({ accountId }) => booked.has(accountId))
    .flatMap(({ entity, accountId, chartCode }) => {
      const opened = openLedgerAccount(loaded.stream(ledgerAccountAggregate, accountId).state, {
        accountId,
        entity,
        kind: 'house',
        class: classOfLeaf(chartCode),
        hasFloor: false,
        code: chartCode,
      });
      // Somebody opened it with a floor meanwhile: then it is there, and that is all a payment asks of it.
      return opened.accepted ? opened.events : [];
    });
  return accept(...openings, ...decision.events);
};
