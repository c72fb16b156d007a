import { type KeyedAnswer, keyName, keyTaken } from '@finaegis/platform/command/answers';
import { type Committed, type CommitWrite, headMoved } from '@finaegis/platform/command/commit-store';
import { rowName } from '@finaegis/platform/command/locked-table';
import { DatabaseFault } from '@finaegis/platform/database/transaction';
import { type Aggregate, fold } from '@finaegis/platform/event-store/aggregate';
import { emptyTip, type LogHead } from '@finaegis/platform/event-store/append';
import type { EventCatalogue } from '@finaegis/platform/event-store/catalogue';
import { open, seal } from '@finaegis/platform/event-store/envelope';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import type { Versioned } from '@finaegis/platform/event-store/read';
import { streamName } from '@finaegis/platform/event-store/read-streams';

/** An event as the log stores it. */
export interface StoredEvent {
  readonly seq: bigint;
  readonly id: string;
  readonly stream: string;
  readonly version: number;
  readonly envelope: string;
  readonly hash: Uint8Array;
}

/** Ways to break the database on purpose, to see that the auditor notices. */
export interface Sabotage {
  readonly skipsHeadCheck?: boolean;
  readonly appliesDeltasTwice?: boolean;
  /** The sequence of account numbers stays where it is, and nothing keeps a number from being given out again. */
  readonly forgetsNumbers?: boolean;
  /** The tenth event of each log is stored with other words than were hashed. */
  readonly changesAnEvent?: boolean;
}

/** How rows of one table behave that are no plain upserts. */
export interface RowRules {
  /** The row a decision is given where there is none. */
  make?(database: MemoryDatabase, tenantId: string, key: string): unknown;
  /** Keys a request stands for, when it is not one row's. */
  expand?(database: MemoryDatabase, tenantId: string, key: string): readonly string[] | undefined;
  /** What changes besides the rows set: deltas on rows nobody locked. */
  applyScratch?(database: MemoryDatabase, scratch: ReadonlyMap<string, unknown>): void;
  /** A row that is not there is locked by nobody. */
  readonly isLockedOnceThere?: boolean;
  /** A row is written once; another with its key fails the commit. */
  readonly isInsertedOnly?: boolean;
  /** What is stored where a row meets one that is there. */
  merge?(before: unknown, row: unknown): unknown;
}

/** Told of every event in its commit, with who commits it: what the queue of sagas follows. */
export type Follow = (event: RecordedEvent, writer: string | undefined) => void;

/** All that the processes of a simulation share: a log per tenant, rows, and answers under their keys. */
export class MemoryDatabase {
  readonly log = new Map<string, StoredEvent[]>();
  private readonly streams = new Map<string, StoredEvent[]>();
  /** States as far as they were folded: streams only grow, and long ones are read often. */
  private readonly folded = new Map<string, { readonly state: unknown; readonly count: number }>();
  readonly answers = new Map<string, KeyedAnswer>();
  readonly rows = new Map<string, Map<string, unknown>>();
  readonly catalogue: EventCatalogue;
  readonly rules: ReadonlyMap<string, RowRules>;
  readonly sabotage: Sabotage;
  private readonly follow: Follow | undefined;

  constructor(
    catalogue: EventCatalogue,
    rules: ReadonlyMap<string, RowRules>,
    { sabotage = {}, follow }: { readonly sabotage?: Sabotage | undefined; readonly follow?: Follow } = {},
  ) {
    this.catalogue = catalogue;
    this.rules = rules;
    this.sabotage = sabotage;
    this.follow = follow;
  }

  head(tenantId: string): LogHead {
    const log = this.log.get(tenantId) ?? [];
    return { seq: BigInt(log.length), tip: log.at(-1)?.id ?? emptyTip };
  }

  table(name: string): Map<string, unknown> {
    const rows = this.rows.get(name) ?? new Map<string, unknown>();
    this.rows.set(name, rows);
    return rows;
  }

  /** A row as it is, or as whoever reads it for a decision would have it made. */
  row(table: string, { tenantId, key }: { readonly tenantId: string; readonly key: string }): unknown {
    const row = this.table(table).get(rowName(tenantId, key));
    return row ?? this.rules.get(table)?.make?.(this, tenantId, key);
  }

  /** An aggregate folded from its stored text; undefined when nobody wrote to it. */
  stream<State>(tenantId: string, aggregate: Aggregate<State, never>, id: string): Versioned<State> | undefined {
    const name = streamName(tenantId, aggregate.context, aggregate.stream(id));
    const events = this.streams.get(name);
    if (events === undefined) return undefined;
    const known = this.folded.get(name);
    let state = known === undefined ? aggregate.initial : (known.state as State);
    for (const { envelope, seq } of events.slice(known?.count ?? 0))
      state = fold(aggregate, state, open(this.catalogue, envelope, seq));
    this.folded.set(name, { state, count: events.length });
    return { state, version: events.at(-1)?.version ?? 0 };
  }

  /**
   * All of it, or nothing with a fault.
   * @throws DatabaseFault as PostgreSQL would: a key taken, a head that moved, a version that is there
   */
  apply(write: CommitWrite, expected?: ReadonlyMap<string, LogHead>, writer?: string): Committed {
    this.refuse(write, expected);
    for (const [name, batch] of write.rows) {
      const table = this.table(name);
      const rules = this.rules.get(name);
      const isForgotten = this.sabotage.forgetsNumbers === true && name === 'account.numbering' && table.size > 0;
      for (const { tenantId, key, row } of isForgotten ? [] : batch.changed) {
        const before = table.get(rowName(tenantId, key));
        table.set(rowName(tenantId, key), before === undefined ? row : (rules?.merge?.(before, row) ?? row));
      }
      rules?.applyScratch?.(this, batch.scratch);
      if (this.sabotage.appliesDeltasTwice === true) rules?.applyScratch?.(this, batch.scratch);
    }
    for (const answer of write.answers) this.answers.set(keyName(answer.tenantId, answer), answer);
    const bases = new Map(write.events.map(({ tenantId }) => [tenantId, this.head(tenantId)]));
    for (const event of write.events) {
      const log = this.log.get(event.tenantId) ?? [];
      this.log.set(event.tenantId, log);
      const { text, hash } = seal(event);
      const { id, stream, version } = event;
      const isChanged = this.sabotage.changesAnEvent === true && log.length === 9;
      const envelope = isChanged ? text.replace('"actor":"client"', '"actor":"nobody"') : text;
      const its = `${event.context}/${stream}`;
      const stored = { seq: BigInt(log.length + 1), id, stream: its, version, envelope, hash };
      log.push(stored);
      const name = streamName(event.tenantId, event.context, stream);
      this.streams.set(name, [...(this.streams.get(name) ?? []), stored]);
      this.follow?.(event, writer);
    }
    return { bases, heads: new Map([...bases.keys()].map((tenantId) => [tenantId, this.head(tenantId)])) };
  }

  private refuse({ answers, events, rows }: CommitWrite, expected: ReadonlyMap<string, LogHead> = new Map()): void {
    const taken = answers.find((answer) => this.answers.has(keyName(answer.tenantId, answer)));
    if (taken !== undefined) throw new DatabaseFault(keyTaken, `The key ${taken.key} is taken.`);
    for (const [tenantId, head] of this.sabotage.skipsHeadCheck === true ? [] : expected)
      if (this.head(tenantId).tip !== head.tip) throw new DatabaseFault(headMoved, `The log of ${tenantId} has moved.`);
    for (const { tenantId, context, stream, version } of events) {
      const last = this.streams.get(streamName(tenantId, context, stream))?.at(-1)?.version ?? 0;
      if (version <= last) throw new DatabaseFault('23505', `Version ${version} of ${stream} is there.`);
    }
    for (const [name, { changed }] of rows)
      if (this.rules.get(name)?.isInsertedOnly === true && this.sabotage.forgetsNumbers !== true)
        for (const { tenantId, key } of changed)
          if (this.table(name).has(rowName(tenantId, key))) throw new DatabaseFault('23505', `${name} has ${key}.`);
  }
}
