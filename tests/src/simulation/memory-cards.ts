import { cardDepositAggregate, cardPayerAggregate } from '@finaegis/bank/payment/card-deposit/card-deposit';
import { createCardDepositHandler, createCardStepHandlers } from '@finaegis/bank/payment/card-deposit/commands';
import type { CardProvider } from '@finaegis/bank/payment/card-provider';
import type { PaymentTools } from '@finaegis/bank/payment/outgoing/commands';
import {
  createRefundHandlers,
  createRefundStepHandlers,
  type RefundSource,
  requestRefundHandler,
} from '@finaegis/bank/payment/refund/commands';
import { type RefundPolicy, refundPolicy, refundPolicyAggregate } from '@finaegis/bank/payment/refund/policy';
import { refundAggregate } from '@finaegis/bank/payment/refund/refund';
import { remainderAggregate } from '@finaegis/bank/payment/refund/remainder';
import { cardDepositSaga } from '@finaegis/bank/payment/sagas/card-deposit';
import { refundSaga } from '@finaegis/bank/payment/sagas/refund';
import { cardWay } from '@finaegis/bank/payment/ways-back';
import { ownErrors, refundFees, refundLimitMinor } from './card-rules.ts';
import { cardAsset, cardPayMaxMs, cardProviderName } from './cards-twin.ts';
import type { MemoryReads } from './memory-reads.ts';

/** Events of deposits by card and of refunds. */
export const cardEvents = [
  cardDepositAggregate,
  cardPayerAggregate,
  refundAggregate,
  refundPolicyAggregate,
  remainderAggregate,
].flatMap(({ events }) => events);

const policy: RefundPolicy = {
  ...refundPolicy,
  limits: [{ asset: cardAsset, amountMinor: refundLimitMinor }],
  reasons: [...ownErrors],
  fees: [{ asset: cardAsset, ...refundFees }],
  freeReasons: [...ownErrors],
};

/** Handlers of deposits by card and of refunds with their sagas, as one process has them. */
export const createCards = (payments: PaymentTools, reads: MemoryReads, cards: CardProvider) => {
  const findCardDeposit = (tenantId: string, depositId: string) =>
    reads.stream(cardDepositAggregate, tenantId, depositId);
  const tools = {
    ...payments,
    provider: cardProviderName,
    payMaxMs: cardPayMaxMs,
    isCardAsset: async (_tenantId: string, _accountId: string, asset: string) => asset === cardAsset,
    findCardDeposit,
    policy,
    findRefund: (tenantId: string, refundId: string) => reads.stream(refundAggregate, tenantId, refundId),
    findSource: async (tenantId: string, paymentId: string): Promise<RefundSource | undefined> => {
      const deposit = await findCardDeposit(tenantId, paymentId);
      if (deposit.status !== 'credited') return undefined;
      const { accountId, entity, asset, receivedMinor = 0n, receivedAt = '' } = deposit;
      const leavesBy = `psp/${deposit.provider}`;
      return { way: 'card', accountId, entity, leavesBy, asset, capturedMinor: receivedMinor, capturedAt: receivedAt };
    },
  };
  const steps = { deposit: createCardStepHandlers(tools), refund: createRefundStepHandlers(tools) };
  const findPayer = (tenantId: string, accountId: string) => reads.stream(cardPayerAggregate, tenantId, accountId);
  const ways = { card: cardWay(cards, findCardDeposit), bank: undefined, crypto: undefined };
  const depositSaga = cardDepositSaga({ ...tools, cards, findPayer }, steps.deposit);
  const backSaga = refundSaga({ ...tools, ways }, steps.refund);
  return {
    sagas: [depositSaga, backSaga],
    handlers: {
      createCardDeposit: createCardDepositHandler(tools, () => depositSaga),
      requestRefund: requestRefundHandler(tools, () => backSaga),
      ...createRefundHandlers(tools),
      returnRefund: steps.refund.comeBack,
    },
  };
};
