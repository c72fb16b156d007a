import { setTimeout as pause } from 'node:timers/promises';
import { counterLog, increase } from '@finaegis/testing/tenancy/counter';
import { attackTenancy } from '@finaegis/testing/tenancy/leak';
import { metadata, type Stage, startStage, tenantA, tenantB } from '@finaegis/testing/tenancy/stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../database/transaction.ts';
import { ensureViews } from './ensure.ts';
import { type Follower, startFollower } from './follower.ts';
import { type RebuildOptions, rebuildView } from './rebuild.ts';
import { defineView, type View } from './view.ts';

let stage: Stage;
let follower: Follower;

// Sums show what is folded twice, which a table of events would refuse by its key. The other table is filled by way of the counters' own,
// with nothing but row-level security between the tenants, who have counters of the same names.
const sumsOf = (name: string): View =>
  defineView({
    ...counterLog,
    name,
    tables: [
      {
        suffix: '',
        create: (table) =>
          `create table ${table} (tenant_id uuid not null, counter_id text not null, total bigint not null, primary key (tenant_id, counter_id)); create index on ${table} (tenant_id, total)`,
      },
      {
        suffix: 'increases',
        create: (table) =>
          `create table ${table} (tenant_id uuid not null, seq bigint not null, counter_id text not null, line bigint not null check (line > 0)); create index on ${table} (tenant_id, counter_id, seq, line) where counter_id <> ''`,
      },
    ],
    apply: async (tx, { tenantId, table }, events) => {
      const values = [tenantId, events.map(({ seq }) => seq), events.map(({ data }) => data['counterId'])];
      await tx.query(
        `insert into ${table()} as s select $1, counter_id, sum(increase) from unnest($2::text[], $3::bigint[]) as e (counter_id, increase)
          group by counter_id on conflict (tenant_id, counter_id) do update set total = s.total + excluded.total`,
        [tenantId, values[2], events.map(({ data }) => data['by'])],
      );
      await tx.query(
        `insert into ${table('increases')} select $1, e.seq, counter_id, row_number() over (partition by e.seq)
          from unnest($2::bigint[], $3::text[]) as e (seq, counter_id) join counters using (counter_id)`,
        values,
      );
    },
  });
const sums = sumsOf('counter_sums');

beforeAll(async () => {
  stage = await startStage();
  await ensureViews(stage.adminPool, [sums]);
  follower = follow([counterLog, sums]);
  await grow(5_000, tenantA);
  await grow(300, tenantB);
});

afterAll(async () => {
  await follower.close();
  await stage.close();
});

const follow = (views: readonly View[]): Follower =>
  startFollower({
    pool: stage.startProcess().pool,
    systemPool: stage.systemPool,
    catalogue: stage.services.catalogue,
    views,
    pollMs: 5,
  });

let names = 0;
const grow = async (count: number, tenantId: string): Promise<void> => {
  const send = (): Promise<unknown> =>
    stage.first.commands.submit(
      increase,
      { counterId: `c${++names % 97}-${Math.floor(names / 20_000)}`, by: 1n },
      { tenantId, metadata, lane: 'bulk', timeoutMs: 60_000 },
    );
  await Promise.all(Array.from({ length: count }, send));
};

const ask = async (text: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> =>
  (await stage.adminPool.query<Record<string, unknown>>(text, [...values])).rows;
const heads = () => ask('select tenant_id, seq from tenant_heads where seq > 0 order by tenant_id');
const positions = (name = 'counter_sums_v1') =>
  ask('select tenant_id, seq from subscriptions where name = $1 and seq > 0 order by tenant_id', [name]);
const sumOfHeads = async () => Number((await ask('select sum(seq) as events from tenant_heads'))[0]?.['events']);

const settle = async (): Promise<void> => {
  follower.wake();
  for (const { tenant_id: tenantId, seq } of await heads())
    expect(await follower.caughtUp({ tenantId: String(tenantId), seq: seq as bigint }, 20_000)).toBe(true);
};

const contents = (table = 'counter_sums_v1') => ask(`select * from ${table} order by tenant_id, counter_id`);
const truth = () => ask('select tenant_id, counter_id, value as total from counters order by tenant_id, counter_id');
const steps = () => ask('select tenant_id, seq, counter_id, line from counter_sums_increases_v1 order by 1, 2, 4');
const stepsLogged = () =>
  ask('select tenant_id, seq, counter_id, 1::bigint as line from counter_log_v1 order by tenant_id, seq');

const expectRight = async (): Promise<void> => {
  await settle();
  expect(await contents()).toEqual(await truth());
  expect(await steps()).toEqual(await stepsLogged());
  expect(await positions()).toEqual(await heads());
  expect([...follower.stopped]).toEqual([]);
};

const leftBehind = () =>
  ask(
    "select relname as name from pg_class where relname like '%rebuild%' and relkind = 'r' union all select name from subscriptions where name like '%rebuild%' order by 1",
  );

const shape = async () => ({
  tables: await ask(
    `select relname, relkind, relrowsecurity, relforcerowsecurity, relowner::regrole::text, relacl::text from pg_class
      where relname like 'counter_sums%' order by relname`,
  ),
  constraints: await ask(
    "select conname from pg_constraint where conrelid::regclass::text like 'counter_sums%' order by 1",
  ),
  indexes: await ask("select indexdef from pg_indexes where tablename like 'counter_sums%' order by 1"),
  policies: await ask(
    "select tablename, policyname, qual from pg_policies where tablename like 'counter_sums%' order by 1",
  ),
});

const rebuild = (options: Partial<RebuildOptions> = {}) =>
  rebuildView({
    adminPool: stage.adminPool,
    pool: stage.startProcess().pool,
    catalogue: stage.services.catalogue,
    view: sums,
    ...options,
  });

/** Something that is begun at the first progress of a rebuild, and awaited after it. */
const once = <T>(work: () => Promise<T>) => {
  let begun: Promise<T> | undefined;
  return { onProgress: () => void (begun ??= work()), outcome: async () => begun };
};

/** Does something between the last catching up of a rebuild and its exchange, which waits for the position of tenant A. */
const whenAboutToExchange = async (work: () => Promise<void>) => {
  const holder = await stage.adminPool.connect();
  await holder.query('begin');
  await holder.query("select from subscriptions where tenant_id = $1 and name = 'counter_sums_v1' for update", [
    tenantA,
  ]);
  const rebuilding = rebuild();
  try {
    const waiting =
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%for update%'";
    while ((await ask(waiting)).length === 0) await pause(5);
    await work();
  } finally {
    await holder.query('rollback');
    holder.release();
  }
  return rebuilding;
};

describe('a view rebuilt beside the live one', () => {
  it('has the same contents, place, indexes and protection and leaves nothing behind, a second time as well', async () => {
    await settle();
    const [rows, made] = [await contents(), await shape()];
    for (let round = 0; round < 2; round++) {
      const { tenants, events, seconds } = await rebuild();
      expect({ tenants, events }).toEqual({ tenants: 3, events: await sumOfHeads() });
      expect(seconds).toBeGreaterThan(0);
      expect(await contents()).toEqual(rows);
      expect(await shape()).toEqual(made);
      expect(await leftBehind()).toEqual([]);
      await expectRight();
    }
  });

  it('mends what was wrong in the live one, and PostgreSQL knows how large it is', async () => {
    await settle();
    await ask('update counter_sums_v1 set total = total + 1');
    await ask('delete from counter_sums_increases_v1 where seq % 3 = 0');
    await rebuild();
    const [found] = await ask(
      "select reltuples::int as rows from pg_class where relname = 'counter_sums_increases_v1'",
    );
    expect(found).toEqual({ rows: (await steps()).length });
    await expectRight();
  });

  it('misses and repeats nothing under continuous commands, and whoever reads it sees it grow and meets no error', async () => {
    let isOver = false;
    const read = async (tenantId: string): Promise<number> => {
      let [reads, last] = [0, 0];
      for (; !isOver; reads++) {
        const total = await inTransaction(
          stage.services.readPool,
          { tenants: [tenantId], readOnly: true },
          async (tx) => {
            const { rows } = await tx.query<{ total: string }>({
              name: 'read-under-rebuild',
              text: 'select (select coalesce(sum(total), 0) from counter_sums_v1)::text as total, (select count(*) from counter_sums_increases_v1)',
            });
            return Number(rows[0]?.total);
          },
        );
        expect(total).toBeGreaterThanOrEqual(last);
        last = total;
      }
      return reads;
    };
    const write = async (): Promise<void> => {
      while (!isOver) await Promise.all([grow(150, tenantA), grow(50, tenantB)]);
    };
    const traffic = Promise.all([read(tenantA), read(tenantB), write()]);
    try {
      for (let round = 0; round < 3; round++) await rebuild();
    } finally {
      isOver = true;
    }
    const [readsA, readsB] = await traffic;
    expect(Math.min(readsA, readsB)).toBeGreaterThan(20);
    await expectRight();
  });

  it('starts anew after a crash in the middle, which the live one does not notice', async () => {
    const crash = rebuild({
      onProgress: ({ seq }) => {
        if (seq >= 2_000n) throw new Error('the power is gone');
      },
    });
    await expect(crash).rejects.toThrow('the power is gone');
    expect((await leftBehind()).map(({ name }) => name)).toEqual([
      'counter_sums_increases_v1_rebuild',
      'counter_sums_v1:rebuild',
      'counter_sums_v1_rebuild',
    ]);
    await grow(100, tenantA);
    await expectRight();
    await rebuild();
    expect(await leftBehind()).toEqual([]);
    await expectRight();
  });

  it('is built by one at a time', async () => {
    const second = once(() =>
      rebuild().then(
        () => 'both rebuilt it',
        (error: unknown) => (error as Error).message,
      ),
    );
    await rebuild({ onProgress: second.onProgress });
    expect(await second.outcome()).toBe('counter_sums_v1 is being rebuilt by somebody else.');
    await expectRight();
  });

  it('is right even when the first of two loses its lock to the second', async () => {
    const second = once(async () => {
      await ask("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 703211084");
      await pause(20);
      return rebuild();
    });
    const slow: View = {
      ...sums,
      apply: async (tx, tables, events) => {
        await sums.apply(tx, tables, events);
        await pause(60);
      },
    };
    const first = await rebuild({ view: slow, onProgress: second.onProgress }).catch(
      (error: unknown) => (error as Error).message,
    );
    expect(first).toBe('counter_sums_v1 has been taken over by another rebuild.');
    await second.outcome();
    await expectRight();
  });

  it('is exchanged at the very place its followers have come to', async () => {
    await settle();
    await whenAboutToExchange(async () => {
      await grow(150, tenantB);
      const [{ seq } = { seq: 0n }] = await ask('select seq from tenant_heads where tenant_id = $1', [tenantB]);
      expect(await follower.caughtUp({ tenantId: tenantB, seq: seq as bigint }, 15_000)).toBe(true);
    });
    await expectRight();
  });

  it('keeps what a follower folds for a tenant that comes in the very moment of the exchange', async () => {
    const tenantC = '0190a000-0000-7000-8000-00000000000c';
    await settle();
    const report = await whenAboutToExchange(async () => {
      await ask("insert into tenants (tenant_id, name, status, created_at) values ($1, 'late', 'active', now())", [
        tenantC,
      ]);
      await ask('insert into tenant_heads (tenant_id) values ($1)', [tenantC]);
      await grow(20, tenantC);
      expect(await follower.caughtUp({ tenantId: tenantC, seq: 20n }, 15_000)).toBe(true);
    });
    expect(report.tenants).toBe(4);
    await expectRight();
  });

  it('waits for a long report, and lets other readers pass in the meantime', async () => {
    const report = await stage.adminPool.connect();
    await report.query('begin');
    await report.query('select count(*) from counter_sums_v1');
    const rebuilding = rebuild();
    let slowestMs = 0;
    for (const endMs = performance.now() + 1_500; performance.now() < endMs; ) {
      const startMs = performance.now();
      await ask('select count(*) from counter_sums_v1');
      slowestMs = Math.max(slowestMs, performance.now() - startMs);
    }
    expect(slowestMs).toBeLessThan(1_000);
    await report.query('select count(*) from counter_sums_increases_v1');
    await report.query('commit');
    report.release();
    await rebuilding;
    await expectRight();
  });

  it('goes on from where it was rebuilt to when it had stopped, once it no longer fails', async () => {
    let isBroken = true;
    const name = 'counter_fragile_v1';
    const working = sumsOf('counter_fragile');
    const fragile: View = {
      ...working,
      apply: async (tx, tables, events) => {
        await working.apply(tx, tables, events);
        if (isBroken && tables.tenantId === tenantA && events.some(({ seq }) => seq > 3_000n))
          throw new Error('a bug in a view');
      },
    };
    await ensureViews(stage.adminPool, [fragile]);
    const first = follow([fragile]);
    while (first.stopped.size === 0) await pause(5);
    await first.close();
    const [found, place] = [await contents(name), await positions(name)];
    await expect(rebuild({ view: fragile })).rejects.toThrow('a bug in a view');
    expect([await contents(name), await positions(name)]).toEqual([found, place]);

    isBroken = false;
    await rebuild({ view: fragile });
    expect(await positions(name)).toEqual(await heads());
    expect(await contents(name)).toEqual(await truth());
    await grow(30, tenantA);
    const second = follow([fragile]);
    const [{ seq } = { seq: 0n }] = await heads();
    expect(await second.caughtUp({ tenantId: tenantA, seq: seq as bigint }, 10_000)).toBe(true);
    await second.close();
    expect(await contents(name)).toEqual(await truth());
  });

  it('whose name leaves no room for a second table is refused before anything is touched', async () => {
    const long = sumsOf(`counter_${'s'.repeat(50)}`);
    await ensureViews(stage.adminPool, [long]);
    await expect(rebuild({ view: long })).rejects.toThrow('too long a name');
  });

  it('shows and gives no tenant anything of another', async () => {
    // The attack brings rows of its own, which must not meet any that are there.
    const empty = await startStage();
    await ensureViews(empty.adminPool, [sums]);
    const { adminPool, first, services } = empty;
    await rebuildView({ adminPool, pool: first.pool, catalogue: services.catalogue, view: sums });
    const client = await adminPool.connect();
    const { findings, tables } = await attackTenancy(client, { tenantA, tenantB }).finally(() => client.release());
    await empty.close();
    expect(findings).toEqual([]);
    expect(tables).toEqual(expect.arrayContaining(['counter_sums_v1', 'counter_sums_increases_v1']));
  });
});
