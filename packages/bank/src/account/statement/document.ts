import type { LocalDate } from '@finaegis/kernel/local-date';
import { isReference, referenceOf } from '@finaegis/kernel/reference';

/** A postal address by the elements of ISO 20022's PostalAddress24; all that is known of it. */
export interface StatementAddress {
  readonly department?: string | undefined;
  readonly subDepartment?: string | undefined;
  readonly streetName?: string | undefined;
  readonly buildingNumber?: string | undefined;
  readonly buildingName?: string | undefined;
  readonly floor?: string | undefined;
  readonly postBox?: string | undefined;
  readonly room?: string | undefined;
  readonly postCode?: string | undefined;
  readonly townName?: string | undefined;
  readonly townLocationName?: string | undefined;
  readonly districtName?: string | undefined;
  readonly countrySubDivision?: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined;
}

/** The account a statement is of, in one of its assets. */
export interface StatementAccount {
  /** Our UUID of the account. */
  readonly id: string;
  readonly localNumber: string;
  readonly iban?: string | undefined;
  /** What the holder calls it. */
  readonly name?: string | undefined;
  /** Code of the asset all amounts of the statement are in; for fiat the ISO 4217 code. */
  readonly currency: string;
  /** Fraction digits of one major unit of that asset. */
  readonly decimals: number;
  readonly owner: { readonly name: string; readonly address?: StatementAddress | undefined };
}

/** The balance of an account at the start or end of a statement, above or below zero. */
export interface StatementBalance {
  readonly amountMinor: bigint;
  readonly date: LocalDate;
}

/** Which way an entry moved the account: a credit raised it. */
export type CreditDebit = 'credit' | 'debit';

/** Whoever stood on the other side of an entry. */
export interface StatementCounterparty {
  readonly name?: string | undefined;
  readonly iban?: string | undefined;
  /** Its account where it has no IBAN: a national number or our id of the account. */
  readonly accountId?: string | undefined;
}

/** One posting on the account. */
export interface StatementEntry {
  /** Unique within the statement, at most 35 capitals and digits; `entryReference` makes one. */
  readonly reference: string;
  readonly bookingDate: LocalDate;
  readonly valueDate: LocalDate;
  readonly creditDebit: CreditDebit;
  /** Above zero; the direction is in `creditDebit`. */
  readonly amountMinor: bigint;
  readonly isReversal: boolean;
  readonly bankTransactionCode: { readonly domain: string; readonly family: string; readonly subFamily: string };
  /** The payer's own reference, kept from payer to payee. */
  readonly endToEndId?: string | undefined;
  readonly counterparty?: StatementCounterparty | undefined;
  /** What the payer wrote for the payee. */
  readonly remittance?: string | undefined;
  readonly journalId: string;
}

/** An account statement as it was issued: everything the documents made from it show, and nothing that changes later. */
export interface StatementDocument {
  /** Counts up per account and asset, from 1, without a gap. */
  readonly number: number;
  readonly account: StatementAccount;
  readonly servicer: { readonly name: string; readonly bic?: string | undefined };
  /** First and last booking day, both included. */
  readonly period: { readonly from: LocalDate; readonly to: LocalDate };
  /** Instant in UTC with milliseconds: '2025-02-01T02:15:00.000Z'. */
  readonly createdAt: string;
  readonly openingBalance: StatementBalance;
  readonly closingBalance: StatementBalance;
  /** In the order they were booked. */
  readonly entries: readonly StatementEntry[];
}

/** A reason why a document is no statement. */
export type StatementProblem =
  | { readonly code: 'period_reversed'; readonly from: LocalDate; readonly to: LocalDate }
  | { readonly code: 'number_not_positive'; readonly number: number }
  | { readonly code: 'entry_amount_not_positive'; readonly reference: string; readonly amountMinor: bigint }
  | { readonly code: 'entry_outside_period'; readonly reference: string; readonly bookingDate: LocalDate }
  | { readonly code: 'entry_reference_malformed'; readonly reference: string }
  | { readonly code: 'entry_reference_repeated'; readonly reference: string }
  | { readonly code: 'closing_balance_differs'; readonly expectedMinor: bigint; readonly closingMinor: bigint };

/** A document that is no statement was to be written: a bug of whoever made it, never sent to a customer. */
export class StatementInvalid extends Error {
  readonly problems: readonly StatementProblem[];

  constructor(problems: readonly StatementProblem[]) {
    super(`Not a statement: ${problems.map(({ code }) => code).join(', ')}.`);
    this.name = 'StatementInvalid';
    this.problems = problems;
  }
}

/** The amount of an entry with its sign: credits above zero, debits below. */
export const signedMinor = ({
  creditDebit,
  amountMinor,
}: Pick<StatementEntry, 'creditDebit' | 'amountMinor'>): bigint =>
  creditDebit === 'credit' ? amountMinor : -amountMinor;

/** Everything wrong with a statement; empty when opening balance and entries make the closing balance and every entry belongs. */
export const checkStatement = (document: StatementDocument): readonly StatementProblem[] => {
  const { number, period, entries, openingBalance, closingBalance } = document;
  const problems: StatementProblem[] = [];
  if (period.from > period.to) problems.push({ code: 'period_reversed', ...period });
  if (!Number.isSafeInteger(number) || number < 1) problems.push({ code: 'number_not_positive', number });

  const seen = new Set<string>();
  for (const { reference, amountMinor, bookingDate } of entries) {
    if (amountMinor <= 0n) problems.push({ code: 'entry_amount_not_positive', reference, amountMinor });
    if (bookingDate < period.from || bookingDate > period.to) {
      problems.push({ code: 'entry_outside_period', reference, bookingDate });
    }
    if (!isReference(reference)) problems.push({ code: 'entry_reference_malformed', reference });
    if (seen.has(reference)) problems.push({ code: 'entry_reference_repeated', reference });
    seen.add(reference);
  }

  const expectedMinor = entries.reduce((sum, entry) => sum + signedMinor(entry), openingBalance.amountMinor);
  const closingMinor = closingBalance.amountMinor;
  if (expectedMinor !== closingMinor) problems.push({ code: 'closing_balance_differs', expectedMinor, closingMinor });
  return problems;
};

/**
 * Stops a wrong statement before it becomes paper; every writer calls it first.
 * @throws StatementInvalid with all problems
 */
export const assertStatement = (document: StatementDocument): void => {
  const problems = checkStatement(document);
  if (problems.length > 0) throw new StatementInvalid(problems);
};

/** How many entries there are on each side, and what they sum to. */
export interface StatementTotals {
  readonly credits: { readonly count: number; readonly sumMinor: bigint };
  readonly debits: { readonly count: number; readonly sumMinor: bigint };
}

/** The totals printed on every form of a statement. */
export const statementTotals = ({ entries }: StatementDocument): StatementTotals => {
  const totalOf = (side: CreditDebit): StatementTotals['credits'] => {
    const ofSide = entries.filter(({ creditDebit }) => creditDebit === side);
    return { count: ofSide.length, sumMinor: ofSide.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) };
  };
  return { credits: totalOf('credit'), debits: totalOf('debit') };
};

/** Each entry with the account's balance after it. */
export const runningBalances = ({
  openingBalance,
  entries,
}: StatementDocument): readonly { readonly entry: StatementEntry; readonly balanceMinor: bigint }[] => {
  let balanceMinor = openingBalance.amountMinor;
  return entries.map((entry) => {
    balanceMinor += signedMinor(entry);
    return { entry, balanceMinor };
  });
};

/** Reference of a posting on a statement: that of its journal and two characters for its place there, 28 in all. */
export const entryReference = (journalId: string, postingIndex: number): string => {
  // A journal has at most 500 postings; two digits in base 36 hold 1,296.
  if (!Number.isInteger(postingIndex) || postingIndex < 0 || postingIndex >= 36 ** 2) {
    throw new RangeError('A posting has a place from 0 to 1295 in its journal.');
  }
  return referenceOf('J', journalId) + postingIndex.toString(36).toUpperCase().padStart(2, '0');
};
