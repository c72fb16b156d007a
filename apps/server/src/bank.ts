import { postgresRecords } from '@finaegis/bank/custodian/adapters/postgres-records';
import { uuidV7Source } from '@finaegis/kernel/id';
import { type Sealer, type SealerOptions, startSealer } from '@finaegis/platform/audit/sealer';
import { accessTokenKeyOf } from '@finaegis/platform/auth/access-token/token-text';
import { allowAll, type Checks } from '@finaegis/platform/command/checks';
import { type Commands, type CommandsOptions, createCommands } from '@finaegis/platform/command/commands';
import { commitSettings } from '@finaegis/platform/command/commit-settings';
import { postgresTools } from '@finaegis/platform/command/postgres-commit-store';
import type { ConnectionSettings } from '@finaegis/platform/database/connection';
import { createPool } from '@finaegis/platform/database/pool';
import { eventCatalogue } from '@finaegis/platform/event-store/catalogue';
import { createPersonalData, localKeyService } from '@finaegis/platform/event-store/personal-data';
import { positionsOf } from '@finaegis/platform/event-store/position';
import { pooledRandom } from '@finaegis/platform/pooled-random';
import type { Realtime } from '@finaegis/platform/realtime/module';
import { signingKeyOf } from '@finaegis/platform/realtime/signature';
import type { Saga } from '@finaegis/platform/saga/saga';
import type { SagaWorker } from '@finaegis/platform/saga/worker';
import type { Services } from '@finaegis/platform/services';
import { type Follower, startFollower } from '@finaegis/platform/view/follower';
import type { WebhookWorker } from '@finaegis/platform/webhook/worker';
import type { Pool } from 'pg';
import { type BankModules, buildModules, moduleList, type OutsideWorld } from './modules.ts';

/** How the four serving roles are entered. */
export interface BankConnections {
  readonly write: ConnectionSettings;
  readonly read: ConnectionSettings;
  readonly system: ConnectionSettings;
}

/** One commit, as told to whoever measures. */
export interface Batch {
  readonly commands: number;
  readonly durationMs: number;
}

/** What a bank in one process is made of. */
export interface BankOptions extends OutsideWorld {
  readonly connections: BankConnections;
  readonly masterKey: Uint8Array;
  readonly pools?: { readonly write?: number; readonly read?: number; readonly system?: number };
  readonly checks?: Checks;
  /** Milliseconds since 1970 at the edge; the commit has a clock of its own. */
  readonly now?: () => number;
  readonly onError?: (where: string, error: unknown) => void;
  readonly onBatch?: (batch: Batch) => void;
  readonly onSagaSettled?: (status: Saga['status']) => void;
}

/** All contexts over one database, without a server: what the server, the CLI, the benchmarks and the tests have in common. */
export interface Bank {
  readonly services: Services;
  readonly modules: BankModules;
  readonly pools: { readonly write: Pool; readonly follow: Pool; readonly read: Pool; readonly system: Pool };
  /** Follows the log for the subscribed views of this process; nothing is followed before. */
  follow(): Follower;
  /** Seals the audit log of every tenant; nothing is sealed before. */
  seal(options: Omit<SealerOptions, 'systemPool'>): Sealer;
  /** Executes the sagas of every tenant; none is executed by this process before. */
  runSagas(): SagaWorker;
  /** Sends what is published to the webhooks of every tenant; nothing is sent by this process before. */
  sendWebhooks(): WebhookWorker;
  /** Tells those who are connected to this process what happens in any; nobody is told before. */
  tellAsItHappens(): Realtime;
  /** Settles what is queued, stops following and sealing, closes the pools. */
  close(): Promise<void>;
}

interface Late {
  commands?: Commands;
  catalogue?: Services['catalogue'];
  follower?: Follower;
  sealer?: Sealer;
  sagas?: Services['sagas'];
  sagaWorker?: SagaWorker;
  webhooks?: WebhookWorker;
  realtime?: Realtime;
}

/** Wires the contexts over one database. */
export const openBank = async (options: BankOptions): Promise<Bank> => {
  const { onError } = options;
  const pools = openPools(options);
  const { rows } = await pools.read.query<{ epoch: string }>('select epoch from log_epoch');
  const late: Late = {};
  const services = createServices(options, { pools, late, epoch: rows[0]?.epoch ?? '' });
  const modules = buildModules(services, { ...ownTools(options, pools), ...options });
  late.sagas = modules.saga.service;
  modules.resilience.breakers.share({ pool: pools.write, onError: (error) => onError?.('breakers', error) });
  const list = moduleList(modules);
  late.catalogue = eventCatalogue(list.flatMap(({ events }) => events));
  late.commands = createCommands({
    ...postgresTools({
      pool: pools.write,
      catalogue: late.catalogue,
      tables: list.flatMap(({ tables }) => tables),
      newEventId: services.newId,
    }),
    checks: options.checks ?? allowAll,
    ...doorsOf(modules),
    checkedCommands: new Set(list.flatMap(({ checked }) => checked)),
    onBatch: (batch) => {
      for (const follows of [late.follower, late.sealer, late.webhooks, late.realtime]) follows?.wake();
      options.onBatch?.(batch);
    },
  });
  return {
    services,
    modules,
    pools,
    follow: () =>
      (late.follower ??= startFollower({
        pool: pools.follow,
        systemPool: pools.system,
        catalogue: services.catalogue,
        views: list.flatMap(({ views }) => views),
        ...(onError === undefined ? {} : { onError }),
      })),
    seal: (sealing) => (late.sealer ??= startSealer({ ...sealing, systemPool: pools.system })),
    runSagas: () =>
      (late.sagaWorker ??= modules.saga.startWorker({
        writePool: pools.write,
        systemPool: pools.system,
        random: Math.random,
        onError: (saga, error) => onError?.(saga === undefined ? 'sagas' : `saga ${saga.sagaId}`, error),
        onSettled: ({ status }) => options.onSagaSettled?.(status),
      })),
    sendWebhooks: () =>
      (late.webhooks ??= modules.webhook.startWorker({
        pool: pools.write,
        followPool: pools.follow,
        systemPool: pools.system,
        random: Math.random,
        onError: (error) => onError?.('webhooks', error),
      })),
    tellAsItHappens: () =>
      (late.realtime ??= modules.realtime.start({
        readPool: pools.read,
        systemPool: pools.system,
        onError: (error) => onError?.('realtime', error),
      })),
    close: async () => {
      for (const works of [late.realtime, late.webhooks, late.sagaWorker]) await works?.close();
      await late.commands?.drain();
      for (const follows of [late.follower, late.sealer]) await follows?.close();
      await modules.resilience.breakers.close();
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
    },
  };
};

/** What of the world around a bank is its own: keys that all processes derive from the one they share, and where banks' messages are kept. */
const ownTools = ({ masterKey }: BankOptions, { write }: Bank['pools']): OutsideWorld => ({
  realtimeKey: signingKeyOf(masterKey),
  accessTokenKey: accessTokenKeyOf(masterKey),
  bankMessages: (connection) => postgresRecords(write, connection),
});

/** What is asked of every command that somebody wishes for. */
const doorsOf = ({ approval, proof }: BankModules): Pick<CommandsOptions, 'fourEyes' | 'stepUp'> => ({
  fourEyes: approval.fourEyes,
  stepUp: proof.stepUp,
});

/** The services as the contexts are given them; what needs the contexts themselves comes later. */
const createServices = (
  { now = Date.now, masterKey }: BankOptions,
  { pools, late, epoch }: { readonly pools: Bank['pools']; readonly late: Late; readonly epoch: string },
): Services => {
  const newId = uuidV7Source(now, pooledRandom());
  return {
    get commands() {
      return late.commands ?? missing('commands');
    },
    get catalogue() {
      return late.catalogue ?? missing('catalogue');
    },
    get sagas() {
      return late.sagas ?? missing('sagas');
    },
    readPool: pools.read,
    personalData: createPersonalData({ pool: pools.write, keys: localKeyService(masterKey), newId }),
    positions: positionsOf(epoch),
    newId,
    now: () => new Date(now()).toISOString(),
  };
};

const openPools = ({ connections, onError, pools }: BankOptions): Bank['pools'] => {
  const report = (where: string) => ({ onError: (error: Error) => onError?.(where, error) });
  return {
    write: createPool(connections.write, {
      applicationName: 'finaegis-write',
      max: pools?.write ?? 6,
      sessionSettings: commitSettings,
      ...report('write pool'),
    }),
    follow: createPool(connections.write, { applicationName: 'finaegis-follow', max: 2, ...report('follow pool') }),
    read: createPool(connections.read, {
      applicationName: 'finaegis-read',
      max: pools?.read ?? 10,
      ...report('read pool'),
    }),
    system: createPool(connections.system, {
      applicationName: 'finaegis-system',
      max: pools?.system ?? 2,
      ...report('system pool'),
    }),
  };
};

const missing = (name: string): never => {
  throw new Error(`The service ${name} was used before the contexts were wired.`);
};
