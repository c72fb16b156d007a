import type { Transaction } from '@finaegis/platform/database/transaction';
import type { Balance } from './balance.ts';
import { accountsOf } from './views/accounts.ts';
import { balancesOf, emptyBalance } from './views/balances.ts';
import { heldIn } from './views/incoming.ts';

/** An account with its balances as they are now. */
export interface AccountNow {
  readonly account: string;
  /** By asset; one that is only announced has an empty one. */
  readonly balances: readonly Balance[];
  /** What is announced and has not come, by asset. */
  readonly heldIn: ReadonlyMap<string, bigint>;
}

/** Accounts as they are now, in one snapshot where the transaction has one; one that is not there is absent. */
export const accountsNow = async (
  tx: Transaction,
  tenantId: string,
  accountIds: readonly string[],
): Promise<readonly AccountNow[]> => {
  const [accounts, balances, announced] = await Promise.all([
    accountsOf(tx, tenantId, accountIds),
    balancesOf(tx, tenantId, accountIds),
    heldIn(tx, tenantId, accountIds),
  ]);
  return accounts.map((row) => {
    const account = row.accountId;
    const its = balances.filter((balance) => balance.account === account);
    const coming = new Map(
      announced.filter((one) => one.account === account).map(({ asset, amountMinor }) => [asset, amountMinor]),
    );
    const unmet = [...coming.keys()].filter((asset) => !its.some((balance) => balance.asset === asset));
    const all = [...its, ...unmet.map((asset) => emptyBalance(row, asset))];
    return { account, balances: all.sort((a, b) => (a.asset < b.asset ? -1 : 1)), heldIn: coming };
  });
};
