import type { PartnerBank } from './bank/bank.ts';
import type { BankOrder, BankOutcome, PayeeMatch } from './connector.ts';
import { executionDateOf } from './cut-off.ts';
import type { BankGateway } from './gateway.ts';

/** What a rail is built over. */
export interface BankRailTools {
  readonly gateway: BankGateway;
  banks(tenantId: string): Promise<readonly PartnerBank[]>;
}

/** The way out for customers' payments, over the registry: what the payment context asks for as its rail. */
export const createBankRail = ({ gateway, banks }: BankRailTools) => ({
  submit: async (
    { tenantId, bank, ...order }: BankOrder & { readonly tenantId: string; readonly bank: string },
    abort: AbortSignal,
  ): Promise<BankOutcome> => {
    const reached = await gateway.reach(tenantId, bank);
    const nostro = reached.bank.nostros.find(({ asset }) => asset === order.asset);
    // At the bank the money lies on our account, whoever of our customers pays.
    const debtor = { ...order.debtor, iban: nostro?.iban ?? order.debtor.iban };
    return gateway.submit(tenantId, bank, { ...order, debtor }, abort);
  },
  find: async ({ tenantId, bank, key }: { readonly tenantId: string; readonly bank: string; readonly key: string }) =>
    gateway.find(tenantId, bank, key, AbortSignal.timeout(findMs)),
  route: async ({
    tenantId,
    asset,
    amountMinor,
  }: {
    readonly tenantId: string;
    readonly asset: string;
    readonly amountMinor: bigint;
  }) => cheapestRail(await banks(tenantId), { asset, amountMinor }),
  verifyPayee: async ({
    tenantId,
    bank,
    iban,
    name,
  }: {
    readonly tenantId: string;
    readonly bank: string;
    readonly iban: string;
    readonly name: string;
  }): Promise<PayeeMatch> => {
    const { connector } = await gateway.reach(tenantId, bank);
    return connector.verifyPayee({ iban, name }, AbortSignal.timeout(findMs));
  },
  cutOff: ({ rail, asset, at }: { readonly rail: string; readonly asset: string; readonly at: string }) => ({
    executionDate: executionDateOf({ rail, asset, at }),
  }),
});

const findMs = 20_000;

/** By which bank and rail a payment to another bank goes: the cheapest whose limit allows it, by code among equals. */
export const cheapestRail = (
  banks: readonly PartnerBank[],
  { asset, amountMinor }: { readonly asset: string; readonly amountMinor: bigint },
): { readonly bank: string; readonly rail: string } | undefined => {
  const [best] = banks
    .filter(({ status, nostros }) => status === 'active' && nostros.some((nostro) => nostro.asset === asset))
    .flatMap(({ bank, terms }) =>
      terms.rails
        .filter((one) => one.asset === asset && one.rail !== 'internal')
        .filter(({ limitMinor }) => limitMinor === undefined || amountMinor <= limitMinor)
        .map(({ rail, feeMinor }) => ({ bank, rail, feeMinor })),
    )
    .toSorted(
      (left, right) =>
        Number(left.feeMinor - right.feeMinor) ||
        (`${left.bank} ${left.rail}` < `${right.bank} ${right.rail}` ? -1 : 1),
    );
  return best === undefined ? undefined : { bank: best.bank, rail: best.rail };
};
