import { derivedUuid } from '@finaegis/kernel/id';
import { startContext, type TestContext, tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { isMasking, whileMasking } from '../event-store/masking.ts';
import { rehydrate } from '../event-store/read.ts';
import type { ContextModule } from '../module.ts';
import { OutcomeUnknown } from '../resilience/faults.ts';
import { read } from '../services.ts';
import { defineSaga, type Json, StepOutcomeUnknown, stepCommand } from './definition.ts';
import { count, counter, countingContext } from './fixtures/counter-context.ts';
import { childSagaId } from './proceed.ts';
import { readSaga, readSagaHistory } from './reads.ts';
import type { Saga } from './saga.ts';

const input = z.strictObject({ from: z.string(), to: z.string(), by: z.number() });
type Input = z.output<typeof input>;
const quick = { attempts: 3, firstMs: 1, factor: 1, waitMaxMs: 1 };

/** What the outside world was asked, by key; a test says what it answers. */
const world = {
  calls: [] as { readonly way: string; readonly key: string }[],
  answers: [] as (() => Json)[],
  has: new Set<string>(),
  /** How often a question is answered with a fault before it is answered. */
  questionsLost: 0,
};
const say = (...answers: (() => Json)[]): void => {
  world.answers = answers;
  world.calls = [];
};
const next = (): Json => (world.answers.shift() ?? (() => 'fine'))();

const take = {
  name: 'take',
  command: ({ input: { from, by } }: { readonly input: Input }) => stepCommand(count, { counter: from, by: -by }),
  undo: {
    command: ({
      input: { from, by },
      results,
    }: {
      readonly input: Input;
      readonly results: Readonly<Record<string, Json>>;
    }) => ('take' in results ? stepCommand(count, { counter: from, by }) : undefined),
  },
};
const give = {
  name: 'give',
  command: ({ input: { to, by } }: { readonly input: Input }) => stepCommand(count, { counter: to, by }),
};

const sagas = [
  defineSaga<Input>({
    name: 'counting.move',
    version: 1,
    input,
    subject: ({ from }) => `counter:${from}`,
    steps: [take, give],
  }),
  defineSaga<Input>({
    name: 'counting.send',
    version: 1,
    input,
    secrets: ['pin'],
    steps: [
      take,
      {
        name: 'send',
        intend: ({ input: { by } }) => ({ by, pin: '1234' }),
        run: async ({ key }) => {
          world.calls.push({ way: 'run', key });
          const said = next();
          if (said === 'declined') return { kind: 'declined', code: 'payee_closed' };
          if (said === 'again') return { kind: 'again', afterMs: 1, carry: 'asked' };
          world.has.add(key);
          return { kind: 'done', result: said };
        },
        ask: async ({ key }) => {
          world.calls.push({ way: 'ask', key });
          if (world.questionsLost-- > 0) throw Object.assign(new Error('away'), { code: 'provider_fault' });
          return world.has.has(key) ? { kind: 'done', result: 'found' } : { kind: 'absent' };
        },
        retry: quick,
        isPointOfNoReturn: true,
      },
      { name: 'approve', wait: { signals: ['approved', 'rejected'], isWanted: ({ input: { by } }) => by > 50 } },
      give,
    ],
  }),
  defineSaga<Input>({
    name: 'counting.timer',
    version: 1,
    input,
    steps: [
      take,
      {
        name: 'sleep',
        wait: {
          signals: ['woken'],
          until: ({ startedAt }) => new Date(Date.parse(startedAt) + 150).toISOString(),
          atEnd: 'fail',
        },
      },
      give,
    ],
  }),
  defineSaga<Input>({
    name: 'counting.family',
    version: 1,
    input,
    steps: [
      {
        name: 'both',
        children: ({ input: { from, to, by } }) => [
          { definition: 'counting.move', input: { from, to, by } },
          { definition: 'counting.move', input: { from, to: `${to}-2`, by } },
        ],
      },
    ],
  }),
  defineSaga<Input>({
    name: 'counting.nap',
    version: 1,
    input,
    steps: [{ name: 'nap', wait: { signals: ['woken'] } }],
  }),
  defineSaga<Input>({
    name: 'counting.parent',
    version: 1,
    input,
    steps: [
      take,
      {
        name: 'one',
        children: ({ input: { from, to, by } }) => [{ definition: 'counting.nap', input: { from, to, by } }],
      },
    ],
  }),
  defineSaga<Input>({
    name: 'counting.mistaken',
    version: 1,
    input,
    steps: [
      {
        name: 'send',
        run: async ({ key }) => {
          world.calls.push({ way: 'run', key });
          return { kind: 'done', result: null };
        },
        retry: quick,
      },
      {
        name: 'never',
        command: () => {
          throw new Error('A mistake in what follows.');
        },
      },
    ],
  }),
  defineSaga<Input>({
    name: 'counting.stubborn',
    version: 1,
    input,
    steps: [
      {
        name: 'first',
        run: async () => ({ kind: 'done', result: null }),
        undo: {
          run: async () => {
            if (next() === 'broken') throw Object.assign(new Error('no'), { code: 'provider_fault' });
            return { kind: 'done' };
          },
        },
        retry: quick,
      },
      take,
    ],
  }),
];

let bank: TestContext<ContextModule>;
let made = 0;
beforeAll(async () => {
  bank = await startContext(() => countingContext(sagas));
});
afterAll(() => bank.close());

const countOf = async (id: string): Promise<number> =>
  read(bank.services, tenantId, async (tx) => {
    const { state } = await rehydrate(tx, bank.services.catalogue, counter, { tenantId, id });
    return state;
  });

const begin = async (
  definition: string,
  terms: Omit<Input, 'from' | 'to'>,
): Promise<{ sagaId: string; from: string; to: string }> => {
  const [from, to] = [`a${++made}`, `b${made}`];
  await bank.submit(count, { counter: from, by: 100 });
  const sagaId = derivedUuid('test-saga', from);
  const outcome = await bank.submit(bank.services.sagas.handlers.start, {
    definition,
    sagaId,
    input: { from, to, ...terms },
  });
  expect(outcome.accepted).toBe(true);
  bank.services.sagas.adopt({ tenantId, sagaId });
  return { sagaId, from, to };
};
const end = async (sagaId: string): Promise<Saga> => {
  const saga = await bank.services.sagas.settled({ tenantId, sagaId }, 5_000);
  if (saga === undefined) throw new Error(`The saga did not end: ${String(bank.sagaErrors.at(-1))}`);
  return saga;
};

const typesOf = async (sagaId: string): Promise<readonly string[]> =>
  (await readSagaHistory(bank.services, { tenantId, sagaId })).map(({ type }) => type);

test('steps run in order and the saga ends completed', async () => {
  const { sagaId, from, to } = await begin('counting.move', { by: 30 });
  expect(await end(sagaId)).toMatchObject({ status: 'completed', settled: ['take', 'give'] });
  expect([await countOf(from), await countOf(to)]).toEqual([70, 30]);
});

test('starting the same saga again changes nothing, with other content it is refused', async () => {
  const { sagaId, from, to } = await begin('counting.move', { by: 1 });
  await end(sagaId);
  const { start } = bank.services.sagas.handlers;
  const again = await bank.submit(start, { definition: 'counting.move', sagaId, input: { from, to, by: 1 } });
  expect(again).toMatchObject({ accepted: true, isRepeat: true });
  const turned = await bank.submit(start, { definition: 'counting.move', sagaId, input: { by: 1, to, from } });
  expect(turned).toMatchObject({ accepted: true, isRepeat: true });
  const other = await bank.submit(start, { definition: 'counting.move', sagaId, input: { from, to, by: 2 } });
  expect(other).toMatchObject({ accepted: false, refusal: { code: 'saga_exists_with_different_content' } });
});

test('a refused command ends the saga undone and nothing is taken', async () => {
  const { sagaId, from } = await begin('counting.move', { by: 101 });
  expect(await end(sagaId)).toMatchObject({
    status: 'undone',
    failure: { step: 'take', code: 'below_zero', facts: { count: 100 } },
  });
  expect(await countOf(from)).toBe(100);
});

test('a declined outside step gives back what was taken', async () => {
  say(() => 'declined');
  const { sagaId, from, to } = await begin('counting.send', { by: 30 });
  expect(await end(sagaId)).toMatchObject({ status: 'undone', failure: { step: 'send', code: 'payee_closed' } });
  expect([await countOf(from), await countOf(to)]).toEqual([100, 0]);
});

test('an outcome that is not known is asked about and never repeated blindly', async () => {
  say(() => {
    world.has.add(world.calls.at(-1)?.key ?? '');
    throw new StepOutcomeUnknown('reset');
  });
  const { sagaId, to } = await begin('counting.send', { by: 30 });
  expect(await end(sagaId)).toMatchObject({ status: 'completed', results: { send: 'found' } });
  expect(world.calls.map(({ way }) => way)).toEqual(['run', 'ask']);
  expect(await countOf(to)).toBe(30);
});

test('a guarded call that does not know what became of it is asked about, whatever went wrong with it', async () => {
  say(() => {
    world.has.add(world.calls.at(-1)?.key ?? '');
    throw new OutcomeUnknown('timed_out');
  });
  const { sagaId, to } = await begin('counting.send', { by: 30 });
  expect(await end(sagaId)).toMatchObject({ status: 'completed', results: { send: 'found' } });
  expect(await typesOf(sagaId)).toContain('SagaStepOutcomeUnknown');
  expect(await countOf(to)).toBe(30);
});

test('what the other side has never heard of is tried again under the same key', async () => {
  say(() => {
    throw new StepOutcomeUnknown('reset');
  });
  const { sagaId } = await begin('counting.send', { by: 30 });
  expect(await end(sagaId)).toMatchObject({ status: 'completed', results: { send: 'fine' } });
  expect(world.calls.map(({ way }) => way)).toEqual(['run', 'ask', 'run']);
  expect(new Set(world.calls.map(({ key }) => key)).size).toBe(1);
});

test('a question that cannot be asked leaves the outcome unknown: nothing is repeated, nothing taken back', async () => {
  const lose = (): Json => {
    world.has.add(world.calls.at(-1)?.key ?? '');
    throw new StepOutcomeUnknown('reset');
  };
  say(lose);
  world.questionsLost = 2;
  const found = await begin('counting.send', { by: 30 });
  expect(await end(found.sagaId)).toMatchObject({ status: 'completed', results: { send: 'found' } });
  expect(world.calls.map(({ way }) => way)).toEqual(['run', 'ask', 'ask', 'ask']);

  say(lose);
  world.questionsLost = 3;
  const lost = await begin('counting.send', { by: 30 });
  expect(await end(lost.sagaId)).toMatchObject({ status: 'parked', parked: { code: 'outcome_unknown' } });
  expect(await countOf(lost.from)).toBe(70);
  world.questionsLost = 0;
});

test('a step under way is looked at again with what it remembered', async () => {
  say(
    () => 'again',
    () => 'later',
  );
  const { sagaId } = await begin('counting.send', { by: 30 });
  expect(await end(sagaId)).toMatchObject({ status: 'completed', results: { send: 'later' } });
});

test('taken up within a request that hides personal values, a saga is not hidden any', async () => {
  say(() => isMasking());
  // The request waits for it, as requests do.
  const ended = await whileMasking(async () => end((await begin('counting.send', { by: 10 })).sagaId));
  expect(ended).toMatchObject({ results: { send: false } });
});

test('a saga waits for its signal, and a signal told twice counts once', async () => {
  say(() => 'fine');
  const { sagaId, to } = await begin('counting.send', { by: 60 });
  expect(await bank.services.sagas.settled({ tenantId, sagaId }, 100)).toBeUndefined();
  const { signal, cancel } = bank.services.sagas.handlers;
  const refused = await bank.submit(cancel, { sagaId, reason: 'changed_mind' });
  expect(refused).toMatchObject({ accepted: false, refusal: { code: 'saga_past_return' } });
  const told = { sagaId, signal: 'approved', signalId: 'one', data: { by: 'x' } };
  await bank.submit(signal, told);
  expect(await bank.submit(signal, told)).toMatchObject({ isRepeat: true });
  bank.services.sagas.adopt({ tenantId, sagaId });
  expect(await end(sagaId)).toMatchObject({ results: { approve: { signal: 'approved', data: { by: 'x' } } } });
  expect(await countOf(to)).toBe(60);
});

test('a timer that runs out fails the step where it says so', async () => {
  const { sagaId, from } = await begin('counting.timer', { by: 10 });
  expect(await end(sagaId)).toMatchObject({ status: 'undone', failure: { step: 'sleep', code: 'deadline_passed' } });
  expect(await countOf(from)).toBe(100);
});

test('children run beside each other and the parent ends after them', async () => {
  const { sagaId, from, to } = await begin('counting.family', { by: 20 });
  expect(await end(sagaId)).toMatchObject({ status: 'completed' });
  expect([await countOf(from), await countOf(to), await countOf(`${to}-2`)]).toEqual([60, 20, 20]);
});

test('a parent of a child that was undone is undone', async () => {
  const { sagaId } = await begin('counting.family', { by: 200 });
  expect(await end(sagaId)).toMatchObject({
    status: 'undone',
    failure: { code: 'child_failed', facts: { failed: 2, of: 2 } },
  });
});

test('a compensation that keeps failing parks, and a person has it tried again', async () => {
  say(
    () => 'broken',
    () => 'broken',
    () => 'broken',
    () => 'mended',
  );
  const { sagaId } = await begin('counting.stubborn', { by: 500 });
  expect(await end(sagaId)).toMatchObject({
    status: 'parked',
    parked: { step: 'first', code: 'attempts_exhausted', facts: { attempts: 3, lastCode: 'provider_fault' } },
    failure: { step: 'take', code: 'below_zero' },
  });
  await bank.submit(bank.services.sagas.handlers.retry, { sagaId });
  bank.services.sagas.adopt({ tenantId, sagaId });
  expect(await end(sagaId)).toMatchObject({ status: 'undone', failure: { code: 'below_zero' } });
  expect(await bank.submit(bank.services.sagas.handlers.retry, { sagaId })).toMatchObject({
    refusal: { code: 'saga_not_parked' },
  });
});

test('a person who has seen that it is done lets a parked saga go on', async () => {
  say(
    () => 'broken',
    () => 'broken',
    () => 'broken',
  );
  const { sagaId } = await begin('counting.stubborn', { by: 500 });
  await end(sagaId);
  const outcome = await bank.submit(bank.services.sagas.handlers.resume, {
    sagaId,
    result: null,
    reason: 'seen_there',
  });
  expect(outcome).toMatchObject({ accepted: true, result: { status: 'undone' } });
});

test('a saga that waits is cancelled and gives back what it took', async () => {
  const { sagaId, from } = await begin('counting.timer', { by: 10 });
  await bank.submit(bank.services.sagas.handlers.cancel, { sagaId, reason: 'changed_mind' });
  bank.services.sagas.adopt({ tenantId, sagaId });
  expect(await end(sagaId)).toMatchObject({
    status: 'undone',
    failure: { code: 'cancelled', facts: { reason: 'changed_mind' } },
  });
  expect(await countOf(from)).toBe(100);
  expect(
    await bank.submit(bank.services.sagas.handlers.cancel, { sagaId: derivedUuid('none'), reason: 'x' }),
  ).toMatchObject({
    refusal: { code: 'saga_unknown' },
  });
});

test('a check before booking that says no fails the step', async () => {
  const { current } = bank.checks;
  const { sagaId } = await (async () => {
    const begun = begin('counting.move', { by: 1 });
    bank.checks.current = {
      check: async ({ data }) =>
        (data as { by: number }).by < 0 ? { allowed: false, reason: 'watched' } : { allowed: true },
    };
    return begun;
  })();
  expect(await end(sagaId)).toMatchObject({
    status: 'undone',
    failure: { code: 'check_refused', facts: { reason: 'watched' } },
  });
  bank.checks.current = current;
});

/** A saga whose only child waits, with nothing to take back. */
const beginFamily = async () => {
  const { sagaId, from } = await begin('counting.parent', { by: 10 });
  const child = childSagaId(sagaId, 'one', 0);
  const stateOf = (id: string) => readSaga(bank.services, { tenantId, sagaId: id });
  await expect
    .poll(() => stateOf(child), { timeout: 3_000 })
    .toMatchObject({ current: { step: 'nap', isWaiting: true } });
  await expect.poll(() => stateOf(sagaId), { timeout: 3_000 }).toMatchObject({ current: { isWaiting: true } });
  return { sagaId, from, child };
};

test('a child that ends by a signal tells its parent', async () => {
  const { sagaId, child } = await beginFamily();
  await bank.submit(bank.services.sagas.handlers.signal, {
    sagaId: child,
    signal: 'woken',
    signalId: 'one',
    data: null,
  });
  expect(await end(sagaId)).toMatchObject({ status: 'completed' });
});

test('a child that a person cancels tells its parent', async () => {
  const { sagaId, from, child } = await beginFamily();
  await bank.submit(bank.services.sagas.handlers.cancel, { sagaId: child, reason: 'changed_mind' });
  expect(await end(sagaId)).toMatchObject({ status: 'undone', failure: { code: 'child_failed' } });
  expect(await countOf(from)).toBe(100);
});

test('a parent that is cancelled waits for its children before it takes anything back', async () => {
  const { sagaId, child } = await beginFamily();
  const { cancel, signal } = bank.services.sagas.handlers;
  await bank.submit(cancel, { sagaId, reason: 'changed_mind' });
  bank.services.sagas.adopt({ tenantId, sagaId });
  expect(await bank.services.sagas.settled({ tenantId, sagaId }, 300)).toBeUndefined();
  await bank.submit(signal, { sagaId: child, signal: 'woken', signalId: 'one', data: null });
  expect(await end(sagaId)).toMatchObject({ status: 'undone', failure: { code: 'cancelled' } });
});

test('a mistake in what follows on an outside step parks it for a person instead of repeating the step for ever', async () => {
  say();
  const { sagaId } = await begin('counting.mistaken', { by: 1 });
  expect(await end(sagaId)).toMatchObject({ status: 'parked', parked: { step: 'send', code: 'outcome_unknown' } });
  expect(world.calls).toHaveLength(4);
});
