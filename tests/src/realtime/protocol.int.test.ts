import { createHmac, hkdfSync } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTo } from 'node:net';
import { readConfig } from '@finaegis/platform/config/config';
import { createLogger } from '@finaegis/platform/observability/logger';
import { createMetrics } from '@finaegis/platform/observability/metrics';
import { type Bank, openBank } from '@finaegis/server/bank';
import { createServer } from '@finaegis/server/server';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClientTerms,
  calm,
  listenTo,
  type Pusher,
  pusherOf,
  type RawClient,
  rawClient,
  signatureFor,
  until,
} from './client.ts';

let bank: TestBank;
let api: TestApi;
let staff: ClientTerms;
const clients: Pusher[] = [];
const others: Bank[] = [];

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false });
  api = await bank.serve();
  await calm(api);
  staff = { url: api.url, tenantId: bank.tenantId, authorization: api.authorization };
});

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

afterAll(async () => {
  for (const other of others) await other.close();
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

  it('is told who else is there, and when they come and go', async () => {
    const name = `presence-tenant.${bank.tenantId}`;
    const other = { ...staff, authorization: `Bearer ${await bank.createKey()}` };
    const [first, second] = [connect(), connect(other)];
    const here = listenTo(first, name);
    expect(await here.subscribed).toMatchObject({ count: 1 });
    const came = new Promise<unknown>((resolve) => here.channel.bind('pusher:member_added', resolve));
    const there = listenTo(second, name);
    expect(await there.subscribed).toMatchObject({ count: 2 });
    const { id } = (await came) as { readonly id: string };
    const went = new Promise<unknown>((resolve) => here.channel.bind('pusher:member_removed', resolve));
    second.disconnect();
    expect(await went).toMatchObject({ id });
  });

  it('hears nothing of a channel it has left', async () => {
    const { accountId } = await bank.openCustomer();
    const pusher = connect();
    const [left, kept] = ['transactions', 'accounts'].map((part) =>
      listenTo(pusher, `private-tenant.${bank.tenantId}.${part}`),
    ) as [ReturnType<typeof listenTo>, ReturnType<typeof listenTo>];
    await Promise.all([left.subscribed, kept.subscribed]);
    await deposit(accountId);
    await until(() => left.heard.length === 2);
    pusher.unsubscribe(`private-tenant.${bank.tenantId}.transactions`);
    await deposit(accountId);
    await bank.openCustomer();
    await until(() => kept.heard.some(({ type }) => type === 'account.account.opened'));
    expect(left.heard.map(({ type }) => type).toSorted()).toEqual(['account.deposit.booked', 'ledger.journal.posted']);
  });
});

const path = (more = ''): string => `/app/${bank.tenantId}?protocol=7&client=test&version=1${more}`;

describe('the protocol', () => {
  it('signs a subscription as it is defined: HMAC-SHA256 over socket, channel and data, under a secret of whoever asked', async () => {
    const fields = { socket_id: '123.456', channel_name: `private-tenant.${bank.tenantId}` };
    const { auth } = (await signatureFor(staff, fields)) as { readonly auth: string };
    const [principalId = '', signature] = auth.split(':');
    const key = Buffer.from(hkdfSync('sha256', bank.masterKey, '', 'finaegis realtime subscriptions', 32));
    const secret = createHmac('sha256', key).update(`${bank.tenantId}:${principalId}`).digest();
    const signed = createHmac('sha256', secret).update(`123.456:${fields.channel_name}`).digest('hex');
    expect(signature).toBe(signed);
    const presence = { ...fields, channel_name: `presence-tenant.${bank.tenantId}` };
    const answer = (await signatureFor(staff, presence)) as { readonly auth: string; readonly channel_data: string };
    expect(JSON.parse(answer.channel_data)).toEqual({ user_id: principalId });
    const text = `123.456:${presence.channel_name}:${answer.channel_data}`;
    expect(answer.auth).toBe(`${principalId}:${createHmac('sha256', secret).update(text).digest('hex')}`);
  });

  it('answers a ping, and takes a pong', async () => {
    const client = rawClient(api.url, path());
    await client.next('pusher:connection_established');
    client.send('pusher:pong', {});
    client.send('pusher:ping', {});
    expect(await client.next('pusher:pong')).toMatchObject({ data: {} });
    client.socket.close();
  });

  it.each([
    ['/app/no-tenant?protocol=7', 4001],
    [`/app/01900000-0000-7000-8000-00000000dead?protocol=7`, 4001],
    ['/app/TENANT?client=x', 4008],
    ['/app/TENANT?protocol=seven', 4006],
    ['/app/TENANT?protocol=4', 4007],
    ['/app/TENANT?protocol=8', 4007],
  ])('closes %s with %i', async (its, code) => {
    const client = rawClient(api.url, its.replace('TENANT', bank.tenantId));
    expect(await client.closed).toMatchObject({ code });
    expect(client.frames[0]).toMatchObject({ event: 'pusher:error', data: { code } });
  });

  it.each([['not JSON'], ['[]'], ['{"event":1}'], ['{"event":"pusher:subscribe","data":"x"}'], ['{"event":"other"}']])(
    'answers %s with an error, and goes on',
    async (text) => {
      const client = rawClient(api.url, path());
      await client.next('pusher:connection_established');
      client.socket.send(text);
      expect(await client.next('pusher:error')).toMatchObject({ data: { code: null } });
      client.send('pusher:ping', {});
      expect(await client.next('pusher:pong')).toMatchObject({ data: {} });
      client.socket.close();
    },
  );

  it('passes no events of clients on, and says so', async () => {
    const client = rawClient(api.url, path());
    await client.subscribe(staff, `private-tenant.${bank.tenantId}`);
    await client.next('pusher_internal:subscription_succeeded');
    client.send('client-typing', {});
    expect(await client.next('pusher:error')).toMatchObject({ data: { code: 4301 } });
    client.socket.close();
  });

  it('lets nobody in twice on one channel, nor with a signature for another socket, channel or data', async () => {
    const name = `private-tenant.${bank.tenantId}`;
    const [one, other] = [rawClient(api.url, path()), rawClient(api.url, path())];
    await one.subscribe(staff, name);
    await one.next('pusher_internal:subscription_succeeded');
    await one.subscribe(staff, name);
    expect(await one.next('pusher:error')).toMatchObject({
      data: { message: `Existing subscription to channel ${name}` },
    });
    const established = (await one.next('pusher:connection_established')).data as { readonly socket_id: string };
    const stolen = await signatureFor(staff, { socket_id: established.socket_id, channel_name: name });
    await other.next('pusher:connection_established');
    other.send('pusher:subscribe', { channel: name, ...stolen });
    expect(await other.next('pusher:subscription_error')).toMatchObject({ data: { status: 401 } });
    one.send('pusher:subscribe', { channel: `${name}.accounts`, ...stolen });
    expect(await one.next('pusher:subscription_error')).toMatchObject({
      channel: `${name}.accounts`,
      data: { status: 401 },
    });
    await other.subscribe(staff, `presence-tenant.${bank.tenantId}`, { channel_data: '{"user_id":"somebody-else"}' });
    await until(() => other.frames.filter(({ event }) => event === 'pusher:subscription_error').length === 2);
    one.socket.close();
    other.socket.close();
  });

  it('leaves what is no WebSocket, and every other path, to the API', async () => {
    const socket = connectTo(Number(new URL(api.url).port), '127.0.0.1');
    socket.write('GET /healthz HTTP/1.1\r\nHost: bank\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
    socket.destroy();
    const client = rawClient(api.url, '/somewhere/else');
    const status = await new Promise((resolve) =>
      client.socket.on('unexpected-response', (_, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(404);
  });
});

it('a process that has another role says that it tells nothing', async () => {
  const http = await createServer({
    bank: (await another()).bank,
    config: readConfig({ FINAEGIS_ROLE: 'api', LOG_LEVEL: 'error' }),
    logger: createLogger({ level: 'error', service: 'finaegis-test' }),
    metrics: createMetrics(),
    follower: undefined,
  });
  const { url } = await http.listen({ host: '127.0.0.1', port: 0 });
  await calm({ url, authorization: api.authorization });
  const response = await fetch(`${url}/v1/stream?channels=private-tenant.${bank.tenantId}`, {
    headers: { authorization: api.authorization },
  });
  expect([response.status, await response.json()]).toMatchObject([503, { code: 'realtime_not_served' }]);
  expect(await status(rawClient(url, path()))).toBe(404);
  await http.close();
});

/** Another process of the same bank, as far as it matters here. */
const another = async (): Promise<{ readonly bank: Bank }> => {
  const its = await openBank({ connections: bank.connections, masterKey: bank.masterKey });
  others.push(its);
  return { bank: its };
};
const status = (client: RawClient): Promise<unknown> =>
  new Promise((resolve) => client.socket.on('unexpected-response', (_, response) => resolve(response.statusCode)));
