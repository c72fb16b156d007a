import type { Aggregate } from '@finaegis/platform/event-store/aggregate';
import { rehydrate } from '@finaegis/platform/event-store/read';
import { read, type Services } from '@finaegis/platform/services';
import {
  type CardDeposit,
  type CardDepositState,
  type CardPayer,
  cardDepositAggregate,
  cardPayerAggregate,
} from './card-deposit/card-deposit.ts';
import { type Dispute, type DisputeState, disputeAggregate } from './dispute/dispute.ts';
import { type CardPayoutBooking, type CardPayoutState, cardPayoutAggregate } from './payout/payout.ts';
import { type PspDay, type PspDayState, pspDayAggregate } from './psp-day/psp-day.ts';
import { type Listed, listedIn, type Page } from './reads.ts';
import { type RefundPolicies, refundPolicyAggregate } from './refund/policy.ts';
import { type Refund, type RefundState, refundAggregate } from './refund/refund.ts';
import { type Remainder, remainderAggregate } from './refund/remainder.ts';
import { type CardFilter, type CardKind, listCards } from './views/cards.ts';

type List<Item> = (tenantId: string, filter: CardFilter, page: Page) => Promise<readonly Listed<Item>[]>;

/** The read side of cards, refunds and disputes. Nothing here asks who may see it. */
export interface CardReads {
  deposit(tenantId: string, depositId: string): Promise<CardDepositState>;
  payer(tenantId: string, accountId: string): Promise<CardPayer>;
  refund(tenantId: string, refundId: string): Promise<RefundState>;
  refundPolicies(tenantId: string, entity: string): Promise<RefundPolicies>;
  dispute(tenantId: string, disputeId: string): Promise<DisputeState>;
  payout(tenantId: string, payoutId: string): Promise<CardPayoutState>;
  pspDay(tenantId: string, dayId: string): Promise<PspDayState>;
  /** What of a payment has gone back or is claimed. */
  remainder(tenantId: string, paymentId: string): Promise<Remainder>;
  readonly listDeposits: List<CardDeposit>;
  readonly listRefunds: List<Refund>;
  readonly listDisputes: List<Dispute>;
  readonly listPayouts: List<CardPayoutBooking>;
  readonly listPspDays: List<PspDay>;
}

/** The read side over the database; `services` is used by requests only, since it is complete only after all contexts are wired. */
export const createCardReads = (services: Services): CardReads => {
  const one =
    <State>(aggregate: Aggregate<State, never>) =>
    (tenantId: string, id: string): Promise<State> =>
      read(
        services,
        tenantId,
        async (tx) => (await rehydrate(tx, services.catalogue, aggregate, { tenantId, id })).state,
      );
  const listed = listedIn(services);
  const list =
    <State extends { readonly status: string }, Item extends State>(
      kind: CardKind,
      aggregate: Aggregate<State, never>,
    ): List<Item> =>
    (tenantId, filter, page) =>
      listed(tenantId, aggregate, {
        rows: (tx) => listCards(tx, tenantId, { ...filter, kind }, page),
        idOf: ({ id }) => id,
      });
  return {
    deposit: one(cardDepositAggregate),
    payer: one(cardPayerAggregate),
    refund: one(refundAggregate),
    refundPolicies: one(refundPolicyAggregate),
    dispute: one(disputeAggregate),
    payout: one(cardPayoutAggregate),
    pspDay: one(pspDayAggregate),
    remainder: one(remainderAggregate),
    listDeposits: list('deposit', cardDepositAggregate),
    listRefunds: list('refund', refundAggregate),
    listDisputes: list('dispute', disputeAggregate),
    listPayouts: list('payout', cardPayoutAggregate),
    listPspDays: list('day', pspDayAggregate),
  };
};
