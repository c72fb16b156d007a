import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionSettings } from '@finaegis/platform/database/connection';
import { createPool } from '@finaegis/platform/database/pool';
import type { Pool } from 'pg';
import { runLoad } from './load.ts';
import { median } from './report.ts';

/** Copies of the tables that one transfer writes, and the rows of a thousand transfers for them. */
export interface SetInsert {
  /** Makes the copies, empty. */
  prepare(pool: Pool): Promise<void>;
  /** Runs one statement with the rows of a thousand transfers into the copies. */
  insertThousand(pool: Pool): Promise<unknown>;
  remove(pool: Pool): Promise<unknown>;
}

/** Commits per second of a named one-row INSERT of so many bytes into a table with a uuid key: what eight clients, or one, can do at best. */
export const oneRowInsert = async (
  admin: ConnectionSettings,
  { clients, bytes, durationMs }: { readonly clients: number; readonly bytes: number; readonly durationMs: number },
): Promise<number> => {
  const pool = createPool(admin, { applicationName: 'ceiling', max: clients });
  await pool.query('create table if not exists ceiling_rows (id uuid primary key, payload text not null)');
  const payload = randomBytes(Math.ceil(bytes / 2))
    .toString('hex')
    .slice(0, bytes);
  const { perSecond } = await runLoad({
    callers: clients,
    durationMs,
    call: () =>
      pool.query({
        name: 'ceiling',
        text: 'insert into ceiling_rows (id, payload) values ($1, $2)',
        values: [randomUUID(), payload],
      }),
  });
  await pool.query('drop table ceiling_rows');
  await pool.end();
  return perSecond;
};

/** Transfers per second when the rows of a thousand of them go in with one statement. */
export const setInsertRate = async (
  admin: ConnectionSettings,
  { prepare, insertThousand, remove }: SetInsert,
  durationMs: number,
): Promise<number> => {
  const pool = createPool(admin, { applicationName: 'ceiling', max: 1 });
  await prepare(pool);
  const { perSecond } = await runLoad({
    callers: 1,
    durationMs,
    unitsPerCall: 1_000,
    call: () => insertThousand(pool),
  });
  await remove(pool);
  await pool.end();
  return perSecond;
};

const pageBytes = 8_192;

/** Milliseconds (median) to write 8 kB at the end of a file of the data folder and have the disk keep them: the least any commit waits. */
export const fdatasyncLatency = (dataFolder: string, durationMs: number): number => {
  const path = join(dataFolder, 'fdatasync.tmp');
  const page = randomBytes(pageBytes);
  const file = openSync(path, 'w', 0o600);
  const durations: number[] = [];
  try {
    for (const end = performance.now() + durationMs; performance.now() < end; ) {
      const began = performance.now();
      writeSync(file, page);
      fdatasyncSync(file);
      durations.push(performance.now() - began);
    }
  } finally {
    closeSync(file);
    rmSync(path);
  }
  return Math.round(median(durations) * 1_000) / 1_000;
};
