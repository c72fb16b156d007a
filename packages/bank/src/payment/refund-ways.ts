/** A refund as whoever sends it is told. `key` is the same for every attempt, and what is asked by when an outcome is unknown. */
export interface RefundOrder {
  readonly tenantId: string;
  readonly key: string;
  readonly paymentId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly reason: string;
  /** The address that the payer confirmed; for crypto only. */
  readonly address?: string | undefined;
}

/** How far a refund is. A decline means that nothing went; `failed`, that it came back before it was called completed. */
export type RefundOutcome =
  | { readonly kind: 'pending' | 'completed'; readonly reference: string }
  | { readonly kind: 'declined' | 'failed'; readonly code: string };

/** One way back: by card, by a bank's rail, or to an address on a chain. Errors of an unknown outcome have `code: 'outcome_unknown'`. */
export interface WayBack {
  send(order: RefundOrder, abort: AbortSignal): Promise<RefundOutcome>;
  find(order: RefundOrder): Promise<RefundOutcome | { readonly kind: 'absent' }>;
}
