import type { Decision } from '@finaegis/kernel/decision';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import {
  type Book,
  type JournalPosting,
  type JournalRefusal,
  type PostJournal,
  type Purpose,
  postJournal,
} from '../ledger/contract.ts';

/** A journal of two postings, and two more for a fee. */
export interface Pair {
  readonly journalId: string;
  readonly kind: string;
  readonly debit: string;
  readonly credit: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly purpose?: Purpose;
  readonly metadata: Readonly<Record<string, string>>;
  /** What is charged for it, as a pair of its own in the same journal; nothing where it is zero. */
  readonly fee?: { readonly debit: string; readonly credit: string; readonly amountMinor: bigint } | undefined;
}

/** Dr one account · Cr another: what most of what happens with a provider comes to. */
export const postPair = (
  book: Book,
  { journalId, kind, debit, credit, asset, amountMinor, purpose = 'settlement', metadata, fee }: Pair,
  more: Partial<Pick<PostJournal, 'captures' | 'forced'>> = {},
): Decision<NewEvent, JournalRefusal> =>
  postJournal(book, {
    journalId,
    kind,
    postings: [
      { account: debit, side: 'debit', asset, amountMinor, purpose },
      { account: credit, side: 'credit', asset, amountMinor, purpose },
      ...feePostings(asset, fee),
    ],
    captures: [],
    metadata,
    ...more,
  });

const feePostings = (asset: string, fee: Pair['fee']): readonly JournalPosting[] => {
  if (fee === undefined || fee.amountMinor === 0n) return [];
  const { debit, credit, amountMinor } = fee;
  return [
    { account: debit, side: 'debit', asset, amountMinor, purpose: 'fee' },
    { account: credit, side: 'credit', asset, amountMinor, purpose: 'fee' },
  ];
};

/** Several decisions as one: every event, or the first refusal. */
export const allOf = <R>(...decisions: readonly Decision<NewEvent, R>[]): Decision<NewEvent, R> => {
  const refused = decisions.find(({ accepted }) => !accepted);
  if (refused !== undefined) return refused;
  return { accepted: true, events: decisions.flatMap((one) => (one.accepted ? one.events : [])) };
};
