import { cardDepositAggregate, cardPayerAggregate } from '@finaegis/bank/payment/card-deposit/card-deposit';
import { createCardDepositHandler, createCardStepHandlers } from '@finaegis/bank/payment/card-deposit/commands';
import type { CardProvider } from '@finaegis/bank/payment/card-provider';
import type { CardReads } from '@finaegis/bank/payment/card-reads';
import { createDisputeHandlers, createDisputeStepHandlers } from '@finaegis/bank/payment/dispute/commands';
import { disputeAggregate } from '@finaegis/bank/payment/dispute/dispute';
import type { PaymentTools } from '@finaegis/bank/payment/outgoing/commands';
import { createPayoutHandlers } from '@finaegis/bank/payment/payout/commands';
import { cardPayoutAggregate } from '@finaegis/bank/payment/payout/payout';
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
import { disputeAnswerSaga } from '@finaegis/bank/payment/sagas/dispute-answer';
import { disputeDeadlineSaga } from '@finaegis/bank/payment/sagas/dispute-deadline';
import { refundSaga } from '@finaegis/bank/payment/sagas/refund';
import { cardWay } from '@finaegis/bank/payment/ways-back';
import { ownErrors, refundFees, refundLimitMinor } from './card-rules.ts';
import { cardAsset, cardProviderName } from './cards-twin.ts';
import type { MemoryReads } from './memory-reads.ts';
import type { OutsideTimes } from './outside-times.ts';

/** Events of deposits by card, refunds and disputes. */
export const cardEvents = [
  cardDepositAggregate,
  cardPayerAggregate,
  refundAggregate,
  refundPolicyAggregate,
  remainderAggregate,
  disputeAggregate,
].flatMap(({ events }) => events);

const policy: RefundPolicy = {
  ...refundPolicy,
  limits: [{ asset: cardAsset, amountMinor: refundLimitMinor }],
  reasons: [...ownErrors],
  fees: [{ asset: cardAsset, ...refundFees }],
  freeReasons: [...ownErrors],
};

/** Handlers of deposits by card, refunds and disputes with their sagas, as one process has them. */
export const createCards = (
  payments: PaymentTools & { readonly times: OutsideTimes },
  reads: MemoryReads,
  cards: CardProvider,
) => {
  const tools = createTools(payments, reads);
  const steps = {
    deposit: createCardStepHandlers(tools),
    refund: createRefundStepHandlers(tools),
    dispute: createDisputeStepHandlers(tools, () => deadline),
    payout: createPayoutHandlers(tools),
  };
  const deadline = disputeDeadlineSaga(tools.times, () => steps.dispute);
  const findPayer = (tenantId: string, accountId: string) => reads.stream(cardPayerAggregate, tenantId, accountId);
  const way = cardWay(cards, tools.findCardDeposit);
  const depositSaga = cardDepositSaga({ ...tools, cards, findPayer }, steps.deposit);
  const backSaga = refundSaga({ ...tools, ways: { card: way, bank: undefined, crypto: undefined } }, steps.refund);
  // What the evidence says plays no part here.
  const textOf = async (): Promise<string> => JSON.stringify({ product_description: 'It was delivered.' });
  const answerSaga = disputeAnswerSaga({ ...tools, cards, textOf }, steps.dispute);
  return {
    sagas: [depositSaga, backSaga, answerSaga, deadline],
    handlers: {
      createCardDeposit: createCardDepositHandler(tools, () => depositSaga),
      requestRefund: requestRefundHandler(tools, () => backSaga),
      ...createRefundHandlers(tools),
      returnRefund: steps.refund.comeBack,
      ...createDisputeHandlers(tools, () => answerSaga),
    },
    /** What the ears for the provider's messages are made of. */
    parts: { provider: cards, checks: payments.checks, reads: readsOf(tools, reads), cardWay: way, steps },
  };
};

const createTools = (payments: PaymentTools & { readonly times: OutsideTimes }, reads: MemoryReads) => {
  const findCardDeposit = (tenantId: string, depositId: string) =>
    reads.stream(cardDepositAggregate, tenantId, depositId);
  return {
    ...payments,
    provider: cardProviderName,
    payMaxMs: payments.times.payMaxMs,
    isCardAsset: async (_tenantId: string, _accountId: string, asset: string) => asset === cardAsset,
    findCardDeposit,
    policy,
    findRefund: (tenantId: string, refundId: string) => reads.stream(refundAggregate, tenantId, refundId),
    findDispute: (tenantId: string, disputeId: string) => reads.stream(disputeAggregate, tenantId, disputeId),
    findSource: async (tenantId: string, paymentId: string): Promise<RefundSource | undefined> => {
      const deposit = await findCardDeposit(tenantId, paymentId);
      if (deposit.status !== 'credited') return undefined;
      const { accountId, entity, asset, receivedMinor = 0n, receivedAt = '' } = deposit;
      const leavesBy = `psp/${deposit.provider}`;
      return { way: 'card', accountId, entity, leavesBy, asset, capturedMinor: receivedMinor, capturedAt: receivedAt };
    },
  };
};

/** What the ears read; lists are nobody's here. */
const readsOf = ({ findCardDeposit, findRefund, findDispute }: ReturnType<typeof createTools>, reads: MemoryReads) =>
  ({
    deposit: findCardDeposit,
    refund: findRefund,
    dispute: findDispute,
    payout: (tenantId: string, payoutId: string) => reads.stream(cardPayoutAggregate, tenantId, payoutId),
  }) as CardReads;
