import { expect, test } from 'vitest';
import type { Saga } from './saga.ts';
import { settledSaga } from './worker.ts';

const address = { tenantId: 'tenant', sagaId: 'saga' };
const ended = { status: 'completed' } as Saga;
const running = { status: 'running' } as Saga;
const nap = (ms: number, abort: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    abort.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
const never = (): Promise<Saga> => Promise.reject(new Error('It was looked for.'));

test('the end of a saga in hand is told, not looked for', async () => {
  const waiting = new Map<string, Set<(saga: Saga) => void>>();
  const held = { settled: undefined };
  const told = settledSaga({ readSaga: never, sleep: nap }, waiting, address, { timeoutMs: 5_000, held });
  for (const listener of waiting.get('tenant/saga') ?? []) listener(ended);
  expect(await told).toBe(ended);
  expect(waiting.size).toBe(0);
});

test('one that ended in hand just before it is asked for is not missed', async () => {
  const held = { settled: ended };
  expect(await settledSaga({ readSaga: never, sleep: nap }, new Map(), address, { timeoutMs: 0, held })).toBe(ended);
});

test('one in nobody’s hand here is looked for at once', async () => {
  const readSaga = async (): Promise<Saga> => ended;
  const sleep = (): Promise<void> => Promise.reject(new Error('It was waited for.'));
  expect(await settledSaga({ readSaga, sleep }, new Map(), address, { timeoutMs: 5_000 })).toBe(ended);
});

test('one that left this hand without a word is looked for after a while, since another process may end it', async () => {
  const found = [running, ended];
  const naps: number[] = [];
  const sleep = async (ms: number): Promise<void> => void naps.push(ms);
  const readSaga = async (): Promise<Saga> => found.shift() ?? running;
  const held = { settled: undefined };
  expect(await settledSaga({ readSaga, sleep }, new Map(), address, { timeoutMs: 1_000, held })).toBe(ended);
  expect(naps).toEqual([200, 200]);
});
