import type { Pool } from 'pg';
import { type Rounds, startRounds } from '../rounds.ts';

/**
 * Gathers planner statistics of all tables; for after a migration, an import or any other work that changes how large tables are. A statement
 * planned while PostgreSQL believes a table empty stays slow for as long as its connection lives, and new statistics make it plan anew.
 * @param pool as finaegis_write
 */
export const gatherStatistics = async (pool: Pool): Promise<void> => {
  await pool.query('select finaegis_analyze()');
};

/** Gathers statistics by itself whenever the log has grown to twice what it was, from a first few thousand events on. */
export const startStatistics = ({
  writePool,
  systemPool,
  everyMs = 15_000,
  onError,
}: {
  readonly writePool: Pool;
  readonly systemPool: Pool;
  readonly everyMs?: number;
  readonly onError?: (error: unknown) => void;
}): Rounds => {
  let gatheredAt = 1_000n;
  const look = async (): Promise<void> => {
    const { rows } = await systemPool.query<{ events: string }>(
      'select coalesce(sum(seq), 0)::text as events from tenant_heads',
    );
    const events = BigInt(rows[0]?.events ?? '0');
    if (events < gatheredAt * 2n) return;
    await gatherStatistics(writePool);
    gatheredAt = events;
  };
  return startRounds(look, { everyMs, onError });
};
