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

/** Drops a live table and gives its name, and those of its indexes and constraints, to the one built beside it; the transaction is the owner's. */
export const putInPlace = async (tx: Transaction, live: string): Promise<void> => {
  const built = rebuildName(live);
  const [oldConstraints, oldIndexes] = [await readParts(tx, constraints, live), await readParts(tx, indexes, live)];
  await tx.query(`drop table ${live}`);
  await tx.query(`alter table ${built} rename to ${live}`);
  // So that the schema is the same whether or not it was ever rebuilt: PostgreSQL has shortened long automatic names, so that they cannot be
  // derived from the table's.
  for (const [from, to] of renamings(await readParts(tx, constraints, live), oldConstraints))
    await tx.query(`alter table ${live} rename constraint "${from}" to "${to}"`);
  for (const [from, to] of renamings(await readParts(tx, indexes, live), oldIndexes))
    await tx.query(`alter index "${from}" rename to "${to}"`);
};

/** An index or a constraint, and what it is whatever it is called. */
interface Part {
  readonly name: string;
  readonly definition: string;
}

const constraints = `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
  where conrelid = $1::regclass order by definition, name`;

// An index that stands for a constraint is renamed with it.
const indexes = `select c.relname as name, regexp_replace(pg_get_indexdef(c.oid), ' INDEX .+ ON [^ ]+ ', ' ') as definition
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where i.indrelid = $1::regclass and not exists (select from pg_constraint where conindid = c.oid) order by definition, name`;

const readParts = async (tx: Transaction, statement: string, table: string): Promise<readonly Part[]> =>
  (await tx.query<Part & Record<string, string>>(statement, [table])).rows;

/** From the names of new parts to those of old ones with the same definition; a part that is new in this release keeps its own. */
const renamings = (made: readonly Part[], old: readonly Part[]): readonly (readonly [string, string])[] => {
  const left = [...old];
  return made.flatMap(({ name, definition }) => {
    const at = left.findIndex((part) => part.definition === definition);
    const [match] = at < 0 ? [] : left.splice(at, 1);
    return match === undefined ? [] : [[name, match.name] as const];
  });
};
