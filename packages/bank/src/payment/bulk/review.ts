import { accept, reject } from '@finaegis/kernel/decision';
import { type BatchState, batchAggregate } from './batch.ts';
import type { BulkDecision } from './bulk.ts';

/** What a second person decides about a line in review. */
export interface ReviewLine {
  readonly line: number;
  readonly decision: 'approved' | 'rejected';
  /** A code. */
  readonly reason?: string | undefined;
}

/**
 * Lets a line go that waits in review, or not; never by who sent the file. The others of the file have gone on.
 * @param takenBy who sent the file
 */
export const reviewLine = (
  state: BatchState,
  { line: number, decision, reason }: ReviewLine,
  { reviewer, takenBy }: { readonly reviewer: string; readonly takenBy: string },
): BulkDecision => {
  const line = state.status === 'unknown' ? undefined : state.lines.find((one) => one.line === number);
  if (state.status === 'unknown' || line === undefined)
    return reject({ code: 'bulk_line_not_in_review', line: number, status: 'unknown' });
  const { batchId, bulkId } = state;
  // Said twice by the same person, perhaps because the first answer never came.
  if (line.reviewedBy === reviewer && (line.status === 'rejected') === (decision === 'rejected')) return accept();
  if (line.status !== 'in_review')
    return reject({ code: 'bulk_line_not_in_review', line: number, status: line.status });
  if (takenBy === reviewer) return reject({ code: 'reviewer_is_creator', reviewer });
  const why = decision === 'rejected' ? { reason: reason ?? 'review_rejected' } : {};
  const said = { batchId, bulkId, line: number, decision, ...why, reviewedBy: reviewer };
  return accept(batchAggregate.record(batchId, 'BulkLineReviewed', said));
};

/** Refuses lines nobody decided about in time, as a payment by itself is refused. */
export const expireReviews = (state: BatchState, lines: readonly number[]): BulkDecision => {
  if (state.status === 'unknown') return accept();
  const { batchId, bulkId } = state;
  const late = state.lines.filter(({ line, status }) => status === 'in_review' && lines.includes(line));
  return accept(
    ...late.map(({ line }) =>
      batchAggregate.record(batchId, 'BulkLineReviewed', {
        batchId,
        bulkId,
        line,
        decision: 'rejected',
        reason: 'deadline_passed',
      }),
    ),
  );
};
