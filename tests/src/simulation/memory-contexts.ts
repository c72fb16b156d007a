import { accountAggregate } from '@finaegis/bank/account/account/account';
import { createAccountHandlers } from '@finaegis/bank/account/handlers';
import { numberingAggregate } from '@finaegis/bank/account/identifier/identifier';
import { productAggregate } from '@finaegis/bank/account/product/product';
import { accountsTable } from '@finaegis/bank/account/views/accounts';
import { identifiersTable } from '@finaegis/bank/account/views/identifiers';
import { bankCodesTable, numberingTable } from '@finaegis/bank/account/views/numbering';
import { productsTable } from '@finaegis/bank/account/views/products';
import type { LedgerHandlers } from '@finaegis/bank/ledger/handlers';
import type { LedgerModule } from '@finaegis/bank/ledger/module';
import { createMandateCommands } from '@finaegis/bank/party/mandate/commands';
import { mandateEvents } from '@finaegis/bank/party/mandate/events';
import { mandateAggregate } from '@finaegis/bank/party/mandate/mandate';
import { createPartyCommands } from '@finaegis/bank/party/party/commands';
import { partyEvents } from '@finaegis/bank/party/party/events';
import { mandatesTable } from '@finaegis/bank/party/views/mandates';
import { partiesTable } from '@finaegis/bank/party/views/parties';
import type { CardProvider } from '@finaegis/bank/payment/card-provider';
import { suspenseQueue } from '@finaegis/bank/payment/contract';
import { createHandlers } from '@finaegis/bank/payment/handlers';
import { inboxAggregate } from '@finaegis/bank/payment/inbox/inbox-message';
import { incomingAggregate } from '@finaegis/bank/payment/incoming/incoming';
import { createStepHandlers, type PaymentTools } from '@finaegis/bank/payment/outgoing/commands';
import { type Outgoing, outgoingAggregate } from '@finaegis/bank/payment/outgoing/outgoing';
import type { BankRail, PaymentVerdict, RailOrder } from '@finaegis/bank/payment/ports';
import { outgoingPaymentSaga } from '@finaegis/bank/payment/sagas/outgoing-payment';
import { workItemAggregate } from '@finaegis/bank/payment/work-item/work-item';
import { ChecksUnavailable } from '@finaegis/platform/command/checks';
import type { Commands } from '@finaegis/platform/command/commands';
import type { CommandHandler } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { Sealing } from '@finaegis/platform/event-store/personal-ref';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import { sagaEvents } from '@finaegis/platform/saga/events';
import { leasesTable } from '@finaegis/platform/saga/leases-table';
import type { Sagas } from '@finaegis/platform/saga/sagas';
import type { Random } from '../stress/random.ts';
import { cardEvents, createCards } from './memory-cards.ts';
import { createFiles, fileEvents } from './memory-files.ts';
import { createMessageSaga, messageEvents } from './memory-messages.ts';
import type { MemoryReads } from './memory-reads.ts';
import type { OutsideTimes } from './outside-times.ts';
import { chance } from './scheduler.ts';

/** Events of everything beside the ledger. */
export const contextEvents = [
  ...partyEvents,
  ...mandateEvents,
  ...[productAggregate, numberingAggregate, accountAggregate].flatMap(({ events }) => events),
  ...[outgoingAggregate, incomingAggregate, workItemAggregate].flatMap(({ events }) => events),
  ...cardEvents,
  ...fileEvents,
  ...messageEvents,
  ...sagaEvents,
];

/** Its tables; what else follows the log is not decided on. */
export const contextTables = [
  partiesTable,
  mandatesTable,
  productsTable,
  numberingTable,
  bankCodesTable,
  accountsTable,
  identifiersTable,
  leasesTable,
] as readonly LockedTable[];

/** What one process has besides the ledger. */
export interface ContextSources {
  readonly reads: MemoryReads;
  readonly balances: LedgerModule['balances'];
  readonly ledgerHandlers: LedgerHandlers;
  readonly rail: BankRail;
  readonly cards: CardProvider;
  readonly commands: () => Commands;
  readonly sagas: () => Pick<Sagas, 'handlers' | 'adopt'>;
  readonly sealing: Sealing;
  readonly times: OutsideTimes;
  /** The text of a provider's message. */
  readonly bodyOf: (messageId: string) => string | undefined;
  readonly random: Random;
  readonly now: () => string;
}

/** What the bank charges for a payment abroad, in cents. */
export const paymentFeeMinor = 20n;

/** A rule that anybody can follow: amounts ending in 7 are looked at by a person, those ending in 9 are refused. */
const verdictOn = (amountMinor: bigint): PaymentVerdict => {
  if (amountMinor % 10n === 7n) return { kind: 'review', reason: 'odd_amount' };
  return amountMinor % 10n === 9n ? { kind: 'refuse', reason: 'forbidden_amount' } : { kind: 'allow' };
};

/** Handlers of parties, customers' accounts and payments, and the saga of payments, as one process has them. */
export const createContexts = (sources: ContextSources) => {
  const { reads, balances, ledgerHandlers, sealing } = sources;
  const ledger = reads.ledger;
  const party = createPartyCommands({ personalData: sealing as never });
  const mandates = createMandateCommands({ readPool: undefined as never });
  const account = createAccountHandlers({
    assets: reads.assets,
    balances,
    personalData: sealing,
    ledger,
    accounts: reads.accounts,
    ledgerHandlers,
    suspense: suspenseQueue,
  });
  const { handlers: payment, sagas } = createPayments(sources);
  return {
    sagas,
    handlers: {
      ...party,
      grantMandate: mandates.grantMandate,
      revokeMandate: {
        ...mandates.revokeMandate,
        // Whose it is: the one thing the context asks the database itself.
        prepare: async ({ mandateId }: { readonly mandateId: string }, { tenantId }: { readonly tenantId: string }) => {
          const state = await reads.stream(mandateAggregate, tenantId, mandateId);
          return { partyId: state.status === 'unknown' ? undefined : state.grant.partyId };
        },
      },
      publishProduct: account.publishProduct,
      setBankDetails: account.setBankDetails,
      openAccount: account.openAccount,
      closeAccount: account.closeAccount,
      recordDeposit: account.recordDeposit,
      withdraw: account.withdraw,
      setAccountOverdraft: account.setOverdraftLimit,
      ...payment,
      retrySaga: sources.sagas().handlers.retry as unknown as CommandHandler<{ readonly sagaId: string }>,
    },
  };
};

const createPayments = (sources: ContextSources) => {
  const { reads, balances, rail, cards, commands, sagas, sealing, times, random, now } = sources;
  const find =
    <State>(aggregate: Parameters<typeof reads.stream<State>>[0]) =>
    (tenantId: string, id: string): Promise<State> =>
      reads.stream(aggregate, tenantId, id);
  const tools = {
    balances,
    ledger: reads.ledger,
    numbers: reads.numbers,
    personalData: sealing,
    rail,
    checks: {
      check: async ({ amountMinor }: { readonly amountMinor: bigint }) => {
        if (chance(random, 40)) throw new ChecksUnavailable('The checks are away.');
        return verdictOn(amountMinor);
      },
    },
    fees: {
      feeOf: async ({ rail: way }: { readonly rail: string }) => (way === 'sepa' ? paymentFeeMinor : 0n),
    },
    times,
    sagas: sagas as never,
    now,
    findOutgoing: find(outgoingAggregate),
  } satisfies PaymentTools;
  const steps = createStepHandlers(tools);
  const saga: SagaDefinition = outgoingPaymentSaga(
    {
      ...tools,
      railKey: (paymentId) => paymentId,
      orderOf: async (tenantId, payment) => orderOf(tenantId, payment),
      loseOutcome: async (paymentId, { tenantId, metadata }) => {
        await commands().submit(steps.loseOutcome, { paymentId }, { tenantId, metadata });
      },
    },
    steps,
  );
  const byCard = createCards(tools, reads, cards);
  const files = createFiles(tools, sources);
  const inboxSaga = createMessageSaga(byCard, { ...sources, askFirstMs: times.askFirstMs });
  const all = createHandlers({
    tools: {
      ...tools,
      findIncoming: find(incomingAggregate),
      findWorkItem: find(workItemAggregate),
      findMessage: find(inboxAggregate),
      textOf: async () => 'Somebody',
      waitingSagaOf: () => undefined,
      isAssetAllowed: async (tenantId, accountId, asset) => {
        const terms = await reads.accounts.find(tenantId, accountId);
        return terms !== undefined && (terms.assets === undefined || terms.assets.includes(asset));
      },
    },
    outgoingSaga: saga,
    inboxSaga,
  });
  return {
    sagas: [saga, ...byCard.sagas, files.saga, inboxSaga],
    handlers: { ...byCard.handlers, ...files.handlers, ...all },
  };
};

/** Names and texts play no part here. */
const orderOf = (tenantId: string, payment: Outgoing): RailOrder => {
  const { paymentId, asset, amountMinor, reference, endToEndId, rail, bank = '', executionDate } = payment;
  const order = { tenantId, key: paymentId, bank, rail, asset, amountMinor, decimals: 2 };
  return { ...order, reference, endToEndId, executionDate, debtor: {}, creditor: { name: 'Somebody' } };
};

/** Every command of these contexts, by name. */
export type ContextHandlers = ReturnType<typeof createContexts>['handlers'];
