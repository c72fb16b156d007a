import { unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf } from '@finaegis/platform/event-store/event';
import type { JournalRefusal } from '../../ledger/contract.ts';
import type { DueDiligence } from '../settings.ts';
import { investmentEvents, type investmentRequested } from './events.ts';

/** What an investment was asked for with; it never changes. */
export type InvestmentTerms = EventOf<typeof investmentRequested>['data'];

/** States to draw: the last four are ends. */
export const investmentStatuses = [
  'requested',
  'kyc_required',
  'aml_review',
  'awaiting_payment',
  'paid',
  'confirmed',
  'refunding',
  'refunded',
  'cancelled',
  'failed',
  'expired',
] as const;
export type InvestmentStatus = (typeof investmentStatuses)[number];

/** Money paid in, and where it is. */
export interface PayIn {
  readonly paidMinor: bigint;
  /** Account it was taken from: the investor's, or the house account it arrived on. */
  readonly payer: string;
  /** Whether it is the amount asked for. */
  readonly isExact: boolean;
  readonly isReturned: boolean;
}

/** A refund of a confirmed investment. */
export interface InvestmentRefund {
  readonly refundId: string;
  readonly reason: string;
  readonly status: 'requested' | 'approved' | 'rejected' | 'completed';
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly needsApproval: boolean;
  readonly reviewedBy?: string;
}

/** An investment as it stands. */
export interface Investment extends InvestmentTerms {
  readonly status: InvestmentStatus;
  readonly requestedBy: string;
  readonly changedAt: string;
  /** Documents that are wanted, and what a check found. */
  readonly review?: { readonly level: DueDiligence; readonly flags: readonly string[]; readonly riskScore: number };
  readonly reviewedBy?: string;
  readonly isRejected?: boolean;
  readonly holdId?: string;
  readonly agreementNumber?: string;
  readonly agreementHash?: string;
  readonly reservedAt?: string;
  readonly signature?: { readonly agreementHash: string; readonly signedAt: string; readonly signedBy: string };
  readonly payIn?: PayIn;
  readonly coolingOffEndsAt?: string;
  readonly certificateNumber?: string;
  readonly certificateHash?: string;
  readonly confirmedAt?: string;
  /** When the certificate became void. */
  readonly voidedAt?: string;
  /** Why it ended before it was confirmed. */
  readonly reason?: string;
  readonly refunds: readonly InvestmentRefund[];
}

export type InvestmentState = { readonly status: 'unknown' } | Investment;

/** Declared in order of precedence. */
export type InvestmentRefusal =
  | { readonly code: 'investment_exists_with_different_content'; readonly investmentId: string }
  | { readonly code: 'investment_unknown'; readonly investmentId: string }
  | { readonly code: 'round_unknown'; readonly round: number }
  | { readonly code: 'round_not_open'; readonly round: number; readonly status: string }
  | { readonly code: 'investor_unknown'; readonly partyId: string }
  | { readonly code: 'account_not_of_investor'; readonly account: string }
  | { readonly code: 'payment_asset_differs'; readonly asset: string }
  | { readonly code: 'payment_method_unavailable'; readonly method: string }
  | { readonly code: 'investment_below_minimum'; readonly asset: string; readonly minimumMinor: bigint }
  | { readonly code: 'investment_above_maximum'; readonly asset: string; readonly maximumMinor: bigint }
  | { readonly code: 'ownership_cap_exceeded'; readonly asset: string; readonly availableMinor: bigint }
  | { readonly code: 'shares_not_available'; readonly asset: string; readonly availableMinor: bigint }
  | { readonly code: 'investment_not_in_review'; readonly status: InvestmentStatus }
  | { readonly code: 'reviewer_is_requester'; readonly reviewer: string }
  | { readonly code: 'investment_over'; readonly status: InvestmentStatus }
  | { readonly code: 'agreement_not_drawn_up'; readonly status: InvestmentStatus }
  | { readonly code: 'agreement_differs'; readonly agreementNumber: string }
  | { readonly code: 'investment_not_cancellable'; readonly status: InvestmentStatus }
  | { readonly code: 'investment_not_awaiting_payment'; readonly status: InvestmentStatus }
  | { readonly code: 'agreement_not_signed'; readonly investmentId: string }
  | { readonly code: 'investment_not_paid'; readonly status: InvestmentStatus }
  | { readonly code: 'investment_refund_exists_with_different_content'; readonly refundId: string }
  | { readonly code: 'investment_not_refundable'; readonly status: InvestmentStatus }
  | { readonly code: 'investment_refund_window_over'; readonly endedAt: string }
  | { readonly code: 'investment_refund_under_way'; readonly refundId: string }
  | { readonly code: 'investment_refund_unknown'; readonly investmentId: string }
  | { readonly code: 'investment_refund_not_in_review'; readonly status: InvestmentRefund['status'] }
  | JournalRefusal;

type InvestmentEvent = EventOf<(typeof investmentEvents)[number]>;

const evolve = (state: InvestmentState, event: Recorded<InvestmentEvent>): InvestmentState => {
  const { bookedAt, metadata } = event.meta;
  if (event.type === 'InvestmentRequested')
    return { ...event.data, status: 'requested', requestedBy: metadata.actor, changedAt: bookedAt, refunds: [] };
  if (state.status === 'unknown') throw new Error(`${event.type} on an investment that nobody asked for.`);
  return { ...happened(state, event), changedAt: bookedAt };
};

const happened = (
  state: Investment,
  event: Exclude<Recorded<InvestmentEvent>, { readonly type: 'InvestmentRequested' }>,
): Investment => {
  switch (event.type) {
    case 'InvestmentReviewRequested': {
      const { kind, level, flags, riskScore } = event.data;
      return { ...state, status: kind, review: { level, flags, riskScore } };
    }
    case 'InvestmentReviewed':
      return { ...state, reviewedBy: event.data.reviewedBy, isRejected: event.data.decision === 'rejected' };
    case 'InvestmentReserved': {
      const { holdId, agreementNumber, agreementHash, reservedAt } = event.data;
      return { ...state, status: 'awaiting_payment', holdId, agreementNumber, agreementHash, reservedAt };
    }
    case 'InvestmentAgreementSigned': {
      const { agreementHash, signedAt, signedBy } = event.data;
      return { ...state, signature: { agreementHash, signedAt, signedBy } };
    }
    case 'InvestmentPaid': {
      const { paidMinor, payer, coolingOffEndsAt } = event.data;
      return {
        ...state,
        status: 'paid',
        payIn: { paidMinor, payer, isExact: true, isReturned: false },
        coolingOffEndsAt,
      };
    }
    case 'InvestmentPaymentDiffered': {
      const { paidMinor, payer } = event.data;
      return { ...state, payIn: { paidMinor, payer, isExact: false, isReturned: false } };
    }
    case 'InvestmentPaymentReturned':
      return state.payIn === undefined ? state : { ...state, payIn: { ...state.payIn, isReturned: true } };
    case 'InvestmentConfirmed': {
      const { certificateNumber, certificateHash, confirmedAt } = event.data;
      return { ...state, status: 'confirmed', certificateNumber, certificateHash, confirmedAt };
    }
    case 'InvestmentCancelled':
      return { ...state, status: 'cancelled', reason: event.data.reason };
    case 'InvestmentFailed':
      return { ...state, status: 'failed', reason: event.data.reason };
    case 'InvestmentExpired':
      return { ...state, status: 'expired', reason: event.data.reason };
    default:
      return refundHappened(state, event);
  }
};

type RefundEvent = Extract<
  Recorded<InvestmentEvent>,
  { readonly type: `InvestmentRefund${string}` | 'InvestmentSharesReturned' }
>;

const refundHappened = (state: Investment, event: RefundEvent): Investment => {
  const changed = (change: Partial<InvestmentRefund>): readonly InvestmentRefund[] =>
    state.refunds.map((refund) => (refund.refundId === event.data.refundId ? { ...refund, ...change } : refund));
  switch (event.type) {
    case 'InvestmentRefundRequested': {
      const { refundId, reason, needsApproval, requestedAt } = event.data;
      const status = needsApproval ? 'requested' : 'approved';
      const requestedBy = event.meta.metadata.actor;
      const refund = { refundId, reason, status, requestedBy, requestedAt, needsApproval } as const;
      return { ...state, refunds: [...state.refunds, refund] };
    }
    case 'InvestmentRefundReviewed': {
      const { decision, reviewedBy } = event.data;
      return { ...state, refunds: changed({ status: decision, reviewedBy }) };
    }
    case 'InvestmentSharesReturned':
      return { ...state, status: 'refunding', voidedAt: event.data.returnedAt };
    case 'InvestmentRefunded':
      return { ...state, status: 'refunded', refunds: changed({ status: 'completed' }) };
    default:
      return unreachable(event);
  }
};

/** One stream per investment, its refunds among it. */
export const investmentAggregate: Aggregate<InvestmentState, InvestmentEvent> = defineAggregate({
  context: 'cgo',
  name: 'investment',
  initial: { status: 'unknown' } as InvestmentState,
  events: investmentEvents,
  evolve,
});

/** Who and what an event of an investment is about; in every one of them. */
export const about = ({ investmentId, round, partyId }: InvestmentTerms) => ({ investmentId, round, partyId });

const open: readonly InvestmentStatus[] = ['requested', 'kyc_required', 'aml_review', 'awaiting_payment', 'paid'];

/** Whether it may still come about. */
export const isOpen = ({ status }: Pick<Investment, 'status'>): boolean => open.includes(status);

/** Whether the round wants a signature before any payment, and there is none. */
export const lacksSignature = ({ needsSignature, signature }: Investment): boolean =>
  needsSignature === true && signature === undefined;
