import type { ReplayedBooks } from '@finaegis/testing/coherence/replayed-books';
import type { AuditedEvent } from './audited-event.ts';

/** A payment out as the log tells it. */
export interface AuditedPayment {
  readonly debtor: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly fee: bigint;
  readonly rail: string;
  readonly bank: string;
  /** The account of ours it goes to, if it does. */
  readonly creditor: string | undefined;
  readonly createdBy: string;
  status: string;
  /** It was with the bank. */
  wasSubmitted: boolean;
  reviewedBy?: string;
  returnEntry?: string;
  returned: bigint;
}

/** A payment in as the log tells it. */
export interface AuditedArrival {
  readonly bank: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly accountId: string | undefined;
  status: string;
  /** Who told of it, and who said that it has arrived. */
  readonly toldBy: string[];
  suspendedOn: string;
  workItemId: string;
}

/** Something a person has to look at. */
export interface AuditedItem {
  readonly account: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly subject: string;
  owner?: string;
  assignedBy?: string;
  isResolved: boolean;
}

/** Money on its way in and out, and what is kept of it meanwhile. */
export interface PaymentBooks {
  readonly payments: Map<string, AuditedPayment>;
  readonly arrivals: Map<string, AuditedArrival>;
  readonly items: Map<string, AuditedItem>;
  /** What each journal moves, in words that can be compared. */
  readonly journals: Map<string, string>;
  /** Sagas of payments: which payment, and how it ended. */
  readonly sagas: Map<string, { readonly paymentId: string; outcome?: string }>;
}

export const emptyPaymentBooks = (): PaymentBooks => ({
  payments: new Map(),
  arrivals: new Map(),
  items: new Map(),
  journals: new Map(),
  sagas: new Map(),
});

export interface Surroundings {
  readonly replayed: ReplayedBooks;
  readonly complain: (text: string) => void;
}

type Texts = Readonly<Record<string, string | undefined>>;
interface Line {
  readonly account: string;
  readonly side: string;
  readonly asset: string;
  readonly amountMinor: string;
}

const entity = 'main';
export const house = (code: string): string => `${entity}:${code}`;
export const suspenseBlocked = house('suspense/blocked');
export const isHouse = (account: string): boolean => account.startsWith(`${entity}:`);

/** Postings in one order; the other side of each line is the next one. */
export const moves = (
  asset: string,
  ...lines: readonly (readonly [from: string, to: string, amount: bigint])[]
): string =>
  lines
    .filter(([, , amount]) => amount !== 0n)
    .flatMap(([from, to, amount]) => [`debit ${from} ${amount} ${asset}`, `credit ${to} ${amount} ${asset}`])
    .sort()
    .join(', ');

const movesOf = (postings: readonly Line[]): string =>
  postings
    .map(({ account, side, amountMinor, asset }) => `${side} ${account} ${amountMinor} ${asset}`)
    .sort()
    .join(', ');

/** Folds one event about payments, and notes what moves other money than it says, or comes at the wrong time. */
export const foldPayments = (books: PaymentBooks, event: AuditedEvent, around: Surroundings): void => {
  const { type, data } = event;
  const texts = data as unknown as Texts;
  if (type === 'JournalPosted') {
    const { journalId, postings } = data as unknown as {
      readonly journalId: string;
      readonly postings: readonly Line[];
    };
    books.journals.set(journalId, movesOf(postings));
    return;
  }
  if (type.startsWith('IncomingPayment')) return foldArrival(books, event, around);
  if (type.startsWith('WorkItem')) return foldItem(books, event, around);
  if (type === 'SagaStarted' && texts['definition'] === 'payment.outgoing') {
    const { paymentId } = data['input'] as unknown as { readonly paymentId: string };
    books.sagas.set(texts['sagaId'] ?? '', { paymentId });
  }
  if (type === 'SagaEnded') {
    const saga = books.sagas.get(texts['sagaId'] ?? '');
    if (saga?.outcome !== undefined) around.complain(`the saga of payment ${saga.paymentId} ends twice`);
    if (saga !== undefined) saga.outcome = texts['outcome'] ?? '';
  }
  if (type.startsWith('Payment')) foldPayment(books, event, around);
};

/** From which states each event of a payment may come. */
const before: Readonly<Record<string, readonly string[]>> = {
  PaymentReviewRequested: ['Created'],
  PaymentAuthorised: ['Created', 'ReviewRequested'],
  PaymentFunded: ['Authorised'],
  PaymentSubmitted: ['Funded'],
  PaymentOutcomeLost: ['Submitted'],
  PaymentSettled: ['Submitted', 'OutcomeLost'],
  PaymentReturned: ['Settled'],
  PaymentRejected: ['Created', 'ReviewRequested', 'Authorised', 'Funded', 'Submitted', 'OutcomeLost'],
  PaymentCancelled: ['Created', 'ReviewRequested', 'Authorised', 'Funded'],
};

const foldPayment = (books: PaymentBooks, { type, data, actor }: AuditedEvent, around: Surroundings): void => {
  const texts = data as unknown as Texts;
  const paymentId = texts['paymentId'] ?? '';
  const payment = books.payments.get(paymentId);
  if (type === 'PaymentCreated') {
    if (payment !== undefined) around.complain(`payment ${paymentId} is created twice`);
    books.payments.set(paymentId, created(texts, actor));
    return;
  }
  const complain = (text: string): void => around.complain(`payment ${paymentId} ${text}`);
  if (payment === undefined) return complain('was never created');
  const was = payment.status;
  if (type === 'PaymentReturnIdentified') {
    // The entry of money that has come back already; it moves nothing.
    if (was !== 'Returned') complain(`has its return named after it was ${was}`);
    payment.returnEntry = texts['entryReference'] ?? '';
    return;
  }
  payment.status = type.slice('Payment'.length);
  const isAtOnce = type === 'PaymentSettled' && was === 'Funded' && payment.creditor !== undefined;
  if (before[type]?.includes(was) !== true && !isAtOnce) complain(`is ${payment.status} after it was ${was}`);
  checkReview(payment, texts, complain);
  if (type === 'PaymentSubmitted') payment.wasSubmitted = true;
  const moved = (journalId: string | undefined): string => books.journals.get(journalId ?? '') ?? 'nothing';
  const expect = (journalId: string | undefined, wanted: string): void => {
    if (moved(journalId) !== wanted) complain(`is ${payment.status}, and ${moved(journalId)} was booked for ${wanted}`);
  };
  const { asset, amount, fee, debtor, rail, bank } = payment;
  const income = house('income/payment-fee');
  const clearing = payment.creditor ?? house(`clearing/${rail}`);
  const nostro = house(`nostro/${bank}`);
  switch (type) {
    case 'PaymentFunded':
      return expect(texts['journalId'], moves(asset, [debtor, clearing, amount], [debtor, income, fee]));
    case 'PaymentSettled':
      if (!isAtOnce) expect(texts['journalId'], moves(asset, [clearing, nostro, amount]));
      return;
    case 'PaymentRejected':
    case 'PaymentCancelled': {
      const wasFunded = ['Funded', 'Submitted', 'OutcomeLost'].includes(was);
      if (wasFunded !== (texts['journalId'] !== undefined)) complain('ends without giving back what was taken');
      if (!wasFunded) return;
      const to = texts['creditedTo'] ?? '';
      expect(texts['journalId'], moves(asset, [clearing, to, amount], [income, to, fee]));
      return checkTaker(books, { payment, to, amount: amount + fee }, { ...around, complain });
    }
    case 'PaymentReturned': {
      const to = texts['creditedTo'] ?? '';
      const returned = BigInt(texts['amountMinor'] ?? '0');
      const [arrival, credit] = data['journalIds'] as unknown as readonly string[];
      const returns = house('clearing/returns');
      if (returned > amount) complain('comes back with more than was paid');
      expect(arrival, moves(asset, [nostro, returns, returned]));
      expect(credit, moves(asset, [returns, to, returned]));
      Object.assign(payment, { returnEntry: texts['entryReference'] ?? '', returned });
      return checkTaker(books, { payment, to, amount: returned }, { ...around, complain });
    }
    default:
  }
};

const created = (texts: Texts, actor: string): AuditedPayment => {
  const { accountId } = texts['creditor'] as unknown as { readonly accountId?: string };
  return {
    debtor: texts['debtorAccountId'] ?? '',
    asset: texts['asset'] ?? '',
    amount: BigInt(texts['amountMinor'] ?? '0'),
    fee: BigInt(texts['feeMinor'] ?? '0'),
    rail: texts['rail'] ?? '',
    bank: texts['bank'] ?? '',
    creditor: accountId,
    createdBy: actor,
    status: 'Created',
    wasSubmitted: false,
    returned: 0n,
  };
};

const checkReview = (payment: AuditedPayment, { reviewedBy }: Texts, complain: (text: string) => void): void => {
  if (reviewedBy === undefined) return;
  payment.reviewedBy = reviewedBy;
  if (reviewedBy === payment.createdBy) complain('is reviewed by who created it');
};

/** Money goes back to whoever paid, and to suspense only where he cannot take it; there it has an item. */
const checkTaker = (
  { items }: PaymentBooks,
  { payment, to, amount }: { readonly payment: AuditedPayment; readonly to: string; readonly amount: bigint },
  { replayed, complain }: Surroundings,
): void => {
  const account = replayed.accounts.get(payment.debtor);
  const canTake = isHouse(payment.debtor) || (account?.isClosed === false && account.creditBlocks === 0);
  if (to !== (canTake ? payment.debtor : suspenseBlocked)) complain(`goes back to ${to}`);
  if (!isHouse(to)) return;
  const hasItem = [...items.values()].some(
    (item) => !item.isResolved && item.account === to && item.asset === payment.asset && item.amount === amount,
  );
  if (!hasItem) complain(`lies on ${to}, and nobody was told`);
};

const foldArrival = (books: PaymentBooks, { type, data, actor }: AuditedEvent, around: Surroundings): void => {
  const texts = data as unknown as Texts;
  const { incomingId = '', account = '', accountId, asset = '', bank = '', workItemId = '', reason } = texts;
  const known = books.arrivals.get(incomingId);
  const complain = (text: string): void => around.complain(`arrival ${incomingId} ${text}`);
  if (type === 'IncomingPaymentAnnounced') {
    if (known !== undefined) complain('is announced twice');
    const amount = BigInt(texts['amountMinor'] ?? '0');
    const waits = { status: 'announced', toldBy: [actor], suspendedOn: '', workItemId: '' };
    books.arrivals.set(incomingId, { bank, asset, amount, accountId, ...waits });
    return;
  }
  if (known === undefined) return complain('was never announced');
  const was = known.status;
  const moved = books.journals.get(texts['journalId'] ?? '') ?? 'nothing';
  const from = was === 'announced' ? house(`nostro/${known.bank}`) : known.suspendedOn;
  const expect = (to: string): void => {
    const wanted = moves(known.asset, [from, to, known.amount]);
    if (moved !== wanted) complain(`is ${type}, and ${moved} was booked for ${wanted}`);
  };
  switch (type) {
    case 'IncomingPaymentCredited':
      if (was === 'credited' || was === 'returned') complain(`is credited after it was ${was}`);
      if (was === 'in_review' && known.toldBy.includes(actor)) complain('is let go by who told of it');
      known.status = 'credited';
      return expect(accountId ?? '');
    case 'IncomingPaymentReturned': {
      const payment = books.payments.get(texts['paymentId'] ?? '');
      if (was !== 'suspended') complain(`goes back after it was ${was}`);
      if (payment?.debtor !== known.suspendedOn || payment.amount !== known.amount)
        complain('goes back by another payment');
      known.status = 'returned';
      return;
    }
    default: {
      const isRejected = type === 'IncomingPaymentSuspended' && was === 'in_review';
      known.status = type === 'IncomingPaymentSuspended' ? 'suspended' : 'in_review';
      if (isRejected) return;
      if (was !== 'announced') complain(`is ${known.status} after it was ${was}`);
      Object.assign(known, { suspendedOn: account, workItemId });
      if (!known.toldBy.includes(actor)) known.toldBy.push(actor);
      expect(account);
      const item = books.items.get(workItemId);
      if (item?.account !== account || item.amount !== known.amount) complain('lies in suspense, and nobody was told');
      return checkReason(around.replayed, known, { reason, complain });
    }
  }
};

/** Blocks and closings are decided under lock: what is said of them was so. */
const checkReason = (
  { accounts }: ReplayedBooks,
  { accountId }: AuditedArrival,
  { reason, complain }: { readonly reason: string | undefined; readonly complain: (text: string) => void },
): void => {
  const account = accounts.get(accountId ?? '');
  if (reason === 'account_takes_no_credits' && account?.isClosed === false && account.creditBlocks === 0)
    complain(`is kept from ${accountId ?? ''}, which could have taken it`);
};

const foldItem = (books: PaymentBooks, { type, data, actor }: AuditedEvent, { complain }: Surroundings): void => {
  const texts = data as unknown as Texts;
  const { workItemId = '', account = '', asset = '', subject = '', amountMinor = '0' } = texts;
  const item = books.items.get(workItemId);
  if (type === 'WorkItemOpened') {
    if (item !== undefined) complain(`item ${workItemId} is opened twice`);
    books.items.set(workItemId, { account, asset, subject, amount: BigInt(amountMinor), isResolved: false });
    return;
  }
  if (item?.isResolved !== false) return complain(`${type} of item ${workItemId}, which is not open`);
  if (type === 'WorkItemAssigned') {
    Object.assign(item, { owner: texts['owner'], assignedBy: actor });
    return;
  }
  item.isResolved = true;
  const moved = books.journals.get(texts['journalId'] ?? '') ?? 'nothing';
  const to = texts['resolution'] === 'applied' ? (texts['accountId'] ?? '') : house('income/unclaimed');
  const payment = books.payments.get(texts['paymentId'] ?? '');
  // What somebody else decides about is only looked at.
  if (item.subject.startsWith('dispute:') && texts['resolution'] !== 'written_off') return;
  if (texts['resolution'] === 'returned') {
    if (payment?.debtor !== item.account || payment.amount !== item.amount)
      complain(`item ${workItemId} does not go back`);
  } else if (moved !== moves(item.asset, [item.account, to, item.amount]))
    complain(`item ${workItemId} is ${texts['resolution'] ?? ''}, and ${moved} was booked`);
  const isGivenUp = texts['resolution'] === 'written_off';
  if (isGivenUp && (item.owner === undefined || item.owner === actor || item.assignedBy === actor))
    complain(`item ${workItemId} is given up by one person alone`);
};

const wasTaken: readonly string[] = ['Funded', 'Submitted', 'OutcomeLost'];

/** What can only be said at the end: what lies in clearing and suspense is explained to the cent, and every saga has ended as its payment did. */
export const concludePayments = (
  books: PaymentBooks,
  { replayed, complain }: Surroundings,
  byOthers: ReadonlyMap<string, bigint>,
): void => {
  const explained = new Map<string, bigint>();
  const add = (name: string, amount: bigint): unknown => explained.set(name, (explained.get(name) ?? 0n) + amount);
  for (const { account, asset, amount, isResolved } of books.items.values())
    if (!isResolved) add(`${account} ${asset}`, amount);
  for (const [name, amount] of byOthers) add(name, amount);
  for (const { rail, bank, creditor, asset, amount, returned, status } of books.payments.values())
    if (creditor === undefined) {
      if (wasTaken.includes(status)) add(`${house(`clearing/${rail}`)} ${asset}`, amount);
      if (status === 'Settled' || status === 'Returned') add(`${house(`nostro/${bank}`)} ${asset}`, amount - returned);
    }
  for (const { bank, asset, amount, status } of books.arrivals.values())
    if (status !== 'announced') add(`${house(`nostro/${bank}`)} ${asset}`, -amount);
  const isOurs = (name: string): boolean => /^main:(suspense\/|clearing\/(sepa|returns)|nostro\/kb)/.test(name);
  for (const [name, { credits, debits }] of replayed.balances)
    if (isOurs(name) && credits - debits !== (explained.get(name) ?? 0n))
      complain(`${name} has ${credits - debits}, and ${explained.get(name) ?? 0n} of it is explained`);
  for (const { paymentId, outcome } of books.sagas.values()) {
    const { status = 'unknown', wasSubmitted } = books.payments.get(paymentId) ?? { wasSubmitted: false };
    const ends = outcome === 'undone' ? ['Rejected', 'Cancelled'] : ['Settled', 'Returned'];
    if (outcome === undefined) complain(`the saga of payment ${paymentId} never ends, and it is ${status}`);
    else if (!ends.includes(status) && !(status === 'Rejected' && wasSubmitted))
      complain(`the saga of payment ${paymentId} is ${outcome}, and it is ${status}`);
  }
};

/** What the partner bank did with an order, in its own words. */
export interface BankRecord {
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly outcome: string;
}

const endsOf: Readonly<Record<string, readonly string[]>> = {
  settled: ['Settled'],
  returned: ['Returned'],
  declined: ['Rejected'],
  accepted: ['Submitted', 'OutcomeLost'],
};

/** Every order of the bank is a payment that ended the same way here, and nothing is settled that the bank knows nothing of. */
export const compareWithBank = (
  books: PaymentBooks,
  orders: readonly BankRecord[],
  complain: (text: string) => void,
): void => {
  for (const { paymentId, amountMinor, outcome } of orders) {
    const payment = books.payments.get(paymentId);
    if (payment?.amount !== amountMinor || endsOf[outcome]?.includes(payment.status) !== true)
      complain(
        `the bank has ${outcome} payment ${paymentId} of ${amountMinor}, and here it is ${payment?.status ?? 'unknown'}`,
      );
  }
  const there = new Set(orders.map(({ paymentId }) => paymentId));
  for (const [paymentId, { status, creditor }] of books.payments)
    if ((status === 'Settled' || status === 'Returned') && creditor === undefined && !there.has(paymentId))
      complain(`payment ${paymentId} is ${status}, and the bank knows nothing of it`);
};
