import { rehydrate } from '@finaegis/platform/event-store/read';
import { createSagaHandlers } from '@finaegis/platform/saga/commands';
import { type SagaCatalogue, sagaCatalogue } from '@finaegis/platform/saga/definition';
import { postgresSagaQueue } from '@finaegis/platform/saga/postgres-queue';
import type { SagaAddress } from '@finaegis/platform/saga/queue';
import { sagaAggregate } from '@finaegis/platform/saga/saga';
import { type SagaWorker, startSagaWorker } from '@finaegis/platform/saga/worker';
import { read } from '@finaegis/platform/services';
import type { Bank } from '@finaegis/server/bank';
import type { Random } from '../stress/random.ts';
import { createCardsTwin } from './cards-twin.ts';
import { type ContextHandlers, createContexts } from './memory-contexts.ts';
import type { MemoryReads } from './memory-reads.ts';
import { type OutsideTimes, virtualTimes } from './outside-times.ts';
import { createRailTwin } from './rail-twin.ts';
import { isOfTheWorld, sagaOf } from './saga-process.ts';
import type { Scheduler } from './scheduler.ts';
import type { WholeBank } from './simulated-bank.ts';

/** All contexts over a real database, with the twins of those outside. */
export interface PostgresWhole {
  readonly processes: readonly {
    readonly handlers: ContextHandlers;
    readonly adopt: (tenantId: string, name: string, data: unknown) => void;
  }[];
  readonly seen: WholeBank;
  pause(durationMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Those outside are as slow as in virtual time, by this factor faster: nobody waits half a minute for a payer in a test. */
const hurry = 20;

const times: OutsideTimes = {
  ...virtualTimes,
  askFirstMs: 50,
  pollFirstMs: 50,
  pollMaxMs: 200,
  reviewMaxMs: 2_500,
  payMaxMs: 2_000,
};

/** Time as it passes, for twins that know only virtual time. */
const realTime = (random: Random): Scheduler => {
  const startedMs = Date.now();
  const sleep = (durationMs: number): Promise<void> => new Promise((go) => setTimeout(go, durationMs / hurry));
  return {
    random,
    nowMs: () => Date.now() - startedMs,
    turns: 0,
    step: () => new Promise((go) => setImmediate(go)),
    sleep,
    run: (work) => work,
  };
};

/** Puts the contexts together over each process's own services, and has each execute sagas until it is closed. */
export const startPostgresWhole = (processes: readonly Bank[], random: Random): PostgresWhole => {
  const scheduler = realTime(random);
  const rail = createRailTwin(scheduler);
  const cards = createCardsTwin(scheduler, { epochMs: Date.now(), dueMs: [1_000, 2_000] });
  const mistakes: string[] = [];
  const started = processes.map((bank, index) =>
    startProcess(bank, { scheduler, rail, cards, mistakes, workerId: bank.services.newId(), index }),
  );
  return {
    processes: started,
    seen: { rows: undefined, reviewMaxMs: times.reviewMaxMs, rail, cards, mistakes, calmDown: () => undefined },
    pause: scheduler.sleep,
    close: async () => {
      await Promise.all(started.map(({ worker }) => worker.close()));
    },
  };
};

interface Shared {
  readonly scheduler: Scheduler;
  readonly rail: ReturnType<typeof createRailTwin>;
  readonly cards: ReturnType<typeof createCardsTwin>;
  readonly mistakes: string[];
  readonly workerId: string;
  readonly index: number;
}

const readsOf = ({ services, modules: { ledger, account, asset } }: Bank): MemoryReads => ({
  ledger: ledger.directory,
  accounts: account.directory,
  numbers: account.numbers,
  assets: asset.directory,
  stream: (aggregate, tenantId, id) =>
    read(
      services,
      tenantId,
      async (tx) => (await rehydrate(tx, services.catalogue, aggregate, { tenantId, id })).state,
    ),
});

const startProcess = (bank: Bank, { scheduler, rail, cards, mistakes, workerId }: Shared) => {
  const { services, modules, pools } = bank;
  const reads = readsOf(bank);
  const known: { catalogue?: SagaCatalogue; worker?: SagaWorker } = {};
  const readSaga = ({ tenantId, sagaId }: SagaAddress) => reads.stream(sagaAggregate, tenantId, sagaId);
  const now = (): string => services.now();
  const sagas = {
    adopt: (saga: SagaAddress) => known.worker?.adopt(saga),
    handlers: createSagaHandlers({ definitions: () => known.catalogue as SagaCatalogue, now, readSaga }),
  };
  const { handlers, sagas: definitions } = createContexts({
    reads,
    balances: modules.ledger.balances,
    ledgerHandlers: modules.ledger.handlers,
    rail: rail.calledBy(scheduler.step),
    cards: cards.calledBy(scheduler.step),
    bodyOf: cards.bodyOf,
    sealing: services.personalData,
    times,
    commands: () => services.commands,
    sagas: () => sagas,
    random: scheduler.random,
    now,
  });
  known.catalogue = sagaCatalogue(definitions);
  const worker = startSagaWorker({
    workerId,
    definitions: known.catalogue,
    handlers: sagas.handlers,
    commands: services.commands,
    queue: postgresSagaQueue({ writePool: pools.write, systemPool: pools.system }),
    readSaga,
    now,
    random: () => scheduler.random.below(1_000) / 1_000,
    sleep: napping,
    pollMs: 100,
    onError: (_, error) => {
      if (!isOfTheWorld(error)) mistakes.push(`a mistake in a saga: ${String(error)}`);
    },
  });
  known.worker = worker;
  const adopt = (tenantId: string, name: string, data: unknown): void => {
    const sagaId = sagaOf(name, data);
    if (sagaId !== undefined) worker.adopt({ tenantId, sagaId });
  };
  return { handlers, adopt, worker };
};

const napping = (durationMs: number, abort: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      abort.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, durationMs);
    if (abort.aborted) wake();
    else abort.addEventListener('abort', wake);
  });
