import type { Services } from '@finaegis/platform/services';
import { refundEar, signaller, submitter, tooEarly } from './card-ears.ts';
import type { CardReads } from './card-reads.ts';
import { type CryptoStepHandlers, cryptoDepositSagaId } from './crypto-deposit/commands.ts';
import { type CryptoDeposit, isUnderWay } from './crypto-deposit/crypto-deposit.ts';
import type { CryptoEars } from './crypto-ports.ts';
import type { CryptoCheckout, CryptoProvider } from './crypto-provider.ts';
import type { CryptoReads } from './crypto-reads.ts';
import { isOwnId } from './explained.ts';
import type { PaymentChecks } from './ports.ts';
import type { RefundStepHandlers } from './refund/commands.ts';
import type { WayBack } from './refund-ways.ts';

/** What working on a provider's messages takes. */
export interface CryptoEarTools {
  readonly services: Services;
  readonly provider: CryptoProvider;
  readonly entity: string;
  readonly checks: PaymentChecks;
  readonly reads: CryptoReads;
  readonly refunds: Pick<CardReads, 'refund'>;
  readonly way: WayBack;
  readonly steps: CryptoStepHandlers;
  readonly comeBack: RefundStepHandlers['comeBack'];
}

/** What the messages of a crypto provider lead to. Each has the provider asked how things stand, so that their order means nothing. */
export const createCryptoEars = (tools: CryptoEarTools): CryptoEars => {
  const { services, provider, refunds: reads, way, comeBack } = tools;
  return {
    checkout: async (tenantId, checkoutId, messageId) => {
      const checkout = await provider.checkout({ tenantId, checkoutId });
      // Several tenants may share an account at the provider; what is another's is told to it, too.
      if (checkout.tenantId !== undefined && checkout.tenantId !== tenantId) return;
      const deposit = await depositOf(tools, tenantId, checkout);
      if (deposit === undefined) return suspendReceipt(tools, tenantId, checkout);
      if (deposit.status === 'announced') throw tooEarly(`Crypto deposit ${deposit.depositId}`);
      if (isUnderWay(deposit)) {
        const sagaId = cryptoDepositSagaId(deposit.depositId);
        await signaller(services, provider.name)(tenantId, { sagaId, signal: 'told', signalId: messageId, data: null });
        return;
      }
      if (checkout.status === 'paid') await concludeLate(tools, tenantId, deposit, checkout);
    },
    refund: refundEar({ services, provider: provider.name, reads, way, comeBack }),
  };
};

/** The deposit whose own checkout this is; undefined for one that nobody here ordered, or that was made twice. */
const depositOf = async (
  { reads, provider }: CryptoEarTools,
  tenantId: string,
  { checkoutId, depositId }: CryptoCheckout,
): Promise<CryptoDeposit | undefined> => {
  if (depositId === undefined || !isOwnId(depositId)) return undefined;
  const deposit = await reads.deposit(tenantId, depositId);
  if (deposit.status === 'unknown' || deposit.provider !== provider.name) return undefined;
  return deposit.checkoutId === undefined || deposit.checkoutId === checkoutId ? deposit : undefined;
};

const suspendReceipt = async (
  { services, provider, entity, steps }: CryptoEarTools,
  tenantId: string,
  { checkoutId, received, feeMinor }: CryptoCheckout,
): Promise<void> => {
  if (received === undefined) return;
  const { asset, amountMinor: receivedMinor } = received;
  const data = { provider: provider.name, entity, checkoutId, asset, receivedMinor, feeMinor };
  await submitter(services, provider.name)(tenantId, steps.suspendReceipt, data);
};

/** Its saga is over. Money that came all the same is money that arrived, and is looked at as any other. */
const concludeLate = async (
  { services, provider, checks, steps }: CryptoEarTools,
  tenantId: string,
  { depositId, accountId, status }: CryptoDeposit,
  { checkoutId, received, feeMinor, isLate }: CryptoCheckout,
): Promise<void> => {
  if (received === undefined || status === 'credited' || status === 'suspended') return;
  const { asset, amountMinor } = received;
  const verdict = await checks.check({
    tenantId,
    direction: 'incoming',
    paymentId: depositId,
    accountId,
    asset,
    amountMinor,
    counterpartyIban: undefined,
  });
  const checkout = { checkoutId, status: 'paid' as const, received, feeMinor, isLate };
  await submitter(services, provider.name)(tenantId, steps.conclude, { depositId, checkout, verdict });
};
