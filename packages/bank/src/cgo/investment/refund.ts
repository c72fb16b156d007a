import { accept, reject } from '@finaegis/kernel/decision';
import type { Book } from '../../ledger/contract.ts';
import { daysAfter, type OfferingSettings, unitsToMinor } from '../settings.ts';
import { bookRefundSent, bookSharesReturned, investmentJournalId } from './bookings.ts';
import type { InvestmentDecision } from './decide.ts';
import {
  about,
  type Investment,
  type InvestmentRefund,
  type InvestmentState,
  investmentAggregate,
} from './investment.ts';

/** Asks for the money of a confirmed investment back. */
export interface RequestRefund {
  readonly investmentId: string;
  readonly refundId: string;
  readonly reason: string;
}

/** The refund that is neither rejected nor over; there is one at a time. */
export const currentRefund = ({ refunds }: Investment): InvestmentRefund | undefined =>
  refunds.find(({ status }) => status !== 'rejected');

/** Takes a refund on; asked for twice it is one. */
export const requestRefund = (
  state: InvestmentState,
  { investmentId, refundId, reason }: RequestRefund,
  { at, policy }: { readonly at: string; readonly policy: OfferingSettings['refund'] },
): InvestmentDecision => {
  if (state.status === 'unknown') return reject({ code: 'investment_unknown', investmentId });
  const known = state.refunds.find((refund) => refund.refundId === refundId);
  if (known !== undefined)
    return known.reason === reason
      ? accept()
      : reject({ code: 'investment_refund_exists_with_different_content', refundId });
  const { confirmedAt, amountMinor, assetDecimals } = state;
  if (state.status !== 'confirmed' || confirmedAt === undefined)
    return reject({ code: 'investment_not_refundable', status: state.status });
  const endedAt = daysAfter(confirmedAt, policy.windowDays);
  if (endedAt < at) return reject({ code: 'investment_refund_window_over', endedAt });
  const underWay = currentRefund(state);
  if (underWay !== undefined) return reject({ code: 'investment_refund_under_way', refundId: underWay.refundId });
  const isApproved =
    amountMinor <= unitsToMinor(policy.approvedMaxUnits, assetDecimals) ||
    at <= daysAfter(confirmedAt, policy.approvedDays) ||
    policy.technicalReasons.includes(reason);
  const data = { ...about(state), refundId, reason, needsApproval: !isApproved, requestedAt: at };
  return accept(investmentAggregate.record(investmentId, 'InvestmentRefundRequested', data));
};

/** What another person decides about a refund. */
export interface ReviewRefund {
  readonly investmentId: string;
  readonly decision: 'approved' | 'rejected';
  readonly reason?: string | undefined;
}

/** Approves or rejects the refund that waits; never by who asked for it. */
export const reviewRefund = (
  state: InvestmentState,
  { investmentId, decision, reason }: ReviewRefund,
  reviewer: string,
): InvestmentDecision => {
  if (state.status === 'unknown') return reject({ code: 'investment_unknown', investmentId });
  const refund = state.refunds.at(-1);
  if (refund === undefined) return reject({ code: 'investment_refund_unknown', investmentId });
  const { refundId, status, requestedBy } = refund;
  if (refund.reviewedBy === reviewer && (status === 'rejected') === (decision === 'rejected')) return accept();
  if (status !== 'requested') return reject({ code: 'investment_refund_not_in_review', status });
  if (requestedBy === reviewer) return reject({ code: 'reviewer_is_requester', reviewer });
  return accept(
    investmentAggregate.record(investmentId, 'InvestmentRefundReviewed', {
      ...about(state),
      refundId,
      decision,
      reviewedBy: reviewer,
      ...(reason === undefined ? {} : { reason }),
    }),
  );
};

/** One step of a refund that is under way. */
export interface RefundStep {
  readonly investmentId: string;
  readonly refundId: string;
  readonly at: string;
}

const refundOf = (state: InvestmentState, refundId: string): InvestmentRefund | undefined =>
  state.status === 'unknown' ? undefined : state.refunds.find((refund) => refund.refundId === refundId);

/** Gives the shares back to the round, voids the certificate and sends the money and the fee on their way: all of it, or none. */
export const returnShares = (
  state: InvestmentState,
  { investmentId, refundId, at }: RefundStep,
  book: Book,
): InvestmentDecision => {
  if (state.status === 'unknown') return reject({ code: 'investment_unknown', investmentId });
  if (state.status === 'refunding' || state.status === 'refunded') return accept();
  const status = refundOf(state, refundId)?.status;
  if (status === undefined) return reject({ code: 'investment_refund_unknown', investmentId });
  if (status !== 'approved') return reject({ code: 'investment_refund_not_in_review', status });
  const booked = bookSharesReturned(book, state);
  if (!booked.accepted) return booked;
  const { amountMinor, sharesMinor, certificateNumber = '' } = state;
  const data = {
    ...about(state),
    refundId,
    amountMinor,
    sharesMinor,
    certificateNumber,
    journalId: investmentJournalId(investmentId, 'return-shares'),
    returnedAt: at,
  };
  return accept(...booked.events, investmentAggregate.record(investmentId, 'InvestmentSharesReturned', data));
};

/** The money has reached the investor. */
export const completeRefund = (
  state: InvestmentState,
  { investmentId, refundId }: RefundStep,
  book: Book,
): InvestmentDecision => {
  if (state.status === 'unknown') return reject({ code: 'investment_unknown', investmentId });
  if (state.status !== 'refunding') return accept();
  const sent = bookRefundSent(book, state, 'settle-refund');
  if (!sent.accepted) return sent;
  return accept(
    ...sent.events,
    investmentAggregate.record(investmentId, 'InvestmentRefunded', { ...about(state), refundId }),
  );
};

/** Nobody decided in time, or the books refused it: nothing has happened, and it may be asked for again. */
export const closeRefund = (
  state: InvestmentState,
  {
    investmentId,
    refundId,
    reason,
  }: { readonly investmentId: string; readonly refundId: string; readonly reason: string },
): InvestmentDecision => {
  if (state.status === 'unknown') return reject({ code: 'investment_unknown', investmentId });
  const status = refundOf(state, refundId)?.status;
  if (status !== 'requested' && status !== 'approved') return accept();
  const data = { ...about(state), refundId, decision: 'rejected', reviewedBy: 'system', reason } as const;
  return accept(investmentAggregate.record(investmentId, 'InvestmentRefundReviewed', data));
};
