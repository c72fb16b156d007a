import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFinAegis, type FinAegis, verifyWebhook, type WebhookMessage } from '@finaegis/sdk';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eur } from '../api.ts';
import { until } from '../realtime/client.ts';

let bank: TestBank;
let api: TestApi;
let client: FinAegis;
let receiver: Server;
const secrets: string[] = [];
const received: WebhookMessage[] = [];
let refused = 0;

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false, outside: { webhooks: { allowsLoopback: true } } });
  api = await bank.serve();
  bank.bank.sendWebhooks();
  client = createFinAegis({ url: api.url, apiKey: api.authorization.replace('Bearer ', '') });
  receiver = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      try {
        received.push(
          await verifyWebhook({ body: Buffer.concat(chunks).toString(), headers: request.headers }, { secrets }),
        );
        response.writeHead(204).end();
      } catch {
        refused++;
        response.writeHead(400).end();
      }
    })();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await api.close();
  await bank.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

it('a receiver of ten lines takes what the bank sends, before and after its secret has changed', async () => {
  const { accountId } = await bank.openCustomer();
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const { endpointId, secret } = await client.webhookEndpoints.create({ url, events: ['account.deposit.booked'] });
  secrets.push(secret ?? '');
  const { depositId } = await client.deposits.record({ accountId, amount: eur('12.34') });
  await until(() => received.length === 1);
  const [first] = received;
  if (first?.type !== 'account.deposit.booked') throw new Error(`It was a ${first?.type}.`);
  expect(first.data).toMatchObject({ depositId, accountId, amount: eur('12.34'), status: 'credited' });

  const { secret: newer } = await client.webhookEndpoints.rotateSecret(endpointId, {});
  expect(newer).not.toBe(secret);
  await client.deposits.record({ accountId, amount: eur('1.00') });
  await until(() => received.length === 2);
  secrets.splice(0, 1, newer ?? '');
  await client.deposits.record({ accountId, amount: eur('2.00') });
  await until(() => received.length === 3);
  expect(refused).toBe(0);

  secrets.splice(0, 1, `whsec_${btoa('a stranger who knows nothing of it')}`);
  await client.webhookEndpoints.test(endpointId, { type: 'account.deposit.booked' });
  await until(() => refused === 1);
  expect(received).toHaveLength(3);
});
