import { read, type Services } from '@finaegis/platform/services';
import type { Holder } from './account/account.ts';
import type { StatementCycle } from './product/events.ts';
import { accountsName } from './views/accounts.ts';
import { productsName } from './views/products.ts';

/** What never changes about a customer's account, and so may be known before anything is locked. */
export interface AccountTerms {
  readonly accountId: string;
  readonly entity: string;
  readonly product: string;
  readonly productVersion: number;
  readonly asset: string;
  readonly holders: readonly Holder[];
  readonly statementCycle: StatementCycle;
  readonly allowsOverdraft: boolean;
  /** Assets the product allows; absent for any. */
  readonly assets?: readonly string[];
}

/** Customer accounts with their product's terms; absence is never remembered. */
export interface AccountDirectory {
  accounts(tenantId: string, accountIds: readonly string[]): Promise<ReadonlyMap<string, AccountTerms>>;
  find(tenantId: string, accountId: string): Promise<AccountTerms | undefined>;
}

/** Whether the account's product lets it hold an asset. */
export const allowsAsset = ({ assets }: Pick<AccountTerms, 'assets'>, asset: string): boolean =>
  assets === undefined || assets.includes(asset);

const knownMax = 200_000;

interface StoredTerms {
  readonly account_id: string;
  readonly entity: string;
  readonly product: string;
  readonly product_version: number;
  readonly asset: string;
  readonly holders: readonly Holder[];
  readonly statement_cycle: StatementCycle;
  readonly allows_overdraft: boolean;
  readonly assets: readonly string[] | null;
}

/** A directory with its own cache; what is asked for in one turn of the event loop travels as one query per tenant. */
export const createAccountDirectory = (services: Pick<Services, 'readPool'>): AccountDirectory => {
  const known = new Map<string, AccountTerms>();
  const waiting = new Map<string, { readonly ids: Set<string>; readonly answer: Promise<void> }>();

  const load = async (tenantId: string, accountIds: readonly string[]): Promise<void> => {
    const found = await loadTerms(services, tenantId, accountIds);
    if (known.size > knownMax) known.clear();
    for (const terms of found) known.set(`${tenantId}/${terms.accountId}`, terms);
  };

  const loading = (tenantId: string): { readonly ids: Set<string>; readonly answer: Promise<void> } => {
    const open = waiting.get(tenantId);
    if (open !== undefined) return open;
    const ids = new Set<string>();
    const answer = Promise.resolve().then(() => {
      waiting.delete(tenantId);
      return load(tenantId, [...ids]);
    });
    const begun = { ids, answer };
    waiting.set(tenantId, begun);
    return begun;
  };

  const accounts: AccountDirectory['accounts'] = async (tenantId, accountIds) => {
    const missing = accountIds.filter((accountId) => !known.has(`${tenantId}/${accountId}`));
    if (missing.length > 0) {
      const { ids, answer } = loading(tenantId);
      for (const accountId of missing) ids.add(accountId);
      await answer;
    }
    const found = new Map<string, AccountTerms>();
    for (const accountId of accountIds) {
      const terms = known.get(`${tenantId}/${accountId}`);
      if (terms !== undefined) found.set(accountId, terms);
    }
    return found;
  };
  return { accounts, find: async (tenantId, accountId) => (await accounts(tenantId, [accountId])).get(accountId) };
};

const loadTerms = (
  services: Pick<Services, 'readPool'>,
  tenantId: string,
  accountIds: readonly string[],
): Promise<readonly AccountTerms[]> =>
  read(services, tenantId, async (tx) => {
    const { rows } = await tx.query<StoredTerms>({
      name: 'account-terms',
      text: `select a.account_id, a.entity, a.product, a.product_version, a.asset, a.holders, a.statement_cycle, p.allows_overdraft, p.assets
        from ${accountsName} a
        join ${productsName} p on p.tenant_id = a.tenant_id and p.product = a.product and p.version = a.product_version
        where a.tenant_id = $1 and a.account_id = any ($2)`,
      values: [tenantId, accountIds],
    });
    return rows.map((row) => ({
      accountId: row.account_id,
      entity: row.entity,
      product: row.product,
      productVersion: row.product_version,
      asset: row.asset,
      holders: row.holders,
      statementCycle: row.statement_cycle,
      allowsOverdraft: row.allows_overdraft,
      ...(row.assets === null ? {} : { assets: row.assets }),
    }));
  });
