import { expect, test } from 'vitest';
import { runLoad } from './load.ts';

test('every caller asks at least once, also where the first of them use up the time', async () => {
  const asked = new Set<number>();
  const { perSecond } = await runLoad({
    callers: 64,
    durationMs: 1,
    unitsPerCall: 1_000,
    call: async (caller) => {
      for (const end = performance.now() + 1; performance.now() < end; );
      asked.add(caller);
    },
  });
  expect(asked.size).toBe(64);
  expect(perSecond).toBeGreaterThan(0);
});

test('a call that fails ends the benchmark', async () => {
  const call = () => Promise.reject(new Error('insufficient_funds'));
  await expect(runLoad({ callers: 2, durationMs: 5, call })).rejects.toThrow('insufficient_funds');
});
