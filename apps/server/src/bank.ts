import { createAccountModule } from '@finaegis/bank/account/module';
import { createAssetModule } from '@finaegis/bank/asset/module';
import { createLedgerModule, type LedgerModule } from '@finaegis/bank/ledger/module';
import { createPartyModule } from '@finaegis/bank/party/module';
import { uuidV7Source } from '@finaegis/kernel/id';
import { createAuditModule } from '@finaegis/platform/audit/module';
import { type Sealer, type SealerOptions, startSealer } from '@finaegis/platform/audit/sealer';
import { createAuthModule } from '@finaegis/platform/auth/module';
import { allowAll, type Checks } from '@finaegis/platform/command/checks';
import { type Commands, createCommands } from '@finaegis/platform/command/commands';
import { commitSettings } from '@finaegis/platform/command/commit-settings';
import { postgresTools } from '@finaegis/platform/command/postgres-commit-store';
import type { ConnectionSettings } from '@finaegis/platform/database/connection';
import { createPool } from '@finaegis/platform/database/pool';
import { eventCatalogue } from '@finaegis/platform/event-store/catalogue';
import { createPersonalData, localKeyService } from '@finaegis/platform/event-store/personal-data';
import { positionsOf } from '@finaegis/platform/event-store/position';
import type { ContextModule } from '@finaegis/platform/module';
import { pooledRandom } from '@finaegis/platform/pooled-random';
import type { Services } from '@finaegis/platform/services';
import { createTenancyModule } from '@finaegis/platform/tenancy/module';
import { type Follower, startFollower } from '@finaegis/platform/view/follower';
import type { Pool } from 'pg';

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
export interface BankOptions {
  readonly connections: BankConnections;
  readonly masterKey: Uint8Array;
  readonly pools?: { readonly write?: number; readonly read?: number; readonly system?: number };
  readonly checks?: Checks;
  /** Milliseconds since 1970 at the edge; the commit has a clock of its own. */
  readonly now?: () => number;
  readonly onError?: (where: string, error: unknown) => void;
  readonly onBatch?: (batch: Batch) => void;
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
  /** Settles what is queued, stops following and sealing, closes the pools. */
  close(): Promise<void>;
}

const buildModules = (services: Services) => {
  const asset = createAssetModule(services);
  const party = createPartyModule(services, {
    assets: asset.directory,
    // Mandates are granted on accounts and accounts are opened with mandates, so one of the two has to look back.
    accountExists: async (tenantId, accountId) =>
      (await ledger.directory.accounts(tenantId, [accountId])).get(accountId)?.kind === 'customer',
  });
  const ledger: LedgerModule = createLedgerModule(services, {
    access: party.access,
    assets: asset.directory,
    rates: asset.rates,
  });
  const account = createAccountModule(services, { access: party.access, assets: asset.directory, ledger, party });
  return {
    tenancy: createTenancyModule(services),
    auth: createAuthModule(services, { environment: 'live' }),
    audit: createAuditModule(services),
    asset,
    party,
    ledger,
    account,
  };
};

/** Every context by name. */
export type BankModules = ReturnType<typeof buildModules>;

/** The modules as a list, in the order of their dependencies. */
export const moduleList = (modules: BankModules): readonly ContextModule[] => Object.values(modules);

/** What the contexts declare (events, tables, views) without a database: for provisioning and for the published documents. */
export const declaredModules = (): readonly ContextModule[] => moduleList(buildModules(undeclared));

// Declarations never touch the services; whoever does so while declaring finds out at once.
const undeclared = new Proxy({} as Services, {
  get: (_, name) => {
    throw new Error(`The service ${String(name)} was used while the contexts were only being declared.`);
  },
});

/** Wires the contexts over one database. */
export const openBank = async (options: BankOptions): Promise<Bank> => {
  const { onError } = options;
  const pools = openPools(options);
  const now = options.now ?? Date.now;
  const newId = uuidV7Source(now, pooledRandom());
  const { rows } = await pools.read.query<{ epoch: string }>('select epoch from log_epoch');
  const late: { commands?: Commands; catalogue?: Services['catalogue']; follower?: Follower; sealer?: Sealer } = {};
  const services: Services = {
    get commands() {
      return late.commands ?? missing('commands');
    },
    get catalogue() {
      return late.catalogue ?? missing('catalogue');
    },
    readPool: pools.read,
    personalData: createPersonalData({ pool: pools.write, keys: localKeyService(options.masterKey), newId }),
    positions: positionsOf(rows[0]?.epoch ?? ''),
    newId,
    now: () => new Date(now()).toISOString(),
  };
  const modules = buildModules(services);
  const list = moduleList(modules);
  late.catalogue = eventCatalogue(list.flatMap(({ events }) => events));
  late.commands = createCommands({
    ...postgresTools({
      pool: pools.write,
      catalogue: late.catalogue,
      tables: list.flatMap(({ tables }) => tables),
      newEventId: newId,
    }),
    checks: options.checks ?? allowAll,
    checkedCommands: new Set(list.flatMap(({ checked }) => checked)),
    onBatch: (batch) => {
      late.follower?.wake();
      late.sealer?.wake();
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
    close: async () => {
      await late.commands?.drain();
      await late.follower?.close();
      await late.sealer?.close();
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
    },
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
