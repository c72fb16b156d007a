import { CommitUnknown, DatabaseFault } from '../database/transaction.ts';
import { emptyTip, type LogHead } from '../event-store/append.ts';
import type { Versioned } from '../event-store/read.ts';
import { keyTaken } from './answers.ts';
import { type CommitWrite, type Found, headMoved, type Wanted, type WantedStream } from './commit-store.ts';
import { DatabaseClock } from './database-clock.ts';
import { type Decided, decideBatch, type QueuedCommand, type Settled } from './decide-batch.ts';
import { type BatchTools, type LockedBatch, withPositions } from './locked-batch.ts';
import { type Layer, RememberedState } from './remembered-state.ts';
import { wantedBy } from './wanted.ts';
import { createWorkingSet, type WorkingSet } from './working-set.ts';

/** A batch decided on remembered state, to be committed if the logs have not moved. */
export interface PreparedBatch {
  readonly settled: readonly Settled[];
  readonly write: CommitWrite;
  readonly expected: ReadonlyMap<string, LogHead>;
  readonly layer: Layer;
}

/** After another process was met in a log, batches are decided under lock for so long; it doubles while the other is met again. */
const lockedMinMs = 250;
const lockedMaxMs = 4_000;
/** After a repeat was met, keys and new streams of so many batches are looked up before they are decided. */
const cautiousBatches = 32;

/** Decides batches without asking the database for anything this process still knows, and notices when that stops being wise. */
export class RememberedBatches {
  private readonly tools: BatchTools;
  private readonly monotonicMs: () => number;
  private readonly state: RememberedState;
  private readonly clock: DatabaseClock;
  private lockedUntilMs = 0;
  private lockedMs = lockedMinMs;
  private cautious = 0;
  private preparing: Promise<unknown> = Promise.resolve();

  constructor(tools: BatchTools, monotonicMs: () => number) {
    this.tools = tools;
    this.monotonicMs = monotonicMs;
    this.state = new RememberedState(tools.tables);
    this.clock = new DatabaseClock(monotonicMs);
  }

  /** Whether these commands are better decided under lock. */
  mustLock(commands: readonly QueuedCommand[]): boolean {
    return (
      this.monotonicMs() < this.lockedUntilMs ||
      commands.some(({ needs }) => (needs.rows ?? []).some(({ table, key }) => table.recall?.covers(key) !== true))
    );
  }

  /**
   * Reads what is not remembered, decides, and lays the result over what is remembered. The lanes of a process take turns: a batch that another
   * lane laid while this one was reading would lie under it unseen, and the end of the log would vouch for rows from before.
   * @returns nothing when a log was seen to have grown: the batch is to be decided under lock
   */
  prepare(commands: readonly QueuedCommand[]): Promise<PreparedBatch | undefined> {
    const mine = this.preparing.then(() => this.prepareAlone(commands));
    this.preparing = mine.catch(() => undefined);
    return mine;
  }

  private async prepareAlone(commands: readonly QueuedCommand[]): Promise<PreparedBatch | undefined> {
    const wanted = wantedBy(commands);
    const { retractions } = this.state;
    const known = this.state.recall(wanted);
    const toRead = this.toRead(wanted, known.missing);
    let found: Pick<Found, 'rows' | 'streams' | 'answers'> = { ...known.found, answers: noAnswers };
    let readStreams = toRead?.streams ?? [];
    if (toRead !== undefined) {
      const read = await this.read(toRead);
      if (read === undefined) return undefined;
      found = merged(found, read);
    }
    for (;;) {
      // While it was read, a commit may have been refused that this batch would stand on.
      const now = this.clock.now();
      if (now === undefined || this.state.retractions !== retractions) return undefined;
      const working = createWorkingSet(this.tools.tables, wanted, found);
      const { answers } = found;
      const { settled, write } = decideBatch({ commands, working, answers, now, newEventId: this.tools.newEventId });
      const doubtful = unproved(known.missing.streams, readStreams, working);
      if (doubtful.length === 0) return this.laid({ commands, wanted, settled, write, working });
      const read = await this.read({ ...nothing, tenants: wanted.tenants, streams: doubtful });
      if (read === undefined) return undefined;
      readStreams = [...readStreams, ...doubtful];
      found = merged(found, read);
    }
  }

  /** @param sentMs when the commit was asked for, on the process's monotonic clock */
  committed({ layer }: PreparedBatch, now: string | undefined, sentMs: number): void {
    this.state.settle(layer);
    if (now !== undefined) this.clock.hear(now, sentMs);
  }

  refused({ layer }: PreparedBatch, error: unknown): void {
    this.state.drop(layer);
    if (!(error instanceof DatabaseFault)) return;
    if (error instanceof CommitUnknown) this.state.forget();
    if (error.code === headMoved) this.meetOther();
    if (error.code === keyTaken || error.code === '23505') this.cautious = cautiousBatches;
  }

  /** Learns from a batch that was committed under lock. */
  adopt({ decided, committed }: LockedBatch): void {
    this.state.adopt(decided.working, committed);
  }

  private laid({ commands, wanted, settled, write, working }: Laid): PreparedBatch {
    const expected = new Map(wanted.tenants.map((tenantId) => [tenantId, this.state.headOf(tenantId) ?? emptyHead]));
    const layer = this.state.lay(working, write.events);
    return { settled: withPositions(settled, commands, layer.heads), write, expected, layer };
  }

  private async read(wanted: Wanted): Promise<Found | undefined> {
    const before = this.state.reading();
    const askedMs = this.monotonicMs();
    const found = await this.tools.store.read(wanted);
    this.clock.hear(found.now, askedMs);
    const learnt = this.state.learn(found, before);
    if (learnt === 'grown') this.meetOther();
    return learnt === 'learnt' ? found : undefined;
  }

  private toRead({ tenants, keys }: Wanted, missing: Wanted): Wanted | undefined {
    const isCautious = this.cautious > 0;
    if (isCautious) this.cautious--;
    const streams = isCautious ? missing.streams : missing.streams.filter(({ isNew }) => !isNew);
    const isKnown = tenants.every((tenantId) => this.state.headOf(tenantId) !== undefined);
    const isNothing = missing.rows.size === 0 && streams.length === 0 && isKnown;
    return isNothing && !isCautious ? undefined : { ...missing, streams, keys };
  }

  private meetOther(): void {
    this.state.forget();
    const nowMs = this.monotonicMs();
    // Met again soon after the locks were given up: somebody else is at work on these logs for good.
    this.lockedMs = nowMs < this.lockedUntilMs + this.lockedMs ? Math.min(this.lockedMs * 2, lockedMaxMs) : lockedMinMs;
    this.lockedUntilMs = nowMs + this.lockedMs;
  }
}

interface Laid extends Pick<Decided, 'settled' | 'write' | 'working'> {
  readonly commands: readonly QueuedCommand[];
  readonly wanted: Wanted;
}

const emptyHead: LogHead = { seq: 0n, tip: emptyTip };
const noAnswers: Found['answers'] = new Map();
const nothing = { rows: new Map<string, never>(), streams: [], keys: [] };

/**
 * Streams that were taken for empty and got no event: a refusal may rest on the mistake, and no append will find it out. They are read, and
 * if any of them has events after all, the batch is decided again.
 */
const unproved = (
  missing: readonly WantedStream[],
  read: readonly WantedStream[],
  working: WorkingSet,
): readonly WantedStream[] => {
  const changed = working.changedStreams();
  return missing.filter((stream) => !changed.has(stream.name) && !read.includes(stream));
};

const merged = (
  known: Pick<Found, 'rows' | 'streams' | 'answers'>,
  read: Found,
): Pick<Found, 'rows' | 'streams' | 'answers'> => {
  const rows = new Map(known.rows);
  for (const [table, its] of read.rows) rows.set(table, new Map([...(known.rows.get(table) ?? []), ...its]));
  return {
    rows,
    streams: new Map<string, Versioned<unknown>>([...known.streams, ...read.streams]),
    answers: read.answers.size === 0 ? known.answers : read.answers,
  };
};
