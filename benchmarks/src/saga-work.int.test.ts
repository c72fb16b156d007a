import { createPool } from '@finaegis/platform/database/pool';
import { declaredModules } from '@finaegis/server/modules';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BenchDatabase, benchDatabase } from './database.ts';
import { type Books, openBooks } from './ledger-books.ts';
import { type LedgerChecks, ledgerChecks } from './ledger-checks.ts';
import { type DbosWork, openDbos } from './saga-dbos.ts';
import { openSagaWork, type SagaWork, type Stops } from './saga-work.ts';

let database: BenchDatabase;
let admin: Pool;
let books: Books;
let work: SagaWork;
let checks: LedgerChecks;
let dbos: DbosWork;
beforeAll(async () => {
  database = await benchDatabase(declaredModules());
  admin = createPool(database.admin, { applicationName: 'tampering', max: 1 });
  books = await openBooks(database, 4);
  work = openSagaWork(books);
  checks = await ledgerChecks(books);
  dbos = await openDbos(database.admin);
});
afterAll(async () => {
  await dbos.close();
  await books.bank.close();
  await admin.end();
  await database.close();
});

const stops = (): Stops => books.accounts as unknown as Stops;
const columnOf = async (column: 'debits' | 'credits'): Promise<readonly unknown[]> => {
  const { rows } = await admin.query(
    `select b.${column}::text as sum from unnest($1::text[]) with ordinality as w (id, place)
      join ledger_balances b on b.account_id = w.id order by place`,
    [books.accounts],
  );
  return rows.map((row: { readonly sum: string }) => row.sum);
};

describe('errands of three steps', () => {
  test('each step books its journal, and the books balance', async () => {
    await Promise.all([work.errand(stops(), false), work.errand(stops(), false)]);
    expect(books.acknowledged).toBe(6);
    expect(await columnOf('debits')).toEqual(['2', '2', '2', '0']);
    await work.check();
    await checks.step('two errands');
  });

  test('a refused third step has the two before it taken back', async () => {
    const before = books.acknowledged;
    await work.errand(stops(), true);
    expect(books.acknowledged - before).toBe(4);
    expect(await columnOf('debits')).toEqual(['3', '4', '3', '0']);
    await work.check();
    await checks.step('a refused errand');
  });

  test('an end that is not stored fails the run', async () => {
    const change = (from: string, to: string) =>
      admin.query('update platform_sagas set status = $2 where status = $1', [from, to]);
    await change('undone', 'running');
    await expect(work.check()).rejects.toThrow('Callers saw 2 sagas completed and 1 undone; stored are');
    await change('running', 'undone');
    await work.check();
  });

  test('an errand that ends otherwise than it should fails the run', async () => {
    const unknown: Stops = ['nobody', 'nobody', 'nobody', 'nobody'];
    await expect(work.errand(unknown, false)).rejects.toThrow('is undone and not completed');
  });
});

describe('errands at the peer', () => {
  test('every workflow has its three journals, and no money is made or lost', async () => {
    await Promise.all(Array.from({ length: 8 }, () => dbos.errand()));
    await expect(dbos.check()).resolves.toBeUndefined();
  });

  test('a journal that is missing fails the run', async () => {
    await admin.query('delete from dbos_journals where id = (select min(id) from dbos_journals)');
    await expect(dbos.check()).rejects.toThrow(
      'Callers saw 8 workflows of DBOS end; stored are 8 ended, 0 others and 23',
    );
    await admin.query("insert into dbos_journals values ('put back', '[]')");
  });

  test('a balance that no transfer explains fails the run', async () => {
    await admin.query(
      'update dbos_balances set balance = balance + 1 where account_id = (select min(account_id::text)::uuid from dbos_balances)',
    );
    await expect(dbos.check()).rejects.toThrow('The balances beside DBOS sum to');
  });
});
