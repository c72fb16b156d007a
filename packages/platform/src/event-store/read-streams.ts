import { all, type Transaction } from '../database/transaction.ts';
import { type Aggregate, fold } from './aggregate.ts';
import type { EventCatalogue } from './catalogue.ts';
import { open } from './envelope.ts';
import { type EventRow, streamsStatement, type Versioned } from './read.ts';
import { type SnapshottedRow, snapshottedStreamsStatement } from './snapshot.ts';

/** A stream by its aggregate and the aggregate's own id. */
export interface AggregateStream {
  readonly tenantId: string;
  readonly aggregate: Aggregate<unknown, never>;
  readonly id: string;
}

/** The one way a stream is named in maps. */
export const streamName = (tenantId: string, context: string, stream: string): string =>
  `${tenantId}/${context}/${stream}`;

/** States of many streams, by `streamName`; a stream nobody wrote to is absent. Every statement is sent before the first answer is awaited. */
export const readStreams = async (
  tx: Transaction,
  catalogue: EventCatalogue,
  streams: readonly AggregateStream[],
): Promise<ReadonlyMap<string, Versioned<unknown>>> => {
  const found = new Map<string, Versioned<unknown>>();
  await all(
    [...byContext(streams)].flatMap(([context, its]) => {
      const whole = its.filter(({ aggregate }) => aggregate.snapshot === undefined);
      const snapshotted = its.filter(({ aggregate }) => aggregate.snapshot !== undefined);
      const into = { context, found };
      return [
        ...(whole.length === 0 ? [] : [readWhole(tx, catalogue, { ...into, streams: whole })]),
        ...(snapshotted.length === 0 ? [] : [readSnapshotted(tx, catalogue, { ...into, streams: snapshotted })]),
      ];
    }),
  );
  return found;
};

interface ContextStreams {
  readonly context: string;
  readonly streams: readonly AggregateStream[];
  readonly found: Map<string, Versioned<unknown>>;
}

const byContext = (streams: readonly AggregateStream[]): ReadonlyMap<string, readonly AggregateStream[]> => {
  const groups = new Map<string, AggregateStream[]>();
  for (const stream of streams) {
    const group = groups.get(stream.aggregate.context);
    if (group === undefined) groups.set(stream.aggregate.context, [stream]);
    else group.push(stream);
  }
  return groups;
};

const readWhole = async (
  tx: Transaction,
  catalogue: EventCatalogue,
  { context, streams, found }: ContextStreams,
): Promise<void> => {
  const aggregates = aggregatesByName(streams);
  const addresses = streams.map(({ tenantId, aggregate, id }) => ({ tenantId, stream: aggregate.stream(id) }));
  const { rows } = await tx.query<EventRow>(streamsStatement(context, addresses));
  for (const row of rows) {
    const name = streamName(row.tenant_id, context, row.stream);
    const aggregate = asked(aggregates, name);
    const state = fold(aggregate, found.get(name)?.state ?? aggregate.initial, open(catalogue, row.envelope, row.seq));
    found.set(name, { state, version: row.version });
  }
};

const readSnapshotted = async (
  tx: Transaction,
  catalogue: EventCatalogue,
  { context, streams, found }: ContextStreams,
): Promise<void> => {
  const aggregates = aggregatesByName(streams);
  const addresses = streams.map(({ tenantId, aggregate, id }) => ({
    tenantId,
    stream: aggregate.stream(id),
    stateVersion: aggregate.snapshot?.stateVersion ?? 0,
  }));
  const { rows } = await tx.query<SnapshottedRow>(snapshottedStreamsStatement(context, addresses));
  for (const row of rows) {
    const name = streamName(row.tenant_id, context, row.stream);
    const aggregate = asked(aggregates, name);
    const state =
      row.seq === null
        ? aggregate.snapshot?.decode(JSON.parse(row.text))
        : fold(aggregate, found.get(name)?.state ?? aggregate.initial, open(catalogue, row.text, row.seq));
    found.set(name, { state, version: row.version });
  }
};

const aggregatesByName = (streams: readonly AggregateStream[]): ReadonlyMap<string, AggregateStream['aggregate']> =>
  new Map(
    streams.map(({ tenantId, aggregate, id }) => [
      streamName(tenantId, aggregate.context, aggregate.stream(id)),
      aggregate,
    ]),
  );

const asked = (
  aggregates: ReadonlyMap<string, AggregateStream['aggregate']>,
  name: string,
): AggregateStream['aggregate'] => {
  const aggregate = aggregates.get(name);
  if (aggregate === undefined) throw new Error(`The store answered with stream ${name}, which nobody asked for.`);
  return aggregate;
};
