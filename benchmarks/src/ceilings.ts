import { randomBytes, randomUUID } from 'node:crypto';
import type { ConnectionSettings } from '@finaegis/platform/database/connection';
import { createPool } from '@finaegis/platform/database/pool';
import type { Pool } from 'pg';
import { runLoad } from './load.ts';

/** Tables to copy for the ceiling of set-based inserts, with a sample of the rows that one transfer writes into each. */
export interface SetInsert {
  /** Runs one statement with the rows of a thousand transfers into the copies. */
  insertThousand(pool: Pool): Promise<unknown>;
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
  { insertThousand }: SetInsert,
  durationMs: number,
): Promise<number> => {
  const pool = createPool(admin, { applicationName: 'ceiling', max: 1 });
  const { perSecond } = await runLoad({
    callers: 1,
    durationMs,
    unitsPerCall: 1_000,
    call: () => insertThousand(pool),
  });
  await pool.end();
  return perSecond;
};
