import type { Pool } from 'pg';
import { instantArray, plainArray, textArray } from '../database/array-parameters.ts';
import { all, inTransaction, type Transaction } from '../database/transaction.ts';
import type { StoredSecret } from './endpoints-table.ts';
import type { Attempted } from './sender.ts';

/** A delivery that is due, with what it takes to find it. */
export interface DueDelivery {
  readonly tenantId: string;
  readonly endpointId: string;
  readonly deliveryId: string;
  readonly isOrdered: boolean;
}

/** A delivery in hand, with everything it takes to make it. */
export interface LeasedDelivery extends DueDelivery {
  readonly messageId: string;
  readonly type: string;
  readonly attempts: number;
  readonly body: string;
  readonly url: string;
  readonly secrets: readonly StoredSecret[];
  readonly headersRef: string | null;
  /** Failures in a row of its endpoint, as of the lease. */
  readonly failures: number;
}

/** What was made of a delivery. `nextAt` is absent when it is over. */
export interface DeliveryResult {
  readonly delivery: LeasedDelivery;
  readonly attempted: Attempted;
  readonly attemptId: string;
  readonly madeAt: string;
  readonly isTaken: boolean;
  readonly nextAt?: string | undefined;
}

/** An endpoint as its failures leave it. */
export interface HealthChange {
  readonly tenantId: string;
  readonly endpointId: string;
  /** 0 when something was taken. */
  readonly failures: number;
  readonly openUntil?: string | undefined;
}

/** How many more of an endpoint a process takes; an endpoint that is not named gets `usual`. */
export interface Room {
  readonly usual: number;
  readonly byEndpoint: readonly { readonly tenantId: string; readonly endpointId: string; readonly room: number }[];
  readonly total: number;
}

/** How long a delivery stays in one hand; whoever is silent for longer is taken for dead. */
export const leaseMs = 60_000;
/** Deliveries of an ordered endpoint that one process takes at once. */
const runMax = 16;

// Statements over the queue have no names, so each is planned anew, and rows are found by lists of keys, in one pass: the queue is empty one
// minute and long the next, and what the planner believes of it is old. Joins and indexes chosen by such beliefs were walked once for every row.

/** Pools the queue is worked on with. */
export interface QueuePools {
  /** As finaegis_write. */
  readonly pool: Pool;
  /** As finaegis_system: sees what is due in every tenant. */
  readonly systemPool: Pool;
}

/**
 * What is due, some of each endpoint: a receiver that takes nothing has a long queue of its own and stands in nobody's way. Of an endpoint that
 * is left alone nothing is due, and of one that has just been left alone for long enough one.
 */
export const findDue = async (
  { systemPool }: QueuePools,
  { now, room }: { readonly now: string; readonly room: Room },
): Promise<readonly DueDelivery[]> => {
  const { rows } = await systemPool.query<DueDelivery>({
    text: `with told as materialized (
        select e.tenant_id, e.endpoint_id, e.is_ordered,
          least(case when h.failures > 0 then 1 else $2::int end, coalesce(r.room, $2)) as room
        from webhook_endpoints e
        left join webhook_health h using (tenant_id, endpoint_id)
        left join unnest($3::uuid[], $4::uuid[], $5::int[]) as r (tenant_id, endpoint_id, room) using (tenant_id, endpoint_id)
        where e.status = 'active' and (h.open_until is null or h.open_until <= $1))
      select t.tenant_id as "tenantId", t.endpoint_id as "endpointId", d.delivery_id as "deliveryId", t.is_ordered as "isOrdered" from told t
      cross join lateral (
        select d.delivery_id, d.due_at from webhook_deliveries d
        where not t.is_ordered and d.tenant_id = t.tenant_id and d.endpoint_id = t.endpoint_id and d.status = 'pending' and d.due_at <= $1
          and (d.lease_until is null or d.lease_until < clock_timestamp())
        order by d.due_at limit greatest(t.room, 0)) d
      union all
      -- In order: those at the front, as long as nobody has any of them in hand and each is due.
      select t.tenant_id, t.endpoint_id, d.delivery_id, t.is_ordered from told t
      cross join lateral (
        select f.delivery_id from (
          select d.delivery_id, bool_and(d.due_at <= $1) over (order by d.seq, d.delivery_id) as are_due,
            bool_or(d.lease_until >= clock_timestamp()) over () as is_leased
          from (select * from webhook_deliveries
            where tenant_id = t.tenant_id and endpoint_id = t.endpoint_id and status = 'pending'
            order by seq, delivery_id limit ${runMax}) d) f
        where f.are_due and f.is_leased is not true) d
      where t.is_ordered and t.room > 0
      limit $6`,
    values: [
      now,
      room.usual,
      plainArray(room.byEndpoint.map(({ tenantId }) => tenantId)),
      plainArray(room.byEndpoint.map(({ endpointId }) => endpointId)),
      plainArray(room.byEndpoint.map((one) => one.room)),
      room.total,
    ],
  });
  return rows;
};

/** Takes deliveries in hand; those that another process is just taking are left to it. */
export const leaseDue = (
  { pool }: QueuePools,
  { due, worker }: { readonly due: readonly DueDelivery[]; readonly worker: string },
): Promise<readonly LeasedDelivery[]> =>
  inTransaction(pool, { tenants: tenantsOf(due) }, async (tx) => {
    const ordered = due.filter(({ isOrdered }) => isOrdered);
    const fronts = ordered.length === 0 ? new Set<string>() : await lockFronts(tx, ordered);
    const wanted = due.filter(({ isOrdered, endpointId }) => !isOrdered || fronts.has(endpointId));
    const { rows: free } = await tx.query<{ deliveryId: string }>({
      text: `select delivery_id as "deliveryId" from webhook_deliveries
        where ${isOneOf} and status = 'pending' and (lease_until is null or lease_until < clock_timestamp())
        for no key update skip locked`,
      values: keysOf(wanted),
    });
    const taken = new Set(free.map(({ deliveryId }) => deliveryId));
    return taken.size === 0
      ? []
      : leased(tx, { its: wanted.filter(({ deliveryId }) => taken.has(deliveryId)), worker });
  });

/** Rows by two lists of keys, in one pass whatever the planner believes; the pairs keep a tenant's rows its own. */
const isOneOf = `tenant_id = any ($1::uuid[]) and delivery_id = any ($2::uuid[])
  and (tenant_id, delivery_id) in (select * from unnest($1::uuid[], $2::uuid[]))`;

type DeliveryRow = Pick<LeasedDelivery, 'tenantId' | 'deliveryId' | 'messageId' | 'type' | 'attempts'>;
type EndpointRow = Pick<LeasedDelivery, 'tenantId' | 'endpointId' | 'url' | 'secrets' | 'headersRef' | 'failures'>;
type MessageRow = Pick<LeasedDelivery, 'tenantId' | 'messageId' | 'body'>;

/** Marks deliveries as in this worker's hand and reads what it takes to make them. */
const leased = async (
  tx: Transaction,
  { its, worker }: { readonly its: readonly DueDelivery[]; readonly worker: string },
): Promise<readonly LeasedDelivery[]> => {
  const tenants = plainArray(tenantsOf(its));
  const [{ rows: deliveries }, { rows: endpoints }] = await all([
    tx.query<DeliveryRow>({
      text: `update webhook_deliveries set worker = $3, lease_until = clock_timestamp() + $4 * interval '1 millisecond' where ${isOneOf}
        returning tenant_id as "tenantId", delivery_id as "deliveryId", message_id as "messageId", type, attempts`,
      values: [...keysOf(its), worker, leaseMs],
    }),
    tx.query<EndpointRow>({
      text: `select e.tenant_id as "tenantId", e.endpoint_id as "endpointId", e.url, e.secrets, e.headers_ref as "headersRef",
          coalesce(h.failures, 0) as failures
        from webhook_endpoints e left join webhook_health h using (tenant_id, endpoint_id)
        where e.tenant_id = any ($1::uuid[]) and e.endpoint_id = any ($2::uuid[])`,
      values: [tenants, plainArray([...new Set(its.map(({ endpointId }) => endpointId))])],
    }),
  ]);
  const { rows: messages } = await tx.query<MessageRow>({
    text: `select tenant_id as "tenantId", message_id as "messageId", body from webhook_messages
      where tenant_id = any ($1::uuid[]) and message_id = any ($2::text[])`,
    values: [tenants, textArray([...new Set(deliveries.map(({ messageId }) => messageId))])],
  });
  const deliveryOf = mapBy(deliveries, ({ deliveryId }) => deliveryId);
  const endpointOf = mapBy(endpoints, ({ endpointId }) => endpointId);
  const messageOf = mapBy(messages, ({ messageId }) => messageId);
  return its.map((due) => {
    const delivery = deliveryOf(due.tenantId, due.deliveryId);
    return {
      ...due,
      ...delivery,
      ...endpointOf(due.tenantId, due.endpointId),
      ...messageOf(due.tenantId, delivery.messageId),
    };
  });
};

/** Finds rows of a tenant by a name of theirs. */
const mapBy = <Row extends { readonly tenantId: string }>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
): ((tenantId: string, name: string) => Row) => {
  const found = new Map(rows.map((row) => [`${row.tenantId} ${nameOf(row)}`, row]));
  return (tenantId, name) => {
    const row = found.get(`${tenantId} ${name}`);
    if (row === undefined) throw new Error(`${name} is not there although a foreign row names it.`);
    return row;
  };
};

const tenantsOf = (deliveries: readonly Pick<DueDelivery, 'tenantId'>[]): string[] =>
  [...new Set(deliveries.map(({ tenantId }) => tenantId))].sort();

const keysOf = (deliveries: readonly DueDelivery[]): [string, string] => [
  plainArray(deliveries.map(({ tenantId }) => tenantId)),
  plainArray(deliveries.map(({ deliveryId }) => deliveryId)),
];

/**
 * Ordered endpoints whose front nobody has in hand, locked until the end of the transaction. The second statement sees what whoever held the
 * lock before has taken.
 */
const lockFronts = async (tx: Transaction, ordered: readonly DueDelivery[]): Promise<ReadonlySet<string>> => {
  const { rows: held } = await tx.query<{ tenantId: string; endpointId: string }>({
    text: `select tenant_id as "tenantId", endpoint_id as "endpointId" from webhook_endpoints
      where (tenant_id, endpoint_id) in (select * from unnest($1::uuid[], $2::uuid[]))
      order by tenant_id, endpoint_id for no key update skip locked`,
    values: [
      plainArray(ordered.map(({ tenantId }) => tenantId)),
      plainArray(ordered.map(({ endpointId }) => endpointId)),
    ],
  });
  const { rows } = await tx.query<{ endpointId: string }>({
    text: `select e.endpoint_id as "endpointId" from unnest($1::uuid[], $2::uuid[]) as e (tenant_id, endpoint_id)
      cross join lateral (
        select bool_or(f.lease_until >= clock_timestamp()) as is_leased from (
          select lease_until from webhook_deliveries
          where tenant_id = e.tenant_id and endpoint_id = e.endpoint_id and status = 'pending' order by seq, delivery_id limit ${runMax}) f) l
      where l.is_leased is not true`,
    values: [plainArray(held.map(({ tenantId }) => tenantId)), plainArray(held.map(({ endpointId }) => endpointId))],
  });
  return new Set(rows.map(({ endpointId }) => endpointId));
};

/** Records results, gives back what was not tried, and says how endpoints fare, all in one commit. */
export const recordResults = (
  { pool }: QueuePools,
  {
    results,
    released,
    health,
    worker,
    now,
  }: {
    readonly results: readonly DeliveryResult[];
    readonly released: readonly DueDelivery[];
    readonly health: readonly HealthChange[];
    readonly worker: string;
    readonly now: string;
  },
): Promise<void> => {
  const tenants = tenantsOf([...results.map(({ delivery }) => delivery), ...released]);
  return inTransaction(pool, { tenants }, async (tx) => {
    await Promise.all([
      ...(results.length === 0 ? [] : [insertAttempts(tx, results), finishDeliveries(tx, results, now)]),
      ...(released.length === 0 ? [] : [releaseDeliveries(tx, released, worker)]),
      ...(health.length === 0 ? [] : [changeHealth(tx, health, now)]),
    ]);
  });
};

const insertAttempts = (tx: Transaction, results: readonly DeliveryResult[]): Promise<unknown> =>
  tx.query({
    name: 'webhook-insert-attempts',
    text: `insert into webhook_attempts (tenant_id, delivery_id, attempt_id, made_at, duration_ms, url, status, error, answer)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::int[], $6::text[], $7::int[], $8::text[], $9::text[])
      on conflict do nothing`,
    values: [
      plainArray(results.map(({ delivery }) => delivery.tenantId)),
      plainArray(results.map(({ delivery }) => delivery.deliveryId)),
      plainArray(results.map(({ attemptId }) => attemptId)),
      instantArray(results.map(({ madeAt }) => madeAt)),
      plainArray(results.map(({ attempted }) => attempted.durationMs)),
      textArray(results.map(({ delivery }) => delivery.url)),
      plainArray(results.map(({ attempted }) => attempted.status ?? null)),
      textArray(results.map(({ attempted }) => attempted.error ?? null)),
      textArray(results.map(({ attempted }) => attempted.answer ?? null)),
    ],
  });

const finishDeliveries = (tx: Transaction, results: readonly DeliveryResult[], now: string): Promise<unknown> => {
  const sorted = results.toSorted(({ delivery: a }, { delivery: b }) =>
    a.tenantId + a.deliveryId < b.tenantId + b.deliveryId ? -1 : 1,
  );
  return tx.query({
    text: `with r as materialized (
        select r.* from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::int[], $6::text[])
          as r (tenant_id, delivery_id, status, next_at, last_status, last_error)
        cross join lateral (
          select 1 from webhook_deliveries where tenant_id = r.tenant_id and delivery_id = r.delivery_id and status = 'pending'
          offset 0 for no key update) locked)
      update webhook_deliveries d set status = r.status, attempts = d.attempts + 1, due_at = coalesce(r.next_at, d.due_at), worker = null,
        lease_until = null, last_status = r.last_status, last_error = r.last_error,
        finished_at = case when r.status <> 'pending' then $7::timestamptz end
      from r where d.tenant_id = r.tenant_id and d.delivery_id = r.delivery_id`,
    values: [
      plainArray(sorted.map(({ delivery }) => delivery.tenantId)),
      plainArray(sorted.map(({ delivery }) => delivery.deliveryId)),
      textArray(
        sorted.map(({ isTaken, nextAt }) => (isTaken ? 'delivered' : nextAt === undefined ? 'failed' : 'pending')),
      ),
      instantArray(sorted.map(({ nextAt }) => nextAt ?? null)),
      plainArray(sorted.map(({ attempted }) => attempted.status ?? null)),
      textArray(sorted.map(({ attempted }) => attempted.error ?? null)),
      now,
    ],
  });
};

const releaseDeliveries = (tx: Transaction, released: readonly DueDelivery[], worker: string): Promise<unknown> =>
  tx.query({
    text: `update webhook_deliveries d set worker = null, lease_until = null
      from unnest($1::uuid[], $2::uuid[]) as r (tenant_id, delivery_id)
      where d.tenant_id = r.tenant_id and d.delivery_id = r.delivery_id and d.worker = $3`,
    values: [
      plainArray(released.map(({ tenantId }) => tenantId)),
      plainArray(released.map(({ deliveryId }) => deliveryId)),
      worker,
    ],
  });

const changeHealth = async (tx: Transaction, health: readonly HealthChange[], now: string): Promise<void> => {
  const sorted = health.toSorted((a, b) => (a.tenantId + a.endpointId < b.tenantId + b.endpointId ? -1 : 1));
  const well = sorted.filter(({ failures }) => failures === 0);
  const ill = sorted.filter(({ failures }) => failures > 0);
  await Promise.all([
    tx.query({
      text: 'delete from webhook_health where (tenant_id, endpoint_id) in (select * from unnest($1::uuid[], $2::uuid[]))',
      values: [plainArray(well.map(({ tenantId }) => tenantId)), plainArray(well.map(({ endpointId }) => endpointId))],
    }),
    tx.query({
      text: `insert into webhook_health (tenant_id, endpoint_id, failures, failing_since, open_until)
        select i.tenant_id, i.endpoint_id, i.failures, $5::timestamptz, i.open_until
        from unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[]) as i (tenant_id, endpoint_id, failures, open_until)
        on conflict (tenant_id, endpoint_id) do update set failures = greatest(webhook_health.failures, excluded.failures),
          open_until = greatest(webhook_health.open_until, excluded.open_until)`,
      values: [
        plainArray(ill.map(({ tenantId }) => tenantId)),
        plainArray(ill.map(({ endpointId }) => endpointId)),
        plainArray(ill.map(({ failures }) => failures)),
        instantArray(ill.map(({ openUntil }) => openUntil ?? null)),
        now,
      ],
    }),
  ]);
};

/** Active endpoints that have taken nothing for long, with since when. */
export const endpointsToGiveUp = async (
  { systemPool }: QueuePools,
  failingSince: string,
): Promise<readonly { readonly tenantId: string; readonly endpointId: string; readonly failingSince: string }[]> => {
  const { rows } = await systemPool.query<{ tenantId: string; endpointId: string; failingSince: string }>({
    text: `select h.tenant_id as "tenantId", h.endpoint_id as "endpointId", h.failing_since as "failingSince" from webhook_health h
      join webhook_endpoints e using (tenant_id, endpoint_id) where e.status = 'active' and h.failing_since <= $1
      order by h.tenant_id, h.endpoint_id limit 100`,
    values: [failingSince],
  });
  return rows;
};
