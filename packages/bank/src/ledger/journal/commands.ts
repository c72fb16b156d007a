import { accept, reject } from '@finaegis/kernel/decision';
import type { CommandHandler } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { PersonalData } from '@finaegis/platform/event-store/personal-data';
import type { PersonalRef, SealedValue } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';
import type { Balance } from '../balance.ts';
import { layeredBook, loadedBook, postingNeeds } from '../book.ts';
import type { LedgerDirectory } from '../directory.ts';
import { purposes } from '../purpose.ts';
import { forcedReasons, minor, sides } from '../terms.ts';
import { type AccountFacts, type Journal, type JournalState, journalAggregate } from './journal.ts';
import { type JournalRefusal, type PostJournal, postJournal } from './post.ts';
import { type ReversalRefusal, type ReverseJournal, reverseJournal } from './reverse.ts';

/** What the ledger's handlers are built over. */
export interface LedgerTools {
  readonly balances: LockedTable<Balance>;
  readonly directory: LedgerDirectory;
  readonly personalData: Pick<PersonalData, 'seal'>;
}

/** Most journals of one linked batch. */
export const linkedMax = 1_000;

const positiveMinor = minor.refine((amount) => amount > 0n);
const postingSchema = z.strictObject({
  account: z.string(),
  asset: z.string(),
  side: z.enum(sides),
  amountMinor: positiveMinor,
  purpose: z.enum(purposes),
});

/** A journal to post; `description` is personal data and is sealed before anything is recorded. */
export const postJournalSchema = z.strictObject({
  journalId: z.string(),
  kind: z.string(),
  postings: z.array(postingSchema),
  captures: z.array(z.strictObject({ holdId: z.string(), amountMinor: positiveMinor, isFinal: z.boolean() })),
  fulfils: z.array(z.string()).optional(),
  bookingDate: z.string().optional(),
  valueDate: z.string().optional(),
  forced: z.enum(forcedReasons).optional(),
  endToEndId: z.string().optional(),
  description: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});

/** Data of PostJournal. */
export type PostJournalData = PostJournal & { readonly description?: string | undefined };

/** What posting a journal knows before it locks. */
export interface PostRefs {
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  readonly description?: PersonalRef;
  readonly sealed: readonly SealedValue[];
}

const prepareOne = async (
  { directory, personalData }: LedgerTools,
  tenantId: string,
  data: PostJournalData,
): Promise<PostRefs> => {
  const accounts = await directory.accounts(
    tenantId,
    data.postings.map(({ account }) => account),
  );
  if (data.description === undefined) return { accounts, sealed: [] };
  // Free text belongs to whoever pays: erasing that account's key erases what was written on its payments.
  const [text] = await personalData.seal(tenantId, `account:${data.postings[0]?.account ?? ''}`, [data.description]);
  return text === undefined
    ? { accounts, sealed: [] }
    : { accounts, description: text.reference, sealed: [text.sealed] };
};

const commandOf = (
  data: PostJournalData,
  { description }: PostRefs,
): PostJournal & { readonly description?: PersonalRef } => {
  if (description === undefined) return data as PostJournal;
  return { ...data, description };
};

/** Posts one journal: a transfer, a deposit, anything that balances. */
export const postJournalHandler = (
  tools: LedgerTools,
): CommandHandler<PostJournalData, PostRefs, Journal, JournalRefusal> => ({
  name: 'ledger.PostJournal',
  schema: postJournalSchema,
  permission: 'ledger:post',
  weight: ({ postings }) => postings.length,
  prepare: (data, { tenantId }) => prepareOne(tools, tenantId, data),
  loads: ({ postings, captures, fulfils, journalId }, { accounts }) =>
    postingNeeds(tools.balances, accounts, { postings, captures, fulfils, journals: [journalId] }),
  decide: (loaded, data, _facts, refs) =>
    postJournal(loadedBook(loaded, tools.balances, refs.accounts), commandOf(data, refs)),
  sealed: ({ sealed }) => sealed,
  result: (loaded, { journalId }) => postedJournal(loaded.stream(journalAggregate, journalId).state),
});

const postedJournal = (state: JournalState): Journal => {
  if (state.status === 'unknown') throw new Error('A journal was accepted and is not there.');
  return state;
};

/** Which journal of a linked batch was refused, and why. */
export type LinkedRefusal =
  | { readonly code: 'linked_journal_refused'; readonly index: number; readonly refusal: JournalRefusal }
  | { readonly code: 'journal_malformed'; readonly reason: string };

/** Data of PostLinkedJournals. */
export interface PostLinkedJournals {
  readonly journals: readonly PostJournalData[];
}

/** Posts all of the journals or none of them, in one commit; each is decided on the balances the ones before it left. */
export const postLinkedJournalsHandler = (
  tools: LedgerTools,
): CommandHandler<PostLinkedJournals, readonly PostRefs[], readonly Journal[], LinkedRefusal> => ({
  name: 'ledger.PostLinkedJournals',
  schema: z.strictObject({ journals: z.array(postJournalSchema).min(1).max(linkedMax) }),
  permission: 'ledger:post',
  weight: ({ journals }) => journals.reduce((sum, { postings }) => sum + postings.length, 0),
  prepare: ({ journals }, { tenantId }) => Promise.all(journals.map((journal) => prepareOne(tools, tenantId, journal))),
  loads: ({ journals }, refs) =>
    postingNeeds(tools.balances, mergeAccounts(refs), {
      postings: journals.flatMap(({ postings }) => postings),
      captures: journals.flatMap(({ captures }) => captures),
      fulfils: journals.flatMap(({ fulfils = [] }) => fulfils),
      journals: journals.map(({ journalId }) => journalId),
    }),
  decide: (loaded, { journals }, { tenantId, now }, refs) => {
    const book = layeredBook(loadedBook(loaded, tools.balances, mergeAccounts(refs)), { tenantId, now });
    const events: NewEvent[] = [];
    for (const [index, journal] of journals.entries()) {
      const decision = postJournal(book, commandOf(journal, refs[index] ?? { accounts: new Map(), sealed: [] }));
      if (!decision.accepted) return reject({ code: 'linked_journal_refused', index, refusal: decision.rejection });
      book.add(decision.events);
      events.push(...decision.events);
    }
    return accept(...events);
  },
  sealed: (refs) => refs.flatMap(({ sealed }) => sealed),
  result: (loaded, { journals }) =>
    journals.map(({ journalId }) => postedJournal(loaded.stream(journalAggregate, journalId).state)),
});

const mergeAccounts = (refs: readonly PostRefs[]): ReadonlyMap<string, AccountFacts> =>
  new Map(refs.flatMap(({ accounts }) => [...accounts]));

/** What a reversal knows before it locks. */
export interface ReverseRefs {
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  readonly original: JournalState;
}

/** Mirrors a journal or explicit lines of it. */
export const reverseJournalHandler = (
  tools: LedgerTools,
): CommandHandler<ReverseJournal, ReverseRefs, Journal, ReversalRefusal> => ({
  name: 'ledger.ReverseJournal',
  schema: z.strictObject({
    journalId: z.string(),
    original: z.string(),
    lines: z.array(z.strictObject({ index: z.number().int(), amountMinor: positiveMinor })).optional(),
    forced: z.enum(forcedReasons).optional(),
  }),
  permission: 'ledger:reverse',
  prepare: async ({ original: originalId }, { tenantId }) => {
    const original = await tools.directory.journal(tenantId, originalId);
    const postings = original.status === 'posted' ? original.postings : [];
    return {
      original,
      accounts: await tools.directory.accounts(
        tenantId,
        postings.map(({ account }) => account),
      ),
    };
  },
  loads: ({ journalId, original: originalId }, { original, accounts }) =>
    postingNeeds(tools.balances, accounts, {
      postings: original.status === 'posted' ? original.postings : [],
      journals: [journalId],
      undone: [originalId],
    }),
  // A journal posted after it was looked for has none of its balances here; it is as unknown as it was then.
  decide: (loaded, data, _facts, { accounts, original }) =>
    original.status === 'unknown'
      ? reject({ code: 'journal_unknown', journalId: data.original })
      : reverseJournal(loadedBook(loaded, tools.balances, accounts), data),
  result: (loaded, { journalId }) => postedJournal(loaded.stream(journalAggregate, journalId).state),
});
