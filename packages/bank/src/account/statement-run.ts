import type { CommandHandler } from '@finaegis/platform/command/handler';
import type { Transaction } from '@finaegis/platform/database/transaction';
import { ProblemError } from '@finaegis/platform/http/problem';
import { read, type Services } from '@finaegis/platform/services';
import type { LedgerReads } from '../ledger/contract.ts';
import type { AccountDirectory } from './directory.ts';
import { statementCycles } from './product/events.ts';
import { endsOn } from './statement/cycle.ts';
import { type DueBalance, dueStatement, type StatedPosting, uncoveredFrom } from './statement/entries.ts';
import { type IssueStatement, isOver, type Statement, type StatementRefusal } from './statement/statement.ts';
import { accountsByCycle } from './views/accounts.ts';
import { lastStatements } from './views/statements.ts';

/** Which statements to issue: those of an entity's accounts whose own cycle ends on a date that is over. */
export interface StatementRun {
  readonly tenantId: string;
  readonly entity: string;
  readonly date: string;
  /** Who asks, for the envelope of the events. */
  readonly actor?: string;
  readonly channel?: string;
  /** Compute what is due, issue nothing. */
  readonly isDryRun?: boolean;
}

/** What a run did; asking again issues nothing more. */
export interface StatementRunReport {
  /** Issued by this run; on a dry run, those that would be. */
  readonly issued: number;
  /** Accounts and assets whose statement up to the date existed already. */
  readonly unchanged: number;
  readonly refused: readonly {
    readonly accountId: string;
    readonly asset: string;
    readonly refusal: StatementRefusal;
  }[];
}

/** What a run is made of. */
export interface StatementRunTools {
  readonly services: Pick<Services, 'commands' | 'readPool' | 'newId'>;
  readonly ledger: Pick<LedgerReads, 'entities' | 'assetsPosted' | 'postingsWithin' | 'isHistoryComplete'>;
  readonly directory: AccountDirectory;
  readonly issueStatement: CommandHandler<IssueStatement, string | undefined, Statement, StatementRefusal>;
}

// Bounds what is in memory at once; a bulk commit takes a thousand of them.
const accountsPerPage = 2_000;
const historyTimeoutMs = 30_000;

/**
 * Issues every statement that is due. Whether the day is over is looked at first, and the history is waited for after that: what it shows then
 * is all that will ever be booked up to the date.
 * @throws ProblemError entity_unknown, statement_period_open, view_behind
 */
export const issueDueStatements = async (tools: StatementRunTools, run: StatementRun): Promise<StatementRunReport> => {
  const { tenantId, entity, date } = run;
  const [found] = await tools.ledger.entities(tenantId, entity);
  if (found === undefined) throw new ProblemError('entity_unknown', { facts: { entity } });
  const { businessDate } = found;
  if (!isOver(date, { businessDate, isOpen: found.status === 'day_open' }))
    throw new ProblemError('statement_period_open', { facts: { businessDate } });
  await waitForHistory(tools, tenantId);

  const cycles = statementCycles.filter((cycle) => endsOn(cycle, date));
  const report = { issued: 0, unchanged: 0, refused: [] as StatementRunReport['refused'][number][] };
  for (let after = ''; ; ) {
    const page = { entity, cycles, after, limit: accountsPerPage };
    const accounts = await read(tools.services, tenantId, (tx) => accountsByCycle(tx, tenantId, page));
    const { due, unchanged } = await dueOf(tools, run, accounts);
    report.unchanged += unchanged;
    await issueAll(tools, run, due, report);
    const last = accounts.at(-1);
    if (last === undefined || accounts.length < accountsPerPage) return report;
    after = last.accountId;
  }
};

const waitForHistory = async ({ ledger }: StatementRunTools, tenantId: string): Promise<void> => {
  const pauseMs = 25;
  for (let waitedMs = 0; !(await ledger.isHistoryComplete(tenantId)); waitedMs += pauseMs) {
    if (waitedMs >= historyTimeoutMs) throw new ProblemError('view_behind');
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
};

type Accounts = Awaited<ReturnType<typeof accountsByCycle>>;

/** What is due of a page of accounts, with three queries however many there are. */
const dueOf = async (
  { services, ledger, directory }: StatementRunTools,
  { tenantId, date }: StatementRun,
  accounts: Accounts,
): Promise<{ readonly due: readonly IssueStatement[]; readonly unchanged: number }> => {
  const accountIds = accounts.map(({ accountId }) => accountId);
  const [posted] = await Promise.all([
    ledger.assetsPosted(tenantId, accountIds),
    // So that the commands find every account known and ask nothing one by one.
    directory.accounts(tenantId, accountIds),
  ]);
  const lasts = await read(services, tenantId, (tx: Transaction) => lastStatements(tx, tenantId, posted));
  const cycles = new Map(accounts.map(({ accountId, cycle }) => [accountId, cycle]));
  const lastOf = new Map(lasts.map((last) => [`${last.accountId} ${last.asset}`, last]));
  const balances = posted.map(({ account, asset }): DueBalance => {
    const cycle = cycles.get(account);
    if (cycle === undefined) throw new Error(`The history answered with account ${account}, which nobody asked for.`);
    return { accountId: account, asset, cycle, last: lastOf.get(`${account} ${asset}`) };
  });
  const uncovered = balances.filter(({ last }) => last === undefined || last.to < date);
  const periods = uncovered.map((balance) => ({
    account: balance.accountId,
    asset: balance.asset,
    from: uncoveredFrom(balance),
    to: date,
  }));
  const postings = groupByBalance(await ledger.postingsWithin(tenantId, periods));
  const due = uncovered.flatMap(
    (balance) => dueStatement(balance, date, postings.get(`${balance.accountId} ${balance.asset}`) ?? []) ?? [],
  );
  return { due, unchanged: balances.length - uncovered.length };
};

const groupByBalance = (postings: readonly StatedPosting[]): ReadonlyMap<string, readonly StatedPosting[]> => {
  const groups = new Map<string, StatedPosting[]>();
  for (const posting of postings) {
    const name = `${posting.account} ${posting.asset}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [posting]);
    else group.push(posting);
  }
  return groups;
};

const issueAll = async (
  { services, issueStatement }: StatementRunTools,
  { tenantId, isDryRun = false, actor = 'system', channel = 'system' }: StatementRun,
  due: readonly IssueStatement[],
  report: { issued: number; readonly refused: StatementRunReport['refused'][number][] },
): Promise<void> => {
  if (isDryRun) {
    report.issued += due.length;
    return;
  }
  const metadata = { actor, channel, correlation: services.newId() };
  const outcomes = await Promise.all(
    due.map((data) =>
      services.commands.submit(issueStatement, data, { tenantId, metadata, lane: 'bulk', timeoutMs: 120_000 }),
    ),
  );
  for (const [index, outcome] of outcomes.entries()) {
    const { accountId, asset } = due[index] as IssueStatement;
    if (outcome.kind !== 'decided') throw new Error('A statement was answered without being decided.');
    if (!outcome.outcome.accepted) report.refused.push({ accountId, asset, refusal: outcome.outcome.refusal });
    else if (!outcome.outcome.isRepeat) report.issued += 1;
  }
};
