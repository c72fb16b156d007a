import { nextBusinessDay } from '@finaegis/kernel/calendar';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoPartner, partnerIbans, startDemoPartner } from './fixtures/demo-partner.ts';

let partner: DemoPartner;
let next: string;
const dayMs = 86_400_000;
beforeAll(async () => {
  partner = await startDemoPartner({ latencyMs: 30 * dayMs });
  next = nextBusinessDay('target', partner.clock.day);
  // Nothing gets through but statements.
  partner.demo.faults.add({ with: 'withhold webhook', event: 'entry.booked', times: 1_000 });
});
afterAll(async () => {
  await assertCoherent(partner.test.bank, partner.test.tenantId);
  await partner.close();
});

const begin = () => partner.test.bank.modules.custodian.bankDays.begin(partner.test.tenantId);
/** Every saga that waits for its time looks again now. */
const hurry = () => partner.test.adminPool.query("update saga_queue set due_at = now() - interval '1 day'");
const openDays = async () =>
  (await partner.call('GET', '/v1/custodians/ing/health')).body['openDays'] as readonly { readonly date: string }[];
const closed = async (date: string): Promise<void> => {
  for (let look = 0; look < 200; look += 1) {
    if (!(await openDays()).some((one) => one.date === date)) return;
    await hurry();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${date} did not end: ${JSON.stringify(await openDays())}`);
};
const dayEvents = async (type: string) =>
  (
    await partner.test.adminPool.query<{ envelope: string }>(
      'select envelope from events where envelope like $1 order by seq',
      [`%"type":"${type}"%`],
    )
  ).rows.map(({ envelope }) => (JSON.parse(envelope) as { readonly data: Readonly<Record<string, unknown>> }).data);
const arrive = (endToEndId: string, amountMinor: bigint, creditorIban?: string) =>
  partner.demo.book.receive({
    iban: partnerIbans.own,
    amountMinor,
    endToEndId,
    sender: { iban: partnerIbans.elsewhere, ...(creditorIban === undefined ? {} : { creditorIban }) },
  });
/** Money that our books have, whatever the bank says. */
const book = (endToEndId: string, amountMinor: bigint) =>
  partner.test.accept(partner.test.bank.modules.ledger.handlers.postJournal, {
    journalId: partner.test.bank.services.newId(),
    kind: 'deposit',
    postings: [
      { account: 'main:nostro/ing', asset: 'EUR', side: 'debit', amountMinor, purpose: 'principal' },
      { account: 'main:loss/reconciliation', asset: 'EUR', side: 'credit', amountMinor, purpose: 'principal' },
    ],
    captures: [],
    endToEndId,
  });
const breakItems = async (status = 'open') => {
  await partner.test.settle();
  return (await partner.call('GET', `/v1/work-items?kind=break&status=${status}`)).body.items ?? [];
};
const turnDay = async (from: string, to: string) => {
  const { closeBusinessDay, openBusinessDay } = partner.test.bank.modules.ledger.handlers;
  await partner.test.accept(closeBusinessDay, { entity: 'main', businessDate: from });
  await partner.test.accept(openBusinessDay, { entity: 'main', businessDate: to });
  partner.clock.advance(Date.parse(`${to}T10:00:00.000Z`) - partner.clock.now());
};

describe('a business day at a partner bank', () => {
  let anna: Awaited<ReturnType<DemoPartner['customer']>>;

  it('is begun once, whoever sees it first', async () => {
    anna = await partner.customer();
    await Promise.all([begin(), begin(), begin()]);
    expect(await begin()).toEqual([]);
    const { day: date } = partner.clock;
    expect(await dayEvents('BankDayOpened')).toEqual([{ entity: 'main', bank: 'ing', from: date, date }]);
    expect(await openDays()).toMatchObject([{ entity: 'main', date }]);
  });

  it('is waited for until its statement is there, and then everything is booked and compared', async () => {
    const { day: date } = partner.clock;
    arrive('SALARY', 300_000n, anna.iban);
    await book('EVENING', 4_000n);
    await book('NEVER', 900n);
    await hurry();
    expect(await openDays()).toHaveLength(1);
    expect(await partner.posted(anna.accountId)).toBe(0n);
    // The day turns while the bank cannot be reached.
    partner.demo.faults.add({ with: '500', method: 'GET', path: `/v1/statements/${date}`, times: 3 });
    partner.clock.advance(dayMs);
    await closed(date);
    const { body: health } = await partner.call('GET', '/v1/custodians/ing/health');
    expect(health['failures']).toBeGreaterThanOrEqual(3);
    expect(await partner.posted(anna.accountId)).toBe(300_000n);
    expect(await dayEvents('BankDayClosed')).toEqual([
      { entity: 'main', bank: 'ing', date, outcome: 'reconciled', entries: 1, openBreaks: 2 },
    ]);
    // One side books in the evening and the other in the morning, so nobody is told yet.
    expect(await breakItems()).toEqual([]);
    partner.clock.advance(-dayMs);
  });

  it('tells people of what found no other side by the next day, once, and takes it back when it does', async () => {
    await turnDay(partner.clock.day, next);
    arrive('EVENING', 4_000n);
    partner.demo.faults.add({ with: 'withhold webhook', event: 'entry.booked', times: 1_000 });
    await begin();
    partner.clock.advance(dayMs);
    await closed(next);
    const told = await breakItems();
    expect(told).toMatchObject([{ kind: 'break', status: 'open', reason: 'missing_there', reference: 'NEVER' }]);
    expect((await dayEvents('BankDayOpened')).length).toBe(2);
    const subject = String(told[0]?.['subject']);
    const breakId = subject.slice('break:'.length);
    // Neither by its item nor by a reason is a difference closed that is still there.
    const path = `/v1/work-items/${String(told[0]?.['workItemId'])}/resolution`;
    expect(await partner.call('POST', path, { resolution: 'explained', reason: 'seen_at_bank' })).toMatchObject({
      status: 409,
      body: { code: 'work_item_waits_for_break', break: breakId },
    });
    const explain = (offsetBy?: readonly string[]) =>
      partner.call('POST', `/v1/custodian-breaks/${breakId}/explanation`, { reason: 'seen_at_bank', offsetBy });
    expect(await explain()).toMatchObject({
      status: 409,
      body: { code: 'break_still_differs', difference: { amount: '-9.00', asset: 'EUR' } },
    });
    expect(await breakItems()).toEqual(told);
    // Found in the morning, it was not booked again, nor was anybody troubled.
    expect(await partner.posted('main:suspense/unidentified')).toBe(0n);
  });

  it('ends an item with the statement in which the other side comes', async () => {
    const later = nextBusinessDay('target', next);
    await turnDay(next, later);
    arrive('NEVER', 900n);
    partner.demo.faults.add({ with: 'withhold webhook', event: 'entry.booked', times: 1_000 });
    await begin();
    partner.clock.advance(dayMs);
    await closed(later);
    expect(await breakItems()).toEqual([]);
    expect(await breakItems('resolved')).toMatchObject([{ resolution: 'explained', resolutionReason: 'matched' }]);
  });
});
