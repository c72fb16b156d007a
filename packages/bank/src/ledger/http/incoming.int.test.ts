import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LedgerBank, startLedgerBank } from '../fixtures/ledger-bank.ts';

const eur = (amount: string) => ({ amount, asset: 'EUR' });
const adaKey = { actingFor: 'party-ada', id: 'key-ada' };

let bank: LedgerBank;
let ada: string;

beforeAll(async () => {
  bank = await startLedgerBank();
});
beforeEach(async () => {
  ada = bank.services.newId();
  await bank.openCustomer(ada);
  bank.mandates.set('party-ada', new Map([[ada, 'view']]));
});
afterAll(() => bank.close());

const balances = async (): Promise<readonly unknown[]> =>
  (await bank.call('getBalances', { params: { accountId: ada } })).body.balances;
const announce = (body: object = {}, as = {}) =>
  bank.call('announceIncoming', { as, body: { account: ada, amount: eur('120.00'), ...body } });
const announced = async (body: object = {}): Promise<string> =>
  String((await announce(body)).body['announcementId' as never]);
const arrive = (amount: string, fulfils: readonly string[], asset = 'EUR') => {
  const leg = (account: string, side: string) => ({ account, side, amount: { amount, asset } });
  const postings = [leg('main:nostro/ing', 'debit'), leg(ada, 'credit')];
  return bank.call('postJournal', { body: { kind: 'deposit', postings, fulfils } });
};

describe('money announced over the wire', () => {
  it('is shown as held in, in an asset the account never met too, and is no part of what may be spent', async () => {
    expect(await balances()).toEqual([]);
    const made = await announce({ expectedOn: '2026-03-05', reference: 'INV-17' });
    expect([made.status, made.body]).toMatchObject([
      201,
      { status: 'open', account: ada, amount: eur('120.00'), expectedOn: '2026-03-05', reference: 'INV-17' },
    ]);
    await announced({ amount: eur('0.50') });
    expect(await balances()).toEqual([
      {
        asset: 'EUR',
        posted: eur('0.00'),
        available: eur('0.00'),
        spendable: eur('0.00'),
        heldOut: eur('0.00'),
        heldIn: eur('120.50'),
        blocked: eur('0.00'),
        overdraftLimit: eur('0.00'),
      },
    ]);
    const spend = { from: ada, to: 'main:nostro/ing', amount: eur('0.01') };
    expect((await bank.call('createTransfer', { body: spend })).body).toMatchObject({ code: 'insufficient_funds' });
  });

  it('asked for again is announced once, and with other terms is refused', async () => {
    const id = bank.services.newId();
    expect((await announce({ id })).status).toBe(201);
    expect((await announce({ id })).status).toBe(200);
    expect((await announce({ id, amount: eur('1.00') })).body).toMatchObject({
      code: 'announcement_exists_with_different_terms',
      errors: [{ field: '/body/id' }],
    });
    expect(await balances()).toMatchObject([{ heldIn: eur('120.00') }]);
  });

  it('ends with the journal that brings it, whatever it amounts to, and no second journal can have it', async () => {
    const id = await announced();
    const posted = await arrive('118.50', [id]);
    expect([posted.status, posted.body]).toMatchObject([201, { fulfils: [id] }]);
    expect(await balances()).toMatchObject([{ posted: eur('118.50'), heldIn: eur('0.00') }]);
    const params = { announcementId: id };
    expect((await bank.call('getIncomingAnnouncement', { params })).body).toMatchObject({
      status: 'fulfilled',
      journalId: posted.body.journalId,
    });
    expect((await arrive('1.00', [id])).body).toMatchObject({
      code: 'announcement_not_open',
      errors: [{ field: '/body/fulfils/0' }],
    });
    expect((await bank.call('withdrawAnnouncement', { params })).body).toMatchObject({ code: 'announcement_not_open' });
  });

  it('is brought by one of two journals that race', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await announced();
      const codes = (await Promise.all([arrive('1.00', [id]), arrive('1.00', [id])])).map(({ status }) => status);
      expect(codes.toSorted((a, b) => a - b)).toEqual([201, 422]);
    }
    expect(await balances()).toMatchObject([{ posted: eur('5.00'), heldIn: eur('0.00') }]);
  });

  it('is withdrawn, twice too, and shown no more', async () => {
    const params = { announcementId: await announced() };
    for (let time = 0; time < 2; time += 1) {
      const { status, body } = await bank.call('withdrawAnnouncement', { params });
      expect([status, body.status]).toEqual([200, 'withdrawn']);
    }
    expect(await balances()).toEqual([]);
    expect((await arrive('1.00', [params.announcementId])).body).toMatchObject({ code: 'announcement_not_open' });
  });

  it('is refused to nobody’s, a house’s and a closed account, and in an asset that has ended', async () => {
    const nobody = bank.services.newId();
    expect((await announce({ account: nobody })).body).toMatchObject({
      code: 'account_unknown',
      errors: [{ field: '/body/account' }],
    });
    expect((await announce({ account: 'main:nostro/ing' })).body).toMatchObject({ code: 'account_has_no_floor' });
    expect((await announce({ amount: { amount: '1', asset: 'OLD' } })).body).toMatchObject({
      errors: [{ code: 'asset_inactive' }],
    });
    const unknown = { announcementId: nobody };
    for (const operation of ['getIncomingAnnouncement', 'withdrawAnnouncement'])
      expect((await bank.call(operation, { params: unknown })).body).toMatchObject({
        code: 'announcement_unknown',
        errors: [{ field: '/params/announcementId' }],
      });
  });

  it('is the bank’s to say; a customer sees what comes to its own account only', async () => {
    const params = { announcementId: await announced() };
    expect((await announce({}, adaKey)).body).toMatchObject({
      code: 'staff_only',
      errors: [{ field: '/headers/authorization' }],
    });
    expect((await bank.call('withdrawAnnouncement', { as: adaKey, params })).body).toMatchObject({
      code: 'staff_only',
    });
    expect((await bank.call('getIncomingAnnouncement', { as: adaKey, params })).status).toBe(200);
    const stranger = { actingFor: 'party-eve', id: 'key-eve' };
    const refused = await bank.call('getIncomingAnnouncement', { as: stranger, params });
    expect(refused.body).toMatchObject({ code: 'not_found', errors: [{ field: '/params/announcementId' }] });
    expect(JSON.stringify(refused.body)).not.toContain(ada);
  });
});
