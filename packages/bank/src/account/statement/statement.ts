import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { statementIssued } from './events.ts';

export interface IssueStatement {
  readonly accountId: string;
  readonly asset: string;
  /** First and last booking date, both included. */
  readonly from: string;
  readonly to: string;
  readonly openingMinor: bigint;
  readonly closingMinor: bigint;
  readonly entries: number;
  /** SHA3-256 (hex) over the canonical JSON of the entries. */
  readonly digest: string;
}

/** A statement that was issued. */
export interface Statement extends IssueStatement {
  /** Counts up per account and asset, from 1, without a gap. */
  readonly number: number;
  readonly issuedAt: string;
}

/** The last statement of one account and asset: all that the next one is decided on. */
export type StatementState = { readonly status: 'none' } | ({ readonly status: 'issued' } & Statement);

export type StatementRefusal =
  | { readonly code: 'account_unknown'; readonly account: string }
  | { readonly code: 'statement_exists_with_different_content'; readonly number: number }
  | { readonly code: 'statement_period_empty'; readonly from: string; readonly to: string }
  | { readonly code: 'statement_period_overlaps'; readonly number: number; readonly lastTo: string }
  | { readonly code: 'statement_period_open'; readonly businessDate: string }
  | {
      readonly code: 'statement_does_not_continue';
      readonly number: number;
      readonly asset: string;
      readonly previousClosingMinor: bigint;
      readonly openingMinor: bigint;
    };

type StatementEvent = EventOf<typeof statementIssued>;

const evolve = (_state: StatementState, event: Recorded<StatementEvent>): StatementState => {
  switch (event.type) {
    case 'StatementIssued':
      return { status: 'issued', ...event.data, issuedAt: event.meta.bookedAt };
    default:
      return unreachable(event.type);
  }
};

/** One stream per account and asset, so that issuing a year of daily statements never lengthens the account's own. */
export const statementAggregate: Aggregate<StatementState, StatementEvent> = defineAggregate({
  context: 'account',
  name: 'statement',
  initial: { status: 'none' } as StatementState,
  events: [statementIssued] as const,
  evolve,
});

/** Id of the stream of an account's statements in one asset. */
export const statementStreamId = ({ accountId, asset }: Pick<IssueStatement, 'accountId' | 'asset'>): string =>
  `${accountId}/${asset}`;

/** The entity's business date, and whether that day is still open. */
export interface EntityDay {
  readonly businessDate: string;
  readonly isOpen: boolean;
}

/** Whether nothing can be booked on a day any more: a day that was closed never opens again. */
export const isOver = (date: string, { businessDate, isOpen }: EntityDay): boolean =>
  date < businessDate || (date === businessDate && !isOpen);

/** Numbers a statement. It must continue the last one: begin on the day after it, open where it closed. */
export const issueStatement = (
  state: StatementState,
  command: IssueStatement,
  day: EntityDay | undefined,
): Decision<NewEvent, StatementRefusal> => {
  const { accountId, asset, from, to, openingMinor, closingMinor, entries, digest } = command;
  if (day === undefined) return reject({ code: 'account_unknown', account: accountId });
  const last = state.status === 'none' ? undefined : state;
  if (last !== undefined && last.from === from && last.to === to) {
    return isSame(last, command)
      ? accept()
      : reject({ code: 'statement_exists_with_different_content', number: last.number });
  }
  if (from > to) return reject({ code: 'statement_period_empty', from, to });
  if (last !== undefined && from <= last.to)
    return reject({ code: 'statement_period_overlaps', number: last.number, lastTo: last.to });
  if (!isOver(to, day)) return reject({ code: 'statement_period_open', businessDate: day.businessDate });
  const number = (last?.number ?? 0) + 1;
  const previousClosingMinor = last?.closingMinor ?? 0n;
  if (openingMinor !== previousClosingMinor)
    return reject({ code: 'statement_does_not_continue', number, asset, previousClosingMinor, openingMinor });
  const data = { accountId, asset, number, from, to, openingMinor, closingMinor, entries, digest };
  return accept(statementAggregate.record(statementStreamId(command), 'StatementIssued', data));
};

const isSame = (last: Statement, { openingMinor, closingMinor, digest }: IssueStatement): boolean =>
  last.openingMinor === openingMinor && last.closingMinor === closingMinor && last.digest === digest;
