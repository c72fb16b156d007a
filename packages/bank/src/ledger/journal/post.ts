import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import { referenceOf } from '@finaegis/kernel/reference';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { PersonalRef } from '@finaegis/platform/event-store/personal-ref';
import { type Balance, isInRange, postedOf, shortfall } from '../balance.ts';
import type { EntityState } from '../entity/entity.ts';
import { type Hold, type HoldState, holdAggregate } from '../hold/hold.ts';
import { type ForcedReason, normalSide } from '../terms.ts';
import type { JournalCapture, JournalPosting } from './events.ts';
import { type AccountFacts, type JournalState, journalAggregate } from './journal.ts';

export interface PostJournal {
  readonly journalId: string;
  /** What the journal is for, in the business's words: `transfer`, `deposit`, `fee` … */
  readonly kind: string;
  readonly postings: readonly JournalPosting[];
  readonly captures: readonly JournalCapture[];
  /** Refused unless it is the open day; absent means the open day. */
  readonly bookingDate?: string | undefined;
  /** The booking date unless given. */
  readonly valueDate?: string | undefined;
  readonly quoteId?: string | undefined;
  readonly reverses?: string | undefined;
  readonly forced?: ForcedReason | undefined;
  readonly endToEndId?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Declared in order of precedence. */
export type JournalRefusal =
  | { readonly code: 'journal_exists_with_different_content'; readonly journalId: string }
  | { readonly code: 'journal_malformed'; readonly reason: string }
  | { readonly code: 'amount_not_positive'; readonly index: number }
  | { readonly code: 'account_unknown'; readonly account: string }
  | { readonly code: 'account_pays_itself'; readonly account: string; readonly asset: string }
  | {
      readonly code: 'journal_unbalanced';
      readonly entity: string;
      readonly asset: string;
      readonly debitsMinor: bigint;
      readonly creditsMinor: bigint;
    }
  | { readonly code: 'day_closed'; readonly entity: string; readonly businessDate: string }
  | { readonly code: 'account_closed'; readonly account: string }
  | { readonly code: 'account_debits_blocked'; readonly account: string }
  | { readonly code: 'account_credits_blocked'; readonly account: string }
  | { readonly code: 'hold_unknown'; readonly holdId: string }
  | { readonly code: 'hold_not_active'; readonly holdId: string; readonly status: string }
  | { readonly code: 'hold_not_of_debited_account'; readonly holdId: string }
  | {
      readonly code: 'capture_exceeds_hold';
      readonly holdId: string;
      readonly asset: string;
      readonly remainingMinor: bigint;
    }
  | {
      readonly code: 'capture_exceeds_debit';
      readonly holdId: string;
      readonly asset: string;
      readonly debitedMinor: bigint;
    }
  | {
      readonly code: 'insufficient_funds';
      readonly account: string;
      readonly asset: string;
      readonly spendableMinor: bigint;
      readonly neededMinor: bigint;
    }
  | { readonly code: 'balance_out_of_range'; readonly account: string; readonly asset: string };

/** What a journal is decided on, all of it under lock or immutable. */
export interface Book {
  journal(journalId: string): JournalState;
  hold(holdId: string): HoldState;
  entity(entity: string): EntityState;
  /** Undefined for accounts that do not exist, and for house accounts without a floor: nobody locks or reads those. */
  balance(account: string, asset: string): Balance | undefined;
  account(account: string): AccountFacts | undefined;
}

/** Most postings one journal may have. */
export const postingsMax = 500;

/**
 * Decides one journal in the ledger's order: known id, shape, balance, open day, accounts, blocks, captures, floor.
 * Accepted, it gives the journal's own event after one event for each hold it captures.
 */
export const postJournal = (
  book: Book,
  command: PostJournal & { readonly description?: PersonalRef | undefined },
): Decision<NewEvent, JournalRefusal> => {
  const existing = book.journal(command.journalId);
  if (existing.status === 'posted') {
    return isSameContent(existing, command)
      ? accept()
      : reject({ code: 'journal_exists_with_different_content', journalId: command.journalId });
  }
  const refusal =
    refuseShape(command) ??
    refuseAccounts(book, command) ??
    refuseUnbalanced(book, command) ??
    refuseDay(book, command);
  if (refusal !== undefined) return reject(refusal);

  const blocked = refuseClosedOrBlocked(book, command);
  if (blocked !== undefined) return reject(blocked);
  const captured = decideCaptures(book, command);
  if ('code' in captured) return reject(captured);
  const short = refuseShortfall(book, command, captured.releasedMinor);
  if (short !== undefined) return reject(short);
  return accept(...captured.events, posted(book, command));
};

const isSameContent = (
  existing: Extract<JournalState, { status: 'posted' }>,
  command: PostJournal & { readonly description?: PersonalRef | undefined },
): boolean =>
  existing.kind === command.kind &&
  existing.quoteId === command.quoteId &&
  existing.reverses === command.reverses &&
  existing.forced === command.forced &&
  existing.endToEndId === command.endToEndId &&
  // Equal texts of one subject have equal commitments, so the text itself need not be read.
  existing.description?.commitment === command.description?.commitment &&
  // A date left out meant the open day then; a repeat on a later day still asks for the same.
  (command.valueDate === undefined || command.valueDate === existing.valueDate) &&
  (command.bookingDate === undefined || command.bookingDate === existing.bookingDate) &&
  existing.postings.length === command.postings.length &&
  existing.postings.every((posting, index) => isSamePosting(posting, command.postings[index])) &&
  existing.captures.length === command.captures.length &&
  existing.captures.every(({ holdId, amountMinor, isFinal }, index) => {
    const other = command.captures[index];
    return holdId === other?.holdId && amountMinor === other.amountMinor && isFinal === other.isFinal;
  });

const isSamePosting = (a: JournalPosting, b: JournalPosting | undefined): boolean =>
  a.account === b?.account &&
  a.asset === b.asset &&
  a.side === b.side &&
  a.amountMinor === b.amountMinor &&
  a.purpose === b.purpose;

const refuseShape = ({ postings, captures }: PostJournal): JournalRefusal | undefined => {
  if (postings.length < 2) return { code: 'journal_malformed', reason: 'a journal has at least two postings' };
  if (postings.length > postingsMax)
    return { code: 'journal_malformed', reason: `a journal has at most ${postingsMax} postings` };
  const wrong = postings.findIndex(({ amountMinor }) => amountMinor <= 0n);
  if (wrong >= 0) return { code: 'amount_not_positive', index: wrong };
  const wrongCapture = captures.findIndex(({ amountMinor }) => amountMinor <= 0n);
  if (wrongCapture >= 0) return { code: 'amount_not_positive', index: wrongCapture };
  const holds = new Set(captures.map(({ holdId }) => holdId));
  if (holds.size !== captures.length) return { code: 'journal_malformed', reason: 'a journal captures a hold once' };
  const itself = payingItself(postings);
  if (itself !== undefined) return { code: 'account_pays_itself', account: itself.account, asset: itself.asset };
  return undefined;
};

/** A principal debited from an account and credited to the same one moves nothing and only looks like business. */
const payingItself = (postings: readonly JournalPosting[]): JournalPosting | undefined => {
  const debited = new Set<string>();
  for (const { account, asset, side, purpose } of postings)
    if (side === 'debit' && purpose === 'principal') debited.add(`${account} ${asset}`);
  return postings.find(
    ({ account, asset, side, purpose }) =>
      side === 'credit' && purpose === 'principal' && debited.has(`${account} ${asset}`),
  );
};

const refuseAccounts = (book: Book, { postings }: PostJournal): JournalRefusal | undefined => {
  const unknown = postings.find(({ account }) => book.account(account) === undefined);
  return unknown === undefined ? undefined : { code: 'account_unknown', account: unknown.account };
};

const refuseUnbalanced = (book: Book, { postings }: PostJournal): JournalRefusal | undefined => {
  const sums = new Map<string, { entity: string; asset: string; debitsMinor: bigint; creditsMinor: bigint }>();
  for (const { account, asset, side, amountMinor } of postings) {
    const entity = book.account(account)?.entity ?? '';
    const name = `${entity} ${asset}`;
    const sum = sums.get(name) ?? { entity, asset, debitsMinor: 0n, creditsMinor: 0n };
    if (side === 'debit') sum.debitsMinor += amountMinor;
    else sum.creditsMinor += amountMinor;
    sums.set(name, sum);
  }
  for (const sum of sums.values())
    if (sum.debitsMinor !== sum.creditsMinor) return { code: 'journal_unbalanced', ...sum };
  return undefined;
};

const refuseDay = (book: Book, { postings, bookingDate }: PostJournal): JournalRefusal | undefined => {
  // A journal has one date. Entities on different days cannot share it: it would be booked on a day that one of them has closed and stated.
  let date = bookingDate;
  for (const name of entitiesOf(book, postings)) {
    const entity = book.entity(name);
    if (entity.status === 'unknown') return { code: 'journal_malformed', reason: `there is no entity ${name}` };
    if (entity.status === 'day_closed' || (date !== undefined && date !== entity.businessDate)) {
      return { code: 'day_closed', entity: name, businessDate: entity.businessDate };
    }
    date = entity.businessDate;
  }
  return undefined;
};

const entitiesOf = (book: Book, postings: readonly JournalPosting[]): ReadonlySet<string> =>
  new Set(postings.map(({ account }) => book.account(account)?.entity ?? ''));

const refuseClosedOrBlocked = (book: Book, { postings, forced }: PostJournal): JournalRefusal | undefined => {
  const balances = postings.map(({ account, asset }) => book.balance(account, asset));
  const first = (is: (balance: Balance, side: JournalPosting['side']) => boolean): JournalPosting | undefined =>
    postings.find(({ side }, index) => {
      const balance = balances[index];
      return balance !== undefined && is(balance, side);
    });
  const unlocked = postings.find(
    ({ account }, index) => balances[index] === undefined && book.account(account)?.hasFloor === true,
  );
  if (unlocked !== undefined)
    throw new Error(`The balance of ${unlocked.account} in ${unlocked.asset} was not locked.`);
  const closed = first(({ status }) => status === 'closed');
  if (closed !== undefined) return { code: 'account_closed', account: closed.account };
  // On a customer's account, a liability, a debit takes money away; on an account whose normal side is debit, a credit does.
  const stopped = first(
    (balance, side) => balance.debitBlocks > 0 && forced === undefined && side !== normalSide(balance.class),
  );
  if (stopped !== undefined) return { code: 'account_debits_blocked', account: stopped.account };
  const refused = first((balance, side) => balance.creditBlocks > 0 && side === normalSide(balance.class));
  return refused === undefined ? undefined : { code: 'account_credits_blocked', account: refused.account };
};

interface Captured {
  readonly events: readonly NewEvent[];
  /** Released from what is held, by account and asset. */
  readonly releasedMinor: ReadonlyMap<string, bigint>;
}

const decideCaptures = (book: Book, { journalId, captures, postings }: PostJournal): Captured | JournalRefusal => {
  const events: NewEvent[] = [];
  const [releasedMinor, takenMinor] = [new Map<string, bigint>(), new Map<string, bigint>()];
  for (const { holdId, amountMinor, isFinal } of captures) {
    const hold = book.hold(holdId);
    if (hold.status === 'unknown') return { code: 'hold_unknown', holdId };
    if (hold.status !== 'active') return { code: 'hold_not_active', holdId, status: hold.status };
    const debitedMinor = debitedFrom(postings, hold);
    if (debitedMinor === 0n) return { code: 'hold_not_of_debited_account', holdId };
    const { account, asset, remainingMinor } = hold;
    if (amountMinor > remainingMinor) return { code: 'capture_exceeds_hold', holdId, asset, remainingMinor };
    const name = `${account} ${asset}`;
    // Two holds of one account share its debits: what one of them captured is not there for the other.
    const capturedMinor = (takenMinor.get(name) ?? 0n) + amountMinor;
    if (capturedMinor > debitedMinor) return { code: 'capture_exceeds_debit', holdId, asset, debitedMinor };
    takenMinor.set(name, capturedMinor);
    const released = isFinal ? remainingMinor : amountMinor;
    events.push(
      holdAggregate.record(holdId, 'HoldCaptured', {
        holdId,
        account,
        asset,
        journalId,
        amountMinor,
        isFinal,
        releasedMinor: released,
      }),
    );
    releasedMinor.set(name, (releasedMinor.get(name) ?? 0n) + released);
  }
  return { events, releasedMinor };
};

/** A hold is used by taking money from the account it reserves, in its asset; anything else would release it for nothing. */
const debitedFrom = (
  postings: readonly JournalPosting[],
  { account, asset }: Pick<Hold, 'account' | 'asset'>,
): bigint =>
  postings.reduce(
    (sum, posting) =>
      posting.account === account && posting.asset === asset && posting.side === 'debit'
        ? sum + posting.amountMinor
        : sum,
    0n,
  );

const refuseShortfall = (
  book: Book,
  { postings, forced }: PostJournal,
  releasedMinor: ReadonlyMap<string, bigint>,
): JournalRefusal | undefined => {
  for (const [name, its] of byBalance(postings)) {
    const [first] = its;
    const before = first === undefined ? undefined : book.balance(first.account, first.asset);
    if (first === undefined || before === undefined) continue;
    const { account, asset } = first;
    const after = countersAfter(before, its);
    if (!isInRange(after)) return { code: 'balance_out_of_range', account, asset };
    if (forced !== undefined) continue;
    const postedMinor = postedOf(after) - postedOf(before);
    const freedMinor = releasedMinor.get(name) ?? 0n;
    const free = freedMinor === 0n ? before : { ...before, heldOutMinor: before.heldOutMinor - freedMinor };
    const short = shortfall(free, { postedMinor });
    if (short !== undefined)
      return {
        code: 'insufficient_funds',
        account,
        asset,
        spendableMinor: short.spendableMinor,
        neededMinor: -postedMinor,
      };
  }
  return undefined;
};

const byBalance = (postings: readonly JournalPosting[]): ReadonlyMap<string, readonly JournalPosting[]> => {
  const groups = new Map<string, JournalPosting[]>();
  for (const posting of postings) {
    const name = `${posting.account} ${posting.asset}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [posting]);
    else group.push(posting);
  }
  return groups;
};

type Counters = Pick<Balance, 'class' | 'debitsMinor' | 'creditsMinor'>;

const countersAfter = (before: Counters, postings: readonly JournalPosting[]): Counters => {
  let { debitsMinor, creditsMinor } = before;
  for (const { side, amountMinor } of postings) {
    if (side === 'debit') debitsMinor += amountMinor;
    else creditsMinor += amountMinor;
  }
  return { class: before.class, debitsMinor, creditsMinor };
};

const posted = (book: Book, command: PostJournal & { readonly description?: PersonalRef | undefined }): NewEvent => {
  const { journalId, kind, postings, captures, reverses, quoteId, forced, endToEndId, description, metadata } = command;
  const entityName = book.account(postings[0]?.account ?? '')?.entity ?? '';
  const entity = book.entity(entityName);
  if (entity.status === 'unknown') throw new Error(`The entity ${entityName} was not loaded.`);
  const bookingDate = entity.businessDate;
  return journalAggregate.record(journalId, 'JournalPosted', {
    journalId,
    entity: entityName,
    kind,
    reference: referenceOf('J', journalId),
    bookingDate,
    valueDate: command.valueDate ?? bookingDate,
    postings,
    captures,
    ...(reverses === undefined ? undefined : { reverses }),
    ...(quoteId === undefined ? undefined : { quoteId }),
    ...(forced === undefined ? undefined : { forced }),
    ...(endToEndId === undefined ? undefined : { endToEndId }),
    ...(description === undefined ? undefined : { description }),
    ...(metadata === undefined ? undefined : { metadata }),
  });
};
