import { derivedUuid } from '@finaegis/kernel/id';
import { fold } from '../event-store/aggregate.ts';
import type { NewEvent, RecordedEvent } from '../event-store/event.ts';
import type { Json, SagaDefinition, SagaFailure, SagaSoFar, SagaStep, WaitStep } from './definition.ts';
import { type Saga, type SagaState, sagaAggregate } from './saga.ts';

/** What a pure step of a saga may know of the world. */
export interface SagaFacts {
  readonly tenantId: string;
  /** The runtime's clock: ISO text with milliseconds. */
  readonly now: string;
}

/** A saga while it is being decided about: its state, and the events that led there. */
export interface Draft {
  readonly saga: Saga;
  readonly events: readonly NewEvent[];
}

/** Adds events to a draft, folding each. */
export const drafted = ({ saga, events }: Draft, facts: SagaFacts, ...more: readonly NewEvent[]): Draft => ({
  saga: more.reduce((state, event) => folded(state, event, facts), saga),
  events: [...events, ...more],
});

/** The state an event leaves, before it is recorded. */
export const folded = (state: SagaState, event: NewEvent, { now }: SagaFacts): Saga =>
  fold(sagaAggregate, state, { ...event, bookedAt: now } as RecordedEvent) as Saga;

/** The id of a child, so that starting it twice starts it once. */
export const childSagaId = (sagaId: string, step: string, index: number): string =>
  derivedUuid('saga-child', sagaId, step, String(index));

/** The key of a step: idempotency key and reference of all its attempts. */
export const stepKey = (sagaId: string, step: string, phase: 'do' | 'undo'): string =>
  derivedUuid('saga-step', sagaId, step, phase);

/** The view of a saga that its own functions are given. */
export const soFar = (definition: SagaDefinition, saga: Saga, { tenantId, now }: SagaFacts): SagaSoFar => ({
  id: saga.id,
  tenantId,
  input: inputOf(definition, saga.input),
  results: saga.results,
  signals: saga.signals,
  startedAt: saga.startedAt,
  now,
  failure: saga.failure,
});

/** Inputs as their definitions read them: a saga is looked at several times a step, and its recorded input is one object as long as it is remembered. */
const readInputs = new WeakMap<object, { readonly definition: SagaDefinition; readonly input: unknown }>();

const inputOf = (definition: SagaDefinition, recorded: Json): unknown => {
  if (recorded === null || typeof recorded !== 'object') return definition.input.parse(recorded);
  const known = readInputs.get(recorded);
  if (known?.definition === definition) return known.input;
  const input = definition.input.parse(recorded);
  readInputs.set(recorded, { definition, input });
  return input;
};

/** A step by its name. A step that was there when the saga got to it and is gone is a change without a new version. */
export const stepNamed = ({ name, version, steps }: SagaDefinition, step: string): SagaStep<unknown> => {
  const found = steps.find((one) => one.name === step);
  if (found === undefined) throw new Error(`Saga ${name} version ${version} has no step ${step}.`);
  return found;
};

/** Whether a step that cannot be taken back is done. */
export const isPastReturn = ({ steps }: SagaDefinition, { settled, results }: Saga): boolean =>
  steps.some((step) => step.isPointOfNoReturn === true && settled.includes(step.name) && step.name in results);

/** Goes on to the next step that has something to do, or to the end. The saga is at no step when this is asked. */
export const proceed = (definition: SagaDefinition, draft: Draft, facts: SagaFacts): Draft => {
  if (draft.saga.status === 'undoing') return takeBack(definition, draft, facts);
  const { saga } = draft;
  const next = definition.steps.find(({ name }) => !saga.settled.includes(name));
  if (next === undefined) return end(draft, facts, 'completed', undefined);

  const begun = begin(next, soFar(definition, saga, facts));
  if (begun === undefined) {
    const skipped = sagaAggregate.record(saga.id, 'SagaStepDone', {
      sagaId: saga.id,
      step: next.name,
      result: null,
      isSkipped: true,
    });
    return proceed(definition, drafted(draft, facts, skipped), facts);
  }
  const intended = drafted(
    draft,
    facts,
    sagaAggregate.record(saga.id, 'SagaStepIntended', {
      sagaId: saga.id,
      step: next.name,
      phase: 'do',
      intent: begun.intent,
      key: stepKey(saga.id, next.name, 'do'),
      dueAt: facts.now,
    }),
  );
  return 'wait' in next ? awaitSignal(definition, intended, next, facts) : intended;
};

const begin = (step: SagaStep<unknown>, saga: SagaSoFar): { readonly intent: Json } | undefined => {
  if ('run' in step) {
    const intent = step.intend === undefined ? null : step.intend(saga);
    return intent === undefined ? undefined : { intent };
  }
  if ('command' in step) {
    const command = step.command(saga);
    return command === undefined ? undefined : { intent: { command: command.handler.name } };
  }
  if ('children' in step) {
    const children = step.children(saga);
    return children.length === 0
      ? undefined
      : { intent: children.map(({ definition, input }) => ({ definition, input })) };
  }
  return step.wait.isWanted?.(saga) === false ? undefined : { intent: { signals: [...(step.wait.signals ?? [])] } };
};

/** Waits, unless what is waited for has come already. */
export const awaitSignal = (
  definition: SagaDefinition,
  draft: Draft,
  { name, wait }: WaitStep<unknown>,
  facts: SagaFacts,
): Draft => {
  const { saga } = draft;
  const signal = wait.signals?.find((one) => one in saga.signals);
  if (signal !== undefined) {
    const result = { signal, data: saga.signals[signal] ?? null };
    return finish(definition, draft, { step: name, result }, facts);
  }
  const until = wait.until?.(soFar(definition, saga, facts));
  if (until !== undefined && until <= facts.now) {
    return wait.atEnd === 'fail'
      ? undo(definition, draft, { step: name, code: 'deadline_passed', facts: { until } }, facts)
      : finish(definition, draft, { step: name, result: { signal: null, data: null } }, facts);
  }
  if (saga.current?.isWaiting === true && saga.current.dueAt === until) return draft;
  return drafted(
    draft,
    facts,
    sagaAggregate.record(saga.id, 'SagaStepWaiting', {
      sagaId: saga.id,
      step: name,
      phase: 'do',
      ...(until === undefined ? {} : { dueAt: until }),
    }),
  );
};

/** The failure of a saga that somebody had cancelled. */
export const cancelled = ({ cancelReason }: Saga): SagaFailure => ({
  code: 'cancelled',
  facts: { reason: cancelReason ?? null },
});

/** The signal a child gives its parent at its end. */
export const childSignal = (step: string, index: number): string => `child:${step}:${index}`;

/** Waits until every child has ended. */
export const awaitChildren = (definition: SagaDefinition, draft: Draft, step: string, facts: SagaFacts): Draft => {
  const { saga } = draft;
  const intent = saga.current?.intent;
  const count = Array.isArray(intent) ? intent.length : 0;
  const ends = Array.from({ length: count }, (_, index) => saga.signals[childSignal(step, index)]);
  if (ends.some((end) => end === undefined)) {
    if (saga.current?.isWaiting === true && saga.current.dueAt === undefined) return draft;
    const data = { sagaId: saga.id, step, phase: 'do' } as const;
    return drafted(draft, facts, sagaAggregate.record(saga.id, 'SagaStepWaiting', data));
  }
  const failed = ends.filter((end) => (end as { readonly outcome?: Json }).outcome !== 'completed').length;
  return failed === 0
    ? finish(definition, draft, { step, result: ends as Json[] }, facts)
    : undo(definition, draft, { step, code: 'child_failed', facts: { failed, of: count } }, facts);
};

/** Records a step as done and goes on. */
export const finish = (
  definition: SagaDefinition,
  draft: Draft,
  { step, result }: { readonly step: string; readonly result: Json },
  facts: SagaFacts,
): Draft => {
  const sagaId = draft.saga.id;
  const done = drafted(draft, facts, sagaAggregate.record(sagaId, 'SagaStepDone', { sagaId, step, result }));
  // A cancellation that came while the step was on its way counts now that it is known what there is to take back.
  return done.saga.cancelReason !== undefined && !isPastReturn(definition, done.saga)
    ? undo(definition, done, cancelled(done.saga), facts)
    : proceed(definition, done, facts);
};

/** Begins to take back what was done, or parks where nothing can be taken back any more. */
export const undo = (
  definition: SagaDefinition,
  draft: Draft,
  failure: SagaFailure,
  facts: SagaFacts,
  hasNotHappened = false,
): Draft => {
  if (isPastReturn(definition, draft.saga)) return park(draft, failure, facts);
  const sagaId = draft.saga.id;
  const undoing = sagaAggregate.record(sagaId, 'SagaUndoing', {
    sagaId,
    failure,
    ...(hasNotHappened ? { hasNotHappened } : {}),
  });
  return takeBack(definition, drafted(draft, facts, undoing), facts);
};

/** Goes on with the last step that may have left something behind. */
const takeBack = (definition: SagaDefinition, draft: Draft, facts: SagaFacts): Draft => {
  const { saga } = draft;
  const sagaId = saga.id;
  const step = saga.touched.at(-1);
  if (step === undefined) return end(draft, facts, 'undone', saga.failure);
  const { undo: way } = stepNamed(definition, step);
  const command = way?.command?.(soFar(definition, saga, facts));
  if (way === undefined || (way.run === undefined && command === undefined)) {
    const skipped = sagaAggregate.record(sagaId, 'SagaStepUndone', { sagaId, step, isSkipped: true });
    return takeBack(definition, drafted(draft, facts, skipped), facts);
  }
  const intent = command === undefined ? (saga.results[step] ?? null) : { command: command.handler.name };
  const key = stepKey(sagaId, step, 'undo');
  const data = { sagaId, step, phase: 'undo', intent, key, dueAt: facts.now } as const;
  return drafted(draft, facts, sagaAggregate.record(sagaId, 'SagaStepIntended', data));
};

/** Stops until a person decides. */
export const park = (draft: Draft, failure: SagaFailure, facts: SagaFacts): Draft => {
  const { id: sagaId, current } = draft.saga;
  const step = failure.step ?? current?.step ?? '';
  const phase = current?.phase ?? 'do';
  return drafted(draft, facts, sagaAggregate.record(sagaId, 'SagaParked', { sagaId, step, phase, failure }));
};

const end = (
  draft: Draft,
  facts: SagaFacts,
  outcome: 'completed' | 'undone',
  failure: SagaFailure | undefined,
): Draft => {
  const sagaId = draft.saga.id;
  const data = { sagaId, outcome, ...(failure === undefined ? {} : { failure }) };
  return drafted(draft, facts, sagaAggregate.record(sagaId, 'SagaEnded', data));
};
