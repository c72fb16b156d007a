import type { EventMetadata, NewEvent, RecordedEvent } from '../event-store/event.ts';
import type { SealedValue } from '../event-store/personal-ref.ts';
import type { UnstoredKey } from '../event-store/subject-keys.ts';
import { type IdempotencyKey, type KeyedAnswer, keyName } from './answers.ts';
import type { CommitWrite, Found } from './commit-store.ts';
import type { Answer, CommandFacts, CommandHandler, Needs, Outcome, Refusal } from './handler.ts';
import type { WorkingSet } from './working-set.ts';

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

/** A batch as decided: what each command will be told if the commit succeeds, and what to commit. */
export interface Decided {
  readonly settled: readonly Settled[];
  readonly write: CommitWrite;
  readonly working: WorkingSet;
}

interface Drafts {
  readonly events: RecordedEvent[];
  readonly answers: KeyedAnswer[];
  readonly sealed: (SealedValue & { readonly tenantId: string })[];
  readonly reliedKeys: UnstoredKey[];
}

/** How a batch is decided. */
export interface DecideBatch {
  readonly commands: readonly QueuedCommand[];
  readonly working: WorkingSet;
  /** Answers already given under the batch's keys. */
  readonly answers: Found['answers'];
  /** The instant to book at, unless a row read has a later booking: time never runs backwards along a balance. */
  readonly now: string;
  readonly newEventId: (bookedAt: string) => string;
}

/** Decides commands in order, each on what the ones before it left. A refusal or a bug in one decision touches no other. Pure. */
export const decideBatch = ({ commands, working, answers, now, newEventId }: DecideBatch): Decided => {
  const bookedAt = later(now, working.lastBookedAt);
  const drafts: Drafts = { events: [], answers: [], sealed: [], reliedKeys: [] };
  const settled = commands.map((command): Settled => {
    const { tenantId, idempotency } = command;
    const stored =
      idempotency === undefined || answers.size === 0 ? undefined : answers.get(keyName(tenantId, idempotency));
    if (stored !== undefined) return replay(stored, command);
    return decideOne({ command, working, bookedAt, newEventId }, drafts);
  });
  const tenants = tenantsOf(commands);
  const { rows } = working;
  return { settled, working, write: { ...drafts, tenants, rows, snapshots: working.dueSnapshots(), bookedAt } };
};

/** The tenants of commands, sorted. */
export const tenantsOf = (commands: readonly QueuedCommand[]): readonly string[] =>
  [...new Set(commands.map(({ tenantId }) => tenantId))].sort();

const replay = (stored: KeyedAnswer, { idempotency }: QueuedCommand): Settled =>
  stored.fingerprint === idempotency?.fingerprint
    ? { kind: 'answered', answer: stored.answer, isReplay: true, position: undefined }
    : { kind: 'key_reused' };

interface DecideOne extends Pick<DecideBatch, 'working' | 'newEventId'> {
  readonly command: QueuedCommand;
  readonly bookedAt: string;
}

const decideOne = (
  { command, working, bookedAt, newEventId }: DecideOne,
  { events, answers, sealed, reliedKeys }: Drafts,
): Settled => {
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
  const recorded = decision.accepted ? decision.events : [];
  for (const event of recorded) events.push(record({ working, newEventId }, event, facts));
  for (const value of handler.sealed?.(refs) ?? []) {
    if (recorded.length > 0) sealed.push({ tenantId, ...value });
    else if (value.newKey !== undefined) reliedKeys.push({ tenantId, subject: value.subject, newKey: value.newKey });
  }
  const outcome: Outcome<unknown> = decision.accepted
    ? { accepted: true, isRepeat: decision.events.length === 0, result: handler.result(loaded, data, refs) }
    : { accepted: false, refusal: decision.rejection as Refusal };
  const answer = command.render(outcome);
  if (idempotency !== undefined) answers.push({ tenantId, ...idempotency, answer });
  return { kind: 'answered', answer, outcome, isReplay: false, position: undefined };
};

const record = (
  { working, newEventId }: Pick<DecideBatch, 'working' | 'newEventId'>,
  event: NewEvent,
  { now, tenantId, metadata }: CommandFacts,
): RecordedEvent => {
  const version = working.versionOf(tenantId, event.context, event.stream) + 1;
  const { context, stream, type, schemaVersion, data } = event;
  const recorded: RecordedEvent = {
    context,
    stream,
    type,
    schemaVersion,
    data,
    tenantId,
    version,
    id: newEventId(now),
    metadata,
    bookedAt: now,
  };
  working.accept(recorded);
  return recorded;
};

const later = (a: string, b: string | undefined): string => (b !== undefined && b > a ? b : a);
