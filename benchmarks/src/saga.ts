import { createPool } from '@finaegis/platform/database/pool';
import { declaredModules } from '@finaegis/server/modules';
import { fdatasyncLatency, oneRowInsert } from './ceilings.ts';
import { type BenchDatabase, benchDatabase } from './database.ts';
import { type Books, openBooks } from './ledger-books.ts';
import { type LedgerChecks, ledgerChecks } from './ledger-checks.ts';
import { runLoad } from './load.ts';
import type { BenchOptions, Cell, Report } from './report.ts';
import { createRounds, type Measurement } from './rounds.ts';
import { type SagaCell, selectSagaCells } from './saga-cells.ts';
import { type DbosWork, openDbos } from './saga-dbos.ts';
import { openSagaWork, type SagaWork, type Stops } from './saga-work.ts';

const accountsCount = 1_000;
const insertBytes = 900;
const warmUpCount = 200;

/** Sagas of three steps with one ledger command each, from the start until the caller is told of the end, beside DBOS on the same PostgreSQL. */
export const sagaBench = async (options: BenchOptions): Promise<Report> => {
  const cells = selectSagaCells(options.only);
  const database = await benchDatabase(declaredModules());
  try {
    return await benchOver(database, cells, options);
  } finally {
    await database.close();
  }
};

/** What the cells of a run share. */
interface Run {
  readonly books: Books;
  readonly work: SagaWork;
  readonly dbos: DbosWork;
  readonly checks: LedgerChecks;
}

const benchOver = async (
  database: BenchDatabase,
  cells: readonly SagaCell[],
  { isQuick, note }: BenchOptions,
): Promise<Report> => {
  const admin = createPool(database.admin, { applicationName: 'benchmark', max: 2 });
  const books = await openBooks(database, accountsCount);
  const run: Run = {
    books,
    work: openSagaWork(books),
    dbos: await openDbos(database.admin),
    checks: await ledgerChecks(books),
  };
  await warmUp(run);
  await admin.query('analyze');
  const rounds = createRounds({
    admin,
    note,
    durationMs: isQuick ? 500 : 2_500,
    ceilings: () => ceilingsOf(database, isQuick ? 300 : 1_000),
  });
  await rounds.measure(cells.map((cell) => measurementOf(cell, run)));
  note(`the audit verified ${await run.checks.audit()} events`);
  await run.dbos.close();
  await books.bank.close();
  await admin.end();
  const report = rounds.report('saga');
  return { ...report, cells: besidePeer(report.cells) };
};

const measurementOf = (cell: SagaCell, run: Run): Measurement => ({
  id: cell.id,
  measure: async (durationMs) => {
    const before = run.books.acknowledged;
    const { callers, isRefused } = cell;
    const isOurs = cell.runtime === 'ours';
    const call = isOurs ? () => run.work.errand(anyStops(run.books), isRefused) : () => run.dbos.errand();
    const measured = await runLoad({ callers, durationMs, call });
    return { cell: measured, transfers: run.books.acknowledged - before };
  },
  check: () => checkAll(run, cell.id),
});

/** Every saga ended as its caller was told, and the books balance, here and at the peer. */
const checkAll = async ({ work, dbos, checks }: Run, after: string): Promise<void> => {
  await work.check();
  await checks.step(after);
  await dbos.check();
};

/** Compiles the code and fills the caches, on both sides alike. */
const warmUp = async (run: Run): Promise<void> => {
  for (const isRefused of [false, true])
    await Promise.all(Array.from({ length: warmUpCount }, () => run.work.errand(anyStops(run.books), isRefused)));
  for (let turn = 0; turn < 4; turn++)
    await Promise.all(Array.from({ length: warmUpCount / 4 }, () => run.dbos.errand()));
  await checkAll(run, 'the preparation');
};

/** Four accounts, all different. */
const anyStops = ({ accounts }: Books): Stops => {
  const first = Math.floor(Math.random() * accounts.length);
  const at = (place: number): string => accounts[(first + place * 7) % accounts.length] ?? '';
  return [at(0), at(1), at(2), at(3)];
};

const ceilingsOf = async (
  { admin, dataFolder }: BenchDatabase,
  durationMs: number,
): Promise<Readonly<Record<string, number>>> => ({
  oneRowInsert1: await oneRowInsert(admin, { clients: 1, bytes: insertBytes, durationMs }),
  oneRowInsert8: await oneRowInsert(admin, { clients: 8, bytes: insertBytes, durationMs }),
  fdatasyncMs: fdatasyncLatency(dataFolder, durationMs / 5),
});

/** Says of each cell that has a twin at the peer how many times as fast it was. */
const besidePeer = (cells: Readonly<Record<string, Cell>>): Readonly<Record<string, Cell>> =>
  Object.fromEntries(
    Object.entries(cells).map(([id, cell]) => {
      const peer = cells[`dbos-${id}`];
      return [
        id,
        peer === undefined ? cell : { ...cell, timesDbos: Math.round((cell.perSecond / peer.perSecond) * 100) / 100 },
      ];
    }),
  );
