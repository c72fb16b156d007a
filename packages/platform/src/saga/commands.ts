import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import { z } from 'zod';
import type { CommandHandler, Loaded, Needs, Refusal } from '../command/handler.ts';
import type { EventMetadata, NewEvent } from '../event-store/event.ts';
import type { Json, SagaCatalogue, SagaDefinition, StepCommand } from './definition.ts';
import { json } from './events.ts';
import { leasesTable } from './leases-table.ts';
import { type ParkingDesk, saidAtDesk } from './parking.ts';
import {
  childSignal,
  type Draft,
  drafted,
  folded,
  isPastReturn,
  proceed,
  type SagaFacts,
  stepNamed,
  undo,
} from './proceed.ts';
import type { SagaAddress } from './queue.ts';
import { type Saga, type SagaState, sagaAggregate } from './saga.ts';
import { type AttemptOutcome, settleAttempt } from './settle-attempt.ts';

/** Declared in order of precedence. */
export type SagaRefusal =
  | { readonly code: 'saga_exists_with_different_content'; readonly saga: string }
  | { readonly code: 'saga_unknown'; readonly saga: string }
  | { readonly code: 'saga_ended'; readonly saga: string; readonly outcome: string }
  | { readonly code: 'saga_not_parked'; readonly saga: string; readonly status: string }
  | { readonly code: 'saga_past_return'; readonly saga: string };

type Outcome = Decision<NewEvent, SagaRefusal>;

/** A saga to be started. */
export interface StartSaga {
  readonly sagaId: string;
  readonly input: Json;
  readonly parent?: { readonly sagaId: string; readonly step: string; readonly index: number } | undefined;
}

/** The stream of a saga that is about to be made; for `loads` of a command that starts one. */
export const newSagaNeed = (sagaId: string): NonNullable<Needs['streams']>[number] => ({
  aggregate: sagaAggregate,
  id: sagaId,
  isNew: true,
});

/**
 * The events that start a saga; a context commits them with its own. The saga's first step runs from that commit on.
 * @param definition the newest version
 */
export const startSaga = (
  definition: SagaDefinition,
  { sagaId, input, parent }: StartSaga,
  facts: SagaFacts,
): readonly NewEvent[] => {
  const { name, version } = definition;
  const subject = definition.subject?.(definition.input.parse(input));
  const started = sagaAggregate.record(sagaId, 'SagaStarted', {
    sagaId,
    definition: name,
    version,
    input,
    ...(subject === undefined ? {} : { subject }),
    ...(parent === undefined ? {} : { parentId: parent.sagaId, childStep: parent.step, childIndex: parent.index }),
  });
  const saga = folded(sagaAggregate.initial, started, facts);
  return proceed(definition, { saga, events: [started] }, facts).events;
};

/** What the commands of sagas are built over. */
export interface SagaTools {
  readonly definitions: () => SagaCatalogue;
  /** The runtime's clock. */
  readonly now: () => string;
  readonly readSaga: (saga: SagaAddress) => Promise<SagaState>;
  /** Where parked sagas are shown to people; nowhere but in their own list without it. */
  readonly desk?: ParkingDesk | undefined;
}

/** Data of StartSaga. */
export interface StartSagaData extends StartSaga {
  readonly definition: string;
}

const stateOf = (loaded: Loaded, sagaId: string): SagaState => loaded.stream(sagaAggregate, sagaId).state;

const resultOf = (loaded: Loaded, { sagaId }: { readonly sagaId: string }): Saga => {
  const state = stateOf(loaded, sagaId);
  if (state.status === 'unknown') throw new Error(`Saga ${sagaId} was accepted and is not there.`);
  return state;
};

/** What a command of a saga knows before it is queued. */
interface Clocked {
  readonly now: string;
}

/** The same, with whose child the saga is, which never changes, and how often it had parked when the person looked. */
interface Placed extends Clocked {
  readonly parentId?: string | undefined;
  readonly parkings?: number | undefined;
}

/** Starts a saga by itself. */
export const startSagaHandler = ({
  definitions,
  now,
}: SagaTools): CommandHandler<StartSagaData, Clocked, Saga, SagaRefusal> => ({
  name: 'saga.Start',
  schema: z.strictObject({ definition: z.string(), sagaId: z.uuid(), input: json }) as z.ZodType<StartSagaData>,
  permission: 'saga:write',
  prepare: async () => ({ now: now() }),
  loads: ({ sagaId }) => ({ streams: [newSagaNeed(sagaId)] }),
  decide: (loaded, data, { tenantId }, { now: instant }) => {
    const state = stateOf(loaded, data.sagaId);
    if (state.status !== 'unknown') {
      return state.definition === data.definition && canonicalJson(state.input) === canonicalJson(data.input)
        ? accept()
        : reject({ code: 'saga_exists_with_different_content', saga: data.sagaId });
    }
    return accept(...startSaga(definitions().newest(data.definition), data, { tenantId, now: instant }));
  },
  result: resultOf,
});

/** A command about a saga that must be there; a decision is a draft, or a refusal. */
const sagaCommand =
  <Data extends { readonly sagaId: string }>(
    name: string,
    schema: z.ZodType<Data>,
    decide: (draft: Draft, data: Data, definition: SagaDefinition, facts: SagaFacts) => Draft | SagaRefusal,
  ) =>
  ({ definitions, now, readSaga, desk }: SagaTools): CommandHandler<Data, Placed, Saga, SagaRefusal> => ({
    name,
    schema,
    permission: 'saga:write',
    prepare: async ({ sagaId }, { tenantId }) => {
      const saga = await readSaga({ tenantId, sagaId });
      if (saga.status === 'unknown') return { now: now() };
      return { now: now(), parentId: saga.parentId, parkings: saga.parkings };
    },
    loads: ({ sagaId }, { parentId, parkings }) => ({
      streams: [...streamsOf({ id: sagaId, parentId }), ...deskStreams(desk, sagaId, parkings)],
    }),
    decide: (loaded, data, { tenantId, metadata }, { now: instant, parentId }): Outcome => {
      const saga = stateOf(loaded, data.sagaId);
      if (saga.status === 'unknown') return reject({ code: 'saga_unknown', saga: data.sagaId });
      const definition = definitions().get(saga.definition, saga.version);
      const facts = { tenantId, now: instant };
      const decided = decide({ saga, events: [] }, data, definition, facts);
      if ('code' in decided) return reject(decided);
      // One that began between the look for its parent and now is as good as not there yet: it could not tell its parent of its end.
      return hasEnded(decided.saga) && decided.events.length > 0 && saga.parentId !== parentId
        ? reject({ code: 'saga_unknown', saga: data.sagaId })
        : accept(
            ...(decided.events.length === 0 ? [] : told(decided, { ...facts, desk, before: saga, loaded, metadata })),
          );
    },
    result: resultOf,
  });

/** Data of SignalSaga. */
export interface SignalSaga {
  readonly sagaId: string;
  readonly signal: string;
  /** The same for every telling of one thing: told twice it counts once. */
  readonly signalId: string;
  readonly data: Json;
}

/** Tells a saga of something it may wait for. One that has ended does not mind. */
export const signalSagaHandler = (tools: SagaTools): CommandHandler<SignalSaga, Placed, Saga, SagaRefusal> => ({
  ...signalCommand(tools),
  prepare: async () => ({ now: tools.now() }),
  loads: ({ sagaId }) => ({ streams: streamsOf({ id: sagaId, parentId: undefined }) }),
});

const signalCommand = sagaCommand<SignalSaga>(
  'saga.Signal',
  z.strictObject({ sagaId: z.uuid(), signal: z.string(), signalId: z.string(), data: json }),
  (draft, { sagaId, signal, signalId, data }, definition, facts) => {
    const { saga } = draft;
    if (hasEnded(saga) || saga.signalIds.includes(signalId)) return draft;
    const dueAt = dueAfterSignal(saga, facts.now);
    const told = sagaAggregate.record(sagaId, 'SagaSignalled', { sagaId, signal, signalId, data, dueAt });
    const heard = drafted(draft, facts, told);
    // A child may end by what it hears, and has a parent to tell; its worker does that, so that whoever signals need not know of parents.
    return saga.parentId === undefined ? lookAtOnce(definition, heard, facts) : heard;
  },
);

/** A signal has a step looked at that waits; one that is tried again, or not begun, keeps its time. */
const dueAfterSignal = ({ current }: Saga, now: string): string =>
  current === undefined || current.isWaiting ? now : (current.dueAt ?? now);

/** A step that only waits can go on in the commit that brings what it waits for. */
const lookAtOnce = (definition: SagaDefinition, draft: Draft, facts: SagaFacts): Draft => {
  const { current, status } = draft.saga;
  if (status !== 'running' || current === undefined) return draft;
  if (!('wait' in stepNamed(definition, current.step))) return draft;
  const looked = settleAttempt(definition, draft, { kind: 'look' }, { ...facts, jitter: 0 });
  // Its worker parks it: whoever signals need not know where that is shown.
  return looked.saga.status === 'parked' ? draft : looked;
};

const hasEnded = ({ status }: Saga): boolean => status === 'completed' || status === 'undone';

/** Why a person decided so. */
export const reasonCode = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be a code such as seen_at_bank');
const onlySaga = z.strictObject({ sagaId: z.uuid() });

/** Tries the step of a parked saga again. */
export const retrySagaHandler = sagaCommand<{ readonly sagaId: string }>(
  'saga.Retry',
  onlySaga,
  (draft, { sagaId }, _definition, facts) => {
    const { current, status } = draft.saga;
    if (status !== 'parked' || current === undefined) return { code: 'saga_not_parked', saga: sagaId, status };
    const data = { sagaId, step: current.step, phase: current.phase, dueAt: facts.now };
    return drafted(draft, facts, sagaAggregate.record(sagaId, 'SagaRetried', data));
  },
);

/** Data of ResumeSaga. */
export interface ResumeSaga {
  readonly sagaId: string;
  readonly result: Json;
  /** A code; free text is personal data and stays out. */
  readonly reason: string;
}

/** Goes on as if the step of a parked saga were done (or taken back), because a person has seen that it is. */
export const resumeSagaHandler = sagaCommand<ResumeSaga>(
  'saga.Resume',
  z.strictObject({ sagaId: z.uuid(), result: json, reason: reasonCode }),
  (draft, { sagaId, result, reason }, definition, facts) => {
    const { current, status } = draft.saga;
    if (status !== 'parked' || current === undefined) return { code: 'saga_not_parked', saga: sagaId, status };
    const data = { sagaId, step: current.step, phase: current.phase, result, reason };
    return proceed(definition, drafted(draft, facts, sagaAggregate.record(sagaId, 'SagaResumed', data)), facts);
  },
);

/** Takes back what a saga did, as soon as nothing of it is on its way. */
export const cancelSagaHandler = sagaCommand<{ readonly sagaId: string; readonly reason: string }>(
  'saga.Cancel',
  z.strictObject({ sagaId: z.uuid(), reason: reasonCode }),
  (draft, { sagaId, reason }, definition, facts) => {
    const { saga } = draft;
    if (saga.status === 'undoing' || saga.status === 'undone' || saga.cancelReason !== undefined) return draft;
    if (saga.status === 'completed') return { code: 'saga_ended', saga: sagaId, outcome: saga.status };
    if (isPastReturn(definition, saga)) return { code: 'saga_past_return', saga: sagaId };
    if (saga.status === 'parked' && saga.current?.phase === 'undo') return draft;
    const step = saga.current === undefined ? undefined : stepNamed(definition, saga.current.step);
    const mayBeOnItsWay = step !== undefined && ('run' in step || 'children' in step);
    // An attempt may be on its way, or children; what they do now must not be overtaken by what takes it back.
    return mayBeOnItsWay && saga.status === 'running'
      ? drafted(
          draft,
          facts,
          sagaAggregate.record(sagaId, 'SagaCancelRequested', {
            sagaId,
            reason,
            dueAt: dueAfterCancel(saga, facts.now),
          }),
        )
      : undo(definition, draft, { code: 'cancelled', facts: { reason } }, facts);
  },
);

/** Impatience does not bring the question nearer: a call whose answer was lost a moment ago may not have arrived there yet. */
const dueAfterCancel = ({ current }: Saga, now: string): string =>
  current !== undefined && current.ask > 0 ? (current.dueAt ?? now) : now;

/** Which attempt at which step an outcome belongs to, as the worker knows the saga. */
export interface Attempt {
  readonly saga: Saga;
  readonly definition: SagaDefinition;
  /** By which the worker held the saga when the attempt began. */
  readonly lease: string;
  readonly now: string;
  readonly jitter: number;
}

/**
 * Where the parkings of a saga are kept that a person's decision may end or begin. It may park once more before the decision is its turn, and again
 * because of it.
 */
const deskStreams = (
  desk: ParkingDesk | undefined,
  sagaId: string,
  parkings: number | undefined,
): NonNullable<Needs['streams']> =>
  desk === undefined || parkings === undefined
    ? []
    : [parkings, parkings + 1, parkings + 2]
        .filter((number) => number > 0)
        .map((number) => desk.stream({ sagaId, number }));

/** The stream of the parking that an attempt may come to. */
const nextParking = (desk: ParkingDesk | undefined, { id, parkings }: Saga): NonNullable<Needs['streams']> =>
  desk === undefined ? [] : [{ ...desk.stream({ sagaId: id, number: parkings + 1 }), isNew: true }];

const streamsOf = ({ id, parentId }: Pick<Saga, 'id' | 'parentId'>): NonNullable<Needs['streams']> => [
  { aggregate: sagaAggregate, id },
  ...(parentId === undefined ? [] : [{ aggregate: sagaAggregate, id: parentId }]),
];

/** Whether an outcome still belongs to where the saga is: a worker that slept too long may find that others have gone on. */
const isCurrent = (state: SagaState, { saga }: Attempt, isDone: boolean): state is Saga => {
  const { current } = saga;
  if (state.status !== 'running' && state.status !== 'undoing') return false;
  // A person has decided about it meanwhile, on what was known without this attempt.
  if (state.parkings !== saga.parkings) return false;
  const now = state.current;
  if (now === undefined || now.step !== current?.step || now.phase !== current.phase) return false;
  // That something has happened stays true whoever found out; that it has not may be outdated.
  return isDone || (now.attempt === current.attempt && now.ask === current.ask);
};

/** What telling others of a saga's events takes. */
interface Telling extends Clocked {
  readonly desk: ParkingDesk | undefined;
  readonly before: Saga;
  readonly loaded: Loaded;
  readonly metadata: EventMetadata;
}

/** The events of a draft, with what is said at the desk, and the signal to the parent where the saga has ended. */
const told = (draft: Draft, telling: Telling): readonly NewEvent[] => {
  const { desk, before, loaded, metadata } = telling;
  const said = desk === undefined ? [] : saidAtDesk(desk, before, draft.events, { loaded, actor: metadata.actor });
  return [...draft.events, ...said, ...toldToParent(draft, telling)];
};

const toldToParent = ({ saga }: Draft, { loaded, now }: Telling): readonly NewEvent[] => {
  if (!hasEnded(saga) || saga.parentId === undefined) return [];
  const parent = stateOf(loaded, saga.parentId);
  if (parent.status === 'unknown' || hasEnded(parent) || parent.signalIds.includes(saga.id)) return [];
  const data = {
    sagaId: saga.parentId,
    signal: childSignal(saga.childStep ?? '', saga.childIndex ?? 0),
    signalId: saga.id,
    data: { sagaId: saga.id, outcome: saga.status },
    dueAt: dueAfterSignal(parent, now),
  };
  return [sagaAggregate.record(saga.parentId, 'SagaSignalled', data)];
};

/** Whether a signal or a cancellation came while the attempt was under way, which it could not see. */
const hasHeardMore = ({ signalIds, cancelReason }: Saga, { saga }: Attempt): boolean =>
  signalIds.length > saga.signalIds.length || cancelReason !== saga.cancelReason;

/**
 * Whether an outcome counts only from whoever holds the saga: others may have an attempt of the same number on its way, and would be overtaken by
 * a "no" that was said before it. What has happened has, and a look decides on what is there.
 */
const needsLease = ({ kind }: AttemptOutcome): boolean => kind !== 'done' && kind !== 'look';

/** Records how an attempt ended; nothing when the saga has gone on meanwhile, or is in other hands. */
export const recordAttemptHandler = (
  attempt: Attempt,
  desk?: ParkingDesk,
): CommandHandler<AttemptOutcome, undefined, Saga, never> => ({
  name: 'saga.RecordAttempt',
  schema: undefined as never,
  permission: 'saga:write',
  loads: (outcome) => ({
    streams: [...streamsOf(attempt.saga), ...nextParking(desk, attempt.saga)],
    ...(needsLease(outcome) ? { rows: [{ table: leasesTable, key: attempt.saga.id }] } : {}),
  }),
  decide: (loaded, outcome, { tenantId, metadata }) => {
    const state = stateOf(loaded, attempt.saga.id);
    if (!isCurrent(state, attempt, outcome.kind === 'done')) return accept();
    if (needsLease(outcome) && loaded.row(leasesTable, attempt.saga.id)?.lease !== attempt.lease) return accept();
    const facts = { tenantId, now: attempt.now, jitter: attempt.jitter };
    const heard = hasHeardMore(state, attempt) && outcome.kind === 'again' ? { ...outcome, afterMs: 0 } : outcome;
    const settled = settleAttempt(attempt.definition, { saga: state, events: [] }, heard, facts);
    return accept(...told(settled, { ...facts, desk, before: state, loaded, metadata }));
  },
  result: (loaded) => resultOf(loaded, { sagaId: attempt.saga.id }),
});

/**
 * A step's command, committed together with the record of how it ended: its events and "done" if it is accepted, the failure and what follows if
 * it is refused. The checks before booking see the command by its own name.
 * @param keep what is kept of the command's events as the step's result
 */
export const stepCommandHandler = (
  attempt: Attempt,
  { handler }: StepCommand,
  { keep, desk }: { readonly keep: (events: readonly NewEvent[]) => Json; readonly desk?: ParkingDesk | undefined },
): CommandHandler<unknown, unknown, Saga, never> => ({
  name: handler.name,
  schema: handler.schema,
  permission: handler.permission,
  ...(handler.weight === undefined ? {} : { weight: (data: unknown) => handler.weight?.(data) ?? 1 }),
  ...(handler.prepare === undefined ? {} : { prepare: async (data, context) => handler.prepare?.(data, context) }),
  ...(handler.sealed === undefined ? {} : { sealed: (refs: unknown) => handler.sealed?.(refs) ?? [] }),
  loads: (data, refs, context) => {
    const { rows, streams } = handler.loads(data, refs, context);
    return {
      ...(rows === undefined ? {} : { rows }),
      streams: [...streamsOf(attempt.saga), ...nextParking(desk, attempt.saga), ...(streams ?? [])],
    };
  },
  decide: (loaded, data, facts, refs) => {
    const state = stateOf(loaded, attempt.saga.id);
    if (!isCurrent(state, attempt, false)) return accept();
    const inner = handler.decide(loaded, data, facts, refs);
    const sagaFacts = { tenantId: facts.tenantId, now: attempt.now, jitter: attempt.jitter };
    const draft: Draft = { saga: state, events: inner.accepted ? inner.events : [] };
    const outcome: AttemptOutcome = inner.accepted
      ? { kind: 'done', result: keep(inner.events) }
      : { kind: 'refused', ...refusalAsJson(inner.rejection) };
    const settled = settleAttempt(attempt.definition, draft, outcome, sagaFacts);
    return accept(...told(settled, { ...sagaFacts, desk, before: state, loaded, metadata: facts.metadata }));
  },
  result: (loaded) => resultOf(loaded, { sagaId: attempt.saga.id }),
});

/** A refusal as the saga keeps it: amounts as strings of digits. */
export const refusalAsJson = ({
  code,
  ...facts
}: Refusal): { readonly code: string; readonly facts: Readonly<Record<string, Json>> } => ({
  code,
  facts: JSON.parse(
    JSON.stringify(facts, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part)),
  ) as Record<string, Json>,
});

/** The commands that people and neighbours give. */
export const createSagaHandlers = (tools: SagaTools) => ({
  start: startSagaHandler(tools),
  signal: signalSagaHandler(tools),
  retry: retrySagaHandler(tools),
  resume: resumeSagaHandler(tools),
  cancel: cancelSagaHandler(tools),
});

export type SagaHandlers = ReturnType<typeof createSagaHandlers>;
