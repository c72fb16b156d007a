import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readConfig } from '@finaegis/platform/config/config';
import type { ConnectionSettings } from '@finaegis/platform/database/connection';
import { startEmbedded } from '@finaegis/platform/database/embedded';
import { createPool } from '@finaegis/platform/database/pool';
import { openBank } from '@finaegis/server/bank';
import { openDatabase } from '@finaegis/server/database';
import { demoTenantId } from '@finaegis/server/demo';
import { examineCoherence } from '@finaegis/testing/assert-coherent';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { balanceOf, type Caller, callerOf, eur, itemsOf, textOf } from '../api.ts';
import { dataFolder, type ServerProcess, startServer } from '../server-process.ts';

type Folder = Awaited<ReturnType<typeof dataFolder>>;

const run = promisify(execFile);
const cli = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));

let original: Folder;
let restored: Folder;
let server: ServerProcess;
let caller: Caller;
let payer: string;
let payee: string;
let hashesAtBackup: readonly string[];
let eventsAfter: number;
let late: { readonly position: string; readonly cursor: string; readonly transfer: { readonly id: string } };

const callerAt = ({ url, authorization }: ServerProcess): Caller => callerOf(url, authorization);
const transfer = (id: string = randomUUID()) => ({ id, from: payer, to: payee, amount: eur('0.01') });

const asAdmin = async <T>(folder: string, work: (admin: Pool, at: ConnectionSettings) => Promise<T>): Promise<T> => {
  const embedded = await startEmbedded({ dataFolder: join(folder, 'postgres') });
  const admin = createPool(embedded.adminConnection, { applicationName: 'restore test', max: 1 });
  try {
    return await work(admin, embedded.adminConnection);
  } finally {
    await admin.end();
    await embedded.stop();
  }
};

const hashes = async (admin: Pool): Promise<readonly string[]> => {
  const { rows } = await admin.query<{ line: string }>(
    `select concat_ws(' ', tenant_id, seq, encode(hash, 'hex')) as line from events order by tenant_id, seq`,
  );
  return rows.map(({ line }) => line);
};

/** A base backup of a server that goes on working: its files as they lie there, then the log that makes them consistent. */
const baseBackup = (from: string, to: string): Promise<readonly string[]> =>
  asAdmin(from, async (admin) => {
    const [source, target] = [join(from, 'postgres', 'postgres'), join(to, 'postgres', 'postgres')];
    await admin.query(`select pg_backup_start('restore test', true)`);
    const seen = await hashes(admin);
    await run('mkdir', ['-p', join(to, 'postgres')]);
    await run('cp', ['-a', source, target]).catch((error: unknown) => {
      // Files come and go under a running server; cp tells of those that went, and the log makes up for them.
      if (!/No such file/.test(String(error))) throw error;
    });
    await pause(300);
    const { rows } = await admin.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    await rm(join(target, 'pg_wal'), { recursive: true });
    await run('cp', ['-a', join(source, 'pg_wal'), join(target, 'pg_wal')]);
    await rm(join(target, 'postmaster.pid'));
    await writeFile(join(target, 'backup_label'), rows[0]?.labelfile ?? '');
    await run('chown', [`--reference=${target}`, join(target, 'backup_label')]);
    for (const secret of ['master.key', 'demo.key']) await run('cp', ['-a', join(from, secret), to]);
    return seen;
  });

beforeAll(async () => {
  [original, restored] = [await dataFolder(), await dataFolder()];
  server = await startServer(original.path, { RATE_LIMIT_WRITE: '100000/100000' });
  caller = callerAt(server);
  [payer = '', payee = ''] = itemsOf(await caller.see('/v1/accounts')).map((one) => textOf(one, 'accountId'));
  await caller.make('/v1/deposits', { accountId: payer, amount: eur('1000.00') });
  // The bank works while it is backed up.
  let isOver = false;
  const working = (async () => {
    while (!isOver) await Promise.all(Array.from({ length: 8 }, () => caller.post('/v1/transfers', transfer())));
  })();
  await pause(300);
  hashesAtBackup = await baseBackup(original.path, restored.path);
  isOver = true;
  await working;
  const lost = transfer();
  const { headers } = await caller.post('/v1/transfers', lost);
  const list = await caller.see('/v1/journals?limit=2');
  late = {
    position: headers.get('finaegis-position') ?? '',
    cursor: textOf(list, 'nextCursor'),
    transfer: lost,
  };
  eventsAfter = (await asAdmin(original.path, hashes)).length;
  await server.stop();
  await run(process.execPath, [cli, 'migrate', '--new-epoch', '--yes'], {
    env: { PATH: process.env['PATH'] ?? '', FINAEGIS_DATA: restored.path },
  });
  server = await startServer(restored.path);
  caller = callerAt(server);
});

afterAll(async () => {
  await server.kill();
  await Promise.all([original.remove(), restored.remove()]);
});

/** What a look at everything finds wrong. */
const problemsOf = async (environment: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const database = await openDatabase(readConfig({ FINAEGIS_DATA: restored.path, ...environment }));
  const bank = await openBank({ connections: database, masterKey: database.masterKey });
  try {
    return (await examineCoherence(bank, demoTenantId)).problems;
  } finally {
    await bank.close();
    await database.close();
  }
};

describe('a bank restored from a backup that was taken while it worked', () => {
  it('has the log up to then, byte for byte, and none of what came later', async () => {
    const found = await asAdmin(restored.path, hashes);
    const kept = new Set(found);
    expect(hashesAtBackup.length).toBeGreaterThan(50);
    expect(hashesAtBackup.filter((line) => !kept.has(line))).toEqual([]);
    expect(found.length).toBeLessThan(eventsAfter);
  });

  it('verifies, and its balances, holds and views are as a replay makes them', async () => {
    expect(await problemsOf({})).toEqual([]);
  });

  it('does not know positions and cursors from after the backup, rather than mistaking them for others', async () => {
    expect(await caller.get('/v1/journals', { position: late.position })).toMatchObject({
      status: 400,
      body: { code: 'position_unknown' },
    });
    expect(await caller.get(`/v1/journals?limit=2&cursor=${late.cursor}`)).toMatchObject({
      status: 400,
      body: { code: 'position_unknown' },
    });
    const list = await caller.see('/v1/journals?limit=2');
    await caller.see(`/v1/journals?limit=2&cursor=${textOf(list, 'nextCursor')}`);
  });

  it('reads the personal data, since the master key was kept with it', async () => {
    const names = itemsOf(await caller.see('/v1/parties')).map(({ name }) => (name as { family?: string }).family);
    expect(names).toContain('Nováková');
  });

  it('books what was lost when it is asked for again, once', async () => {
    const before = await balanceOf(caller, payee);
    expect((await caller.post('/v1/transfers', late.transfer)).status).toBe(201);
    expect((await caller.post('/v1/transfers', late.transfer)).status).toBe(200);
    const after = await balanceOf(caller, payee);
    const cents = ({ posted }: typeof before): number =>
      Math.round(Number((posted as { amount: string }).amount) * 100);
    expect(cents(after)).toBe(cents(before) + 1);
  });
});

describe('a bank moved to another database row by row, as pg_dump does', () => {
  it('has the same log and reads on where it was', async () => {
    // Nothing changes any more, so that the copy can be held against it.
    expect(await server.stop()).toBe(0);
    await asAdmin(restored.path, async (admin, at) => {
      await admin.query('create database moved');
      const url = `postgres:///moved?user=postgres&host=${encodeURIComponent(at.host)}`;
      const environment = { FINAEGIS_DATA: restored.path, DATABASE_URL: url };
      await (await openDatabase(readConfig(environment))).close();
      const moved = createPool({ ...at, database: 'moved' }, { applicationName: 'restore test', max: 1 });
      try {
        await moveRows(admin, moved);
        expect(await hashes(moved)).toEqual(await hashes(admin));
        expect(await epochOf(moved)).toEqual(await epochOf(admin));
      } finally {
        await moved.end();
      }
      expect(await problemsOf(environment)).toEqual([]);
    });
    server = await startServer(restored.path);
  });
});

const epochOf = async (pool: Pool): Promise<unknown> => (await pool.query('select epoch from log_epoch')).rows;

/** Every row of every table into one of the same name; what a trigger refuses to change is replaced as a restore does, with triggers off. */
const moveRows = async (from: Pool, to: Pool): Promise<void> => {
  const { rows: tables } = await from.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname = 'public' and not exists (select from pg_inherits where inhparent = format('%I.%I', schemaname, tablename)::regclass)
      order by 1`,
  );
  await to.query('set session_replication_role = replica');
  for (const { name } of tables) {
    const { rows } = await from.query<{ rows: string }>(
      `select coalesce(jsonb_agg(t), '[]')::text as rows from ${name} t`,
    );
    await to.query(`delete from ${name}`);
    await to.query(`insert into ${name} select * from jsonb_populate_recordset(null::${name}, $1::jsonb)`, [
      rows[0]?.rows,
    ]);
  }
};
