import { unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '../event-store/aggregate.ts';
import type { EventMetadata, EventOf } from '../event-store/event.ts';
import type { Json, SagaFailure } from './definition.ts';
import { sagaEvents } from './events.ts';

/** The step a saga is at. */
export interface CurrentStep {
  readonly step: string;
  readonly phase: 'do' | 'undo';
  readonly intent: Json;
  readonly key: string;
  /** The attempt that is next or under way, from 1. */
  readonly attempt: number;
  /** How often it was asked about since its outcome became unknown; 0 while it is known. */
  readonly ask: number;
  readonly carry: Json;
  /** When it is looked at next; undefined waits for a signal. */
  readonly dueAt: string | undefined;
  /** It was begun and is looked at again: an answer to `again`, a timer, a signal. */
  readonly isWaiting: boolean;
}

/** A saga that has begun. */
export interface Saga {
  readonly status: 'running' | 'undoing' | 'parked' | 'completed' | 'undone';
  readonly id: string;
  readonly definition: string;
  readonly version: number;
  readonly input: Json;
  readonly subject?: string | undefined;
  readonly parentId?: string | undefined;
  readonly childStep?: string | undefined;
  readonly childIndex?: number | undefined;
  readonly startedAt: string;
  /** Who started it, for the envelopes of what it leads to. */
  readonly startedBy: EventMetadata;
  readonly results: Readonly<Record<string, Json>>;
  readonly signals: Readonly<Record<string, Json>>;
  readonly signalIds: readonly string[];
  /** Steps that are done or were skipped, in order. */
  readonly settled: readonly string[];
  /** Steps that may have left something behind, in order. */
  readonly touched: readonly string[];
  readonly current: CurrentStep | undefined;
  /** Why it is being undone, or was. */
  readonly failure: SagaFailure | undefined;
  /** How often it has stood still for a person to decide. */
  readonly parkings: number;
  /** Why it stands still. */
  readonly parked: SagaFailure | undefined;
  /** The reason somebody gave who wants it taken back. */
  readonly cancelReason: string | undefined;
}

export type SagaState = { readonly status: 'unknown' } | Saga;
/** An event of a saga, with its data typed. */
export type SagaEvent = EventOf<(typeof sagaEvents)[number]>;

const evolve = (state: SagaState, event: Recorded<SagaEvent>): SagaState => {
  if (event.type === 'SagaStarted') {
    return {
      ...fresh,
      ...event.data,
      id: event.data.sagaId,
      startedAt: event.meta.bookedAt,
      startedBy: event.meta.metadata,
    };
  }
  if (state.status === 'unknown') throw new Error(`${event.type} on a saga that never began.`);
  return happened(state, event);
};

const fresh = {
  status: 'running',
  results: {},
  signals: {},
  signalIds: [],
  settled: [],
  touched: [],
  current: undefined,
  failure: undefined,
  parkings: 0,
  parked: undefined,
  cancelReason: undefined,
} as const satisfies Partial<Saga>;

const happened = (saga: Saga, event: Exclude<Recorded<SagaEvent>, { readonly type: 'SagaStarted' }>): Saga => {
  switch (event.type) {
    case 'SagaStepIntended':
      return intended(saga, event);
    case 'SagaStepDone':
      return done(saga, event.data);
    case 'SagaStepWaiting': {
      const { dueAt, carry } = event.data;
      return at(saga, { dueAt, isWaiting: true, ask: 0, ...(carry === undefined ? {} : { carry }) });
    }
    case 'SagaStepFailed':
      return at(saga, { attempt: event.data.attempt + 1, dueAt: event.data.retryAt, ask: 0 });
    case 'SagaStepOutcomeUnknown':
      return at(saga, { ask: event.data.ask, dueAt: event.data.askAt });
    case 'SagaUndoing': {
      const { failure, hasNotHappened } = event.data;
      const touched = hasNotHappened === true ? without(saga.touched, saga.current?.step) : saga.touched;
      return { ...saga, status: 'undoing', failure, touched, current: undefined };
    }
    case 'SagaStepUndone':
      return undone(saga, event.data.step);
    case 'SagaParked':
      return { ...saga, status: 'parked', parkings: saga.parkings + 1, parked: event.data.failure };
    case 'SagaRetried':
      return {
        // All attempts and questions anew, but what was not known still is not.
        ...at(saga, {
          attempt: 1,
          ask: Math.min(saga.current?.ask ?? 0, 1),
          dueAt: event.data.dueAt,
          isWaiting: false,
        }),
        status: moving(event.data.phase),
        parked: undefined,
      };
    case 'SagaResumed': {
      const decided = event.data.phase === 'do' ? done(saga, event.data) : undone(saga, event.data.step);
      return { ...decided, status: moving(event.data.phase), parked: undefined };
    }
    case 'SagaSignalled': {
      const { signal, signalId, data, dueAt } = event.data;
      const known = { signals: { ...saga.signals, [signal]: data }, signalIds: [...saga.signalIds, signalId] };
      return { ...(saga.current?.isWaiting === true ? at(saga, { dueAt }) : saga), ...known };
    }
    case 'SagaCancelRequested':
      return { ...at(saga, { dueAt: event.data.dueAt }), cancelReason: event.data.reason };
    case 'SagaEnded':
      return { ...saga, status: event.data.outcome, current: undefined, failure: event.data.failure };
    default:
      return unreachable(event);
  }
};

const intended = (saga: Saga, { data }: Extract<Recorded<SagaEvent>, { readonly type: 'SagaStepIntended' }>): Saga => {
  const { step, phase, intent, key, dueAt } = data;
  const current: CurrentStep = { step, phase, intent, key, attempt: 1, ask: 0, carry: null, dueAt, isWaiting: false };
  return { ...saga, current, touched: phase === 'do' ? [...saga.touched, step] : saga.touched };
};

const done = (
  saga: Saga,
  { step, result, isSkipped }: { readonly step: string; readonly result: Json; readonly isSkipped?: true | undefined },
): Saga => ({
  ...saga,
  current: undefined,
  settled: [...saga.settled, step],
  results: isSkipped === true ? saga.results : { ...saga.results, [step]: result },
});

const undone = (saga: Saga, step: string): Saga => ({
  ...saga,
  current: undefined,
  touched: without(saga.touched, step),
});

const at = (saga: Saga, change: Partial<CurrentStep>): Saga =>
  saga.current === undefined ? saga : { ...saga, current: { ...saga.current, ...change } };

const without = (steps: readonly string[], step: string | undefined): readonly string[] =>
  steps.filter((one) => one !== step);

/** What a saga does in a phase. */
export const moving = (phase: CurrentStep['phase']): 'running' | 'undoing' => (phase === 'do' ? 'running' : 'undoing');

/** One stream per saga for its whole life. */
export const sagaAggregate: Aggregate<SagaState, SagaEvent> = defineAggregate({
  context: 'saga',
  name: 'saga',
  initial: { status: 'unknown' } as SagaState,
  events: sagaEvents,
  evolve,
});
