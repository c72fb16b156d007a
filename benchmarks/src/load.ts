import { type Cell, cellOf } from './report.ts';

/** A load of so many callers, each asking again as soon as it is answered. */
export interface Load {
  readonly callers: number;
  readonly durationMs: number;
  readonly unitsPerCall?: number;
  call(caller: number, count: number): Promise<unknown>;
}

/** Runs callers side by side for a time and measures each call. A failing call ends the benchmark: a figure over failures would be a lie. */
export const runLoad = async ({ callers, durationMs, unitsPerCall = 1, call }: Load): Promise<Cell> => {
  const durations: number[] = [];
  const start = performance.now();
  const end = start + durationMs;
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      let count = 0;
      // Every caller asks at least once: the last of many large calls may begin when the time is already over.
      do {
        const began = performance.now();
        await call(caller, count++);
        durations.push(performance.now() - began);
      } while (performance.now() < end);
    }),
  );
  return cellOf(durations, performance.now() - start, unitsPerCall);
};
