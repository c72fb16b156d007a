import type { CardProvider } from './card-provider.ts';
import type { WebhookHandlers } from './ports.ts';
import type { RefundSource } from './refund/commands.ts';
import type { RefundPolicy } from './refund/policy.ts';
import type { WayBack } from './refund-ways.ts';

/** What becomes of a card provider's messages, whatever it calls them. Each may come twice, late and in any order. */
export interface CardEars {
  deposit(tenantId: string, depositId: string, messageId: string): Promise<void>;
  refund(tenantId: string, refundId: string, messageId: string): Promise<void>;
  /** By the provider's own name of the case. */
  dispute(tenantId: string, caseId: string): Promise<void>;
  /** By the provider's own name of the payout. */
  payout(tenantId: string, payoutReference: string): Promise<void>;
}

/** A bank's entry that names a payout of the card provider. */
export interface PayoutArrival {
  readonly payoutReference: string;
  readonly bank: string;
  readonly entity: string;
  readonly asset: string;
  readonly amountMinor: bigint;
}

/** The bank's account at a card provider. */
export interface CardPorts {
  readonly provider: CardProvider;
  /** Reads the provider's messages and says to whom they matter. */
  readonly messages: (ears: CardEars) => WebhookHandlers;
  /** Whose account it is, and where it pays out to: `nostro/{bank}`. */
  readonly entity: string;
  readonly bank: string;
  /** What it takes money in; its minor units there are ours. */
  readonly assets: readonly string[];
  /** How long a payer has to pay; a day unless told. */
  readonly payMaxMs?: number;
}

/** What refunds need besides what payments have. */
export interface RefundPorts {
  readonly policy?: Partial<RefundPolicy>;
  /** Payments in crypto, and the way back to an address that the payer confirmed. */
  readonly crypto?: {
    find(tenantId: string, paymentId: string): Promise<Omit<RefundSource, 'way'> | undefined>;
    readonly way: WayBack;
  };
}

/** What cards and refunds add to the ports of payments. */
export interface CardPaymentPorts {
  /** The bank's card provider; none unless told. */
  readonly cards?: CardPorts;
  readonly refunds?: RefundPorts;
}

const nobody = async (): Promise<never> => {
  throw new Error('No card provider takes orders.');
};

/** A bank without a card provider: no asset can be paid in by card. */
export const noCards: CardPorts = {
  provider: {
    name: 'none',
    createPayer: nobody,
    createIntent: nobody,
    findIntent: nobody,
    intent: nobody,
    confirm: nobody,
    cancel: nobody,
    refund: nobody,
    findRefund: nobody,
    dispute: nobody,
    submitEvidence: nobody,
    acceptDispute: nobody,
    movementsOf: nobody,
    movementsWithin: nobody,
    payout: nobody,
    payoutsNamedIn: () => [],
  },
  messages: () => ({ provider: 'none', byType: {} }),
  entity: 'main',
  bank: 'none',
  assets: [],
};
