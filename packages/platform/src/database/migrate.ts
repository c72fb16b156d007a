// Our own runner, because node-pg-migrate keeps no checksum (a changed file would go unnoticed) and one folder per history.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Pool, PoolClient } from 'pg';

/** One history of numbered .sql files and the table that remembers which were applied. */
export interface MigrationFolder {
  readonly folder: URL;
  /** Name of the history table, `schema.table` or `table`. */
  readonly table: string;
}

/** What a run did. */
export interface MigrationReport {
  /** File names applied now, in order. */
  readonly applied: readonly string[];
  /** Names the history has beyond the newest file here: the database was migrated by a newer release than this one. */
  readonly ahead: readonly string[];
}

/** The schema cannot be brought up to date; nothing of the offending file was applied. */
export class MigrationFault extends Error {
  override readonly name = 'MigrationFault';
  readonly code: 'folder_wrong' | 'file_changed' | 'file_missing' | 'file_late' | 'file_failed';

  constructor(code: MigrationFault['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

// Any constant does, as long as every release uses the same one: processes that start together take turns.
const advisoryLock = 7_032_110_842_115n;

/**
 * Applies the .sql files (`NNNN_name.sql`) of each folder that its history does not know yet, in order, each in its own transaction.
 * Safe to call from every process at every start. Gathers planner statistics when anything was applied.
 * @param adminPool connects as a role that may create what the files create
 * @throws MigrationFault when a file was changed after it was applied, is missing, came late, or fails
 */
export const migrate = async (adminPool: Pool, folders: readonly MigrationFolder[]): Promise<MigrationReport> => {
  const plans = await Promise.all(
    folders.map(async ({ folder, table }) => ({ table: quotedName(table), migrations: await readFolder(folder) })),
  );
  const client = await adminPool.connect();
  let isClean = false;
  try {
    await client.query('select pg_advisory_lock($1)', [advisoryLock]);
    const applied: string[] = [];
    const ahead: string[] = [];
    for (const { table, migrations } of plans) {
      const history = await readHistory(client, table);
      ahead.push(...checkHistory(migrations, history));
      const known = new Set(history.map(({ number }) => number));
      for (const migration of migrations.filter(({ number }) => !known.has(number))) {
        await apply(client, table, migration);
        applied.push(migration.name);
      }
    }
    // A statement planned on a table PostgreSQL still believes empty stays slow for as long as its connection lives.
    if (applied.length > 0) await client.query('analyze');
    await client.query('select pg_advisory_unlock($1)', [advisoryLock]);
    isClean = true;
    return { applied, ahead };
  } finally {
    client.release(!isClean);
  }
};

const readFolder = async (folder: URL): Promise<readonly Migration[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const migrations = await Promise.all(
    names.map(async (name): Promise<Migration> => {
      const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1];
      if (number === undefined)
        throw new MigrationFault('folder_wrong', `${name} in ${fileURLToPath(folder)} is not named NNNN_words.sql.`);
      // Line ends are made equal first: git on Windows changes them, and that is not drift.
      const sql = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n');
      return { number: Number(number), name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
  const twice = migrations.find(({ number }, index) => migrations[index - 1]?.number === number);
  if (twice !== undefined)
    throw new MigrationFault('folder_wrong', `${twice.name} has a number that another file already has.`);
  return migrations;
};

const readHistory = async (client: PoolClient, table: string): Promise<readonly Applied[]> => {
  await client.query(`create table if not exists ${table} (
    number int primary key, name text not null, checksum text not null, applied_at timestamptz not null default clock_timestamp())`);
  const { rows } = await client.query<Applied>(`select number, name, checksum from ${table} order by number`);
  return rows;
};

/** Refuses a folder that contradicts what was applied; gives back the names it does not have yet because it is older. */
const checkHistory = (migrations: readonly Migration[], history: readonly Applied[]): readonly string[] => {
  const files = new Map(migrations.map((migration) => [migration.number, migration]));
  const newestFile = migrations.at(-1)?.number ?? 0;
  const newestApplied = history.at(-1)?.number ?? 0;

  for (const { number, name, checksum } of history) {
    const file = files.get(number);
    if (file === undefined && number < newestFile)
      throw new MigrationFault('file_missing', `${name} was applied, but its file is gone.`);
    if (file !== undefined && file.checksum !== checksum) {
      throw new MigrationFault(
        'file_changed',
        `${file.name} was changed after it was applied (as ${name}); restore it and write a new file instead.`,
      );
    }
  }
  const known = new Set(history.map(({ number }) => number));
  const late = migrations.find(({ number }) => number < newestApplied && !known.has(number));
  if (late !== undefined)
    throw new MigrationFault(
      'file_late',
      `${late.name} comes before a file that was already applied; give it a higher number.`,
    );
  return history.filter(({ number }) => number > newestFile).map(({ name }) => name);
};

const apply = async (client: PoolClient, table: string, { number, name, sql, checksum }: Migration): Promise<void> => {
  try {
    await client.query('begin');
    await client.query(sql);
    const status = client.getTransactionStatus();
    if (status !== 'T') throw new Error('The file ends its own transaction; leave BEGIN and COMMIT to the runner.');
    // A file may act as the owner of what it makes; the history belongs to whoever migrates.
    await client.query('reset role');
    await client.query(`insert into ${table} (number, name, checksum) values ($1, $2, $3)`, [number, name, checksum]);
    const { command } = await client.query('commit');
    if (command !== 'COMMIT') throw new Error(`The server answered COMMIT with ${command}.`);
  } catch (error) {
    const { message, position } = error as { message: string; position?: string };
    const line = position === undefined ? '' : `, line ${sql.slice(0, Number(position)).split('\n').length}`;
    throw new MigrationFault('file_failed', `${name}${line}: ${message}`, error);
  }
};

const quotedName = (name: string): string => {
  if (!/^([a-z_][a-z0-9_]*\.)?[a-z_][a-z0-9_]*$/.test(name)) throw new TypeError(`"${name}" is not a table name.`);
  return name;
};
