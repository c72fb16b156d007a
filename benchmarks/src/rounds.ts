import type { Pool } from 'pg';
import { type CountedCell, measured } from './measured.ts';
import { type Cell, describeMachine, median, medianCell, type Report } from './report.ts';

/** One cell to measure: its name, the load, and the process whose memory is looked at (this one unless told). */
export interface Measurement {
  readonly id: string;
  readonly pid?: number;
  /** What has to be so before it is measured. */
  prepare?(): Promise<void>;
  measure(durationMs: number): Promise<CountedCell>;
  /** Runs after each measurement and throws when what is stored is not what was acknowledged. */
  check(): Promise<void>;
}

/** What rounds are made of. */
export interface RoundsOptions {
  /** As the superuser. */
  readonly admin: Pool;
  readonly durationMs: number;
  readonly note: (text: string) => void;
  /** Measures what the machine allows, each figure by its name. */
  ceilings(): Promise<Readonly<Record<string, number>>>;
}

/** Measures cells several times over and keeps the medians. */
export interface Rounds {
  /** Three rounds of a group of cells, with the ceilings of the same minute around them where they are wanted. */
  measure(group: readonly Measurement[], how?: { readonly isBesideCeilings: boolean }): Promise<void>;
  report(bench: string): Report;
}

const roundsCount = 3;

/** Starts with nothing measured. */
export const createRounds = ({ admin, durationMs, note, ceilings }: RoundsOptions): Rounds => {
  const cellsOf = new Map<string, Cell[]>();
  const ceilingsOf = new Map<string, number[]>();
  const measureGroup = async (group: readonly Measurement[]): Promise<void> => {
    for (const { id, pid, prepare, measure, check } of group) {
      await prepare?.();
      add(cellsOf, id, await measured(admin, () => measure(durationMs), pid));
      await check();
    }
  };
  const measureCeilings = async (): Promise<void> => {
    for (const [name, value] of Object.entries(await ceilings())) add(ceilingsOf, name, value);
  };
  return {
    measure: async (group, { isBesideCeilings } = { isBesideCeilings: true }) => {
      for (let round = 0; round < roundsCount; round++) {
        note(`${group.map(({ id }) => id).join(' ') || 'ceilings'}: round ${round + 1} of ${roundsCount}`);
        const steps = [() => measureGroup(group), ...(isBesideCeilings ? [measureCeilings] : [])];
        // A-B-B-A, so that a machine that slows down slows both alike.
        for (const step of round % 2 === 0 ? steps : steps.toReversed()) await step();
      }
    },
    report: (bench) => ({
      bench,
      machine: describeMachine(),
      ceilings: Object.fromEntries([...ceilingsOf].map(([name, values]) => [name, median(values)])),
      cells: Object.fromEntries([...cellsOf].map(([id, values]) => [id, medianCell(values)])),
    }),
  };
};

const add = <T>(to: Map<string, T[]>, name: string, value: T): void => {
  to.set(name, [...(to.get(name) ?? []), value]);
};
