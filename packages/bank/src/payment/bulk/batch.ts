import { accept, unreachable } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf } from '@finaegis/platform/event-store/event';
import { type BulkDecision, bulkLineId } from './bulk.ts';
import { bulkBatchEvents, type bulkLinesChecked, type bulkLinesConcluded, type bulkLinesTaken } from './events.ts';

/** Most lines of a batch: its events stay well below 64 kB. */
export const batchLinesMax = 100;

/** What a batch was taken on with; it never changes. */
export type BatchTerms = EventOf<typeof bulkLinesTaken>['data'];
/** A line as the file had it. */
export type LineTerms = BatchTerms['lines'][number];
/** What checking found about a line. */
export type LineCheck = EventOf<typeof bulkLinesChecked>['data']['lines'][number];
/** How a line ended. */
export type LineConclusion = EventOf<typeof bulkLinesConcluded>['data']['lines'][number];
/** The way a line goes. */
export type LineWay = Exclude<LineCheck, { readonly kind: 'rejected' }>;

/**
 * States of a line: refused before it was debited, or paid, or its money back with the payer. One in review waits for a person while the others go
 * on; approved it is debited by itself.
 */
export const lineStatuses = [
  'received',
  'in_review',
  'approved',
  'checked',
  'funded',
  'submitted',
  'settled',
  'returned',
  'rejected',
] as const;
export type LineStatus = (typeof lineStatuses)[number];

/** A line as it stands. */
export interface BulkLine extends LineTerms {
  readonly status: LineStatus;
  readonly way?: LineWay;
  readonly reason?: string | undefined;
  /** Why it waited in review, of one that did. */
  readonly reviewReason?: string | undefined;
  readonly reviewedBy?: string | undefined;
  readonly bankReference?: string | undefined;
}

/** A batch as it stands. */
export interface BulkBatch extends Omit<BatchTerms, 'lines'> {
  readonly status: 'taken' | 'checked' | 'funded' | 'submitted';
  readonly lines: readonly BulkLine[];
  readonly journalIds: readonly string[];
  readonly checkedAt?: string;
}

export type BatchState = { readonly status: 'unknown' } | BulkBatch;

type BatchEvent = EventOf<(typeof bulkBatchEvents)[number]>;

const evolve = (state: BatchState, event: Recorded<BatchEvent>): BatchState => {
  if (event.type === 'BulkLinesTaken') {
    const lines = event.data.lines.map((line): BulkLine => ({ ...line, status: 'received' }));
    return { ...event.data, status: 'taken', lines, journalIds: [] };
  }
  const known = state as BulkBatch;
  switch (event.type) {
    case 'BulkLinesChecked': {
      const checks = byLine(event.data.lines);
      return {
        ...known,
        status: 'checked',
        checkedAt: event.meta.bookedAt,
        lines: known.lines.map((line) => checkedLine(line, checks.get(line.line))),
      };
    }
    case 'BulkLineReviewed': {
      const { line: number, decision, reason, reviewedBy } = event.data;
      const status = decision === 'approved' ? 'approved' : 'rejected';
      const lines = known.lines.map((line) => (line.line === number ? { ...line, status, reason, reviewedBy } : line));
      return { ...known, lines: lines as readonly BulkLine[] };
    }
    case 'BulkLinesFunded': {
      const refused = byLine(event.data.rejected);
      const reviewed = new Set(event.data.reviewed);
      const lines = known.lines.map((line): BulkLine => {
        if (line.status !== 'checked' && !isDecidedNow(line, reviewed, refused)) return line;
        const no = refused.get(line.line);
        return no === undefined ? { ...line, status: 'funded' } : { ...line, status: 'rejected', reason: no.reason };
      });
      return { ...known, status: 'funded', lines, journalIds: event.data.journalIds };
    }
    case 'BulkLinesSubmitted':
      return submittedBatch(known);
    case 'BulkLinesConcluded': {
      const ends = byLine(event.data.lines);
      return { ...known, lines: known.lines.map((line) => ({ ...line, ...ends.get(line.line) })) };
    }
    default:
      return unreachable(event);
  }
};

/** One that a person let go is debited, or refused, when the event says so: another may have been let go meanwhile. */
const isDecidedNow = (
  { line, status }: BulkLine,
  reviewed: ReadonlySet<number>,
  refused: ReadonlyMap<number, unknown>,
): boolean => status === 'approved' && (reviewed.has(line) || refused.has(line));

const byLine = <One extends { readonly line: number }>(lines: readonly One[]): ReadonlyMap<number, One> =>
  new Map(lines.map((one) => [one.line, one]));

const checkedLine = (line: BulkLine, check: LineCheck | undefined): BulkLine => {
  if (check === undefined) return line;
  if (check.kind === 'rejected') return { ...line, status: 'rejected', reason: check.reason };
  return check.review === undefined
    ? { ...line, status: 'checked', way: check }
    : { ...line, status: 'in_review', way: check, reviewReason: check.review };
};

/**
 * Whether a line's money lies in clearing. Lines of a file that was debited as one journal stay `checked` until they are submitted: their money is
 * there since the file was funded.
 */
export const isFundedLine = ({ status }: BulkLine): boolean => status === 'funded' || status === 'checked';

/**
 * Lines that were let go before the whole file was debited, and with it: a batch that is debited by itself was so before it is submitted, and what is
 * let go of it later waits for a debit of its own.
 */
const debitedWithFile = ({ status, lines }: BulkBatch): readonly BulkLine[] =>
  status === 'checked' ? lines.filter((line) => line.status === 'approved') : [];

/** The lines of a batch whose money lies in clearing. */
export const linesInClearing = (batch: BulkBatch): readonly BulkLine[] => [
  ...batch.lines.filter(isFundedLine),
  ...debitedWithFile(batch),
];

/** A batch whose lines may be with the banks. */
export const submittedBatch = (batch: BulkBatch): BulkBatch => {
  const theirs = new Set(linesInClearing(batch));
  const lines = batch.lines.map((line): BulkLine => (theirs.has(line) ? { ...line, status: 'submitted' } : line));
  return { ...batch, status: 'submitted', lines };
};

/** One stream per batch of lines. */
export const batchAggregate: Aggregate<BatchState, BatchEvent> = defineAggregate({
  context: 'payment',
  name: 'bulk-batch',
  initial: { status: 'unknown' } as BatchState,
  events: bulkBatchEvents,
  evolve,
});

/** The id of a batch. The digest is in it, so that lines of a file that was never taken on to its end are nobody's. */
export const batchIdOf = (
  { bulkId, digest }: { readonly bulkId: string; readonly digest: string },
  number: number,
): string => derivedUuid('bulk-batch', bulkId, digest, String(number));

/** Writes a batch down, once. */
export const takeBatch = (state: BatchState, terms: BatchTerms): BulkDecision =>
  state.status === 'unknown' ? accept(batchAggregate.record(terms.batchId, 'BulkLinesTaken', terms)) : accept();

/** Records what the checks said of every line of a batch, once. */
export const checkBatch = (state: BatchState, lines: readonly LineCheck[]): BulkDecision => {
  if (state.status !== 'taken') return accept();
  const { batchId, bulkId } = state;
  return accept(batchAggregate.record(batchId, 'BulkLinesChecked', { batchId, bulkId, lines }));
};

/** Records, before any bank is asked, that the lines may be with the banks from now on. */
export const submitBatch = (state: BatchState): BulkDecision => {
  if (state.status === 'unknown' || state.status === 'taken' || state.status === 'submitted') return accept();
  const { batchId, bulkId } = state;
  const approved = debitedWithFile(state).map(({ line }) => line);
  const letGo = approved.length === 0 ? {} : { approved };
  return accept(batchAggregate.record(batchId, 'BulkLinesSubmitted', { batchId, bulkId, ...letGo }));
};

/** Who pays a line. */
export const debtorOf = (
  { debtorAccountId }: Pick<BulkBatch, 'debtorAccountId'>,
  { order }: Pick<LineTerms, 'order'>,
): string => order?.debtorAccountId ?? debtorAccountId;

/**
 * The key a bank knows a line by, and what its journals are derived from. Of a standing order it is the occurrence's own, whichever run pays it.
 */
export const lineKeyOf = (bulkId: string, { line, order }: Pick<LineTerms, 'line' | 'order'>): string =>
  order === undefined ? bulkLineId(bulkId, line) : derivedUuid('standing-order', order.orderId, order.dueOn);

/** Whether a line waits for a person, or for what follows on his word. */
export const isUndecided = ({ status }: BulkLine): boolean => status === 'in_review' || status === 'approved';

/** Lines whose end nobody knows yet. */
export const openLines = ({ lines }: Pick<BulkBatch, 'lines'>): readonly BulkLine[] =>
  lines.filter(({ status }) => status === 'submitted');
