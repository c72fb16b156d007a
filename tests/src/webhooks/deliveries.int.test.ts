import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Received, type Receiver, startReceiver } from './receiver.ts';

let bank: TestBank;
let api: TestApi;
let clockMs = 0;
const receivers: Receiver[] = [];
const hour = 3_600_000;

beforeAll(async () => {
  bank = await startTestBank({
    isFollowing: false,
    outside: { webhooks: { allowsLoopback: true } },
    now: () => Date.now() + clockMs,
  });
  api = await bank.serve();
  bank.bank.sendWebhooks();
});

afterAll(async () => {
  await api.close();
  await bank.close();
  await Promise.all(receivers.map((receiver) => receiver.close()));
});

type Body = Readonly<Record<string, unknown>>;
const ask = async (path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') => {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: {
      authorization: api.authorization,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'POST' ? { 'idempotency-key': bank.bank.services.newId() } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
};
const receiverOf = async (): Promise<Receiver> => {
  const receiver = await startReceiver();
  receivers.push(receiver);
  return receiver;
};
/** An endpoint that is sent to a receiver, which knows its secret. */
const subscribe = async (receiver: Receiver, terms: object = {}): Promise<string> => {
  const { status, body } = await ask('/v1/webhook-endpoints', { url: receiver.url, ...terms });
  expect(body['code'] ?? status).toBe(201);
  receiver.secrets = [String(body['secret'])];
  return String(body['endpointId']);
};
const deposit = async (accountId: string, amountMinor = 1_005n): Promise<string> => {
  const depositId = bank.bank.services.newId();
  const { recordDeposit } = bank.bank.modules.account.handlers;
  await bank.accept(recordDeposit, { depositId, accountId, asset: 'EUR', amountMinor });
  return depositId;
};
const deliveriesOf = async (endpointId: string, more = ''): Promise<readonly Body[]> =>
  (await ask(`/v1/webhook-deliveries?endpointId=${endpointId}${more}`)).body['items'] as readonly Body[];
const until = async (isTrue: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> => {
  const end = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error('It did not happen in time.');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};
const idsOf = (received: readonly Received[]): readonly string[] =>
  received.map(({ data }) => String(data['depositId']));
/** What another process of the bank would run. */
const anotherWorker = () =>
  bank.bank.modules.webhook.startWorker({
    pool: bank.bank.pools.write,
    followPool: bank.bank.pools.follow,
    systemPool: bank.bank.pools.system,
    random: () => 0.5,
    pollMs: 10,
  });
const remove = (endpointId: string) => ask(`/v1/webhook-endpoints/${endpointId}`, undefined, 'DELETE');

describe('a message', () => {
  it('is signed so that the published library verifies it, and says amounts as decimals', async () => {
    const receiver = await receiverOf();
    const { accountId } = await bank.openCustomer();
    const headers = { authorization: 'Bearer of-the-receiver' };
    const endpointId = await subscribe(receiver, { events: ['account.deposit.*'], headers });
    const depositId = await deposit(accountId);
    await receiver.until(({ length }) => length === 1);
    expect(receiver.received[0]).toMatchObject({
      type: 'account.deposit.booked',
      data: { depositId, accountId, amount: { amount: '10.05', asset: 'EUR' }, status: 'credited' },
      headers,
    });
    expect(receiver.refused).toBe(0);
    await until(async () => (await deliveriesOf(endpointId))[0]?.['status'] === 'delivered');
    await remove(endpointId);
  });

  it('does not verify under another secret, another id, or once a byte was changed', () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const own = new Webhook(secret);
    const timestamp = new Date();
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(timestamp.getTime() / 1_000)),
      'webhook-signature': own.sign('msg_1', timestamp, '{"a":1}'),
    };
    expect(own.verify('{"a":1}', headers)).toEqual({ a: 1 });
    expect(() => own.verify('{"a":2}', headers)).toThrow();
    expect(() => own.verify('{"a":1}', { ...headers, 'webhook-id': 'msg_2' })).toThrow();
    expect(() => new Webhook(Buffer.alloc(32, 8).toString('base64')).verify('{"a":1}', headers)).toThrow();
  });

  it('goes by the filters: the type, the account, the asset', async () => {
    const [one, other] = [await bank.openCustomer(), await bank.openCustomer()];
    const receiver = await receiverOf();
    const endpointId = await subscribe(receiver, {
      events: ['ledger.*'],
      accounts: [one.accountId],
      assets: ['EUR'],
    });
    await deposit(other.accountId);
    const depositId = await deposit(one.accountId);
    await receiver.until(({ length }) => length > 0);
    expect(receiver.received.map(({ type, data }) => [type, data['journalId']])).toEqual([
      ['ledger.journal.posted', depositId],
    ]);
    await remove(endpointId);
  });

  it('is signed with both secrets while a rotation lasts', async () => {
    const receiver = await receiverOf();
    const endpointId = await subscribe(receiver, { events: ['account.deposit.*'] });
    const [old = ''] = receiver.secrets;
    const rotated = await ask(`/v1/webhook-endpoints/${endpointId}/secret-rotation`, { graceSeconds: 3_600 });
    const { accountId } = await bank.openCustomer();
    for (const secret of [old, String(rotated.body['secret'])]) {
      receiver.secrets = [secret];
      const before = receiver.received.length;
      await deposit(accountId);
      await receiver.until(({ length }) => length === before + 1);
    }
    expect(receiver.refused).toBe(0);
    await remove(endpointId);
  });
});

describe('a receiver that does not take', () => {
  it('is tried again after five seconds, with the same id, and what it answered is kept', async () => {
    const receiver = await receiverOf();
    const endpointId = await subscribe(receiver, { events: ['account.deposit.*'] });
    receiver.answer = (response) => response.writeHead(503).end('come back later');
    const { accountId } = await bank.openCustomer();
    await deposit(accountId);
    await until(async () => (await deliveriesOf(endpointId))[0]?.['lastStatus'] === 503);
    expect((await ask(`/v1/webhook-endpoints/${endpointId}`)).body['failing']).toMatchObject({ failures: 1 });
    receiver.answer = undefined;
    await receiver.until(({ length }) => length === 2);
    const [first, second] = receiver.received;
    expect(second?.id).toBe(first?.id);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(4_000);
    await until(async () => (await deliveriesOf(endpointId))[0]?.['status'] === 'delivered');
    expect((await ask(`/v1/webhook-endpoints/${endpointId}`)).body).not.toHaveProperty('failing');
    const [delivery] = await deliveriesOf(endpointId);
    const story = (await ask(`/v1/webhook-deliveries/${String(delivery?.['deliveryId'])}`)).body;
    expect(story).toMatchObject({
      attempts: 2,
      body: expect.stringContaining('account.deposit.booked') as string,
      history: [{ status: 503, answer: 'come back later', url: receiver.url }, { status: 204 }],
    });
    await remove(endpointId);
  });

  it('is not followed to where it redirects', async () => {
    const [receiver, elsewhere] = [await receiverOf(), await receiverOf()];
    const endpointId = await subscribe(receiver, { events: ['account.deposit.*'] });
    elsewhere.secrets = receiver.secrets;
    receiver.answer = (response) => response.writeHead(307, { location: elsewhere.url }).end();
    await deposit((await bank.openCustomer()).accountId);
    await until(async () => (await deliveriesOf(endpointId))[0]?.['lastStatus'] === 307);
    expect(elsewhere.received.length + elsewhere.refused).toBe(0);
    await remove(endpointId);
  });

  it('holds up nobody else, and is left alone after five failures', async () => {
    const [dead, well] = [await receiverOf(), await receiverOf()];
    const deadId = await subscribe(dead, { events: ['account.deposit.*'] });
    // It takes the connection and says nothing.
    dead.answer = () => undefined;
    const wellId = await subscribe(well, { events: ['account.deposit.*'] });
    const { accountId } = await bank.openCustomer();
    const begunAt = Date.now();
    const wanted = await Promise.all(Array.from({ length: 60 }, () => deposit(accountId)));
    await well.until(({ length }) => length === 60);
    expect(Date.now() - begunAt).toBeLessThan(10_000);
    expect(idsOf(well.received).toSorted()).toEqual(wanted.toSorted());
    expect(dead.received.length).toBeLessThanOrEqual(8);
    await remove(deadId);
    await remove(wellId);
  });

  it('is disabled after three days, with an event that others are told of, and 410 disables at once', async () => {
    const [failing, watching] = [await receiverOf(), await receiverOf()];
    const watchingId = await subscribe(watching, { events: ['webhook.*'] });
    const failingId = await subscribe(failing, { events: ['account.deposit.*'] });
    failing.answer = (response) => response.writeHead(410).end();
    await deposit((await bank.openCustomer()).accountId);
    await watching.until(({ length }) => length === 1);
    expect(watching.received[0]).toMatchObject({
      type: 'webhook.endpoint.disabled',
      data: { endpointId: failingId, reason: 'gone' },
    });
    expect((await ask(`/v1/webhook-endpoints/${failingId}`)).body).toMatchObject({
      status: 'disabled',
      disabledReason: 'gone',
    });
    const refused = await ask(`/v1/webhook-endpoints/${failingId}/test`, { type: 'ledger.hold.placed' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'webhook_endpoint_disabled' } });
    await remove(watchingId);
    await remove(failingId);
  });
});

describe('in order', () => {
  it('comes what was asked for in order, one after the other, also behind a message that is not taken at first', async () => {
    const receiver = await receiverOf();
    const endpointId = await subscribe(receiver, { events: ['account.deposit.*'], isOrdered: true });
    let refusals = 1;
    const taken: unknown[] = [];
    receiver.answer = (response, { data }) => {
      if (taken.length === 3 && refusals-- > 0) response.writeHead(500).end();
      else {
        taken.push(data['depositId']);
        setTimeout(() => response.writeHead(204).end(), 5);
      }
    };
    const { accountId } = await bank.openCustomer();
    const wanted: string[] = [];
    for (let number = 0; number < 12; number++) wanted.push(await deposit(accountId));
    await until(async () => taken.length === 12);
    expect(taken).toEqual(wanted);
    await remove(endpointId);
  });

  it('one at a time, also where several processes share the work', { timeout: 60_000 }, async () => {
    const receiver = await receiverOf();
    const others = [anotherWorker(), anotherWorker()];
    const endpointId = await subscribe(receiver, { events: ['account.deposit.*'], isOrdered: true });
    let [underWay, mostUnderWay] = [0, 0];
    receiver.answer = (response) => {
      mostUnderWay = Math.max(mostUnderWay, ++underWay);
      setTimeout(() => {
        underWay--;
        response.writeHead(204).end();
      }, 2);
    };
    const { accountId } = await bank.openCustomer();
    const wanted: string[] = [];
    for (let number = 0; number < 80; number++) wanted.push(await deposit(accountId));
    await receiver.until(({ length }) => length >= 80);
    expect([idsOf(receiver.received), mostUnderWay]).toEqual([wanted, 1]);
    await Promise.all(others.map((other) => other.close()));
    await remove(endpointId);
  });
});

describe('sending again', () => {
  it('makes one delivery again, sends a test, and what was booked since an instant', async () => {
    const receiver = await receiverOf();
    const endpointId = await subscribe(receiver, { events: ['account.deposit.*'] });
    const { accountId } = await bank.openCustomer();
    const since = new Date().toISOString();
    const wanted = [await deposit(accountId), await deposit(accountId)];
    await receiver.until(({ length }) => length === 2);
    await until(async () => (await deliveriesOf(endpointId, '&status=delivered')).length === 2);
    const [delivery] = await deliveriesOf(endpointId);
    const again = await ask(`/v1/webhook-deliveries/${String(delivery?.['deliveryId'])}/resend`, undefined, 'POST');
    expect(again.status).toBe(202);
    await receiver.until(({ length }) => length === 3);
    expect(receiver.received[2]?.id).toBe(delivery?.['messageId']);

    await ask(`/v1/webhook-endpoints/${endpointId}/test`, { type: 'payment.refund.completed' });
    await receiver.until(({ length }) => length === 4);
    expect(receiver.received[3]).toMatchObject({ type: 'payment.refund.completed', isTest: true });

    expect((await ask(`/v1/webhook-endpoints/${endpointId}/resend`, { since })).status).toBe(202);
    await receiver.until(({ length }) => length >= 6);
    expect(idsOf(receiver.received.slice(4)).toSorted()).toEqual(wanted.toSorted());
    const later = new Date(Date.now() + hour).toISOString();
    expect((await ask(`/v1/webhook-endpoints/${endpointId}/resend`, { since: later })).body).toMatchObject({
      code: 'resend_time_empty',
    });
    await remove(endpointId);
  });

  it('keeps for a paused endpoint what happens meanwhile', async () => {
    const receiver = await receiverOf();
    const endpointId = await subscribe(receiver, { events: ['account.deposit.*'] });
    const { accountId } = await bank.openCustomer();
    await ask(`/v1/webhook-endpoints/${endpointId}/pause`, undefined, 'POST');
    const depositId = await deposit(accountId);
    await until(async () => (await deliveriesOf(endpointId)).length === 1);
    expect(receiver.received).toEqual([]);
    await ask(`/v1/webhook-endpoints/${endpointId}/resume`, undefined, 'POST');
    await receiver.until(({ length }) => length === 1);
    expect(idsOf(receiver.received)).toEqual([depositId]);
    await remove(endpointId);
  });
});

it('what has taken nothing for three days is given up', async () => {
  const receiver = await receiverOf();
  const endpointId = await subscribe(receiver, { events: ['account.deposit.*'] });
  receiver.answer = (response) => response.writeHead(500).end();
  await deposit((await bank.openCustomer()).accountId);
  await until(async () => (await deliveriesOf(endpointId))[0]?.['lastStatus'] === 500);
  clockMs = 73 * hour;
  const { tenantId } = bank;
  const row = async () => (await ask(`/v1/webhook-endpoints/${endpointId}`)).body;
  // The sender looks once a minute; a worker that has just begun looks at once.
  const other = anotherWorker();
  await until(async () => (await row())['status'] === 'disabled');
  await other.close();
  expect(await row()).toMatchObject({ disabledReason: 'failing' });
  const { rows } = await bank.adminPool.query<{ count: string }>(
    "select count(*) from events where tenant_id = $1 and type = 'WebhookEndpointDisabled' and envelope like $2",
    [tenantId, `%${endpointId}%`],
  );
  expect(Number(rows[0]?.count)).toBe(1);
});
