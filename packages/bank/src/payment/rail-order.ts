import { read, type Services } from '@finaegis/platform/services';
import type { AccountNumbers } from '../account/contract.ts';
import type { AssetDirectory } from '../asset/contract.ts';
import { isHouseAccountId } from '../ledger/contract.ts';
import type { Parties } from '../party/contract.ts';
import type { Outgoing } from './outgoing/outgoing.ts';
import type { PaymentPorts, PostalAddress, RailOrder } from './ports.ts';

/** What an order is put together from. */
export interface OrderSources {
  readonly services: Services;
  readonly assets: Pick<AssetDirectory, 'get'>;
  readonly parties: Parties;
  readonly accounts: PaymentPorts['accounts']['directory'];
  readonly numbers: AccountNumbers;
}

/** The key a bank knows a payment by, whichever attempt sends it and whichever step asks. */
export const railKey = (paymentId: string): string => paymentId;

/** The order a bank is given. Personal texts are read only now, so that none of them lies in a saga or an event. */
export const railOrderOf = async (sources: OrderSources, tenantId: string, payment: Outgoing): Promise<RailOrder> => {
  const { paymentId, creditor, remittance, asset, bank = '', rail } = payment;
  const refs = [creditor.name, creditor.address, remittance].flatMap((one) => (one === undefined ? [] : [one.ref]));
  const [facts, debtor, texts] = await Promise.all([
    sources.assets.get(tenantId, asset),
    debtorOf(sources, tenantId, payment),
    read(sources.services, tenantId, (tx) => sources.services.personalData.read(tx, tenantId, refs)),
  ]);
  if (facts === undefined) throw new Error(`Payment ${paymentId} is in ${asset}, which is in no registry.`);
  const textOf = (one: { readonly ref: string } | undefined): string | undefined =>
    one === undefined ? undefined : texts.get(one.ref);
  const [address, told] = [textOf(creditor.address), textOf(remittance)];
  return {
    tenantId,
    key: railKey(paymentId),
    bank,
    rail,
    asset,
    amountMinor: payment.amountMinor,
    decimals: facts.decimals,
    reference: payment.reference,
    endToEndId: payment.endToEndId,
    debtor,
    creditor: {
      name: textOf(creditor.name) ?? '',
      ...(creditor.iban === undefined ? {} : { iban: creditor.iban }),
      ...(creditor.account === undefined ? {} : { account: creditor.account }),
      ...(creditor.bic === undefined ? {} : { bic: creditor.bic }),
      ...(address === undefined ? {} : { address: JSON.parse(address) as PostalAddress }),
    },
    ...(told === undefined ? {} : { remittance: told }),
    executionDate: payment.executionDate,
  };
};

const debtorOf = async (
  { accounts, numbers, parties }: OrderSources,
  tenantId: string,
  { debtorAccountId }: Outgoing,
): Promise<RailOrder['debtor']> => {
  // Money that goes back from suspense is the bank's own payment.
  if (isHouseAccountId(debtorAccountId)) return {};
  const [iban, terms] = await Promise.all([
    numbers.ibanOf(tenantId, debtorAccountId),
    accounts.find(tenantId, debtorAccountId),
  ]);
  const first = terms?.holders[0]?.partyId;
  const name = first === undefined ? undefined : (await parties.displayNames(tenantId, [first])).get(first);
  return { ...(name === undefined ? {} : { name }), ...(iban === undefined ? {} : { iban }) };
};
