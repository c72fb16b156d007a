import { type Aggregate, fold } from '../event-store/aggregate.ts';
import type { RecordedEvent } from '../event-store/event.ts';
import type { Versioned } from '../event-store/read.ts';
import { streamName } from '../event-store/read-streams.ts';
import { dueSnapshot, type Snapshot } from '../event-store/snapshot.ts';
import type { Found, Wanted } from './commit-store.ts';
import type { Loaded } from './handler.ts';
import { type LockedTable, type RowBatch, type RowKey, rowName, splitRowName } from './locked-table.ts';

interface LoadedStream {
  readonly aggregate: Aggregate<unknown, never>;
  readonly id: string;
  readonly tenantId: string;
  state: unknown;
  version: number;
  /** The version before this batch. */
  readonly loadedVersion: number;
}

/** A stream after a batch. */
export interface ChangedStream extends Versioned<unknown> {
  /** Whether more events may follow on it, so that it is worth remembering. */
  readonly isLasting: boolean;
}

/** What one batch has read, changing as its commands are accepted one after the other. */
export interface WorkingSet {
  /** The view of one tenant's command. Asking for what was not declared in `loads` is a bug and throws. */
  loadedFor(tenantId: string): Loaded;
  /** Version of a stream after the events accepted so far. */
  versionOf(tenantId: string, context: string, stream: string): number;
  accept(event: RecordedEvent): void;
  /** Newest booking on any row read. */
  readonly lastBookedAt: string | undefined;
  /** By name of the table: as read, then as the batch's events changed them. */
  readonly rows: ReadonlyMap<string, RowBatch<unknown>>;
  /** Streams that events were accepted on, by `streamName`. */
  changedStreams(): ReadonlyMap<string, ChangedStream>;
  /** The snapshots that this batch's events made due. */
  dueSnapshots(): readonly Snapshot[];
}

/** Tables in the order they are locked and written in, with who folds which event; made once per process. */
export interface TableList {
  readonly ranked: readonly LockedTable[];
  readonly consumersOf: ReadonlyMap<string, readonly LockedTable[]>;
}

/** Every locked table of the bank: those nobody asked rows of still fold events (deltas on unlocked rows). */
export const tableList = (tables: readonly LockedTable[]): TableList => {
  const ranked = [...tables].sort((a, b) => a.rank - b.rank);
  const consumersOf = new Map<string, LockedTable[]>();
  for (const table of ranked)
    for (const type of table.consumes) consumersOf.set(type, [...(consumersOf.get(type) ?? []), table]);
  return { ranked, consumersOf };
};

/** Lays what was found under what the batch will decide. Pure: nothing is read or written here. */
export const createWorkingSet = (
  tables: TableList,
  wanted: Pick<Wanted, 'streams'>,
  found: Pick<Found, 'rows' | 'streams'>,
): WorkingSet => new FoundAndDecided(tables, wanted, found);

// Classes, not closures: a batch of one command would spend more time on making dozens of functions than on calling them.
class FoundAndDecided implements WorkingSet {
  readonly rows = new Map<string, TableRows>();
  readonly lastBookedAt: string | undefined;
  private readonly tables: TableList;
  private readonly streams: ReadonlyMap<string, LoadedStream>;
  private readonly changed = new Map<string, LoadedStream>();
  private readonly views = new Map<string, Loaded>();
  private readonly names = new LastName(streamName);

  constructor(tables: TableList, wanted: Pick<Wanted, 'streams'>, found: Pick<Found, 'rows' | 'streams'>) {
    this.tables = tables;
    // Also those no command will look at: rows made by being locked are removed again when nothing was decided on them.
    for (const [name, read] of found.rows) this.rows.set(name, new TableRows(read));
    this.streams = loadedStreams(wanted, found);
    this.lastBookedAt = newestBooking(tables.ranked, found.rows);
  }

  loadedFor(tenantId: string): Loaded {
    let view = this.views.get(tenantId);
    if (view === undefined) this.views.set(tenantId, (view = new TenantView(tenantId, this)));
    return view;
  }

  versionOf(tenantId: string, context: string, stream: string): number {
    const loaded = this.streams.get(this.names.of(tenantId, context, stream));
    if (loaded === undefined)
      throw new Error(`An event was decided for stream ${stream}, which was not named in loads.`);
    return loaded.version;
  }

  accept(event: RecordedEvent): void {
    const name = this.names.of(event.tenantId, event.context, event.stream);
    const stream = this.streams.get(name);
    if (stream !== undefined) {
      stream.state = fold(stream.aggregate, stream.state, event);
      stream.version = event.version;
      this.changed.set(name, stream);
    }
    for (const table of this.tables.consumersOf.get(event.type) ?? []) table.fold(this.rowsOf(table), event);
  }

  changedStreams(): ReadonlyMap<string, ChangedStream> {
    const changed = new Map<string, ChangedStream>();
    for (const [name, { state, version, aggregate }] of this.changed)
      changed.set(name, { state, version, isLasting: aggregate.isWrittenOnce !== true });
    return changed;
  }

  dueSnapshots(): readonly Snapshot[] {
    const due: Snapshot[] = [];
    for (const { aggregate, tenantId, id, loadedVersion, version, state } of this.changed.values()) {
      const snapshot = dueSnapshot(aggregate, { tenantId, id, from: loadedVersion, to: version, state });
      if (snapshot !== undefined) due.push(snapshot);
    }
    return due;
  }

  stream(name: string): LoadedStream | undefined {
    return this.streams.get(name);
  }

  rowsOf({ name }: { readonly name: string }): TableRows {
    const known = this.rows.get(name);
    if (known !== undefined) return known;
    if (!this.tables.ranked.some((table) => table.name === name)) throw new Error(`Table ${name} is not registered.`);
    const rows = new TableRows(undefined);
    this.rows.set(name, rows);
    return rows;
  }
}

class TenantView implements Loaded {
  private readonly tenantId: string;
  private readonly working: FoundAndDecided;
  private readonly names: LastName<Aggregate<unknown, never>, string>;

  constructor(tenantId: string, working: FoundAndDecided) {
    this.tenantId = tenantId;
    this.working = working;
    this.names = new LastName((aggregate, id) => streamName(tenantId, aggregate.context, aggregate.stream(id)));
  }

  row<Row>(table: LockedTable<Row>, key: RowKey): Row | undefined {
    return this.working.rowsOf(table).get(this.tenantId, key) as Row | undefined;
  }

  rows<Row>(table: LockedTable<Row>): readonly { readonly key: RowKey; readonly row: Row }[] {
    return [...this.working.rowsOf(table).entries()]
      .filter(({ tenantId }) => tenantId === this.tenantId)
      .map(({ key, row }) => ({ key, row: row as Row }));
  }

  stream<State>(aggregate: Aggregate<State, never>, id: string): Versioned<State> {
    const stream = this.working.stream(this.names.of(aggregate as Aggregate<unknown, never>, id));
    if (stream === undefined) throw new Error(`Stream ${aggregate.stream(id)} was not named in loads.`);
    return { state: stream.state, version: stream.version } as Versioned<State>;
  }
}

/**
 * The name last made and what it was made of. Names of rows and streams are long; joining and hashing one costs more than finding what it names,
 * and the same one is asked for several times in a row.
 */
class LastName<A, B, C = void> {
  private readonly make: (a: A, b: B, c: C) => string;
  private a: A | undefined;
  private b: B | undefined;
  private c: C | undefined;
  private name = '';

  constructor(make: (a: A, b: B, c: C) => string) {
    this.make = make;
  }

  of(a: A, b: B, c: C): string {
    if (a === this.a && b === this.b && c === this.c) return this.name;
    this.name = this.make(a, b, c);
    this.a = a;
    this.b = b;
    this.c = c;
    return this.name;
  }
}

const loadedStreams = (wanted: Pick<Wanted, 'streams'>, found: Pick<Found, 'streams'>): Map<string, LoadedStream> => {
  const streams = new Map<string, LoadedStream>();
  for (const { tenantId, aggregate, id, name } of wanted.streams) {
    const { state, version } = found.streams.get(name) ?? { state: aggregate.initial, version: 0 };
    streams.set(name, { aggregate, id, tenantId, state, version, loadedVersion: version });
  }
  return streams;
};

interface ChangedRow {
  readonly name: string;
  readonly tenantId: string;
  readonly key: RowKey;
  readonly row: unknown;
}

/** Rows as read, and above them as changed. */
class TableRows implements RowBatch<unknown> {
  readonly scratch = new Map<string, unknown>();
  private readonly read: ReadonlyMap<string, unknown> | undefined;
  private readonly changes = new Map<string, ChangedRow>();
  private readonly names = new LastName(rowName);
  private listed: readonly ChangedRow[] | undefined;

  constructor(read: ReadonlyMap<string, unknown> | undefined) {
    this.read = read;
  }

  get(tenantId: string, key: RowKey): unknown {
    const name = this.names.of(tenantId, key);
    const changed = this.changes.get(name);
    return changed === undefined ? this.read?.get(name) : changed.row;
  }

  set(tenantId: string, key: RowKey, row: unknown): void {
    const name = this.names.of(tenantId, key);
    this.changes.set(name, { name, tenantId, key, row });
    this.listed = undefined;
  }

  /** As they are when it is asked for: whoever walks them may change them. */
  entries(): readonly { readonly tenantId: string; readonly key: RowKey; readonly row: unknown }[] {
    const entries: { readonly tenantId: string; readonly key: RowKey; readonly row: unknown }[] = [];
    for (const [name, row] of this.read ?? [])
      if (!this.changes.has(name)) entries.push({ ...splitRowName(name), row });
    entries.push(...this.changes.values());
    return entries;
  }

  values(): readonly unknown[] {
    const rows: unknown[] = [];
    for (const [name, row] of this.read ?? []) if (!this.changes.has(name)) rows.push(row);
    for (const { row } of this.changes.values()) rows.push(row);
    return rows;
  }

  get changed(): readonly ChangedRow[] {
    // Sorted, since a commit that locked nothing before takes its row locks by writing in this order.
    this.listed ??= [...this.changes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.listed;
  }
}

const newestBooking = (tables: readonly LockedTable[], rows: Found['rows']): string | undefined => {
  let newest: string | undefined;
  for (const table of tables) {
    if (table.bookedAt === undefined) continue;
    for (const row of rows.get(table.name)?.values() ?? []) {
      const bookedAt = table.bookedAt(row);
      if (bookedAt !== undefined && (newest === undefined || bookedAt > newest)) newest = bookedAt;
    }
  }
  return newest;
};
