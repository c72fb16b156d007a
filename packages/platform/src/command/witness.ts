import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { type CommitUnknown, inTransaction, transactionOutcome } from '../database/transaction.ts';
import type { RecordedEvent } from '../event-store/event.ts';
import type { KeyedAnswer } from './answers.ts';

/** A row the transaction would have left behind: proof of its commit that survives a crash of the server, unlike the transaction's id. */
export interface Witness {
  readonly event: RecordedEvent | undefined;
  readonly answer: KeyedAnswer | undefined;
}

const askEveryMs = 50;
const asksMax = 60;

/**
 * Finds out what became of a commit whose answer was lost.
 * @throws the fault itself when it cannot be known within three seconds; the same key finds the truth later
 */
export const outcomeOf = async (
  pool: Pool,
  witness: Witness,
  fault: CommitUnknown,
): Promise<'committed' | 'aborted'> => {
  for (let ask = 0; ask < asksMax; ask++) {
    try {
      // Asked before the rows are looked for: they say nothing while the transaction may still write them.
      const isOver = await isTransactionOver(pool, fault);
      if (await isThere(pool, witness)) return 'committed';
      if (isOver) return 'aborted';
    } catch {
      // The server may still be starting again; not reaching it says nothing about the commit, so ask again.
    }
    await pause(askEveryMs);
  }
  throw fault;
};

/** By the transaction's id; without one, because the connection was lost before it was heard, by the end of the session that ran it. */
const isTransactionOver = async (pool: Pool, { transactionId, backend }: CommitUnknown): Promise<boolean> => {
  if (transactionId !== undefined) return (await transactionOutcome(pool, transactionId)) !== 'in progress';
  if (backend === undefined) return false;
  const { rows } = await pool.query('select 1 from pg_stat_activity where pid = $1', [backend]);
  return rows.length === 0;
};

const isThere = async (pool: Pool, { event, answer }: Witness): Promise<boolean> => {
  const tenantId = event?.tenantId ?? answer?.tenantId;
  if (tenantId === undefined) return false;
  return inTransaction(pool, { tenants: [tenantId], readOnly: true }, async (tx) => {
    const { rows } =
      event === undefined
        ? await tx.query(
            'select 1 from stored_answers where tenant_id = $1 and principal_id = $2 and key = $3 and fingerprint = $4',
            [tenantId, answer?.principalId, answer?.key, answer?.fingerprint],
          )
        : await tx.query(
            'select 1 from events where tenant_id = $1 and context = $2 and stream = $3 and version = $4 and id = $5',
            [tenantId, event.context, event.stream, event.version, event.id],
          );
    return rows.length > 0;
  });
};
