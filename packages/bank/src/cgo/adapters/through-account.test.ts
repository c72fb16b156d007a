import { describe, expect, it } from 'vitest';
import type { CardDepositState, Incoming, IncomingState, RefundState } from '../../payment/contract.ts';
import type { PaymentRequest } from '../ports.ts';
import { bankPayments, cardPayments, type PaymentDoor } from './through-account.ts';

const request: PaymentRequest = {
  tenantId: 'tenant',
  key: '0190b000-0000-7000-8000-000000000001',
  method: 'card',
  partyId: 'party',
  accountId: 'account',
  asset: 'EUR',
  assetDecimals: 2,
  amountMinor: 100n,
  reference: 'REF1',
  waitingSagaId: 'saga',
};
const deposit = (status: string, more: object = {}) =>
  ({ depositId: request.key, accountId: 'account', status, ...more }) as unknown as CardDepositState;
const refund = (status: string, more: object = {}) => ({ status, ...more }) as unknown as RefundState;
const incoming = (incomingId: string, amountMinor: bigint) => ({ incomingId, amountMinor }) as unknown as Incoming;

/** Payments as they stand, and the commands that were given; a refusal where one is to come. */
const world = (
  stands: {
    readonly deposit?: CardDepositState;
    readonly refund?: RefundState;
    readonly refundedMinor?: bigint;
    readonly credited?: readonly Incoming[];
    readonly iban?: string;
    readonly told?: object;
    readonly refusal?: string;
  } = {},
) => {
  const given: { readonly name: string; readonly data: Readonly<Record<string, unknown>> }[] = [];
  const door: PaymentDoor = {
    createCardDeposit: { name: 'create' } as never,
    sendBack: { name: 'send-back' } as never,
    deposit: async () => stands.deposit ?? { status: 'unknown' },
    refund: async () => stands.refund ?? { status: 'unknown' },
    refundedMinor: async () => stands.refundedMinor ?? 0n,
    incoming: async (_, incomingId) =>
      ({ incomingId, ...(stands.told ?? { status: 'unknown' }) }) as unknown as IncomingState,
    credited: async () => stands.credited ?? [],
    ibanOf: async () => stands.iban,
  };
  const services = {
    commands: {
      submit: async ({ name }: { readonly name: string }, data: Readonly<Record<string, unknown>>) => {
        given.push({ name, data });
        const { refusal } = stands;
        const outcome = refusal === undefined ? { accepted: true } : { accepted: false, refusal: { code: refusal } };
        return { kind: 'decided', outcome };
      },
    },
  } as never;
  return { given, card: cardPayments(services, door), bank: bankPayments(services, door) };
};

describe('an investment by card', () => {
  it('is a deposit to the own account under the key of the payment', async () => {
    const { card, given } = world({ deposit: deposit('announced') });
    expect(await card.requestPayment(request)).toEqual({ kind: 'pending', cardDepositId: request.key });
    expect(given).toMatchObject([
      {
        name: 'create',
        data: { depositId: request.key, accountId: 'account', amountMinor: 100n, waitingSagaId: 'saga' },
      },
    ]);
    expect(await world({ refusal: 'card_asset_not_supported' }).card.requestPayment(request)).toEqual({
      kind: 'failed',
      code: 'card_asset_not_supported',
    });
    expect(await world().card.findPayment(request)).toBeUndefined();
  });

  it.each<[string, object, object]>([
    ['requires_action', {}, { kind: 'pending', cardDepositId: request.key }],
    ['announced', { waitingSagaId: 'saga' }, { kind: 'pending', cardDepositId: request.key, isTold: true }],
    ['suspended', {}, { kind: 'pending', cardDepositId: request.key }],
    ['credited', { receivedMinor: 99n }, { kind: 'paid', payer: 'account', paidMinor: 99n }],
    ['failed', { reason: 'lost_card' }, { kind: 'failed', code: 'lost_card' }],
    ['expired', {}, { kind: 'failed', code: 'card_deposit_expired' }],
  ])('whose deposit is %s', async (status, more, state) => {
    expect(await world({ deposit: deposit(status, more) }).card.findPayment(request)).toEqual(state);
  });

  const credited = deposit('credited', { receivedMinor: 100n });
  it.each<[string, Parameters<typeof world>[0], object, number]>([
    ['nothing came', { deposit: deposit('expired') }, { kind: 'refunded' }, 0],
    ['it is asked for the first time', { deposit: credited }, { kind: 'pending' }, 1],
    [
      'payments refuse it',
      { deposit: credited, refusal: 'refund_exceeds_remainder' },
      { kind: 'failed', code: 'refund_exceeds_remainder' },
      1,
    ],
    ['a person was faster', { deposit: credited, refundedMinor: 100n }, { kind: 'refunded' }, 0],
    ['it is under way', { deposit: credited, refund: refund('submitted') }, { kind: 'pending' }, 0],
    ['it has gone', { deposit: credited, refund: refund('completed') }, { kind: 'refunded' }, 0],
    [
      'it came back',
      { deposit: credited, refund: refund('returned', { failure: 'AC04' }) },
      { kind: 'failed', code: 'AC04' },
      0,
    ],
    [
      'a person has sent what came back',
      { deposit: credited, refund: refund('failed'), refundedMinor: 100n },
      { kind: 'refunded' },
      0,
    ],
  ])('goes back to the card: %s', async (_, stands, going, commands) => {
    const { card, given } = world(stands);
    expect(await card.refund({ ...request, payer: 'account' })).toEqual(going);
    expect(given).toHaveLength(commands);
    if (commands > 0)
      expect(given[0]?.data).toMatchObject({ paymentId: request.key, amountMinor: 100n, approvedBy: 'cgo' });
  });
});

describe('an investment by bank', () => {
  it('is a transfer to the own number, and the first that quotes its reference pays', async () => {
    const pending = { kind: 'pending', payToIban: 'DE1', isTold: true };
    expect(await world({ iban: 'DE1' }).bank.requestPayment(request)).toEqual(pending);
    expect(await world().bank.findPayment(request)).toEqual({ kind: 'failed', code: 'account_has_no_number' });
    const { bank, given } = world({ credited: [incoming('second', 5n), incoming('first', 90n)] });
    expect(await bank.findPayment(request)).toEqual({ kind: 'paid', payer: 'account', paidMinor: 90n });
    expect(await bank.refund({ ...request, payer: 'account' })).toEqual({ kind: 'pending' });
    expect(given).toMatchObject([{ data: { paymentId: 'first', amountMinor: 90n } }]);
  });

  it.each<[string, object, boolean]>([
    ['as it was told', {}, true],
    ['and lies on another account', { creditedTo: 'other' }, false],
    ['in another asset', { asset: 'USD' }, false],
    ['under another reference', { endToEndId: 'REF2' }, false],
    ['and was not credited', { status: 'suspended' }, false],
  ])('told of before the list has it is looked at before it is believed: %s', async (_, change, isPaid) => {
    const told = {
      status: 'credited',
      creditedTo: 'account',
      asset: 'EUR',
      endToEndId: 'REF1',
      amountMinor: 70n,
      ...change,
    };
    const { bank } = world({ iban: 'DE1', told });
    expect((await bank.findPayment(request))?.kind).toBe('pending');
    expect(await bank.findPayment({ ...request, toldOf: 'first' })).toMatchObject(
      isPaid ? { kind: 'paid', payer: 'account', paidMinor: 70n } : { kind: 'pending' },
    );
  });

  it('that somebody recorded by hand is sent back by hand, and where nothing came nothing goes', async () => {
    const { bank, card, given } = world({ iban: 'DE1', deposit: deposit('credited', { receivedMinor: 100n }) });
    const recorded = { kind: 'failed', code: 'payment_recorded_by_hand' };
    const byHand = { ...request, payer: 'main:nostro/ing' };
    expect([await bank.refund(byHand), await card.refund(byHand)]).toEqual([recorded, recorded]);
    expect(await bank.refund(request)).toEqual({ kind: 'refunded' });
    expect(given).toEqual([]);
  });
});
