import { CommitUnknown } from '../database/transaction.ts';
import type { QueuedCommand, Settled } from './decide-batch.ts';
import { type BatchTools, settleLocked } from './locked-batch.ts';
import { nodePace, type Pace } from './pace.ts';
import { type BatchLimits, TenantQueues, type Waiting } from './queue.ts';
import { type PreparedBatch, RememberedBatches } from './remembered-batch.ts';

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
  readonly pace?: Pace;
  /** Shared by committers over one store, so that none takes the commits of another for those of a stranger; its own unless given. */
  readonly remembered?: RememberedBatches;
  /** The queue never holds fewer than this before commands are refused. */
  readonly queueMin?: number;
  /** Told of each batch, for metrics and for waking those who follow the log. */
  readonly onBatch?: (batch: {
    readonly commands: number;
    readonly durationMs: number;
    readonly tenants: readonly string[];
  }) => void;
}

const boundSeconds = 2;
/** Commits on their way at once: one that the database works on, one that is there when it has finished. */
const flightsMax = 2;
/** A smaller batch waits for the commit under way and joins what comes meanwhile: a commit of its own would cost more than it gains. */
const overlapMin = 4;

/**
 * A committer over one store. Batches are decided on what the process remembers and sent while the one before commits; a batch whose commit is
 * refused, because another process wrote or a key was taken, is decided again under lock, and so is what remembered state cannot serve.
 */
export const createCommitter = (tools: BatchTools, options: CommitterOptions): Committer => {
  const pace = options.pace ?? nodePace;
  const queues = new TenantQueues();
  const lane = new Lane(tools, options, { pace, queues });
  let isDraining = false;
  return {
    submit: (command, deadlineMs) =>
      new Promise((resolve, reject) => {
        if (isDraining) return reject(new Overloaded('draining'));
        const bound = Math.max(options.queueMin ?? 1_024, boundSeconds * lane.perSecond);
        const isFull = queues.size >= bound || queues.sizeOf(command.tenantId) >= bound / 2;
        if (isFull) return reject(new Overloaded('overloaded', boundSeconds));
        queues.add({
          command,
          deadlineMs,
          settle: (settled) => (settled.kind === 'failed' ? reject(asError(settled.error)) : resolve(settled)),
        });
        lane.work();
      }),
    drain: async () => {
      isDraining = true;
      await lane.ended;
    },
    get queued() {
      return queues.size;
    },
  };
};

/** What takes commands from the queue and sees them through. */
class Lane {
  /** Settled when the queue has run empty. */
  ended: Promise<void> | undefined;
  private readonly tools: BatchTools;
  private readonly options: CommitterOptions;
  private readonly pace: Pace;
  private readonly queues: TenantQueues;
  private readonly remembered: RememberedBatches;
  private readonly rate = commitRate();
  private readonly flights = new Set<Promise<void>>();
  private readonly toLock: (readonly Waiting[])[] = [];
  private flying = 0;
  private lastLandedMs = 0;
  private wake: (() => void) | undefined;

  constructor(
    tools: BatchTools,
    options: CommitterOptions,
    { pace, queues }: { readonly pace: Pace; readonly queues: TenantQueues },
  ) {
    this.tools = tools;
    this.options = options;
    this.pace = pace;
    this.queues = queues;
    this.remembered = options.remembered ?? new RememberedBatches(tools, () => pace.monotonicMs());
  }

  get perSecond(): number {
    return this.rate.perSecond();
  }

  /** Told of every command that was queued. */
  work(): void {
    this.ended ??= this.run();
    if (this.queues.size >= overlapMin && this.flights.size < flightsMax) this.wake?.();
  }

  private async run(): Promise<void> {
    for (;;) {
      // Callers answered by the last batch ask again within this turn; without it the first of them would commit alone and the others after it.
      await this.pace.turn();
      const flights = this.flights.size;
      if (this.toLock.length > 0) {
        await Promise.all(this.flights);
        for (const batch of this.toLock.splice(0)) await this.runLocked(batch);
      } else if (this.queues.size === 0 && flights === 0) {
        break;
      } else if (flights >= flightsMax || (flights > 0 && this.queues.size < overlapMin)) {
        await this.somethingNew();
      } else {
        const batch = this.take();
        if (batch.length > 0) await this.send(batch);
      }
    }
    this.ended = undefined;
  }

  private take(): readonly Waiting[] {
    // Half of what is under way: were all of it taken, nothing would be left to prepare while it commits.
    const share = Math.max(overlapMin, Math.ceil((this.queues.size + this.flying) / 2));
    const { commandsMax, weightMax } = this.options.limits;
    const nowMs = this.pace.monotonicMs();
    return this.queues
      .take({ commandsMax: Math.min(share, commandsMax), weightMax })
      .filter((waiting) => !dropIfLate(waiting, nowMs));
  }

  private async send(batch: readonly Waiting[]): Promise<void> {
    const sinceMs = this.pace.monotonicMs();
    const commands = batch.map(({ command }) => command);
    // A fault met while reading or deciding is met again under lock, where the batch is tried again and halved.
    const prepared = this.remembered.mustLock(commands)
      ? undefined
      : await this.remembered.prepare(commands).catch(() => undefined);
    if (prepared === undefined) this.toLock.push(batch);
    else this.fly(batch, prepared, sinceMs);
  }

  private fly(batch: readonly Waiting[], prepared: PreparedBatch, sinceMs: number): void {
    const sentMs = this.pace.monotonicMs();
    const flight = this.tools.store
      .commit(prepared.write, prepared.expected)
      .then(
        ({ now }) => {
          this.remembered.committed(prepared, now, sentMs);
          settle(batch, prepared.settled);
          this.landed(batch, sinceMs);
        },
        (error: unknown) => {
          this.remembered.refused(prepared, error);
          // Whether it is done is not known, so it must not be done again; the caller's key finds out.
          if (error instanceof CommitUnknown) settle(batch, allFailed(batch, error));
          else this.toLock.push(batch);
        },
      )
      .finally(() => {
        this.flights.delete(flight);
        this.flying -= batch.length;
        this.wake?.();
      });
    this.flights.add(flight);
    this.flying += batch.length;
  }

  private async runLocked(batch: readonly Waiting[]): Promise<void> {
    const sinceMs = this.pace.monotonicMs();
    const tools = { ...this.tools, pause: (durationMs: number) => this.pace.pause(durationMs) };
    await settleLocked(tools, batch, (committed) => this.remembered.adopt(committed));
    this.landed(batch, sinceMs);
  }

  private landed(batch: readonly Waiting[], sinceMs: number): void {
    const nowMs = this.pace.monotonicMs();
    const durationMs = nowMs - Math.max(sinceMs, this.lastLandedMs);
    this.lastLandedMs = nowMs;
    this.rate.add(batch.length, durationMs);
    const tenants = [...new Set(batch.map(({ command }) => command.tenantId))];
    this.options.onBatch?.({ commands: batch.length, durationMs, tenants });
  }

  /** Until a commit has landed, or enough commands wait to be worth one of their own. */
  private somethingNew(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = () => {
        this.wake = undefined;
        resolve();
      };
    });
  }
}

const allFailed = (batch: readonly Waiting[], error: unknown): readonly Settled[] =>
  batch.map(() => ({ kind: 'failed', error }));

const settle = (batch: readonly Waiting[], settled: readonly Settled[]): void => {
  for (const [index, waiting] of batch.entries())
    waiting.settle(settled[index] ?? { kind: 'failed', error: new Error('The batch lost a command.') });
};

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error('A command failed.', { cause: error });

const dropIfLate = (waiting: Waiting, now: number): boolean => {
  if (waiting.deadlineMs > now) return false;
  waiting.settle({ kind: 'failed', error: new Overloaded('deadline_passed') });
  return true;
};

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
