import { platformTenantId } from '@finaegis/platform/auth/principal';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf, eur } from '../api.ts';
import { fromSchema, spoilt } from './from-schema.ts';
import { beginFuzzedSagas } from './fuzzed-sagas.ts';
import { type Answered, minorUnitsIn, type Operation, type PublishedApi, readApi } from './published-api.ts';

// Printed with every finding; FUZZ_SEED=n replays it, FUZZ_RUNS=n looks longer.
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_302);
const runsPerOperation = Number(process.env['FUZZ_RUNS'] ?? 40);
// On a crowded machine the later shots at each route are left out, so that the suite stays short wherever it runs; not before it was reached.
const runsAtLeast = 12;
const secondsAtMost = 45;

let bank: TestBank;
let api: TestApi;
let published: PublishedApi;
let customer: string;

/** Who asks. Made anew for each operation, since some of what is fired revokes keys. */
const newCallers = async (): Promise<Record<'staff' | 'customer' | 'reader' | 'platform' | 'nobody', string>> => {
  const bearer = async (terms?: Parameters<TestBank['createKey']>[0]): Promise<string> =>
    `Bearer ${await bank.createKey(terms)}`;
  return {
    staff: await bearer(),
    customer: await bearer({ actingFor: customer }),
    reader: await bearer({ scopes: ['ledger:read'] }),
    platform: await bearer({ tenantId: platformTenantId }),
    nobody: 'Bearer nobody',
  };
};

/** One request as it will be sent. */
interface Shot {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

beforeAll(async () => {
  // Nobody listens there: what is asked for waits, and can be looked at.
  const commerce = { apiKey: 'fuzz', webhookSecret: 'fuzz', url: 'http://127.0.0.1:9' };
  bank = await startTestBank({ outside: { coinbase: { commerce } } });
  api = await bank.serve();
  published = readApi((await (await fetch(`${api.url}/openapi.json`)).json()) as object);
  const staff = callerOf(api.url, api.authorization);
  for (const [name, values] of Object.entries(names)) known.set(name, new Set(values));
  const [anna, ben] = [
    await bank.openCustomer({ amountMinor: 1_000_000n }),
    await bank.openCustomer({ amountMinor: 1_000_000n }),
  ];
  learn(JSON.stringify([anna, ben]));
  await furnish(staff, anna.accountId, ben.accountId);
  await furnishOutside(staff, anna);
  known.set('sagaId', new Set(await beginFuzzedSagas(bank)));
  customer = anna.partyId;
});

afterAll(async () => {
  await api.close();
  await bank.close();
});

/** Values by the name of the field they belong in; grows with what is answered. */
const known = new Map<string, Set<string>>();
const names = {
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
// Fields whose values are ids that other fields are named after.
const alike: Readonly<Record<string, string>> = {
  fulfils: 'announcementId',
  account: 'accountId',
  toAccount: 'accountId',
  from: 'accountId',
  to: 'accountId',
  actingFor: 'partyId',
};
const knownMax = 12;

/** Remembers the ids of an answer, for later requests to use. */
const learn = (text: string): void => {
  for (const [, name = '', id = ''] of text.matchAll(/"(\w+Id)":"([0-9a-f-]{36})"/g)) {
    const its = known.get(name) ?? new Set();
    if (its.size < knownMax) known.set(name, its.add(id));
  }
};

/** A bank with something of every kind in it, so that ids lead somewhere. */
const furnish = async (staff: Caller, from: string, to: string): Promise<void> => {
  const make = async (path: string, body: unknown): Promise<void> =>
    learn(JSON.stringify(await staff.make(path, body)));
  await make('/v1/holds', { account: from, amount: eur('10.00') });
  await make('/v1/transfers', { from, to, amount: eur('10.00') });
  await make('/v1/incoming-announcements', { account: to, amount: eur('10.00') });
  await make('/v1/rates', { from: 'EUR', to: 'USD', mid: '1.1', validFrom: new Date().toISOString().slice(0, 10) });
  await staff.see('/v1/rates/EUR/USD');
  await make('/v1/quotes', { sell: eur('10.00'), buyAsset: 'USD' });
  await make(`/v1/accounts/${to}/blocks`, { kind: 'amount', amount: eur('1.00'), reason: 'other' });
  await make('/v1/api-keys', { name: 'fuzz', scopes: ['ledger:read'] });
  learn(JSON.stringify(await staff.see('/v1/mandates')));
};

/** The same for what crosses the bank's border: a partner bank, money nobody knows the owner of, an offering with an investor. */
const furnishOutside = async (
  staff: Caller,
  { accountId, partyId }: { readonly accountId: string; readonly partyId: string },
): Promise<void> => {
  const make = async (path: string, body: unknown): Promise<void> =>
    learn(JSON.stringify(await staff.make(path, body)));
  const rails = [{ rail: 'sepa', fee: eur('0.20') }];
  const terms = { name: 'Bank', kind: 'bank', country: 'CZ', bic: 'KOMBCZPP', connection: 'kb', rails };
  await make('/v1/custodians', { bank: 'kb', ...terms });
  await make('/v1/crypto-deposits', { accountId, amount: { amount: '10.00', asset: 'USDC' } });
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  await make('/v1/payment-requests', {
    payeeAccountId: accountId,
    payerPartyId: partyId,
    amount: eur('5.00'),
    expiresAt,
  });
  await make('/v1/incoming-payments', { bank: 'kb', entryReference: 'E-1', amount: eur('10.00') });
  learn(JSON.stringify(await staff.see('/v1/work-items')));
  const round = { round: 1, name: 'Seed', asset: 'EUR', sharePrice: '10', sharesMax: '1000000' };
  await make('/v1/cgo/rounds', { ...round, opensAt: '2026-01-01T00:00:00.000Z' });
  await make('/v1/cgo/investments', { round: 1, partyId, accountId, amount: eur('2000.00') });
};

/** A value as it stands in a path or a query; what no URL can hold is left to bodies. */
const inUrl = (value: unknown): string => {
  const text = (typeof value === 'string' ? value : JSON.stringify(value ?? null)).slice(0, 150);
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
};

const shotsAt = (operation: Operation): fc.Arbitrary<Shot> => {
  const isOfAssets = operation.path.startsWith('/v1/rates');
  const sources = {
    resolve: published.resolve,
    known: (name: string) =>
      isOfAssets && name in alike ? ['EUR', 'USD', 'CZK'] : [...(known.get(alike[name] ?? name) ?? [])],
  };
  const records = (place: string): fc.Arbitrary<Record<string, unknown>> => {
    const its = operation.parameters.filter((parameter) => parameter.in === place);
    const requiredKeys = its.filter(({ required }) => required).map(({ name }) => name);
    return fc.record(
      Object.fromEntries(its.map(({ name, schema }) => [name, fromSchema(schema, sources, { name, depth: 0 })])),
      { requiredKeys },
    ) as fc.Arbitrary<Record<string, unknown>>;
  };
  const often = <T>(usually: fc.Arbitrary<T>, sometimes: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    fc.oneof({ arbitrary: usually, weight: 3 }, { arbitrary: sometimes, weight: 1 });
  const [path, query, body] = [records('path'), records('query'), bodyOf(operation, sources)];
  return fc
    .record({
      path: often(path, spoilt(path) as typeof path),
      query: often(query, spoilt(query) as typeof query),
      body,
      key: often<string | undefined>(fc.uuid(), fc.constantFrom(undefined, 'same', 'two words', 'é')),
      position: often<string | undefined>(fc.constant(undefined), fc.constantFrom('nowhere', 'AAAA')),
    })
    .map(({ path: inPath, query: inQuery, body: text, key, position }) => ({
      method: operation.method,
      path: address(operation, inPath, inQuery),
      headers: {
        ...(text === undefined ? {} : { 'content-type': operation.fileTypes[0] ?? 'application/json' }),
        ...(key === undefined || operation.method !== 'POST' ? {} : { 'idempotency-key': key }),
        ...(position === undefined ? {} : { 'finaegis-position': position }),
      },
      body: text,
    }));
};

const bodyOf = (
  { method, body, fileTypes }: Operation,
  sources: Parameters<typeof fromSchema>[1],
): fc.Arbitrary<string | undefined> => {
  if (method === 'GET') return fc.constant(undefined);
  if (fileTypes.length > 0) return fc.string({ maxLength: 300 });
  const json = body === undefined ? fc.constant<unknown>(undefined) : fromSchema(body, sources);
  return fc.oneof(
    { arbitrary: json.map((value) => (value === undefined ? undefined : JSON.stringify(value))), weight: 6 },
    { arbitrary: spoilt(json).map((value) => JSON.stringify(value)), weight: 5 },
    { arbitrary: fc.json({ maxDepth: 3 }), weight: 1 },
    { arbitrary: fc.constantFrom('{', '[1,]', '{"a":1,"a":2}', '\uFEFF{}', '[['.repeat(100), 'nul'), weight: 1 },
  );
};

const address = (operation: Operation, path: Record<string, unknown>, query: Record<string, unknown>): string => {
  const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = inUrl(path[name]);
    // An empty step or one of dots is another path before it leaves the client.
    return ['', '.', '..'].includes(value) ? '-' : value;
  });
  const pairs = Object.entries(query ?? {}).map(([name, value]) => `${name}=${inUrl(value)}`);
  return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`;
};

const fire = async ({ path, method, headers, body }: Shot, authorization: string): Promise<Answered> => {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { ...latin1(headers), authorization },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, contentType: response.headers.get('content-type'), text: await response.text() };
};

/** Headers are bytes; a client that sends letters beyond ASCII sends them as UTF-8. */
const latin1 = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]),
  );

/** The id of a request tells two equal findings apart that are one. */
const withoutInstance = (text: string): string => text.replace(/"instance":"[^"]*"/, '');

/** Fires at one operation and gives back what was wrong, each kind of wrong once. */
const attack = async (
  operation: Operation,
): Promise<{ readonly findings: readonly string[]; readonly statuses: ReadonlySet<number> }> => {
  const findings = new Map<string, string>();
  const statuses = new Set<number>();
  const callers = await newCallers();
  const deadline = performance.now() + (secondsAtMost * 1_000) / published.operations.length;
  const usual = operation.path.startsWith('/v1/tenants') ? 'platform' : 'staff';
  const others = Object.keys(callers) as (keyof typeof callers)[];
  for (const [index, shot] of fc.sample(shotsAt(operation), { numRuns: runsPerOperation, seed }).entries()) {
    const isReached = [...statuses].some((status) => status < 300);
    if (index >= runsAtLeast && isReached && performance.now() > deadline) break;
    // Most shots by whoever reaches furthest; every fourth by somebody else.
    const caller = index % 4 === 3 ? (others[(index >> 2) % others.length] ?? usual) : usual;
    const answered = await fire(shot, callers[caller]);
    statuses.add(answered.status);
    if (answered.status < 300 && operation.operationId !== 'listApiKeys') learn(answered.text);
    const wrong =
      answered.status === 500
        ? `500 ${withoutInstance(answered.text)}`
        : (published.wrongWith(operation, answered) ?? minorUnitsIn(answered.text));
    if (wrong !== undefined && !findings.has(wrong))
      findings.set(
        wrong,
        `${wrong}\n    ${caller} ${shot.method} ${shot.path} ${shot.body?.slice(0, 300)} → ${answered.text.slice(0, 300)}`,
      );
  }
  return { findings: [...findings.values()], statuses };
};

/** What ends something goes last: on a closed day no posting gets past the day, and what needs two people waits for the second. */
const endingOf = ({ path }: Operation): number =>
  /(close|closing|erasure|revocation|suspension|deactivation|approval-policies.*)$/.test(path) ? 1 : 0;

/** That the provider nobody listens for cannot be reached is what its sagas are told, and wait for. */
const isOfProvider = (error: unknown): boolean =>
  error instanceof Error && ['ProviderFault', 'ProviderUnavailable'].includes(error.name);

describe(`whatever is sent (seed ${seed})`, () => {
  it('every route answers what it publishes, and never with a fault', { timeout: 300_000 }, async () => {
    const findings: string[] = [];
    const answeredWell: string[] = [];
    for (const operation of published.operations.toSorted((a, b) => endingOf(a) - endingOf(b))) {
      const { findings: its, statuses } = await attack(operation);
      findings.push(...its.map((finding) => `${operation.operationId}: ${finding}`));
      if ([...statuses].some((status) => status < 300)) answeredWell.push(operation.operationId);
    }
    expect(findings.join('\n')).toBe('');
    // A fuzzer that never gets past validation proves little: most routes must have been reached.
    expect(answeredWell.length).toBeGreaterThan(published.operations.length / 2);
    expect(bank.faults.filter(({ error }) => !isOfProvider(error))).toEqual([]);
  });

  it('no amount of the published document is in minor units', async () => {
    expect(minorUnitsIn(await (await fetch(`${api.url}/openapi.json`)).text())).toBeUndefined();
  });

  it('an answer that is not as published would be noticed', () => {
    const transfer = published.operations.find(({ operationId }) => operationId === 'createTransfer');
    if (transfer === undefined) throw new Error('There is no transfer any more.');
    const json = { contentType: 'application/json; charset=utf-8', text: '{}' };
    expect(published.wrongWith(transfer, { ...json, status: 418 })).toBe('status 418 is not published');
    expect(published.wrongWith(transfer, { ...json, status: 201 })).toContain('must have required property');
    expect(published.wrongWith(transfer, { ...json, status: 422 })).toBe(
      'status 422 is not published as application/json',
    );
    const problem = { type: '/problems/teapot', title: 'Teapot', status: 422, code: 'teapot', instance: 'x' };
    expect(
      published.wrongWith(transfer, {
        status: 422,
        contentType: 'application/problem+json',
        text: JSON.stringify(problem),
      }),
    ).toContain('must be equal to one of the allowed values');
  });

  it('the bank is coherent afterwards', async () => {
    await assertCoherent(bank.bank, bank.tenantId);
  });
});
