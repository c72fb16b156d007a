import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustodianBank, startCustodianBank, termsOf } from './fixtures/custodian-bank.ts';

let bank: CustodianBank;
beforeAll(async () => {
  bank = await startCustodianBank();
});
afterAll(() => bank.close());

const get = async (code: string) => bank.call('getCustodian', { params: { bank: code } });
const register = (body: object) => bank.call('registerCustodian', { body });

describe('the registry of partner banks', () => {
  it('shows a bank with its rails, its insurance and our account there', async () => {
    expect((await get('ing')).body).toMatchObject({
      bank: 'ing',
      status: 'active',
      kind: 'bank',
      rails: [{ rail: 'sepa', fee: { amount: '0.20', asset: 'EUR' } }],
      depositInsurance: { amount: '100000.00', asset: 'EUR' },
      nostros: [{ asset: 'EUR', account: 'main:nostro/ing' }],
    });
    const { body } = await bank.call('listCustodians');
    expect(body.items?.map((one) => one['bank'])).toEqual(['kb', 'ing', 'bbva']);
    expect(await get('nobody')).toMatchObject({ status: 404 });
  });

  it('registers a bank once; other terms are a change', async () => {
    const body = { bank: 'ing', ...termsOf('ing', [['sepa', '0.20']]) };
    expect((await register(body)).status).toBe(200);
    expect(await register({ ...body, name: 'ING Diba' })).toMatchObject({
      status: 409,
      body: { code: 'partner_bank_exists_with_different_terms' },
    });
    const { bank: code, ...terms } = body;
    const change = (name: string, of = code) =>
      bank.call('changeCustodianTerms', { params: { bank: of }, body: { ...terms, name } });
    expect(await change('ING Diba')).toMatchObject({ status: 201, body: { name: 'ING Diba' } });
    expect((await change('ING Diba')).status).toBe(200);
    expect(await change('ING', 'nobody')).toMatchObject({ status: 404, body: { code: 'partner_bank_unknown' } });
  });

  it.each([
    [{ bic: 'NOTABIC' }, '/body/bic'],
    [{ kind: 'shop' }, '/body/kind'],
    [{ rails: [{ rail: 'pigeon', fee: { amount: '1', asset: 'EUR' } }] }, '/body/rails/0/rail'],
    [{ rails: [{ rail: 'sepa', fee: { amount: '0.001', asset: 'EUR' } }] }, '/body/rails/0/fee/amount'],
    [
      { rails: [{ rail: 'sepa', fee: { amount: '1', asset: 'EUR' }, limit: { amount: '1', asset: 'USD' } }] },
      '/body/rails/0/limit/asset',
    ],
    [{ apiKey: 'secret' }, '/body/apiKey'],
  ])('names the field that is wrong: %j', async (change, field) => {
    const answer = await register({ bank: 'new', ...termsOf('new', []), ...change });
    expect(answer.status).toBe(400);
    expect((answer.body['errors'] as { field: string }[])[0]?.field).toBe(field);
    expect((await get('new')).status).toBe(404);
  });

  it('assigns an account once, and only one of assets', async () => {
    const assign = (account: string, iban = 'BE68539007547034', asset = 'USD', code = 'ing') =>
      bank.call('assignNostro', { params: { bank: code }, body: { asset, account, iban } });
    expect((await assign('main:suspense/unidentified')).body['code']).toBe('nostro_account_unfit');
    expect((await assign('main:nostro/nowhere')).body['code']).toBe('nostro_account_unfit');
    expect((await assign('main:nostro/ing', 'BE68539007547035')).status).toBe(400);
    expect((await assign('main:nostro/ing')).status).toBe(201);
    expect((await assign('main:nostro/ing')).status).toBe(200);
    expect((await assign('main:nostro/kb')).body['code']).toBe('nostro_exists_with_different_account');
    expect((await assign('main:nostro/ing', 'BE68539007547034', 'USD', 'nobody')).status).toBe(404);
  });

  it('asks the bank itself what it holds', async () => {
    const { body } = await bank.call('getCustodianBalances', { params: { bank: 'kb' } });
    expect(body.items).toMatchObject([{ balance: { amount: '10000.00', asset: 'EUR' } }]);
    await register({ bank: 'dark', ...termsOf('dark', []) });
    expect(await bank.call('getCustodianBalances', { params: { bank: 'dark' } })).toMatchObject({
      status: 503,
      body: { code: 'bank_not_reachable', reason: 'connection_not_configured' },
    });
  });

  it('tells how calls are going', async () => {
    const counts = { succeeded: 5, failed: 5, declined: 0, unknown: 0, refused: 0, busy: 0, abandoned: 0 };
    bank.world.calls.current = [
      {
        provider: 'kb',
        operation: 'submit',
        state: 'closed',
        isForced: false,
        since: undefined,
        retryAt: undefined,
        counts,
        failureShare: 0.5,
        latencyMs: undefined,
        lastFailure: undefined,
      },
    ];
    const { body } = await bank.call('getCustodianHealth', { params: { bank: 'kb' } });
    expect(body).toEqual({
      bank: 'kb',
      status: 'degraded',
      calls: 10,
      failures: 5,
      failureBasisPoints: 5_000,
      openOperations: [],
      openDays: [],
    });
  });

  it('pays by no bank that is suspended, and by it again when it is resumed', async () => {
    const wish = { tenantId: '0190a000-0000-7000-8000-00000000000a', asset: 'EUR', amountMinor: 100n };
    const { rail } = bank.modules.custodian;
    expect(await rail.route(wish)).toEqual({ bank: 'bbva', rail: 'sepa' });
    const suspended = await bank.call('suspendCustodian', { params: { bank: 'bbva' }, body: { reason: 'audit' } });
    expect(suspended.body).toMatchObject({ status: 'suspended', reason: 'audit' });
    expect(await rail.route(wish)).toEqual({ bank: 'ing', rail: 'sepa' });
    expect((await bank.call('resumeCustodian', { params: { bank: 'bbva' } })).body).toMatchObject({ status: 'active' });
    expect(await rail.route({ ...wish, asset: 'CZK' })).toBeUndefined();
  });

  it('keeps no secret in any event', async () => {
    const rows = await bank.query("select envelope from events where context = 'custodian'");
    expect(rows.length).toBeGreaterThan(5);
    expect(JSON.stringify(rows)).not.toMatch(/apiKey|secret|password/i);
  });
});

describe('a customer’s bank allocation', () => {
  let partyId: string;
  beforeAll(async () => {
    partyId = bank.services.newId();
    const name = { given: 'Jana', family: 'Nováková' };
    await bank.call('registerParty', { body: { partyId, kind: 'person', name } });
    await register({ bank: 'wise', ...termsOf('wise', []), kind: 'e_money' });
  });
  const shares = (all: Readonly<Record<string, string>>) =>
    Object.entries(all).map(([code, percent]) => ({ bank: code, percent }));
  const set = (all: Readonly<Record<string, string>>, more: object = {}, of = partyId) =>
    bank.call('setBankAllocation', { params: { partyId: of }, body: { shares: shares(all), primary: 'ing', ...more } });

  it('is set and shown, with what keeps it from being diversified', async () => {
    expect(await set({ ing: '70', kb: '29.99', wise: '0.01' })).toMatchObject({
      status: 201,
      body: {
        shares: shares({ ing: '70.00', kb: '29.99', wise: '0.01' }),
        isDiversified: false,
        concentrations: [{ kind: 'share_too_large', bank: 'ing', percent: '70.00', percentMax: '60.00' }],
      },
    });
    expect((await set({ ing: '70', kb: '29.99', wise: '0.01' })).status).toBe(200);
    expect((await set({ ing: '40', kb: '30', wise: '30' })).body['isDiversified']).toBe(true);
  });

  it('previews parts that make the amount, and what of it is insured: nothing at an e-money institution', async () => {
    const { body } = await bank.call('previewBankAllocation', {
      params: { partyId },
      body: { amount: { amount: '400000.01', asset: 'EUR' } },
    });
    expect(body).toMatchObject({
      parts: [
        { bank: 'ing', amount: { amount: '160000.01' }, covered: { amount: '100000.00' } },
        { bank: 'kb', amount: { amount: '120000.00' }, covered: { amount: '100000.00' } },
        { bank: 'wise', amount: { amount: '120000.00' }, covered: { amount: '0.00' } },
      ],
      covered: { amount: '200000.00', asset: 'EUR' },
    });
  });

  it.each<[string, Readonly<Record<string, string>>, object, string]>([
    ['a basis point too little', { ing: '70', kb: '29.99' }, {}, 'allocation_not_whole'],
    ['a bank nobody registered', { ing: '70', nobody: '30' }, {}, 'allocation_bank_unusable'],
    ['a primary bank without a share', { kb: '100' }, {}, 'allocation_primary_without_share'],
    ['a bank twice', {}, { shares: [...shares({ ing: '50' }), ...shares({ ing: '50' })] }, 'allocation_bank_repeated'],
  ])('is refused for %s', async (_, all, more, code) => {
    expect(await set(all, more)).toMatchObject({ status: 422, body: { code } });
  });

  it('is refused for a party nobody knows, and for percentages finer than two decimals', async () => {
    expect((await set({ ing: '100' }, {}, bank.services.newId())).body['code']).toBe('allocation_party_unknown');
    expect((await set({ ing: '99.999', kb: '0.001' })).status).toBe(400);
  });

  it('takes no suspended bank, but stays as it is', async () => {
    await bank.call('suspendCustodian', { params: { bank: 'wise' }, body: { reason: 'audit' } });
    expect((await set({ ing: '40', kb: '30', wise: '30' })).status).toBe(200);
    expect((await set({ ing: '40', kb: '29', wise: '31' })).body).toMatchObject({
      code: 'allocation_bank_unusable',
      status: 422,
    });
  });

  it('is nobody else’s', async () => {
    const as = { actingFor: bank.services.newId() };
    expect(await bank.call('getBankAllocation', { params: { partyId }, as })).toMatchObject({ status: 404 });
    expect((await bank.call('getBankAllocation', { params: { partyId }, as: { actingFor: partyId } })).status).toBe(
      200,
    );
  });
});
