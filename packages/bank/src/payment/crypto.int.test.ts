import { createHmac } from 'node:crypto';
import { tenantId } from '@finaegis/testing/context';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CoinbaseBank, startCoinbaseBank } from './fixtures/coinbase-bank.ts';

const usdc = (amount: string) => ({ amount, asset: 'USDC' });
const psp = { commerce: 'main:psp/coinbase-commerce', checkouts: 'main:psp/coinbase' };

// What happens to the order of a checkout on its way, each once.
const faults: readonly (readonly [string, object])[] = [
  ['the answer is lost', { with: 'lost answer' }],
  ['half of the answer comes', { with: 'half' }],
  ['the connection is cut before any work', { with: 'reset' }],
  ['Coinbase fails', { with: '500', times: 3 }],
  ['there are too many requests', { with: '429' }],
  ['the answer is late', { with: 'slow', delayMs: 150 }],
];

describe('a deposit by crypto, at Coinbase Commerce', () => {
  let bank: CoinbaseBank;
  beforeAll(async () => {
    bank = await startCoinbaseBank('commerce');
  });
  afterAll(() => bank.close());
  // After every test: what Coinbase owes us is what we say it owes us, to the last unit.
  const expectAgreement = async (): Promise<void> => {
    await bank.messagesDone();
    expect(await bank.usdc(psp.commerce)).toBe(bank.owed('coinbase-commerce'));
  };
  afterEach(expectAgreement);
  const made = (depositId: string): number =>
    bank.double.control
      .events()
      .filter(
        ({ type, data }) =>
          type === 'charge:created' &&
          (data as { readonly metadata: Record<string, string> }).metadata['depositId'] === depositId,
      ).length;
  const itemOf = async (workItemId: unknown) => {
    await bank.settle();
    return (await bank.call('getWorkItem', { params: { workItemId: String(workItemId) } })).body;
  };

  it('is open, then seen on the chain, then credited in full', async () => {
    const { accountId } = await bank.customer(0n);
    const { depositId, checkoutId } = await bank.open(accountId, '100');
    const open = await bank.until(depositId, 'open');
    expect(open).toMatchObject({ amount: usdc('100.000000'), provider: 'coinbase-commerce' });
    expect(open['checkoutUrl']).toBe(`${bank.double.url}/charges/${String(open['checkoutUrl']).split('/').at(-1)}`);
    bank.double.control.charges.pay(checkoutId);
    expect(await bank.until(depositId, 'pending')).not.toHaveProperty('checkoutUrl');
    expect(await bank.usdc(accountId)).toBe(0n);
    bank.double.control.charges.confirm(checkoutId);
    expect(await bank.depositEnded(depositId)).toMatchObject({
      status: 'credited',
      received: usdc('100.000000'),
      refundable: usdc('100.000000'),
      isLate: false,
    });
    expect(await bank.usdc(accountId)).toBe(100_000_000n);
  });

  it('asked for twice is one deposit, and with other content another is refused', async () => {
    const { accountId } = await bank.customer(0n);
    const depositId = bank.services.newId();
    const body = { depositId, accountId, amount: usdc('20') };
    const answers = await Promise.all([1, 2, 3].map(() => bank.call('createCryptoDeposit', { body })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 201]);
    await bank.until(depositId, 'open');
    expect(made(depositId)).toBe(1);
    expect(await bank.call('createCryptoDeposit', { body: { ...body, amount: usdc('21') } })).toMatchObject({
      status: 409,
      body: { code: 'crypto_deposit_exists_with_different_content' },
    });
  });

  it.each(faults)('has one page though %s', async (_, fault) => {
    const { accountId } = await bank.customer(0n);
    bank.double.control.fail({ method: 'POST', path: '/charges', ...fault } as never);
    const { depositId, checkoutId } = await bank.open(accountId, '30');
    bank.double.control.charges.pay(checkoutId);
    // Reading is tried again, too.
    bank.double.control.fail({ with: 'reset', method: 'GET', times: 2 });
    bank.double.control.charges.confirm(checkoutId);
    expect(await bank.depositEnded(depositId)).toMatchObject({ status: 'credited' });
    expect(await bank.usdc(accountId)).toBe(30_000_000n);
    expect(made(depositId)).toBe(1);
  });

  it('whose messages are withheld, doubled or of no known type is credited once all the same', async () => {
    const { accountId } = await bank.customer(0n);
    const pay = async (): Promise<string> => {
      const { depositId, checkoutId } = await bank.open(accountId, '10');
      bank.double.control.charges.pay(checkoutId);
      bank.double.control.charges.confirm(checkoutId);
      expect(await bank.depositEnded(depositId)).toMatchObject({ status: 'credited' });
      return depositId;
    };
    bank.double.control.fail({ with: 'withhold webhook', times: 3 });
    await pay();
    bank.double.control.releaseWebhooks();
    bank.double.control.fail({ with: 'duplicate webhook', times: 3 });
    await pay();
    await bank.messagesDone();
    expect(await bank.usdc(accountId)).toBe(20_000_000n);
    await bank.settle();
    const { body: kept } = await bank.call('listWebhookMessages', { query: { status: 'ignored', limit: '200' } });
    expect(new Set(kept.items?.map(({ type }) => type))).toEqual(new Set(['charge:created']));
  });

  it.each<[string, string, (checkoutId: string) => void, string]>([
    ['less', 'underpaid', (id) => void bank.double.control.charges.underpay(id, '0.50'), '49.500000'],
    ['more', 'overpaid', (id) => void bank.double.control.charges.overpay(id, '0.50'), '50.500000'],
  ])('paid with %s than was asked for lies in suspense with an item', async (_, reason, pay, amount) => {
    const { accountId, partyId } = await bank.customer(0n);
    const { depositId, checkoutId } = await bank.open(accountId, '50');
    pay(checkoutId);
    const body = await bank.depositEnded(depositId);
    expect(body).toMatchObject({ status: 'suspended', reason, received: usdc(amount) });
    expect(await bank.usdc(accountId)).toBe(0n);
    expect(await itemOf(body['workItemId'])).toMatchObject({ kind: 'amount_mismatch', reason, amount: usdc(amount) });
    // The customer is not told why the bank looks at his money.
    const shown = await bank.call('getCryptoDeposit', { params: { depositId }, as: { actingFor: partyId } });
    expect(shown.body).toMatchObject({ status: 'suspended' });
    for (const hidden of ['reason', 'workItemId', 'provider']) expect(shown.body).not.toHaveProperty(hidden);
  });

  it('that nobody paid in time has expired, and what comes late is credited and says so', async () => {
    const { accountId } = await bank.customer(0n);
    const { depositId, checkoutId } = await bank.open(accountId, '10');
    bank.double.control.charges.expire(checkoutId);
    expect(await bank.depositEnded(depositId)).toMatchObject({ status: 'expired' });
    bank.double.control.charges.delay(checkoutId);
    await bank.messagesDone();
    expect(await bank.until(depositId, 'credited')).toMatchObject({ isLate: true, received: usdc('10.000000') });
    expect(await bank.usdc(accountId)).toBe(10_000_000n);
  });

  it('that the chain forgot has failed', async () => {
    const { accountId } = await bank.customer(0n);
    const { depositId, checkoutId } = await bank.open(accountId, '10');
    bank.double.control.charges.pay(checkoutId);
    bank.double.control.charges.fail(checkoutId);
    expect(await bank.depositEnded(depositId)).toMatchObject({ status: 'failed', reason: 'payment_not_confirmed' });
    expect(await bank.usdc(accountId)).toBe(0n);
  });

  it('that a check refuses never reaches Coinbase; what it wants looked at is taken and waits', async () => {
    const { accountId } = await bank.customer(0n);
    bank.world.verdicts.set(66_000_000n, { kind: 'refuse', reason: 'sanctioned' });
    bank.world.verdicts.set(77_000_000n, { kind: 'review', reason: 'unusual' });
    const { body } = await bank.call('createCryptoDeposit', { body: { accountId, amount: usdc('66') } });
    const refused = String(body['depositId']);
    expect(await bank.depositEnded(refused)).toMatchObject({ status: 'failed', reason: 'sanctioned' });
    expect(made(refused)).toBe(0);
    const { depositId, checkoutId } = await bank.open(accountId, '77');
    // Late ones are looked at no less.
    bank.double.control.charges.expire(checkoutId);
    await bank.depositEnded(depositId);
    bank.double.control.charges.delay(checkoutId);
    expect(await bank.until(depositId, 'suspended')).toMatchObject({ reason: 'unusual' });
  });

  it('paid on a page that belongs to no deposit is money that arrived: suspense, once, with an item', async () => {
    const before = await bank.usdc('main:suspense/unidentified');
    const order = { pricing_type: 'fixed_price', local_price: { amount: '12', currency: 'USDC' } };
    const answer = await fetch(`${bank.double.url}/charges`, {
      method: 'POST',
      headers: { 'x-cc-api-key': 'commerce-key', 'content-type': 'application/json' },
      body: JSON.stringify(order),
    });
    const { data } = (await answer.json()) as { readonly data: { readonly id: string } };
    bank.double.control.fail({ with: 'duplicate webhook', times: 3 });
    bank.double.control.charges.pay(data.id);
    bank.double.control.charges.confirm(data.id);
    await bank.messagesDone();
    expect((await bank.usdc('main:suspense/unidentified')) - before).toBe(12_000_000n);
    await bank.settle();
    const { body } = await bank.call('listWorkItems', { query: { kind: 'unidentified' } });
    expect(body.items).toMatchObject([{ reason: 'deposit_unknown', amount: usdc('12.000000') }]);
  });

  it('of which a proxy had two pages made is credited by its own; what comes by the other is suspense', async () => {
    const { accountId } = await bank.customer(0n);
    const suspense = await bank.usdc('main:suspense/unidentified');
    bank.double.control.fail({ with: 'twice', method: 'POST', path: '/charges' });
    const { depositId, checkoutId } = await bank.open(accountId, '30');
    expect(made(depositId)).toBe(2);
    const ids = bank.double.control
      .events()
      .filter(({ type, data }) => type === 'charge:created' && JSON.stringify(data).includes(depositId))
      .map(({ data }) => (data as { readonly id: string }).id);
    for (const id of ids) {
      bank.double.control.charges.pay(id);
      bank.double.control.charges.confirm(id);
    }
    expect(ids).toContain(checkoutId);
    expect(await bank.depositEnded(depositId)).toMatchObject({ status: 'credited' });
    await bank.messagesDone();
    expect(await bank.usdc(accountId)).toBe(30_000_000n);
    expect(await bank.usdc('main:suspense/unidentified')).toBe(suspense + 30_000_000n);
  });

  it('is not moved by forged or stale messages, of which only the refusal is kept', async () => {
    const post = (body: string, secret: string) =>
      fetch(bank.doorUrl('coinbase-commerce'), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-cc-webhook-signature': createHmac('sha256', secret).update(body).digest('hex'),
        },
        body,
      });
    const told = (sentAt: string) =>
      JSON.stringify({ scheduled_for: sentAt, event: { id: 'forged', type: 'charge:confirmed', data: { id: 'c' } } });
    expect((await post(told(new Date().toISOString()), 'another-secret')).status).toBe(401);
    expect((await post(told('2020-01-01T00:00:00Z'), 'coinbase-secret')).status).toBe(401);
    const { rows } = await bank.adminPool.query<{ reason: string }>(
      `select envelope::jsonb -> 'data' ->> 'reason' as reason from events where type = 'WebhookRefused' order by seq`,
    );
    expect(rows).toEqual([{ reason: 'signature_wrong' }, { reason: 'signature_stale' }]);
  });

  it('is not for every asset, nor finer than Coinbase prices', async () => {
    const { accountId } = await bank.customer(0n);
    const ask = (amount: object) => bank.call('createCryptoDeposit', { body: { accountId, amount } });
    expect(await ask({ amount: '10.00', asset: 'EUR' })).toMatchObject({
      status: 422,
      body: { code: 'crypto_asset_not_supported' },
    });
    expect(await ask(usdc('10.001'))).toMatchObject({
      status: 422,
      body: { code: 'crypto_amount_too_fine', step: usdc('0.010000') },
    });
  });

  it('is listed newest first, in pages, and to a customer only its own', async () => {
    const [anna, ben] = [await bank.customer(0n), await bank.customer(0n)];
    const ids: string[] = [];
    for (const { accountId } of [anna, ben, anna]) ids.push((await bank.open(accountId, '5')).depositId);
    await bank.settle();
    const list = async (query: object, as: object = {}) => {
      const { body } = await bank.call('listCryptoDeposits', { query: query as never, as });
      return { ids: body.items?.map(({ depositId }) => depositId), next: body['nextCursor'] };
    };
    const first = await list({ limit: '2', status: 'open' });
    expect(first.ids).toEqual([ids[2], ids[1]]);
    const second = await list({ limit: '1', status: 'open', cursor: String(first.next) });
    expect(second.ids).toEqual([ids[0]]);
    expect((await list({ accountId: ben.accountId })).ids).toEqual([ids[1]]);
    expect((await list({}, { actingFor: anna.partyId })).ids).toEqual([ids[2], ids[0]]);
    expect((await list({ status: 'pending' })).ids).toEqual([]);
    const of = (as: object) => bank.call('getCryptoDeposit', { params: { depositId: String(ids[1]) }, as });
    expect((await of({ actingFor: ben.partyId })).status).toBe(200);
    expect((await of({ actingFor: anna.partyId })).status).toBeGreaterThanOrEqual(403);
  });

  it('does not go back by Commerce, which sends nothing: the money stays on the account', async () => {
    const { accountId } = await bank.customer(0n);
    const { depositId, checkoutId } = await bank.open(accountId, '40');
    bank.double.control.charges.pay(checkoutId);
    bank.double.control.charges.confirm(checkoutId);
    await bank.depositEnded(depositId);
    const ask = { paymentId: depositId, amount: usdc('10'), reason: 'requested_by_customer' };
    const { body } = await bank.call('requestRefund', { body: { ...ask, address: '0xabc' } });
    const refundId = String(body['refundId']);
    if (body['status'] === 'requested')
      await bank.call('reviewRefund', { params: { refundId }, body: { decision: 'approved' }, as: { id: 'key-2' } });
    expect(await bank.refundEnded(refundId)).toMatchObject({ status: 'failed', failure: 'refund_not_offered' });
    expect(await bank.usdc(accountId)).toBe(40_000_000n);
  });
});

describe('a deposit by crypto, by the Checkouts API', () => {
  let bank: CoinbaseBank;
  beforeAll(async () => {
    bank = await startCoinbaseBank('checkouts');
  });
  afterAll(() => bank.close());
  const expectAgreement = async (): Promise<void> => {
    await bank.messagesDone();
    expect(await bank.usdc('main:clearing/refunds')).toBe(0n);
    expect(await bank.usdc(psp.checkouts)).toBe(bank.owed('coinbase'));
  };
  afterEach(expectAgreement);
  const paid = async (amount: string) => {
    const { accountId } = await bank.customer(0n);
    const { depositId, checkoutId } = await bank.open(accountId, amount);
    bank.double.control.checkouts.pay(checkoutId);
    bank.double.control.checkouts.confirm(checkoutId);
    expect(await bank.depositEnded(depositId)).toMatchObject({ status: 'credited' });
    return { accountId, depositId, checkoutId };
  };
  const refund = async (paymentId: string, amount: string) => {
    const body = { paymentId, amount: usdc(amount), reason: 'requested_by_customer', address: '0xabc' };
    const asked = await bank.call('requestRefund', { body });
    const refundId = String(asked.body['refundId']);
    if (asked.body['status'] === 'requested')
      await bank.call('reviewRefund', { params: { refundId }, body: { decision: 'approved' }, as: { id: 'key-2' } });
    return refundId;
  };
  const atCoinbase = async (refundId: string, checkoutId: string): Promise<string> => {
    for (let look = 0; look < 500; look += 1) {
      const found = await bank.checkouts.findRefund({ tenantId, key: refundId, checkoutId });
      if ('reference' in found) return found.reference;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('Coinbase was asked for no refund.');
  };

  it('is credited gross, and what Coinbase takes is a cost of ours', async () => {
    const { accountId, depositId } = await paid('100');
    expect(await bank.until(depositId, 'credited')).toMatchObject({ fee: usdc('1.000000'), provider: 'coinbase' });
    expect(await bank.usdc(accountId)).toBe(100_000_000n);
    expect(await bank.usdc(psp.checkouts)).toBe(99_000_000n);
    expect(await bank.usdc('main:cost/coinbase')).toBe(1_000_000n);
  });

  it.each(faults)('has one page though %s', async (_, fault) => {
    bank.double.control.fail({ method: 'POST', path: '/api/v1/checkouts', ...fault } as never);
    const { accountId } = await paid('30');
    expect(await bank.usdc(accountId)).toBe(30_000_000n);
  });

  it('goes back for an address that the payer confirmed, and not without one', async () => {
    const { accountId, depositId, checkoutId } = await paid('50');
    const body = { paymentId: depositId, amount: usdc('20'), reason: 'requested_by_customer' };
    expect(await bank.call('requestRefund', { body })).toMatchObject({
      status: 422,
      body: { code: 'refund_address_missing' },
    });
    bank.double.control.fail({ with: 'lost answer', method: 'POST', path: /\/refund$/ });
    const refundId = await refund(depositId, '20');
    bank.double.control.checkouts.settleRefund(await atCoinbase(refundId, checkoutId));
    expect(await bank.refundEnded(refundId)).toMatchObject({ status: 'completed', way: 'crypto', address: '0xabc' });
    expect(await bank.usdc(accountId)).toBe(30_000_000n);
    expect(await bank.until(depositId, 'credited')).toMatchObject({ refundable: usdc('30.000000') });
  });

  it('whose refund fails has its money on the account again', async () => {
    const { accountId, depositId, checkoutId } = await paid('50');
    const refundId = await refund(depositId, '20');
    bank.double.control.checkouts.failRefund(await atCoinbase(refundId, checkoutId));
    expect(await bank.refundEnded(refundId)).toMatchObject({ status: 'failed', failure: 'refund_failed' });
    expect(await bank.usdc(accountId)).toBe(50_000_000n);
  });
});

it('a payer who does not come back finds the page closed', async () => {
  const bank = await startCoinbaseBank('commerce', 300);
  const { accountId } = await bank.customer(0n);
  const { body } = await bank.call('createCryptoDeposit', { body: { accountId, amount: usdc('5') } });
  const depositId = String(body['depositId']);
  expect(await bank.depositEnded(depositId)).toMatchObject({ status: 'expired' });
  const { data } = bank.double.control.events()[0] as { readonly data: object };
  expect(() => bank.double.control.charges.pay((data as { readonly id: string }).id)).toThrow('is CANCELED');
  await bank.close();
});
