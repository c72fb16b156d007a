import type { CryptoProvider } from './crypto-provider.ts';
import type { WebhookHandlers } from './ports.ts';

/** What becomes of a provider's messages, whatever it calls them. Each may come twice, late and in any order. */
export interface CryptoEars {
  /** By the provider's own name of the checkout. */
  checkout(tenantId: string, checkoutId: string, messageId: string): Promise<void>;
  refund(tenantId: string, refundId: string, messageId: string): Promise<void>;
}

/** One API by which crypto is taken. */
export interface CryptoWay {
  readonly provider: CryptoProvider;
  /** Reads the provider's messages and says to whom they matter. */
  readonly messages: (ears: CryptoEars) => WebhookHandlers;
}

/** What crypto checkouts add to the ports of payments. */
export interface CryptoPaymentPorts {
  readonly crypto?: {
    /** New deposits go by the first; the others answer for those that were made by them. None: nothing is payable in crypto. */
    readonly ways: readonly CryptoWay[];
    /** Whose accounts at the providers these are. */
    readonly entity: string;
    /** How long a payer has to pay; an hour unless told. */
    readonly payMaxMs?: number;
  };
}
