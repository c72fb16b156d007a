import { fromStoredBalance, type StoredBalance } from '@finaegis/bank/ledger/views/balances';
import { createPool } from '@finaegis/platform/database/pool';
import { rebuildView } from '@finaegis/platform/view/rebuild';
import type { Bank } from '@finaegis/server/bank';
import { moduleList } from '@finaegis/server/modules';
import type { TestBank } from '@finaegis/testing/bank';
import type { Random } from '../stress/random.ts';
import type { StoredEvent } from './memory-database.ts';
import type { PostgresWhole } from './postgres-whole.ts';
import { answerOf, renderOutcome, type SimulatedBank, simulationHandlers } from './simulated-bank.ts';

/** How a bank over PostgreSQL is met by a simulation. */
export interface PostgresBankOptions {
  readonly bank: TestBank;
  readonly processes: readonly Bank[];
  readonly tenants: readonly string[];
  readonly random: Random;
  /** With all contexts and their sagas; the ledger alone without it. */
  readonly whole?: PostgresWhole;
}

/** The same bank over a real database: real locks, real plans, and as many processes as were opened over it. Only what is asked comes from the seed. */
export const postgresBank = ({ bank, processes, tenants, random, whole }: PostgresBankOptions): SimulatedBank => {
  const { adminPool } = bank;
  const each = processes.map(({ services, modules: { ledger } }, index) => ({
    commands: services.commands,
    handlers: simulationHandlers(ledger.handlers, ledger.balances, whole?.processes[index]?.handlers),
    adopt: whole?.processes[index]?.adopt,
  }));
  return {
    tenants,
    submit: async ({ tenantId, correlation, name, data, key, isDryRun = false, actor = 'client', lane }) => {
      const { commands, handlers, adopt } = random.pick(each);
      const settled = await commands.submit(handlers[name] as never, data as never, {
        tenantId,
        metadata: { actor, channel: 'simulation', correlation },
        isDryRun,
        render: renderOutcome,
        ...(lane === undefined ? {} : { lane }),
        ...(key === undefined ? {} : { idempotency: { principalId: actor, ...key } }),
      });
      if (!isDryRun) adopt?.(tenantId, name, data);
      return answerOf(settled);
    },
    head: async (tenantId) => {
      const { rows } = await adminPool.query<{ seq: bigint }>('select seq from tenant_heads where tenant_id = $1', [
        tenantId,
      ]);
      return rows[0]?.seq ?? 0n;
    },
    nowMs: () => Date.now(),
    pause: whole?.pause ?? ((durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs))),
    ...(whole === undefined ? {} : { whole: whole.seen }),
    log: async (tenantId, after = 0n) => {
      const { rows } = await adminPool.query<StoredEvent>(
        `select seq, context || '/' || stream as stream, version, envelope, hash from events
          where tenant_id = $1 and seq > $2 order by seq`,
        [tenantId, after],
      );
      return rows;
    },
    balances: async (tenantId) => {
      const { rows } = await adminPool.query<StoredBalance>(
        'select b.* from ledger_balances b where b.tenant_id = $1 order by b.account_id, b.asset',
        [tenantId],
      );
      return rows.map(fromStoredBalance);
    },
  };
};

/** Cuts a connection that writes, wherever it is in its work, until told to stop. */
export const cutConnections = (
  bank: TestBank,
  { random, everyMs }: { readonly random: Random; readonly everyMs: number },
) => {
  let isOver = false;
  let cut = 0;
  const cutting = (async () => {
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, random.below(2 * everyMs)));
      const { rowCount } = await bank.adminPool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'finaegis-write' and state <> 'idle' limit 1`,
      );
      cut += rowCount ?? 0;
    }
  })();
  return async (): Promise<number> => {
    isOver = true;
    await cutting;
    return cut;
  };
};

/** Builds views anew, one after the other, while the bank is lived in, until told to stop; says how many it built. */
export const rebuildViews = ({ bank, connections }: TestBank, random: Random) => {
  const adminPool = createPool(connections.admin, { applicationName: 'finaegis-rebuild', max: 2 });
  const views = moduleList(bank.modules).flatMap(({ views: its }) => its);
  let isOver = false;
  let built = 0;
  const building = (async () => {
    for (const view of random.shuffled(views)) {
      if (isOver) return;
      await rebuildView({ adminPool, pool: bank.pools.follow, catalogue: bank.services.catalogue, view });
      built += 1;
    }
  })();
  return async (): Promise<number> => {
    isOver = true;
    await building;
    await adminPool.end();
    return built;
  };
};
