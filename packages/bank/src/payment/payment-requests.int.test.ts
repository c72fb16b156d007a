import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PaymentBank, startPaymentBank } from './fixtures/payment-bank.ts';
import { requestSagaId } from './request/request.ts';

let bank: PaymentBank;
beforeAll(async () => {
  bank = await startPaymentBank();
});
afterAll(() => bank.close());

const later = '2099-01-01T00:00:00.000Z';
const ask = async (more: object = {}) => {
  const [payee, payer] = [await bank.customer(0n), await bank.customer(10_000n)];
  const requestId = bank.services.newId();
  const body = {
    requestId,
    payeeAccountId: payee.accountId,
    payerPartyId: payer.partyId,
    amount: { amount: '12.00', asset: 'EUR' },
    note: 'Pizza on Friday',
    expiresAt: later,
    ...more,
  };
  const answer = await bank.call('createPaymentRequest', { body, as: { actingFor: payee.partyId } });
  return {
    payee,
    payer,
    requestId,
    body,
    answer,
    asPayer: { actingFor: payer.partyId },
    asPayee: { actingFor: payee.partyId },
  };
};
const pay = (requestId: string, payerAccountId: string, as: object) =>
  bank.call('payPaymentRequest', { params: { requestId }, body: { payerAccountId }, as });

/** The events on the stream of a request. */
const history = async (requestId: string): Promise<readonly unknown[]> => {
  const { rows } = await bank.adminPool.query<{ type: string }>(
    'select type from events where tenant_id = $1 and stream = $2 order by version',
    [tenantId, `payment-request:${requestId}`],
  );
  return rows.map(({ type }) => type);
};

describe('a payment request', () => {
  it('is paid by who is asked, once, and only he and the payee see it', async () => {
    const { requestId, body, answer, payer, payee, asPayer, asPayee } = await ask();
    expect(answer).toMatchObject({ status: 201, body: { status: 'open', note: 'Pizza on Friday' } });
    expect((await bank.call('createPaymentRequest', { body, as: asPayee })).status).toBe(200);
    expect(await bank.call('createPaymentRequest', { body: { ...body, note: 'Wine' }, as: asPayee })).toMatchObject({
      status: 409,
      body: { code: 'payment_request_exists_with_different_content' },
    });
    await bank.settle();
    const listed = async (as: object) =>
      ((await bank.call('listPaymentRequests', { as })).body['items'] as readonly object[]).length;
    const stranger = await bank.customer(10_000n);
    const asStranger = { actingFor: stranger.partyId };
    expect([await listed(asPayer), await listed(asPayee), await listed(asStranger)]).toEqual([1, 1, 0]);
    expect((await bank.call('getPaymentRequest', { params: { requestId }, as: asStranger })).status).toBe(404);
    expect((await pay(requestId, stranger.accountId, asStranger)).status).toBe(404);
    expect((await pay(requestId, payee.accountId, asPayee)).status).toBe(404);
    expect(await pay(requestId, payer.accountId, asPayer)).toMatchObject({ status: 200, body: { status: 'paid' } });
    expect((await pay(requestId, payer.accountId, asPayer)).status).toBe(200);
    expect([await bank.posted(payer.accountId), await bank.posted(payee.accountId)]).toEqual([8_800n, 1_200n]);
    expect(await history(requestId)).toEqual(['PaymentRequested', 'PaymentRequestPaid']);
    expect(await bank.call('declinePaymentRequest', { params: { requestId }, as: asPayer })).toMatchObject({
      status: 409,
      body: { code: 'payment_request_over' },
    });
  });

  it('is declined by the payer or taken back by the payee, and is not paid then', async () => {
    for (const who of ['payer', 'payee'] as const) {
      const { requestId, payer, asPayer, asPayee } = await ask();
      const declined = await bank.call('declinePaymentRequest', {
        params: { requestId },
        as: who === 'payer' ? asPayer : asPayee,
      });
      expect(declined).toMatchObject({ status: 200, body: { status: 'declined', declinedBy: who } });
      expect(await pay(requestId, payer.accountId, asPayer)).toMatchObject({ status: 409 });
      expect(await history(requestId)).toEqual(['PaymentRequested', 'PaymentRequestDeclined']);
    }
  });

  it('needs the money, and stays open without it', async () => {
    const { requestId, payer, asPayer } = await ask({ amount: { amount: '100.01', asset: 'EUR' } });
    expect(await pay(requestId, payer.accountId, asPayer)).toMatchObject({
      status: 422,
      body: { code: 'insufficient_funds' },
    });
    expect((await bank.call('getPaymentRequest', { params: { requestId } })).body['status']).toBe('open');
  });

  it('expires by itself, and what is late is not paid though nobody has noted it', async () => {
    const past = await ask({ expiresAt: '2020-01-01T00:00:00.000Z' });
    await bank.services.sagas.settled({ tenantId, sagaId: requestSagaId(past.requestId) }, 5_000);
    expect((await bank.call('getPaymentRequest', { params: { requestId: past.requestId } })).body['status']).toBe(
      'expired',
    );
    expect(await pay(past.requestId, past.payer.accountId, past.asPayer)).toMatchObject({
      status: 409,
      body: { code: 'payment_request_over' },
    });
    expect(await history(past.requestId)).toEqual(['PaymentRequested', 'PaymentRequestExpired']);
    const expire = bank.modules.payment.commands.find(({ name }) => name === 'payment.ExpireRequest');
    const unknown = await bank.submit(expire as never, { requestId: bank.services.newId() } as never);
    expect(unknown).toMatchObject({ accepted: false, refusal: { code: 'payment_request_unknown' } });
  });

  it('is not asked of somebody who is not there', async () => {
    expect((await ask({ payerPartyId: bank.services.newId() })).answer.status).toBe(404);
  });
});
