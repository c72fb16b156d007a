import { derivedUuid } from '@finaegis/kernel/id';
import { expect, test } from 'vitest';
import { type Claim, firstLease, leaseMs, type SagaAddress, type SagaQueue } from './queue.ts';

/** A queue to hold against the contract, with what lets a test make sagas due. */
export interface QueueUnderTest {
  readonly queue: SagaQueue;
  /** Starts a saga of `counting.move` version 1 in a commit of the worker named, or of a process without a worker. */
  start(saga: SagaAddress, workerId?: string): Promise<void>;
  /** Records that its step waits: until an instant, or for a signal. */
  wait(saga: SagaAddress, dueAt: string | undefined): Promise<void>;
  /** Records something that makes it due at once, in a commit of the worker named. */
  move(saga: SagaAddress, workerId: string): Promise<void>;
  end(saga: SagaAddress): Promise<void>;
  /** Moves the store's clock. */
  pass(durationMs: number): Promise<void>;
  readonly tenants: readonly [string, string];
}

const known = [{ name: 'counting.move', version: 1 }];
const late = '2999-01-01T00:00:00.000Z';
const ask = { known, now: late, limit: 10, inHand: [] };

/** What every queue of sagas does. */
export const queueContract = (open: () => QueueUnderTest): void => {
  leases(open);
  hands(open);
  times(open);
};

let made = 0;
const fresh = (tenants: QueueUnderTest['tenants'], tenant: 0 | 1 = 0): SagaAddress => ({
  tenantId: tenants[tenant],
  sagaId: derivedUuid('queue-contract', String(++made)),
});
/** What is given out, without the leases. */
const claimed = async (
  queue: SagaQueue,
  more: Partial<Claim> & Pick<Claim, 'workerId'>,
): Promise<readonly SagaAddress[]> =>
  (await queue.claim({ ...ask, ...more })).map(({ tenantId, sagaId }) => ({ tenantId, sagaId }));
const idsOf = (sagas: readonly SagaAddress[]): readonly string[] => sagas.map(({ sagaId }) => sagaId).sort();

const leases = (open: () => QueueUnderTest): void => {
  test('a saga is given to one worker only', async () => {
    const { queue, tenants, start, end } = open();
    const saga = fresh(tenants);
    await start(saga);
    const [a, b] = await Promise.all([claimed(queue, { workerId: 'a' }), claimed(queue, { workerId: 'b' })]);
    expect([...a, ...b]).toEqual([saga]);
    await end(saga);
  });

  test('sagas of every tenant are given out', async () => {
    const { queue, tenants, start, end } = open();
    const sagas = [fresh(tenants), fresh(tenants, 1)];
    for (const saga of sagas) await start(saga);
    expect(idsOf(await queue.claim({ ...ask, workerId: 'a' }))).toEqual(idsOf(sagas));
    for (const saga of sagas) await end(saga);
  });

  test('a worker that is not heard of loses what it holds, one that renews keeps it', async () => {
    const { queue, tenants, start, pass, end } = open();
    const [dead, alive] = [fresh(tenants), fresh(tenants)];
    await start(dead);
    await queue.claim({ ...ask, workerId: 'dead' });
    await start(alive);
    await queue.claim({ ...ask, workerId: 'alive' });
    await pass(leaseMs - 5_000);
    expect(await queue.renew('alive', [alive])).toMatchObject([alive]);
    expect(await claimed(queue, { workerId: 'other' })).toEqual([]);
    await pass(6_000);
    expect(await claimed(queue, { workerId: 'other' })).toEqual([dead]);
    expect(await queue.renew('dead', [dead])).toEqual([]);
    for (const saga of [dead, alive]) await end(saga);
  });

  test('whoever starts a saga holds it, and is given it again only while it has not in hand', async () => {
    const { queue, tenants, start, end } = open();
    const saga = fresh(tenants);
    await start(saga, 'a');
    expect(await claimed(queue, { workerId: 'b' })).toEqual([]);
    expect(await claimed(queue, { workerId: 'a', inHand: [saga] })).toEqual([]);
    expect(await claimed(queue, { workerId: 'a' })).toEqual([saga]);
    await end(saga);
  });
};

const hands = (open: () => QueueUnderTest): void => {
  test('a saga that changes hands has another lease, one that is kept has the same', async () => {
    const { queue, tenants, start, pass, end } = open();
    const saga = fresh(tenants);
    await start(saga);
    const [first] = await queue.claim({ ...ask, workerId: 'a' });
    expect(await queue.renew('a', [saga])).toEqual([first]);
    // It is asked for again by whoever holds it and has nothing of it in hand: nobody else had it meanwhile.
    expect(await queue.claim({ ...ask, workerId: 'a' })).toEqual([first]);
    await pass(leaseMs + 1_000);
    const [second] = await queue.claim({ ...ask, workerId: 'b' });
    await queue.release('b', saga, 0);
    const [third] = await queue.claim({ ...ask, workerId: 'a' });
    expect(new Set([first?.lease, second?.lease, third?.lease])).toHaveLength(3);
    await end(saga);
  });

  test('whoever starts a saga knows its lease, and loses it to whoever moves the saga after he gave it back', async () => {
    const { queue, tenants, start, move, end } = open();
    const saga = fresh(tenants);
    await start(saga, 'a');
    expect(await queue.renew('a', [saga])).toEqual([{ ...saga, lease: firstLease(saga.sagaId) }]);
    await move(saga, 'a');
    await move(saga, 'b');
    expect(await queue.renew('a', [saga])).toEqual([{ ...saga, lease: firstLease(saga.sagaId) }]);
    await queue.release('a', saga, 0);
    await move(saga, 'b');
    const [moved] = await queue.renew('b', [saga]);
    expect(moved?.lease).not.toBe(firstLease(saga.sagaId));
    await end(saga);
  });
};

const times = (open: () => QueueUnderTest): void => {
  test('a saga is due at its time and not before; one that waits for a signal is not due at all', async () => {
    const { queue, tenants, start, wait, end } = open();
    const [timed, signalled] = [fresh(tenants), fresh(tenants)];
    for (const saga of [timed, signalled]) await start(saga);
    await wait(timed, '2900-01-01T00:00:00.000Z');
    await wait(signalled, undefined);
    expect(await claimed(queue, { workerId: 'a', now: '2899-12-31T23:59:59.999Z' })).toEqual([]);
    expect(await claimed(queue, { workerId: 'a', now: '2900-01-01T00:00:00.000Z' })).toEqual([timed]);
    for (const saga of [timed, signalled]) await end(saga);
  });

  test('a saga given back is given out again at its time, also when that changed just before', async () => {
    const { queue, tenants, start, wait, end } = open();
    const saga = fresh(tenants);
    await start(saga);
    await queue.claim({ ...ask, workerId: 'a' });
    await queue.release('b', saga, 0);
    expect(await claimed(queue, { workerId: 'b' })).toEqual([]);
    await wait(saga, '2900-01-01T00:00:00.000Z');
    await queue.release('a', saga, 0);
    expect(await claimed(queue, { workerId: 'b', now: '2899-01-01T00:00:00.000Z' })).toEqual([]);
    expect(await claimed(queue, { workerId: 'b' })).toEqual([saga]);
    await wait(saga, '2800-01-01T00:00:00.000Z');
    await queue.release('b', saga, 0);
    expect(await claimed(queue, { workerId: 'a', now: '2801-01-01T00:00:00.000Z' })).toEqual([saga]);
    await end(saga);
  });

  test('a saga given back after a fault is left alone for a while, by whoever gave it back too', async () => {
    const { queue, tenants, start, pass, end } = open();
    const saga = fresh(tenants);
    await start(saga);
    await queue.claim({ ...ask, workerId: 'a' });
    await queue.release('a', saga, 5_000);
    for (const workerId of ['a', 'b']) expect(await claimed(queue, { workerId })).toEqual([]);
    await pass(5_500);
    expect(await claimed(queue, { workerId: 'b' })).toEqual([saga]);
    await end(saga);
  });

  test('a saga of a definition the worker does not know is left to others', async () => {
    const { queue, tenants, start, end } = open();
    const saga = fresh(tenants);
    await start(saga);
    const unknown = [{ name: 'counting.move', version: 2 }];
    expect(await claimed(queue, { workerId: 'a', known: unknown })).toEqual([]);
    expect(await claimed(queue, { workerId: 'a' })).toEqual([saga]);
    await end(saga);
  });

  test('no more are given than asked for', async () => {
    const { queue, tenants, start, end } = open();
    const sagas = [fresh(tenants), fresh(tenants), fresh(tenants)];
    for (const saga of sagas) await start(saga);
    expect(await claimed(queue, { workerId: 'a', limit: 2 })).toHaveLength(2);
    for (const saga of sagas) await end(saga);
  });
};
