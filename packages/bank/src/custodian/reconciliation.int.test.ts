import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AnswerFields,
  type CustodianBank,
  firstNoonMs,
  nostroIbans,
  startCustodianBank,
} from './fixtures/custodian-bank.ts';

let bank: CustodianBank;
const day = 86_400_000;
const [first, second] = ['2025-01-30', '2025-01-31'];

/** Money that has come to one of our accounts, as our books have it. */
const book = async (name: string, amountMinor: bigint, endToEndId: string): Promise<string> => {
  const journalId = bank.services.newId();
  await bank.run(bank.modules.ledger.handlers.postJournal, {
    journalId,
    kind: 'deposit',
    postings: [
      { account: `main:nostro/${name}`, asset: 'EUR', side: 'debit', amountMinor, purpose: 'principal' },
      { account: 'main:suspense/unidentified', asset: 'EUR', side: 'credit', amountMinor, purpose: 'principal' },
    ],
    captures: [],
    endToEndId,
  });
  return journalId;
};
const arrive = (name: 'ing' | 'kb', amountMinor: bigint, endToEndId: string): void =>
  bank.world.banks[name].receive({ iban: nostroIbans[name], amountMinor, endToEndId });
const reconcile = async (name: string, date = first): Promise<AnswerFields | undefined> => {
  await bank.settle();
  const { body } = await bank.call('reconcileCustodian', { params: { bank: name }, body: { date } });
  return body.items?.[0];
};
const breaks = async (name: string, status = 'open') =>
  (await bank.call('listBreaks', { query: { bank: name, asset: 'EUR', status } })).body.items ?? [];
const as = (id: string) => ({ as: { id } });
beforeAll(async () => {
  bank = await startCustodianBank();
  await book('ing', 5_000n, 'BOTH');
  arrive('ing', 5_000n, 'BOTH');
  arrive('ing', 900n, 'ONLY-BANK');
  await book('ing', 700n, 'ONLY-US');
  await book('ing', 1_000n, 'DIFFERS');
  arrive('ing', 1_100n, 'DIFFERS');
  await book('kb', 300n, 'EVENING');
});
afterAll(() => bank.close());

describe('a day of a bank compared with ours', () => {
  it('that has no statement yet comes to nothing', async () => {
    expect(await reconcile('ing')).toEqual({ status: 'no_statement', asset: 'EUR' });
    expect(await breaks('ing')).toEqual([]);
  });

  it('becomes a report and a break for each difference; nothing is booked', async () => {
    bank.world.nowMs = firstNoonMs + day;
    const posted = await bank.posted('nostro/ing');
    await bank.settle();
    const tried = await bank.call('reconcileCustodian', {
      params: { bank: 'ing' },
      query: { dryRun: 'true' },
      body: { date: first },
    });
    expect(tried.body.items).toMatchObject([{ status: 'reconciled' }]);
    expect(await breaks('ing')).toEqual([]);
    expect(await reconcile('ing')).toMatchObject({
      status: 'reconciled',
      report: {
        date: first,
        matched: 1,
        missingHere: 1,
        missingThere: 1,
        amountDiffers: 1,
        bankClosing: { amount: '10070.00', asset: 'EUR' },
        ourClosing: { amount: '67.00', asset: 'EUR' },
      },
    });
    const found = await breaks('ing');
    expect(
      Object.fromEntries(found.map(({ kind, difference }) => [kind, (difference as { amount: string }).amount])),
    ).toEqual({
      missing_here: '9.00',
      missing_there: '-7.00',
      amount_differs: '1.00',
    });
    expect(await bank.posted('nostro/ing')).toBe(posted);
  });

  it('compared again finds the same breaks, and is the same report', async () => {
    const before = (await breaks('ing')).map(({ breakId }) => breakId);
    await reconcile('ing');
    expect((await breaks('ing')).map(({ breakId }) => breakId)).toEqual(before);
    const { body } = await bank.call('listReconciliations', { query: { bank: 'ing' } });
    expect(body.items).toMatchObject([{ date: first, bank: 'ing', runs: 1 }]);
  });

  it('that lacks what the bank books in the morning after finds it there, however often it is compared', async () => {
    await reconcile('kb');
    expect(await breaks('kb')).toMatchObject([{ kind: 'missing_there', endToEndId: 'EVENING' }]);
    arrive('kb', 300n, 'EVENING');
    bank.world.nowMs = firstNoonMs + 2 * day;
    for (let run = 0; run < 2; run += 1) {
      expect(await reconcile('kb', second)).toMatchObject({ report: { matched: 1, missingHere: 0, missingThere: 0 } });
      expect(await breaks('kb')).toEqual([]);
      expect(await breaks('kb', 'matched')).toMatchObject([{ endToEndId: 'EVENING', matchedOn: second }]);
    }
    await reconcile('kb', first);
    expect(await breaks('kb')).toEqual([]);
  });
});

describe('a break', () => {
  const breakOf = async (kind: string): Promise<string> =>
    String((await breaks('ing')).find((one) => one['kind'] === kind)?.['breakId']);
  const propose = (breakId: string, body: object, who: string) =>
    bank.call('proposeCorrection', { params: { breakId }, body: { reason: 'seen_at_bank', ...body }, ...as(who) });
  const approve = (breakId: string, who: string) => bank.call('approveCorrection', { params: { breakId }, ...as(who) });

  it('is corrected only when somebody else approves; then our side says what the bank says', async () => {
    const breakId = await breakOf('missing_here');
    const posted = await bank.posted('nostro/ing');
    const body = { outcome: 'corrected', against: 'main:suspense/unidentified' };
    expect((await approve(breakId, 'jana')).body['code']).toBe('break_without_proposal');
    expect(await propose(breakId, body, 'petr')).toMatchObject({
      status: 200,
      body: { status: 'open', proposal: { by: 'petr' } },
    });
    expect((await propose(breakId, { ...body, outcome: 'written_off' }, 'petr')).body['code']).toBe(
      'break_has_proposal',
    );
    expect(await approve(breakId, 'petr')).toMatchObject({ status: 403, body: { code: 'break_decided_by_proposer' } });
    expect(await bank.posted('nostro/ing')).toBe(posted);
    const approved = await approve(breakId, 'jana');
    expect(approved).toMatchObject({
      status: 200,
      body: { status: 'corrected', correctionJournalId: expect.any(String) },
    });
    expect(await bank.posted('nostro/ing')).toBe(posted + 900n);
    const rows = await bank.query(
      'select envelope from events where envelope like \'%"type":"WorkItemOpened"%\' and envelope like $1',
      [`%break:${breakId}%`],
    );
    expect(rows.map(({ envelope }) => (JSON.parse(String(envelope)) as { readonly data: unknown }).data)).toMatchObject(
      [
        {
          kind: 'unidentified',
          account: 'main:suspense/unidentified',
          amountMinor: '900',
          subject: `journal:${String(approved.body['correctionJournalId'])}`,
          reason: 'missing_here',
        },
      ],
    );
    expect((await approve(breakId, 'jana')).body).toEqual(approved.body);
    expect(await bank.posted('nostro/ing')).toBe(posted + 900n);
  });

  it('is written off against a loss and nothing else', async () => {
    const breakId = await breakOf('missing_there');
    const against = 'main:suspense/unidentified';
    expect((await propose(breakId, { outcome: 'written_off', against }, 'petr')).body['code']).toBe(
      'break_counter_account_unfit',
    );
    expect((await propose(breakId, { outcome: 'corrected', against: 'main:nostro/kb' }, 'petr')).body['code']).toBe(
      'break_counter_account_unfit',
    );
    expect((await propose(breakId, { outcome: 'corrected', against: 'main:nowhere' }, 'petr')).body['code']).toBe(
      'break_counter_account_unfit',
    );
    await propose(breakId, { outcome: 'written_off', against: 'main:loss/reconciliation' }, 'petr');
    expect((await approve(breakId, 'jana')).body).toMatchObject({ status: 'written_off' });
    expect(await bank.posted('loss/reconciliation')).toBe(700n);
  });

  it('keeps open when the proposal is rejected or somebody has a reason, and is closed when another offsets it', async () => {
    const breakId = await breakOf('amount_differs');
    await propose(breakId, { outcome: 'corrected', against: 'main:suspense/unidentified' }, 'petr');
    const reject = (who: string) =>
      bank.call('rejectCorrection', { params: { breakId }, body: { reason: 'not_ours' }, ...as(who) });
    expect((await reject('petr')).body['code']).toBe('break_decided_by_proposer');
    const rejected = await reject('jana');
    expect(rejected.body['proposal']).toBeUndefined();
    expect(rejected.body).toMatchObject({ status: 'open' });
    const explain = (reason: string, offsetBy?: readonly string[]) =>
      bank.call('explainBreak', { params: { breakId }, body: { reason, offsetBy } });
    expect(await explain('fee_of_bank')).toMatchObject({
      status: 409,
      body: { code: 'break_still_differs', difference: { amount: '1.00', asset: 'EUR' } },
    });
    // What was a euro too little under one name was booked again under another.
    await book('ing', 100n, 'SAME-THING');
    await reconcile('ing');
    const [named] = (await breaks('ing')).filter(({ endToEndId }) => endToEndId === 'SAME-THING');
    const offsetBy = [String(named?.['breakId'])];
    expect((await explain('booked_twice', [bank.services.newId()])).body['code']).toBe('break_offset_unfit');
    expect((await explain('booked_twice', offsetBy)).body).toMatchObject({
      status: 'explained',
      reason: 'booked_twice',
      offsetBy,
    });
    expect((await explain('booked_twice', offsetBy)).status).toBe(200);
    expect(await explain('other_reason')).toMatchObject({ status: 409, body: { code: 'break_not_open' } });
    const shown = await bank.call('getBreak', { params: { breakId: String(offsetBy[0]) } });
    expect(shown.body).toMatchObject({ status: 'explained', offsetBy: [breakId] });
    expect(await breaks('ing')).toEqual([]);
  });

  it('that was corrected is no difference of any later comparison', async () => {
    await reconcile('ing');
    expect(await breaks('ing')).toEqual([]);
    const { body } = await bank.call('listBreaks', { query: { bank: 'ing', asset: 'EUR' } });
    expect(body.items).toHaveLength(4);
  });

  it('is booked on an open day only', async () => {
    arrive('kb', 55n, 'LATE');
    bank.world.nowMs = firstNoonMs + 3 * day;
    await reconcile('kb', '2025-02-01');
    const [open] = await breaks('kb');
    const breakId = String(open?.['breakId']);
    await propose(breakId, { outcome: 'corrected', against: 'main:suspense/unidentified' }, 'petr');
    const { closeBusinessDay } = bank.modules.ledger.handlers;
    await bank.run(closeBusinessDay, { entity: 'main', businessDate: first });
    expect((await approve(breakId, 'jana')).body['code']).toBe('day_closed');
    expect(await breaks('kb')).toMatchObject([{ status: 'open', proposal: { by: 'petr' } }]);
  });

  it('nobody found is not found', async () => {
    const breakId = bank.services.newId();
    expect(await bank.call('getBreak', { params: { breakId } })).toMatchObject({ status: 404 });
    expect(await approve(breakId, 'jana')).toMatchObject({ status: 404 });
  });
});
