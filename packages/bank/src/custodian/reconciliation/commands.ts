import { accept } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandHandler } from '@finaegis/platform/command/handler';
import { z } from 'zod';
import { breakAggregate, type FoundBreak, findBreak, matchBreak } from '../break/break.ts';
import { breakFound } from '../break/events.ts';
import { endingItems, itemNeed } from '../break/item.ts';
import { breaksTable } from '../views/breaks.ts';
import { reconciliationsTable } from '../views/reconciliations.ts';
import { nostroReconciled } from './events.ts';
import { type Finding, findingKey } from './match.ts';
import {
  type ReconciliationReport,
  reconciliationAggregate,
  reconciliationId,
  recordReconciliation,
} from './reconciliation.ts';

/** Data of RecordReconciliation: what a comparison came to, breaks by their ids. */
export interface RecordReconciliation {
  readonly report: ReconciliationReport;
  readonly found: readonly FoundBreak[];
  /** Breaks whose other side has come. */
  readonly matched: readonly string[];
}

/** The same difference of the same day is the same break, however often the day is compared. */
export const foundBreak = (
  { bank, asset, date, account }: Pick<ReconciliationReport, 'bank' | 'asset' | 'date' | 'account'>,
  finding: Finding,
): FoundBreak => {
  const breakId = derivedUuid('custodian-break', bank, asset, date, findingKey(finding));
  const { kind, differenceMinor, endToEndId, reference } = finding;
  return {
    breakId,
    bank,
    asset,
    date,
    account,
    kind,
    differenceMinor,
    ...('entryId' in finding ? { entryId: finding.entryId } : {}),
    ...('journalId' in finding ? { journalId: finding.journalId, line: finding.line } : {}),
    ...(endToEndId === undefined ? {} : { endToEndId }),
    ...(reference === undefined ? {} : { reference }),
  };
};

/** Records a comparison with its breaks in one commit; books nothing. */
export const recordReconciliationHandler = (): CommandHandler<
  RecordReconciliation,
  undefined,
  ReconciliationReport,
  never
> => ({
  name: 'custodian.RecordReconciliation',
  schema: z.strictObject({
    report: nostroReconciled.schema,
    found: z.array(breakFound.schema),
    matched: z.array(z.string()),
  }),
  permission: 'custodian:reconcile',
  weight: ({ found, matched }) => 1 + found.length + matched.length,
  loads: ({ report, found, matched }) => {
    const ids = [...new Set([...found.map(({ breakId }) => breakId), ...matched])];
    const id = reconciliationId(report);
    return {
      rows: [{ table: reconciliationsTable, key: id }, ...ids.map((key) => ({ table: breaksTable, key }))],
      streams: [
        { aggregate: reconciliationAggregate, id },
        ...ids.map((breakId) => ({ aggregate: breakAggregate, id: breakId })),
        ...matched.map(itemNeed),
      ],
    };
  },
  decide: (loaded, { report, found, matched }, { metadata }) => {
    const recorded = recordReconciliation(
      loaded.stream(reconciliationAggregate, reconciliationId(report)).state,
      report,
    );
    const ended = matched.flatMap((breakId) => matchBreak(loaded.stream(breakAggregate, breakId).state, report.date));
    return accept(
      ...(recorded.accepted ? recorded.events : []),
      ...found.flatMap((one) => findBreak(loaded.stream(breakAggregate, one.breakId).state, one)),
      ...ended,
      ...endingItems(loaded, ended, metadata.actor),
    );
  },
  result: (_, { report }) => report,
});
