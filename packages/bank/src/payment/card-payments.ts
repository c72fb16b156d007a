import type { ContextModule } from '@finaegis/platform/module';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import type { Services } from '@finaegis/platform/services';
import { allowsAsset } from '../account/contract.ts';
import { cardDepositAggregate, cardPayerAggregate } from './card-deposit/card-deposit.ts';
import { createCardDepositHandler, createCardStepHandlers } from './card-deposit/commands.ts';
import { createCardEars, takePayout } from './card-ears.ts';
import { type CardPaymentPorts, type CardPorts, noCards, type PayoutArrival } from './card-ports.ts';
import { type CardReads, createCardReads } from './card-reads.ts';
import { createDisputeHandlers, createDisputeStepHandlers } from './dispute/commands.ts';
import { disputeAggregate } from './dispute/dispute.ts';
import { nostroOf, pspOf } from './house.ts';
import { cardDepositRoutes } from './http/card-deposit-routes.ts';
import type { CardHttp } from './http/card-http.ts';
import { cardProblems } from './http/card-problems.ts';
import { disputeRoutes } from './http/dispute-routes.ts';
import type { PaymentHttp } from './http/payment-http.ts';
import { pspDayRoutes } from './http/psp-day-routes.ts';
import { refundPolicyRoutes } from './http/refund-policy-routes.ts';
import { refundRoutes } from './http/refund-routes.ts';
import type { PaymentTools } from './outgoing/commands.ts';
import { createPayoutHandlers } from './payout/commands.ts';
import { cardPayoutAggregate } from './payout/payout.ts';
import { type PaymentPorts, paymentTimes, type WebhookHandlers } from './ports.ts';
import { createPspDayHandlers } from './psp-day/commands.ts';
import { pspAccountAggregate, pspDayAggregate } from './psp-day/psp-day.ts';
import { createPspDays, explainDay, type PspDays } from './psp-days.ts';
import type { PaymentReads } from './reads.ts';
import {
  createRefundHandlers,
  createRefundStepHandlers,
  type RefundSource,
  requestRefundHandler,
  sendBackHandler,
  setRefundPolicyHandler,
} from './refund/commands.ts';
import { refundPolicy, refundPolicyAggregate } from './refund/policy.ts';
import { refundAggregate } from './refund/refund.ts';
import { remainderAggregate } from './refund/remainder.ts';
import type { WayBack } from './refund-ways.ts';
import { cardDepositSaga } from './sagas/card-deposit.ts';
import { disputeAnswerSaga } from './sagas/dispute-answer.ts';
import { disputeDeadlineSaga } from './sagas/dispute-deadline.ts';
import { pspDaySaga } from './sagas/psp-day.ts';
import { refundSaga } from './sagas/refund.ts';
import { cardsView } from './views/cards.ts';
import { bankWay, cardWay } from './ways-back.ts';

/** What cards, refunds and disputes add to the context's table. */
export type CardPart = Pick<ContextModule, 'events' | 'commands' | 'routes' | 'problems' | 'views'> & {
  readonly sagas: readonly SagaDefinition[];
  readonly webhooks: WebhookHandlers;
  readonly reads: CardReads;
  readonly pspDays: PspDays;
  readonly handlers: CardHttp['cardHandlers'] & { readonly sendBack: ReturnType<typeof sendBackHandler> };
  readonly payoutsNamedIn: (text: string) => readonly string[];
  /** Books a payout that a bank has before the provider has told of it; false where it is none. */
  readonly takePayout: (tenantId: string, arrival: PayoutArrival) => Promise<boolean>;
};

interface Parts {
  readonly ports: PaymentPorts & CardPaymentPorts;
  readonly tools: PaymentTools;
  readonly paymentReads: PaymentReads;
}

/** Cards, refunds and disputes, put together from what the context has. */
export const createCardPart = (
  services: Services,
  { http, ...parts }: Parts & { readonly http: Omit<PaymentHttp, 'handlers' | 'reads'> },
): CardPart => {
  const reads = createCardReads(services);
  const cards = parts.ports.cards ?? noCards;
  const tools = createTools(cards, reads, parts);
  const back = cardWay(cards.provider, reads.deposit);
  const { steps, sagas } = createSagas(tools, cards, { reads, back, ...parts });
  const given = {
    createCardDeposit: createCardDepositHandler(tools, () => sagas.deposit),
    requestRefund: requestRefundHandler(tools, () => sagas.refund),
    ...createRefundHandlers(tools),
    setRefundPolicy: setRefundPolicyHandler(),
    sendBack: sendBackHandler(tools, () => sagas.refund),
    ...createDisputeHandlers(tools, () => sagas.dispute),
  };
  // What a connector of a bank says is the same command as what a card provider leads to.
  const handlers = { ...given, returnRefund: steps.refund.comeBack };
  const problems = { ...http.problems, ...cardProblems };
  const routes: CardHttp = {
    ...http,
    cardHandlers: handlers,
    cardReads: reads,
    cards,
    problems,
    findSource: tools.findSource,
    unsetPolicy: tools.policy,
  };
  const ears = { services, cards, checks: tools.checks, reads, cardWay: back, steps };
  const aggregates = [
    cardDepositAggregate,
    cardPayerAggregate,
    refundAggregate,
    refundPolicyAggregate,
    remainderAggregate,
    disputeAggregate,
    cardPayoutAggregate,
    pspAccountAggregate,
    pspDayAggregate,
  ];
  const days = createDays(services, { cards, reads, ports: parts.ports });
  return {
    events: aggregates.flatMap(({ events }) => events),
    commands: [
      ...Object.values(steps.deposit),
      ...Object.values(steps.refund),
      ...Object.values(steps.dispute),
      ...Object.values(steps.payout),
      ...Object.values(days.handlers),
      ...Object.values(given),
    ],
    views: [cardsView],
    sagas: [...Object.values(sagas), days.saga],
    routes: [
      ...cardDepositRoutes(routes),
      ...refundRoutes(routes),
      ...refundPolicyRoutes(routes),
      ...disputeRoutes(routes),
      ...pspDayRoutes(routes),
    ],
    problems: cardProblems,
    webhooks: cards.messages(createCardEars(ears)),
    payoutsNamedIn: cards.provider.payoutsNamedIn,
    takePayout: (tenantId, arrival) => takePayout(ears, tenantId, arrival),
    reads,
    pspDays: days.pspDays,
    handlers,
  };
};

/** Days at the provider: what begins them, and the saga that sees each to its end. */
const createDays = (
  services: Services,
  {
    cards,
    reads,
    ports: { ledger, times },
  }: Pick<Parts, 'ports'> & { readonly cards: CardPorts; readonly reads: CardReads },
) => {
  const handlers = createPspDayHandlers(() => saga);
  const { pollMaxMs } = { ...paymentTimes, ...times };
  const tools = { services, cards, ledger, reads, handlers, pollMaxMs };
  const saga = pspDaySaga({ explainDay: (run) => explainDay(tools, run) });
  return { handlers, saga, pspDays: createPspDays(tools) };
};

/** The sagas, and the commands of their own steps. */
const createSagas = (
  tools: ReturnType<typeof createTools>,
  cards: CardPorts,
  { reads, back, ports, paymentReads }: Parts & { readonly reads: CardReads; readonly back: WayBack },
) => {
  const steps = {
    deposit: createCardStepHandlers(tools),
    refund: createRefundStepHandlers(tools),
    dispute: createDisputeStepHandlers(tools, () => deadline),
    payout: createPayoutHandlers(tools),
  };
  const deadline = disputeDeadlineSaga(tools.times, () => steps.dispute);
  const { textOf, incoming: findIncoming } = paymentReads;
  const bank = bankWay({ rail: ports.rail, assets: ports.assets, findIncoming, textOf, now: tools.now });
  const sagas = {
    deposit: cardDepositSaga({ ...tools, cards: cards.provider, findPayer: reads.payer }, steps.deposit),
    refund: refundSaga({ ...tools, ways: { card: back, bank, crypto: ports.refunds?.crypto?.way } }, steps.refund),
    dispute: disputeAnswerSaga({ ...tools, cards: cards.provider, textOf }, steps.dispute),
    deadline,
  };
  return { steps, sagas };
};

const dayMs = 86_400_000;

const createTools = (
  { provider, assets, payMaxMs = dayMs }: CardPorts,
  reads: CardReads,
  { ports, tools, paymentReads }: Parts,
) => ({
  ...tools,
  provider: provider.name,
  payMaxMs,
  isCardAsset: async (tenantId: string, accountId: string, asset: string): Promise<boolean> => {
    if (!assets.includes(asset)) return false;
    const terms = await ports.accounts.directory.find(tenantId, accountId);
    return terms !== undefined && allowsAsset(terms, asset);
  },
  findCardDeposit: reads.deposit,
  policy: { ...refundPolicy, ...ports.refunds?.policy },
  findRefund: reads.refund,
  findDispute: reads.dispute,
  findSource: async (tenantId: string, paymentId: string): Promise<RefundSource | undefined> => {
    const deposit = await reads.deposit(tenantId, paymentId);
    if (deposit.status !== 'unknown') {
      const { accountId, entity, asset, receivedMinor = 0n, receivedAt = '' } = deposit;
      if (deposit.status !== 'credited') return undefined;
      const leavesBy = pspOf(deposit.provider);
      return { way: 'card', accountId, entity, leavesBy, asset, capturedMinor: receivedMinor, capturedAt: receivedAt };
    }
    const incoming = await paymentReads.incoming(tenantId, paymentId);
    if (incoming.status !== 'unknown') {
      const { entity, asset, amountMinor: capturedMinor, creditedTo, bank, debtor, changedAt: capturedAt } = incoming;
      if (incoming.status !== 'credited' || creditedTo === undefined || debtor.iban === undefined) return undefined;
      const leavesBy = nostroOf(bank);
      return { way: 'bank', accountId: creditedTo, entity, leavesBy, asset, capturedMinor, capturedAt };
    }
    const found = await ports.refunds?.crypto?.find(tenantId, paymentId);
    return found === undefined ? undefined : { way: 'crypto', ...found };
  },
});
