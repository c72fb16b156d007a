import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { fold } from '../event-store/aggregate.ts';
import type { NewEvent, RecordedEvent } from '../event-store/event.ts';
import { startSaga } from './commands.ts';
import { defineSaga, type SagaDefinition } from './definition.ts';
import { type Draft, drafted } from './proceed.ts';
import { type Saga, type SagaState, sagaAggregate } from './saga.ts';
import { type AttemptOutcome, settleAttempt, workOn } from './settle-attempt.ts';

const tenantId = '0190a000-0000-7000-8000-00000000000a';
const now = '2026-03-02T09:00:00.000Z';
const facts = { tenantId, now, jitter: 1 };
const retry = { attempts: 2, firstMs: 1_000, factor: 2, waitMaxMs: 60_000 };
const nothing = async (): Promise<{ readonly kind: 'done' }> => ({ kind: 'done' });

const definition: SagaDefinition = defineSaga<null>({
  name: 'testing.walk',
  version: 1,
  input: z.null(),
  steps: [
    { name: 'reserve', run: nothing, undo: { run: nothing }, retry },
    {
      name: 'send',
      run: nothing,
      ask: nothing,
      retry,
      deadline: () => '2026-03-02T09:30:00.000Z',
      isPointOfNoReturn: true,
    },
    { name: 'tell', run: nothing, retry },
  ],
});

const recorded = (event: NewEvent, version: number): RecordedEvent => ({
  ...event,
  tenantId,
  version,
  id: tenantId,
  metadata: { actor: 'tester', channel: 'test', correlation: 'test' },
  bookedAt: now,
});
const replayed = (events: readonly NewEvent[]): Saga =>
  events.reduce<SagaState>(
    (state, event, index) => fold(sagaAggregate, state, recorded(event, index + 1)),
    sagaAggregate.initial,
  ) as Saga;

const begun = (): Draft => {
  const events = startSaga(definition, { sagaId: 'walk-1', input: null }, facts);
  return { saga: replayed(events), events };
};
const after = (...outcomes: readonly AttemptOutcome[]): Draft =>
  outcomes.reduce((draft, outcome) => settleAttempt(definition, draft, outcome, facts), begun());
const last = ({ events }: Draft): NewEvent | undefined => events.at(-1);

const done: AttemptOutcome = { kind: 'done' };
const fault: AttemptOutcome = { kind: 'fault', code: 'provider_fault' };
const unknown: AttemptOutcome = { kind: 'unknown' };
const declined: AttemptOutcome = { kind: 'declined', code: 'card_declined' };

test.each<[string, readonly AttemptOutcome[], Partial<Saga>, string]>([
  ['every step done', [done, done, done], { status: 'completed' }, 'SagaEnded'],
  ['a fault is tried again', [fault], { status: 'running' }, 'SagaStepFailed'],
  [
    'faults without end undo what may have happened',
    [fault, fault],
    { status: 'undoing', touched: ['reserve'] },
    'SagaStepIntended',
  ],
  ['a decline leaves nothing of its own step', [declined], { status: 'undone', touched: [] }, 'SagaEnded'],
  [
    'a decline undoes the steps before',
    [done, declined],
    { status: 'undoing', touched: ['reserve'] },
    'SagaStepIntended',
  ],
  ['undone to the end', [done, declined, done], { status: 'undone', touched: [] }, 'SagaEnded'],
  ['an unknown outcome is asked about', [done, unknown], { status: 'running' }, 'SagaStepOutcomeUnknown'],
  ['nobody can say what became of it', [done, unknown, unknown, unknown], { status: 'parked' }, 'SagaParked'],
  [
    'a mistake of ours is never answered by taking back',
    [
      { kind: 'fault', code: 'internal_error' },
      { kind: 'fault', code: 'internal_error' },
    ],
    { status: 'parked' },
    'SagaParked',
  ],
  ['past the point of no return a decline parks', [done, done, declined], { status: 'parked' }, 'SagaParked'],
  ['and so do faults', [done, done, fault, fault], { status: 'parked' }, 'SagaParked'],
  ['a compensation that is declined parks', [done, declined, declined], { status: 'parked' }, 'SagaParked'],
  [
    'a deadline undoes its own step too',
    [done, { kind: 'late', deadline: now }],
    { status: 'undoing' },
    'SagaStepIntended',
  ],
  [
    'a step under way is looked at again',
    [{ kind: 'again', afterMs: 5_000, carry: 1 }],
    { status: 'running' },
    'SagaStepWaiting',
  ],
])('%s', (_, outcomes, state, type) => {
  const draft = after(...outcomes);
  expect(draft.saga).toMatchObject(state);
  expect(last(draft)?.type).toBe(type);
});

test('waits grow by the factor, and half of each is spread', () => {
  const first = last(after(fault))?.data;
  expect(first).toMatchObject({ retryAt: '2026-03-02T09:00:01.000Z', attempt: 1 });
  const spread = settleAttempt(definition, begun(), fault, { ...facts, jitter: 0 });
  expect(last(spread)?.data).toMatchObject({ retryAt: '2026-03-02T09:00:00.500Z' });
});

test('a step that waits is looked at by its deadline at the latest', () => {
  const { events } = after(done, { kind: 'again', afterMs: 3_600_000 });
  expect(events.at(-1)?.data).toMatchObject({ dueAt: '2026-03-02T09:30:00.000Z' });
});

test('a worker asks first unless it has recorded the intent itself', () => {
  const { saga } = after(done);
  expect(workOn(definition, saga, facts, true)).toEqual({ kind: 'run' });
  expect(workOn(definition, saga, facts, false)).toEqual({ kind: 'ask' });
  expect(workOn(definition, after(done, unknown).saga, { ...facts, now: '2026-03-02T10:00:00.000Z' }, true)).toEqual({
    kind: 'ask',
  });
});

test('nothing is done before its time, nor with a saga that stands still', () => {
  expect(workOn(definition, after(fault).saga, facts, true)).toBeUndefined();
  expect(workOn(definition, after(done, done, declined).saga, facts, true)).toBeUndefined();
});

test('a step whose deadline has passed is not run again', () => {
  const { saga } = after(done, { kind: 'again', afterMs: 1_000 });
  const late = { ...facts, now: '2026-03-02T09:30:00.000Z' };
  expect(workOn(definition, saga, late, false)).toMatchObject({ kind: 'settle', outcome: { kind: 'late' } });
});

test('two steps of one name and an attempt longer than the lease are refused', () => {
  const step = { name: 'same', run: nothing };
  expect(() => defineSaga({ ...definition, steps: [step, step] })).toThrow('two steps named same');
  expect(() => defineSaga({ ...definition, steps: [{ ...step, timeoutMs: 20_001 }] })).toThrow('longer than 20000');
});

test('a person who has it tried again gives it all its questions again, and it is still asked before it is repeated', () => {
  const parked = after(done, unknown, unknown, unknown);
  const retried = sagaAggregate.record('walk-1', 'SagaRetried', {
    sagaId: 'walk-1',
    step: 'send',
    phase: 'do',
    dueAt: now,
  });
  const { saga } = drafted(parked, facts, retried);
  expect(workOn(definition, saga, facts, true)).toEqual({ kind: 'ask' });
  expect(last(settleAttempt(definition, { saga, events: [] }, unknown, facts))?.type).toBe('SagaStepOutcomeUnknown');
});

test('whatever happens, replay gives the state decided on, and a saga that was undone has left nothing behind', () => {
  const outcome = fc.constantFrom<AttemptOutcome>(
    done,
    fault,
    unknown,
    declined,
    { kind: 'again', afterMs: 10 },
    { kind: 'cancelled' },
  );
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 30 }), (outcomes) => {
      let draft = begun();
      for (const one of outcomes) {
        if (draft.saga.status !== 'running' && draft.saga.status !== 'undoing') break;
        // What cannot be cancelled any more, or is being taken back already, is not settled so by any worker.
        if (one.kind === 'cancelled' && (draft.saga.status === 'undoing' || draft.saga.settled.includes('send')))
          continue;
        draft = settleAttempt(definition, draft, one, facts);
      }
      const { startedBy: _own, ...decided } = draft.saga;
      const { startedBy: _recorded, ...again } = replayed(draft.events);
      expect(again).toEqual(decided);
      if (draft.saga.status === 'undone') expect(draft.saga.touched).toEqual([]);
      if (draft.saga.status === 'undone') expect(draft.saga.settled).not.toContain('send');
      if (draft.saga.status === 'completed') expect(draft.saga.settled).toEqual(['reserve', 'send', 'tell']);
    }),
  );
});
