import { isIban } from '@finaegis/kernel/iban';
import type { Principal } from '@finaegis/platform/auth/principal';
import { otherTenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountBank, type Answered, startAccountBank } from './fixtures/account-bank.ts';

let bank: AccountBank;

beforeAll(async () => {
  bank = await startAccountBank();
});

afterAll(() => bank.close());

const eur = (amount: string) => ({ amount, asset: 'EUR' });
const customer = (partyId: string): Partial<Principal> => ({ id: 'key-2', actingFor: partyId });

const party = async (family = 'Nováková'): Promise<string> => {
  const partyId = bank.services.newId();
  await bank.run(bank.modules.party.handlers.registerParty, {
    partyId,
    kind: 'person',
    details: { name: { given: 'Jana', family } },
  });
  return partyId;
};

const open = async (more: object = {}): Promise<Answered> =>
  bank.call('openAccount', { body: { asset: 'EUR', holders: [{ partyId: await party() }], ...more } });

const openId = async (more?: object): Promise<string> => String((await open(more)).body['accountId']);
const deposit = (accountId: string, amount: string, more: object = {}): Promise<Answered> =>
  bank.call('recordDeposit', { body: { accountId, amount: eur(amount), ...more } });
const withdraw = (accountId: string, amount: string, as?: Partial<Principal>, more: object = {}): Promise<Answered> =>
  bank.call('withdraw', { body: { accountId, amount: eur(amount), ...more }, ...(as === undefined ? {} : { as }) });
const postedOf = async (account: string): Promise<bigint> => {
  const balances = await bank.modules.ledger.reads.balances('0190a000-0000-7000-8000-00000000000a', account);
  return balances.reduce((sum, { creditsMinor, debitsMinor }) => sum + creditsMinor - debitsMinor, 0n);
};

describe('opening an account', () => {
  it('without bank details gives it a plain number, in one commit with its ledger account and its mandate', async () => {
    const partyId = await party();
    const opened = await open({
      holders: [{ partyId, kind: 'owner' }],
      name: 'Household',
      externalReference: 'core-1',
    });
    expect(opened).toMatchObject({
      status: 201,
      body: {
        status: 'open',
        product: 'current',
        productVersion: 1,
        statementCycle: 'monthly',
        name: 'Household',
        holders: [{ partyId, kind: 'owner' }],
        identifiers: [
          { scheme: 'local', value: 'A000000001' },
          { scheme: 'external', value: 'core-1' },
        ],
      },
    });
    const accountId = String(opened.body['accountId']);
    expect(await bank.call('getAccount', { params: { accountId } })).toMatchObject({ status: 200, body: opened.body });
    expect(await bank.call('getAccount', { params: { accountId }, as: customer(partyId) })).toMatchObject({
      status: 200,
    });
    expect(await bank.modules.ledger.reads.account('0190a000-0000-7000-8000-00000000000a', accountId)).toMatchObject({
      status: 'open',
      kind: 'customer',
      class: 'liability',
      hasFloor: true,
    });
  });

  it('asked for twice is one opening; with other content it is refused', async () => {
    const body = {
      accountId: bank.services.newId(),
      asset: 'EUR',
      holders: [{ partyId: await party() }],
      name: 'Trip',
    };
    expect((await open(body)).status).toBe(201);
    const again = await open(body);
    expect(again.status).toBe(200);
    expect((again.body['identifiers'] as unknown as unknown[]).length).toBe(1);
    expect(await open({ ...body, name: 'Other' })).toMatchObject({
      status: 409,
      body: { code: 'account_exists_with_different_content' },
    });
    expect(await open({ ...body, asset: 'USD' })).toMatchObject({ status: 409 });
  });

  it.each<[string, object, number, object]>([
    ['an entity nobody knows', { entity: 'elsewhere' }, 404, { code: 'entity_unknown' }],
    ['a product nobody knows', { product: 'gold-plated' }, 422, { code: 'product_unknown' }],
    ['a version of a product nobody published', { productVersion: 9 }, 422, { code: 'product_unknown' }],
    ['an asset nobody registered', { asset: 'QQQ' }, 422, { code: 'asset_not_registered' }],
    [
      'a party nobody knows',
      { holders: [{ partyId: '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12' }] },
      404,
      { code: 'party_not_found' },
    ],
    ['nobody', { holders: [] }, 400, { code: 'validation_failed' }],
    ['a field nobody declared', { colour: 'blue' }, 400, { code: 'validation_failed' }],
  ])('for %s is refused, and nothing of it is written', async (_, more, status, body) => {
    const accountId = bank.services.newId();
    expect(await open({ accountId, ...more })).toMatchObject({ status, body });
    expect(await bank.call('getAccount', { params: { accountId } })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });

  it('naming a holder twice, or an asset the product does not allow, is refused', async () => {
    const partyId = await party();
    expect(await open({ holders: [{ partyId }, { partyId, kind: 'joint' }] })).toMatchObject({
      status: 422,
      body: { code: 'holder_repeated' },
    });
    const narrow = {
      product: 'euro-only',
      version: 1,
      name: 'Euro only',
      statementCycle: 'weekly',
      allowsOverdraft: false,
      assets: ['EUR'],
    };
    expect((await bank.call('publishProduct', { body: narrow })).status).toBe(201);
    expect((await bank.call('publishProduct', { body: narrow })).status).toBe(200);
    expect(await open({ product: 'euro-only', asset: 'USD' })).toMatchObject({
      status: 422,
      body: { code: 'asset_not_of_product' },
    });
  });

  it('with bank details issues an IBAN, and the sequence goes on where it was', async () => {
    const params = { entity: 'main' };
    const details = { country: 'CZ', bankCode: '2010', bic: 'TESTCZPP', name: 'Test Bank' };
    expect(await bank.call('setBankDetails', { params, body: { ...details, bankCode: '20' } })).toMatchObject({
      status: 422,
      body: { code: 'bank_code_malformed' },
    });
    expect((await bank.call('setBankDetails', { params, body: details })).status).toBe(201);
    expect((await bank.call('setBankDetails', { params, body: details })).status).toBe(200);
    expect(await bank.call('setBankDetails', { params, body: { ...details, bankCode: '0800' } })).toMatchObject({
      status: 409,
      body: { code: 'bank_details_exist_with_different_terms' },
    });
    expect(await bank.call('getBankDetails', { params })).toMatchObject({ status: 200, body: details });

    const [one, two] = [await open(), await open()];
    const [first, second] = [one, two].map(
      ({ body }) => body['identifiers'] as unknown as { scheme: string; value: string }[],
    );
    expect(first?.map(({ scheme }) => scheme)).toEqual(['local', 'iban']);
    expect(isIban(first?.[1]?.value ?? '')).toBe(true);
    expect(first?.[1]?.value).not.toBe(second?.[1]?.value);
    expect(first?.[0]?.value).toMatch(/\/2010$/);

    await bank.settle();
    const iban = first?.[1]?.value.replace(/(.{4})/g, '$1 ').toLowerCase() ?? '';
    const found = await bank.call('listAccounts', { query: { identifier: iban } });
    expect((found.body['items'] as unknown as { accountId: string }[]).map(({ accountId }) => accountId)).toEqual([
      one.body['accountId'],
    ]);
  });

  it('of two entities under one bank code is refused: both would issue the same numbers', async () => {
    const entity = {
      entity: 'second',
      name: 'Second',
      functionalAsset: 'EUR',
      timeZone: 'Europe/Prague',
      calendar: 'target',
      businessDate: '2025-01-30',
    };
    await bank.run(bank.modules.ledger.handlers.openEntity, entity);
    const body = { country: 'CZ', bankCode: '2010', name: 'Copy' };
    expect(await bank.call('setBankDetails', { params: { entity: 'second' }, body })).toMatchObject({
      status: 409,
      body: { code: 'bank_code_taken', entity: 'main' },
    });
    expect(await bank.call('setBankDetails', { params: { entity: 'nowhere' }, body })).toMatchObject({
      status: 404,
      body: { code: 'entity_unknown' },
    });
  });

  it('on a dry run answers the account and writes nothing', async () => {
    const accountId = bank.services.newId();
    const dry = await bank.call('openAccount', {
      query: { dryRun: 'true' },
      body: { accountId, asset: 'EUR', holders: [{ partyId: await party() }] },
    });
    expect(dry).toMatchObject({ status: 201, body: { accountId, status: 'open' } });
    expect(await bank.call('getAccount', { params: { accountId } })).toMatchObject({ status: 404 });
  });

  it('in two processes at once never issues a number twice, and gives an external reference to one of them', async () => {
    const other = bank.another();
    const partyId = await party();
    const opening = (externalReference?: string) => ({
      accountId: bank.services.newId(),
      entity: 'second',
      product: 'current',
      asset: 'EUR',
      holders: [{ partyId, kind: 'owner' as const, mandateId: bank.services.newId() }],
      ...(externalReference === undefined ? {} : { externalReference }),
    });
    const processes = [bank, other];
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const { submit, modules } = processes[index % 2] ?? bank;
        return submit(modules.account.handlers.openAccount, opening(index < 6 ? 'raced' : undefined));
      }),
    );
    const accepted = outcomes.flatMap((outcome) => (outcome.accepted ? [outcome.result] : []));
    const refused = outcomes.flatMap((outcome) => (outcome.accepted ? [] : [outcome.refusal.code]));
    expect(accepted.length).toBe(35);
    expect(refused).toEqual(Array(5).fill('external_reference_taken'));
    const locals = accepted.map(({ identifiers }) => identifiers.find(({ scheme }) => scheme === 'local')?.value);
    expect(new Set(locals).size).toBe(35);
    const { rows } = await bank.adminPool.query(
      "select count(*) as count from account_identifiers where value = 'raced'",
    );
    expect(rows[0]).toEqual({ count: 1n });
  });
});

describe('money in', () => {
  it('is credited, once for each id', async () => {
    const accountId = await openId();
    const body = { depositId: bank.services.newId(), endToEndId: 'E2E-1', description: 'Salary' };
    const done = await deposit(accountId, '120.50', body);
    expect(done).toMatchObject({
      status: 201,
      body: {
        status: 'credited',
        creditedTo: accountId,
        from: 'main:cash',
        amount: eur('120.50'),
        bookingDate: '2025-01-30',
      },
    });
    expect(await deposit(accountId, '120.50', body)).toMatchObject({ status: 200, body: { status: 'credited' } });
    expect(await deposit(accountId, '120.51', body)).toMatchObject({
      status: 409,
      body: { code: 'deposit_exists_with_different_content' },
    });
    expect(await postedOf(accountId)).toBe(12_050n);
  });

  it('under one Idempotency-Key is answered as the first time, byte for byte, and the key is not for anything else', async () => {
    const accountId = await openId();
    const sent = { headers: { 'idempotency-key': bank.services.newId() }, body: { accountId, amount: eur('3') } };
    const first = await bank.call('recordDeposit', sent);
    expect(await bank.call('recordDeposit', sent)).toEqual(first);
    expect(await bank.call('recordDeposit', { ...sent, body: { accountId, amount: eur('4') } })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect(await postedOf(accountId)).toBe(300n);
  });

  it('for an account nobody knows goes to suspense, and says why', async () => {
    const accountId = bank.services.newId();
    const before = await postedOf('main:suspense/unidentified');
    const body = { depositId: bank.services.newId() };
    const done = await deposit(accountId, '10', body);
    expect(done).toMatchObject({
      status: 201,
      body: { status: 'suspended', reason: 'account_unknown', accountId, creditedTo: 'main:suspense/unidentified' },
    });
    expect(await deposit(accountId, '10', body)).toMatchObject({
      status: 200,
      body: { status: 'suspended', reason: 'account_unknown' },
    });
    expect((await postedOf('main:suspense/unidentified')) - before).toBe(1_000n);
  });

  it('for a closed account, one blocked for credits, or an asset its product does not allow goes to suspense', async () => {
    const closed = await openId();
    expect((await bank.call('closeAccount', { params: { accountId: closed } })).status).toBe(200);
    expect(await deposit(closed, '1')).toMatchObject({
      status: 201,
      body: { status: 'suspended', reason: 'account_closed', creditedTo: 'main:suspense/blocked' },
    });

    const blocked = await openId();
    const block = await bank.call('placeAccountBlock', {
      params: { accountId: blocked },
      body: { kind: 'credit', reason: 'sanctions' },
    });
    expect(await deposit(blocked, '2')).toMatchObject({
      status: 201,
      body: { status: 'suspended', reason: 'account_credits_blocked' },
    });
    const lifted = { accountId: blocked, blockId: String(block.body['blockId']) };
    expect(await bank.call('liftAccountBlock', { params: lifted })).toMatchObject({
      status: 200,
      body: { status: 'lifted' },
    });
    expect(await deposit(blocked, '2')).toMatchObject({ status: 201, body: { status: 'credited' } });

    const narrow = await openId({ product: 'euro-only' });
    const dollars = { body: { accountId: narrow, amount: { amount: '3', asset: 'USD' } } };
    expect(await bank.call('recordDeposit', dollars)).toMatchObject({
      status: 201,
      body: { status: 'suspended', reason: 'asset_not_of_product' },
    });
  });

  it('needs a house account it came from, a key, and an amount of the right scale', async () => {
    const [one, two] = [await openId(), await openId()];
    expect(await deposit(one, '1', { from: two })).toMatchObject({
      status: 422,
      body: { code: 'house_account_expected' },
    });
    expect(await deposit(one, '1', { from: 'main:nowhere' })).toMatchObject({
      status: 404,
      body: { code: 'account_unknown' },
    });
    expect(await deposit(one, '1.005')).toMatchObject({
      status: 400,
      body: { errors: [{ field: '/body/amount/amount' }] },
    });
    expect(
      await bank.call('recordDeposit', {
        body: { accountId: one, amount: eur('1') },
        headers: { 'idempotency-key': '' },
      }),
    ).toMatchObject({ status: 400 });
    expect(
      await bank.call('recordDeposit', { query: { dryRun: 'true' }, body: { accountId: one, amount: eur('1') } }),
    ).toMatchObject({ status: 201 });
    expect(await postedOf(one)).toBe(0n);
  });
});

describe('money out', () => {
  it('asked wrongly under a used key is told what is wrong, not that the key was used', async () => {
    const accountId = await openId();
    await deposit(accountId, '50');
    const sent = (amount: string) => ({ key: 'withdrawn', body: { accountId, amount: eur(amount) } });
    expect((await bank.call('withdraw', sent('1.00'))).status).toBe(201);
    expect((await bank.call('withdraw', sent('1.005'))).body).toMatchObject({ code: 'validation_failed' });
    expect((await bank.call('withdraw', sent('2.00'))).body).toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('leaves by the cash of the entity, down to the floor', async () => {
    const accountId = await openId();
    await deposit(accountId, '50');
    expect(await withdraw(accountId, '50.01')).toMatchObject({
      status: 422,
      body: { code: 'insufficient_funds', spendable: eur('50.00') },
    });
    expect(await withdraw(accountId, '20')).toMatchObject({
      status: 201,
      body: { accountId, to: 'main:cash', amount: eur('20.00') },
    });
    expect(await withdraw(accountId, '1', undefined, { to: await openId() })).toMatchObject({
      status: 422,
      body: { code: 'house_account_expected' },
    });
    expect(await withdraw(bank.services.newId(), '1')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await postedOf(accountId)).toBe(3_000n);
  });

  it('is refused on a blocked account, and goes below zero only as far as the product lets it', async () => {
    const accountId = await openId();
    await deposit(accountId, '10');
    const { body } = await bank.call('placeAccountBlock', {
      params: { accountId },
      body: { kind: 'debit', reason: 'court_order' },
    });
    expect(await withdraw(accountId, '1')).toMatchObject({ status: 422, body: { code: 'account_debits_blocked' } });
    expect(await bank.call('listAccountBlocks', { params: { accountId } })).toMatchObject({
      body: { items: [{ kind: 'debit', reason: 'court_order' }] },
    });
    await bank.call('liftAccountBlock', { params: { accountId, blockId: String(body['blockId']) } });

    expect(
      await bank.call('setAccountOverdraftLimit', { params: { accountId }, body: { limit: eur('100') } }),
    ).toMatchObject({ status: 200, body: { limit: eur('100.00') } });
    expect((await withdraw(accountId, '110')).status).toBe(201);
    const savings = await openId({ product: 'savings' });
    expect(
      await bank.call('setAccountOverdraftLimit', { params: { accountId: savings }, body: { limit: eur('100') } }),
    ).toMatchObject({ status: 422, body: { code: 'overdraft_not_of_product', product: 'savings' } });
    expect(
      (await bank.call('setAccountOverdraftLimit', { params: { accountId: savings }, body: { limit: eur('0') } }))
        .status,
    ).toBe(200);
  });
});

describe('closing an account', () => {
  it('is refused until it is at zero everywhere, and then happens once', async () => {
    const accountId = await openId();
    await deposit(accountId, '5');
    await bank.call('recordDeposit', { body: { accountId, amount: { amount: '0.5', asset: 'BTC' } } });
    const close = (): Promise<Answered> => bank.call('closeAccount', { params: { accountId } });
    expect(await close()).toMatchObject({
      status: 422,
      body: { code: 'account_not_empty', posted: { amount: '0.50000000', asset: 'BTC' } },
    });
    await bank.call('withdraw', { body: { accountId, amount: { amount: '0.5', asset: 'BTC' } } });
    expect(await close()).toMatchObject({
      status: 422,
      body: { code: 'account_not_empty', asset: 'EUR', posted: eur('5.00'), heldOut: eur('0.00') },
    });
    await withdraw(accountId, '5');
    expect(await close()).toMatchObject({ status: 200, body: { status: 'closed' } });
    expect(await close()).toMatchObject({ status: 200, body: { status: 'closed' } });
    expect(await withdraw(accountId, '1')).toMatchObject({ status: 422, body: { code: 'account_closed' } });
    expect(await bank.call('closeAccount', { params: { accountId: bank.services.newId() } })).toMatchObject({
      status: 404,
      body: { code: 'account_unknown' },
    });
  });
});

describe('customers', () => {
  it('see and operate their own accounts; those of others do not exist for them', async () => {
    const [jana, tomas] = [await party('Nováková'), await party('Dvořák')];
    const own = await openId({ holders: [{ partyId: jana }] });
    const foreign = await openId({ holders: [{ partyId: tomas }] });
    await deposit(own, '100');
    await deposit(foreign, '100');
    await bank.settle();
    const as = customer(jana);
    expect((await withdraw(own, '1', as)).body['to']).toBeUndefined();
    expect(
      JSON.stringify((await bank.call('listTransactions', { params: { accountId: own }, as })).body),
    ).not.toContain('main:');
    const ids = async (query: Record<string, string> = {}) =>
      ((await bank.call('listAccounts', { query, as })).body['items'] as unknown as { accountId: string }[]).map(
        ({ accountId }) => accountId,
      );
    expect(await ids()).toEqual([own]);
    expect(await ids({ partyId: tomas })).toEqual([]);

    const params = { accountId: foreign };
    const attacks: readonly [string, Parameters<AccountBank['call']>[1]][] = [
      ['getAccount', { params }],
      ['listTransactions', { params }],
      ['getTransaction', { params: { ...params, journalId: bank.services.newId() } }],
      ['getTurnovers', { params, query: { from: '2025-01-01', to: '2025-01-31' } }],
      ['listStatements', { params }],
      ['getStatement', { params: { ...params, asset: 'EUR', number: '1' } }],
      ['withdraw', { body: { ...params, amount: eur('1') } }],
    ];
    for (const [operation, sent] of attacks)
      expect([operation, (await bank.call(operation, { ...sent, as })).status]).toEqual([operation, 404]);
    const staffOnly: readonly [string, Parameters<AccountBank['call']>[1]][] = [
      ['openAccount', { body: { asset: 'EUR', holders: [{ partyId: jana }] } }],
      ['closeAccount', { params: { accountId: own } }],
      ['recordDeposit', { body: { accountId: own, amount: eur('1') } }],
      ['placeAccountBlock', { params: { accountId: own }, body: { kind: 'debit', reason: 'other' } }],
      ['listAccountBlocks', { params: { accountId: own } }],
      ['setAccountOverdraftLimit', { params: { accountId: own }, body: { limit: eur('1') } }],
      ['runStatements', { body: { date: '2025-01-31' } }],
      [
        'publishProduct',
        { body: { product: 'mine', version: 1, name: 'Mine', statementCycle: 'monthly', allowsOverdraft: true } },
      ],
      ['setBankDetails', { params: { entity: 'main' }, body: { country: 'CZ', bankCode: '0800', name: 'X' } }],
    ];
    for (const [operation, sent] of staffOnly)
      expect([operation, (await bank.call(operation, { ...sent, as })).body['code']]).toEqual([
        operation,
        'staff_only',
      ]);
    for (const [field, said] of Object.entries({ to: 'main:income/fx-spread', valueDate: '1990-01-01' }))
      expect(await withdraw(own, '1', as, { [field]: said })).toMatchObject({
        status: 403,
        body: { code: 'staff_only', errors: [{ field: `/body/${field}` }] },
      });
  });

  it('of another tenant find nothing', async () => {
    const accountId = await openId();
    const as = { tenantId: otherTenantId };
    expect(await bank.call('getAccount', { params: { accountId }, as })).toMatchObject({ status: 404 });
    expect(await withdraw(accountId, '1', as)).toMatchObject({ status: 404 });
    await bank.settle();
    expect((await bank.call('listAccounts', { as })).body['items']).toEqual([]);
  });

  it('find accounts by product, status, asset, holder and entity, page by page, newest first', async () => {
    const partyId = await party();
    const made = [
      await openId({ holders: [{ partyId }] }),
      await openId({ holders: [{ partyId }], product: 'savings' }),
      await openId({ holders: [{ partyId }], asset: 'USD' }),
    ];
    await bank.call('closeAccount', { params: { accountId: made[0] ?? '' } });
    await bank.settle();
    const ids = async (query: Record<string, string>) => {
      const { body } = await bank.call('listAccounts', { query: { partyId, ...query } });
      return (body['items'] as unknown as { accountId: string }[]).map(({ accountId }) => made.indexOf(accountId));
    };
    expect(await ids({})).toEqual([2, 1, 0]);
    expect(await ids({ product: 'savings' })).toEqual([1]);
    expect(await ids({ status: 'closed' })).toEqual([0]);
    expect(await ids({ asset: 'USD' })).toEqual([2]);
    expect(await ids({ entity: 'second' })).toEqual([]);
    const page = await bank.call('listAccounts', { query: { partyId, limit: '2' } });
    expect(await ids({ limit: '2', cursor: String(page.body['nextCursor']) })).toEqual([0]);
  });
});
