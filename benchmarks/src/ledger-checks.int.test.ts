import { createPool } from '@finaegis/platform/database/pool';
import { declaredModules } from '@finaegis/server/modules';
import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sidesOf } from './account-choice.ts';
import { type BenchDatabase, benchDatabase } from './database.ts';
import { type Books, openBooks } from './ledger-books.ts';
import { type LedgerChecks, ledgerChecks } from './ledger-checks.ts';
import { type LedgerWork, ledgerWork } from './ledger-work.ts';

let database: BenchDatabase;
let admin: Pool;
let books: Books;
let work: LedgerWork;
let checks: LedgerChecks;

beforeAll(async () => {
  database = await benchDatabase(declaredModules());
  // Tampering is what a superuser can do who switches the triggers off.
  admin = createPool(database.admin, {
    applicationName: 'tampering',
    max: 1,
    sessionSettings: { session_replication_role: 'replica' },
  });
  books = await openBooks(database, 20);
  work = ledgerWork(books);
});

afterAll(async () => {
  await books.bank.close();
  await admin.end();
  await database.close();
});

beforeEach(async () => {
  checks = await ledgerChecks(books);
  const next = sidesOf('uniform', books.accounts);
  await work.batch(Array.from({ length: 5 }, next));
  await work.transfer(next());
  await work.transferWithFee(next());
  await work.holdAndCapture(next());
});

/** The last journal's event is changed by an expression over its envelope, and put back after the work. */
const withLastJournal = async (envelope: string, during: () => Promise<void>): Promise<void> => {
  const { rows } = await admin.query<{ seq: bigint; envelope: string }>(
    "select seq, envelope from ledger_events where type = 'JournalPosted' order by seq desc limit 1",
  );
  const [last] = rows;
  await admin.query(`update ledger_events set envelope = ${envelope} where seq = $1 and type = 'JournalPosted'`, [
    last?.seq,
  ]);
  await during();
  await admin.query("update ledger_events set envelope = $2 where seq = $1 and type = 'JournalPosted'", [
    last?.seq,
    last?.envelope,
  ]);
};

describe('the checks of the benchmark', () => {
  test('what was acknowledged is stored, balances, and is verified', async () => {
    await checks.step('all work');
    expect(await checks.audit()).toBeGreaterThan(8);
  });

  test('a transfer that was acknowledged and is not stored fails the run', async () => {
    books.acknowledged++;
    await expect(checks.step('a loss')).rejects.toThrow('After a loss: 9 journals were acknowledged, 8 are stored.');
    books.acknowledged--;
  });

  test('an event that was changed after it was hashed fails the run at the next step, though every sum is right', async () => {
    await withLastJournal('replace(envelope, \'"channel":\', \'"chanel":\')', async () => {
      await expect(checks.step('a lie')).rejects.toThrow(/After a lie: the audit found \w+ at \d+/);
    });
  });

  test('a balance that no journal explains fails the run', async () => {
    const [account] = books.accounts;
    const change = 'update ledger_balances set credits = credits + $2 where account_id = $1';
    await admin.query(change, [account, 1]);
    await expect(checks.step('a gift')).rejects.toThrow('the trial balance is not zero');
    await admin.query(change, [account, -1]);
  });

  test('a journal that does not sum to zero fails the run, and so does the audit', async () => {
    await withLastJournal(`replace(envelope, '"side":"debit"', '"side":"credit"')`, async () => {
      await expect(checks.step('a mistake')).rejects.toThrow('1 journals do not sum to zero');
      await expect(checks.audit()).rejects.toThrow('The audit found');
    });
  });

  test('a journal that is gone leaves a gap, even where nobody was told of it', async () => {
    await admin.query(
      "delete from ledger_events where seq = (select min(seq) from (select seq from ledger_events where type = 'JournalPosted' order by seq desc limit 2) as last)",
    );
    books.acknowledged--;
    await expect(checks.step('a loss')).rejects.toThrow('the log has a gap');
    await expect(checks.audit()).rejects.toThrow('seq_not_dense');
  });
});
