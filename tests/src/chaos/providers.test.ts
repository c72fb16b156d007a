import { generateKeyPairSync } from 'node:crypto';
import { demoBankConnector, demoBankOperations } from '@finaegis/bank/custodian/adapters/demo-bank-connector';
import { isoConnector } from '@finaegis/bank/custodian/adapters/iso-connector';
import { isoHttpOperations, isoHttpTransport } from '@finaegis/bank/custodian/adapters/iso-http-transport';
import { memoryRecords } from '@finaegis/bank/custodian/adapters/memory-records';
import { openBankingConnector, openBankingOperations } from '@finaegis/bank/custodian/adapters/open-banking-connector';
import type { BankOrder, CustodianConnector } from '@finaegis/bank/custodian/connector';
import { createCoinbaseCheckouts } from '@finaegis/bank/payment/adapters/coinbase-checkouts';
import { createCoinbaseCommerce } from '@finaegis/bank/payment/adapters/coinbase-commerce';
import { createStripeCards } from '@finaegis/bank/payment/adapters/stripe-cards';
import type { CryptoProvider } from '@finaegis/bank/payment/crypto-provider';
import { derivedUuid } from '@finaegis/kernel/id';
import { createBreakers } from '@finaegis/platform/resilience/breakers';
import { systemClock } from '@finaegis/platform/resilience/clock';
import { createProviderCalls, type ProviderCalls } from '@finaegis/platform/resilience/guarded-call';
import { isOutcomeUnknown } from '@finaegis/platform/saga/definition';
import { startCoinbaseDouble } from '@finaegis/provider-doubles/coinbase/coinbase-double';
import { startDemoBank } from '@finaegis/provider-doubles/demo-bank/demo-bank';
import type { Fault } from '@finaegis/provider-doubles/faults';
import { startIsoBank } from '@finaegis/provider-doubles/iso20022/iso-bank';
import { startOpenBanking } from '@finaegis/provider-doubles/open-banking/open-banking';
import { startStripeDouble } from '@finaegis/provider-doubles/stripe/stripe-double';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const tenantId = '0190a000-0000-7000-8000-00000000000a';
/** How long an answer is waited for. The library of one provider waits half a second before it asks again by itself. */
const [timeoutMs, stripeTimeoutMs] = [400, 1_000];

/** A provider's money call, made as a saga makes it: sent, and asked about where nobody knows. */
interface MoneyCall {
  readonly strikes: Pick<Fault, 'method' | 'path'>;
  /** What has to be there before. */
  prepare?(key: string): Promise<string>;
  send(key: string, on: string): Promise<unknown>;
  find(key: string, on: string): Promise<unknown>;
  /** Whether the provider takes no keys, so that it must never be asked twice. */
  readonly hasNoKeys?: true;
  /** How often the provider has done it. */
  effects(key: string, on: string): Promise<number>;
}
interface ProviderUnderFire {
  fail(fault: Fault): void;
  readonly calls: Readonly<Record<string, MoneyCall>>;
  close(): Promise<void>;
}

const guarded = <Name extends string>(
  provider: string,
  operations: Readonly<Record<Name, object>>,
  waitMs = timeoutMs,
) => {
  const clock = systemClock();
  const policies = Object.fromEntries(Object.keys(operations).map((name) => [name, { timeoutMs: waitMs }]));
  return createProviderCalls<Name>({
    provider,
    policies: policies as Record<Name, { readonly timeoutMs: number }>,
    breakers: createBreakers(clock),
    clock,
    random: () => 0,
  }) satisfies ProviderCalls<Name>;
};

const stripe = async (): Promise<ProviderUnderFire> => {
  const apiKey = 'sk_test_chaos';
  const { host, port, control, close } = await startStripeDouble({ apiKey });
  const calls = guarded('stripe', { payments: {}, refunds: {}, disputes: {}, balance: {} }, stripeTimeoutMs);
  const cards = createStripeCards({ apiKey, host, port, protocol: 'http', timeoutMs: stripeTimeoutMs, calls });
  const order = (key: string) => ({
    tenantId,
    key,
    depositId: key,
    asset: 'EUR',
    amountMinor: 10_000n,
    paymentMethod: 'pm_card_visa',
    saveMethod: false,
  });
  const refund = (key: string, intentId: string) => ({
    tenantId,
    key,
    refundId: key,
    intentId,
    amountMinor: 2_500n,
    reason: 'requested_by_customer',
  });
  const made = (wanted: string, key: string): number =>
    control.events().filter(({ type, data }) => {
      const { metadata } = data.object as { readonly metadata?: Readonly<Record<string, string>> };
      return type === wanted && metadata?.['key'] === key;
    }).length;
  return {
    fail: control.fail,
    close,
    calls: {
      'a payment': {
        strikes: { method: 'POST', path: '/v1/payment_intents' },
        send: (key) => cards.createIntent(order(key)),
        find: (key) => cards.findIntent({ tenantId, key }),
        effects: async (key) => made('payment_intent.succeeded', key),
      },
      'a refund': {
        strikes: { method: 'POST', path: '/v1/refunds' },
        prepare: async (key) => (await cards.createIntent(order(derivedUuid('paid', key)))).intentId,
        send: (key, intentId) => cards.refund(refund(key, intentId)),
        find: (key, intentId) => cards.findRefund({ tenantId, key, intentId }),
        effects: async (key) => made('refund.created', key),
      },
    },
  };
};

const checkout = (key: string) => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  return { tenantId, key, depositId: key, asset: 'USDC', amountMinor: 10_000_000n, expiresAt };
};
const page = (crypto: CryptoProvider, path: string, effects: (key: string) => number | Promise<number>): MoneyCall => ({
  strikes: { method: 'POST', path },
  send: (key) => crypto.createCheckout(checkout(key)),
  find: (key) => crypto.findCheckout({ tenantId, key, since: new Date(Date.now() - 60_000).toISOString() }),
  effects: async (key) => effects(key),
});

const commerce = async (): Promise<ProviderUnderFire> => {
  const double = await startCoinbaseDouble({ commerce: { apiKey: 'commerce-key' } });
  const crypto = createCoinbaseCommerce({ apiKey: 'commerce-key', url: double.url, timeoutMs });
  // This API knows no keys: of a request that a proxy repeats it makes two pages, one of which nobody is ever shown. What counts is the page the bank
  // goes by; money that came by the other would lie in suspense (crypto.int.test.ts).
  const pages = new Map<string, Set<string>>();
  const noted = async <Told extends object>(key: string, asked: Promise<Told>): Promise<Told> => {
    const told = await asked;
    if ('checkoutId' in told) pages.set(key, (pages.get(key) ?? new Set()).add(String(told.checkoutId)));
    return told;
  };
  const known: CryptoProvider = {
    ...crypto,
    createCheckout: (order) => noted(order.key, crypto.createCheckout(order)),
    findCheckout: (lookup) => noted(lookup.key, crypto.findCheckout(lookup)),
  };
  const goneBy = async (key: string): Promise<number> => {
    await known.findCheckout({ tenantId, key, since: new Date(Date.now() - 60_000).toISOString() });
    return pages.get(key)?.size ?? 0;
  };
  return {
    fail: double.control.fail,
    close: double.close,
    calls: { 'a charge': { ...page(known, '/charges', goneBy), hasNoKeys: true } },
  };
};

const checkouts = async (): Promise<ProviderUnderFire> => {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyId = '5ef7f1c5-0d3c-4d0e-9b3e-1f2a3b4c5d6e';
  const publicKeyPem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const double = await startCoinbaseDouble({ business: { key: { id: keyId, publicKeyPem } } });
  const { control, close, url } = double;
  const crypto = createCoinbaseCheckouts({ keyId, privateKey, url, now: Date.now, timeoutMs });
  const idOf = async (key: string): Promise<string> => {
    const made = await crypto.createCheckout(checkout(key));
    if (!('checkoutId' in made)) throw new Error(`The checkout was declined: ${made.code}`);
    return made.checkoutId;
  };
  const back = (key: string, checkoutId: string) => ({
    tenantId,
    key,
    checkoutId,
    asset: 'USDC',
    amountMinor: 2_500_000n,
    reason: 'requested_by_customer',
    address: '0x52908400098527886E0F7030069857D2E4169EE7',
  });
  return {
    fail: control.fail,
    close,
    calls: {
      'a checkout': page(
        crypto,
        '/api/v1/checkouts',
        (key) => control.checkouts.all().filter(({ metadata }) => Object.values(metadata).includes(key)).length,
      ),
      'a refund': {
        strikes: { method: 'POST', path: /\/refund$/ },
        prepare: async (key) => {
          const checkoutId = await idOf(derivedUuid('paid', key));
          control.checkouts.pay(checkoutId);
          control.checkouts.confirm(checkoutId);
          return checkoutId;
        },
        send: (key, checkoutId) => crypto.refund(back(key, checkoutId)),
        find: (key, checkoutId) => crypto.findRefund({ tenantId, key, checkoutId }),
        effects: async (_, checkoutId) =>
          control.checkouts.all().find(({ id }) => id === checkoutId)?.refunds?.length ?? 0,
      },
    },
  };
};

const own = 'DE89370400440532013000';
const nowMs = Date.parse('2026-03-02T12:00:00.000Z');
const now = (): number => nowMs;
const accounts = [{ iban: own, asset: 'EUR', owner: 'Main Bank', openingMinor: 100_000_000n }];
const amountMinor = 100n;
const abort = AbortSignal.timeout(120_000);
const payment = (key: string): BankOrder => ({
  key,
  rail: 'sepa',
  asset: 'EUR',
  amountMinor,
  decimals: 2,
  reference: `R${key.replaceAll('-', '').slice(0, 20).toUpperCase()}`,
  endToEndId: `E${key.replaceAll('-', '').slice(0, 20)}`,
  debtor: { iban: own },
  creditor: { name: 'Bert Payee', iban: 'BE68539007547034' },
  executionDate: '2026-03-02',
});
/** A bank counts by what it holds for us: payments are all of one size, and one key is struck after the other. */
const bankCalls = (connector: CustodianConnector, path: string): ProviderUnderFire['calls'] => {
  const held = async (): Promise<bigint> => (await connector.balances(abort))[0]?.amountMinor ?? 0n;
  let before = 0n;
  return {
    'a payment': {
      strikes: { method: 'POST', path },
      prepare: async () => {
        // A bank of messages tells its balance when something was booked.
        await connector.submit(payment(derivedUuid('before', String(before))), abort);
        before = await held();
        return '';
      },
      send: (key) => connector.submit(payment(key), abort),
      find: (key) => connector.find(key, abort),
      effects: async () => Number((before - (await held())) / amountMinor),
    },
  };
};

const demoBank = async (): Promise<ProviderUnderFire> => {
  const bank = await startDemoBank({ accounts, apiKey: 'demo', latencyMs: 0, now });
  const calls = guarded('demo-bank', demoBankOperations);
  const connector = demoBankConnector({ url: bank.url, apiKey: 'demo', webhookSecret: 'unused', calls });
  return { fail: bank.faults.add, close: bank.close, calls: bankCalls(connector, '/v1/payments') };
};
const isoBank = async (): Promise<ProviderUnderFire> => {
  const proof = { kind: 'bearer', token: 'iso' } as const;
  const bank = await startIsoBank({ accounts, proof, now, latencyMs: 0 });
  const transport = isoHttpTransport({ url: bank.url, auth: proof, now, calls: guarded('iso', isoHttpOperations) });
  const connector = isoConnector({
    transport,
    records: memoryRecords(),
    initiator: 'Main Bank',
    bic: 'COBADEFFXXX',
    assets: ['EUR'],
    now,
  });
  return { fail: bank.faults.add, close: bank.close, calls: bankCalls(connector, '/payments') };
};
const openBanking = async (): Promise<ProviderUnderFire> => {
  const client = { clientId: 'finaegis', clientSecret: 'secret' };
  const bank = await startOpenBanking({ accounts, ...client, now, latencyMs: 0 });
  const calls = guarded('open-banking', openBankingOperations);
  const connector = openBankingConnector({ url: bank.url, ...client, assets: ['EUR'], now, calls });
  return { fail: bank.faults.add, close: bank.close, calls: bankCalls(connector, '/v1/payments') };
};

/** The five kinds; the library of one provider asks again by itself when a connection closes, so that those strike twice. */
const faults: readonly (readonly [string, Fault])[] = [
  ['comes after everybody has stopped waiting', { with: 'slow', delayMs: 1_500 }],
  ['is a failure', { with: '500' }],
  ['is a closed connection', { with: 'reset', times: 2 }],
  ['is half an answer', { with: 'half', times: 2 }],
  ['is the second to the same request', { with: 'twice' }],
];

/** What a saga does about a money call, without waiting: unknown is asked about, absent is sent again under the same key. */
const carryOut = async (call: MoneyCall, key: string, on: string): Promise<readonly string[]> => {
  const way: string[] = [];
  for (let attempt = 0; attempt < 6; attempt += 1) {
    try {
      await call.send(key, on);
      return [...way, 'answered'];
    } catch (error) {
      if (!isOutcomeUnknown(error)) throw error;
      way.push('unknown');
    }
    const found = (await call.find(key, on)) as { readonly kind?: string };
    if (found.kind !== 'absent') return [...way, 'found'];
    way.push('absent');
  }
  throw new Error(`It came to no end: ${way.join(' ')}`);
};

describe.each<[string, readonly string[], () => Promise<ProviderUnderFire>]>([
  ['Stripe', ['a payment', 'a refund'], stripe],
  ['Coinbase Commerce', ['a charge'], commerce],
  ['Coinbase Checkouts', ['a checkout', 'a refund'], checkouts],
  ['the demo bank', ['a payment'], demoBank],
  ['a bank of ISO 20022 over HTTP', ['a payment'], isoBank],
  ['a bank of Open Banking', ['a payment'], openBanking],
])('%s', (provider, names, start) => {
  let under: ProviderUnderFire;
  // Each is struck with its breakers closed.
  beforeEach(async () => {
    under = await start();
  });
  afterEach(() => under.close());

  it('is struck in every call that moves money', () => {
    expect(Object.keys(under.calls)).toEqual(names);
  });

  describe.each(names)('does %s once', (name) => {
    it.each(faults)('though the answer %s', async (_, fault) => {
      const call = under.calls[name];
      if (call === undefined) throw new Error(`${provider} has no call for ${name}.`);
      const key = derivedUuid('chaos', provider, name, fault.with);
      const on = (await call.prepare?.(key)) ?? '';
      under.fail({ ...fault, ...call.strikes });
      const way = await carryOut(call, key, on);
      // Whoever has forgotten all of it, and asks again, changes nothing.
      if (call.hasNoKeys !== true) await carryOut(call, key, on);
      expect(await call.effects(key, on)).toBe(1);
      // Nothing was there to be found where no work was done, and what was done is found rather than done again.
      const told = { slow: 'unknown found', half: 'unknown found', twice: 'answered' } as Readonly<
        Record<string, string>
      >;
      expect(way.join(' ')).toMatch(told[fault.with] ?? /^(unknown absent )+answered$/);
    });
  });
});
