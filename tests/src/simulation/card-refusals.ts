import { type AuditedCardDeposit, type AuditedRefund, takenOf } from './card-books.ts';
import { cardAsset } from './cards-twin.ts';
import type { Case } from './refusal-case.ts';

const depositOf = ({ books: { cards }, asked: { paymentId = '' } }: Case): AuditedCardDeposit | undefined =>
  cards.deposits.get(paymentId);
const refundOf = ({ books: { cards }, asked: { refundId = '' } }: Case): AuditedRefund | undefined =>
  cards.refunds.get(refundId);
/** Whether it stands as the refusal says, and in none of the states that would have let the command through. */
const isOnly = (its: Case, ...others: readonly string[]): boolean => {
  const status = refundOf(its)?.status.toLowerCase() ?? '';
  return status === its.refusal['status'] && !others.includes(status);
};

/** Why a bank may say no to a deposit by card or to a refund. */
export const cardRefusals: Readonly<Record<string, (its: Case) => boolean>> = {
  account_unknown: (its) =>
    its.name === 'createCardDeposit' && !its.books.customers.accounts.has(its.refusal['account'] ?? ''),
  card_deposit_exists_with_different_content: ({ books, asked }) => books.cards.deposits.has(asked.depositId ?? ''),
  card_asset_not_supported: ({ asked }) => asked.asset !== cardAsset,
  payment_not_refundable: (its) => depositOf(its)?.status !== 'credited',
  refund_exists_with_different_content: (its) => refundOf(its) !== undefined,
  refund_asset_differs: (its) => its.asked.asset !== depositOf(its)?.asset,
  refund_exceeds_remainder: (its) => {
    const { paymentId = '' } = its.asked;
    const disputed = its.books.cards.disputed.get(paymentId) ?? 0n;
    const left = (depositOf(its)?.received ?? 0n) - takenOf(its.books.cards, paymentId) - disputed;
    const remaining = left > 0n ? left : 0n;
    return remaining === BigInt(its.refusal['remainingMinor'] ?? '-1') && (its.asked.amountMinor ?? 0n) > remaining;
  },
  refund_unknown: (its) => refundOf(its) === undefined,
  refund_not_awaiting_approval: (its) => isOnly(its, 'requested'),
  approver_is_requester: (its) => refundOf(its)?.requestedBy === its.actor,
  refund_not_cancellable: (its) => isOnly(its, 'requested', 'approved', 'cancelled'),
  refund_not_returnable: (its) => isOnly(its, 'completed', 'returned'),
};
