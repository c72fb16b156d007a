import { counterLog, increase } from '@finaegis/testing/tenancy/counter';
import { metadata, type Stage, startStage, tenantA, tenantB } from '@finaegis/testing/tenancy/stage';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../database/transaction.ts';
import { appendEvents, lockHeads } from '../event-store/append.ts';
import { ensureViews } from './ensure.ts';
import { type Follower, startFollower } from './follower.ts';
import { defineView, type View } from './view.ts';

let stage: Stage;
const followers: Follower[] = [];

beforeAll(async () => {
  stage = await startStage();
});

afterEach(async () => {
  await Promise.all(followers.splice(0).map((follower) => follower.close()));
});

afterAll(async () => {
  await stage.close();
});

const follow = (
  views: readonly View[] = [counterLog],
  onError?: (view: string) => void,
  retryMs = 30_000,
): Follower => {
  const follower = startFollower({
    pool: stage.startProcess().pool,
    systemPool: stage.systemPool,
    catalogue: stage.services.catalogue,
    views,
    pollMs: 20,
    retryMs,
    ...(onError === undefined ? {} : { onError }),
  });
  followers.push(follower);
  return follower;
};
let names = 0;
const grow = async (count: number, tenantId = tenantA): Promise<bigint> => {
  const positions = await Promise.all(
    Array.from({ length: count }, async () => {
      const outcome = await stage.first.commands.submit(
        increase,
        { counterId: `c${++names % 50}-${Math.floor(names / 400)}`, by: 1n },
        { tenantId, metadata },
      );
      return outcome.kind === 'decided' ? (outcome.position ?? 0n) : 0n;
    }),
  );
  return positions.reduce((a, b) => (a > b ? a : b), 0n);
};
const folded = async (tenantId: string, table = 'counter_log_v1') =>
  (
    await stage.adminPool.query<{ seq: bigint }>(`select seq from ${table} where tenant_id = $1 order by seq`, [
      tenantId,
    ])
  ).rows.map(({ seq }) => seq);
const logged = async (tenantId: string) =>
  (
    await stage.adminPool.query<{ seq: bigint }>(
      "select seq from events where tenant_id = $1 and type = 'CounterIncreased' and schema_version = 1 order by seq",
      [tenantId],
    )
  ).rows.map(({ seq }) => seq);

describe('a view', () => {
  it('is folded from the log of each tenant, every event once and in order, by two followers that race', async () => {
    const [one, two] = [follow(), follow()];
    let last = 0n;
    for (let round = 0; round < 8; round++) {
      last = await grow(100);
      await grow(20, tenantB);
      one.wake();
      two.wake();
    }
    expect(await one.caughtUp({ tenantId: tenantA, seq: last }, 5_000)).toBe(true);
    expect(await two.caughtUp({ tenantId: tenantB, seq: 160n }, 5_000)).toBe(true);
    expect(await folded(tenantA)).toEqual(await logged(tenantA));
    expect(await folded(tenantB)).toEqual(await logged(tenantB));
    expect([...one.stopped, ...two.stopped]).toEqual([]);
  });

  it('says so when it has not come as far as was asked', async () => {
    const follower = follow();
    expect(await follower.caughtUp({ tenantId: tenantA, seq: 9_999_999n }, 60)).toBe(false);
  });

  it('goes on where it was after everybody stopped, and passes by what it does not consume', async () => {
    const last = await grow(30);
    const follower = follow();
    expect(await follower.caughtUp({ tenantId: tenantA, seq: last }, 5_000)).toBe(true);
    expect(await folded(tenantA)).toEqual(await logged(tenantA));
  });

  it('that is new is folded from the beginning, longer than one stretch', async () => {
    await grow(400);
    const again: View = defineView({ ...counterLog, name: 'counter_again' });
    await ensureViews(stage.adminPool, [again]);
    const follower = follow([counterLog, again]);
    const head =
      (await stage.adminPool.query<{ seq: bigint }>('select seq from tenant_heads where tenant_id = $1', [tenantA]))
        .rows[0]?.seq ?? 0n;
    expect(await follower.caughtUp({ tenantId: tenantA, seq: head }, 5_000)).toBe(true);
    expect(await folded(tenantA, 'counter_again_v1')).toEqual(await logged(tenantA));
  });

  it('that adds up counts nothing twice when a view far behind is folded beside it', async () => {
    const sum: View = defineView({
      ...counterLog,
      name: 'counter_sum',
      tables: [
        {
          suffix: '',
          create: (name) =>
            `create table ${name} (tenant_id uuid not null, counter_id text not null, total bigint not null, primary key (tenant_id, counter_id))`,
        },
      ],
      apply: async (tx, tables, events) => {
        await tx.query(
          `insert into ${tables.table()} as s select $1, counter_id, sum(increase) from unnest($2::text[], $3::bigint[]) as e (counter_id, increase)
           group by counter_id on conflict (tenant_id, counter_id) do update set total = s.total + excluded.total`,
          [tables.tenantId, events.map(({ data }) => data['counterId']), events.map(({ data }) => data['by'])],
        );
      },
    });
    const late: View = defineView({ ...counterLog, name: 'counter_late' });
    await ensureViews(stage.adminPool, [sum, late]);
    const early = follow([sum]);
    await early.caughtUp({ tenantId: tenantA, seq: await grow(10) }, 5_000);
    await early.close();
    const last = await grow(10);
    const follower = follow([sum, late]);
    expect(await follower.caughtUp({ tenantId: tenantA, seq: last }, 5_000)).toBe(true);
    const { rows } = await stage.adminPool.query(
      `select counter_id from counter_sum_v1 full join counters using (tenant_id, counter_id) where tenant_id = $1 and total is distinct from value`,
      [tenantA],
    );
    expect(rows).toEqual([]);
  });

  it('that stopped is tried again, and goes on when what stopped it is gone', async () => {
    let isBroken = true;
    const mended: View = defineView({
      ...counterLog,
      name: 'counter_mended',
      apply: async (tx, tables, events) => {
        if (isBroken) throw new Error('a bug in a view');
        await counterLog.apply(tx, tables, events);
      },
    });
    await ensureViews(stage.adminPool, [mended]);
    const follower = follow([mended], () => undefined, 50);
    const last = await grow(10);
    await expect.poll(() => follower.stopped.size).toBe(1);
    isBroken = false;
    expect(await follower.caughtUp({ tenantId: tenantA, seq: last }, 5_000)).toBe(true);
    await expect.poll(() => follower.stopped.size).toBe(0);
  });

  it('that meets a full disk does not stop: it goes on as soon as there is room', async () => {
    let isFull = true;
    const short: View = defineView({
      ...counterLog,
      name: 'counter_short',
      apply: async (tx, tables, events) => {
        if (isFull) await tx.query("do $$ begin raise 'No space left on device' using errcode = '53100'; end $$");
        await counterLog.apply(tx, tables, events);
      },
    });
    await ensureViews(stage.adminPool, [short]);
    const errors: string[] = [];
    const follower = follow([short], (view) => errors.push(view));
    const last = await grow(10);
    await expect.poll(() => errors).toContain('counter_short_v1');
    expect([...follower.stopped]).toEqual([]);
    isFull = false;
    expect(await follower.caughtUp({ tenantId: tenantA, seq: last }, 5_000)).toBe(true);
  });

  it('that fails stops alone and is reported, and what it had begun is undone', async () => {
    const broken: View = defineView({
      ...counterLog,
      name: 'counter_broken',
      apply: async (tx, tables, events) => {
        await counterLog.apply(tx, tables, events);
        throw new Error('a bug in a view');
      },
    });
    await ensureViews(stage.adminPool, [broken]);
    const errors: string[] = [];
    const follower = follow([counterLog, broken], (view) => errors.push(view));
    const last = await grow(10);
    expect(await follower.caughtUp({ tenantId: tenantA, seq: last, views: ['counter_log_v1'] }, 5_000)).toBe(true);
    expect([...follower.stopped]).toEqual([['counter_broken_v1', 'a bug in a view']]);
    expect(errors).toContain('counter_broken_v1');
    expect(await folded(tenantA, 'counter_broken_v1')).toEqual([]);
    const later = await grow(10);
    expect(await follower.caughtUp({ tenantId: tenantA, seq: later, views: ['counter_log_v1'] }, 5_000)).toBe(true);
  });

  it('that meets an event of a newer release stops and says so, with nothing skipped', async () => {
    const other: View = defineView({
      ...counterLog,
      name: 'tally_log',
      consumes: ['TallyIncreased'],
      apply: async () => undefined,
    });
    await ensureViews(stage.adminPool, [other]);
    const follower = follow([counterLog, other]);
    await inTransaction(stage.first.pool, { tenants: [tenantB] }, async (tx) => {
      await tx.query(lockHeads([tenantB]));
      await tx.query(
        appendEvents([
          {
            tenantId: tenantB,
            context: 'counter',
            stream: 'counter:new',
            version: 1,
            id: stage.services.newId(),
            type: 'CounterIncreased',
            schemaVersion: 2,
            data: { counterId: 'new', by: '1', unit: 'eggs' },
            metadata,
            bookedAt: '2026-01-02T03:04:05.678Z',
          },
        ]),
      );
    });
    const last = await grow(1, tenantB);
    expect(await follower.caughtUp({ tenantId: tenantB, seq: last, views: ['tally_log_v1'] }, 5_000)).toBe(true);
    expect(follower.stopped.get('counter_log_v1')).toContain('newer than version 1');
    expect(await follower.caughtUp({ tenantId: tenantB, seq: last, views: ['counter_log_v1'] }, 60)).toBe(false);
  });
});
