import type { Statement } from '../database/transaction.ts';
import { seal } from './envelope.ts';
import type { RecordedEvent } from './event.ts';

/** Locks the heads of the tenants named, in order. Sent as the last lock of a commit, so that seq order is commit order. */
export const lockHeads = (tenantIds: readonly string[]): Statement => ({
  name: 'lock-heads',
  text: 'select tenant_id from tenant_heads where tenant_id = any ($1::uuid[]) order by tenant_id for no key update',
  values: [[...new Set(tenantIds)].sort()],
});

/**
 * Appends events of any tenants and contexts in one statement that also takes their sequence numbers from the heads.
 * The unique index on (tenant, stream, version) refuses a version somebody else wrote first (SQLSTATE 23505).
 * Events of a tenant without a head would join nothing; they are missed in the count and fail the statement (SQLSTATE FA001).
 * Gives back `{ tenant_id, base }`: the head before the first of the tenant's events.
 */
export const appendEvents = (events: readonly RecordedEvent[]): Statement => {
  const ordinals = new Map<string, number>();
  const columns: [
    string[],
    number[],
    string[],
    string[],
    number[],
    string[],
    string[],
    number[],
    string[],
    Uint8Array[],
    string[],
  ] = [[], [], [], [], [], [], [], [], [], [], []];
  for (const event of events) {
    const ordinal = (ordinals.get(event.tenantId) ?? 0) + 1;
    ordinals.set(event.tenantId, ordinal);
    const { text, hash } = seal(event);
    columns[0].push(event.tenantId);
    columns[1].push(ordinal);
    columns[2].push(event.context);
    columns[3].push(event.stream);
    columns[4].push(event.version);
    columns[5].push(event.id);
    columns[6].push(event.type);
    columns[7].push(event.schemaVersion);
    columns[8].push(text);
    columns[9].push(hash);
    columns[10].push(event.bookedAt);
  }
  return {
    name: 'append-events',
    text: appendText,
    values: [...columns, [...ordinals.keys()], [...ordinals.values()]],
  };
};

const appendText = `
with counted as (
  select * from unnest($12::uuid[], $13::int[]) as counted (tenant_id, count)
), head as (
  insert into tenant_heads (tenant_id, seq)
  select tenant_id, count from counted cross join lateral (select 1 from tenant_heads h where h.tenant_id = counted.tenant_id offset 0) known
  on conflict (tenant_id) do update set seq = tenant_heads.seq + excluded.seq
  returning tenant_id, seq
), appended as (
  insert into events (tenant_id, seq, context, stream, version, id, type, schema_version, envelope, hash, booked_at)
  select e.tenant_id, head.seq - counted.count + e.ordinal, e.context, e.stream, e.version, e.id, e.type, e.schema_version, e.envelope, e.hash, e.booked_at
  from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::int[], $6::uuid[], $7::text[], $8::smallint[], $9::text[], $10::bytea[], $11::timestamptz[])
    as e (tenant_id, ordinal, context, stream, version, id, type, schema_version, envelope, hash, booked_at)
  join counted using (tenant_id) join head using (tenant_id)
  returning 1
)
select head.tenant_id, head.seq - counted.count as base
from (select finaegis_require_all((select count(*) from appended), (select sum(count) from counted)::bigint)) as checked left join (head join counted using (tenant_id)) on true`;
