import { describe, expect, it } from 'vitest';
import type { QueuedCommand } from './decide-batch.ts';
import { TenantQueues } from './queue.ts';

const waiting = (
  tenantId: string,
  name: string,
  { key, weight = 1 }: { readonly key?: string; readonly weight?: number } = {},
) => ({
  command: {
    tenantId,
    data: name,
    weight,
    ...(key === undefined ? {} : { idempotency: { principalId: 'p', key, fingerprint: 'f' } }),
  } as unknown as QueuedCommand,
  deadlineMs: 0,
  settle: () => undefined,
});
const queuesOf = (...commands: readonly ReturnType<typeof waiting>[]): TenantQueues => {
  const queues = new TenantQueues();
  for (const command of commands) queues.add(command);
  return queues;
};
const many = (tenantId: string, count: number) =>
  Array.from({ length: count }, (_, index) => waiting(tenantId, `${tenantId}${index}`));
const take = (queues: TenantQueues, commandsMax: number, weightMax = 10_000): readonly unknown[] =>
  queues.take({ commandsMax, weightMax }).map(({ command }) => command.data);

describe('a batch', () => {
  it('gives each waiting tenant its share, so that a flood starves nobody', () => {
    const queues = queuesOf(...many('a', 1_000), ...many('b', 2));
    const first = take(queues, 10);
    expect(first).toEqual(expect.arrayContaining(['b0', 'b1']));
    expect(first).toHaveLength(10);
    expect(queues.size).toBe(992);
  });

  it('takes one tenant’s commands in their order, and every one of them once', () => {
    const queues = queuesOf(...many('a', 100), ...many('b', 100));
    const taken: unknown[] = [];
    while (queues.size > 0) taken.push(...take(queues, 7));
    expect(taken.filter((name) => String(name).startsWith('a'))).toEqual(
      many('a', 100).map(({ command }) => command.data),
    );
    expect(taken).toHaveLength(200);
  });

  it('lets another tenant go first each time', () => {
    const queues = queuesOf(...many('a', 10), ...many('b', 10));
    expect([take(queues, 1), take(queues, 1), take(queues, 1)]).toEqual([['a0'], ['b0'], ['a1']]);
  });

  it('never holds one key twice, and keeps the order behind it', () => {
    const queues = queuesOf(
      waiting('a', 'first', { key: 'k' }),
      waiting('a', 'again', { key: 'k' }),
      waiting('a', 'after'),
      waiting('b', 'other', { key: 'k' }),
    );
    expect(take(queues, 10)).toEqual(['first', 'other']);
    expect(take(queues, 10)).toEqual(['again', 'after']);
  });

  it('is bounded by weight, but a single command of any weight gets through', () => {
    const queues = queuesOf(
      waiting('a', 'heavy', { weight: 50 }),
      waiting('a', 'light'),
      waiting('a', 'huge', { weight: 5_000 }),
    );
    expect(take(queues, 10, 50)).toEqual(['heavy']);
    expect(take(queues, 10, 50)).toEqual(['light']);
    expect(take(queues, 10, 50)).toEqual(['huge']);
    expect(queues.size).toBe(0);
  });
});
