import { type FreshDatabase, freshDatabase } from '@finaegis/testing/database/fresh-database';
import pg, { type Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from './pool.ts';

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool(database.adminConnection, {
    applicationName: 'pool test',
    sessionSettings: { search_path: 'public, pg_temp', statement_timeout: '5s' },
  });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const valueOf = async (expression: string): Promise<unknown> =>
  (await pool.query<{ value: unknown }>(`select ${expression} as value`)).rows[0]?.value;

describe('a column arrives', () => {
  it.each([
    ['9223372036854775807::int8', 9_223_372_036_854_775_807n],
    ["'{1,NULL,{}}'::text::varchar", '{1,NULL,{}}'],
    ['array[1::int8, null, 9007199254740993]', [1n, null, 9_007_199_254_740_993n]],
    ['array[[1::int8],[2]]', [[1n], [2n]]],
    ['12345678901234567890.000000000000000001::numeric', '12345678901234567890.000000000000000001'],
    ['array[0.1::numeric]', ['0.1']],
    ['42::int4', 42],
    ['true', true],
    ["'2026-01-02 03:04:05.678901+00'::timestamptz", '2026-01-02T03:04:05.678Z'],
    ["'2026-01-02 04:04:05+01'::timestamptz", '2026-01-02T03:04:05.000Z'],
    ["'2026-01-02 03:04:05.6+00'::timestamptz", '2026-01-02T03:04:05.600Z'],
    ["'infinity'::timestamptz", 'infinity'],
    ["array['2026-01-02 03:04:05+00'::timestamptz]", ['2026-01-02T03:04:05.000Z']],
    ["'2026-01-02'::date", '2026-01-02'],
    ["array['2026-01-02'::date]", ['2026-01-02']],
    ["'\\x00ff'::bytea", Buffer.from([0, 255])],
    [`'{"a":[1,"2"]}'::jsonb`, { a: [1, '2'] }],
    ['null::int8', null],
  ])('%s as %s', async (expression, expected) => {
    expect(await valueOf(expression)).toEqual(expected);
  });
});

describe('a pool', () => {
  it('changes nothing for other users of the driver in this process', async () => {
    const { host, port, user, database: name } = database.adminConnection;
    const plain = new pg.Client({ host, port, user, database: name });
    await plain.connect();
    expect((await plain.query('select 1::int8 as value')).rows).toEqual([{ value: '1' }]);
    await plain.end();
  });

  it('takes a bigint as a parameter without rounding it', async () => {
    expect((await pool.query('select $1::int8 as value', [9_007_199_254_740_993n])).rows).toEqual([
      { value: 9_007_199_254_740_993n },
    ]);
  });

  it('gives its sessions their settings, spaces included', async () => {
    expect(await valueOf("current_setting('search_path')")).toBe('public, pg_temp');
    expect(await valueOf("current_setting('statement_timeout')")).toBe('5s');
    expect(await valueOf("current_setting('application_name')")).toBe('pool test');
  });

  it('acts as the role it was made for', async () => {
    await pool.query(`do $$ begin create role pool_test_role login; exception when duplicate_object then null; end $$`);
    const asUser = createPool(database.adminConnection, { applicationName: 'user', user: 'pool_test_role', max: 1 });
    const asRole = createPool(database.adminConnection, { applicationName: 'role', role: 'pool_test_role', max: 1 });
    const who = 'select session_user::text as login, current_user::text as role';
    expect((await asUser.query(who)).rows).toEqual([{ login: 'pool_test_role', role: 'pool_test_role' }]);
    expect((await asRole.query(who)).rows).toEqual([{ login: 'postgres', role: 'pool_test_role' }]);
    await Promise.all([asUser.end(), asRole.end()]);
  });
});
