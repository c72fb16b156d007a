import type { QueryResult } from 'pg';
import type { Statement } from '../database/statement.ts';
import type { Transaction } from '../database/transaction.ts';
import { type Aggregate, fold } from './aggregate.ts';
import type { EventCatalogue } from './catalogue.ts';
import { open } from './envelope.ts';
import type { LoggedEvent } from './event.ts';

/** One stream's place in the log. */
export interface StreamAddress {
  readonly tenantId: string;
  readonly context: string;
  readonly stream: string;
}

/** A state and the version it was folded up to; version 0 is a stream nobody has written to. */
export interface Versioned<State> {
  readonly state: State;
  readonly version: number;
}

export interface EventRow {
  readonly tenant_id: string;
  readonly seq: bigint;
  readonly stream: string;
  readonly version: number;
  readonly envelope: string;
}

/** The events of several streams of one context, each in version order. */
export const streamsStatement = (
  context: string,
  streams: readonly { tenantId: string; stream: string; after?: number }[],
): Statement => ({
  name: `streams-${context}`,
  text: `select e.tenant_id, e.seq, e.stream, e.version, e.envelope
    from unnest($1::uuid[], $2::text[], $3::int[]) as wanted (tenant_id, stream, after)
    cross join lateral (
      select tenant_id, seq, stream, version, envelope from events
      where context = '${context}' and tenant_id = wanted.tenant_id and stream = wanted.stream and version > wanted.after offset 0) e
    order by e.tenant_id, e.stream, e.version`,
  values: [
    streams.map(({ tenantId }) => tenantId),
    streams.map(({ stream }) => stream),
    streams.map(({ after }) => after ?? 0),
  ],
});

/** All events of one stream, oldest first. */
export const readStream = async (
  tx: Transaction,
  catalogue: EventCatalogue,
  { tenantId, context, stream }: StreamAddress,
  after = 0,
): Promise<readonly LoggedEvent[]> => {
  const { rows } = await tx.query<Pick<EventRow, 'seq' | 'envelope'>>({
    name: `stream-${context}`,
    text: `select seq, envelope from events
      where context = '${context}' and tenant_id = $1 and stream = $2 and version > $3 order by version`,
    values: [tenantId, stream, after],
  });
  return rows.map((row) => open(catalogue, row.envelope, row.seq));
};

/**
 * The state of one aggregate, from its newest snapshot where it keeps any.
 * @param id the aggregate's own id, without the stream's prefix
 */
export const rehydrate = async <State>(
  tx: Transaction,
  catalogue: EventCatalogue,
  aggregate: Aggregate<State, never>,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
): Promise<Versioned<State>> => {
  const stream = aggregate.stream(id);
  const start = aggregate.snapshot === undefined ? undefined : await readSnapshot(tx, aggregate, { tenantId, stream });
  const events = await readStream(tx, catalogue, { tenantId, context: aggregate.context, stream }, start?.version ?? 0);
  let state = start?.state ?? aggregate.initial;
  for (const event of events) state = fold(aggregate, state, event);
  return { state, version: events.at(-1)?.version ?? start?.version ?? 0 };
};

interface SnapshotRow {
  readonly version: number;
  readonly state: string;
}

const readSnapshot = async <State>(
  tx: Transaction,
  aggregate: Aggregate<State, never>,
  { tenantId, stream }: { readonly tenantId: string; readonly stream: string },
): Promise<Versioned<State> | undefined> => {
  const { rows } = await tx.query<SnapshotRow>({
    name: 'snapshot',
    text: 'select version, state from snapshots where tenant_id = $1 and context = $2 and stream = $3 and state_version = $4',
    values: [tenantId, aggregate.context, stream, aggregate.snapshot?.stateVersion],
  });
  const row = rows[0];
  // A snapshot written in another shape is not an error: the stream still has every event.
  return row === undefined || aggregate.snapshot === undefined
    ? undefined
    : { version: row.version, state: aggregate.snapshot.decode(JSON.parse(row.state)) };
};

/** A stretch of one tenant's log in the contexts named, in seq order, starting after `after`. */
export const readLog = (
  tx: Transaction,
  {
    tenantId,
    contexts,
    after,
    upTo,
    limit,
  }: {
    readonly tenantId: string;
    readonly contexts: readonly string[];
    readonly after: bigint;
    readonly upTo: bigint;
    readonly limit: number;
  },
): Promise<QueryResult<EventRow & { type: string; schema_version: number; context: string }>> =>
  tx.query({
    name: 'read-log',
    text: `select tenant_id, seq, context, stream, version, type, schema_version, envelope from events
      where tenant_id = $1 and context = any ($2) and seq > 0 and seq > $3 and seq <= $4 order by seq limit $5`,
    values: [tenantId, contexts, after, upTo, limit],
  });
