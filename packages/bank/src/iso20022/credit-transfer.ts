import type { LocalDate } from '@finaegis/kernel/local-date';
import type { Money } from './amount.ts';
import type { AccountNumber, Agent, Party } from './party.ts';
import type { Remittance } from './remittance.ts';

/** How a payment is made: by transfer (TRF), by transfer with advice (TRA) or by cheque (CHK). */
export type PaymentMethod = 'TRF' | 'TRA' | 'CHK';

/** Every method of payment a file may ask for. */
export const paymentMethods: readonly PaymentMethod[] = ['TRF', 'TRA', 'CHK'];

/** Who bears the charges: the payer (DEBT), the payee (CRED), each his own (SHAR), or as the service level says (SLEV). */
export type ChargeBearer = 'DEBT' | 'CRED' | 'SHAR' | 'SLEV';

/** Every way charges can be borne. */
export const chargeBearers: readonly ChargeBearer[] = ['DEBT', 'CRED', 'SHAR', 'SLEV'];

/** What stands at the head of a file of credit transfers (pain.001). */
export interface CreditTransferHeader {
  readonly messageId: string;
  /** As the message says it, with or without a zone. */
  readonly createdAt: string;
  /** How many transfers the file says it has; undefined, with a problem, where it says none. */
  readonly count?: number;
  /** Sum of all amounts, across currencies; a plain decimal. */
  readonly controlSum?: string;
  readonly initiator: Party;
}

/** What all transfers of one batch have in common: who pays, from where and when. */
export interface CreditTransferPayment {
  readonly paymentInfoId: string;
  /** Undefined, with a problem, where the file says none of them. */
  readonly method?: PaymentMethod;
  /** Whether the payer wants to see one entry for the whole batch on his statement. */
  readonly batchBooking?: boolean;
  readonly serviceLevel?: string;
  readonly categoryPurpose?: string;
  /** 'YYYY-MM-DD'; the text of the file, with a problem, where it is no day. */
  readonly executionDate: LocalDate;
  readonly debtor: Party;
  readonly debtorAccount: AccountNumber;
  readonly debtorAgent: Agent;
  readonly ultimateDebtor?: Party;
  readonly chargeBearer?: ChargeBearer;
}

/** One credit transfer. */
export interface CreditTransferLine {
  readonly instructionId?: string;
  readonly endToEndId: string;
  /** UUID version 4. */
  readonly uetr?: string;
  readonly serviceLevel?: string;
  readonly categoryPurpose?: string;
  readonly amount: Money;
  readonly chargeBearer?: ChargeBearer;
  readonly ultimateDebtor?: Party;
  readonly creditorAgent?: Agent;
  readonly creditor: Party;
  readonly creditorAccount: AccountNumber;
  readonly ultimateCreditor?: Party;
  readonly purposeCode?: string;
  readonly remittance?: Remittance;
}

/** A whole file of credit transfers; a long one is better read in parts. */
export interface CreditTransferFile extends CreditTransferHeader {
  readonly payments: readonly (CreditTransferPayment & { readonly lines: readonly CreditTransferLine[] })[];
}
