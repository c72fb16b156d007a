import type { z } from 'zod';
import type { EventData, EventDefinition } from '../event-store/event.ts';
import type { WriteAmount } from '../http/refusal-facts.ts';

/** Accounts and assets that a published event is about: what subscribers filter by. */
export interface Concerns {
  readonly accounts?: readonly string[];
  readonly assets?: readonly string[];
}

/** What a declaration is given besides the event's data. */
export interface Shown<First> {
  /** Data of the event that began the stream, where the declaration names one. */
  readonly first: First;
  /** Writes minor units as a decimal string with its asset; only for assets that `concerns` names. */
  readonly amount: WriteAmount;
}

/**
 * An event as those outside are told of it. It is a contract of its own: events of the log change with the software, what is published changes
 * only additively, or under a higher version.
 */
export interface PublishedEvent {
  /** `context.noun.verb`, unique. */
  readonly name: string;
  readonly version: number;
  /** One sentence, for the catalogue. */
  readonly summary: string;
  /** The event of the log that it is made of. */
  readonly from: EventDefinition;
  /** The event that begins the same stream, where the data of `from` alone does not say enough. */
  readonly first?: EventDefinition;
  /** Shape of `data`. Whatever `show` gives beyond it is left out, so that nothing leaves that is not declared. */
  readonly schema: z.ZodType<EventData>;
  /** `data` as it may look. */
  readonly sample: EventData;
  concerns(data: EventData, first: EventData): Concerns;
  /**
   * What a customer is told of it who may see some of the accounts it concerns: all of it, or what this leaves of it (undefined for nothing), which must
   * be no more than the API shows them. Absent, nothing: only staff is told.
   */
  readonly forCustomers?: 'whole' | ((data: EventData, visible: ReadonlySet<string>) => EventData | undefined);
  /** The data as it is published, undefined for an event of the log that is none of these. Amounts are decimal strings; personal data stays out. */
  show(data: EventData, shown: Shown<EventData>): Readonly<Record<string, unknown>> | undefined;
}

/** Declares a published event; gives `concerns` and `show` the types of the log's events. */
export const definePublished = <
  Data extends EventData,
  Schema extends z.ZodType<EventData>,
  First extends EventData = EventData,
>(declaration: {
  readonly name: string;
  readonly version: number;
  readonly summary: string;
  readonly from: EventDefinition<string, Data>;
  readonly first?: EventDefinition<string, First>;
  readonly schema: Schema;
  readonly sample: z.output<Schema>;
  readonly forCustomers?:
    | 'whole'
    | ((data: z.output<Schema>, visible: ReadonlySet<string>) => Partial<z.output<Schema>> | undefined);
  concerns(data: NoInfer<Data>, first: NoInfer<First>): Concerns;
  show(data: NoInfer<Data>, shown: Shown<NoInfer<First>>): z.input<Schema> | undefined;
}): PublishedEvent => declaration as unknown as PublishedEvent;

/** What is left of data without some of their members. */
export const without = <Data extends EventData, Name extends keyof Data>(
  data: Data,
  ...names: readonly Name[]
): Omit<Data, Name> => {
  const left = { ...data };
  for (const name of names) delete left[name];
  return left;
};
