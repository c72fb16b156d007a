import type { Clock } from './clock.ts';

/** How a try of a call ended. `busy` and `refused` never left the process; `abandoned` says nothing about the provider. */
export const callResults = ['succeeded', 'declined', 'failed', 'unknown', 'abandoned', 'busy', 'refused'] as const;
export type CallResult = (typeof callResults)[number];

/** One try of a call, as it is counted. */
export interface ObservedCall {
  readonly result: CallResult;
  /** Milliseconds; absent where nothing was sent. */
  readonly durationMs?: number;
  /** Code of the fault, where there was one. */
  readonly code?: string;
}

/** What is known of the calls of the last minute. */
export interface CallSummary {
  readonly counts: Readonly<Record<CallResult, number>>;
  /** Failed and unknown among those that were sent; undefined when none was. */
  readonly failureShare: number | undefined;
  /** Of the last 256 calls that were sent. */
  readonly latencyMs: { readonly p50: number; readonly p95: number } | undefined;
  readonly lastFailure: { readonly code: string; readonly at: number } | undefined;
}

/** Counts the calls of one operation in this process. */
export interface CallStatistics {
  observe(call: ObservedCall): void;
  summary(): CallSummary;
}

const windowMs = 60_000;
const sliceMs = 10_000;
const latenciesMax = 256;

const none = (): Record<CallResult, number> => ({
  succeeded: 0,
  declined: 0,
  failed: 0,
  unknown: 0,
  abandoned: 0,
  busy: 0,
  refused: 0,
});

/** Makes it, empty. */
export const createCallStatistics = (clock: Clock): CallStatistics => {
  let slices: { readonly begunAt: number; readonly counts: Record<CallResult, number> }[] = [];
  const latencies: number[] = [];
  let latest = 0;
  let lastFailure: CallSummary['lastFailure'];

  const recent = (now: number): typeof slices => slices.filter(({ begunAt }) => begunAt > now - windowMs);

  return {
    observe: ({ result, durationMs, code = result }) => {
      const now = clock.monotonic();
      let slice = slices.at(-1);
      if (slice === undefined || now >= slice.begunAt + sliceMs) {
        slice = { begunAt: now, counts: none() };
        slices = [...recent(now), slice];
      }
      slice.counts[result] += 1;
      if (durationMs !== undefined) latencies[latest++ % latenciesMax] = durationMs;
      if (result === 'failed' || result === 'unknown') lastFailure = { code, at: clock.now() };
    },
    summary: () => {
      const counts = none();
      for (const slice of recent(clock.monotonic()))
        for (const result of callResults) counts[result] += slice.counts[result];
      const failures = counts.failed + counts.unknown;
      const sent = failures + counts.succeeded + counts.declined;
      return {
        counts,
        failureShare: sent === 0 ? undefined : failures / sent,
        latencyMs: quantiles(latencies),
        lastFailure,
      };
    },
  };
};

const quantiles = (latencies: readonly number[]): CallSummary['latencyMs'] => {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return sorted.length === 0 ? undefined : { p50: at(0.5), p95: at(0.95) };
};
