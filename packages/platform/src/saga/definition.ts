import type { z } from 'zod';
import type { CommandHandler, Refusal } from '../command/handler.ts';
import type { EventMetadata, NewEvent } from '../event-store/event.ts';
import { OutcomeUnknown } from '../resilience/faults.ts';

/** What JSON can say. Amounts are strings of minor units; personal data and secrets have no place in a saga, only references to them. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A saga as its own pure functions see it. */
export interface SagaSoFar<Input = unknown> {
  readonly id: string;
  readonly tenantId: string;
  readonly input: Input;
  /** What each step that is done gave back, by name of the step. */
  readonly results: Readonly<Record<string, Json>>;
  /** The newest of each signal received, by its name. */
  readonly signals: Readonly<Record<string, Json>>;
  readonly startedAt: string;
  /** The runtime's clock: ISO text with milliseconds. */
  readonly now: string;
  /** Why it is being undone, once it is. */
  readonly failure?: SagaFailure | undefined;
}

/** Why a saga did not do what it was started for. */
export interface SagaFailure {
  /** Name of the step, or nothing when it was cancelled from outside. */
  readonly step?: string | undefined;
  /** A refusal's code, a provider's decline, `deadline_passed`, `attempts_exhausted`, `cancelled` … */
  readonly code: string;
  /** The numbers that explain it. */
  readonly facts?: Readonly<Record<string, Json>> | undefined;
}

/** One attempt at an outside step. */
export interface StepCall<Input = unknown> extends SagaSoFar<Input> {
  readonly step: string;
  /** The same for every attempt at this step: the idempotency key and the reference of whatever is asked of the outside world. */
  readonly key: string;
  /** Counts from 1; survives take-over by another process. */
  readonly attempt: number;
  /** What `intend` recorded. */
  readonly intent: Json;
  /** What the attempt before asked to be remembered with `again`. */
  readonly carry: Json;
  /** Aborted when the attempt takes longer than the step allows. */
  readonly abort: AbortSignal;
  readonly metadata: EventMetadata;
}

/** How an outside step ended, or that it has not. */
export type StepOutcome =
  /** It has happened; the result is kept. */
  | { readonly kind: 'done'; readonly result?: Json }
  /** The other side said no, and nothing has happened: a business outcome, never retried. */
  | { readonly kind: 'declined'; readonly code: string; readonly facts?: Readonly<Record<string, Json>> }
  /** Under way: look again after so long, or sooner when a signal comes. Changed `carry` is recorded; nothing else is. */
  | { readonly kind: 'again'; readonly afterMs: number; readonly carry?: Json };

/** What asking about an attempt whose outcome is unknown found. */
export type AskOutcome =
  | StepOutcome
  /** The other side has never heard of it: it may be tried again. */
  | { readonly kind: 'absent' };

/** Thrown by `run` when the request may have arrived: a time-out, a connection lost while waiting for the answer. */
export class StepOutcomeUnknown extends Error {
  override readonly name = 'StepOutcomeUnknown';
  readonly code = 'outcome_unknown';
}

/** Whether an error says that what was asked for may have happened: thrown by a step itself, or by a guarded call to a provider. */
export const isOutcomeUnknown = (error: unknown): boolean =>
  error instanceof OutcomeUnknown || (error as { readonly code?: unknown } | undefined)?.code === 'outcome_unknown';

/** How often and how far apart a step is tried. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  readonly firstMs: number;
  /** Each wait is this many times the one before. */
  readonly factor: number;
  readonly waitMaxMs: number;
}

/** Eight attempts over some five minutes. */
export const retryDefault: RetryPolicy = { attempts: 8, firstMs: 500, factor: 3, waitMaxMs: 120_000 };
/** Eight questions over some ten minutes; then a person is asked. @param firstMs until the second one */
export const retryAsking = (firstMs: number): RetryPolicy => ({ attempts: 8, firstMs, factor: 3, waitMaxMs: 180_000 });
/**
 * Tried again for days before a person is asked: checks that cannot be asked, a day that is not open, whoever has the money and does not say how it
 * ended.
 */
export const retryForDays: RetryPolicy = { attempts: 200, firstMs: 1_000, factor: 2, waitMaxMs: 30 * 60_000 };

/** A command of a context with its data; it is committed together with the record that the step is done. */
export interface StepCommand {
  // Handlers differ in data and result; the runtime treats them alike.
  readonly handler: CommandHandler;
  readonly data: unknown;
}

/** Pairs a handler with its data, checked against each other. */
export const stepCommand = <Data, Refs, Result, R extends Refusal>(
  handler: CommandHandler<Data, Refs, Result, R>,
  data: Data,
): StepCommand => ({ handler: handler as unknown as CommandHandler, data });

/** What takes a step back. It must be harmless where the step did nothing, since a step that was cut off is undone too. */
export type Undo<Input> =
  | { readonly run: (call: StepCall<Input>) => Promise<StepOutcome>; readonly command?: never }
  /** Undefined when there is nothing to take back. */
  | { readonly command: (saga: SagaSoFar<Input>) => StepCommand | undefined; readonly run?: never };

interface StepFacts<Input> {
  /** Unique in its saga; stays for ever, since events carry it. */
  readonly name: string;
  readonly undo?: Undo<Input>;
  readonly retry?: RetryPolicy;
  /**
   * Once this step is done nothing can be taken back: later steps are tried until they succeed or a person decides, and a cancellation is refused.
   */
  readonly isPointOfNoReturn?: boolean;
}

/** A step in the outside world, at least once, under one key. */
export interface RunStep<Input> extends StepFacts<Input> {
  /** What will be asked of the outside world, recorded before it is; undefined skips the step. */
  readonly intend?: (saga: SagaSoFar<Input>) => Json | undefined;
  readonly run: (call: StepCall<Input>) => Promise<StepOutcome>;
  /**
   * Asks the outside world what became of an attempt, by the step's key. It is asked before a second attempt is made and after a take-over, so
   * that a call is never repeated blindly. Without it the call itself must be harmless to repeat under its key.
   */
  readonly ask?: (call: StepCall<Input>) => Promise<AskOutcome>;
  /** How long one attempt may take; 20 s unless told, and never longer, since another process takes over after 30 s. */
  readonly timeoutMs?: number;
  /** Instant after which a step that is still under way counts as declined with `deadline_passed`. */
  readonly deadline?: (saga: SagaSoFar<Input>) => string;
}

/** A step inside the bank: the command's events and the record that the step is done are one commit. A refusal fails the step. */
export interface CommandStep<Input> extends StepFacts<Input> {
  /** Undefined skips the step. */
  readonly command: (saga: SagaSoFar<Input>) => StepCommand | undefined;
  /** What is kept as the step's result, from the events the command made; none when it was a repeat. */
  readonly keep?: (events: readonly NewEvent[]) => Json;
  /** Codes of refusals that pass by themselves (a day that is not open yet): the step is tried again instead of failed. */
  readonly passing?: readonly string[];
}

/** A step that waits: for an instant, for a signal, or for whichever comes first. */
export interface WaitStep<Input> extends StepFacts<Input> {
  readonly wait: {
    /** Any of these ends the wait; a signal that came earlier counts. The step's result is `{ signal, data }`. */
    readonly signals?: readonly string[];
    /** Undefined waits without end. */
    readonly until?: (saga: SagaSoFar<Input>) => string | undefined;
    /** Whether the end of the time lets the saga go on (a timer) or fails the step with `deadline_passed`. `continue` unless told. */
    readonly atEnd?: 'continue' | 'fail';
    /** False skips the step. */
    readonly isWanted?: (saga: SagaSoFar<Input>) => boolean;
  };
}

/** A saga started by a saga. */
export interface ChildSaga {
  /** Name of its definition. */
  readonly definition: string;
  readonly input: Json;
}

/** A step that starts sagas and waits for all of them: parallel work. Fails with `child_failed` when one of them was undone. */
export interface ChildrenStep<Input> extends StepFacts<Input> {
  readonly children: (saga: SagaSoFar<Input>) => readonly ChildSaga[];
}

export type SagaStep<Input> = RunStep<Input> | CommandStep<Input> | WaitStep<Input> | ChildrenStep<Input>;

/** A saga as its context declares it. Steps run in order; a change of their meaning is a new version beside the old one. */
export interface SagaDefinition<Input = unknown> {
  /** `context.noun`, unique across the bank. */
  readonly name: string;
  readonly version: number;
  /** Reads the recorded input back: bigint from digits and so on. */
  readonly input: z.ZodType<Input>;
  readonly steps: readonly SagaStep<Input>[];
  /** Members of input, intents and results that people who inspect the saga are not shown. */
  readonly secrets?: readonly string[];
  /** The thing a person would ask about (`payment:…`): sagas can be listed by it. */
  readonly subject?: (input: Input) => string;
}

/**
 * Declares a saga.
 * @throws TypeError for steps of one name, and for a time-out that outlives the lease
 */
export const defineSaga = <Input>(definition: SagaDefinition<Input>): SagaDefinition => {
  const names = definition.steps.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TypeError(`Saga ${definition.name} has two steps named ${twice}.`);
  for (const step of definition.steps)
    if ('run' in step && (step.timeoutMs ?? attemptMaxMs) > attemptMaxMs)
      throw new TypeError(`Step ${step.name} of ${definition.name} may not take longer than ${attemptMaxMs} ms.`);
  return definition as unknown as SagaDefinition;
};

/** Longest attempt; a lease outlives it. */
export const attemptMaxMs = 20_000;

/** Definitions by name and version. */
export interface SagaCatalogue {
  find(name: string, version: number): SagaDefinition | undefined;
  /** @throws Error for a definition this release does not know */
  get(name: string, version: number): SagaDefinition;
  /** The version new sagas are started with. */
  newest(name: string): SagaDefinition;
  readonly known: readonly { readonly name: string; readonly version: number }[];
}

/** Gathers definitions; one declared twice is a bug found at start. */
export const sagaCatalogue = (definitions: readonly SagaDefinition[]): SagaCatalogue => {
  const byKey = new Map<string, SagaDefinition>();
  const newest = new Map<string, SagaDefinition>();
  for (const definition of definitions) {
    const key = `${definition.name}@${definition.version}`;
    if (byKey.has(key)) throw new Error(`Saga ${key} is declared twice.`);
    byKey.set(key, definition);
    if (definition.version > (newest.get(definition.name)?.version ?? 0)) newest.set(definition.name, definition);
  }
  const found = (key: string, definition: SagaDefinition | undefined): SagaDefinition => {
    if (definition === undefined) throw new Error(`Saga ${key} is not known to this release.`);
    return definition;
  };
  return {
    find: (name, version) => byKey.get(`${name}@${version}`),
    get: (name, version) => found(`${name}@${version}`, byKey.get(`${name}@${version}`)),
    newest: (name) => found(name, newest.get(name)),
    known: definitions.map(({ name, version }) => ({ name, version })),
  };
};
