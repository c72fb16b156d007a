import type { Decision } from '@finaegis/kernel/decision';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cycleStart, endsOn } from './cycle.ts';
import { dueStatement, entriesDigest, netOf, type StatedPosting, uncoveredFrom } from './entries.ts';
import {
  type EntityDay,
  type IssueStatement,
  isOver,
  issueStatement,
  type StatementRefusal,
  type StatementState,
  statementAggregate,
} from './statement.ts';

const digest = 'd'.repeat(64);
const january: IssueStatement = {
  accountId: 'a-1',
  asset: 'EUR',
  from: '2025-01-01',
  to: '2025-01-31',
  openingMinor: 0n,
  closingMinor: -50n,
  entries: 2,
  digest,
};
const february: IssueStatement = {
  ...january,
  from: '2025-02-01',
  to: '2025-02-28',
  openingMinor: -50n,
  closingMinor: 10n,
};
const day: EntityDay = { businessDate: '2025-03-03', isOpen: true };
const resultOf = (decision: Decision<NewEvent, StatementRefusal>): unknown =>
  decision.accepted ? decision.events.map(({ data }) => data['number']) : decision.rejection;
const after = (state: StatementState, command: IssueStatement): StatementState => {
  const decision = issueStatement(state, command, day);
  if (!decision.accepted) throw new Error(decision.rejection.code);
  return decision.events.reduce(
    (folded, event) =>
      fold(statementAggregate, folded, { ...event, bookedAt: '2025-03-03T08:00:00.000Z' } as RecordedEvent),
    state,
  );
};
const none = statementAggregate.initial;
const issued = after(none, january);

describe('issuing a statement', () => {
  it('counts from 1; the same again is a repeat', () => {
    expect(resultOf(issueStatement(none, january, day))).toEqual([1]);
    expect(resultOf(issueStatement(issued, january, day))).toEqual([]);
    expect(resultOf(issueStatement(issued, february, day))).toEqual([2]);
  });

  it.each<[string, Partial<IssueStatement>, StatementRefusal]>([
    [
      'the same days with another content',
      { ...january, digest: 'e'.repeat(64) },
      { code: 'statement_exists_with_different_content', number: 1 },
    ],
    [
      'the same days with another balance',
      { ...january, closingMinor: 1n },
      { code: 'statement_exists_with_different_content', number: 1 },
    ],
    [
      'the same days with another opening balance',
      { ...january, openingMinor: 1n },
      { code: 'statement_exists_with_different_content', number: 1 },
    ],
    [
      'the days of the last one and one more before',
      { ...january, from: '2024-12-31' },
      { code: 'statement_period_overlaps', number: 1, lastTo: '2025-01-31' },
    ],
    [
      'the days of the last one and one more behind',
      { ...january, to: '2025-02-01' },
      { code: 'statement_period_overlaps', number: 1, lastTo: '2025-01-31' },
    ],
    [
      'a period that ends before it begins',
      { to: '2025-01-15' },
      { code: 'statement_period_empty', from: '2025-02-01', to: '2025-01-15' },
    ],
    [
      'days already covered',
      { from: '2025-01-31' },
      { code: 'statement_period_overlaps', number: 1, lastTo: '2025-01-31' },
    ],
    ['a day that is still open', { to: '2025-03-03' }, { code: 'statement_period_open', businessDate: '2025-03-03' }],
    [
      'another opening balance',
      { openingMinor: 0n },
      { code: 'statement_does_not_continue', number: 2, asset: 'EUR', previousClosingMinor: -50n, openingMinor: 0n },
    ],
  ])('over %s is refused', (_, other, refusal) => {
    expect(resultOf(issueStatement(issued, { ...february, ...other }, day))).toEqual(refusal);
  });

  it('of an account nobody knows is refused, and so is a first one that does not open at zero', () => {
    expect(resultOf(issueStatement(none, january, undefined))).toEqual({ code: 'account_unknown', account: 'a-1' });
    expect(resultOf(issueStatement(none, february, day))).toMatchObject({
      code: 'statement_does_not_continue',
      number: 1,
    });
  });

  it('may cover a single day, and lies on the stream of its account and asset', () => {
    const decision = issueStatement(none, { ...january, to: january.from }, day);
    expect(decision.accepted && decision.events.map(({ stream }) => stream)).toEqual(['statement:a-1/EUR']);
  });

  it('waits for the day to be closed, or passed', () => {
    expect(isOver('2025-03-03', day)).toBe(false);
    expect(isOver('2025-03-03', { ...day, isOpen: false })).toBe(true);
    expect(isOver('2025-03-02', day)).toBe(true);
    expect(isOver('2025-03-04', { ...day, isOpen: false })).toBe(false);
  });
});

describe('cycles', () => {
  it('end with the month, with Sunday, or with each day', () => {
    expect(['2024-02-28', '2024-02-29', '2025-02-28', '2025-12-31'].map((date) => endsOn('monthly', date))).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(['2025-02-01', '2025-02-02', '2025-02-03'].map((date) => endsOn('weekly', date))).toEqual([
      false,
      true,
      false,
    ]);
    expect(endsOn('transaction', '2025-02-05')).toBe(true);
    expect([
      cycleStart('monthly', '2025-02-28'),
      cycleStart('weekly', '2025-03-02'),
      cycleStart('transaction', '2025-02-28'),
    ]).toEqual(['2025-02-01', '2025-02-24', '2025-02-28']);
  });
});

const posting = (more: Partial<StatedPosting> = {}): StatedPosting => ({
  account: 'a-1',
  asset: 'EUR',
  journalId: 'j-1',
  line: 0,
  reference: 'J1',
  side: 'credit',
  amountMinor: 100n,
  purpose: 'principal',
  bookingDate: '2025-02-10',
  valueDate: '2025-02-10',
  ...more,
});

describe('what is due', () => {
  const balance = { accountId: 'a-1', asset: 'EUR', cycle: 'monthly', last: undefined } as const;
  const last = { number: 3, to: '2025-01-31', closingMinor: 70n };

  it('begins where the last statement ended, and with the first booking where there was none', () => {
    expect(dueStatement({ ...balance, last }, '2025-02-28', [posting()])).toMatchObject({
      from: '2025-02-01',
      to: '2025-02-28',
      openingMinor: 70n,
      closingMinor: 170n,
      entries: 1,
    });
    expect(dueStatement(balance, '2025-02-28', [posting()])).toMatchObject({ from: '2025-02-01', openingMinor: 0n });
    expect(dueStatement(balance, '2025-02-28', [posting({ bookingDate: '2024-12-24' }), posting()])).toMatchObject({
      from: '2024-12-24',
    });
    expect([uncoveredFrom({ last }), uncoveredFrom({ last: undefined })]).toEqual(['2025-02-01', '0001-01-01']);
  });

  it('is nothing without a posting and a balance; a balance alone is carried, but not per transaction', () => {
    expect(dueStatement(balance, '2025-02-28', [])).toBeUndefined();
    expect(dueStatement({ ...balance, last: { ...last, closingMinor: 0n } }, '2025-02-28', [])).toBeUndefined();
    expect(dueStatement({ ...balance, last }, '2025-02-28', [])).toMatchObject({
      openingMinor: 70n,
      closingMinor: 70n,
      entries: 0,
    });
    expect(dueStatement({ ...balance, cycle: 'transaction', last }, '2025-02-28', [])).toBeUndefined();
  });

  it('always continues the last one, whatever was booked', () => {
    const postings = fc.array(
      fc.record({ side: fc.constantFrom('debit' as const, 'credit' as const), amountMinor: fc.bigInt(1n, 10n ** 20n) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(postings, fc.bigInt(-(10n ** 20n), 10n ** 20n), (moves, closingMinor) => {
        const its = moves.map((move) => posting(move));
        const command = dueStatement({ ...balance, last: { ...last, closingMinor } }, '2025-02-28', its);
        if (command === undefined) {
          expect({ moves, closingMinor }).toEqual({ moves: [], closingMinor: 0n });
          return;
        }
        expect(command.closingMinor - command.openingMinor).toBe(netOf(its));
        const state: StatementState = { status: 'issued', ...january, number: 3, closingMinor, issuedAt: '' };
        expect(resultOf(issueStatement(state, command, day))).toEqual([4]);
      }),
    );
  });

  it('has a digest that every fact of the log changes and nothing personal does', () => {
    const base = entriesDigest([posting()]);
    const changes: readonly Partial<StatedPosting>[] = [
      { journalId: 'j-2' },
      { line: 1 },
      { reference: 'J2' },
      { side: 'debit' },
      { amountMinor: 101n },
      { purpose: 'fee' },
      { bookingDate: '2025-02-11' },
      { valueDate: '2025-02-11' },
      { reverses: 'j-0' },
      { endToEndId: 'E' },
    ];
    expect(new Set([base, ...changes.map((change) => entriesDigest([posting(change)]))]).size).toBe(changes.length + 1);
    expect(entriesDigest([{ ...posting(), description: 'secret', counterparty: 'b' } as StatedPosting])).toBe(base);
    expect(entriesDigest([])).toMatch(/^[0-9a-f]{64}$/);
  });
});
