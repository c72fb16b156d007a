import { referenceOf } from '@finaegis/kernel/reference';
import type { AssetDirectory } from '../asset/contract.ts';
import type { CardDepositState } from './card-deposit/card-deposit.ts';
import type { CardProvider, CardRefund } from './card-provider.ts';
import type { CryptoDepositState } from './crypto-deposit/crypto-deposit.ts';
import type { CryptoProvider } from './crypto-provider.ts';
import type { Incoming, IncomingState } from './incoming/incoming.ts';
import type { BankRail, RailOrder, RailOutcome } from './ports.ts';
import type { RefundOrder, RefundOutcome, WayBack } from './refund-ways.ts';

const outcomeOf = (refund: CardRefund): RefundOutcome => {
  const { status, refundId: reference, code = 'refund_failed' } = refund;
  return status === 'failed' ? { kind: 'failed', code } : { kind: status, reference };
};

/** Back to the card, by the provider that took the money. */
export const cardWay = (
  cards: CardProvider,
  findCardDeposit: (tenantId: string, depositId: string) => Promise<CardDepositState>,
): WayBack => {
  const intentOf = async ({ tenantId, paymentId }: RefundOrder): Promise<string> => {
    const deposit = await findCardDeposit(tenantId, paymentId);
    if (deposit.status === 'unknown' || deposit.intentId === undefined)
      throw new Error(`Card deposit ${paymentId} was never taken.`);
    return deposit.intentId;
  };
  return {
    send: async (order, abort) => {
      const { tenantId, key, amountMinor, reason } = order;
      const intentId = await intentOf(order);
      const sent = await cards.refund({ tenantId, key, refundId: key, intentId, amountMinor, reason }, abort);
      return 'kind' in sent ? sent : outcomeOf(sent);
    },
    find: async (order) => {
      const { tenantId, key } = order;
      const found = await cards.findRefund({ tenantId, key, intentId: await intentOf(order) });
      return 'kind' in found ? found : outcomeOf(found);
    },
  };
};

/** To the payer, by the provider that took the money; for an address that he confirmed. */
export const cryptoWay = (
  providerOf: (name: string) => CryptoProvider,
  findCryptoDeposit: (tenantId: string, depositId: string) => Promise<CryptoDepositState>,
): WayBack => {
  const checkoutOf = async ({ tenantId, paymentId }: RefundOrder) => {
    const deposit = await findCryptoDeposit(tenantId, paymentId);
    if (deposit.status === 'unknown' || deposit.checkoutId === undefined)
      throw new Error(`Crypto deposit ${paymentId} was never paid.`);
    return { provider: providerOf(deposit.provider), checkoutId: deposit.checkoutId };
  };
  return {
    send: async (order, abort) => {
      const { tenantId, key, asset, amountMinor, reason, address = '' } = order;
      const { provider, checkoutId } = await checkoutOf(order);
      return provider.refund({ tenantId, key, checkoutId, asset, amountMinor, reason, address }, abort);
    },
    find: async (order) => {
      const { provider, checkoutId } = await checkoutOf(order);
      return provider.findRefund({ tenantId: order.tenantId, key: order.key, checkoutId });
    },
  };
};

const ofRail = (outcome: RailOutcome): RefundOutcome => {
  switch (outcome.kind) {
    case 'declined':
      return outcome;
    case 'returned':
      return { kind: 'failed', code: outcome.code };
    case 'settled':
      return { kind: 'completed', reference: outcome.bankReference };
    case 'accepted':
    case 'pending':
      return { kind: 'pending', reference: outcome.bankReference };
  }
};

/** What the way back by a bank is built over. */
export interface BankWayTools {
  readonly rail: BankRail;
  readonly assets: Pick<AssetDirectory, 'get'>;
  readonly findIncoming: (tenantId: string, incomingId: string) => Promise<IncomingState>;
  readonly textOf: (tenantId: string, ref: string) => Promise<string | undefined>;
  readonly now: () => string;
}

/** Back to the account it came from, by the bank it came to. */
export const bankWay = (tools: BankWayTools): WayBack => {
  const arrived = async ({ tenantId, paymentId }: RefundOrder): Promise<Incoming> => {
    const incoming = await tools.findIncoming(tenantId, paymentId);
    if (incoming.status === 'unknown') throw new Error(`Nobody told of the payment ${paymentId}.`);
    return incoming;
  };
  return {
    send: async (order, abort) => {
      const railOrder = await railOrderFor(tools, order, await arrived(order));
      return railOrder === undefined
        ? { kind: 'declined', code: 'rail_not_found' }
        : ofRail(await tools.rail.submit(railOrder, abort));
    },
    find: async (order) => {
      const { bank } = await arrived(order);
      const found = await tools.rail.find({ tenantId: order.tenantId, bank, key: order.key });
      return found.kind === 'absent' ? found : ofRail(found);
    },
  };
};

const railOrderFor = async (
  { rail, assets, textOf, now }: BankWayTools,
  { tenantId, key, asset, amountMinor }: RefundOrder,
  { bank, debtor, endToEndId, entryReference }: Incoming,
): Promise<RailOrder | undefined> => {
  const { iban, bic, name } = debtor;
  if (iban === undefined) return undefined;
  const [facts, way] = await Promise.all([
    assets.get(tenantId, asset),
    rail.route({ tenantId, asset, amountMinor, creditorIban: iban }),
  ]);
  if (facts === undefined || way === undefined) return undefined;
  const told = name === undefined ? undefined : await textOf(tenantId, name.ref);
  const { executionDate } = rail.cutOff({ bank, rail: way.rail, asset, at: now() });
  return {
    tenantId,
    key,
    bank,
    rail: way.rail,
    asset,
    amountMinor,
    decimals: facts.decimals,
    reference: referenceOf('RF', key),
    endToEndId: endToEndId ?? referenceOf('RF', key),
    debtor: {},
    creditor: { name: told ?? 'NOTPROVIDED', iban, ...(bic === undefined ? {} : { bic }) },
    remittance: `Refund of ${endToEndId ?? entryReference}`.slice(0, 140),
    executionDate,
  };
};
