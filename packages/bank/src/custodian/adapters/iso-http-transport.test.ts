import { type IsoBank, startIsoBank } from '@finaegis/provider-doubles/iso20022/iso-bank';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BankOrder, CustodianConnector } from '../connector.ts';
import { connectorContract, firstNoonMs, ibans, latencyMs, payeeName } from './fixtures/connector-contract.ts';
import { callsAlone } from './fixtures/provider-calls.ts';
import { isoConnector } from './iso-connector.ts';
import { isoHttpOperations, isoHttpTransport } from './iso-http-transport.ts';
import { memoryRecords } from './memory-records.ts';
import type { MessageRoom } from './message-records.ts';
import type { RequestAuth } from './request-auth.ts';

const proofs: Readonly<Record<'bearer' | 'hmac', RequestAuth>> = {
  bearer: { kind: 'bearer', token: 'iso-token' },
  hmac: { kind: 'hmac', keyId: 'main', secret: 'iso-secret' },
};

/** A bank with a message service, and records of our own. */
const open = async ({ proof = proofs.bearer, latency = latencyMs } = {}) => {
  const time = { nowMs: firstNoonMs };
  const now = (): number => time.nowMs;
  const bank = await startIsoBank({
    accounts: [{ iban: ibans.own, asset: 'EUR', owner: 'Main Bank', openingMinor: 100_000n }],
    proof,
    now,
    latencyMs: latency,
    closedIbans: [ibans.closed],
    returningIbans: [ibans.returning],
  });
  const kept = memoryRecords();
  const connect = ({ auth = proof, timeoutMs = 2_000, records = kept } = {}): CustodianConnector => {
    const calls = callsAlone('iso-http', isoHttpOperations, timeoutMs);
    const transport = isoHttpTransport({ url: bank.url, auth, now, calls });
    return isoConnector({ transport, records, initiator: 'Main Bank', bic: 'COBADEFFXXX', assets: ['EUR'], now });
  };
  const close = (): Promise<void> => bank.close();
  return { records: kept, bank, connect, time, close };
};

connectorContract('a bank with a message service', async () => {
  const { bank, connect, time, close } = await open();
  return {
    connector: connect(),
    advance: async (ms) => {
      time.nowMs += ms;
      bank.book.settleDue();
    },
    close,
  };
});

const abort = AbortSignal.timeout(60_000);
const order = (number: number): BankOrder => ({
  key: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  rail: 'sepa',
  asset: 'EUR',
  amountMinor: 100n,
  decimals: 2,
  reference: `R${number}`,
  endToEndId: `E${number}`,
  debtor: { iban: ibans.own },
  creditor: { name: payeeName, iban: ibans.elsewhere },
  executionDate: '2026-03-02',
});
const settled = { kind: 'settled', bankReference: expect.any(String) as unknown };

describe('a message service that is unwell', () => {
  let at: Awaited<ReturnType<typeof open>>;
  let bank: IsoBank;
  beforeEach(async () => {
    at = await open({ latency: 0 });
    ({ bank } = at);
  });
  afterEach(() => at.close());
  const held = async (): Promise<bigint | undefined> => (await at.connect().balances(abort))[0]?.amountMinor;
  const room = (name: MessageRoom): Promise<readonly string[]> => at.records.list(name);

  it.each(['500', 'reset', 'half', 'lost answer', 'slow'] as const)(
    'whose answer is %s leaves the outcome unknown; asked by reference it is known, and asked again it pays once',
    async (fault) => {
      const connector = at.connect({ timeoutMs: 300 });
      bank.faults.add({ with: fault, method: 'POST', path: '/payments', delayMs: 1_000 });
      await expect(connector.submit(order(1), abort)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
      const found = await connector.find(order(1).key, abort);
      expect(found).toEqual(fault === '500' || fault === 'reset' ? { kind: 'absent' } : settled);
      await connector.submit(order(1), abort);
      expect(await connector.find(order(1).key, abort)).toEqual(settled);
      expect(await held()).toBe(99_900n);
    },
  );

  it.each([
    ['lost answer', 'pending'],
    ['500', 'absent'],
  ] as const)(
    'that says nothing of an order yet is asked whether it has it: after %s it is %s',
    async (fault, kind) => {
      bank.withhold(true);
      bank.faults.add({ with: fault, method: 'POST', path: '/payments' });
      await expect(at.connect().submit(order(1), abort)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
      expect(await at.connect().find(order(1).key, abort)).toMatchObject({ kind });
    },
  );

  it('that does not answer whether it has an order is never taken to have none', async () => {
    bank.withhold(true);
    bank.faults.add({ with: 'lost answer', method: 'POST', path: '/payments' });
    await expect(at.connect().submit(order(1), abort)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
    bank.faults.add({ with: '500', method: 'GET', path: /^\/payments\//, times: 3 });
    await expect(at.connect().find(order(1).key, abort)).rejects.toMatchObject({ name: 'ProviderFault' });
  });

  it.each(['500', 'reset', 'half', 'lost answer'] as const)(
    'is read again where a list, a message or an acknowledgement is %s, and nothing is taken twice or lost',
    async (fault) => {
      await at.connect().submit(order(1), abort);
      for (const path of ['/messages', /^\/messages\/msg-\d+$/, /acknowledgement$/])
        bank.faults.add({ with: fault, path });
      expect(await at.connect().find(order(1).key, abort)).toEqual(settled);
      expect(await held()).toBe(99_900n);
      expect(bank.waiting()).toBe(0);
      expect(await room('rejected')).toEqual([]);
    },
  );

  it('that offers again what was acknowledged says nothing new', async () => {
    await at.connect().submit(order(1), abort);
    await at.connect().find(order(1).key, abort);
    const processed = await room('processed');
    bank.offerAgain();
    expect(bank.waiting()).toBeGreaterThan(0);
    expect(await at.connect().find(order(1).key, abort)).toEqual(settled);
    expect(await room('processed')).toEqual(processed);
    expect(bank.waiting()).toBe(0);
  });

  it('that offers what is no message has it kept as rejected, and what is right behind it is taken', async () => {
    bank.offer('<html>maintenance</html>');
    await at.connect().submit(order(1), abort);
    expect(await at.connect().find(order(1).key, abort)).toEqual(settled);
    expect((await room('rejected')).filter((name) => name.endsWith('.reason.json'))).toHaveLength(1);
    expect(bank.waiting()).toBe(0);
  });

  it('is asked no more once it has failed often, and that is no payment that may have been made', async () => {
    const connector = at.connect();
    bank.faults.add({ with: '500', method: 'POST', path: '/payments', times: 50 });
    for (let count = 1; count <= 20; count += 1) await connector.submit(order(count), abort).catch(() => undefined);
    await expect(connector.submit(order(21), abort)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });

  it('declines one message id for two payments, and what it cannot read', async () => {
    await at.connect().submit(order(1), abort);
    // Nothing of what was sent is known any more.
    const afresh = at.connect({ records: memoryRecords() });
    expect(await afresh.submit({ ...order(1), amountMinor: 101n }, abort)).toEqual({
      kind: 'declined',
      code: 'key_reused',
    });
    expect(await afresh.submit({ ...order(2), asset: 'XYZ', amountMinor: 0n }, abort)).toMatchObject({
      kind: 'declined',
    });
  });
});

describe('how a message service knows us', () => {
  it.each(['bearer', 'hmac'] as const)('by %s: an order and what became of it', async (kind) => {
    const at = await open({ proof: proofs[kind], latency: 0 });
    await at.connect().submit(order(1), abort);
    expect(await at.connect().find(order(1).key, abort)).toEqual(settled);
    await at.close();
  });

  it.each([
    ['bearer', { kind: 'bearer', token: 'wrong' }],
    ['hmac', { kind: 'hmac', keyId: 'main', secret: 'wrong' }],
    ['hmac', { kind: 'hmac', keyId: 'other', secret: 'iso-secret' }],
  ] as const)('by %s: who has a wrong one has asked for nothing, and that is no decline', async (kind, auth) => {
    const at = await open({ proof: proofs[kind] });
    await expect(at.connect({ auth }).submit(order(1), abort)).rejects.toMatchObject({
      name: 'ProviderFault',
      code: 'status_401',
      isRetryable: false,
    });
    expect(at.bank.book.find('M0000000000000000000000001')).toBeUndefined();
    await at.close();
  });
});
