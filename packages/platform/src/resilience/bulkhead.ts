import type { Clock } from './clock.ts';
import { ProviderBusy } from './faults.ts';

/** How many calls may be under way, and how many may wait for how long. */
export interface BulkheadLimits {
  readonly concurrentMax: number;
  readonly queueMax: number;
  readonly queueMs: number;
}

/** A wall around one operation: a provider that hangs takes its own slots and nobody else's. */
export interface Bulkhead {
  /**
   * A slot, at once or after waiting; gives back how to leave it.
   * @throws ProviderBusy when the queue is full or the wait was too long; the signal's reason when the caller gave up
   */
  enter(signal?: AbortSignal): Promise<() => void>;
  readonly running: number;
  readonly waiting: number;
}

/** Makes a bulkhead; slots go to whoever waits longest. */
export const createBulkhead = ({ concurrentMax, queueMax, queueMs }: BulkheadLimits, clock: Clock): Bulkhead => {
  const queue = new Set<() => void>();
  let running = 0;

  const leave = (): void => {
    const [next] = queue;
    // The slot is handed on without becoming free in between, so that nobody overtakes the queue.
    if (next === undefined) running -= 1;
    else next();
  };
  const slot = (): (() => void) => {
    let isLeft = false;
    return () => {
      if (!isLeft) leave();
      isLeft = true;
    };
  };
  const waitForSlot = (signal: AbortSignal | undefined): Promise<() => void> =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        queue.delete(enter);
        cancel();
        signal?.removeEventListener('abort', abort);
      };
      const enter = (): void => {
        stop();
        resolve(slot());
      };
      const abort = (): void => {
        stop();
        reject(signal?.reason as Error);
      };
      const cancel = clock.after(queueMs, () => {
        stop();
        reject(new ProviderBusy('queue_too_slow', { message: `No slot became free within ${queueMs} ms.` }));
      });
      signal?.addEventListener('abort', abort, { once: true });
      queue.add(enter);
    });

  return {
    enter: async (signal) => {
      signal?.throwIfAborted();
      if (running < concurrentMax) {
        running += 1;
        return slot();
      }
      if (queue.size >= queueMax)
        throw new ProviderBusy('queue_full', { message: `${running} calls are under way and ${queue.size} wait.` });
      return waitForSlot(signal);
    },
    get running() {
      return running;
    },
    get waiting() {
      return queue.size;
    },
  };
};
