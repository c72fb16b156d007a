import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf, eur } from '../api.ts';
import { type ClientTerms, calm, listenTo, type Pusher, pusherOf, streamOf, until } from './client.ts';

let bank: TestBank;
let api: TestApi;
let staff: ClientTerms;
let caller: Caller;
let anna: { readonly partyId: string; readonly accountId: string };
let boris: typeof anna;
const pushers: Pusher[] = [];

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  await calm(api);
  staff = { url: api.url, tenantId: bank.tenantId, authorization: api.authorization };
  caller = callerOf(api.url, api.authorization);
  [anna, boris] = [await bank.openCustomer({ amountMinor: 100_000n }), await bank.openCustomer()];
});

afterAll(async () => {
  for (const pusher of pushers) pusher.disconnect();
  await api.close();
  await bank.close();
});

const channelOf = (accountId: string): string => `private-tenant.${bank.tenantId}.accounts.${accountId}`;
const listen = async (terms: ClientTerms, accountId: string) => {
  const pusher = pusherOf(terms);
  pushers.push(pusher);
  const listener = listenTo(pusher, channelOf(accountId));
  await listener.subscribed;
  return listener;
};
const keyOf = async (terms: Parameters<TestBank['createKey']>[0]): Promise<ClientTerms> => ({
  ...staff,
  authorization: `Bearer ${await bank.createKey(terms)}`,
});
const pay = (amount: string) =>
  caller.make('/v1/transfers', { from: anna.accountId, to: boris.accountId, amount: eur(amount) });
const balancesNow = (accountId: string) => caller.see(`/v1/ledger-accounts/${accountId}/balances`);

describe('the balances of an account', () => {
  it('are told as they are after whatever changed them, to staff and to the customer whose account it is', async () => {
    const own = await keyOf({ actingFor: boris.partyId });
    const listeners = [await listen(staff, boris.accountId), await listen(own, boris.accountId)];
    await pay('10.00');
    const now = await balancesNow(boris.accountId);
    expect(now).toMatchObject({ balances: [{ posted: eur('10.00') }] });
    for (const { states, heard } of listeners) {
      await until(() => states.length > 0);
      expect(states.at(-1)).toEqual({
        type: 'ledger.account.balances',
        position: heard.at(-1)?.position,
        data: now,
      });
    }
    await caller.make('/v1/holds', { account: boris.accountId, amount: eur('4.00') });
    const held = await balancesNow(boris.accountId);
    expect(held).toMatchObject({ balances: [{ available: eur('6.00'), heldOut: eur('4.00') }] });
    for (const { states } of listeners) await until(() => JSON.stringify(states.at(-1)?.data) === JSON.stringify(held));
  });

  it('come as Server-Sent Events without an id, so that nobody begins again at a state', async () => {
    const stream = await streamOf(staff, [channelOf(boris.accountId)]);
    await until(() => stream.events.some(({ event }) => event === 'begun'));
    await pay('1.00');
    const states = () => stream.events.filter(({ event }) => event === 'ledger.account.balances');
    await until(() => states().length > 0);
    expect(states().map(({ id }) => id)).toEqual(['']);
    expect(states()[0]?.data.data).toEqual(await balancesNow(boris.accountId));
    stream.close();
  });

  it('end at the newest, however many bookings there were, and facts are all told', async () => {
    const { states, heard } = await listen(staff, boris.accountId);
    const count = 300;
    await Promise.all(Array.from({ length: count }, () => pay('0.01')));
    const now = await balancesNow(boris.accountId);
    await until(() => heard.length === count && JSON.stringify(states.at(-1)?.data) === JSON.stringify(now));
    expect(states.length).toBeLessThan(count / 2);
  });

  it('are not told without the scope for reading them, nor on channels that are not of the account', async () => {
    const blind = await listen(await keyOf({ scopes: ['realtime:read', 'account:read'] }), boris.accountId);
    const pusher = pusherOf(staff);
    pushers.push(pusher);
    const whole = listenTo(pusher, `private-tenant.${bank.tenantId}`);
    await whole.subscribed;
    const seeing = await listen(staff, boris.accountId);
    await pay('1.00');
    await until(() => seeing.states.length > 0 && whole.heard.length > 0);
    expect([blind.states, whole.states]).toEqual([[], []]);
  });
});
