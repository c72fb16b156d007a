import type { ReplayedBooks } from '@finaegis/testing/coherence/replayed-books';
import type { AuditedEvent } from './audited-event.ts';
import { ownErrors, refundFees, refundLimitMinor } from './card-rules.ts';
import { cardAsset, cardProviderName } from './cards-twin.ts';
import { house, isHouse, moves, type PaymentBooks, suspenseBlocked } from './payment-books.ts';

/** A deposit by card as the log tells it. */
export interface AuditedCardDeposit {
  readonly account: string;
  readonly asset: string;
  readonly amount: bigint;
  status: string;
  received: bigint;
  fee: bigint;
}

/** A refund as the log tells it. */
export interface AuditedRefund {
  readonly paymentId: string;
  readonly account: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly fee: bigint;
  readonly requestedBy: string;
  readonly reason: string;
  status: string;
}

/** Money that came by card, and what of it went back. */
export interface CardBooks {
  readonly deposits: Map<string, AuditedCardDeposit>;
  readonly refunds: Map<string, AuditedRefund>;
  /** What payers' banks have taken back and not returned, by payment. */
  readonly disputed: Map<string, bigint>;
  /** Sagas of both that have not ended. */
  readonly open: Set<string>;
}

export const emptyCardBooks = (): CardBooks => ({
  deposits: new Map(),
  refunds: new Map(),
  disputed: new Map(),
  open: new Set(),
});

interface Surroundings {
  readonly payments: PaymentBooks;
  readonly replayed: ReplayedBooks;
  readonly complain: (text: string) => void;
}
type Texts = Readonly<Record<string, string | undefined>>;

export const psp = house(`psp/${cardProviderName}`);
const cost = house(`cost/${cardProviderName}`);
const clearing = house('clearing/refunds');
const income = house('income/refund-fee');
const definitions = ['payment.card-deposit', 'payment.refund'];

/** Folds one event about cards and refunds, and notes what moves other money than it says, or comes at the wrong time. */
export const foldCards = (books: CardBooks, event: AuditedEvent, around: Surroundings): void => {
  const { type } = event;
  const texts = event.data as unknown as Texts;
  if (type === 'SagaStarted' && definitions.includes(texts['definition'] ?? '')) books.open.add(texts['sagaId'] ?? '');
  if (type === 'SagaEnded') books.open.delete(texts['sagaId'] ?? '');
  if (type.startsWith('CardDeposit') || type === 'CardActionRequested') foldDeposit(books, event, around);
  if (type.startsWith('Refund')) foldRefund(books, event, around);
};

/** What of a deposit has gone back by refunds, or is claimed by them. */
export const takenOf = ({ refunds }: CardBooks, paymentId: string): bigint =>
  [...refunds.values()]
    .filter((one) => one.paymentId === paymentId && !ends.includes(one.status))
    .reduce((sum, { amount }) => sum + amount, 0n);
const ends: readonly string[] = ['Rejected', 'Failed', 'Cancelled', 'Returned'];

const depositBefore: Readonly<Record<string, readonly string[]>> = {
  CardActionRequested: ['announced'],
  CardDepositCredited: ['announced', 'waiting'],
  CardDepositSuspended: ['announced', 'waiting'],
  CardDepositFeeBooked: ['credited', 'suspended'],
  CardDepositFailed: ['announced', 'waiting'],
  CardDepositExpired: ['announced', 'waiting'],
};
const depositAfter: Readonly<Record<string, string>> = {
  CardActionRequested: 'waiting',
  CardDepositCredited: 'credited',
  CardDepositSuspended: 'suspended',
  CardDepositFailed: 'failed',
  CardDepositExpired: 'expired',
};

const foldDeposit = ({ deposits }: CardBooks, { type, data }: AuditedEvent, around: Surroundings): void => {
  const texts = data as unknown as Texts;
  const { depositId = '', journalId = '' } = texts;
  const deposit = deposits.get(depositId);
  const complain = (text: string): void => around.complain(`card deposit ${depositId} ${text}`);
  if (type === 'CardDepositAnnounced') {
    if (deposit !== undefined) complain('is announced twice');
    const { accountId: account = '', asset = '', amountMinor = '0' } = texts;
    if (asset !== cardAsset) complain(`is in ${asset}`);
    const amount = BigInt(amountMinor);
    deposits.set(depositId, { account, asset, amount, status: 'announced', received: 0n, fee: 0n });
    return;
  }
  if (deposit === undefined) return complain('was never announced');
  if (depositBefore[type]?.includes(deposit.status) !== true) complain(`has ${type} after it was ${deposit.status}`);
  deposit.status = depositAfter[type] ?? deposit.status;
  const moved = around.payments.journals.get(journalId) ?? 'nothing';
  const expect = (wanted: string): void => {
    if (moved !== wanted) complain(`has ${type}, and ${moved} was booked for ${wanted}`);
  };
  switch (type) {
    case 'CardDepositCredited':
      deposit.received = BigInt(texts['receivedMinor'] ?? '0');
      if (deposit.received !== deposit.amount) complain('is credited with another amount');
      if (wantsReview(deposit.amount)) complain('is credited without being looked at');
      return expect(moves(deposit.asset, [psp, deposit.account, deposit.received]));
    case 'CardDepositSuspended': {
      deposit.received = BigInt(texts['receivedMinor'] ?? '0');
      const { account = '', reason = '', workItemId = '' } = texts;
      if ((reason === 'amount_mismatch') !== (deposit.received !== deposit.amount)) complain(`is kept for ${reason}`);
      const item = around.payments.items.get(workItemId);
      if (item?.account !== account || item.amount !== deposit.received)
        complain('lies in suspense, and nobody was told');
      return expect(moves(deposit.asset, [psp, account, deposit.received]));
    }
    case 'CardDepositFeeBooked':
      if (deposit.fee !== 0n) complain('pays its fee twice');
      deposit.fee = BigInt(texts['feeMinor'] ?? '0');
      return expect(moves(deposit.asset, [cost, psp, deposit.fee]));
    default:
  }
};

/** Amounts ending in 7 are looked at by a person. */
const wantsReview = (amount: bigint): boolean => amount % 10n === 7n;

const refundBefore: Readonly<Record<string, readonly string[]>> = {
  RefundApproved: ['Requested'],
  RefundRejected: ['Requested'],
  RefundFunded: ['Approved'],
  RefundSubmitted: ['Funded'],
  RefundCompleted: ['Submitted'],
  RefundReturned: ['Completed'],
  RefundFailed: ['Approved', 'Funded', 'Submitted'],
  RefundCancelled: ['Requested', 'Approved'],
};

const foldRefund = (books: CardBooks, { type, data, actor }: AuditedEvent, around: Surroundings): void => {
  const texts = data as unknown as Texts;
  const { refundId = '', journalId = '' } = texts;
  const refund = books.refunds.get(refundId);
  const complain = (text: string): void => around.complain(`refund ${refundId} ${text}`);
  if (type === 'RefundRequested') {
    if (refund !== undefined) complain('is requested twice');
    return requested(books, texts, { actor, complain });
  }
  if (refund === undefined) return complain('was never requested');
  const was = refund.status;
  refund.status = type.slice('Refund'.length);
  if (refundBefore[type]?.includes(was) !== true) complain(`is ${refund.status} after it was ${was}`);
  const { asset, amount, fee, account } = refund;
  const expect = (journal: string | undefined, wanted: string): void => {
    const moved = around.payments.journals.get(journal ?? '') ?? 'nothing';
    if (moved !== wanted) complain(`is ${refund.status}, and ${moved} was booked for ${wanted}`);
  };
  const to = texts['creditedTo'] ?? '';
  switch (type) {
    case 'RefundApproved':
      return checkApproval(refund, texts['approvedBy'] ?? '', complain);
    case 'RefundFunded':
      return expect(journalId, moves(asset, [account, clearing, amount], [account, income, fee]));
    case 'RefundCompleted':
      return expect(journalId, moves(asset, [clearing, psp, amount]));
    case 'RefundFailed': {
      const wasFunded = was === 'Funded' || was === 'Submitted';
      if (wasFunded !== (journalId !== '')) complain('fails without giving back what was taken');
      if (!wasFunded) return;
      expect(journalId, moves(asset, [clearing, to, amount], [income, to, fee]));
      return checkTaker(refund, { to, amount: amount + fee }, { ...around, complain });
    }
    case 'RefundReturned': {
      const [arrival, credit] = data['journalIds'] as unknown as readonly string[];
      expect(arrival, moves(asset, [psp, clearing, amount]));
      expect(credit, moves(asset, [clearing, to, amount]));
      return checkTaker(refund, { to, amount }, { ...around, complain });
    }
    default:
  }
};

/** All refunds of a deposit together are never more than arrived, and each costs what the terms say. */
const requested = (
  books: CardBooks,
  texts: Texts,
  { actor, complain }: { readonly actor: string; readonly complain: (text: string) => void },
): void => {
  const { refundId = '', paymentId = '', accountId: account = '', asset = '', reason = '' } = texts;
  const amount = BigInt(texts['amountMinor'] ?? '0');
  const fee = BigInt(texts['feeMinor'] ?? '0');
  const deposit = books.deposits.get(paymentId);
  const before = takenOf(books, paymentId);
  if (deposit?.status !== 'credited' || deposit.account !== account) complain('is of money that was not credited');
  if (before + amount > (deposit?.received ?? 0n) - (books.disputed.get(paymentId) ?? 0n))
    complain('gives back more than arrived');
  const wanted = isOwnError(reason) ? 0n : refundFees.fixedMinor + rate(before + amount) - rate(before);
  if (fee !== wanted) complain(`costs ${fee}, and not ${wanted}`);
  const terms = { paymentId, account, asset, amount, fee, reason, requestedBy: actor };
  books.refunds.set(refundId, { ...terms, status: 'Requested' });
};

const isOwnError = (reason: string): boolean => ownErrors.some((one) => one === reason);
/** A hundredth, rounded up. */
const rate = (amount: bigint): bigint => (amount * BigInt(refundFees.basisPoints) + 9_999n) / 10_000n;

const checkApproval = (
  { amount, reason, requestedBy }: AuditedRefund,
  approvedBy: string,
  complain: (text: string) => void,
): void => {
  if (approvedBy === requestedBy) complain('is approved by who requested it');
  if (approvedBy === 'policy' && amount > refundLimitMinor && !isOwnError(reason)) complain('goes unseen');
};

const checkTaker = (
  { account, asset }: AuditedRefund,
  { to, amount }: { readonly to: string; readonly amount: bigint },
  { payments, replayed, complain }: Surroundings,
): void => {
  const its = replayed.accounts.get(account);
  const canTake = its?.isClosed === false && its.creditBlocks === 0;
  if (to !== (canTake ? account : suspenseBlocked)) complain(`goes back to ${to}`);
  if (!isHouse(to)) return;
  const hasItem = [...payments.items.values()].some(
    (item) => !item.isResolved && item.account === to && item.asset === asset && item.amount === amount,
  );
  if (!hasItem) complain(`lies on ${to}, and nobody was told`);
};

/** What can only be said at the end: the provider's account and clearing are explained to the cent, and everything has ended. */
export const concludeCards = (
  books: CardBooks,
  { replayed, complain }: Omit<Surroundings, 'payments'>,
  takenByDisputes: bigint,
): void => {
  const refunds = [...books.refunds.values()];
  const sum = (statuses: readonly string[]): bigint =>
    refunds.filter(({ status }) => statuses.includes(status)).reduce((total, { amount }) => total + amount, 0n);
  const arrived = [...books.deposits.values()].reduce((total, { received, fee }) => total + received - fee, 0n);
  const check = (account: string, explained: bigint): void => {
    const has = posted(replayed, account);
    if (has !== explained) complain(`${account} has ${has}, and ${explained} of it is explained`);
  };
  check(clearing, sum(['Funded', 'Submitted']));
  check(psp, sum(['Completed']) + takenByDisputes - arrived);
  for (const sagaId of books.open) complain(`saga ${sagaId} of a card deposit or refund never ends`);
};

/** Credits less debits. */
export const posted = ({ balances }: ReplayedBooks, account: string): bigint => {
  const { credits = 0n, debits = 0n } = balances.get(`${account} ${cardAsset}`) ?? {};
  return credits - debits;
};

/** The provider's own books of a tenant. */
export interface CardRecords {
  /** What the payer paid; undefined where he did not. */
  received(depositId: string): Promise<bigint | undefined>;
  refund(refundId: string): Promise<string>;
  readonly balance: bigint;
}

const refundEnds: Readonly<Record<string, readonly string[]>> = {
  completed: ['Completed'],
  failed: ['Failed', 'Returned'],
  absent: ['Requested', 'Approved', 'Rejected', 'Failed', 'Cancelled'],
};

/** Every deposit and refund ended here as it did there, and our account there is what we think it is. */
export const compareWithProvider = async (
  books: CardBooks,
  records: CardRecords,
  { replayed, complain }: Omit<Surroundings, 'payments'>,
): Promise<void> => {
  for (const [depositId, { status, received }] of books.deposits) {
    const there = (await records.received(depositId)) ?? 0n;
    if (there !== received) complain(`card deposit ${depositId} is ${status} with ${received}, and ${there} was paid`);
  }
  for (const [refundId, { status }] of books.refunds) {
    const there = await records.refund(refundId);
    if (refundEnds[there]?.includes(status) !== true) complain(`refund ${refundId} is ${status}, and there ${there}`);
  }
  if (records.balance !== -posted(replayed, psp))
    complain(`the provider has ${records.balance} for us, and ${psp} says ${-posted(replayed, psp)}`);
};
