import type { Decision } from '@finaegis/kernel/decision';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { CommandHandler, Loaded } from '../command/handler.ts';
import { defineAggregate, fold } from '../event-store/aggregate.ts';
import { defineEvent, type NewEvent, type RecordedEvent } from '../event-store/event.ts';
import { createSagaHandlers, recordAttemptHandler, startSaga, stepCommandHandler } from './commands.ts';
import { defineSaga, sagaCatalogue, stepCommand } from './definition.ts';
import type { ParkingDesk } from './parking.ts';
import { type Saga, type SagaState, sagaAggregate } from './saga.ts';

const tenantId = '0190a000-0000-7000-8000-00000000000a';
const sagaId = '0190a000-0000-7000-8000-000000000001';
const metadata = { actor: 'clerk', channel: 'test', correlation: 'test' };
const now = '2026-03-02T09:00:00.000Z';
const facts = { tenantId, now, metadata };

const shown = defineEvent({ type: 'TestShown', schemaVersion: 1, schema: z.strictObject({ what: z.string() }) });
const board = defineAggregate({
  context: 'testing',
  name: 'board',
  initial: 0,
  events: [shown],
  evolve: (count: number) => count + 1,
});
const desk: ParkingDesk = {
  stream: ({ number }) => ({ aggregate: board, id: String(number) }),
  parked: ({ number, step, failure }) => [
    board.record(String(number), 'TestShown', { what: `${step} ${failure.code}` }),
  ],
  left: (_, { number }, how, actor) => [board.record(String(number), 'TestShown', { what: `${how} by ${actor}` })],
};

/** What is refused here is refused whatever is done. */
const closed: CommandHandler<null, undefined, null> = {
  name: 'testing.Close',
  schema: z.null(),
  permission: 'testing',
  loads: () => ({}),
  decide: () => ({ accepted: false, rejection: { code: 'account_closed' } }),
  result: () => null,
};
const definition = defineSaga<null>({
  name: 'testing.sent',
  version: 1,
  input: z.null(),
  subject: () => 'thing:1',
  steps: [
    { name: 'send', run: async () => ({ kind: 'done' }), isPointOfNoReturn: true },
    { name: 'hear', wait: { signals: ['heard'], until: () => now, atEnd: 'fail' } },
    { name: 'book', command: () => stepCommand(closed, null) },
  ],
});
const handlers = (known: SagaState) =>
  createSagaHandlers({
    definitions: () => sagaCatalogue([definition]),
    now: () => now,
    readSaga: async () => known,
    desk,
  });

const after = (state: SagaState, events: readonly NewEvent[]): Saga =>
  events
    .filter(({ type }) => type !== 'TestShown')
    .reduce(
      (before, event) =>
        fold(sagaAggregate, before, {
          ...event,
          tenantId,
          version: 1,
          id: sagaId,
          metadata,
          bookedAt: now,
        } as RecordedEvent),
      state,
    ) as Saga;
const seen = (state: SagaState): Loaded =>
  ({ stream: () => ({ state, version: 1 }), row: () => ({ lease: 'ours' }) }) as unknown as Loaded;
const eventsOf = (decision: Decision<NewEvent, unknown>): readonly NewEvent[] =>
  decision.accepted ? decision.events : [];
const tellings = (events: readonly NewEvent[]): readonly string[] =>
  events.filter(({ type }) => type === 'TestShown').map(({ stream, data }) => `${stream} ${String(data['what'])}`);

const attemptAt = (saga: Saga) => ({ saga, definition, lease: 'ours', now, jitter: 0 });
const done = (attempted: Saga, saga: Saga = attempted) =>
  eventsOf(recordAttemptHandler(attemptAt(attempted), desk).decide(seen(saga), { kind: 'done' }, facts, undefined));
const booked = (saga: Saga) =>
  eventsOf(
    stepCommandHandler(attemptAt(saga), stepCommand(closed, null), { keep: () => null, desk }).decide(
      seen(saga),
      null,
      facts,
      undefined,
    ),
  );

const begun = after(sagaAggregate.initial, startSaga(definition, { sagaId, input: null }, { tenantId, now }));
// What is sent cannot be taken back, and nobody is heard in time.
const parked = after(begun, done(begun));

test('a saga that parks is shown at the desk in the same decision, wherever it parks', () => {
  expect(parked).toMatchObject({ status: 'parked', parkings: 1 });
  expect(tellings(done(begun))).toEqual(['board:1 hear deadline_passed']);
  const heard = after(
    parked,
    eventsOf(
      handlers(parked).resume.decide(seen(parked), { sagaId, result: null, reason: 'heard_by_telephone' }, facts, {
        now,
        parkings: 1,
      }),
    ),
  );
  expect(heard).toMatchObject({ status: 'running', current: { step: 'book' } });
  expect(tellings(booked(heard))).toEqual(['board:2 book account_closed']);
});

test('every decision about it takes it from the desk, under the name of whoever decided', () => {
  const { retry, resume } = handlers(parked);
  const refs = { now, parkings: 1 };
  expect(tellings(eventsOf(retry.decide(seen(parked), { sagaId }, facts, refs)))).toEqual(['board:1 retried by clerk']);
  const vouched = { sagaId, result: null, reason: 'heard_by_telephone' };
  expect(tellings(eventsOf(resume.decide(seen(parked), vouched, facts, refs)))).toEqual(['board:1 resumed by clerk']);
});

test('one that cannot be cancelled stays on the desk, one that can leaves it', () => {
  const cancel = { sagaId, reason: 'changed_mind' };
  const refused = handlers(parked).cancel.decide(seen(parked), cancel, facts, { now, parkings: 1 });
  expect(refused).toMatchObject({ accepted: false, rejection: { code: 'saga_past_return' } });
  const mistaken = after(begun, [
    sagaAggregate.record(sagaId, 'SagaParked', {
      sagaId,
      step: 'send',
      phase: 'do',
      failure: { step: 'send', code: 'attempts_exhausted' },
    }),
  ]);
  const cancelled = handlers(mistaken).cancel.decide(seen(mistaken), cancel, facts, { now, parkings: 1 });
  expect(tellings(eventsOf(cancelled))).toEqual(['board:1 cancelled by clerk']);
});

test('a decision names the streams of the parking it ends and of those it may come upon', async () => {
  const { retry } = handlers(parked);
  const refs = (await retry.prepare?.({ sagaId }, { tenantId, metadata })) ?? { now };
  expect(
    retry.loads({ sagaId }, refs, { tenantId, metadata }).streams?.map(({ aggregate, id }) => aggregate.stream(id)),
  ).toEqual([`saga:${sagaId}`, 'board:1', 'board:2', 'board:3']);
  expect(
    recordAttemptHandler(attemptAt(begun), desk).loads({ kind: 'done' }, undefined, { tenantId, metadata }).streams,
  ).toMatchObject([{ id: sagaId }, { id: '1', isNew: true }]);
});

test('an attempt from before a person decided counts nothing any more', () => {
  const retried = after(
    parked,
    eventsOf(handlers(parked).retry.decide(seen(parked), { sagaId }, facts, { now, parkings: 1 })),
  );
  const hearing = { ...retried, parkings: 0 };
  expect(done(hearing, retried)).toEqual([]);
  expect(done(retried)).not.toEqual([]);
});

test('a signal parks nothing by itself: the worker does, which knows the desk', () => {
  const waiting = after(begun, [
    sagaAggregate.record(sagaId, 'SagaStepDone', { sagaId, step: 'send', result: null }),
    sagaAggregate.record(sagaId, 'SagaStepIntended', {
      sagaId,
      step: 'hear',
      phase: 'do',
      intent: null,
      key: 'k',
      dueAt: now,
    }),
  ]);
  const signal = { sagaId, signal: 'other', signalId: 'one', data: null };
  const told = eventsOf(handlers(waiting).signal.decide(seen(waiting), signal, facts, { now }));
  expect(told.map(({ type }) => type)).toEqual(['SagaSignalled']);
});
