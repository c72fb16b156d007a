import type { Book } from './book.ts';
import { centsOf, readCents, showCents } from './cents.ts';
import { CoinbaseProblem } from './coinbase-problem.ts';
import { type Fields, isFields, readMetadata, readText } from './request-body.ts';

export type ChargeStatus =
  | 'NEW'
  | 'PENDING'
  | 'COMPLETED'
  | 'EXPIRED'
  | 'FAILED'
  | 'UNRESOLVED'
  | 'RESOLVED'
  | 'CANCELED';

/** Why a charge waits for a person to decide. */
export type ChargeContext = 'UNDERPAID' | 'OVERPAID' | 'DELAYED';

export interface TimelineEntry {
  readonly time: string;
  readonly status: ChargeStatus;
  readonly context?: ChargeContext;
}

interface Price {
  readonly amount: string;
  readonly currency: string;
}

export interface ChargePayment {
  readonly payment_id: string;
  readonly network: 'base';
  readonly transaction_id: string;
  readonly status: 'PENDING' | 'CONFIRMED' | 'FAILED';
  readonly detected_at: string;
  readonly value: { readonly local: Price; readonly crypto: Price };
  readonly payer_addresses: readonly string[];
}

/** A charge of Coinbase Commerce, version 2018-03-22. Its status is the last entry of its timeline. */
export interface Charge {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly hosted_url: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly pricing_type: 'fixed_price';
  readonly pricing: { readonly local: Price; readonly settlement: Price };
  readonly metadata: Readonly<Record<string, string>>;
  readonly timeline: readonly TimelineEntry[];
  readonly payments: readonly ChargePayment[];
  readonly addresses: Readonly<Record<string, string>>;
}

export type ChargeEventType =
  | 'charge:created'
  | 'charge:pending'
  | 'charge:confirmed'
  | 'charge:failed'
  | 'charge:delayed'
  | 'charge:resolved';

/** The charges of one merchant. */
export type ChargeBook = Book<Charge, ChargeEventType>;

const hourMs = 3_600_000;

export const createCharge = (book: ChargeBook, fields: Fields): Charge => {
  const { price, name, description } = readOrder(fields);
  const digits = book.nextDigits();
  const code = digits.slice(-8).toUpperCase();
  const now = book.now();
  const charge: Charge = {
    id: uuidOf(digits),
    code,
    name,
    description,
    hosted_url: `${book.url()}/charges/${code}`,
    created_at: now.toISOString(),
    expires_at: new Date(now.getTime() + hourMs).toISOString(),
    pricing_type: 'fixed_price',
    pricing: { local: price, settlement: { amount: price.amount, currency: 'USDC' } },
    metadata: readMetadata(fields),
    timeline: [],
    payments: [],
    addresses: {},
  };
  return enter(book, charge, { status: 'NEW', event: 'charge:created' });
};

/** A charge by its code or id, as it is by now. */
export const findCharge = (book: ChargeBook, codeOrId: string): Charge => {
  const found = book.kept.get(codeOrId) ?? [...book.kept.values()].find(({ code }) => code === codeOrId);
  if (found === undefined) throw new CoinbaseProblem(404, 'not_found', 'Not found');
  const isDue = statusOf(found) === 'NEW' && book.now().toISOString() >= found.expires_at;
  return isDue ? enter(book, found, { status: 'EXPIRED', event: 'charge:failed' }) : found;
};

/** All charges, newest first. */
export const listCharges = (book: ChargeBook): readonly Charge[] =>
  [...book.kept.keys()].map((id) => findCharge(book, id)).toReversed();

export const cancelCharge = (book: ChargeBook, codeOrId: string): Charge =>
  enter(book, inStatus(book, codeOrId, { wanted: ['NEW'], toBe: 'canceled' }), { status: 'CANCELED' });

/** A person has dealt with what was paid wrongly. */
export const resolveCharge = (book: ChargeBook, codeOrId: string): Charge =>
  enter(book, inStatus(book, codeOrId, { wanted: ['UNRESOLVED'], toBe: 'resolved' }), {
    status: 'RESOLVED',
    event: 'charge:resolved',
  });

/** What payers and the chain do to charges, named by code or id. Amounts are decimal texts in the charge's own currency. */
export interface ChargeControl {
  /** The payer sends an amount, the price unless told; it is seen on the chain and not final. */
  readonly pay: (codeOrId: string, amount?: string) => Charge;
  /** What was paid becomes final; it completes the charge only if it is the price. */
  readonly confirm: (codeOrId: string) => Charge;
  /** The payer sends so much less than the price (0.01 unless told), finally. */
  readonly underpay: (codeOrId: string, by?: string) => Charge;
  /** The payer sends so much more than the price (0.01 unless told), finally. */
  readonly overpay: (codeOrId: string, by?: string) => Charge;
  /** The payer pays after the charge has expired. */
  readonly delay: (codeOrId: string) => Charge;
  /** What was seen on the chain does not become final. */
  readonly fail: (codeOrId: string) => Charge;
  /** Nobody pays in time. */
  readonly expire: (codeOrId: string) => Charge;
}

export const controlCharges = (book: ChargeBook): ChargeControl => {
  const confirm = (codeOrId: string): Charge => confirmPaid(book, codeOrId);
  const payOff = (codeOrId: string, cents: bigint): Charge => {
    const price = centsOf(findCharge(book, codeOrId).pricing.local.amount);
    payCharge(book, codeOrId, showCents(price + cents));
    return confirm(codeOrId);
  };
  return {
    pay: (codeOrId, amount) => payCharge(book, codeOrId, amount),
    confirm,
    underpay: (codeOrId, by = '0.01') => payOff(codeOrId, -centsOf(by)),
    overpay: (codeOrId, by = '0.01') => payOff(codeOrId, centsOf(by)),
    delay: (codeOrId) => payLate(book, codeOrId),
    fail: (codeOrId) =>
      enter(book, withPayments(inStatus(book, codeOrId, { wanted: ['PENDING'], toBe: 'failed' }), 'FAILED'), {
        status: 'FAILED',
        event: 'charge:failed',
      }),
    expire: (codeOrId) =>
      enter(book, inStatus(book, codeOrId, { wanted: ['NEW'], toBe: 'expired' }), {
        status: 'EXPIRED',
        event: 'charge:failed',
      }),
  };
};

const payCharge = (book: ChargeBook, codeOrId: string, amount?: string): Charge => {
  const charge = inStatus(book, codeOrId, { wanted: ['NEW', 'PENDING'], toBe: 'paid' });
  const paid = showCents(centsOf(amount ?? charge.pricing.local.amount));
  return enter(book, addPayment(book, charge, paid), { status: 'PENDING', event: 'charge:pending' });
};

const confirmPaid = (book: ChargeBook, codeOrId: string): Charge => {
  const charge = withPayments(inStatus(book, codeOrId, { wanted: ['PENDING'], toBe: 'confirmed' }), 'CONFIRMED');
  const difference = paidOf(charge) - centsOf(charge.pricing.local.amount);
  if (difference === 0n) return enter(book, charge, { status: 'COMPLETED', event: 'charge:confirmed' });
  return difference < 0n
    ? enter(book, charge, { status: 'UNRESOLVED', context: 'UNDERPAID', event: 'charge:failed' })
    : enter(book, charge, { status: 'UNRESOLVED', context: 'OVERPAID', event: 'charge:confirmed' });
};

const payLate = (book: ChargeBook, codeOrId: string): Charge => {
  const found = findCharge(book, codeOrId);
  const expired = statusOf(found) === 'NEW' ? enter(book, found, { status: 'EXPIRED', event: 'charge:failed' }) : found;
  if (statusOf(expired) !== 'EXPIRED') throw new RangeError(`Charge ${expired.code} did not expire`);
  const late = withPayments(addPayment(book, expired, expired.pricing.local.amount), 'CONFIRMED');
  return enter(book, late, { status: 'UNRESOLVED', context: 'DELAYED', event: 'charge:delayed' });
};

interface Entering extends Omit<TimelineEntry, 'time'> {
  readonly event?: ChargeEventType;
}

// Moves a charge to a status and says so, in one step: an event always shows what it announces.
const enter = (book: ChargeBook, charge: Charge, { event, ...entry }: Entering): Charge => {
  const moved = { ...charge, timeline: [...charge.timeline, { time: book.now().toISOString(), ...entry }] };
  book.kept.set(charge.id, moved);
  if (event !== undefined) book.publish(event, moved);
  return moved;
};

const inStatus = (
  book: ChargeBook,
  codeOrId: string,
  { wanted, toBe }: { readonly wanted: readonly ChargeStatus[]; readonly toBe: string },
): Charge => {
  const charge = findCharge(book, codeOrId);
  const status = statusOf(charge);
  if (!wanted.includes(status))
    throw new CoinbaseProblem(400, 'invalid_request', `Charge ${charge.code} is ${status} and cannot be ${toBe}`);
  return charge;
};

const addPayment = (book: ChargeBook, charge: Charge, amount: string): Charge => {
  const hash = `0x${book.nextDigits()}`;
  const payment: ChargePayment = {
    payment_id: hash,
    network: 'base',
    transaction_id: hash,
    status: 'PENDING',
    detected_at: book.now().toISOString(),
    value: {
      local: { amount, currency: charge.pricing.local.currency },
      crypto: { amount, currency: charge.pricing.settlement.currency },
    },
    payer_addresses: [`0x${book.nextDigits().slice(0, 40)}`],
  };
  return { ...charge, payments: [...charge.payments, payment] };
};

const statusOf = ({ timeline }: Pick<Charge, 'timeline'>): ChargeStatus => timeline.at(-1)?.status ?? 'NEW';

const withPayments = (charge: Charge, status: ChargePayment['status']): Charge => ({
  ...charge,
  payments: charge.payments.map((payment) => ({ ...payment, status })),
});

const paidOf = ({ payments }: Charge): bigint =>
  payments.reduce((sum, { value }) => sum + centsOf(value.local.amount), 0n);

const readOrder = (fields: Fields): { readonly price: Price; readonly name: string; readonly description: string } => {
  const pricingType = readText(fields, 'pricing_type');
  if (pricingType === undefined) throw required('pricing_type');
  if (pricingType !== 'fixed_price')
    throw new CoinbaseProblem(400, 'invalid_request', 'pricing_type must be fixed_price');
  const local = fields['local_price'];
  if (!isFields(local)) throw required('local_price');
  const amount = readCents(local['amount']);
  const currency = readText(local, 'currency', 5)?.toUpperCase();
  if (amount === undefined)
    throw new CoinbaseProblem(400, 'validation_error', 'local_price.amount must be a positive decimal text');
  if (currency === undefined || !/^[A-Z]{3,5}$/.test(currency)) throw required('local_price.currency');
  return {
    price: { amount: showCents(amount), currency },
    name: readText(fields, 'name', 100) ?? '',
    description: readText(fields, 'description', 200) ?? '',
  };
};

const required = (name: string) => new CoinbaseProblem(400, 'param_required', `${name} is required`);

/** A UUID of version 4 by its form. */
export const uuidOf = (digits: string): string =>
  `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
