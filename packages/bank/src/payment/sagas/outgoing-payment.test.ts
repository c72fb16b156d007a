import { OutcomeUnknown } from '@finaegis/platform/resilience/faults';
import { startSaga } from '@finaegis/platform/saga/commands';
import type { Json } from '@finaegis/platform/saga/definition';
import { folded } from '@finaegis/platform/saga/proceed';
import { type Saga, type SagaState, sagaAggregate } from '@finaegis/platform/saga/saga';
import { type AttemptOutcome, settleAttempt } from '@finaegis/platform/saga/settle-attempt';
import { describe, expect, it } from 'vitest';
import { createMemoryRail } from '../adapters/memory-rail.ts';
import type { StepHandlers } from '../outgoing/commands.ts';
import { allowAllPayments, paymentTimes } from '../ports.ts';
import { type OutgoingSagaTools, outgoingPaymentSaga } from './outgoing-payment.ts';

// The decisions of the saga only: what it does next after each outcome. What its steps do is proved over a database.
const names = ['recordVerdict', 'fund', 'submit', 'loseOutcome', 'conclude', 'reject'];
const handlers = Object.fromEntries(names.map((name) => [name, { name }])) as unknown as StepHandlers;
const tools = {
  rail: createMemoryRail(),
  checks: allowAllPayments,
  times: paymentTimes,
} as unknown as OutgoingSagaTools;
const definition = outgoingPaymentSaga(tools, handlers);

const tenantId = '0190a000-0000-7000-8000-00000000000a';
const sagaId = '0190b000-0000-7000-8000-00000000000b';
const at = (now = '2025-01-30T10:00:00.000Z') => ({ tenantId, now, jitter: 0 });
const input = { paymentId: 'p-1', rail: 'sepa', bank: 'ing', executionDate: null, verdict: null };

const begin = (more: object = {}): Saga =>
  startSaga(definition, { sagaId, input: { ...input, ...more } }, at()).reduce<SagaState>(
    (state, event) =>
      event.type === 'SagaStarted'
        ? folded(state, { ...event, metadata: { actor: 'key-1' } } as never, at())
        : folded(state, event, at()),
    sagaAggregate.initial,
  ) as Saga;
const when = (saga: Saga, outcome: AttemptOutcome, now?: string): Saga =>
  settleAttempt(definition, { saga, events: [] }, outcome, at(now)).saga;
const done = (result: Json = null): AttemptOutcome => ({ kind: 'done', result });
const place = ({ status, current }: Saga): string => `${status} ${current?.step ?? ''}`.trim();

const allowed = () => when(begin(), done({ kind: 'allow' }));
const toBank = () => when(when(allowed(), done()), done());
const accepted = { kind: 'accepted', bankReference: 'B-1' };

describe('the saga of a payment', () => {
  it('goes from check to conclusion when nothing stands against it', () => {
    const trail = [begin()];
    const outcomes = [
      done({ kind: 'allow' }),
      done(),
      done(),
      done(accepted),
      done({ ...accepted, kind: 'settled' }),
      done(),
    ];
    for (const outcome of outcomes) trail.push(when(trail.at(-1) as Saga, outcome));
    expect(trail.map(place)).toEqual([
      'running check',
      'running fund',
      'running hand-over',
      'running submit',
      'running await-settlement',
      'running conclude',
      'completed',
    ]);
  });

  it('waits for a review, and rejects what nobody reviewed in time', () => {
    const waiting = when(when(begin(), done({ kind: 'review', reason: 'odd' })), done());
    expect(place(waiting)).toBe('running await-review');
    expect(place(when(waiting, { kind: 'look' }, '2025-02-04T09:59:59.999Z'))).toBe('running await-review');
    const late = when(waiting, { kind: 'look' }, '2025-02-04T10:00:00.000Z');
    expect([place(late), late.failure?.code]).toEqual(['undoing check', 'deadline_passed']);
    expect(place(when(late, done()))).toBe('undone');
  });

  it('waits for its day', () => {
    const waiting = when(begin({ executionDate: '2025-02-01' }), done({ kind: 'allow' }));
    expect([place(waiting), waiting.current?.dueAt]).toEqual([
      'running await-execution-date',
      '2025-02-01T00:00:00.000Z',
    ]);
    expect(place(when(waiting, { kind: 'look' }, '2025-02-01T00:00:00.000Z'))).toBe('running fund');
  });

  it('rejects what cannot be funded, and waits while only the day is closed', () => {
    const refused = when(allowed(), { kind: 'refused', code: 'insufficient_funds', facts: {} });
    expect([place(refused), refused.failure?.code]).toEqual(['undoing check', 'insufficient_funds']);
    expect(place(when(allowed(), { kind: 'refused', code: 'day_closed', facts: {} }))).toBe('running fund');
  });

  it('gives back what the bank declines, newest step first', () => {
    const declined = when(toBank(), { kind: 'declined', code: 'AC04' });
    expect([place(declined), declined.failure?.code]).toEqual(['undoing fund', 'AC04']);
    expect(place(when(declined, done()))).toBe('undoing check');
    expect(place(when(when(declined, done()), done()))).toBe('undone');
  });

  it('asks before it repeats, and stops for a person when nobody ever answers', () => {
    let saga = when(toBank(), { kind: 'unknown' });
    expect([place(saga), saga.current?.ask]).toEqual(['running submit', 1]);
    for (let asked = 1; asked <= 8; asked += 1) saga = when(saga, { kind: 'unknown' });
    expect([place(saga), saga.parked?.code]).toEqual(['parked submit', 'outcome_unknown']);
  });

  it('undoes nothing once the bank has it', () => {
    const waiting = when(toBank(), done(accepted));
    const again = when(waiting, { kind: 'again', afterMs: 1_000, carry: 2_000 });
    expect([place(again), again.current?.carry]).toEqual(['running await-settlement', 2_000]);
    const failing = when(when(waiting, done({ kind: 'declined', code: 'AM04' })), {
      kind: 'refused',
      code: 'account_unknown',
      facts: {},
    });
    expect(place(failing)).toBe('parked conclude');
  });

  it('does not take a lost outcome for a fault because it could not be noted', async () => {
    const lost = new OutcomeUnknown('timed_out');
    const noted: string[] = [];
    const { steps } = outgoingPaymentSaga(
      {
        ...tools,
        findOutgoing: async () => ({ status: 'submitted' }) as never,
        orderOf: async () => ({}) as never,
        rail: { ...tools.rail, submit: () => Promise.reject(lost) },
        loseOutcome: async (paymentId) => {
          noted.push(paymentId);
          throw Object.assign(new Error('The write side is away.'), { code: 'overloaded' });
        },
      },
      handlers,
    );
    const step = steps.find(({ name }) => name === 'submit');
    if (step === undefined || !('run' in step)) throw new Error('The bank is told in a step of its own.');
    await expect(step.run({ input, tenantId } as never)).rejects.toBe(lost);
    expect(noted).toEqual(['p-1']);
  });

  it('within the tenant ends with the funding', () => {
    const internal = begin({ rail: 'internal', bank: null, verdict: { kind: 'allow' } });
    expect(place(when(when(internal, done({ kind: 'allow' })), done()))).toBe('completed');
  });
});
