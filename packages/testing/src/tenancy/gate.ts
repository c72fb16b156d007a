import type { Pool } from 'pg';

/** A transaction that holds something until it is told to let go, so that a test decides who is waiting for whom. */
export interface Gate {
  query(sql: string, values?: unknown[]): Promise<unknown>;
  open(): Promise<void>;
}

/** Holds what the statement locks. @param pool a superuser's, so that row-level security does not hide the row */
export const hold = async (pool: Pool, sql: string, values: unknown[] = []): Promise<Gate> => {
  const client = await pool.connect();
  await client.query('begin');
  // In a deadlock with somebody, this side never gives up: the other one must.
  await client.query("set local deadlock_timeout = '60s'");
  await client.query(sql, values);
  return {
    query: (more, its) => client.query(more, its),
    open: async () => {
      await client.query('commit');
      client.release();
    },
  };
};
