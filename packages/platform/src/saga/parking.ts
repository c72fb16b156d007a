import type { Loaded, StreamNeed } from '../command/handler.ts';
import type { NewEvent } from '../event-store/event.ts';
import type { SagaFailure } from './definition.ts';
import type { Saga, SagaEvent } from './saga.ts';

/** Which standing still of which saga: one that is tried again may park again. */
export interface ParkingId {
  readonly sagaId: string;
  /** Counts from 1. */
  readonly number: number;
}

/** A saga that stands still, as a person is told of it. */
export interface Parking extends ParkingId {
  readonly definition: string;
  /** The thing it is about. */
  readonly subject: string | undefined;
  readonly step: string;
  readonly phase: 'do' | 'undo';
  /** Why. */
  readonly failure: SagaFailure;
}

/** How a person had it go on. */
export type ParkingDecision = 'retried' | 'resumed' | 'cancelled';

/**
 * Where people find what they have to decide about. Its events are committed with the saga's own, so that no saga parks unseen and nothing is shown
 * that goes on already. Pure; the context that keeps the queue declares it, and the composition puts it in.
 */
export interface ParkingDesk {
  /** The stream a parking is kept on. */
  stream(parking: ParkingId): StreamNeed;
  parked(parking: Parking): readonly NewEvent[];
  /** @param loaded holds the parking's stream */
  left(loaded: Loaded, parking: ParkingId, how: ParkingDecision, actor: string): readonly NewEvent[];
}

const decisions: Readonly<Record<string, ParkingDecision>> = {
  SagaRetried: 'retried',
  SagaResumed: 'resumed',
  SagaUndoing: 'cancelled',
};

/**
 * What is said at the desk of what a saga's new events say.
 * @param before the saga without them
 */
export const saidAtDesk = (
  desk: ParkingDesk,
  before: Saga,
  events: readonly NewEvent[],
  { loaded, actor }: { readonly loaded: Loaded; readonly actor: string },
): readonly NewEvent[] => {
  const { id: sagaId, definition, subject } = before;
  let number = before.parkings;
  let isParked = before.status === 'parked';
  const said: NewEvent[] = [];
  for (const event of events as readonly (NewEvent & SagaEvent)[]) {
    const how = decisions[event.type];
    if (event.type === 'SagaParked') {
      number += 1;
      isParked = true;
      const { step, phase, failure } = event.data;
      said.push(...desk.parked({ sagaId, number, definition, subject, step, phase, failure }));
    } else if (how !== undefined && isParked) {
      isParked = false;
      said.push(...desk.left(loaded, { sagaId, number }, how, actor));
    }
  }
  return said;
};
