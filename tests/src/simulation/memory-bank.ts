import { ledgerAccountAggregate } from '@finaegis/bank/ledger/account/account';
import type { Balance } from '@finaegis/bank/ledger/balance';
import type { LedgerDirectory } from '@finaegis/bank/ledger/directory';
import { entityAggregate } from '@finaegis/bank/ledger/entity/entity';
import { createLedgerHandlers } from '@finaegis/bank/ledger/handlers';
import { type HoldState, holdAggregate } from '@finaegis/bank/ledger/hold/hold';
import type { AccountFacts } from '@finaegis/bank/ledger/journal/journal';
import { journalAggregate } from '@finaegis/bank/ledger/journal/journal';
import { quoteAggregate } from '@finaegis/bank/ledger/quote/quote';
import { accountsTable } from '@finaegis/bank/ledger/views/accounts';
import { createBalancesTable } from '@finaegis/bank/ledger/views/balances';
import { entitiesTable } from '@finaegis/bank/ledger/views/entities';
import { derivedUuid, uuidV7Source } from '@finaegis/kernel/id';
import { allowAll } from '@finaegis/platform/command/checks';
import { type Commands, createCommands } from '@finaegis/platform/command/commands';
import { type LockedTable, rowName } from '@finaegis/platform/command/locked-table';
import { tableList } from '@finaegis/platform/command/working-set';
import { DatabaseFault } from '@finaegis/platform/database/transaction';
import { eventCatalogue } from '@finaegis/platform/event-store/catalogue';
import { balanceRules } from './balance-rules.ts';
import { type Life, memoryCommitStore, type StoreFaults } from './memory-commit-store.ts';
import { MemoryDatabase, type Sabotage } from './memory-database.ts';
import { RowLocks } from './row-locks.ts';
import { chance, type Scheduler } from './scheduler.ts';
import {
  answerOf,
  renderOutcome,
  type SimulatedBank,
  type SimulationHandlers,
  simulationHandlers,
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
  readonly sabotage?: Sabotage;
  /** Replaces the table of balances by a broken one, to see that the auditor notices. */
  readonly breakBalances?: (table: LockedTable<Balance>) => LockedTable<Balance>;
}

interface Process {
  readonly life: Life;
  readonly died: Promise<never>;
  readonly die: () => void;
  readonly commands: Commands;
  readonly handlers: SimulationHandlers;
}

const epochMs = Date.parse('2026-03-02T09:00:00.000Z');
const catalogue = eventCatalogue(
  [entityAggregate, ledgerAccountAggregate, journalAggregate, holdAggregate, quoteAggregate].flatMap(
    ({ events }) => events,
  ),
);

/** Several processes of the bank, each with a committer and a memory of its own, over one database in memory and one virtual clock. */
export const startMemoryBank = (options: MemoryBankOptions): SimulatedBank => {
  const { scheduler, sabotage } = options;
  const { random } = scheduler;
  const database = new MemoryDatabase(catalogue, new Map([['ledger.balances', balanceRules]]), sabotage);
  const locks = new RowLocks(scheduler);
  const nowMs = (): number => epochMs + scheduler.nowMs();
  const start = (): Process => startProcess(options, { database, locks, nowMs });
  const processes = Array.from({ length: options.processes }, start);
  if (options.crashEveryMs !== undefined) void crashing(processes, start, { scheduler, everyMs: options.crashEveryMs });
  return {
    tenants: Array.from({ length: options.tenants }, (_, index) => derivedUuid('simulated tenant', String(index))),
    submit: async ({ tenantId, correlation, name, data, key, isDryRun = false, process: at }) => {
      await scheduler.step();
      const chosen = at ?? (options.isLopsided === true && chance(random, 950) ? 0 : random.below(processes.length));
      const process = processes[chosen];
      if (process === undefined) throw new Error(`There is no process ${chosen}.`);
      const submission = {
        tenantId,
        metadata: { actor: 'client', channel: 'simulation', correlation },
        isDryRun,
        render: renderOutcome,
        ...(key === undefined ? {} : { idempotency: { principalId: 'client', ...key } }),
      };
      const settled = process.commands.submit(process.handlers[name] as never, data as never, submission);
      const answer = await Promise.race([settled, process.died]);
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
    balances: async (tenantId) =>
      [...database.table('ledger.balances')].flatMap(([name, row]) =>
        name.startsWith(`${tenantId}/`) ? [row as Balance] : [],
      ),
  };
};

/** Kills a process now and then, in the middle of whatever it is doing, and starts another in its place. */
const crashing = async (
  processes: Process[],
  start: () => Process,
  { scheduler, everyMs }: { readonly scheduler: Scheduler; readonly everyMs: number },
): Promise<void> => {
  for (;;) {
    await scheduler.sleep(1 + scheduler.random.below(2 * everyMs));
    const at = scheduler.random.below(processes.length);
    processes[at]?.die();
    processes[at] = start();
  }
};

interface Shared {
  readonly database: MemoryDatabase;
  readonly locks: RowLocks;
  nowMs(): number;
}

const startProcess = (options: MemoryBankOptions, { database, locks, nowMs }: Shared): Process => {
  const { scheduler, faults, breakBalances = (table) => table } = options;
  const { random } = scheduler;
  const life: Life = { isOver: false };
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
  const balances = breakBalances(createBalancesTable());
  const tables = tableList([entitiesTable, accountsTable, balances] as readonly LockedTable[]);
  const directory = memoryDirectory(database, () => alive(scheduler.step()));
  const ledger = createLedgerHandlers(
    { balances, directory, personalData: { seal: async () => [] } },
    {
      quote: async (tenantId, quoteId) => {
        await alive(scheduler.step());
        return database.stream(tenantId, quoteAggregate, quoteId)?.state ?? quoteAggregate.initial;
      },
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
    pace: {
      turn: () => alive(scheduler.step()),
      pause: (durationMs) => alive(scheduler.sleep(durationMs)),
      // No two processes agree on it, and none on the database's.
      monotonicMs: () => startedMs + scheduler.nowMs(),
    },
  });
  return { life, died, die, commands, handlers: simulationHandlers(ledger, balances) };
};

/** Immutable facts as this process finds them, perhaps a moment too early. */
const memoryDirectory = (database: MemoryDatabase, wait: () => Promise<void>): LedgerDirectory => ({
  accounts: async (tenantId, ids) => {
    await wait();
    return new Map(
      ids.flatMap((id) => {
        const facts = database.table('ledger.accounts').get(rowName(tenantId, id)) as AccountFacts | undefined;
        return facts === undefined ? [] : [[id, facts] as const];
      }),
    );
  },
  hold: async (tenantId, holdId) => {
    await wait();
    const hold: HoldState | undefined = database.stream(tenantId, holdAggregate, holdId)?.state;
    return hold === undefined || hold.status === 'unknown' ? undefined : hold;
  },
  journal: async (tenantId, journalId) => {
    await wait();
    return database.stream(tenantId, journalAggregate, journalId)?.state ?? journalAggregate.initial;
  },
});
