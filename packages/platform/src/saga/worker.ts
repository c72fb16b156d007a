import type { Commands } from '../command/commands.ts';
import { CheckRefused } from '../command/commands.ts';
import type { CommandHandler } from '../command/handler.ts';
import type { EventMetadata } from '../event-store/event.ts';
import { whileUnmasked } from '../event-store/masking.ts';
import { type Attempt, recordAttemptHandler, type SagaHandlers, stepCommandHandler } from './commands.ts';
import {
  type AskOutcome,
  attemptMaxMs,
  type ChildSaga,
  isOutcomeUnknown,
  type SagaCatalogue,
  type SagaDefinition,
  type StepCall,
  type StepOutcome,
} from './definition.ts';
import type { ParkingDesk } from './parking.ts';
import { childSagaId, soFar, stepNamed } from './proceed.ts';
import { firstLease, type SagaAddress, type SagaQueue } from './queue.ts';
import type { Saga, SagaState } from './saga.ts';
import { type AttemptOutcome, untried, type Work, workOn } from './settle-attempt.ts';

/** What a worker is made of. */
export interface SagaWorkerOptions {
  readonly workerId: string;
  readonly definitions: SagaCatalogue;
  readonly handlers: Pick<SagaHandlers, 'start'>;
  readonly commands: Pick<Commands, 'submit'>;
  readonly queue: SagaQueue;
  /** Where parked sagas are shown to people. */
  readonly desk?: ParkingDesk | undefined;
  readonly readSaga: (saga: SagaAddress) => Promise<SagaState>;
  /** The runtime's clock: ISO text with milliseconds. */
  readonly now: () => string;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Waits, or less long when the signal is aborted. */
  readonly sleep: (durationMs: number, abort: AbortSignal) => Promise<void>;
  /** Sagas in hand at once; 64 unless told. */
  readonly inHandMax?: number;
  /** How often the queue is looked at when nothing wakes the worker; 250 ms unless told. */
  readonly pollMs?: number;
  readonly onError?: (saga: SagaAddress | undefined, error: unknown) => void;
  /** A saga that this worker brought to its end, or to where a person has to decide. */
  readonly onSettled?: (saga: Saga) => void;
}

/** Executes sagas until it is closed. */
export interface SagaWorker {
  /**
   * Goes on with a saga that this process has just started or signalled, without waiting for the next look at the queue; one that another worker
   * has in hand is left to it.
   * @param state only of a saga that this process has just started, which nobody else can have in hand
   */
  adopt(saga: SagaAddress, state?: SagaState): void;
  /** Looks at the queue now. */
  wake(): void;
  /** The saga once it has ended or parked; undefined when that takes longer than `timeoutMs`. */
  settled(saga: SagaAddress, timeoutMs: number): Promise<Saga | undefined>;
  /** Finishes the attempts under way and gives back what is in hand. */
  close(): Promise<void>;
}

const renewEveryMs = 8_000;
const afterFaultMs = 1_000;

/** Starts a worker. Any number of processes may run one over the same database. */
export const startSagaWorker = (options: SagaWorkerOptions): SagaWorker => {
  const { queue, workerId, inHandMax = 64, pollMs = 250 } = options;
  const inHand = new Map<string, Held>();
  const waiting = new Map<string, Set<(saga: Saga) => void>>();
  const closing = new AbortController();
  let nap = new AbortController();
  let isWoken = false;
  /** The last look left something in the queue, or may have. */
  let isMoreThere = false;

  const wake = (): void => {
    isWoken = true;
    nap.abort();
  };
  const tell = (address: SagaAddress, saga: Saga): void => {
    if (isMoving(saga)) return;
    const held = inHand.get(nameOf(address));
    if (held !== undefined) held.settled = saga;
    for (const listener of waiting.get(nameOf(address)) ?? []) listener(saga);
    if (saga.parentId !== undefined) wake();
  };
  const take = (address: SagaAddress, lease: string | undefined, known?: SagaState): void => {
    const name = nameOf(address);
    if (inHand.has(name) || closing.signal.aborted) return;
    const work = workThrough(options, { address, lease, known, isClosing: () => closing.signal.aborted, tell })
      .catch((error: unknown) => options.onError?.(address, error))
      .finally(() => {
        inHand.delete(name);
        if (isMoreThere && inHand.size === inHandMax - 1) wake();
      });
    inHand.set(name, { saga: address, work, settled: undefined });
  };
  const held = (): SagaAddress[] => [...inHand.values()].map(({ saga }) => saga);
  const look = async (): Promise<void> => {
    const limit = inHandMax - inHand.size;
    isMoreThere = true;
    if (limit <= 0) return;
    const { definitions, now } = options;
    const known = definitions.known;
    const claimed = await queue.claim({ workerId, known, now: now(), limit, inHand: held() });
    isMoreThere = claimed.length === limit;
    // Claimed while this worker was closing: nobody would go on with it until the lease has run out.
    for (const { lease, ...saga } of claimed)
      if (closing.signal.aborted) await queue.release(workerId, saga, 0);
      else take(saga, lease);
  };
  const loop = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      isWoken = false;
      await look().catch((error: unknown) => options.onError?.(undefined, error));
      nap = new AbortController();
      if (!isWoken && !closing.signal.aborted) await options.sleep(pollMs, nap.signal);
    }
  };
  const running = Promise.all([loop(), renewing(options, held, closing.signal)]);

  return {
    adopt: (address, state) => take(address, state === undefined ? undefined : firstLease(address.sagaId), state),
    wake,
    settled: (address, timeoutMs) =>
      settledSaga(options, waiting, address, { timeoutMs, held: inHand.get(nameOf(address)) }),
    close: async () => {
      closing.abort();
      nap.abort();
      await running;
      await Promise.all([...inHand.values()].map(({ work }) => work));
    },
  };
};

/** Keeps the leases of what is in hand until the worker closes. */
const renewing = async (
  { queue, workerId, sleep, onError }: SagaWorkerOptions,
  held: () => readonly SagaAddress[],
  closing: AbortSignal,
): Promise<void> => {
  while (!closing.aborted) {
    await sleep(renewEveryMs, closing);
    await queue.renew(workerId, held()).catch((error: unknown) => onError?.(undefined, error));
  }
};

const nameOf = ({ tenantId, sagaId }: SagaAddress): string => `${tenantId}/${sagaId}`;
const isMoving = ({ status }: SagaState): boolean => status === 'running' || status === 'undoing';

/** A saga that this worker works on, and how it ended in its hands. */
interface Held {
  readonly saga: SagaAddress;
  readonly work: Promise<void>;
  settled: Saga | undefined;
}

/**
 * Waits for a saga's end, or for it to park.
 * @param held what this process has in hand of it: whose end is told, so that it is looked for only when that takes long
 */
export const settledSaga = async (
  { readSaga, sleep }: Pick<SagaWorkerOptions, 'readSaga' | 'sleep'>,
  waiting: Map<string, Set<(saga: Saga) => void>>,
  address: SagaAddress,
  { timeoutMs, held }: { readonly timeoutMs: number; readonly held?: Pick<Held, 'settled'> | undefined },
): Promise<Saga | undefined> => {
  if (held?.settled !== undefined) return held.settled;
  const name = nameOf(address);
  const found = new AbortController();
  let settled: Saga | undefined;
  let isTold = held !== undefined;
  const listener = (saga: Saga): void => {
    settled = saga;
    found.abort('settled');
  };
  const listeners = waiting.get(name) ?? new Set();
  waiting.set(name, listeners.add(listener));
  try {
    // Another process may be the one that ends it, hence the look from time to time.
    for (let leftMs = timeoutMs; ; leftMs -= 200) {
      const state = settled ?? (isTold ? undefined : await readSaga(address));
      if (state !== undefined && state.status !== 'unknown' && !isMoving(state)) return state;
      if (leftMs <= 0) return undefined;
      isTold = false;
      await sleep(Math.min(leftMs, 200), found.signal);
    }
  } finally {
    listeners.delete(listener);
    if (listeners.size === 0) waiting.delete(name);
  }
};

interface InHand {
  readonly address: SagaAddress;
  /** By which it was claimed, or started; what is only adopted may be in another worker's hands. */
  readonly lease: string | undefined;
  readonly known: SagaState | undefined;
  isClosing(): boolean;
  tell(address: SagaAddress, saga: Saga): void;
}

/** Taken up within the request that began it, it is still the bank's own work: what it tells a partner is neither hidden from nor shown to whoever asked. */
const workThrough = (options: SagaWorkerOptions, hand: InHand): Promise<void> =>
  whileUnmasked(() => workOnward(options, hand));

/** Takes one saga as far as it goes now. */
const workOnward = async (options: SagaWorkerOptions, hand: InHand): Promise<void> => {
  const { address, known, isClosing, tell } = hand;
  const { queue, workerId } = options;
  const { tenantId } = address;
  // Whoever told a saga something does not hold it for that: where another worker is in the middle of a call, a second one beside it could find
  // nothing there yet, and take back what is about to happen.
  const lease = hand.lease ?? (await queue.renew(workerId, [address]))[0]?.lease;
  if (lease === undefined) return;
  let state = known ?? (await options.readSaga(address));
  let isFresh = known !== undefined;
  try {
    for (;;) {
      if (state.status === 'unknown') return;
      tell(address, state);
      const definition = options.definitions.get(state.definition, state.version);
      const work = workOn(definition, state, { tenantId, now: options.now() }, isFresh);
      if (work === undefined || isClosing()) break;
      const moved = await perform(options, { tenantId, definition, lease, saga: state }, work);
      state = moved.saga;
      // Others have gone on with it while this worker slept, and may be acting on the intent that it would take for its own.
      if (moved.isRepeat) {
        tell(address, state);
        break;
      }
      if (!isMoving(state)) options.onSettled?.(state);
      isFresh = true;
    }
    if (isMoving(state)) await queue.release(workerId, address, 0);
  } catch (error) {
    // Nothing was recorded, so the saga is where it was; it is looked at again before long, here or elsewhere.
    await queue.release(workerId, address, afterFaultMs).catch(() => undefined);
    throw error;
  }
};

/** A saga after a record. A repeat recorded nothing: either there was nothing to record, or somebody else has gone on. */
interface Moved {
  readonly saga: Saga;
  readonly isRepeat: boolean;
}

interface AtStep {
  readonly tenantId: string;
  readonly definition: SagaDefinition;
  readonly lease: string;
  readonly saga: Saga;
}

const perform = async (options: SagaWorkerOptions, at: AtStep, work: Work): Promise<Moved> => {
  switch (work.kind) {
    case 'settle':
      return recorded(options, at, work.outcome);
    case 'command':
      return commanded(options, at);
    case 'children':
      await startChildren(options, at);
      return recorded(options, at, { kind: 'look' });
    case 'run':
      return recorded(options, at, await attempted(options, at, 'run'));
    case 'ask': {
      const found = await attempted(options, at, 'ask');
      // Whoever cannot be asked has not said no: it stays unknown, whatever became of the question.
      if (found.kind === 'fault') return recorded(options, at, { kind: 'unknown' });
      if (found.kind !== 'absent') return recorded(options, at, found);
      const next = untried(at.definition, at.saga, { tenantId: at.tenantId, now: options.now() });
      return perform(options, at, next);
    }
  }
};

const metadataOf = ({ id, startedBy }: Saga): EventMetadata => ({ ...startedBy, channel: 'saga', correlation: id });

const attemptOf = ({ now, random }: SagaWorkerOptions, { definition, lease, saga }: AtStep): Attempt => ({
  saga,
  definition,
  lease,
  now: now(),
  jitter: random(),
});

const submitted = async (
  { commands }: SagaWorkerOptions,
  { tenantId, saga }: AtStep,
  handler: CommandHandler<never, never, Saga, never>,
  data: unknown,
): Promise<Moved> => {
  const settled = await commands.submit(handler, data as never, { tenantId, metadata: metadataOf(saga) });
  if (settled.kind !== 'decided' || !settled.outcome.accepted)
    throw new Error(`The record of saga ${saga.id} was not decided.`);
  const { result, isRepeat } = settled.outcome;
  return { saga: result, isRepeat };
};

const recorded = async (options: SagaWorkerOptions, at: AtStep, outcome: AttemptOutcome): Promise<Moved> => {
  const record = (what: AttemptOutcome): Promise<Moved> =>
    submitted(options, at, recordAttemptHandler(attemptOf(options, at), options.desk) as never, what);
  try {
    return await record(outcome);
  } catch (error) {
    if (isPassing(error)) throw error;
    // What follows on the outcome cannot be decided: a mistake of ours. It is counted, so that a person is asked in the end and the outside world
    // is not asked the same for ever; what has happened there is not forgotten.
    options.onError?.({ tenantId: at.tenantId, sagaId: at.saga.id }, error);
    const step = stepNamed(at.definition, at.saga.current?.step ?? '');
    return record('run' in step ? { kind: 'unknown' } : { kind: 'fault', code: 'internal_error' });
  }
};

const commanded = async (options: SagaWorkerOptions, at: AtStep): Promise<Moved> => {
  const { definition, saga, tenantId } = at;
  const attempt = attemptOf(options, at);
  const step = stepNamed(definition, saga.current?.step ?? '');
  const view = soFar(definition, saga, { tenantId, now: attempt.now });
  const isUndo = saga.current?.phase === 'undo';
  const command = isUndo ? step.undo?.command?.(view) : 'command' in step ? step.command(view) : undefined;
  if (command === undefined) return recorded(options, at, { kind: 'done' });
  const keep = !isUndo && 'command' in step && step.keep !== undefined ? step.keep : () => null;
  try {
    const handler = stepCommandHandler(attempt, command, { keep, desk: options.desk });
    return await submitted(options, at, handler as never, command.data);
  } catch (error) {
    if (error instanceof CheckRefused)
      return recorded(options, at, { kind: 'refused', code: error.code, facts: { reason: error.reason } });
    // The write side is busy or away: the saga waits with it. Anything else is a mistake of ours, and counted.
    if (isPassing(error)) throw error;
    options.onError?.({ tenantId, sagaId: saga.id }, error);
    return recorded(options, at, { kind: 'fault', code: 'internal_error' });
  }
};

const startChildren = async ({ commands, handlers }: SagaWorkerOptions, at: AtStep): Promise<void> => {
  const { saga, tenantId } = at;
  const { step = '', intent } = saga.current ?? {};
  // As they were intended: asked again, the definition could name others, which nobody would wait for.
  const children = (intent ?? []) as unknown as readonly ChildSaga[];
  await Promise.all(
    children.map(async ({ definition: child, input }, index) => {
      const sagaId = childSagaId(saga.id, step, index);
      const data = { definition: child, sagaId, input, parent: { sagaId: saga.id, step, index } };
      const settled = await commands.submit(handlers.start, data, { tenantId, metadata: metadataOf(saga) });
      if (settled.kind !== 'decided' || !settled.outcome.accepted)
        throw new Error(`Child ${sagaId} of saga ${saga.id} was not started.`);
    }),
  );
};

/** One attempt at an outside step, or one question about an earlier one. */
const attempted = async <Way extends 'run' | 'ask'>(
  options: SagaWorkerOptions,
  { definition, saga, tenantId }: Omit<AtStep, 'lease'>,
  way: Way,
): Promise<Way extends 'ask' ? AttemptOutcome | { readonly kind: 'absent' } : AttemptOutcome> => {
  const step = stepNamed(definition, saga.current?.step ?? '');
  const abort = new AbortController();
  const timeoutMs = ('run' in step ? step.timeoutMs : undefined) ?? attemptMaxMs;
  const call = callOf(options, { definition, saga, tenantId }, abort.signal);
  const done = new AbortController();
  const late = options.sleep(timeoutMs, done.signal).then(() => {
    if (done.signal.aborted) return;
    abort.abort(new Error('The attempt took too long.'));
  });
  try {
    const act = actOf(step, saga, way);
    const late2 = new Promise<never>((_, reject) => {
      abort.signal.addEventListener('abort', () => reject(new AttemptTimedOut('The attempt took too long.')));
    });
    return (await Promise.race([act(call), late2])) as never;
  } catch (error) {
    return failureOf(options, { tenantId, sagaId: saga.id }, error) as never;
  } finally {
    done.abort();
    await late;
  }
};

/** An attempt that was still under way at the end of its time: what became of it is not known. */
class AttemptTimedOut extends Error {
  override readonly name = 'AttemptTimedOut';
  readonly code = 'outcome_unknown';
}

const actOf = (
  step: ReturnType<typeof stepNamed>,
  { current }: Saga,
  way: 'run' | 'ask',
): ((call: StepCall) => Promise<StepOutcome | AskOutcome>) => {
  const act = current?.phase === 'undo' ? step.undo?.run : 'run' in step ? step[way] : undefined;
  if (act === undefined) throw new Error(`Step ${step.name} has nothing to ${way}.`);
  return act;
};

const callOf = (
  { now }: SagaWorkerOptions,
  { definition, saga, tenantId }: Omit<AtStep, 'lease'>,
  abort: AbortSignal,
): StepCall => {
  const { current } = saga;
  if (current === undefined) throw new Error(`Saga ${saga.id} is at no step.`);
  const { step, key, attempt, intent, carry } = current;
  const view = soFar(definition, saga, { tenantId, now: now() });
  return { ...view, step, key, attempt, intent, carry, abort, metadata: metadataOf(saga) };
};

const failureOf = (options: SagaWorkerOptions, saga: SagaAddress, error: unknown): AttemptOutcome => {
  if (isOutcomeUnknown(error)) return { kind: 'unknown' };
  const code = (error as { readonly code?: unknown }).code;
  options.onError?.(saga, error);
  return {
    kind: 'fault',
    code: typeof code === 'string' && /^[a-z][a-z0-9_]{0,60}$/.test(code) ? code : 'internal_error',
  };
};

const passing: ReadonlySet<string> = new Set([
  'connection_lost',
  'commit_unknown',
  'overloaded',
  'checks_unavailable',
  'lock_timeout',
]);

const isPassing = (error: unknown): boolean => {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  return name === 'DatabaseFault' || name === 'Overloaded' || (typeof code === 'string' && passing.has(code));
};
