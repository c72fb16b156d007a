import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { type ForcedReason, mirrored } from '../terms.ts';
import type { JournalPosting } from './events.ts';
import { type Journal, journalAggregate, type ReversalLine } from './journal.ts';
import { type Book, type JournalRefusal, postJournal } from './post.ts';

export interface ReverseJournal {
  /** Id of the reversal, a journal of its own. */
  readonly journalId: string;
  readonly original: string;
  /** Explicit lines that balance alone; absent means everything that remains. */
  readonly lines?: readonly ReversalLine[] | undefined;
  readonly forced?: ForcedReason | undefined;
}

export type ReversalRefusal =
  | JournalRefusal
  | { readonly code: 'journal_unknown'; readonly journalId: string }
  | { readonly code: 'reversal_not_reversible'; readonly journalId: string }
  | { readonly code: 'reversal_line_unknown'; readonly index: number }
  | {
      readonly code: 'reversal_exceeds_original';
      readonly index: number;
      readonly asset: string;
      readonly remainingMinor: bigint;
    }
  | { readonly code: 'journal_already_reversed'; readonly journalId: string };

/**
 * Undoes our own error: sides mirrored, original amounts even where rates have moved since, booked on the open day with the value date of the
 * original. The floor applies unless forced; a reversal is never reversed itself.
 */
export const reverseJournal = (
  book: Book,
  { journalId, original: originalId, lines, forced }: ReverseJournal,
): Decision<NewEvent, ReversalRefusal> => {
  const original = book.journal(originalId);
  if (original.status === 'unknown') return reject({ code: 'journal_unknown', journalId: originalId });
  if (original.reverses !== undefined) return reject({ code: 'reversal_not_reversible', journalId: originalId });
  const earlier = original.reversedBy.find((reversal) => reversal.journalId === journalId);
  // Asked again: "everything that remains" meant what remained then.
  if (earlier !== undefined)
    return lines === undefined || isSameLines(earlier.lines, lines)
      ? accept()
      : reject({ code: 'journal_exists_with_different_content', journalId });
  if (book.journal(journalId).status === 'posted')
    return reject({ code: 'journal_exists_with_different_content', journalId });

  const asked = lines ?? remainingLines(original);
  if (asked.length === 0) return reject({ code: 'journal_already_reversed', journalId: originalId });
  const refusal = refuseLines(original, asked);
  if (refusal !== undefined) return reject(refusal);

  const decision = postJournal(book, {
    journalId,
    kind: 'reversal',
    postings: asked.map((line) => mirror(original, line)),
    captures: [],
    valueDate: original.valueDate,
    reverses: originalId,
    ...(forced === undefined ? {} : { forced }),
  });
  if (!decision.accepted) return decision;
  return accept(
    ...decision.events,
    journalAggregate.record(originalId, 'JournalReversed', { journalId: originalId, by: journalId, lines: asked }),
  );
};

const isSameLines = (a: readonly ReversalLine[], b: readonly ReversalLine[]): boolean =>
  a.length === b.length &&
  a.every(({ index, amountMinor }, at) => index === b[at]?.index && amountMinor === b[at].amountMinor);

const remainingLines = ({ postings, reversedMinor }: Journal): readonly ReversalLine[] =>
  postings
    .map(({ amountMinor }, index) => ({ index, amountMinor: amountMinor - (reversedMinor[index] ?? 0n) }))
    .filter(({ amountMinor }) => amountMinor > 0n);

const refuseLines = (
  { postings, reversedMinor }: Journal,
  lines: readonly ReversalLine[],
): ReversalRefusal | undefined => {
  const asked = new Map<number, bigint>();
  for (const { index, amountMinor } of lines) {
    const posting = postings[index];
    if (posting === undefined) return { code: 'reversal_line_unknown', index };
    if (amountMinor <= 0n) return { code: 'amount_not_positive', index };
    // Two lines on one posting count together, or each alone would pass.
    const total = (asked.get(index) ?? 0n) + amountMinor;
    asked.set(index, total);
    const remainingMinor = posting.amountMinor - (reversedMinor[index] ?? 0n);
    if (total > remainingMinor)
      return { code: 'reversal_exceeds_original', index, asset: posting.asset, remainingMinor };
  }
  return undefined;
};

const mirror = ({ postings }: Journal, { index, amountMinor }: ReversalLine): JournalPosting => {
  const posting = postings[index];
  if (posting === undefined) throw new Error(`There is no posting ${index} to mirror.`);
  return { ...posting, side: mirrored(posting.side), amountMinor };
};
