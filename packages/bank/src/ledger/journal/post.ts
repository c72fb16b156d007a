import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import { referenceOf } from '@finaegis/kernel/reference';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import type { PersonalRef } from '@finaegis/platform/event-store/personal-ref';
import { type Balance, isInRange, postedOf, shortfall } from '../balance.ts';
import type { EntityState } from '../entity/entity.ts';
import { type Hold, type HoldState, holdAggregate } from '../hold/hold.ts';
import { fulfilled, type IncomingState } from '../incoming/incoming.ts';
import { type ForcedReason, normalSide } from '../terms.ts';
import type { JournalCapture, JournalPosting, journalPosted } from './events.ts';
import { type AccountFacts, type JournalState, journalAggregate } from './journal.ts';

export interface PostJournal {
  readonly journalId: string;
  /** What the journal is for, in the business's words: `transfer`, `deposit`, `fee` … */
  readonly kind: string;
  readonly postings: readonly JournalPosting[];
  readonly captures: readonly JournalCapture[];
  /** Announcements of which this is the money: they end in the same commit. */
  readonly fulfils?: readonly string[] | undefined;
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
  | { readonly code: 'announcement_unknown'; readonly announcementId: string }
  | { readonly code: 'announcement_not_open'; readonly announcementId: string; readonly status: string }
  | { readonly code: 'announcement_not_of_credited_account'; readonly announcementId: string }
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
  incoming(announcementId: string): IncomingState;
  entity(entity: string): EntityState;
  /** Undefined for accounts that do not exist, and for house accounts without a floor: nobody locks or reads those. */
  balance(account: string, asset: string): Balance | undefined;
  account(account: string): AccountFacts | undefined;
}

/** Most postings one journal may have. */
export const postingsMax = 500;

/**
 * Decides one journal in the ledger's order: known id, shape, balance, open day, accounts, blocks, captures, announcements, floor.
 * Accepted, it gives the journal's own event after one event for each hold it captures and each announcement it fulfils.
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

  const effects = effectsOf(book, command.postings);
  const blocked = refuseClosedOrBlocked(book, command, effects);
  if (blocked !== undefined) return reject(blocked);
  const captured = decideCaptures(book, command);
  if ('code' in captured) return reject(captured);
  const arrived = decideFulfilments(book, command);
  if ('code' in arrived) return reject(arrived);
  const short = refuseShortfall(effects, command, captured.releasedMinor);
  if (short !== undefined) return reject(short);
  return accept(...captured.events, ...arrived.events, posted(book, command));
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
  isSameList(existing.fulfils, command.fulfils) &&
  existing.captures.length === command.captures.length &&
  existing.captures.every(({ holdId, amountMinor, isFinal }, index) => {
    const other = command.captures[index];
    return holdId === other?.holdId && amountMinor === other.amountMinor && isFinal === other.isFinal;
  });

const isSameList = (a: readonly string[] = [], b: readonly string[] = []): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

const isSamePosting = (a: JournalPosting, b: JournalPosting | undefined): boolean =>
  a.account === b?.account &&
  a.asset === b.asset &&
  a.side === b.side &&
  a.amountMinor === b.amountMinor &&
  a.purpose === b.purpose;

const refuseShape = ({ postings, captures, fulfils = [] }: PostJournal): JournalRefusal | undefined => {
  if (postings.length < 2) return { code: 'journal_malformed', reason: 'a journal has at least two postings' };
  if (postings.length > postingsMax)
    return { code: 'journal_malformed', reason: `a journal has at most ${postingsMax} postings` };
  const wrong = postings.findIndex(({ amountMinor }) => amountMinor <= 0n);
  if (wrong >= 0) return { code: 'amount_not_positive', index: wrong };
  const wrongCapture = captures.findIndex(({ amountMinor }) => amountMinor <= 0n);
  if (wrongCapture >= 0) return { code: 'amount_not_positive', index: wrongCapture };
  const holds = new Set(captures.map(({ holdId }) => holdId));
  if (holds.size !== captures.length) return { code: 'journal_malformed', reason: 'a journal captures a hold once' };
  if (new Set(fulfils).size !== fulfils.length)
    return { code: 'journal_malformed', reason: 'a journal fulfils an announcement once' };
  const itself = payingItself(postings);
  if (itself !== undefined) return { code: 'account_pays_itself', account: itself.account, asset: itself.asset };
  return undefined;
};

/** A principal debited from an account and credited to the same one moves nothing and only looks like business. */
const payingItself = (postings: readonly JournalPosting[]): JournalPosting | undefined => {
  const debited = postings.filter(({ side, purpose }) => side === 'debit' && purpose === 'principal');
  return postings.find(
    ({ account, asset, side, purpose }) =>
      side === 'credit' &&
      purpose === 'principal' &&
      debited.some((debit) => debit.account === account && debit.asset === asset),
  );
};

const refuseAccounts = (book: Book, { postings }: PostJournal): JournalRefusal | undefined => {
  const unknown = postings.find(({ account }) => book.account(account) === undefined);
  return unknown === undefined ? undefined : { code: 'account_unknown', account: unknown.account };
};

const refuseUnbalanced = (book: Book, { postings }: PostJournal): JournalRefusal | undefined => {
  // One or two as a rule, so they are looked through rather than named.
  const sums: { entity: string; asset: string; debitsMinor: bigint; creditsMinor: bigint }[] = [];
  for (const { account, asset, side, amountMinor } of postings) {
    const entity = book.account(account)?.entity ?? '';
    let sum = sums.find((known) => known.asset === asset && known.entity === entity);
    if (sum === undefined) sums.push((sum = { entity, asset, debitsMinor: 0n, creditsMinor: 0n }));
    if (side === 'debit') sum.debitsMinor += amountMinor;
    else sum.creditsMinor += amountMinor;
  }
  const wrong = sums.find(({ debitsMinor, creditsMinor }) => debitsMinor !== creditsMinor);
  return wrong === undefined ? undefined : { code: 'journal_unbalanced', ...wrong };
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

/** What a journal does to one balance. */
interface Effect {
  readonly account: string;
  readonly asset: string;
  /** As it is before; absent as in `Book`. */
  readonly balance: Balance | undefined;
  debitsMinor: bigint;
  creditsMinor: bigint;
  /** On the same account, in the asset met before this one. */
  readonly previous: Effect | undefined;
}

/** By balance, in the order of the postings: each is looked up once, however many postings touch it. */
const effectsOf = (book: Book, postings: readonly JournalPosting[]): readonly Effect[] => {
  const effects: Effect[] = [];
  const newest = new Map<string, Effect>();
  for (const { account, asset, side, amountMinor } of postings) {
    const previous = newest.get(account);
    let effect = previous;
    while (effect !== undefined && effect.asset !== asset) effect = effect.previous;
    if (effect === undefined) {
      const balance = book.balance(account, asset);
      effect = { account, asset, balance, debitsMinor: 0n, creditsMinor: 0n, previous };
      effects.push(effect);
      newest.set(account, effect);
    }
    if (side === 'debit') effect.debitsMinor += amountMinor;
    else effect.creditsMinor += amountMinor;
  }
  return effects;
};

const isOpenToAll = ({ balance }: Effect): boolean =>
  balance === undefined || (balance.status === 'open' && balance.debitBlocks === 0 && balance.creditBlocks === 0);

const refuseClosedOrBlocked = (
  book: Book,
  { postings, forced }: PostJournal,
  effects: readonly Effect[],
): JournalRefusal | undefined => {
  const unlocked = effects.find(
    ({ account, balance }) => balance === undefined && book.account(account)?.hasFloor === true,
  );
  if (unlocked !== undefined)
    throw new Error(`The balance of ${unlocked.account} in ${unlocked.asset} was not locked.`);
  if (effects.every(isOpenToAll)) return undefined;
  const first = (is: (balance: Balance, side: JournalPosting['side']) => boolean): JournalPosting | undefined =>
    postings.find(({ account, asset, side }) => {
      const balance = book.balance(account, asset);
      return balance !== undefined && is(balance, side);
    });
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

/** What was announced ends with the money that came for it, however much that is: charges on the way may have been taken out. */
const decideFulfilments = (
  book: Book,
  { journalId, fulfils = [], postings }: PostJournal,
): { readonly events: readonly NewEvent[] } | JournalRefusal => {
  const events: NewEvent[] = [];
  for (const announcementId of fulfils) {
    const incoming = book.incoming(announcementId);
    if (incoming.status === 'unknown') return { code: 'announcement_unknown', announcementId };
    if (incoming.status !== 'open') return { code: 'announcement_not_open', announcementId, status: incoming.status };
    const { account, asset } = incoming;
    const isCredited = postings.some(
      (posting) =>
        posting.account === account &&
        posting.asset === asset &&
        posting.side === normalSide(book.account(account)?.class ?? 'liability'),
    );
    if (!isCredited) return { code: 'announcement_not_of_credited_account', announcementId };
    events.push(fulfilled(incoming, journalId));
  }
  return { events };
};

const refuseShortfall = (
  effects: readonly Effect[],
  { forced }: PostJournal,
  releasedMinor: ReadonlyMap<string, bigint>,
): JournalRefusal | undefined => {
  for (const { account, asset, balance, debitsMinor, creditsMinor } of effects) {
    if (balance === undefined) continue;
    const after = { debitsMinor: balance.debitsMinor + debitsMinor, creditsMinor: balance.creditsMinor + creditsMinor };
    if (!isInRange(after)) return { code: 'balance_out_of_range', account, asset };
    if (forced !== undefined) continue;
    const postedMinor = postedOf({ class: balance.class, debitsMinor, creditsMinor });
    const freedMinor = releasedMinor.size === 0 ? 0n : (releasedMinor.get(`${account} ${asset}`) ?? 0n);
    const free = freedMinor === 0n ? balance : { ...balance, heldOutMinor: balance.heldOutMinor - freedMinor };
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

type Posted = EventOf<typeof journalPosted>['data'];

const posted = (book: Book, command: PostJournal & { readonly description?: PersonalRef | undefined }): NewEvent => {
  const {
    journalId,
    kind,
    postings,
    captures,
    fulfils = [],
    reverses,
    quoteId,
    forced,
    endToEndId,
    description,
    metadata,
  } = command;
  const entityName = book.account(postings[0]?.account ?? '')?.entity ?? '';
  const entity = book.entity(entityName);
  if (entity.status === 'unknown') throw new Error(`The entity ${entityName} was not loaded.`);
  const bookingDate = entity.businessDate;
  const data: { -readonly [Name in keyof Posted]: Posted[Name] } = {
    journalId,
    entity: entityName,
    kind,
    reference: referenceOf('J', journalId),
    bookingDate,
    valueDate: command.valueDate ?? bookingDate,
    postings,
    captures,
  };
  // Most journals have none of these, and as many spreads of nothing would cost more than everything above.
  if (fulfils.length > 0) data.fulfils = fulfils;
  if (reverses !== undefined) data.reverses = reverses;
  if (quoteId !== undefined) data.quoteId = quoteId;
  if (forced !== undefined) data.forced = forced;
  if (endToEndId !== undefined) data.endToEndId = endToEndId;
  if (description !== undefined) data.description = description;
  if (metadata !== undefined) data.metadata = metadata;
  return journalAggregate.record(journalId, 'JournalPosted', data);
};
