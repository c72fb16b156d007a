import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Message, type RawClient, rawClient, until } from './client.ts';
import type { RealtimeProcessTerms } from './realtime-process.ts';

const main = fileURLToPath(new URL('../../dist/realtime/realtime-process.js', import.meta.url));
const kills = 5;

let bank: TestBank;
let api: TestApi;
let accountId: string;
let port: number;
const children: ChildProcess[] = [];

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false });
  // Signs subscriptions; whom they connect to is the process that is killed.
  api = await bank.serve();
  accountId = (await bank.openCustomer()).accountId;
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  port = (free.address() as { readonly port: number }).port;
  free.close();
  await once(free, 'close');
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await api.close();
  await bank.close();
});

/** A process that has opened the bank and waits for its turn. */
const prepared = async (callers: number): Promise<ChildProcess> => {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [main], { env: { PATH, HOME }, stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const { connections, masterKey, tenantId } = bank;
  const terms: RealtimeProcessTerms = { connections, masterKey: [...masterKey], tenantId, accountId, port, callers };
  child.stdin?.write(`${JSON.stringify(terms)}\n`);
  const exited = once(child, 'exit').then(() => Promise.reject(new Error('The process ended before it was ready.')));
  await Promise.race([once(child.stdout as NonNullable<typeof child.stdout>, 'data'), exited]);
  exited.catch(() => undefined);
  return child;
};

const heard: Message[] = [];
let last: string | undefined;

/** A client that goes on where it was. */
const connected = async (): Promise<RawClient> => {
  for (;;) {
    const client = rawClient(`http://127.0.0.1:${port}`, `/app/${bank.tenantId}?protocol=7`);
    let taken = 0;
    client.socket.on('message', () => {
      for (const { event, data } of client.frames.slice(taken)) {
        taken++;
        const said = data as Message;
        if (event.startsWith('pusher')) continue;
        heard.push(said);
        last = said.position;
      }
    });
    const from = last ?? bank.bank.services.positions.encode(0n);
    const isIn = await client
      .subscribe(
        { url: api.url, tenantId: bank.tenantId, authorization: api.authorization },
        `private-tenant.${bank.tenantId}.transactions`,
        { position: from },
      )
      .then(
        () => true,
        () => false,
      );
    if (isIn) return client;
  }
};

it('every committed event is told and no other, wherever the process that books and tells is killed', {
  timeout: 180_000,
}, async () => {
  let next = prepared(4);
  for (let kill = 0; kill < kills; kill++) {
    const current = await next;
    next = prepared(kill === kills - 1 ? 0 : 4);
    current.stdin?.write('begin\n');
    const client = await connected();
    const before = heard.length;
    await until(() => heard.length > before + 20, 30_000);
    await new Promise((resolve) => setTimeout(resolve, (kill * 37) % 200));
    const gone = once(current, 'exit');
    current.kill('SIGKILL');
    await Promise.all([gone, client.closed]);
  }
  // The last one books nothing: whatever is committed now has to come out.
  (await next).stdin?.write('begin\n');
  const client = await connected();
  const { rows } = await bank.adminPool.query<{ id: string }>(
    `select envelope::json->'data'->>'journalId' as id from events where tenant_id = $1 and type = 'JournalPosted'`,
    [bank.tenantId],
  );
  const wanted = new Set(rows.map(({ id }) => id));
  expect(wanted.size).toBeGreaterThan(kills * 10);
  const seen = () =>
    new Set(
      heard.filter(({ type }) => type === 'ledger.journal.posted').map(({ data }) => String(data?.['journalId'])),
    );
  await until(() => seen().size >= wanted.size, 30_000);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect([...seen()].filter((id) => !wanted.has(id))).toEqual([]);
  expect([...wanted].filter((id) => !seen().has(id))).toEqual([]);
  // One event has one id, however often it came.
  expect(new Set(heard.map(({ id }) => id)).size).toBe(2 * wanted.size);
  client.socket.close();
});
