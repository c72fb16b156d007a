import { ApprovalNeeded, type FourEyes } from '../approval/four-eyes.ts';
import { DatabaseFault } from '../database/transaction.ts';
import type { EventMetadata } from '../event-store/event.ts';
import { keyMadeElsewhere } from '../event-store/subject-keys.ts';
import { whileTrying } from '../event-store/trial.ts';
import { type Asker, type Proof, ProofRefused, type StepUp, StepUpNeeded } from '../proof/step-up.ts';
import type { IdempotencyKey } from './answers.ts';
import { type Checks, ChecksUnavailable } from './checks.ts';
import type { CommitStore } from './commit-store.ts';
import { type Committer, type CommitterOptions, createCommitter, Overloaded } from './committer.ts';
import type { QueuedCommand, Settled } from './decide-batch.ts';
import { FairGate } from './fair-gate.ts';
import type { Answer, CommandHandler, Outcome, Refusal } from './handler.ts';
import { type BatchTools, type Pause, runLocked } from './locked-batch.ts';
import { nodePace, type Pace } from './pace.ts';
import { RememberedBatches } from './remembered-batch.ts';
import type { TableList } from './working-set.ts';

/** Who asks for a command and under which key. */
export interface Submission<Result> {
  readonly tenantId: string;
  readonly metadata: EventMetadata;
  readonly idempotency?: IdempotencyKey;
  /** A second person has agreed, and the handler decides so in the same commit. */
  readonly isApproved?: boolean;
  /** Who asks, where a policy may want it to prove anew that it is them. */
  readonly asker?: Asker;
  /** What proved it already, to be used up in this command's commit. */
  readonly proof?: Proof;
  /** Decide on the state of now, write nothing, store no answer. */
  readonly isDryRun?: boolean;
  /** How long the caller waits for the command to be taken up; 10,000 ms unless told. */
  readonly timeoutMs?: number;
  /** Larger work takes the bulk lane, which has its own connection and batches. */
  readonly lane?: 'interactive' | 'bulk';
  /** What is stored under the key and sent; without one the outcome itself is enough (tests, imports). */
  readonly render?: (outcome: Outcome<Result>) => Answer;
}

/** How a submission ended. On a replay there is only the stored answer. */
export type SubmissionOutcome<Result, R extends Refusal> =
  | {
      readonly kind: 'decided';
      readonly outcome: Outcome<Result, R>;
      readonly answer: Answer;
      readonly position: bigint | undefined;
    }
  | { readonly kind: 'replayed'; readonly answer: Answer }
  | { readonly kind: 'key_reused' };

/** The door to the write side. */
export interface Commands {
  submit<Data, Refs, Result, R extends Refusal>(
    handler: CommandHandler<Data, Refs, Result, R>,
    data: Data,
    submission: Submission<Result>,
  ): Promise<SubmissionOutcome<Result, R>>;
  /**
   * What would come of commands that are sent as one list, each decided on what those before it would leave: one trial for all, in whose list of
   * outcomes a check that says no stands as its `CheckRefused`. Writes nothing.
   */
  tryTogether<Data, Refs, Result, R extends Refusal>(
    handler: CommandHandler<Data, Refs, Result, R>,
    all: readonly Data[],
    submission: Omit<Submission<Result>, 'idempotency' | 'isDryRun'>,
  ): Promise<readonly (Outcome<Result, R> | CheckRefused)[]>;
  /** The answer already given under a key, for work that is larger than one command. */
  storedAnswer(
    tenantId: string,
    key: IdempotencyKey,
  ): Promise<{ readonly kind: 'replayed'; readonly answer: Answer } | { readonly kind: 'key_reused' } | undefined>;
  /** Stores an answer that no single command produced, and gives back the one that counts (an earlier one wins). */
  storeAnswer(
    tenantId: string,
    key: IdempotencyKey,
    answer: Answer,
    metadata: EventMetadata,
  ): Promise<SubmissionOutcome<unknown, Refusal>>;
  drain(): Promise<void>;
  readonly queued: number;
}

/** What the write side is made of. */
export interface CommandsOptions {
  readonly store: CommitStore;
  readonly tables: TableList;
  readonly newEventId: (bookedAt: string) => string;
  readonly checks: Checks;
  /** Asked of what somebody wishes for by the API; nothing needs a second person without it. */
  readonly fourEyes?: FourEyes;
  /** Asked of what people wish for by the API; nobody proves anything anew without it. */
  readonly stepUp?: StepUp;
  /** Names of the commands that book money and are checked first. */
  readonly checkedCommands: ReadonlySet<string>;
  readonly onBatch?: CommitterOptions['onBatch'];
  /** Node's own event loop and clock unless told. */
  readonly pace?: Pace;
  /** Dry runs that hold locks and connections at once; 2 unless told. */
  readonly trialsAtOnce?: number;
}

const interactiveLimits = { commandsMax: 256, weightMax: 2_000 };
// A bulk batch is one of a thousand transfers: larger ones would hold their locks too long.
const bulkLimits = { commandsMax: 1_000, weightMax: 4_000 };
/** A queue never holds fewer than this before commands are refused: the largest batch of the API must fit. */
const queuedMin = { interactive: 1_024, bulk: 100_000 };
const timeoutDefaultMs = 10_000;

/** Builds the write side: an interactive lane and a bulk lane over one pool. */
export const createCommands = (options: CommandsOptions): Commands => {
  const tools: BatchTools = options;
  const pace = options.pace ?? nodePace;
  const remembered = new RememberedBatches(tools, () => pace.monotonicMs());
  const observed = { pace, remembered, ...(options.onBatch === undefined ? {} : { onBatch: options.onBatch }) };
  const lanes = {
    interactive: createCommitter(tools, { limits: interactiveLimits, queueMin: queuedMin.interactive, ...observed }),
    bulk: createCommitter(tools, { limits: bulkLimits, queueMin: queuedMin.bulk, ...observed }),
  };

  const { tryOut, tryTogether } = trialsOf(options, pace);

  const storedAnswer: Commands['storedAnswer'] = async (tenantId, key) => {
    const keys = [{ tenantId, ...key }];
    const { answers } = await options.store.read({ tenants: [tenantId], rows: new Map(), streams: [], keys });
    const found = [...answers.values()][0];
    if (found === undefined) return undefined;
    return found.fingerprint === key.fingerprint ? { kind: 'replayed', answer: found.answer } : { kind: 'key_reused' };
  };

  const submit: Commands['submit'] = async (wished, data, submission) => {
    const passed = await throughStepUp(options.stepUp, { handler: wished, data, submission }, { tryOut, storedAnswer });
    if ('refused' in passed) return passed.refused;
    const { handler, proof } = passed;
    await requireSecondPerson(options, handler.name, data, {
      ...submission,
      ...(proof === undefined ? {} : { proof }),
    });
    await passChecks(options, handler.name, data, submission);
    if (submission.isDryRun === true) return tryOut(handler, data, submission);
    const lane: Committer = lanes[submission.lane ?? 'interactive'];
    const settled = await sealedAgain(async () => {
      const command = await queued(handler, data, submission);
      return lane.submit(command, pace.monotonicMs() + (submission.timeoutMs ?? timeoutDefaultMs));
    });
    if (settled.kind === 'key_reused') return settled;
    if (settled.isReplay || settled.outcome === undefined) return { kind: 'replayed', answer: settled.answer };
    return { kind: 'decided', outcome: settled.outcome as never, answer: settled.answer, position: settled.position };
  };

  return {
    submit,
    tryTogether,
    storedAnswer,
    storeAnswer: (tenantId, key, answer, metadata) =>
      submit(recordAnswer, answer, { tenantId, idempotency: key, metadata, render: () => answer }),
    drain: async () => {
      await Promise.all([lanes.interactive.drain(), lanes.bulk.drain()]);
    },
    get queued() {
      return lanes.interactive.queued + lanes.bulk.queued;
    },
  };
};

/** Commands that are only tried: few at once, in turns by tenant, since they hold locks and connections like any other. */
const trialsOf = (
  options: CommandsOptions,
  pace: Pace,
): { readonly tryOut: Commands['submit']; readonly tryTogether: Commands['tryTogether'] } => {
  const pausing = { ...(options as BatchTools), pause: (durationMs: number) => pace.pause(durationMs) };
  const trials = new FairGate(options.trialsAtOnce ?? 2);
  const admitted = <T>(
    {
      tenantId,
      lane = 'interactive',
      timeoutMs = timeoutDefaultMs,
    }: Pick<Submission<never>, 'tenantId' | 'lane' | 'timeoutMs'>,
    work: () => Promise<T>,
  ): Promise<T> => {
    if (trials.queued >= queuedMin[lane]) return Promise.reject(new Overloaded('overloaded'));
    const deadlineMs = pace.monotonicMs() + timeoutMs;
    return trials.through(tenantId, () => {
      if (pace.monotonicMs() > deadlineMs) throw new Overloaded('deadline_passed');
      return work();
    });
  };
  return {
    tryOut: (handler, data, submission) =>
      admitted(submission, () =>
        whileTrying(async () => (await dryRun(pausing, await queued(handler, data, submission))) as never),
      ),
    tryTogether: (handler, all, submission) =>
      admitted(submission, () =>
        whileTrying(async () => {
          await Promise.all(all.map((data) => requireSecondPerson(options, handler.name, data, submission)));
          const verdicts = await Promise.all(
            all.map((data) => passChecks(options, handler.name, data, submission).catch(refusalOf)),
          );
          const allowed = all.filter((_, index) => verdicts[index] === undefined);
          const commands = await Promise.all(allowed.map((data) => queued(handler, data, submission)));
          const outcomes = (await runLocked(pausing, commands, true)).settled.map(outcomeOf)[Symbol.iterator]();
          return verdicts.map((refused) => refused ?? (outcomes.next().value as never));
        }),
      ),
  };
};

const sealingsMax = 3;

/** Prepares and submits a command, again when what it sealed was sealed under a key that another process has made differently meanwhile. */
const sealedAgain = async <T>(submit: () => Promise<T>): Promise<T> => {
  for (let sealing = 1; ; sealing++) {
    try {
      return await submit();
    } catch (error) {
      if (sealing >= sealingsMax || !(error instanceof DatabaseFault) || error.code !== keyMadeElsewhere) throw error;
    }
  }
};

/** Decides nothing: it exists to put an answer under its key by the one path that does so. */
const recordAnswer: CommandHandler<Answer, undefined> = {
  name: 'platform.RecordAnswer',
  schema: undefined as never,
  permission: '',
  loads: () => ({}),
  decide: () => ({ accepted: true, events: [] }),
  result: (_loaded, answer) => answer,
};

const queued = async <Data, Refs, Result, R extends Refusal>(
  handler: CommandHandler<Data, Refs, Result, R>,
  data: Data,
  submission: Submission<Result>,
): Promise<QueuedCommand> => {
  const { tenantId, metadata, idempotency, render } = submission;
  const context = { tenantId, metadata };
  const refs = (await handler.prepare?.(data, context)) as Refs;
  return {
    handler,
    data,
    refs,
    tenantId,
    metadata,
    needs: handler.loads(data, refs, context),
    weight: handler.weight?.(data) ?? 1,
    ...(idempotency === undefined ? {} : { idempotency }),
    render: (render ?? (() => ({ status: 200, body: '' }))) as QueuedCommand['render'],
  };
};

const dryRun = async (
  tools: BatchTools & Pause,
  command: QueuedCommand,
): Promise<SubmissionOutcome<unknown, Refusal>> => {
  const { idempotency: _unused, ...withoutKey } = command;
  const { settled: decided } = await runLocked(tools, [withoutKey], true);
  const [settled] = decided;
  const outcome = outcomeOf(settled);
  return { kind: 'decided', outcome, answer: (settled as Answered).answer, position: undefined };
};

type Answered = Extract<Settled, { readonly kind: 'answered' }>;

const outcomeOf = (settled: Settled | undefined): Outcome<unknown> => {
  if (settled?.kind === 'failed') throw settled.error;
  if (settled?.kind !== 'answered' || settled.outcome === undefined)
    throw new Error('A dry run ended without an outcome.');
  return settled.outcome;
};

const refusalOf = (error: unknown): CheckRefused => {
  if (error instanceof CheckRefused) return error;
  throw error;
};

/** A command on its way to the write side. */
interface Asked<Data, Refs, Result, R extends Refusal> {
  readonly handler: CommandHandler<Data, Refs, Result, R>;
  readonly data: Data;
  readonly submission: Submission<Result>;
}

/** What came of asking: the command to carry out, with what proved it, or that it would be refused anyway. */
type Passed<Data, Refs, Result, R extends Refusal> =
  | { readonly handler: CommandHandler<Data, Refs, Result, R>; readonly proof?: Proof }
  | { readonly refused: SubmissionOutcome<Result, R> };

/**
 * Asks whoever wishes for a command to prove anew that it is them, where a policy says so. What would be refused is refused first, so that no code is spent on it. The
 * code is used up in the commit of the command itself. What was already answered under its key is answered again without one.
 * @throws StepUpNeeded with what the code will be bound to; ProofRefused
 */
const throughStepUp = async <Data, Refs, Result, R extends Refusal>(
  stepUp: StepUp | undefined,
  { handler, data, submission }: Asked<Data, Refs, Result, R>,
  { tryOut, storedAnswer }: { readonly tryOut: Commands['submit']; readonly storedAnswer: Commands['storedAnswer'] },
): Promise<Passed<Data, Refs, Result, R>> => {
  const { tenantId, metadata, asker, idempotency, proof: before } = submission;
  if (stepUp === undefined) return { handler };
  if (before !== undefined) return { handler: stepUp.proving(handler, before) };
  if (metadata.channel !== 'api' || submission.isApproved === true || submission.isDryRun === true) return { handler };
  // A key that is nobody's has nobody who could prove anything.
  if (asker !== undefined && asker.userId === undefined) return { handler };
  if (!(await stepUp.isNeeded({ name: handler.name, data, tenantId }))) return { handler };
  if (idempotency !== undefined && (await storedAnswer(tenantId, idempotency)) !== undefined) return { handler };
  const challenge = asker?.challenge?.();
  if (asker?.userId === undefined || challenge === undefined) throw new StepUpNeeded(handler.name);
  const { userId, given } = asker;
  if (given === undefined) {
    const tried = await whileTrying(async () => {
      const outcome = await tryOut(handler, data, submission);
      if (outcome.kind !== 'decided' || !outcome.outcome.accepted) return outcome;
      const { status, body } = outcome.answer;
      throw new StepUpNeeded(handler.name, { challenge, preview: { status, body: await stepUp.show(tenantId, body) } });
    });
    return { refused: tried };
  }
  if (given.challenge !== challenge) throw new ProofRefused({ code: 'step_up_for_other_content' });
  const proof = await stepUp.prove({ userId, command: handler.name, given }, { tenantId, metadata });
  return { handler: stepUp.proving(handler, proof), proof };
};

/** What the platform does by itself is nobody's wish, and what is only tried happens to nobody. @throws ApprovalNeeded */
const requireSecondPerson = async (
  { fourEyes }: CommandsOptions,
  name: string,
  data: unknown,
  { tenantId, metadata, isApproved, isDryRun, proof }: Omit<Submission<never>, 'render'>,
): Promise<void> => {
  if (fourEyes === undefined || metadata.channel !== 'api' || isApproved === true || isDryRun === true) return;
  const seconds = await fourEyes.waitSeconds({ name, data, tenantId });
  if (seconds !== undefined) throw new ApprovalNeeded(name, seconds, proof);
};

const passChecks = async (
  { checks, checkedCommands }: CommandsOptions,
  name: string,
  data: unknown,
  { tenantId, metadata }: Pick<Submission<unknown>, 'tenantId' | 'metadata'>,
): Promise<void> => {
  if (!checkedCommands.has(name)) return;
  const verdict = await checks.check({ name, data, tenantId, metadata }).catch((error: unknown) => {
    throw new ChecksUnavailable('The checks before booking could not be asked; nothing was booked.', { cause: error });
  });
  if (!verdict.allowed) throw new CheckRefused(verdict.reason);
};

/** A check said no. */
export class CheckRefused extends Error {
  override readonly name = 'CheckRefused';
  readonly code = 'check_refused';
  readonly reason: string;

  constructor(reason: string) {
    super(`A check before booking refused the command: ${reason}.`);
    this.reason = reason;
  }
}
