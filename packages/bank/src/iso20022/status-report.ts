import type { Reason } from './reason.ts';

/**
 * What became of a payment: received (RCVD), checked technically (ACTC) and as a customer's order (ACCP), in settlement
 * (ACSP), settled at the payer's bank (ACSC), credited to the payee (ACCC), accepted with a change (ACWC) or without
 * posting (ACWP), accepted in part (PART), pending (PDNG), rejected (RJCT), cancelled (CANC), blocked (BLCK).
 */
export type PaymentStatus =
  | 'RCVD'
  | 'ACTC'
  | 'ACCP'
  | 'ACFC'
  | 'ACSP'
  | 'ACSC'
  | 'ACCC'
  | 'ACWC'
  | 'ACWP'
  | 'PART'
  | 'PDNG'
  | 'RJCT'
  | 'CANC'
  | 'BLCK';

/** Every status that is read. */
export const paymentStatuses: readonly PaymentStatus[] = [
  'RCVD',
  'ACTC',
  'ACCP',
  'ACFC',
  'ACSP',
  'ACSC',
  'ACCC',
  'ACWC',
  'ACWP',
  'PART',
  'PDNG',
  'RJCT',
  'CANC',
  'BLCK',
];

/** The message that is answered. */
export interface OriginalMessage {
  readonly messageId: string;
  /** Its name and version, such as 'pain.001.001.09'. */
  readonly name: string;
  readonly count?: number;
  readonly controlSum?: string;
}

/** What stands at the head of a status report (pain.002): what is answered, and what holds for all of it. */
export interface StatusReportHeader {
  readonly messageId: string;
  readonly createdAt: string;
  readonly original: OriginalMessage;
  readonly groupStatus?: PaymentStatus;
  readonly reasons: readonly Reason[];
}

/** What became of one batch. */
export interface StatusReportPayment {
  readonly originalPaymentInfoId: string;
  readonly status?: PaymentStatus;
  readonly reasons: readonly Reason[];
}

/** What became of one transfer. */
export interface StatusReportLine {
  readonly originalInstructionId?: string;
  readonly originalEndToEndId?: string;
  readonly originalUetr?: string;
  readonly status?: PaymentStatus;
  readonly reasons: readonly Reason[];
  /** The bank's own reference of the transfer. */
  readonly accountServicerReference?: string;
  readonly clearingSystemReference?: string;
}

/** A whole status report; a long one is better read in parts. */
export interface StatusReport extends StatusReportHeader {
  readonly payments: readonly (StatusReportPayment & { readonly lines: readonly StatusReportLine[] })[];
}
