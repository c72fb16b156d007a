/** What the context asks of its neighbours; the server puts their lookups in. */
export interface PartyPorts {
  /** Decimals of an asset, which never change; undefined when the registry has no such asset. */
  decimalsOf(tenantId: string, asset: string): Promise<number | undefined>;
  /** Whether a customer account exists; accounts are never removed. */
  accountExists(tenantId: string, accountId: string): Promise<boolean>;
}
