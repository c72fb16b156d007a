import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import type Pusher from 'pusher-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ClientTerms, listenTo, pusherOf, rawClient, until } from './client.ts';

let bank: TestBank;
let api: TestApi;
let staff: ClientTerms;
const clients: Pusher[] = [];

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false });
  api = await bank.serve();
  staff = { url: api.url, tenantId: bank.tenantId, authorization: api.authorization };
});

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

afterAll(async () => {
  await api.close();
  await bank.close();
});

const connect = (terms: ClientTerms = staff): Pusher => {
  const pusher = pusherOf(terms);
  clients.push(pusher);
  return pusher;
};
const deposit = async (accountId: string, amountMinor = 1_005n): Promise<string> => {
  const depositId = bank.bank.services.newId();
  await bank.accept(bank.bank.modules.account.handlers.recordDeposit, {
    depositId,
    accountId,
    asset: 'EUR',
    amountMinor,
  });
  return depositId;
};

describe('pusher-js, as it is published', () => {
  it('connects, is let into a private channel by the key of its staff, and is told of a deposit as it is booked', async () => {
    const { accountId } = await bank.openCustomer();
    const { heard, subscribed } = listenTo(connect(), `private-tenant.${bank.tenantId}`);
    expect(await subscribed).toMatchObject({ position: expect.any(String) as string });
    const depositId = await deposit(accountId);
    await until(() => heard.some(({ type }) => type === 'account.deposit.booked'));
    expect(heard.find(({ type }) => type === 'account.deposit.booked')).toMatchObject({
      position: expect.any(String) as string,
      data: { depositId, accountId, amount: { amount: '10.05', asset: 'EUR' } },
    });
  });
});
