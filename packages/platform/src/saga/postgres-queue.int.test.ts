import { derivedUuid } from '@finaegis/kernel/id';
import { createTenants, otherTenantId, tenantId } from '@finaegis/testing/context';
import { freshDatabase } from '@finaegis/testing/database/fresh-database';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import type { RowBatch } from '../command/locked-table.ts';
import { createPool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import type { RecordedEvent } from '../event-store/event.ts';
import { provision } from '../tenancy/provision.ts';
import { countingContext } from './fixtures/counter-context.ts';
import { postgresSagaQueue } from './postgres-queue.ts';
import type { SagaAddress, SagaQueue } from './queue.ts';
import { queueContract } from './queue-contract.ts';
import { sagaAggregate } from './saga.ts';
import { createSagasTable } from './sagas-table.ts';

describe('the queue in PostgreSQL', () => {
  let pools: Pool[] = [];
  let drop: () => Promise<void>;
  let adminPool: Pool;
  let writePool: Pool;
  let queue: SagaQueue;
  beforeAll(async () => {
    const database = await freshDatabase();
    const table = createSagasTable(() => undefined);
    const connections = await provision(database.adminConnection, {
      modules: [countingContext([]), { name: 'saga', tables: [table], views: [] }],
    });
    adminPool = createPool(database.adminConnection, { applicationName: 'saga-queue-test', max: 2 });
    writePool = createPool(connections.write, { applicationName: 'saga-queue-test', max: 4 });
    const systemPool = createPool(connections.system, { applicationName: 'saga-queue-test', max: 2 });
    pools = [adminPool, writePool, systemPool];
    await createTenants(adminPool);
    queue = postgresSagaQueue({ writePool, systemPool });
    drop = database.drop;
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await drop();
  });

  /** Writes the events as a commit does. */
  const commit = async (
    { tenantId: tenant, sagaId }: SagaAddress,
    events: readonly ReturnType<typeof sagaAggregate.record>[],
    workerId?: string,
  ): Promise<void> => {
    const table = createSagasTable(() => workerId);
    const rows = { scratch: new Map(), changed: [] } as unknown as RowBatch<unknown>;
    const bookedAt = new Date().toISOString();
    const metadata = { actor: 'tester', channel: 'test', correlation: 'test' };
    for (const event of events)
      table.fold(rows, {
        ...event,
        tenantId: tenant,
        version: 1,
        id: derivedUuid(sagaId),
        metadata,
        bookedAt,
      } as RecordedEvent);
    await inTransaction(writePool, { tenants: [tenant] }, (tx) => table.write(tx, rows));
  };
  const step = { step: 'take', phase: 'do' } as const;
  queueContract(() => ({
    queue,
    tenants: [tenantId, otherTenantId],
    start: (saga, workerId) => {
      const { sagaId } = saga;
      const dueAt = new Date().toISOString();
      const begun = { sagaId, definition: 'counting.move', version: 1, input: {} };
      const intended = { sagaId, ...step, intent: null, key: derivedUuid('key', sagaId), dueAt };
      const events = [
        sagaAggregate.record(sagaId, 'SagaStarted', begun),
        sagaAggregate.record(sagaId, 'SagaStepIntended', intended),
      ];
      return commit(saga, events, workerId);
    },
    wait: (saga, dueAt) => {
      const data = { sagaId: saga.sagaId, ...step, ...(dueAt === undefined ? {} : { dueAt }) };
      return commit(saga, [sagaAggregate.record(saga.sagaId, 'SagaStepWaiting', data)]);
    },
    move: (saga, workerId) => {
      const data = { sagaId: saga.sagaId, ...step, intent: null, key: derivedUuid('key', saga.sagaId) };
      const dueAt = new Date().toISOString();
      return commit(saga, [sagaAggregate.record(saga.sagaId, 'SagaStepIntended', { ...data, dueAt })], workerId);
    },
    end: (saga) =>
      commit(saga, [sagaAggregate.record(saga.sagaId, 'SagaEnded', { sagaId: saga.sagaId, outcome: 'completed' })]),
    pass: async (durationMs) => {
      await adminPool.query("update saga_queue set lease_until = lease_until - $1 * interval '1 millisecond'", [
        durationMs,
      ]);
    },
  }));
});
