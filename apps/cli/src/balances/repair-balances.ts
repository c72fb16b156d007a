import { inTransaction } from '@finaegis/platform/database/transaction';
import { submit } from '../commands/tenant-commands.ts';
import { CliExit, exitCodes, type Session } from '../session.ts';
import type { BalanceDifference } from './compare-balances.ts';

// Any constant does, as long as every release uses the same one.
const lock = '7032110842118';

/**
 * Runs `work` while no other process repairs balances: two that saw the same difference would both put it right.
 * @throws CliExit when another one does
 */
export const repairingAlone = <T>({ bank }: Session, work: () => Promise<T>): Promise<T> =>
  inTransaction(bank.pools.follow, { tenants: [] }, async (tx) => {
    const { rows } = await tx.query<{ taken: boolean }>('select pg_try_advisory_xact_lock($1) as taken', [lock]);
    if (rows[0]?.taken !== true) throw new CliExit(exitCodes.failed, 'Balances are being repaired by somebody else.');
    return work();
  });

/** Puts each row right by a command of its own, recorded in the log with who did it; gives back how many rows. */
export const repairBalances = async (
  session: Session,
  tenantId: string,
  differences: readonly BalanceDifference[],
): Promise<number> => {
  const rows = new Map<string, BalanceDifference[]>();
  for (const difference of differences) {
    const name = `${difference.account} ${difference.asset}`;
    rows.set(name, [...(rows.get(name) ?? []), difference]);
  }
  const { newId } = session.bank.services;
  for (const its of rows.values()) {
    const [first] = its;
    if (first === undefined) continue;
    // Digits, as in any command that comes from outside.
    const added = (field: BalanceDifference['field']) => {
      const difference = its.find((one) => one.field === field);
      return ((difference?.replayed ?? 0n) - (difference?.stored ?? 0n)).toString() as unknown as bigint;
    };
    await submit(session, tenantId, session.bank.modules.ledger.handlers.repairBalance, {
      repairId: newId(),
      account: first.account,
      asset: first.asset,
      debitsMinor: added('debitsMinor'),
      creditsMinor: added('creditsMinor'),
      heldOutMinor: added('heldOutMinor'),
      blockedMinor: added('blockedMinor'),
      overdraftLimitMinor: added('overdraftLimitMinor'),
    });
  }
  return rows.size;
};
