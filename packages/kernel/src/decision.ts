/** The outcome of one command: new events (none means "already done"), or one named reason why not. */
export type Decision<Event, Rejection> =
  | { readonly accepted: true; readonly events: readonly Event[] }
  | { readonly accepted: false; readonly rejection: Rejection };

/** What a decision may know of the world; each decider adds its own facts (rates, fresh ids, limits). */
export interface Facts {
  /** The instant of the decision: ISO 8601 text in UTC with milliseconds, `2026-01-31T09:30:00.000Z`. */
  readonly now: string;
}

/**
 * A pure aggregate. `initial` is the state of a stream without events; `decide` answers a command without touching
 * anything; `evolve` folds one recorded event into a new state, and throws on an event it does not know.
 */
export interface Decider<State, Command, Event, Rejection, DecisionFacts extends Facts = Facts> {
  readonly initial: State;
  readonly decide: (state: State, command: Command, facts: DecisionFacts) => Decision<Event, Rejection>;
  readonly evolve: (state: State, event: Event) => State;
}

/** Accepts a command. Without events the command had been carried out before, and asking again changes nothing. */
export const accept = <Event = never>(...events: readonly Event[]): Decision<Event, never> => ({
  accepted: true,
  events,
});

/** Refuses a command with one named reason and the numbers that explain it. */
export const reject = <const Rejection>(rejection: Rejection): Decision<never, Rejection> => ({
  accepted: false,
  rejection,
});

/**
 * The default of a switch that has handled every case: does not compile while a case is missing, and throws when
 * data from outside (an event of a newer version, say) breaks what the types promise.
 */
export const unreachable = (value: never): never => {
  throw new Error(`Unreachable case: ${describe(value)}`);
};

// Names the kind of the value only, never its content: the message ends in logs, the content may be personal.
const describe = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return typeof value;
  const { type, code, status } = value as Readonly<Record<string, unknown>>;
  const kind = type ?? code ?? status;
  return typeof kind === 'string' ? kind : 'an object without a type';
};
