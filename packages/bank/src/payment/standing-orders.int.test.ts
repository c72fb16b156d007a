import { readFile } from 'node:fs/promises';
import { nextBusinessDay } from '@finaegis/kernel/calendar';
import { derivedUuid } from '@finaegis/kernel/id';
import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkSagaId } from './bulk/bulk.ts';
import { type PaymentBank, startPaymentBank } from './fixtures/payment-bank.ts';

let bank: PaymentBank;
let today = '2025-01-30';
beforeAll(async () => {
  bank = await startPaymentBank();
});
afterAll(() => bank.close());

const abroad = 'FR1420041010050500013M02606';

const goToNextDay = async (days = 1): Promise<void> => {
  const { ledger } = bank.modules;
  await bank.run(ledger.handlers.closeBusinessDay, { entity: 'main', businessDate: today });
  for (let day = 0; day < days; day += 1) today = nextBusinessDay('target', today);
  await bank.run(ledger.handlers.openBusinessDay, { entity: 'main', businessDate: today });
};
/** Runs the day's orders and waits for what they led to. */
const runDay = async (): Promise<number> => {
  await bank.settle();
  const { taken, runIds } = await bank.modules.payment.orderRuns.runDueOrders({
    tenantId,
    entity: 'main',
    businessDate: today,
  });
  for (const runId of runIds) {
    const saga = await bank.services.sagas.settled({ tenantId, sagaId: bulkSagaId(runId) }, 60_000);
    if (saga?.status !== 'completed') throw new Error(`A run did not end: ${String(bank.sagaErrors.at(-1))}`);
  }
  return taken;
};
const order = async (accountId: string, more: object = {}): Promise<string> => {
  const orderId = bank.services.newId();
  const answer = await bank.call('registerStandingOrder', {
    params: { accountId },
    body: {
      orderId,
      amount: { amount: '50.00', asset: 'EUR' },
      frequency: 'monthly',
      counterparty: { bank: 'SOGEFRPP', account: abroad, name: 'Paul Landlord' },
      remittance: 'Rent of flat 3',
      firstOn: today,
      ...more,
    },
  });
  expect(answer.status).toBe(201);
  return orderId;
};
const scheduleOf = async (orderId: string) => (await bank.call('getOrderSchedule', { params: { orderId } })).body;

describe('a standing order', () => {
  it('is paid on its day, once however often the day is run, to other banks and within the bank', async () => {
    const [payer, payee] = [await bank.customer(100_000n), await bank.customer(0n)];
    const out = await order(payer.accountId);
    await order(payer.accountId, { counterparty: { bank: 'here', account: payee.iban } });
    expect(await runDay()).toBe(2);
    expect(await runDay()).toBe(0);
    expect(await bank.posted(payer.accountId)).toBe(100_000n - 10_000n - 20n);
    expect(await bank.posted(payee.accountId)).toBe(5_000n);
    expect(bank.world.rail.orders.at(-1)).toMatchObject({
      key: derivedUuid('standing-order', out, today),
      amountMinor: 5_000n,
      creditor: { name: 'Paul Landlord', iban: abroad },
      remittance: 'Rent of flat 3',
    });
    expect(await scheduleOf(out)).toMatchObject({
      status: 'active',
      executions: 1,
      nextOn: '2025-02-28',
      last: { dueOn: today, status: 'paid' },
    });
    expect(await bank.posted('main:clearing/bulk')).toBe(0n);
    expect(await bank.posted('main:clearing/sepa')).toBe(0n);
  });

  it('is paid once when two processes run the same day at the same time', async () => {
    const payer = await bank.customer(100_000n);
    await order(payer.accountId);
    await bank.settle();
    const day = { tenantId, entity: 'main', businessDate: today };
    const runs = await Promise.all([1, 2, 3].map(() => bank.modules.payment.orderRuns.runDueOrders(day)));
    expect(runs.reduce((sum, { taken }) => sum + taken, 0)).toBe(1);
    for (const { runIds } of runs)
      for (const runId of runIds) await bank.services.sagas.settled({ tenantId, sagaId: bulkSagaId(runId) }, 10_000);
    expect(await bank.posted(payer.accountId)).toBe(100_000n - 5_020n);
  });

  it('is tried again on the next business day, and paid when there is money', async () => {
    const payer = await bank.customer(1_000n);
    const orderId = await order(payer.accountId);
    expect(await runDay()).toBe(1);
    const next = nextBusinessDay('target', today);
    expect(await scheduleOf(orderId)).toMatchObject({
      retryOn: next,
      last: { status: 'failed', reason: 'insufficient_funds' },
    });
    const deposit = { depositId: bank.services.newId(), accountId: payer.accountId, asset: 'EUR', amountMinor: 9_000n };
    await bank.run(bank.modules.account.handlers.recordDeposit, deposit);
    await goToNextDay();
    expect(await runDay()).toBe(1);
    expect(await bank.posted(payer.accountId)).toBe(10_000n - 5_020n);
    expect(await scheduleOf(orderId)).toMatchObject({ executions: 1, last: { status: 'paid' } });
  });

  it('rests while it is suspended, ends by its terms, and is not paid once it is cancelled', async () => {
    const payer = await bank.customer(100_000n);
    const [resting, over, gone] = [
      await order(payer.accountId),
      await order(payer.accountId),
      await order(payer.accountId),
    ];
    const suspended = await bank.call('suspendStandingOrder', { params: { orderId: resting }, body: {} });
    expect(suspended).toMatchObject({ status: 200, body: { status: 'suspended' } });
    const set = await bank.call('setOrderSchedule', {
      params: { orderId: over },
      body: { executionsMax: 1, retryDays: 0 },
    });
    expect(set).toMatchObject({ status: 200, body: { executionsMax: 1, retryDays: 0, convention: 'following' } });
    await bank.call('cancelStandingOrder', { params: { accountId: payer.accountId, orderId: gone } });
    expect(await runDay()).toBe(1);
    expect(await scheduleOf(over)).toMatchObject({ status: 'ended', executions: 1 });
    expect(await bank.call('suspendStandingOrder', { params: { orderId: gone } })).toMatchObject({
      status: 409,
      body: { code: 'standing_order_ended' },
    });
    const resumed = await bank.call('resumeStandingOrder', { params: { orderId: resting }, body: { from: today } });
    expect(resumed).toMatchObject({ status: 200, body: { status: 'active' } });
    expect(await runDay()).toBe(1);
  });

  it('is nobody’s business but that of who holds the account', async () => {
    const payer = await bank.customer(0n);
    const stranger = await bank.customer(0n);
    const orderId = await order(payer.accountId);
    const as = { actingFor: stranger.partyId };
    expect(await bank.call('getOrderSchedule', { params: { orderId }, as })).toMatchObject({ status: 404 });
    expect(await bank.call('setOrderSchedule', { params: { orderId }, body: {}, as })).toMatchObject({ status: 404 });
    await bank.call('cancelStandingOrder', { params: { accountId: payer.accountId, orderId } });
  });
});

describe('the orders of the Czech bank', () => {
  // All 6,471 with CZECH_ORDERS=6471; every run proves the same of the first ones.
  const orderCount = Number(process.env['CZECH_ORDERS'] ?? 100);
  // Whoever runs all of them runs every day; else a week at once is enough, since what is missed is paid late.
  const daysAtOnce = process.env['CZECH_ORDERS'] === undefined ? 5 : 1;

  it(`run three months ahead, ${orderCount} of them, each paid three times and nothing left in clearing`, async () => {
    const file = await readFile(new URL('../../../../examples/data/czech-bank/fin_order.tsv', import.meta.url), 'utf8');
    const rows = file
      .split('\n')
      .filter((line) => /^\d/.test(line))
      .slice(0, orderCount)
      .map((line) => line.split('\t'));
    expect(rows).toHaveLength(orderCount);
    const cents = (amount = ''): bigint => BigInt(Math.round(Number(amount) * 100));
    const needs = new Map<string, bigint>();
    for (const [, account = '', , , amount] of rows)
      needs.set(account, (needs.get(account) ?? 0n) + 3n * (cents(amount) + 20n));
    const payers = new Map<string, string>();
    const list = [...needs];
    for (let at = 0; at < list.length; at += 100)
      await Promise.all(
        list
          .slice(at, at + 100)
          .map(async ([account, amountMinor]) => payers.set(account, (await bank.customer(amountMinor)).accountId)),
      );
    await goToNextDay();
    const first = today;
    for (let at = 0; at < rows.length; at += 200)
      await Promise.all(
        rows
          .slice(at, at + 200)
          .map(([number = '', account = '', counterpartyBank = '', counterpartyAccount = '', amount]) =>
            bank.run(bank.modules.account.handlers.registerStandingOrder, {
              orderId: derivedUuid('czech-test', number),
              accountId: payers.get(account) ?? '',
              asset: 'EUR',
              amountMinor: cents(amount),
              frequency: 'monthly',
              counterparty: { bank: counterpartyBank, account: counterpartyAccount },
              firstOn: `2025-02-${String(10 + (Number(number) % 15)).padStart(2, '0')}`,
            }),
          ),
      );
    const began = performance.now();
    let taken = 0;
    while (today < '2025-04-30') {
      taken += await runDay();
      await goToNextDay(daysAtOnce);
    }
    taken += await runDay();
    // Orders of the tests before are due as well; that each of these is paid three times is told by the balances.
    expect(taken).toBeGreaterThanOrEqual(3 * orderCount);
    const seconds = (performance.now() - began) / 1_000;
    if (process.env['CZECH_ORDERS'] !== undefined)
      process.stdout.write(`${taken} payments from ${first} to ${today}: ${seconds.toFixed(1)} s\n`);
    expect(seconds).toBeLessThan(60);
    for (const accountId of payers.values()) expect(await bank.posted(accountId)).toBe(0n);
    expect(await bank.posted('main:clearing/sepa')).toBe(0n);
  }, 240_000);
});
