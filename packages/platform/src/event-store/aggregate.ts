import {
  type EventData,
  type EventDefinition,
  type EventOf,
  type NewEvent,
  type RecordedEvent,
  UnknownEvent,
} from './event.ts';

/** What an aggregate's `evolve` sees: the event with its data typed, and where and when it was recorded. */
export type Recorded<Event> = Event & { readonly meta: RecordedEvent };

/** A kind of stream with the fold that gives its state. One stream per thing, named `name:id`. */
export interface Aggregate<
  State,
  Event extends { readonly type: string; readonly data: EventData } = {
    readonly type: string;
    readonly data: EventData;
  },
> {
  readonly context: string;
  readonly name: string;
  readonly initial: State;
  readonly events: readonly EventDefinition[];
  /** Pure and total over the aggregate's own events; an unknown one throws. */
  evolve(state: State, event: Recorded<Event>): State;
  /** Keep a snapshot whenever another so many events have come; the state must survive canonical JSON through the codec. */
  readonly snapshot?: { readonly every: number; readonly stateVersion: number; decode(stored: unknown): State };
  /** Its streams rarely get another event, so that remembering them would be for nothing. */
  readonly isWrittenOnce?: boolean;
  /** The stream of one id. */
  stream(id: string): string;
  /** A new event on the stream of one id. */
  record<Type extends Event['type']>(
    id: string,
    type: Type,
    data: Extract<Event, { readonly type: Type }>['data'],
  ): NewEvent;
}

/** Declares an aggregate. Its events are given as definitions, so that stream, type and schema version of a new event come from one place. */
export const defineAggregate = <State, const Definitions extends readonly EventDefinition[]>(declaration: {
  readonly context: string;
  readonly name: string;
  readonly initial: State;
  readonly events: Definitions;
  readonly evolve: (state: State, event: Recorded<EventOf<Definitions[number]>>) => State;
  readonly snapshot?: { readonly every: number; readonly stateVersion: number; decode(stored: unknown): State };
  readonly isWrittenOnce?: boolean;
}): Aggregate<State, EventOf<Definitions[number]>> => {
  const versions = new Map(declaration.events.map((definition) => [definition.type, definition.schemaVersion]));
  const { context, name } = declaration;
  return {
    ...(declaration as object),
    context,
    name,
    initial: declaration.initial,
    events: declaration.events,
    evolve: declaration.evolve,
    stream: (id) => `${name}:${id}`,
    record: (id, type, data) => {
      const schemaVersion = versions.get(type);
      if (schemaVersion === undefined) throw new UnknownEvent(`${type} is not an event of ${context}/${name}.`);
      return { context, stream: `${name}:${id}`, type, schemaVersion, data };
    },
  } as Aggregate<State, EventOf<Definitions[number]>>;
};

/** Folds one recorded event into a state; the one place where the untyped log meets the typed fold. */
export const fold = <State>(aggregate: Aggregate<State, never>, state: State, event: RecordedEvent): State =>
  aggregate.evolve(state, { type: event.type, data: event.data, meta: event } as never);
