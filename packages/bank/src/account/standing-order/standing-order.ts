import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import type { PersonalRef } from '@finaegis/platform/event-store/personal-ref';
import { type orderFrequencies, standingOrderCancelled, standingOrderRegistered } from './events.ts';

/** Terms of an order; they never change: another amount is another order. */
export interface StandingOrderTerms {
  readonly orderId: string;
  /** The account that pays. */
  readonly accountId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly frequency: (typeof orderFrequencies)[number];
  /** Whom it pays, as its bank knows the account. */
  readonly counterparty: { readonly bank: string; readonly account: string };
  /** A code of the customer's or of the system the order comes from; free text is `remittance`. */
  readonly purpose?: string | undefined;
  /** First day it is due; from its registration when absent. */
  readonly firstOn?: string | undefined;
  /** Its number in the system it comes from. */
  readonly externalReference?: string | undefined;
}

/** Personal texts of an order, sealed for the account that pays. */
export interface StandingOrderTexts {
  readonly counterpartyName?: PersonalRef | undefined;
  readonly remittance?: PersonalRef | undefined;
}

/** An order as it stands. */
export interface StandingOrder extends StandingOrderTerms, StandingOrderTexts {
  readonly status: 'active' | 'cancelled';
  readonly registeredAt: string;
  readonly cancelledAt?: string;
}

export type StandingOrderState = { readonly status: 'unknown' } | StandingOrder;

/** Declared in order of precedence. */
export type StandingOrderRefusal =
  | { readonly code: 'standing_order_exists_with_different_content'; readonly order: string }
  | { readonly code: 'account_unknown'; readonly account: string }
  | { readonly code: 'account_closed'; readonly account: string }
  | { readonly code: 'asset_not_registered'; readonly asset: string }
  | { readonly code: 'amount_not_positive' }
  | { readonly code: 'standing_order_unknown'; readonly order: string };

const definitions = [standingOrderRegistered, standingOrderCancelled] as const;
type StandingOrderEvent = EventOf<(typeof definitions)[number]>;

const evolve = (state: StandingOrderState, event: Recorded<StandingOrderEvent>): StandingOrderState => {
  switch (event.type) {
    case 'StandingOrderRegistered':
      return { ...event.data, status: 'active', registeredAt: event.meta.bookedAt };
    case 'StandingOrderCancelled':
      return { ...(state as StandingOrder), status: 'cancelled', cancelledAt: event.meta.bookedAt };
    default:
      return unreachable(event);
  }
};

/** One stream per order for its whole life. */
export const standingOrderAggregate: Aggregate<StandingOrderState, StandingOrderEvent> = defineAggregate({
  context: 'account',
  name: 'standing-order',
  initial: { status: 'unknown' } as StandingOrderState,
  events: definitions,
  evolve,
});

/** What registering is decided on besides the order itself. */
export interface OrderFacts extends StandingOrderTexts {
  /** Undefined where there is no such account of a customer. */
  readonly accountStatus: 'open' | 'closed' | undefined;
  readonly isAssetKnown: boolean;
}

/** Keeps an order, or recognises the same one asked for again, whatever has become of it. */
export const registerStandingOrder = (
  state: StandingOrderState,
  terms: StandingOrderTerms,
  { accountStatus, isAssetKnown, counterpartyName, remittance }: OrderFacts,
): Decision<NewEvent, StandingOrderRefusal> => {
  const { orderId: order, accountId: account, asset, amountMinor, purpose, firstOn, externalReference } = terms;
  if (state.status !== 'unknown') {
    return isSameOrder(state, { ...terms, counterpartyName, remittance })
      ? accept()
      : reject({ code: 'standing_order_exists_with_different_content', order });
  }
  if (accountStatus === undefined) return reject({ code: 'account_unknown', account });
  if (accountStatus === 'closed') return reject({ code: 'account_closed', account });
  if (!isAssetKnown) return reject({ code: 'asset_not_registered', asset });
  if (amountMinor <= 0n) return reject({ code: 'amount_not_positive' });

  return accept(
    standingOrderAggregate.record(order, 'StandingOrderRegistered', {
      orderId: order,
      accountId: account,
      asset,
      amountMinor,
      frequency: terms.frequency,
      counterparty: terms.counterparty,
      ...(counterpartyName === undefined ? {} : { counterpartyName }),
      ...(remittance === undefined ? {} : { remittance }),
      ...(purpose === undefined ? {} : { purpose }),
      ...(firstOn === undefined ? {} : { firstOn }),
      ...(externalReference === undefined ? {} : { externalReference }),
    }),
  );
};

const isSameOrder = (order: StandingOrder, other: StandingOrderTerms & StandingOrderTexts): boolean =>
  order.accountId === other.accountId &&
  order.asset === other.asset &&
  order.amountMinor === other.amountMinor &&
  order.frequency === other.frequency &&
  order.counterparty.bank === other.counterparty.bank &&
  order.counterparty.account === other.counterparty.account &&
  order.purpose === other.purpose &&
  order.firstOn === other.firstOn &&
  order.externalReference === other.externalReference &&
  // Equal texts of one account have equal commitments, so the texts themselves need not be read.
  order.counterpartyName?.commitment === other.counterpartyName?.commitment &&
  order.remittance?.commitment === other.remittance?.commitment;

/** Ends an order, once. It is also ended on a closed account, and it is unknown on any account but its own. */
export const cancelStandingOrder = (
  state: StandingOrderState,
  { orderId: order, accountId }: Pick<StandingOrderTerms, 'orderId' | 'accountId'>,
): Decision<NewEvent, StandingOrderRefusal> => {
  if (state.status === 'unknown' || state.accountId !== accountId)
    return reject({ code: 'standing_order_unknown', order });
  return state.status === 'cancelled'
    ? accept()
    : accept(standingOrderAggregate.record(order, 'StandingOrderCancelled', { orderId: order, accountId }));
};
