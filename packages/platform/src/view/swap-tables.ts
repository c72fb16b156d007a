import type { Transaction } from '../database/transaction.ts';

// What PostgreSQL keeps of an identifier (NAMEDATALEN); the rest it cuts off without an error.
const nameLengthMax = 63;

/**
 * The name of the table that is built beside a live one.
 * @throws TypeError when PostgreSQL would cut the name: it could then be that of the live table, which the rebuild would drop
 */
export const rebuildName = (live: string): string => {
  const name = `${live}_rebuild`;
  if (name.length > nameLengthMax) throw new TypeError(`"${live}" is too long a name for a table that can be rebuilt.`);
  return name;
};

/** Drops a live table and gives its name to the one built beside it, with its indexes and constraints; the transaction is the owner's. */
export const putInPlace = async (tx: Transaction, live: string): Promise<void> => {
  const built = rebuildName(live);
  await tx.query(`drop table ${live}`);
  await tx.query(`alter table ${built} rename to ${live}`);
  // So that the schema is the same whether or not it was ever rebuilt. An index that stands for a constraint is renamed with it.
  for (const name of await namesOf(tx, 'select conname as name from pg_constraint where conrelid = $1::regclass', live))
    if (name.startsWith(built))
      await tx.query(`alter table ${live} rename constraint "${name}" to "${name.replace(built, live)}"`);
  const indexes =
    'select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = $1::regclass';
  for (const name of await namesOf(tx, indexes, live))
    if (name.startsWith(built)) await tx.query(`alter index "${name}" rename to "${name.replace(built, live)}"`);
};

const namesOf = async (tx: Transaction, statement: string, table: string): Promise<readonly string[]> => {
  const { rows } = await tx.query<{ name: string }>(statement, [table]);
  return rows.map(({ name }) => name);
};
