import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type StripeBank, startStripeBank } from './fixtures/stripe-bank.ts';

let bank: StripeBank;
beforeAll(async () => {
  bank = await startStripeBank(1_500);
});
afterAll(() => bank.close());

const eur = (amount: string) => ({ amount, asset: 'EUR' });
const visa = 'pm_card_visa';
/** Reads a deposit until it has a status. */
const until = async (depositId: string, status: string) => {
  for (let look = 0; look < 200; look += 1) {
    const { body } = await bank.get('getCardDeposit', { depositId });
    if (body['status'] === status) return body;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`The deposit did not become ${status}.`);
};
const start = async (accountId: string, paymentMethod?: string) => {
  const { body } = await bank.call('createCardDeposit', { body: { accountId, amount: eur('50.00'), paymentMethod } });
  return until(String(body['depositId']), 'requires_action');
};

// After every test: what Stripe owes us is what we say it owes us, to the cent.
const expectAgreement = async (): Promise<void> => {
  await bank.messagesDone();
  expect(await bank.posted('main:psp/stripe')).toBe(await bank.stripeBalance());
};
afterEach(expectAgreement);

describe('a deposit by card', () => {
  it('is credited in full, and what the provider took for it is a cost of ours', async () => {
    const { accountId } = await bank.customer(0n);
    const { body } = await bank.deposit(accountId, '100.00', visa);
    expect(body).toMatchObject({
      status: 'credited',
      received: eur('100.00'),
      refundable: eur('100.00'),
      fee: eur('3.20'),
    });
    expect(await bank.posted(accountId)).toBe(10_000n);
    expect(await bank.posted('main:psp/stripe')).toBe(9_680n);
    expect(await bank.posted('main:cost/stripe')).toBe(320n);
  });

  it('asked for twice is one deposit, and with other content another is refused', async () => {
    const { accountId } = await bank.customer(0n);
    const depositId = bank.services.newId();
    const body = { depositId, accountId, amount: eur('20.00'), paymentMethod: visa };
    const answers = await Promise.all([1, 2, 3].map(() => bank.call('createCardDeposit', { body })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 201]);
    expect((await bank.depositEnded(depositId)).body).toMatchObject({ status: 'credited' });
    expect(await bank.posted(accountId)).toBe(2_000n);
    expect(await bank.call('createCardDeposit', { body: { ...body, amount: eur('20.01') } })).toMatchObject({
      status: 409,
      body: { code: 'card_deposit_exists_with_different_content' },
    });
  });

  it.each<[string, object]>([
    ['the answer is lost', { with: 'lost answer', times: 2 }],
    ['half of the answer comes', { with: 'half', times: 2 }],
    ['the connection is cut before any work', { with: 'reset', times: 2 }],
    ['Stripe fails', { with: '500', times: 3 }],
    ['there are too many requests', { with: '429' }],
    ['the answer is late', { with: 'slow', delayMs: 150 }],
  ])('is taken once though %s', async (_, fault) => {
    const { accountId } = await bank.customer(0n);
    bank.double.control.fail({ method: 'POST', path: '/v1/payment_intents', ...fault } as never);
    const { body } = await bank.deposit(accountId, '30.00', visa);
    expect(body).toMatchObject({ status: 'credited' });
    expect(await bank.posted(accountId)).toBe(3_000n);
    expect(bank.made('payment_intent.created', { depositId: String(body['depositId']) })).toBe(1);
  });

  it('whose messages are withheld, doubled or of no known type is credited once all the same', async () => {
    const { accountId } = await bank.customer(0n);
    bank.double.control.fail({ with: 'withhold webhook', times: 3 });
    const { body } = await bank.deposit(accountId, '10.00', visa);
    expect(body).toMatchObject({ status: 'credited' });
    bank.double.control.releaseWebhooks();
    bank.double.control.fail({ with: 'duplicate webhook', times: 3 });
    expect((await bank.deposit(accountId, '10.00', visa)).body).toMatchObject({ status: 'credited' });
    await bank.messagesDone();
    expect(await bank.posted(accountId)).toBe(2_000n);
    await bank.settle();
    const { body: kept } = await bank.call('listWebhookMessages', { query: { status: 'ignored', limit: '200' } });
    expect(new Set(kept.items?.map(({ type }) => type))).toEqual(
      new Set(['payment_intent.created', 'charge.succeeded']),
    );
  });

  it('that the payer’s bank declines takes nothing', async () => {
    const { accountId } = await bank.customer(0n);
    const declined = await bank.deposit(accountId, '10.00', 'pm_card_chargeDeclinedInsufficientFunds');
    expect(declined.body).toMatchObject({ status: 'failed', reason: 'insufficient_funds' });
    expect(await bank.posted(accountId)).toBe(0n);
    // Nobody can pay it later either.
    expect(bank.made('payment_intent.canceled', { depositId: String(declined.body['depositId']) })).toBe(1);
  });

  it('waits for 3-D Secure, says what the payer has to do, and is credited when he has', async () => {
    const { accountId } = await bank.customer(0n);
    const waiting = await start(accountId, 'pm_card_threeDSecure2Required');
    const depositId = String(waiting['depositId']);
    expect(waiting).toMatchObject({ nextAction: { kind: 'provider_script' } });
    expect(await bank.posted(accountId)).toBe(0n);
    bank.double.control.completeChallenge(await bank.intentOf(depositId));
    expect((await bank.depositEnded(depositId)).body).toMatchObject({ status: 'credited', received: eur('50.00') });
    expect((await bank.get('getCardDeposit', { depositId })).body).not.toHaveProperty('nextAction');
    // What the payer's browser is given is a secret of his, and lies in no event.
    const { rows } = await bank.adminPool.query("select 1 from events where envelope like '%_secret_%'");
    expect(rows).toEqual([]);
  });

  it('fails with the challenge, and expires when the payer does not come back', async () => {
    const { accountId } = await bank.customer(0n);
    const failing = String((await start(accountId, 'pm_card_threeDSecure2Required'))['depositId']);
    bank.double.control.completeChallenge(await bank.intentOf(failing), 'fail');
    expect((await bank.depositEnded(failing)).body).toMatchObject({ status: 'failed' });
    const forgotten = String((await start(accountId))['depositId']);
    expect((await bank.depositEnded(forgotten)).body).toMatchObject({ status: 'expired' });
    // On the provider's own form a card was declined, and the payer tries no other.
    const givenUp = String((await start(accountId))['depositId']);
    await bank.declineOnForm(await bank.intentOf(givenUp));
    expect((await bank.depositEnded(givenUp)).body).toMatchObject({ status: 'failed' });
    expect(await bank.posted(accountId)).toBe(0n);
  });

  it('keeps a card for the next one under the payer Stripe knows', async () => {
    const { accountId } = await bank.customer(0n);
    await bank.deposit(accountId, '10.00', visa, { saveMethod: true });
    await bank.deposit(accountId, '10.00', visa, { saveMethod: true });
    const { rows } = await bank.adminPool.query(
      `select 1 from events where envelope like '%"type":"CardPayerRegistered"%' and envelope like $1`,
      [`%${accountId}%`],
    );
    expect(rows).toHaveLength(1);
  });

  it('that a check refuses is never asked of Stripe, and one it wants seen waits in suspense', async () => {
    const { accountId } = await bank.customer(0n);
    bank.world.verdicts.set(666n, { kind: 'refuse', reason: 'sanctions' });
    bank.world.verdicts.set(777n, { kind: 'review', reason: 'unusual' });
    const refused = await bank.deposit(accountId, '6.66', visa);
    expect(refused.body).toMatchObject({ status: 'failed', reason: 'sanctions' });
    expect(bank.made('payment_intent.created', { depositId: String(refused.body['depositId']) })).toBe(0);
    const seen = await bank.deposit(accountId, '7.77', visa);
    expect(seen.body).toMatchObject({ status: 'suspended', reason: 'unusual' });
    expect(await bank.posted('main:suspense/review')).toBe(777n);
    const workItemId = String(seen.body['workItemId']);
    const applied = await bank.call('resolveWorkItem', {
      params: { workItemId },
      body: { resolution: 'applied', accountId },
    });
    expect(applied.status).toBe(200);
    expect(await bank.posted(accountId)).toBe(777n);
  });

  it.each<[string, number, string, object]>([
    ['for an account nobody has', 404, 'not_found', { accountId: '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12' }],
    ['in what the provider does not take', 422, 'card_asset_not_supported', { amount: { amount: '1', asset: 'USD' } }],
    ['of nothing', 400, 'validation_failed', { amount: eur('0.00') }],
  ])('%s is refused before anything is written', async (_, status, code, more) => {
    const { accountId } = await bank.customer(0n);
    const body = { accountId, amount: eur('1.00'), paymentMethod: visa, ...more };
    const answer = await bank.call('createCardDeposit', { body });
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it('belongs to the holder of the account', async () => {
    const [{ accountId, partyId }, other] = [await bank.customer(0n), await bank.customer(0n)];
    const body = { accountId, amount: eur('1.00'), paymentMethod: visa };
    const stranger = { actingFor: other.partyId };
    expect((await bank.call('createCardDeposit', { body, as: stranger })).status).toBe(404);
    const { body: made } = await bank.call('createCardDeposit', { body, as: { actingFor: partyId } });
    const depositId = String(made['depositId']);
    expect((await bank.depositEnded(depositId)).body).toHaveProperty('fee');
    const own = await bank.call('getCardDeposit', { params: { depositId }, as: { actingFor: partyId } });
    expect(own.body).not.toHaveProperty('fee');
    expect((await bank.call('getCardDeposit', { params: { depositId }, as: stranger })).status).toBe(404);
  });
});
