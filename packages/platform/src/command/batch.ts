import type { Pool } from 'pg';
import { all, CommitUnknown, DatabaseFault, inTransaction, type Transaction } from '../database/transaction.ts';
import { appendEvents, lockHeads } from '../event-store/append.ts';
import type { EventCatalogue } from '../event-store/catalogue.ts';
import type { EventMetadata, NewEvent, RecordedEvent } from '../event-store/event.ts';
import { storeSealed } from '../event-store/personal-data.ts';
import type { SealedValue } from '../event-store/personal-ref.ts';
import { type IdempotencyKey, type KeyedAnswer, keyName, readAnswers, storeAnswers } from './answers.ts';
import type { Answer, CommandFacts, CommandHandler, Needs, Outcome, Refusal } from './handler.ts';
import type { LockedTable } from './locked-table.ts';
import { outcomeOf, type Witness } from './witness.ts';
import { loadWorkingSet, type WorkingSet } from './working-set.ts';

/** A command in a committer's queue, its immutable facts already found. */
export interface QueuedCommand {
  readonly handler: CommandHandler;
  readonly data: unknown;
  readonly refs: unknown;
  readonly tenantId: string;
  readonly metadata: EventMetadata;
  readonly needs: Needs;
  readonly weight: number;
  readonly idempotency?: IdempotencyKey;
  /** Turns an outcome into what is stored and sent. */
  render(outcome: Outcome<unknown>): Answer;
}

/** What a batch made of one command. */
export type Settled =
  | {
      readonly kind: 'answered';
      readonly answer: Answer;
      readonly outcome?: Outcome<unknown>;
      readonly isReplay: boolean;
      readonly position: bigint | undefined;
    }
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** What a batch needs from the process around it. */
export interface BatchTools {
  readonly pool: Pool;
  readonly catalogue: EventCatalogue;
  readonly tables: readonly LockedTable[];
  newEventId(bookedAt: string): string;
}

/** Thrown to leave a transaction that has nothing to keep; never reaches a caller. */
class NothingToCommit extends Error {
  override readonly name = 'NothingToCommit';
}

/**
 * Runs commands as one transaction, in order: answers already stored, locks, streams, decisions in memory, then every write in one flush.
 * A refusal or a bug in one decision touches no other. Nobody is told anything before the commit: the settled list exists only then.
 * @param isDryRun decide all the same, keep nothing
 * @throws DatabaseFault or CommitUnknown; nothing was kept, or it is not known whether it was
 */
export const runBatch = async (
  tools: BatchTools,
  commands: readonly QueuedCommand[],
  isDryRun = false,
): Promise<readonly Settled[]> => {
  let settled: readonly Settled[] = [];
  let witness: Witness | undefined;
  const tenants = [...new Set(commands.map(({ tenantId }) => tenantId))].sort();
  try {
    await inTransaction(tools.pool, { tenants }, async (tx) => {
      const decided = await decideAll(tx, tools, commands);
      settled = decided.settled;
      if (isDryRun || (decided.events.length === 0 && decided.answers.length === 0)) throw new NothingToCommit();
      witness = { transactionId: decided.transactionId, event: decided.events[0], answer: decided.answers[0] };
      const positions = await writeAll(tx, decided);
      settled = settled.map((one, index) => withPosition(one, positions.get(commands[index]?.tenantId ?? '')));
    });
  } catch (error) {
    if (error instanceof CommitUnknown && witness !== undefined) {
      if ((await outcomeOf(tools.pool, witness, error)) === 'committed') return settled;
      throw new DatabaseFault('connection_lost', 'The connection was lost at COMMIT and nothing was written.', error);
    }
    if (!(error instanceof NothingToCommit)) throw error;
  }
  return settled;
};

interface TenantSealed extends SealedValue {
  readonly tenantId: string;
}

interface Decided {
  readonly settled: readonly Settled[];
  readonly events: readonly RecordedEvent[];
  readonly answers: readonly KeyedAnswer[];
  readonly sealed: readonly TenantSealed[];
  readonly working: WorkingSet;
  readonly bookedAt: string;
  /** By which a lost COMMIT can be asked for. */
  readonly transactionId: string | undefined;
}

const decideAll = async (tx: Transaction, tools: BatchTools, commands: readonly QueuedCommand[]): Promise<Decided> => {
  const keys = commands.flatMap(({ tenantId, idempotency }) =>
    idempotency === undefined ? [] : [{ tenantId, ...idempotency }],
  );
  const [given, working, clock] = await all([
    readAnswers(tx, keys),
    loadWorkingSet(tx, tools.catalogue, tools.tables, commands),
    tx.query<{ now: string; id: string }>({
      name: 'clock',
      text: 'select clock_timestamp()::timestamptz(3) as now, pg_current_xact_id()::text as id',
    }),
  ]);
  // Read after the locks, since statements of one flush run in order: so time never runs backwards along a balance.
  const bookedAt = later(clock.rows[0]?.now ?? '', working.lastBookedAt);
  const events: RecordedEvent[] = [];
  const answers: KeyedAnswer[] = [];
  const sealed: TenantSealed[] = [];
  const settled = commands.map((command): Settled => {
    const stored =
      command.idempotency === undefined ? undefined : given.get(keyName(command.tenantId, command.idempotency));
    if (stored !== undefined) return replay(stored, command);
    return decideOne({ tools, command, working, bookedAt, events, answers, sealed });
  });
  return { settled, events, answers, sealed, working, bookedAt, transactionId: clock.rows[0]?.id };
};

const replay = (stored: KeyedAnswer, { idempotency }: QueuedCommand): Settled =>
  stored.fingerprint === idempotency?.fingerprint
    ? { kind: 'answered', answer: stored.answer, isReplay: true, position: undefined }
    : { kind: 'key_reused' };

interface DecideOne {
  readonly tools: BatchTools;
  readonly command: QueuedCommand;
  readonly working: WorkingSet;
  readonly bookedAt: string;
  readonly events: RecordedEvent[];
  readonly answers: KeyedAnswer[];
  readonly sealed: TenantSealed[];
}

const decideOne = ({ tools, command, working, bookedAt, events, answers, sealed }: DecideOne): Settled => {
  const { handler, data, refs, tenantId, metadata, idempotency } = command;
  const loaded = working.loadedFor(tenantId);
  const facts: CommandFacts = { now: bookedAt, tenantId, metadata };
  let decision: ReturnType<typeof handler.decide>;
  try {
    decision = handler.decide(loaded, data, facts, refs);
  } catch (error) {
    // Deciding changes nothing, so a bug in it fails its own command only. What throws after this point dooms the batch, which is then halved.
    return { kind: 'failed', error };
  }
  if (decision.accepted) {
    const recorded = record(tools, working, decision.events, facts);
    events.push(...recorded);
    if (recorded.length > 0) for (const value of handler.sealed?.(refs) ?? []) sealed.push({ tenantId, ...value });
  }
  const outcome: Outcome<unknown> = decision.accepted
    ? {
        accepted: true,
        isRepeat: decision.events.length === 0,
        result: handler.result(loaded, data, refs),
      }
    : { accepted: false, refusal: decision.rejection as Refusal };
  const answer = command.render(outcome);
  if (idempotency !== undefined) answers.push({ tenantId, ...idempotency, answer });
  return { kind: 'answered', answer, outcome, isReplay: false, position: undefined };
};

const record = (
  tools: BatchTools,
  working: WorkingSet,
  decided: readonly NewEvent[],
  { now, tenantId, metadata }: CommandFacts,
): readonly RecordedEvent[] =>
  decided.map((event) => {
    const version = working.versionOf(tenantId, event.context, event.stream) + 1;
    const recorded: RecordedEvent = { ...event, tenantId, version, id: tools.newEventId(now), metadata, bookedAt: now };
    working.accept(recorded);
    return recorded;
  });

/** Everything in one flush: rows, answers, then the heads (the last lock) with the events, and COMMIT. */
const writeAll = async (
  tx: Transaction,
  { events, answers, sealed, working, bookedAt }: Decided,
): Promise<ReadonlyMap<string, bigint>> => {
  const writes: Promise<unknown>[] = [working.write(tx)];
  if (sealed.length > 0) writes.push(tx.query(storeSealed(sealed)));
  if (answers.length > 0) writes.push(tx.query(storeAnswers(answers, bookedAt)));
  if (events.length === 0) {
    tx.sendCommit();
    await all(writes);
    return new Map();
  }
  const counts = new Map<string, bigint>();
  for (const { tenantId } of events) counts.set(tenantId, (counts.get(tenantId) ?? 0n) + 1n);
  // One head needs no order; the appending statement locks it.
  if (counts.size > 1) writes.push(tx.query(lockHeads([...counts.keys()])));
  const append = tx.query<{ tenant_id: string; base: bigint }>(appendEvents(events));
  tx.sendCommit();
  await all([...writes, append]);
  const { rows } = await append;
  return new Map(rows.map(({ tenant_id, base }) => [tenant_id, base + (counts.get(tenant_id) ?? 0n)]));
};

const withPosition = (settled: Settled, position: bigint | undefined): Settled =>
  settled.kind === 'answered' ? { ...settled, position } : settled;

const later = (a: string, b: string | undefined): string => (b !== undefined && b > a ? b : a);
