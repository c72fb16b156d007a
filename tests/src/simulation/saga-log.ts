import { derivedUuid } from '@finaegis/kernel/id';
import type { Commands } from '@finaegis/platform/command/commands';
import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import { type Aggregate, fold } from '@finaegis/platform/event-store/aggregate';
import type { EventMetadata, NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { leasesTable } from '@finaegis/platform/saga/leases-table';
import { type MemorySagaQueue, memorySagaQueue } from '@finaegis/platform/saga/memory-queue';
import type { SagaState } from '@finaegis/platform/saga/saga';
import { sagaAggregate } from '@finaegis/platform/saga/saga';
import type { AttemptOutcome } from '@finaegis/platform/saga/settle-attempt';

/** Tenant of the simulated sagas. */
export const sagaTenant = derivedUuid('simulated sagas', 'tenant');

/** What is committed, as every process sees it: the log, and the queue that follows it. */
export interface SagaLog {
  readonly events: readonly RecordedEvent[];
  readonly queue: MemorySagaQueue;
  state<State>(aggregate: Aggregate<State, never>, id: string): State;
  saga(sagaId: string): SagaState;
  /** Outcomes that changed a saga which another worker had in hand by then, though they only said that nothing had happened. */
  readonly overtakings: readonly string[];
  /** The write side as one process enters it; every way in and out passes `turn`, where a process may die or lose its connection. */
  commands(turn: (where: string) => Promise<void>, workerId: string | undefined): Pick<Commands, 'submit'>;
}

/** A log in virtual time. A commit is one step: the committer and the database under it have a simulation of their own. */
export const createSagaLog = (nowMs: () => number): SagaLog => {
  const events: RecordedEvent[] = [];
  const streams = new Map<string, RecordedEvent[]>();
  const queue = memorySagaQueue(nowMs);
  const now = (): string => new Date(nowMs()).toISOString();
  const state = <State>(aggregate: Aggregate<State, never>, id: string): State =>
    (streams.get(aggregate.stream(id)) ?? []).reduce(
      (before, event) => fold(aggregate, before, event),
      aggregate.initial,
    );
  const loaded: Loaded = {
    row: (table, sagaId) => {
      if (table.name !== leasesTable.name) return undefined;
      return queue.holderOf({ tenantId: sagaTenant, sagaId }) as never;
    },
    rows: () => [],
    stream: (aggregate, id) => ({
      state: state(aggregate, id),
      version: streams.get(aggregate.stream(id))?.length ?? 0,
    }),
  };
  const overtakings: string[] = [];
  const append = (event: NewEvent, metadata: EventMetadata, workerId: string | undefined): void => {
    const stream = streams.get(event.stream) ?? [];
    streams.set(event.stream, stream);
    const id = derivedUuid('simulated event', String(events.length));
    const recorded: RecordedEvent = {
      ...event,
      tenantId: sagaTenant,
      version: stream.length + 1,
      id,
      metadata,
      bookedAt: now(),
    };
    stream.push(recorded);
    events.push(recorded);
    if (event.context === sagaAggregate.context) queue.apply(recorded, workerId);
  };
  const commit = (handler: CommandHandler, data: unknown, refs: unknown, metadata: EventMetadata): unknown => {
    const decision = handler.decide(loaded, data, { now: now(), tenantId: sagaTenant, metadata }, refs);
    if (!decision.accepted) return { accepted: false, refusal: decision.rejection };
    return { accepted: true, isRepeat: decision.events.length === 0, events: decision.events };
  };
  return {
    events,
    queue,
    state,
    overtakings,
    saga: (sagaId) => state(sagaAggregate as unknown as Aggregate<SagaState, never>, sagaId),
    commands: (turn, workerId) => ({
      submit: async (handler, data, { metadata }) => {
        await turn(`before ${handler.name}`);
        const its = handler as unknown as CommandHandler;
        const refs = await its.prepare?.(data, { tenantId: sagaTenant, metadata });
        const settled = commit(its, data, refs, metadata) as {
          readonly accepted: boolean;
          readonly events?: readonly NewEvent[];
        };
        if (its.name === 'saga.RecordAttempt')
          overtakings.push(...overtaking(queue, data as AttemptOutcome, settled.events ?? [], workerId));
        for (const event of settled.events ?? []) append(event, metadata, workerId);
        const outcome = settled.accepted ? { ...settled, result: its.result(loaded, data, refs) } : settled;
        const types = settled.events?.map(({ type }) => type) ?? [];
        await turn(`after ${types.includes('SagaEnded') ? 'SagaEnded' : (types.at(-1) ?? 'nothing new')}`);
        return { kind: 'decided', outcome } as never;
      },
    }),
  };
};

const overtaking = (
  queue: MemorySagaQueue,
  { kind }: AttemptOutcome,
  events: readonly NewEvent[],
  workerId: string | undefined,
): readonly string[] => {
  const sagaId = events[0]?.data['sagaId'];
  if (kind === 'done' || kind === 'look' || typeof sagaId !== 'string') return [];
  const holder = queue.holderOf({ tenantId: sagaTenant, sagaId })?.worker;
  return holder === undefined || holder === workerId
    ? []
    : [`${sagaId} was ${kind} by ${workerId} in the hands of ${holder}`];
};
