import { randomUUID } from 'node:crypto';
import type { ConnectionSettings } from '@finaegis/platform/database/connection';
import { createPool } from '@finaegis/platform/database/pool';
import type { Pool } from 'pg';
import { type Choice, sidesOf } from './account-choice.ts';
import { runLoad } from './load.ts';
import type { Measurement } from './rounds.ts';

/** The cells of `--compare`. */
const compareCells: readonly { readonly id: string; readonly clients: number; readonly choice: Choice }[] = [
  { id: 'compare-c1', clients: 1, choice: 'uniform' },
  { id: 'compare-c8', clients: 8, choice: 'uniform' },
  { id: 'compare-c64', clients: 64, choice: 'uniform' },
  { id: 'compare-c64-hot1', clients: 64, choice: 'hot1' },
];

const clientsMax = 64;
const accountsCount = 1_000;
const funds = 10n ** 12n;

/** The competitor over its own tables. */
export interface Competitor {
  readonly measurements: readonly Measurement[];
  close(): Promise<void>;
}

/**
 * The simplest correct ledger on the same PostgreSQL: one transaction per transfer that locks the two balances in the order of their ids, looks
 * at the floor, and writes balances, journal and idempotency record. No events, hashes, history, tenants or roles; statements are prepared and
 * travel in two round trips, which is as few as a decision in the client allows.
 */
export const openCompetitor = async (admin: ConnectionSettings): Promise<Competitor> => {
  const owner = createPool(admin, { applicationName: 'competitor', max: 1 });
  await owner.query(schema);
  const accounts = Array.from({ length: accountsCount }, () => randomUUID());
  await owner.query('insert into competitor_balances select id, $2 from unnest($1::uuid[]) as w (id)', [
    accounts,
    funds,
  ]);
  await owner.query('analyze competitor_balances');
  // One pool, whose connection used last is used next: a cell of eight callers keeps to eight of them.
  const pool = createPool(admin, { applicationName: 'competitor', max: clientsMax });
  let acknowledged = 0;
  const measurements = compareCells.map(({ id, clients, choice }): Measurement => {
    const next = sidesOf(choice, accounts);
    return {
      id,
      measure: async (durationMs) => {
        const before = acknowledged;
        const cell = await runLoad({
          callers: clients,
          durationMs,
          call: async () => {
            await transfer(pool, { ...next(), amount: 1n });
            acknowledged++;
          },
        });
        return { cell, transfers: acknowledged - before };
      },
      check: () => check(owner, acknowledged),
    };
  });
  return {
    measurements,
    close: async () => {
      await Promise.all([owner.end(), pool.end()]);
    },
  };
};

const schema = `create table competitor_balances (account_id uuid primary key, balance numeric(38, 0) not null) with (fillfactor = 50);
  create table competitor_journals (id uuid primary key, payer uuid not null, payee uuid not null, amount numeric(38, 0) not null, booked_at timestamptz not null default now());
  create table competitor_answers (key uuid primary key, fingerprint text not null, status smallint not null, body text not null)`;

const transfer = async (
  pool: Pool,
  { from, to, amount }: { readonly from: string; readonly to: string; readonly amount: bigint },
): Promise<void> => {
  const [id, key] = [randomUUID(), randomUUID()];
  const client = await pool.connect();
  try {
    const [, locked] = await Promise.all([
      client.query('begin'),
      client.query<{ account_id: string; balance: string }>({
        name: 'lock',
        text: 'select account_id, balance from competitor_balances where account_id in ($1, $2) order by account_id for update',
        values: [from, to],
      }),
    ]);
    const balance = locked.rows.find((row) => row.account_id === from)?.balance ?? '0';
    if (locked.rows.length !== 2 || BigInt(balance) < amount) throw new Error('The transfer is not covered.');
    const [, , , committed] = await Promise.all([
      client.query({
        name: 'move',
        text: 'update competitor_balances set balance = balance + case account_id when $1 then -$3::numeric else $3::numeric end where account_id in ($1, $2)',
        values: [from, to, amount],
      }),
      client.query({
        name: 'journal',
        text: 'insert into competitor_journals (id, payer, payee, amount) values ($1, $2, $3, $4)',
        values: [id, from, to, amount],
      }),
      client.query({
        name: 'answer',
        text: 'insert into competitor_answers (key, fingerprint, status, body) values ($1, $2, 201, $3)',
        values: [key, key, JSON.stringify({ id, from, to, amount: { amount: '0.01', asset: 'EUR' } })],
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

/** Every acknowledged transfer has its journal and its answer, and no money was made or lost. */
const check = async (owner: Pool, acknowledged: number): Promise<void> => {
  const { rows } = await owner.query<{ journals: bigint; answers: bigint; sum: string }>(
    `select (select count(*) from competitor_journals) as journals, (select count(*) from competitor_answers) as answers,
      (select sum(balance) from competitor_balances)::text as sum`,
  );
  const { journals, answers, sum } = rows[0] ?? { journals: 0n, answers: 0n, sum: '' };
  if (Number(journals) !== acknowledged || Number(answers) !== acknowledged)
    throw new Error(`${acknowledged} transfers of the competitor were acknowledged, ${journals} are stored.`);
  if (BigInt(sum) !== funds * BigInt(accountsCount)) throw new Error(`The competitor's balances sum to ${sum}.`);
};
