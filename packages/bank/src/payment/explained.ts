import { type CardDepositState, isPaid } from './card-deposit/card-deposit.ts';
import type { CardMovement } from './card-provider.ts';
import { type DisputeState, disputeIdOf } from './dispute/dispute.ts';
import type { Explained } from './payout/payout.ts';
import type { RefundState } from './refund/refund.ts';

/** What our own books say of the things that movements are about. */
export interface OwnBooks {
  readonly provider: string;
  deposit(tenantId: string, depositId: string): Promise<CardDepositState>;
  refund(tenantId: string, refundId: string): Promise<RefundState>;
  dispute(tenantId: string, disputeId: string): Promise<DisputeState>;
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
    movements.map(async (movement) => ({ ...movement, isExplained: await isBooked(books, tenantId, movement) })),
  );

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
      if (refund.status === 'unknown' || feeMinor !== 0n) return false;
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
    case 'payout':
    case 'other':
      return false;
  }
};

/** Sum of what nothing explains. */
export const unexplainedOf = (movements: readonly Explained[]): bigint =>
  movements.filter(({ isExplained }) => !isExplained).reduce((sum, { netMinor }) => sum + netMinor, 0n);
