import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startRounds } from './rounds.ts';

describe('rounds', () => {
  it('begin at once, go on after a failure that is told of, and end with what was under way', async () => {
    const told: unknown[] = [];
    let begun = 0;
    let ended = 0;
    const rounds = startRounds(
      async () => {
        begun += 1;
        if (begun === 1) throw new Error('the first one fails');
        await pause(5);
        ended += 1;
      },
      { everyMs: 1, onError: (error) => told.push(error) },
    );
    expect(begun).toBe(1);
    await expect.poll(() => ended, { interval: 1 }).toBeGreaterThan(2);
    await rounds.close();
    expect(told).toEqual([new Error('the first one fails')]);
    expect(ended).toBe(begun - 1);
    const atTheEnd = begun;
    await pause(20);
    expect(begun).toBe(atTheEnd);
  });

  it('are not waited for when they pause', async () => {
    const rounds = startRounds(async () => undefined, { everyMs: 3_600_000 });
    await pause(1);
    const closing = performance.now();
    await rounds.close();
    expect(performance.now() - closing).toBeLessThan(1_000);
  });
});
