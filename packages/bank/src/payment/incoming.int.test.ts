import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PaymentBank, startPaymentBank } from './fixtures/payment-bank.ts';
import { returnPaymentId } from './work-item/commands.ts';

let bank: PaymentBank;
let made = 0;
beforeAll(async () => {
  bank = await startPaymentBank();
});
afterAll(() => bank.close());

const eur = (amount: string) => ({ amount, asset: 'EUR' });
const sender = 'FR1420041010050500013M02606';

/** An entry of 15.00 that the bank `ing` tells of. */
const entry = (more: object = {}) => ({
  bank: 'ing',
  entryReference: `ENTRY-${++made}`,
  amount: eur('15.00'),
  debtor: { name: 'Dora Sender', iban: sender },
  remittance: 'For the goat',
  endToEndId: `THEIRS-${made}`,
  ...more,
});
const receive = (body: object) => bank.call('receivePayment', { body });
const post = (operationId: string, workItemId: unknown, body: object, id = 'key-1') =>
  bank.call(operationId, { params: { workItemId: String(workItemId) }, body, as: { id } });
const suspense = async (): Promise<bigint> => {
  const leaves = ['unidentified', 'blocked', 'amount-mismatch', 'review'];
  const held = await Promise.all(leaves.map((leaf) => bank.posted(`main:suspense/${leaf}`)));
  return held.reduce((sum, one) => sum + one, 0n);
};

// After every test: what lies in suspense is what somebody has to look at, to the cent.
const openItems = async (): Promise<bigint> => {
  await bank.settle();
  const { body } = await bank.call('listWorkItems', { query: { limit: '200' } });
  const totals = body['totals'] as readonly { readonly amount: { readonly amount: string }; readonly age: string }[];
  return totals.reduce((sum, { amount }) => sum + BigInt(amount.amount.replace('.', '')), 0n);
};

describe('money that arrives', () => {
  it('is credited to the account its number names, and told again it is the same', async () => {
    const { accountId, iban } = await bank.customer(0n);
    const body = entry({ creditorIban: iban });
    const first = await receive(body);
    expect(first).toMatchObject({
      status: 201,
      body: { status: 'credited', creditedTo: accountId, debtor: { name: 'Dora Sender' }, amount: eur('15.00') },
    });
    expect(await receive(body)).toMatchObject({ status: 200, body: { incomingId: first.body['incomingId'] } });
    expect(await bank.posted(accountId)).toBe(1_500n);
    expect(await receive({ ...body, amount: eur('15.01') })).toMatchObject({
      status: 409,
      body: { code: 'incoming_payment_exists_with_different_content' },
    });
  });

  it('is only announced while it is on its way, and booked when it is there', async () => {
    const { accountId, iban } = await bank.customer(0n);
    const body = entry({ creditorIban: iban });
    expect(await receive({ ...body, isBooked: false })).toMatchObject({ status: 201, body: { status: 'announced' } });
    expect(await bank.posted(accountId)).toBe(0n);
    expect(await receive(body)).toMatchObject({ body: { status: 'credited' } });
    expect(await bank.posted(accountId)).toBe(1_500n);
  });

  it.each<[string, object, string, string]>([
    ['for nobody', {}, 'unidentified', 'unidentified'],
    ['for a number nobody has', { creditorIban: 'DE89370400440532013000' }, 'unidentified', 'unidentified'],
    ['of another amount than was asked for', { expected: eur('15.01') }, 'amount_mismatch', 'amount-mismatch'],
  ])('%s is booked to suspense with a work item', async (_, more, reason, leaf) => {
    const { iban } = await bank.customer(0n);
    const body = entry('expected' in more ? { ...more, creditorIban: iban } : more);
    const before = await bank.posted(`main:suspense/${leaf}`);
    const answer = await receive(body);
    expect(answer).toMatchObject({ status: 201, body: { status: 'suspended', reason } });
    expect(await bank.posted(`main:suspense/${leaf}`)).toBe(before + 1_500n);
    const item = await bank.call('getWorkItem', { params: { workItemId: String(answer.body['workItemId']) } });
    expect(item.body).toMatchObject({
      status: 'open',
      kind: reason,
      subject: `incoming:${String(answer.body['incomingId'])}`,
    });
    expect(await openItems()).toBe(await suspense());
  });

  it('for a blocked account is booked to suspense', async () => {
    const { accountId, iban } = await bank.customer(0n);
    const block = { accountId, blockId: bank.services.newId(), kind: 'credit', reason: 'sanctions' } as const;
    await bank.run(bank.modules.ledger.handlers.placeBlock, block);
    expect(await receive(entry({ creditorIban: iban }))).toMatchObject({
      body: { status: 'suspended', reason: 'account_takes_no_credits' },
    });
    expect(await openItems()).toBe(await suspense());
  });

  it('that a check wants seen waits in suspense for another person than who recorded it', async () => {
    bank.world.verdicts.set(4_444n, { kind: 'review', reason: 'unusual_amount' });
    const { accountId, iban, partyId } = await bank.customer(0n);
    const answer = await receive(entry({ creditorIban: iban, amount: eur('44.44') }));
    expect(answer).toMatchObject({ status: 201, body: { status: 'in_review', reason: 'unusual_amount' } });
    const params = { incomingId: String(answer.body['incomingId']) };
    const review = (decision: string, id: string) =>
      bank.call('reviewIncomingPayment', { params, body: { decision }, as: { id } });
    // Until the customer has it, it is the bank's own affair.
    expect((await bank.call('getIncomingPayment', { params, as: { actingFor: partyId } })).status).toBe(404);
    expect(await review('approved', 'key-1')).toMatchObject({ status: 409, body: { code: 'reviewer_is_recorder' } });
    const bypass = await post('resolveWorkItem', answer.body['workItemId'], { resolution: 'applied', accountId });
    expect(bypass).toMatchObject({ status: 422, body: { code: 'resolution_not_for_kind' } });
    expect(await review('approved', 'key-2')).toMatchObject({ status: 200, body: { status: 'credited' } });
    expect(await review('approved', 'key-2')).toMatchObject({ status: 200, body: { status: 'credited' } });
    for (const [decision, id] of [
      ['approved', 'key-3'],
      ['rejected', 'key-2'],
    ] as const)
      expect(await review(decision, id)).toMatchObject({
        status: 409,
        body: { code: 'incoming_payment_not_in_review' },
      });
    expect(await bank.posted(accountId)).toBe(4_444n);
    expect((await bank.call('getIncomingPayment', { params, as: { actingFor: partyId } })).body).toMatchObject({
      status: 'credited',
    });
    expect(await openItems()).toBe(await suspense());
  });

  it('rejected in review stays in suspense, and refused by a check goes there', async () => {
    bank.world.verdicts.set(4_545n, { kind: 'review', reason: 'unusual_amount' });
    bank.world.verdicts.set(4_646n, { kind: 'refuse', reason: 'sanctions' });
    const { iban } = await bank.customer(0n);
    const seen = await receive(entry({ creditorIban: iban, amount: eur('45.45') }));
    const params = { incomingId: String(seen.body['incomingId']) };
    const rejected = await bank.call('reviewIncomingPayment', {
      params,
      body: { decision: 'rejected' },
      as: { id: 'key-2' },
    });
    expect(rejected).toMatchObject({ status: 200, body: { status: 'suspended', reason: 'review_rejected' } });
    expect(await receive(entry({ creditorIban: iban, amount: eur('46.46') }))).toMatchObject({
      body: { status: 'suspended', reason: 'sanctions' },
    });
    expect(await openItems()).toBe(await suspense());
  });

  it.each<[string, object, string]>([
    ['a bank with another name', { bank: 'ING Bank' }, '/body/bank'],
    ['an IBAN with wrong check digits', { creditorIban: 'DE88370400440532013000' }, '/body/creditorIban'],
    ['no amount', { amount: eur('0.00') }, '/body/amount/amount'],
    ['an amount finer than cents', { amount: eur('0.001') }, '/body/amount/amount'],
  ])('told with %s is a problem with its field, and nothing is booked', async (_, more, field) => {
    const before = await bank.posted('main:nostro/ing');
    const answer = await receive(entry(more));
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect((answer.body['errors'] as readonly { readonly field: string }[])[0]?.field).toBe(field);
    expect(await bank.posted('main:nostro/ing')).toBe(before);
  });
});

describe('a work item', () => {
  const suspended = async (more: object = {}) => {
    const { body } = await receive(entry(more));
    return { workItemId: String(body['workItemId']), incomingId: String(body['incomingId']) };
  };

  it('is applied to the account somebody found, once', async () => {
    const { accountId } = await bank.customer(0n);
    const { workItemId, incomingId } = await suspended();
    const apply = () => post('resolveWorkItem', workItemId, { resolution: 'applied', accountId });
    expect(await apply()).toMatchObject({
      status: 200,
      body: { status: 'resolved', resolution: 'applied', accountId },
    });
    expect(await apply()).toMatchObject({ status: 200, body: { status: 'resolved' } });
    expect(await bank.posted(accountId)).toBe(1_500n);
    const again = await post('resolveWorkItem', workItemId, { resolution: 'returned' });
    expect(again).toMatchObject({ status: 409, body: { code: 'work_item_already_resolved' } });
    expect((await bank.call('getIncomingPayment', { params: { incomingId } })).body).toMatchObject({
      status: 'credited',
    });
    expect(await openItems()).toBe(await suspense());
  });

  it('goes back to its sender as a payment, and suspense is empty of it from that commit on', async () => {
    const { workItemId, incomingId } = await suspended();
    const before = await suspense();
    const answer = await post('resolveWorkItem', workItemId, { resolution: 'returned', reason: 'AC01' });
    expect(answer).toMatchObject({ status: 200, body: { resolution: 'returned' } });
    expect(await suspense()).toBe(before - 1_500n);
    const paymentId = returnPaymentId(workItemId);
    expect(await bank.ended(paymentId)).toMatchObject({ status: 'completed' });
    expect(bank.world.rail.orders.find(({ key }) => key === paymentId)).toMatchObject({
      amountMinor: 1_500n,
      creditor: { name: 'Dora Sender', iban: sender },
    });
    expect((await bank.call('getIncomingPayment', { params: { incomingId } })).body).toMatchObject({
      status: 'returned',
      returnedBy: paymentId,
    });
    expect((await bank.call('getPayment', { params: { paymentId } })).body).toMatchObject({
      status: 'settled',
      returnOf: incomingId,
    });
    expect(await bank.posted('main:clearing/sepa')).toBe(0n);
    expect(await openItems()).toBe(await suspense());
  });

  it('whose return the bank declines lies in suspense again, with an item of its own', async () => {
    const { workItemId } = await suspended({ endToEndId: 'DECLINED-RETURN' });
    const paymentId = returnPaymentId(workItemId);
    const { referenceOf } = await import('@finaegis/kernel/reference');
    bank.world.rail.script(referenceOf('P', paymentId), { kind: 'decline', code: 'AC04' });
    const before = await suspense();
    await post('resolveWorkItem', workItemId, { resolution: 'returned' });
    expect(await bank.ended(paymentId)).toMatchObject({ status: 'undone' });
    expect(await suspense()).toBe(before);
    expect(await openItems()).toBe(await suspense());
    const { body } = await bank.call('listWorkItems', { query: { limit: '200' } });
    expect(body.items?.map(({ subject }) => subject)).toContain(`outgoing:${paymentId}`);
  });

  it('whose sender nobody told of cannot be sent back', async () => {
    const { workItemId } = await suspended({ debtor: {} });
    const answer = await post('resolveWorkItem', workItemId, { resolution: 'returned' });
    expect(answer).toMatchObject({ status: 422, body: { code: 'sender_unknown' } });
  });

  it('is written off by another person than its owner only', async () => {
    const { workItemId } = await suspended();
    const writeOff = (id: string) =>
      post('resolveWorkItem', workItemId, { resolution: 'written_off', reason: 'unclaimed' }, id);
    expect(await writeOff('key-2')).toMatchObject({ status: 409, body: { code: 'work_item_has_no_owner' } });
    expect(await post('assignWorkItem', workItemId, { owner: 'key-1' })).toMatchObject({
      status: 200,
      body: { owner: 'key-1' },
    });
    expect(await writeOff('key-1')).toMatchObject({ status: 409, body: { code: 'owner_may_not_write_off' } });
    expect(await writeOff('key-2')).toMatchObject({
      status: 200,
      body: { resolution: 'written_off', resolvedBy: 'key-2', resolutionReason: 'unclaimed' },
    });
    expect(await bank.posted('main:income/unclaimed')).toBe(1_500n);
    expect(await openItems()).toBe(await suspense());
  });

  it('is not explained away, applied to nobody, or worked on by a customer', async () => {
    const { workItemId } = await suspended();
    const nobody = '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12';
    const { partyId } = await bank.customer(0n);
    expect(await post('resolveWorkItem', workItemId, { resolution: 'explained' })).toMatchObject({
      body: { code: 'resolution_not_for_kind' },
    });
    expect(await post('resolveWorkItem', workItemId, { resolution: 'applied', accountId: nobody })).toMatchObject({
      body: { code: 'account_unknown' },
    });
    expect(await post('resolveWorkItem', workItemId, { resolution: 'applied' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: '/body/accountId' }] },
    });
    expect((await bank.call('listWorkItems', { as: { actingFor: partyId } })).body).toMatchObject({
      code: 'staff_only',
    });
    expect((await bank.call('getWorkItem', { params: { workItemId: nobody } })).status).toBe(404);
  });

  it('is explained by proposals: what has its reference, and what has its amount', async () => {
    const { accountId, iban } = await bank.customer(10_000n);
    const body = {
      debtorAccountId: accountId,
      amount: eur('15.00'),
      creditor: { name: 'B', iban: sender },
      endToEndId: 'OURS-1',
    };
    const paid = await bank.call('createPayment', { body });
    await receive(entry({ creditorIban: iban, entryReference: 'SAME-AMOUNT' }));
    const { workItemId } = await suspended({ endToEndId: 'OURS-1' });
    await bank.settle();
    const { body: found } = await bank.call('proposeForWorkItem', { params: { workItemId } });
    expect(found.items?.[0]).toMatchObject({
      direction: 'outgoing',
      paymentId: paid.body['paymentId'],
      because: ['end_to_end_id', 'amount'],
    });
    expect(found.items?.slice(1).every(({ because }) => JSON.stringify(because) === '["amount"]')).toBe(true);
  });

  it('ages, and the queues are totalled by age', async () => {
    await suspended({ endToEndId: 'OLD-1' });
    await bank.settle();
    await bank.adminPool.query(
      "update payment_work_items_v2 set opened_at = now() - interval '7 days' where work_item_id = (select work_item_id from payment_work_items_v2 order by seq desc limit 1)",
    );
    const { body } = await bank.call('listWorkItems', { query: { age: '6-30' } });
    expect(body.items).toHaveLength(1);
    expect(body['totals']).toMatchObject([{ kind: 'unidentified', age: '6-30', count: 1, amount: eur('15.00') }]);
  });
});

describe('a deposit that an account cannot take', () => {
  it('is a work item too, and is applied to whoever it belongs to', async () => {
    const before = await suspense();
    const depositId = bank.services.newId();
    const accountId = bank.services.newId();
    const { recordDeposit } = bank.modules.account.handlers;
    const data = { depositId, accountId, asset: 'EUR', amountMinor: 4_200n, endToEndId: 'CASH-1' };
    const told = await bank.run(recordDeposit, data);
    expect(told).toMatchObject({ status: 'suspended', reason: 'account_unknown' });
    await bank.run(recordDeposit, data);
    expect(await suspense()).toBe(before + 4_200n);
    expect(await openItems()).toBe(await suspense());
    const { body } = await bank.call('listWorkItems', { query: { kind: 'unidentified' } });
    const its = body.items?.filter(({ subject }) => subject === `deposit:${depositId}`) ?? [];
    expect(its).toMatchObject([
      {
        reason: 'account_unknown',
        account: 'main:suspense/unidentified',
        amount: eur('42.00'),
        links: [`journal:${depositId}`, `account:${accountId}`],
        reference: 'CASH-1',
        age: '0-1',
      },
    ]);
    const owner = await bank.customer(0n);
    const applied = await post('resolveWorkItem', its[0]?.['workItemId'], {
      resolution: 'applied',
      accountId: owner.accountId,
    });
    expect(applied).toMatchObject({ status: 200, body: { status: 'resolved' } });
    expect(await bank.posted(owner.accountId)).toBe(4_200n);
    expect(await openItems()).toBe(await suspense());
  });
});

it('in the end suspense is what the open items say, to the cent', async () => {
  expect(await openItems()).toBe(await suspense());
});
