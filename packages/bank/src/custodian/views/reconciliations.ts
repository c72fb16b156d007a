import { fold } from '@finaegis/platform/event-store/aggregate';
import { z } from 'zod';
import { nostroReconciled } from '../reconciliation/events.ts';
import type { ReconciliationReport } from '../reconciliation/reconciliation.ts';
import {
  type ReconciliationState,
  reconciliationAggregate,
  reconciliationId,
} from '../reconciliation/reconciliation.ts';
import { documentTable } from './stored-documents.ts';

/** The newest report of a day at a bank. */
export type ReconciledDay = Extract<ReconciliationState, { readonly status: 'reconciled' }>;

const stored: z.ZodType<ReconciledDay> = z.object({
  status: z.literal('reconciled'),
  runs: z.int(),
  at: z.string(),
  report: nostroReconciled.schema,
});

/** Reports by date, bank and asset. */
export const reconciliationsTable = documentTable<ReconciledDay>({
  name: 'custodian.reconciliations',
  physicalName: 'custodian_reconciliations',
  rank: 53,
  consumes: [nostroReconciled.type],
  idOf: ({ data }) => reconciliationId(data as ReconciliationReport),
  folded: (row, event) => {
    const state: ReconciliationState = row ?? reconciliationAggregate.initial;
    const next = fold(reconciliationAggregate, state, event);
    if (next.status === 'none') throw new Error(`${event.type} left a day unreconciled.`);
    return next;
  },
  topicOf: ({ report }) => report.bank,
  statusOf: ({ status }) => status,
  decode: (document) => stored.parse(document),
});
