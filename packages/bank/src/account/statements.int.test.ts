import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateXml } from '../iso20022/xsd.ts';
import { type AccountBank, type Answered, startAccountBank } from './fixtures/account-bank.ts';
import { StatementAltered } from './statement-content.ts';

let bank: AccountBank;

beforeAll(async () => {
  bank = await startAccountBank();
  await bank.call('setBankDetails', {
    params: { entity: 'main' },
    body: { country: 'CZ', bankCode: '2010', bic: 'TESTCZPP', name: 'Test Bank' },
  });
});

afterAll(() => bank.close());

const amountOf = (amount: string, asset = 'EUR') => ({ amount, asset });

const open = async (statementCycle: string, family = 'Nováková'): Promise<string> => {
  const partyId = bank.services.newId();
  await bank.run(bank.modules.party.handlers.registerParty, {
    partyId,
    kind: 'person',
    details: { name: { given: 'Jana', family } },
  });
  return String(
    (await bank.call('openAccount', { body: { asset: 'EUR', statementCycle, holders: [{ partyId }] } })).body[
      'accountId'
    ],
  );
};

const deposit = (accountId: string, amount: string, asset?: string): Promise<Answered> =>
  bank.call('recordDeposit', { body: { accountId, amount: amountOf(amount, asset) } });
const withdraw = (accountId: string, amount: string): Promise<Answered> =>
  bank.call('withdraw', { body: { accountId, amount: amountOf(amount) } });
const transfer = (from: string, to: string, amount: string, more: object = {}): Promise<Answered> =>
  bank.call('createTransfer', { body: { from, to, amount: amountOf(amount), ...more } });
const run = (date: string): Promise<Answered> => bank.call('runStatements', { body: { date } });
const listed = async (accountId: string, query: Record<string, string> = {}) =>
  (await bank.call('listStatements', { params: { accountId }, query })).body['items'] as unknown as Record<
    string,
    unknown
  >[];
const get = (
  accountId: string,
  number: number,
  more: { query?: Record<string, string>; headers?: Record<string, string>; asset?: string } = {},
): Promise<Answered> =>
  bank.call('getStatement', { params: { accountId, asset: more.asset ?? 'EUR', number: String(number) }, ...more });

describe('statements', () => {
  it('are issued by the cycle of each account, once the day is over, in every asset with something to say', async () => {
    const [monthly, weekly, daily, quiet] = [
      await open('monthly'),
      await open('weekly'),
      await open('transaction'),
      await open('monthly'),
    ];
    await deposit(monthly, '100');
    await deposit(monthly, '0.5', 'BTC');
    await deposit(weekly, '20');
    await bank.goTo('2025-01-31');
    await deposit(daily, '7');
    expect(await run('2025-01-31')).toMatchObject({
      status: 422,
      body: { code: 'statement_period_open', businessDate: '2025-01-31' },
    });
    await bank.goTo('2025-02-03');

    expect(await bank.call('runStatements', { query: { dryRun: 'true' }, body: { date: '2025-01-31' } })).toMatchObject(
      { body: { issued: 3 } },
    );
    expect(await run('2025-01-31')).toMatchObject({ status: 200, body: { issued: 3, unchanged: 0, refused: [] } });
    expect(await run('2025-01-31')).toMatchObject({ body: { issued: 0, unchanged: 3 } });
    // A Sunday is no business day, and the week of the weekly account is over all the same.
    expect(await run('2025-02-02')).toMatchObject({ body: { issued: 1 } });
    await bank.settle();

    expect(await listed(monthly)).toMatchObject([
      {
        asset: 'EUR',
        number: 1,
        from: '2025-01-01',
        to: '2025-01-31',
        opening: amountOf('0.00'),
        closing: amountOf('100.00'),
        entries: 1,
      },
      { asset: 'BTC', number: 1, closing: amountOf('0.50000000', 'BTC') },
    ]);
    expect(await listed(weekly)).toMatchObject([
      { number: 1, from: '2025-01-27', to: '2025-02-02', closing: amountOf('20.00') },
    ]);
    expect(await listed(daily)).toMatchObject([
      { number: 1, from: '2025-01-31', to: '2025-01-31', closing: amountOf('7.00') },
    ]);
    expect(await listed(quiet)).toEqual([]);
    expect(await run('2025-02-30')).toMatchObject({ status: 400 });
    expect(await bank.call('runStatements', { body: { date: '2025-01-31', entity: 'nowhere' } })).toMatchObject({
      status: 404,
      body: { code: 'entity_unknown' },
    });
  });

  it('continue: the next opens where the last closed, also over a month without a movement and one that was missed', async () => {
    const accountId = await open('monthly');
    await deposit(accountId, '100');
    await withdraw(accountId, '30');
    await bank.goTo('2025-03-03');
    await run('2025-02-28');
    await bank.goTo('2025-04-01');
    await run('2025-03-31');
    await deposit(accountId, '5');
    await bank.goTo('2025-05-02');
    // The run of April is forgotten.
    await deposit(accountId, '6');
    await bank.goTo('2025-06-02');
    await run('2025-05-31');
    const found = await listed(accountId);
    expect(
      found.map(({ number, from, to, opening, closing, entries }) => [
        number,
        from,
        to,
        (opening as { amount: string }).amount,
        (closing as { amount: string }).amount,
        entries,
      ]),
    ).toEqual([
      [3, '2025-04-01', '2025-05-31', '70.00', '81.00', 2],
      [2, '2025-03-01', '2025-03-31', '70.00', '70.00', 0],
      [1, '2025-02-01', '2025-02-28', '0.00', '70.00', 2],
    ]);
    const page = await bank.call('listStatements', { params: { accountId }, query: { limit: '1', asset: 'EUR' } });
    expect(
      (await listed(accountId, { limit: '5', cursor: String(page.body['nextCursor']) })).map(({ number }) => number),
    ).toEqual([2, 1]);
  });

  it('are handed out as JSON, CSV, PDF and camt.053, with the names of both sides', async () => {
    const [jana, tomas] = [await open('monthly', 'Nováková'), await open('monthly', 'Dvořák')];
    await deposit(jana, '500');
    await transfer(jana, tomas, '120.40', {
      description: 'Nájem červen',
      endToEndId: 'RENT-06',
      fee: amountOf('0.50'),
    });
    await bank.goTo('2025-07-01');
    await run('2025-06-30');

    const json = await get(tomas, 1);
    expect(json).toMatchObject({
      status: 200,
      body: {
        number: 1,
        servicer: { name: 'Test Bank', bic: 'TESTCZPP' },
        account: { currency: 'EUR', owner: { name: 'Jana Dvořák' } },
        openingBalance: { balance: amountOf('0.00') },
        closingBalance: { balance: amountOf('120.40') },
        entries: [
          {
            creditDebit: 'credit',
            amount: amountOf('120.40'),
            counterparty: { name: 'Jana Nováková' },
            remittance: 'Nájem červen',
            endToEndId: 'RENT-06',
          },
        ],
      },
    });
    const own = await get(jana, 1);
    expect((own.body['entries'] as unknown as { amount: unknown }[]).map(({ amount }) => amount)).toEqual([
      amountOf('500.00'),
      amountOf('120.40'),
      amountOf('0.50'),
    ]);
    expect(JSON.stringify(own.body)).not.toContain('main:');

    const xml = await get(jana, 1, { headers: { accept: 'application/xml' } });
    expect(xml.contentType).toContain('application/xml');
    expect(await validateXml(xml.bytes?.toString('utf8') ?? '', 'camt.053.001.08')).toEqual({
      isValid: true,
      problems: [],
    });
    const pdf = await get(jana, 1, { query: { format: 'pdf' }, headers: { accept: 'application/xml' } });
    expect(pdf.bytes?.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.bytes?.toString('latin1')).toMatch(/\/Type \/Page\b/);
    const csv = await get(jana, 1, { headers: { accept: 'text/csv;q=0.9, */*' } });
    expect(
      csv.bytes
        ?.toString('utf8')
        .split('\n')
        .filter((line) => line !== '').length,
    ).toBeGreaterThanOrEqual(4);
    expect((await get(jana, 1, { headers: { accept: 'image/png' } })).body['number']).toBe(1);
    expect(await get(jana, 2)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await get(jana, 1, { query: { format: 'doc' } })).toMatchObject({ status: 400 });
  });

  it('in what is no money of ISO 4217 have no camt.053, and every other form', async () => {
    const accountId = await open('transaction');
    await deposit(accountId, '0.25', 'BTC');
    await bank.goTo('2025-07-02');
    await run('2025-07-01');
    expect(await get(accountId, 1, { asset: 'BTC', query: { format: 'camt053' } })).toMatchObject({
      status: 422,
      body: { code: 'statement_not_in_format', reason: 'asset_not_fiat' },
    });
    expect((await get(accountId, 1, { asset: 'BTC', query: { format: 'pdf' } })).status).toBe(200);
  });

  it('are not shown once they do not say any more what was issued', async () => {
    const accountId = await open('transaction');
    await deposit(accountId, '10');
    await bank.goTo('2025-07-03');
    await run('2025-07-02');
    expect((await get(accountId, 1)).status).toBe(200);
    await bank.adminPool.query('update ledger_postings_v2 set amount = 1100 where account_id = $1', [accountId]);
    await expect(get(accountId, 1)).rejects.toThrow(StatementAltered);
    await bank.adminPool.query('update ledger_postings_v2 set amount = 1000 where account_id = $1', [accountId]);
    expect((await get(accountId, 1)).status).toBe(200);
  });

  it('cannot be issued by hand over days already covered, out of sequence, or with another content', async () => {
    const accountId = await open('transaction');
    await deposit(accountId, '10');
    await bank.goTo('2025-07-04');
    await run('2025-07-03');
    const { issueStatement } = bank.modules.account.handlers;
    const next = {
      accountId,
      asset: 'EUR',
      from: '2025-07-04',
      to: '2025-07-04',
      openingMinor: 1_000n,
      closingMinor: 1_000n,
      entries: 0,
      digest: '0'.repeat(64),
    };
    const refusalOf = async (changes: object): Promise<string> => {
      const outcome = await bank.submit(issueStatement, { ...next, ...changes });
      return outcome.accepted ? 'accepted' : outcome.refusal.code;
    };
    expect(await refusalOf({ from: '2025-07-03', to: '2025-07-03' })).toBe('statement_exists_with_different_content');
    expect(await refusalOf({ from: '2025-07-02' })).toBe('statement_period_overlaps');
    expect(await refusalOf({ from: '2025-07-06' })).toBe('statement_period_empty');
    expect(await refusalOf({})).toBe('statement_period_open');
    await bank.goTo('2025-07-07');
    expect(await refusalOf({ openingMinor: 999n })).toBe('statement_does_not_continue');
    expect(await refusalOf({ accountId: bank.services.newId() })).toBe('account_unknown');
    expect(await refusalOf({})).toBe('accepted');
  });
});

describe('a statement once issued', () => {
  it.each(["update account_statements set digest = ''", 'delete from account_statements'])(
    'is changed by nobody, the owner of its table included: %s',
    async (statement) => {
      const { rows } = await bank.adminPool.query<{ n: number }>('select count(*)::int as n from account_statements');
      expect(rows[0]?.n).toBeGreaterThan(0);
      await expect(bank.adminPool.query(statement)).rejects.toMatchObject({ code: 'FA002' });
    },
  );
});

describe('two entities on different days', () => {
  it('share no journal: it would be booked on a day that one of them has closed, and stated', async () => {
    const { openEntity, openHouseAccount } = bank.modules.ledger.handlers;
    const terms = { name: 'Behind', functionalAsset: 'EUR', timeZone: 'Europe/Prague', calendar: 'target' };
    await bank.run(openEntity, { entity: 'behind', ...terms, businessDate: '2025-01-02' });
    for (const [entity, chartCode] of [
      ['main', 'interco/behind'],
      ['behind', 'interco/main'],
    ] as const)
      await bank.run(openHouseAccount, { entity, chartCode, hasFloor: false });
    const partyId = bank.services.newId();
    const details = { name: { given: 'Jana', family: 'Pozdní' } };
    await bank.run(bank.modules.party.handlers.registerParty, { partyId, kind: 'person', details });
    const { body } = await bank.call('openAccount', {
      body: { asset: 'EUR', entity: 'behind', holders: [{ partyId }] },
    });
    await bank.call('recordDeposit', { body: { accountId: body['accountId'], amount: amountOf('10') } });
    expect(await transfer(String(body['accountId']), await open('monthly'), '1')).toMatchObject({
      status: 422,
      body: { code: 'day_closed' },
    });
  });
});

describe('what happened on an account', () => {
  it('is listed newest first, by asset, side, kind, day and amount, page by page', async () => {
    const [accountId, other] = [await open('monthly'), await open('monthly')];
    await deposit(accountId, '100');
    await deposit(accountId, '1', 'BTC');
    await transfer(accountId, other, '25', { description: 'Lunch' });
    await bank.goTo('2025-07-08');
    await withdraw(accountId, '10');
    await bank.settle();
    const items = async (query: Record<string, string> = {}) =>
      (await bank.call('listTransactions', { params: { accountId }, query })).body['items'] as unknown as Record<
        string,
        unknown
      >[];
    expect(await items()).toMatchObject([
      {
        kind: 'withdrawal',
        side: 'debit',
        amount: amountOf('10.00'),
        balanceAfter: amountOf('65.00'),
        bookingDate: '2025-07-08',
      },
      { kind: 'transfer', side: 'debit', counterparty: other, description: 'Lunch', balanceAfter: amountOf('75.00') },
      { kind: 'deposit', amount: amountOf('1.00000000', 'BTC') },
      { kind: 'deposit', side: 'credit', amount: amountOf('100.00'), bookingDate: '2025-07-07' },
    ]);
    const kinds = async (query: Record<string, string>) => (await items(query)).map(({ kind }) => kind);
    expect(await kinds({ asset: 'BTC' })).toEqual(['deposit']);
    expect(await kinds({ side: 'debit' })).toEqual(['withdrawal', 'transfer']);
    expect(await kinds({ kind: 'transfer' })).toEqual(['transfer']);
    expect(await kinds({ from: '2025-07-08' })).toEqual(['withdrawal']);
    expect(await kinds({ to: '2025-07-07', asset: 'EUR' })).toEqual(['transfer', 'deposit']);
    expect(await kinds({ asset: 'EUR', amountFrom: '10', amountTo: '25' })).toEqual(['withdrawal', 'transfer']);
    expect(await bank.call('listTransactions', { params: { accountId }, query: { amountFrom: '1' } })).toMatchObject({
      status: 400,
      body: { errors: [{ field: '/query/asset' }] },
    });
    expect(
      await bank.call('listTransactions', { params: { accountId }, query: { amountFrom: '1.005', asset: 'EUR' } }),
    ).toMatchObject({ status: 400, body: { errors: [{ field: '/query/amountFrom' }] } });
    const page = await bank.call('listTransactions', { params: { accountId }, query: { limit: '3' } });
    expect(await kinds({ limit: '3', cursor: String(page.body['nextCursor']) })).toEqual(['deposit']);

    expect(
      (await bank.call('getTurnovers', { params: { accountId }, query: { from: '2025-07-07', to: '2025-07-08' } }))
        .body['items'],
    ).toEqual([
      { date: '2025-07-07', debits: amountOf('0.00000000', 'BTC'), credits: amountOf('1.00000000', 'BTC'), count: 1 },
      { date: '2025-07-07', debits: amountOf('25.00'), credits: amountOf('100.00'), count: 2 },
      { date: '2025-07-08', debits: amountOf('10.00'), credits: amountOf('0.00'), count: 1 },
    ]);
  });

  it('tells the whole story of one: its hold, its reversal, and only the own lines to a customer', async () => {
    const [accountId, other] = [await open('monthly'), await open('monthly')];
    await deposit(accountId, '100');
    const { postJournal, placeHold, reverseJournal } = bank.modules.ledger.handlers;
    const [holdId, journalId, reversal] = [bank.services.newId(), bank.services.newId(), bank.services.newId()];
    await bank.run(placeHold, { holdId, account: accountId, asset: 'EUR', amountMinor: 40_00n });
    const line = { asset: 'EUR', amountMinor: 30_00n, purpose: 'principal' } as const;
    await bank.run(postJournal, {
      journalId,
      kind: 'card',
      postings: [
        { account: accountId, side: 'debit', ...line },
        { account: other, side: 'credit', ...line },
      ],
      captures: [{ holdId, amountMinor: 30_00n, isFinal: true }],
      description: 'Bookshop',
    });
    await bank.run(reverseJournal, { journalId: reversal, original: journalId });
    const story = await bank.call('getTransaction', { params: { accountId, journalId } });
    expect(story).toMatchObject({
      status: 200,
      body: {
        kind: 'card',
        description: 'Bookshop',
        reversedBy: [reversal],
        holds: [{ holdId, status: 'captured', amount: amountOf('40.00'), captured: amountOf('30.00') }],
      },
    });
    expect((story.body['lines'] as unknown as unknown[]).length).toBe(2);
    const holder = (await bank.modules.account.directory.find(tenantId, other))?.holders[0]?.partyId ?? '';
    const theirs = await bank.call('getTransaction', {
      params: { accountId: other, journalId },
      as: { id: 'key-3', actingFor: holder },
    });
    expect(theirs.body['lines']).toMatchObject([{ account: other, side: 'credit' }]);
    expect(theirs.body['holds']).toEqual([]);
    expect(
      await bank.call('getTransaction', { params: { accountId: await open('monthly'), journalId } }),
    ).toMatchObject({ status: 404 });
  });
});
