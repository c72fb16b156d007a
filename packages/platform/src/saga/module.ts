import type { Pool } from 'pg';
import type { ContextModule } from '../module.ts';
import type { Services } from '../services.ts';
import { createSagaHandlers, type SagaHandlers } from './commands.ts';
import type { SagaCatalogue } from './definition.ts';
import { sagaEvents } from './events.ts';
import { sagaRoutes } from './http/saga-routes.ts';
import { leasesTable } from './leases-table.ts';
import type { ParkingDesk } from './parking.ts';
import { postgresSagaQueue } from './postgres-queue.ts';
import { sagaProblems } from './problems.ts';
import type { SagaAddress } from './queue.ts';
import { readSaga } from './reads.ts';
import type { Sagas } from './sagas.ts';
import { createSagasTable } from './sagas-table.ts';
import { type SagaWorker, type SagaWorkerOptions, settledSaga, startSagaWorker } from './worker.ts';

/** How this process executes sagas. */
export interface SagaWork extends Pick<SagaWorkerOptions, 'pollMs' | 'inHandMax' | 'onError' | 'onSettled' | 'random'> {
  /** As finaegis_write. */
  readonly writePool: Pool;
  /** As finaegis_system. */
  readonly systemPool: Pool;
}

/** The context `saga`: instructions that take more than one commit. */
export interface SagaModule extends ContextModule {
  readonly handlers: SagaHandlers;
  /** What other contexts are given. */
  readonly service: Sagas;
  /** Executes sagas in this process until it is closed; nothing is executed before. */
  startWorker(work: SagaWork): SagaWorker;
}

/**
 * Builds it.
 * @param definitions of every context of this release; asked while work is done, never here
 * @param desk where people find those that stand still
 */
export const createSagaModule = (
  services: Services,
  definitions: () => SagaCatalogue,
  desk?: ParkingDesk,
): SagaModule => {
  const running: { worker?: SagaWorker; workerId?: string } = {};
  const stateOf = (saga: SagaAddress) => readSaga(services, saga);
  const handlers = createSagaHandlers({ definitions, now: () => services.now(), readSaga: stateOf, desk });
  return {
    name: 'saga',
    events: sagaEvents,
    tables: [leasesTable, createSagasTable(() => running.workerId)],
    views: [],
    commands: Object.values(handlers),
    checked: [],
    routes: sagaRoutes({ services, handlers, definitions }),
    problems: sagaProblems,
    handlers,
    service: {
      handlers,
      adopt: (saga, state) => running.worker?.adopt(saga, state),
      settled: (saga, timeoutMs) =>
        running.worker?.settled(saga, timeoutMs) ??
        settledSaga({ readSaga: stateOf, sleep }, new Map(), saga, { timeoutMs }),
    },
    startWorker: ({ writePool, systemPool, ...work }) => {
      const workerId = services.newId();
      const worker = startSagaWorker({
        ...work,
        workerId,
        definitions: definitions(),
        handlers,
        desk,
        commands: services.commands,
        queue: postgresSagaQueue({ writePool, systemPool }),
        readSaga: stateOf,
        now: () => services.now(),
        sleep,
      });
      Object.assign(running, { worker, workerId });
      return {
        ...worker,
        close: async () => {
          delete running.workerId;
          await worker.close();
          delete running.worker;
        },
      };
    },
  };
};

// Node's own would make an error, with its stack, for every nap that is cut short; every saga that is waited for cuts one short.
const sleep = (durationMs: number, abort: AbortSignal): Promise<void> =>
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
