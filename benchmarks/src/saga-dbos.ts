import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import type { ConnectionSettings } from '@finaegis/platform/database/connection';
import { createPool } from '@finaegis/platform/database/pool';
import pg from 'pg';

const accountsCount = 1_000;
const funds = 10n ** 12n;
// Twice what DBOS takes by default, once for itself and once for its steps; with half of them it did as well.
const connectionsMax = 20;

/** The same errand at the peer. */
export interface DbosWork {
  errand(): Promise<void>;
  /** @throws Error when what is stored is not what callers were told */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * DBOS on the same PostgreSQL, in a schema of its own: a workflow of three steps, each one transaction that locks two balances in the order of
 * their ids, looks at the floor, and writes both balances and the journal with its postings; the journal's id makes the step harmless to repeat,
 * as a step at least once must be. Statements travel in two round trips. Neither events, hashes, stored answers nor tenants are kept.
 */
export const openDbos = async (admin: ConnectionSettings): Promise<DbosWork> => {
  const pool = createPool(admin, { applicationName: 'dbos-steps', max: connectionsMax });
  await pool.query(schema);
  const accounts = Array.from({ length: accountsCount }, () => randomUUID());
  await pool.query('insert into dbos_balances select id, $2 from unnest($1::uuid[]) as w (id)', [accounts, funds]);
  await pool.query('analyze dbos_balances');
  const { host, port, user, database, password } = admin;
  const systemPool = new pg.Pool({ host, port, user, database, password, max: connectionsMax });
  const errand = DBOS.registerWorkflow(
    async (id: string, stops: readonly string[]): Promise<void> => {
      for (const [place, name] of ['first', 'second', 'third'].entries()) {
        const sides = { journal: `${id}-${name}`, from: stops[place] ?? '', to: stops[place + 1] ?? '' };
        await DBOS.runStep(() => transfer(pool, sides), { name });
      }
    },
    { name: 'errand' },
  );
  DBOS.setConfig({ name: 'benchmark', systemDatabasePool: systemPool, logger: silent, tracingEnabled: false });
  await DBOS.launch();
  let acknowledged = 0;
  return {
    errand: async () => {
      const first = Math.floor(Math.random() * accountsCount);
      const stops = Array.from({ length: 4 }, (_, place) => accounts[(first + place * 7) % accountsCount] ?? '');
      await errand(randomUUID(), stops);
      acknowledged++;
    },
    check: () => check(pool, acknowledged),
    close: async () => {
      await DBOS.shutdown({ deregister: true });
      await Promise.all([pool.end(), systemPool.ended ? undefined : systemPool.end()]);
    },
  };
};

const quiet = (): void => undefined;
const silent = {
  info: quiet,
  debug: quiet,
  warn: quiet,
  error: (entry: unknown) => process.stderr.write(`${String(entry)}\n`),
};

const schema = `create table dbos_balances (account_id uuid primary key, balance numeric(38, 0) not null) with (fillfactor = 50);
  create table dbos_journals (id text primary key, postings jsonb not null, booked_at timestamptz not null default now())`;

interface Transfer {
  readonly journal: string;
  readonly from: string;
  readonly to: string;
}

const transfer = async (pool: pg.Pool, { journal, from, to }: Transfer): Promise<void> => {
  const client = await pool.connect();
  try {
    const [, locked] = await Promise.all([
      client.query('begin'),
      client.query<{ account_id: string; balance: string }>({
        name: 'lock',
        text: 'select account_id, balance from dbos_balances where account_id in ($1, $2) order by account_id for update',
        values: [from, to],
      }),
    ]);
    const balance = locked.rows.find((row) => row.account_id === from)?.balance ?? '0';
    if (locked.rows.length !== 2 || BigInt(balance) < 1n) throw new Error('The transfer is not covered.');
    const postings = [
      { account: from, asset: 'EUR', side: 'debit', amountMinor: '1', purpose: 'principal' },
      { account: to, asset: 'EUR', side: 'credit', amountMinor: '1', purpose: 'principal' },
    ];
    const [, committed] = await Promise.all([
      client.query({
        name: 'move',
        text: `with journal as (insert into dbos_journals (id, postings) values ($1, $4) on conflict do nothing returning 1)
          update dbos_balances set balance = balance + case account_id when $2 then -1 else 1 end
          where account_id in ($2, $3) and exists (select from journal)`,
        values: [journal, from, to, JSON.stringify(postings)],
      }),
      client.query('commit'),
    ]);
    // A transaction that failed in the middle answers COMMIT with ROLLBACK, and no error.
    if (committed.command !== 'COMMIT') throw new Error(`COMMIT was answered with ${committed.command}.`);
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
};

/** Every workflow that callers saw end has succeeded with its three journals, and no money was made or lost. */
const check = async (pool: pg.Pool, acknowledged: number): Promise<void> => {
  const { rows } = await pool.query<{ journals: bigint; succeeded: bigint; others: bigint; sum: string }>(
    `select (select count(*) from dbos_journals) as journals, (select sum(balance) from dbos_balances)::text as sum,
      count(*) filter (where status = 'SUCCESS') as succeeded, count(*) filter (where status <> 'SUCCESS') as others
    from dbos.workflow_status`,
  );
  const { journals, succeeded, others, sum } = rows[0] ?? { journals: 0n, succeeded: 0n, others: 0n, sum: '' };
  if (Number(succeeded) !== acknowledged || others !== 0n || Number(journals) !== 3 * acknowledged)
    throw new Error(
      `Callers saw ${acknowledged} workflows of DBOS end; stored are ${succeeded} ended, ${others} others and ${journals} journals.`,
    );
  if (BigInt(sum) !== funds * BigInt(accountsCount)) throw new Error(`The balances beside DBOS sum to ${sum}.`);
};
