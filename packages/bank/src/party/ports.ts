import type { AssetDirectory } from '../asset/contract.ts';

/** What the context asks of its neighbours; the server puts their lookups in. */
export interface PartyPorts {
  /** For the decimals of limits, which never change. */
  readonly assets: Pick<AssetDirectory, 'get'>;
  /** Whether a customer account exists; accounts are never removed. The context of accounts stands on this one, hence a function. */
  accountExists(tenantId: string, accountId: string): Promise<boolean>;
}
