import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RailBehaviour } from './adapters/memory-rail.ts';
import { type PaymentBank, startPaymentBank } from './fixtures/payment-bank.ts';
import { outgoingSagaId } from './outgoing/commands.ts';

let bank: PaymentBank;
let made = 0;
beforeAll(async () => {
  bank = await startPaymentBank();
});
afterAll(() => bank.close());

const abroad = 'FR1420041010050500013M02606';
const eur = (amount: string) => ({ amount, asset: 'EUR' });

/** A payment of 20.00 with a fee of 0.20, from a customer who has 100.00. */
const pay = async ({
  behaviours = [],
  ...more
}: {
  readonly behaviours?: readonly RailBehaviour[];
  readonly [field: string]: unknown;
} = {}) => {
  const { accountId } = await bank.customer(10_000n);
  const [paymentId, endToEndId] = [bank.services.newId(), `E2E-${++made}`];
  if (behaviours.length > 0) bank.world.rail.script(endToEndId, ...behaviours);
  const body = {
    paymentId,
    debtorAccountId: accountId,
    amount: eur('20.00'),
    creditor: { name: 'Bert Payee', iban: abroad, address: { town: 'Paris', country: 'FR' } },
    remittance: 'Invoice 7',
    endToEndId,
    ...more,
  };
  const answer = await bank.call('createPayment', { body });
  return { accountId, paymentId, endToEndId, body, answer };
};
const get = async (paymentId: string) => (await bank.call('getPayment', { params: { paymentId } })).body;
const isAtBank = (paymentId: string): boolean => bank.world.rail.orders.some(({ key }) => key === paymentId);
const clearing = () => bank.posted('main:clearing/sepa');

describe('a payment to another bank', () => {
  it('is funded, submitted and settled, and clearing drains to zero (LEDGER 24)', async () => {
    const { paymentId, accountId, answer } = await pay();
    expect(answer).toMatchObject({
      status: 201,
      body: { status: 'created', fee: eur('0.20'), rail: 'sepa', bank: 'ing' },
    });
    expect(await bank.ended(paymentId)).toMatchObject({ status: 'completed' });
    expect(await get(paymentId)).toMatchObject({
      status: 'settled',
      creditor: { name: 'Bert Payee', iban: abroad },
      remittance: 'Invoice 7',
    });
    expect(await bank.posted(accountId)).toBe(7_980n);
    expect(await clearing()).toBe(0n);
    expect(bank.world.rail.orders.at(-1)).toMatchObject({
      amountMinor: 2_000n,
      decimals: 2,
      debtor: { name: 'Anna Payer' },
      creditor: { name: 'Bert Payee', address: { town: 'Paris', country: 'FR' } },
    });
  });

  // Every fault the rail knows: what the bank ends with, how the payment ends, what the customer has, how often the bank was called.
  it.each<[string, readonly RailBehaviour[], string, bigint, readonly string[]]>([
    ['declined', [{ kind: 'decline', code: 'AC04' }], 'rejected', 10_000n, ['submit']],
    ['lost on the way back', [{ kind: 'time_out', hasArrived: true }], 'settled', 7_980n, ['submit', 'find']],
    [
      'lost on the way there',
      [{ kind: 'time_out', hasArrived: false }, { kind: 'settle' }],
      'settled',
      7_980n,
      ['submit', 'find', 'submit'],
    ],
    [
      'lost, and accepted for later',
      [{ kind: 'time_out', hasArrived: true, outcome: 'accepted' }],
      'settled',
      7_980n,
      ['submit', 'find'],
    ],
    ['not sent at first', [{ kind: 'unreachable' }, { kind: 'settle' }], 'settled', 7_980n, ['submit', 'submit']],
  ])('%s by the bank ends once and leaves nothing in clearing', async (_, behaviours, status, has, ways) => {
    const { paymentId, accountId, endToEndId } = await pay({ behaviours });
    if (behaviours.some((one) => 'outcome' in one)) {
      await until(async () => isAtBank(paymentId));
      bank.world.rail.settle(endToEndId);
    }
    const saga = await bank.ended(paymentId);
    expect(saga.status).toBe(status === 'settled' ? 'completed' : 'undone');
    expect(await get(paymentId)).toMatchObject({ status });
    expect(await bank.posted(accountId)).toBe(has);
    expect(await clearing()).toBe(0n);
    const calls = bank.world.rail.calls.filter(({ key }) => key === paymentId).map(({ way }) => way);
    // What is known not to have happened may be asked about; what may have happened must be.
    const compared = ways.includes('find') ? calls : calls.filter((way) => way === 'submit');
    expect(compared.slice(0, ways.length)).toEqual(ways);
    expect(bank.world.rail.orders.filter(({ key }) => key === paymentId)).toHaveLength(status === 'settled' ? 1 : 0);
  });

  it('tells the reason of the bank when it is declined, and gives the fee back', async () => {
    const { paymentId, accountId } = await pay({ behaviours: [{ kind: 'decline', code: 'AC04' }] });
    await bank.ended(paymentId);
    expect(await get(paymentId)).toMatchObject({ status: 'rejected', reason: 'AC04', creditedTo: accountId });
  });

  it('says outcome_unknown for as long as nobody knows', async () => {
    const { paymentId, endToEndId } = await pay({
      behaviours: [{ kind: 'time_out', hasArrived: true, outcome: 'accepted' }],
    });
    await until(async () => (await get(paymentId))['status'] === 'outcome_unknown');
    bank.world.rail.settle(endToEndId);
    await bank.ended(paymentId);
    expect(await get(paymentId)).toMatchObject({ status: 'settled' });
  });

  it('settles late, when the bank is asked again', async () => {
    const { paymentId, endToEndId } = await pay({ behaviours: [{ kind: 'accept' }] });
    await until(async () => isAtBank(paymentId));
    expect(await get(paymentId)).toMatchObject({ status: 'submitted' });
    expect(await clearing()).toBe(2_000n);
    bank.world.rail.settle(endToEndId);
    await bank.ended(paymentId);
    expect(await clearing()).toBe(0n);
  });

  it('declined after it was accepted is given back all the same', async () => {
    const { paymentId, accountId, endToEndId } = await pay({ behaviours: [{ kind: 'accept' }] });
    await until(async () => isAtBank(paymentId));
    bank.world.rail.decline(endToEndId, 'AM04');
    expect(await bank.ended(paymentId)).toMatchObject({ status: 'completed' });
    expect(await get(paymentId)).toMatchObject({ status: 'rejected', reason: 'AM04' });
    expect(await bank.posted(accountId)).toBe(10_000n);
    expect(await clearing()).toBe(0n);
  });

  it('sent back before anybody heard of the settlement is settled and returned at once', async () => {
    const { paymentId, accountId, endToEndId } = await pay({ behaviours: [{ kind: 'accept' }] });
    await until(async () => isAtBank(paymentId));
    bank.world.rail.sendBack(endToEndId, 'MD07');
    await bank.ended(paymentId);
    expect(await get(paymentId)).toMatchObject({ status: 'returned', reason: 'MD07', returned: eur('20.00') });
    expect(await bank.posted(accountId)).toBe(9_980n);
    expect([await clearing(), await bank.posted('main:clearing/returns')]).toEqual([0n, 0n]);
  });

  it('without the money for it is rejected and the bank never hears of it', async () => {
    const { paymentId, accountId } = await pay({ amount: eur('100.00') });
    expect(await bank.ended(paymentId)).toMatchObject({ status: 'undone', failure: { code: 'insufficient_funds' } });
    expect(await get(paymentId)).toMatchObject({ status: 'rejected', reason: 'insufficient_funds' });
    expect(await bank.posted(accountId)).toBe(10_000n);
    expect(bank.world.rail.calls.filter(({ key }) => key === paymentId)).toEqual([]);
  });

  it('asked for twice is one payment, with other content it is refused', async () => {
    const { paymentId, body } = await pay();
    await bank.ended(paymentId);
    expect(await bank.call('createPayment', { body })).toMatchObject({ status: 200, body: { status: 'settled' } });
    for (const other of [
      { amount: eur('20.01') },
      { remittance: 'Invoice 8' },
      { creditor: { ...body.creditor, name: 'B. Payee' } },
    ])
      expect(await bank.call('createPayment', { body: { ...body, ...other } })).toMatchObject({
        status: 409,
        body: { code: 'payment_exists_with_different_content' },
      });
    expect(bank.world.rail.orders.filter(({ key }) => key === paymentId)).toHaveLength(1);
  });

  it('tried dry writes nothing', async () => {
    const { accountId } = await bank.customer(10_000n);
    const paymentId = bank.services.newId();
    const body = { paymentId, debtorAccountId: accountId, amount: eur('1.00'), creditor: { name: 'B', iban: abroad } };
    expect((await bank.call('createPayment', { body, query: { dryRun: 'true' } })).status).toBe(201);
    expect((await bank.call('getPayment', { params: { paymentId } })).status).toBe(404);
  });
});

describe('a payment nobody can make', () => {
  it.each<[string, Record<string, unknown>, number, object]>([
    [
      'an IBAN with wrong check digits',
      { creditor: { name: 'B', iban: 'FR1520041010050500013M02606' } },
      400,
      { code: 'validation_failed' },
    ],
    ['a BIC that is none', { creditor: { name: 'B', iban: abroad, bic: 'NOPE' } }, 400, { code: 'validation_failed' }],
    ['a reference no rail carries', { reference: 'no-dashes' }, 400, { code: 'validation_failed' }],
    ['no amount at all', { amount: eur('0.00') }, 400, { code: 'validation_failed' }],
    ['cents of cents', { amount: eur('1.001') }, 400, { code: 'validation_failed' }],
    ['a payee without an account', { creditor: { name: 'B' } }, 422, { code: 'creditor_account_missing' }],
    ['an asset no bank pays', { amount: { amount: '1.00', asset: 'USD' } }, 422, { code: 'rail_not_found' }],
    ['an account nobody has', { debtorAccountId: '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12' }, 404, { code: 'not_found' }],
  ])('because of %s is refused, and nothing of it is written', async (_, more, status, body) => {
    const { answer, paymentId } = await pay(more);
    expect(answer).toMatchObject({ status, body });
    expect((await bank.call('getPayment', { params: { paymentId } })).status).toBe(404);
  });

  it('names the field that is wrong', async () => {
    const { answer } = await pay({ creditor: { name: 'B', iban: 'FR1520041010050500013M02606' } });
    expect(answer.body).toMatchObject({ errors: [{ field: '/body/creditor/iban', code: 'iban_invalid' }] });
  });

  it('because the payee’s bank knows another name, unless the payer was told', async () => {
    bank.world.rail.payees.set('NL91ABNA0417164300', 'no_match');
    const creditor = { name: 'Somebody else', iban: 'NL91ABNA0417164300' };
    expect((await pay({ creditor })).answer).toMatchObject({ status: 422, body: { code: 'payee_not_matched' } });
    expect((await pay({ creditor, isPayeeConfirmed: true })).answer).toMatchObject({
      status: 201,
      body: { payeeMatch: 'no_match' },
    });
    const asked = await bank.call('verifyPayee', { body: { iban: creditor.iban, name: creditor.name } });
    expect(asked).toMatchObject({ status: 200, body: { match: 'no_match' } });
  });
});

describe('a payment within the tenant', () => {
  it('to an account that takes no credits says neither whose it is nor why', async () => {
    const payee = await bank.customer(0n);
    const { placeBlock } = bank.modules.ledger.handlers;
    const block = { blockId: bank.services.newId(), kind: 'credit', reason: 'fraud_suspicion' } as const;
    await bank.run(placeBlock, { accountId: payee.accountId, ...block });
    const { answer } = await pay({ creditor: { name: 'C', iban: payee.iban } });
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'creditor_takes_no_credits', errors: [{ field: '/body/creditor/iban' }] },
    });
    expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(`${payee.accountId}|block|fraud`));
  });

  it('is one journal and settled at once, without a saga', async () => {
    const payee = await bank.customer(0n);
    const { answer, accountId, paymentId } = await pay({ creditor: { name: 'C', iban: payee.iban } });
    expect(answer).toMatchObject({ status: 201, body: { status: 'settled', rail: 'internal' } });
    expect([await bank.posted(accountId), await bank.posted(payee.accountId)]).toEqual([8_000n, 2_000n]);
    expect(bank.world.rail.calls.filter(({ key }) => key === paymentId)).toEqual([]);
    const { rows } = await bank.adminPool.query('select 1 from events where stream = $1', [
      `saga:${outgoingSagaId(paymentId)}`,
    ]);
    expect(rows).toEqual([]);
  });

  it('without the money for it is refused, and nothing is written', async () => {
    const payee = await bank.customer(0n);
    const { answer, paymentId } = await pay({ creditor: { name: 'C', iban: payee.iban }, amount: eur('100.01') });
    expect(answer).toMatchObject({ status: 422, body: { code: 'insufficient_funds' } });
    expect((await bank.call('getPayment', { params: { paymentId } })).status).toBe(404);
  });

  it('to the account it comes from moves nothing', async () => {
    const { accountId, iban } = await bank.customer(10_000n);
    const { answer } = await pay({ debtorAccountId: accountId, creditor: { name: 'C', iban } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'account_pays_itself' } });
  });

  it('that a check wants seen waits, and is booked when somebody else approves it', async () => {
    bank.world.verdicts.set(1_111n, { kind: 'review', reason: 'unusual_amount' });
    const payee = await bank.customer(0n);
    const { answer, paymentId } = await pay({ creditor: { name: 'C', iban: payee.iban }, amount: eur('11.11') });
    expect(answer).toMatchObject({ status: 201, body: { status: 'created' } });
    await until(async () => (await get(paymentId))['status'] === 'in_review');
    await review(paymentId, 'approved');
    await bank.ended(paymentId);
    expect(await bank.posted(payee.accountId)).toBe(1_111n);
    expect(await get(paymentId)).toMatchObject({ status: 'settled' });
  });

  it('that a check refuses is refused, and nothing is written', async () => {
    bank.world.verdicts.set(1_313n, { kind: 'refuse', reason: 'sanctions' });
    const payee = await bank.customer(0n);
    const { answer } = await pay({ creditor: { name: 'C', iban: payee.iban }, amount: eur('13.13') });
    expect(answer).toMatchObject({ status: 422, body: { code: 'payment_refused', reason: 'sanctions' } });
  });
});

it('that cannot be checked is not booked: whoever cannot be asked has not agreed', async () => {
  const payee = await bank.customer(0n);
  bank.world.areChecksAway = true;
  const { answer, paymentId } = await pay({ creditor: { name: 'C', iban: payee.iban } });
  bank.world.areChecksAway = false;
  expect(answer).toMatchObject({ status: 503, body: { code: 'checks_unavailable' } });
  expect((await bank.call('getPayment', { params: { paymentId } })).status).toBe(404);
});

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + 5_000; !(await isSo()); await new Promise((resolve) => setTimeout(resolve, 10)))
    if (Date.now() > deadline) throw new Error('It did not come to that in 5 s.');
};
const review = (paymentId: string, decision: string, id = 'key-2') =>
  bank.call('reviewPayment', { params: { paymentId }, body: { decision }, as: { id } });

describe('a payment in review', () => {
  const begin = async (reason = 'unusual_amount') => {
    bank.world.verdicts.set(2_222n, { kind: 'review', reason });
    const made = await pay({ amount: eur('22.22') });
    await until(async () => (await get(made.paymentId))['status'] === 'in_review');
    return made;
  };

  it('goes on when another person approves it, never when its creator does', async () => {
    const { paymentId, accountId } = await begin();
    expect(await get(paymentId)).toMatchObject({ reason: 'unusual_amount' });
    expect(await bank.posted(accountId)).toBe(10_000n);
    expect(await review(paymentId, 'approved', 'key-1')).toMatchObject({
      status: 409,
      body: { code: 'reviewer_is_creator' },
    });
    expect(await review(paymentId, 'approved')).toMatchObject({ status: 200, body: { status: 'authorised' } });
    expect(await bank.ended(paymentId)).toMatchObject({ status: 'completed' });
    expect(await review(paymentId, 'approved', 'key-3')).toMatchObject({
      status: 409,
      body: { code: 'payment_not_in_review' },
    });
  });

  it('ends when it is rejected, and nothing was ever booked', async () => {
    const { paymentId, accountId } = await begin();
    expect(await review(paymentId, 'rejected')).toMatchObject({ status: 200, body: { status: 'rejected' } });
    expect(await bank.ended(paymentId)).toMatchObject({ status: 'undone' });
    expect(await get(paymentId)).toMatchObject({ status: 'rejected', reason: 'review_rejected' });
    expect(await bank.posted(accountId)).toBe(10_000n);
  });

  it('refused by the check is rejected with the check’s reason', async () => {
    bank.world.verdicts.set(3_333n, { kind: 'refuse', reason: 'sanctions' });
    const { paymentId } = await pay({ amount: eur('33.33') });
    await bank.ended(paymentId);
    expect(await get(paymentId)).toMatchObject({ status: 'rejected', reason: 'sanctions' });
  });
});

describe('cancelling a payment', () => {
  const cancel = (paymentId: string) => bank.call('cancelPayment', { params: { paymentId } });

  it('before its day ends it, and its saga', async () => {
    const { paymentId, accountId } = await pay({ requestedExecutionDate: '2199-01-01' });
    expect(await get(paymentId)).toMatchObject({ status: 'created', executionDate: '2199-01-01' });
    expect(await cancel(paymentId)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    expect(await cancel(paymentId)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    expect(await bank.ended(paymentId)).toMatchObject({ status: 'undone' });
    expect(await bank.posted(accountId)).toBe(10_000n);
  });

  it('is too late once the bank has been told', async () => {
    const { paymentId } = await pay();
    await bank.ended(paymentId);
    expect(await cancel(paymentId)).toMatchObject({
      status: 409,
      body: { code: 'payment_not_cancellable', status: 409 },
    });
  });
});

describe('money that comes back', () => {
  const back = (paymentId: string, more: object = {}) =>
    bank.call('returnPayment', {
      params: { paymentId },
      body: { reason: 'AC04', entryReference: `R-${paymentId}`, ...more },
    });

  it('is credited to who paid, once for each entry of the bank', async () => {
    const { paymentId, accountId } = await pay();
    await bank.ended(paymentId);
    expect(await back(paymentId)).toMatchObject({ status: 200, body: { status: 'returned', reason: 'AC04' } });
    expect(await back(paymentId)).toMatchObject({ status: 200, body: { status: 'returned' } });
    expect(await back(paymentId, { entryReference: 'another' })).toMatchObject({
      status: 409,
      body: { code: 'payment_already_returned', entryReference: `R-${paymentId}` },
    });
    expect(await bank.posted(accountId)).toBe(9_980n);
    expect(await bank.posted('main:clearing/returns')).toBe(0n);
  });

  it('never exceeds what was paid, and may be less', async () => {
    const { paymentId, accountId } = await pay();
    await bank.ended(paymentId);
    expect(await back(paymentId, { amount: eur('20.01') })).toMatchObject({
      status: 422,
      body: { code: 'return_exceeds_payment' },
    });
    expect(await back(paymentId, { amount: eur('19.00') })).toMatchObject({
      status: 200,
      body: { returned: eur('19.00') },
    });
    expect(await bank.posted(accountId)).toBe(9_880n);
  });

  it('cannot come back of a payment no bank was told of', async () => {
    const { paymentId } = await pay({ requestedExecutionDate: '2199-01-01' });
    expect(await back(paymentId)).toMatchObject({ status: 409, body: { code: 'payment_not_returnable' } });
  });

  it('goes to suspense with a work item when the account takes no credits', async () => {
    const { paymentId, accountId } = await pay();
    await bank.ended(paymentId);
    const { ledger } = bank.modules;
    const block = { accountId, blockId: bank.services.newId(), kind: 'credit', reason: 'fraud_suspicion' } as const;
    await bank.run(ledger.handlers.placeBlock, block);
    expect(await back(paymentId)).toMatchObject({ status: 200, body: { creditedTo: 'main:suspense/blocked' } });
    await bank.settle();
    const { body } = await bank.call('listWorkItems', { query: { kind: 'blocked' } });
    expect(body['items']).toMatchObject([
      { subject: `outgoing:${paymentId}`, reason: 'account_takes_no_credits', amount: eur('20.00'), age: '0-1' },
    ]);
  });
});

describe('who may', () => {
  it('see and make payments is bound by mandates', async () => {
    const [other, { paymentId, partyId, accountId }] = [await bank.customer(0n), await payFrom()];
    await bank.ended(paymentId);
    await bank.settle();
    const as = (actingFor: string) => ({ as: { actingFor } });
    const seen = await bank.call('getPayment', { params: { paymentId }, ...as(partyId) });
    expect(seen).toMatchObject({ status: 200, body: { status: 'settled' } });
    expect(seen.body['bank']).toBeUndefined();
    expect((await bank.call('getPayment', { params: { paymentId }, ...as(other.partyId) })).status).toBe(404);
    const lists = await Promise.all([partyId, other.partyId].map((its) => bank.call('listPayments', as(its))));
    expect(lists.map(({ body }) => body.items?.length)).toEqual([1, 0]);
    const body = { debtorAccountId: accountId, amount: eur('1.00'), creditor: { name: 'B', iban: abroad } };
    expect((await bank.call('createPayment', { body, ...as(other.partyId) })).status).toBe(404);
    expect((await bank.call('createPayment', { body, ...as(partyId) })).status).toBe(201);
    expect(
      await bank.call('reviewPayment', { params: { paymentId }, body: { decision: 'approved' }, ...as(partyId) }),
    ).toMatchObject({
      status: 403,
      body: { code: 'staff_only' },
    });
  });
});

const payFrom = async () => {
  const customer = await bank.customer(10_000n);
  const made = await pay({ debtorAccountId: customer.accountId });
  return { ...made, ...customer };
};

it('a list is filtered and walked page by page', async () => {
  const { accountId } = await bank.customer(10_000n);
  for (const amount of ['1.00', '2.00', '3.00']) await pay({ debtorAccountId: accountId, amount: eur(amount) });
  await bank.settle();
  const first = await bank.call('listPayments', { query: { accountId, limit: '2' } });
  expect(first.body.items?.map(({ amount }) => amount)).toEqual([eur('3.00'), eur('2.00')]);
  const second = await bank.call('listPayments', {
    query: { accountId, limit: '2', cursor: String(first.body['nextCursor']) },
  });
  expect(second.body).toMatchObject({ items: [{ amount: eur('1.00') }] });
  expect((await bank.call('listPayments', { query: { cursor: 'nonsense' } })).status).toBe(400);
  const [version, list, epoch] = JSON.parse(Buffer.from(String(first.body['nextCursor']), 'base64url').toString());
  const forged = Buffer.from(JSON.stringify([version, list, epoch, '9'.repeat(19)])).toString('base64url');
  expect((await bank.call('listPayments', { query: { cursor: forged } })).status).toBe(400);
});

// Last, over everything above: nothing is left on the way.
it('in the end every rail has drained, and trial balances are zero', async () => {
  await until(async () => (await clearing()) === 0n);
  expect(await bank.posted('main:clearing/returns')).toBe(0n);
  const { ledger } = bank.modules;
  // A saga of a test above may be on its way still; what it books is there in both or in neither.
  const compared = async () => {
    await bank.settle();
    return ledger.reads.compareWithPostings(tenantId);
  };
  await expect.poll(compared, { timeout: 10_000 }).toEqual({ isComparable: true, differences: [] });
  const balances = await ledger.reads.trialBalances(tenantId, 'main');
  expect(balances.length).toBeGreaterThan(0);
  expect(balances.filter(({ debitsMinor, creditsMinor }) => debitsMinor !== creditsMinor)).toEqual([]);
});
