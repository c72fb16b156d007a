import { fold } from '../event-store/aggregate.ts';
import type { RecordedEvent } from '../event-store/event.ts';
import type { LeasedSaga, SagaAddress, SagaQueue } from './queue.ts';
import { firstLease, leaseMs } from './queue.ts';
import { type SagaEvent, type SagaState, sagaAggregate } from './saga.ts';

interface Entry extends SagaAddress {
  readonly definition: string;
  readonly version: number;
  dueAt: string | undefined;
  worker: string | undefined;
  lease: string;
  leaseUntilMs: number;
}

/** A queue in memory, and what makes it follow the log. */
export interface MemorySagaQueue extends SagaQueue {
  /** Folds a committed event, as the table does in the commit. */
  apply(event: RecordedEvent, workerId?: string): void;
  /** Who holds it, and by which lease; undefined where nobody has anything to do. */
  holderOf(saga: SagaAddress): { readonly worker: string | undefined; readonly lease: string } | undefined;
}

/**
 * The twin of the queue in PostgreSQL, for tests and the simulation.
 * @param clockMs the store's clock
 */
export const memorySagaQueue = (clockMs: () => number): MemorySagaQueue => {
  const entries = new Map<string, Entry>();
  const states = new Map<string, SagaState>();
  let leases = 0;
  const newLease = (): string => `lease-${++leases}`;
  const leased = (entry: Entry): LeasedSaga => {
    const { tenantId, sagaId, lease } = entry;
    return { tenantId, sagaId, lease };
  };
  const nameOf = ({ tenantId, sagaId }: SagaAddress): string => `${tenantId}/${sagaId}`;
  const isFree = (entry: Entry, workerId: string): boolean =>
    entry.worker === workerId || entry.leaseUntilMs < clockMs();
  return {
    claim: async ({ workerId, known, now, limit, inHand }) => {
      const held = new Set(inHand.map(nameOf));
      const due = [...entries.values()]
        .filter((entry) => entry.dueAt !== undefined && entry.dueAt <= now && isFree(entry, workerId))
        .filter((entry) => !held.has(nameOf(entry)))
        .filter(({ definition, version }) => known.some((one) => one.name === definition && one.version === version))
        .sort((a, b) => ((a.dueAt ?? '') < (b.dueAt ?? '') ? -1 : 1))
        .slice(0, limit);
      for (const entry of due)
        Object.assign(entry, {
          worker: workerId,
          lease: entry.worker === workerId ? entry.lease : newLease(),
          leaseUntilMs: clockMs() + leaseMs,
        });
      return due.map(leased);
    },
    renew: async (workerId, inHand) => {
      const kept = inHand
        .map((one) => entries.get(nameOf(one)))
        .filter((entry): entry is Entry => entry?.worker === workerId);
      for (const entry of kept) entry.leaseUntilMs = clockMs() + leaseMs;
      return kept.map(leased);
    },
    release: async (workerId, saga, pauseMs) => {
      const entry = entries.get(nameOf(saga));
      if (entry?.worker !== workerId) return;
      Object.assign(entry, { worker: undefined, leaseUntilMs: pauseMs > 0 ? clockMs() + pauseMs : 0 });
    },
    apply: (event, workerId) => {
      const { data, tenantId } = event as RecordedEvent & SagaEvent;
      const address = { tenantId, sagaId: data.sagaId };
      const name = nameOf(address);
      const saga = fold(sagaAggregate, states.get(name) ?? sagaAggregate.initial, event);
      states.set(name, saga);
      if (saga.status !== 'running' && saga.status !== 'undoing') return void entries.delete(name);
      const dueAt = saga.current === undefined ? event.bookedAt : saga.current.dueAt;
      const before = entries.get(name);
      const { definition, version } = saga;
      const isHeld = before?.worker !== undefined && before.worker !== workerId && before.leaseUntilMs >= clockMs();
      const isTaken = workerId !== undefined && dueAt !== undefined && dueAt <= event.bookedAt;
      const keptLease = before?.lease ?? (event.type === 'SagaStarted' ? firstLease(address.sagaId) : newLease());
      const hands = isHeld
        ? { worker: before.worker, lease: before.lease, leaseUntilMs: before.leaseUntilMs }
        : {
            worker: isTaken ? workerId : undefined,
            lease: isTaken && before !== undefined && before.worker !== workerId ? newLease() : keptLease,
            leaseUntilMs: isTaken ? clockMs() + leaseMs : 0,
          };
      entries.set(name, { ...address, definition, version, dueAt, ...hands });
    },
    holderOf: (saga) => entries.get(nameOf(saga)),
  };
};
