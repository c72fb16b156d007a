import type { RefundOutcome } from './refund-ways.ts';

/** An asset that a provider prices checkouts in. */
export interface PayableAsset {
  readonly code: string;
  /** Decimals of the asset here. */
  readonly decimals: number;
  /** Decimals that a price may have there. */
  readonly priceDecimals: number;
}

/** What is asked of a provider to be paid in crypto. `key` is the same for every attempt. */
export interface CheckoutOrder {
  readonly tenantId: string;
  readonly key: string;
  readonly depositId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  /** When the payer's time is over; a provider may be faster. */
  readonly expiresAt: string;
}

/** `paid` and `failed` are final on the chain; `closed`: nobody paid in time, or it was let go of. Both may still be followed by `paid`. */
export const checkoutStatuses = ['open', 'pending', 'paid', 'failed', 'closed'] as const;

/** A provider's checkout as it stands. */
export interface CryptoCheckout {
  readonly checkoutId: string;
  readonly status: (typeof checkoutStatuses)[number];
  /** The page on which the payer pays. */
  readonly url?: string | undefined;
  /** Whose it is, by the ids we gave it; undefined for one that others made under the same account. */
  readonly depositId?: string | undefined;
  readonly tenantId?: string | undefined;
  /** What really arrived, in the asset it arrived in; with `paid` only. */
  readonly received?: { readonly asset: string; readonly amountMinor: bigint } | undefined;
  /** What the provider took of it, where it says so. */
  readonly feeMinor?: bigint | undefined;
  /** Paid after the payer's time was over. */
  readonly isLate: boolean;
}

export type CheckoutAbsent = { readonly kind: 'absent' };
export type CheckoutDecline = { readonly kind: 'declined'; readonly code: string };

interface Named {
  readonly tenantId: string;
}

/** A refund of a checkout, or of a part of it. */
export interface CheckoutRefundOrder extends Named {
  readonly key: string;
  readonly checkoutId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly reason: string;
  /** The address that the payer confirmed. */
  readonly address: string;
}

/**
 * A provider of pages on which crypto is paid. Whatever moves money has a key and is asked about before it is repeated. A request whose answer was
 * lost throws the platform's `OutcomeUnknown`; where nothing can have happened, `ProviderFault` or another that says so.
 */
export interface CryptoProvider {
  /** As the chart names it: `psp/{name}`, `cost/{name}`. */
  readonly name: string;
  readonly assets: readonly PayableAsset[];
  createCheckout(order: CheckoutOrder, abort?: AbortSignal): Promise<CryptoCheckout | CheckoutDecline>;
  /** What became of an order that was given at `since` or later. */
  findCheckout(
    lookup: Named & { readonly key: string; readonly since: string },
  ): Promise<CryptoCheckout | CheckoutAbsent>;
  checkout(lookup: Named & { readonly checkoutId: string }): Promise<CryptoCheckout>;
  /** Lets go of a checkout nobody paid; one that was paid meanwhile is given back as it is. */
  close(order: Named & { readonly key: string; readonly checkoutId: string }): Promise<CryptoCheckout>;
  refund(order: CheckoutRefundOrder, abort?: AbortSignal): Promise<RefundOutcome>;
  findRefund(
    lookup: Named & { readonly key: string; readonly checkoutId: string },
  ): Promise<RefundOutcome | CheckoutAbsent>;
}
