import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { availableOf, type Book, houseAccountId, placeHold, voidHold } from '../../ledger/contract.ts';
import { issuableShares } from '../chart.ts';
import { issueNumber, type Numbering } from '../numbering/numbering.ts';
import type { Verdict } from '../ports.ts';
import { type RoundState, roundStatusAt } from '../round/round.ts';
import { daysAfter } from '../settings.ts';
import {
  bookConfirmation,
  bookPayBack,
  bookPayIn,
  bookRefundSent,
  investmentJournalId,
  shareHoldId,
} from './bookings.ts';
import {
  about,
  type Investment,
  type InvestmentRefusal,
  type InvestmentState,
  type InvestmentTerms,
  investmentAggregate,
  isOpen,
  lacksSignature,
} from './investment.ts';
import { paperContent, paperHash } from './papers.ts';

export type InvestmentDecision = Decision<NewEvent, InvestmentRefusal>;

/** What a request is decided on besides its terms. */
export interface RequestFacts {
  readonly round: RoundState;
  readonly isPartyActive: boolean;
  /** Whether the account is the investor's own, and kept by the entity that sells. */
  readonly isOwnAccount: boolean;
  readonly isMethodOffered: boolean;
  /** Shares of the round that the investor has, or has asked for. */
  readonly ownSharesMinor: bigint;
  readonly ownershipMaxPpm: bigint;
  readonly at: string;
}

const millionths = 1_000_000n;

/** Takes an investment on, or recognises the same one asked for again, whatever has become of it. */
export const requestInvestment = (
  state: InvestmentState,
  terms: InvestmentTerms,
  book: Book,
  facts: RequestFacts,
): InvestmentDecision => {
  const {
    investmentId,
    round: number,
    partyId,
    accountId,
    asset,
    amountMinor,
    method,
    sharesMinor,
    shareAsset,
  } = terms;
  if (state.status !== 'unknown')
    return isSameInvestment(state, terms)
      ? accept()
      : reject({ code: 'investment_exists_with_different_content', investmentId });
  const { round, at } = facts;
  if (round.status === 'unknown') return reject({ code: 'round_unknown', round: number });
  const status = roundStatusAt(round, at);
  if (status !== 'open') return reject({ code: 'round_not_open', round: number, status });
  if (!facts.isPartyActive) return reject({ code: 'investor_unknown', partyId });
  if (!facts.isOwnAccount) return reject({ code: 'account_not_of_investor', account: accountId });
  if (asset !== round.asset) return reject({ code: 'payment_asset_differs', asset: round.asset });
  if (!facts.isMethodOffered) return reject({ code: 'payment_method_unavailable', method });
  const { investmentMinMinor: minimumMinor, investmentMaxMinor: maximumMinor } = round;
  if (amountMinor < minimumMinor || sharesMinor === 0n)
    return reject({ code: 'investment_below_minimum', asset, minimumMinor });
  if (amountMinor > maximumMinor) return reject({ code: 'investment_above_maximum', asset, maximumMinor });
  const ownMaxMinor = (round.sharesMaxMinor * facts.ownershipMaxPpm) / millionths;
  if (facts.ownSharesMinor + sharesMinor > ownMaxMinor) {
    const availableMinor = ownMaxMinor > facts.ownSharesMinor ? ownMaxMinor - facts.ownSharesMinor : 0n;
    return reject({ code: 'ownership_cap_exceeded', asset: shareAsset, availableMinor });
  }
  // Reserved are the shares only once it may be paid; what is gone already need not be asked for.
  const availableMinor = issuable(book, terms);
  if (sharesMinor > availableMinor) return reject({ code: 'shares_not_available', asset: shareAsset, availableMinor });
  return accept(investmentAggregate.record(investmentId, 'InvestmentRequested', terms));
};

const issuable = (book: Book, { entity, shareAsset }: InvestmentTerms): bigint => {
  const balance = book.balance(houseAccountId(entity, issuableShares), shareAsset);
  return balance === undefined ? 0n : availableOf(balance);
};

// Tier, fee and reference are our doing; what was asked must be the same.
const isSameInvestment = (known: InvestmentTerms, asked: InvestmentTerms): boolean =>
  known.round === asked.round &&
  known.partyId === asked.partyId &&
  known.accountId === asked.accountId &&
  known.asset === asked.asset &&
  known.amountMinor === asked.amountMinor &&
  known.method === asked.method;

/** Ends a decision early where there is no such investment, or it has ended. */
const ifOpen = (
  state: InvestmentState,
  investmentId: string,
  decide: (investment: Investment) => InvestmentDecision,
): InvestmentDecision => {
  if (state.status === 'unknown') return reject({ code: 'investment_unknown', investmentId });
  return isOpen(state) ? decide(state) : reject({ code: 'investment_over', status: state.status });
};

/** What compliance said, for the record; an investment that may go on needs none. */
export const recordVerdict = (
  state: InvestmentState,
  { investmentId, verdict }: { readonly investmentId: string; readonly verdict: Verdict },
): InvestmentDecision =>
  ifOpen(state, investmentId, (investment) => {
    const { kind, level, flags, riskScore } = verdict;
    return kind === 'pass' || investment.status !== 'requested'
      ? accept()
      : accept(
          investmentAggregate.record(investmentId, 'InvestmentReviewRequested', {
            ...about(investment),
            kind,
            level,
            flags,
            riskScore,
          }),
        );
  });

/** What a person decides about an investment that waits. */
export interface ReviewInvestment {
  readonly investmentId: string;
  readonly decision: 'approved' | 'rejected';
  readonly reason?: string | undefined;
}

/** Lets an investment go on, or not; never by who asked for it. */
export const reviewInvestment = (
  state: InvestmentState,
  { investmentId, decision, reason }: ReviewInvestment,
  reviewer: string,
): InvestmentDecision => {
  if (state.status === 'unknown') return reject({ code: 'investment_unknown', investmentId });
  if (state.reviewedBy === reviewer && state.isRejected === (decision === 'rejected')) return accept();
  const waits = (state.status === 'kyc_required' || state.status === 'aml_review') && state.reviewedBy === undefined;
  if (!waits) return reject({ code: 'investment_not_in_review', status: state.status });
  if (state.requestedBy === reviewer) return reject({ code: 'reviewer_is_requester', reviewer });
  return accept(
    investmentAggregate.record(investmentId, 'InvestmentReviewed', {
      ...about(state),
      decision,
      reviewedBy: reviewer,
      ...(reason === undefined ? {} : { reason }),
    }),
  );
};

/** Reserves the shares and draws up the agreement. */
export const reserveShares = (
  state: InvestmentState,
  { investmentId, at }: { readonly investmentId: string; readonly at: string },
  book: Book,
  numbering: Numbering,
): InvestmentDecision =>
  ifOpen(state, investmentId, (investment) => {
    if (investment.holdId !== undefined) return accept();
    const { entity, shareAsset, sharesMinor, tierInitial: initial } = investment;
    const account = houseAccountId(entity, issuableShares);
    const holdId = shareHoldId(investmentId);
    const held = placeHold(
      book.hold(holdId),
      book.balance(account, shareAsset),
      { holdId, account, asset: shareAsset, amountMinor: sharesMinor },
      { now: at },
    );
    if (!held.accepted)
      return held.rejection.code === 'insufficient_funds'
        ? reject({ code: 'shares_not_available', asset: shareAsset, availableMinor: held.rejection.spendableMinor })
        : reject({ code: 'account_unknown', account });
    const { number, event } = issueNumber(numbering, { paper: 'agreement', at, investmentId, initial });
    const content = paperContent(investment, { paper: 'agreement', number, issuedAt: at });
    const data = {
      ...about(investment),
      holdId,
      agreementNumber: number,
      agreementHash: paperHash(content),
      reservedAt: at,
    };
    return accept(...held.events, event, investmentAggregate.record(investmentId, 'InvestmentReserved', data));
  });

/** A payment that has happened, as it was told. */
export interface RecordPayIn {
  readonly investmentId: string;
  readonly payer: string;
  readonly paidMinor: bigint;
  readonly at: string;
}

/** Books what was paid, whatever it is; only the amount asked for makes the investment paid. */
export const recordPayIn = (
  state: InvestmentState,
  { investmentId, payer, paidMinor, at }: RecordPayIn,
  book: Book,
): InvestmentDecision =>
  ifOpen(state, investmentId, (investment) => {
    if (investment.payIn !== undefined) return accept();
    if (investment.status !== 'awaiting_payment')
      return reject({ code: 'investment_not_awaiting_payment', status: investment.status });
    if (lacksSignature(investment)) return reject({ code: 'agreement_not_signed', investmentId });
    const isExact = paidMinor === investment.amountMinor + investment.feeMinor;
    const booked = bookPayIn(book, investment, { payer, paidMinor, isExact });
    if (!booked.accepted) return booked;
    const journalId = investmentJournalId(investmentId, 'pay-in');
    const paid = { ...about(investment), paidMinor, payer, journalId };
    const event = isExact
      ? investmentAggregate.record(investmentId, 'InvestmentPaid', {
          ...paid,
          paidAt: at,
          coolingOffEndsAt: daysAfter(at, investment.coolingOffDays),
        })
      : investmentAggregate.record(investmentId, 'InvestmentPaymentDiffered', paid);
    return accept(...booked.events, event);
  });

/** Takes the money out of the subscriptions again. */
export const returnPayIn = (
  state: InvestmentState,
  { investmentId }: { readonly investmentId: string },
  book: Book,
): InvestmentDecision => {
  if (state.status === 'unknown') return reject({ code: 'investment_unknown', investmentId });
  // Money of a confirmed investment is capital; it goes back by a refund or not at all.
  if (!isOpen(state) || state.payIn === undefined || state.payIn.isReturned) return accept();
  const booked = bookPayBack(book, state);
  if (!booked.accepted) return booked;
  const data = { ...about(state), journalId: investmentJournalId(investmentId, 'pay-back') };
  return accept(...booked.events, investmentAggregate.record(investmentId, 'InvestmentPaymentReturned', data));
};

/** Gives the shares back to the round; whatever was paid has been sent back by now. */
export const releaseShares = (
  state: InvestmentState,
  { investmentId }: { readonly investmentId: string },
  book: Book,
): InvestmentDecision => {
  if (state.status === 'unknown') return reject({ code: 'investment_unknown', investmentId });
  const { holdId, payIn } = state;
  const held = holdId === undefined ? undefined : book.hold(holdId);
  if (holdId === undefined || held?.status !== 'active') return accept();
  const released = voidHold(held, { holdId });
  const sent = payIn?.isReturned === true ? bookRefundSent(book, state, 'settle') : accept();
  if (!sent.accepted) return sent;
  return accept(...(released.accepted ? released.events : []), ...sent.events);
};

/** Why an investment does not come about. */
export interface EndInvestment {
  readonly investmentId: string;
  readonly reason: string;
}

/** Records that an investment did not come about: cancelled, too late, or failed. */
export const endInvestment = (state: InvestmentState, { investmentId, reason }: EndInvestment): InvestmentDecision => {
  if (state.status === 'unknown') return reject({ code: 'investment_unknown', investmentId });
  if (!isOpen(state)) return accept();
  const { amountMinor, sharesMinor } = state;
  const data = { ...about(state), amountMinor, sharesMinor, reason };
  if (reason === 'cancelled') return accept(investmentAggregate.record(investmentId, 'InvestmentCancelled', data));
  return reason === 'deadline_passed'
    ? accept(investmentAggregate.record(investmentId, 'InvestmentExpired', data))
    : accept(investmentAggregate.record(investmentId, 'InvestmentFailed', data));
};

/** The cooling-off is over: the shares are the investor's, the money is capital, and there is a certificate. */
export const confirmInvestment = (
  state: InvestmentState,
  { investmentId, at }: { readonly investmentId: string; readonly at: string },
  book: Book,
  numbering: Numbering,
): InvestmentDecision =>
  ifOpen(state, investmentId, (investment) => {
    if (investment.status !== 'paid') return reject({ code: 'investment_not_paid', status: investment.status });
    const booked = bookConfirmation(book, investment);
    if (!booked.accepted) return booked;
    const { amountMinor, sharesMinor, tierInitial: initial } = investment;
    const { number, event } = issueNumber(numbering, { paper: 'certificate', at, investmentId, initial });
    const content = paperContent(investment, { paper: 'certificate', number, issuedAt: at });
    const confirmed = investmentAggregate.record(investmentId, 'InvestmentConfirmed', {
      ...about(investment),
      amountMinor,
      sharesMinor,
      certificateNumber: number,
      certificateHash: paperHash(content),
      journalId: investmentJournalId(investmentId, 'confirm'),
      confirmedAt: at,
    });
    return accept(...booked.events, event, confirmed);
  });
