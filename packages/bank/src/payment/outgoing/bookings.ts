import { accept, type Decision } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { PersonalRef } from '@finaegis/platform/event-store/personal-ref';
import {
  type Book,
  houseAccountId,
  isHouseAccountId,
  type JournalPosting,
  type JournalRefusal,
  postJournal,
  reverseJournal,
} from '../../ledger/contract.ts';
import { clearingOf, clearingReturns, feeIncome, nostroOf, suspenseBlocked } from '../house.ts';
import type { WorkItemKind } from '../work-item/events.ts';
import { openWorkItem } from '../work-item/work-item.ts';
import type { Outgoing, OutgoingRefusal, OutgoingTerms } from './outgoing.ts';

/** What a booking made: its journals, and whom the money went to. */
interface Booked {
  readonly events: readonly NewEvent[];
  readonly journalIds: readonly string[];
  readonly creditedTo: string;
}

export type Booking =
  | { readonly accepted: true; readonly booked: Booked }
  | Extract<Decision<NewEvent, OutgoingRefusal>, { readonly accepted: false }>;

/** Ids of a payment's journals; the same step always makes the same journal. */
export const paymentJournalId = (
  paymentId: string,
  step: 'fund' | 'settle' | 'take-back' | 'return' | 'credit',
): string => derivedUuid('payment-journal', paymentId, step);

const line = (
  account: string,
  side: JournalPosting['side'],
  { asset, amountMinor }: { readonly asset: string; readonly amountMinor: bigint },
  purpose: JournalPosting['purpose'] = 'principal',
): JournalPosting => ({ account, side, asset, amountMinor, purpose });

const one = (decision: Decision<NewEvent, JournalRefusal>, journalId: string, creditedTo: string): Booking =>
  decision.accepted
    ? { accepted: true, booked: { events: decision.events, journalIds: [journalId], creditedTo } }
    : decision;

const feePair = ({ debtorAccountId, entity, asset, feeMinor }: OutgoingTerms): readonly JournalPosting[] => {
  if (feeMinor === 0n) return [];
  const fee = { asset, amountMinor: feeMinor };
  return [line(debtorAccountId, 'debit', fee, 'fee'), line(houseAccountId(entity, feeIncome), 'credit', fee, 'fee')];
};

/** Whom a funding credits: the rail's clearing, or within the tenant the creditor himself. */
export const fundedAccount = ({ entity, rail, creditor }: OutgoingTerms): string =>
  creditor.accountId ?? houseAccountId(entity, clearingOf(rail));

/** Dr customer · Cr clearing/{rail} (or the creditor's account), with the fee as a pair of its own. */
export const bookFunding = (book: Book, payment: OutgoingTerms): Booking => {
  const { paymentId, debtorAccountId, endToEndId, remittance } = payment;
  const journalId = paymentJournalId(paymentId, 'fund');
  const creditedTo = fundedAccount(payment);
  const description: { readonly description?: PersonalRef } =
    remittance === undefined ? {} : { description: remittance };
  const decision = postJournal(book, {
    journalId,
    kind: 'payment',
    postings: [line(debtorAccountId, 'debit', payment), line(creditedTo, 'credit', payment), ...feePair(payment)],
    captures: [],
    endToEndId,
    metadata: { paymentId },
    ...description,
  });
  return one(decision, journalId, creditedTo);
};

/** Dr clearing/{rail} · Cr nostro/{bank}: the bank has paid. */
export const bookSettlement = (book: Book, payment: OutgoingTerms): Booking => {
  const { paymentId, entity, rail, bank = '', endToEndId } = payment;
  const journalId = paymentJournalId(paymentId, 'settle');
  const nostro = houseAccountId(entity, nostroOf(bank));
  const decision = postJournal(book, {
    journalId,
    kind: 'payment-settlement',
    postings: [
      line(houseAccountId(entity, clearingOf(rail)), 'debit', payment, 'settlement'),
      line(nostro, 'credit', payment, 'settlement'),
    ],
    captures: [],
    endToEndId,
    metadata: { paymentId },
  });
  return one(decision, journalId, nostro);
};

/** Takes the funding back, fee included: mirrored to the debtor, or to suspense where his account cannot take it. */
export const bookTakingBack = (book: Book, payment: Outgoing): Booking => {
  const { paymentId, debtorAccountId, fundedBy = '', asset, amountMinor, feeMinor, endToEndId } = payment;
  const journalId = paymentJournalId(paymentId, 'take-back');
  if (canTake(book, debtorAccountId, asset)) {
    const decision = reverseJournal(book, { journalId, original: fundedBy });
    if (!decision.accepted) return decision;
    const items = isHouseAccountId(debtorAccountId)
      ? [itemOf(payment, { account: debtorAccountId, amountMinor, journalId, reason: 'payment_rejected' })]
      : [];
    return {
      accepted: true,
      booked: { events: [...decision.events, ...items], journalIds: [journalId], creditedTo: debtorAccountId },
    };
  }
  const suspense = houseAccountId(payment.entity, suspenseBlocked);
  const fee = { asset, amountMinor: feeMinor };
  const decision = postJournal(book, {
    journalId,
    kind: 'payment-taken-back',
    postings: [
      line(fundedAccount(payment), 'debit', payment),
      line(suspense, 'credit', payment),
      ...(feeMinor === 0n
        ? []
        : [line(houseAccountId(payment.entity, feeIncome), 'debit', fee, 'fee'), line(suspense, 'credit', fee, 'fee')]),
    ],
    captures: [],
    endToEndId,
    metadata: { paymentId },
  });
  const item = {
    account: suspense,
    amountMinor: amountMinor + feeMinor,
    journalId,
    reason: 'account_takes_no_credits',
  };
  return withItem(one(decision, journalId, suspense), itemOf(payment, item));
};

/** Dr nostro/{bank} · Cr clearing/returns, then Dr clearing/returns · Cr the debtor, or suspense where he cannot take it. */
export const bookReturn = (
  book: Book,
  payment: OutgoingTerms,
  { amountMinor, valueDate }: { readonly amountMinor: bigint; readonly valueDate?: string | undefined },
): Booking => {
  const { paymentId, entity, bank = '', debtorAccountId, asset, endToEndId } = payment;
  const [arrival, credit] = [paymentJournalId(paymentId, 'return'), paymentJournalId(paymentId, 'credit')];
  const returns = houseAccountId(entity, clearingReturns);
  const isTaken = canTake(book, debtorAccountId, asset);
  const creditedTo = isTaken ? debtorAccountId : houseAccountId(entity, suspenseBlocked);
  const amount = { asset, amountMinor };
  const both = { kind: 'payment-return', captures: [], endToEndId, valueDate, metadata: { paymentId } };
  const arrived = postJournal(book, {
    ...both,
    journalId: arrival,
    postings: [line(houseAccountId(entity, nostroOf(bank)), 'debit', amount), line(returns, 'credit', amount)],
  });
  if (!arrived.accepted) return arrived;
  const credited = postJournal(book, {
    ...both,
    journalId: credit,
    postings: [line(returns, 'debit', amount), line(creditedTo, 'credit', amount)],
  });
  if (!credited.accepted) return credited;
  const item = itemOf(payment, {
    account: creditedTo,
    amountMinor,
    journalId: credit,
    reason: isTaken ? 'payment_returned' : 'account_takes_no_credits',
  });
  const events = [...arrived.events, ...credited.events];
  return {
    accepted: true,
    booked: {
      // Whatever lies in suspense has an item, or nobody would look for its owner.
      events: isHouseAccountId(creditedTo) ? [...events, item] : events,
      journalIds: [arrival, credit],
      creditedTo,
    },
  };
};

/** Whether an account takes credits now: open and not blocked; a house account always. */
export const canTake = (book: Book, accountId: string, asset: string): boolean => {
  if (isHouseAccountId(accountId)) return true;
  const balance = book.balance(accountId, asset);
  return balance !== undefined && balance.status !== 'closed' && balance.creditBlocks === 0;
};

const itemOf = (
  { paymentId, entity, asset, reference }: OutgoingTerms,
  item: {
    readonly account: string;
    readonly amountMinor: bigint;
    readonly journalId: string;
    readonly reason: string;
  },
): NewEvent => {
  const { account, amountMinor, journalId, reason } = item;
  return openWorkItem({
    workItemId: workItemOf(journalId),
    kind: kindOfSuspense(account),
    entity,
    account,
    asset,
    amountMinor,
    subject: `outgoing:${paymentId}`,
    reason,
    links: [`journal:${journalId}`, `outgoing:${paymentId}`],
    reference,
  });
};

/** The item about what a journal left in suspense. */
export const workItemOf = (journalId: string): string => derivedUuid('work-item', journalId);

/** The queue of a suspense account, by its name in the chart. */
export const kindOfSuspense = (account: string): WorkItemKind => {
  const name = account.slice(account.lastIndexOf('/') + 1);
  if (name === 'blocked' || name === 'review') return name;
  return name === 'amount-mismatch' ? 'amount_mismatch' : 'unidentified';
};

const withItem = (booking: Booking, item: NewEvent): Booking =>
  booking.accepted
    ? { accepted: true, booked: { ...booking.booked, events: [...booking.booked.events, item] } }
    : booking;

/** A booking that must not be refused where another already was accepted. */
export const acceptedEvents = ({ events }: Booked, ...more: readonly NewEvent[]): Decision<NewEvent, never> =>
  accept(...events, ...more);
