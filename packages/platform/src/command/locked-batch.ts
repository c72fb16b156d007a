import { DatabaseFault, isRetryable, lockTimeout } from '../database/transaction.ts';
import type { LogHead } from '../event-store/append.ts';
import { keyTaken } from './answers.ts';
import type { CommitStore, Committed } from './commit-store.ts';
import { type Decided, decideBatch, type QueuedCommand, type Settled } from './decide-batch.ts';
import { RowNotLocked } from './locked-table.ts';
import type { Waiting } from './queue.ts';
import { wantedBy } from './wanted.ts';
import { createWorkingSet, type TableList } from './working-set.ts';

/** What deciding and committing need from the process around them. */
export interface BatchTools {
  readonly store: CommitStore;
  readonly tables: TableList;
  readonly newEventId: (bookedAt: string) => string;
}

/** A batch committed under lock. */
export interface LockedBatch {
  readonly settled: readonly Settled[];
  readonly decided: Decided;
  readonly committed: Committed;
}

/** Tells each command how far the log must be read to see it. */
export const withPositions = (
  settled: readonly Settled[],
  commands: readonly QueuedCommand[],
  heads: ReadonlyMap<string, LogHead>,
): readonly Settled[] =>
  settled.map((one, index) =>
    one.kind === 'answered' ? { ...one, position: heads.get(commands[index]?.tenantId ?? '')?.seq } : one,
  );

const triesMax = 5;

/** How the committer waits; a simulation waits on a clock of its own. */
export interface Pause {
  pause(durationMs: number): Promise<void>;
}

/**
 * Runs a batch until every command in it is settled: again when another transaction was in the way, halved when a command poisons it.
 * @param onCommitted told of each commit in order
 */
export const settleLocked = async (
  tools: BatchTools & Pause,
  batch: readonly Waiting[],
  onCommitted: (batch: LockedBatch) => void,
): Promise<void> => {
  try {
    const commands = batch.map(({ command }) => command);
    const committed = await runLocked(tools, commands);
    onCommitted(committed);
    for (const [index, waiting] of batch.entries())
      waiting.settle(committed.settled[index] ?? { kind: 'failed', error: new Error('The batch lost a command.') });
  } catch (error) {
    if (batch.length === 1 || isLost(error)) {
      for (const waiting of batch) waiting.settle({ kind: 'failed', error });
      return;
    }
    const half = Math.ceil(batch.length / 2);
    await settleLocked(tools, batch.slice(0, half), onCommitted);
    await settleLocked(tools, batch.slice(half), onCommitted);
  }
};

/**
 * Runs commands as one transaction, again when another one was in the way.
 * @param isDryRun decide all the same, keep nothing
 * @throws DatabaseFault or CommitUnknown; nothing was kept, or it is not known whether it was
 */
export const runLocked = async (
  tools: BatchTools & Pause,
  commands: readonly QueuedCommand[],
  isDryRun = false,
): Promise<LockedBatch> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(tools, commands, isDryRun);
    } catch (error) {
      if (attempt >= triesMax || !mayRunAgain(error)) throw error;
      await tools.pause(isLost(error) ? 50 * 2 ** attempt : 0);
    }
  }
};

/**
 * Runs commands as one transaction, in order: locks, streams and answers already stored, decisions in memory, then every write in one flush.
 * Nobody is told anything before the commit: the settled list exists only then.
 * @throws DatabaseFault or CommitUnknown; nothing was kept, or it is not known whether it was
 */
const runOnce = async (
  { store, tables, newEventId }: BatchTools,
  commands: readonly QueuedCommand[],
  isDryRun: boolean,
): Promise<LockedBatch> => {
  const wanted = wantedBy(commands);
  const result: { decided?: Decided } = {};
  const committed = await store.underLock(wanted, (found) => {
    const working = createWorkingSet(tables, wanted, found);
    result.decided = decideBatch({ commands, working, answers: found.answers, now: found.now, newEventId });
    const { events, answers, reliedKeys } = result.decided.write;
    const isNothing = events.length === 0 && answers.length === 0 && reliedKeys.length === 0;
    return isDryRun || isNothing ? undefined : result.decided.write;
  });
  if (result.decided === undefined) throw new Error('The store committed without asking for a decision.');
  const settled = withPositions(result.decided.settled, commands, committed.heads);
  return { decided: result.decided, committed, settled };
};

/**
 * The batch as it was may succeed now: a deadlock, a key, a stream or a row taken by another process (the next run finds it), a lost connection.
 */
const mayRunAgain = (error: unknown): boolean =>
  isRetryable(error) ||
  error instanceof RowNotLocked ||
  (error instanceof DatabaseFault && [keyTaken, '23505', lockTimeout, 'connection_lost'].includes(error.code));

const isLost = (error: unknown): boolean =>
  error instanceof DatabaseFault && (error.code === 'connection_lost' || error.code === 'commit_unknown');
