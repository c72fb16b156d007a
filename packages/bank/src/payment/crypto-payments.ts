import type { ContextModule } from '@finaegis/platform/module';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import type { Services } from '@finaegis/platform/services';
import { allowsAsset } from '../account/contract.ts';
import type { CardPart } from './card-payments.ts';
import type { RefundPorts } from './card-ports.ts';
import {
  type CreateCryptoDepositHandler,
  createCryptoDepositHandler,
  createCryptoStepHandlers,
} from './crypto-deposit/commands.ts';
import { type CryptoSupport, cryptoDepositAggregate } from './crypto-deposit/crypto-deposit.ts';
import { cryptoReceiptAggregate } from './crypto-deposit/receipt.ts';
import { createCryptoEars } from './crypto-ears.ts';
import type { CryptoPaymentPorts } from './crypto-ports.ts';
import type { CryptoProvider } from './crypto-provider.ts';
import { type CryptoReads, createCryptoReads } from './crypto-reads.ts';
import { pspOf } from './house.ts';
import { cryptoDepositRoutes, cryptoProblems } from './http/crypto-deposit-routes.ts';
import type { PaymentHttp } from './http/payment-http.ts';
import type { PaymentTools } from './outgoing/commands.ts';
import type { PaymentPorts, WebhookHandlers } from './ports.ts';
import { cryptoDepositSaga } from './sagas/crypto-deposit.ts';
import { cryptoDepositsView } from './views/crypto-deposits.ts';
import { cryptoWay } from './ways-back.ts';

/** What crypto checkouts add to the context's table. */
export type CryptoPart = Pick<ContextModule, 'events' | 'views' | 'commands' | 'routes' | 'problems'> & {
  readonly sagas: readonly SagaDefinition[];
  readonly webhooks: readonly WebhookHandlers[];
  readonly reads: CryptoReads;
  readonly handlers: { readonly createCryptoDeposit: CreateCryptoDepositHandler };
};

const hourMs = 3_600_000;
const nowhere = { ways: [], entity: 'main' } as const;

/** Where refunds find crypto deposits, and how they go back; as the ports of refunds want it. */
export const createCryptoRefunds = (
  services: Services,
  { crypto = nowhere }: CryptoPaymentPorts,
): NonNullable<RefundPorts['crypto']> => {
  const reads = createCryptoReads(services);
  return {
    find: async (tenantId, paymentId) => {
      const deposit = await reads.deposit(tenantId, paymentId);
      if (deposit.status !== 'credited') return undefined;
      const { accountId, entity, provider, asset, receivedMinor = 0n, receivedAt = '' } = deposit;
      const leavesBy = pspOf(provider);
      return { accountId, entity, leavesBy, asset, capturedMinor: receivedMinor, capturedAt: receivedAt };
    },
    way: cryptoWay(providersBy(crypto.ways.map(({ provider }) => provider)), reads.deposit),
  };
};

/** Crypto checkouts, put together from what the context has. */
export const createCryptoPart = (
  services: Services,
  {
    ports,
    tools: given,
    http,
    refunds: { way },
    cards,
  }: {
    readonly ports: PaymentPorts & CryptoPaymentPorts;
    readonly tools: PaymentTools;
    readonly http: Omit<PaymentHttp, 'handlers' | 'reads'>;
    readonly refunds: NonNullable<RefundPorts['crypto']>;
    readonly cards: Pick<CardPart, 'handlers' | 'reads'>;
  },
): CryptoPart => {
  const { ways, entity, payMaxMs = hourMs } = ports.crypto ?? { ...nowhere };
  const reads = createCryptoReads(services);
  const taking = ways[0]?.provider;
  const tools = {
    ...given,
    provider: taking?.name ?? 'none',
    payMaxMs,
    supportOf: supportBy(taking, ports.accounts.directory),
    findCryptoDeposit: reads.deposit,
    providerOf: providersBy(ways.map(({ provider }) => provider)),
  };
  const steps = createCryptoStepHandlers(tools);
  const saga = cryptoDepositSaga(tools, steps);
  const handlers = { createCryptoDeposit: createCryptoDepositHandler(tools, () => saga) };
  const problems = { ...http.problems, ...cryptoProblems };
  const shared = { services, entity, checks: tools.checks, reads, refunds: cards.reads, way, steps };
  return {
    events: [...cryptoDepositAggregate.events, ...cryptoReceiptAggregate.events],
    views: [cryptoDepositsView],
    commands: [...Object.values(steps), ...Object.values(handlers)],
    sagas: [saga],
    routes: cryptoDepositRoutes({ ...http, ...handlers, problems, reads, remainder: cards.reads.remainder }),
    problems: cryptoProblems,
    webhooks: ways.map(({ provider, messages }) =>
      messages(createCryptoEars({ ...shared, provider, comeBack: cards.handlers.returnRefund })),
    ),
    reads,
    handlers,
  };
};

const providersBy =
  (providers: readonly CryptoProvider[]): ((name: string) => CryptoProvider) =>
  (name) => {
    const found = providers.find((provider) => provider.name === name);
    if (found === undefined) throw new Error(`No crypto provider is called ${name} here.`);
    return found;
  };

const supportBy =
  (provider: CryptoProvider | undefined, accounts: PaymentPorts['accounts']['directory']) =>
  async (tenantId: string, accountId: string, asset: string): Promise<CryptoSupport> => {
    const payable = provider?.assets.find(({ code }) => code === asset);
    if (payable === undefined) return { isSupported: false, stepMinor: 1n };
    const terms = await accounts.find(tenantId, accountId);
    const stepMinor = 10n ** BigInt(payable.decimals - payable.priceDecimals);
    return { isSupported: terms !== undefined && allowsAsset(terms, asset), stepMinor };
  };
