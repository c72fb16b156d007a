import { reject } from '@finaegis/kernel/decision';
import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import type { AccountDirectory, AccountTerms } from './directory.ts';

/** What the ledger's command on overdraft limits is given. */
export interface OverdraftLimit {
  readonly accountId: string;
  readonly asset: string;
  readonly limitMinor: bigint;
}

export type OverdraftRefusal =
  | { readonly code: 'account_unknown'; readonly account: string }
  | { readonly code: 'overdraft_not_of_product'; readonly product: string; readonly version: number };

/**
 * The ledger's command on overdraft limits behind the terms of the product, which never change for an account. Taking a limit back to zero is
 * always allowed.
 */
export const setOverdraftLimitHandler = <Result, R extends Refusal>(
  ledger: CommandHandler<OverdraftLimit, undefined, Result, R>,
  directory: AccountDirectory,
): CommandHandler<OverdraftLimit, AccountTerms | undefined, Result, R | OverdraftRefusal> => ({
  name: 'account.SetOverdraftLimit',
  schema: ledger.schema,
  permission: 'account:overdraft',
  prepare: ({ accountId }, { tenantId }) => directory.find(tenantId, accountId),
  loads: (data, _terms, context) => ledger.loads(data, undefined, context),
  decide: (loaded, data, facts, terms) => {
    if (terms === undefined) return reject({ code: 'account_unknown', account: data.accountId });
    const { product, productVersion: version, allowsOverdraft } = terms;
    if (!allowsOverdraft && data.limitMinor > 0n) return reject({ code: 'overdraft_not_of_product', product, version });
    return ledger.decide(loaded, data, facts, undefined);
  },
  result: (loaded, data) => ledger.result(loaded, data, undefined),
});
