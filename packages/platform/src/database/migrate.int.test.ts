import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type FreshDatabase, freshDatabase } from '@finaegis/testing/database/fresh-database';
import type { Pool } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MigrationFault, type MigrationReport, migrate } from './migrate.ts';
import { createPool } from './pool.ts';

let database: FreshDatabase;
let pool: Pool;
let folder: string;

beforeEach(async () => {
  database = await freshDatabase();
  pool = createPool(database.adminConnection, { applicationName: 'migrate-test' });
  folder = mkdtempSync(join(tmpdir(), 'migrations-'));
});

afterEach(async () => {
  await pool.end();
  await database.drop();
  rmSync(folder, { recursive: true });
});

const write = (name: string, sql: string): void => writeFileSync(join(folder, name), sql);

const run = (by: Pool = pool): Promise<MigrationReport> =>
  migrate(by, [{ folder: pathToFileURL(`${folder}/`), table: 'migration' }]);

const refusal = async (): Promise<MigrationFault> => {
  const outcome = await run().catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(MigrationFault);
  return outcome as MigrationFault;
};

describe('migrations', () => {
  it('are applied in the order of their numbers, once', async () => {
    write('0002_fill.sql', "insert into city values ('Praha'); insert into city values ('Brno');");
    write('0001_cities.sql', 'create table city (name text);');
    expect(await run()).toEqual({ applied: ['0001_cities.sql', '0002_fill.sql'], ahead: [] });
    expect(await run()).toEqual({ applied: [], ahead: [] });
    expect((await pool.query('select count(*) as cities from city')).rows).toEqual([{ cities: 2n }]);

    write('0003_more.sql', "insert into city values ('Plzeň');");
    expect((await run()).applied).toEqual(['0003_more.sql']);
  });

  it('are applied once by processes that start together', async () => {
    for (const number of [1, 2, 3])
      write(`000${number}_step.sql`, `select pg_sleep(0.02); create table step_${number} (id int);`);
    const pools = [1, 2, 3, 4].map(() => createPool(database.adminConnection, { applicationName: 'racer', max: 1 }));
    const reports = await Promise.all(pools.map(run));
    await Promise.all(pools.map((each) => each.end()));
    expect(reports.map(({ applied }) => applied.length).sort((a, b) => a - b)).toEqual([0, 0, 0, 3]);
  });

  it('leave nothing of a file that fails, keep those before it, and name the line', async () => {
    write('0001_good.sql', 'create table good (id int);');
    write('0002_bad.sql', 'create table bad (id int);\n\ninsert into bad values (no_such_column);');
    const fault = await refusal();
    expect(fault.code).toBe('file_failed');
    expect(fault.message).toContain('0002_bad.sql, line 3');
    expect(
      (await pool.query("select to_regclass('good') is not null as good, to_regclass('bad') is null as clean")).rows,
    ).toEqual([{ good: true, clean: true }]);

    write('0002_bad.sql', 'create table bad (id int);');
    expect((await run()).applied).toEqual(['0002_bad.sql']);
  });

  it('refuse a file that was changed after it was applied, but not its line ends', async () => {
    write('0001_cities.sql', 'create table city (\n  name text\n);\n');
    await run();
    write('0001_cities.sql', 'create table city (\r\n  name text\r\n);\r\n');
    expect((await run()).applied).toEqual([]);
    write('0001_cities.sql', 'create table city (name varchar);');
    expect((await refusal()).code).toBe('file_changed');
  });

  it('refuse a file that was applied and is gone, and one that comes too late', async () => {
    write('0002_two.sql', 'select 2');
    write('0004_four.sql', 'select 4');
    await run();
    write('0003_three.sql', 'select 3');
    expect((await refusal()).code).toBe('file_late');
    rmSync(join(folder, '0003_three.sql'));
    rmSync(join(folder, '0002_two.sql'));
    expect((await refusal()).code).toBe('file_missing');
  });

  it('tell an older release that the database is ahead of it', async () => {
    write('0001_one.sql', 'select 1');
    write('0002_two.sql', 'select 2');
    await run();
    rmSync(join(folder, '0002_two.sql'));
    expect(await run()).toEqual({ applied: [], ahead: ['0002_two.sql'] });
  });

  it('refuse two files with one number, a name that is no migration, and a file that commits by itself', async () => {
    write('0001_one.sql', 'select 1');
    write('0001_other.sql', 'select 1');
    expect((await refusal()).code).toBe('folder_wrong');
    rmSync(join(folder, '0001_other.sql'));
    write('late-fix.sql', 'select 1');
    expect((await refusal()).code).toBe('folder_wrong');
    rmSync(join(folder, 'late-fix.sql'));
    write('0002_two.sql', 'create table two (id int); commit;');
    expect((await refusal()).message).toContain('ends its own transaction');
  });
});
