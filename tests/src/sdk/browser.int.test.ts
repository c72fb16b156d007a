import { fileURLToPath } from 'node:url';
import type * as sdk from '@finaegis/sdk';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as driver } from 'playwright-core';
import { rolldown } from 'rolldown';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startUnsteadyProxy, type UnsteadyProxy } from './unsteady-proxy.ts';

// A page as somebody would write it, with the client bundled for browsers, behind the proxy that serves both the page and the API.
let bank: TestBank;
let api: TestApi;
let proxy: UnsteadyProxy;
let browser: Browser;
let script: string;

beforeAll(async () => {
  const build = await rolldown({
    input: fileURLToPath(import.meta.resolve('../../../packages/sdk/src/sdk.ts')),
    platform: 'browser',
    resolve: { conditionNames: ['source', 'browser', 'import', 'default'] },
  });
  const { output } = await build.generate({ format: 'iife', name: 'finaegis' });
  await build.close();
  script = output[0].code;
  bank = await startTestBank();
  api = await bank.serve();
  proxy = await startUnsteadyProxy(api.url, { '/': `<!doctype html><script>${script}</script>` });
  browser = await driver.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args,
    headless: true,
  });
});

afterAll(async () => {
  await browser?.close();
  await proxy?.close();
  await api?.close();
  await bank?.close();
});

test('a page pays once though an answer is lost, hears of it, goes through its list and verifies a message', async () => {
  expect(script).not.toMatch(/["']node:|\bBuffer\b|\bprocess\./);
  const [from, to] = [await bank.openCustomer({ amountMinor: 10_000n }), await bank.openCustomer()];
  const page = await browser.newPage();
  await page.goto(proxy.url);
  const terms = {
    apiKey: api.authorization.replace('Bearer ', ''),
    tenantId: bank.tenantId,
    url: proxy.url,
    from: from.accountId,
    to: to.accountId,
  };
  proxy.next.push('answer lost');
  const done = await page.evaluate(async ({ url, apiKey, tenantId, ...accounts }) => {
    const { channelsOf, createFinAegis } = (globalThis as unknown as { finaegis: typeof sdk }).finaegis;
    const client = createFinAegis({ url: url, apiKey });
    const transfer = { ...accounts, amount: { amount: '1.00', asset: 'EUR' } };
    const { journalId } = await client.transfers.create(transfer);
    const { position } = await client.call('createTransfer', { body: transfer });
    const told: string[] = [];
    for await (const message of client.subscribe([channelsOf(tenantId).everything], { from: position })) {
      told.push(message.type);
      break;
    }
    const listed: string[] = [];
    for await (const each of client.accounts.listTransactions(accounts.from, { limit: 1 })) listed.push(each.journalId);
    return { isListed: listed.includes(journalId), transactions: listed.length, told };
  }, terms);
  expect(done).toEqual({ isListed: true, transactions: 3, told: [expect.any(String)] });
  expect(proxy.passed.slice(0, 2).map(({ mishap, status }) => [mishap, status])).toEqual([
    ['answer lost', 201],
    [undefined, 201],
  ]);

  const secret = `whsec_${btoa('thirty-two bytes of a secret ...')}`;
  const body = JSON.stringify({ id: 'msg_1', type: 'account.account.closed', data: { accountId: 'a' } });
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('msg_1', new Date(), body),
  };
  const verify = (secrets: string) =>
    page.evaluate(
      ([request, its]) =>
        (globalThis as unknown as { finaegis: typeof sdk }).finaegis
          .verifyWebhook(request, { secrets: its })
          .then(({ id }) => id)
          .catch((error: unknown) => (error as sdk.WebhookRefused).code),
      [{ body, headers }, secrets] as const,
    );
  expect(await verify(secret)).toBe('msg_1');
  expect(await verify(`whsec_${btoa('another secret of many bytes ...')}`)).toBe('signature_wrong');
});
