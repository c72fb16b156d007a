import { derivedUuid } from '@finaegis/kernel/id';
import type { StepCall, StepOutcome } from '@finaegis/platform/saga/definition';
import type { Investment } from '../investment/investment.ts';
import type { InvestmentPayments, PaymentRequest } from '../ports.ts';
import { investmentSagaId } from '../with-saga.ts';

/** What an investment's payment is known by, to us and to whoever takes it. */
export const paymentKey = (investmentId: string): string => derivedUuid('cgo-payment', investmentId);

/** The payment of an investment, fee included, as whoever takes it is asked for it. */
export const paymentRequestOf = (tenantId: string, investment: Investment): PaymentRequest => {
  const { investmentId, method, partyId, accountId, asset, assetDecimals, amountMinor, feeMinor, reference } =
    investment;
  return {
    tenantId,
    key: paymentKey(investmentId),
    method,
    partyId,
    accountId,
    asset,
    assetDecimals,
    amountMinor: amountMinor + feeMinor,
    reference,
    waitingSagaId: investmentSagaId(investmentId),
  };
};

/** The longest wait between two looks, and the only one where whoever has news tells them. */
export const waitMaxMs = 6 * 3_600_000;

/** Looks again later each time, up to six hours: every look is an event, and whoever has news tells them. */
export const lookAgain = ({ carry }: Pick<StepCall, 'carry'>, firstMs: number): StepOutcome => {
  const afterMs = typeof carry === 'number' ? carry : firstMs;
  return { kind: 'again', afterMs, carry: Math.min(afterMs * 2, waitMaxMs) };
};

const firstLookMs = 2_000;

/** Sends back what was paid for an investment. A refusal parks the saga: money that cannot go back is a person's business. */
export const sentBack = async (
  {
    payments,
    investmentOf,
  }: {
    readonly payments: Pick<InvestmentPayments, 'refund'>;
    readonly investmentOf: (tenantId: string, investmentId: string) => Promise<Investment>;
  },
  call: Pick<StepCall<{ readonly investmentId: string }>, 'tenantId' | 'input' | 'carry'>,
): Promise<StepOutcome> => {
  const { tenantId, input } = call;
  const investment = await investmentOf(tenantId, input.investmentId);
  const outcome = await payments.refund({
    ...paymentRequestOf(tenantId, investment),
    payer: investment.payIn?.payer,
  });
  switch (outcome.kind) {
    case 'refunded':
      return { kind: 'done' };
    case 'pending':
      return lookAgain(call, firstLookMs);
    case 'failed':
      return { kind: 'declined', code: outcome.code };
  }
};
