import { ChecksUnavailable } from '@finaegis/platform/command/checks';
import type { ContextModule } from '@finaegis/platform/module';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import type { Services } from '@finaegis/platform/services';
import { allowsAsset } from '../account/contract.ts';
import { type BankEars, createBankEars } from './bank-ears.ts';
import { type BulkPart, createBulkPart } from './bulk-payments.ts';
import { type CardPart, createCardPart } from './card-payments.ts';
import type { CardPaymentPorts } from './card-ports.ts';
import { type CryptoPart, createCryptoPart, createCryptoRefunds } from './crypto-payments.ts';
import type { CryptoPaymentPorts } from './crypto-ports.ts';
import { createHandlers, type PaymentHandlers } from './handlers.ts';
import { incomingRoutes } from './http/incoming-routes.ts';
import { outgoingRoutes } from './http/outgoing-routes.ts';
import type { PaymentHttp } from './http/payment-http.ts';
import { paymentProblems, withNeighbours } from './http/problems.ts';
import { webhookRoutes } from './http/webhook-routes.ts';
import { workItemRoutes } from './http/work-item-routes.ts';
import { createInboxStepHandlers } from './inbox/commands.ts';
import { inboxAggregate } from './inbox/inbox-message.ts';
import { incomingAggregate } from './incoming/incoming.ts';
import { createStepHandlers, type PaymentTools, type StepHandlers } from './outgoing/commands.ts';
import { outgoingAggregate } from './outgoing/outgoing.ts';
import {
  allowAllPayments,
  noFees,
  type PaymentChecks,
  type PaymentPorts,
  paymentTimes,
  silentBanks,
  type WebhookHandlers,
} from './ports.ts';
import { paymentPublishes } from './published.ts';
import { railKey, railOrderOf } from './rail-order.ts';
import { createPaymentReads, type PaymentReads } from './reads.ts';
import { outgoingPaymentSaga } from './sagas/outgoing-payment.ts';
import { webhookMessageSaga } from './sagas/webhook-message.ts';
import { inboxView } from './views/inbox.ts';
import { paymentsView } from './views/payments.ts';
import { workItemsView } from './views/work-items.ts';
import { bankWay } from './ways-back.ts';
import { workItemAggregate } from './work-item/work-item.ts';

/** The context, with what neighbours and the server's own work need of it. */
export interface PaymentModule extends ContextModule {
  readonly handlers: PaymentHandlers;
  readonly reads: PaymentReads;
  readonly sagas: readonly SagaDefinition[];
  readonly bulk: BulkPart['handlers'];
  readonly cards: Pick<CardPart, 'handlers' | 'reads' | 'pspDays'>;
  readonly crypto: Pick<CryptoPart, 'handlers' | 'reads'>;
  /** Running due standing orders; the worker that does so all day, and one day of one entity. */
  readonly orderRuns: BulkPart['orderRuns'];
  /** Books what a bank's statement says of an account of ours, once whoever tells of it. */
  readonly takeEntry: BankEars['take'];
}

const ownEvents = [
  ...outgoingAggregate.events,
  ...incomingAggregate.events,
  ...workItemAggregate.events,
  ...inboxAggregate.events,
] as const;

/**
 * Payments: money that crosses the border of the bank, both ways, and whatever on the way somebody has to look at.
 * @param services used while a request or an event is worked on, never here, so that it may be filled in later
 */
export const createPaymentModule = (
  services: Services,
  ports: PaymentPorts & CardPaymentPorts & CryptoPaymentPorts,
): PaymentModule => {
  const reads = createPaymentReads(services);
  const tools = toolsOf(services, ports, reads);
  const { steps, inboxSteps, outgoingSaga, inboxSaga } = createSagas(services, ports, {
    tools,
    reads,
    webhooks: () => [...(ports.webhooks?.handlers ?? []), cards.webhooks, ...crypto.webhooks],
    hear: (message) => ears.hear(message),
  });
  const handlers = createHandlers({
    tools: handlerTools(tools, reads, ports),
    outgoingSaga,
    inboxSaga,
  });
  const http = httpOf(services, ports, { handlers, reads });
  const bulk = createBulkPart(services, { ports, tools, http });
  const cryptoRefunds = createCryptoRefunds(services, ports);
  const cardPorts = { ...ports, refunds: { crypto: cryptoRefunds, ...ports.refunds } };
  const cards = createCardPart(services, { ports: cardPorts, tools, http, paymentReads: reads });
  const crypto = createCryptoPart(services, { ports, tools, http, refunds: cryptoRefunds, cards });
  const parts = [bulk, cards, crypto];
  const ears = createEars(services, ports, { reads, handlers, steps, cards, lines: bulk.steps });
  return {
    name: 'payment',
    events: [...ownEvents, ...parts.flatMap(({ events }) => events)],
    tables: [],
    views: [paymentsView, workItemsView, inboxView, ...bulk.views, ...cards.views, ...crypto.views],
    commands: [
      ...Object.values(steps),
      ...Object.values(inboxSteps),
      ...Object.values(handlers),
      ...parts.flatMap(({ commands }) => commands),
    ],
    // Payments have checks of their own, which may also ask for a person; what follows on an accepted payment is not checked again.
    checked: ['payment.Create', 'payment.PayRequest'],
    sagas: [outgoingSaga, inboxSaga, ...parts.flatMap(({ sagas }) => sagas)],
    routes: [
      ...outgoingRoutes(http),
      ...incomingRoutes(http),
      ...workItemRoutes(http),
      ...webhookRoutes(http),
      ...parts.flatMap(({ routes }) => routes),
    ],
    publishes: paymentPublishes,
    problems: { ...paymentProblems, ...bulk.problems, ...cards.problems, ...crypto.problems },
    handlers,
    reads,
    bulk: bulk.handlers,
    cards,
    crypto,
    orderRuns: bulk.orderRuns,
    takeEntry: ears.take,
  };
};

/** What becomes of what banks tell. */
const createEars = (
  services: Services,
  ports: PaymentPorts & CardPaymentPorts,
  {
    reads,
    handlers,
    steps,
    cards,
    lines,
  }: Pick<PaymentModule, 'reads' | 'handlers'> & {
    readonly steps: StepHandlers;
    readonly cards: CardPart;
    readonly lines: BulkPart['steps'];
  },
): BankEars => {
  const { rail, assets, ledger, banks = silentBanks } = ports;
  const { incoming: findIncoming, textOf } = reads;
  return createBankEars({
    services,
    banks,
    rail,
    journals: ledger.reads,
    reads,
    cards: cards.reads,
    payoutsNamedIn: cards.payoutsNamedIn,
    takePayout: cards.takePayout,
    bankWay: bankWay({ rail, assets, findIncoming, textOf, now: () => services.now() }),
    steps: { ...steps, comeBack: cards.handlers.returnRefund },
    lines,
    handlers,
  });
};

const nobodyWaits = (): undefined => undefined;

/** Whoever cannot be asked has not agreed: nothing is booked, and it is asked again. */
const failingClosed = ({ check }: PaymentChecks): PaymentChecks => ({
  check: async (payment) => {
    try {
      return await check(payment);
    } catch (cause) {
      throw new ChecksUnavailable('The checks of payments could not be asked.', { cause });
    }
  },
});

/** What the routes are built over. */
const httpOf = (
  services: Services,
  { access, accounts, assets, ledger, rail, webhooks, banks }: PaymentPorts,
  { handlers, reads }: Pick<PaymentModule, 'handlers' | 'reads'>,
): PaymentHttp => ({
  services,
  access,
  assets,
  accounts: accounts.directory,
  entities: ledger.reads,
  handlers,
  reads,
  rail,
  findSender: async (tenantId, name) =>
    webhooks?.verifiers.find(({ provider }) => provider === name) ?? (await banks?.findSender(tenantId, name)),
  problems: withNeighbours(accounts.problems, ledger.problems),
});

/** What every command is built over. */
const toolsOf = (services: Services, ports: PaymentPorts, reads: PaymentReads): PaymentTools => ({
  balances: ports.ledger.balances,
  ledger: ports.ledger.directory,
  numbers: ports.accounts.numbers,
  personalData: { seal: (...sealing) => services.personalData.seal(...sealing) },
  rail: ports.rail,
  checks: failingClosed(ports.checks ?? allowAllPayments),
  fees: ports.fees ?? noFees,
  times: { ...paymentTimes, ...ports.times },
  sagas: () => services.sagas,
  now: () => services.now(),
  findOutgoing: reads.outgoing,
});

/** What commands ask that people and connectors give. */
const handlerTools = (
  tools: PaymentTools,
  { incoming: findIncoming, workItem: findWorkItem, message: findMessage, textOf }: PaymentReads,
  { accounts, waitingSagaOf = nobodyWaits }: Pick<PaymentPorts, 'accounts' | 'waitingSagaOf'>,
) => ({
  ...tools,
  findIncoming,
  waitingSagaOf,
  findWorkItem,
  findMessage,
  textOf,
  isAssetAllowed: async (tenantId: string, accountId: string, asset: string): Promise<boolean> => {
    const terms = await accounts.directory.find(tenantId, accountId);
    return terms !== undefined && allowsAsset(terms, asset);
  },
});

/** The sagas with the commands of their own steps. */
const createSagas = (
  services: Services,
  ports: PaymentPorts,
  {
    tools,
    reads,
    webhooks,
    hear,
  }: {
    readonly tools: PaymentTools;
    readonly reads: PaymentReads;
    readonly webhooks: () => readonly WebhookHandlers[];
    readonly hear: BankEars['hear'];
  },
) => {
  const { accounts, assets } = ports;
  const steps = createStepHandlers(tools);
  const sources = { services, assets, parties: ports.parties, accounts: accounts.directory, numbers: accounts.numbers };
  const outgoingSaga = outgoingPaymentSaga(
    {
      ...tools,
      railKey,
      orderOf: (tenantId, payment) => railOrderOf(sources, tenantId, payment),
      loseOutcome: async (paymentId, { tenantId, metadata }) => {
        await services.commands.submit(steps.loseOutcome, { paymentId }, { tenantId, metadata });
      },
    },
    steps,
  );
  const inboxSteps = createInboxStepHandlers();
  const inboxSaga = webhookMessageSaga(
    {
      askFirstMs: tools.times.askFirstMs,
      handlers: webhooks,
      hear,
      messageOf: reads.messageBody,
    },
    inboxSteps,
  );
  return { steps, inboxSteps, outgoingSaga, inboxSaga };
};
