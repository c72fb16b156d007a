import { createPool } from '@finaegis/platform/database/pool';
import { declaredModules } from '@finaegis/server/modules';
import { sidesOf } from './account-choice.ts';
import { fdatasyncLatency, oneRowInsert, type SetInsert, setInsertRate } from './ceilings.ts';
import { openCompetitor } from './compare.ts';
import { type BenchDatabase, benchDatabase } from './database.ts';
import { startHttpBench } from './http-cell.ts';
import { type Books, openBooks, openFlooredAccounts } from './ledger-books.ts';
import { type LedgerCell, selectCells } from './ledger-cells.ts';
import { type LedgerChecks, ledgerChecks } from './ledger-checks.ts';
import { type LedgerWork, ledgerWork } from './ledger-work.ts';
import { openListPages } from './list-pages.ts';
import { runLoad } from './load.ts';
import { type Preloaded, preload, readMeasurements } from './preload.ts';
import type { BenchOptions, Report } from './report.ts';
import { createRounds, type Measurement, type Rounds } from './rounds.ts';
import { type Soaked, soak } from './soak.ts';
import { sampleTransferRows } from './transfer-rows.ts';

const accountsCount = 1_000;
const zipfCount = 100_000;
// Cells stand between ceilings of their own minute, not of the run's first one.
const groupSize = 10;
const insertBytes = 900;

/** Transfers through the committer and over HTTP: what it costs to move money with every guarantee kept, answers stored under their keys. */
export const ledgerBench = async (options: BenchOptions): Promise<Report> => {
  const cells = options.soakMinutes === undefined ? selectCells(options) : [];
  const database = await benchDatabase(declaredModules());
  try {
    return await benchOver(database, cells, options);
  } finally {
    await database.close();
  }
};

/** What the phases of a run share. */
interface Run {
  readonly database: BenchDatabase;
  readonly books: Books;
  readonly work: LedgerWork;
  readonly checks: LedgerChecks;
  readonly rounds: Rounds;
  readonly zipfAccounts: readonly string[];
}

const benchOver = async (
  database: BenchDatabase,
  cells: readonly LedgerCell[],
  options: BenchOptions,
): Promise<Report> => {
  const { isQuick, note, preload: transfers = 0 } = options;
  const admin = createPool(database.admin, { applicationName: 'benchmark', max: 2 });
  const books = await openBooks(database, accountsCount);
  const zipfAccounts = cells.some(({ choice }) => choice === 'zipf') ? await openMany(books, note) : [];
  const work = ledgerWork(books);
  const checks = await ledgerChecks(books);
  await warmUp(books, work);
  const rows = await sampleTransferRows(admin);
  const preloaded = transfers === 0 ? undefined : await preload(books, work, { transfers, note });
  await checks.step('the preparation');
  await admin.query('analyze');
  const ceilings = () => ceilingsOf(database, rows, isQuick ? 500 : 1_000);
  const rounds = createRounds({ admin, note, ceilings, durationMs: isQuick ? 600 : 1_500 });
  const run: Run = { database, books, work, zipfAccounts, rounds, checks };
  const soaked = options.soakMinutes === undefined ? undefined : await soakBoth(run, options.soakMinutes, note);
  if (soaked === undefined) {
    await measureCells(run, cells);
    if (preloaded !== undefined) await measureReads(run, preloaded, note);
    if (options.isCompared === true) await measureCompetitor(run);
  }
  note(`the audit verified ${await checks.audit()} events`);
  await books.bank.close();
  await admin.end();
  const report = rounds.report('ledger');
  return soaked === undefined ? report : { ...report, ...soaked };
};

const measureCells = async (run: Run, cells: readonly LedgerCell[]): Promise<void> => {
  const http = cells.filter(({ work }) => work === 'http');
  const inProcess = cells.filter(({ work }) => work !== 'http');
  // First, since the views of its server would otherwise have to read the events of all the others.
  await measureHttp(run, http, { isBesideCeilings: inProcess.length === 0 });
  for (let first = 0; first < inProcess.length; first += groupSize)
    await run.rounds.measure(inProcess.slice(first, first + groupSize).map((cell) => measurementOf(cell, run)));
};

const measureHttp = async (
  { books, database, rounds, checks }: Run,
  cells: readonly LedgerCell[],
  how: { readonly isBesideCeilings: boolean },
): Promise<void> => {
  if (cells.length === 0) return;
  const http = await startHttpBench(books, database);
  try {
    const measurements = cells.map((cell) => ({
      id: cell.id,
      pid: http.pid,
      prepare: () => http.prepare(cell),
      measure: (durationMs: number) => http.load(cell, durationMs),
      check: () => checks.step(cell.id),
    }));
    await rounds.measure(measurements, how);
  } finally {
    await http.stop();
  }
};

const measureCompetitor = async ({ database, rounds }: Run): Promise<void> => {
  const competitor = await openCompetitor(database.admin);
  await rounds.measure(competitor.measurements);
  await competitor.close();
};

const soakBoth = async (
  { books, database, work, checks, rounds }: Run,
  minutes: number,
  note: (text: string) => void,
): Promise<Soaked> => {
  await rounds.measure([]);
  const http = await startHttpBench(books, database);
  try {
    const soaked = await soak({ books, work, http }, { minutes, note });
    await checks.step('the soak');
    return soaked;
  } finally {
    await http.stop();
  }
};

const openMany = async (books: Books, note: (text: string) => void): Promise<readonly string[]> => {
  const began = performance.now();
  const more = await openFlooredAccounts(books.bank, zipfCount - books.accounts.length);
  note(`${zipfCount} accounts opened in ${Math.round((performance.now() - began) / 1_000)} s`);
  return [...books.accounts, ...more];
};

/** Compiles the code, fills the caches, and leaves rows to take samples of. */
const warmUp = async ({ accounts }: Books, work: LedgerWork): Promise<void> => {
  const next = sidesOf('uniform', accounts);
  const many = (count: number) => Array.from({ length: count }, next);
  await work.batch(many(2_000));
  await Promise.all(many(200).map(work.holdAndCapture));
  // So many that the compiler is done: the first cell would otherwise be measured at half its speed, and what is compared with it would shine.
  for (let turn = 0; turn < 15; turn++) {
    await Promise.all(many(200).map(work.transfer));
    await Promise.all(many(200).map(work.transferWithFee));
  }
};

const measureReads = async (
  { books, rounds }: Run,
  preloaded: Preloaded,
  note: (text: string) => void,
): Promise<void> => {
  const lists = await openListPages(books);
  note(`${lists.paths.length} lists: ${lists.paths.join(', ')}; no lists: ${lists.others.join(', ')}`);
  await rounds.measure(readMeasurements(books, preloaded, lists));
  await lists.close();
};

const measurementOf = (cell: LedgerCell, { books, work, zipfAccounts, checks }: Run): Measurement => {
  const next = sidesOf(cell.choice, cell.choice === 'zipf' ? zipfAccounts : books.accounts);
  const calls: Readonly<Record<LedgerCell['work'], () => Promise<void>>> = {
    transfer: () =>
      cell.perCall === 1 ? work.transfer(next()) : work.batch(Array.from({ length: cell.perCall }, next)),
    fee: () => work.transferWithFee(next()),
    'hold-capture': () => work.holdAndCapture(next()),
    http: () => Promise.reject(new Error('HTTP is measured from another process.')),
  };
  return {
    id: cell.id,
    measure: async (durationMs) => {
      const [acknowledged, turnedAway] = [books.acknowledged, work.turnedAway()];
      const measuredCell = await runLoad({
        callers: cell.callers,
        durationMs,
        unitsPerCall: cell.perCall,
        call: calls[cell.work],
      });
      const away = work.turnedAway() - turnedAway;
      return {
        cell: away === 0 ? measuredCell : { ...measuredCell, turnedAway: away },
        transfers: books.acknowledged - acknowledged,
      };
    },
    check: () => checks.step(cell.id),
  };
};

const ceilingsOf = async (
  { admin, dataFolder }: BenchDatabase,
  rows: SetInsert,
  durationMs: number,
): Promise<Readonly<Record<string, number>>> => ({
  oneRowInsert1: await oneRowInsert(admin, { clients: 1, bytes: insertBytes, durationMs }),
  oneRowInsert8: await oneRowInsert(admin, { clients: 8, bytes: insertBytes, durationMs }),
  setInsert: await setInsertRate(admin, rows, durationMs),
  fdatasyncMs: fdatasyncLatency(dataFolder, durationMs / 5),
});
