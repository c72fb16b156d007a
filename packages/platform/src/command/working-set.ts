import { all, type Transaction } from '../database/transaction.ts';
import { type Aggregate, fold } from '../event-store/aggregate.ts';
import type { EventCatalogue } from '../event-store/catalogue.ts';
import { open } from '../event-store/envelope.ts';
import type { RecordedEvent } from '../event-store/event.ts';
import { type EventRow, streamsStatement, type Versioned } from '../event-store/read.ts';
import {
  dueSnapshot,
  type Snapshot,
  type SnapshottedRow,
  snapshottedStreamsStatement,
  storeSnapshots,
} from '../event-store/snapshot.ts';
import type { Loaded, Needs } from './handler.ts';
import {
  type LockedTable,
  type LockRequest,
  type RowBatch,
  type RowKey,
  rowName,
  splitRowName,
} from './locked-table.ts';

interface LoadedStream {
  readonly aggregate: Aggregate<unknown, never>;
  readonly id: string;
  readonly tenantId: string;
  state: unknown;
  version: number;
  /** The version before this batch. */
  loadedVersion: number;
}

/** What one batch has locked and read, changing as its commands are accepted one after the other. */
export interface WorkingSet {
  /** The view of one tenant's command. Asking for what was not declared in `loads` is a bug and throws. */
  loadedFor(tenantId: string): Loaded;
  /** Version of a stream after the events accepted so far. */
  versionOf(tenantId: string, context: string, stream: string): number;
  accept(event: RecordedEvent): void;
  /** Newest booking on any row locked. */
  readonly lastBookedAt: string | undefined;
  write(tx: Transaction): Promise<unknown>;
}

/** A command's tenant and needs. */
export interface TenantNeeds {
  readonly tenantId: string;
  readonly needs: Needs;
}

/**
 * Locks and reads everything the commands of a batch need: tables by rank, then streams, all statements in one flush.
 * @param tables every locked table of the bank: those nobody asked rows of still fold events (deltas on unlocked rows)
 */
export const loadWorkingSet = async (
  tx: Transaction,
  catalogue: EventCatalogue,
  tables: readonly LockedTable[],
  wanted: readonly TenantNeeds[],
): Promise<WorkingSet> => {
  const requests = lockRequests(wanted);
  const streams = wantedStreams(wanted);
  const ranked = [...tables].sort((a, b) => a.rank - b.rank);
  const [locked] = await all([
    all(ranked.map((table) => lockAndName(tx, table, requests.get(table.name)))),
    all(
      [...groupByContext(streams)].map(([context, group]) => readStreams(tx, catalogue, { context, streams: group })),
    ),
  ]);
  const batches = new Map(ranked.map((table, index) => [table.name, rowBatch(locked[index] ?? new Map())]));
  return workingSet(ranked, batches, streams);
};

const lockAndName = async (
  tx: Transaction,
  table: LockedTable,
  requests: readonly LockRequest[] | undefined,
): Promise<ReadonlyMap<string, unknown>> =>
  requests === undefined ? new Map<string, unknown>() : table.lock(tx, requests);

const lockRequests = (wanted: readonly TenantNeeds[]): Map<string, LockRequest[]> => {
  const byTable = new Map<string, Map<string, LockRequest>>();
  for (const { tenantId, needs } of wanted) {
    for (const { table, key, mode = 'update' } of needs.rows ?? []) {
      const rows = byTable.get(table.name) ?? new Map<string, LockRequest>();
      byTable.set(table.name, rows);
      const name = rowName(tenantId, key);
      // Two commands of a batch may want a row in different ways; the stronger lock serves both.
      if (rows.get(name)?.mode !== 'update') rows.set(name, { tenantId, key, mode });
    }
  }
  const sorted = (rows: Map<string, LockRequest>): LockRequest[] =>
    [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, request]) => request);
  return new Map([...byTable].map(([table, rows]) => [table, sorted(rows)]));
};

const streamName = (tenantId: string, context: string, stream: string): string => `${tenantId}/${context}/${stream}`;

const wantedStreams = (wanted: readonly TenantNeeds[]): Map<string, LoadedStream> => {
  const streams = new Map<string, LoadedStream>();
  for (const { tenantId, needs } of wanted) {
    for (const need of needs.streams ?? []) {
      const { aggregate } = need;
      const name = streamName(tenantId, aggregate.context, aggregate.stream(need.id));
      if (!streams.has(name))
        streams.set(name, { aggregate, id: need.id, tenantId, state: aggregate.initial, version: 0, loadedVersion: 0 });
    }
  }
  return streams;
};

const groupByContext = (streams: Map<string, LoadedStream>): Map<string, LoadedStream[]> => {
  const groups = new Map<string, LoadedStream[]>();
  for (const stream of streams.values()) {
    const group = groups.get(stream.aggregate.context);
    if (group === undefined) groups.set(stream.aggregate.context, [stream]);
    else group.push(stream);
  }
  return groups;
};

interface ContextStreams {
  readonly context: string;
  readonly streams: readonly LoadedStream[];
}

/** Both statements are sent before the first answer is awaited, so that they share the batch's flush. */
const readStreams = async (
  tx: Transaction,
  catalogue: EventCatalogue,
  { context, streams }: ContextStreams,
): Promise<void> => {
  const whole = streams.filter(({ aggregate }) => aggregate.snapshot === undefined);
  const snapshotted = streams.filter(({ aggregate }) => aggregate.snapshot !== undefined);
  await all([
    whole.length === 0 ? undefined : readWhole(tx, catalogue, { context, streams: whole }),
    snapshotted.length === 0 ? undefined : readSnapshotted(tx, catalogue, { context, streams: snapshotted }),
  ]);
};

const readWhole = async (
  tx: Transaction,
  catalogue: EventCatalogue,
  { context, streams }: ContextStreams,
): Promise<void> => {
  const find = finder(streams, context);
  const addresses = streams.map(({ tenantId, aggregate, id }) => ({ tenantId, stream: aggregate.stream(id) }));
  const { rows } = await tx.query<EventRow>(streamsStatement(context, addresses));
  for (const row of rows) {
    const stream = find(row);
    stream.state = fold(stream.aggregate, stream.state, open(catalogue, row.envelope, row.seq));
    stream.version = row.version;
  }
};

const readSnapshotted = async (
  tx: Transaction,
  catalogue: EventCatalogue,
  { context, streams }: ContextStreams,
): Promise<void> => {
  const find = finder(streams, context);
  const wanted = streams.map(({ tenantId, aggregate, id }) => ({
    tenantId,
    stream: aggregate.stream(id),
    stateVersion: aggregate.snapshot?.stateVersion ?? 0,
  }));
  const { rows } = await tx.query<SnapshottedRow>(snapshottedStreamsStatement(context, wanted));
  for (const row of rows) {
    const stream = find(row);
    stream.state =
      row.seq === null
        ? stream.aggregate.snapshot?.decode(JSON.parse(row.text))
        : fold(stream.aggregate, stream.state, open(catalogue, row.text, row.seq));
    stream.version = row.version;
  }
  for (const stream of streams) stream.loadedVersion = stream.version;
};

const finder = (
  streams: readonly LoadedStream[],
  context: string,
): ((row: { readonly tenant_id: string; readonly stream: string }) => LoadedStream) => {
  const byName = new Map(
    streams.map((stream) => [streamName(stream.tenantId, context, stream.aggregate.stream(stream.id)), stream]),
  );
  return (row) => {
    const stream = byName.get(streamName(row.tenant_id, context, row.stream));
    if (stream === undefined) throw new Error(`The store answered with stream ${row.stream}, which nobody asked for.`);
    return stream;
  };
};

/** The snapshots that this batch's events made due. */
const dueSnapshots = (streams: Iterable<LoadedStream>): readonly Snapshot[] =>
  [...streams].flatMap(
    ({ aggregate, tenantId, id, loadedVersion, version, state }) =>
      dueSnapshot(aggregate, { tenantId, id, from: loadedVersion, to: version, state }) ?? [],
  );

const writeSnapshots = async (tx: Transaction, snapshots: readonly Snapshot[]): Promise<void> => {
  if (snapshots.length > 0) await tx.query(storeSnapshots(snapshots));
};

const rowBatch = (locked: ReadonlyMap<string, unknown>): RowBatch<unknown> & { readonly locked: Iterable<unknown> } => {
  const rows = new Map(locked);
  const changed = new Map<string, { tenantId: string; key: RowKey; row: unknown }>();
  return {
    locked: locked.values(),
    *entries() {
      for (const [name, row] of rows) yield { ...splitRowName(name), row };
    },
    get: (tenantId, key) => rows.get(rowName(tenantId, key)),
    set: (tenantId, key, row) => {
      const name = rowName(tenantId, key);
      rows.set(name, row);
      changed.set(name, { tenantId, key, row });
    },
    get changed() {
      return [...changed.values()];
    },
    scratch: new Map(),
  };
};

const workingSet = (
  tables: readonly LockedTable[],
  batches: ReadonlyMap<string, ReturnType<typeof rowBatch>>,
  streams: Map<string, LoadedStream>,
): WorkingSet => {
  const batchOf = (table: { readonly name: string }): ReturnType<typeof rowBatch> => {
    const batch = batches.get(table.name);
    if (batch === undefined) throw new Error(`Table ${table.name} is not registered.`);
    return batch;
  };
  const consumers = new Map<string, LockedTable[]>();
  for (const table of tables)
    for (const type of table.consumes) consumers.set(type, [...(consumers.get(type) ?? []), table]);

  return {
    loadedFor: (tenantId) => ({
      row: <Row>(table: LockedTable<Row>, key: RowKey) => batchOf(table).get(tenantId, key) as Row | undefined,
      rows: <Row>(table: LockedTable<Row>) =>
        [...batchOf(table).entries()]
          .filter((entry) => entry.tenantId === tenantId)
          .map(({ key, row }) => ({ key, row: row as Row })),
      stream: <State>(aggregate: Aggregate<State, never>, id: string) => {
        const found = streams.get(streamName(tenantId, aggregate.context, aggregate.stream(id)));
        if (found === undefined) throw new Error(`Stream ${aggregate.stream(id)} was not named in loads.`);
        return { state: found.state, version: found.version } as Versioned<State>;
      },
    }),
    versionOf: (tenantId, context, stream) => {
      const found = streams.get(streamName(tenantId, context, stream));
      if (found === undefined)
        throw new Error(`An event was decided for stream ${stream}, which was not named in loads.`);
      return found.version;
    },
    accept: (event) => {
      const stream = streams.get(streamName(event.tenantId, event.context, event.stream));
      if (stream !== undefined) {
        stream.state = fold(stream.aggregate, stream.state, event);
        stream.version = event.version;
      }
      for (const table of consumers.get(event.type) ?? []) table.fold(batchOf(table), event);
    },
    lastBookedAt: newestBooking(tables, batchOf),
    write: (tx) =>
      all([
        ...tables.map((table) => table.write(tx, batchOf(table))),
        writeSnapshots(tx, dueSnapshots(streams.values())),
      ]),
  };
};

const newestBooking = (
  tables: readonly LockedTable[],
  batchOf: (table: LockedTable) => { readonly locked: Iterable<unknown> },
): string | undefined => {
  let newest: string | undefined;
  for (const table of tables) {
    if (table.bookedAt === undefined) continue;
    for (const row of batchOf(table).locked) {
      const bookedAt = table.bookedAt(row);
      if (bookedAt !== undefined && (newest === undefined || bookedAt > newest)) newest = bookedAt;
    }
  }
  return newest;
};
