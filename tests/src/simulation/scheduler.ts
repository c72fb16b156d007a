import { type Random, randomFrom } from '../stress/random.ts';

/** Virtual time, and whose turn it is in it. Everything that waits in a simulation waits here, so that a seed decides every interleaving. */
export interface Scheduler {
  readonly random: Random;
  /** Milliseconds since the simulation began; only waiting moves them. */
  nowMs(): number;
  /** Turns given out so far. */
  readonly turns: number;
  /** Waits for a turn among all others that could go on now. */
  step(): Promise<void>;
  sleep(durationMs: number): Promise<void>;
  /**
   * Gives out turns until the work is done.
   * @throws Error when nobody could go on and the work is not done: somebody waits for what will never come
   */
  run<T>(work: Promise<T>): Promise<T>;
}

interface Sleeper {
  readonly dueMs: number;
  readonly go: () => void;
}

/** One turn of Node's own event loop: every promise that could settle by then has. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A scheduler whose choices are drawn from one seed. */
export const createScheduler = (seed: number): Scheduler => {
  const random = randomFrom(seed);
  const waiting: Sleeper[] = [];
  let nowMs = 0;
  let turns = 0;

  const sleep = (durationMs: number): Promise<void> =>
    new Promise((go) => waiting.push({ dueMs: nowMs + durationMs, go }));

  const next = (): boolean => {
    if (waiting.length === 0) return false;
    const ready = waiting.filter(({ dueMs }) => dueMs <= nowMs);
    const earliest = waiting.reduce((least, { dueMs }) => Math.min(least, dueMs), Number.POSITIVE_INFINITY);
    if (ready.length === 0) nowMs = earliest;
    const chosen = random.pick(ready.length > 0 ? ready : waiting.filter(({ dueMs }) => dueMs <= nowMs));
    waiting.splice(waiting.indexOf(chosen), 1);
    turns += 1;
    chosen.go();
    return true;
  };

  return {
    random,
    nowMs: () => nowMs,
    get turns() {
      return turns;
    },
    step: () => sleep(random.below(3)),
    sleep,
    run: async (work) => {
      let isOver = false;
      const over = work.finally(() => (isOver = true));
      over.catch(() => undefined);
      for (;;) {
        await settled();
        if (isOver) return over;
        if (!next()) throw new Error(`After ${turns} turns nobody can go on, and the work is not done.`);
      }
    },
  };
};

/** True so many times in a thousand. */
export const chance = (random: Random, perThousand: number): boolean => random.below(1_000) < perThousand;
