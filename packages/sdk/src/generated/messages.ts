// Written by `npm run generate` from docs/reference/openapi.json; what is changed here is lost.
import type {
  Amount,
  SignedAmount,
} from './schemas.ts';

/** The data of each published event, by its type. */
export interface PublishedData {
  /** A customer’s account was closed; nothing is booked on it any more. */
  readonly 'account.account.closed': {
    readonly accountId: string;
  };
  /** A customer’s account was opened. */
  readonly 'account.account.opened': {
    readonly accountId: string;
    readonly asset: string;
    readonly entity: string;
    readonly externalReference?: string | undefined;
    readonly holders: readonly {
      readonly kind: 'owner' | 'joint';
      readonly partyId: string;
    }[];
    readonly product: string;
    readonly productVersion: number;
  };
  /** Money that arrived was booked, to the account or, where that could not take it, to suspense. */
  readonly 'account.deposit.booked': {
    readonly accountId: string;
    readonly amount: Amount;
    readonly bookingDate: string;
    /** House account on the other side. */
    readonly counterAccount: string;
    readonly depositId: string;
    readonly endToEndId?: string | undefined;
    /** Why it lies in suspense. */
    readonly reason?: string | undefined;
    readonly reference: string;
    readonly status: 'credited' | 'suspended';
    readonly valueDate: string;
  };
  /** The statement of a period was issued. */
  readonly 'account.statement.issued': {
    readonly accountId: string;
    readonly closing: SignedAmount;
    readonly digest: string;
    readonly entries: number;
    readonly from: string;
    readonly number: number;
    readonly opening: SignedAmount;
    readonly to: string;
  };
  /** Money was taken from an account to a house account. */
  readonly 'account.withdrawal.booked': {
    readonly accountId: string;
    readonly amount: Amount;
    readonly bookingDate: string;
    /** House account on the other side. */
    readonly counterAccount: string;
    readonly endToEndId?: string | undefined;
    readonly reference: string;
    readonly valueDate: string;
    readonly withdrawalId: string;
  };
  /** Debits, credits or an amount of an account are stopped. */
  readonly 'ledger.account.blocked': {
    readonly accountId: string;
    readonly amount?: Amount | undefined;
    readonly blockId: string;
    readonly kind: 'debit' | 'credit' | 'amount';
    readonly reason: string;
  };
  /** A block of an account no longer stands. */
  readonly 'ledger.account.unblocked': {
    readonly accountId: string;
    readonly amount?: Amount | undefined;
    readonly blockId: string;
    readonly kind: 'debit' | 'credit' | 'amount';
    readonly reason: string;
  };
  /** A journal used part or all of a hold; `released` is no longer reserved. */
  readonly 'ledger.hold.captured': {
    readonly account: string;
    readonly amount: Amount;
    readonly holdId: string;
    readonly isFinal: boolean;
    readonly journalId: string;
    readonly released: Amount;
  };
  /** A hold was released because its time was over. */
  readonly 'ledger.hold.expired': {
    readonly account: string;
    readonly holdId: string;
    readonly released: Amount;
  };
  /** A hold reserves more than before; `amount` is all of it. */
  readonly 'ledger.hold.increased': {
    readonly account: string;
    readonly added: Amount;
    readonly amount: Amount;
    readonly holdId: string;
  };
  /** An amount of an account is reserved; nothing is posted. */
  readonly 'ledger.hold.placed': {
    readonly account: string;
    readonly amount: Amount;
    readonly expiresAt?: string | undefined;
    readonly holdId: string;
  };
  /** A hold was released on request. */
  readonly 'ledger.hold.voided': {
    readonly account: string;
    readonly holdId: string;
    readonly released: Amount;
  };
  /** A balanced set of postings was booked: a transfer, a deposit, a fee, a reversal. */
  readonly 'ledger.journal.posted': {
    readonly bookingDate: string;
    readonly endToEndId?: string | undefined;
    readonly entity: string;
    readonly forced?: string | undefined;
    readonly journalId: string;
    readonly kind: string;
    readonly postings: readonly {
      readonly account: string;
      readonly amount: Amount;
      readonly purpose: string;
      readonly side: 'debit' | 'credit';
    }[];
    readonly quoteId?: string | undefined;
    readonly reference: string;
    readonly reverses?: string | undefined;
    readonly valueDate: string;
  };
  /** What is known of a party’s identity is now as stated, whole. */
  readonly 'party.kyc.set': {
    readonly level?: 'simplified' | 'standard' | 'enhanced' | undefined;
    readonly partyId: string;
    readonly reviewDue?: string | undefined;
    readonly risk?: 'low' | 'medium' | 'high' | undefined;
    readonly status: 'none' | 'pending' | 'verified' | 'rejected' | 'expired';
  };
  /** A party may act on an account. */
  readonly 'party.mandate.granted': {
    readonly accountId: string;
    readonly kind: 'owner' | 'joint' | 'disponent' | 'viewer';
    readonly mandateId: string;
    readonly partyId: string;
  };
  /** A party’s right on an account ended. */
  readonly 'party.mandate.revoked': {
    readonly accountId: string;
    readonly kind: 'owner' | 'joint' | 'disponent' | 'viewer';
    readonly mandateId: string;
    readonly partyId: string;
  };
  /** A party’s personal data was erased; whoever copied it should follow. */
  readonly 'party.party.erased': {
    readonly partyId: string;
    readonly reason: string;
  };
  /** A person or organisation became known; who it is, is read from the API. */
  readonly 'party.party.registered': {
    readonly kind: 'person' | 'organisation';
    readonly partyId: string;
  };
  /** A deposit by card was paid, and the customer has it. */
  readonly 'payment.card_deposit.credited': {
    readonly accountId: string;
    readonly asked: Amount;
    readonly depositId: string;
    readonly journalId: string;
    readonly provider: string;
    readonly received: Amount;
  };
  /** A deposit by crypto is final on its chain, and the customer has it. */
  readonly 'payment.crypto_deposit.credited': {
    readonly accountId: string;
    readonly asked: Amount;
    readonly depositId: string;
    readonly isLate: boolean;
    readonly journalId: string;
    readonly provider: string;
    readonly received: Amount;
  };
  /** A payment in was credited to the customer. */
  readonly 'payment.incoming.credited': {
    readonly accountId: string;
    readonly amount: Amount;
    readonly bank: string;
    readonly endToEndId?: string | undefined;
    readonly entryReference: string;
    readonly incomingId: string;
    readonly journalId: string;
  };
  /** A payment in has arrived and cannot be credited: it lies in suspense. */
  readonly 'payment.incoming.suspended': {
    /** Where it lies. */
    readonly account: string;
    readonly amount: Amount;
    readonly bank: string;
    readonly entryReference: string;
    readonly incomingId: string;
    readonly journalId: string;
    readonly reason: string;
    readonly workItemId: string;
  };
  /** It was cancelled in time. */
  readonly 'payment.payment.cancelled': {
    readonly accountId: string;
    readonly amount: Amount;
    readonly journalId?: string | undefined;
    readonly paymentId: string;
  };
  /** A payment was asked for; nothing is booked yet. */
  readonly 'payment.payment.created': {
    readonly accountId: string;
    readonly amount: Amount;
    readonly endToEndId: string;
    readonly executionDate: string;
    readonly fee: Amount;
    readonly paymentId: string;
    readonly rail: string;
    readonly reference: string;
  };
  /** It will not be paid; what had been booked is taken back. */
  readonly 'payment.payment.rejected': {
    readonly accountId: string;
    readonly amount: Amount;
    readonly journalId?: string | undefined;
    readonly paymentId: string;
    readonly reason: string;
  };
  /** The rail sent money back after it had been paid; `returned` is what came. */
  readonly 'payment.payment.returned': {
    readonly accountId: string;
    readonly amount: Amount;
    readonly creditedTo: string;
    readonly paymentId: string;
    readonly reason: string;
    readonly returned: Amount;
  };
  /** The bank paid it out of our nostro or, within the tenant, the creditor has it. */
  readonly 'payment.payment.settled': {
    readonly accountId: string;
    readonly amount: Amount;
    readonly bankReference?: string | undefined;
    readonly journalId: string;
    readonly paymentId: string;
  };
  /** The provider says that a refund has gone; it can still come back. */
  readonly 'payment.refund.completed': {
    readonly accountId: string;
    readonly amount: Amount;
    readonly journalId: string;
    readonly paymentId: string;
    readonly reference: string;
    readonly refundId: string;
  };
  /** A refund never went; what the account had given is back. */
  readonly 'payment.refund.failed': {
    readonly accountId: string;
    readonly amount: Amount;
    readonly paymentId: string;
    readonly reason: string;
    readonly refundId: string;
  };
  /** Somebody wants a payment, or a part of it, to go back to its payer. */
  readonly 'payment.refund.requested': {
    readonly accountId: string;
    readonly amount: Amount;
    readonly paymentId: string;
    readonly reason: string;
    readonly refundId: string;
  };
  /** A refund came back after it had gone. */
  readonly 'payment.refund.returned': {
    readonly accountId: string;
    readonly amount: Amount;
    readonly creditedTo: string;
    readonly paymentId: string;
    readonly reason: string;
    readonly refundId: string;
  };
  /** An endpoint took nothing for three days, or said that it is gone; nothing is sent to it any more. */
  readonly 'webhook.endpoint.disabled': {
    readonly endpointId: string;
    readonly failingSince?: string | undefined;
    readonly reason: 'failing' | 'gone';
  };
}
