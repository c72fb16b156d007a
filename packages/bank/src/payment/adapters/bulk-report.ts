import type { Reason } from '../../iso20022/reason.ts';
import type { PaymentStatus, StatusReport } from '../../iso20022/status-report.ts';
import { writeStatusReport } from '../../iso20022/write-status-report.ts';
import { type BulkBatch, type BulkLine, type LineStatus, lineKeyOf } from '../bulk/batch.ts';
import type { BulkPayment } from '../bulk/bulk.ts';
import { lineReference } from '../bulk/conclude.ts';

// Statuses that both generations of the message know.
const statusOf: Readonly<Record<LineStatus, PaymentStatus>> = {
  received: 'PDNG',
  in_review: 'PDNG',
  approved: 'PDNG',
  checked: 'PDNG',
  funded: 'ACSP',
  submitted: 'ACSP',
  settled: 'ACSC',
  returned: 'RJCT',
  rejected: 'RJCT',
};

/** Our reasons in the words of ISO 20022's external codes; a bank's own code is told as it came. */
const isoReasons: Readonly<Record<string, string>> = {
  iban_malformed: 'AC01',
  iban_invalid: 'AC01',
  account_unknown: 'AC01',
  account_closed: 'AC04',
  account_debits_blocked: 'AC06',
  account_credits_blocked: 'AC06',
  account_pays_itself: 'AC14',
  insufficient_funds: 'AM04',
  currency_unknown: 'AM03',
  asset_unknown: 'AM03',
  asset_inactive: 'AM03',
  amount_not_positive: 'AM01',
  amount_malformed: 'AM12',
  amount_scale_too_fine: 'AM12',
  amount_too_large: 'AM02',
  bic_malformed: 'RC01',
  rail_not_found: 'AG03',
};

/** Why a line was refused or came back, as the message says it. */
export const reasonOf = (reason: string): Reason => {
  const code = reason.startsWith('iban_')
    ? 'AC01'
    : (isoReasons[reason] ?? (/^[A-Z]{2}[0-9]{2}$/.test(reason) ? reason : undefined));
  return code === undefined
    ? { code: 'NARR', information: [reason] }
    : { code, ...(code === reason ? {} : { information: [reason] }) };
};

/** What a whole file or batch is told as: what all its lines are, or that they differ. */
export const sharedStatus = (statuses: readonly PaymentStatus[]): PaymentStatus => {
  const [first = 'PDNG', ...others] = new Set(statuses);
  return others.length === 0 ? first : 'PART';
};

/**
 * The status report of a file, every line in its place. The id of the report is the file's own, so that it can be asked for again.
 * @param now the instant it is written, ISO text
 */
export const bulkReport = (bulk: BulkPayment, batches: readonly BulkBatch[], now: string): string => {
  const isWhole = bulk.status === 'rejected';
  const statusNow = (line: BulkLine): PaymentStatus => (isWhole ? 'RJCT' : statusOf[line.status]);
  const payments = new Map<string, BulkBatch[]>();
  for (const batch of batches) payments.set(batch.paymentInfoId, [...(payments.get(batch.paymentInfoId) ?? []), batch]);
  const report: StatusReport = {
    messageId: lineReference(bulk.bulkId),
    createdAt: now,
    original: {
      messageId: bulk.messageId,
      name: bulk.source === 'json' ? 'pain.001.001.09' : bulk.source,
      count: bulk.lineCount,
    },
    groupStatus: sharedStatus(batches.flatMap(({ lines }) => lines.map(statusNow))),
    reasons: bulk.reason === undefined ? [] : [reasonOf(bulk.reason)],
    payments: [...payments].map(([originalPaymentInfoId, its]) => ({
      originalPaymentInfoId,
      status: sharedStatus(its.flatMap(({ lines }) => lines.map(statusNow))),
      reasons: [],
      lines: its.flatMap(({ lines }) =>
        lines.map((line) => ({
          ...(line.instructionId === undefined ? {} : { originalInstructionId: line.instructionId }),
          originalEndToEndId: line.endToEndId,
          ...(line.uetr === undefined || bulk.source.endsWith('.03') ? {} : { originalUetr: line.uetr }),
          status: statusNow(line),
          reasons: (line.reason ?? bulk.reason) === undefined ? [] : [reasonOf(line.reason ?? bulk.reason ?? '')],
          accountServicerReference: lineReference(lineKeyOf(bulk.bulkId, line)),
        })),
      ),
    })),
  };
  return writeStatusReport(report, bulk.source.endsWith('.03') ? 'pain.002.001.03' : 'pain.002.001.10').xml;
};
