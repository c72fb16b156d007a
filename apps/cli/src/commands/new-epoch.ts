import { servingRoles } from '@finaegis/platform/tenancy/roles';
import type { Pool } from 'pg';
import { confirm } from '../confirm.ts';
import { type Cli, CliExit, exitCodes, withAdmin, withDatabase } from '../session.ts';

/** An epoch of the log: what positions and cursors are good for. */
interface Epoch {
  readonly epoch: string;
  readonly startedAt: string;
}

/**
 * Gives the log a new epoch, as whoever migrates, so that positions handed out before a restore to an earlier point are known for what they are.
 * @throws CliExit while a process of the bank is connected, and when nobody confirms
 */
export const beginEpoch = (
  cli: Cli,
  { isConfirmed }: { readonly isConfirmed: boolean },
): Promise<{ readonly epoch: Epoch; readonly created: readonly string[] }> =>
  withDatabase(cli.environment, (session) =>
    withAdmin(session, async (pool) => {
      await requireStopped(pool);
      const { epoch, startedAt } = await epochOf(pool, 'select epoch, started_at as "startedAt" from log_epoch');
      const meaning = `The log is in epoch ${epoch}, begun at ${startedAt}, and gets a new one. Positions and cursors of before are then answered \`position_unknown\`, and clients begin their lists again; no event is changed. It is for a database that was restored to an earlier point, before the first process starts, and only then.`;
      await confirm(cli, { meaning, isConfirmed });
      await requireStopped(pool);
      const begun = await epochOf(
        pool,
        'update log_epoch set epoch = gen_random_uuid(), started_at = clock_timestamp() returning epoch, started_at as "startedAt"',
      );
      return { epoch: begun, created: session.database.created };
    }),
  );

const epochOf = async (pool: Pool, text: string): Promise<Epoch> => {
  const { rows } = await pool.query<Epoch>(text);
  if (rows[0] === undefined) throw new CliExit(exitCodes.failed, 'The database has no epoch; restore `log_epoch`.');
  return rows[0];
};

/** A process reads the epoch when it starts, and would go on handing out positions of the one before. */
const requireStopped = async (pool: Pool): Promise<void> => {
  const { rows } = await pool.query<{ name: string }>(
    `select distinct usename::text || ' (' || application_name || ')' as name from pg_stat_activity
      where datname = current_database() and usename = any ($1) order by 1`,
    [servingRoles],
  );
  if (rows.length > 0)
    throw new CliExit(
      exitCodes.failed,
      `Stop every process of the bank first; still connected: ${rows.map(({ name }) => name).join(', ')}.`,
    );
};
