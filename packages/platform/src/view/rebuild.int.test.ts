import { counterLog, increase } from '@finaegis/testing/tenancy/counter';
import { metadata, type Stage, startStage, tenantA, tenantB } from '@finaegis/testing/tenancy/stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureViews } from './ensure.ts';
import { type Follower, startFollower } from './follower.ts';
import { rebuildView } from './rebuild.ts';
import { defineView, type View } from './view.ts';

let stage: Stage;
let follower: Follower;

// Sums show what is folded twice, which a table of events would refuse by its key.
const sums: View = defineView({
  ...counterLog,
  name: 'counter_sums',
  tables: [
    { suffix: '', create: (name) => `create table ${name} (tenant_id uuid not null, counter_id text not null, total bigint not null, primary key (tenant_id, counter_id)); create index on ${name} (tenant_id, total)` },
  ],
  apply: async (tx, { tenantId, table }, events) => {
    const totals = new Map<string, bigint>();
    for (const { data } of events) totals.set(String(data['counterId']), (totals.get(String(data['counterId'])) ?? 0n) + (data['by'] as bigint));
    await tx.query(
      `insert into ${table()} as s select $1, * from unnest($2::text[], $3::bigint[]) on conflict (tenant_id, counter_id) do update set total = s.total + excluded.total`,
      [tenantId, [...totals.keys()], [...totals.values()]],
    );
  },
});

beforeAll(async () => {
  stage = await startStage();
  await ensureViews(stage.adminPool, [sums]);
  follower = startFollower({ pool: stage.startProcess().pool, systemPool: stage.systemPool, catalogue: stage.services.catalogue, views: [counterLog, sums], pollMs: 5 });
});

afterAll(async () => {
  await follower.close();
  await stage.close();
});

let names = 0;
const grow = async (count: number, tenantId: string): Promise<void> => {
  await Promise.all(Array.from({ length: count }, () => stage.first.commands.submit(increase, { counterId: `c${++names % 97}-${Math.floor(names / 20_000)}`, by: 1n }, { tenantId, metadata, lane: 'bulk', timeoutMs: 60_000 })));
};

const heads = async (): Promise<readonly { tenant_id: string; seq: bigint }[]> => (await stage.adminPool.query<{ tenant_id: string; seq: bigint }>('select tenant_id, seq from tenant_heads')).rows;

const settle = async (): Promise<void> => {
  follower.wake();
  for (const { tenant_id: tenantId, seq } of await heads()) expect(await follower.caughtUp({ tenantId, seq }, 20_000)).toBe(true);
};

const contents = async () => (await stage.adminPool.query('select * from counter_sums_v1 order by tenant_id, counter_id')).rows;
const truth = async () => (await stage.adminPool.query("select tenant_id, counter_id, value as total from counters order by tenant_id, counter_id")).rows;
const shape = async () =>
  (await stage.adminPool.query("select indexdef from pg_indexes where tablename = 'counter_sums_v1' order by 1")).rows.concat(
    (await stage.adminPool.query("select relrowsecurity, relforcerowsecurity, relowner::regrole::text, relacl::text from pg_class where relname = 'counter_sums_v1'")).rows,
    (await stage.adminPool.query("select policyname, qual from pg_policies where tablename = 'counter_sums_v1'")).rows,
  );

const rebuild = () => rebuildView({ adminPool: stage.adminPool, pool: stage.startProcess().pool, catalogue: stage.services.catalogue, view: sums });

describe('a view rebuilt beside the live one', () => {
  it('has the same contents, indexes and protection, and leaves nothing behind', async () => {
    await grow(2_500, tenantA);
    await grow(300, tenantB);
    await settle();
    const [rows, made] = [await contents(), await shape()];
    const report = await rebuild();
    expect(report.events).toBe((await heads()).reduce((sum, { seq }) => sum + seq, 0n));
    expect(await contents()).toEqual(rows);
    expect(await shape()).toEqual(made);
    const { rows: left } = await stage.adminPool.query("select relname from pg_class where relname like '%rebuild%' union all select name from subscriptions where name like '%rebuild%'");
    expect(left).toEqual([]);
  });

  it('mends what was wrong in the live one', async () => {
    await settle();
    await stage.adminPool.query('update counter_sums_v1 set total = total + 1');
    await rebuild();
    expect(await contents()).toEqual(await truth());
  });

  it('misses and repeats nothing while commands are taken and it is read', async () => {
    let isOver = false;
    const reading = (async () => {
      let reads = 0;
      while (!isOver) {
        await stage.adminPool.query('select sum(total) from counter_sums_v1');
        reads += 1;
      }
      return reads;
    })();
    const writing = (async () => {
      while (!isOver) await Promise.all([grow(150, tenantA), grow(50, tenantB)]);
    })();
    for (let round = 0; round < 3; round++) await rebuild();
    isOver = true;
    await writing;
    expect(await reading).toBeGreaterThan(10);
    await settle();
    expect(await contents()).toEqual(await truth());
    expect([...follower.stopped]).toEqual([]);
  });

  it('is built by one at a time', async () => {
    const outcomes = await Promise.allSettled([rebuild(), rebuild()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await contents()).toEqual(await truth());
  });
});
