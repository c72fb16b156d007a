import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '@finaegis/platform/database/embedded';
import { createPool } from '@finaegis/platform/database/pool';
import { processIdentity } from '@finaegis/platform/database/process-identity';
import { describe, expect, inject, it } from 'vitest';
import type { TestProject } from 'vitest/node';
import { type DatabaseTemplate, freshDatabase } from './fresh-database.ts';
import { setup } from './shared-cluster.ts';

describe('a fresh database', () => {
  it("is nobody else's, and gone when dropped, whoever is still connected", async () => {
    const [mine, yours] = await Promise.all([freshDatabase(), freshDatabase()]);
    const pool = createPool(mine.adminConnection, { applicationName: 'mine' });
    const other = createPool(yours.adminConnection, { applicationName: 'yours' });
    await pool.query('create table secret (id int)');
    expect((await other.query("select to_regclass('secret') as found")).rows).toEqual([{ found: null }]);
    await mine.drop();
    await expect(pool.query('select 1')).rejects.toThrow(/does not exist|terminat/);
    await Promise.all([pool.end(), other.end()]);
    await yours.drop();
  });

  it('copies a template that was prepared once, however many ask for it together', async () => {
    let prepared = 0;
    const template: DatabaseTemplate = {
      name: 'fresh_database_test',
      prepare: async (admin) => {
        prepared += 1;
        const pool = createPool(admin, { applicationName: 'prepare' });
        await pool.query('create table city as select 1 as id');
        await pool.end();
      },
    };
    const databases = await Promise.all([freshDatabase(template), freshDatabase(template), freshDatabase(template)]);
    expect(prepared).toBe(1);
    for (const database of databases) {
      const pool = createPool(database.adminConnection, { applicationName: 'copy' });
      expect((await pool.query('select id from city')).rows).toEqual([{ id: 1 }]);
      await pool.end();
      await database.drop();
    }
  });
});

describe('a test run', () => {
  const runSetup = async (): Promise<{ folder: string; teardown: () => Promise<void> }> => {
    let folder = '';
    const project = { provide: (_: string, value: string) => (folder = value) } as unknown as TestProject;
    return { teardown: await setup(project), folder };
  };

  it('has a data folder of its own, beside those of other runs, and removes it with its server', async () => {
    const { folder, teardown } = await runSetup();
    expect(folder).not.toBe(inject('testDataFolder'));
    const server = await startEmbedded({ dataFolder: folder });
    await teardown();
    expect(existsSync(folder)).toBe(false);
    expect(await processIdentity(server.pid)).toBeUndefined();
    expect(existsSync(inject('testDataFolder'))).toBe(true);
  });

  it('clears away what a killed run left behind', async () => {
    const dead = spawn('true');
    await new Promise((resolve) => dead.once('exit', resolve));
    const abandoned = mkdtempSync(join(tmpdir(), `finaegis-test-${dead.pid}-`));
    const { pid } = await startEmbedded({ dataFolder: abandoned });
    const { teardown } = await runSetup();
    expect(existsSync(abandoned)).toBe(false);
    expect(await processIdentity(pid)).toBeUndefined();
    await teardown();
  });
});
