import type { Pool } from 'pg';
import { inTransaction } from '../database/transaction.ts';

/** Days a stored answer is replayed. */
export const answerDays = 30;

/**
 * Deletes stored answers older than thirty days, tenant by tenant, and gives back how many. What they answered stays true by its natural ids.
 * @param tenantIds every tenant; row-level security keeps each deletion to its own
 */
export const pruneAnswers = async (writePool: Pool, tenantIds: readonly string[]): Promise<number> => {
  let pruned = 0;
  for (const tenantId of tenantIds) {
    pruned += await inTransaction(writePool, { tenants: [tenantId] }, async (tx) => {
      const { rowCount } = await tx.query(
        `delete from stored_answers where tenant_id = $1 and stored_at < clock_timestamp() - make_interval(days => $2)`,
        [tenantId, answerDays],
      );
      return rowCount ?? 0;
    });
  }
  return pruned;
};
