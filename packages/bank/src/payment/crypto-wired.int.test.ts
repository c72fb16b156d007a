import { type CoinbaseDouble, startCoinbaseDouble } from '@finaegis/provider-doubles/coinbase/coinbase-double';
import { startWebhookInbox, type WebhookInbox } from '@finaegis/provider-doubles/webhook-inbox';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, expect, it } from 'vitest';

let double: CoinbaseDouble;
let inbox: WebhookInbox;
let test: TestBank;
let api: TestApi;
beforeAll(async () => {
  inbox = await startWebhookInbox();
  double = await startCoinbaseDouble({ commerce: { apiKey: 'key', webhook: { url: inbox.url, secret: 'secret' } } });
  const commerce = { apiKey: 'key', webhookSecret: 'secret', url: double.url };
  test = await startTestBank({ outside: { coinbase: { commerce } } });
  test.bank.runSagas();
  api = await test.serve();
});
afterAll(async () => {
  await api.close();
  await test.close();
  await double.close();
  await inbox.close();
});

const read = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
  const answer = await fetch(`${api.url}${path}`, { headers: { authorization: api.authorization } });
  return (await answer.json()) as Readonly<Record<string, unknown>>;
};
const until = async (path: string, status: string): Promise<Readonly<Record<string, unknown>>> => {
  for (let look = 0; look < 600; look += 1) {
    const body = await read(path);
    if (body['status'] === status) return body;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${path} did not become ${status}.`);
};
/** Hands the bank what Coinbase has sent since, at the address that Coinbase would be told. */
const deliver = async (): Promise<readonly number[]> => {
  await double.control.settled();
  const statuses: number[] = [];
  for (const { headers, body } of inbox.received) {
    const signature = String(headers['x-cc-webhook-signature']);
    const answer = await fetch(`${api.url}/v1/webhooks/${test.tenantId}/coinbase-commerce`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-cc-webhook-signature': signature },
      body,
    });
    statuses.push(answer.status);
  }
  return statuses;
};

it('crypto as the server wires it: an order by REST, a signed message, the money on the account, and a coherent bank', async () => {
  const { accountId } = await test.openCustomer();
  const answer = await fetch(`${api.url}/v1/crypto-deposits`, {
    method: 'POST',
    headers: { authorization: api.authorization, 'content-type': 'application/json', 'idempotency-key': 'wired' },
    body: JSON.stringify({ accountId, amount: { amount: '25.00', asset: 'USDC' } }),
  });
  expect(answer.status).toBe(201);
  const { depositId } = (await answer.json()) as { readonly depositId: string };
  const path = `/v1/crypto-deposits/${depositId}`;
  const { checkoutUrl } = await until(path, 'open');
  const code = String(checkoutUrl).split('/').at(-1) ?? '';
  double.control.charges.pay(code);
  double.control.charges.confirm(code);
  expect(new Set(await deliver())).toEqual(new Set([200]));
  expect(await until(path, 'credited')).toMatchObject({ received: { amount: '25.000000', asset: 'USDC' } });
  const { operations } = test.bank.modules.resilience.breakers;
  expect(operations.map(({ provider, operation }) => `${provider}/${operation}`)).toContain(
    'coinbase-commerce/checkouts',
  );
  expect(test.faults).toEqual([]);
  await test.settle();
  await assertCoherent(test.bank, test.tenantId);
});

it('an investment in a round priced in USDC is paid by crypto, through the investor’s own account', async () => {
  const { cgo, party } = test.bank.modules;
  const { partyId, accountId } = await test.openCustomer({ asset: 'USDC' });
  await test.accept(party.handlers.setKyc, { partyId, kyc: { status: 'verified', level: 'simplified' } });
  await test.accept(cgo.handlers.openOffering, { entity: 'main' });
  await test.accept(cgo.handlers.openRound, {
    round: 1,
    name: 'Seed',
    entity: 'main',
    asset: 'USDC',
    priceTenThousandths: 100_000n,
    sharesMaxMinor: 1_000_000_000n,
    opensAt: '2026-01-01T00:00:00.000Z',
    coolingOffDays: 0,
  });
  const investmentId = test.bank.services.newId();
  const amountMinor = 1_500_000_000n;
  const data = { investmentId, round: 1, partyId, accountId, asset: 'USDC', amountMinor, method: 'crypto' } as const;
  await test.accept(cgo.handlers.requestInvestment, data);
  const path = `/v1/cgo/investments/${investmentId}/payment`;
  for (let look = 0; (await read(path))['checkoutUrl'] === undefined && look < 600; look += 1)
    await new Promise((resolve) => setTimeout(resolve, 25));
  const { status, checkoutUrl } = await read(path);
  expect(status).toBe('pending');
  const code = String(checkoutUrl).split('/').at(-1) ?? '';
  double.control.charges.pay(code);
  double.control.charges.confirm(code);
  expect(new Set(await deliver())).toEqual(new Set([200]));
  expect(await until(path, 'paid')).toMatchObject({ method: 'crypto' });
  await test.settle();
  await assertCoherent(test.bank, test.tenantId);
});
