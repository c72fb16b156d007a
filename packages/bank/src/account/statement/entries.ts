import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { sha3_256, toHex } from '@finaegis/kernel/hash';
import { addDays } from '@finaegis/kernel/local-date';
import type { StatementCycle } from '../product/events.ts';
import { cycleStart } from './cycle.ts';
import type { IssueStatement, Statement } from './statement.ts';

/** A posting as the ledger's history has it, as far as statements are made from it. */
export interface StatedPosting {
  readonly account: string;
  readonly asset: string;
  readonly journalId: string;
  readonly line: number;
  readonly reference: string;
  readonly side: 'debit' | 'credit';
  readonly amountMinor: bigint;
  readonly purpose: string;
  readonly bookingDate: string;
  readonly valueDate: string;
  readonly reverses?: string | undefined;
  readonly endToEndId?: string | undefined;
}

/**
 * The digest of a statement's entries. It covers what the log says about each posting and nothing personal, so that it stays true when a name
 * changes or a text is erased.
 */
export const entriesDigest = (postings: readonly StatedPosting[]): string =>
  toHex(
    sha3_256(
      canonicalJson(
        postings.map(
          ({
            journalId,
            line,
            reference,
            side,
            amountMinor,
            purpose,
            bookingDate,
            valueDate,
            reverses,
            endToEndId,
          }) => ({
            journalId,
            line,
            reference,
            side,
            amountMinor,
            purpose,
            bookingDate,
            valueDate,
            reverses,
            endToEndId,
          }),
        ),
      ),
    ),
  );

/** What the postings add to the balance of a customer's account, a liability: credits raise it. */
export const netOf = (postings: readonly Pick<StatedPosting, 'side' | 'amountMinor'>[]): bigint =>
  postings.reduce((net, { side, amountMinor }) => (side === 'credit' ? net + amountMinor : net - amountMinor), 0n);

/** One account and asset whose cycle ends. */
export interface DueBalance {
  readonly accountId: string;
  readonly asset: string;
  readonly cycle: StatementCycle;
  readonly last: Pick<Statement, 'number' | 'to' | 'closingMinor'> | undefined;
}

/** The first booking date that no statement covers yet; a first statement goes back as far as bookings do. */
export const uncoveredFrom = ({ last }: Pick<DueBalance, 'last'>): string =>
  last === undefined ? '0001-01-01' : addDays(last.to, 1);

/**
 * The statement that is due on a date, or undefined where there is nothing to say: no posting, and no balance to carry (for a cycle per
 * transaction the balance alone is no reason).
 * @param postings of this account and asset on uncovered booking dates up to the date, in the order of the log
 */
export const dueStatement = (
  { accountId, asset, cycle, last }: DueBalance,
  date: string,
  postings: readonly StatedPosting[],
): IssueStatement | undefined => {
  const openingMinor = last?.closingMinor ?? 0n;
  const isCarried = openingMinor !== 0n && cycle !== 'transaction';
  if (postings.length === 0 && !isCarried) return undefined;
  const start = cycleStart(cycle, date);
  const first = postings.reduce(
    (earliest, { bookingDate }) => (bookingDate < earliest ? bookingDate : earliest),
    start,
  );
  return {
    accountId,
    asset,
    from: last === undefined ? first : addDays(last.to, 1),
    to: date,
    openingMinor,
    closingMinor: openingMinor + netOf(postings),
    entries: postings.length,
    digest: entriesDigest(postings),
  };
};
