import { createHmac } from 'node:crypto';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoPartner, partnerIbans, startDemoPartner, webhookSecret } from './fixtures/demo-partner.ts';
import { incomingIdOf } from './incoming/incoming.ts';

let partner: DemoPartner;
// Money out takes so long at the bank that only its message can tell of it in the time of a test.
const latencyMs = 3_600_000;
const sender = { name: 'Berta Sender', iban: partnerIbans.elsewhere } as const;
beforeAll(async () => {
  partner = await startDemoPartner({ latencyMs });
});
afterAll(async () => {
  await assertCoherent(partner.test.bank, partner.test.tenantId);
  await partner.close();
});

const told = () => partner.demo.webhooks.settled();
const arrive = (endToEndId: string, amountMinor: bigint, creditorIban?: string): string =>
  partner.demo.book.receive({
    iban: partnerIbans.own,
    amountMinor,
    endToEndId,
    sender: { ...sender, ...(creditorIban === undefined ? {} : { creditorIban }) },
  }).id;
const incoming = (entryReference: string) =>
  partner.until(
    `/v1/incoming-payments/${incomingIdOf({ bank: 'ing', entryReference })}`,
    ({ status }) => status === 'credited' || status === 'suspended',
  );
const pay = async (iban: string, more: object = {}) => {
  const { accountId } = await partner.customer(10_000n);
  const paymentId = partner.test.bank.services.newId();
  const { status, body } = await partner.call('POST', '/v1/payments', {
    paymentId,
    debtorAccountId: accountId,
    amount: { amount: '20.00', asset: 'EUR' },
    creditor: { name: 'Carl Payee', iban },
    ...more,
  });
  expect([status, body['code']]).toEqual([201, undefined]);
  const path = `/v1/payments/${paymentId}`;
  await partner.until(path, ({ status: its }) => its === 'submitted');
  const key = partner.test.bank.modules.custodian.news.keyAtBank(partner.test.tenantId, paymentId);
  for (let look = 0; look < 200 && partner.demo.book.find(key) === undefined; look += 1)
    await new Promise((resolve) => setTimeout(resolve, 25));
  return { accountId, paymentId, path, endToEndId: String(body['endToEndId']) };
};
const messages = async (status: string) => {
  await partner.test.settle();
  return (await partner.call('GET', `/v1/webhook-messages?provider=ing&status=${status}`)).body.items ?? [];
};
/** Sends what the bank might have sent, signed as it signs. */
const send = async (told: object, secret = webhookSecret): Promise<number> => {
  const body = JSON.stringify(told);
  const seconds = Math.floor(partner.clock.now() / 1_000);
  const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  const { url } = partner.api;
  const answer = await fetch(`${url}/v1/webhooks/${partner.test.tenantId}/ing`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'demo-bank-signature': `t=${seconds},v1=${signature}` },
    body,
  });
  return answer.status;
};

describe('a partner bank tells of money that came in', () => {
  it('and the customer whose number it was sent to has it', async () => {
    const { accountId, iban } = await partner.customer();
    const entry = arrive('RENT 3', 12_345n, iban);
    expect(await incoming(entry)).toMatchObject({
      status: 'credited',
      bank: 'ing',
      entryReference: entry,
      endToEndId: 'RENT 3',
    });
    expect(await partner.posted(accountId)).toBe(12_345n);
  });

  it('twice, and it is booked once', async () => {
    const { accountId, iban } = await partner.customer();
    partner.demo.faults.add({ with: 'duplicate webhook', event: 'entry.booked' });
    await incoming(arrive('TWICE', 500n, iban));
    await told();
    expect(await partner.posted(accountId)).toBe(500n);
  });

  it('for nobody we know, and it waits in suspense for a person', async () => {
    const before = await partner.posted('main:suspense/unidentified');
    expect(await incoming(arrive('WHOSE', 700n))).toMatchObject({ status: 'suspended', reason: 'unidentified' });
    expect(await partner.posted('main:suspense/unidentified')).toBe(before + 700n);
  });
});

describe('a partner bank tells of a payment of ours', () => {
  it('that it is settled, long before anybody would have asked again', async () => {
    const { path, endToEndId } = await pay(partnerIbans.elsewhere);
    partner.demo.book.settle(endToEndId);
    expect(await partner.until(path, ({ status }) => status === 'settled')).toMatchObject({ endToEndId });
  });

  it('that it came back, and the customer has it again, whichever message is heard first', async () => {
    const { path, accountId, endToEndId } = await pay(partnerIbans.elsewhere, { reference: 'OWNREF7' });
    for (const type of ['payment.settled', 'payment.returned', 'entry.booked'])
      partner.demo.faults.add({ with: 'withhold webhook', event: type, times: 2 });
    partner.demo.book.settle(endToEndId);
    partner.demo.book.sendBack(endToEndId, 'AC04');
    partner.demo.webhooks.release();
    await told();
    await partner.until(path, ({ status }) => status === 'returned');
    expect(await partner.posted(accountId)).toBe(10_000n);
    expect(await partner.posted('main:clearing/returns')).toBe(0n);
  });

  it('that it came back after it had been settled, once, though payment and entry both say so', async () => {
    const { path, accountId, endToEndId } = await pay(partnerIbans.elsewhere);
    partner.demo.book.settle(endToEndId);
    await partner.until(path, ({ status }) => status === 'settled');
    const nostro = await partner.posted('main:nostro/ing');
    partner.demo.book.sendBack(endToEndId, 'MD07');
    await told();
    expect(await partner.until(path, ({ status }) => status === 'returned')).toMatchObject({ reason: 'MD07' });
    await partner.test.settle();
    expect([await partner.posted(accountId), await partner.posted('main:nostro/ing')]).toEqual([
      10_000n,
      nostro + 2_000n,
    ]);
    expect(await messages('failed')).toEqual([]);
  });
});

describe('a message of a partner bank', () => {
  it('that is about nothing here is kept as ignored', async () => {
    const payment = { id: 'P9', key: partner.test.bank.services.newId(), status: 'settled' };
    expect(await send({ eventId: 'foreign', type: 'payment.settled', payment })).toBe(200);
    expect(await send({ eventId: 'news', type: 'rates.changed' })).toBe(200);
    const entry = {
      id: 'X1',
      iban: partnerIbans.elsewhere,
      asset: 'EUR',
      side: 'CRDT',
      amount: '1.00',
      date: '2026-03-02',
    };
    expect(await send({ eventId: 'other-account', type: 'entry.booked', entry: { ...entry, isReturn: false } })).toBe(
      200,
    );
    for (let look = 0; look < 100 && (await messages('ignored')).length < 3; look += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const ignored = (await messages('ignored')).map(({ messageId }) => messageId);
    expect(ignored).toEqual(expect.arrayContaining(['foreign', 'news', 'other-account']));
  });

  it('that says of one entry another amount than before books nothing, and is tried again until somebody looks', async () => {
    const { accountId, iban } = await partner.customer();
    const entryId = arrive('SURE', 900n, iban);
    await incoming(entryId);
    const entry = {
      id: entryId,
      iban: partnerIbans.own,
      asset: 'EUR',
      side: 'CRDT',
      amount: '10.00',
      date: '2026-03-02',
    };
    await send({ eventId: 'contradiction', type: 'entry.booked', entry: { ...entry, isReturn: false } });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await messages('received')).map(({ messageId }) => messageId)).toContain('contradiction');
    expect(await partner.posted(accountId)).toBe(900n);
  });

  it('that somebody else signed is refused', async () => {
    expect(await send({ eventId: 'forged', type: 'entry.booked' }, 'guess')).toBe(401);
  });

  it('of a bank nobody registered finds nothing there', async () => {
    const { url } = partner.api;
    const answer = await fetch(`${url}/v1/webhooks/${partner.test.tenantId}/nobody`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(404);
  });
});
