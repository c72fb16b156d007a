import type { AuditorBooks } from './auditor-books.ts';
import type { JournalData } from './wishes.ts';

/** A refusal as the client was told it. */
export type Refusal = Readonly<Record<string, string>> & { readonly code: string };

/** Everything a client may have sent, as far as the auditor looks into it. */
export interface Asked extends Partial<JournalData> {
  readonly holdId?: string;
  readonly account?: string;
  readonly asset?: string;
  readonly amountMinor?: bigint;
  readonly expiresAt?: string;
  readonly journals?: readonly JournalData[];
  readonly original?: string;
  readonly accountId?: string;
  readonly businessDate?: string;
  readonly quoteId?: string;
  readonly blockId?: string;
  readonly lines?: readonly { readonly index: number; readonly amountMinor: bigint }[];
  readonly limitMinor?: bigint;
  readonly partyId?: string;
  readonly mandateId?: string;
  readonly product?: string;
  readonly holders?: readonly { readonly partyId: string }[];
  readonly externalReference?: string;
  readonly depositId?: string;
  readonly withdrawalId?: string;
  readonly paymentId?: string;
  readonly debtorAccountId?: string;
  readonly creditor?: { readonly iban?: string };
  readonly isPayeeConfirmed?: boolean;
  readonly entryReference?: string;
  readonly incomingId?: string;
  readonly workItemId?: string;
  readonly resolution?: string;
  readonly refundId?: string;
  readonly saveMethod?: boolean;
  readonly bulkId?: string;
  readonly batchId?: string;
  readonly line?: number;
  readonly disputeId?: string;
  readonly key?: string;
}

/** What earlier journals of the same linked batch would have changed. */
export type Ahead = ReadonlyMap<string, bigint>;

/** A refusal, and the books it is looked at on. */
export interface Case {
  readonly books: AuditorBooks;
  readonly asked: Asked;
  readonly refusal: Refusal;
  readonly answeredMs: number;
  readonly ahead: Ahead;
  readonly name: string;
  readonly actor: string;
}
