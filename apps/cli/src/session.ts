import { type Config, ConfigError, readConfig } from '@finaegis/platform/config/config';
import { createPool } from '@finaegis/platform/database/pool';
import { type Bank, openBank } from '@finaegis/server/bank';
import { type OpenDatabase, openDatabase } from '@finaegis/server/database';
import type { Pool } from 'pg';
import type { Output, Streams } from './output.ts';

/** How a command of the CLI ends. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, partly: 3, unreachable: 4 } as const;

/** What each code means, for whoever calls the CLI from a script. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done; also when there was nothing left to do',
  failed: 'failed: refused by the bank, a file that cannot be read, a log or balances that are not intact',
  usage: 'the command line, the environment or a mapping file is wrong, or nobody confirmed; nothing was done',
  partly: 'partly done: some rows were refused and are told in the report, all others are imported',
  unreachable: 'the database cannot be reached',
};

/** Variables of the environment a command runs in. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One call of the CLI. */
export interface Cli {
  readonly environment: Environment;
  readonly streams: Streams;
  output(): Output;
  /** How the call ends when nothing is thrown; 0 unless a command says otherwise. */
  exitCode: number;
}

/** Ends the process with a code and a sentence for whoever called. */
export class CliExit extends Error {
  override readonly name = 'CliExit';
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What a command works with. */
export interface Session {
  readonly config: Config;
  readonly database: OpenDatabase;
  readonly bank: Bank;
}

/** Opens the database the environment names, brings it up to date, and leaves it whatever happens. */
export const withDatabase = async <T>(
  environment: Environment,
  work: (session: Omit<Session, 'bank'>) => Promise<T>,
): Promise<T> => {
  const config = readConfig(environment);
  const database = await openDatabase(config);
  try {
    return await work({ config, database });
  } finally {
    await database.close();
  }
};

/** The same with the bank wired over it. */
export const withBank = <T>(environment: Environment, work: (session: Session) => Promise<T>): Promise<T> =>
  withDatabase(environment, async ({ config, database }) => {
    const bank = await openBank({ connections: database, masterKey: database.masterKey });
    try {
      return await work({ config, database, bank });
    } finally {
      await bank.close();
    }
  });

/** A pool as whoever migrates, for what makes and drops tables. */
export const withAdmin = async <T>(
  { database }: Pick<Session, 'database'>,
  work: (pool: Pool) => Promise<T>,
): Promise<T> => {
  const pool = createPool(database.admin, { applicationName: 'finaegis-cli-admin', max: 3 });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
};

const unreachable = /^(ECONN|ENOTFOUND|ETIMEDOUT|EHOST|ENET|EAI|ENOENT$|57P0|08|28)/;

/** Which code an error ends the process with. */
export const exitCodeOf = (error: unknown): number => {
  if (error instanceof CliExit) return error.exitCode;
  if (error instanceof ConfigError) return exitCodes.usage;
  const { name, code, syscall } = error as { name?: string; code?: unknown; syscall?: string };
  if (name === 'MappingInvalid') return exitCodes.usage;
  if (code === 'connection_lost') return exitCodes.unreachable;
  // A file that is not there has the same code as a socket that is not there.
  const isFile = code === 'ENOENT' && syscall !== 'connect';
  return typeof code === 'string' && !isFile && unreachable.test(code) ? exitCodes.unreachable : exitCodes.failed;
};

/** The tenant meant: by id or name, or the only one there is. */
export const tenantOf = async ({ bank }: Session, wanted: string | undefined): Promise<string> => {
  const { rows } = await bank.pools.read.query<{ tenant_id: string; name: string }>(
    "select tenant_id, name from tenants where name <> 'platform' or $1 in (tenant_id::text, name) order by created_at, tenant_id",
    [wanted ?? ''],
  );
  const meant =
    wanted === undefined
      ? rows
      : rows.filter(({ tenant_id: tenantId, name }) => tenantId === wanted || name === wanted);
  if (meant.length === 1) return meant[0]?.tenant_id ?? '';
  if (meant.length === 0)
    throw new CliExit(
      exitCodes.usage,
      wanted === undefined
        ? 'There is no tenant yet; make one with `finaegis tenant create NAME`.'
        : `There is no tenant ${wanted}.`,
    );
  throw new CliExit(
    exitCodes.usage,
    wanted === undefined
      ? 'There are several tenants; say which with --tenant.'
      : `Several tenants are called ${wanted}; name one by its id.`,
  );
};
