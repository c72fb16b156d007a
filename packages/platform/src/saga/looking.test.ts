import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sagaCatalogue } from './definition.ts';
import type { Claim, LeasedSaga } from './queue.ts';
import type { Saga } from './saga.ts';
import { type SagaWorker, startSagaWorker } from './worker.ts';

const tenantId = 'tenant';
const leased = (sagaId: string): LeasedSaga => ({ tenantId, sagaId, lease: 'lease' });
const stopped = { status: 'parked', definition: 'none', version: 1 } as Saga;

interface Looking {
  readonly worker: SagaWorker;
  readonly claims: readonly Claim[];
  readonly worked: readonly string[];
  readonly released: readonly string[];
}

/** A worker with one saga in hand at most, for which every saga ends at once, and which looks by itself once a minute. */
const startLooking = (queued: string[], whileClaiming: () => Promise<void> = async () => undefined): Looking => {
  const [claims, worked, released]: [Claim[], string[], string[]] = [[], [], []];
  const worker = startSagaWorker({
    workerId: 'worker',
    definitions: {
      ...sagaCatalogue([]),
      get: () => ({ name: 'none', version: 1, input: undefined as never, steps: [] }),
    },
    handlers: undefined as never,
    commands: undefined as never,
    queue: {
      claim: async (claim) => {
        claims.push(claim);
        await whileClaiming();
        return queued.splice(0, claim.limit).map(leased);
      },
      renew: async (_, inHand) => inHand.map(({ sagaId }) => leased(sagaId)),
      release: async (_, { sagaId }) => void released.push(sagaId),
    },
    readSaga: async ({ sagaId }) => {
      worked.push(sagaId);
      return stopped;
    },
    now: () => '2026-11-24T00:00:00.000Z',
    random: () => 0,
    sleep: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
    inHandMax: 1,
    pollMs: 60_000,
  });
  return { worker, claims, worked, released };
};

test('a worker with a hand free again goes on with what the queue still holds', async () => {
  const { worker, worked } = startLooking(['a', 'b', 'c', 'd']);
  await expect.poll(() => worked, { interval: 2 }).toEqual(['a', 'b', 'c', 'd']);
  await worker.close();
});

test('a worker that found the queue empty does not look again because something it was given has ended', async () => {
  const { worker, claims, worked } = startLooking([]);
  await expect.poll(() => claims.length, { interval: 2 }).toBe(1);
  for (let turn = 0; turn < 10; turn++) {
    worker.adopt(leased(`${turn}`));
    await pause(1);
  }
  expect(worked).toHaveLength(10);
  expect(claims).toHaveLength(1);
  await worker.close();
});

test('a worker that was closed while it claimed gives back what it got', async () => {
  let go: () => void = () => undefined;
  const claiming = new Promise<void>((resolve) => (go = resolve));
  const { worker, claims, worked, released } = startLooking(['a'], () => claiming);
  await expect.poll(() => claims.length, { interval: 2 }).toBe(1);
  const closed = worker.close();
  go();
  await closed;
  expect(worked).toEqual([]);
  expect(released).toEqual(['a']);
});
