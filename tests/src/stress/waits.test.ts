import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startWaits } from './waits.ts';

it('a wait that lasts too long is aborted', async () => {
  const wait = startWaits().begin(100);
  // A timer of the test's own, since those of the waits keep no process alive.
  while (!wait.signal.aborted) await pause(20);
  expect(wait.end()).toBeGreaterThan(100);
});

it('a wait that ended in time is not, and time in which nothing ran is none', async () => {
  const waits = startWaits();
  const [ended, open] = [waits.begin(100), waits.begin(500)];
  ended.end();
  // Nobody else runs meanwhile, as on a machine that is busy with other things.
  for (const until = performance.now() + 700; performance.now() < until; );
  await pause(10);
  expect([ended.signal.aborted, open.signal.aborted]).toEqual([false, false]);
});
