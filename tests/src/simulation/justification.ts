import type { AuditorBooks } from './auditor-books.ts';
import { cardRefusals } from './card-refusals.ts';
import type { Experience } from './clients.ts';
import { customerRefusals } from './customer-refusals.ts';
import { disputeRefusals, fileRefusals } from './file-refusals.ts';
import { movementOf, paymentRefusals } from './payment-refusals.ts';
import type { Ahead, Asked, Case, Refusal } from './refusal-case.ts';
import type { JournalData } from './wishes.ts';

const spendable = ({ replayed }: AuditorBooks, name: string): bigint => {
  const its = replayed.balances.get(name);
  return its === undefined ? 0n : its.credits - its.debits - its.heldOut - its.blocked + its.overdraftLimit;
};

/**
 * Whether the rules of LEDGER.md refuse this request with these numbers on these books. It looks at nothing but the request and the replayed
 * log: what the product thought of it is not asked.
 */
export const isJustified = (
  books: AuditorBooks,
  { request, answeredMs }: Experience,
  refusal: Refusal,
  ahead: Ahead = new Map(),
): boolean => {
  const asked = request.data as Asked;
  if (refusal.code === 'linked_journal_refused')
    return isLinkedJustified(books, asked, refusal, { request, answeredMs });
  const { name, actor = 'client' } = request;
  const its: Case = { books, asked, refusal, answeredMs, ahead, name, actor };
  // One code may mean two things in two places.
  return [rules, customerRefusals, paymentRefusals, cardRefusals, fileRefusals, disputeRefusals].some(
    (each) => each[refusal.code]?.(its) === true,
  );
};

const isLinkedJustified = (
  books: AuditorBooks,
  { journals = [] }: Asked,
  refusal: Refusal,
  { request, answeredMs }: Pick<Experience, 'request' | 'answeredMs'>,
): boolean => {
  const index = Number(refusal['index']);
  const data = journals[index];
  const ahead = new Map<string, bigint>();
  for (const { postings } of journals.slice(0, index)) addNets(ahead, postings);
  const experience = { request: { ...request, name: 'postJournal', data }, answeredMs } as Experience;
  return data !== undefined && isJustified(books, experience, refusal['refusal'] as unknown as Refusal, ahead);
};

const addNets = (nets: Map<string, bigint>, postings: JournalData['postings']): void => {
  for (const { account, asset, side, amountMinor } of postings) {
    const name = `${account} ${asset}`;
    nets.set(name, (nets.get(name) ?? 0n) + (side === 'credit' ? amountMinor : -amountMinor));
  }
};

const accountOf = ({ books, refusal }: Case) => books.replayed.accounts.get(refusal['account'] ?? '');
const holdOf = ({ books, refusal }: Case) => books.replayed.holds.get(refusal['holdId'] ?? '');
const dayOf = ({ books }: Case) => books.days.get('main');
const touches = ({ asked, books }: Case, account: string, side: 'debit' | 'credit'): boolean =>
  postingsOf(asked, books).some((posting) => posting.account === account && posting.side === side);

/** What a journal asks to post; of a reversal and a conversion the log knows more than the request. */
const postingsOf = (asked: Asked, books: AuditorBooks): JournalData['postings'] => {
  if (asked.postings !== undefined) return asked.postings;
  const withoutLedger = movementOf(asked, books);
  if (withoutLedger !== undefined) return withoutLedger;
  const original = books.replayed.journals.get(asked.original ?? '');
  if (original === undefined) return asked.account === undefined ? [] : bothWays(asked.account);
  return original.postings.map((posting, index) => ({
    account: posting.account,
    asset: posting.asset,
    side: posting.side === 'debit' ? 'credit' : 'debit',
    amountMinor:
      asked.lines === undefined
        ? BigInt(posting.amountMinor) - (original.reversed[index] ?? 0n)
        : (asked.lines.find((line) => line.index === index)?.amountMinor ?? 0n),
    purpose: 'principal',
  }));
};

/** A conversion takes one asset from an account and gives it another. */
const bothWays = (account: string): JournalData['postings'] =>
  (['debit', 'credit'] as const).map((side) => ({ account, asset: '', side, amountMinor: 0n, purpose: 'principal' }));

/** What final and partial captures of the journal would set free on a balance. */
const freed = ({ captures = [] }: Asked, books: AuditorBooks, name: string): bigint =>
  captures.reduce((sum, { holdId, amountMinor, isFinal }) => {
    const hold = books.replayed.holds.get(holdId);
    if (hold === undefined || `${hold.account} ${hold.asset}` !== name) return sum;
    return sum + (isFinal ? hold.remaining : amountMinor);
  }, 0n);

const insufficient = ({ books, asked, refusal, ahead, name }: Case): boolean => {
  const balance = `${refusal['account'] ?? ''} ${refusal['asset'] ?? ''}`;
  const there = spendable(books, balance) + (ahead.get(balance) ?? 0n) + freed(asked, books, balance);
  const needed = BigInt(refusal['neededMinor'] ?? '0');
  if (there !== BigInt(refusal['spendableMinor'] ?? '0') || needed <= there) return false;
  if (name === 'placeHold') return needed === asked.amountMinor;
  if (name === 'increaseHold')
    return needed === (asked.amountMinor ?? 0n) - (books.replayed.holds.get(asked.holdId ?? '')?.amount ?? 0n);
  // What a quote sells is in the quote; that it is more than there is was said above.
  if (name === 'convert') return true;
  const nets = new Map<string, bigint>();
  addNets(nets, postingsOf(asked, books));
  return needed === -(nets.get(balance) ?? 0n);
};

const sumsOf = (asked: Asked): ReadonlyMap<string, bigint> => {
  const sums = new Map<string, bigint>();
  for (const { asset, side, amountMinor } of asked.postings ?? [])
    sums.set(asset, (sums.get(asset) ?? 0n) + (side === 'credit' ? amountMinor : -amountMinor));
  return sums;
};

/** One rule for each refusal; a refusal without one is none the law knows. */
const rules: Readonly<Record<string, (its: Case) => boolean>> = {
  insufficient_funds: insufficient,
  account_closed: (its) => accountOf(its)?.isClosed === true,
  account_unknown: (its) => accountOf(its) === undefined,
  account_debits_blocked: (its) =>
    (accountOf(its)?.debitBlocks ?? 0) > 0 &&
    (its.name.endsWith('Hold') || touches(its, its.refusal['account'] ?? '', 'debit')),
  account_credits_blocked: (its) =>
    (accountOf(its)?.creditBlocks ?? 0) > 0 && touches(its, its.refusal['account'] ?? '', 'credit'),
  amount_not_positive: ({ asked }) =>
    (asked.postings ?? []).some(({ amountMinor }) => amountMinor <= 0n) || (asked.amountMinor ?? 1n) <= 0n,
  account_pays_itself: ({ asked, refusal }) =>
    (['debit', 'credit'] as const).every((side) =>
      asked.postings?.some(
        (leg) => leg.account === refusal['account'] && leg.side === side && leg.purpose === 'principal',
      ),
    ),
  account_not_empty: ({ books, refusal }) => {
    const its = books.replayed.balances.get(`${refusal['account'] ?? ''} ${refusal['asset'] ?? ''}`);
    return (
      its !== undefined &&
      its.credits - its.debits === BigInt(refusal['postedMinor'] ?? '0') &&
      its.heldOut === BigInt(refusal['heldOutMinor'] ?? '0') &&
      (its.heldOut !== 0n || its.credits !== its.debits)
    );
  },
  journal_unbalanced: ({ asked }) => [...sumsOf(asked).values()].some((sum) => sum !== 0n),
  journal_malformed: ({ asked: { postings = [], captures = [] } }) =>
    postings.length < 2 || new Set(captures.map(({ holdId }) => holdId)).size < captures.length,
  journal_exists_with_different_content: ({ books, asked }) => books.replayed.journals.has(asked.journalId ?? ''),
  journal_unknown: ({ books, asked }) => !books.replayed.journals.has(asked.original ?? ''),
  journal_already_reversed: ({ books, asked }) => {
    const original = books.replayed.journals.get(asked.original ?? '');
    return original?.postings.every((posting, at) => BigInt(posting.amountMinor) === original.reversed[at]) === true;
  },
  reversal_exceeds_original: ({ books, asked, refusal }) => {
    const original = books.replayed.journals.get(asked.original ?? '');
    const at = Number(refusal['index']);
    const remaining = BigInt(original?.postings[at]?.amountMinor ?? '0') - (original?.reversed[at] ?? 0n);
    const line = asked.lines?.find(({ index }) => index === at);
    return remaining === BigInt(refusal['remainingMinor'] ?? '0') && (line?.amountMinor ?? 0n) > remaining;
  },
  day_closed: (its) =>
    dayOf(its)?.isOpen === false ||
    (its.asked.bookingDate !== undefined && its.asked.bookingDate !== dayOf(its)?.businessDate),
  day_not_open: (its) => dayOf(its)?.isOpen === false || dayOf(its)?.businessDate !== its.asked.businessDate,
  day_still_open: (its) => dayOf(its)?.isOpen === true && dayOf(its)?.businessDate !== its.asked.businessDate,
  day_not_after_last: (its) => (its.asked.businessDate ?? '') <= (dayOf(its)?.businessDate ?? ''),
  hold_unknown: (its) => holdOf(its) === undefined,
  hold_not_active: (its) => holdOf(its)?.status === its.refusal['status'] && holdOf(its)?.status !== 'active',
  hold_not_due: ({ books, asked, refusal }) =>
    (books.holdExpiries.get(asked.holdId ?? '') ?? null) === (refusal['expiresAt'] ?? null),
  hold_expiry_in_past: ({ asked, answeredMs }) => Date.parse(asked.expiresAt ?? '') <= answeredMs,
  hold_exists_with_different_terms: ({ books, asked }) => books.replayed.holds.has(asked.holdId ?? ''),
  hold_amount_below_captured: (its) =>
    holdOf(its)?.captured === BigInt(its.refusal['capturedMinor'] ?? '-1') &&
    (its.asked.amountMinor ?? 0n) < (holdOf(its)?.amount ?? 0n),
  hold_not_of_debited_account: (its) => !touches(its, holdOf(its)?.account ?? '', 'debit'),
  capture_exceeds_hold: (its) => {
    const capture = its.asked.captures?.find(({ holdId }) => holdId === its.refusal['holdId']);
    const remaining = holdOf(its)?.remaining;
    return (
      remaining === BigInt(its.refusal['remainingMinor'] ?? '-1') && (capture?.amountMinor ?? 0n) > (remaining ?? 0n)
    );
  },
  quote_unknown: ({ books, asked }) => !books.quotes.has(asked.quoteId ?? ''),
  quote_used: ({ books, asked, refusal }) => books.quotes.get(asked.quoteId ?? '')?.usedBy === refusal['journalId'],
  quote_expired: ({ books, asked, answeredMs }) =>
    Date.parse(books.quotes.get(asked.quoteId ?? '')?.expiresAt ?? '') <= answeredMs,
  quote_exists_with_different_terms: ({ books, asked }) => books.quotes.has(asked.quoteId ?? ''),
  // EUR cents to whole yen: less than one yen is nothing.
  quote_amount_too_small: ({ refusal }) => refusal['boughtMinor'] === '0',
  block_unknown: ({ books, asked }) => !books.blocks.has(asked.blockId ?? ''),
  block_exists_with_different_terms: ({ books, asked }) => books.blocks.has(asked.blockId ?? ''),
  reversal_not_reversible: ({ books, asked }) =>
    books.replayed.journals.get(asked.original ?? '')?.reverses !== undefined,
};
