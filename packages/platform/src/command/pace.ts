import { setTimeout as timeout, setImmediate as turn } from 'node:timers/promises';

/** How time passes for a committer; a simulation brings its own. */
export interface Pace {
  /** Lets callers that were just answered ask again. */
  turn(): Promise<void>;
  pause(durationMs: number): Promise<void>;
  monotonicMs(): number;
}

/** Node's own event loop and clock. */
export const nodePace: Pace = {
  turn: async () => {
    await turn();
  },
  pause: async (durationMs) => {
    await timeout(durationMs);
  },
  monotonicMs: () => performance.now(),
};
