import { ledgerAccountAggregate } from '@finaegis/bank/ledger/account/account';
import type { Balance } from '@finaegis/bank/ledger/balance';
import { entityAggregate } from '@finaegis/bank/ledger/entity/entity';
import { createLedgerHandlers } from '@finaegis/bank/ledger/handlers';
import { holdAggregate } from '@finaegis/bank/ledger/hold/hold';
import { journalAggregate } from '@finaegis/bank/ledger/journal/journal';
import { quoteAggregate } from '@finaegis/bank/ledger/quote/quote';
import { accountsTable } from '@finaegis/bank/ledger/views/accounts';
import { createBalancesTable } from '@finaegis/bank/ledger/views/balances';
import { entitiesTable } from '@finaegis/bank/ledger/views/entities';
import { derivedUuid, uuidV7Source } from '@finaegis/kernel/id';
import { allowAll } from '@finaegis/platform/command/checks';
import { type Commands, createCommands } from '@finaegis/platform/command/commands';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import { tableList } from '@finaegis/platform/command/working-set';
import { DatabaseFault } from '@finaegis/platform/database/transaction';
import { eventCatalogue } from '@finaegis/platform/event-store/catalogue';
import { leasesTable } from '@finaegis/platform/saga/leases-table';
import { type MemorySagaQueue, memorySagaQueue } from '@finaegis/platform/saga/memory-queue';
import { sagaAggregate } from '@finaegis/platform/saga/saga';
import { balanceRules } from './balance-rules.ts';
import { type CardsTwin, createCardsTwin } from './cards-twin.ts';
import { customerRules } from './customer-rows.ts';
import { type Life, memoryCommitStore, type StoreFaults } from './memory-commit-store.ts';
import { contextEvents, contextTables, createContexts } from './memory-contexts.ts';
import { MemoryDatabase, type RowRules, type Sabotage } from './memory-database.ts';
import { memoryReads, memorySealing } from './memory-reads.ts';
import { virtualTimes } from './outside-times.ts';
import { createRailTwin, type RailTwin } from './rail-twin.ts';
import { RowLocks } from './row-locks.ts';
import { type SagaTools, startSagas } from './saga-process.ts';
import { chance, type Scheduler } from './scheduler.ts';
import {
  answerOf,
  renderOutcome,
  type SimulatedBank,
  type SimulationHandlers,
  simulationHandlers,
  type WholeBank,
} from './simulated-bank.ts';

/** How a bank in memory is made. */
export interface MemoryBankOptions {
  readonly scheduler: Scheduler;
  readonly faults: StoreFaults;
  readonly processes: number;
  readonly tenants: number;
  /** Nearly everybody is sent to the first process, so that its commits overlap and the others come between them. */
  readonly isLopsided?: boolean;
  /** Mean time between two crashes; none when absent. */
  readonly crashEveryMs?: number;
  /** Processes execute sagas too, which takes turns of its own; without it only the ledger and its accounts are alive. */
  readonly isWhole?: boolean;
  /** The card provider sends messages, and payers have their banks take payments back. */
  readonly isTelling?: boolean;
  readonly sabotage?: Sabotage;
  /** Replaces the partner bank by a dishonest one. */
  readonly breakRail?: (rail: RailTwin) => RailTwin;
  readonly breakCards?: (cards: CardsTwin) => CardsTwin;
  /** Replaces the table of balances by a broken one, to see that the auditor notices. */
  readonly breakBalances?: (table: LockedTable<Balance>) => LockedTable<Balance>;
}

interface Process {
  readonly life: Life;
  readonly died: Promise<never>;
  readonly die: () => void;
  readonly commands: Commands;
  readonly handlers: SimulationHandlers;
  /** Goes on with the saga that a command of this process has begun or told something. */
  readonly adopt: (tenantId: string, name: string, data: unknown) => void;
}

const epochMs = Date.parse('2026-03-02T09:00:00.000Z');
const catalogue = eventCatalogue([
  ...[entityAggregate, ledgerAccountAggregate, journalAggregate, holdAggregate, quoteAggregate].flatMap(
    ({ events }) => events,
  ),
  ...contextEvents,
]);
const rules = new Map([['ledger.balances', balanceRules], ...customerRules]);

/** Several processes of the bank, each with a committer and a memory of its own, over one database in memory and one virtual clock. */
export const startMemoryBank = (options: MemoryBankOptions): SimulatedBank => {
  const { scheduler, sabotage } = options;
  const { random } = scheduler;
  const nowMs = (): number => epochMs + scheduler.nowMs();
  const queue = memorySagaQueue(nowMs);
  // The queue of sagas is kept beside the rows; a commit that stands on a lease reads it there.
  const leases: RowRules = { make: (_, tenantId, sagaId) => queue.holderOf({ tenantId, sagaId }) };
  const database = new MemoryDatabase(catalogue, new Map([...rules, [leasesTable.name, leases]]), {
    sabotage,
    follow: (event, writer) => {
      if (event.context === sagaAggregate.context) queue.apply(event, writer);
    },
  });
  const shared: Shared = {
    database,
    locks: new RowLocks(scheduler),
    queue,
    rail: (options.breakRail ?? ((rail) => rail))(createRailTwin(scheduler)),
    cards: cardsOf(options),
    mistakes: [],
    nowMs,
    started: 0,
  };
  const start = (): Process => startProcess(options, shared);
  const processes = Array.from({ length: options.processes }, start);
  const crashes = { everyMs: options.crashEveryMs };
  if (options.crashEveryMs !== undefined) void crashing(processes, start, { scheduler, crashes });
  return {
    tenants: Array.from({ length: options.tenants }, (_, index) => derivedUuid('simulated tenant', String(index))),
    submit: async ({
      tenantId,
      correlation,
      name,
      data,
      key,
      isDryRun = false,
      process: at,
      actor = 'client',
      lane,
    }) => {
      await scheduler.step();
      const chosen = at ?? (options.isLopsided === true && chance(random, 950) ? 0 : random.below(processes.length));
      const process = processes[chosen];
      if (process === undefined) throw new Error(`There is no process ${chosen}.`);
      const submission = {
        tenantId,
        metadata: { actor, channel: 'simulation', correlation },
        isDryRun,
        render: renderOutcome,
        ...(lane === undefined ? {} : { lane }),
        ...(key === undefined ? {} : { idempotency: { principalId: actor, ...key } }),
      };
      const settled = process.commands.submit(process.handlers[name] as never, data as never, submission);
      const answer = await Promise.race([settled, process.died]);
      if (!isDryRun) process.adopt(tenantId, name, data);
      await scheduler.step();
      return answerOf(answer);
    },
    head: async (tenantId) => database.head(tenantId).seq,
    nowMs,
    pause: (durationMs) => scheduler.sleep(durationMs),
    log: async (tenantId, after = 0n) => {
      await scheduler.step();
      return (database.log.get(tenantId) ?? []).slice(Number(after));
    },
    balances: async (tenantId) => rowsOf(database, 'ledger.balances', tenantId).map((row) => row as Balance),
    ...(options.isWhole === true ? { whole: wholeOf(shared, crashes) } : {}),
  };
};

const cardsOf = ({ scheduler, isTelling = false, breakCards = (cards) => cards }: MemoryBankOptions): CardsTwin =>
  breakCards(createCardsTwin(scheduler, isTelling ? { epochMs, dueMs: [20_000, 40_000] } : undefined));

const rowsOf = (database: MemoryDatabase, table: string, tenantId: string): readonly unknown[] =>
  [...database.table(table)].flatMap(([name, row]) => (name.startsWith(`${tenantId}/`) ? [row] : []));

/** What a whole bank has besides its ledger. */
const wholeOf = ({ database, rail, cards, mistakes }: Shared, crashes: { everyMs: number | undefined }): WholeBank => ({
  rows: (table, tenantId) => rowsOf(database, table, tenantId),
  reviewMaxMs: virtualTimes.reviewMaxMs,
  rail,
  cards,
  mistakes,
  calmDown: () => {
    // Nobody waits for what takes minutes when the bank dies five times a second.
    if (crashes.everyMs !== undefined) crashes.everyMs = Math.max(crashes.everyMs, 10_000);
  },
});

/** Kills a process now and then, in the middle of whatever it is doing, and starts another in its place. */
const crashing = async (
  processes: Process[],
  start: () => Process,
  { scheduler, crashes }: { readonly scheduler: Scheduler; readonly crashes: { readonly everyMs: number | undefined } },
): Promise<void> => {
  for (;;) {
    await scheduler.sleep(1 + scheduler.random.below(2 * (crashes.everyMs ?? 1)));
    const at = scheduler.random.below(processes.length);
    processes[at]?.die();
    processes[at] = start();
  }
};

interface Shared {
  readonly database: MemoryDatabase;
  readonly locks: RowLocks;
  readonly queue: MemorySagaQueue;
  readonly rail: RailTwin;
  readonly cards: CardsTwin;
  /** What went wrong in the work of sagas and is no fault of the world. */
  readonly mistakes: string[];
  nowMs(): number;
  started: number;
}

const startProcess = (options: MemoryBankOptions, shared: Shared): Process => {
  const { database, locks, nowMs } = shared;
  const { scheduler, faults, breakBalances = (table) => table, isWhole = false } = options;
  const { random } = scheduler;
  const life: Life = { isOver: false, ...(isWhole ? { workerId: `worker-${shared.started++}` } : {}) };
  let die: () => void = () => undefined;
  const died = new Promise<never>((_, reject) => {
    die = () => {
      life.isOver = true;
      reject(new DatabaseFault('connection_lost', 'The process died.'));
    };
  });
  died.catch(() => undefined);
  // A process that died stands still for ever.
  const alive = async (waited: Promise<void>): Promise<void> => {
    await waited;
    if (life.isOver) await died.catch(() => new Promise(() => undefined));
  };
  const turn = (): Promise<void> => alive(scheduler.step());
  const balances = breakBalances(createBalancesTable());
  const tables = tableList([entitiesTable, accountsTable, balances, ...contextTables] as readonly LockedTable[]);
  const reads = memoryReads(database, turn);
  const ledger = createLedgerHandlers(
    { balances, directory: reads.ledger, personalData: memorySealing as never },
    {
      quote: (tenantId, quoteId) => reads.stream(quoteAggregate, tenantId, quoteId),
      revaluationFacts: async () => undefined,
    },
  );
  const startedMs = random.below(1_000_000);
  const now = (): string => new Date(nowMs()).toISOString();
  const commands = createCommands({
    store: memoryCommitStore({ database, locks, scheduler, tables, life, faults, now }),
    tables,
    newEventId: uuidV7Source(nowMs, (length) => Uint8Array.from({ length }, () => random.below(256))),
    checks: allowAll,
    checkedCommands: new Set(),
    // Nobody runs out of connections here, and a seed found before dry runs waited for each other goes on meaning what it meant.
    trialsAtOnce: Number.POSITIVE_INFINITY,
    pace: {
      turn,
      pause: (durationMs) => alive(scheduler.sleep(durationMs)),
      // No two processes agree on it, and none on the database's.
      monotonicMs: () => startedMs + scheduler.nowMs(),
    },
  });
  const { queue, mistakes } = shared;
  const work: SagaTools = { scheduler, queue, reads, commands, life, alive, turn, now, mistakes };
  const sagas = startSagas(work, (its) =>
    createContexts({
      reads,
      balances,
      ledgerHandlers: ledger,
      rail: shared.rail.calledBy(turn),
      cards: shared.cards.calledBy(turn),
      bodyOf: shared.cards.bodyOf,
      sealing: memorySealing,
      times: virtualTimes,
      commands: () => commands,
      sagas: () => its,
      random,
      now,
    }),
  );
  const handlers = simulationHandlers(ledger, balances, sagas.handlers);
  return { life, died, die, commands, handlers, adopt: sagas.adopt };
};
