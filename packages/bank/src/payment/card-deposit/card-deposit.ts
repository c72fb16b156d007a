import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { type Book, houseAccountId, type JournalRefusal } from '../../ledger/contract.ts';
import type { CardIntent } from '../card-provider.ts';
import { itemOfSuspended, refuseDepositTo, type Suspension, suspensionOf } from '../deposit.ts';
import { costOf, pspOf, suspenseMismatch } from '../house.ts';
import { postPair } from '../pair.ts';
import type { PaymentVerdict } from '../ports.ts';
import { type cardDepositAnnounced, cardDepositEvents, cardPayerRegistered } from './events.ts';

/** What a deposit was announced with; it never changes. */
export type CardDepositTerms = EventOf<typeof cardDepositAnnounced>['data'];

/** `credited` and `suspended`: the payer's bank has paid. */
export const cardDepositStatuses = [
  'announced',
  'requires_action',
  'credited',
  'suspended',
  'failed',
  'expired',
] as const;
export type CardDepositStatus = (typeof cardDepositStatuses)[number];

/** A deposit by card as it stands. */
export interface CardDeposit extends CardDepositTerms {
  readonly status: CardDepositStatus;
  readonly createdAt: string;
  readonly changedAt: string;
  readonly intentId?: string;
  /** What the payer's bank paid. */
  readonly receivedMinor?: bigint;
  readonly receivedAt?: string;
  readonly feeMinor?: bigint;
  readonly reason?: string;
  readonly workItemId?: string;
}

export type CardDepositState = { readonly status: 'unknown' } | CardDeposit;

/** Declared in order of precedence. */
export type CardDepositRefusal =
  | { readonly code: 'card_deposit_exists_with_different_content'; readonly depositId: string }
  | { readonly code: 'card_deposit_unknown'; readonly depositId: string }
  | { readonly code: 'card_asset_not_supported'; readonly asset: string }
  | JournalRefusal;

type CardDepositEvent = EventOf<(typeof cardDepositEvents)[number]>;
type CardDepositDecision = Decision<NewEvent, CardDepositRefusal>;

const evolve = (state: CardDepositState, event: Recorded<CardDepositEvent>): CardDepositState => {
  const { bookedAt } = event.meta;
  if (event.type === 'CardDepositAnnounced')
    return { ...event.data, status: 'announced', createdAt: bookedAt, changedAt: bookedAt };
  if (state.status === 'unknown') throw new Error(`${event.type} on a card deposit that nobody announced.`);
  return { ...happened(state, event), changedAt: bookedAt };
};

const happened = (
  state: CardDeposit,
  event: Exclude<Recorded<CardDepositEvent>, { readonly type: 'CardDepositAnnounced' }>,
): CardDeposit => {
  switch (event.type) {
    case 'CardActionRequested':
      return { ...state, status: 'requires_action', intentId: event.data.intentId };
    case 'CardDepositCredited': {
      const { intentId, receivedMinor } = event.data;
      return { ...state, status: 'credited', intentId, receivedMinor, receivedAt: event.meta.bookedAt };
    }
    case 'CardDepositSuspended': {
      const { intentId, receivedMinor, reason, workItemId } = event.data;
      const receivedAt = event.meta.bookedAt;
      return { ...state, status: 'suspended', intentId, receivedMinor, receivedAt, reason, workItemId };
    }
    case 'CardDepositFeeBooked':
      return { ...state, feeMinor: event.data.feeMinor };
    case 'CardDepositFailed':
      return { ...state, status: 'failed', reason: event.data.reason };
    case 'CardDepositExpired':
      return { ...state, status: 'expired' };
    default:
      return unreachable(event);
  }
};

/** One stream per deposit. */
export const cardDepositAggregate: Aggregate<CardDepositState, CardDepositEvent> = defineAggregate({
  context: 'payment',
  name: 'card-deposit',
  initial: { status: 'unknown' } as CardDepositState,
  events: cardDepositEvents,
  evolve,
});

/** Whom a provider knows an account's holder as; undefined until a card was to be kept. */
export interface CardPayer {
  readonly payer?: string;
}
type CardPayerEvent = EventOf<typeof cardPayerRegistered>;

/** One stream per account. */
export const cardPayerAggregate: Aggregate<CardPayer, CardPayerEvent> = defineAggregate({
  context: 'payment',
  name: 'card-payer',
  initial: {} as CardPayer,
  events: [cardPayerRegistered],
  evolve: (_, event) => {
    if (event.type !== 'CardPayerRegistered') return unreachable(event.type);
    return { payer: event.data.payer };
  },
});

/** Journals of a deposit. */
export const cardJournalId = (depositId: string, step: 'arrive' | 'fee'): string =>
  derivedUuid('card-deposit-journal', depositId, step);

/** Whether the payer's bank has paid. */
export const isPaid = ({ status }: { readonly status: string }): boolean =>
  status === 'credited' || status === 'suspended';

/** Notes that a customer wants to pay in. */
export const announceCardDeposit = (
  state: CardDepositState,
  terms: CardDepositTerms,
  { isSupported, book }: { readonly isSupported: boolean; readonly book: Book },
): CardDepositDecision => {
  const { depositId, accountId, asset } = terms;
  if (state.status !== 'unknown')
    return isSame(state, terms) ? accept() : reject({ code: 'card_deposit_exists_with_different_content', depositId });
  if (!isSupported) return reject({ code: 'card_asset_not_supported', asset });
  const refused = refuseDepositTo(book, accountId, asset);
  if (refused !== undefined) return reject(refused);
  return accept(cardDepositAggregate.record(depositId, 'CardDepositAnnounced', terms));
};

const isSame = (known: CardDepositTerms, asked: CardDepositTerms): boolean =>
  known.accountId === asked.accountId &&
  known.asset === asked.asset &&
  known.amountMinor === asked.amountMinor &&
  known.paymentMethod === asked.paymentMethod &&
  known.saveMethod === asked.saveMethod;

/** What the provider said of the intent, and what the checks said before it was asked. */
export interface ConcludeCardDeposit {
  readonly depositId: string;
  readonly intent: Pick<CardIntent, 'intentId' | 'status' | 'receivedMinor' | 'declineCode'>;
  readonly verdict: PaymentVerdict;
}

/** Books what arrived, always; or notes that nothing did. */
export const concludeCardDeposit = (
  state: CardDepositState,
  { depositId, intent, verdict }: ConcludeCardDeposit,
  book: Book,
): CardDepositDecision => {
  if (state.status === 'unknown') return reject({ code: 'card_deposit_unknown', depositId });
  if (isPaid(state)) return accept();
  switch (intent.status) {
    case 'succeeded':
      return arrive(state, intent, verdict, book);
    case 'declined':
      return failCardDeposit(state, { depositId, reason: intent.declineCode ?? 'card_declined' });
    case 'cancelled':
      return isOpen(state)
        ? accept(cardDepositAggregate.record(depositId, 'CardDepositExpired', { depositId }))
        : accept();
    case 'action_required':
    case 'processing': {
      if (state.status !== 'announced') return accept();
      const { intentId } = intent;
      return accept(cardDepositAggregate.record(depositId, 'CardActionRequested', { depositId, intentId }));
    }
  }
};

const isOpen = ({ status }: CardDeposit): boolean => status === 'announced' || status === 'requires_action';

/** Nothing was taken. */
export const failCardDeposit = (
  state: CardDepositState,
  { depositId, reason }: { readonly depositId: string; readonly reason: string },
): CardDepositDecision => {
  if (state.status === 'unknown') return reject({ code: 'card_deposit_unknown', depositId });
  return isOpen(state)
    ? accept(cardDepositAggregate.record(depositId, 'CardDepositFailed', { depositId, reason }))
    : accept();
};

const arrive = (
  state: CardDeposit,
  { intentId, receivedMinor }: ConcludeCardDeposit['intent'],
  verdict: PaymentVerdict,
  book: Book,
): CardDepositDecision => {
  const { depositId, accountId, entity, provider, asset } = state;
  const suspension: Suspension | undefined =
    receivedMinor === state.amountMinor
      ? suspensionOf(book, state, verdict)
      : { reason: 'amount_mismatch', chartCode: suspenseMismatch };
  const account = suspension === undefined ? accountId : houseAccountId(entity, suspension.chartCode);
  const journalId = cardJournalId(depositId, 'arrive');
  const posted = postPair(book, {
    journalId,
    kind: 'card-deposit',
    debit: houseAccountId(entity, pspOf(provider)),
    credit: account,
    asset,
    amountMinor: receivedMinor,
    purpose: 'principal',
    metadata: { depositId },
  });
  if (!posted.accepted) return posted;
  if (suspension === undefined) {
    const data = { depositId, intentId, receivedMinor, journalId };
    return accept(...posted.events, cardDepositAggregate.record(depositId, 'CardDepositCredited', data));
  }
  const { reason } = suspension;
  const { workItemId, item } = itemOfSuspended({
    entity,
    account,
    asset,
    amountMinor: receivedMinor,
    journalId,
    subject: `card-deposit:${depositId}`,
    reason,
    links: [`account:${accountId}`, `intent:${intentId}`],
  });
  const data = { depositId, intentId, receivedMinor, reason, account, journalId, workItemId };
  return accept(...posted.events, item, cardDepositAggregate.record(depositId, 'CardDepositSuspended', data));
};

/** Dr cost/{provider} · Cr psp/{provider}: gross and fee are booked apart, whatever is paid out later. */
export const bookCardFee = (
  state: CardDepositState,
  { depositId, feeMinor }: { readonly depositId: string; readonly feeMinor: bigint },
  book: Book,
): CardDepositDecision => {
  if (state.status === 'unknown') return reject({ code: 'card_deposit_unknown', depositId });
  if (state.feeMinor !== undefined || feeMinor === 0n) return accept();
  const { entity, provider, asset } = state;
  const journalId = cardJournalId(depositId, 'fee');
  const posted = postPair(book, {
    journalId,
    kind: 'card-cost',
    debit: houseAccountId(entity, costOf(provider)),
    credit: houseAccountId(entity, pspOf(provider)),
    asset,
    amountMinor: feeMinor,
    purpose: 'cost',
    metadata: { depositId },
  });
  if (!posted.accepted) return posted;
  const data = { depositId, feeMinor, journalId };
  return accept(...posted.events, cardDepositAggregate.record(depositId, 'CardDepositFeeBooked', data));
};
