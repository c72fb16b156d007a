import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LedgerBank, startLedgerBank } from '../fixtures/ledger-bank.ts';
import { assetTwins } from '../fixtures/twins.ts';

const ada = '0190a000-0000-7000-8000-0000000000a1';
const bob = '0190a000-0000-7000-8000-0000000000b1';
const eur = (amount: string) => ({ amount, asset: 'EUR' });
const adaKey = { actingFor: 'party-ada', id: 'key-ada' };
const bobKey = { actingFor: 'party-bob', id: 'key-bob' };

let bank: LedgerBank;

const balance = async (account: string): Promise<unknown> =>
  (await bank.call('getBalances', { params: { accountId: account } })).body.balances[0];

beforeAll(async () => {
  bank = await startLedgerBank();
  await bank.openCustomer(ada);
  await bank.openCustomer(bob);
  bank.mandates.set('party-ada', new Map([[ada, 'operate']]));
  bank.mandates.set('party-bob', new Map([[bob, 'operate']]));
  await bank.deposit(ada, 100_000n);
});
afterAll(() => bank.close());

describe('a transfer', () => {
  it('moves the amount and the fee in one journal, and a repeat under its key is answered byte for byte', async () => {
    const sent = {
      key: 'first',
      body: {
        from: ada,
        to: bob,
        amount: eur('50.00'),
        fee: eur('0.50'),
        description: 'Rent for March',
        endToEndId: 'E2E-1',
      },
    };
    const first = await bank.call('createTransfer', sent);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      status: 'posted',
      kind: 'transfer',
      bookingDate: '2026-03-02',
      description: 'Rent for March',
      endToEndId: 'E2E-1',
    });
    expect((first.body.postings as readonly { purpose: string }[]).map(({ purpose }) => purpose)).toEqual([
      'principal',
      'principal',
      'fee',
      'fee',
    ]);
    const again = await bank.call('createTransfer', sent);
    expect(again).toEqual({ ...first, isReplay: true });
    expect(await balance(ada)).toMatchObject({ posted: eur('949.50'), spendable: eur('949.50') });
    expect(await balance('main:income/transfer-fee')).toEqual({ asset: 'EUR', posted: eur('0.50') });
  });

  it('that is refused in an asset the payer never held leaves no balance behind, not even an empty one', async () => {
    const refused = await bank.call('createTransfer', {
      key: 'never-held',
      body: { from: bob, to: ada, amount: { amount: '1.00', asset: 'USD' } },
    });
    expect(refused).toMatchObject({ status: 422, body: { code: 'insufficient_funds' } });
    const rows = await bank.query("select asset from ledger_balances where account_id = any ($1) and asset = 'USD'", [
      [ada, bob],
    ]);
    expect(rows).toEqual([]);
  });

  it('is answered as the first time even when its asset has ended since; a new one is not made', async () => {
    const gold = {
      code: 'GLD',
      kind: 'commodity',
      decimals: 4,
      name: 'Gold',
      tenantId: '00000000-0000-0000-0000-000000000000',
    } as const;
    assetTwins.set('GLD', gold);
    await bank.deposit(ada, 50_000n, 'GLD');
    const sent = { key: 'gold', body: { from: ada, to: bob, amount: { amount: '1.5', asset: 'GLD' } } };
    const first = await bank.call('createTransfer', sent);
    expect(first.status).toBe(201);
    assetTwins.set('GLD', { ...gold, activeTo: '2026-01-01' });
    expect(await bank.call('createTransfer', sent)).toEqual({ ...first, isReplay: true });
    expect((await bank.call('createTransfer', { ...sent, key: 'more-gold' })).body).toMatchObject({
      errors: [{ code: 'asset_inactive' }],
    });
  });

  it('may be in an asset on the days of its life: those it is booked on, whatever day the clock says', async () => {
    const later = { entity: 'later', name: 'Later', functionalAsset: 'EUR', timeZone: 'Europe/Prague' };
    await bank.submit(bank.module.handlers.openEntity, { ...later, calendar: 'target', businessDate: '2026-03-05' });
    const [cora, dora] = [bank.services.newId(), bank.services.newId()];
    for (const account of [cora, dora]) await bank.openCustomer(account, 'later');
    const life = { activeFrom: '2026-03-05', activeTo: '2026-03-06' };
    assetTwins.set('NEW', { code: 'NEW', kind: 'custom', decimals: 2, name: 'New', tenantId, ...life });
    const amount = { amount: '1.00', asset: 'NEW' };
    // There is nothing to pay with: what is refused first is told.
    expect((await bank.call('createTransfer', { body: { from: cora, to: dora, amount } })).body).toMatchObject({
      code: 'insufficient_funds',
      errors: [{ field: '/body/from' }],
    });
    expect((await bank.call('createTransfer', { body: { from: ada, to: bob, amount } })).body).toMatchObject({
      errors: [{ code: 'asset_inactive', message: 'NEW may not be booked on 2026-03-02' }],
    });
  });

  it('under one id is the same transfer, and with other content is refused', async () => {
    const id = bank.services.newId();
    const body = { id, from: ada, to: bob, amount: eur('1.00') };
    expect((await bank.call('createTransfer', { body })).status).toBe(201);
    expect((await bank.call('createTransfer', { body })).status).toBe(200);
    const other = await bank.call('createTransfer', { body: { ...body, amount: eur('2.00') } });
    expect(other.body).toMatchObject({ code: 'journal_exists_with_different_content', status: 409 });
  });

  it('under a used key and with a wrong amount is told what is wrong, not that the key was used', async () => {
    const body = { from: ada, to: bob, amount: eur('1.00') };
    expect((await bank.call('createTransfer', { key: 'used', body })).status).toBe(201);
    const wrong = await bank.call('createTransfer', { key: 'used', body: { ...body, amount: eur('1.005') } });
    expect(wrong.body).toMatchObject({ code: 'validation_failed', status: 400 });
    const other = await bank.call('createTransfer', { key: 'used', body: { ...body, amount: eur('2.00') } });
    expect(other.body).toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('of more than there is explains itself in numbers and moves nothing', async () => {
    const before = await balance(ada);
    const refused = await bank.call('createTransfer', { body: { from: ada, to: bob, amount: eur('999999.00') } });
    expect(refused.body).toMatchObject({
      code: 'insufficient_funds',
      status: 422,
      account: ada,
      asset: 'EUR',
      needed: eur('999999.00'),
    });
    expect(await balance(ada)).toEqual(before);
  });

  it('tried with dryRun answers what would happen and writes nothing', async () => {
    const before = await balance(ada);
    const tried = await bank.call('createTransfer', {
      query: { dryRun: 'true' },
      body: { from: ada, to: bob, amount: eur('1.00') },
    });
    expect(tried.status).toBe(201);
    expect(await balance(ada)).toEqual(before);
  });

  it.each([
    ['a scale finer than the asset has', { amount: eur('1.005') }, '/body/amount/amount', 'amount_scale_too_fine'],
    ['zero', { amount: eur('0.00') }, '/body/amount/amount', 'amount_not_positive'],
    ['an asset nobody knows', { amount: { amount: '1', asset: 'XYZ' } }, '/body/amount/asset', 'asset_unknown'],
    ['an asset that has ended', { amount: { amount: '1', asset: 'OLD' } }, '/body/amount/asset', 'asset_inactive'],
    [
      'a fee in another asset',
      { amount: eur('1.00'), fee: { amount: '1', asset: 'USD' } },
      '/body/fee/asset',
      'fee_in_other_asset',
    ],
    ['a value date in the year 0', { amount: eur('1.00'), valueDate: '0000-01-01' }, '/body/valueDate', undefined],
  ])('of %s is refused with the field', async (_, part, field, code) => {
    const { status, body } = await bank.call('createTransfer', { body: { from: ada, to: bob, ...part } });
    expect(status).toBe(400);
    expect(body['errors']).toEqual([expect.objectContaining({ field, ...(code === undefined ? {} : { code }) })]);
  });

  it.each([
    ['to itself', () => ({ from: ada, to: ada }), 422, 'account_pays_itself'],
    ['to nobody', () => ({ from: ada, to: 'nobody' }), 404, 'account_unknown'],
    ['from nobody', () => ({ from: 'nobody', to: ada }), 404, 'account_unknown'],
  ])('%s is refused', async (_, accounts, status, code) => {
    expect((await bank.call('createTransfer', { body: { ...accounts(), amount: eur('1.00') } })).body).toMatchObject({
      status,
      code,
    });
  });
});

describe('a customer', () => {
  it('pays from its own account, and from no other', async () => {
    expect(
      (await bank.call('createTransfer', { as: adaKey, body: { from: ada, to: bob, amount: eur('1.00') } })).status,
    ).toBe(201);
    expect(
      (await bank.call('createTransfer', { as: adaKey, body: { from: bob, to: ada, amount: eur('1.00') } })).body,
    ).toMatchObject({ code: 'not_found' });
    expect(
      (
        await bank.call('createTransfer', {
          as: adaKey,
          body: { from: 'main:nostro/ing', to: ada, amount: eur('1.00') },
        })
      ).body,
    ).toMatchObject({ code: 'not_found' });
  });

  it('cannot pay the house, which would be a withdrawal nobody handed out', async () => {
    expect(
      (
        await bank.call('createTransfer', {
          as: adaKey,
          body: { from: ada, to: 'main:nostro/ing', amount: eur('1.00') },
        })
      ).body,
    ).toMatchObject({ code: 'account_unknown' });
    const batch = await bank.call('createTransferBatch', {
      as: adaKey,
      body: { mode: 'independent', transfers: [{ from: ada, to: 'main:nostro/ing', amount: eur('1.00') }] },
    });
    expect(batch.body).toMatchObject({ code: 'account_unknown' });
  });

  it('does not say which day its booking counts for, since interest is counted by it', async () => {
    const transfer = { from: ada, to: bob, amount: eur('1.00'), valueDate: '1990-01-01' };
    const { holdId } = (await bank.call('placeHold', { as: adaKey, body: { account: ada, amount: eur('1.00') } })).body;
    const refused = await Promise.all([
      bank.call('createTransfer', { as: adaKey, body: transfer }),
      bank.call('createTransferBatch', { as: adaKey, body: { mode: 'independent', transfers: [transfer] } }),
      bank.call('captureHold', { as: adaKey, params: { holdId }, body: { to: bob, valueDate: '2199-01-01' } }),
    ]);
    const fields = ['/body/valueDate', '/body/transfers/0/valueDate', '/body/valueDate'];
    expect(refused).toMatchObject(
      fields.map((field) => ({ status: 403, body: { code: 'staff_only', errors: [{ field }] } })),
    );
    expect((await bank.call('voidHold', { as: adaKey, params: { holdId } })).status).toBe(200);
    expect((await bank.call('createTransfer', { body: transfer })).body).toMatchObject({ valueDate: '1990-01-01' });
  });

  it('sees balances of its own accounts only', async () => {
    expect((await bank.call('getBalances', { as: adaKey, params: { accountId: ada } })).status).toBe(200);
    expect((await bank.call('getBalances', { as: adaKey, params: { accountId: bob } })).status).toBe(404);
    expect((await bank.call('getBalances', { as: adaKey, params: { accountId: 'main:nostro/ing' } })).status).toBe(404);
  });

  it('posts no journals, reverses nothing, blocks nothing and closes no day', async () => {
    const postings = [
      { account: 'main:nostro/ing', side: 'debit', amount: eur('1.00') },
      { account: ada, side: 'credit', amount: eur('1.00') },
    ];
    const refusals = await Promise.all([
      bank.call('postJournal', { as: adaKey, body: { kind: 'deposit', postings } }),
      bank.call('reverseJournal', { as: adaKey, params: { journalId: bank.services.newId() }, body: {} }),
      bank.call('placeBlock', { as: adaKey, params: { accountId: ada }, body: { kind: 'debit', reason: 'other' } }),
      bank.call('listBlocks', { as: adaKey, params: { accountId: ada } }),
      bank.call('setOverdraftLimit', { as: adaKey, params: { accountId: ada }, body: { limit: eur('1.00') } }),
      bank.call('closeBusinessDay', { as: adaKey, params: { entity: 'main' }, body: { businessDate: '2026-03-02' } }),
      bank.call('getChart', { as: adaKey, params: { entity: 'main' } }),
      bank.call('getTrialBalance', { as: adaKey, params: { entity: 'main' } }),
    ]);
    expect(refusals.map(({ body }) => body['code'])).toEqual(refusals.map(() => 'staff_only'));
  });

  it('may look at a journal that touches its account, and only at its own side of it', async () => {
    const payroll = await bank.call('postJournal', {
      body: {
        kind: 'payroll',
        metadata: { run: 'march' },
        postings: [
          { account: 'main:nostro/ing', side: 'debit', amount: eur('30.00') },
          { account: ada, side: 'credit', amount: eur('10.00') },
          { account: bob, side: 'credit', amount: eur('20.00') },
        ],
      },
    });
    const { journalId } = payroll.body;
    const seen = await bank.call('getJournal', { as: bobKey, params: { journalId } });
    expect(seen.body.postings).toEqual([
      // Of the thirty that went out, twenty went to Bob; how much others were given is not told.
      { line: 0, account: 'main:nostro/ing', side: 'debit', amount: eur('20.00'), purpose: 'principal' },
      { line: 2, account: bob, side: 'credit', amount: eur('20.00'), purpose: 'principal' },
    ]);
    expect(seen.body).not.toHaveProperty('metadata');
    expect((await bank.call('getJournal', { params: { journalId } })).body).toMatchObject({
      metadata: { run: 'march' },
    });
    const trade = await bank.call('postJournal', {
      body: {
        kind: 'trade',
        postings: [
          { account: ada, side: 'debit', amount: eur('10.00') },
          { account: bob, side: 'credit', amount: eur('10.00') },
          { account: ada, side: 'debit', amount: eur('0.10'), purpose: 'fee' },
          { account: bob, side: 'debit', amount: eur('0.20'), purpose: 'fee' },
          { account: 'main:income/transfer-fee', side: 'credit', amount: eur('0.10'), purpose: 'fee' },
          { account: 'main:income/transfer-fee', side: 'credit', amount: eur('0.20'), purpose: 'fee' },
        ],
      },
    });
    const ownSide = (await bank.call('getJournal', { as: bobKey, params: { journalId: trade.body.journalId } })).body
      .postings as readonly { line: number }[];
    expect(ownSide.map(({ line }) => line)).toEqual([0, 1, 3]);
    const others = await bank.deposit(ada, 100n);
    expect((await bank.call('getJournal', { as: bobKey, params: { journalId: others } })).body).toMatchObject({
      code: 'journal_unknown',
      status: 404,
    });
    await bank.settle();
    const list = await bank.call('listJournals', { as: bobKey, query: { limit: '200' } });
    const ids = list.body.items.map((journal) => journal.journalId);
    expect(ids).toContain(journalId);
    expect(ids).not.toContain(others);
    expect((await bank.call('listJournals', { as: bobKey, query: { account: ada } })).status).toBe(404);
  });
});

describe('a linked batch', () => {
  it('posts all transfers, each on the balance the one before left', async () => {
    const carl = bank.services.newId();
    await bank.openCustomer(carl);
    const linked = await bank.call('createTransferBatch', {
      body: {
        mode: 'linked',
        transfers: [
          { from: ada, to: carl, amount: eur('5.00') },
          { from: carl, to: bob, amount: eur('5.00') },
        ],
      },
    });
    expect(linked.status).toBe(201);
    expect(linked.body.transfers).toHaveLength(2);
  });

  it('posts none when one is refused, and names it', async () => {
    const before = [await balance(ada), await balance(bob)];
    const linked = await bank.call('createTransferBatch', {
      body: {
        mode: 'linked',
        transfers: [
          { from: ada, to: bob, amount: eur('5.00') },
          { from: ada, to: bob, amount: eur('99999.00') },
        ],
      },
    });
    expect(linked.body).toMatchObject({
      code: 'linked_journal_refused',
      index: 1,
      refusal: { code: 'insufficient_funds', needed: eur('99999.00') },
    });
    expect([await balance(ada), await balance(bob)]).toEqual(before);
  });

  it('has at most a thousand transfers', async () => {
    const transfers = Array.from({ length: 1_001 }, () => ({ from: ada, to: bob, amount: eur('0.01') }));
    expect((await bank.call('createTransferBatch', { body: { mode: 'linked', transfers } })).body).toMatchObject({
      code: 'batch_too_large',
      max: 1_000,
    });
  });
});

describe('an independent batch', () => {
  it('posts what it can, tells what it cannot, and repeated books nothing twice', async () => {
    const dora = bank.services.newId();
    await bank.openCustomer(dora);
    await bank.deposit(dora, 250n);
    const transfers = [1, 2, 3].map(() => ({ from: dora, to: bob, amount: eur('1.00') }));
    const sent = { key: 'batch-1', body: { mode: 'independent', transfers } };
    const first = await bank.call('createTransferBatch', sent);
    expect(first.body).toMatchObject({ posted: 2, refused: 1 });
    expect(first.body.outcomes.map(({ status }) => status)).toEqual(['posted', 'posted', 'refused']);
    expect(first.body.outcomes[2]).toMatchObject({
      refusal: { code: 'insufficient_funds', spendable: eur('0.50'), needed: eur('1.00') },
    });
    expect(await bank.call('createTransferBatch', sent)).toEqual({ ...first, isReplay: true });
    expect(await balance(dora)).toMatchObject({ posted: eur('0.50') });
  });

  it('tried is answered as it would be done, each transfer on what those before it leave, and books nothing', async () => {
    const fay = bank.services.newId();
    await bank.openCustomer(fay);
    await bank.deposit(fay, 10_000n);
    const id = bank.services.newId();
    const transfers = [
      { from: fay, to: bob, amount: eur('60.00') },
      { from: fay, to: bob, amount: eur('60.00') },
      { id, from: fay, to: bob, amount: eur('1.00') },
      { id, from: fay, to: bob, amount: eur('2.00') },
    ];
    const body = { mode: 'independent', transfers };
    const tried = await bank.call('createTransferBatch', { body, query: { dryRun: 'true' } });
    expect(await balance(fay)).toMatchObject({ posted: eur('100.00') });
    const done = await bank.call('createTransferBatch', { body });
    expect(tried.body).toMatchObject({ posted: 2, refused: 2 });
    const said = ({ body: { outcomes } }: typeof done) => outcomes.map(({ status }) => status);
    expect(said(tried)).toEqual(said(done));
    expect(tried.body.outcomes.slice(1, 2)).toEqual(
      done.body.outcomes.slice(1, 2).map((one) => ({ ...one, journalId: expect.any(String) as string })),
    );
  });

  it('that was cut off in the middle goes on where it was', async () => {
    const erik = bank.services.newId();
    await bank.openCustomer(erik);
    await bank.deposit(erik, 1_000n);
    const transfers = [1, 2, 3, 4].map(() => ({ from: erik, to: bob, amount: eur('1.00') }));
    const sent = { key: 'batch-2', body: { mode: 'independent', transfers } };
    let asked = 0;
    bank.checks.current = {
      check: async () => {
        asked += 1;
        if (asked > 2) throw new Error('the process dies here');
        return { allowed: true };
      },
    };
    const cut = await bank.call('createTransferBatch', sent);
    expect(cut.body).toMatchObject({ code: 'checks_unavailable' });
    bank.checks.current = { check: async () => ({ allowed: true }) };
    const retried = await bank.call('createTransferBatch', sent);
    expect(retried.body).toMatchObject({ posted: 4, refused: 0 });
    expect(await balance(erik)).toMatchObject({ posted: eur('6.00') });
  });

  it('takes ten thousand transfers with one request', async () => {
    const transfers = Array.from({ length: 10_000 }, () => ({ from: ada, to: bob, amount: eur('0.01') }));
    const answer = await bank.call('createTransferBatch', { body: { mode: 'independent', transfers } });
    expect(answer.body).toMatchObject({ posted: 10_000, refused: 0 });
    await bank.settle();
    expect(await bank.module.reads.compareWithPostings('0190a000-0000-7000-8000-00000000000a')).toEqual({
      isComparable: true,
      differences: [],
    });
  }, 60_000);

  it('refuses a transfer that a check refuses, and only that one', async () => {
    let asked = 0;
    bank.checks.current = {
      check: async () => (++asked === 1 ? { allowed: false, reason: 'screening' } : { allowed: true }),
    };
    const answer = await bank.call('createTransferBatch', {
      body: {
        mode: 'independent',
        transfers: [
          { from: ada, to: bob, amount: eur('0.01') },
          { from: ada, to: bob, amount: eur('0.01') },
        ],
      },
    });
    bank.checks.current = { check: async () => ({ allowed: true }) };
    expect(answer.body).toMatchObject({ posted: 1, refused: 1 });
  });
});
