import { canonicalJson } from '@finaegis/kernel/canonical-json';
import type { Statement } from '../database/statement.ts';
import type { Aggregate } from './aggregate.ts';

/** A state worth keeping: that of a stream up to a version. */
export interface Snapshot {
  readonly tenantId: string;
  readonly context: string;
  readonly stream: string;
  readonly version: number;
  readonly stateVersion: number;
  /** Canonical JSON of the state; the aggregate's `decode` reads it back. */
  readonly state: string;
}

/** The snapshot that is due when a stream has grown from one version to another, or undefined when none is. */
export const dueSnapshot = (
  aggregate: Aggregate<unknown, never>,
  {
    tenantId,
    id,
    from,
    to,
    state,
  }: {
    readonly tenantId: string;
    readonly id: string;
    readonly from: number;
    readonly to: number;
    readonly state: unknown;
  },
): Snapshot | undefined => {
  if (aggregate.snapshot === undefined) return undefined;
  const { every, stateVersion } = aggregate.snapshot;
  if (Math.floor(to / every) === Math.floor(from / every)) return undefined;
  return {
    tenantId,
    context: aggregate.context,
    stream: aggregate.stream(id),
    version: to,
    stateVersion,
    state: canonicalJson(state),
  };
};

/** Keeps snapshots, one per stream: a newer one replaces an older one, and one in another shape gives way to whoever folds the stream now. */
export const storeSnapshots = (snapshots: readonly Snapshot[]): Statement => {
  const sorted = [...snapshots].sort((a, b) =>
    `${a.tenantId}/${a.context}/${a.stream}` < `${b.tenantId}/${b.context}/${b.stream}` ? -1 : 1,
  );
  return {
    name: 'store-snapshots',
    text: `insert into snapshots (tenant_id, context, stream, version, state_version, state)
      select * from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::smallint[], $6::text[])
      on conflict (tenant_id, context, stream) do update set version = excluded.version, state_version = excluded.state_version, state = excluded.state
      where snapshots.version < excluded.version or snapshots.state_version < excluded.state_version`,
    values: [
      sorted.map(({ tenantId }) => tenantId),
      sorted.map(({ context }) => context),
      sorted.map(({ stream }) => stream),
      sorted.map(({ version }) => version),
      sorted.map(({ stateVersion }) => stateVersion),
      sorted.map(({ state }) => state),
    ],
  };
};

/** A stream to read from its newest snapshot of one shape. */
export interface SnapshottedStream {
  readonly tenantId: string;
  readonly stream: string;
  readonly stateVersion: number;
}

/** A row of `snapshottedStreamsStatement`: a snapshot's state or an event's envelope. */
export interface SnapshottedRow {
  readonly tenant_id: string;
  readonly stream: string;
  readonly version: number;
  /** Null for the snapshot. */
  readonly seq: bigint | null;
  readonly text: string;
}

/**
 * For each stream of one context its newest snapshot, if it has one in this shape, and the events after it, in version order. One statement, so
 * that snapshot and events are of one moment: a snapshot replaced between two statements would leave a hole.
 */
export const snapshottedStreamsStatement = (context: string, streams: readonly SnapshottedStream[]): Statement => ({
  name: `snapshotted-streams-${context}`,
  text: `with wanted as (
      select w.tenant_id, w.stream, s.version, s.state
      from unnest($1::uuid[], $2::text[], $3::smallint[]) as w (tenant_id, stream, state_version)
      left join snapshots s on s.tenant_id = w.tenant_id and s.context = '${context}' and s.stream = w.stream and s.state_version = w.state_version
    )
    select tenant_id, stream, version, null::bigint as seq, state as text from wanted where version is not null
    union all
    select e.tenant_id, e.stream, e.version, e.seq, e.envelope from wanted
    cross join lateral (
      select tenant_id, seq, stream, version, envelope from events
      where context = '${context}' and tenant_id = wanted.tenant_id and stream = wanted.stream and version > coalesce(wanted.version, 0) offset 0) e
    order by tenant_id, stream, version`,
  values: [
    streams.map(({ tenantId }) => tenantId),
    streams.map(({ stream }) => stream),
    streams.map(({ stateVersion }) => stateVersion),
  ],
});
