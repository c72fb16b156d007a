import { conclude, emptyBooks, foldRaw, type ReplayedBooks } from '@finaegis/testing/coherence/replayed-books';
import type { AuditedEvent } from './audited-event.ts';
import { type CardBooks, concludeCards, emptyCardBooks, foldCards } from './card-books.ts';
import { type CustomerBooks, concludeCustomers, emptyCustomerBooks, foldCustomers } from './customer-books.ts';
import {
  concludeDisputes,
  type DisputeBooks,
  emptyDisputeBooks,
  foldDisputes,
  takenByDisputes,
} from './dispute-books.ts';
import { concludeFiles, emptyFileBooks, explainedByFiles, type FileBooks, foldFiles } from './file-books.ts';
import { concludePayments, emptyPaymentBooks, foldPayments, type PaymentBooks } from './payment-books.ts';

interface RawPosting {
  readonly account: string;
  readonly asset: string;
  readonly side: 'debit' | 'credit';
}

/** The books of the replay, and what LEDGER.md says besides: days, blocks, instants, prices. */
export interface AuditorBooks {
  readonly replayed: ReplayedBooks;
  readonly days: Map<string, { businessDate: string; isOpen: boolean }>;
  readonly quotes: Map<string, { readonly expiresAt: string; usedBy?: string }>;
  readonly holdExpiries: Map<string, string>;
  /** Ids of blocks that were ever placed, and of those lifted. */
  readonly blocks: Set<string>;
  /** The newest booking on each balance. */
  readonly bookedAt: Map<string, string>;
  readonly customers: CustomerBooks;
  readonly payments: PaymentBooks;
  readonly cards: CardBooks;
  readonly files: FileBooks;
  readonly disputes: DisputeBooks;
  readonly problems: string[];
}

/** @param reviewMaxMs how long people are waited for who review something */
export const emptyAuditorBooks = (reviewMaxMs?: number): AuditorBooks => ({
  replayed: emptyBooks(),
  days: new Map(),
  quotes: new Map(),
  holdExpiries: new Map(),
  blocks: new Set(),
  bookedAt: new Map(),
  customers: emptyCustomerBooks(),
  payments: emptyPaymentBooks(),
  cards: emptyCardBooks(),
  files: emptyFileBooks(reviewMaxMs),
  disputes: emptyDisputeBooks(),
  problems: [],
});

/** Folds one event and notes what should never have been accepted at its place. */
export const foldAudited = (books: AuditorBooks, event: AuditedEvent): void => {
  // Words read from the log as they are; the auditor trusts no schema of the product.
  const data = event.data as unknown as Readonly<Record<string, string>>;
  const complain = (text: string): unknown => books.problems.push(`seq ${event.seq}: ${text}`);
  switch (event.type) {
    case 'EntityOpened':
    case 'BusinessDayOpened':
      books.days.set(data['entity'] ?? '', { businessDate: data['businessDate'] ?? '', isOpen: true });
      break;
    case 'BusinessDayClosed':
      books.days.set(data['entity'] ?? '', { businessDate: data['businessDate'] ?? '', isOpen: false });
      break;
    case 'JournalPosted':
      checkJournal(books, event, complain);
      break;
    case 'HoldPlaced':
      if (data['expiresAt'] !== undefined) {
        books.holdExpiries.set(data['holdId'] ?? '', data['expiresAt']);
        if (data['expiresAt'] <= event.bookedAt) complain('a hold is placed after its own expiry');
      }
      break;
    case 'HoldExpired':
      if ((books.holdExpiries.get(data['holdId'] ?? '') ?? '9') > event.bookedAt)
        complain(`hold ${data['holdId'] ?? ''} expires before its time`);
      break;
    case 'QuoteIssued':
      if (books.quotes.has(data['quoteId'] ?? '')) complain(`quote ${data['quoteId'] ?? ''} is issued twice`);
      books.quotes.set(data['quoteId'] ?? '', { expiresAt: data['expiresAt'] ?? '' });
      break;
    case 'QuoteUsed': {
      const quote = books.quotes.get(data['quoteId'] ?? '');
      if (quote === undefined || quote.expiresAt <= event.bookedAt)
        complain(`quote ${data['quoteId'] ?? ''} is used after it expired, or was never issued`);
      if (quote !== undefined) books.quotes.set(data['quoteId'] ?? '', { ...quote, usedBy: data['journalId'] ?? '' });
      break;
    }
    case 'AccountBlockPlaced':
      if (books.blocks.has(data['blockId'] ?? '')) complain(`block ${data['blockId'] ?? ''} is placed twice`);
      books.blocks.add(data['blockId'] ?? '');
      break;
    default:
  }
  if (event.type.startsWith('Hold')) checkHold(books, event, complain);
  const around = { replayed: books.replayed, complain };
  foldCustomers(books.customers, event, around);
  foldPayments(books.payments, event, around);
  const { payments, cards, customers } = books;
  foldCards(cards, event, { ...around, payments });
  foldDisputes(books.disputes, event, { ...around, payments, cards });
  foldFiles(books.files, event, { ...around, payments, ownerOf: (iban) => customers.numbers.get(`iban ${iban}`) });
  foldRaw(books.replayed, event);
};

/** What can only be said when the log is read to its end. */
export const concludeAudited = (books: AuditorBooks): void => {
  const { replayed, customers, payments, cards, files, disputes, problems } = books;
  const complain = (text: string): unknown => problems.push(text);
  conclude(replayed);
  concludeCustomers(customers, replayed, complain);
  concludePayments(payments, { replayed, complain }, explainedByFiles(files));
  concludeCards(cards, { replayed, complain }, takenByDisputes(disputes));
  concludeFiles(files, { replayed, complain });
  concludeDisputes(disputes, { replayed, complain });
};

const checkJournal = (
  books: AuditorBooks,
  { data, bookedAt }: AuditedEvent,
  complain: (text: string) => void,
): void => {
  const { postings, entity, bookingDate, forced, journalId } = data as unknown as {
    postings: readonly RawPosting[];
    entity: string;
    bookingDate: string;
    forced?: string;
    journalId: string;
  };
  const day = books.days.get(entity);
  if (day?.isOpen !== true || day.businessDate !== bookingDate)
    complain(`journal ${journalId} is booked on ${bookingDate}, which is not the open day`);
  for (const { account: id, asset, side } of postings) {
    const account = books.replayed.accounts.get(id);
    if (account?.hasFloor !== true) continue;
    // All accounts with a floor are customers' here, liabilities: a debit takes from them.
    if (side === 'debit' && account.debitBlocks > 0 && forced === undefined)
      complain(`journal ${journalId} debits ${id} in spite of a block`);
    if (side === 'credit' && account.creditBlocks > 0)
      complain(`journal ${journalId} credits ${id} in spite of a block`);
    advance(books, `${id} ${asset}`, bookedAt, complain);
  }
};

const checkHold = (
  books: AuditorBooks,
  { type, data, bookedAt }: AuditedEvent,
  complain: (text: string) => void,
): void => {
  const { account, asset } = data as unknown as { account: string; asset: string };
  const its = books.replayed.accounts.get(account);
  if (type === 'HoldPlaced' || type === 'HoldIncreased') {
    if (its?.isClosed !== false) complain(`a hold on account ${account}, which is not open`);
    if ((its?.debitBlocks ?? 0) > 0) complain(`a hold on account ${account} in spite of a block`);
  }
  advance(books, `${account} ${asset}`, bookedAt, complain);
};

const advance = (books: AuditorBooks, name: string, bookedAt: string, complain: (text: string) => void): void => {
  if ((books.bookedAt.get(name) ?? '') > bookedAt) complain(`time runs backwards along ${name}`);
  books.bookedAt.set(name, bookedAt);
};
