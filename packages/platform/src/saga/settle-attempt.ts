import {
  type Json,
  type RetryPolicy,
  retryDefault,
  type SagaDefinition,
  type SagaFailure,
  type SagaStep,
  type StepOutcome,
} from './definition.ts';
import {
  awaitChildren,
  awaitSignal,
  cancelled,
  type Draft,
  drafted,
  finish,
  isPastReturn,
  park,
  proceed,
  type SagaFacts,
  soFar,
  stepNamed,
  undo,
} from './proceed.ts';
import { type CurrentStep, type Saga, sagaAggregate } from './saga.ts';

/** How an attempt at a step ended, for the record. */
export type AttemptOutcome =
  | StepOutcome
  /** The request may have arrived. */
  | { readonly kind: 'unknown' }
  /** The world failed, and nothing came of the attempt. `internal_error` is a fault of ours, which is never answered by taking money back. */
  | { readonly kind: 'fault'; readonly code: string }
  /** The step's own command was refused. */
  | { readonly kind: 'refused'; readonly code: string; readonly facts: Readonly<Record<string, Json>> }
  /** Whatever it waits for may have come. */
  | { readonly kind: 'look' }
  /** Its deadline passed while it was under way. */
  | { readonly kind: 'late'; readonly deadline: string }
  /** Nothing is on its way, and somebody asked for the saga to be taken back. */
  | { readonly kind: 'cancelled' };

/** What deciding on an attempt needs besides the outcome. */
export interface AttemptFacts extends SagaFacts {
  /** From 0 up to 1: spreads retries. */
  readonly jitter: number;
}

/** Records how an attempt at the current step ended, and what follows. Pure. */
export const settleAttempt = (
  definition: SagaDefinition,
  draft: Draft,
  outcome: AttemptOutcome,
  facts: AttemptFacts,
): Draft => {
  const { saga } = draft;
  const { current } = saga;
  if (current === undefined) throw new Error(`Saga ${saga.id} is at no step.`);
  const { step, phase } = current;
  const settling: Settling = { definition, draft, current, step: stepNamed(definition, step), facts };
  switch (outcome.kind) {
    case 'done':
      return phase === 'do'
        ? finish(definition, draft, { step, result: outcome.result ?? null }, facts)
        : takenBack(settling);
    case 'again':
      return lookAgain(settling, outcome);
    case 'unknown':
      return unknown(settling);
    case 'look':
      return look(settling);
    case 'fault':
      return tryAgain(settling, outcome.code);
    case 'refused':
      return isPassing(settling.step, outcome.code) ? tryAgain(settling, outcome.code) : declined(settling, outcome);
    case 'declined':
      return declined(settling, outcome);
    case 'late': {
      const failure = { step, code: 'deadline_passed', facts: { deadline: outcome.deadline } };
      return phase === 'do' ? undo(definition, draft, failure, facts) : park(draft, failure, facts);
    }
    case 'cancelled':
      return undo(definition, draft, cancelled(saga), facts);
  }
};

interface Settling {
  readonly definition: SagaDefinition;
  readonly draft: Draft;
  readonly current: CurrentStep;
  readonly step: SagaStep<unknown>;
  readonly facts: AttemptFacts;
}

const isPassing = (step: SagaStep<unknown>, code: string): boolean =>
  'command' in step && step.passing?.includes(code) === true;

const look = ({ definition, draft, step, facts }: Settling): Draft => {
  if ('wait' in step) return awaitSignal(definition, draft, step, facts);
  if ('children' in step) return awaitChildren(definition, draft, step.name, facts);
  throw new Error(`Step ${step.name} waits for nothing.`);
};

const takenBack = ({ definition, draft, current: { step }, facts }: Settling): Draft => {
  const sagaId = draft.saga.id;
  const undone = drafted(draft, facts, sagaAggregate.record(sagaId, 'SagaStepUndone', { sagaId, step }));
  return proceed(definition, undone, facts);
};

const lookAgain = (
  { definition, draft, current, step, facts }: Settling,
  { afterMs, carry }: { readonly afterMs: number; readonly carry?: Json },
): Draft => {
  const { saga } = draft;
  const wanted = later(facts.now, afterMs);
  const deadline =
    current.phase === 'do' && 'run' in step ? step.deadline?.(soFar(definition, saga, facts)) : undefined;
  const dueAt = deadline !== undefined && deadline < wanted && deadline > facts.now ? deadline : wanted;
  const data = { sagaId: saga.id, step: current.step, phase: current.phase, dueAt };
  return drafted(
    draft,
    facts,
    sagaAggregate.record(saga.id, 'SagaStepWaiting', { ...data, ...(carry === undefined ? {} : { carry }) }),
  );
};

const unknown = ({ draft, current: { step, phase, ask }, step: definition, facts }: Settling): Draft => {
  const policy = definition.retry ?? retryDefault;
  if (ask >= policy.attempts) return park(draft, { step, code: 'outcome_unknown', facts: { asked: ask } }, facts);
  const askAt = later(facts.now, waitMs(policy, ask + 1, facts.jitter));
  const sagaId = draft.saga.id;
  const data = { sagaId, step, phase, ask: ask + 1, askAt };
  return drafted(draft, facts, sagaAggregate.record(sagaId, 'SagaStepOutcomeUnknown', data));
};

const tryAgain = (settling: Settling, code: string): Draft => {
  const { definition, draft, current, step: declaration, facts } = settling;
  const { step, phase, attempt } = current;
  const policy = declaration.retry ?? retryDefault;
  const sagaId = draft.saga.id;
  // Nothing came of the attempt, and nobody wants another.
  if (phase === 'do' && draft.saga.cancelReason !== undefined && !isPastReturn(definition, draft.saga))
    return undo(definition, draft, cancelled(draft.saga), facts);
  if (attempt >= policy.attempts) {
    const failure: SagaFailure = { step, code: 'attempts_exhausted', facts: { attempts: attempt, lastCode: code } };
    // Our own mistakes are mended by people; taking money back because of one could be the next.
    return phase === 'undo' || code === 'internal_error' || isPastReturn(definition, draft.saga)
      ? park(draft, failure, facts)
      : undo(definition, draft, failure, facts);
  }
  const retryAt = later(facts.now, waitMs(policy, attempt, facts.jitter));
  return drafted(
    draft,
    facts,
    sagaAggregate.record(sagaId, 'SagaStepFailed', { sagaId, step, phase, attempt, code, retryAt }),
  );
};

const declined = (
  { definition, draft, current: { step, phase }, facts }: Settling,
  { code, facts: numbers }: { readonly code: string; readonly facts?: Readonly<Record<string, Json>> },
): Draft => {
  const failure = { step, code, ...(numbers === undefined ? {} : { facts: numbers }) };
  return phase === 'do' ? undo(definition, draft, failure, facts, true) : park(draft, failure, facts);
};

/** Half of the wait is fixed, half is spread, so that a crowd that failed together does not come back together. */
const waitMs = ({ firstMs, factor, waitMaxMs }: RetryPolicy, attempt: number, jitter: number): number =>
  Math.round(Math.min(firstMs * factor ** (attempt - 1), waitMaxMs) * (0.5 + jitter / 2));

const later = (now: string, ms: number): string => new Date(Date.parse(now) + ms).toISOString();

/** How a saga that is at a step is worked on next. */
export type Work =
  | { readonly kind: 'run' | 'ask' | 'command' | 'children' }
  | { readonly kind: 'settle'; readonly outcome: AttemptOutcome };

/**
 * What a worker does with a saga whose time has come.
 * @param isFresh the worker itself has just recorded the intent, so nobody can have acted on it
 */
export const workOn = (
  definition: SagaDefinition,
  saga: Saga,
  facts: SagaFacts,
  isFresh: boolean,
): Work | undefined => {
  const { current, status } = saga;
  if (current === undefined || (status !== 'running' && status !== 'undoing')) return undefined;
  if (current.dueAt === undefined || current.dueAt > facts.now) return undefined;
  const step = stepNamed(definition, current.step);
  if (current.phase === 'undo') return { kind: step.undo?.run === undefined ? 'command' : 'run' };
  if ('command' in step) return { kind: 'command' };
  if ('wait' in step) return { kind: 'settle', outcome: { kind: 'look' } };
  if ('children' in step) return { kind: 'children' };
  // Somebody may have acted on the intent and died; asking costs little, repeating blindly may cost twice.
  const mayHaveHappened = current.ask > 0 || (!isFresh && !current.isWaiting);
  if (mayHaveHappened && step.ask !== undefined) return { kind: 'ask' };
  return untried(definition, saga, facts);
};

/** The same for an outside step of which it is known that no attempt is on its way. */
export const untried = (definition: SagaDefinition, saga: Saga, facts: SagaFacts): Work => {
  const step = stepNamed(definition, saga.current?.step ?? '');
  if (saga.cancelReason !== undefined && !isPastReturn(definition, saga))
    return { kind: 'settle', outcome: { kind: 'cancelled' } };
  const deadline =
    saga.current?.isWaiting === true && 'run' in step ? step.deadline?.(soFar(definition, saga, facts)) : undefined;
  return deadline !== undefined && deadline <= facts.now
    ? { kind: 'settle', outcome: { kind: 'late', deadline } }
    : { kind: 'run' };
};
