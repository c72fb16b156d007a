import { setTimeout as pause } from 'node:timers/promises';
import { derivedUuid } from '@finaegis/kernel/id';
import { startContext, type TestContext, tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { createPool } from '../database/pool.ts';
import type { ContextModule } from '../module.ts';
import { defineSaga, type Json, type SagaStep, type StepCall, sagaCatalogue, stepCommand } from './definition.ts';
import { count, countingContext } from './fixtures/counter-context.ts';
import { postgresSagaQueue } from './postgres-queue.ts';
import { readSaga, readSagaHistory } from './reads.ts';
import { type SagaWorker, startSagaWorker } from './worker.ts';

const input = z.strictObject({ counter: z.string() });
const world = {
  /** How each attempt is answered, by the worker that makes it. */
  run: async (_call: StepCall): Promise<Json> => null,
  asked: 0,
  runs: 0,
  /** How the step after the first is answered. */
  confirm: async (): Promise<Json> => null,
  confirms: 0,
  done: new Set<string>(),
};
const send = defineSaga<z.output<typeof input>>({
  name: 'counting.deliver',
  version: 1,
  input,
  steps: [
    {
      name: 'send',
      run: async (call) => {
        world.runs += 1;
        const result = await world.run(call);
        return result === 'no' ? { kind: 'declined', code: 'payee_closed' } : { kind: 'done', result };
      },
      ask: async ({ key }) => {
        world.asked += 1;
        return world.done.has(key) ? { kind: 'done', result: 'found' } : { kind: 'absent' };
      },
    },
    { name: 'count', command: ({ input: { counter } }) => stepCommand(count, { counter, by: 1 }) },
  ],
});

const sendTwice = defineSaga<z.output<typeof input>>({
  name: 'counting.deliver-and-confirm',
  version: 1,
  input,
  steps: [
    ...(send.steps as unknown as readonly SagaStep<z.output<typeof input>>[]).slice(0, 1),
    {
      name: 'confirm',
      run: async () => {
        world.confirms += 1;
        return { kind: 'done', result: await world.confirm() };
      },
    },
  ],
});

let bank: TestContext<ContextModule>;
let writePool: ReturnType<typeof createPool>;
const workers: SagaWorker[] = [];
beforeAll(async () => {
  // Without sagas of its own: this test brings its own workers.
  bank = await startContext(() => countingContext([send, sendTwice]), { sagas: 'not executed' });
  writePool = bank.writePool;
});
afterAll(async () => {
  for (const worker of workers) await worker.close();
  await bank.close();
});

const worker = (workerId: string): SagaWorker => {
  const { services, systemPool } = bank;
  const started = startSagaWorker({
    workerId,
    definitions: sagaCatalogue([send, sendTwice]),
    handlers: services.sagas.handlers,
    commands: services.commands,
    queue: postgresSagaQueue({ writePool, systemPool }),
    readSaga: (saga) => readSaga(services, saga),
    now: () => services.now(),
    random: () => 0,
    sleep: (durationMs, signal) => pause(durationMs, undefined, { signal }).catch(() => undefined),
    pollMs: 20,
  });
  workers.push(started);
  return started;
};

test('what a worker had in hand when it went silent is taken over, asked about, and done once', async () => {
  const sagaId = derivedUuid('taken over');
  let wakeUp: (answer: Json) => void = () => undefined;
  world.run = ({ key }) =>
    new Promise((resolve) => {
      // The request arrives; the answer never does, as far as the first worker is concerned.
      world.done.add(key);
      wakeUp = resolve;
    });
  const sleeper = worker('sleeper');
  const { start } = bank.services.sagas.handlers;
  await bank.submit(start, { definition: 'counting.deliver', sagaId, input: { counter: 'x' } });
  await expect.poll(() => world.runs, { timeout: 3_000 }).toBe(1);

  await bank.query("update saga_queue set lease_until = now() - interval '1 second'");
  const other = worker('other');
  const saga = await other.settled({ tenantId, sagaId }, 5_000);
  expect(saga).toMatchObject({ status: 'completed', results: { send: 'found' } });
  // Each of the two asked before it did anything, since neither could know what had happened before.
  expect([world.runs, world.asked]).toEqual([1, 2]);

  // The first one wakes and tells what it believes; the saga has gone on without it.
  const before = await readSagaHistory(bank.services, { tenantId, sagaId });
  wakeUp('late');
  await sleeper.close();
  await other.close();
  expect(await readSagaHistory(bank.services, { tenantId, sagaId })).toEqual(before);
  expect((await bank.query('select count(*)::int as n from counting_events'))[0]).toEqual({ n: 1 });
});

test('a worker that closes gives back what it has in hand after the attempt under way', async () => {
  const sagaId = derivedUuid('closing');
  let finish: (answer: Json) => void = () => undefined;
  world.run = () => new Promise((resolve) => (finish = resolve));
  const runs = world.runs;
  const first = worker('first');
  const { start } = bank.services.sagas.handlers;
  await bank.submit(start, { definition: 'counting.deliver', sagaId, input: { counter: 'y' } });
  await expect.poll(() => world.runs, { timeout: 3_000 }).toBe(runs + 1);
  const closed = first.close();
  finish('sent');
  await closed;
  expect(await readSaga(bank.services, { tenantId, sagaId })).toMatchObject({
    settled: expect.arrayContaining(['send']),
  });
  expect(await bank.query("select worker from saga_queue where worker = 'first'")).toEqual([]);
  const second = worker('second');
  await second.settled({ tenantId, sagaId }, 5_000);
  await second.close();
  expect(await readSaga(bank.services, { tenantId, sagaId })).toMatchObject({ status: 'completed' });
});

test('a worker that wakes after others have gone on leaves them the step they are at', async () => {
  const sagaId = derivedUuid('woken between two steps');
  let wakeUp: (answer: Json) => void = () => undefined;
  let confirm: (answer: Json) => void = () => undefined;
  world.run = ({ key }) =>
    new Promise((resolve) => {
      world.done.add(key);
      wakeUp = resolve;
    });
  world.confirm = () => new Promise((resolve) => (confirm = resolve));
  const runs = world.runs;
  const sleeper = worker('asleep');
  const { start } = bank.services.sagas.handlers;
  await bank.submit(start, { definition: 'counting.deliver-and-confirm', sagaId, input: { counter: 'z' } });
  await expect.poll(() => world.runs, { timeout: 3_000 }).toBe(runs + 1);
  await bank.query("update saga_queue set lease_until = now() - interval '1 second'");
  const other = worker('awake');
  await expect.poll(() => world.confirms, { timeout: 3_000 }).toBe(1);

  wakeUp('late');
  await sleeper.close();
  expect(world.confirms).toBe(1);
  confirm('confirmed');
  expect(await other.settled({ tenantId, sagaId }, 5_000)).toMatchObject({ results: { confirm: 'confirmed' } });
  await other.close();
  expect(world.confirms).toBe(1);
});

test('a worker that wakes with a decline while another one has the same attempt on its way is not heard', async () => {
  const sagaId = derivedUuid('declined too late');
  const answers: ((answer: Json) => void)[] = [];
  world.run = () => new Promise((resolve) => answers.push(resolve));
  const sleeper = worker('declined');
  const { start } = bank.services.sagas.handlers;
  await bank.submit(start, { definition: 'counting.deliver', sagaId, input: { counter: 'v' } });
  await expect.poll(() => answers.length, { timeout: 3_000 }).toBe(1);
  await bank.query("update saga_queue set lease_until = now() - interval '1 second'");
  const other = worker('goes on');
  await expect.poll(() => answers.length, { timeout: 3_000 }).toBe(2);

  answers[0]?.('no');
  await sleeper.close();
  expect(await readSaga(bank.services, { tenantId, sagaId })).toMatchObject({ status: 'running' });
  answers[1]?.('sent');
  expect(await other.settled({ tenantId, sagaId }, 5_000)).toMatchObject({
    status: 'completed',
    results: { send: 'sent' },
  });
  await other.close();
});

test('a cancellation at another process does not overtake the call that is on its way', async () => {
  const sagaId = derivedUuid('cancelled elsewhere');
  let answer: (answer: Json) => void = () => undefined;
  // It has been sent and has not arrived yet: whoever asks now is told that nothing is known of it.
  world.run = () => new Promise((resolve) => (answer = resolve));
  const [runs, asked] = [world.runs, world.asked];
  const sender = worker('sender');
  const { start, cancel } = bank.services.sagas.handlers;
  await bank.submit(start, { definition: 'counting.deliver', sagaId, input: { counter: 'w' } });
  await expect.poll(() => world.runs, { timeout: 3_000 }).toBe(runs + 1);
  const askedBefore = world.asked - asked;

  const other = worker('told of it');
  await bank.submit(cancel, { sagaId, reason: 'changed_mind' });
  other.adopt({ tenantId, sagaId });
  expect(await other.settled({ tenantId, sagaId }, 300)).toBeUndefined();
  await other.close();
  expect([world.runs - runs, world.asked - asked]).toEqual([1, askedBefore]);
  expect(await readSaga(bank.services, { tenantId, sagaId })).toMatchObject({ status: 'running' });
  answer('sent');
  // What was sent is taken back now that it is known to have been.
  expect(await sender.settled({ tenantId, sagaId }, 5_000)).toMatchObject({
    status: 'undone',
    results: { send: 'sent' },
  });
  await sender.close();
});
