import type { Pool } from 'pg';
import { tableName, type View } from './view.ts';

/** Creates the tables of views that are not there yet, with row-level security and grants. Run by the owner after the migrations. */
export const ensureViews = async (ownerPool: Pool, views: readonly View[]): Promise<void> => {
  for (const view of views) {
    for (const { suffix, create } of view.tables) {
      const name = tableName(view, suffix);
      const client = await ownerPool.connect();
      try {
        await client.query('begin');
        await client.query('select pg_advisory_xact_lock(7032110842116)');
        await client.query('set local role finaegis_owner');
        const { rows } = await client.query<{ found: string | null }>('select to_regclass($1)::text as found', [name]);
        if (rows[0]?.found === null) await createTable(client, name, create(name));
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    }
  }
};

/** Creates one protected table; `client` is inside a transaction as the owner. */
export const createTable = async (
  client: { query(text: string, values?: unknown[]): Promise<unknown> },
  name: string,
  ddl: string,
): Promise<void> => {
  await client.query(ddl);
  await client.query(`select finaegis_protect('${name}')`);
  await client.query(`grant select, insert, update, delete on ${name} to finaegis_write`);
  await client.query(`grant select on ${name} to finaegis_read`);
};
