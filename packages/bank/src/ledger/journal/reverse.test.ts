import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { answerOf, customerBalance, idOf, paperBook } from '../fixtures/paper-book.ts';
import type { JournalPosting } from './events.ts';
import { type Journal, type JournalState, journalAggregate, type ReversalLine } from './journal.ts';
import { postJournal } from './post.ts';
import { type ReverseJournal, reverseJournal } from './reverse.ts';

const original = idOf('original');
const journalId = idOf('reversal');
const leg = (account: string, side: JournalPosting['side'], amountMinor: bigint): JournalPosting => ({
  account,
  asset: 'EUR',
  side,
  amountMinor,
  purpose: 'principal',
});
const balances = [customerBalance('ada'), customerBalance('bob')];
const houses = { 'main:income': 'main' };
const recorded = (state: JournalState, event: NewEvent | undefined): Journal =>
  fold(journalAggregate, state, { ...event, bookedAt: '2026-03-01T09:00:00.000Z' } as RecordedEvent) as Journal;
const made = () =>
  postJournal(paperBook({ balances, houses }), {
    journalId: original,
    kind: 'transfer',
    postings: [leg('ada', 'debit', 10_00n), leg('bob', 'credit', 9_50n), leg('main:income', 'credit', 50n)],
    captures: [],
    valueDate: '2026-02-27',
  });
const journal = () => {
  const decision = made();
  return recorded(journalAggregate.initial, decision.accepted ? decision.events[0] : undefined);
};
const line = (index: number, amountMinor: bigint): ReversalLine => ({ index, amountMinor });
const half = [line(0, 5_00n), line(1, 5_00n)];

const reverse = (its: Journal, rest: Partial<ReverseJournal> = {}, more: readonly Journal[] = []) =>
  reverseJournal(paperBook({ balances, houses, journals: [its, ...more] }), { journalId, original, ...rest });
const after = (its: Journal, rest: Partial<ReverseJournal> = {}): Journal => {
  const decision = reverse(its, rest);
  if (!decision.accepted) throw new Error(`refused: ${decision.rejection.code}`);
  return recorded(its, decision.events.at(-1));
};
const other = idOf('another reversal');

describe('reversing a journal', () => {
  it('mirrors every side at the original amount, on the open day with the value date of the original', () => {
    expect(answerOf(reverse(journal()))).toMatchObject([
      {
        type: 'JournalPosted',
        journalId,
        kind: 'reversal',
        reverses: original,
        bookingDate: '2026-03-02',
        valueDate: '2026-02-27',
        captures: [],
        postings: [leg('ada', 'credit', 10_00n), leg('bob', 'debit', 9_50n), leg('main:income', 'debit', 50n)],
      },
      {
        type: 'JournalReversed',
        journalId: original,
        by: journalId,
        lines: [line(0, 10_00n), line(1, 9_50n), line(2, 50n)],
      },
    ]);
  });

  it('in part undoes the lines named; a later one without lines undoes what remains', () => {
    const partly = after(journal(), { lines: half });
    expect(partly.reversedMinor).toEqual([5_00n, 5_00n, 0n]);
    expect(partly.reversedBy).toEqual([{ journalId, lines: half }]);
    expect(answerOf(reverse(partly, { journalId: other }))).toMatchObject([
      { postings: [leg('ada', 'credit', 5_00n), leg('bob', 'debit', 4_50n), leg('main:income', 'debit', 50n)] },
      { lines: [line(0, 5_00n), line(1, 4_50n), line(2, 50n)] },
    ]);
  });

  it('leaves out what was undone already', () => {
    const fee = after(journal(), { lines: [line(0, 50n), line(2, 50n)] });
    expect(answerOf(reverse(fee, { journalId: other }))).toMatchObject([
      {},
      { lines: [line(0, 9_50n), line(1, 9_50n)] },
    ]);
  });

  it('asked for again is a repeat, also when "everything" meant what remained then', () => {
    const partly = after(journal(), { lines: half });
    expect(answerOf(reverse(partly, { lines: half }))).toEqual([]);
    expect(answerOf(reverse(partly))).toEqual([]);
    const wholly = after(partly, { journalId: other });
    expect(answerOf(reverse(wholly, { journalId: other }))).toEqual([]);
    expect(answerOf(reverse(wholly, { lines: half }))).toEqual([]);
  });

  it.each<[string, readonly ReversalLine[]]>([
    ['fewer lines', half.slice(0, 1)],
    ['more lines', [...half, line(2, 1n)]],
    ['lines on other postings', [line(0, 5_00n), line(2, 5_00n)]],
    ['other amounts', [line(0, 5_00n), line(1, 4_99n)]],
  ])('under an id that has %s is refused', (_, lines) => {
    expect(answerOf(reverse(after(journal(), { lines: half }), { lines }))).toEqual({
      code: 'journal_exists_with_different_content',
      journalId,
    });
  });

  it('under the id of some other journal is refused', () => {
    const taken = { ...journal(), journalId };
    // A known id comes first, also where the lines are wrong besides.
    for (const rest of [{}, { lines: [line(9, 1n)] }])
      expect(answerOf(reverse(journal(), rest, [taken]))).toEqual({
        code: 'journal_exists_with_different_content',
        journalId,
      });
  });

  it('is refused for a journal nobody posted, for a reversal, and where nothing is left', () => {
    expect(answerOf(reverse(journal(), { original: other }))).toEqual({ code: 'journal_unknown', journalId: other });
    expect(answerOf(reverse({ ...journal(), reverses: other }))).toEqual({
      code: 'reversal_not_reversible',
      journalId: original,
    });
    const wholly = after(journal());
    expect(answerOf(reverse(wholly, { journalId: other }))).toEqual({
      code: 'journal_already_reversed',
      journalId: original,
    });
  });

  it.each<[string, readonly ReversalLine[], object]>([
    ['a posting there is not', [line(3, 1n)], { code: 'reversal_line_unknown', index: 3 }],
    ['nothing', [line(1, 0n)], { code: 'amount_not_positive', index: 1 }],
    ['less than nothing', [line(1, -1n)], { code: 'amount_not_positive', index: 1 }],
    [
      'more than was posted',
      [line(0, 10_01n)],
      { code: 'reversal_exceeds_original', index: 0, remainingMinor: 10_00n },
    ],
    [
      'more in two lines than was posted',
      [line(1, 9_50n), line(1, 1n)],
      { code: 'reversal_exceeds_original', index: 1, remainingMinor: 9_50n },
    ],
    [
      'lines that do not balance alone',
      [line(0, 5_00n), line(1, 4_99n)],
      { code: 'journal_unbalanced', debitsMinor: 4_99n, creditsMinor: 5_00n },
    ],
  ])('of %s is refused', (_, lines, refusal) => {
    expect(answerOf(reverse(journal(), { lines }))).toMatchObject(refusal);
  });

  it('counts what earlier reversals took: no more than remains', () => {
    const partly = after(journal(), { lines: half });
    expect(answerOf(reverse(partly, { journalId: other, lines: [line(1, 4_51n)] }))).toMatchObject({
      code: 'reversal_exceeds_original',
      remainingMinor: 4_50n,
    });
  });

  it('keeps to the floor unless it is forced: the payee may have spent the money', () => {
    const spent = [customerBalance('ada'), customerBalance('bob', { creditsMinor: 9_49n })];
    const book = paperBook({ balances: spent, houses, journals: [journal()] });
    expect(answerOf(reverseJournal(book, { journalId, original }))).toMatchObject({
      code: 'insufficient_funds',
      account: 'bob',
    });
    expect(answerOf(reverseJournal(book, { journalId, original, forced: 'correction' }))).toMatchObject([
      { forced: 'correction' },
      { type: 'JournalReversed' },
    ]);
  });

  it('an event of a kind nobody knows stops the stream', () => {
    expect(() => journalAggregate.evolve(journal(), { type: 'JournalErased', data: {} } as never)).toThrow(
      'Unreachable',
    );
  });
});
