import { setTimeout as pause } from 'node:timers/promises';
import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LedgerBank, startLedgerBank } from '../fixtures/ledger-bank.ts';
import { expireDueHolds } from '../hold-expiry.ts';

const card = 'main:clearing/card';
const eur = (amount: string) => ({ amount, asset: 'EUR' });

let bank: LedgerBank;
let ada: string;
const adaKey = { actingFor: 'party-ada', id: 'key-ada' };

const balance = async (asset = 'EUR'): Promise<unknown> =>
  (await bank.call('getBalances', { params: { accountId: ada } })).body.balances.find((one) => one.asset === asset);
const place = (body: object = {}, as = {}) =>
  bank.call('placeHold', { as, body: { account: ada, amount: eur('80.00'), ...body } });

beforeAll(async () => {
  bank = await startLedgerBank();
});
beforeEach(async () => {
  ada = bank.services.newId();
  await bank.openCustomer(ada);
  await bank.deposit(ada, 10_000n);
  bank.mandates.set('party-ada', new Map([[ada, 'operate']]));
});
afterAll(() => bank.close());

describe('a hold over the wire', () => {
  it('is LEDGER example 19: held, captured in part, voided', async () => {
    const held = await place({ description: 'Hotel' });
    expect(held.status).toBe(201);
    expect(held.body).toMatchObject({ status: 'active', remaining: eur('80.00'), description: 'Hotel' });
    expect(await balance()).toMatchObject({ posted: eur('100.00'), heldOut: eur('80.00'), available: eur('20.00') });

    const { holdId } = held.body;
    const captured = await bank.call('captureHold', {
      params: { holdId },
      body: { to: card, amount: eur('50.00'), isFinal: false },
    });
    expect(captured.status).toBe(201);
    expect(captured.body).toMatchObject({
      kind: 'capture',
      captures: [{ holdId, amount: eur('50.00'), isFinal: false }],
    });
    expect(await balance()).toMatchObject({ posted: eur('50.00'), heldOut: eur('30.00'), available: eur('20.00') });

    const voided = await bank.call('voidHold', { params: { holdId } });
    expect(voided.body).toMatchObject({
      status: 'voided',
      captured: eur('50.00'),
      remaining: eur('0.00'),
      journals: [captured.body.journalId],
    });
    expect(await balance()).toMatchObject({ heldOut: eur('0.00'), available: eur('50.00') });

    const story = await bank.call('getJournal', { params: { journalId: captured.body.journalId } });
    expect(story.body.holds).toEqual([expect.objectContaining({ holdId, status: 'voided', description: 'Hotel' })]);
  });

  it('captured without an amount gives all that remains, and under its id only once', async () => {
    const { holdId } = (await place()).body;
    await bank.call('captureHold', { params: { holdId }, body: { to: card, amount: eur('30.00'), isFinal: false } });
    const body = { id: bank.services.newId(), to: card };
    expect((await bank.call('captureHold', { params: { holdId }, body })).body).toMatchObject({
      captures: [{ amount: eur('50.00'), isFinal: true }],
    });
    expect((await bank.call('captureHold', { params: { holdId }, body })).status).toBe(200);
    expect((await bank.call('captureHold', { params: { holdId }, body: { to: card } })).body).toMatchObject({
      code: 'hold_not_active',
      status: 422,
    });
    expect(await balance()).toMatchObject({ posted: eur('20.00'), heldOut: eur('0.00') });
  });

  it('captured for more than remains is refused with what remains', async () => {
    const { holdId } = (await place()).body;
    const body = { to: card, amount: eur('80.01') };
    expect((await bank.call('captureHold', { params: { holdId }, body })).body).toMatchObject({
      code: 'capture_exceeds_hold',
      asset: 'EUR',
      remaining: eur('80.00'),
    });
  });

  it('may be raised while it is active, in its own asset', async () => {
    const { holdId } = (await place()).body;
    expect(
      (await bank.call('increaseHold', { params: { holdId }, body: { amount: eur('90.00') } })).body,
    ).toMatchObject({ amount: eur('90.00'), remaining: eur('90.00') });
    expect(
      (await bank.call('increaseHold', { params: { holdId }, body: { amount: { amount: '95', asset: 'USD' } } })).body,
    ).toMatchObject({ code: 'validation_failed' });
    expect(
      (await bank.call('increaseHold', { params: { holdId }, body: { amount: eur('85.00') } })).body,
    ).toMatchObject({ code: 'hold_amount_below_captured', captured: eur('0.00') });
    expect(
      (await bank.call('increaseHold', { params: { holdId }, body: { amount: eur('100.01') } })).body,
    ).toMatchObject({ code: 'insufficient_funds' });
  });

  it('expires by the worker when its time is over, and not before', async () => {
    const expiresAt = new Date(Date.now() + 2_000).toISOString();
    const { holdId } = (await place({ expiresAt })).body;
    expect((await bank.call('expireHold', { params: { holdId } })).body).toMatchObject({ code: 'hold_not_due' });
    expect(await expireDueHolds(bank.services, bank.module.handlers.expireHold, tenantId)).toBe(0);
    await pause(2_100);
    const worker = bank.module.startHoldExpiry({ systemPool: bank.systemPool, everyMs: 20 });
    await expect.poll(async () => (await bank.call('getHold', { params: { holdId } })).body.status).toBe('expired');
    await worker.close();
    expect(await balance()).toMatchObject({ heldOut: eur('0.00') });
    expect((await bank.call('captureHold', { params: { holdId }, body: { to: card } })).body).toMatchObject({
      code: 'hold_not_active',
    });
  });

  it('is listed with the others of its account, newest first, a page at a time', async () => {
    const ids: unknown[] = [];
    for (const amount of ['1.00', '2.00', '3.00']) ids.unshift((await place({ amount: eur(amount) })).body.holdId);
    const first = await bank.call('listHolds', { query: { account: ada, limit: '2' } });
    const second = await bank.call('listHolds', { query: { account: ada, limit: '2', cursor: first.body.nextCursor } });
    const listed = [...first.body.items, ...second.body.items];
    expect(listed.map(({ holdId }) => holdId)).toEqual(ids);
    expect(second.body).not.toHaveProperty('nextCursor');
  });

  it('of a customer is its own to void; the bank’s is not', async () => {
    const own = await place({ amount: eur('1.00') }, adaKey);
    expect((await bank.call('voidHold', { as: adaKey, params: { holdId: own.body.holdId } })).status).toBe(200);
    const ours = await place({ amount: eur('1.00') });
    for (const operation of ['voidHold', 'expireHold']) {
      expect((await bank.call(operation, { as: adaKey, params: { holdId: ours.body.holdId } })).body).toMatchObject({
        code: 'hold_not_yours',
      });
    }
    expect(
      (await bank.call('captureHold', { as: adaKey, params: { holdId: ours.body.holdId }, body: { to: ada } })).body,
    ).toMatchObject({ code: 'hold_not_yours' });
    const stranger = { actingFor: 'party-eve', id: 'key-eve' };
    expect((await bank.call('voidHold', { as: stranger, params: { holdId: ours.body.holdId } })).body).toMatchObject({
      code: 'not_found',
    });
    expect((await bank.call('getHold', { as: stranger, params: { holdId: ours.body.holdId } })).status).toBe(404);
    expect((await bank.call('listHolds', { as: stranger, query: { account: ada } })).status).toBe(404);
  });

  it('is refused where there is nothing to protect, and under an id that means another', async () => {
    expect((await place({ account: card })).body).toMatchObject({ code: 'account_has_no_floor' });
    const id = bank.services.newId();
    await place({ id });
    expect((await place({ id })).status).toBe(200);
    expect((await place({ id, amount: eur('1.00') })).body).toMatchObject({ code: 'hold_exists_with_different_terms' });
    expect((await place({ expiresAt: '2020-01-01T00:00:00Z' })).body).toMatchObject({ code: 'hold_expiry_in_past' });
  });
});

describe('a quote over the wire', () => {
  const issue = (body: object = {}, as = {}) =>
    bank.call('issueQuote', { as, body: { sell: eur('100.00'), buyAsset: 'USD', ...body } });

  it('is LEDGER example 18: bound, used once, the spread on its own posting', async () => {
    const quote = await issue();
    expect(quote.status).toBe(201);
    expect(quote.body).toMatchObject({
      sell: eur('100.00'),
      buy: { amount: '108.90', asset: 'USD' },
      midRate: '1.1000',
      customerRate: '1.089',
      status: 'open',
    });
    const { quoteId } = quote.body;
    const converted = await bank.call('convert', { body: { quoteId, account: ada } });
    expect(converted.status).toBe(201);
    expect(converted.body.postings).toContainEqual({
      line: 4,
      account: 'main:income/fx-spread',
      side: 'credit',
      amount: { amount: '1.10', asset: 'USD' },
      purpose: 'spread',
    });
    expect(await balance('USD')).toMatchObject({ posted: { amount: '108.90', asset: 'USD' } });
    expect((await bank.call('convert', { body: { quoteId, account: ada } })).body).toMatchObject({
      code: 'quote_used',
    });
    expect((await bank.call('getQuote', { params: { quoteId } })).body).toMatchObject({
      status: 'used',
      journalId: converted.body.journalId,
    });
    expect(
      (await bank.call('getJournal', { params: { journalId: converted.body.journalId } })).body.quote,
    ).toMatchObject({ quoteId });
  });

  it('is never made at a stale or unknown rate', async () => {
    expect((await issue({ buyAsset: 'CZK' })).body).toMatchObject({ code: 'rate_stale' });
    expect((await issue({ buyAsset: 'BTC' })).body).toMatchObject({ code: 'rate_unknown' });
    expect((await issue({ buyAsset: 'OLD' })).body).toMatchObject({
      code: 'validation_failed',
      errors: [{ field: '/body/buyAsset', code: 'asset_inactive' }],
    });
    expect((await issue({ buyAsset: 'EUR' })).body).toMatchObject({ code: 'quote_same_asset' });
    expect((await issue({ entity: 'other' })).body).toMatchObject({ code: 'entity_unknown' });
  });

  it('of less than the smallest unit is refused in the asset it would buy', async () => {
    const sell = { amount: '0.01', asset: 'USD' };
    expect((await bank.call('issueQuote', { body: { sell, buyAsset: 'EUR' } })).body).toMatchObject({
      code: 'quote_amount_too_small',
      bought: eur('0.00'),
    });
  });

  it('too old is refused', async () => {
    bank.setNow('2026-01-01T00:00:00.000Z');
    const quote = await issue();
    bank.setNow(undefined);
    expect((await bank.call('convert', { body: { quoteId: quote.body.quoteId, account: ada } })).body).toMatchObject({
      code: 'quote_expired',
    });
  });

  it('has a margin that only the bank sets, below zero at the cost of promotion', async () => {
    expect((await issue({ marginBps: 0 }, adaKey)).body).toMatchObject({
      code: 'permission_missing',
      permission: 'ledger:margin',
    });
    const quote = await issue({ marginBps: -100 });
    const converted = await bank.call('convert', { body: { quoteId: quote.body.quoteId, account: ada } });
    expect(converted.body.postings).toContainEqual({
      line: 4,
      account: 'main:cost/fx-promo',
      side: 'debit',
      amount: { amount: '1.10', asset: 'USD' },
      purpose: 'spread',
    });
  });

  it('belongs to whoever asked for it', async () => {
    const quote = await issue({}, adaKey);
    const { quoteId } = quote.body;
    const stranger = { actingFor: 'party-eve', id: 'key-eve' };
    expect((await bank.call('getQuote', { as: stranger, params: { quoteId } })).body).toMatchObject({
      code: 'quote_unknown',
    });
    expect((await bank.call('convert', { as: stranger, body: { quoteId, account: ada } })).body).toMatchObject({
      code: 'quote_unknown',
    });
    expect((await bank.call('convert', { as: adaKey, body: { quoteId, account: ada } })).status).toBe(201);
  });
});
