import { inTransaction } from '@finaegis/platform/database/transaction';
import type { Services } from '@finaegis/platform/services';
import { type MessageRecords, safeName } from './message-records.ts';

/**
 * Records in PostgreSQL, which every process of a bank sees.
 * @param pool as finaegis_write
 * @param connection the connection whose messages they are
 */
export const postgresRecords = (pool: Services['readPool'], connection: string): MessageRecords => {
  const read: MessageRecords['read'] = async (room, name) => {
    const { rows } = await pool.query<{ content: Buffer }>({
      name: 'bank-message-read',
      text: 'select content from bank_messages where connection = $1 and room = $2 and name = $3',
      values: [connection, room, safeName(name)],
    });
    return rows[0]?.content;
  };
  return {
    write: async (room, name, content) => {
      await pool.query({
        name: 'bank-message-write',
        text: `insert into bank_messages (connection, room, name, content) values ($1, $2, $3, $4)
          on conflict (connection, room, name) do nothing`,
        values: [connection, room, safeName(name), Buffer.from(content)],
      });
    },
    replace: (room, name, next) =>
      inTransaction(pool, { tenants: [] }, async (tx) => {
        const place = [connection, room, safeName(name)];
        // A row that is not there cannot be locked; its name can.
        await tx.query(
          "select pg_advisory_xact_lock(hashtextextended(concat_ws('/', 'bank_messages', $1::text, $2::text, $3::text), 0))",
          place,
        );
        const { rows } = await tx.query<{ content: Buffer }>(
          'select content from bank_messages where connection = $1 and room = $2 and name = $3',
          place,
        );
        const content = next(rows[0]?.content);
        if (content === undefined) return;
        await tx.query(
          `insert into bank_messages (connection, room, name, content) values ($1, $2, $3, $4)
            on conflict (connection, room, name) do update set content = excluded.content, written_at = excluded.written_at`,
          [...place, Buffer.from(content)],
        );
      }),
    read,
    has: async (room, name) => {
      const { rowCount } = await pool.query({
        name: 'bank-message-has',
        text: 'select from bank_messages where connection = $1 and room = $2 and name = $3',
        values: [connection, room, safeName(name)],
      });
      return rowCount === 1;
    },
    list: async (room, beginning = '') => {
      const { rows } = await pool.query<{ name: string }>({
        name: 'bank-message-list',
        text: `select name from bank_messages where connection = $1 and room = $2 and starts_with(name, $3)
          order by name collate "C"`,
        values: [connection, room, beginning],
      });
      return rows.map(({ name }) => name);
    },
  };
};
