import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bulkSagaId } from './bulk/bulk.ts';
import { pain001, sendFile } from './fixtures/bulk-files.ts';
import { type PaymentBank, startPaymentBank } from './fixtures/payment-bank.ts';

let bank: PaymentBank;
let files = 0;
beforeAll(async () => {
  bank = await startPaymentBank();
  bank.world.verdicts.set(2_000n, { kind: 'review', reason: 'velocity' });
  bank.world.verdicts.set(4_000n, { kind: 'review', reason: 'velocity' });
});
afterAll(() => bank.close());

const abroad = 'FR1420041010050500013M02606';

/** Lines of 10, 20, 30 and 40, the last to a customer of the bank; a check wants those of 20 and 40 seen. */
const send = async (has = 100_000n, mode = 'best_effort') => {
  const [payer, payee] = [await bank.customer(has), await bank.customer(0n)];
  const lines = ['10.00', '20.00', '30.00', '40.00'].map((amount, index) => ({
    endToEndId: `F${files}E${index + 1}`,
    amount,
    iban: index === 3 ? payee.iban : abroad,
  }));
  const file = pain001({ messageId: `REVIEW-${++files}`, debtorIban: payer.iban, lines });
  const answer = await sendFile(bank, file, { query: { mode } });
  expect(answer.status).toBe(202);
  return { payer, payee, bulkId: String(answer.body['bulkId']) };
};
const get = async (bulkId: string) => {
  await bank.settle();
  return (await bank.call('getBulkPayment', { params: { bulkId } })).body;
};
const waits = (bulkId: string, progress: object) =>
  expect.poll(async () => (await get(bulkId))['progress'], { timeout: 10_000 }).toEqual(progress);
const review = (bulkId: string, line: number, decision: string, id = 'key-2') =>
  bank.call('reviewBulkPaymentLine', { params: { bulkId, line: String(line) }, body: { decision }, as: { id } });
const ended = (bulkId: string) => bank.services.sagas.settled({ tenantId, sagaId: bulkSagaId(bulkId) }, 20_000);
const reasons = async (bulkId: string, as = {}) => {
  const { body } = await bank.call('listBulkPaymentLines', { params: { bulkId }, ...as });
  return body.items?.map(({ reason }) => reason);
};

it('a line that a check wants seen waits for a person while the others are paid, and is paid by itself', async () => {
  const { payer, payee, bulkId } = await send();
  await waits(bulkId, { settled: 2, in_review: 2 });
  expect(await bank.posted(payer.accountId)).toBe(100_000n - 4_000n - 40n);
  expect(await get(bulkId)).toMatchObject({ status: 'taken' });

  // Whoever reviews finds it; the customer is told that the bank looks at it and not why.
  const found = await bank.call('listBulkPayments', { query: { inReview: 'true' } });
  expect(found.body.items?.map((one) => one['bulkId'])).toEqual([bulkId]);
  expect(await reasons(bulkId)).toEqual([undefined, 'velocity', undefined, 'velocity']);
  const customer = { as: { actingFor: payer.partyId, scopes: ['*'] } };
  expect(await reasons(bulkId, customer)).toEqual([undefined, undefined, undefined, undefined]);

  expect((await review(bulkId, 2, 'approved', 'key-1')).body).toMatchObject({ code: 'reviewer_is_creator' });
  expect((await review(bulkId, 1, 'approved')).body).toMatchObject({ code: 'bulk_line_not_in_review', line: 1 });
  expect((await review(bulkId, 9, 'approved')).status).toBe(404);
  expect((await review(bulkId, 2, 'approved')).status).toBe(200);
  await waits(bulkId, { settled: 3, in_review: 1 });
  expect((await review(bulkId, 2, 'approved')).status).toBe(200);
  expect((await review(bulkId, 2, 'rejected')).body).toMatchObject({ code: 'bulk_line_not_in_review' });

  expect((await review(bulkId, 4, 'approved')).status).toBe(200);
  expect(await ended(bulkId)).toMatchObject({
    status: 'completed',
    results: { count: { settled: 4, returned: 0, rejected: 0 } },
  });
  expect(await bank.posted(payer.accountId)).toBe(100_000n - 10_000n - 60n);
  expect(await bank.posted(payee.accountId)).toBe(4_000n);
  expect([await bank.posted('main:clearing/sepa'), await bank.posted('main:clearing/bulk')]).toEqual([0n, 0n]);
  const { orders, calls } = bank.world.rail;
  expect(orders).toHaveLength(3);
  expect(calls.filter(({ way }) => way === 'submit')).toHaveLength(3);
  await bank.settle();
  expect((await bank.call('listBulkPayments', { query: { inReview: 'true' } })).body.items).toEqual([]);
});

it('a line that a person refuses, or that can no longer be paid once he lets it go, is refused', async () => {
  const { payer, bulkId } = await send(5_000n);
  await waits(bulkId, { settled: 2, in_review: 2 });
  await review(bulkId, 2, 'rejected');
  await review(bulkId, 4, 'approved');
  expect(await ended(bulkId)).toMatchObject({ results: { count: { settled: 2, returned: 0, rejected: 2 } } });
  await bank.settle();
  expect(await reasons(bulkId)).toEqual([undefined, 'review_rejected', undefined, 'insufficient_funds']);
  expect(await bank.posted(payer.accountId)).toBe(5_000n - 4_000n - 40n);
});

it('lines that are paid all or none wait together, and once all are let go they are debited as one journal', async () => {
  const { payer, payee, bulkId } = await send(100_000n, 'all_or_none');
  await waits(bulkId, { checked: 2, in_review: 2 });
  expect(await reasons(bulkId)).toEqual([undefined, 'velocity', undefined, 'velocity']);
  const found = await bank.call('listBulkPayments', { query: { inReview: 'true' } });
  expect(found.body.items?.map((one) => one['bulkId'])).toEqual([bulkId]);
  expect((await review(bulkId, 2, 'approved')).status).toBe(200);
  await bank.takeOver();
  await waits(bulkId, { checked: 2, approved: 1, in_review: 1 });
  expect(await bank.posted(payer.accountId)).toBe(100_000n);
  expect(bank.world.rail.orders.some(({ endToEndId }) => endToEndId === `F${files - 1}E1`)).toBe(false);

  expect((await review(bulkId, 4, 'approved')).status).toBe(200);
  expect(await ended(bulkId)).toMatchObject({
    status: 'completed',
    results: { count: { settled: 4, returned: 0, rejected: 0 } },
  });
  const { rows } = await bank.adminPool.query(
    'select count(*)::int as n from events where tenant_id = $1 and type = \'JournalPosted\' and envelope like \'%"kind":"bulk-payment"%\' and envelope like $2',
    [tenantId, `%${bulkId}%`],
  );
  expect(rows).toEqual([{ n: 1 }]);
  expect(await get(bulkId)).toMatchObject({ status: 'ended', progress: { settled: 4 } });
  expect(await bank.posted(payer.accountId)).toBe(100_000n - 10_000n - 60n);
  expect(await bank.posted(payee.accountId)).toBe(4_000n);
  expect([await bank.posted('main:clearing/sepa'), await bank.posted('main:clearing/bulk')]).toEqual([0n, 0n]);
});

it('a line that a person refuses refuses a file that is paid all or none, whatever was let go', async () => {
  const { payer, bulkId } = await send(100_000n, 'all_or_none');
  await waits(bulkId, { checked: 2, in_review: 2 });
  await review(bulkId, 4, 'approved');
  await review(bulkId, 2, 'rejected');
  expect(await ended(bulkId)).toMatchObject({ status: 'undone', failure: { code: 'bulk_line_refused' } });
  expect(await get(bulkId)).toMatchObject({ status: 'rejected', reason: 'bulk_line_refused' });
  expect(await reasons(bulkId)).toContain('review_rejected');
  expect(await bank.posted(payer.accountId)).toBe(100_000n);
});

it('a line that a bank still has is asked about, not sent again, when another of its batch is let go', async () => {
  bank.world.rail.script(`F${files}E1`, { kind: 'accept' });
  const { bulkId } = await send();
  await waits(bulkId, { settled: 1, submitted: 1, in_review: 2 });
  await review(bulkId, 2, 'approved');
  await waits(bulkId, { settled: 2, submitted: 1, in_review: 1 });
  const held = bank.world.rail.orders.find(({ endToEndId }) => endToEndId === `F${files - 1}E1`);
  const ways = bank.world.rail.calls.filter(({ key }) => key === held?.key).map(({ way }) => way);
  expect(ways.filter((way) => way === 'submit')).toHaveLength(1);
  expect(ways.at(-1)).toBe('find');
  bank.world.rail.settle(`F${files - 1}E1`);
  await review(bulkId, 4, 'rejected');
  expect(await ended(bulkId)).toMatchObject({ results: { count: { settled: 3, returned: 0, rejected: 1 } } });
});

it('the worker that takes over goes on with what was let go', async () => {
  const { bulkId } = await send();
  await waits(bulkId, { settled: 2, in_review: 2 });
  await bank.takeOver();
  await review(bulkId, 4, 'approved');
  await waits(bulkId, { settled: 3, in_review: 1 });
  await review(bulkId, 2, 'rejected');
  expect(await ended(bulkId)).toMatchObject({ status: 'completed' });
});
