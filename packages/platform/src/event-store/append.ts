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
  const [first] = events;
  const head = first === undefined ? undefined : expected.get(first.tenantId);
  const isPlain = head !== undefined && events.every((event) => isAlike(event, first));
  return isPlain ? appendToOne(events, head) : appendToAny(events, expected);
};

const isAlike = (event: RecordedEvent, first: RecordedEvent | undefined): boolean =>
  event.tenantId === first?.tenantId && event.bookedAt === first.bookedAt;

const columnsOf = (events: readonly RecordedEvent[]): readonly unknown[] => {
  const envelopes = events.map(seal);
  return [
    textArray(events.map(({ context }) => context)),
    textArray(events.map(({ stream }) => stream)),
    plainArray(events.map(({ version }) => version)),
    plainArray(events.map(({ id }) => id)),
    textArray(events.map(({ type }) => type)),
    plainArray(events.map(({ schemaVersion }) => schemaVersion)),
    textArray(envelopes.map(({ text }) => text)),
    byteaArray(envelopes.map(({ hash }) => hash)),
  ];
};

const appendToAny = (events: readonly RecordedEvent[], expected: ReadonlyMap<string, LogHead>): Statement => {
  const counts = new Map<string, number>();
  const tips = new Map<string, string>();
  const ordinals: number[] = [];
  for (const { tenantId, id } of events) {
    const ordinal = (counts.get(tenantId) ?? 0) + 1;
    counts.set(tenantId, ordinal);
    tips.set(tenantId, id);
    ordinals.push(ordinal);
  }
  const tenants = [...counts.keys()];
  return {
    name: 'append-events',
    text: appendText,
    values: [
      ...columnsOf(events),
      plainArray(events.map(({ tenantId }) => tenantId)),
      plainArray(ordinals),
      plainArray(events.map(({ bookedAt }) => bookedAt)),
      plainArray(tenants),
      plainArray([...counts.values()]),
      plainArray([...tips.values()]),
      plainArray(tenants.map((tenantId) => expected.get(tenantId)?.tip ?? null)),
      plainArray(tenants.map((tenantId) => expected.get(tenantId)?.seq ?? null)),
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
  from unnest($1::text[], $2::text[], $3::int[], $4::uuid[], $5::text[], $6::smallint[], $7::text[], $8::bytea[], $9::uuid[], $10::int[], $11::timestamptz[])
    as e (context, stream, version, id, type, schema_version, envelope, hash, tenant_id, ordinal, booked_at)
  join head using (tenant_id)
  returning 1
)
select head.tenant_id, head.seq as base, head.base_tip, head.seq + head.count as seq, head.tip, clock_timestamp()::timestamptz(3) as now
from (
  select finaegis_require_all((select count(*) from appended), (select sum(count) from unnest($13::int[]) as counts (count))::bigint),
    finaegis_require_heads((select count(*) from head where base_tip <> expected_tip or seq <> expected_seq))
) as checked left join head on true`;

/**
 * What nearly every commit appends: events of one tenant and one instant, to a head that is known. Moving the head is then its lock and its check
 * at once, and what is the same for all events is sent once.
 */
const appendToOne = (events: readonly RecordedEvent[], { seq, tip }: LogHead): Statement => ({
  name: 'append-events-to-one',
  text: appendToOneText,
  values: [...columnsOf(events), events[0]?.tenantId, events[0]?.bookedAt, events.length, events.at(-1)?.id, seq, tip],
});

const appendToOneText = `
with moved as (
  update tenant_heads set seq = seq + $11::int, tip = $12::uuid where tenant_id = $9::uuid and seq = $13::bigint and tip = $14::uuid
  returning tenant_id, seq
), appended as (
  insert into events (tenant_id, seq, context, stream, version, id, type, schema_version, envelope, hash, booked_at)
  select $9::uuid, $13::bigint + e.ordinal, e.context, e.stream, e.version, e.id, e.type, e.schema_version, e.envelope, e.hash, $10::timestamptz
  from moved cross join unnest($1::text[], $2::text[], $3::int[], $4::uuid[], $5::text[], $6::smallint[], $7::text[], $8::bytea[])
    with ordinality as e (context, stream, version, id, type, schema_version, envelope, hash, ordinal)
  returning 1
)
select moved.tenant_id, $13::bigint as base, $14::uuid as base_tip, moved.seq, $12::uuid as tip, clock_timestamp()::timestamptz(3) as now
from (select case when (select count(*) from appended) <> $11::int then finaegis_require_heads(1) end) as checked left join moved on true`;

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
