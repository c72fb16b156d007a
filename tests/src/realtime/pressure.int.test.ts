import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientTerms, calm, type RawClient, rawClient, until } from './client.ts';

let bank: TestBank;
let api: TestApi;
let staff: ClientTerms;
let accountId: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false });
  api = await bank.serve();
  await calm(api);
  staff = { url: api.url, tenantId: bank.tenantId, authorization: api.authorization };
  ({ accountId } = await bank.openCustomer());
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await api.close();
  await bank.close();
});

const open = (): RawClient => rawClient(api.url, `/app/${bank.tenantId}?protocol=7`);
const listen = async (position?: bigint): Promise<RawClient> => {
  const client = open();
  const { positions } = bank.bank.services;
  const more = position === undefined ? {} : { position: positions.encode(position) };
  await client.subscribe(staff, `private-tenant.${bank.tenantId}`, more);
  await client.next('pusher_internal:subscription_succeeded');
  return client;
};
const deposit = async (): Promise<void> => {
  const { recordDeposit } = bank.bank.modules.account.handlers;
  await bank.accept(recordDeposit, { depositId: bank.bank.services.newId(), accountId, asset: 'EUR', amountMinor: 1n });
};

describe('a client that takes slowly', () => {
  it('is closed with a reason when too much waits for it, and the others hear everything meanwhile', {
    timeout: 60_000,
  }, async () => {
    const [slow, quick] = [await listen(), await listen()];
    const others = await Promise.all(Array.from({ length: 12 }, async () => (await bank.openCustomer()).accountId));
    // A socket takes megabytes before it says that it is full, so the slow one hears each journal thirteen times.
    for (const account of others) await slow.subscribe(staff, `private-tenant.${bank.tenantId}.accounts.${account}`);
    await until(
      () => slow.frames.filter(({ event }) => event === 'pusher_internal:subscription_succeeded').length === 13,
    );
    slow.socket.pause();
    const before = quick.frames.length;
    const count = 400;
    const line = { asset: 'EUR', purpose: 'principal' } as const;
    for (let at = 0; at < count; at += 100)
      await Promise.all(
        Array.from({ length: 100 }, () =>
          bank.accept(bank.bank.modules.ledger.handlers.postJournal, {
            journalId: bank.bank.services.newId(),
            kind: 'deposit',
            captures: [],
            postings: [
              { account: 'main:cash', side: 'debit', amountMinor: 12n, ...line },
              ...others.map((account) => ({ account, side: 'credit', amountMinor: 1n, ...line }) as const),
            ],
          }),
        ),
      );
    await until(
      () => quick.frames.slice(before).filter(({ event }) => event === 'ledger.journal.posted').length === count,
    );
    const gone = until(() => slow.socket.readyState === slow.socket.CLOSED);
    slow.socket.resume();
    await gone;
    expect(await slow.closed).toEqual({ code: 4110, reason: expect.stringContaining('waiting') as string });
    expect(slow.frames.at(-1)).toMatchObject({ event: 'pusher:error', data: { code: 4110 } });
    quick.socket.close();
  });

  it('hears the whole past at its own pace: that is not held against it', { timeout: 60_000 }, async () => {
    const client = await listen(0n);
    client.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    client.socket.resume();
    const { rows } = await bank.adminPool.query<{ count: bigint }>(
      "select count(*) from events where tenant_id = $1 and type = 'JournalPosted'",
      [bank.tenantId],
    );
    const journals = () => client.frames.filter(({ event }) => event === 'ledger.journal.posted').length;
    await until(() => journals() === Number(rows[0]?.count));
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    client.socket.close();
  });
});

describe('a client that says too much', () => {
  it('is closed when a frame is larger than any of the protocol', async () => {
    const client = open();
    await client.next('pusher:connection_established');
    client.socket.send(JSON.stringify({ event: 'pusher:ping', data: 'x'.repeat(20_000) }));
    expect(await client.closed).toMatchObject({ code: 1009 });
  });

  it('is closed when it says too many things', async () => {
    const client = open();
    await client.next('pusher:connection_established');
    for (let number = 0; number < 400; number++) client.send('pusher:ping', {});
    expect(await client.closed).toMatchObject({ code: 4301 });
  });

  it('is in at most a hundred channels', async () => {
    const client = open();
    for (let number = 0; number < 101; number++)
      await client.subscribe(staff, `private-tenant.${bank.tenantId}.accounts.account-${number}`);
    expect(await client.next('pusher:subscription_error')).toMatchObject({ data: { status: 429 } });
    client.socket.close();
  });
});

describe('thousands of strangers', () => {
  // Those who shake hands cost more than those who do not, so there are only more of them than may be there at once.
  it.each([
    ['half', 10_000],
    ['shaken', 4_000],
  ] as const)('who say %s shut nobody out', { timeout: 120_000 }, async (kind, count) => {
    const main = fileURLToPath(new URL('../../dist/realtime/stranger.js', import.meta.url));
    const port = new URL(api.url).port;
    const child = spawn(process.execPath, [main, port, String(count), kind, bank.tenantId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [opened] = (await once(child.stdout as NonNullable<typeof child.stdout>, 'data')) as [Buffer];
    expect(Number(opened.toString())).toBeGreaterThan(count * 0.9);
    const begunAt = performance.now();
    const client = await listen();
    await deposit();
    await client.next('account.deposit.booked');
    expect(performance.now() - begunAt).toBeLessThan(5_000);
    expect(process.memoryUsage().rss / 2 ** 20).toBeLessThan(1_500);
    client.socket.close();
    child.kill('SIGKILL');
  });
});
