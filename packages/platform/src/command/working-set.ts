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
  { ranked, consumersOf }: TableList,
  wanted: Pick<Wanted, 'streams'>,
  found: Pick<Found, 'rows' | 'streams'>,
): WorkingSet => {
  const batches = new Map(ranked.map((table) => [table.name, rowBatch(found.rows.get(table.name))]));
  const streams = loadedStreams(wanted, found);
  const changed = new Map<string, LoadedStream>();
  const batchOf = (table: { readonly name: string }): RowBatch<unknown> => {
    const batch = batches.get(table.name);
    if (batch === undefined) throw new Error(`Table ${table.name} is not registered.`);
    return batch;
  };
  const loadedFor = (tenantId: string): Loaded => ({
    row: <Row>(table: LockedTable<Row>, key: RowKey) => batchOf(table).get(tenantId, key) as Row | undefined,
    rows: <Row>(table: LockedTable<Row>) =>
      [...batchOf(table).entries()]
        .filter((entry) => entry.tenantId === tenantId)
        .map(({ key, row }) => ({ key, row: row as Row })),
    stream: <State>(aggregate: Aggregate<State, never>, id: string) => {
      const stream = streams.get(streamName(tenantId, aggregate.context, aggregate.stream(id)));
      if (stream === undefined) throw new Error(`Stream ${aggregate.stream(id)} was not named in loads.`);
      return { state: stream.state, version: stream.version } as Versioned<State>;
    },
  });
  const views = new Map<string, Loaded>();
  return {
    loadedFor: (tenantId) => {
      const view = views.get(tenantId) ?? loadedFor(tenantId);
      views.set(tenantId, view);
      return view;
    },
    versionOf: (tenantId, context, stream) => {
      const loaded = streams.get(streamName(tenantId, context, stream));
      if (loaded === undefined)
        throw new Error(`An event was decided for stream ${stream}, which was not named in loads.`);
      return loaded.version;
    },
    accept: (event) => {
      const name = streamName(event.tenantId, event.context, event.stream);
      const stream = streams.get(name);
      if (stream !== undefined) {
        stream.state = fold(stream.aggregate, stream.state, event);
        stream.version = event.version;
        changed.set(name, stream);
      }
      for (const table of consumersOf.get(event.type) ?? []) table.fold(batchOf(table), event);
    },
    lastBookedAt: newestBooking(ranked, found.rows),
    rows: batches,
    changedStreams: () =>
      new Map(
        [...changed].map(([name, { state, version, aggregate }]) => [
          name,
          { state, version, isLasting: aggregate.isWrittenOnce !== true },
        ]),
      ),
    dueSnapshots: () =>
      [...changed.values()].flatMap(
        ({ aggregate, tenantId, id, loadedVersion, version, state }) =>
          dueSnapshot(aggregate, { tenantId, id, from: loadedVersion, to: version, state }) ?? [],
      ),
  };
};

const loadedStreams = (wanted: Pick<Wanted, 'streams'>, found: Pick<Found, 'streams'>): Map<string, LoadedStream> => {
  const streams = new Map<string, LoadedStream>();
  for (const { tenantId, aggregate, id } of wanted.streams) {
    const name = streamName(tenantId, aggregate.context, aggregate.stream(id));
    if (streams.has(name)) continue;
    const { state, version } = found.streams.get(name) ?? { state: aggregate.initial, version: 0 };
    streams.set(name, { aggregate, id, tenantId, state, version, loadedVersion: version });
  }
  return streams;
};

const rowBatch = (read: ReadonlyMap<string, unknown> | undefined): RowBatch<unknown> => {
  const rows = new Map(read);
  const changed = new Set<string>();
  let listed: RowBatch<unknown>['changed'] | undefined;
  return {
    *entries() {
      for (const [name, row] of rows) yield { ...splitRowName(name), row };
    },
    values: () => rows.values(),
    get: (tenantId, key) => rows.get(rowName(tenantId, key)),
    set: (tenantId, key, row) => {
      const name = rowName(tenantId, key);
      rows.set(name, row);
      changed.add(name);
      listed = undefined;
    },
    get changed() {
      // Sorted, since a commit that locked nothing before takes its row locks by writing in this order.
      listed ??= [...changed].sort().map((name) => ({ name, ...splitRowName(name), row: rows.get(name) }));
      return listed;
    },
    scratch: new Map(),
  };
};

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
