import { type FreshDatabase, freshDatabase } from '@finaegis/testing/database/fresh-database';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from './pool.ts';
import { all, CommitUnknown, DatabaseFault, inTransaction, isRetryable } from './transaction.ts';

const tenant = '0190a000-0000-7000-8000-000000000001';

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool(database.adminConnection, { applicationName: 'transaction-test', max: 4 });
  await pool.query('create table entry (id int primary key, note text)');
  await pool.query(
    'create table owner (id int primary key, entry int references entry (id) deferrable initially deferred)',
  );
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const faultOf = async (work: Promise<unknown>): Promise<DatabaseFault> => {
  const outcome = await work.then(
    () => 'no fault',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(DatabaseFault);
  return outcome as DatabaseFault;
};

const notes = async (from: number, to: number): Promise<readonly string[]> =>
  (
    await pool.query<{ note: string }>('select note from entry where id between $1 and $2 order by id', [from, to])
  ).rows.map(({ note }) => note);

describe('a transaction', () => {
  it('keeps what it wrote and gives back what its work gave', async () => {
    const answer = await inTransaction(pool, { tenants: [tenant] }, async (tx) => {
      await tx.query("insert into entry values (1, 'one')");
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await notes(1, 1)).toEqual(['one']);
  });

  it('shows its tenants inside and nothing of them to the next user of the connection', async () => {
    const single = createPool(database.adminConnection, { applicationName: 'tenants', max: 1 });
    const read = "select current_setting('app.tenants', true) as tenants";
    const inside = await inTransaction(
      single,
      { tenants: [tenant] },
      async (tx) => (await tx.query<{ tenants: string }>(read)).rows[0]?.tenants,
    );
    const after = (await single.query<{ tenants: string }>(read)).rows[0]?.tenants;
    await single.end();
    expect(inside).toBe(tenant);
    expect(after).toBe('');
  });

  it('refuses a tenant id that could smuggle in a second one', async () => {
    await expect(inTransaction(pool, { tenants: [`${tenant},${tenant}`] }, () => Promise.resolve())).rejects.toThrow(
      TypeError,
    );
  });

  it('writes nothing when its work throws, and throws that very error', async () => {
    const reason = new Error('changed our mind');
    const work = inTransaction(pool, { tenants: [] }, async (tx) => {
      await tx.query("insert into entry values (2, 'two')");
      throw reason;
    });
    await expect(work).rejects.toBe(reason);
    expect(await notes(2, 2)).toEqual([]);
  });

  it('refuses to write when it was opened for reading', async () => {
    const fault = await faultOf(
      inTransaction(pool, { tenants: [], readOnly: true }, (tx) => tx.query("insert into entry values (3, 'x')")),
    );
    expect(fault.code).toBe('25006');
  });

  it('is not committed when one of its queries failed, even when the work forgave it', async () => {
    const fault = await faultOf(
      inTransaction(pool, { tenants: [] }, async (tx) => {
        await tx.query("insert into entry values (4, 'four')");
        await tx.query('select 1/0').catch(() => undefined);
      }),
    );
    expect(fault.code).toBe('22012');
    expect(await notes(4, 4)).toEqual([]);
  });

  it('waits for queries nobody awaited before it commits', async () => {
    await inTransaction(pool, { tenants: [] }, (tx) => {
      void tx.query('select pg_sleep(0.05)');
      void tx.query("insert into entry values (5, 'five')");
      return Promise.resolve();
    });
    expect(await notes(5, 5)).toEqual(['five']);
  });

  it('is not committed when a value of an unawaited query could not even be sent', async () => {
    const unsendable = {
      toPostgres: () => {
        throw new Error('no text for this');
      },
    };
    const fault = await faultOf(
      inTransaction(pool, { tenants: [] }, (tx) => {
        void tx.query("insert into entry values (6, 'six')");
        void tx.query('insert into entry values (7, $1)', [unsendable]);
        return Promise.resolve();
      }),
    );
    expect(fault.code).toBe('statement_not_sent');
    expect(await notes(6, 7)).toEqual([]);
  });
});

describe('pipelined queries', () => {
  it('name the failure that caused the others', async () => {
    const fault = await faultOf(
      inTransaction(pool, { tenants: [] }, (tx) =>
        all([
          tx.query("insert into entry values (10, 'ten')"),
          tx.query("insert into entry values (10, 'ten again')"),
          tx.query("insert into entry values (11, 'eleven')"),
        ]),
      ),
    );
    expect(fault.code).toBe('23505');
    expect(fault.constraint).toBe('entry_pkey');
    expect(await notes(10, 11)).toEqual([]);
  });

  it('name the cause also when the work awaits a later query first', async () => {
    const fault = await faultOf(
      inTransaction(pool, { tenants: [] }, async (tx) => {
        void tx.query('select 1/0');
        await tx.query('select 1');
      }),
    );
    expect(fault.code).toBe('22012');
  });

  it('travel in one flush: ten of them on a slow line cost one way there and back', async () => {
    const order: string[] = [];
    await inTransaction(pool, { tenants: [] }, async (tx) => {
      const first = tx.query('select pg_sleep(0.03)').then(() => order.push('first answer'));
      const second = tx.query('select 1');
      order.push('both sent');
      await all([first, second]);
    });
    expect(order).toEqual(['both sent', 'first answer']);
  });

  it('all: gives the values in order, and waits for the slow ones before it throws', async () => {
    expect(await all([Promise.resolve(1), Promise.resolve('two')])).toEqual([1, 'two']);
    let isSlowDone = false;
    const slow = new Promise((resolve) => setTimeout(resolve, 20)).then(() => (isSlowDone = true));
    await expect(
      all([Promise.reject(new DatabaseFault('25P02', 'follows')), Promise.reject(new Error('cause')), slow]),
    ).rejects.toThrow('cause');
    expect(isSlowDone).toBe(true);
  });
});

describe('COMMIT', () => {
  it('is not sent when the work ended its own transaction', async () => {
    const fault = await faultOf(inTransaction(pool, { tenants: [] }, (tx) => tx.query('rollback')));
    expect(fault.code).toBe('transaction_aborted');
  });

  it('refused by a deferred constraint is a definite failure, not an unknown one', async () => {
    const fault = await faultOf(
      inTransaction(pool, { tenants: [] }, (tx) => tx.query('insert into owner values (1, 999)')),
    );
    expect(fault).not.toBeInstanceOf(CommitUnknown);
    expect(fault.code).toBe('23503');
  });

  it('tells a serialization failure that may be tried again', async () => {
    await pool.query("insert into entry values (30, 'a')");
    const raced = inTransaction(pool, { tenants: [], isolation: 'serializable' }, async (tx) => {
      await tx.query('select note from entry where id = 30');
      await pool.query("update entry set note = 'b' where id = 30");
      await tx.query("update entry set note = 'c' where id = 30");
    });
    const fault = await faultOf(raced);
    expect(fault.code).toBe('40001');
    expect(isRetryable(fault)).toBe(true);
    expect(isRetryable(new Error('other'))).toBe(false);
  });
});
