import { type DemoBank, startDemoBank } from '@finaegis/provider-doubles/demo-bank/demo-bank';
import { startWebhookInbox } from '@finaegis/provider-doubles/webhook-inbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BankMessage, BankOrder } from '../connector.ts';
import { demoBankConnector, demoBankOperations } from './demo-bank-connector.ts';
import { connectorContract, firstNoonMs, ibans, latencyMs, payeeName } from './fixtures/connector-contract.ts';
import { callsAlone } from './fixtures/provider-calls.ts';

const apiKey = 'demo-key';
const webhookSecret = 'demo-secret';
const open = (now: () => number, latency = latencyMs): Promise<DemoBank> =>
  startDemoBank({
    accounts: [{ iban: ibans.own, asset: 'EUR', owner: 'Main Bank', openingMinor: 100_000n }],
    apiKey,
    now,
    latencyMs: latency,
    closedIbans: [ibans.closed],
    returningIbans: [ibans.returning],
    payees: { [ibans.elsewhere]: payeeName },
  });
const connect = ({ url }: DemoBank, { key = apiKey, timeoutMs = 2_000 } = {}) =>
  demoBankConnector({ url, apiKey: key, webhookSecret, calls: callsAlone('demo-bank', demoBankOperations, timeoutMs) });

connectorContract('the demo bank', async () => {
  let nowMs = firstNoonMs;
  const bank = await open(() => nowMs);
  const inbox = await startWebhookInbox();
  bank.addWebhookEndpoint({ url: inbox.url, secret: webhookSecret });
  return {
    connector: connect(bank),
    advance: async (ms) => {
      nowMs += ms;
      bank.book.settleDue();
      await bank.webhooks.settled();
    },
    notification: async (): Promise<BankMessage> => {
      const received = inbox.received.find(({ body }) => body.includes('"type":"payment.settled"'));
      if (received === undefined) throw new Error('The demo bank sent nothing.');
      const headers = received.headers as BankMessage['headers'];
      return { headers, body: Buffer.from(received.body), receivedAtMs: nowMs };
    },
    close: async () => {
      await bank.close();
      await inbox.close();
    },
  };
});

describe('a demo bank that is unwell', () => {
  let bank: DemoBank;
  const abort = AbortSignal.timeout(30_000);
  beforeAll(async () => {
    bank = await open(() => firstNoonMs, 0);
  });
  afterAll(() => bank.close());

  let orders = 0;
  const order = (): BankOrder => {
    orders += 1;
    return {
      key: `00000000-0000-4000-8000-${String(orders).padStart(12, '0')}`,
      rail: 'sepa',
      asset: 'EUR',
      amountMinor: 100n,
      decimals: 2,
      reference: `R${orders}`,
      endToEndId: `E${orders}`,
      debtor: { iban: ibans.own },
      creditor: { name: payeeName, iban: ibans.elsewhere },
      executionDate: '2026-03-02',
    };
  };
  const held = async (): Promise<bigint | undefined> => (await connect(bank).balances(abort))[0]?.amountMinor;

  it.each(['500', 'reset', 'half', 'lost answer', 'slow'] as const)(
    'whose answer is %s leaves the outcome unknown; asked by key it is known, and asked again it pays once',
    async (fault) => {
      const before = (await held()) ?? 0n;
      const connector = connect(bank, { timeoutMs: 300 });
      const asked = order();
      bank.faults.add({ with: fault, method: 'POST', path: '/v1/payments', delayMs: 1_000 });
      await expect(connector.submit(asked, abort)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
      const found = await connector.find(asked.key, abort);
      expect(found.kind).toBe(fault === '500' || fault === 'reset' ? 'absent' : 'settled');
      expect((await connector.submit(asked, abort)).kind).toBe('settled');
      expect(await held()).toBe(before - 100n);
    },
  );

  it('is asked again where that is harmless', async () => {
    bank.faults.add({ with: '500', method: 'GET', path: '/v1/accounts' });
    expect(await held()).toBeTypeOf('bigint');
  });

  it('takes a payment it declines for a good call: ten of them open no breaker', async () => {
    const connector = connect(bank);
    for (let count = 0; count < 10; count += 1)
      expect(await connector.submit({ ...order(), creditor: { name: payeeName, iban: ibans.closed } }, abort)).toEqual({
        kind: 'declined',
        code: 'AC04',
      });
    expect((await connector.submit(order(), abort)).kind).toBe('settled');
  });

  it('says no to one key for two payments', async () => {
    const asked = order();
    await connect(bank).submit(asked, abort);
    expect(await connect(bank).submit({ ...asked, amountMinor: 101n }, abort)).toEqual({
      kind: 'declined',
      code: 'key_reused',
    });
  });

  it('that does not know us has done nothing, and that is no decline', async () => {
    await expect(connect(bank, { key: 'wrong' }).submit(order(), abort)).rejects.toMatchObject({
      name: 'ProviderFault',
      code: 'status_401',
      isRetryable: false,
    });
  });

  it('refuses a notification whose bytes are no JSON, signed or not', () => {
    const headers = { 'demo-bank-signature': `t=${firstNoonMs / 1_000},v1=${'0'.repeat(64)}` };
    const message = { headers, body: Buffer.from('{'), receivedAtMs: firstNoonMs };
    expect(connect(bank).verifyWebhook(message)).toEqual({ isGenuine: false, reason: 'signature_wrong' });
  });
});
