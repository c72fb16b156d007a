import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FreshDatabase, freshDatabase } from '@finaegis/testing/database/fresh-database';
import { counterModule } from '@finaegis/testing/tenancy/counter';
import { inspectTenancy } from '@finaegis/testing/tenancy/inspect';
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { platformTenantId } from '../auth/principal.ts';
import { createPool } from '../database/pool.ts';
import { provision } from './provision.ts';
import { roleConnections, rolePassword, roleVerifier } from './role-passwords.ts';
import { assertServable, servingRoles } from './roles.ts';

const modules = [{ name: 'tenancy', tables: [], views: [] }, counterModule];

let database: FreshDatabase;
let admin: Pool;
const opened: Pool[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  admin = createPool(database.adminConnection, { applicationName: 'provision-test', max: 2 });
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((pool) => pool.end()));
});

afterAll(async () => {
  await admin.end();
  await database.drop();
});

const open = (
  settings: Parameters<typeof createPool>[0],
  options: Partial<Parameters<typeof createPool>[1]> = {},
): Pool => {
  const pool = createPool(settings, { applicationName: 'provision-test', max: 1, ...options });
  opened.push(pool);
  return pool;
};

describe('provisioning', () => {
  it('lets two processes that start together make one bank', async () => {
    const [one, other] = await Promise.all([
      provision(database.adminConnection, { modules }),
      provision(database.adminConnection, { modules }),
    ]);
    const created = [...one.created, ...other.created];
    expect(new Set(created).size).toBe(created.length);
    expect(created).toEqual(
      expect.arrayContaining([
        '0002_event_store.sql',
        'tenancy_events',
        'counter_events',
        'counters',
        'counter_log_v1',
      ]),
    );
    expect((await admin.query('select status from tenants where tenant_id = $1', [platformTenantId])).rows).toEqual([
      { status: 'active' },
    ]);
    expect((await admin.query('select seq from tenant_heads where tenant_id = $1', [platformTenantId])).rows).toEqual([
      { seq: 0n },
    ]);
  });

  it('changes nothing when everything is in place', async () => {
    expect((await provision(database.adminConnection, { modules })).created).toEqual([]);
  });

  it('adds a context that a newer release brings', async () => {
    const { created } = await provision(database.adminConnection, {
      modules: [...modules, { name: 'newcomer', tables: [], views: [] }],
    });
    expect(created).toEqual(['newcomer_events']);
  });

  it('makes everything the owner’s, so that no serving role owns a table', async () => {
    const { rows } = await admin.query(
      "select relname, relowner::regrole::text as owner from pg_class where relname in ('events', 'counter_events', 'counters', 'counter_log_v1', 'tenants') order by 1",
    );
    expect(new Set(rows.map(({ owner }: { owner: string }) => owner))).toEqual(new Set(['finaegis_owner']));
  });

  it('refuses a name that could not be a context', async () => {
    await expect(
      provision(database.adminConnection, { modules: [{ name: "x'; drop table events --", tables: [], views: [] }] }),
    ).rejects.toThrow(TypeError);
  });

  it('refuses to leave a server on the network without passwords', async () => {
    await expect(provision({ ...database.adminConnection, host: '127.0.0.1' }, { modules })).rejects.toThrow(
      'FINAEGIS_MASTER_KEY',
    );
  });

  it('stores passwords that PostgreSQL accepts, without sending them', async () => {
    const masterKey = Buffer.alloc(32, 7);
    // Roles are the whole cluster's, so another role stands in for the three that other tests use at this moment.
    await admin.query(`create role password_probe login password '${roleVerifier(masterKey, 'finaegis_write')}'`);
    const { rows } = await admin.query<{ rolpassword: string }>(
      "select rolpassword from pg_authid where rolname = 'password_probe'",
    );
    await admin.query('drop role password_probe');
    expect(rows[0]?.rolpassword).toBe(roleVerifier(masterKey, 'finaegis_write'));
    expect(roleVerifier(Buffer.alloc(32, 8), 'finaegis_write')).not.toBe(rows[0]?.rolpassword);
  });
});

describe('the check before serving', () => {
  it('lets the writer and the reader serve', async () => {
    const { write, read } = await provision(database.adminConnection, { modules });
    await expect(assertServable(open(write))).resolves.toBeUndefined();
    await expect(assertServable(open(read))).resolves.toBeUndefined();
  });

  it('refuses a superuser, and says what to do', async () => {
    await expect(assertServable(admin)).rejects.toMatchObject({
      name: 'NotServable',
      code: 'superuser',
      message: expect.stringContaining('finaegis migrate') as string,
    });
  });

  it('refuses a superuser that only acts as the writer', async () => {
    await expect(assertServable(open(database.adminConnection, { role: 'finaegis_write' }))).rejects.toMatchObject({
      code: 'superuser',
    });
  });

  it('refuses the system role, which bypasses row-level security', async () => {
    const { system } = await provision(database.adminConnection, { modules });
    await expect(assertServable(open(system))).rejects.toMatchObject({ code: 'bypasses_row_security' });
  });

  it('refuses whoever owns a table or may become its owner', async () => {
    await admin.query('create role member_probe login in role finaegis_owner');
    const failure: unknown = await assertServable(open({ ...database.adminConnection, user: 'member_probe' })).catch(
      (error: unknown) => error,
    );
    await Promise.all(opened.splice(0).map((pool) => pool.end()));
    await admin.query('drop role member_probe');
    expect(failure).toMatchObject({ code: 'owns_tables' });
  });

  it('refuses a login that acts as another role', async () => {
    await admin.query('create role actor_probe login in role finaegis_write');
    const failure: unknown = await assertServable(
      open({ ...database.adminConnection, user: 'actor_probe' }, { role: 'finaegis_write' }),
    ).catch((error: unknown) => error);
    await Promise.all(opened.splice(0).map((pool) => pool.end()));
    await admin.query('drop role actor_probe');
    expect(failure).toMatchObject({ code: 'acts_as_another_role' });
  });
});

describe('a server that asks for passwords', () => {
  it('lets the roles in with those derived from the master key, and with no others', async () => {
    const passwords = { masterKey: Buffer.alloc(32, 9) };
    const { read } = await provision(database.adminConnection, { modules, passwords });
    // The rule is about this file's database only; everybody else in the cluster goes on entering without one.
    const rules = join(inject('testDataFolder'), 'postgres', 'pg_hba.conf');
    writeFileSync(rules, `local ${read.database} finaegis_read scram-sha-256\n${readFileSync(rules, 'utf8')}`);
    await admin.query('select pg_reload_conf()');
    const enter = (connection: typeof read): Promise<unknown> => open(connection).query('select 1');
    const wrong = roleConnections(database.adminConnection, Buffer.alloc(32, 10)).read;
    await expect.poll(() => enter(wrong).catch((error: unknown) => (error as { code?: string }).code)).toBe('28P01');
    await expect(enter(read)).resolves.toMatchObject({ rowCount: 1 });
  });

  it('is provisioned by an administrator who is no superuser, such as managed servers have', async () => {
    const name = `managed_${randomBytes(4).toString('hex')}`;
    await admin.query(`create role ${name} login createrole createdb bypassrls`);
    // As their maker it would be their administrator; here the superuser of the run made them first.
    for (const role of ['finaegis_owner', ...servingRoles])
      await admin.query(`grant ${role} to ${name} with admin option`);
    await admin.query(`create database ${name} owner ${name}`);
    const managed = { ...database.adminConnection, user: name, database: name };
    try {
      const { created, write } = await provision(managed, { modules });
      expect(created).toContain('counter_events');
      await expect(assertServable(open(write))).resolves.toBeUndefined();
      const client = await open({ ...database.adminConnection, database: name }).connect();
      expect(await inspectTenancy(client)).toEqual([]);
      client.release();
    } finally {
      await Promise.all(opened.splice(0).map((pool) => pool.end()));
      await admin.query(`drop database ${name} with (force)`);
      await admin.query(`drop role ${name}`);
    }
  });
});

describe('the password of a role', () => {
  it('is the one whose keys PostgreSQL is given (RFC 5802: StoredKey = H(ClientKey))', () => {
    const masterKey = Buffer.alloc(32, 7);
    const [, iterations = '', salt = '', storedKey = ''] =
      /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/.exec(roleVerifier(masterKey, 'finaegis_read')) ?? [];
    const salted = pbkdf2Sync(
      rolePassword(masterKey, 'finaegis_read'),
      Buffer.from(salt, 'base64'),
      Number(iterations),
      32,
      'sha256',
    );
    const clientKey = createHmac('sha256', salted).update('Client Key').digest();
    expect(createHash('sha256').update(clientKey).digest('base64')).toBe(storedKey);
  });

  it('differs from role to role', () => {
    const masterKey = Buffer.alloc(32, 7);
    expect(rolePassword(masterKey, 'finaegis_read')).not.toBe(rolePassword(masterKey, 'finaegis_write'));
  });
});
