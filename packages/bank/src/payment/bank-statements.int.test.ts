import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoPartner, partnerIbans, startDemoPartner } from './fixtures/demo-partner.ts';

let partner: DemoPartner;
const dayMs = 86_400_000;
beforeAll(async () => {
  partner = await startDemoPartner({ latencyMs: 30 * dayMs });
  // What is in the statement has to be enough: of this bank no message ever gets through, unless a test lets it.
  for (const type of ['entry.booked', 'payment.settled', 'payment.returned'])
    partner.demo.faults.add({ with: 'withhold webhook', event: type, times: 1_000 });
});
afterAll(async () => {
  await assertCoherent(partner.test.bank, partner.test.tenantId);
  await partner.close();
});

const take = async () => {
  await partner.test.settle();
  return partner.test.bank.modules.custodian.takeStatements({
    tenantId: partner.test.tenantId,
    bank: 'ing',
    entity: 'main',
    date: partner.clock.day,
    abort: AbortSignal.timeout(30_000),
  });
};
const paid = async (more: object = {}) => {
  const { accountId } = await partner.customer(10_000n);
  const paymentId = partner.test.bank.services.newId();
  const { status, body } = await partner.call('POST', '/v1/payments', {
    paymentId,
    debtorAccountId: accountId,
    amount: { amount: '20.00', asset: 'EUR' },
    creditor: { name: 'Carl Payee', iban: partnerIbans.elsewhere },
    ...more,
  });
  expect([status, body['code']]).toEqual([201, undefined]);
  const key = partner.test.bank.modules.custodian.news.keyAtBank(partner.test.tenantId, paymentId);
  for (let look = 0; look < 200 && partner.demo.book.find(key) === undefined; look += 1)
    await new Promise((resolve) => setTimeout(resolve, 25));
  return { accountId, path: `/v1/payments/${paymentId}`, endToEndId: String(body['endToEndId']) };
};
const arrive = (endToEndId: string, amountMinor: bigint, creditorIban?: string) =>
  partner.demo.book.receive({
    iban: partnerIbans.own,
    amountMinor,
    endToEndId,
    sender: {
      name: 'Berta Sender',
      iban: partnerIbans.elsewhere,
      remittance: 'for March',
      ...(creditorIban === undefined ? {} : { creditorIban }),
    },
  });
const statusOf = async (path: string) => (await partner.call('GET', path)).body['status'];

describe('a statement of a partner bank', () => {
  let anna: Awaited<ReturnType<DemoPartner['customer']>>;
  let [left, back, ownReference] = [] as unknown as [left: Paid, back: Paid, ownReference: Paid];
  type Paid = Awaited<ReturnType<typeof paid>>;
  beforeAll(async () => {
    anna = await partner.customer();
    arrive('RENT', 50_000n, anna.iban);
    arrive('RENT', 50_000n, anna.iban);
    arrive('WHOSE', 1_100n);
    [left, back, ownReference] = [
      await paid(),
      await paid(),
      await paid({ reference: 'MINE1', endToEndId: 'MYINVOICE' }),
    ];
    for (const { endToEndId } of [left, back, ownReference]) partner.demo.book.settle(endToEndId);
    partner.demo.book.sendBack(back.endToEndId, 'AC04');
    partner.demo.book.sendBack('MYINVOICE', 'MD07');
  });

  it('is not there before the day is over, and nothing is taken', async () => {
    expect(await take()).toEqual({ isWhole: false, entries: 0, fates: {} });
  });

  it('has every entry booked where it belongs', async () => {
    partner.clock.advance(dayMs);
    expect(await take()).toEqual({
      isWhole: true,
      entries: 8,
      fates: { incoming: 3, settlement: 3, return: 2 },
    });
    // Two payments of one payer that look alike are two.
    expect(await partner.posted(anna.accountId)).toBe(100_000n);
    expect(await partner.posted('main:suspense/unidentified')).toBe(1_100n);
    expect(await Promise.all([left, back, ownReference].map(({ path }) => statusOf(path)))).toEqual([
      'settled',
      'returned',
      'returned',
    ]);
    expect(await Promise.all([left, back].map(({ accountId }) => partner.posted(accountId)))).toEqual([
      8_000n,
      10_000n,
    ]);
  });

  it('taken again, by two at once, books nothing, and agrees with our books', async () => {
    const nostro = await partner.posted('main:nostro/ing');
    const fates = { incoming: 3, settlement: 3, return: 2 };
    expect(await Promise.all([take(), take()])).toEqual([
      { isWhole: true, entries: 8, fates },
      { isWhole: true, entries: 8, fates },
    ]);
    expect(await partner.posted('main:nostro/ing')).toBe(nostro);
    await partner.test.settle();
    const { body } = await partner.call('POST', '/v1/custodians/ing/reconciliations', { date: partner.clock.day });
    expect(body.items).toMatchObject([{ report: { matched: 8, missingHere: 0, missingThere: 0, amountDiffers: 0 } }]);
  });

  it('and the bank’s messages, heard only now, are of the same money', async () => {
    const nostro = await partner.posted('main:nostro/ing');
    partner.demo.webhooks.release();
    await partner.demo.webhooks.settled();
    await partner.test.settle();
    const { body } = await partner.call('GET', '/v1/webhook-messages?provider=ing&limit=100');
    expect(body.items?.length).toBe(13);
    for (const { key } of body.items ?? [])
      await partner.until(
        '/v1/webhook-messages?provider=ing&limit=100',
        ({ items = [] }) => items.find((one) => one['key'] === key)?.['status'] === 'processed',
      );
    expect(await partner.posted('main:nostro/ing')).toBe(nostro);
    expect(await partner.posted(anna.accountId)).toBe(100_000n);
  });
});
