import { accept, reject } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { type Book, houseAccountId, type JournalPosting, postJournal, spendableOf } from '../../ledger/contract.ts';
import { clearingOf, feeIncome } from '../house.ts';
import {
  type BatchState,
  type BulkBatch,
  type BulkLine,
  batchAggregate,
  debtorOf,
  type LineWay,
  lineKeyOf,
} from './batch.ts';
import { type BulkDecision, type BulkState, bulkAggregate } from './bulk.ts';

/** Where the money of lines to accounts of this tenant waits between the debit and the credits. */
export const clearingBulk = 'clearing/bulk';

/** A line that was checked and has a way. */
export interface WayLine extends BulkLine {
  readonly way: LineWay;
}

/** The lines of a batch that are to be debited; of those in review the ones a person let go. */
export const linesToFund = ({ lines }: Pick<BulkBatch, 'lines'>): readonly WayLine[] =>
  lines.filter(
    (line): line is WayLine => (line.status === 'checked' || line.status === 'approved') && line.way !== undefined,
  );

/** The place in the chart where a line's money waits. */
export const waitsIn = (way: LineWay): string => (way.kind === 'internal' ? clearingBulk : clearingOf(way.rail));

/**
 * Lines that are debited together: a file's by asset; a standing order's by itself, since its payer sees it as one payment, and one that was in
 * review, since the others did not wait for it.
 */
interface Group {
  readonly kind: 'bulk-payment' | 'standing-order';
  readonly journalId: string;
  readonly debtorAccountId: string;
  readonly lines: readonly WayLine[];
  readonly endToEndId?: string;
}

const groupsOf = (batch: BulkBatch, lines: readonly WayLine[]): readonly Group[] => {
  const { batchId, bulkId, debtorAccountId } = batch;
  const isAlone = ({ order, reviewReason }: WayLine): boolean => order !== undefined || reviewReason !== undefined;
  const alone = lines.filter(isAlone).map(
    (line): Group => ({
      kind: line.order === undefined ? 'bulk-payment' : 'standing-order',
      journalId: derivedUuid('bulk-line-journal', lineKeyOf(bulkId, line), 'fund'),
      debtorAccountId: debtorOf(batch, line),
      lines: [line],
      endToEndId: line.endToEndId,
    }),
  );
  const plain = lines.filter((line) => !isAlone(line));
  const grouped = [...new Set(plain.map(({ asset }) => asset))].map(
    (asset): Group => ({
      kind: 'bulk-payment',
      journalId: derivedUuid('bulk-journal', batchId, 'fund', asset),
      debtorAccountId,
      lines: plain.filter((line) => line.asset === asset),
    }),
  );
  return [...alone, ...grouped];
};

/** The journals that funding a batch may make. */
export const fundingJournals = (batch: BulkBatch): readonly string[] =>
  groupsOf(batch, linesToFund(batch)).map(({ journalId }) => journalId);

/** The journal that debits a whole file. */
export const bulkJournalId = (bulkId: string): string => derivedUuid('bulk-journal', bulkId, 'fund');

/**
 * One debit per payer and asset, against one credit per place the money waits in, and the fees as a pair of their own: whatever the number of
 * lines, a journal of a few postings.
 */
export const fundingPostings = (
  parts: readonly { readonly debtorAccountId: string; readonly entity: string; readonly line: WayLine }[],
): readonly JournalPosting[] => {
  const sums = new Map<string, JournalPosting>();
  const add = (posting: JournalPosting): void => {
    if (posting.amountMinor === 0n) return;
    const { account, asset, side, purpose } = posting;
    const key = `${account} ${asset} ${side} ${purpose}`;
    const before = sums.get(key)?.amountMinor ?? 0n;
    sums.set(key, { ...posting, amountMinor: before + posting.amountMinor });
  };
  for (const { debtorAccountId, entity, line } of parts) {
    const { asset, amountMinor, way } = line;
    const [payer, income] = [debtorAccountId, houseAccountId(entity, feeIncome)];
    add({ account: payer, asset, side: 'debit', amountMinor, purpose: 'principal' });
    add({ account: houseAccountId(entity, waitsIn(way)), asset, side: 'credit', amountMinor, purpose: 'principal' });
    add({ account: payer, asset, side: 'debit', amountMinor: way.feeMinor, purpose: 'fee' });
    add({ account: income, asset, side: 'credit', amountMinor: way.feeMinor, purpose: 'fee' });
  }
  return [...sums.values()];
};

interface Refused {
  readonly line: number;
  readonly reason: string;
}

/** Takes lines in the order of the file for as long as their accounts can pay them; a small line after a large one still goes. */
const affordable = (
  book: Book,
  batch: BulkBatch,
  wanted: readonly WayLine[],
): { readonly taken: readonly WayLine[]; readonly refused: readonly Refused[] } => {
  const left = new Map<string, bigint>();
  const taken: WayLine[] = [];
  const refused: Refused[] = [];
  for (const one of wanted) {
    const account = debtorOf(batch, one);
    const key = `${account} ${one.asset}`;
    const balance = book.balance(account, one.asset);
    const has = left.get(key) ?? (balance === undefined ? 0n : spendableOf(balance));
    const costs = one.amountMinor + one.way.feeMinor;
    if (costs > has) refused.push({ line: one.line, reason: 'insufficient_funds' });
    else {
      taken.push(one);
      left.set(key, has - costs);
    }
  }
  return { taken, refused };
};

/** A book that also sees what was decided a moment ago. */
export type GrowingBook = Book & { add(events: readonly NewEvent[]): void };

/**
 * Debits what the accounts can pay of a batch; the rest is refused line by line. Lines that a person lets go afterwards are debited when it is done
 * again.
 * @param approved the lines let go that are prepared for; one that was let go a moment ago has its turn later
 */
export const fundBatch = (
  state: BatchState,
  book: GrowingBook,
  approved: ReadonlySet<number> = new Set(),
): BulkDecision => {
  if (state.status === 'unknown' || state.status === 'taken') return accept();
  const wanted = linesToFund(state).filter(({ line, status }) => status === 'checked' || approved.has(line));
  if (state.status !== 'checked' && wanted.length === 0) return accept();
  const { batchId, bulkId, entity } = state;
  const { taken, refused } = affordable(book, state, wanted);
  const rejected = [...refused];
  const journals: NewEvent[] = [];
  const journalIds: string[] = [];
  for (const { kind, journalId, debtorAccountId, lines, endToEndId } of groupsOf(state, taken)) {
    const decision = postJournal(book, {
      journalId,
      kind,
      postings: fundingPostings(lines.map((line) => ({ debtorAccountId, entity, line }))),
      captures: [],
      endToEndId,
      metadata: { bulkId, batchId },
    });
    if (decision.accepted) {
      book.add(decision.events);
      journals.push(...decision.events);
      journalIds.push(journalId);
    } else if (decision.rejection.code === 'day_closed') return decision;
    else rejected.push(...lines.map(({ line }) => ({ line, reason: decision.rejection.code })));
  }
  const reviewed = wanted.filter(({ status }) => status === 'approved').map(({ line }) => line);
  return accept(
    ...journals,
    batchAggregate.record(batchId, 'BulkLinesFunded', {
      batchId,
      bulkId,
      journalIds,
      rejected,
      ...(reviewed.length === 0 ? {} : { reviewed }),
    }),
  );
};

/** Debits a whole file as one journal, or refuses it whole. */
export const fundBulk = (
  state: BulkState,
  book: Book,
  { bulkId, batches }: { readonly bulkId: string; readonly batches: readonly BulkBatch[] },
): BulkDecision => {
  if (state.status === 'unknown') return reject({ code: 'bulk_payment_unknown', bulkId });
  if (state.status === 'rejected') return reject({ code: 'bulk_payment_over', bulkId, status: state.status });
  if (state.status !== 'taken') return accept();
  const refused = batches.flatMap(({ lines }) => lines).find(({ status }) => status === 'rejected');
  if (refused !== undefined)
    return reject({ code: 'bulk_line_refused', line: refused.line, reason: refused.reason ?? 'refused' });
  // Nothing of a file is debited that a person has still to look at, whoever asks.
  const unseen = batches.flatMap(({ lines }) => lines).find(({ status }) => status === 'in_review');
  if (unseen !== undefined) return reject({ code: 'bulk_line_refused', line: unseen.line, reason: 'review_needed' });
  const parts = batches.flatMap((batch) =>
    linesToFund(batch).map((line) => ({ debtorAccountId: debtorOf(batch, line), entity: batch.entity, line })),
  );
  const journalId = bulkJournalId(bulkId);
  const decision = postJournal(book, {
    journalId,
    kind: 'bulk-payment',
    postings: fundingPostings(parts),
    captures: [],
    metadata: { bulkId },
  });
  if (!decision.accepted) return decision;
  return accept(...decision.events, bulkAggregate.record(bulkId, 'BulkPaymentFunded', { bulkId, journalId }));
};
