import { createHash } from 'node:crypto';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownRecords } from './files.ts';
import { type CzechBankRun, runCzechBank } from './run.ts';

let test: TestBank;
const tenantId = '0190a000-0000-7000-8000-0000000000cb';
const timeoutMs = 180_000;

// A view that stopped would show as statements that never come; its reason is what one wants to read then.
const stopped = () => [...(test.follower?.stopped ?? []), ...test.faults];

const run = (month: number): Promise<CzechBankRun> =>
  runCzechBank({ bank: test.bank, folder: ownRecords, month, tenantId }).catch((error: unknown) => {
    throw new Error(`The run failed; stopped are ${JSON.stringify(stopped())}.`, { cause: error });
  });

/** Every balance row in one digest: what must not change when nothing moves. */
const balances = async (): Promise<string> => {
  const { rows } = await test.adminPool.query(
    'select account_id, asset, debits, credits, held_out from ledger_balances where tenant_id = $1 order by account_id, asset',
    [tenantId],
  );
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
};

beforeAll(async () => {
  test = await startTestBank();
});

afterAll(async () => {
  await test.close();
});

describe('the real bank', () => {
  it(
    'imports its clients and accounts, runs a month of standing orders, settles with 13 banks and issues its statements',
    async () => {
      const { report, why, bad } = await run(1);
      const { seconds, auditRoot, ...counts } = report;
      expect(counts).toEqual({
        parties: 5_369,
        accounts: 4_500,
        clients: 5_369,
        orders: 6_471,
        executed: 6_471,
        refused: 0,
        totalMinor: '212289936',
        banks: 13,
        statements: 3_758,
        coherent: true,
      });
      expect(auditRoot).toMatch(/^[0-9a-f]{128}$/);
      expect([why, bad]).toEqual([undefined, []]);
      // The bar is 20 on two idle cores; tests share theirs.
      expect(seconds).toBeLessThan(60);
    },
    timeoutMs,
  );

  it('keeps every standing order, each on the account that pays', async () => {
    const { rows } = await test.adminPool.query(
      'select count(*)::int as orders, count(distinct account_id)::int as accounts, sum(amount)::text as monthly from account_standing_orders where tenant_id = $1',
      [tenantId],
    );
    expect(rows).toEqual([{ orders: 6_471, accounts: 3_758, monthly: '212289936' }]);
  });

  it('owes the other banks nothing and keeps nothing in cash, for all that was paid in was paid out', async () => {
    const { rows } = await test.adminPool.query(
      "select count(*)::int as accounts, bool_and(debits = credits) as settled, sum(credits)::text as moved from ledger_balances where tenant_id = $1 and account_id like 'main:clearing/bank-%'",
      [tenantId],
    );
    expect(rows).toEqual([{ accounts: 13, settled: true, moved: '212289936' }]);
    const cash = await test.bank.modules.ledger.reads.balances(tenantId, 'main:cash');
    expect(cash).toMatchObject([{ asset: 'CZK', debitsMinor: 212_289_936n, creditsMinor: 212_289_936n }]);
  });

  it('issues statements by each account’s own cycle, weekly ones for the week that had movements', async () => {
    const { rows } = await test.adminPool.query(
      `select a.statement_cycle as cycle, max(s.to_date)::text as last, count(*)::int from account_statements s
        join account_accounts a on a.tenant_id = s.tenant_id and a.account_id = s.account_id where s.tenant_id = $1 group by 1 order by 1`,
      [tenantId],
    );
    expect(rows).toMatchObject([
      { cycle: 'monthly', last: '2019-01-31' },
      { cycle: 'transaction', last: '2019-01-02' },
      { cycle: 'weekly', last: '2019-01-06' },
    ]);
  });

  it(
    'run again, imports and executes nothing and says why',
    async () => {
      const before = await balances();
      const { report, why } = await run(1);
      expect(report).toMatchObject({
        parties: 0,
        accounts: 0,
        clients: 5_369,
        executed: 0,
        refused: 0,
        totalMinor: '0',
        statements: 0,
        coherent: true,
      });
      expect(why).toMatch(/Month 1 .* is over/);
      expect(await balances()).toBe(before);
    },
    timeoutMs,
  );

  it(
    'without new money, is refused every order of a second month and moves no balance',
    async () => {
      const before = await balances();
      const { report, why } = await run(2);
      expect(report).toMatchObject({
        parties: 0,
        executed: 0,
        refused: 6_471,
        totalMinor: '0',
        banks: 13,
        coherent: true,
      });
      expect(why).toBe('6471 orders were refused: insufficient_funds 6471.');
      expect(await balances()).toBe(before);
    },
    timeoutMs,
  );
});
