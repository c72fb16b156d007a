import { randomBytes } from 'node:crypto';
import { uuidV7Source } from '@finaegis/kernel/id';
import { allowAll, type Checks } from '@finaegis/platform/command/checks';
import { type Commands, createCommands } from '@finaegis/platform/command/commands';
import type { CommandHandler, Outcome, Refusal } from '@finaegis/platform/command/handler';
import { postgresTools } from '@finaegis/platform/command/postgres-commit-store';
import type { ConnectionSettings } from '@finaegis/platform/database/connection';
import { createPool } from '@finaegis/platform/database/pool';
import { eventCatalogue } from '@finaegis/platform/event-store/catalogue';
import { createPersonalData, localKeyService } from '@finaegis/platform/event-store/personal-data';
import { positionsOf } from '@finaegis/platform/event-store/position';
import type { ContextModule } from '@finaegis/platform/module';
import { sagaCatalogue } from '@finaegis/platform/saga/definition';
import { createSagaModule } from '@finaegis/platform/saga/module';
import type { Services } from '@finaegis/platform/services';
import { provision } from '@finaegis/platform/tenancy/provision';
import { startFollower } from '@finaegis/platform/view/follower';
import type { Pool } from 'pg';
import { freshDatabase } from './database/fresh-database.ts';

export const tenantId = '0190a000-0000-7000-8000-00000000000a';
export const otherTenantId = '0190a000-0000-7000-8000-00000000000b';

/** One context over a database of its own, with two tenants and without the rest of the bank: its neighbours are twins. */
export interface TestContext<Module extends ContextModule> {
  readonly services: Services;
  readonly module: Module;
  readonly writePool: Pool;
  readonly systemPool: Pool;
  /** As the superuser, for looking and for what no role of the product may do. */
  readonly adminPool: Pool;
  /** Asked of every command the module declares as checked; may be replaced. */
  readonly checks: { current: Checks };
  /** What attempts at steps of the module's sagas failed with, oldest first. */
  readonly sagaErrors: readonly unknown[];
  /** The clock at the edge; commits go by the database's. */
  setNow(instant: string | undefined): void;
  submit<Data, Refs, Result, R extends Refusal>(
    handler: CommandHandler<Data, Refs, Result, R>,
    data: Data,
    lane?: 'interactive' | 'bulk',
  ): Promise<Outcome<Result, R>>;
  /** Until the views have folded everything written so far in the first tenant. */
  settle(): Promise<void>;
  /** As the superuser. */
  query(text: string, values?: unknown[]): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Starts a context. What it is given of the services may be used once it has started, not while it is made. */
export const startContext = async <Module extends ContextModule>(
  create: (services: Services) => Module,
  { sagas = 'executed' }: { readonly sagas?: 'executed' | 'not executed' } = {},
): Promise<TestContext<Module>> => {
  const database = await freshDatabase();
  const { services, start, setNow } = lateServices();
  const module = create(services);
  const saga = createSagaModule(services, () => sagaCatalogue(module.sagas ?? []));
  const modules = module.sagas === undefined ? [module] : [module, saga];
  const connections = await provision(database.adminConnection, { modules });
  const pools = openPools(module.name, { ...connections, admin: database.adminConnection });
  const { adminPool, writePool, readPool, systemPool } = pools;
  await createTenants(adminPool);
  const checks = { current: allowAll };
  const catalogue = eventCatalogue(modules.flatMap(({ events }) => events));
  const commands = createCommands({
    ...postgresTools({
      pool: writePool,
      catalogue,
      tables: modules.flatMap(({ tables }) => tables),
      newEventId: services.newId,
    }),
    checks: { check: (command) => checks.current.check(command) },
    checkedCommands: new Set(module.checked),
  });
  const personalData = createPersonalData({
    pool: writePool,
    keys: localKeyService(new Uint8Array(32)),
    newId: services.newId,
  });
  start({ commands, readPool, personalData, catalogue, sagas: saga.service });
  const sagaErrors: unknown[] = [];
  const onError = (_: unknown, error: unknown): unknown => sagaErrors.push(error);
  const isExecuted = module.sagas !== undefined && sagas === 'executed';
  const worker = isExecuted
    ? saga.startWorker({ writePool, systemPool, random: () => 0, pollMs: 20, onError })
    : undefined;
  const follower = startFollower({ pool: writePool, systemPool, catalogue, views: module.views, pollMs: 20 });
  return {
    services,
    module,
    writePool,
    systemPool,
    adminPool,
    checks,
    setNow,
    sagaErrors,
    submit: submitTo(commands),
    settle: async () => {
      follower.wake();
      const { rows } = await adminPool.query<{ seq: bigint }>('select seq from tenant_heads where tenant_id = $1', [
        tenantId,
      ]);
      if (!(await follower.caughtUp({ tenantId, seq: rows[0]?.seq ?? 0n }, 20_000)))
        throw new Error(`The views stopped: ${JSON.stringify([...follower.stopped])}`);
    },
    query: async (text, values) => (await adminPool.query<Record<string, unknown>>(text, values)).rows,
    close: async () => {
      await worker?.close();
      await commands.drain();
      await follower.close();
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
      await database.drop();
    },
  };
};

const openPools = (
  name: string,
  { admin, write, read, system }: Record<'admin' | 'write' | 'read' | 'system', ConnectionSettings>,
): Record<'adminPool' | 'writePool' | 'readPool' | 'systemPool', Pool> => {
  const open = (settings: ConnectionSettings): Pool =>
    createPool(settings, { applicationName: `finaegis-${name}-test`, max: 5 });
  return { adminPool: open(admin), writePool: open(write), readPool: open(read), systemPool: open(system) };
};

const submitTo =
  (commands: Commands): TestContext<ContextModule>['submit'] =>
  async (handler, data, lane = 'interactive') => {
    const metadata = { actor: 'tester', channel: 'test', correlation: 'test' };
    const settled = await commands.submit(handler, data, { tenantId, metadata, lane, timeoutMs: 60_000 });
    if (settled.kind !== 'decided') throw new Error(`Without a key nothing is ${settled.kind}.`);
    return settled.outcome;
  };

type Started = Pick<Services, 'commands' | 'readPool' | 'personalData' | 'catalogue' | 'sagas'>;

/** Services that a module can be made with before there is a database; to use one before `start` is a mistake and throws. */
const lateServices = (): {
  readonly services: Services;
  start(services: Started): void;
  setNow(instant: string | undefined): void;
} => {
  const late: {
    now?: string | undefined;
    rest?: Started;
  } = {};
  const started = (): Started => {
    if (late.rest === undefined) throw new Error('A service was used while the context was only being made.');
    return late.rest;
  };
  const services: Services = {
    get commands() {
      return started().commands;
    },
    get readPool() {
      return started().readPool;
    },
    get personalData() {
      return started().personalData;
    },
    get catalogue() {
      return started().catalogue;
    },
    get sagas() {
      return started().sagas;
    },
    positions: positionsOf('0190a000-0000-7000-8000-0000000000ee'),
    newId: uuidV7Source(Date.now, randomBytes),
    now: () => late.now ?? new Date().toISOString(),
  };
  return {
    services,
    start: (rest) => {
      late.rest = rest;
    },
    setNow: (instant) => {
      late.now = instant;
    },
  };
};

/** Both tenants, active, as the tenancy context would have left them. */
export const createTenants = async (
  adminPool: Pool,
  tenants: readonly string[] = [tenantId, otherTenantId],
): Promise<void> => {
  for (const id of tenants) {
    await adminPool.query(
      "insert into tenants (tenant_id, name, status, created_at) values ($1, 'test', 'active', now())",
      [id],
    );
    await adminPool.query('insert into tenant_heads (tenant_id) values ($1)', [id]);
  }
};
