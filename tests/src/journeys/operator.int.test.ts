import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { balanceOf, type Caller, callerOf, eur, itemsOf, textOf } from '../api.ts';

let bank: TestBank;
let api: TestApi;
let operator: Caller;
let anna: string;
let ben: string;

const unknownAccount = '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12';
const day = (name: 'open' | 'close', businessDate: string) =>
  operator.post(`/v1/entities/main/business-day/${name}`, { businessDate });
const dayEnds = async (today: string, next: string): Promise<void> => {
  expect((await day('close', today)).body).toMatchObject({ status: 'day_closed', businessDate: today });
  expect((await day('open', next)).body).toMatchObject({ status: 'day_open', businessDate: next });
};

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  operator = callerOf(api.url, api.authorization);
  anna = (await bank.openCustomer({ amountMinor: 100_000n })).accountId;
  ben = (await bank.openCustomer({ amountMinor: 10_000n })).accountId;
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await api.close();
  await bank.close();
});

describe('an operator', () => {
  it('stops an account in doubt: its own debits and holds are refused, what arrives is still booked', async () => {
    const block = await operator.make(`/v1/accounts/${anna}/blocks`, { kind: 'debit', reason: 'fraud_suspicion' });
    const refused = await operator.post('/v1/transfers', { from: anna, to: ben, amount: eur('1.00') });
    expect([refused.status, refused.body['code']]).toEqual([422, 'account_debits_blocked']);
    expect((await operator.post('/v1/holds', { account: anna, amount: eur('1.00') })).body['code']).toBe(
      'account_debits_blocked',
    );
    expect(await operator.make('/v1/deposits', { accountId: anna, amount: eur('5.00') })).toMatchObject({
      status: 'credited',
    });
    await operator.make(`/v1/accounts/${anna}/blocks/${textOf(block, 'blockId')}/lift`, {});
    await operator.make('/v1/transfers', { from: anna, to: ben, amount: eur('5.00') });
  });

  it('finds money for blocked, closed and unknown accounts in suspense, and never nowhere', async () => {
    const block = await operator.make(`/v1/accounts/${ben}/blocks`, { kind: 'credit', reason: 'sanctions' });
    const closed = (await bank.openCustomer()).accountId;
    await operator.make(`/v1/accounts/${closed}/closing`, {});
    for (const [accountId, reason, creditedTo] of [
      [ben, 'account_credits_blocked', 'main:suspense/blocked'],
      [closed, 'account_closed', 'main:suspense/blocked'],
      [unknownAccount, 'account_unknown', 'main:suspense/unidentified'],
    ] as const) {
      const deposit = await operator.make('/v1/deposits', { accountId, amount: eur('7.00') });
      expect(deposit).toMatchObject({ status: 'suspended', reason, creditedTo, accountId });
    }
    expect(await balanceOf(operator, 'main:suspense/blocked')).toMatchObject({ posted: eur('14.00') });
    expect(await balanceOf(operator, 'main:suspense/unidentified')).toMatchObject({ posted: eur('7.00') });

    // When the block is lifted, the operator lets the money go where it was meant.
    await operator.make(`/v1/accounts/${ben}/blocks/${textOf(block, 'blockId')}/lift`, {});
    const release = [
      { account: 'main:suspense/blocked', side: 'debit', amount: eur('7.00') },
      { account: ben, side: 'credit', amount: eur('7.00') },
    ];
    await operator.make('/v1/journals', { kind: 'suspense_release', postings: release });
    expect(await balanceOf(operator, 'main:suspense/blocked')).toMatchObject({ posted: eur('7.00') });
  });

  it('closes an account only at zero', async () => {
    const refused = await operator.post(`/v1/accounts/${ben}/closing`, {});
    expect([refused.status, refused.body['code']]).toEqual([422, 'account_not_empty']);
  });

  it('lets an account go below zero up to its limit and no further', async () => {
    await operator.make(`/v1/accounts/${anna}/overdraft-limits`, { limit: eur('50.00') });
    expect((await operator.post('/v1/withdrawals', { accountId: anna, amount: eur('1050.01') })).body).toMatchObject({
      code: 'insufficient_funds',
      spendable: eur('1050.00'),
    });
    await operator.make('/v1/withdrawals', { accountId: anna, amount: eur('1050.00') });
    expect(await balanceOf(operator, anna)).toMatchObject({ posted: eur('-50.00'), spendable: eur('0.00') });
    await operator.make('/v1/deposits', { accountId: anna, amount: eur('1050.00') });
  });

  it('books only on an open day, and closes each day once', async () => {
    expect((await day('close', '2026-03-02')).status).toBe(200);
    const late = await operator.post('/v1/transfers', { from: anna, to: ben, amount: eur('1.00') });
    expect(late.body).toMatchObject({ code: 'day_closed', entity: 'main', businessDate: '2026-03-02' });
    expect((await day('close', '2026-03-02')).status).toBe(200);
    expect((await day('open', '2026-03-02')).body['code']).toBe('day_not_after_last');
    expect((await day('open', '2026-03-03')).status).toBe(200);
    expect((await day('open', '2026-03-04')).body['code']).toBe('day_still_open');
    await operator.make('/v1/transfers', { from: anna, to: ben, amount: eur('1.00') });
  });

  it('sells a customer dollars at a quote that is used once, and values the position at day end', async () => {
    const today = new Date().toISOString().slice(0, 10);
    await operator.make('/v1/rates', { from: 'EUR', to: 'USD', mid: '1.1000', validFrom: today });
    expect(await operator.see('/v1/rates/EUR/USD')).toMatchObject({ mid: '1.1' });
    const quote = await operator.make('/v1/quotes', { sell: eur('100.00'), buyAsset: 'USD', marginBps: 100 });
    expect(quote).toMatchObject({ buy: { amount: '108.90', asset: 'USD' }, customerRate: '1.089' });
    const quoteId = textOf(quote, 'quoteId');
    await operator.make('/v1/conversions', { quoteId, account: anna });
    expect((await operator.post('/v1/conversions', { quoteId, account: anna })).body['code']).toBe('quote_used');
    expect(await balanceOf(operator, anna, 'USD')).toMatchObject({ posted: { amount: '108.90', asset: 'USD' } });
    expect(await balanceOf(operator, 'main:fx-position')).toMatchObject({ posted: eur('100.00') });
    expect(await balanceOf(operator, 'main:fx-position', 'USD')).toMatchObject({
      posted: { amount: '-110.00', asset: 'USD' },
    });
    await operator.make('/v1/rates', { from: 'EUR', to: 'USD', mid: '1.1200', validFrom: '2026-03-02' });
    await operator.see('/v1/rates/EUR/USD?date=2026-03-03');
    await operator.make('/v1/entities/main/revaluations', { businessDate: '2026-03-03' });
    // 108.90 USD short, the spread swept in, are worth 97.23 EUR; 99.02 EUR are left of the 100 that were bought.
    expect(await balanceOf(operator, 'main:income/fx-spread', 'USD')).toMatchObject({
      posted: { amount: '0.00', asset: 'USD' },
    });
    expect(await balanceOf(operator, 'main:income/fx-spread')).toMatchObject({ posted: eur('0.98') });
    expect(await balanceOf(operator, 'main:income/fx-reval')).toMatchObject({ posted: eur('1.79') });
    await dayEnds('2026-03-03', '2026-03-04');
    expect(await operator.see('/v1/entities/main/trial-balance')).toMatchObject({ isBalanced: true });
  });

  it('undoes an error of the bank once, with the value date of the original', async () => {
    const posted = await operator.make('/v1/transfers', {
      from: anna,
      to: ben,
      amount: eur('3.00'),
      valueDate: '2026-03-01',
    });
    const path = `/v1/journals/${textOf(posted, 'journalId')}/reversals`;
    expect(await operator.make(path, {})).toMatchObject({
      kind: 'reversal',
      valueDate: '2026-03-01',
      bookingDate: '2026-03-04',
    });
    expect((await operator.post(path, {})).body['code']).toBe('journal_already_reversed');
  });

  it('makes a key for a service, and from its revocation on nobody enters with it', async () => {
    const created = await operator.make('/v1/api-keys', { name: 'reporting', scopes: ['ledger:read'] });
    const service = callerOf(api.url, `Bearer ${textOf(created, 'key')}`);
    expect((await service.get('/v1/journals')).status).toBe(200);
    await operator.make(`/v1/api-keys/${textOf(created, 'keyId')}/revocation`, { reason: 'left' });
    await expect
      .poll(async () => (await service.get('/v1/journals')).body['code'], { timeout: 3_000 })
      .toBe('key_revoked');
    const listed = itemsOf(await operator.see('/v1/api-keys')).find((one) => one['keyId'] === created['keyId']);
    expect(listed).toMatchObject({ status: 'revoked' });
    expect(JSON.stringify(listed)).not.toContain(textOf(created, 'key').split('_').at(-1));
  });
});
