import { cpus, totalmem } from 'node:os';

/** One measured cell; times in milliseconds, per call as the caller sees it. */
export interface Cell {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly [more: string]: number;
}

/** The last line every benchmark prints. Ceilings are what this machine allowed in the same run: per second, or milliseconds where the name says so. */
export interface Report {
  readonly bench: string;
  readonly machine: string;
  readonly ceilings: Readonly<Record<string, number>>;
  readonly cells: Readonly<Record<string, Cell>>;
  /** What the run found wrong, in words; the process then ends with 1. */
  readonly failures?: readonly string[];
}

/** What a benchmark is run with. */
export interface BenchOptions {
  /** Ends within 45 s. */
  readonly isQuick: boolean;
  /** Cells to measure, by id or pattern (`c64-*`); those of the kind of run unless told. */
  readonly only?: readonly string[] | undefined;
  /** Measures the simplest correct competitor too, on the same server. */
  readonly isCompared?: boolean;
  /** Instead of the cells: so many minutes of load, with an eye on memory. */
  readonly soakMinutes?: number | undefined;
  /** Transfers that are in the database before anything is measured. */
  readonly preload?: number;
  readonly note: (text: string) => void;
}

/** Processor, cores, memory and runtime in one line. */
export const describeMachine = (): string =>
  `${cpus()[0]?.model.trim() ?? 'unknown'} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;

/** Percentiles of the durations of calls that did `unitsPerCall` each, over `elapsedMs`. */
export const cellOf = (durationsMs: readonly number[], elapsedMs: number, unitsPerCall = 1): Cell => {
  const sorted = [...durationsMs].sort((a, b) => a - b);
  const at = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return {
    perSecond: Math.round((durationsMs.length * unitsPerCall * 1_000) / elapsedMs),
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    maxMs: round(sorted.at(-1) ?? 0),
  };
};

/** The middle of several runs by throughput: one noisy moment of a shared machine decides nothing. */
export const medianCell = (cells: readonly Cell[]): Cell => {
  const sorted = [...cells].sort((a, b) => a.perSecond - b.perSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('There is no cell to take the median of.');
  return middle;
};

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const round = (ms: number): number => Math.round(ms * 100) / 100;
