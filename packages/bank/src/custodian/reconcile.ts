import type { EventMetadata } from '@finaegis/platform/event-store/event';
import type { Services } from '@finaegis/platform/services';
import { read } from '@finaegis/platform/services';
import type { LedgerDirectory, LedgerReads } from '../ledger/contract.ts';
import type { Nostro } from './bank/bank.ts';
import type { Break } from './break/break.ts';
import { correctionKind } from './break/commands.ts';
import type { NostroStatement } from './connector.ts';
import type { BankGateway } from './gateway.ts';
import { foundBreak, type recordReconciliationHandler } from './reconciliation/commands.ts';
import { type BankSide, type Comparison, compare, type Finding, type OurSide } from './reconciliation/match.ts';
import type { ReconciliationReport } from './reconciliation/reconciliation.ts';
import { breaksTable, breakTopic } from './views/breaks.ts';

/** What reconciling is built over. */
export interface ReconcileTools {
  readonly services: Pick<Services, 'commands' | 'readPool'>;
  readonly gateway: Pick<BankGateway, 'reach'>;
  readonly ledger: {
    readonly reads: Pick<LedgerReads, 'postingsWithin' | 'postedOn' | 'isHistoryComplete'>;
    readonly directory: Pick<LedgerDirectory, 'accounts'>;
  };
  readonly record: ReturnType<typeof recordReconciliationHandler>;
}

/** Which day of which bank is to be compared, and who asks. */
export interface ReconciliationRun {
  readonly tenantId: string;
  readonly bank: string;
  /** Whose accounts there; everybody's unless told. */
  readonly entity?: string;
  readonly date: string;
  readonly metadata: EventMetadata;
  readonly abort: AbortSignal;
  /** Compares and records nothing. */
  readonly isDryRun?: boolean;
}

/** What became of one account of ours at the bank. */
export type ReconciledAccount =
  | { readonly status: 'reconciled'; readonly report: ReconciliationReport }
  | { readonly status: 'no_statement' | 'history_behind'; readonly asset: string };

/**
 * Compares a bank's statements of a day with our nostro accounts and records what was found. What had no other side on an earlier day is looked for
 * as well, since a payment of the evening is booked by the bank in the morning. Nothing is corrected.
 */
export const reconcileBank = async (
  tools: ReconcileTools,
  run: ReconciliationRun,
): Promise<readonly ReconciledAccount[]> => {
  const { bank, connector } = await tools.gateway.reach(run.tenantId, run.bank);
  const statements = await connector.statements(run.date, run.abort);
  const accounts: ReconciledAccount[] = [];
  for (const nostro of bank.nostros) {
    if (run.entity !== undefined && !nostro.account.startsWith(`${run.entity}:`)) continue;
    const its = statements.filter(({ iban, asset }) => iban === nostro.iban && asset === nostro.asset);
    accounts.push(await reconcileNostro(tools, run, nostro, its));
  }
  return accounts;
};

const reconcileNostro = async (
  tools: ReconcileTools,
  run: ReconciliationRun,
  nostro: Nostro,
  statements: readonly NostroStatement[],
): Promise<ReconciledAccount> => {
  const { asset } = nostro;
  const [first] = statements;
  if (first === undefined) return { status: 'no_statement', asset };
  const { reads } = tools.ledger;
  if (!(await reads.isHistoryComplete(run.tenantId))) return { status: 'history_behind', asset };
  const [ours, ourClosingMinor, carried] = await Promise.all([
    ourSides(tools, run, nostro),
    closingOf(tools, run, nostro),
    carriedBreaks(tools, run, asset),
  ]);
  const entries = statements.flatMap((one) => one.entries);
  const comparison = compare(
    [...carried.flatMap(carriedEntry), ...entries],
    [...carried.flatMap(carriedPosting), ...ours],
  );
  const bankClosingMinor = statements.at(-1)?.closingMinor;
  const report: ReconciliationReport = {
    bank: run.bank,
    asset,
    date: run.date,
    account: nostro.account,
    statementId: first.statementId,
    matched: comparison.matched.length,
    ...counted(comparison.findings),
    ...(bankClosingMinor === undefined ? {} : { bankClosingMinor }),
    ...(ourClosingMinor === undefined ? {} : { ourClosingMinor }),
  };
  const { found, matched } = await breaksOf(tools, run, { report, comparison, carried });
  const { tenantId, metadata, isDryRun = false } = run;
  await tools.services.commands.submit(
    tools.record,
    { report, found, matched },
    { tenantId, metadata, isDryRun, lane: 'bulk', timeoutMs: 60_000 },
  );
  return { status: 'reconciled', report };
};

const ourSides = async (
  { ledger }: ReconcileTools,
  { tenantId, date }: ReconciliationRun,
  { account, asset }: Nostro,
): Promise<readonly OurSide[]> =>
  (await ledger.reads.postingsWithin(tenantId, [{ account, asset, from: date, to: date }]))
    // A correction is the end of a break of another day, and no statement has an entry of its own for it.
    .filter(({ kind }) => kind !== correctionKind)
    .map(({ journalId, line, side, amountMinor, endToEndId, reference }) => ({
      journalId,
      line,
      side,
      amountMinor,
      endToEndId,
      reference,
    }));

const closingOf = async (
  { ledger }: ReconcileTools,
  { tenantId, date }: ReconciliationRun,
  { account, asset }: Nostro,
): Promise<bigint | undefined> => {
  const facts = (await ledger.directory.accounts(tenantId, [account])).get(account);
  if (facts === undefined) return undefined;
  const posted = await ledger.reads.postedOn(tenantId, facts, { by: 'bookingDate', date });
  return posted.find((one) => one.asset === asset)?.postedMinor ?? 0n;
};

const carriedMax = 10_000;

/** Breaks of other days that may find their other side here, and those that found it here before: the day can be compared again. */
const carriedBreaks = async (
  { services }: ReconcileTools,
  { tenantId, bank, date }: ReconciliationRun,
  asset: string,
): Promise<readonly Break[]> => {
  const topic = breakTopic({ bank, asset });
  const [open, matchedHere] = await read(services, tenantId, async (tx) => [
    await breaksTable.list(tx, tenantId, { topic, status: 'open', limit: carriedMax }),
    await breaksTable.list(tx, tenantId, { topic, status: 'matched', having: { matchedOn: date }, limit: carriedMax }),
  ]);
  return [...open, ...matchedHere].filter((one) => one.date < date && one.kind !== 'amount_differs');
};

const carriedEntry = ({ kind, entryId, differenceMinor, endToEndId, reference }: Break): readonly BankSide[] =>
  kind !== 'missing_here' || entryId === undefined
    ? []
    : [{ entryId, ...bankSide(differenceMinor), endToEndId, reference }];

const carriedPosting = ({
  kind,
  journalId,
  line,
  differenceMinor,
  endToEndId,
  reference,
}: Break): readonly OurSide[] => {
  if (kind !== 'missing_there' || journalId === undefined || line === undefined) return [];
  const side = differenceMinor < 0n ? 'debit' : 'credit';
  return [{ journalId, line, side, amountMinor: magnitude(differenceMinor), endToEndId, reference }];
};

const bankSide = (differenceMinor: bigint): Pick<BankSide, 'side' | 'amountMinor'> => ({
  side: differenceMinor > 0n ? 'CRDT' : 'DBIT',
  amountMinor: magnitude(differenceMinor),
});
const magnitude = (minor: bigint): bigint => (minor < 0n ? -minor : minor);

const counted = (
  findings: readonly Finding[],
): Pick<ReconciliationReport, 'missingHere' | 'missingThere' | 'amountDiffers'> => {
  const count = (kind: Finding['kind']): number => findings.filter((one) => one.kind === kind).length;
  return {
    missingHere: count('missing_here'),
    missingThere: count('missing_there'),
    amountDiffers: count('amount_differs'),
  };
};

/** Which breaks a comparison opens, and which it closes. */
const breaksOf = async (
  { services }: ReconcileTools,
  { tenantId, date }: ReconciliationRun,
  {
    report,
    comparison: { findings },
    carried,
  }: { readonly report: ReconciliationReport; readonly comparison: Comparison; readonly carried: readonly Break[] },
): Promise<{ readonly found: ReturnType<typeof foundBreak>[]; readonly matched: string[] }> => {
  const stillMissing = new Set(findings.filter(({ kind }) => kind !== 'amount_differs').map(sideOf));
  const carriedSides = new Set(carried.map(sideOf));
  const found = findings
    .filter((finding) => finding.kind === 'amount_differs' || !carriedSides.has(sideOf(finding)))
    .map((finding) => foundBreak(report, finding));
  const foundIds = new Set(found.map(({ breakId }) => breakId));
  const topic = breakTopic(report);
  const open = await read(services, tenantId, (tx) =>
    breaksTable.list(tx, tenantId, { topic, status: 'open', having: { date }, limit: carriedMax }),
  );
  return {
    found,
    matched: [
      ...carried.filter((one) => !stillMissing.has(sideOf(one))).map(({ breakId }) => breakId),
      ...open.filter(({ breakId }) => !foundIds.has(breakId)).map(({ breakId }) => breakId),
    ],
  };
};

/** The entry or posting that has no other side. */
const sideOf = (one: Finding | Break): string => {
  const { kind, entryId, journalId, line } = one as Break;
  return kind === 'missing_here' ? `entry ${entryId ?? ''}` : `posting ${journalId ?? ''} ${line ?? ''}`;
};
