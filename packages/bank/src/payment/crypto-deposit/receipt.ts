import { accept, type Decision } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { type Aggregate, defineAggregate } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { type Book, houseAccountId, type JournalRefusal } from '../../ledger/contract.ts';
import { itemOfSuspended } from '../deposit.ts';
import { suspenseUnidentified } from '../house.ts';
import { bookArrival } from './crypto-deposit.ts';
import { cryptoReceiptSuspended } from './events.ts';

type ReceiptEvent = EventOf<typeof cryptoReceiptSuspended>;

/** Money that came by a checkout of nobody's. */
export type CryptoReceipt = { readonly status: 'unknown' } | (ReceiptEvent['data'] & { readonly status: 'suspended' });

/** One stream per checkout that belongs to no deposit. */
export const cryptoReceiptAggregate: Aggregate<CryptoReceipt, ReceiptEvent> = defineAggregate({
  context: 'payment',
  name: 'crypto-receipt',
  initial: { status: 'unknown' } as CryptoReceipt,
  events: [cryptoReceiptSuspended],
  evolve: (_, event) => {
    if (event.type !== 'CryptoReceiptSuspended') throw new Error(`${String(event.type)} is no event of a receipt.`);
    return { ...event.data, status: 'suspended' };
  },
});

/** The receipt of a checkout, for ever the same. */
export const cryptoReceiptIdOf = (provider: string, checkoutId: string): string =>
  derivedUuid('crypto-receipt', provider, checkoutId);

/** Journals of a receipt. */
export const receiptJournals = (receiptId: string) => ({
  arrive: derivedUuid('crypto-receipt-journal', receiptId, 'arrive'),
  fee: derivedUuid('crypto-receipt-journal', receiptId, 'fee'),
});

/** Data of SuspendCryptoReceipt. */
export interface SuspendCryptoReceipt {
  readonly provider: string;
  readonly entity: string;
  readonly checkoutId: string;
  readonly asset: string;
  readonly receivedMinor: bigint;
  readonly feeMinor?: bigint | undefined;
}

/** Books what arrived for nobody we know; told again it changes nothing. */
export const suspendCryptoReceipt = (
  state: CryptoReceipt,
  { provider, entity, checkoutId, asset, receivedMinor, feeMinor }: SuspendCryptoReceipt,
  book: Book,
): Decision<NewEvent, JournalRefusal> => {
  if (state.status !== 'unknown') return accept();
  const receiptId = cryptoReceiptIdOf(provider, checkoutId);
  const account = houseAccountId(entity, suspenseUnidentified);
  const journals = receiptJournals(receiptId);
  const money = { provider, entity, asset, amountMinor: receivedMinor, feeMinor, journals };
  const posted = bookArrival(book, { ...money, credit: account, metadata: { receiptId } });
  if (!posted.accepted) return posted;
  const journalId = journals.arrive;
  const { workItemId, item } = itemOfSuspended({
    entity,
    account,
    asset,
    amountMinor: receivedMinor,
    journalId,
    subject: `crypto-receipt:${receiptId}`,
    reason: 'deposit_unknown',
    links: [`checkout:${checkoutId}`],
  });
  const fee = feeMinor === undefined ? {} : { feeMinor };
  const data = {
    receiptId,
    provider,
    entity,
    checkoutId,
    asset,
    receivedMinor,
    ...fee,
    account,
    journalId,
    workItemId,
  };
  return accept(...posted.events, item, cryptoReceiptAggregate.record(receiptId, 'CryptoReceiptSuspended', data));
};
