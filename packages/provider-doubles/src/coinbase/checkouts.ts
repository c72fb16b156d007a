import type { Book } from './book.ts';
import { centsOf, readCents, showCents } from './cents.ts';
import { CoinbaseProblem } from './coinbase-problem.ts';
import { type Fields, readMetadata, readText } from './request-body.ts';

export type CheckoutStatus =
  | 'ACTIVE'
  | 'PROCESSING'
  | 'DEACTIVATED'
  | 'EXPIRED'
  | 'COMPLETED'
  | 'FAILED'
  | 'REFUNDED'
  | 'PARTIALLY_REFUNDED';

export interface CheckoutRefund {
  readonly id: string;
  readonly checkoutId: string;
  readonly amount: string;
  readonly currency: string;
  readonly status: 'PENDING' | 'COMPLETED' | 'FAILED';
  readonly reason?: string;
  readonly transactionHash?: string;
  readonly createdAt: string;
  readonly completedAt?: string;
}

/** A checkout of Coinbase Business: takes one payment of exactly its amount. */
export interface Checkout {
  readonly id: string;
  readonly url: string;
  readonly amount: string;
  readonly currency: string;
  readonly network: 'base';
  readonly address: string;
  readonly status: CheckoutStatus;
  readonly description?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly successRedirectUrl?: string;
  readonly failRedirectUrl?: string;
  readonly expiresAt: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly transactionHash?: string;
  readonly settlement?: {
    readonly totalAmount: string;
    readonly feeAmount: string;
    readonly netAmount: string;
    readonly currency: string;
  };
  readonly refundedAmount?: string;
  readonly refunds?: readonly CheckoutRefund[];
}

export type CheckoutEventType =
  | 'checkout.payment.success'
  | 'checkout.payment.failed'
  | 'checkout.payment.expired'
  | 'checkout.refund.success'
  | 'checkout.refund.failed';

/** The checkouts of one business. */
export interface CheckoutBook extends Book<Checkout, CheckoutEventType> {
  /** What Coinbase takes of a payment, rounded down. */
  readonly feeBasisPoints: number;
}

const yearMs = 365 * 86_400_000;

export const createCheckout = (book: CheckoutBook, fields: Fields): Checkout => {
  const order = readOrder(fields, book.now());
  const digits = book.nextDigits();
  const time = book.now().toISOString();
  const checkout: Checkout = {
    id: digits.slice(0, 24),
    url: `${book.url()}/payment-links/pl_${digits.slice(24, 50)}`,
    network: 'base',
    address: `0x${book.nextDigits().slice(0, 40)}`,
    status: 'ACTIVE',
    metadata: readMetadata(fields),
    createdAt: time,
    updatedAt: time,
    ...order,
  };
  return change(book, checkout, {});
};

/** A checkout by its id, as it is by now. */
export const findCheckout = (book: CheckoutBook, id: string): Checkout => {
  const found = book.kept.get(id);
  if (found === undefined) throw new CoinbaseProblem(404, 'not_found', `There is no checkout ${id}.`);
  return expireIfDue(book, found);
};

/** All checkouts, newest first. */
export const listCheckouts = (book: CheckoutBook): readonly Checkout[] =>
  [...book.kept.values()].map((checkout) => expireIfDue(book, checkout)).toReversed();

export const deactivateCheckout = (book: CheckoutBook, id: string): Checkout =>
  change(book, inStatus(book, id, { wanted: ['ACTIVE'], toBe: 'deactivated' }), { status: 'DEACTIVATED' });

export interface AskedRefund {
  readonly checkout: Checkout;
  readonly refund: CheckoutRefund;
}

export const refundCheckout = (book: CheckoutBook, id: string, fields: Fields): AskedRefund => {
  const checkout = inStatus(book, id, { wanted: ['COMPLETED', 'PARTIALLY_REFUNDED'], toBe: 'refunded' });
  const { refunds = [] } = checkout;
  const refund: CheckoutRefund = {
    id: book.nextDigits().slice(0, 24),
    checkoutId: id,
    status: 'PENDING',
    createdAt: book.now().toISOString(),
    ...readRefund(fields, checkout),
  };
  return { checkout: change(book, checkout, { refunds: [...refunds, refund] }), refund };
};

/** What payers and the chain do to checkouts and their refunds, named by id. */
export interface CheckoutControl {
  /** The payer sends the amount; it is seen on the chain and not final. */
  readonly pay: (id: string) => Checkout;
  /** The payment becomes final, and Coinbase takes its fee. */
  readonly confirm: (id: string) => Checkout;
  /** What was seen on the chain does not become final. */
  readonly fail: (id: string) => Checkout;
  /** Nobody pays in time. */
  readonly expire: (id: string) => Checkout;
  readonly settleRefund: (refundId: string) => Checkout;
  readonly failRefund: (refundId: string) => Checkout;
  /** Every checkout there is. */
  readonly all: () => readonly Checkout[];
}

export const controlCheckouts = (book: CheckoutBook): CheckoutControl => {
  const processing = (id: string, toBe: string): Checkout => inStatus(book, id, { wanted: ['PROCESSING'], toBe });
  const active = (id: string, toBe: string): Checkout => inStatus(book, id, { wanted: ['ACTIVE'], toBe });
  return {
    pay: (id) => change(book, active(id, 'paid'), { status: 'PROCESSING', transactionHash: `0x${book.nextDigits()}` }),
    confirm: (id) => {
      const checkout = processing(id, 'confirmed');
      const settlement = settlementOf(checkout, book.feeBasisPoints);
      return change(book, checkout, { status: 'COMPLETED', settlement }, 'checkout.payment.success');
    },
    fail: (id) => change(book, processing(id, 'failed'), { status: 'FAILED' }, 'checkout.payment.failed'),
    expire: (id) => change(book, active(id, 'expired'), { status: 'EXPIRED' }, 'checkout.payment.expired'),
    settleRefund: (refundId) => endRefund(book, refundId, 'COMPLETED'),
    failRefund: (refundId) => endRefund(book, refundId, 'FAILED'),
    all: () => listCheckouts(book),
  };
};

const change = (
  book: CheckoutBook,
  checkout: Checkout,
  changes: Partial<Checkout>,
  event?: CheckoutEventType,
): Checkout => {
  const changed = { ...checkout, ...changes, updatedAt: book.now().toISOString() };
  book.kept.set(checkout.id, changed);
  if (event !== undefined) book.publish(event, changed);
  return changed;
};

const expireIfDue = (book: CheckoutBook, checkout: Checkout): Checkout =>
  checkout.status === 'ACTIVE' && book.now().getTime() >= Date.parse(checkout.expiresAt)
    ? change(book, checkout, { status: 'EXPIRED' }, 'checkout.payment.expired')
    : checkout;

const inStatus = (
  book: CheckoutBook,
  id: string,
  { wanted, toBe }: { readonly wanted: readonly CheckoutStatus[]; readonly toBe: string },
): Checkout => {
  const checkout = findCheckout(book, id);
  if (!wanted.includes(checkout.status))
    throw new CoinbaseProblem(400, 'invalid_request', `Checkout ${id} is ${checkout.status} and cannot be ${toBe}.`);
  return checkout;
};

const settlementOf = ({ amount, currency }: Checkout, feeBasisPoints: number): NonNullable<Checkout['settlement']> => {
  const total = centsOf(amount);
  const fee = (total * BigInt(feeBasisPoints)) / 10_000n;
  return { totalAmount: showCents(total), feeAmount: showCents(fee), netAmount: showCents(total - fee), currency };
};

const endRefund = (book: CheckoutBook, refundId: string, status: 'COMPLETED' | 'FAILED'): Checkout => {
  const checkout = [...book.kept.values()].find(({ refunds }) => refunds?.some(({ id }) => id === refundId));
  const pending = checkout?.refunds?.find(({ id }) => id === refundId);
  if (checkout === undefined || pending?.status !== 'PENDING') throw new RangeError(`No refund ${refundId} is pending`);
  const done = { status, transactionHash: `0x${book.nextDigits()}`, completedAt: book.now().toISOString() };
  const ended: CheckoutRefund = { ...pending, ...(status === 'COMPLETED' ? done : { status }) };
  const refunds = (checkout.refunds ?? []).map((each) => (each.id === refundId ? ended : each));
  if (status === 'FAILED') return change(book, checkout, { refunds }, 'checkout.refund.failed');

  const refunded = sumOf(refunds.filter((each) => each.status === 'COMPLETED'));
  return change(
    book,
    checkout,
    {
      refunds,
      refundedAmount: showCents(refunded),
      status: refunded === centsOf(checkout.amount) ? 'REFUNDED' : 'PARTIALLY_REFUNDED',
    },
    'checkout.refund.success',
  );
};

const readRefund = (fields: Fields, checkout: Checkout): Pick<CheckoutRefund, 'amount' | 'currency' | 'reason'> => {
  const amount = readCents(fields['amount']);
  if (amount === undefined) throw invalid('amount must be a positive decimal text with at most two decimals.');
  const currency = readText(fields, 'currency', 10) ?? checkout.currency;
  if (currency !== checkout.currency) throw invalid(`currency must be ${checkout.currency}.`);
  const taken = sumOf((checkout.refunds ?? []).filter(({ status }) => status !== 'FAILED'));
  if (taken + amount > centsOf(checkout.amount))
    throw invalid('amount must not exceed the remaining refundable amount.');
  const reason = readText(fields, 'reason');
  return { amount: showCents(amount), currency, ...(reason === undefined ? {} : { reason }) };
};

const invalid = (message: string): CoinbaseProblem => new CoinbaseProblem(400, 'invalid_request', message);

const sumOf = (refunds: readonly CheckoutRefund[]): bigint =>
  refunds.reduce((sum, { amount }) => sum + centsOf(amount), 0n);

type Order = Pick<Checkout, 'amount' | 'currency' | 'expiresAt'> &
  Pick<Partial<Checkout>, 'description' | 'successRedirectUrl' | 'failRedirectUrl'>;

const readOrder = (fields: Fields, now: Date): Order => {
  const amount = readCents(fields['amount']);
  if (amount === undefined) throw invalid('amount must be a positive decimal text with at most two decimals.');
  if (readText(fields, 'currency', 10) !== 'USDC') throw invalid('currency must be USDC.');
  const network = readText(fields, 'network');
  if (network !== undefined && network !== 'base') throw invalid('network must be base.');
  const description = readText(fields, 'description');
  const [success, failure] = [readRedirect(fields, 'successRedirectUrl'), readRedirect(fields, 'failRedirectUrl')];
  return {
    amount: showCents(amount),
    currency: 'USDC',
    expiresAt: readExpiry(fields, now),
    ...(description === undefined ? {} : { description }),
    ...(success === undefined ? {} : { successRedirectUrl: success }),
    ...(failure === undefined ? {} : { failRedirectUrl: failure }),
  };
};

const readExpiry = (fields: Fields, now: Date): string => {
  const text = readText(fields, 'expiresAt');
  if (text === undefined) return new Date(now.getTime() + yearMs).toISOString();
  const time = Date.parse(text);
  if (!(time > now.getTime())) throw invalid('expiresAt must be a time to come in RFC 3339 form.');
  return new Date(time).toISOString();
};

const readRedirect = (fields: Fields, name: string): string | undefined => {
  const text = readText(fields, name, 2_048);
  if (text !== undefined && !text.startsWith('https://')) throw invalid(`${name} must use https.`);
  return text;
};
