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
const other = { isKnown: true, isLoss: false, isNostro: false, isSuspense: false } as const;
const suspense = { ...other, isSuspense: true } as const;
const loss = { ...other, isLoss: true } as const;
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

  const another = (id: string, differenceMinor: bigint, more: Partial<FoundBreak> = {}): [string, BreakState] => [
    id,
    after(breakAggregate, (state) =>
      findBreak(state, { ...found, breakId: id, kind: 'missing_there', differenceMinor, ...more }),
    ),
  ];
  const others = new Map<string, BreakState>([
    another('minus-500', -500n),
    another('minus-400', -400n),
    another('minus-900', -900n),
    another('elsewhere', -900n, { account: 'main:nostro/kb' }),
    another('dollars', -900n, { asset: 'USD' }),
    [
      'matched',
      after(
        breakAggregate,
        () => findBreak(breakAggregate.initial, found),
        (s) => matchBreak(s, '2025-02-01'),
      ),
    ],
  ]);
  const explain = (state: BreakState, offsetBy: readonly string[] = ['minus-900'], because = reason) =>
    explainBreak(
      state,
      { breakId, reason: because, offsetBy },
      { actor: 'petr', stateOf: (id) => others.get(id) ?? breakAggregate.initial },
    );

  it('is explained once, together with those that offset it', () => {
    expect(told(explain(open))).toEqual(['BreakExplained', 'BreakExplained']);
    const both = explain(open, ['minus-500', 'minus-400']);
    expect(both.accepted && both.events.map(({ data }) => [data['breakId'], data['offsetBy']])).toEqual([
      [breakId, ['minus-500', 'minus-400']],
      ['minus-500', [breakId, 'minus-400']],
      ['minus-400', [breakId, 'minus-500']],
    ]);
    const own = (state: BreakState) => {
      const decided = explain(state);
      return decided.accepted ? { ...decided, events: decided.events.slice(0, 1) } : decided;
    };
    const explained = after(breakAggregate, (state) => findBreak(state, found), own);
    expect(explained).toMatchObject({ status: 'explained', offsetBy: ['minus-900'] });
    expect(told(explain(explained))).toEqual([]);
    expect(told(explain(explained, ['minus-900'], 'other'))).toBe('break_not_open');
    expect(told(explain(explained, ['minus-400', 'minus-500']))).toBe('break_not_open');
  });

  it.each([
    [[], 900n],
    [['minus-500'], 400n],
    [['minus-900', 'minus-400'], -400n],
  ])('offset by %j is not explained while %s are left', (offsetBy, differenceMinor) => {
    expect(explain(open, offsetBy)).toEqual({
      accepted: false,
      rejection: { code: 'break_still_differs', breakId, asset: 'EUR', differenceMinor },
    });
  });

  it.each([['elsewhere'], ['dollars'], ['matched'], ['nobody'], [breakId]])('is not offset by %s', (id) => {
    expect(explain(open, [id])).toMatchObject({ rejection: { code: 'break_offset_unfit', breakId: id } });
    expect(explain(open, ['minus-900', 'minus-900'])).toMatchObject({ rejection: { breakId: 'minus-900' } });
  });

  it('has one proposal at a time, against an account that may take it', () => {
    expect(told(propose(open))).toEqual(['BreakCorrectionProposed']);
    expect(told(propose(proposed))).toEqual([]);
    expect(told(propose(proposed, 'written_off', loss))).toBe('break_has_proposal');
    expect(told(propose(open, 'written_off', suspense))).toBe('break_counter_account_unfit');
    expect(told(propose(open, 'corrected', { ...suspense, isNostro: true }))).toBe('break_counter_account_unfit');
    expect(told(propose(open, 'corrected', { isKnown: false }))).toBe('break_counter_account_unfit');
    const lacking = after(breakAggregate, (state) => findBreak(state, { ...found, differenceMinor: -900n }));
    expect(told(propose(lacking, 'corrected', suspense))).toBe('break_counter_account_unfit');
    expect(told(propose(lacking, 'corrected', other))).toEqual(['BreakCorrectionProposed']);
  });

  it.each([
    [900n, { debit: 'main:nostro/ing', credit: 'main:suspense/unidentified', amountMinor: 900n }],
    [-900n, { debit: 'main:suspense/unidentified', credit: 'main:nostro/ing', amountMinor: 900n }],
  ])('of %s is corrected so that our side says what the bank says', (differenceMinor, journal) => {
    const offer = (one: BreakState) => propose(one, 'corrected', other);
    const state = after(breakAggregate, (one) => findBreak(one, { ...found, differenceMinor }), offer);
    const approved = approve(state);
    expect(told(approved.decision)).toEqual(['BreakCorrected']);
    expect(approved.journal).toMatchObject(journal);
    const corrected = after(
      breakAggregate,
      (one) => findBreak(one, { ...found, differenceMinor }),
      offer,
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
