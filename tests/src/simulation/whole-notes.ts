import type { TakeBulk, TakeBulkLines } from '@finaegis/bank/payment/bulk/commands';
import type { CardMessage } from './card-post.ts';
import type { CardNews } from './cards-twin.ts';
import type { RailNews } from './rail-twin.ts';
import type { Notes, Sources } from './wishes.ts';

/** A file of payments as somebody has it: its lines are written down first, and then it is taken on. */
export interface PaymentFile {
  readonly lines: TakeBulkLines;
  readonly terms: TakeBulk;
}

/** What the clients of one tenant of a whole bank remember besides accounts and journals. */
export interface WholeNotes extends Notes {
  readonly parties: string[];
  readonly mandates: string[];
  /** Numbers of our own accounts, as clients were told them. */
  readonly ibans: string[];
  readonly deposits: object[];
  readonly payments: { readonly paymentId: string; readonly amountMinor: bigint }[];
  readonly arrivals: object[];
  /** Payments in that wait for a person, as whoever told of them was answered. */
  readonly reviews: string[];
  readonly items: string[];
  readonly cardDeposits: {
    readonly depositId: string;
    readonly amountMinor: bigint;
    readonly paymentMethod?: string;
  }[];
  readonly refunds: { readonly refundId: string }[];
  /** Files anybody ever had, those whose lines are written down, and those somebody had taken on. */
  readonly files: PaymentFile[];
  readonly writtenFiles: PaymentFile[];
  readonly takenFiles: PaymentFile[];
  /** Messages the provider was heard to send. */
  readonly messages: CardMessage[];
}

/** The same with what the partner bank and the card provider have to tell. */
export interface WholeSources extends Sources {
  readonly newsFor: (tenantId: string) => RailNews | undefined;
  readonly cardNewsFor: (tenantId: string) => CardNews | undefined;
  readonly messageFor: (tenantId: string) => CardMessage | undefined;
  readonly casesOf: (tenantId: string) => readonly string[];
}
