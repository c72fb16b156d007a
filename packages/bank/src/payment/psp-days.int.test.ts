import { nextBusinessDay } from '@finaegis/kernel/calendar';
import { addDays } from '@finaegis/kernel/local-date';
import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryCards } from './adapters/memory-cards.ts';
import { cardDepositSagaId } from './card-deposit/commands.ts';
import type { CardEars } from './card-ports.ts';
import { type PaymentBank, startPaymentBank } from './fixtures/payment-bank.ts';
import { cardPayoutIdOf } from './payout/payout.ts';
import { pspDayIdOf } from './psp-day/psp-day.ts';
import { refundSagaId } from './refund/commands.ts';

let bank: PaymentBank;
let ears: CardEars;
let date = '2025-01-30';
let isAway = false;
/** A payout that left the provider and is not with our bank. */
let underWay = '';
const memory = createMemoryCards('stripe', () => `${date}T18:00:00.000Z`);
const cards = {
  ...memory,
  movementsWithin: async (...asked: Parameters<typeof memory.movementsWithin>) => {
    if (!isAway) return memory.movementsWithin(...asked);
    isAway = false;
    throw Object.assign(new Error('Nobody is there.'), { code: 'connection_lost' });
  },
};
beforeAll(async () => {
  bank = await startPaymentBank({
    cards: {
      provider: cards,
      messages: (its) => {
        ears = its;
        return { provider: 'stripe', byType: {} };
      },
      entity: 'main',
      bank: 'ing',
      assets: ['EUR', 'USD'],
    },
  });
});
afterAll(() => bank.close());

const eur = (amount: string) => ({ amount, asset: 'EUR' });
const both = (booked: string, told = booked) => ({ booked: eur(booked), told: eur(told) });
const begin = () => bank.modules.payment.cards.pspDays.begin(tenantId);
const dayId = (day = date) => pspDayIdOf({ entity: 'main', provider: 'stripe', asset: 'EUR' }, day);
/** Lets the business day end and the next one begin, as an operator does. */
const turnDay = async (): Promise<string> => {
  const { closeBusinessDay, openBusinessDay } = bank.modules.ledger.handlers;
  const over = date;
  await bank.run(closeBusinessDay, { entity: 'main', businessDate: over });
  date = nextBusinessDay('target', over);
  await bank.run(openBusinessDay, { entity: 'main', businessDate: date });
  return over;
};
const explained = async (day: string) => {
  for (let look = 0; look < 200; look += 1) {
    await bank.settle();
    const found = await bank.call('getProviderDay', { params: { dayId: dayId(day) } });
    if (found.status === 200) return found.body;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`${day} was not explained: ${String(bank.sagaErrors.at(-1))}`);
};
const deposit = async (amount: string) => {
  const { accountId } = await bank.customer(0n);
  const body = { accountId, amount: eur(amount), paymentMethod: 'pm_card_visa' };
  const { depositId } = (await bank.call('createCardDeposit', { body })).body;
  await bank.services.sagas.settled({ tenantId, sagaId: cardDepositSagaId(String(depositId)) }, 10_000);
  const found = await bank.modules.payment.cards.reads.deposit(tenantId, String(depositId));
  return { accountId, depositId: String(depositId), intentId: 'intentId' in found ? (found.intentId ?? '') : '' };
};
const refund = async (paymentId: string, amount: string) => {
  const body = { paymentId, amount: eur(amount), reason: 'requested_by_customer' };
  const { refundId } = (await bank.call('requestRefund', { body })).body;
  await bank.services.sagas.settled({ tenantId, sagaId: refundSagaId(String(refundId)) }, 10_000);
};
const items = async (status: string) => {
  await bank.settle();
  return (await bank.call('listWorkItems', { query: { kind: 'break', status } })).body.items ?? [];
};
const post = (debit: string, credit: string, amount: string, difference: string) =>
  bank.call('postJournal', {
    body: {
      kind: 'correction',
      postings: [
        { account: debit, side: 'debit', amount: eur(amount), purpose: 'cost' },
        { account: credit, side: 'credit', amount: eur(amount), purpose: 'cost' },
      ],
      metadata: { difference },
    },
  });

describe('the account at a card provider', () => {
  it('is followed only once our books have one there', async () => {
    expect(await begin()).toEqual([]);
  });

  it('is explained when its day is over, line by line, as both sides have it', async () => {
    const first = await deposit('100.00');
    const second = await deposit('50.00');
    const third = await deposit('30.00');
    await refund(first.depositId, '40.00');
    await ears.dispute(tenantId, memory.openDispute(second.intentId));
    await ears.payout(tenantId, memory.payOut('EUR'));
    await refund(third.depositId, '10.00');
    const begun = await Promise.all([begin(), begin(), begin()]);
    expect(begun.flat()).toHaveLength(2);
    expect(await begin()).toEqual([]);
    expect((await bank.call('getProviderDay', { params: { dayId: dayId() } })).status).toBe(404);
    // The provider is away when it is asked first.
    isAway = true;
    const over = await turnDay();
    const day = await explained(over);
    expect(isAway).toBe(false);
    expect(day).toMatchObject({
      status: 'agreed',
      date: '2025-01-30',
      opening: both('0.00'),
      lines: {
        charges: both('180.00'),
        fees: both('-21.12'),
        refunds: both('-50.00'),
        disputes: both('-50.00'),
        payouts: both('-68.88'),
        other: both('0.00'),
      },
      closing: both('-10.00'),
      difference: eur('0.00'),
      differences: [],
    });
    expect(await bank.posted('main:psp/stripe')).toBe(-1_000n);
    expect(memory.balanceMinor()).toBe(-1_000n);
  });

  it('has what differs enumerated: what is under way waits, what nobody knows is an item nobody closes by a word', async () => {
    await begin();
    await deposit('100.00');
    memory.adjust('EUR', 'other', -700n);
    memory.adjust('EUR', 'other', 700n);
    memory.adjust('EUR', 'other', -300n);
    memory.adjust('EUR', 'fee', -200n);
    underWay = memory.payOut('EUR');
    const over = await turnDay();
    const day = await explained(over);
    expect(day).toMatchObject({ status: 'differs', opening: both('-10.00'), openCount: 5, itemCount: 3 });
    expect(day['lines']).toMatchObject({ charges: both('100.00'), fees: both('-3.20', '-5.20') });
    expect(day['lines']).toMatchObject({ payouts: both('0.00', '-81.80'), other: both('0.00', '-3.00') });
    expect(day['closing']).toEqual(both('86.80', '0.00'));
    const differences = day['differences'] as readonly { key: string; amount: object; workItemId?: string }[];
    const payout = differences.find(({ key }) => key === `payout:${cardPayoutIdOf('stripe', underWay)}`);
    expect(payout).toMatchObject({ amount: eur('81.80') });
    expect(payout).not.toHaveProperty('workItemId');
    const open = await items('open');
    expect(open.map(({ amount }) => (amount as { amount: string }).amount).toSorted()).toEqual([
      '3.00',
      '7.00',
      '7.00',
    ]);
    for (const { workItemId } of open) {
      const params = { workItemId: String(workItemId) };
      await bank.call('assignWorkItem', { params, body: { owner: 'key-1' } });
      const body = { resolution: 'explained', reason: 'looked_at' };
      expect(await bank.call('resolveWorkItem', { params, body })).toMatchObject({
        status: 409,
        body: { code: 'work_item_waits_for_booking' },
      });
    }
    const listed = await bank.call('listProviderDays', { query: { status: 'differs', asset: 'EUR' } });
    expect(listed.body.items).toMatchObject([{ date: over, difference: eur('86.80') }]);
    expect(listed.body.items?.[0]).not.toHaveProperty('differences');
  });

  it('agrees again once it is booked, days later, and the items end with that day', async () => {
    await begin();
    const { body: before } = await bank.call('listProviderDays', { query: { asset: 'EUR', limit: '1' } });
    const last = (await bank.call('getProviderDay', { params: { dayId: String(before.items?.[0]?.['dayId']) } })).body;
    const differences = last['differences'] as readonly {
      key: string;
      amount: { amount: string };
      workItemId?: string;
    }[];
    for (const { key, amount, workItemId } of differences) {
      if (workItemId === undefined) continue;
      const isTaken = !amount.amount.startsWith('-');
      const size = amount.amount.replace('-', '');
      const [psp, cost] = ['main:psp/stripe', 'main:cost/stripe'];
      const posted = isTaken ? await post(cost, psp, size, key) : await post(psp, cost, size, key);
      expect(posted.status).toBe(201);
    }
    await ears.payout(tenantId, underWay);
    const over = await turnDay();
    const day = await explained(over);
    expect(day).toMatchObject({ status: 'agreed', from: addDays('2025-01-31', 1), closing: both('0.00') });
    expect(await items('open')).toEqual([]);
    expect((await items('resolved')).map(({ resolvedBy }) => resolvedBy)).toEqual(
      ['psp-days', 'psp-days', 'psp-days'].map(() => expect.any(String)),
    );
  });
});
