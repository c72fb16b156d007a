import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import {
  defineSaga,
  isOutcomeUnknown,
  retryForDays,
  type SagaDefinition,
  type SagaSoFar,
  type SagaStep,
  type StepCall,
  type StepOutcome,
  stepCommand,
} from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import {
  type BulkBatch,
  type BulkLine,
  batchIdOf,
  batchLinesMax,
  debtorOf,
  isFundedLine,
  isUndecided,
  type LineCheck,
  type LineStatus,
  lineKeyOf,
  linesInClearing,
  openLines,
  submittedBatch,
} from '../bulk/batch.ts';
import { type BulkStepHandlers, commandLinesMax } from '../bulk/commands.ts';
import { type LineOutcome, lineReference } from '../bulk/conclude.ts';
import { bulkModes } from '../bulk/events.ts';
import type { BankRail, PaymentChecks, PaymentFees, RailOrder, RailOutcome } from '../ports.ts';

const input = z.strictObject({
  bulkId: z.string(),
  digest: z.string(),
  batchCount: z.number(),
  mode: z.enum(bulkModes),
  executionDate: z.string().nullable(),
  /** A run of standing orders, which are told how it ended. */
  isOfOrders: z.boolean().optional(),
});
type Input = z.output<typeof input>;
type SoFar = SagaSoFar<Input>;

/** What executing a file takes. */
export interface BulkSagaTools {
  readonly rail: BankRail;
  readonly checks: PaymentChecks;
  readonly fees: PaymentFees;
  readonly now: () => string;
  readonly times: { readonly pollFirstMs: number; readonly pollMaxMs: number; readonly reviewMaxMs: number };
  /** Batches as they were last committed, in the order asked for. */
  readonly batches: (tenantId: string, batchIds: readonly string[]) => Promise<readonly BulkBatch[]>;
  /** Accounts of the tenant by IBAN, with their entities. */
  readonly accountsOf: (
    tenantId: string,
    ibans: readonly string[],
  ) => Promise<ReadonlyMap<string, { readonly accountId: string; readonly entity: string }>>;
  /** What a bank is told of the lines of a batch; texts are read only now. */
  readonly ordersOf: (
    tenantId: string,
    batch: BulkBatch,
    lines: readonly BulkLine[],
  ) => Promise<ReadonlyMap<number, RailOrder>>;
  /** Tells standing orders how their occurrences ended. */
  readonly endOccurrences: (
    ends: readonly { readonly orderId: string; readonly dueOn: string; readonly reason?: string | undefined }[],
    call: Pick<StepCall, 'tenantId' | 'metadata'>,
  ) => Promise<unknown>;
  /** Commits by the bulk lane; says whether it had been done before. */
  readonly submit: <Data, Refs, Result, R extends Refusal>(
    handler: CommandHandler<Data, Refs, Result, R>,
    data: Data,
    call: Pick<StepCall, 'tenantId' | 'metadata'>,
  ) => Promise<'done' | 'done before'>;
}

/** Batches of one command. */
const batchesPerCommand = commandLinesMax / batchLinesMax;
/** Commands of one attempt, which has to end within its time; the cursor is recorded after each attempt. */
const commandsPerAttempt = 2;
/** Orders that are with the banks at once. */
const ordersAtOnce = 50;

/**
 * Executes a file: checks its lines, debits them, sends them, waits for those the banks have not settled, and counts. Each step goes through the
 * batches in their order; where it is lies in the saga's carry, and a batch done twice changes nothing.
 */
export const bulkPaymentSaga = (
  tools: BulkSagaTools,
  handlers: BulkStepHandlers,
  version: 1 | 2 = 2,
): SagaDefinition => {
  const isWhole = ({ input: { mode } }: SoFar): boolean => mode === 'all_or_none';
  const reject = ({ input: { bulkId }, failure }: SoFar) =>
    stepCommand(handlers.rejectBulk, { bulkId, reason: failure?.code ?? 'cancelled' });
  return defineSaga<Input>({
    name: 'payment.bulk',
    version,
    input,
    subject: ({ bulkId }) => `bulk:${bulkId}`,
    steps: [
      {
        name: 'await-execution-date',
        wait: {
          isWanted: ({ input: { executionDate } }) => executionDate !== null,
          until: ({ input: { executionDate } }) => `${executionDate ?? ''}T00:00:00.000Z`,
        },
      },
      {
        name: 'check',
        run: (call) => throughBatches(tools, call, (batches) => checkBatches(tools, handlers, call, batches)),
        undo: { command: reject },
        retry: retryForDays,
      },
      // Files that were taken on before there was such a step are refused by the next one.
      ...(version === 1 ? [] : [reviewStep(tools, handlers)]),
      {
        name: 'fund-whole',
        command: (saga) =>
          isWhole(saga)
            ? stepCommand(handlers.fundWhole, { bulkId: saga.input.bulkId, batchIds: allBatchIds(saga.input) })
            : undefined,
        undo: { command: reject },
        passing: ['day_closed'],
        retry: retryForDays,
        isPointOfNoReturn: true,
      },
      {
        name: 'fund-lines',
        intend: (saga) => (isWhole(saga) ? undefined : null),
        run: (call) =>
          throughBatches(tools, call, (batches) =>
            tools.submit(handlers.fundLines, { batchIds: batches.map(({ batchId }) => batchId) }, call),
          ),
        retry: retryForDays,
      },
      {
        name: 'execute',
        run: (call) => throughBatches(tools, call, (batches) => executeBatches(tools, handlers, call, batches)),
        retry: retryForDays,
      },
      { name: 'await-settlement', run: (call) => awaitSettlement(tools, handlers, call), retry: retryForDays },
      {
        name: 'count',
        run: async (call) => ({ kind: 'done', result: { ...(await counted(tools, call)) } }),
        retry: retryForDays,
      },
      {
        name: 'report',
        command: ({ input: { bulkId }, results }) =>
          stepCommand(handlers.endBulk, { bulkId, ...(results['count'] as unknown as Counts) }),
      },
    ],
  });
};

/** All of a file or none waits for its lines together: until a person has decided about each that a check wants seen, nothing of it is debited. */
const reviewStep = (tools: BulkSagaTools, handlers: BulkStepHandlers): SagaStep<Input> => ({
  name: 'await-review',
  intend: ({ input: { mode } }) => (mode === 'all_or_none' ? null : undefined),
  run: async (call) => {
    const ids = allBatchIds(call.input);
    let isWaiting = false;
    for (let at = 0; at < ids.length; at += batchesPerCommand) {
      const batches = await decidedInTime(tools, handlers, call, ids.slice(at, at + batchesPerCommand));
      const lines = batches.flatMap((batch) => batch.lines);
      // One that is refused refuses the file, so nobody has to decide about the others.
      if (lines.some(({ status }) => status === 'rejected')) return { kind: 'done' };
      isWaiting ||= lines.some(({ status }) => status === 'in_review');
    }
    if (!isWaiting) return { kind: 'done' };
    const waitMs = typeof call.carry === 'number' ? call.carry : tools.times.pollFirstMs;
    return { kind: 'again', afterMs: waitMs, carry: Math.min(waitMs * 2, tools.times.pollMaxMs) };
  },
  retry: retryForDays,
});

const allBatchIds = ({ bulkId, digest, batchCount }: Input): readonly string[] =>
  Array.from({ length: batchCount }, (_, number) => batchIdOf({ bulkId, digest }, number));

/** Works on the batches from the cursor on, and comes back for the rest. */
const throughBatches = async (
  tools: BulkSagaTools,
  { tenantId, input: terms, carry }: StepCall<Input>,
  work: (batches: readonly BulkBatch[]) => Promise<unknown>,
): Promise<StepOutcome> => {
  const ids = allBatchIds(terms);
  let at = typeof carry === 'number' ? carry : 0;
  for (let command = 0; command < commandsPerAttempt && at < ids.length; command += 1) {
    await work(await tools.batches(tenantId, ids.slice(at, at + batchesPerCommand)));
    at += batchesPerCommand;
  }
  return at >= ids.length ? { kind: 'done' } : { kind: 'again', afterMs: 0, carry: at };
};

const checkBatches = async (
  tools: BulkSagaTools,
  { checkLines }: BulkStepHandlers,
  call: StepCall<Input>,
  batches: readonly BulkBatch[],
): Promise<void> => {
  const open = batches.filter(({ status }) => status === 'taken');
  const ibans = open.flatMap(({ lines }) => lines.flatMap(({ iban }) => (iban === undefined ? [] : [iban])));
  const internal = await tools.accountsOf(call.tenantId, [...new Set(ibans)]);
  const checked = await Promise.all(
    open.map(async (batch) => ({
      batchId: batch.batchId,
      lines: await Promise.all(batch.lines.map((line) => checkedLine(tools, call.tenantId, { batch, line, internal }))),
    })),
  );
  if (checked.length > 0) await tools.submit(checkLines, { batches: checked }, call);
};

interface ToCheck {
  readonly batch: BulkBatch;
  readonly line: BulkLine;
  readonly internal: Awaited<ReturnType<BulkSagaTools['accountsOf']>>;
}

const checkedLine = async (
  { checks, rail, fees, now }: BulkSagaTools,
  tenantId: string,
  { batch, line, internal }: ToCheck,
): Promise<LineCheck> => {
  const { asset, amountMinor, iban } = line;
  const [debtorAccountId, entity] = [debtorOf(batch, line), batch.entity];
  const no = (reason: string): LineCheck => ({ line: line.line, kind: 'rejected', reason });
  if (line.problem !== undefined) return no(line.problem.code);
  const payee = iban === undefined ? undefined : internal.get(iban);
  if (payee?.accountId === debtorAccountId) return no('account_pays_itself');
  if (payee !== undefined && payee.entity !== entity) return no('entity_differs');
  const wish = { tenantId, asset, amountMinor };
  const way =
    payee === undefined ? await rail.route(iban === undefined ? wish : { ...wish, creditorIban: iban }) : undefined;
  if (payee === undefined && way === undefined) return no('rail_not_found');
  const verdict = await checks.check({
    tenantId,
    direction: 'outgoing',
    paymentId: lineKeyOf(batch.bulkId, line),
    accountId: debtorAccountId,
    asset,
    amountMinor,
    counterpartyIban: iban,
  });
  if (verdict.kind === 'refuse') return no(verdict.reason);
  const review = verdict.kind === 'review' ? { review: verdict.reason } : {};
  const feeMinor = await fees.feeOf({ tenantId, rail: way?.rail ?? 'internal', asset, amountMinor });
  if (way === undefined)
    return { line: line.line, kind: 'internal', accountId: payee?.accountId ?? '', feeMinor, ...review };
  const { executionDate } = rail.cutOff({ ...way, asset, at: now() });
  return { line: line.line, kind: 'rail', ...way, executionDate, feeMinor, ...review };
};

/**
 * Sends what goes to banks and credits what stays here. A bank that answers for some lines and not for others has done its part: what it answered is
 * recorded, the others stay open and are asked about later, since of a thousand calls one fails nearly always. One that answers for none is away.
 * @throws the fault of a line where no line was answered for
 */
const executeBatches = async (
  tools: BulkSagaTools,
  { submitLines, concludeLines }: BulkStepHandlers,
  call: StepCall<Input>,
  batches: readonly BulkBatch[],
): Promise<void> => {
  const fresh = batches.filter(({ status }) => status !== 'submitted').map(({ batchId }) => batchId);
  // Before the first order leaves, so that whoever takes over asks the bank about every line it finds open.
  const isOurs = fresh.length === 0 || (await tools.submit(submitLines, { batchIds: fresh }, call)) === 'done';
  const ids = batches.map(({ batchId }) => batchId);
  // Whoever finds it done already is not alone, and knows nothing about what the other has sent.
  const isFresh = new Set(isOurs ? batches.flatMap((batch) => linesInClearing(batch).map(({ line }) => line)) : []);
  const states = isOurs ? batches.map(submittedBatch) : await tools.batches(call.tenantId, ids);
  const concluded = [];
  const faults: unknown[] = [];
  let answered = 0;
  for (const batch of states) {
    const { outcomes, ...asked } = await batchOutcomes(tools, call, { batch, isFresh });
    answered += asked.answered;
    faults.push(...asked.faults);
    if (outcomes.length > 0) concluded.push({ batchId: batch.batchId, outcomes });
  }
  if (concluded.length > 0) await tools.submit(concludeLines, { batches: concluded }, call);
  if (faults.length > 0 && answered === 0) throw faults[0];
};

interface BatchAnswers {
  readonly outcomes: readonly LineOutcome[];
  /** Lines a bank answered for, whatever it said. */
  readonly answered: number;
  readonly faults: readonly unknown[];
}

const batchOutcomes = async (
  tools: BulkSagaTools,
  call: StepCall<Input>,
  { batch, isFresh }: { readonly batch: BulkBatch; readonly isFresh: ReadonlySet<number> },
): Promise<BatchAnswers> => {
  const open = openLines(batch);
  const [abroad, here] = [
    open.filter(({ way }) => way?.kind === 'rail'),
    open.filter(({ way }) => way?.kind === 'internal'),
  ];
  const orders =
    abroad.length === 0 ? new Map<number, RailOrder>() : await tools.ordersOf(call.tenantId, batch, abroad);
  const outcomes: LineOutcome[] = here.map(({ line }) => ({ line, kind: 'credit' }));
  const faults: unknown[] = [];
  for (let at = 0; at < abroad.length; at += ordersAtOnce) {
    const some = abroad.slice(at, at + ordersAtOnce);
    const answers = await Promise.allSettled(
      some.map(({ line }) => sent(tools, call, orders.get(line), !isFresh.has(line))),
    );
    for (const [index, { line }] of some.entries()) {
      const answer = answers[index];
      if (answer?.status === 'fulfilled') outcomes.push(...conclusive(line, answer.value));
      else if (isFault(answer?.reason)) faults.push(answer?.reason);
      // A mistake of ours is no bank that is away.
      else throw answer?.reason;
    }
  }
  return { outcomes, answered: abroad.length - faults.length, faults };
};

/** Faults of the world have a stable code; what has none is a bug. */
const isFault = (error: unknown): boolean =>
  error instanceof Error && typeof (error as { readonly code?: unknown }).code === 'string';

/** Sends an order, unless the bank has it: it is asked whenever an earlier try, here or elsewhere, may have arrived. */
const sent = async (
  { rail }: BulkSagaTools,
  { abort }: StepCall<Input>,
  order: RailOrder | undefined,
  mayBeThere: boolean,
): Promise<RailOutcome | undefined> => {
  if (order === undefined) return undefined;
  if (mayBeThere) {
    const found = await rail.find(order);
    if (found.kind !== 'absent') return found;
  }
  try {
    return await rail.submit(order, abort);
  } catch (error) {
    // Nobody knows whether it arrived: the line stays open, and the bank is asked about it in the next step before anything is repeated.
    if (isOutcomeUnknown(error)) return undefined;
    throw error;
  }
};

const conclusive = (line: number, outcome: RailOutcome | undefined): readonly LineOutcome[] => {
  switch (outcome?.kind) {
    case 'settled':
      return [{ line, kind: 'settled', bankReference: outcome.bankReference }];
    case 'declined':
      return [{ line, ...outcome }];
    case 'returned': {
      const { kind, code, bankReference } = outcome;
      return [{ line, kind, code, bankReference }];
    }
    default:
      return [];
  }
};

const openIds = (batches: readonly BulkBatch[]): readonly string[] => batches.map(({ batchId }) => batchId);

interface Waiting {
  readonly at: number;
  readonly waitMs: number;
  readonly isLeft: boolean;
}

/** Asks for the lines nobody has settled, batch by batch and again and again, further and further apart. */
const awaitSettlement = async (
  tools: BulkSagaTools,
  handlers: BulkStepHandlers,
  call: StepCall<Input>,
): Promise<StepOutcome> => {
  const ids = allBatchIds(call.input);
  const before = (call.carry ?? { at: 0, waitMs: tools.times.pollFirstMs, isLeft: false }) as unknown as Waiting;
  let { at, isLeft } = before;
  for (let command = 0; command < commandsPerAttempt && at < ids.length; command += 1, at += batchesPerCommand) {
    const part = ids.slice(at, at + batchesPerCommand);
    const open = (await reviewed(tools, handlers, call, part)).filter(isOpen);
    if (open.length === 0) continue;
    await executeBatches(tools, handlers, call, open.filter(isToExecute));
    const left = await tools.batches(call.tenantId, openIds(open));
    isLeft ||= left.some(isOpen);
    // Orders hear at once of what has ended, though another line of the run waits for a person.
    if (call.input.isOfOrders === true) await tools.endOccurrences(occurrenceEnds(left), call);
  }
  if (at < ids.length) return { kind: 'again', afterMs: 0, carry: { at, waitMs: before.waitMs, isLeft } };
  if (!isLeft) return { kind: 'done' };
  const waitMs = Math.min(before.waitMs * 2, tools.times.pollMaxMs);
  return { kind: 'again', afterMs: before.waitMs, carry: { at: 0, waitMs, isLeft: false } };
};

const isToExecute = (batch: BulkBatch): boolean => openLines(batch).length > 0 || batch.lines.some(isFundedLine);
const isOpen = (batch: BulkBatch): boolean => isToExecute(batch) || batch.lines.some(isUndecided);

/** Batches after what people decided about their lines, or did not in time: those let go are debited now, each by itself. */
const reviewed = async (
  tools: BulkSagaTools,
  handlers: BulkStepHandlers,
  call: StepCall<Input>,
  ids: readonly string[],
): Promise<readonly BulkBatch[]> => {
  const batches = await decidedInTime(tools, handlers, call, ids);
  const approved = batches.filter(({ lines }) => lines.some(({ status }) => status === 'approved'));
  if (approved.length === 0) return batches;
  await tools.submit(handlers.fundLines, { batchIds: openIds(approved) }, call);
  return tools.batches(call.tenantId, ids);
};

/** Batches after the lines were refused that nobody decided about in time. */
const decidedInTime = async (
  tools: BulkSagaTools,
  { expireReviews }: BulkStepHandlers,
  call: StepCall<Input>,
  ids: readonly string[],
): Promise<readonly BulkBatch[]> => {
  const batches = await tools.batches(call.tenantId, ids);
  const oldest = new Date(Date.parse(tools.now()) - tools.times.reviewMaxMs).toISOString();
  const late = batches
    .filter(({ checkedAt }) => checkedAt !== undefined && checkedAt < oldest)
    .map(({ batchId, lines }) => ({
      batchId,
      lines: lines.filter(({ status }) => status === 'in_review').map(({ line }) => line),
    }))
    .filter(({ lines }) => lines.length > 0);
  if (late.length === 0) return batches;
  await tools.submit(expireReviews, { batches: late }, call);
  return tools.batches(call.tenantId, ids);
};

interface Counts {
  readonly settled: number;
  readonly returned: number;
  readonly rejected: number;
}

/** Counts how the lines ended, and tells the orders they are of; told twice, an order hears it once. */
const counted = async (tools: BulkSagaTools, call: StepCall<Input>): Promise<Counts> => {
  const ids = allBatchIds(call.input);
  const counts = { settled: 0, returned: 0, rejected: 0 };
  for (let at = 0; at < ids.length; at += batchesPerCommand) {
    const batches = await tools.batches(call.tenantId, ids.slice(at, at + batchesPerCommand));
    if (call.input.isOfOrders === true) await tools.endOccurrences(occurrenceEnds(batches), call);
    for (const { status } of batches.flatMap(({ lines }) => lines))
      if (status in counts) counts[status as keyof Counts] += 1;
  }
  return counts;
};

const ended: ReadonlySet<LineStatus> = new Set(['settled', 'returned', 'rejected']);

const occurrenceEnds = (batches: readonly BulkBatch[]) =>
  batches.flatMap(({ lines }) =>
    lines.flatMap(({ order, status, reason = 'refused' }) =>
      order === undefined || !ended.has(status)
        ? []
        : [{ orderId: order.orderId, dueOn: order.dueOn, ...(status === 'settled' ? {} : { reason }) }],
    ),
  );

/** An order of a line, without what only the file's texts know. */
export const orderTerms = (tenantId: string, { bulkId }: BulkBatch, line: BulkLine) => {
  const { way, asset, amountMinor, endToEndId } = line;
  if (way?.kind !== 'rail') throw new Error(`Line ${line.line} of ${bulkId} goes to no bank.`);
  return {
    tenantId,
    key: lineKeyOf(bulkId, line),
    bank: way.bank,
    rail: way.rail,
    asset,
    amountMinor,
    reference: lineReference(lineKeyOf(bulkId, line)),
    endToEndId,
    executionDate: way.executionDate,
  };
};
