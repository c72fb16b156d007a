import { fold } from '../event-store/aggregate.ts';
import type { LoggedEvent } from '../event-store/event.ts';
import type { Services } from '../services.ts';
import type { Json, SagaCatalogue } from './definition.ts';
import { isPastReturn } from './proceed.ts';
import type { SagaAddress } from './queue.ts';
import { readSagaHistory, redacted } from './reads.ts';
import { type Saga, type SagaState, sagaAggregate } from './saga.ts';

/** One thing that happened to a saga. */
export interface SagaHappening {
  readonly eventId: string;
  readonly type: string;
  readonly at: string;
  readonly actor: string;
  readonly [member: string]: Json;
}

/** A saga with everything a person needs to decide about it. */
export interface SagaStory {
  readonly saga: Saga;
  readonly input: Json;
  readonly results: Readonly<Record<string, Json>>;
  readonly canBeCancelled: boolean;
  readonly history: readonly SagaHappening[];
}

/** The whole story of a saga, secrets blacked out; undefined where there is none. */
export const sagaStory = async (
  services: Pick<Services, 'readPool' | 'catalogue'>,
  definitions: SagaCatalogue,
  address: SagaAddress,
): Promise<SagaStory | undefined> => {
  const events = await readSagaHistory(services, address);
  let saga: SagaState = sagaAggregate.initial;
  for (const event of events) saga = fold(sagaAggregate, saga, event);
  if (saga.status === 'unknown') return undefined;
  const definition = definitions.find(saga.definition, saga.version);
  // What this release does not know may hold secrets it does not know of either.
  const shown = (value: Json): Json =>
    definition === undefined ? '[redacted]' : redacted(value, definition.secrets ?? []);
  const isOver = saga.status === 'completed' || saga.status === 'undone' || saga.status === 'undoing';
  const isTakenBack = saga.current?.phase === 'undo';
  return {
    saga,
    input: shown(saga.input),
    results: Object.fromEntries(Object.entries(saga.results).map(([step, result]) => [step, shown(result)])),
    canBeCancelled: !isOver && !isTakenBack && definition !== undefined && !isPastReturn(definition, saga),
    history: events.map((event) => happening(event, shown)),
  };
};

const texts: ReadonlySet<string> = new Set(['input', 'intent', 'result', 'carry', 'data']);

const happening = (
  { id, type, bookedAt, metadata, data }: LoggedEvent,
  shown: (value: Json) => Json,
): SagaHappening => {
  const { sagaId: _own, ...members } = data as Readonly<Record<string, Json>>;
  const written = Object.entries(members).map(
    ([name, value]) => [name, texts.has(name) ? shown(value) : value] as const,
  );
  return { ...Object.fromEntries(written), eventId: id, type, at: bookedAt, actor: metadata.actor };
};
