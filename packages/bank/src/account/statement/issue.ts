import { type Decision, accept, reject } from '@finaegis/kernel/decision';
import { addDays, dayOfWeek, endOfMonth } from '@finaegis/kernel/local-date';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { type AccountState, accountAggregate } from '../account/account.ts';
import type { StatementCycle } from '../product/events.ts';

export interface IssueStatement {
  readonly accountId: string;
  readonly asset: string;
  readonly from: string;
  readonly to: string;
  readonly openingMinor: bigint;
  readonly closingMinor: bigint;
  readonly entries: number;
  /** SHA3-256 (hex) over the canonical JSON of the entries. */
  readonly digest: string;
}

export type StatementRefusal =
  | { readonly code: 'account_unknown'; readonly account: string }
  | { readonly code: 'statement_exists_with_different_content'; readonly number: number }
  | { readonly code: 'statement_period_overlaps'; readonly number: number; readonly lastTo: string }
  | { readonly code: 'statement_does_not_continue'; readonly number: number; readonly previousClosingMinor: bigint; readonly openingMinor: bigint }
  | { readonly code: 'day_still_open'; readonly businessDate: string };

/**
 * Numbers a statement. Its period must be over (the entity's day is past it), begin after the last one's, and open where that one closed.
 * @param businessDate the entity's business date, and whether that day is still open
 */
export const issueStatement = (
  state: AccountState,
  { accountId, asset, from, to, openingMinor, closingMinor, entries, digest }: IssueStatement,
  day: { readonly businessDate: string; readonly isOpen: boolean },
): Decision<NewEvent, StatementRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'account_unknown', account: accountId });
  const last = state.statements.get(asset);
  if (last !== undefined && last.from === from && last.to === to) {
    return last.digest === digest && last.closingMinor === closingMinor ? accept() : reject({ code: 'statement_exists_with_different_content', number: last.number });
  }
  if (last !== undefined && from <= last.to) return reject({ code: 'statement_period_overlaps', number: last.number, lastTo: last.to });
  if (day.businessDate < to || (day.businessDate === to && day.isOpen)) return reject({ code: 'day_still_open', businessDate: day.businessDate });
  const previousClosingMinor = last?.closingMinor ?? 0n;
  if (openingMinor !== previousClosingMinor) return reject({ code: 'statement_does_not_continue', number: (last?.number ?? 0) + 1, previousClosingMinor, openingMinor });
  const data = { accountId, asset, number: (last?.number ?? 0) + 1, from, to, openingMinor, closingMinor, entries, digest };
  return accept(accountAggregate.record(accountId, 'StatementIssued', data));
};

/** Whether a cycle ends on this date; a statement per transaction ends every day, and is issued where there was one. */
export const endsOn = (cycle: StatementCycle, date: string): boolean => {
  switch (cycle) {
    case 'monthly':
      return endOfMonth(date) === date;
    case 'weekly':
      return dayOfWeek(date) === 7;
    case 'transaction':
      return true;
  }
};

/** The first cycle end on or after a date. */
export const cycleEnd = (cycle: StatementCycle, date: string): string => {
  switch (cycle) {
    case 'monthly':
      return endOfMonth(date);
    case 'weekly':
      return addDays(date, 7 - dayOfWeek(date));
    case 'transaction':
      return date;
  }
};
