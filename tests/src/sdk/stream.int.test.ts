import {
  channelOf,
  channelsOf,
  createFinAegis,
  type FinAegis,
  type StateMessage,
  type StreamMessage,
} from '@finaegis/sdk';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eur } from '../api.ts';
import { calm, until } from '../realtime/client.ts';
import { startUnsteadyProxy, type UnsteadyProxy } from './unsteady-proxy.ts';

let bank: TestBank;
let api: TestApi;
let proxy: UnsteadyProxy;
/** Its requests go straight to the bank; only what is listened to goes through the proxy. */
let client: FinAegis;
let listener: FinAegis;
let accountId: string;
let partyId: string;

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false });
  api = await bank.serve();
  await calm(api);
  proxy = await startUnsteadyProxy(api.url);
  const apiKey = api.authorization.replace('Bearer ', '');
  client = createFinAegis({ url: api.url, apiKey });
  listener = createFinAegis({ url: proxy.url, apiKey });
  ({ accountId, partyId } = await bank.openCustomer());
});

afterAll(async () => {
  await proxy.close();
  await api.close();
  await bank.close();
});

const deposit = async (): Promise<string> =>
  (await client.deposits.record({ accountId, amount: eur('0.01') })).depositId;

/** Listens in the background and keeps what it hears. */
const listen = (its: FinAegis, channels: readonly string[], from?: string) => {
  const over = new AbortController();
  const heard: StreamMessage[] = [];
  const cuts: unknown[] = [];
  let begun = 0;
  const listening = (async () => {
    const options = { signal: over.signal, from, onListening: () => begun++, onCut: (why: unknown) => cuts.push(why) };
    for await (const message of its.subscribe(channels, options)) heard.push(message);
  })();
  return {
    heard,
    cuts,
    listening,
    begun: () => until(() => begun > 0),
    deposits: () =>
      heard.flatMap((each) => (each.type === 'account.deposit.booked' ? (each.data?.depositId ?? []) : [])),
    stop: async () => {
      over.abort();
      await listening;
    },
  };
};

describe('whoever follows a channel', () => {
  it('hears what is booked, typed by what it is, until it has heard enough', async () => {
    const staff = listen(client, [channelsOf(bank.tenantId).transactions]);
    await staff.begun();
    const depositId = await deposit();
    await until(() => staff.deposits().includes(depositId));
    await staff.stop();
    const message = staff.heard.find(({ type }) => type === 'account.deposit.booked');
    if (message?.type !== 'account.deposit.booked' || message.isTooLarge === true) throw new Error('It was not told.');
    expect(message.data.amount).toEqual(eur('0.01'));
    expect(message.isPart).toBeUndefined();
    for await (const { position } of client.subscribe([channelsOf(bank.tenantId).everything], {
      from: message.position,
    })) {
      expect(position).toBe(message.position);
      break;
    }
  });

  it('misses nothing and hears nothing twice, however often its connection is cut', async () => {
    const follower = listen(listener, [channelsOf(bank.tenantId).account(accountId)]);
    await follower.begun();
    const made: string[] = [];
    for (let round = 0; round < 12; round++) {
      made.push(await deposit());
      if (round % 3 === 0) {
        // Sometimes with what it is being told, sometimes before that.
        if (round % 2 === 0) await until(() => follower.deposits().length > 0);
        proxy.cutAll();
      }
    }
    await until(() => follower.deposits().length >= made.length);
    await follower.stop();
    expect(follower.deposits()).toEqual(made);
    expect(new Set(follower.heard.map(({ id }) => id)).size).toBe(follower.heard.length);
    expect(follower.cuts.length).toBeGreaterThan(0);
  });

  it('is told how the account is now beside the messages, which stay whole', async () => {
    const over = new AbortController();
    const states: StateMessage[] = [];
    const told: string[] = [];
    const channels = [channelsOf(bank.tenantId).account(accountId)];
    const onState = (state: StateMessage): void => {
      states.push(state);
      // Behind the message that made it so.
      if (told.includes('account.deposit.booked')) over.abort();
    };
    const options = { signal: over.signal, onListening: () => void deposit(), onState };
    for await (const { type } of client.subscribe(channels, options)) told.push(type);
    // The views of this bank stand still, so one is asked that has seen nothing to wait for.
    const fresh = createFinAegis({ url: api.url, apiKey: api.authorization.replace('Bearer ', '') });
    const { account, balances } = await fresh.ledgerAccounts.getBalances(accountId);
    expect(states.at(-1)?.data).toEqual({ account, balances });
    expect(told).not.toContain('ledger.account.balances');
  });

  it('goes on where another process had stopped', async () => {
    const before = listen(client, [channelsOf(bank.tenantId).transactions]);
    await before.begun();
    const first = await deposit();
    await until(() => before.deposits().includes(first));
    await before.stop();
    const missed = [await deposit(), await deposit()];
    const after = listen(client, [channelsOf(bank.tenantId).transactions], before.heard.at(-1)?.position);
    await until(() => after.deposits().length >= missed.length);
    await after.stop();
    expect(after.deposits().slice(-2)).toEqual(missed);
  });

  it('is told why it may not, and does not ask again', async () => {
    const actor = await bank.createKey({
      scopes: ['realtime:read', 'account:read', 'ledger:read'],
      actingFor: partyId,
    });
    const customer = createFinAegis({ url: api.url, apiKey: actor });
    const refused = listen(customer, [channelsOf(bank.tenantId).everything]);
    await expect(refused.listening).rejects.toMatchObject({ code: 'channel_not_allowed' });
    expect(refused.cuts).toEqual([]);
    const own = listen(customer, [channelOf(partyId)]);
    await own.begun();
    await deposit();
    await until(() => own.heard.length > 0);
    await own.stop();
    expect(own.heard.every(({ isPart }) => isPart)).toBe(true);
    const stranger = createFinAegis({ url: api.url, apiKey: 'fin_none_such' });
    await expect(listen(stranger, [channelOf(partyId)]).listening).rejects.toMatchObject({ status: 401 });
    const unsendable = createFinAegis({ url: api.url, apiKey: 'two words' });
    await expect(listen(unsendable, [channelOf(partyId)]).listening).rejects.toThrow(TypeError);
    const lost = listen(client, [channelsOf(bank.tenantId).everything], btoa('00000000:1'));
    await expect(lost.listening).rejects.toMatchObject({ code: 'position_unknown' });
  });

  it('stops listening when its key is revoked', async () => {
    const { keyId, key } = await client.apiKeys.create({ name: 'Soon gone', scopes: ['realtime:read', 'ledger:read'] });
    const soonGone = createFinAegis({ url: api.url, apiKey: key ?? '' });
    const follower = listen(soonGone, [channelsOf(bank.tenantId).transactions]);
    await follower.begun();
    await client.apiKeys.revoke(keyId, { reason: 'no_longer_needed' });
    await expect(follower.listening).rejects.toMatchObject({ code: 'key_revoked' });
  });
});
