import type { Decision } from '@finaegis/kernel/decision';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Loaded } from '../command/handler.ts';
import { fold } from '../event-store/aggregate.ts';
import type { NewEvent, RecordedEvent } from '../event-store/event.ts';
import { createSagaHandlers, recordAttemptHandler, startSaga } from './commands.ts';
import { defineSaga, sagaCatalogue } from './definition.ts';
import { type Saga, type SagaState, sagaAggregate } from './saga.ts';
import type { AttemptOutcome } from './settle-attempt.ts';

const tenantId = '0190a000-0000-7000-8000-00000000000a';
const sagaId = '0190a000-0000-7000-8000-000000000001';
const metadata = { actor: 'tester', channel: 'test', correlation: 'test' };
const clock = { now: '2026-03-02T09:00:00.000Z' };
const facts = { tenantId, now: clock.now, metadata };
const definition = defineSaga<null>({
  name: 'testing.poll',
  version: 1,
  input: z.null(),
  steps: [
    { name: 'poll', run: async () => ({ kind: 'done' }), undo: { run: async () => ({ kind: 'done' }) } },
    { name: 'wait', wait: { signals: ['never'] } },
  ],
});
const handlers = createSagaHandlers({
  definitions: () => sagaCatalogue([definition]),
  now: () => clock.now,
  readSaga: async () => begun,
});

const after = (state: SagaState, events: readonly NewEvent[]): SagaState =>
  events.reduce(
    (before, event) =>
      fold(sagaAggregate, before, {
        ...event,
        tenantId,
        version: 1,
        id: sagaId,
        metadata,
        bookedAt: clock.now,
      } as RecordedEvent),
    state,
  );
const seen = (state: SagaState, lease = 'ours'): Loaded =>
  ({ stream: () => ({ state, version: 1 }), row: () => ({ lease }) }) as unknown as Loaded;
const eventsOf = (decision: Decision<NewEvent, unknown>): readonly NewEvent[] =>
  decision.accepted ? decision.events : [];

const begun = after(
  sagaAggregate.initial,
  startSaga(definition, { sagaId, input: null }, { tenantId, now: clock.now }),
) as Saga;
/** What is recorded of an attempt that began with the saga as `attempted`, when it has meanwhile become `now`. */
const recorded = (attempted: Saga, now: SagaState, outcome: AttemptOutcome, heldBy = 'ours'): readonly NewEvent[] => {
  const attempt = { saga: attempted, definition, lease: 'ours', now: '2026-03-02T09:00:01.000Z', jitter: 0 };
  return eventsOf(recordAttemptHandler(attempt).decide(seen(now, heldBy), outcome, facts, undefined));
};
const signal = (state: SagaState, signalId: string): readonly NewEvent[] =>
  eventsOf(handlers.signal.decide(seen(state), { sagaId, signal: 'told', signalId, data: null }, facts, clock));
const again: AttemptOutcome = { kind: 'again', afterMs: 86_400_000 };

test('a signal that comes during an attempt has the step looked at again at once', () => {
  expect(recorded(begun, begun, again)).toMatchObject([{ data: { dueAt: '2026-03-03T09:00:01.000Z' } }]);
  const told = after(begun, signal(begun, 'one'));
  expect(recorded(begun, told, again)).toMatchObject([{ data: { dueAt: '2026-03-02T09:00:01.000Z' } }]);
  // The next attempt has seen it, and waits as long as it says.
  expect(recorded(told as Saga, told, again)).toMatchObject([{ data: { dueAt: '2026-03-03T09:00:01.000Z' } }]);
});

test('a cancellation that comes during an attempt does not wait for the next one', () => {
  const cancel = handlers.cancel.decide(seen(begun), { sagaId, reason: 'changed_mind' }, facts, clock);
  const cancelled = after(begun, eventsOf(cancel));
  expect(recorded(begun, cancelled, again)).toMatchObject([{ data: { dueAt: '2026-03-02T09:00:01.000Z' } }]);
  const failed = recorded(begun, cancelled, { kind: 'fault', code: 'provider_fault' });
  expect(failed.map(({ type }) => type)).toEqual(['SagaUndoing', 'SagaStepIntended']);
});

test('a signal does not hurry a step that is being tried again', () => {
  const failed = after(begun, recorded(begun, begun, { kind: 'fault', code: 'provider_fault' })) as Saga;
  const told = signal(failed, 'one');
  expect(told).toMatchObject([{ type: 'SagaSignalled', data: { dueAt: failed.current?.dueAt } }]);
  expect(after(failed, told)).toMatchObject({ current: { dueAt: failed.current?.dueAt } });
});

test('a cancellation does not bring nearer the question about a call whose answer was lost', () => {
  const lost = after(begun, recorded(begun, begun, { kind: 'unknown' })) as Saga;
  const cancel = handlers.cancel.decide(seen(lost), { sagaId, reason: 'changed_mind' }, facts, clock);
  expect(eventsOf(cancel)).toMatchObject([{ type: 'SagaCancelRequested', data: { dueAt: lost.current?.dueAt } }]);
  expect(lost.current?.dueAt).not.toBe(clock.now);
});

test('a "no" of a worker that others have taken the saga from does not count, what has happened does', () => {
  const noes: readonly AttemptOutcome[] = [
    { kind: 'declined', code: 'payee_closed' },
    { kind: 'fault', code: 'provider_fault' },
    { kind: 'unknown' },
    { kind: 'late', deadline: clock.now },
    { kind: 'cancelled' },
    again,
  ];
  for (const outcome of noes) {
    expect(recorded(begun, begun, outcome)).not.toEqual([]);
    expect(recorded(begun, begun, outcome, 'theirs'), outcome.kind).toEqual([]);
  }
  const done = recorded(begun, begun, { kind: 'done', result: 'sent' }, 'theirs');
  expect(done[0]).toMatchObject({ type: 'SagaStepDone', data: { result: 'sent' } });
});
