import type { BankOutcome } from '../connector.ts';

/** A pain.001 of one order, under an id made from the order's key. */
export interface IsoOrder {
  readonly messageId: string;
  readonly xml: string;
}

/** A message of the bank that is not in our records yet. */
export interface ArrivedMessage {
  /** The bank's own name for it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What became of an order that was handed over: it lies with the bank, or was turned away and never will be paid. */
export type HandedOver = { readonly kind: 'taken' } | Extract<BankOutcome, { readonly kind: 'declined' }>;

/** How ISO 20022 messages travel to a bank and from it; what they say is none of its business. */
export interface IsoTransport {
  /**
   * Hands an order over. Handed over twice under one message id it is one payment.
   * @throws OutcomeUnknown where it may have arrived
   */
  send(order: IsoOrder, abort: AbortSignal): Promise<HandedOver>;
  /** Whether the bank has an order that we meant to send and did not see arrive. No surely means no. */
  has(order: IsoOrder, abort: AbortSignal): Promise<boolean>;
  /** What the bank offers, oldest first; an offer stands until it is acknowledged. */
  arrived(abort: AbortSignal): AsyncIterable<ArrivedMessage>;
  /** The bank need not offer it any more: it is in our records. */
  acknowledge(message: ArrivedMessage, abort: AbortSignal): Promise<void>;
}
