import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type FreshDatabase, freshDatabase } from '@finaegis/testing/database/fresh-database';
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPool } from '../database/pool.ts';
import { closedBreaker } from './breaker.ts';
import { type Breakers, createBreakers, type Operation } from './breakers.ts';
import { breakersTable } from './breakers-table.ts';
import type { Permit } from './circuit-breaker.ts';
import { ProviderUnavailable } from './faults.ts';
import { type StillClock, stillClock } from './fixtures/still-clock.ts';

let database: FreshDatabase;
let admin: Pool;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  admin = createPool(database.adminConnection, { applicationName: 'breakers test', max: 1 });
  const sql = (name: string) => readFile(new URL(`../../sql/${name}`, import.meta.url), 'utf8');
  await admin.query('begin');
  await admin.query(await sql('0001_roles.sql'));
  await admin.query(await sql('0090_resilience.sql'));
  await admin.query('commit');
  pool = writePool();
});

afterAll(async () => {
  await Promise.all([admin.end(), pool.end()]);
  await database.drop();
});

const writePool = (): Pool =>
  createPool(database.adminConnection, { applicationName: 'breakers test', role: 'finaegis_write', max: 3 });

/** One process: its registry, and the one operation all of them call. */
interface Process {
  readonly breakers: Breakers;
  readonly operation: Operation;
  readonly errors: unknown[];
  fail(times: number): Promise<void>;
  admit(): Promise<Permit>;
}

let clock: StillClock;
let processes: Process[];
let name: { readonly provider: string; readonly operation: string };
let count = 0;

beforeEach(() => {
  clock = stillClock();
  processes = [];
  count += 1;
  name = { provider: 'bank', operation: `pay-${count}` };
});

afterEach(() => Promise.all(processes.map(({ breakers }) => breakers.close())));

const start = ({ its = pool, pollMs }: { readonly its?: Pool; readonly pollMs?: number } = {}): Process => {
  const breakers = createBreakers(clock);
  const operation = breakers.declare(name);
  const errors: unknown[] = [];
  breakers.share({
    pool: its,
    changedBy: `process ${processes.length + 1}`,
    onError: (error) => errors.push(error),
    ...(pollMs === undefined ? {} : { pollMs }),
  });
  const admit = async (): Promise<Permit> => operation.breaker.admit();
  const process: Process = {
    breakers,
    operation,
    errors,
    admit,
    fail: async (times) => {
      for (let index = 0; index < times; index += 1) operation.breaker.settle(await admit(), 'failure');
    },
  };
  processes.push(process);
  return process;
};

/** Processes that read only when they are told to. */
const manual = { pollMs: 3_600_000 };
const status = ({ operation }: Process): string => operation.breaker.breaker.status;

const row = async (): Promise<Record<string, unknown> | undefined> => {
  const { rows } = await admin.query<Record<string, unknown>>(
    'select state, level, successes, reopen_at, forced, changed_by, version from circuit_breakers where provider = $1 and operation = $2',
    [name.provider, name.operation],
  );
  return rows[0];
};

/** Opens it in one process, lets the other know, and waits until a trial may be made. */
const openInBoth = async (a: Process, b: Process): Promise<void> => {
  await a.fail(5);
  await a.operation.breaker.published();
  await b.breakers.refresh();
  await clock.pass(60_000);
};

describe('two processes over one table', () => {
  it('open together: the one that saw the failures within the call, the other within a second', async () => {
    const [a, b] = [start(), start()];
    await a.fail(4);
    expect(status(a)).toBe('closed');
    await a.fail(1);
    const openedAt = performance.now();
    await expect(a.admit()).rejects.toBeInstanceOf(ProviderUnavailable);
    while (status(b) === 'closed' && performance.now() - openedAt < 5_000) await delay(5);
    await expect(b.admit()).rejects.toMatchObject({ retryAt: new Date(clock.now() + 60_000).toISOString() });
    expect(performance.now() - openedAt).toBeLessThan(1_000);
    expect(await row()).toMatchObject({ state: 'open', level: 1, changed_by: 'process 1', version: 1n });
  });

  it('make one trial between them, and close together after two', async () => {
    const [a, b] = [start(manual), start(manual)];
    await openInBoth(a, b);
    const tried = await Promise.allSettled([a.admit(), b.admit(), a.admit(), b.admit()]);
    expect(tried.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
    const [winner, loser] = tried[0]?.status === 'fulfilled' ? [a, b] : [b, a];
    const permit = tried.find((each) => each.status === 'fulfilled')?.value as Permit;
    winner.operation.breaker.settle(permit, 'success');
    await winner.operation.breaker.published();
    expect(await row()).toMatchObject({ state: 'half_open', successes: 1 });
    // The second trial may be the other's.
    await loser.breakers.refresh();
    loser.operation.breaker.settle(await loser.admit(), 'success');
    await loser.operation.breaker.published();
    await winner.breakers.refresh();
    expect([status(winner), status(loser)]).toEqual(['closed', 'closed']);
    expect(await row()).toMatchObject({ state: 'closed', level: 0 });
  });

  it('stay open for longer together when a trial failed', async () => {
    const [a, b] = [start(manual), start(manual)];
    await openInBoth(a, b);
    a.operation.breaker.settle(await a.admit(), 'failure');
    await a.operation.breaker.published();
    await b.breakers.refresh();
    await clock.pass(119_999);
    await expect(b.admit()).rejects.toBeInstanceOf(ProviderUnavailable);
    await clock.pass(1);
    expect(await b.admit()).toEqual({ isTrial: true });
  });

  it('make a trial again that died with its process, and do not hear of it afterwards', async () => {
    const [a, b] = [start(manual), start(manual)];
    await openInBoth(a, b);
    const lost = await a.admit();
    await b.breakers.refresh();
    await expect(b.admit()).rejects.toBeInstanceOf(ProviderUnavailable);
    await clock.pass(30_000);
    const permit = await b.admit();
    expect(permit.isTrial).toBe(true);
    // The first one was only slow. Its word counts for nothing any more, whichever it is.
    await a.breakers.refresh();
    a.operation.breaker.settle(lost, 'failure');
    await a.operation.breaker.published();
    b.operation.breaker.settle(permit, 'success');
    await b.operation.breaker.published();
    expect(await row()).toMatchObject({ state: 'half_open', successes: 1 });
  });

  it('open at the same moment and agree on one row', async () => {
    const [a, b] = [start(manual), start(manual)];
    await Promise.all([a.fail(5), b.fail(5)]);
    await Promise.all([a.operation.breaker.published(), b.operation.breaker.published()]);
    await Promise.all([a.breakers.refresh(), b.breakers.refresh()]);
    expect(a.operation.breaker.breaker).toEqual(b.operation.breaker.breaker);
    expect(await row()).toMatchObject({ state: 'open', level: 1, version: 1n });
  });

  it('do not lose an opening to a row that still says closed', async () => {
    const [a, b] = [start(manual), start(manual)];
    await openInBoth(a, b);
    for (const _ of [1, 2]) a.operation.breaker.settle(await a.admit(), 'success');
    await a.operation.breaker.published();
    await b.breakers.refresh();
    // A closes once more behind B's back, so that B stands on an old version when it opens.
    await admin.query('update circuit_breakers set version = version + 1 where operation = $1', [name.operation]);
    await b.fail(5);
    await b.operation.breaker.published();
    expect(status(b)).toBe('open');
    expect(await row()).toMatchObject({ state: 'open', changed_by: 'process 2' });
  });

  it('keep what each has counted as long as both are closed', async () => {
    const [a, b] = [start(manual), start(manual)];
    await openInBoth(a, b);
    for (const _ of [1, 2]) a.operation.breaker.settle(await a.admit(), 'success');
    await a.operation.breaker.published();
    await b.breakers.refresh();
    await b.fail(4);
    await admin.query('update circuit_breakers set version = version + 1 where operation = $1', [name.operation]);
    await b.breakers.refresh();
    await b.fail(1);
    expect(status(b)).toBe('open');
  });

  it('hold what a person has written, whatever the calls say', async () => {
    const [a, b] = [start(manual), start(manual)];
    await openInBoth(a, b);
    const permit = await a.admit();
    await admin.query("update circuit_breakers set forced = 'open', version = version + 1 where operation = $1", [
      name.operation,
    ]);
    // A has not heard of it when its trial ends; its write is refused, and tells it.
    a.operation.breaker.settle(permit, 'failure');
    await a.operation.breaker.published();
    expect(status(a)).toBe('forced_open');
    expect(await row()).toMatchObject({ forced: 'open', state: 'half_open' });
    await b.breakers.refresh();
    await clock.pass(3_600_000);
    await expect(b.admit()).rejects.toBeInstanceOf(ProviderUnavailable);
  });
});

it('a person’s word is written over by no process, whatever version it has read', async () => {
  const table = breakersTable(pool, 'process 1');
  const version = (await table.write({ ...name, breaker: closedBreaker, version: 0 })) ?? 0;
  await admin.query("update circuit_breakers set forced = 'closed' where operation = $1", [name.operation]);
  const open = { status: 'open', level: 1, openedAt: clock.now(), reopenAt: clock.now() } as const;
  expect(await table.write({ ...name, breaker: open, version })).toBeUndefined();
  expect(await table.read(name)).toMatchObject({ breaker: { status: 'forced_closed' }, version });
});

describe('a process that cannot reach the table', () => {
  it('works alone: it opens, tries and closes by itself', async () => {
    const gone = writePool();
    await gone.end();
    const alone = start({ its: gone, ...manual });
    await alone.fail(5);
    await expect(alone.admit()).rejects.toBeInstanceOf(ProviderUnavailable);
    await clock.pass(60_000);
    for (const _ of [1, 2]) alone.operation.breaker.settle(await alone.admit(), 'success');
    expect(status(alone)).toBe('closed');
    await alone.breakers.refresh();
    expect(alone.errors.length).toBeGreaterThan(0);
  });

  it('tells the others as soon as it can', async () => {
    const a = start(manual);
    await admin.query('revoke insert, update on circuit_breakers from finaegis_write');
    await a.fail(5);
    await a.operation.breaker.published();
    expect(a.errors.length).toBeGreaterThan(0);
    expect(await row()).toBeUndefined();
    await admin.query('grant insert, update on circuit_breakers to finaegis_write');
    await a.breakers.refresh();
    expect(await row()).toMatchObject({ state: 'open' });
  });

  it('does not wait for it with a trial for more than a second', async () => {
    const a = start(manual);
    await a.fail(5);
    await a.operation.breaker.published();
    await clock.pass(60_000);
    const holder = await admin.connect();
    await holder.query('begin; lock table circuit_breakers');
    const trial = a.admit();
    let isLetThrough = false;
    void trial.then(() => (isLetThrough = true));
    await delay(50);
    expect(isLetThrough).toBe(false);
    await clock.pass(1_000);
    expect(await trial).toEqual({ isTrial: true });
    await holder.query('rollback');
    holder.release();
    await a.operation.breaker.published();
  });
});
