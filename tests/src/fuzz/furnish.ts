import type { OutsideWorld } from '@finaegis/server/modules';
import { vi } from 'vitest';
import { type Caller, eur } from '../api.ts';

/** Values that exist, by the name of the field they belong in; grows with what is answered. */
export class KnownValues {
  readonly #values = new Map<string, Set<string>>();

  constructor(first: Readonly<Record<string, readonly string[]>> = {}) {
    for (const [name, values] of Object.entries(first)) this.#values.set(name, new Set(values));
  }

  of(name: string): readonly string[] {
    return [...(this.#values.get(name) ?? [])];
  }

  /** Remembers the ids of an answer, for later requests to use. */
  learn(text: string): void {
    for (const [, name = '', id = ''] of text.matchAll(/"(\w+Id)":"([0-9a-f-]{36})"/g)) this.add(name, id);
  }

  add(name: string, value: string): void {
    const its = this.#values.get(name) ?? new Set();
    if (its.size < knownMax) this.#values.set(name, its.add(value));
  }
}

const knownMax = 12;

/** Values that are good to try and that no answer tells. */
export const usualNames = {
  accountId: ['main:cash', 'main:fx-position'],
  entity: ['main', 'main', 'other'],
  product: ['current', 'savings'],
  code: ['EUR', 'USD', 'GOLD', 'nostro/ing', 'clearing/sepa'],
  provider: ['manual', 'ecb'],
  businessDate: ['2026-03-02', '2026-03-03'],
  calendar: ['target'],
  timeZone: ['Europe/Prague'],
  functionalAsset: ['EUR'],
  country: ['CZ'],
  bankCode: ['2010'],
  bic: ['TESTCZPP'],
  scopes: ['*', 'ledger:read'],
  email: ['eva@example.com', 'jan@example.com'],
  roles: ['operator', 'auditor', 'support'],
  role: ['operator', 'teller'],
  command: ['ledger.PostJournal', 'party.RegisterParty'],
  url: ['https://example.com/hook'],
  round: ['1'],
  bank: ['kb'],
};

/** Providers that are configured and cannot be reached: what is asked for waits, and can be looked at. */
export const unreachable = (): OutsideWorld => {
  vi.stubEnv('UNREACHABLE_SECRET', 'unreachable');
  const url = 'http://127.0.0.1:9';
  const [apiKeyFrom, webhookSecretFrom] = ['UNREACHABLE_SECRET', 'UNREACHABLE_SECRET'];
  return {
    coinbase: { commerce: { apiKey: 'unreachable', webhookSecret: 'unreachable', url } },
    bankConnections: [{ kind: 'demo-bank', name: 'kb', url, apiKeyFrom, webhookSecretFrom }],
  };
};

/** Two customers, the first of whom is furnished with everything. */
export interface Furnished {
  readonly owner: { readonly partyId: string; readonly accountId: string };
  /** Whose account some of it is paid to. */
  readonly payee: { readonly accountId: string };
}

/** Puts something of every kind into a bank, so that ids lead somewhere, and remembers what it is called. */
export const furnish = async (staff: Caller, known: KnownValues, { owner, payee }: Furnished): Promise<void> => {
  known.learn(JSON.stringify(owner));
  const make = async (path: string, body: unknown): Promise<void> =>
    known.learn(JSON.stringify(await staff.make(path, body)));
  await make('/v1/holds', { account: owner.accountId, amount: eur('10.00') });
  await make('/v1/transfers', { from: owner.accountId, to: payee.accountId, amount: eur('10.00') });
  await make('/v1/incoming-announcements', { account: owner.accountId, amount: eur('10.00') });
  await make('/v1/rates', { from: 'EUR', to: 'USD', mid: '1.1', validFrom: new Date().toISOString().slice(0, 10) });
  await staff.see('/v1/rates/EUR/USD');
  await make('/v1/quotes', { sell: eur('10.00'), buyAsset: 'USD' });
  await make(`/v1/accounts/${payee.accountId}/blocks`, { kind: 'amount', amount: eur('1.00'), reason: 'other' });
  await make('/v1/api-keys', { name: 'fuzz', scopes: ['ledger:read'] });
  await furnishOutside(make, owner);
  await furnishAround(make, owner);
  for (const list of ['/v1/work-items', '/v1/mandates', `/v1/accounts/${owner.accountId}/transactions`])
    known.learn(JSON.stringify(await staff.see(list)));
};

/** What the bank keeps beside money: who is told of it, who may enter, how a customer's money is spread and paid by itself. */
const furnishAround = async (
  make: (path: string, body: unknown) => Promise<void>,
  { accountId, partyId }: Furnished['owner'],
): Promise<void> => {
  const creditor = { name: 'Karel', iban: 'DE89370400440532013000' };
  await make('/v1/payments', { debtorAccountId: accountId, amount: eur('1.00'), creditor });
  const frequency = 'monthly';
  const counterparty = { name: 'Karel', bank: '0800', account: '19-2000145399' };
  await make(`/v1/accounts/${accountId}/standing-orders`, { amount: eur('1.00'), counterparty, frequency });
  await make(`/v1/parties/${partyId}/bank-allocation`, { shares: [{ bank: 'kb', percent: '100' }], primary: 'kb' });
  await make('/v1/webhook-endpoints', {
    name: 'fuzz',
    url: 'https://example.com/hook',
    events: ['ledger.journal.posted'],
  });
  await make('/v1/users', { email: 'eve@example.com', roles: ['support'] });
  await make('/v1/roles', { role: 'teller', description: 'Looks at the books', scopes: ['ledger:read'] });
};

/** The same for what crosses the bank's border: a partner bank, money nobody knows the owner of, an offering with an investor. */
const furnishOutside = async (
  make: (path: string, body: unknown) => Promise<void>,
  { accountId, partyId }: Furnished['owner'],
): Promise<void> => {
  const rails = [{ rail: 'sepa', fee: eur('0.20') }];
  const terms = { name: 'Bank', kind: 'bank', country: 'CZ', bic: 'KOMBCZPP', connection: 'kb', rails };
  await make('/v1/entities/main/bank-details', { country: 'CZ', bankCode: '2010', name: 'Test Bank' });
  await make('/v1/entities/main/chart', { code: 'nostro/kb' });
  await make('/v1/custodians', { bank: 'kb', ...terms });
  const nostro = { asset: 'EUR', account: 'main:nostro/kb', iban: 'CZ6508000000192000145399' };
  await make('/v1/custodians/kb/nostros', nostro);
  await make('/v1/crypto-deposits', { accountId, amount: { amount: '10.00', asset: 'USDC' } });
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  await make('/v1/payment-requests', {
    payeeAccountId: accountId,
    payerPartyId: partyId,
    amount: eur('5.00'),
    expiresAt,
  });
  await make('/v1/incoming-payments', { bank: 'kb', entryReference: 'E-1', amount: eur('10.00') });
  const round = { round: 1, name: 'Seed', asset: 'EUR', sharePrice: '10', sharesMax: '1000000' };
  await make('/v1/cgo/rounds', { ...round, opensAt: '2026-01-01T00:00:00.000Z' });
  await make('/v1/cgo/investments', { round: 1, partyId, accountId, amount: eur('2000.00') });
};
