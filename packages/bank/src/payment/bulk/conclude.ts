import { accept, type Decision } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { referenceOf } from '@finaegis/kernel/reference';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { houseAccountId, type JournalPosting, type JournalRefusal, postJournal } from '../../ledger/contract.ts';
import { clearingReturns, feeIncome, nostroOf, suspenseBlocked } from '../house.ts';
import { openWorkItem } from '../work-item/work-item.ts';
import {
  type BatchState,
  type BulkBatch,
  type BulkLine,
  batchAggregate,
  debtorOf,
  type LineConclusion,
  type LineWay,
  lineKeyOf,
} from './batch.ts';
import type { BulkDecision } from './bulk.ts';
import { type GrowingBook, waitsIn } from './fund.ts';

/** What is known of the end of a line. Of a line within the tenant only that its turn has come. */
export type LineOutcome =
  | { readonly line: number; readonly kind: 'credit' }
  | { readonly line: number; readonly kind: 'settled'; readonly bankReference: string }
  | { readonly line: number; readonly kind: 'declined'; readonly code: string }
  | {
      readonly line: number;
      readonly kind: 'returned';
      readonly code: string;
      readonly bankReference: string;
      /** What came back, where it is less than was paid: a bank on the way kept the rest. */
      readonly amountMinor?: bigint | undefined;
    };

type Step = 'credit' | 'settle' | 'give-back' | 'return' | 'suspend';

/** The journal of one step of a line; the same step always makes the same journal. */
export const lineJournalId = (key: string, step: Step): string => derivedUuid('bulk-line-journal', key, step);

/** Every journal a conclusion may make. */
export const lineJournalIds = (key: string): readonly string[] =>
  (['credit', 'settle', 'give-back', 'return', 'suspend'] as const).map((step) => lineJournalId(key, step));

/** The item about money of a line that nobody could take. */
export const lineWorkItemId = (key: string): string => derivedUuid('work-item', lineJournalId(key, 'suspend'));

/** Places in the chart a conclusion may book on. */
export const conclusionPlaces = (way: LineWay): readonly string[] => [
  waitsIn(way),
  suspenseBlocked,
  ...(way.feeMinor > 0n ? [feeIncome] : []),
  ...(way.kind === 'rail' ? [nostroOf(way.bank), clearingReturns] : []),
];

interface Concluding {
  readonly book: GrowingBook;
  readonly batch: BulkBatch;
  readonly line: BulkLine & { readonly way: LineWay };
}

/** Books how lines ended, each by a journal of its own with its end-to-end id, so that every one can be found on statements. */
export const concludeBatch = (state: BatchState, outcomes: readonly LineOutcome[], book: GrowingBook): BulkDecision => {
  if (state.status === 'unknown') return accept();
  const { batchId, bulkId } = state;
  const events: NewEvent[] = [];
  const lines: LineConclusion[] = [];
  for (const outcome of outcomes) {
    const line = state.lines.find((one) => one.line === outcome.line);
    if (line?.way === undefined || !isToConclude(line, outcome)) continue;
    const decision = concluded({ book, batch: state, line: { ...line, way: line.way } }, outcome);
    if (!decision.accepted) return decision;
    book.add(decision.events.filter(({ type }) => type === 'JournalPosted'));
    events.push(...decision.events);
    lines.push(decision.conclusion);
  }
  return lines.length === 0
    ? accept()
    : accept(...events, batchAggregate.record(batchId, 'BulkLinesConcluded', { batchId, bulkId, lines }));
};

// A line is concluded once; only what was paid may come back later.
const isToConclude = ({ status }: BulkLine, { kind }: LineOutcome): boolean =>
  status === 'submitted' || (status === 'settled' && kind === 'returned');

type Concluded =
  | { readonly accepted: true; readonly events: readonly NewEvent[]; readonly conclusion: LineConclusion }
  | Extract<Decision<NewEvent, JournalRefusal>, { readonly accepted: false }>;

const concluded = (at: Concluding, outcome: LineOutcome): Concluded => {
  const { batch, line } = at;
  const { entity } = batch;
  const waiting = houseAccountId(entity, waitsIn(line.way));
  switch (outcome.kind) {
    case 'credit': {
      const to = line.way.kind === 'internal' ? line.way.accountId : '';
      const credited = post(at, 'credit', [waiting, to]);
      if (credited.accepted) return ended(credited.events, { line: line.line, status: 'settled' });
      if (credited.rejection.code === 'day_closed') return credited;
      return givenBack(at, waiting, credited.rejection.code);
    }
    case 'settled': {
      const settled = post(at, 'settle', [waiting, nostro(at)]);
      const { bankReference } = outcome;
      return settled.accepted ? ended(settled.events, { line: line.line, status: 'settled', bankReference }) : settled;
    }
    case 'declined':
      return givenBack(at, waiting, outcome.code);
    case 'returned': {
      const paid = line.status === 'settled' ? accept<NewEvent>() : post(at, 'settle', [waiting, nostro(at)]);
      if (!paid.accepted) return paid;
      const { amountMinor = line.amountMinor } = outcome;
      // The bank did its work, so what was charged for it stays.
      const kept = { ...at, line: { ...line, amountMinor, way: { ...line.way, feeMinor: 0n } } };
      const back = post(kept, 'return', [nostro(at), houseAccountId(entity, clearingReturns)]);
      if (!back.accepted) return back;
      const given = givenBack(kept, houseAccountId(entity, clearingReturns), outcome.code);
      if (!given.accepted) return given;
      const less = amountMinor === line.amountMinor ? {} : { returnedMinor: amountMinor };
      const conclusion = { ...given.conclusion, bankReference: outcome.bankReference, ...less };
      return ended([...paid.events, ...back.events, ...given.events], conclusion);
    }
  }
};

const ended = (events: readonly NewEvent[], conclusion: LineConclusion): Concluded => ({
  accepted: true,
  events,
  conclusion,
});

const nostro = ({ batch, line: { way } }: Concluding): string =>
  houseAccountId(batch.entity, nostroOf(way.kind === 'rail' ? way.bank : ''));

const post = (
  { book, batch, line }: Concluding,
  step: Step,
  [from, to]: readonly [string, string],
  more: readonly JournalPosting[] = [],
): Decision<NewEvent, JournalRefusal> => {
  const { asset, amountMinor, endToEndId } = line;
  const purpose = step === 'settle' || step === 'return' ? 'settlement' : 'principal';
  return postJournal(book, {
    journalId: lineJournalId(lineKeyOf(batch.bulkId, line), step),
    kind: `bulk-${step}`,
    postings: [
      { account: from, asset, side: 'debit', amountMinor, purpose },
      { account: to, asset, side: 'credit', amountMinor, purpose },
      ...more,
    ],
    captures: [],
    endToEndId,
    metadata: { bulkId: batch.bulkId, batchId: batch.batchId, line: String(line.line) },
  });
};

/** Money back to the payer with the fee, or to suspense with an item where his account cannot take it. */
const givenBack = (at: Concluding, from: string, reason: string): Concluded => {
  const { batch, line } = at;
  const conclusion: LineConclusion = { line: line.line, status: 'returned', reason };
  const given = post(at, 'give-back', [from, debtorOf(batch, line)], feeBack(at, debtorOf(batch, line)));
  if (given.accepted) return ended(given.events, conclusion);
  if (given.rejection.code === 'day_closed') return given;
  const suspense = houseAccountId(batch.entity, suspenseBlocked);
  const suspended = post(at, 'suspend', [from, suspense], feeBack(at, suspense));
  if (!suspended.accepted) return suspended;
  const journalId = lineJournalId(lineKeyOf(batch.bulkId, line), 'suspend');
  const item = openWorkItem({
    workItemId: lineWorkItemId(lineKeyOf(batch.bulkId, line)),
    kind: 'blocked',
    entity: batch.entity,
    account: suspense,
    asset: line.asset,
    amountMinor: line.amountMinor + line.way.feeMinor,
    subject: `bulk:${batch.bulkId}`,
    reason: 'account_takes_no_credits',
    links: [`journal:${journalId}`, `bulk:${batch.bulkId}`],
    reference: lineReference(lineKeyOf(batch.bulkId, line)),
  });
  return ended([...suspended.events, item], conclusion);
};

const feeBack = ({ batch, line: { asset, way } }: Concluding, to: string): readonly JournalPosting[] => {
  if (way.feeMinor === 0n) return [];
  const fee = { asset, amountMinor: way.feeMinor, purpose: 'fee' as const };
  return [
    { ...fee, account: houseAccountId(batch.entity, feeIncome), side: 'debit' },
    { ...fee, account: to, side: 'credit' },
  ];
};

/** Our reference of a line by its key, for banks and people. */
export const lineReference = (key: string): string => referenceOf('B', key);
