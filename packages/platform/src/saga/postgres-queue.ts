import type { Pool } from 'pg';
import { plainArray } from '../database/array-parameters.ts';
import { inTransaction } from '../database/transaction.ts';
import { type LeasedSaga, leaseMs, type SagaAddress, type SagaQueue } from './queue.ts';

/** Where the queue is. */
export interface PostgresQueueOptions {
  /** As finaegis_write. */
  readonly writePool: Pool;
  /** As finaegis_system: sees what is due in every tenant. */
  readonly systemPool: Pool;
}

interface Row {
  readonly tenant_id: string;
  readonly saga_id: string;
}

interface LeasedRow extends Row {
  readonly lease: string;
}

const addressOf = ({ tenant_id: tenantId, saga_id: sagaId }: Row): SagaAddress => ({ tenantId, sagaId });
const leased = (row: LeasedRow): LeasedSaga => ({ ...addressOf(row), lease: row.lease });
const tenantsOf = (sagas: readonly SagaAddress[]): string[] =>
  [...new Set(sagas.map(({ tenantId }) => tenantId))].sort();
const columnsOf = (sagas: readonly SagaAddress[]): [string, string] => [
  plainArray(sagas.map(({ tenantId }) => tenantId)),
  plainArray(sagas.map(({ sagaId }) => sagaId)),
];

/** The queue in PostgreSQL. A lease is taken by a row lock that nobody waits for, so workers never stand in each other's way. */
export const postgresSagaQueue = ({ writePool, systemPool }: PostgresQueueOptions): SagaQueue => ({
  claim: async ({ workerId, known, now, limit, inHand }) => {
    const { rows: due } = await systemPool.query<Row>({
      name: 'due-saga-queue',
      text: `select tenant_id, saga_id from saga_queue q
        where due_at <= $1 and (lease_until is null or lease_until < clock_timestamp() or worker = $2)
          and exists (select from unnest($3::text[], $4::int[]) as k (definition, version) where k.definition = q.definition and k.version = q.version)
          and not exists (select from unnest($5::uuid[], $6::uuid[]) as h (tenant_id, saga_id) where h.tenant_id = q.tenant_id and h.saga_id = q.saga_id)
        order by due_at, tenant_id, saga_id limit $7`,
      values: [
        now,
        workerId,
        known.map(({ name }) => name),
        known.map(({ version }) => version),
        ...columnsOf(inHand),
        limit,
      ],
    });
    if (due.length === 0) return [];
    const candidates = due.map(addressOf);
    return inTransaction(writePool, { tenants: tenantsOf(candidates) }, async (tx) => {
      const { rows } = await tx.query<LeasedRow>({
        name: 'lease-sagas',
        text: `with free as (
            select q.tenant_id, q.saga_id from saga_queue q
            join unnest($1::uuid[], $2::uuid[]) as c (tenant_id, saga_id) on c.tenant_id = q.tenant_id and c.saga_id = q.saga_id
            where q.due_at <= $4 and (q.lease_until is null or q.lease_until < clock_timestamp() or q.worker = $3)
            order by q.tenant_id, q.saga_id for update of q skip locked)
          update saga_queue q set worker = $3, lease = case when q.worker = $3 then q.lease else gen_random_uuid() end,
            lease_until = clock_timestamp() + $5 * interval '1 millisecond'
          from free where q.tenant_id = free.tenant_id and q.saga_id = free.saga_id returning q.tenant_id, q.saga_id, q.lease`,
        values: [...columnsOf(candidates), workerId, now, leaseMs],
      });
      return rows.map(leased);
    });
  },
  renew: async (workerId, inHand) => {
    if (inHand.length === 0) return [];
    return inTransaction(writePool, { tenants: tenantsOf(inHand) }, async (tx) => {
      const { rows } = await tx.query<LeasedRow>({
        name: 'renew-sagas',
        // In the order in which commits lock leases, so that neither waits for the other in a circle.
        text: `with held as (
            select q.tenant_id, q.saga_id from saga_queue q
            join unnest($1::uuid[], $2::uuid[]) as h (tenant_id, saga_id) on h.tenant_id = q.tenant_id and h.saga_id = q.saga_id
            where q.worker = $3 order by q.tenant_id, q.saga_id for no key update of q)
          update saga_queue q set lease_until = clock_timestamp() + $4 * interval '1 millisecond'
          from held where q.tenant_id = held.tenant_id and q.saga_id = held.saga_id returning q.tenant_id, q.saga_id, q.lease`,
        values: [...columnsOf(inHand), workerId, leaseMs],
      });
      return rows.map(leased);
    });
  },
  release: async (workerId, { tenantId, sagaId }, pauseMs) => {
    await inTransaction(writePool, { tenants: [tenantId] }, (tx) =>
      tx.query({
        name: 'release-saga',
        text: `update saga_queue set worker = null,
            lease_until = case when $4::int > 0 then clock_timestamp() + $4 * interval '1 millisecond' end
          where tenant_id = $1 and saga_id = $2 and worker = $3`,
        values: [tenantId, sagaId, workerId, pauseMs],
      }),
    );
  },
});
