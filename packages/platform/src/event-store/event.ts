import type { z } from 'zod';

/** Anything JSON can say, with bigint for amounts (written as a string of decimal digits). */
export type EventData = Readonly<Record<string, unknown>>;

/**
 * One kind of event. The type is a literal that stays for ever and is unique across the bank; the schema reads stored JSON back into the
 * data that deciders speak (a bigint from its digits, for example), so that one schema serves both directions.
 */
export interface EventDefinition<Type extends string = string, Data extends EventData = EventData> {
  readonly type: Type;
  /** Version of the data's shape; a higher one needs an upcast from each version before it. */
  readonly schemaVersion: number;
  readonly schema: z.ZodType<Data>;
  /** `upcasts[n]` turns stored data of version n into data of version n + 1. */
  readonly upcasts?: Readonly<Record<number, (data: EventData) => EventData>>;
}

/** Data as its definition's schema gives it back, with the type beside it: what `evolve` switches on. */
export type EventOf<Definition> =
  Definition extends EventDefinition<infer Type, infer Data> ? { readonly type: Type; readonly data: Data } : never;

/** Declares an event; the schema's output is the type deciders and folds work with. */
export const defineEvent = <const Type extends string, Schema extends z.ZodType<EventData>>(definition: {
  readonly type: Type;
  readonly schemaVersion: number;
  readonly schema: Schema;
  readonly upcasts?: Readonly<Record<number, (data: EventData) => EventData>>;
}): EventDefinition<Type, z.output<Schema>> => definition as unknown as EventDefinition<Type, z.output<Schema>>;

/** Who did it, for whom and why: stored inside the envelope of every event and covered by its hash. */
export interface EventMetadata {
  /** Id of the authenticated principal. */
  readonly actor: string;
  /** Party the principal acted for, when it was not its own business. */
  readonly onBehalfOf?: string;
  /** Principal who approved it, where a second person was asked. */
  readonly approver?: string;
  /** Coded reason; free text is personal data and stays out. */
  readonly reason?: string;
  /** Where the request came from: `api`, `cli`, `import`, `system`. */
  readonly channel: string;
  /** Request id, the same on everything one request led to. */
  readonly correlation: string;
  /** Id of the event this one follows from. */
  readonly causation?: string;
}

/** A fact a decider asks to be recorded on a stream of its own context or of a neighbour whose decider it called. */
export interface NewEvent {
  readonly context: string;
  readonly stream: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: EventData;
}

/** An event as the log holds it. `seq` is its dense position in the tenant's log and is assigned by the committing transaction. */
export interface RecordedEvent extends NewEvent {
  readonly tenantId: string;
  readonly version: number;
  readonly id: string;
  readonly metadata: EventMetadata;
  /** UTC instant with milliseconds, `2026-01-02T03:04:05.678Z`. */
  readonly bookedAt: string;
}

/** A recorded event read back from the log, in its place. */
export interface LoggedEvent extends RecordedEvent {
  readonly seq: bigint;
}

/** An event whose shape this process does not know: written by a newer release, or by nobody. */
export class UnknownEvent extends Error {
  override readonly name = 'UnknownEvent';
  readonly code = 'event_unknown';
}
