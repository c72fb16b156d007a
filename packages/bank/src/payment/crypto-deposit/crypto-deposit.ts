import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { type Book, houseAccountId, type JournalRefusal } from '../../ledger/contract.ts';
import type { CryptoCheckout } from '../crypto-provider.ts';
import { itemOfSuspended, refuseDepositTo, type Suspension, suspensionOf } from '../deposit.ts';
import { costOf, pspOf, suspenseMismatch } from '../house.ts';
import { allOf, postPair } from '../pair.ts';
import type { PaymentVerdict } from '../ports.ts';
import { type cryptoDepositAnnounced, cryptoDepositEvents } from './events.ts';

/** What a deposit was announced with; it never changes. */
export type CryptoDepositTerms = EventOf<typeof cryptoDepositAnnounced>['data'];

/** `credited` and `suspended`: the payment is final on the chain. */
export const cryptoDepositStatuses = [
  'announced',
  'open',
  'pending',
  'credited',
  'suspended',
  'failed',
  'expired',
] as const;
export type CryptoDepositStatus = (typeof cryptoDepositStatuses)[number];

/** A deposit by crypto as it stands. */
export interface CryptoDeposit extends CryptoDepositTerms {
  readonly status: CryptoDepositStatus;
  readonly createdAt: string;
  readonly changedAt: string;
  readonly checkoutId?: string;
  /** The page on which the payer pays. */
  readonly url?: string | undefined;
  /** What arrived. */
  readonly receivedAsset?: string;
  readonly receivedMinor?: bigint;
  readonly receivedAt?: string;
  readonly feeMinor?: bigint | undefined;
  readonly isLate?: boolean;
  readonly reason?: string;
  readonly workItemId?: string;
}

export type CryptoDepositState = { readonly status: 'unknown' } | CryptoDeposit;

/** Declared in order of precedence. */
export type CryptoDepositRefusal =
  | { readonly code: 'crypto_deposit_exists_with_different_content'; readonly depositId: string }
  | { readonly code: 'crypto_deposit_unknown'; readonly depositId: string }
  | { readonly code: 'crypto_asset_not_supported'; readonly asset: string }
  | { readonly code: 'crypto_amount_too_fine'; readonly asset: string; readonly stepMinor: bigint }
  | JournalRefusal;

type CryptoDepositEvent = EventOf<(typeof cryptoDepositEvents)[number]>;
type CryptoDepositDecision = Decision<NewEvent, CryptoDepositRefusal>;

const evolve = (state: CryptoDepositState, event: Recorded<CryptoDepositEvent>): CryptoDepositState => {
  const { bookedAt } = event.meta;
  if (event.type === 'CryptoDepositAnnounced')
    return { ...event.data, status: 'announced', createdAt: bookedAt, changedAt: bookedAt };
  if (state.status === 'unknown') throw new Error(`${event.type} on a crypto deposit that nobody announced.`);
  return { ...happened(state, event), changedAt: bookedAt };
};

const happened = (
  state: CryptoDeposit,
  event: Exclude<Recorded<CryptoDepositEvent>, { readonly type: 'CryptoDepositAnnounced' }>,
): CryptoDeposit => {
  switch (event.type) {
    case 'CryptoCheckoutOpened':
      return { ...state, status: 'open', checkoutId: event.data.checkoutId, url: event.data.url };
    case 'CryptoPaymentDetected':
      return { ...state, status: 'pending' };
    case 'CryptoDepositCredited': {
      const { checkoutId, receivedMinor, feeMinor, isLate } = event.data;
      const received = { receivedAsset: state.asset, receivedMinor, receivedAt: event.meta.bookedAt };
      return { ...state, status: 'credited', checkoutId, ...received, feeMinor, isLate };
    }
    case 'CryptoDepositSuspended': {
      const { checkoutId, receivedAsset, receivedMinor, feeMinor, isLate, reason, workItemId } = event.data;
      const received = { receivedAsset, receivedMinor, receivedAt: event.meta.bookedAt };
      return { ...state, status: 'suspended', checkoutId, ...received, feeMinor, isLate, reason, workItemId };
    }
    case 'CryptoDepositFailed':
      return { ...state, status: 'failed', reason: event.data.reason };
    case 'CryptoDepositExpired':
      return { ...state, status: 'expired' };
    default:
      return unreachable(event);
  }
};

/** One stream per deposit. */
export const cryptoDepositAggregate: Aggregate<CryptoDepositState, CryptoDepositEvent> = defineAggregate({
  context: 'payment',
  name: 'crypto-deposit',
  initial: { status: 'unknown' } as CryptoDepositState,
  events: cryptoDepositEvents,
  evolve,
});

/** Journals of a deposit. */
export const cryptoJournalId = (depositId: string, step: 'arrive' | 'fee'): string =>
  derivedUuid('crypto-deposit-journal', depositId, step);

/** Whether nothing final has been said of it yet. */
export const isUnderWay = ({ status }: CryptoDeposit): boolean =>
  status === 'announced' || status === 'open' || status === 'pending';

/** Whether a provider takes an asset and the account may hold it, and in which steps. */
export interface CryptoSupport {
  readonly isSupported: boolean;
  /** The smallest price, in minor units; every price is a multiple of it. */
  readonly stepMinor: bigint;
}

/** Notes that a customer wants to pay in. */
export const announceCryptoDeposit = (
  state: CryptoDepositState,
  terms: CryptoDepositTerms,
  { isSupported, stepMinor, book }: CryptoSupport & { readonly book: Book },
): CryptoDepositDecision => {
  const { depositId, accountId, asset, amountMinor } = terms;
  if (state.status !== 'unknown')
    return isSame(state, terms)
      ? accept()
      : reject({ code: 'crypto_deposit_exists_with_different_content', depositId });
  if (!isSupported) return reject({ code: 'crypto_asset_not_supported', asset });
  if (amountMinor % stepMinor !== 0n) return reject({ code: 'crypto_amount_too_fine', asset, stepMinor });
  const refused = refuseDepositTo(book, accountId, asset);
  if (refused !== undefined) return reject(refused);
  return accept(cryptoDepositAggregate.record(depositId, 'CryptoDepositAnnounced', terms));
};

const isSame = (known: CryptoDepositTerms, asked: CryptoDepositTerms): boolean =>
  known.accountId === asked.accountId && known.asset === asked.asset && known.amountMinor === asked.amountMinor;

/** Notes the page on which the payer pays. */
export const openCryptoCheckout = (
  state: CryptoDepositState,
  { depositId, checkoutId, url }: { readonly depositId: string; readonly checkoutId: string; readonly url?: string },
): CryptoDepositDecision => {
  if (state.status === 'unknown') return reject({ code: 'crypto_deposit_unknown', depositId });
  if (state.status !== 'announced') return accept();
  const data = { depositId, checkoutId, ...(url === undefined ? {} : { url }) };
  return accept(cryptoDepositAggregate.record(depositId, 'CryptoCheckoutOpened', data));
};

/** What the provider said of the checkout, and what the checks said. */
export interface ConcludeCryptoDeposit {
  readonly depositId: string;
  readonly checkout: Pick<CryptoCheckout, 'checkoutId' | 'status' | 'received' | 'feeMinor' | 'isLate'>;
  readonly verdict: PaymentVerdict;
}

/** Books what arrived, always; or notes how far it is, or that nothing came. */
export const concludeCryptoDeposit = (
  state: CryptoDepositState,
  { depositId, checkout, verdict }: ConcludeCryptoDeposit,
  book: Book,
): CryptoDepositDecision => {
  if (state.status === 'unknown') return reject({ code: 'crypto_deposit_unknown', depositId });
  if (state.status === 'credited' || state.status === 'suspended') return accept();
  switch (checkout.status) {
    case 'paid':
      return arrive(state, checkout, verdict, book);
    case 'failed':
      return failCryptoDeposit(state, { depositId, reason: 'payment_not_confirmed' });
    case 'closed':
      return isUnderWay(state)
        ? accept(cryptoDepositAggregate.record(depositId, 'CryptoDepositExpired', { depositId }))
        : accept();
    case 'pending':
      return state.status === 'open'
        ? accept(cryptoDepositAggregate.record(depositId, 'CryptoPaymentDetected', { depositId }))
        : accept();
    case 'open':
      return accept();
  }
};

/** Nothing was taken. */
export const failCryptoDeposit = (
  state: CryptoDepositState,
  { depositId, reason }: { readonly depositId: string; readonly reason: string },
): CryptoDepositDecision => {
  if (state.status === 'unknown') return reject({ code: 'crypto_deposit_unknown', depositId });
  return isUnderWay(state)
    ? accept(cryptoDepositAggregate.record(depositId, 'CryptoDepositFailed', { depositId, reason }))
    : accept();
};

interface Received {
  readonly asset: string;
  readonly amountMinor: bigint;
}

/** Why money that has arrived cannot be credited, declared in order of precedence. */
const uncreditable = (
  deposit: CryptoDeposit,
  received: Received,
  verdict: PaymentVerdict,
  book: Book,
): Suspension | undefined => {
  const { asset, amountMinor } = deposit;
  if (received.asset !== asset) return { reason: 'asset_differs', chartCode: suspenseMismatch };
  if (received.amountMinor < amountMinor) return { reason: 'underpaid', chartCode: suspenseMismatch };
  if (received.amountMinor > amountMinor) return { reason: 'overpaid', chartCode: suspenseMismatch };
  return suspensionOf(book, deposit, verdict);
};

/** Where a payment is booked, and under which ids. */
export interface Arrival {
  readonly provider: string;
  readonly entity: string;
  readonly credit: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly feeMinor: bigint | undefined;
  readonly journals: { readonly arrive: string; readonly fee: string };
  readonly metadata: Readonly<Record<string, string>>;
}

/** Dr psp · Cr whoever has it now, gross; and Dr cost · Cr psp for what the provider kept, apart. */
export const bookArrival = (book: Book, arrival: Arrival): Decision<NewEvent, JournalRefusal> => {
  const { provider, entity, credit, asset, amountMinor, feeMinor, journals, metadata } = arrival;
  const psp = houseAccountId(entity, pspOf(provider));
  const gross = postPair(book, {
    journalId: journals.arrive,
    kind: 'crypto-deposit',
    debit: psp,
    credit,
    asset,
    amountMinor,
    purpose: 'principal',
    metadata,
  });
  if (feeMinor === undefined || feeMinor === 0n) return gross;
  const cost = postPair(book, {
    journalId: journals.fee,
    kind: 'crypto-cost',
    debit: houseAccountId(entity, costOf(provider)),
    credit: psp,
    asset,
    amountMinor: feeMinor,
    purpose: 'cost',
    metadata,
  });
  return allOf(gross, cost);
};

const arrive = (
  state: CryptoDeposit,
  { checkoutId, received, feeMinor, isLate }: ConcludeCryptoDeposit['checkout'],
  verdict: PaymentVerdict,
  book: Book,
): CryptoDepositDecision => {
  if (received === undefined) throw new Error(`Checkout ${checkoutId} is paid, and nobody says with what.`);
  const { depositId, accountId, entity, provider } = state;
  const { asset, amountMinor: receivedMinor } = received;
  const suspension = uncreditable(state, received, verdict, book);
  const account = suspension === undefined ? accountId : houseAccountId(entity, suspension.chartCode);
  const journals = { arrive: cryptoJournalId(depositId, 'arrive'), fee: cryptoJournalId(depositId, 'fee') };
  const money = { provider, entity, asset, amountMinor: receivedMinor, feeMinor, journals };
  const posted = bookArrival(book, { ...money, credit: account, metadata: { depositId } });
  if (!posted.accepted) return posted;
  const journalId = journals.arrive;
  const fee = feeMinor === undefined ? {} : { feeMinor };
  const data = { depositId, checkoutId, receivedMinor, ...fee, isLate, journalId };
  if (suspension === undefined)
    return accept(...posted.events, cryptoDepositAggregate.record(depositId, 'CryptoDepositCredited', data));

  const { reason } = suspension;
  const { workItemId, item } = itemOfSuspended({
    entity,
    account,
    asset,
    amountMinor: receivedMinor,
    journalId,
    subject: `crypto-deposit:${depositId}`,
    reason,
    links: [`account:${accountId}`, `checkout:${checkoutId}`],
  });
  const suspended = { ...data, receivedAsset: asset, reason, account, workItemId };
  return accept(...posted.events, item, cryptoDepositAggregate.record(depositId, 'CryptoDepositSuspended', suspended));
};
