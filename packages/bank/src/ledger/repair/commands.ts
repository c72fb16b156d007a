import type { CommandHandler } from '@finaegis/platform/command/handler';
import { z } from 'zod';
import type { Balance } from '../balance.ts';
import type { LedgerTools } from '../journal/commands.ts';
import { accountsTable } from '../views/accounts.ts';
import { balanceKey } from '../views/balances.ts';
import { type RepairBalance, type RepairRefusal, repairAggregate, repairBalance } from './repair.ts';

const signedMinor = z
  .string()
  .regex(/^-?\d{1,38}$/)
  .transform(BigInt);

/** Puts a balance row right that a replay of the log has shown to be wrong; differences are added, so that bookings meanwhile stay. */
export const repairBalanceHandler = ({
  balances,
}: Pick<LedgerTools, 'balances'>): CommandHandler<RepairBalance, undefined, Balance, RepairRefusal> => ({
  name: 'ledger.RepairBalance',
  schema: z.strictObject({
    repairId: z.string(),
    account: z.string(),
    asset: z.string(),
    debitsMinor: signedMinor,
    creditsMinor: signedMinor,
    heldOutMinor: signedMinor,
    blockedMinor: signedMinor,
    overdraftLimitMinor: signedMinor,
  }),
  permission: 'ledger:repair',
  loads: ({ repairId, account, asset }) => ({
    rows: [
      { table: accountsTable, key: account },
      { table: balances, key: balanceKey(account, asset) },
    ],
    streams: [{ aggregate: repairAggregate, id: repairId }],
  }),
  decide: (loaded, data) =>
    repairBalance(
      loaded.stream(repairAggregate, data.repairId).state,
      data,
      loaded.row(balances, balanceKey(data.account, data.asset)) !== undefined,
    ),
  result: (loaded, { account, asset }) => {
    const balance = loaded.row(balances, balanceKey(account, asset));
    if (balance === undefined) throw new Error(`The balance of ${account} in ${asset} was repaired and is not there.`);
    return balance;
  },
});
