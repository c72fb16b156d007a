import type { Decision } from '@finaegis/kernel/decision';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import {
  cancelStandingOrder,
  type OrderFacts,
  registerStandingOrder,
  type StandingOrder,
  type StandingOrderRefusal,
  type StandingOrderState,
  type StandingOrderTerms,
  standingOrderAggregate,
} from './standing-order.ts';

const reference = (name: string) => ({ ref: `ref of ${name}`, commitment: `commitment of ${name}` });
const terms: StandingOrderTerms = {
  orderId: 'o1',
  accountId: 'a1',
  asset: 'CZK',
  amountMinor: 245_200n,
  frequency: 'monthly',
  counterparty: { bank: 'YZ', account: '87144583' },
  purpose: 'household',
};
const facts: OrderFacts = { accountStatus: 'open', isAssetKnown: true, counterpartyName: reference('Petr') };
const unknown: StandingOrderState = { status: 'unknown' };
const active: StandingOrder = {
  ...terms,
  counterpartyName: reference('Petr'),
  status: 'active',
  registeredAt: '2026-01-02T03:04:05.678Z',
};
const after = (state: StandingOrderState, decision: Decision<NewEvent, StandingOrderRefusal>): StandingOrderState => {
  if (!decision.accepted) throw new Error(decision.rejection.code);
  return decision.events.reduce(
    (folded, event) =>
      fold(standingOrderAggregate, folded, { ...event, bookedAt: active.registeredAt } as RecordedEvent),
    state,
  );
};
const resultOf = (decision: Decision<NewEvent, StandingOrderRefusal>): unknown =>
  decision.accepted ? decision.events.map(({ stream, type }) => `${stream} ${type}`) : decision.rejection;

describe('a standing order', () => {
  it('is kept on a stream of its own, with its texts by reference only', () => {
    const decision = registerStandingOrder(unknown, terms, facts);
    expect(resultOf(decision)).toEqual(['standing-order:o1 StandingOrderRegistered']);
    expect(decision.accepted && decision.events[0]?.data).toEqual({ ...terms, counterpartyName: reference('Petr') });
  });

  it('remembers everything that was given, from when it is and when it ended', () => {
    const whole = { ...terms, firstOn: '2026-02-01', externalReference: '29401' };
    const texts = { counterpartyName: reference('Petr'), remittance: reference('Rent') };
    const registered = after(unknown, registerStandingOrder(unknown, whole, { ...facts, ...texts }));
    expect(registered).toEqual({ ...whole, ...texts, status: 'active', registeredAt: active.registeredAt });
    const { purpose: _purpose, ...bare } = terms;
    const plain = { accountStatus: 'open', isAssetKnown: true } as const;
    const unnamed = after(unknown, registerStandingOrder(unknown, bare, plain));
    expect(unnamed).toEqual({ ...bare, status: 'active', registeredAt: active.registeredAt });
    expect(resultOf(registerStandingOrder(unnamed, bare, plain))).toEqual([]);
    expect(resultOf(registerStandingOrder(unnamed, bare, facts))).toMatchObject({
      code: 'standing_order_exists_with_different_content',
    });
    expect(after(registered, cancelStandingOrder(registered, whole))).toEqual({
      ...(registered as StandingOrder),
      status: 'cancelled',
      cancelledAt: active.registeredAt,
    });
    expect(() => standingOrderAggregate.evolve(active, { type: 'OrderSold', data: {} } as never)).toThrow(
      'Unreachable',
    );
  });

  it('registered twice is one order, also when the texts were sealed anew or it was cancelled since', () => {
    const again = { ...facts, counterpartyName: { ...reference('Petr'), ref: 'another' } };
    expect(resultOf(registerStandingOrder(active, terms, again))).toEqual([]);
    expect(resultOf(registerStandingOrder({ ...active, status: 'cancelled' }, terms, facts))).toEqual([]);
    expect(resultOf(registerStandingOrder(active, terms, { ...facts, accountStatus: 'closed' }))).toEqual([]);
  });

  it.each<[string, Partial<StandingOrderTerms>, Partial<OrderFacts>]>([
    ['account', { accountId: 'a2' }, {}],
    ['asset', { asset: 'EUR' }, {}],
    ['amount', { amountMinor: 1n }, {}],
    ['frequency', { frequency: 'weekly' }, {}],
    ['bank paid', { counterparty: { bank: 'ST', account: '87144583' } }, {}],
    ['account paid', { counterparty: { bank: 'YZ', account: '1' } }, {}],
    ['purpose', { purpose: 'loan' }, {}],
    ['first day', { firstOn: '2026-02-01' }, {}],
    ['external reference', { externalReference: '29401' }, {}],
    ['payee’s name', {}, { counterpartyName: reference('Pavel') }],
    ['text', {}, { remittance: reference('Rent') }],
  ])('with another %s under the same id is refused', (_, other, otherFacts) => {
    expect(resultOf(registerStandingOrder(active, { ...terms, ...other }, { ...facts, ...otherFacts }))).toEqual({
      code: 'standing_order_exists_with_different_content',
      order: 'o1',
    });
  });

  it('is refused for the first reason there is', () => {
    const refused = (wrong: Partial<OrderFacts>) =>
      resultOf(registerStandingOrder(unknown, { ...terms, amountMinor: 0n }, { ...facts, ...wrong }));
    expect(refused({ accountStatus: undefined, isAssetKnown: false })).toEqual({
      code: 'account_unknown',
      account: 'a1',
    });
    expect(refused({ accountStatus: 'closed', isAssetKnown: false })).toEqual({
      code: 'account_closed',
      account: 'a1',
    });
    expect(refused({ isAssetKnown: false })).toEqual({ code: 'asset_not_registered', asset: 'CZK' });
    expect(refused({})).toEqual({ code: 'amount_not_positive' });
  });

  it('is cancelled once, and only on its own account', () => {
    const order = { orderId: 'o1', accountId: 'a1' };
    const cancelled = cancelStandingOrder(active, order);
    expect(resultOf(cancelled)).toEqual(['standing-order:o1 StandingOrderCancelled']);
    expect(cancelled.accepted && cancelled.events[0]?.data).toEqual(order);
    expect(resultOf(cancelStandingOrder({ ...active, status: 'cancelled' }, order))).toEqual([]);
    const unknownOrder = { code: 'standing_order_unknown', order: 'o1' };
    expect(resultOf(cancelStandingOrder(active, { ...order, accountId: 'a2' }))).toEqual(unknownOrder);
    expect(resultOf(cancelStandingOrder(unknown, order))).toEqual(unknownOrder);
  });
});
