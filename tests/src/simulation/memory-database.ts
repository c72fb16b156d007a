import { type KeyedAnswer, keyName, keyTaken } from '@finaegis/platform/command/answers';
import { type Committed, type CommitWrite, headMoved } from '@finaegis/platform/command/commit-store';
import { rowName } from '@finaegis/platform/command/locked-table';
import { DatabaseFault } from '@finaegis/platform/database/transaction';
import { type Aggregate, fold } from '@finaegis/platform/event-store/aggregate';
import { emptyTip, type LogHead } from '@finaegis/platform/event-store/append';
import type { EventCatalogue } from '@finaegis/platform/event-store/catalogue';
import { open, seal } from '@finaegis/platform/event-store/envelope';
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
}

/** All that the processes of a simulation share: a log per tenant, rows, and answers under their keys. */
export class MemoryDatabase {
  readonly log = new Map<string, StoredEvent[]>();
  private readonly streams = new Map<string, StoredEvent[]>();
  readonly answers = new Map<string, KeyedAnswer>();
  readonly rows = new Map<string, Map<string, unknown>>();
  readonly catalogue: EventCatalogue;
  readonly rules: ReadonlyMap<string, RowRules>;
  readonly sabotage: Sabotage;

  constructor(catalogue: EventCatalogue, rules: ReadonlyMap<string, RowRules>, sabotage: Sabotage = {}) {
    this.catalogue = catalogue;
    this.rules = rules;
    this.sabotage = sabotage;
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
    const events = this.streams.get(streamName(tenantId, aggregate.context, aggregate.stream(id)));
    if (events === undefined) return undefined;
    let state = aggregate.initial;
    for (const { envelope, seq } of events) state = fold(aggregate, state, open(this.catalogue, envelope, seq));
    return { state, version: events.at(-1)?.version ?? 0 };
  }

  /**
   * All of it, or nothing with a fault.
   * @throws DatabaseFault as PostgreSQL would: a key taken, a head that moved, a version that is there
   */
  apply(write: CommitWrite, expected?: ReadonlyMap<string, LogHead>): Committed {
    this.refuse(write, expected);
    for (const [name, batch] of write.rows) {
      const table = this.table(name);
      for (const { tenantId, key, row } of batch.changed) table.set(rowName(tenantId, key), row);
      this.rules.get(name)?.applyScratch?.(this, batch.scratch);
      if (this.sabotage.appliesDeltasTwice === true) this.rules.get(name)?.applyScratch?.(this, batch.scratch);
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
      const stored = { seq: BigInt(log.length + 1), id, stream, version, envelope, hash };
      log.push(stored);
      const name = streamName(event.tenantId, event.context, stream);
      this.streams.set(name, [...(this.streams.get(name) ?? []), stored]);
    }
    return { bases, heads: new Map([...bases.keys()].map((tenantId) => [tenantId, this.head(tenantId)])) };
  }

  private refuse({ answers, events }: CommitWrite, expected: ReadonlyMap<string, LogHead> = new Map()): void {
    const taken = answers.find((answer) => this.answers.has(keyName(answer.tenantId, answer)));
    if (taken !== undefined) throw new DatabaseFault(keyTaken, `The key ${taken.key} is taken.`);
    for (const [tenantId, head] of this.sabotage.skipsHeadCheck === true ? [] : expected)
      if (this.head(tenantId).tip !== head.tip) throw new DatabaseFault(headMoved, `The log of ${tenantId} has moved.`);
    for (const { tenantId, context, stream, version } of events) {
      const last = this.streams.get(streamName(tenantId, context, stream))?.at(-1)?.version ?? 0;
      if (version <= last) throw new DatabaseFault('23505', `Version ${version} of ${stream} is there.`);
    }
  }
}
