import { type CardDepositState, isPaid } from './card-deposit/card-deposit.ts';
import type { CardMovement } from './card-provider.ts';
import { type DisputeState, disputeIdOf } from './dispute/dispute.ts';
import { type CardPayoutState, cardPayoutIdOf, type Explained, type PayoutCosts } from './payout/payout.ts';
import type { RefundState } from './refund/refund.ts';

/** What our own books say of the things that movements are about. */
export interface OwnBooks {
  readonly provider: string;
  deposit(tenantId: string, depositId: string): Promise<CardDepositState>;
  refund(tenantId: string, refundId: string): Promise<RefundState>;
  dispute(tenantId: string, disputeId: string): Promise<DisputeState>;
  payout(tenantId: string, payoutId: string): Promise<CardPayoutState>;
}

const ownId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a provider's word for what something is about can be an id of ours. */
export const isOwnId = (subject: string): boolean => ownId.test(subject);

/** Holds every movement of a provider against what we booked for it, to the cent. */
export const explain = (
  books: OwnBooks,
  tenantId: string,
  movements: readonly CardMovement[],
): Promise<readonly Explained[]> =>
  Promise.all(
    movements.map(async (movement) => {
      const isExplained = await isBooked(books, tenantId, movement);
      return { ...movement, isExplained, costMinor: isExplained ? costOf(movement) : 0n };
    }),
  );

/** What the provider took with a movement and no booking of ours has: it is booked with the payout. */
const costOf = ({ kind, feeMinor, netMinor }: CardMovement): bigint => {
  if (kind === 'fee') return -netMinor;
  return kind === 'refund' || kind === 'refund_failure' ? feeMinor : 0n;
};

const isBooked = async (books: OwnBooks, tenantId: string, movement: CardMovement): Promise<boolean> => {
  const { kind, subject = '', grossMinor, feeMinor } = movement;
  switch (kind) {
    case 'charge': {
      if (!isOwnId(subject)) return false;
      const deposit = await books.deposit(tenantId, subject);
      if (deposit.status === 'unknown' || !isPaid(deposit)) return false;
      return deposit.receivedMinor === grossMinor && (deposit.feeMinor ?? 0n) === feeMinor;
    }
    case 'refund':
    case 'refund_failure': {
      if (!isOwnId(subject)) return false;
      const refund = await books.refund(tenantId, subject);
      if (refund.status === 'unknown') return false;
      // One that failed on its way left and came back at the provider, and neither with us.
      const isOut = refund.status === 'completed' || refund.status === 'returned' || refund.status === 'failed';
      const isBack = refund.status === 'returned' || refund.status === 'failed';
      return kind === 'refund'
        ? isOut && refund.amountMinor === -grossMinor
        : isBack && refund.amountMinor === grossMinor;
    }
    case 'dispute':
    case 'dispute_reversal': {
      const dispute = await books.dispute(tenantId, disputeIdOf(books.provider, subject));
      if (dispute.status === 'unknown') return false;
      return kind === 'dispute'
        ? dispute.withdrawnMinor === -grossMinor && dispute.feeMinor === feeMinor
        : dispute.status === 'won' && dispute.withdrawnMinor === grossMinor && feeMinor === 0n;
    }
    case 'payout_failure': {
      const payout = await books.payout(tenantId, cardPayoutIdOf(books.provider, subject));
      return payout.status === 'returned' && payout.amountMinor === grossMinor && feeMinor === 0n;
    }
    // Its own fees are what the provider says they are.
    case 'fee':
      return true;
    case 'payout':
    case 'other':
      return false;
  }
};

/** What is booked as cost with a payout, gross both ways. */
export const costsOf = (movements: readonly Explained[]): PayoutCosts => {
  const sum = (some: readonly bigint[]): bigint => some.reduce((total, one) => total + one, 0n);
  const costs = movements.map(({ costMinor }) => costMinor);
  return { takenMinor: sum(costs.filter((one) => one > 0n)), givenBackMinor: -sum(costs.filter((one) => one < 0n)) };
};

/** Sum of what nothing explains. */
export const unexplainedOf = (movements: readonly Explained[]): bigint =>
  movements.filter(({ isExplained }) => !isExplained).reduce((sum, { netMinor }) => sum + netMinor, 0n);
