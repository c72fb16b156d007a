import { amountSchema, signedAmountSchema } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import { type AssetDirectory, amountWriter, type ShowAmount } from '../../asset/contract.ts';
import type { AccountNow } from '../account-now.ts';
import { availableOf, type Balance, postedOf, spendableOf } from '../balance.ts';

/** A balance as it is answered. */
export const balanceResource = z
  .object({
    asset: z.string(),
    posted: signedAmountSchema.describe('In the normal side of the account; below zero it owes.'),
    available: signedAmountSchema.optional().describe('Posted, less what is held and blocked.'),
    spendable: signedAmountSchema.optional().describe('Available, and the overdraft limit.'),
    heldOut: amountSchema.optional(),
    heldIn: amountSchema.optional().describe('Announced and not yet here: part of nothing else.'),
    blocked: amountSchema.optional(),
    overdraftLimit: amountSchema.optional(),
  })
  .meta({ id: 'Balance' });

/** An account with its balances of now, as it is answered and as it is pushed. */
export const showAccountNow = (
  { account, balances, heldIn }: AccountNow,
  amount: ShowAmount,
): { readonly account: string; readonly balances: readonly z.output<typeof balanceResource>[] } => ({
  account,
  balances: balances.map((balance) => showBalance(balance, heldIn.get(balance.asset) ?? 0n, amount)),
});

/** A writer of the amounts of accounts. */
export const writerOf = (
  assets: AssetDirectory,
  tenantId: string,
  accounts: Iterable<AccountNow>,
): Promise<ShowAmount> =>
  amountWriter(
    assets,
    tenantId,
    [...accounts].flatMap(({ balances }) => balances.map(({ asset }) => asset)),
  );

const showBalance = (balance: Balance, heldInMinor: bigint, amount: ShowAmount): z.output<typeof balanceResource> => {
  const { asset, hasFloor, heldOutMinor, blockedMinor, overdraftLimitMinor } = balance;
  const posted = { asset, posted: amount(asset, postedOf(balance)) };
  // An account without a floor has nothing to hold back and no end of what it may spend.
  if (!hasFloor) return posted;
  return {
    ...posted,
    available: amount(asset, availableOf(balance)),
    spendable: amount(asset, spendableOf(balance)),
    heldOut: amount(asset, heldOutMinor),
    heldIn: amount(asset, heldInMinor),
    blocked: amount(asset, blockedMinor),
    overdraftLimit: amount(asset, overdraftLimitMinor),
  };
};
