/** One client's wait for one answer. */
export interface Wait {
  /** Aborts when it has lasted too long. */
  readonly signal: AbortSignal;
  /** Ends it; gives back how long it was, in milliseconds. */
  end(): number;
}

const tickMs = 50;

/**
 * Measures waits in ticks of this process rather than by the clock on the wall: on a crowded machine, where nothing ran for seconds, nobody
 * has been kept waiting by the bank.
 */
export const startWaits = (): { begin(maxMs: number): Wait } => {
  let tick = 0;
  const open = new Map<AbortController, number>();
  const timer = setInterval(() => {
    tick += 1;
    for (const [controller, lastTick] of open) if (tick > lastTick) controller.abort();
  }, tickMs);
  timer.unref();
  return {
    begin: (maxMs) => {
      const controller = new AbortController();
      const began = tick;
      open.set(controller, tick + Math.ceil(maxMs / tickMs));
      return {
        signal: controller.signal,
        end: () => {
          open.delete(controller);
          return (tick - began) * tickMs;
        },
      };
    },
  };
};
