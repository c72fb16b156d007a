import type { LocalDate } from '@finaegis/kernel/local-date';
import type { Money, Side } from './amount.ts';
import type { ChargeBearer } from './credit-transfer.ts';
import type { AccountNumber, Address, Agent, Party } from './party.ts';
import type { Reason } from './reason.ts';
import type { Remittance } from './remittance.ts';

/**
 * What a bank says of an account: a report during the day (camt.052), the statement of a period (camt.053), or a
 * notification of single entries without balances (camt.054).
 */
export type BankStatementKind = 'report' | 'statement' | 'notification';

/** A balance: 'OPBD' and 'CLBD' are the opening and closing booked ones, 'CLAV' is what was available at the end. */
export interface BankStatementBalance {
  /** Code of ISO 20022's external list, or the bank's own. */
  readonly type: string;
  readonly amount: Money;
  readonly side: Side;
  readonly date: LocalDate;
}

/** What a bank statement says before its entries. */
export interface BankStatementHeader {
  readonly kind: BankStatementKind;
  readonly messageId: string;
  readonly id: string;
  /** The bank's number of the statement (`ElctrncSeqNb`), by which a missing one is noticed. */
  readonly sequence?: string;
  readonly createdAt: string;
  /** Instants as the bank says them, with or without a zone. */
  readonly from?: string;
  readonly to?: string;
  readonly account: AccountNumber;
  readonly currency?: string;
  readonly accountName?: string;
  readonly owner?: Party;
  readonly servicer?: Agent;
  readonly balances: readonly BankStatementBalance[];
}

/** Whether an entry is booked, pending, for information only, or of a later day. */
export type EntryStatus = 'BOOK' | 'PDNG' | 'INFO' | 'FUTR';

/** Every status of an entry. */
export const entryStatuses: readonly EntryStatus[] = ['BOOK', 'PDNG', 'INFO', 'FUTR'];

/** What kind of transaction: ISO 20022's domain, family and sub-family, and the bank's own code. */
export interface BankTransactionCode {
  readonly domain?: string;
  readonly family?: string;
  readonly subFamily?: string;
  readonly proprietary?: string;
}

/** What a bank has taken for a transaction. */
export interface Charge {
  readonly amount: Money;
  readonly side?: Side;
  /** Whether the amount of the entry contains it. */
  readonly isIncluded?: boolean;
  readonly bearer?: ChargeBearer;
}

/** Whoever stands on the other side of a transaction. */
export interface Counterparty {
  readonly name?: string;
  readonly address?: Address;
  readonly account?: AccountNumber;
  readonly agent?: Agent;
}

/** One transaction of an entry. */
export interface EntryDetail {
  readonly messageId?: string;
  readonly accountServicerReference?: string;
  readonly paymentInfoId?: string;
  readonly instructionId?: string;
  /** As the bank says it: many banks write NOTPROVIDED where the payer has given none. */
  readonly endToEndId?: string;
  readonly uetr?: string;
  readonly transactionId?: string;
  /** Of the account; missing only where the bank has not said it of one of several transactions. */
  readonly amount?: Money;
  /** What the payer asked for, where that was in another currency or before charges. */
  readonly instructedAmount?: Money;
  readonly side: Side;
  readonly bankTransactionCode?: BankTransactionCode;
  readonly charges: readonly Charge[];
  readonly counterparty?: Counterparty;
  /** The account on our side where it is another than the statement's: a number behind it, by which the money finds a customer. */
  readonly ownSideAccount?: AccountNumber;
  readonly purposeCode?: string;
  readonly remittance?: Remittance;
  /** Why the rail has sent a payment back; present on a return only. */
  readonly returnReason?: Reason;
  /** The end-to-end id of the payment that came back; camt has one place for both, and keeps the original's there. */
  readonly originalEndToEndId?: string;
  readonly additionalInformation?: string;
}

/** A batch that was booked as one entry. */
export interface EntryBatch {
  readonly messageId?: string;
  readonly paymentInfoId?: string;
  readonly count?: number;
}

/** One entry on the account. */
export interface BankEntry {
  readonly reference?: string;
  readonly amount: Money;
  readonly side: Side;
  /** Whether it undoes an earlier entry; `side` is that of this entry. */
  readonly isReversal: boolean;
  readonly status: EntryStatus;
  readonly bookingDate?: LocalDate;
  readonly valueDate?: LocalDate;
  readonly accountServicerReference?: string;
  readonly bankTransactionCode: BankTransactionCode;
  readonly charges: readonly Charge[];
  readonly batch?: EntryBatch;
  readonly details: readonly EntryDetail[];
  readonly additionalInformation?: string;
}

/** A whole bank statement; a long one is better read in parts. */
export interface BankStatement extends BankStatementHeader {
  readonly entries: readonly BankEntry[];
}

/** Which of the two roles of a payment the other side has: who paid what came in, who was paid what went out. */
export const counterpartyRole = (entry: {
  readonly side: Side;
  readonly isReversal: boolean;
  readonly isReturn: boolean;
}): 'Dbtr' | 'Cdtr' => {
  // A reversal or return moves the other way, and keeps the roles of the payment it undoes.
  const isUndoing = entry.isReversal || entry.isReturn;
  return (entry.side === 'CRDT') === isUndoing ? 'Cdtr' : 'Dbtr';
};
