import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Receiver, startReceiver } from './receiver.ts';
import type { WebhookProcessTerms } from './webhook-process.ts';

const main = fileURLToPath(new URL('../../dist/webhooks/webhook-process.js', import.meta.url));
const kills = 12;

let bank: TestBank;
let api: TestApi;
let receiver: Receiver;
let accountId: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false, outside: { webhooks: { allowsLoopback: true } } });
  api = await bank.serve();
  receiver = await startReceiver();
  accountId = (await bank.openCustomer()).accountId;
  const response = await fetch(`${api.url}/v1/webhook-endpoints`, {
    method: 'POST',
    headers: { authorization: api.authorization, 'content-type': 'application/json', 'idempotency-key': 'endpoint' },
    body: JSON.stringify({ url: receiver.url, events: ['account.*'] }),
  });
  receiver.secrets = [((await response.json()) as { readonly secret: string }).secret];
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await api.close();
  await receiver.close();
  await bank.close();
});

/** A process that has opened the bank and waits for its turn. */
const prepared = async (callers: number): Promise<ChildProcess> => {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [main], { env: { PATH, HOME }, stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const { connections, masterKey, tenantId } = bank;
  const terms: WebhookProcessTerms = { connections, masterKey: [...masterKey], tenantId, accountId, callers };
  child.stdin?.write(`${JSON.stringify(terms)}\n`);
  const exited = once(child, 'exit').then(() => Promise.reject(new Error('The process ended before it was ready.')));
  await Promise.race([once(child.stdout as NonNullable<typeof child.stdout>, 'data'), exited]);
  exited.catch(() => undefined);
  return child;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Deposits that are in the log. */
const committed = async (): Promise<ReadonlySet<string>> => {
  const { rows } = await bank.adminPool.query<{ id: string }>(
    `select envelope::json->'data'->>'journalId' as id from events
      where tenant_id = $1 and type = 'JournalPosted' and envelope::json->'data'->>'kind' in ('deposit', 'withdrawal')`,
    [bank.tenantId],
  );
  return new Set(rows.map(({ id }) => id));
};
/** Deliveries that a killed process had in hand are free after a minute; the test does not wait for it. */
const freeLeases = () =>
  bank.adminPool.query(
    "update webhook_deliveries set lease_until = now() - interval '1 second' where lease_until is not null",
  );

it('every committed event is delivered and no other, wherever the process that books and sends is killed', {
  timeout: 180_000,
}, async () => {
  let next = prepared(6);
  for (let kill = 0; kill < kills; kill++) {
    const current = await next;
    next = prepared(kill === kills - 1 ? 0 : 6);
    current.stdin?.write('begin\n');
    const before = receiver.received.length;
    await receiver.until(({ length }) => length > before + 20, 30_000);
    await pause((kill * 37) % 200);
    const gone = once(current, 'exit');
    current.kill('SIGKILL');
    await gone;
    // PostgreSQL may still carry out what the dead process had sent, a lease perhaps.
    await pause(200);
    await freeLeases();
  }
  // The last one books nothing: whatever is committed now has to come out.
  const last = await next;
  last.stdin?.write('begin\n');
  const wanted = await committed();
  expect(wanted.size).toBeGreaterThan(kills * 20);
  const seen = () => new Set(receiver.received.map(({ data }) => String(data['depositId'] ?? data['withdrawalId'])));
  await receiver.until(() => seen().size >= wanted.size, 60_000);
  await pause(1_000);
  expect([...seen()].filter((id) => !wanted.has(id))).toEqual([]);
  expect([...wanted].filter((id) => !seen().has(id))).toEqual([]);
  // One event has one id, however often it came.
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(wanted.size);
  expect(receiver.refused).toBe(0);
  const { rows } = await bank.adminPool.query("select from webhook_deliveries where status <> 'delivered'");
  expect(rows).toHaveLength(0);
});
