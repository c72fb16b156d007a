import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { expect, it } from 'vitest';
import {
  type BatchState,
  type BulkBatch,
  batchAggregate,
  checkBatch,
  submitBatch,
  submittedBatch,
  takeBatch,
} from './batch.ts';
import type { BulkDecision } from './bulk.ts';
import { expireReviews, reviewLine } from './review.ts';

const metadata = { actor: 'key-1', channel: 'test', correlation: 'test' };
const after = (state: BatchState, decision: BulkDecision): BatchState => {
  if (!decision.accepted) throw new Error(decision.rejection.code);
  return decision.events.reduce(
    (current, event: NewEvent) =>
      fold(batchAggregate, current, { ...event, metadata, bookedAt: '2025-01-30T10:00:00.000Z' } as RecordedEvent),
    state,
  );
};
const said = (decision: BulkDecision): string =>
  decision.accepted ? decision.events.map(({ type }) => type).join() : decision.rejection.code;

const line = (number: number) => ({
  line: number,
  at: number,
  endToEndId: `E${number}`,
  asset: 'EUR',
  amountMinor: 100n,
});
const way = { kind: 'internal', accountId: 'payee', feeMinor: 0n } as const;
const taken = after(
  batchAggregate.initial,
  takeBatch(batchAggregate.initial, {
    batchId: 'batch-1',
    bulkId: 'bulk-1',
    number: 0,
    paymentInfoId: 'P',
    debtorAccountId: 'payer',
    entity: 'main',
    lines: [line(1), line(2)],
  }),
);
const checked = after(
  taken,
  checkBatch(taken, [
    { line: 1, ...way },
    { line: 2, ...way, review: 'velocity' },
  ]),
);
const statuses = (state: BatchState) => (state.status === 'unknown' ? [] : state.lines.map(({ status }) => status));
const approved = { line: 2, decision: 'approved' } as const;
const rejected = { line: 2, decision: 'rejected' } as const;
const second = { reviewer: 'key-2', takenBy: 'key-1' };

it('a line that a check wants seen waits, and the others do not', () => {
  expect(statuses(checked)).toEqual(['checked', 'in_review']);
});

it('another person than the sender decides, once', () => {
  expect(said(reviewLine(checked, approved, { ...second, reviewer: 'key-1' }))).toBe('reviewer_is_creator');
  expect(said(reviewLine(checked, approved, second))).toBe('BulkLineReviewed');
  const gone = after(checked, reviewLine(checked, approved, second));
  expect(statuses(gone)).toEqual(['checked', 'approved']);
  expect(said(reviewLine(gone, approved, second))).toBe('');
  expect(said(reviewLine(gone, rejected, second))).toBe('bulk_line_not_in_review');
  expect(said(reviewLine(gone, approved, { ...second, reviewer: 'key-3' }))).toBe('bulk_line_not_in_review');
  expect(said(reviewLine(checked, { ...approved, line: 1 }, second))).toBe('bulk_line_not_in_review');
  expect(said(reviewLine(batchAggregate.initial, approved, second))).toBe('bulk_line_not_in_review');
  const refused = after(checked, reviewLine(checked, rejected, second));
  expect(refused).toMatchObject({
    lines: [{}, { status: 'rejected', reason: 'review_rejected', reviewedBy: 'key-2' }],
  });
});

it('of a file that is debited whole is with the bank once the file is, and of others only once it is debited', () => {
  const gone = after(checked, reviewLine(checked, approved, second)) as BulkBatch;
  const sent = submitBatch(gone);
  expect(statuses(after(gone, sent))).toEqual(['submitted', 'submitted']);
  expect(sent.accepted && sent.events[0]?.data).toMatchObject({ approved: [2] });
  const funded: BulkBatch = { ...gone, status: 'funded' };
  expect(statuses(submittedBatch(funded))).toEqual(['submitted', 'approved']);
});

it('nobody’s decision in time is a refusal, of what still waits', () => {
  const late = after(checked, expireReviews(checked, [1, 2]));
  expect(late).toMatchObject({ lines: [{ status: 'checked' }, { status: 'rejected', reason: 'deadline_passed' }] });
  expect(said(expireReviews(late, [1, 2]))).toBe('');
  expect(said(expireReviews(batchAggregate.initial, [1]))).toBe('');
});
