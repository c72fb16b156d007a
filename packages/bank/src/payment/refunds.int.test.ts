import { tenantId } from '@finaegis/testing/context';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { disputeDeadlineSagaId } from './dispute/commands.ts';
import { disputeIdOf } from './dispute/dispute.ts';
import { type StripeBank, startStripeBank } from './fixtures/stripe-bank.ts';
import { cardPayoutIdOf } from './payout/payout.ts';

let bank: StripeBank;
beforeAll(async () => {
  bank = await startStripeBank();
});
afterAll(() => bank.close());

const eur = (amount: string) => ({ amount, asset: 'EUR' });
const ask = (paymentId: unknown, amount: string, more: object = {}, id = 'key-1') =>
  bank.call('requestRefund', {
    body: { paymentId, amount: eur(amount), reason: 'requested_by_customer', ...more },
    as: { id },
  });
const refunded = async (paymentId: unknown, amount: string, more: object = {}) => {
  const { body } = await ask(paymentId, amount, more);
  return (await bank.refundEnded(String(body['refundId']))).body;
};
const paid = async (amount = '100.00', paymentMethod = 'pm_card_visa') => {
  const { accountId, iban, partyId } = await bank.customer(0n);
  const { body } = await bank.deposit(accountId, amount, paymentMethod);
  return { accountId, iban, partyId, depositId: String(body['depositId']) };
};
const review = (refundId: unknown, decision: string, id: string) =>
  bank.call('reviewRefund', { params: { refundId: String(refundId) }, body: { decision }, as: { id } });
const left = async (depositId: string) => (await bank.get('getCardDeposit', { depositId })).body['refundable'];
const spend = async (debtorAccountId: string, amount: string) => {
  const { iban } = await bank.customer(0n);
  const body = { debtorAccountId, amount: eur(amount), creditor: { name: 'Anna Payer', iban } };
  expect((await bank.call('createPayment', { body })).status).toBe(201);
};

// After every test: nothing is in flight, and what Stripe owes us is what we say it owes us, to the cent.
const expectAgreement = async (): Promise<void> => {
  await bank.messagesDone();
  expect(await bank.posted('main:clearing/refunds')).toBe(0n);
  expect(await bank.posted('main:psp/stripe')).toBe(await bank.stripeBalance());
};
afterEach(expectAgreement);

describe('a refund', () => {
  it('goes back to the card: LEDGER line 20, with the bounce afterwards', async () => {
    const { accountId, depositId } = await paid();
    const psp = await bank.posted('main:psp/stripe');
    const done = await refunded(depositId, '40.00');
    expect(done).toMatchObject({ status: 'completed', way: 'card', approvedBy: 'policy' });
    expect([await bank.posted(accountId), await bank.posted('main:psp/stripe')]).toEqual([6_000n, psp - 4_000n]);
    expect(await left(depositId)).toEqual(eur('60.00'));
    bank.double.control.failRefund(String(done['providerReference']), 'lost_or_stolen_card');
    await bank.messagesDone();
    expect((await bank.get('getRefund', { refundId: String(done['refundId']) })).body).toMatchObject({
      status: 'returned',
      failure: 'lost_or_stolen_card',
    });
    expect([await bank.posted(accountId), await bank.posted('main:psp/stripe')]).toEqual([10_000n, psp]);
    expect(await left(depositId)).toEqual(eur('100.00'));
  });

  it('asked for twice is one refund, and with other content another is refused', async () => {
    const { depositId } = await paid();
    const refundId = bank.services.newId();
    const answers = await Promise.all([1, 2, 3].map(() => ask(depositId, '40.00', { refundId })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 201]);
    await bank.refundEnded(refundId);
    expect(bank.made('refund.created', { refundId })).toBe(1);
    expect(await ask(depositId, '40.01', { refundId })).toMatchObject({
      status: 409,
      body: { code: 'refund_exists_with_different_content' },
    });
  });

  it('never exceeds what remains, however many are asked for at once', async () => {
    const { accountId, depositId } = await paid();
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(depositId, '30.00')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    for (const { status, body } of answers)
      if (status !== 201)
        expect([status, body['code'], body['remaining']]).toEqual([422, 'refund_exceeds_remainder', eur('10.00')]);
    for (const { status, body } of answers) if (status === 201) await bank.refundEnded(String(body['refundId']));
    expect(await bank.posted(accountId)).toBe(1_000n);
    expect(await left(depositId)).toEqual(eur('10.00'));
  });

  it.each<[string, object]>([
    ['the answer is lost', { with: 'lost answer', times: 2 }],
    ['the connection is cut before any work', { with: 'reset', times: 2 }],
    ['Stripe fails', { with: '500', times: 3 }],
    ['half of the answer comes', { with: 'half', times: 2 }],
  ])('is made once though %s', async (_, fault) => {
    const { accountId, depositId } = await paid();
    bank.double.control.fail({ method: 'POST', path: '/v1/refunds', ...fault } as never);
    const done = await refunded(depositId, '25.00');
    expect(done).toMatchObject({ status: 'completed' });
    expect(bank.made('refund.created', { refundId: String(done['refundId']) })).toBe(1);
    expect(await bank.posted(accountId)).toBe(7_500n);
  });

  it('that is large waits for another person than who asked for it', async () => {
    const { accountId, depositId } = await paid('500.00');
    const { body } = await ask(depositId, '400.00');
    const { refundId } = body;
    expect(body).toMatchObject({ status: 'requested' });
    expect(await bank.posted(accountId)).toBe(50_000n);
    expect((await review(refundId, 'approved', 'key-1')).body).toMatchObject({ code: 'approver_is_requester' });
    expect((await review(refundId, 'approved', 'key-2')).body).toMatchObject({
      status: 'approved',
      approvedBy: 'key-2',
    });
    expect((await bank.refundEnded(String(refundId))).body).toMatchObject({ status: 'completed' });
    expect((await review(refundId, 'approved', 'key-2')).body).toMatchObject({ status: 'completed' });
    for (const [decision, by] of [
      ['rejected', 'key-2'],
      ['approved', 'key-3'],
    ] as const)
      expect((await review(refundId, decision, by)).body).toMatchObject({ code: 'refund_not_awaiting_approval' });
    expect(await bank.call('cancelRefund', { params: { refundId: String(refundId) } })).toMatchObject({
      status: 409,
      body: { code: 'refund_not_cancellable' },
    });
    // Our own error goes back whatever it is.
    const { depositId: ours } = await paid('500.00');
    expect(await refunded(ours, '400.00', { reason: 'duplicate_payment' })).toMatchObject({ status: 'completed' });
  });

  it('that is rejected or cancelled takes nothing, and the payment has its remainder back', async () => {
    const { accountId, depositId } = await paid('500.00');
    const rejected = (await ask(depositId, '400.00')).body['refundId'];
    expect((await ask(depositId, '200.00')).body).toMatchObject({ code: 'refund_exceeds_remainder' });
    await review(rejected, 'rejected', 'key-2');
    const cancelled = String((await ask(depositId, '400.00')).body['refundId']);
    expect((await bank.call('cancelRefund', { params: { refundId: cancelled } })).body).toMatchObject({
      status: 'cancelled',
    });
    expect((await bank.refundEnded(String(rejected))).body).toMatchObject({ status: 'rejected' });
    expect((await bank.refundEnded(cancelled)).body).toMatchObject({ status: 'cancelled' });
    expect(await left(depositId)).toEqual(eur('500.00'));
    expect(await bank.posted(accountId)).toBe(50_000n);
  });

  it('waits until its day', async () => {
    const { accountId, depositId } = await paid();
    const notBefore = new Date(Date.now() + 400).toISOString();
    const { body } = await ask(depositId, '40.00', { notBefore });
    expect(body).toMatchObject({ status: 'approved', notBefore });
    expect(await bank.posted(accountId)).toBe(10_000n);
    expect((await bank.refundEnded(String(body['refundId']))).body).toMatchObject({ status: 'completed' });
    expect(new Date().toISOString() >= notBefore).toBe(true);
  });

  it('of a slow bank is completed by its message, or fails by it and gives everything back', async () => {
    const { accountId, depositId } = await paid('100.00', 'pm_card_pendingRefund');
    const [going, failing] = await Promise.all([ask(depositId, '10.00'), ask(depositId, '20.00')]);
    const idOf = async ({ body }: typeof going): Promise<string> => {
      for (let look = 0; look < 200; look += 1) {
        const event = bank.double.control
          .events()
          .find(
            ({ type, data }) =>
              type === 'refund.created' &&
              (data.object as { metadata: Record<string, string> }).metadata['refundId'] === body['refundId'],
          );
        if (event !== undefined) return (event.data.object as { id: string }).id;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error('Stripe was asked for no refund.');
    };
    bank.double.control.settleRefund(await idOf(going));
    bank.double.control.failRefund(await idOf(failing), 'expired_or_canceled_card');
    expect((await bank.refundEnded(String(going.body['refundId']))).body).toMatchObject({ status: 'completed' });
    expect((await bank.refundEnded(String(failing.body['refundId']))).body).toMatchObject({
      status: 'failed',
      failure: 'expired_or_canceled_card',
    });
    expect(await bank.posted(accountId)).toBe(9_000n);
    expect(await left(depositId)).toEqual(eur('90.00'));
  });

  it('waits for its approval while the worker that started it is gone', async () => {
    const { accountId, depositId } = await paid('500.00');
    const refundId = String((await ask(depositId, '400.00')).body['refundId']);
    await bank.takeOver();
    expect((await bank.get('getRefund', { refundId })).body).toMatchObject({ status: 'requested' });
    await review(refundId, 'approved', 'key-2');
    expect((await bank.refundEnded(refundId)).body).toMatchObject({ status: 'completed' });
    expect(await bank.posted(accountId)).toBe(10_000n);
  });

  it('to a card that refuses it fails or comes back, and the account has the money either way', async () => {
    const { accountId, depositId } = await paid('100.00', 'pm_card_refundFail');
    const { refundId } = await refunded(depositId, '10.00');
    await bank.messagesDone();
    const { body } = await bank.get('getRefund', { refundId: String(refundId) });
    expect(['failed', 'returned']).toContain(body['status']);
    expect(await bank.posted(accountId)).toBe(10_000n);
    expect(await left(depositId)).toEqual(eur('100.00'));
  });

  it('of money that is spent fails, and can be asked for again', async () => {
    const { accountId, depositId } = await paid();
    await spend(accountId, '90.00');
    expect(await refunded(depositId, '40.00')).toMatchObject({ status: 'failed', failure: 'insufficient_funds' });
    expect(await left(depositId)).toEqual(eur('100.00'));
  });

  it('of a payment that came by a bank goes back by that bank, and what comes back from there is credited', async () => {
    const { accountId, iban } = await bank.customer(0n);
    const debtor = { name: 'Dora Sender', iban: 'FR1420041010050500013M02606' };
    const entry = { bank: 'ing', entryReference: 'REFUNDED-1', amount: eur('80.00'), debtor, creditorIban: iban };
    const { body } = await bank.call('receivePayment', { body: { ...entry, endToEndId: 'THEIRS-1' } });
    const nostro = await bank.posted('main:nostro/ing');
    const done = await refunded(body['incomingId'], '30.00');
    expect(done).toMatchObject({ status: 'completed', way: 'bank' });
    expect(bank.world.rail.orders).toMatchObject([
      { endToEndId: 'THEIRS-1', creditor: debtor, amountMinor: 3_000n, bank: 'ing' },
    ]);
    expect([await bank.posted(accountId), await bank.posted('main:nostro/ing')]).toEqual([5_000n, nostro - 3_000n]);
    const params = { refundId: String(done['refundId']) };
    const came = () => bank.call('returnRefund', { params, body: { reason: 'AC04' } });
    expect((await came()).body).toMatchObject({ status: 'returned', failure: 'AC04' });
    expect((await came()).status).toBe(200);
    expect([await bank.posted(accountId), await bank.posted('main:nostro/ing')]).toEqual([8_000n, nostro]);
  });

  it.each<[string, number, string, object]>([
    ['of a payment nobody knows', 422, 'payment_not_refundable', { paymentId: '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12' }],
    ['in another asset', 422, 'refund_asset_differs', { amount: { amount: '1.00', asset: 'USD' } }],
    ['for a reason that is none', 400, 'validation_failed', { reason: 'because' }],
    ['above what was paid', 422, 'refund_exceeds_remainder', { amount: eur('100.01') }],
  ])('%s is refused, and nothing is written', async (_, status, code, more) => {
    const { depositId } = await paid();
    const answer = await ask(depositId, '1.00', more);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(await left(depositId)).toEqual(eur('100.00'));
  });

  it('is asked for by the holder of the account, who does not speak of the bank’s errors', async () => {
    const [{ depositId, partyId }, stranger] = [await paid(), await bank.customer(0n)];
    const as = (actingFor: string, reason = 'other') =>
      bank.call('requestRefund', { body: { paymentId: depositId, amount: eur('1.00'), reason }, as: { actingFor } });
    expect((await as(stranger.partyId)).status).toBe(404);
    expect((await as(partyId, 'system_error')).body).toMatchObject({ code: 'staff_only' });
    const { status, body } = await as(partyId);
    expect(status).toBe(201);
    expect(body).not.toHaveProperty('approvedBy');
    await bank.refundEnded(String(body['refundId']));
  });
});

describe('the policy of an entity', () => {
  const policy = {
    limits: [eur('50.00')],
    withinDays: 10,
    reasons: [],
    fees: [{ asset: 'EUR', fixed: '0.30', basisPoints: 100 }],
    freeReasons: ['system_error'],
  };
  const set = (body: object, more: object = {}) =>
    bank.call('setRefundPolicy', { params: { entity: 'main' }, body, ...more });
  const get = async () => (await bank.get('getRefundPolicy', { entity: 'main' })).body;

  it('decides which refunds wait and what they cost, from when it is set', async () => {
    expect(await get()).toMatchObject({ current: { withinDays: 30, fees: [] }, upcoming: [] });
    const before = await paid('500.00');
    const old = String((await ask(before.depositId, '400.00')).body['refundId']);
    expect(await set(policy)).toMatchObject({ status: 201, body: { current: policy } });
    expect((await set(policy)).status).toBe(200);
    const later = new Date(Date.now() + 86_400_000).toISOString();
    const free = { ...policy, fees: [] };
    expect((await set({ ...free, effectiveFrom: later })).body['upcoming']).toMatchObject([
      { effectiveFrom: later, fees: [] },
    ]);
    const income = await bank.posted('main:income/refund-fee');
    const { accountId, depositId } = await paid();
    expect((await ask(depositId, '50.01')).body).toMatchObject({ status: 'requested', fee: eur('0.81') });
    const done = await refunded(depositId, '40.00');
    // The rate on 90.01 rounded up, less that on the 50.01 which were asked for before.
    expect(done).toMatchObject({ status: 'completed', approvedBy: 'policy', fee: eur('0.70') });
    expect(await bank.posted(accountId)).toBe(10_000n - 4_000n - 70n);
    expect(await bank.posted('main:income/refund-fee')).toBe(income + 70n);
    expect(await refunded(depositId, '1.00', { reason: 'system_error' })).not.toHaveProperty('fee');
    // What was asked for before keeps what it was asked for under.
    await review(old, 'approved', 'key-2');
    expect((await bank.refundEnded(old)).body).not.toHaveProperty('fee');
    await set({ ...free, limits: [eur('100.00')], withinDays: 30, reasons: ['duplicate_payment'] });
  });

  it.each<[string, number, string, object, object]>([
    ['an entity nobody opened', 404, 'entity_unknown', {}, { params: { entity: 'nowhere' } }],
    ['a limit finer than its asset', 400, 'validation_failed', { limits: [eur('1.001')] }, {}],
    ['an asset named twice', 400, 'validation_failed', { limits: [eur('1.00'), eur('2.00')] }, {}],
    ['a customer', 403, 'staff_only', {}, { as: { actingFor: '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12' } }],
  ])('is not set for %s', async (_, status, code, body, more) => {
    const answer = await set({ ...policy, ...body }, more);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });
});

describe('lists', () => {
  const list = async (operationId: string, query: object, as: object = {}) => {
    await bank.settle();
    const { body } = await bank.call(operationId, { query: query as never, as });
    return body;
  };

  it('show deposits and refunds newest first, page by page, and a customer its own', async () => {
    const { accountId, partyId, depositId } = await paid();
    const other = await paid();
    const { body } = await bank.deposit(accountId, '5.00', 'pm_card_chargeDeclined');
    const ids = [];
    for (const amount of ['1.00', '2.00', '3.00']) ids.push((await refunded(depositId, amount))['refundId']);
    await refunded(other.depositId, '4.00');
    const first = await list('listRefunds', { accountId, limit: 2 });
    expect(first.items?.map(({ refundId }) => refundId)).toEqual([ids[2], ids[1]]);
    const next = await list('listRefunds', { accountId, limit: 2, cursor: first['nextCursor'] });
    expect(next.items?.map(({ refundId }) => refundId)).toEqual([ids[0]]);
    expect(next).not.toHaveProperty('nextCursor');
    const own = await list('listRefunds', {}, { actingFor: partyId });
    expect(own.items?.map(({ refundId }) => refundId)).toEqual(ids.toReversed());
    expect(own.items?.[0]).not.toHaveProperty('requestedBy');
    const waiting = async () => (await list('listRefunds', { paymentId: depositId, status: 'requested' })).items;
    expect(await waiting()).toEqual([]);
    const { status, body: asked } = await ask(depositId, '90.00', { reason: 'other', notBefore: undefined }, 'key-3');
    expect(status).toBe(201);
    expect((await list('listRefunds', { paymentId: depositId, reason: 'other' })).items).toMatchObject([
      { refundId: asked['refundId'] },
    ]);
    await bank.refundEnded(String(asked['refundId']));
    const deposits = await list('listCardDeposits', { accountId });
    expect(deposits.items).toMatchObject([
      { depositId: body['depositId'], status: 'failed' },
      { depositId, status: 'credited', received: eur('100.00') },
    ]);
    expect((await list('listCardDeposits', { accountId, status: 'failed' })).items).toHaveLength(1);
    expect((await list('listCardDeposits', { accountId, to: deposits.items?.[1]?.['createdAt'] })).items).toEqual([]);
    expect((await list('listCardDeposits', {}, { actingFor: partyId })).items).toHaveLength(2);
  });

  it('show disputes by when their evidence is due, to staff alone, and payouts', async () => {
    const { accountId, partyId, depositId } = await paid();
    const { id: caseId } = bank.double.control.openDispute(await bank.intentOf(depositId));
    await bank.messagesDone();
    const disputeId = disputeIdOf('stripe', caseId);
    const { dueAt } = (await bank.get('getDispute', { disputeId })).body;
    const of = async (query: object) => (await list('listDisputes', { accountId, ...query })).items;
    expect(await of({ status: 'evidence_due', reason: 'fraudulent' })).toMatchObject([{ disputeId, dueAt }]);
    expect(await of({ dueBefore: dueAt })).toEqual([]);
    expect(await of({ dueBefore: '2100-01-01T00:00:00.000Z' })).toHaveLength(1);
    bank.double.control.decideDispute(caseId, 'lost');
    await bank.messagesDone();
    expect(await of({ status: 'evidence_due' })).toEqual([]);
    expect(await list('listDisputes', {}, { actingFor: partyId })).toMatchObject({ code: 'staff_only' });
    const { id } = bank.double.control.payOut('eur');
    await bank.messagesDone();
    expect((await list('listCardPayouts', { limit: 1 })).items).toMatchObject([
      { payoutReference: id, status: 'booked', unexplained: eur('0.00') },
    ]);
    expect(await list('listCardPayouts', {}, { actingFor: partyId })).toMatchObject({ code: 'staff_only' });
  });
});

describe('a dispute', () => {
  const disputed = async (spent?: string) => {
    const payment = await paid();
    if (spent !== undefined) await spend(payment.accountId, spent);
    const { id: caseId } = bank.double.control.openDispute(await bank.intentOf(payment.depositId));
    await bank.messagesDone();
    return { ...payment, caseId, disputeId: disputeIdOf('stripe', caseId) };
  };
  const read = async (disputeId: string) => (await bank.get('getDispute', { disputeId })).body;
  const clearing = () => bank.posted('main:clearing/disputes');
  const item = async (dispute: { readonly [field: string]: unknown }) =>
    (await bank.get('getWorkItem', { workItemId: String(dispute['workItemId']) })).body;

  it('that is lost is taken from the account, below zero where it must: LEDGER line 21', async () => {
    const [cost, loss] = [await bank.posted('main:cost/dispute'), await bank.posted('main:loss/chargeback')];
    const { accountId, caseId, disputeId, depositId } = await disputed('40.00');
    const opened = await read(disputeId);
    expect(opened).toMatchObject({
      status: 'evidence_due',
      withdrawn: eur('100.00'),
      fee: eur('15.00'),
      held: eur('60.00'),
      reason: 'fraudulent',
    });
    expect(opened).toHaveProperty('dueAt');
    expect([await clearing(), await bank.posted('main:cost/dispute')]).toEqual([-10_000n, cost + 1_500n]);
    expect(await item(opened)).toMatchObject({ status: 'open', kind: 'clearing' });
    // What is disputed is not there to be refunded, nor to be spent.
    expect((await ask(depositId, '0.01')).body).toMatchObject({ code: 'refund_exceeds_remainder' });
    expect(await bank.call('writeOffDispute', { params: { disputeId } })).toMatchObject({
      status: 409,
      body: { code: 'dispute_not_lost' },
    });
    bank.double.control.decideDispute(caseId, 'lost');
    await bank.messagesDone();
    expect(await read(disputeId)).toMatchObject({ status: 'lost' });
    expect([await bank.posted(accountId), await clearing()]).toEqual([-4_000n, 0n]);
    expect(await item(opened)).toMatchObject({ status: 'resolved', resolution: 'explained' });
    const writeOff = (id: string) => bank.call('writeOffDispute', { params: { disputeId }, as: { id } });
    expect((await writeOff('key-2')).body).toMatchObject({ code: 'dispute_write_off_not_proposed' });
    const proposed = await bank.call('proposeDisputeWriteOff', { params: { disputeId }, as: { id: 'key-1' } });
    expect(proposed.body).toMatchObject({ proposedWriteOff: { amount: eur('40.00') } });
    expect(await bank.posted(accountId)).toBe(-4_000n);
    expect(await writeOff('key-1')).toMatchObject({ status: 409, body: { code: 'proposer_may_not_write_off' } });
    expect((await writeOff('key-2')).body).toMatchObject({ writtenOff: eur('40.00') });
    expect((await writeOff('key-2')).status).toBe(200);
    expect([await bank.posted(accountId), await bank.posted('main:loss/chargeback')]).toEqual([0n, loss + 4_000n]);
  });

  it('tells twice of its deadline, by a saga of its own', async () => {
    const { caseId, disputeId } = await disputed();
    const saga = await bank.services.sagas.settled({ tenantId, sagaId: disputeDeadlineSagaId(disputeId) }, 10_000);
    expect(saga?.status).toBe('completed');
    expect(await read(disputeId)).toMatchObject({ status: 'evidence_due', reminders: 2 });
    bank.double.control.decideDispute(caseId, 'lost');
    await bank.messagesDone();
  });

  it('is answered with evidence and won: the amount is back, and the hold is released', async () => {
    const { accountId, disputeId, depositId } = await disputed();
    const evidence = { product_description: 'A chair for Anna Payer', uncategorized_text: 'winning_evidence' };
    const answered = await bank.call('submitDisputeEvidence', { params: { disputeId }, body: { evidence } });
    expect(answered).toMatchObject({ status: 200, body: { answer: 'evidence', hasEvidence: true } });
    for (let look = 0; look < 100 && (await read(disputeId))['status'] !== 'won'; look += 1) await bank.messagesDone();
    expect(await read(disputeId)).toMatchObject({ status: 'won' });
    expect([await bank.posted(accountId), await clearing()]).toEqual([10_000n, 0n]);
    await spend(accountId, '100.00');
    expect(await left(depositId)).toEqual(eur('100.00'));
    // What the evidence says of people lies under its own key, in no event.
    const { rows } = await bank.adminPool.query("select 1 from events where envelope like '%A chair for Anna%'");
    expect(rows).toEqual([]);
    expect(await bank.call('acceptDispute', { params: { disputeId } })).toMatchObject({
      status: 409,
      body: { code: 'dispute_not_answerable' },
    });
    expect((await bank.call('writeOffDispute', { params: { disputeId } })).body).toMatchObject({
      code: 'dispute_not_lost',
    });
  });

  it('is accepted, though the answer of Stripe is lost', async () => {
    const { accountId, disputeId } = await disputed();
    bank.double.control.fail({ with: 'lost answer', times: 2, method: 'POST', path: /\/close$/ });
    expect((await bank.call('acceptDispute', { params: { disputeId } })).status).toBe(200);
    for (let look = 0; look < 100 && (await read(disputeId))['status'] === 'evidence_due'; look += 1)
      await bank.messagesDone();
    expect(await read(disputeId)).toMatchObject({ status: 'accepted' });
    expect([await bank.posted(accountId), await clearing()]).toEqual([0n, 0n]);
    expect(await bank.call('writeOffDispute', { params: { disputeId } })).toMatchObject({
      body: { code: 'dispute_has_no_debt' },
    });
  });

  it('of which the first message comes last, and each twice, is booked once', async () => {
    const { accountId, depositId } = await paid();
    const intentId = await bank.intentOf(depositId);
    bank.double.control.fail({ with: 'withhold webhook', event: 'charge.dispute.created' });
    bank.double.control.fail({ with: 'withhold webhook', event: 'charge.dispute.funds_withdrawn' });
    bank.double.control.fail({ with: 'duplicate webhook', event: 'charge.dispute.closed' });
    const { id: caseId } = bank.double.control.openDispute(intentId);
    bank.double.control.decideDispute(caseId, 'lost');
    await bank.double.control.settled();
    bank.double.control.releaseWebhooks();
    await bank.messagesDone();
    expect(await read(disputeIdOf('stripe', caseId))).toMatchObject({ status: 'lost' });
    expect([await bank.posted(accountId), await clearing()]).toEqual([0n, 0n]);
  });

  it('that comes before the deposit is booked waits for it', async () => {
    const { accountId } = await bank.customer(0n);
    const { body } = await bank.deposit(accountId, '20.00', 'pm_card_createDispute');
    expect(body).toMatchObject({ status: 'credited' });
    await bank.messagesDone();
    expect(await left(String(body['depositId']))).toEqual(eur('0.00'));
  });

  it('is nobody’s but the staff’s, and is there or is not', async () => {
    const { disputeId, partyId } = await disputed();
    const seen = await bank.call('getDispute', { params: { disputeId }, as: { actingFor: partyId } });
    expect(seen.body).toMatchObject({ code: 'staff_only' });
    expect((await bank.get('getDispute', { disputeId: bank.services.newId() })).status).toBe(404);
  });
});

describe('a payout', () => {
  it('empties what Stripe owes us, and every movement of it is explained', async () => {
    const { depositId } = await paid();
    await refunded(depositId, '40.00');
    await bank.messagesDone();
    const { id, amount } = bank.double.control.payOut('eur');
    await bank.messagesDone();
    expect(await bank.posted('main:psp/stripe')).toBe(0n);
    const payoutId = cardPayoutIdOf('stripe', id);
    const { body } = await bank.get('getCardPayout', { payoutId });
    expect(body).toMatchObject({ status: 'booked', unexplained: eur('0.00') });
    const movements = body['movements'] as readonly {
      readonly isExplained: boolean;
      readonly net: { amount: string };
    }[];
    expect(movements.every(({ isExplained }) => isExplained)).toBe(true);
    const sum = movements.reduce((total, { net }) => total + BigInt(net.amount.replace('.', '')), 0n);
    expect(sum).toBe(BigInt(amount));
    bank.double.control.failPayout(id);
    await bank.messagesDone();
    expect(await bank.posted('main:psp/stripe')).toBe(BigInt(amount));
    expect((await bank.get('getCardPayout', { payoutId })).body).toMatchObject({ status: 'returned' });
  });

  it('books what Stripe takes for itself, and says which movements nobody knows', async () => {
    const cost = await bank.posted('main:cost/stripe');
    await paid();
    const taken = (await bank.posted('main:cost/stripe')) - cost;
    bank.double.control.adjustBalance('eur', -200, 'fee');
    bank.double.control.adjustBalance('eur', -300, 'other_adjustment');
    bank.double.control.adjustBalance('eur', 300, 'other_adjustment');
    bank.double.control.adjustBalance('eur', -7, 'other_adjustment');
    bank.double.control.adjustBalance('eur', 7, 'other_adjustment');
    const { id } = bank.double.control.payOut('eur');
    await bank.messagesDone();
    expect((await bank.posted('main:cost/stripe')) - cost - taken).toBe(200n);
    // What is unexplained is the whole of what is left; the day it was told on makes an item of each.
    const { body } = await bank.get('getCardPayout', { payoutId: cardPayoutIdOf('stripe', id) });
    expect(body).toMatchObject({ status: 'booked' });
    const movements = body['movements'] as readonly { readonly isExplained: boolean; readonly kind: string }[];
    const unknown = movements.filter(({ isExplained }) => !isExplained).map(({ kind }) => kind);
    expect(unknown).toEqual(['other', 'other', 'other', 'other']);
    // The payout that came back a moment ago is one of those that are explained.
    expect(movements.map(({ kind }) => kind)).toContain('payout_failure');
  });

  it('that the bank has before Stripe tells of it is booked with what it consists of, and told of later is the same', async () => {
    await paid();
    await bank.messagesDone();
    bank.double.control.fail({ with: 'withhold webhook', event: 'payout.paid' });
    const { id, amount } = bank.double.control.payOut('eur');
    const [nostro, suspense] = [await bank.posted('main:nostro/ing'), await bank.posted('main:suspense/unidentified')];
    const take = (entryReference: string, amountMinor: bigint, remittance: string) =>
      bank.modules.payment.takeEntry(
        tenantId,
        {
          bank: 'ing',
          entity: 'main',
          entryReference,
          asset: 'EUR',
          side: 'CRDT',
          amountMinor,
          bookingDate: '2025-01-30',
          isReturn: false,
          remittance,
          isBookedElsewhere: false,
        },
        'statement',
      );
    expect(await take('PAYOUT-1', BigInt(amount), `STRIPE PAYOUT ${id}`)).toBe('booked_elsewhere');
    expect(await bank.posted('main:psp/stripe')).toBe(0n);
    expect(await bank.posted('main:nostro/ing')).toBe(nostro + BigInt(amount));
    const { body } = await bank.get('getCardPayout', { payoutId: cardPayoutIdOf('stripe', id) });
    expect(body).toMatchObject({ status: 'booked', unexplained: eur('0.00') });
    // Who only names a payout, or one that nobody made, sent other money.
    expect(await take('PAYOUT-2', 111n, id)).toBe('incoming');
    expect(await take('PAYOUT-3', 222n, 'po_nobody')).toBe('incoming');
    expect(await bank.posted('main:suspense/unidentified')).toBe(suspense + 333n);

    bank.double.control.releaseWebhooks();
    await bank.messagesDone();
    expect(await take('PAYOUT-1', BigInt(amount), `STRIPE PAYOUT ${id}`)).toBe('booked_elsewhere');
    expect(await bank.posted('main:nostro/ing')).toBe(nostro + BigInt(amount) + 333n);
  });
});
