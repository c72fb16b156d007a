/** Time as calls to providers need it; a test gives them one that stands still. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds of a clock that never goes back, for measuring. */
  monotonic(): number;
  /** Does something later; gives back how to call it off. */
  after(ms: number, action: () => void): () => void;
}

/**
 * The machine's clock.
 * @param now milliseconds since 1970, where the edge has a clock of its own
 */
export const systemClock = (now: () => number = Date.now): Clock => ({
  now,
  monotonic: () => performance.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
});
