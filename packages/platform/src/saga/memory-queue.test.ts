import { derivedUuid } from '@finaegis/kernel/id';
import { describe } from 'vitest';
import type { NewEvent, RecordedEvent } from '../event-store/event.ts';
import { memorySagaQueue } from './memory-queue.ts';
import type { SagaAddress } from './queue.ts';
import { queueContract } from './queue-contract.ts';
import { sagaAggregate } from './saga.ts';

describe('the queue in memory', () => {
  let clockMs = Date.parse('2026-03-02T09:00:00.000Z');
  const queue = memorySagaQueue(() => clockMs);
  const apply = async ({ tenantId }: SagaAddress, event: NewEvent, workerId?: string): Promise<void> => {
    const bookedAt = new Date(clockMs).toISOString();
    const metadata = { actor: 'tester', channel: 'test', correlation: 'test' };
    const recorded: RecordedEvent = { ...event, tenantId, version: 1, id: derivedUuid('event'), metadata, bookedAt };
    queue.apply(recorded, workerId);
  };
  const step = { step: 'take', phase: 'do' } as const;
  queueContract(() => ({
    queue,
    tenants: [derivedUuid('tenant a'), derivedUuid('tenant b')],
    start: async (saga, workerId) => {
      const { sagaId } = saga;
      const begun = { sagaId, definition: 'counting.move', version: 1, input: {} };
      const dueAt = new Date(clockMs).toISOString();
      await apply(saga, sagaAggregate.record(sagaId, 'SagaStarted', begun), workerId);
      const intended = { sagaId, ...step, intent: null, key: derivedUuid('key', sagaId), dueAt };
      await apply(saga, sagaAggregate.record(sagaId, 'SagaStepIntended', intended), workerId);
    },
    wait: (saga, dueAt) => {
      const data = { sagaId: saga.sagaId, ...step, ...(dueAt === undefined ? {} : { dueAt }) };
      return apply(saga, sagaAggregate.record(saga.sagaId, 'SagaStepWaiting', data));
    },
    move: (saga, workerId) => {
      const data = { sagaId: saga.sagaId, ...step, intent: null, key: derivedUuid('key', saga.sagaId) };
      const dueAt = new Date(clockMs).toISOString();
      return apply(saga, sagaAggregate.record(saga.sagaId, 'SagaStepIntended', { ...data, dueAt }), workerId);
    },
    end: (saga) =>
      apply(saga, sagaAggregate.record(saga.sagaId, 'SagaEnded', { sagaId: saga.sagaId, outcome: 'completed' })),
    pass: async (durationMs) => {
      clockMs += durationMs;
    },
  }));
});
