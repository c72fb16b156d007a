import type { Decision } from '@finaegis/kernel/decision';
import type { z } from 'zod';
import type { Aggregate } from '../event-store/aggregate.ts';
import type { EventMetadata, NewEvent } from '../event-store/event.ts';
import type { SealedValue } from '../event-store/personal-ref.ts';
import type { Versioned } from '../event-store/read.ts';
import type { LockedTable, RowKey } from './locked-table.ts';

/** A refusal: a named fact from a context's closed list, with the numbers that explain it. */
export interface Refusal {
  readonly code: string;
  readonly [detail: string]: unknown;
}

/** What enters a decision from the world, so that deciders stay pure. */
export interface CommandFacts {
  /** The instant the batch books at: the database's clock, never earlier than anything already booked on the rows locked. */
  readonly now: string;
  readonly tenantId: string;
  readonly metadata: EventMetadata;
}

/** A row to lock before deciding. `share` only keeps others from changing it. */
export interface RowNeed {
  readonly table: LockedTable;
  readonly key: RowKey;
  readonly mode?: 'share' | 'update';
}

/** A stream whose state the decision reads; new events on it are refused by the store if somebody else wrote first. */
export interface StreamNeed {
  readonly aggregate: Aggregate<unknown, never>;
  readonly id: string;
  /** The command makes the stream, so it is taken for empty without being read; if it is not, the append refuses and the command is decided again on what is there. */
  readonly isNew?: boolean;
}

/** Everything one command locks and reads. */
export interface Needs {
  readonly rows?: readonly RowNeed[];
  readonly streams?: readonly StreamNeed[];
}

/** What was locked and read, as it stands after the commands before this one in the same batch. */
export interface Loaded {
  row<Row>(table: LockedTable<Row>, key: RowKey): Row | undefined;
  /** Every row of a table locked for this tenant by any command of the batch; for decisions over all rows of one thing. */
  rows<Row>(table: LockedTable<Row>): readonly { readonly key: RowKey; readonly row: Row }[];
  stream<State>(aggregate: Aggregate<State, never>, id: string): Versioned<State>;
}

/** Before a command is queued: reads of facts that never change (an account's class, a hold's account), cached by whoever owns them. */
export interface PrepareContext {
  readonly tenantId: string;
  readonly metadata: EventMetadata;
}

/**
 * One command of a context. `loads` and `decide` are pure; `prepare` may read, but only facts that are immutable, since nothing is locked yet.
 * Data is what the schema gives back; Refs is what prepare found; Result is what the caller is told about.
 */
export interface CommandHandler<Data = unknown, Refs = unknown, Result = unknown, R extends Refusal = Refusal> {
  /** `context.Imperative`, unique across the bank. */
  readonly name: string;
  readonly schema: z.ZodType<Data>;
  readonly permission: string;
  /** How much of a commit it takes, in postings; 1 unless told. */
  weight?(data: Data): number;
  prepare?(data: Data, context: PrepareContext): Promise<Refs>;
  loads(data: Data, refs: Refs, context: PrepareContext): Needs;
  decide(loaded: Loaded, data: Data, facts: CommandFacts, refs: Refs): Decision<NewEvent, R>;
  /** Personal values that `prepare` sealed; their ciphertexts are written in the commit, if the command is accepted. */
  sealed?(refs: Refs): readonly SealedValue[];
  /** The resource as it is after the command; also what a repeat is answered with. */
  result(loaded: Loaded, data: Data, refs: Refs): Result;
}

/** Declares a command handler; the identity function that lets TypeScript infer the four types. */
export const defineCommand = <Data, Refs, Result, R extends Refusal>(
  handler: CommandHandler<Data, Refs, Result, R>,
): CommandHandler<Data, Refs, Result, R> => handler;

/** How a command ended. A repeat was accepted without a new event. */
export type Outcome<Result, R extends Refusal = Refusal> =
  | { readonly accepted: true; readonly isRepeat: boolean; readonly result: Result }
  | { readonly accepted: false; readonly refusal: R };

/** The answer a caller is given, and given again for the same Idempotency-Key. */
export interface Answer {
  readonly status: number;
  /** JSON text; values of personal data are references that are rendered on the way out. */
  readonly body: string;
}
