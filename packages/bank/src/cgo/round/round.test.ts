import { describe, expect, it } from 'vitest';
import type { Book } from '../../ledger/contract.ts';
import { noon, paperOffering, roundTerms } from '../fixtures/paper-offering.ts';
import {
  closeRound,
  openingJournalId,
  openRound,
  type Round,
  type RoundTerms,
  roundAggregate,
  roundStatusAt,
  sharesFor,
} from './round.ts';

const refusalOf = (terms: Partial<RoundTerms>, book: Book = paperOffering().book) => {
  const decision = openRound({ status: 'unknown' }, { ...roundTerms, journalId: openingJournalId(2), ...terms }, book);
  return decision.accepted ? undefined : decision.rejection.code;
};

describe('a round', () => {
  it('makes all its shares issuable, once', () => {
    const offering = paperOffering();
    expect(offering.posted('main:cgo/issuable', 'CGO1')).toBe(roundTerms.sharesMaxMinor);
    expect(offering.posted('main:equity/authorised-shares', 'CGO1')).toBe(-roundTerms.sharesMaxMinor);
    expect(openRound(offering.round(), roundTerms, offering.book)).toEqual({ accepted: true, events: [] });
  });

  it.each<[string, Partial<RoundTerms>]>([
    ['name', { name: 'Other' }],
    ['price', { priceTenThousandths: 1n }],
    ['cap', { sharesMaxMinor: 1n }],
    ['asset', { asset: 'EUR' }],
    ['entity', { entity: 'other' }],
    ['least amount', { investmentMinMinor: roundTerms.investmentMinMinor - 1n }],
    ['greatest amount', { investmentMaxMinor: roundTerms.investmentMaxMinor + 1n }],
    ['period', { opensAt: noon }],
    ['end', { closesAt: '2031-01-01T00:00:00.000Z' }],
    ['cooling-off', { coolingOffDays: 1 }],
    ['wish for signatures', { needsSignature: true }],
  ])('opened again with another %s is refused', (_, change) => {
    const offering = paperOffering();
    const decision = openRound(offering.round(), { ...roundTerms, ...change }, offering.book);
    expect(decision).toMatchObject({ rejection: { code: 'round_exists_with_different_terms', round: 1 } });
  });

  it('is refused for the first reason there is', () => {
    const wrong = { investmentMinMinor: 2n, investmentMaxMinor: 1n, closesAt: roundTerms.opensAt, sharesMaxMinor: 0n };
    expect(refusalOf(wrong)).toBe('round_limits_crossed');
    expect(refusalOf({ ...wrong, investmentMinMinor: 1n })).toBe('round_period_empty');
    expect(refusalOf({ sharesMaxMinor: 0n })).toBe('amount_not_positive');
    expect(refusalOf({ entity: 'other' })).toBe('account_unknown');
    expect(refusalOf({})).toBeUndefined();
  });

  it.each([
    ['2025-12-31T23:59:59.999Z', 'not_yet'],
    ['2026-01-01T00:00:00.000Z', 'open'],
    ['2026-12-30T23:59:59.999Z', 'open'],
    ['2026-12-31T00:00:00.000Z', 'closed'],
  ])('at %s is %s', (at, status) => {
    expect(roundStatusAt(paperOffering().round(), at)).toBe(status);
  });

  it('once closed stays so, whatever the time', () => {
    const offering = paperOffering();
    expect(offering.record(closeRound(offering.round(), 1))).toBeUndefined();
    expect(roundStatusAt(offering.round(), noon)).toBe('closed');
    expect(closeRound(offering.round(), 1)).toEqual({ accepted: true, events: [] });
    expect(closeRound({ status: 'unknown' }, 7)).toMatchObject({ rejection: { code: 'round_unknown', round: 7 } });
    expect(() => roundAggregate.evolve(offering.round(), { type: 'RoundSold', data: {} } as never)).toThrow(
      'Unreachable',
    );
  });

  it.each<[bigint, bigint, number, bigint]>([
    [100_000n, 100_000n, 2, 1_000_000n],
    [100_000n, 30_000n, 2, 3_333_333n],
    [1n, 100_000n, 2, 10n],
    [1n, 10_000_000n, 2, 0n],
    [1_000n, 100_000n, 0, 1_000_000n],
  ])(
    'sells for %s minor units at %s ten-thousandths in %s decimals %s ten-thousandths of a share, rounded down',
    (amountMinor, priceTenThousandths, assetDecimals, shares) => {
      expect(sharesFor({ ...roundTerms, priceTenThousandths, assetDecimals } as Round, amountMinor)).toBe(shares);
    },
  );
});
