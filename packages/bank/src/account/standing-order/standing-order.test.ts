import type { Decision } from '@finaegis/kernel/decision';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import {
  cancelStandingOrder,
  type OrderFacts,
  registerStandingOrder,
  type StandingOrder,
  type StandingOrderRefusal,
  type StandingOrderState,
  type StandingOrderTerms,
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
const resultOf = (decision: Decision<NewEvent, StandingOrderRefusal>): unknown =>
  decision.accepted ? decision.events.map(({ stream, type }) => `${stream} ${type}`) : decision.rejection;

describe('a standing order', () => {
  it('is kept on a stream of its own, with its texts by reference only', () => {
    const decision = registerStandingOrder(unknown, terms, facts);
    expect(resultOf(decision)).toEqual(['standing-order:o1 StandingOrderRegistered']);
    expect(decision.accepted && decision.events[0]?.data).toEqual({ ...terms, counterpartyName: reference('Petr') });
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
    expect(resultOf(cancelStandingOrder(active, order))).toEqual(['standing-order:o1 StandingOrderCancelled']);
    expect(resultOf(cancelStandingOrder({ ...active, status: 'cancelled' }, order))).toEqual([]);
    const unknownOrder = { code: 'standing_order_unknown', order: 'o1' };
    expect(resultOf(cancelStandingOrder(active, { ...order, accountId: 'a2' }))).toEqual(unknownOrder);
    expect(resultOf(cancelStandingOrder(unknown, order))).toEqual(unknownOrder);
  });
});
