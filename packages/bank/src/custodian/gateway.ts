import { derivedUuid } from '@finaegis/kernel/id';
import type { PartnerBank } from './bank/bank.ts';
import type { BankOrder, BankOutcome, CustodianConnector } from './connector.ts';

/** Where the connections of a process are found, by the name a bank's terms give. Their secrets never leave them. */
export interface Connections {
  find(connection: string): CustodianConnector | undefined;
}

/** A bank as it is now, with the way to it. */
export interface ReachedBank {
  readonly bank: PartnerBank;
  readonly connector: CustodianConnector;
}

/** The way to a tenant's banks, for whoever moves money. */
export interface BankGateway {
  /** @throws BankUnreachable where the bank is not registered, or this process has no connection of that name */
  reach(tenantId: string, bank: string): Promise<ReachedBank>;
  submit(tenantId: string, bank: string, order: BankOrder, abort: AbortSignal): Promise<BankOutcome>;
  find(
    tenantId: string,
    bank: string,
    key: string,
    abort: AbortSignal,
  ): Promise<BankOutcome | { readonly kind: 'absent' }>;
}

/** There is no way to a bank from this process: a fault of configuration, never an answer about money. */
export class BankUnreachable extends Error {
  override readonly name = 'BankUnreachable';
  readonly code: 'partner_bank_unknown' | 'connection_not_configured';

  constructor(code: BankUnreachable['code'], bank: string) {
    super(`${bank}: ${code}`);
    this.code = code;
  }
}

/** The key a bank is given. Ids are chosen by customers, and two tenants on one connection may choose the same. */
export const keyAtBank = (tenantId: string, key: string): string => derivedUuid('bank-order', tenantId, key);

/** Builds it over the registry and the connections of the process. */
export const createGateway = (
  findBank: (tenantId: string, bank: string) => Promise<PartnerBank | undefined>,
  connections: Connections,
): BankGateway => {
  const reach: BankGateway['reach'] = async (tenantId, code) => {
    const bank = await findBank(tenantId, code);
    if (bank === undefined) throw new BankUnreachable('partner_bank_unknown', code);
    const connector = connections.find(bank.terms.connection);
    if (connector === undefined) throw new BankUnreachable('connection_not_configured', code);
    return { bank, connector };
  };
  return {
    reach,
    submit: async (tenantId, bank, order, abort) =>
      (await reach(tenantId, bank)).connector.submit({ ...order, key: keyAtBank(tenantId, order.key) }, abort),
    find: async (tenantId, bank, key, abort) =>
      (await reach(tenantId, bank)).connector.find(keyAtBank(tenantId, key), abort),
  };
};
