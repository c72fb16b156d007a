import { sidesOf } from './account-choice.ts';
import type { HttpBench } from './http-cell.ts';
import type { Books } from './ledger-books.ts';
import type { LedgerWork } from './ledger-work.ts';
import { runLoad } from './load.ts';
import { residentBytes } from './measured.ts';
import { type Cell, median, medianCell } from './report.ts';

/** How a soak is run. */
export interface SoakOptions {
  readonly minutes: number;
  readonly note: (text: string) => void;
}

/** What a soak found: a cell per process, and what grew more than it may. */
export interface Soaked {
  readonly cells: Readonly<Record<string, Cell>>;
  readonly failures: readonly string[];
}

/** Resident memory at two moments of a run. */
export interface Growth {
  readonly rssAt10PercentMb: number;
  readonly rssAt100PercentMb: number;
  readonly rssGrowthPercent: number;
}

const callers = 64;
const httpCell = { callers, choice: 'uniform' } as const;
const sampleMs = 10_000;
const samplesMin = 30;
const growthMaxPercent = 10;
const minuteMs = 60_000;

/** Loads a bank in this process and a server in another for minutes, and looks whether their memory stays what it was after warming up. */
export const soak = async (
  { books, work, http }: { readonly books: Books; readonly work: LedgerWork; readonly http: HttpBench },
  { minutes, note }: SoakOptions,
): Promise<Soaked> => {
  await http.prepare(httpCell);
  const end = performance.now() + minutes * minuteMs;
  const everyMs = Math.min(sampleMs, (minutes * minuteMs) / samplesMin);
  const next = sidesOf('uniform', books.accounts);
  const soaked = await Promise.all([
    soakOne('soak-c64', process.pid, () =>
      runLoad({ callers, durationMs: everyMs, call: () => work.transfer(next()) }),
    ),
    soakOne('soak-http-c64', http.pid, async () => (await http.load(httpCell, everyMs)).cell),
  ]);
  return {
    cells: Object.fromEntries(soaked.map(({ id, cell }) => [id, cell])),
    failures: soaked
      .filter(({ cell }) => cell.rssGrowthPercent > growthMaxPercent)
      .map(
        ({ id, cell }) =>
          `${id} grew by ${cell.rssGrowthPercent} % after warming up; ${growthMaxPercent} % is allowed.`,
      ),
  };

  async function soakOne(id: string, pid: number, slice: () => Promise<Cell>) {
    const slices: Cell[] = [];
    const samplesMb: number[] = [];
    const sample = async (): Promise<void> => {
      samplesMb.push((await residentBytes(pid)) / 2 ** 20);
      note(`${id}: ${slices.at(-1)?.perSecond ?? 0}/s, ${Math.round(samplesMb.at(-1) ?? 0)} MB`);
    };
    const timer = setInterval(() => void sample(), everyMs);
    // Each slice's durations are folded into a cell and dropped, so that the benchmark does not grow where the bank does not.
    while (performance.now() < end) slices.push(await slice());
    clearInterval(timer);
    return { id, cell: { ...medianCell(slices), ...growthOf(samplesMb) } };
  }
};

/**
 * Growth between the second tenth of the samples and the last one. Memory moves up and down with each collection of garbage, so each end is the
 * median of its tenth.
 */
export const growthOf = (samplesMb: readonly number[]): Growth => {
  const tenth = Math.max(1, Math.floor(samplesMb.length / 10));
  const warm = median(samplesMb.slice(tenth, 2 * tenth));
  const last = median(samplesMb.slice(-tenth));
  return {
    rssAt10PercentMb: Math.round(warm),
    rssAt100PercentMb: Math.round(last),
    rssGrowthPercent: Math.round((last / Math.max(1, warm) - 1) * 1_000) / 10,
  };
};
