import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LedgerBank, startLedgerBank } from '../fixtures/ledger-bank.ts';
import { midRates } from '../fixtures/twins.ts';

const eur = (amount: string) => ({ amount, asset: 'EUR' });
const usd = (amount: string) => ({ amount, asset: 'USD' });
const main = { entity: 'main' };

let bank: LedgerBank;
let ada: string;

const accountBalance = async (account: string, query = {}) =>
  (await bank.call('getBalances', { params: { accountId: account }, query })).body.balances;
const post = (body: object) => bank.call('postJournal', { body });

beforeAll(async () => {
  bank = await startLedgerBank();
  ada = bank.services.newId();
  await bank.openCustomer(ada);
});
afterAll(() => bank.close());

describe('a journal over the wire', () => {
  it('posts any number of legs, and says which rule it broke', async () => {
    const legs = (credit: string) => [
      { account: 'main:nostro/ing', side: 'debit', amount: eur('100.00') },
      { account: ada, side: 'credit', amount: eur(credit) },
    ];
    expect((await post({ kind: 'deposit', postings: legs('100.00') })).status).toBe(201);
    expect((await post({ kind: 'deposit', postings: legs('99.00') })).body).toMatchObject({
      code: 'journal_unbalanced',
      errors: [{ field: '/body/postings' }],
      debits: eur('100.00'),
      credits: eur('99.00'),
    });
    expect((await post({ kind: 'reversal', postings: legs('100.00') })).body).toMatchObject({
      code: 'validation_failed',
    });
    expect((await post({ kind: 'deposit', bookingDate: '2026-03-03', postings: legs('100.00') })).body).toMatchObject({
      code: 'day_closed',
      businessDate: '2026-03-02',
    });
  });

  it('is forced only with the permission to force, and then goes below the floor', async () => {
    const body = {
      kind: 'chargeback',
      forced: 'chargeback',
      postings: [
        { account: ada, side: 'debit', amount: eur('150.00') },
        { account: 'main:clearing/card', side: 'credit', amount: eur('150.00') },
      ],
    };
    expect((await bank.call('postJournal', { as: { scopes: ['ledger:post'] }, body })).body).toMatchObject({
      code: 'permission_missing',
      permission: 'ledger:force',
    });
    expect((await post({ ...body, forced: undefined })).body).toMatchObject({ code: 'insufficient_funds' });
    const forced = await post(body);
    expect(forced.body).toMatchObject({ forced: 'chargeback' });
    expect(await accountBalance(ada)).toMatchObject([{ posted: eur('-50.00') }]);
    const reversed = await bank.call('reverseJournal', { params: { journalId: forced.body.journalId }, body: {} });
    expect(reversed.status).toBe(201);
    expect(await accountBalance(ada)).toMatchObject([{ posted: eur('100.00') }]);
  });

  it('is reversed in part, then for the rest, and never more', async () => {
    const { journalId } = (
      await post({
        kind: 'fee',
        postings: [
          { account: ada, side: 'debit', amount: eur('10.00'), purpose: 'fee' },
          { account: 'main:income/transfer-fee', side: 'credit', amount: eur('10.00'), purpose: 'fee' },
        ],
      })
    ).body;
    const lines = (amount: string) => [0, 1].map((line) => ({ line, amount: eur(amount) }));
    const params = { journalId };
    const part = await bank.call('reverseJournal', { params, body: { lines: lines('4.00') } });
    expect(part.body).toMatchObject({ kind: 'reversal', reverses: journalId });
    expect((await bank.call('reverseJournal', { params, body: { lines: lines('6.01') } })).body).toMatchObject({
      code: 'reversal_exceeds_original',
      errors: [{ field: '/body/lines' }],
      asset: 'EUR',
      remaining: eur('6.00'),
    });
    expect(
      (await bank.call('reverseJournal', { params, body: { lines: [{ line: 7, amount: eur('1.00') }] } })).body,
    ).toMatchObject({ code: 'reversal_line_unknown' });
    expect((await bank.call('getJournal', { params })).body).toMatchObject({
      status: 'partially_reversed',
      reversedBy: [{ journalId: part.body.journalId }],
    });
    expect((await bank.call('reverseJournal', { params, body: {} })).status).toBe(201);
    expect((await bank.call('reverseJournal', { params, body: {} })).body).toMatchObject({
      code: 'journal_already_reversed',
    });
    expect(
      (await bank.call('reverseJournal', { params: { journalId: part.body.journalId }, body: {} })).body,
    ).toMatchObject({ code: 'reversal_not_reversible' });
    expect(
      (await bank.call('reverseJournal', { params: { journalId: bank.services.newId() }, body: {} })).body,
    ).toMatchObject({ code: 'journal_unknown' });
  });

  it('is found by account, kind, date and reference, newest first', async () => {
    const { journalId, reference } = (
      await post({
        kind: 'special',
        endToEndId: 'E2E-9',
        description: 'For Ada',
        postings: [
          { account: 'main:nostro/ing', side: 'debit', amount: eur('1.00') },
          { account: ada, side: 'credit', amount: eur('1.00') },
        ],
      })
    ).body;
    await bank.settle();
    const idsBy = async (query: Record<string, string>) =>
      (await bank.call('listJournals', { query })).body.items.map((journal) => journal.journalId);
    expect(await idsBy({ kind: 'special' })).toEqual([journalId]);
    expect(await idsBy({ reference: reference })).toEqual([journalId]);
    expect(await idsBy({ endToEndId: 'E2E-9' })).toEqual([journalId]);
    expect((await idsBy({ account: ada }))[0]).toBe(journalId);
    expect(await idsBy({ to: '2026-03-01' })).toEqual([]);
    const page = await bank.call('listJournals', { query: { account: ada, limit: '1' } });
    expect(page.body.items).toEqual([expect.objectContaining({ journalId, description: 'For Ada' })]);
    expect((await idsBy({ account: ada, limit: '1', cursor: page.body.nextCursor }))[0]).not.toBe(journalId);
  });
});

describe('blocks and limits over the wire', () => {
  it('stop debits until they are lifted, whichever of several', async () => {
    const bea = bank.services.newId();
    await bank.openCustomer(bea);
    await bank.deposit(bea, 1_000n);
    const params = { accountId: bea };
    const pay = () => bank.call('createTransfer', { body: { from: bea, to: ada, amount: eur('1.00') } });
    const debit = await bank.call('placeBlock', { params, body: { kind: 'debit', reason: 'court_order' } });
    expect(debit.status).toBe(201);
    expect((await pay()).body).toMatchObject({ code: 'account_debits_blocked' });
    const amount = await bank.call('placeBlock', {
      params,
      body: { kind: 'amount', amount: eur('9.50'), reason: 'court_order' },
    });
    const lift = (blockId: unknown) => bank.call('liftBlock', { params: { ...params, blockId: String(blockId) } });
    await lift(debit.body.blockId);
    expect((await pay()).body).toMatchObject({ code: 'insufficient_funds', spendable: eur('0.50') });
    expect((await bank.call('listBlocks', { params })).body).toEqual({ items: [amount.body] });
    await lift(amount.body.blockId);
    expect((await pay()).status).toBe(201);
    expect((await lift(bank.services.newId())).body).toMatchObject({ code: 'block_unknown' });
    await bank.call('placeBlock', { params, body: { kind: 'credit', reason: 'deceased' } });
    expect(
      (await bank.call('createTransfer', { body: { from: ada, to: bea, amount: eur('1.00') } })).body,
    ).toMatchObject({ code: 'account_credits_blocked' });
    expect(
      (await bank.call('placeBlock', { params, body: { kind: 'debit', amount: eur('1.00'), reason: 'other' } })).body,
    ).toMatchObject({ errors: [{ field: '/body/amount' }] });
  });

  it('let an account go below zero as far as its limit', async () => {
    const pool = 'main:suspense/overdrawn';
    await bank.call('openHouseAccount', {
      params: main,
      body: { code: 'suspense/overdrawn', hasFloor: true },
    });
    const set = await bank.call('setOverdraftLimit', { params: { accountId: pool }, body: { limit: eur('5.00') } });
    expect(set.body).toEqual({ account: pool, limit: eur('5.00') });
    expect(
      (await bank.call('createTransfer', { body: { from: pool, to: ada, amount: eur('5.01') } })).body,
    ).toMatchObject({ code: 'insufficient_funds' });
    expect((await bank.call('createTransfer', { body: { from: pool, to: ada, amount: eur('5.00') } })).status).toBe(
      201,
    );
    expect(await accountBalance(pool)).toEqual([
      {
        asset: 'EUR',
        posted: eur('-5.00'),
        available: eur('-5.00'),
        spendable: eur('0.00'),
        heldOut: eur('0.00'),
        heldIn: eur('0.00'),
        blocked: eur('0.00'),
        overdraftLimit: eur('5.00'),
      },
    ]);
    expect(
      (await bank.call('setOverdraftLimit', { params: { accountId: pool }, body: { limit: eur('0') } })).status,
    ).toBe(200);
    expect(
      (await bank.call('setOverdraftLimit', { params: { accountId: 'main:nostro/ing' }, body: { limit: eur('1.00') } }))
        .body,
    ).toMatchObject({ code: 'account_has_no_floor' });
  });

  it('leave a customer’s account to its product, whose route the refusal names', async () => {
    const cleo = bank.services.newId();
    await bank.openCustomer(cleo);
    const refused = await bank.call('setOverdraftLimit', { params: { accountId: cleo }, body: { limit: eur('5.00') } });
    expect([refused.status, refused.body]).toMatchObject([
      422,
      { code: 'account_under_product', account: cleo, errors: [{ field: '/params/accountId' }] },
    ]);
    expect(await bank.module.reads.account(tenantId, cleo)).toMatchObject({ overdraftLimits: new Map() });
  });
});

const wrongDay = (code: string) => ({ code, errors: [{ field: '/body/businessDate', code }] });

describe('the books over the wire', () => {
  it('show a chart whose nets are zero, and a trial balance that is too', async () => {
    const chart = await bank.call('getChart', { params: main });
    const root = chart.body;
    expect(root.totals.map(({ net }) => net)).toEqual([eur('0.00')]);
    expect(root.children.map(({ code }) => code)).toEqual([
      'cash',
      'clearing',
      'cost',
      'customers',
      'equity',
      'fx-position',
      'income',
      'nostro',
      'suspense',
    ]);
    expect((await bank.call('getTrialBalance', { params: main })).body).toMatchObject({
      entity: 'main',
      isBalanced: true,
      assets: [{ asset: 'EUR', difference: eur('0.00') }],
    });
    expect((await bank.call('getTrialBalance', { params: { entity: 'nowhere' } })).body).toMatchObject({
      code: 'entity_unknown',
    });
  });

  it('grow by codes of the chart only', async () => {
    const open = (code: string, hasFloor = false) =>
      bank.call('openHouseAccount', { params: main, body: { code, hasFloor } });
    expect((await open('psp/stripe')).body).toEqual({
      accountId: 'main:psp/stripe',
      entity: 'main',
      code: 'psp/stripe',
      class: 'asset',
      hasFloor: false,
      status: 'open',
    });
    expect((await open('psp/stripe')).status).toBe(200);
    expect((await open('psp/stripe', true)).body).toMatchObject({ code: 'account_exists_with_different_terms' });
    expect((await open('treasure/chest')).body).toMatchObject({ code: 'chart_code_unknown' });
  });

  it('of two entities balance alone, and a transfer between them goes through what one owes the other', async () => {
    const branch = {
      entity: 'branch',
      name: 'Branch',
      functionalAsset: 'EUR',
      timeZone: 'Europe/Berlin',
      calendar: 'target',
      businessDate: '2026-03-02',
    };
    expect((await bank.call('openEntity', { body: branch })).status).toBe(201);
    expect((await bank.call('openEntity', { body: { ...branch, name: 'Another' } })).body).toMatchObject({
      code: 'entity_exists_with_different_terms',
    });
    expect((await bank.call('openEntity', { body: { ...branch, timeZone: 'Mars/Olympus' } })).body).toMatchObject({
      errors: [{ field: '/body/timeZone' }],
    });
    const there = bank.services.newId();
    await bank.openCustomer(there, 'branch');
    const pay = () => bank.call('createTransfer', { body: { from: ada, to: there, amount: eur('7.00') } });
    expect((await pay()).body).toMatchObject({ code: 'account_unknown', account: 'main:interco/branch' });
    await bank.call('openHouseAccount', { params: main, body: { code: 'interco/branch' } });
    await bank.call('openHouseAccount', { params: { entity: 'branch' }, body: { code: 'interco/main' } });
    expect((await pay()).status).toBe(201);
    for (const entity of ['main', 'branch'])
      expect((await bank.call('getTrialBalance', { params: { entity } })).body).toMatchObject({ isBalanced: true });
    expect(await accountBalance('branch:interco/main')).toEqual([{ asset: 'EUR', posted: eur('7.00') }]);
  });

  it('are revalued at day end, once, and the position is worth nothing afterwards', async () => {
    const quote = await bank.call('issueQuote', { body: { sell: eur('50.00'), buyAsset: 'USD' } });
    await bank.call('convert', { body: { quoteId: quote.body.quoteId, account: ada } });
    midRates.set('EUR/USD', '1.1200');
    const revalue = () => bank.call('revalueEntity', { params: main, body: { businessDate: '2026-03-02' } });
    const tried = await bank.call('revalueEntity', {
      query: { dryRun: 'true' },
      params: main,
      body: { businessDate: '2026-03-02' },
    });
    const revalued = await revalue();
    expect(revalued.status).toBe(201);
    expect(tried.body.journal.postings).toEqual(revalued.body.journal.postings);
    const [eurPosition, usdPosition] = await accountBalance('main:fx-position');
    const later = await bank.call('issueQuote', { body: { sell: eur('1.00'), buyAsset: 'USD' } });
    await bank.call('convert', { body: { quoteId: later.body.quoteId, account: ada } });
    midRates.set('EUR/USD', '1.1300');
    const again = await revalue();
    expect(again.status).toBe(200);
    expect(again.body.journal.journalId).toBe(revalued.body.journal.journalId);
    // Fees earned in EUR were swept into the position with the rest: what is long in EUR is short in USD at mid.
    expect(Math.round(Number(eurPosition?.posted.amount) * 112)).toBe(
      Math.round(-100 * Number(usdPosition?.posted.amount)),
    );
    expect(await accountBalance('main:income/transfer-fee')).toContainEqual({ asset: 'EUR', posted: eur('0.00') });
    expect(
      (await bank.call('revalueEntity', { params: main, body: { businessDate: '2026-03-03' } })).body,
    ).toMatchObject(wrongDay('day_not_open'));
    expect((await bank.call('getTrialBalance', { params: main })).body).toMatchObject({ isBalanced: true });
    midRates.set('EUR/USD', '1.1000');
    expect(await accountBalance('main:income/fx-reval')).toEqual([{ asset: 'USD', posted: usd('1.00') }]);
  });

  it('close a day and open the next; a closed day takes no booking', async () => {
    const day = (operation: string, businessDate: string) =>
      bank.call(operation, { params: main, body: { businessDate } });
    expect((await day('openBusinessDay', '2026-03-03')).body).toMatchObject(wrongDay('day_still_open'));
    expect((await day('closeBusinessDay', '2026-03-02')).body).toMatchObject({ status: 'day_closed' });
    expect((await day('closeBusinessDay', '2026-03-04')).body).toMatchObject(wrongDay('day_not_open'));
    expect(
      (await bank.call('createTransfer', { body: { from: ada, to: 'main:clearing/card', amount: eur('1.00') } })).body,
    ).toMatchObject({ code: 'day_closed' });
    expect((await day('openBusinessDay', '2026-03-01')).body).toMatchObject(wrongDay('day_not_after_last'));
    expect((await day('openBusinessDay', '2026-03-07')).body).toMatchObject({
      ...wrongDay('day_not_business_day'),
      calendar: 'target',
    });
    expect((await day('openBusinessDay', '2036-03-03')).body).toMatchObject({
      ...wrongDay('day_too_far_ahead'),
      latest: '2026-06-02',
    });
    expect((await day('openBusinessDay', '2026-03-03')).body).toMatchObject({
      status: 'day_open',
      businessDate: '2026-03-03',
    });
    expect((await bank.call('getEntity', { params: main })).body).toMatchObject({ businessDate: '2026-03-03' });
    expect((await bank.call('listEntities')).body.items).toHaveLength(2);
  });

  it('tell a balance at a booking date, a value date and an instant', async () => {
    const eurOf = async (query: object) =>
      (await accountBalance(ada, query)).find(({ asset }) => asset === 'EUR')?.posted;
    const before = new Date().toISOString();
    const atFirst = await eurOf({});
    await post({
      kind: 'correction',
      valueDate: '2026-02-01',
      postings: [
        { account: 'main:nostro/ing', side: 'debit', amount: eur('3.00') },
        { account: ada, side: 'credit', amount: eur('3.00') },
      ],
    });
    await bank.settle();
    const now = await eurOf({});
    expect(await eurOf({ at: before })).toEqual(atFirst);
    expect(await eurOf({ at: '2199-01-01T00:00:00Z' })).toEqual(now);
    expect(await eurOf({ bookingDate: '2026-03-02' })).toEqual(atFirst);
    expect(await eurOf({ bookingDate: '2026-03-03' })).toEqual(now);
    expect(await eurOf({ valueDate: '2026-02-28' })).toEqual(eur('3.00'));
    expect(await eurOf({ bookingDate: '2026-03-01' })).toBeUndefined();
    expect(
      (await bank.call('getBalances', { params: { accountId: ada }, query: { at: before, valueDate: '2026-02-28' } }))
        .status,
    ).toBe(400);
    expect(await bank.module.reads.compareWithPostings(tenantId)).toEqual({ isComparable: true, differences: [] });
  });
});
