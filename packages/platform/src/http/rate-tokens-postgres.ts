import type { Pool } from 'pg';

import type { RateTokens } from './rate-limit.ts';

// One statement, so that two processes never lease the same token: the row lock of ON CONFLICT makes the second one
// see what the first has left. `granted` is stored only because RETURNING cannot name the row as it was before.
const lease = {
  name: 'rate_tokens_lease',
  text: `
    insert into rate_tokens as held (tenant_id, principal_id, rate_class, tokens, granted, filled_at)
    values ($1, $2, $3, $6::float8 - least($4::float8, floor($6::float8)), least($4::float8, floor($6::float8)), clock_timestamp())
    on conflict (tenant_id, principal_id, rate_class) do update
      set (tokens, granted, filled_at) = (
        select filled.tokens - least($4::float8, floor(filled.tokens)), least($4::float8, floor(filled.tokens)), filled.at
        from (
          select least($6::float8, held.tokens + greatest(0, extract(epoch from instant.at - held.filled_at)) * $5::float8) as tokens, instant.at
          from (select greatest(clock_timestamp(), held.filled_at) as at) as instant
        ) as filled
      )
    returning granted, tokens`,
};

/**
 * The buckets in PostgreSQL, shared by every process on one database. Losing the table (it is unlogged) fills all buckets.
 *
 * @param pool a pool whose user may select, insert and update rate_tokens
 */
export const postgresRateTokens = (pool: Pool): RateTokens & { prune(idleHours: number): Promise<number> } => ({
  lease: async ({ tenantId, principalId, rateClass }, wanted, { perSecond, burst }) => {
    const { rows } = await pool.query<{ granted: number; tokens: number }>({
      ...lease,
      values: [tenantId, principalId, rateClass, wanted, perSecond, burst],
    });
    const row = rows[0];
    if (row === undefined) throw new Error('the rate_tokens statement returned no row');
    return { granted: row.granted, waitMs: row.granted > 0 ? 0 : ((1 - row.tokens) / perSecond) * 1000 };
  },
  /** Forgets buckets nobody has used for so many hours; they are full by then. Answers how many. */
  prune: async (idleHours) => {
    const { rowCount } = await pool.query(
      'delete from rate_tokens where filled_at < clock_timestamp() - make_interval(hours => $1)',
      [idleHours],
    );
    return rowCount ?? 0;
  },
});
