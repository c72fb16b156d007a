import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Body, type Caller, callerOf, eur, textOf } from '../api.ts';
import { minorUnitsIn } from './published-api.ts';

let bank: TestBank;
let api: TestApi;
let staff: Caller;
let anna: { readonly partyId: string; readonly accountId: string; readonly key: Caller };
let ben: { readonly partyId: string; readonly accountId: string };
/** In another tenant. */
let eve: { readonly partyId: string; readonly accountId: string };
let closed: string;
let blocked: string;

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  staff = callerOf(api.url, api.authorization);
  const { partyId, accountId } = await bank.openCustomer({ amountMinor: 100_000n });
  const key = callerOf(api.url, `Bearer ${await bank.createKey({ actingFor: partyId })}`);
  anna = { partyId, accountId, key };
  ben = await bank.openCustomer({ amountMinor: 100_000n });
  eve = await bank.openCustomer({ tenantId: await bank.createTenant('Other'), amountMinor: 100_000n });
  closed = (await bank.openCustomer()).accountId;
  await staff.make(`/v1/accounts/${closed}/closing`, {});
  blocked = (await bank.openCustomer({ amountMinor: 100_000n })).accountId;
  await staff.make(`/v1/accounts/${blocked}/blocks`, { kind: 'debit', reason: 'court_order' });
  await staff.make('/v1/assets', {
    code: 'GONE',
    kind: 'custom',
    decimals: 2,
    name: 'Gone',
    activeFrom: '2020-01-01',
    activeTo: '2021-01-01',
  });
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await api.close();
  await bank.close();
});

const eventsOfAll = async (): Promise<unknown> =>
  (await bank.adminPool.query<{ count: bigint }>('select count(*) as count from events')).rows[0]?.count;

/** A transfer that would be accepted, but for what is put over it. */
const transfer = (over: Readonly<Record<string, unknown>> = {}): Promise<Answer> =>
  staff.post('/v1/transfers', { from: anna.accountId, to: ben.accountId, amount: eur('1.00'), ...over });

const raw = (text: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  staff.post('/v1/transfers', text, { headers });

interface Expected {
  readonly status: number;
  readonly code: string;
  /** The member of `errors` that names the offending field. */
  readonly field?: string;
  readonly why?: string;
  readonly facts?: Body;
}

type Case = readonly [name: string, send: () => Promise<Answer>, expected: Expected];

const invalid = (field: string, why?: string): Expected => ({
  status: 400,
  code: 'validation_failed',
  field,
  ...(why === undefined ? {} : { why }),
});

const cases: readonly Case[] = [
  ['a body that is not JSON', () => raw('{"from": '), { status: 400, code: 'malformed_json', facts: { position: 9 } }],
  [
    'a body that is not UTF-8',
    () => rawBytes(Buffer.from([0x22, 0xff, 0x22])),
    { status: 400, code: 'malformed_json' },
  ],
  ['a body nested without end', () => raw('['.repeat(10_000)), { status: 400, code: 'malformed_json' }],
  [
    'an amount that is there twice',
    () =>
      raw(
        `{"from":"${anna.accountId}","to":"${ben.accountId}","amount":{"amount":"1.00","asset":"EUR","amount":"9.00"}}`,
      ),
    invalid('/body/amount/amount', 'repeated_field'),
  ],
  [
    'a body of another media type',
    () => raw('from=anna', { 'content-type': 'application/x-www-form-urlencoded' }),
    {
      status: 415,
      code: 'unsupported_media_type',
      field: '/headers/content-type',
      facts: { accepted: ['application/json'] },
    },
  ],
  [
    'a compressed body',
    () => raw('{}', { 'content-encoding': 'gzip' }),
    { status: 415, code: 'unsupported_encoding', field: '/headers/content-encoding' },
  ],
  [
    'a body over the limit',
    () => raw(`"${'a'.repeat(4 * 1024 * 1024)}"`),
    { status: 413, code: 'body_too_large', facts: { bytesMax: 4 * 1024 * 1024 } },
  ],
  [
    'no Idempotency-Key',
    () => staff.post('/v1/transfers', { from: anna.accountId, to: ben.accountId, amount: eur('1.00') }, { key: null }),
    { status: 400, code: 'idempotency_key_required' },
  ],
  [
    'an Idempotency-Key with a space',
    () =>
      staff.post(
        '/v1/transfers',
        { from: anna.accountId, to: ben.accountId, amount: eur('1.00') },
        { key: 'two words' },
      ),
    invalid('/headers/idempotency-key'),
  ],
  ['a field nobody knows', () => transfer({ amout: eur('1.00') }), invalid('/body/amout', 'unknown_field')],
  [
    'a field deep inside that nobody knows',
    () => transfer({ amount: { ...eur('1.00'), currency: 'EUR' } }),
    invalid('/body/amount/currency', 'unknown_field'),
  ],
  [
    '__proto__',
    () => raw(`{"__proto__":{"isAdmin":true},"from":"${'a'}"}`),
    invalid('/body/__proto__', 'unknown_field'),
  ],
  ['a missing field', () => transfer({ to: undefined }), invalid('/body/to', 'required')],
  ['a query nobody knows', () => staff.get('/v1/accounts?limt=3'), invalid('/query/limt', 'unknown_field')],
  [
    'an amount finer than its asset',
    () => transfer({ amount: { amount: '1.005', asset: 'USD' } }),
    invalid('/body/amount/amount', 'amount_scale_too_fine'),
  ],
  ['a negative amount', () => transfer({ amount: eur('-1.00') }), invalid('/body/amount/amount', 'wrong_format')],
  ['an amount of zero', () => transfer({ amount: eur('0.00') }), invalid('/body/amount/amount', 'amount_not_positive')],
  [
    'an amount as a number',
    () => transfer({ amount: { amount: 1, asset: 'EUR' } }),
    invalid('/body/amount/amount', 'wrong_type'),
  ],
  ['an amount of 37 digits', () => transfer({ amount: eur('9'.repeat(37)) }), invalid('/body/amount/amount')],
  [
    'an amount of 37 digits in minor units',
    () => transfer({ amount: eur('9'.repeat(36)) }),
    invalid('/body/amount/amount', 'amount_too_large'),
  ],
  [
    'U+0000 in a text',
    () => transfer({ description: 'a\u0000b' }),
    { status: 400, code: 'text_not_storable', field: '/body/description' },
  ],
  [
    'half a surrogate pair',
    () => raw(`{"description":"\\ud800"}`),
    { status: 400, code: 'text_not_storable', field: '/body/description' },
  ],
  [
    'U+0000 in a query',
    () => staff.get('/v1/parties?name=a%00'),
    { status: 400, code: 'text_not_storable', field: '/query/name' },
  ],
  [
    'an asset nobody knows',
    () => transfer({ amount: { amount: '1', asset: 'XYZ' } }),
    invalid('/body/amount/asset', 'asset_unknown'),
  ],
  [
    'an asset that has ended',
    () => transfer({ amount: { amount: '1', asset: 'GONE' } }),
    invalid('/body/amount/asset', 'asset_inactive'),
  ],
  ['a date that does not exist', () => transfer({ valueDate: '2026-02-30' }), invalid('/body/valueDate')],
  [
    'a cursor of another list',
    () => staff.get('/v1/accounts?cursor=WzEsInBhcnRpZXMiXQ'),
    { status: 400, code: 'position_unknown', field: '/query/cursor' },
  ],
  [
    'a position of another log',
    () => staff.get('/v1/accounts', { position: 'bm93aGVyZTox' }),
    { status: 400, code: 'position_unknown', field: '/headers/finaegis-position' },
  ],
  [
    'an account that does not exist',
    () => transfer({ to: bank.bank.services.newId() }),
    { status: 404, code: 'account_unknown', field: '/body/to' },
  ],
  [
    'an account of another tenant as payee',
    () => transfer({ to: eve.accountId }),
    { status: 404, code: 'account_unknown', field: '/body/to' },
  ],
  [
    'an account of another tenant as payer',
    () => transfer({ from: eve.accountId }),
    { status: 404, code: 'account_unknown', field: '/body/from' },
  ],
  [
    'an account of another customer as payer',
    () => anna.key.post('/v1/transfers', { from: ben.accountId, to: anna.accountId, amount: eur('1.00') }),
    { status: 404, code: 'not_found', field: '/body/from' },
  ],
  [
    'an account of the bank as payee of a customer',
    () => anna.key.post('/v1/transfers', { from: anna.accountId, to: 'main:cash', amount: eur('1.00') }),
    { status: 404, code: 'account_unknown', field: '/body/to' },
  ],
  [
    'an account that does not exist among many transfers',
    () => {
      const pay = (to: string): Body => ({ from: anna.accountId, to, amount: eur('1.00') });
      const transfers = [pay(ben.accountId), pay(bank.bank.services.newId())];
      return staff.post('/v1/transfer-batches', { mode: 'linked', transfers });
    },
    { status: 422, code: 'linked_journal_refused', field: '/body/transfers/1/to', why: 'account_unknown' },
  ],
  [
    'a hold nobody placed',
    () => staff.post(`/v1/holds/${bank.bank.services.newId()}/void`, undefined),
    { status: 404, code: 'hold_unknown', field: '/params/holdId' },
  ],
  [
    'an entity nobody opened',
    () => staff.post('/v1/entities/nowhere/chart', { code: 'nostro/ing' }),
    { status: 404, code: 'entity_unknown', field: '/params/entity' },
  ],
  [
    'an account for nobody',
    () => {
      const [partyId, accountId] = [bank.bank.services.newId(), bank.bank.services.newId()];
      const holders = [{ partyId, kind: 'owner' }];
      return staff.post('/v1/accounts', { accountId, entity: 'main', product: 'current', asset: 'EUR', holders });
    },
    { status: 404, code: 'party_not_found', field: '/body/holders/0/partyId' },
  ],
  [
    'a key for a scope nothing asks for',
    () => staff.post('/v1/api-keys', { name: 'misspelt', scopes: ['ledger:read', 'ledger:raed'] }),
    { status: 422, code: 'scope_unknown', field: '/body/scopes/1', facts: { scope: 'ledger:raed' } },
  ],
  [
    'an overdraft of a customer’s account past its product',
    () => staff.post(`/v1/ledger-accounts/${anna.accountId}/overdraft-limits`, { limit: eur('5.00') }),
    { status: 422, code: 'account_under_product', field: '/params/accountId' },
  ],
  [
    'an account of another tenant to look at',
    () => staff.get(`/v1/accounts/${eve.accountId}`),
    { status: 404, code: 'not_found', field: '/params/accountId' },
  ],
  [
    'a party of another tenant to look at',
    () => staff.get(`/v1/parties/${eve.partyId}`),
    { status: 404, code: 'not_found', field: '/params/partyId' },
  ],
  [
    'an account paying itself',
    () => transfer({ to: anna.accountId }),
    { status: 422, code: 'account_pays_itself', field: '/body/to', facts: { asset: 'EUR' } },
  ],
  [
    'more than there is',
    () => transfer({ amount: eur('1000.01') }),
    {
      status: 422,
      code: 'insufficient_funds',
      field: '/body/from',
      facts: { spendable: eur('1000.00'), needed: eur('1000.01') },
    },
  ],
  ['a closed account', () => transfer({ to: closed }), { status: 422, code: 'account_closed', field: '/body/to' }],
  [
    'a blocked account',
    () => transfer({ from: blocked }),
    { status: 422, code: 'account_debits_blocked', field: '/body/from' },
  ],
  [
    'a journal that does not balance',
    () =>
      staff.post('/v1/journals', {
        kind: 'gift',
        postings: [
          { account: anna.accountId, side: 'debit', amount: eur('1.00') },
          { account: ben.accountId, side: 'credit', amount: eur('0.99') },
        ],
      }),
    { status: 422, code: 'journal_unbalanced', facts: { debits: eur('1.00'), credits: eur('0.99') } },
  ],
  ['a route nobody serves', () => staff.get('/v1/wallets'), { status: 404, code: 'route_not_found' }],
  ['a method the route has not', () => staff.patch('/v1/transfers', {}), { status: 405, code: 'method_not_allowed' }],
];

const rawBytes = async (body: Uint8Array): Promise<Answer> => {
  const response = await fetch(`${api.url}/v1/transfers`, {
    method: 'POST',
    headers: { authorization: api.authorization, 'content-type': 'application/json', 'idempotency-key': 'bytes' },
    body: new Blob([body]),
  });
  const text = await response.text();
  return { status: response.status, text, headers: response.headers, body: JSON.parse(text) as Body };
};

const judge = ({ status, body, text, headers }: Answer, expected: Expected): void => {
  expect({ status, code: body['code'] }).toEqual({ status: expected.status, code: expected.code });
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body['type']).toBe(`/problems/${expected.code}`);
  expect(minorUnitsIn(text)).toBeUndefined();
  if (expected.field !== undefined) {
    const field = { field: expected.field, ...(expected.why === undefined ? {} : { code: expected.why }) };
    expect(body['errors']).toEqual(expect.arrayContaining([expect.objectContaining(field)]));
  }
  expect(body).toMatchObject(expected.facts ?? {});
};

describe('bad input is answered with its documented problem, and writes nothing', () => {
  it.each(cases)('%s', async (_, send, expected) => {
    const before = await eventsOfAll();
    const answer = await send();
    judge(answer, expected);
    expect(await eventsOfAll()).toEqual(before);
    // The address that `type` names explains the problem to whoever follows it.
    expect((await fetch(`${api.url}/problems/${expected.code}`)).status).toBe(200);
  });

  it.each([
    '/v1/accounts/ID/transactions?from=0000-01-01',
    '/v1/accounts/ID/transactions?to=0000-01-01',
    '/v1/accounts/ID/turnovers?from=0000-01-01&to=0000-01-02',
    '/v1/assets?activeOn=0000-01-01',
    '/v1/rates/EUR/USD?date=0000-01-01',
    '/v1/card-deposits?from=0000-01-01T00:00:00.000Z',
    '/v1/disputes?dueBefore=0000-01-01T00:00:00.000Z',
    '/v1/accounts/ID/transactions?from=9999-12-31',
  ])('asks for a year nobody has: %s', async (path) => {
    const answer = await staff.get(path.replace('ID', anna.accountId));
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });

  it('moves more than 38 digits through an account of the house, which holds them', async () => {
    const amount = eur(`${'9'.repeat(34)}.99`);
    const [cash, other] = ['main:cash', 'main:nostro/large'];
    await staff.make('/v1/entities/main/chart', { code: 'nostro/large', hasFloor: false });
    const pairs = Array.from({ length: 60 }, () => [
      { account: cash, side: 'debit', amount },
      { account: other, side: 'credit', amount },
    ]);
    for (const reversed of [false, true]) {
      const postings = pairs
        .flat()
        .map((posting) => ({ ...posting, account: (posting.account === cash) !== reversed ? cash : other }));
      expect((await staff.post('/v1/journals', { kind: 'adjustment', postings })).status).toBe(201);
    }
  });

  it('tells all wrong fields at once', async () => {
    const { body } = await staff.post('/v1/transfers', {
      from: anna.accountId,
      amount: { amount: 'ten', asset: 'euro' },
      colour: 'red',
    });
    const fields = (body['errors'] as readonly Body[]).map((error) => textOf(error, 'field'));
    expect(fields.sort()).toEqual(['/body/amount/amount', '/body/amount/asset', '/body/colour', '/body/to']);
  });

  it('one Idempotency-Key for two requests is refused, the first one stands', async () => {
    const body = { from: anna.accountId, to: ben.accountId, amount: eur('1.00') };
    const first = await staff.post('/v1/transfers', body, { key: 'once' });
    const before = await eventsOfAll();
    judge(await staff.post('/v1/transfers', { ...body, amount: eur('2.00') }, { key: 'once' }), {
      status: 422,
      code: 'idempotency_key_reused',
    });
    expect((await staff.post('/v1/transfers', body, { key: 'once' })).text).toBe(first.text);
    expect(await eventsOfAll()).toEqual(before);
  });
});

describe('whoever may not enter', () => {
  it.each([
    ['without a key', '', 'unauthenticated'],
    ['with another scheme', 'Basic YTpi', 'unauthenticated'],
    ['with half a key', 'Bearer fin_live_abc', 'unauthenticated'],
    ['with a key nobody made', `Bearer fin_live_${'0'.repeat(12)}_${'0'.repeat(52)}`, 'unauthenticated'],
  ])('%s is told nothing but that', async (_, authorization, code) => {
    const answer = await callerOf(api.url, authorization).get(`/v1/accounts/${anna.accountId}`);
    judge(answer, { status: 401, code });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(answer.text).not.toContain(anna.accountId);
  });

  it('has an expired key', async () => {
    const expiresAt = new Date(Date.now() + 1_000).toISOString();
    const made = await staff.make('/v1/api-keys', { name: 'short', scopes: ['*'], expiresAt });
    const late = callerOf(api.url, `Bearer ${textOf(made, 'key')}`);
    await expect
      .poll(async () => (await late.get('/v1/accounts')).body['code'], { timeout: 4_000 })
      .toBe('key_expired');
  });

  it('lacks the scope, and is told which', async () => {
    const reader = callerOf(api.url, `Bearer ${await bank.createKey({ scopes: ['ledger:read'] })}`);
    const before = await eventsOfAll();
    const answer = await reader.post('/v1/transfers', { from: anna.accountId, to: ben.accountId, amount: eur('1.00') });
    judge(answer, { status: 403, code: 'permission_missing', facts: { permission: 'ledger:transfer' } });
    expect(await eventsOfAll()).toEqual(before);
  });
});
