import { byteaArray, plainArray, textArray } from '../database/array-parameters.ts';
import type { Statement } from '../database/statement.ts';
import { seal } from './envelope.ts';
import type { RecordedEvent } from './event.ts';

/** Locks the heads of the tenants named, in order. Sent as the last lock of a commit, so that seq order is commit order. */
export const lockHeads = (tenantIds: readonly string[]): Statement => ({
  name: 'lock-heads',
  text: 'select tenant_id from tenant_heads where tenant_id = any ($1::uuid[]) order by tenant_id for no key update',
  values: [[...new Set(tenantIds)].sort()],
});

/** The end of a tenant's log. */
export interface LogHead {
  /** Its last sequence number, 0 for an empty log. */
  readonly seq: bigint;
  /** Id of the event there, which no other history of the same length has; `emptyTip` for an empty log. */
  readonly tip: string;
}

export const emptyTip = '00000000-0000-0000-0000-000000000000';

/** Locks heads like `lockHeads` and fails with SQLSTATE FA003 unless each is where it is expected. */
export const requireHeads = (expected: ReadonlyMap<string, LogHead>): Statement => {
  const sorted = [...expected].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    name: 'require-heads',
    text: `select finaegis_require_heads((
      select count(*) from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as wanted (tenant_id, tip, seq)
      left join lateral (select tip, seq from tenant_heads where tenant_id = wanted.tenant_id for no key update) head on true
      where (head.tip, head.seq) is distinct from (wanted.tip, wanted.seq)))`,
    values: [
      plainArray(sorted.map(([tenantId]) => tenantId)),
      plainArray(sorted.map(([, { tip }]) => tip)),
      plainArray(sorted.map(([, { seq }]) => seq)),
    ],
  };
};

/**
 * Appends events of any tenants and contexts in one statement that also takes their sequence numbers from the heads.
 * The unique index on (tenant, stream, version) refuses a version somebody else wrote first (SQLSTATE 23505).
 * Events of a tenant without a head would join nothing; they are missed in the count and fail the statement (SQLSTATE FA001).
 * Gives back an `Appended` for each tenant.
 * @param expected heads that must not have moved (SQLSTATE FA003); a tenant that is not named may have any
 */
export const appendEvents = (
  events: readonly RecordedEvent[],
  expected: ReadonlyMap<string, LogHead> = new Map(),
): Statement => {
  const ordinals = new Map<string, number>();
  const tips = new Map<string, string>();
  const columns = {
    tenants: [] as string[],
    ordinals: [] as number[],
    contexts: [] as string[],
    streams: [] as string[],
    versions: [] as number[],
    ids: [] as string[],
    types: [] as string[],
    schemaVersions: [] as number[],
    envelopes: [] as string[],
    hashes: [] as Uint8Array[],
    instants: [] as string[],
  };
  for (const event of events) {
    const ordinal = (ordinals.get(event.tenantId) ?? 0) + 1;
    ordinals.set(event.tenantId, ordinal);
    tips.set(event.tenantId, event.id);
    const { text, hash } = seal(event);
    columns.tenants.push(event.tenantId);
    columns.ordinals.push(ordinal);
    columns.contexts.push(event.context);
    columns.streams.push(event.stream);
    columns.versions.push(event.version);
    columns.ids.push(event.id);
    columns.types.push(event.type);
    columns.schemaVersions.push(event.schemaVersion);
    columns.envelopes.push(text);
    columns.hashes.push(hash);
    columns.instants.push(event.bookedAt);
  }
  return {
    name: 'append-events',
    text: appendText,
    values: [
      plainArray(columns.tenants),
      plainArray(columns.ordinals),
      textArray(columns.contexts),
      textArray(columns.streams),
      plainArray(columns.versions),
      plainArray(columns.ids),
      textArray(columns.types),
      plainArray(columns.schemaVersions),
      textArray(columns.envelopes),
      byteaArray(columns.hashes),
      plainArray(columns.instants),
      plainArray([...ordinals.keys()]),
      plainArray([...ordinals.values()]),
      plainArray([...tips.values()]),
      plainArray([...ordinals.keys()].map((tenantId) => expected.get(tenantId)?.tip ?? null)),
      plainArray([...ordinals.keys()].map((tenantId) => expected.get(tenantId)?.seq ?? null)),
    ],
  };
};

const appendText = `
with head as (
  select counted.*, h.seq, h.tip as base_tip
  from unnest($12::uuid[], $13::int[], $14::uuid[], $15::uuid[], $16::bigint[]) as counted (tenant_id, count, tip, expected_tip, expected_seq)
  cross join lateral (select seq, tip from tenant_heads where tenant_id = counted.tenant_id for no key update) h
), moved as (
  insert into tenant_heads (tenant_id, seq, tip) select tenant_id, seq + count, tip from head
  on conflict (tenant_id) do update set seq = excluded.seq, tip = excluded.tip
), appended as (
  insert into events (tenant_id, seq, context, stream, version, id, type, schema_version, envelope, hash, booked_at)
  select e.tenant_id, head.seq + e.ordinal, e.context, e.stream, e.version, e.id, e.type, e.schema_version, e.envelope, e.hash, e.booked_at
  from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::int[], $6::uuid[], $7::text[], $8::smallint[], $9::text[], $10::bytea[], $11::timestamptz[])
    as e (tenant_id, ordinal, context, stream, version, id, type, schema_version, envelope, hash, booked_at)
  join head using (tenant_id)
  returning 1
)
select head.tenant_id, head.seq as base, head.base_tip, head.seq + head.count as seq, head.tip, clock_timestamp()::timestamptz(3) as now
from (
  select finaegis_require_all((select count(*) from appended), (select sum(count) from unnest($13::int[]) as counts (count))::bigint),
    finaegis_require_heads((select count(*) from head where base_tip <> expected_tip or seq <> expected_seq))
) as checked left join head on true`;

/** What a tenant's log was before and after its events of a commit. */
export interface Appended {
  readonly tenant_id: string;
  readonly base: bigint;
  readonly base_tip: string;
  readonly seq: bigint;
  readonly tip: string;
  /** The database's clock. */
  readonly now: string;
}
