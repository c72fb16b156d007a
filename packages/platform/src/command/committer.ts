import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { DatabaseFault, isRetryable, lockTimeout } from '../database/transaction.ts';
import { keyTaken } from './answers.ts';
import { type BatchTools, type QueuedCommand, runBatch, type Settled } from './batch.ts';
import { type BatchLimits, TenantQueues, type Waiting } from './queue.ts';

/** Why a command was not even queued, or was dropped before it was decided; nothing of it was written. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
  readonly code: 'overloaded' | 'deadline_passed' | 'draining';
  readonly retryAfterSeconds: number;

  constructor(code: Overloaded['code'], retryAfterSeconds = 1) {
    super(`The command was not accepted: ${code}.`);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Takes whatever commands queued while the last batch was committing and commits them together; idle, it commits at once. */
export interface Committer {
  /** @throws Overloaded when the queue is full or the deadline passed, and whatever fault the commit met */
  submit(command: QueuedCommand, deadlineMs: number): Promise<Settled & { readonly kind: 'answered' | 'key_reused' }>;
  /** Refuses new commands and waits until the queued ones are settled. */
  drain(): Promise<void>;
  readonly queued: number;
}

/** How a committer works. */
export interface CommitterOptions {
  readonly limits: BatchLimits;
  /** The queue never holds fewer than this before commands are refused. */
  readonly queueMin?: number;
  /** Told of each batch, for metrics and for waking those who follow the log. */
  readonly onBatch?: (batch: {
    readonly commands: number;
    readonly durationMs: number;
    readonly tenants: readonly string[];
  }) => void;
}

const triesMax = 5;
const boundSeconds = 2;
const monotonicMs = (): number => performance.now();

/** A committer over one pool; it uses one connection at a time. */
export const createCommitter = (tools: BatchTools, options: CommitterOptions): Committer => {
  const queues = new TenantQueues();
  const rate = commitRate();
  let running: Promise<void> | undefined;
  let isDraining = false;

  const run = async (): Promise<void> => {
    for (;;) {
      // Callers answered by the last batch ask again within this turn; without it the first of them would commit alone and the others after it.
      await turn();
      if (queues.size === 0) break;
      const now = monotonicMs();
      const batch = queues.take(options.limits).filter((waiting) => !dropIfLate(waiting, now));
      if (batch.length === 0) continue;
      await settleBatch(tools, batch);
      const durationMs = monotonicMs() - now;
      rate.add(batch.length, durationMs);
      options.onBatch?.({
        commands: batch.length,
        durationMs,
        tenants: [...new Set(batch.map(({ command }) => command.tenantId))],
      });
    }
    running = undefined;
  };

  return {
    submit: (command, deadlineMs) =>
      new Promise((resolve, reject) => {
        if (isDraining) return reject(new Overloaded('draining'));
        const bound = Math.max(options.queueMin ?? 1_024, boundSeconds * rate.perSecond());
        const isFull =
          queues.size >= bound || (queues.sizeOf(command.tenantId) >= bound / 2 && queues.size >= bound / 2);
        if (isFull) return reject(new Overloaded('overloaded', boundSeconds));
        queues.add({
          command,
          deadlineMs,
          settle: (settled) => (settled.kind === 'failed' ? reject(asError(settled.error)) : resolve(settled)),
        });
        running ??= run();
      }),
    drain: async () => {
      isDraining = true;
      await running;
    },
    get queued() {
      return queues.size;
    },
  };
};

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error('A command failed.', { cause: error });

const dropIfLate = (waiting: Waiting, now: number): boolean => {
  if (waiting.deadlineMs > now) return false;
  waiting.settle({ kind: 'failed', error: new Overloaded('deadline_passed') });
  return true;
};

/** Runs a batch until every command in it is settled: again when another transaction was in the way, halved when a command poisons it. */
const settleBatch = async (tools: BatchTools, batch: readonly Waiting[]): Promise<void> => {
  try {
    const settled = await runWithTries(tools, batch);
    for (const [index, waiting] of batch.entries())
      waiting.settle(settled[index] ?? { kind: 'failed', error: new Error('The batch lost a command.') });
  } catch (error) {
    if (batch.length === 1 || isLost(error)) {
      for (const waiting of batch) waiting.settle({ kind: 'failed', error });
      return;
    }
    const half = Math.ceil(batch.length / 2);
    await settleBatch(tools, batch.slice(0, half));
    await settleBatch(tools, batch.slice(half));
  }
};

const runWithTries = async (tools: BatchTools, batch: readonly Waiting[]): Promise<readonly Settled[]> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runBatch(
        tools,
        batch.map(({ command }) => command),
      );
    } catch (error) {
      if (attempt >= triesMax || !mayRunAgain(error)) throw error;
      await pause(isLost(error) ? 50 * 2 ** attempt : 0);
    }
  }
};

/** The batch as it was may succeed now: a deadlock, a key or a stream taken by another process (the next run finds it), a lost connection. */
const mayRunAgain = (error: unknown): boolean =>
  isRetryable(error) ||
  (error instanceof DatabaseFault && [keyTaken, '23505', lockTimeout, 'connection_lost'].includes(error.code));

const isLost = (error: unknown): boolean =>
  error instanceof DatabaseFault && (error.code === 'connection_lost' || error.code === 'commit_unknown');

/** Commands per second over the recent batches, weighted towards the newest. */
const commitRate = (): { add(commands: number, durationMs: number): void; perSecond(): number } => {
  let perSecond = 0;
  return {
    add: (commands, durationMs) => {
      const now = (commands * 1_000) / Math.max(durationMs, 0.1);
      perSecond = perSecond === 0 ? now : perSecond * 0.9 + now * 0.1;
    },
    perSecond: () => perSecond,
  };
};
