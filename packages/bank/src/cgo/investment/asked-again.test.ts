import { describe, expect, it } from 'vitest';
import { noon, paperOffering, termsOf } from '../fixtures/paper-offering.ts';
import {
  confirmInvestment,
  endInvestment,
  type InvestmentDecision,
  recordPayIn,
  releaseShares,
  requestInvestment,
  reserveShares,
  returnPayIn,
  reviewInvestment,
} from './decide.ts';
import { type InvestmentTerms, investmentAggregate } from './investment.ts';
import { closeRefund, completeRefund, requestRefund, returnShares, reviewRefund } from './refund.ts';

const of = { investmentId: 'i1' };
const ofRefund = { ...of, refundId: 'r1' };

describe('an investment nobody asked for', () => {
  const offering = paperOffering();
  const unknown = investmentAggregate.initial;
  const { book } = offering;
  it.each<[string, () => InvestmentDecision]>([
    ['is not reviewed', () => reviewInvestment(unknown, { ...of, decision: 'approved' }, 'officer')],
    [
      'has no shares kept',
      () => reserveShares(unknown, { ...of, at: noon }, book, offering.numbering('agreement-2026')),
    ],
    ['is not paid', () => recordPayIn(unknown, { ...of, payer: 'account-1', paidMinor: 1n, at: noon }, book)],
    ['has nothing to pay back', () => returnPayIn(unknown, of, book)],
    ['has no shares to let go', () => releaseShares(unknown, of, book)],
    ['does not end', () => endInvestment(unknown, { ...of, reason: 'cancelled' })],
    [
      'is not confirmed',
      () => confirmInvestment(unknown, { ...of, at: noon }, book, offering.numbering('certificate-2026')),
    ],
    ['has no refund to review', () => reviewRefund(unknown, { ...of, decision: 'approved' }, 'officer')],
    ['gives no shares back', () => returnShares(unknown, { ...ofRefund, at: noon }, book)],
    ['completes no refund', () => completeRefund(unknown, { ...ofRefund, at: noon }, book)],
    ['closes no refund', () => closeRefund(unknown, { ...ofRefund, reason: 'deadline_passed' })],
  ])('%s', (_, decide) => {
    expect(decide()).toEqual({ accepted: false, rejection: { code: 'investment_unknown', investmentId: 'i1' } });
  });
});

describe('an investment asked for again', () => {
  const requested = () => {
    const offering = paperOffering();
    const request = (change: Partial<InvestmentTerms> = {}) =>
      requestInvestment(offering.investment('i1'), termsOf('i1', change), offering.book, {
        round: offering.round(),
        isPartyActive: true,
        isOwnAccount: true,
        isMethodOffered: true,
        ownSharesMinor: 0n,
        ownershipMaxPpm: 1_000_000n,
        at: noon,
      });
    expect(offering.record(request())).toBeUndefined();
    return request;
  };

  it('is the same one', () => {
    expect(requested()()).toEqual({ accepted: true, events: [] });
  });

  it.each<[string, Partial<InvestmentTerms>]>([
    ['round', { round: 2 }],
    ['investor', { partyId: 'party-9' }],
    ['account', { accountId: 'account-9' }],
    ['asset', { asset: 'GBP' }],
    ['amount', { amountMinor: 100_001n }],
    ['way to pay', { method: 'bank' } as Partial<InvestmentTerms>],
  ])('with another %s is another one', (_, change) => {
    expect(requested()(change)).toMatchObject({
      rejection: { code: 'investment_exists_with_different_content' },
    });
  });
});

it('a refund that is not there is neither carried out nor closed', () => {
  const offering = paperOffering();
  const asked = requestInvestment(investmentAggregate.initial, termsOf('i1'), offering.book, {
    round: offering.round(),
    isPartyActive: true,
    isOwnAccount: true,
    isMethodOffered: true,
    ownSharesMinor: 0n,
    ownershipMaxPpm: 1_000_000n,
    at: noon,
  });
  offering.record(asked);
  const state = offering.investment('i1');
  expect(closeRefund(state, { ...ofRefund, reason: 'deadline_passed' })).toEqual({ accepted: true, events: [] });
  expect(completeRefund(state, { ...ofRefund, at: noon }, offering.book)).toEqual({ accepted: true, events: [] });
  expect(returnShares(state, { ...ofRefund, at: noon }, offering.book)).toMatchObject({
    rejection: { code: 'investment_refund_unknown' },
  });
  const policy = { withinDays: 30 } as never;
  expect(requestRefund(state, { ...ofRefund, reason: 'changed_mind' }, { at: noon, policy })).toMatchObject({
    accepted: false,
  });
});
