import { type AuditedDispute, debtOf } from './dispute-books.ts';
import type { Case } from './refusal-case.ts';

/** Why a bank may say no to who sends a file, or decides about a line of it. */
export const fileRefusals: Readonly<Record<string, (its: Case) => boolean>> = {
  bulk_payment_exists_with_different_content: ({ books, asked }) => books.files.files.has(asked.bulkId ?? ''),
  bulk_payment_unknown: ({ books, asked }) => !books.files.files.has(asked.bulkId ?? ''),
  bulk_line_not_in_review: ({ books, asked, refusal }) => {
    const status = books.files.batches.get(asked.batchId ?? '')?.lines.get(asked.line ?? 0)?.status ?? 'unknown';
    return status === refusal['status'] && status !== 'in_review';
  },
  reviewer_is_creator: ({ books, asked, actor }) => books.files.files.get(asked.bulkId ?? '')?.takenBy === actor,
};

const disputeOf = ({ books, asked }: Case): AuditedDispute | undefined =>
  books.disputes.disputes.get(asked.disputeId ?? '');
const isIn = (its: Case): boolean => disputeOf(its)?.status === its.refusal['status'];
const isLost = (its: Case): boolean => ['lost', 'accepted'].includes(disputeOf(its)?.status ?? '');
const messageOf = ({ books, asked }: Case) => books.disputes.messages.get(asked.key ?? '');

/** The same of disputes, and of providers' messages. */
export const disputeRefusals: Readonly<Record<string, (its: Case) => boolean>> = {
  dispute_unknown: (its) => disputeOf(its) === undefined,
  dispute_not_answerable: (its) => isIn(its) && its.refusal['status'] !== 'evidence_due',
  dispute_answer_under_way: (its) => disputeOf(its)?.answer !== undefined,
  dispute_not_lost: (its) => isIn(its) && !isLost(its),
  dispute_has_no_debt: (its) => {
    const dispute = disputeOf(its);
    return dispute !== undefined && isLost(its) && debtOf(dispute, its.books.replayed) === 0n;
  },
  dispute_write_off_not_proposed: (its) => isLost(its) && disputeOf(its)?.proposal === undefined,
  proposer_may_not_write_off: (its) =>
    disputeOf(its)?.proposal?.by === its.actor && its.refusal['proposer'] === its.actor,
  webhook_message_unknown: (its) => messageOf(its) === undefined || messageOf(its)?.status === 'refused',
  webhook_message_under_way: (its) => messageOf(its)?.status === 'received',
};
