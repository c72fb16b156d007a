import { describe, expect, it } from 'vitest';
import { after, told } from '../fixtures/decided.ts';
import {
  approveCorrection,
  type BreakState,
  breakAggregate,
  type CounterAccount,
  explainBreak,
  type FoundBreak,
  findBreak,
  matchBreak,
  proposeCorrection,
  rejectCorrection,
} from './break.ts';

const breakId = '0190b000-0000-7000-8000-000000000001';
const found: FoundBreak = {
  breakId,
  bank: 'ing',
  asset: 'EUR',
  date: '2025-01-30',
  account: 'main:nostro/ing',
  kind: 'missing_here',
  differenceMinor: 900n,
  entryId: 'E1',
};
const reason = 'seen_at_bank';
const suspense = { isKnown: true, isLoss: false, isNostro: false } as const;
const loss = { isKnown: true, isLoss: true, isNostro: false } as const;
const propose = (
  state: BreakState,
  outcome: 'corrected' | 'written_off' = 'corrected',
  counter: CounterAccount = suspense,
) =>
  proposeCorrection(
    state,
    { breakId, outcome, against: 'main:suspense/unidentified', reason },
    { actor: 'petr', counter },
  );
const approve = (state: BreakState, actor = 'jana') => approveCorrection(state, { breakId }, { actor, journalId: 'J' });
const open = after(breakAggregate, (state) => findBreak(state, found));
const proposed = after(breakAggregate, (state) => findBreak(state, found), propose);

describe('a break', () => {
  it('is found once, whatever has become of it', () => {
    expect(findBreak(breakAggregate.initial, found).map(({ type }) => type)).toEqual(['BreakFound']);
    expect(findBreak(open, found)).toEqual([]);
  });

  it('is matched while it is open, proposal or not', () => {
    const matched = after(
      breakAggregate,
      (state) => findBreak(state, found),
      propose,
      (state) => matchBreak(state, '2025-01-31'),
    );
    expect(matched).toMatchObject({ status: 'matched', matchedOn: '2025-01-31', proposal: undefined });
    expect(matchBreak(matched, '2025-02-01')).toEqual([]);
    expect(told(approve(matched).decision)).toBe('break_not_open');
    expect(told(propose(matched))).toBe('break_not_open');
  });

  it('is explained once', () => {
    const explain = (state: BreakState) => explainBreak(state, { breakId, reason }, { actor: 'petr' });
    expect(told(explain(open))).toEqual(['BreakExplained']);
    const explained = after(breakAggregate, (state) => findBreak(state, found), explain);
    expect(told(explain(explained))).toEqual([]);
    expect(told(explainBreak(explained, { breakId, reason: 'other' }, { actor: 'petr' }))).toBe('break_not_open');
  });

  it('has one proposal at a time, against an account that may take it', () => {
    expect(told(propose(open))).toEqual(['BreakCorrectionProposed']);
    expect(told(propose(proposed))).toEqual([]);
    expect(told(propose(proposed, 'written_off', loss))).toBe('break_has_proposal');
    expect(told(propose(open, 'written_off', suspense))).toBe('break_counter_account_unfit');
    expect(told(propose(open, 'corrected', { ...suspense, isNostro: true }))).toBe('break_counter_account_unfit');
    expect(told(propose(open, 'corrected', { isKnown: false }))).toBe('break_counter_account_unfit');
  });

  it.each([
    [900n, { debit: 'main:nostro/ing', credit: 'main:suspense/unidentified', amountMinor: 900n }],
    [-900n, { debit: 'main:suspense/unidentified', credit: 'main:nostro/ing', amountMinor: 900n }],
  ])('of %s is corrected so that our side says what the bank says', (differenceMinor, journal) => {
    const state = after(breakAggregate, (one) => findBreak(one, { ...found, differenceMinor }), propose);
    const approved = approve(state);
    expect(told(approved.decision)).toEqual(['BreakCorrected']);
    expect(approved.journal).toMatchObject(journal);
    const corrected = after(
      breakAggregate,
      (one) => findBreak(one, { ...found, differenceMinor }),
      propose,
      (one) => approve(one).decision,
    );
    expect(approve(corrected)).toEqual({ decision: { accepted: true, events: [] } });
  });

  it('is written off as one', () => {
    const state = after(
      breakAggregate,
      (one) => findBreak(one, found),
      (one) => propose(one, 'written_off', loss),
    );
    expect(told(approve(state).decision)).toEqual(['BreakWrittenOff']);
  });

  it('is decided by somebody else than the proposer, who can also say no', () => {
    const no = (state: BreakState, actor: string) => rejectCorrection(state, { breakId, reason }, { actor });
    expect(told(approve(proposed, 'petr').decision)).toBe('break_decided_by_proposer');
    expect(told(no(proposed, 'petr'))).toBe('break_decided_by_proposer');
    expect(told(approve(open).decision)).toBe('break_without_proposal');
    const rejected = after(
      breakAggregate,
      (one) => findBreak(one, found),
      propose,
      (one) => no(one, 'jana'),
    );
    expect(told(no(proposed, 'jana'))).toEqual(['BreakCorrectionRejected']);
    expect(told(approve(rejected).decision)).toBe('break_without_proposal');
    expect(told(propose(rejected))).toEqual(['BreakCorrectionProposed']);
  });

  it('nobody found has no life', () => {
    const never = breakAggregate.initial;
    expect([told(propose(never)), told(approve(never).decision)]).toEqual(['break_unknown', 'break_unknown']);
    expect(matchBreak(never, '2025-01-31')).toEqual([]);
    expect(() => after(breakAggregate, () => propose(open))).toThrow('nobody found');
    expect(() => breakAggregate.evolve(open, { type: 'BreakSold', data: {} } as never)).toThrow('Unreachable');
    expect(told(approve(open, 'jana').decision)).toBe('break_without_proposal');
    expect(['BreakMatched']).toEqual(matchBreak(open, '2025-01-31').map(({ type }) => type));
  });
});
