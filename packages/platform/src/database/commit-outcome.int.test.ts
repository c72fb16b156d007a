import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type FreshDatabase, freshDatabase } from '@finaegis/testing/database/fresh-database';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from './pool.ts';
import { CommitUnknown, DatabaseFault, inTransaction, transactionOutcome } from './transaction.ts';

// A real line that can be cut at a chosen moment: a proxy between the pool and the server's socket.
let cutAt: 'commit sent' | 'commit answered' | 'never' = 'never';
let folder: string;
let proxy: Server;
let database: FreshDatabase;
let direct: Pool;
let proxied: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  folder = mkdtempSync(join(tmpdir(), 'line-'));
  proxy = createServer((client) => {
    const server = connect(join(database.adminConnection.host, `.s.PGSQL.${database.adminConnection.port}`));
    let isCommitSent = false;
    const cut = (): void => {
      client.destroy();
      server.destroy();
    };
    client.on('data', (bytes) => {
      isCommitSent ||= bytes.includes('commit\0');
      if (isCommitSent && cutAt === 'commit sent') return cut();
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (isCommitSent && cutAt === 'commit answered') return cut();
      client.write(bytes);
    });
    for (const end of [client, server]) end.on('error', cut).on('close', cut);
  });
  await new Promise<void>((listening) => proxy.listen(join(folder, '.s.PGSQL.5432'), listening));
  direct = createPool(database.adminConnection, { applicationName: 'direct' });
  proxied = createPool({ ...database.adminConnection, host: folder, port: 5432 }, { applicationName: 'proxied' });
  await direct.query('create table entry (id int primary key)');
  await direct.query(
    `create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(20); return null; end $$`,
  );
  await direct.query('create table slow (id int)');
  await direct.query(
    'create constraint trigger dawdle after insert on slow deferrable initially deferred for each row execute function dawdle()',
  );
});

afterAll(async () => {
  await proxied.end();
  await direct.end();
  proxy.close();
  rmSync(folder, { recursive: true });
  await database.drop();
});

const unknownOf = async (work: Promise<unknown>): Promise<CommitUnknown> => {
  const outcome = await work.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(CommitUnknown);
  return outcome as CommitUnknown;
};

const insert = (pool: Pool, id: number): Promise<unknown> =>
  inTransaction(pool, { tenants: [], wantsTransactionId: true }, (tx) =>
    tx.query('insert into entry values ($1)', [id]),
  );

const settledOutcome = async (transactionId: string | undefined): Promise<string> => {
  for (;;) {
    const outcome = await transactionOutcome(direct, transactionId ?? 'not known');
    if (outcome !== 'in progress') return outcome;
    await pause(10);
  }
};

describe('a COMMIT whose answer never came', () => {
  it('is found committed when the server had done it', async () => {
    cutAt = 'commit answered';
    const fault = await unknownOf(insert(proxied, 1));
    cutAt = 'never';
    expect(await settledOutcome(fault.transactionId)).toBe('committed');
    expect((await direct.query('select id from entry where id = 1')).rowCount).toBe(1);
  });

  it('is found aborted when the server never heard it', async () => {
    cutAt = 'commit sent';
    const fault = await unknownOf(insert(proxied, 2));
    cutAt = 'never';
    expect(await settledOutcome(fault.transactionId)).toBe('aborted');
    expect((await direct.query('select id from entry where id = 2')).rowCount).toBe(0);
  });

  it('is unknown, not failed, when the server process is terminated while committing', async () => {
    const running = unknownOf(
      inTransaction(direct, { tenants: [], wantsTransactionId: true }, (tx) => tx.query('insert into slow values (1)')),
    );
    const terminate =
      "select pg_terminate_backend(pid) from pg_stat_activity where query = 'commit' and state = 'active' and datname = current_database()";
    while ((await direct.query(terminate)).rowCount === 0) await pause(10);
    expect(await settledOutcome((await running).transactionId)).toBe('aborted');
  });

  it('carries no id when none was asked for', async () => {
    cutAt = 'commit answered';
    const fault = await unknownOf(
      inTransaction(proxied, { tenants: [] }, (tx) => tx.query('insert into entry values (3)')),
    );
    cutAt = 'never';
    expect(fault.transactionId).toBeUndefined();
  });
});

describe('a connection lost before COMMIT', () => {
  it('is a definite failure, and the pool goes on with another connection', async () => {
    const work = inTransaction(direct, { tenants: [] }, async (tx) => {
      await tx.query('insert into entry values (4)');
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await proxied.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await tx.query('select pg_sleep(1)');
    });
    const fault = await work.catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(DatabaseFault);
    expect(fault).not.toBeInstanceOf(CommitUnknown);
    expect((fault as DatabaseFault).code).toBe('connection_lost');
    expect((await direct.query('select id from entry where id = 4')).rowCount).toBe(0);
  });

  it('while idle in the pool ends nothing and is reported', async () => {
    const errors: Error[] = [];
    const idle = createPool(database.adminConnection, {
      applicationName: 'idle',
      max: 1,
      onError: (error) => errors.push(error),
    });
    const { rows } = await idle.query<{ pid: number }>('select pg_backend_pid() as pid');
    await direct.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    while (errors.length === 0) await pause(5);
    expect((await idle.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await idle.end();
  });
});

describe('the outcome of a transaction', () => {
  it('is in progress while it runs', async () => {
    await inTransaction(direct, { tenants: [], wantsTransactionId: true }, async (tx) => {
      await tx.query('select 1');
      expect(await transactionOutcome(proxied, tx.transactionId ?? '')).toBe('in progress');
    });
  });

  it('is aborted for an id the server has not given out: it forgot it in a crash', async () => {
    expect(await transactionOutcome(direct, '4000000000')).toBe('aborted');
  });
});
