import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestBank, type TestBank } from './bank.ts';

let bank: TestBank;

beforeAll(async () => {
  bank = await startTestBank();
});

afterAll(async () => {
  await bank.close();
});

describe('the bank of a test', () => {
  it('opens customers with money and shows them in its views', async () => {
    const { accountId } = await bank.openCustomer({ amountMinor: 12_345n });
    await bank.settle();
    const [balance] = await bank.bank.modules.ledger.reads.balances(bank.tenantId, accountId);
    expect(balance).toMatchObject({ asset: 'EUR', creditsMinor: 12_345n, debitsMinor: 0n });
    expect(await bank.bank.modules.ledger.reads.assetsPosted(bank.tenantId, [accountId])).toEqual([
      { account: accountId, asset: 'EUR' },
    ]);
    expect(bank.faults).toEqual([]);
  });

  it('serves the API to the keys it makes, each tenant its own', async () => {
    const api = await bank.serve();
    const other = await bank.createTenant('Other');
    const { accountId } = await bank.openCustomer({ amountMinor: 100n });
    const get = async (authorization: string) =>
      (await fetch(`${api.url}/v1/accounts/${accountId}`, { headers: { authorization } })).status;
    expect(await get(api.authorization)).toBe(200);
    expect(await get(`Bearer ${await bank.createKey({ tenantId: other })}`)).toBe(404);
    expect(await get('Bearer nobody')).toBe(401);
    await api.close();
  });
});
