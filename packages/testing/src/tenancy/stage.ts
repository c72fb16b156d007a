import { randomBytes } from 'node:crypto';
import { uuidV7Source } from '@finaegis/kernel/id';
import { createAccessTokens } from '@finaegis/platform/auth/access-token/token-text';
import { createAuthModule } from '@finaegis/platform/auth/module';
import { permissionsOf } from '@finaegis/platform/auth/permissions';
import type { BuiltInRoles } from '@finaegis/platform/auth/role/role';
import { allowAll, type Checks } from '@finaegis/platform/command/checks';
import { type Commands, createCommands } from '@finaegis/platform/command/commands';
import type { BatchTools } from '@finaegis/platform/command/locked-batch';
import { postgresTools } from '@finaegis/platform/command/postgres-commit-store';
import type { ConnectionSettings } from '@finaegis/platform/database/connection';
import { createPool } from '@finaegis/platform/database/pool';
import { eventCatalogue } from '@finaegis/platform/event-store/catalogue';
import type { EventMetadata } from '@finaegis/platform/event-store/event';
import { createPersonalData, localKeyService } from '@finaegis/platform/event-store/personal-data';
import { positionsOf } from '@finaegis/platform/event-store/position';
import type { ContextModule } from '@finaegis/platform/module';
import type { Services } from '@finaegis/platform/services';
import { createTenancyModule } from '@finaegis/platform/tenancy/module';
import { type Provisioned, provision } from '@finaegis/platform/tenancy/provision';
import type { Pool } from 'pg';
import { createTenants } from '../context.ts';
import { freshDatabase } from '../database/fresh-database.ts';
import { noSagas } from '../no-sagas.ts';
import { counterModule } from './counter.ts';

/** The roles every tenant of the stage has. */
export const stageRoles: BuiltInRoles = {
  owner: { description: 'Everything', scopes: ['*'], masksPersonalData: false, needsParty: false },
  counter: { description: 'Counts', scopes: ['counter:write'], masksPersonalData: false, needsParty: false },
  helper: { description: 'Looks, masked', scopes: ['auth:*'], masksPersonalData: true, needsParty: false },
  customer: { description: 'For parties', scopes: ['auth:read'], masksPersonalData: false, needsParty: true },
};

const stageModules = (services: Services): readonly ContextModule[] => {
  const auth = createAuthModule(services, {
    environment: 'test',
    permissions: () => permissionsOf(modules),
    partyExists: async (_, partyId) => !partyId.startsWith('00000000'),
    roles: stageRoles,
    // Nobody enters this stage by OAuth.
    oauth: {
      tokens: createAccessTokens(() => new Uint8Array(32)),
      authenticate: async () => ({ problem: 'unauthenticated' }),
      publicUrl: undefined,
    },
  });
  const modules = [createTenancyModule(services), auth, counterModule];
  return modules;
};

/** Two tenants to hold against each other. */
export const tenantA = '0190a000-0000-7000-8000-00000000000a';
export const tenantB = '0190a000-0000-7000-8000-00000000000b';

/** Who asks in tests. */
export const metadata: EventMetadata = { actor: 'tester', channel: 'test', correlation: 'test' };

/** The write side of one process: a committer of its own over a pool of its own. */
export interface Process {
  readonly pool: Pool;
  readonly tools: BatchTools;
  readonly commands: Commands;
}

/** How a stage is set. */
export interface StageOptions {
  readonly checks?: Checks;
  readonly checkedCommands?: readonly string[];
}

/** The platform with a context of counters, over a database of its own. */
export interface Stage {
  readonly admin: ConnectionSettings;
  /** As the superuser. */
  readonly adminPool: Pool;
  readonly connections: Provisioned;
  readonly services: Services;
  readonly systemPool: Pool;
  readonly modules: readonly ContextModule[];
  readonly first: Process;
  /** Another process on the same database; `connection` for a way of its own into it. */
  startProcess(connection?: ConnectionSettings): Process;
  close(): Promise<void>;
}

/** Sets the stage: tenancy, auth and counters, with tenants A and B. */
export const startStage = async (options: StageOptions = {}): Promise<Stage> => {
  const database = await freshDatabase();
  const admin = database.adminConnection;
  const pools: Pool[] = [];
  const open = (settings: ConnectionSettings, max = 4): Pool => {
    const pool = createPool(settings, { applicationName: 'finaegis-stage', max });
    pools.push(pool);
    return pool;
  };
  const newId = uuidV7Source(Date.now, randomBytes);
  let write: Process | undefined;
  const readPlaces: { readPool?: Pool; personalData?: Services['personalData'] } = {};
  const services: Services = {
    get commands() {
      return (write as Process).commands;
    },
    get readPool() {
      return readPlaces.readPool as Pool;
    },
    get personalData() {
      return readPlaces.personalData as Services['personalData'];
    },
    catalogue: eventCatalogue([]),
    positions: positionsOf('0190a000-0000-7000-8000-0000000000ee'),
    sagas: noSagas,
    newId,
    now: () => new Date().toISOString(),
  };
  const modules = stageModules(services);
  const connections = await provision(admin, { modules });
  const adminPool = open(admin);
  await createTenants(adminPool, [tenantA, tenantB]);
  const catalogue = eventCatalogue(modules.flatMap(({ events }) => events));
  const startProcess = (connection = connections.write): Process => {
    const pool = open(connection);
    const tables = modules.flatMap((module) => module.tables);
    const tools = postgresTools({ pool, catalogue, tables, newEventId: newId });
    return {
      pool,
      tools,
      commands: createCommands({
        ...tools,
        checks: options.checks ?? allowAll,
        checkedCommands: new Set(options.checkedCommands),
      }),
    };
  };
  write = startProcess();
  readPlaces.readPool = open(connections.read);
  readPlaces.personalData = createPersonalData({ pool: write.pool, keys: localKeyService(new Uint8Array(32)), newId });
  return {
    admin,
    adminPool,
    connections,
    services: Object.assign(services, { catalogue }),
    systemPool: open(connections.system),
    modules,
    first: write,
    startProcess,
    close: async () => {
      await Promise.all(pools.map((pool) => pool.end()));
      await database.drop();
    },
  };
};
