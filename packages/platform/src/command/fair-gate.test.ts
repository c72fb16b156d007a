import { describe, expect, it } from 'vitest';
import { FairGate } from './fair-gate.ts';

/** Work that ends when it is told to. */
const started: (() => void)[] = [];
const order: string[] = [];
const work = (name: string) => (): Promise<void> =>
  new Promise((resolve) => {
    order.push(name);
    started.push(resolve);
  });
const end = async (): Promise<void> => {
  started.shift()?.();
  await new Promise((resolve) => setImmediate(resolve));
};

describe('a fair gate', () => {
  it('lets so many through at once, and tenants in turns', async () => {
    const gate = new FairGate(2);
    const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2'].map((name) => gate.through(name.slice(0, 1), work(name)));
    expect(order).toEqual(['a1', 'a2']);
    expect(gate.queued).toBe(5);
    for (let turn = 0; turn < all.length; turn++) await end();
    await Promise.all(all);
    expect(order).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'a4', 'b2']);
    expect(gate.queued).toBe(0);
  });

  it('goes on after work that failed', async () => {
    const gate = new FairGate(1);
    await expect(gate.through('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(gate.through('a', async () => 'yes')).resolves.toBe('yes');
  });
});
