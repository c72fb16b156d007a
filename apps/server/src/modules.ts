import { type AccountModule, createAccountModule } from '@finaegis/bank/account/module';
import { ecbRates } from '@finaegis/bank/asset/adapters/ecb-file';
import { manualRates } from '@finaegis/bank/asset/adapters/manual-rates';
import { type AssetDirectory, amountAt, amountWriter, parseAmountOfAnyLife } from '@finaegis/bank/asset/contract';
import { createAssetModule } from '@finaegis/bank/asset/module';
import type { RateProvider } from '@finaegis/bank/asset/ports';
import { accountPayments } from '@finaegis/bank/cgo/adapters/account-payments';
import { type CryptoDepositSeen, cryptoPayments } from '@finaegis/bank/cgo/adapters/crypto-payments';
import { partyProfiles } from '@finaegis/bank/cgo/adapters/party-profiles';
import { paymentsByMethod } from '@finaegis/bank/cgo/adapters/payments-by-method';
import { ruleCompliance } from '@finaegis/bank/cgo/adapters/rule-compliance';
import { bankPayments, cardPayments, type PaymentDoor } from '@finaegis/bank/cgo/adapters/through-account';
import { sagaWaitingFor } from '@finaegis/bank/cgo/contract';
import { createCgoModule } from '@finaegis/bank/cgo/module';
import type { InvestmentPayments } from '@finaegis/bank/cgo/ports';
import {
  type BankConnection,
  configuredConnections,
  providerOf,
} from '@finaegis/bank/custodian/adapters/configured-connections';
import type { MessageRecords } from '@finaegis/bank/custodian/adapters/message-records';
import { createCustodianModule } from '@finaegis/bank/custodian/module';
import type { CustodianPorts } from '@finaegis/bank/custodian/ports';
import { builtInRoles } from '@finaegis/bank/identity/contract';
import { createIdentityModule, type IdentityModule } from '@finaegis/bank/identity/module';
import { createLedgerModule, type LedgerModule } from '@finaegis/bank/ledger/module';
import { createPartyModule, type PartyModule } from '@finaegis/bank/party/module';
import { createCoinbaseCheckouts } from '@finaegis/bank/payment/adapters/coinbase-checkouts';
import { createCoinbaseCommerce } from '@finaegis/bank/payment/adapters/coinbase-commerce';
import {
  checkoutsMessages,
  commerceMessages,
  createCheckoutsVerifier,
  createCommerceVerifier,
} from '@finaegis/bank/payment/adapters/coinbase-messages';
import { createStripeCards } from '@finaegis/bank/payment/adapters/stripe-cards';
import { createStripeVerifier, stripeMessages } from '@finaegis/bank/payment/adapters/stripe-messages';
import type { CardPaymentPorts } from '@finaegis/bank/payment/card-ports';
import { suspenseQueue } from '@finaegis/bank/payment/contract';
import type { CryptoPaymentPorts } from '@finaegis/bank/payment/crypto-ports';
import { createPaymentModule, type PaymentModule } from '@finaegis/bank/payment/module';
import { parkedSagaItems } from '@finaegis/bank/payment/parked-sagas';
import type { PaymentPorts, WebhookVerifier } from '@finaegis/bank/payment/ports';
import type { AmountPorts } from '@finaegis/platform/approval/http/command-policies';
import { createApprovalModule } from '@finaegis/platform/approval/module';
import { createAuditModule } from '@finaegis/platform/audit/module';
import { createAccessTokens } from '@finaegis/platform/auth/access-token/token-text';
import { createAuthenticate } from '@finaegis/platform/auth/create-authenticate';
import { createAuthModule } from '@finaegis/platform/auth/module';
import { permissionsOf } from '@finaegis/platform/auth/permissions';
import type { ContextModule } from '@finaegis/platform/module';
import { createOversightModule } from '@finaegis/platform/oversight/module';
import { createStepUpModule } from '@finaegis/platform/proof/module';
import { publishedCatalogue } from '@finaegis/platform/published/catalogue';
import type { RealtimePorts } from '@finaegis/platform/realtime/module';
import { createRealtimeModule } from '@finaegis/platform/realtime/module';
import { createResilienceModule, type ResilienceModule } from '@finaegis/platform/resilience/module';
import { healthOf } from '@finaegis/platform/resilience/provider-health';
import { sagaCatalogue } from '@finaegis/platform/saga/definition';
import { createSagaModule } from '@finaegis/platform/saga/module';
import type { Services } from '@finaegis/platform/services';
import { createTenancyModule } from '@finaegis/platform/tenancy/module';
import { type AddressRules, publicOnly } from '@finaegis/platform/webhook/address-guard';
import { createWebhookModule } from '@finaegis/platform/webhook/module';

/** The Stripe account that takes card payments. */
export interface StripeAccount {
  readonly apiKey: string;
  readonly webhookSecret: string;
  /** Its own hosts when absent. */
  readonly url?: string;
  readonly assets: readonly string[];
  /** Partner bank it pays out to. */
  readonly payoutBank: string;
}

/** The accounts at Coinbase that take crypto: by the Checkouts API, by Commerce, or what is left of it by both. */
export interface CoinbaseAccounts {
  readonly checkouts?: {
    readonly keyId: string;
    readonly privateKey: string;
    readonly webhookSecret: string;
    readonly url?: string | undefined;
  };
  readonly commerce?: {
    readonly apiKey: string;
    readonly webhookSecret: string;
    readonly url?: string | undefined;
  };
}

/** What a process reaches outside the bank. */
export interface OutsideWorld {
  readonly stripe?: StripeAccount;
  readonly coinbase?: CoinbaseAccounts;
  readonly bankConnections?: readonly BankConnection[];
  /** Records of the messages of a connection, as all processes see them. */
  readonly bankMessages?: (connection: string) => MessageRecords;
  /** Where the European Central Bank's rates are read; by files that are sent when absent. */
  readonly ecbUrl?: string | undefined;
  /** Where webhooks may go. */
  readonly webhooks?: AddressRules;
  /** Where callers reach the API, as it tells them. */
  readonly publicUrl?: string | undefined;
  /** Key that access tokens are signed with, the same in every process; without it there are none. */
  readonly accessTokenKey?: Uint8Array;
  /** Key that subscriptions to what happens are signed with, the same in every process; without it nobody can subscribe. */
  readonly realtimeKey?: Uint8Array;
}

/** Every context over the services of one process; what one needs of another is given here and nowhere else. */
export const buildModules = (services: Services, outside: OutsideWorld = {}) => {
  const { bankConnections = [], bankMessages, ecbUrl, webhooks = publicOnly, realtimeKey, ...providers } = outside;
  const nowMs = (): number => Date.parse(services.now());
  const resilience = createResilienceModule(services);
  const asset = createAssetModule(services, { providers: [manualRates(), ratesOf(ecbUrl, resilience)] });
  const party: PartyModule = createPartyModule(services, {
    assets: asset.directory,
    // Mandates are granted on accounts and accounts are opened with mandates, so one of the two has to look back.
    accountExists: async (tenantId, accountId) =>
      (await ledger.directory.accounts(tenantId, [accountId])).get(accountId)?.kind === 'customer',
  });
  const ledger: LedgerModule = createLedgerModule(services, {
    access: party.access,
    assets: asset.directory,
    rates: asset.rates,
  });
  const neighbours = { access: party.access, assets: asset.directory, ledger, party };
  const account = createAccountModule(services, { ...neighbours, suspense: suspenseQueue });
  const custodian = createCustodianModule(services, {
    assets: asset.directory,
    ledger,
    parties: party.parties,
    // Payments go out by the banks' rail, and what banks say comes back to payments.
    takeEntry: (tenantId, entry, tellingId) => payment.takeEntry(tenantId, entry, tellingId),
    ...banksBy({ bankConnections, ...(bankMessages === undefined ? {} : { bankMessages }) }, resilience, nowMs),
  });
  const ways = waysToPay(providers, resilience, nowMs);
  const payment: PaymentModule = createPaymentModule(services, {
    access: party.access,
    assets: asset.directory,
    accounts: account,
    ledger,
    parties: party.parties,
    rail: custodian.rail,
    banks: custodian.news,
    waitingSagaOf: sagaWaitingFor,
    ...ways,
  });
  const cgo = createCgoModule(services, {
    access: party.access,
    assets: asset.directory,
    registerAsset: asset.handlers.registerAsset,
    ledger,
    accounts: account.directory,
    parties: party.parties,
    compliance: ruleCompliance(partyProfiles(party.parties)),
    payments: investmentPayments(services, { payment, account, ways }),
    pollMs: 5_000,
  });
  const all = (): readonly ContextModule[] => Object.values<ContextModule>(modules);
  const people = peopleOf(services, all, party, outside);
  const contexts = {
    tenancy: createTenancyModule(services),
    ...people,
    audit: createAuditModule(services, { ledger: ledger.maySee, account: account.maySee }),
    resilience,
    ...overAll(services, all, { rules: webhooks, assets: asset.directory, party, realtimeKey, people }),
    asset,
    party,
    ledger,
    account,
    custodian,
    payment,
    cgo,
  };
  const modules = { ...contexts, oversight: createOversightModule(services, Object.values<ContextModule>(contexts)) };
  return modules;
};

/** Who may enter, and what they may do there. */
const peopleOf = (
  services: Services,
  all: () => readonly ContextModule[],
  { parties }: PartyModule,
  { publicUrl, accessTokenKey }: OutsideWorld,
) => {
  const partyExists = async (tenantId: string, partyId: string): Promise<boolean> =>
    (await parties.find(tenantId, partyId)) !== undefined;
  const permissions = () => permissionsOf(all());
  const tokens = createAccessTokens(() => accessTokenKey ?? missingKey());
  // Clients of OAuth show who they are by their keys, some of which are users'.
  const authenticate = once(() =>
    createAuthenticate({
      readPool: services.readPool,
      roles: auth.roles,
      findUser: identity.findUser,
      now: () => Date.parse(services.now()),
    }),
  );
  const auth = createAuthModule(services, {
    environment: 'live',
    permissions,
    partyExists,
    roles: builtInRoles,
    oauth: { tokens, publicUrl, authenticate: (credentials) => authenticate()(credentials) },
  });
  const identity: IdentityModule = createIdentityModule(services, { roles: auth.roles, partyExists });
  return { auth, identity };
};

/** The European Central Bank's rates: behind a breaker where they are read over the network. */
const ratesOf = (source: string | undefined, resilience: ResilienceModule): RateProvider =>
  source === undefined ? ecbRates() : ecbRates({ source, calls: resilience.calls('ecb', { rates: {} }) });

const noRecords = (connection: string): never => {
  throw new Error(`The connection ${connection} keeps records in a database, and there is none.`);
};

/** The ways to partner banks that the configuration names, and how they fare. */
const banksBy = (
  { bankConnections = [], bankMessages = noRecords }: Pick<OutsideWorld, 'bankConnections' | 'bankMessages'>,
  resilience: ResilienceModule,
  now: () => number,
): Pick<CustodianPorts, 'connections' | 'callsOf'> => ({
  connections: configuredConnections(bankConnections, {
    calls: resilience.calls,
    secretOf: (name) => process.env[name],
    now,
    recordsOf: bankMessages,
  }),
  callsOf: (connection) =>
    resilience.breakers.operations
      .filter(({ provider }) => provider === providerOf(connection))
      .map((operation) => healthOf(operation, now())),
});

/** Providers that customers pay by, and whose messages are theirs. */
const waysToPay = (
  { stripe, coinbase = {} }: Pick<OutsideWorld, 'stripe' | 'coinbase'>,
  resilience: ResilienceModule,
  now: () => number,
): CardPaymentPorts & Required<Pick<CryptoPaymentPorts, 'crypto'>> & Pick<PaymentPorts, 'webhooks'> => {
  const cards = stripe === undefined ? undefined : cardsBy(stripe, resilience);
  const crypto = cryptoBy(coinbase, resilience, now);
  const verifiers = [...(cards?.webhooks?.verifiers ?? []), ...crypto.verifiers];
  return { ...cards, crypto: crypto.ports, webhooks: { verifiers, handlers: [] } };
};

/** Cards by Stripe, each kind of call behind a breaker of its own. */
const cardsBy = (
  { apiKey, webhookSecret, url, assets, payoutBank }: StripeAccount,
  resilience: ResilienceModule,
): Pick<CardPaymentPorts, 'cards'> & Pick<PaymentPorts, 'webhooks'> => {
  const { hostname, port, protocol } = new URL(url ?? 'https://api.stripe.com');
  const calls = resilience.calls('stripe', { payments: {}, refunds: {}, disputes: {}, balance: {} });
  const where = {
    host: hostname,
    port: port === '' ? 443 : Number(port),
    protocol: protocol === 'http:' ? 'http' : 'https',
  } as const;
  const provider = createStripeCards({ apiKey, calls, ...(url === undefined ? {} : where) });
  return {
    cards: { provider, messages: stripeMessages, entity: 'main', bank: payoutBank, assets },
    webhooks: { verifiers: [createStripeVerifier(async () => [webhookSecret])], handlers: [] },
  };
};

/** Crypto by Coinbase: new deposits by the Checkouts API where there is a key for it, those of Commerce to their end. */
const cryptoBy = (
  { checkouts, commerce }: CoinbaseAccounts,
  resilience: ResilienceModule,
  now: () => number,
): { readonly ports: NonNullable<CryptoPaymentPorts['crypto']>; readonly verifiers: readonly WebhookVerifier[] } => {
  const at = (url: string | undefined) => (url === undefined ? {} : { url });
  const [ways, verifiers]: [NonNullable<CryptoPaymentPorts['crypto']>['ways'][number][], WebhookVerifier[]] = [[], []];
  if (checkouts !== undefined) {
    const { webhookSecret, url, ...key } = checkouts;
    const calls = resilience.calls('coinbase', { checkouts: {}, refunds: {} });
    ways.push({
      provider: createCoinbaseCheckouts({ ...key, calls, now, ...at(url) }),
      messages: checkoutsMessages,
    });
    verifiers.push(createCheckoutsVerifier(async () => [webhookSecret]));
  }
  if (commerce !== undefined) {
    const { apiKey, webhookSecret, url } = commerce;
    const calls = resilience.calls('coinbase-commerce', { checkouts: {}, refunds: {} });
    ways.push({ provider: createCoinbaseCommerce({ apiKey, calls, ...at(url) }), messages: commerceMessages });
    verifiers.push(createCommerceVerifier(async () => [webhookSecret]));
  }
  return { ports: { ways, entity: 'main' }, verifiers };
};

/** How investments are paid: from the investor's account, and by whatever the bank takes into it. */
const investmentPayments = (
  services: Services,
  {
    payment,
    account,
    ways,
  }: { readonly payment: PaymentModule; readonly account: AccountModule; readonly ways: ReturnType<typeof waysToPay> },
): InvestmentPayments => {
  const door = doorOf(payment, account);
  return paymentsByMethod(
    accountPayments(),
    bankPayments(services, door),
    ...(ways.cards === undefined ? [] : [cardPayments(services, door)]),
    ...(ways.crypto.ways.length === 0 ? [] : [cryptoInto(services, payment.crypto)]),
  );
};

/** Investments paid by crypto deposits to the investor's own account. */
const cryptoInto = (services: Services, crypto: PaymentModule['crypto']): InvestmentPayments => {
  const find = async (tenantId: string, depositId: string): Promise<CryptoDepositSeen | undefined> => {
    const deposit = await crypto.reads.deposit(tenantId, depositId);
    return deposit.status === 'unknown' ? undefined : { ...deposit, checkoutUrl: deposit.url };
  };
  return cryptoPayments({
    find,
    create: async ({ tenantId, ...data }) => {
      const metadata = { actor: 'cgo', channel: 'saga', correlation: data.depositId };
      const settled = await services.commands.submit(crypto.handlers.createCryptoDeposit, data, { tenantId, metadata });
      if (settled.kind !== 'decided') throw new Error(`Crypto deposit ${data.depositId} was not decided.`);
      if (!settled.outcome.accepted) return { refused: settled.outcome.refusal.code };
      const { url: checkoutUrl, ...deposit } = settled.outcome.result;
      return { ...deposit, checkoutUrl };
    },
  });
};

/** What the offering is paid through. */
const doorOf = ({ cards, reads }: PaymentModule, { numbers }: Pick<AccountModule, 'numbers'>): PaymentDoor => ({
  createCardDeposit: cards.handlers.createCardDeposit as never,
  sendBack: cards.handlers.sendBack as never,
  deposit: cards.reads.deposit,
  refund: cards.reads.refund,
  refundedMinor: async (tenantId, paymentId) => (await cards.reads.remainder(tenantId, paymentId)).refundedMinor,
  credited: async (tenantId, sought) =>
    (await reads.listIncoming(tenantId, { ...sought, status: 'credited' }, { limit: 200 })).map(({ item }) => item),
  incoming: reads.incoming,
  ibanOf: (tenantId, accountId) => numbers.ibanOf(tenantId, accountId),
});

/** Contexts that need what all of them declare. */
const overAll = (
  services: Services,
  all: () => readonly ContextModule[],
  { rules, assets, party, realtimeKey, people }: OverAll,
) => {
  const published = once(() => publishedCatalogue(all()));
  const amounts: RealtimePorts['amounts'] = (tenantId, codes) => amountWriter(assets, tenantId, codes);
  const thresholds: AmountPorts = {
    read: (tenantId, written, field) => parseAmountOfAnyLife(assets, tenantId, written, { field: amountAt(field) }),
    writer: amounts,
  };
  return {
    saga: createSagaModule(
      services,
      once(() => sagaCatalogue(all().flatMap(({ sagas = [] }) => sagas))),
      parkedSagaItems,
    ),
    approval: createApprovalModule(services, { modules: all, amounts: thresholds }),
    proof: createStepUpModule(services, { modules: all, amounts: thresholds, provers: people.identity.provers }),
    webhook: createWebhookModule(services, { rules, published, amounts }),
    realtime: createRealtimeModule(services, {
      published,
      amounts,
      channels: () => all().flatMap(({ channels = [] }) => channels),
      latest: () => all().flatMap(({ latest = [] }) => latest),
      access: party.access,
      accountsOf: party.accountsOf,
      signingKey: () => realtimeKey ?? missingKey(),
    }),
  };
};

interface OverAll {
  readonly people: ReturnType<typeof peopleOf>;
  readonly realtimeKey: Uint8Array | undefined;
  readonly rules: AddressRules;
  readonly assets: AssetDirectory;
  readonly party: Pick<PartyModule, 'access' | 'accountsOf'>;
}

const missingKey = (): never => {
  throw new Error('Subscriptions and access tokens are signed with keys, and this process was given none.');
};

/** What is made of all contexts together, when it is first asked for. */
const once = <Made>(make: () => Made): (() => Made) => {
  let made: Made | undefined;
  return () => (made ??= make());
};

/** Every context by name. */
export type BankModules = ReturnType<typeof buildModules>;

/** The modules as a list, in the order of their dependencies. */
export const moduleList = (modules: BankModules): readonly ContextModule[] => Object.values(modules);

/** What the contexts declare (events, tables, views) without a database: for provisioning and for the published documents. */
export const declaredModules = (): readonly ContextModule[] => moduleList(buildModules(undeclared));

// Declarations never touch the services; whoever does so while declaring finds out at once.
const undeclared = new Proxy({} as Services, {
  get: (_, name) => {
    throw new Error(`The service ${String(name)} was used while the contexts were only being declared.`);
  },
});
