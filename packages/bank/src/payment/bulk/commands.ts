import { accept, reject } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandHandler, Loaded, Needs } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { SealedValue } from '@finaegis/platform/event-store/personal-ref';
import { text, uuid } from '@finaegis/platform/http/amount';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import type { Services } from '@finaegis/platform/services';
import { z } from 'zod';
import { type Balance, type LedgerDirectory, layeredBook, loadedBook, postingNeeds } from '../../ledger/contract.ts';
import { feeIncome, findAccounts, type HouseRefs, houseNeeds, mergeNeeds, withHouses } from '../house.ts';
import { code, minor } from '../terms.ts';
import { withSignal } from '../with-signal.ts';
import { workItemAggregate } from '../work-item/work-item.ts';
import {
  type BatchState,
  type BulkBatch,
  batchAggregate,
  batchLinesMax,
  checkBatch,
  debtorOf,
  type LineCheck,
  type LineTerms,
  lineKeyOf,
  submitBatch,
  takeBatch,
} from './batch.ts';
import {
  type BulkCounts,
  type BulkDecision,
  type BulkPayment,
  type BulkRefusal,
  type BulkTerms,
  bulkAggregate,
  bulkSagaId,
  endBulk,
  rejectBulk,
  takeBulk,
} from './bulk.ts';
import { concludeBatch, conclusionPlaces, type LineOutcome, lineJournalIds, lineWorkItemId } from './conclude.ts';
import { bulkModes } from './events.ts';
import { bulkJournalId, fundBatch, fundBulk, fundingJournals, linesToFund, waitsIn } from './fund.ts';
import { expireReviews, type ReviewLine, reviewLine } from './review.ts';

/** What the commands of bulk payments are built over. */
export interface BulkTools {
  readonly balances: LockedTable<Balance>;
  readonly ledger: LedgerDirectory;
  readonly personalData: Pick<Services['personalData'], 'seal'>;
  /** The clock at the edge. */
  readonly now: () => string;
  /** Batches as they were last committed, in the order asked for. */
  readonly findBatches: (tenantId: string, batchIds: readonly string[]) => Promise<readonly BatchState[]>;
}

/** Most lines one command works on. */
export const commandLinesMax = 1_000;

/** Names and texts of a line: personal data of the account that pays. */
export interface LineText {
  readonly name: string;
  readonly remittance?: string | undefined;
}

/** A batch of lines to be written down. */
export interface BatchToTake {
  readonly batchId: string;
  readonly number: number;
  readonly paymentInfoId: string;
  readonly debtorAccountId: string;
  readonly entity: string;
  readonly lines: readonly LineTerms[];
  readonly texts: readonly LineText[];
}

/** Data of TakeBulkLines. */
export interface TakeBulkLines {
  readonly bulkId: string;
  readonly batches: readonly BatchToTake[];
}

const lineSchema = z.strictObject({
  line: z.int(),
  at: z.int(),
  endToEndId: z.string(),
  instructionId: z.string().optional(),
  uetr: z.string().optional(),
  asset: z.string(),
  amountMinor: minor,
  iban: z.string().optional(),
  account: z.string().optional(),
  bic: z.string().optional(),
  problem: z.strictObject({ code: z.string(), path: z.string() }).optional(),
});
const takeLinesSchema: z.ZodType<TakeBulkLines> = z.strictObject({
  bulkId: uuid,
  batches: z.array(
    z.strictObject({
      batchId: uuid,
      number: z.int(),
      paymentInfoId: z.string(),
      debtorAccountId: uuid,
      entity: z.string(),
      lines: z.array(lineSchema).max(batchLinesMax),
      texts: z.array(z.strictObject({ name: z.string(), remittance: z.string().optional() })),
    }),
  ),
});

type Handler<Data, Refs, Result = null> = CommandHandler<Data, Refs, Result, BulkRefusal>;

const batchNeeds = (batchIds: readonly string[], isNew = false): Needs => ({
  streams: batchIds.map((id) => ({ aggregate: batchAggregate, id, ...(isNew ? { isNew } : {}) })),
});

const stateOf = (loaded: Loaded, batchId: string): BatchState => loaded.stream(batchAggregate, batchId).state;

/** Every decision or the first refusal. */
const together = (decisions: readonly BulkDecision[]): BulkDecision => {
  const events: NewEvent[] = [];
  for (const decision of decisions) {
    if (!decision.accepted) return decision;
    events.push(...decision.events);
  }
  return accept(...events);
};

const takeLines = ({
  personalData,
}: BulkTools): Handler<TakeBulkLines, readonly Awaited<ReturnType<Services['personalData']['seal']>>[number][]> => ({
  name: 'payment.TakeBulkLines',
  schema: takeLinesSchema,
  permission: 'payment:create',
  weight: ({ batches }) => batches.length * 10,
  prepare: async ({ batches }, { tenantId }) =>
    (
      await Promise.all(
        batches.map(({ debtorAccountId, texts }) =>
          personalData.seal(tenantId, `account:${debtorAccountId}`, [JSON.stringify(texts)]),
        ),
      )
    ).flat(),
  loads: ({ batches }) =>
    batchNeeds(
      batches.map(({ batchId }) => batchId),
      true,
    ),
  decide: (loaded, { bulkId, batches }, _facts, sealed) =>
    together(
      batches.map(({ texts: _texts, ...batch }, index) => {
        const texts = sealed[index]?.reference;
        if (texts === undefined) throw new Error('The texts of a batch were not sealed.');
        return takeBatch(stateOf(loaded, batch.batchId), { ...batch, bulkId, texts });
      }),
    ),
  sealed: (sealed): readonly SealedValue[] => sealed.map(({ sealed: value }) => value),
  result: () => null,
});

/** Data of TakeBulk. */
export type TakeBulk = BulkTerms;

const termsSchema: z.ZodType<TakeBulk> = z.strictObject({
  bulkId: uuid,
  messageId: text(35),
  digest: z.string(),
  source: z.string(),
  mode: z.enum(bulkModes),
  entity: z.string(),
  executionDate: z.string(),
  lineCount: z.int(),
  batchCount: z.int(),
  totals: z
    .array(z.strictObject({ debtorAccountId: uuid.optional(), asset: z.string(), amountMinor: minor, count: z.int() }))
    .readonly(),
});

const resultOf = (loaded: Loaded, { bulkId }: { readonly bulkId: string }): BulkPayment => {
  const { state } = loaded.stream(bulkAggregate, bulkId);
  if (state.status === 'unknown') throw new Error(`Bulk payment ${bulkId} was accepted and is not there.`);
  return state;
};

/** Takes a file on whose lines have been written, and starts the saga that executes it. */
export const takeBulkHandler = (
  { now }: BulkTools,
  definition: () => SagaDefinition,
): Handler<TakeBulk, { readonly now: string; readonly isDue: boolean }, BulkPayment> => ({
  name: 'payment.TakeBulk',
  schema: termsSchema,
  permission: 'payment:create',
  prepare: async ({ executionDate }) => {
    const instant = now();
    return { now: instant, isDue: executionDate <= instant.slice(0, 10) };
  },
  loads: ({ bulkId }) => ({
    streams: [{ aggregate: bulkAggregate, id: bulkId }, newSagaNeed(bulkSagaId(bulkId))],
  }),
  decide: (loaded, terms, { tenantId }, refs) => {
    const decision = takeBulk(loaded.stream(bulkAggregate, terms.bulkId).state, terms);
    if (!decision.accepted || decision.events.length === 0) return decision;
    const { bulkId, digest, batchCount, mode, executionDate } = terms;
    const input = { bulkId, digest, batchCount, mode, executionDate: refs.isDue ? null : executionDate };
    const started = startSaga(definition(), { sagaId: bulkSagaId(bulkId), input }, { tenantId, now: refs.now });
    return accept(...decision.events, ...started);
  },
  result: resultOf,
});

const checkSchema: z.ZodType<LineCheck> = z.union([
  z.strictObject({
    line: z.int(),
    kind: z.literal('internal'),
    accountId: uuid,
    feeMinor: minor,
    review: code.optional(),
  }),
  z.strictObject({
    line: z.int(),
    kind: z.literal('rail'),
    bank: z.string(),
    rail: z.string(),
    executionDate: z.string(),
    feeMinor: minor,
    review: code.optional(),
  }),
  z.strictObject({ line: z.int(), kind: z.literal('rejected'), reason: code }),
]);

const checkLines = (): Handler<
  { readonly batches: readonly { readonly batchId: string; readonly lines: readonly LineCheck[] }[] },
  undefined
> => ({
  name: 'payment.CheckBulkLines',
  schema: z.strictObject({
    batches: z.array(z.strictObject({ batchId: uuid, lines: z.array(checkSchema).max(batchLinesMax) })),
  }),
  permission: 'payment:rail',
  weight: ({ batches }) => batches.length * 10,
  loads: ({ batches }) => batchNeeds(batches.map(({ batchId }) => batchId)),
  decide: (loaded, { batches }) =>
    together(batches.map(({ batchId, lines }) => checkBatch(stateOf(loaded, batchId), lines))),
  result: () => null,
});

interface Batches {
  readonly batchIds: readonly string[];
}
const batchesSchema: z.ZodType<Batches> = z.strictObject({ batchIds: z.array(uuid) });

const debtorsOf = (batch: BulkBatch): readonly string[] => batch.lines.map((line) => debtorOf(batch, line));

/** What debiting lines knows before it locks: the accounts it books on, and the batches as they were. */
export interface FundRefs extends HouseRefs {
  readonly batches: readonly BulkBatch[];
}

const knownBatches = async (
  { findBatches }: BulkTools,
  tenantId: string,
  ids: readonly string[],
): Promise<readonly BulkBatch[]> =>
  (await findBatches(tenantId, ids)).filter((state): state is BulkBatch => state.status !== 'unknown');

const fundRefs = async (tools: BulkTools, tenantId: string, ids: readonly string[]): Promise<FundRefs> => {
  const batches = await knownBatches(tools, tenantId, ids);
  const ways = batches.flatMap(linesToFund).map(({ way }) => way);
  const places = new Set(ways.map(waitsIn));
  if (ways.some(({ feeMinor }) => feeMinor > 0n)) places.add(feeIncome);
  const houses = await findAccounts(tools.ledger, tenantId, {
    entity: batches[0]?.entity ?? '',
    chartCodes: [...places],
    accounts: [...new Set(batches.flatMap(debtorsOf))],
  });
  return { ...houses, batches };
};

const debits = ({ batches }: FundRefs): readonly { readonly account: string; readonly asset: string }[] => [
  ...new Map(
    batches.flatMap((batch) =>
      batch.lines.map((line) => {
        const [account, asset] = [debtorOf(batch, line), line.asset];
        return [`${account} ${asset}`, { account, asset }] as const;
      }),
    ),
  ).values(),
];

/** Lines let go by a person, as they were when the journals were named that they need. */
const approvedIn = ({ batches }: FundRefs, batchId: string): ReadonlySet<number> =>
  new Set(
    batches
      .filter((one) => one.batchId === batchId)
      .flatMap(({ lines }) => lines.filter(({ status }) => status === 'approved').map(({ line }) => line)),
  );

const fundLines = (tools: BulkTools): Handler<Batches, FundRefs> => ({
  name: 'payment.FundBulkLines',
  schema: batchesSchema,
  permission: 'payment:rail',
  weight: ({ batchIds }) => batchIds.length * 10,
  prepare: ({ batchIds }, { tenantId }) => fundRefs(tools, tenantId, batchIds),
  loads: ({ batchIds }, refs) => {
    const journals = refs.batches.flatMap(fundingJournals);
    return mergeNeeds(
      postingNeeds(tools.balances, refs.accounts, { postings: debits(refs), journals }),
      houseNeeds(refs),
      batchNeeds(batchIds),
    );
  },
  decide: (loaded, { batchIds }, { tenantId, now }, refs) => {
    const book = layeredBook(loadedBook(loaded, tools.balances, refs.accounts), { tenantId, now });
    const decisions: BulkDecision[] = [];
    for (const batchId of batchIds)
      decisions.push(fundBatch(stateOf(loaded, batchId), book, approvedIn(refs, batchId)));
    return withHouses(loaded, refs, together(decisions));
  },
  result: () => null,
});

interface WholeBulk extends Batches {
  readonly bulkId: string;
}

/** The whole file as one journal; what its batches say was settled when they were checked and does not change any more. */
const fundWhole = (tools: BulkTools): Handler<WholeBulk, FundRefs> => ({
  name: 'payment.FundBulk',
  schema: z.strictObject({ bulkId: uuid, batchIds: z.array(uuid) }),
  permission: 'payment:rail',
  weight: () => 10,
  prepare: ({ batchIds }, { tenantId }) => fundRefs(tools, tenantId, batchIds),
  loads: ({ bulkId }, refs) =>
    mergeNeeds(
      postingNeeds(tools.balances, refs.accounts, { postings: debits(refs), journals: [bulkJournalId(bulkId)] }),
      houseNeeds(refs),
      { streams: [{ aggregate: bulkAggregate, id: bulkId }] },
    ),
  decide: (loaded, { bulkId }, _facts, refs) => {
    const book = loadedBook(loaded, tools.balances, refs.accounts);
    const { state } = loaded.stream(bulkAggregate, bulkId);
    return withHouses(loaded, refs, fundBulk(state, book, { bulkId, batches: refs.batches }));
  },
  result: () => null,
});

const submitLines = (): Handler<Batches, undefined> => ({
  name: 'payment.SubmitBulkLines',
  schema: batchesSchema,
  permission: 'payment:rail',
  weight: ({ batchIds }) => batchIds.length * 5,
  loads: ({ batchIds }) => batchNeeds(batchIds),
  decide: (loaded, { batchIds }) => together(batchIds.map((batchId) => submitBatch(stateOf(loaded, batchId)))),
  result: () => null,
});

/** Data of ConcludeBulkLines. */
export interface ConcludeBulkLines {
  readonly batches: readonly { readonly batchId: string; readonly outcomes: readonly LineOutcome[] }[];
}

const outcomeSchema: z.ZodType<LineOutcome> = z.union([
  z.strictObject({ line: z.int(), kind: z.literal('credit') }),
  z.strictObject({ line: z.int(), kind: z.literal('settled'), bankReference: text(140) }),
  z.strictObject({ line: z.int(), kind: z.literal('declined'), code }),
  z.strictObject({
    line: z.int(),
    kind: z.literal('returned'),
    code,
    bankReference: text(140),
    amountMinor: minor.optional(),
  }),
]);

const concludeLines = (tools: BulkTools): Handler<ConcludeBulkLines, FundRefs> => ({
  name: 'payment.ConcludeBulkLines',
  schema: z.strictObject({
    batches: z.array(z.strictObject({ batchId: uuid, outcomes: z.array(outcomeSchema).max(batchLinesMax) })),
  }),
  permission: 'payment:rail',
  weight: ({ batches }) => batches.reduce((sum, { outcomes }) => sum + 2 * outcomes.length, 0),
  prepare: async ({ batches: wanted }, { tenantId }) => {
    const batches = await knownBatches(
      tools,
      tenantId,
      wanted.map(({ batchId }) => batchId),
    );
    const touched = concludedLines(batches, wanted);
    const accounts = touched.flatMap(({ line: { way } }) => (way?.kind === 'internal' ? [way.accountId] : []));
    const houses = await findAccounts(tools.ledger, tenantId, {
      entity: batches[0]?.entity ?? '',
      chartCodes: [
        ...new Set(touched.flatMap(({ line: { way } }) => (way === undefined ? [] : conclusionPlaces(way)))),
      ],
      accounts: [...new Set([...accounts, ...batches.flatMap(debtorsOf)])],
    });
    return { ...houses, batches };
  },
  loads: ({ batches: wanted }, refs) => {
    const touched = concludedLines(refs.batches, wanted);
    const postings = touched.flatMap(({ batch, line }) => [
      { account: debtorOf(batch, line), asset: line.asset },
      ...(line.way?.kind === 'internal' ? [{ account: line.way.accountId, asset: line.asset }] : []),
    ]);
    const keys = touched.map(({ batch, line }) => lineKeyOf(batch.bulkId, line));
    return mergeNeeds(
      postingNeeds(tools.balances, refs.accounts, {
        postings: distinct(postings),
        journals: keys.flatMap(lineJournalIds),
      }),
      houseNeeds(refs),
      batchNeeds(wanted.map(({ batchId }) => batchId)),
      { streams: keys.map((key) => ({ aggregate: workItemAggregate, id: lineWorkItemId(key), isNew: true })) },
    );
  },
  decide: (loaded, { batches }, { tenantId, now }, refs) => {
    const book = layeredBook(loadedBook(loaded, tools.balances, refs.accounts), { tenantId, now });
    const decisions = batches.map(({ batchId, outcomes }) => concludeBatch(stateOf(loaded, batchId), outcomes, book));
    return withHouses(loaded, refs, together(decisions));
  },
  result: () => null,
});

const distinct = <Posting extends { readonly account: string; readonly asset: string }>(
  postings: readonly Posting[],
): readonly Posting[] => [...new Map(postings.map((one) => [`${one.account} ${one.asset}`, one])).values()];

const concludedLines = (batches: readonly BulkBatch[], wanted: ConcludeBulkLines['batches']) =>
  batches.flatMap((batch) => {
    const outcomes = wanted.find(({ batchId }) => batchId === batch.batchId)?.outcomes ?? [];
    const numbers = new Set(outcomes.map(({ line }) => line));
    return batch.lines.filter(({ line }) => numbers.has(line)).map((line) => ({ batch, line }));
  });

/** Data of ReviewBulkLine. */
export interface ReviewBulkLine extends ReviewLine, OneBulk {
  readonly batchId: string;
}

const reviewBulkLine: Handler<ReviewBulkLine, undefined, BulkPayment> = {
  name: 'payment.ReviewBulkLine',
  schema: z.strictObject({
    bulkId: uuid,
    batchId: uuid,
    line: z.int().min(1),
    decision: z.enum(['approved', 'rejected']),
    reason: code.optional(),
  }) as z.ZodType<ReviewBulkLine>,
  permission: 'payment:review',
  loads: ({ bulkId, batchId }) =>
    mergeNeeds(batchNeeds([batchId]), { streams: [{ aggregate: bulkAggregate, id: bulkId }] }),
  decide: (loaded, { bulkId, batchId, ...review }, { metadata }) => {
    const { state: bulk } = loaded.stream(bulkAggregate, bulkId);
    const batch = stateOf(loaded, batchId);
    if (bulk.status === 'unknown' || (batch.status !== 'unknown' && batch.bulkId !== bulkId))
      return reject({ code: 'bulk_payment_unknown', bulkId });
    return reviewLine(batch, review, { reviewer: metadata.actor, takenBy: bulk.takenBy });
  },
  result: resultOf,
};

interface ExpireReviews {
  readonly batches: readonly { readonly batchId: string; readonly lines: readonly number[] }[];
}

const expireLineReviews: Handler<ExpireReviews, undefined> = {
  name: 'payment.ExpireBulkReviews',
  schema: z.strictObject({ batches: z.array(z.strictObject({ batchId: uuid, lines: z.array(z.int()) })) }),
  permission: 'payment:rail',
  loads: ({ batches }) => batchNeeds(batches.map(({ batchId }) => batchId)),
  decide: (loaded, { batches }) =>
    together(batches.map(({ batchId, lines }) => expireReviews(stateOf(loaded, batchId), lines))),
  result: () => null,
};

interface OneBulk {
  readonly bulkId: string;
}

const ofBulk = <Data extends OneBulk>(
  { name, schema }: { readonly name: string; readonly schema: z.ZodType<Data> },
  decide: (state: Parameters<typeof endBulk>[0], data: Data) => BulkDecision,
): Handler<Data, undefined, BulkPayment> => ({
  name,
  schema,
  permission: 'payment:rail',
  loads: ({ bulkId }) => ({ streams: [{ aggregate: bulkAggregate, id: bulkId }] }),
  decide: (loaded, data) => {
    const { state } = loaded.stream(bulkAggregate, data.bulkId);
    if (state.status === 'unknown') return reject({ code: 'bulk_payment_unknown', bulkId: data.bulkId });
    return decide(state, data);
  },
  result: resultOf,
});

/** The saga's own commands, each over many lines; nobody gives them by hand. */
export const createBulkStepHandlers = (tools: BulkTools) => ({
  checkLines: checkLines(),
  fundLines: fundLines(tools),
  fundWhole: fundWhole(tools),
  submitLines: submitLines(),
  concludeLines: concludeLines(tools),
  expireReviews: expireLineReviews,
  rejectBulk: ofBulk(
    { name: 'payment.RejectBulk', schema: z.strictObject({ bulkId: uuid, reason: code }) },
    (state, data) => rejectBulk(state, data),
  ),
  endBulk: ofBulk<OneBulk & BulkCounts>(
    {
      name: 'payment.EndBulk',
      schema: z.strictObject({ bulkId: uuid, settled: z.int(), returned: z.int(), rejected: z.int() }),
    },
    (state, { bulkId, ...counts }) => endBulk(state, bulkId, counts),
  ),
});

export type BulkStepHandlers = ReturnType<typeof createBulkStepHandlers>;

/** Commands of whoever sends a file. */
export const createBulkHandlers = (
  tools: BulkTools & { readonly sagas: () => Services['sagas'] },
  definition: () => SagaDefinition,
) => ({
  takeBulkLines: takeLines(tools),
  takeBulk: takeBulkHandler(tools, definition),
  reviewBulkLine: withSignal(tools, reviewBulkLine, ({ bulkId, line, decision }) => ({
    sagaId: bulkSagaId(bulkId),
    signal: 'reviewed',
    signalId: derivedUuid('bulk-line-review', bulkId, String(line)),
    data: { line, decision },
  })),
});

export type BulkHandlers = ReturnType<typeof createBulkHandlers>;
