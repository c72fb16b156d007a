import type { CardNews } from './cards-twin.ts';
import type { RailNews } from './rail-twin.ts';
import type { Notes, Sources } from './wishes.ts';

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
}

/** The same with what the partner bank and the card provider have to tell. */
export interface WholeSources extends Sources {
  readonly newsFor: (tenantId: string) => RailNews | undefined;
  readonly cardNewsFor: (tenantId: string) => CardNews | undefined;
}
