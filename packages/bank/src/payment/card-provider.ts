/** What is asked of a card provider to take money. `key` is the same for every attempt. */
export interface IntentOrder {
  readonly tenantId: string;
  readonly key: string;
  readonly depositId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  /** The provider's token of a card; without one the payer chooses on the provider's own form. */
  readonly paymentMethod?: string | undefined;
  /** The payer as the provider knows him; needed to use or keep a card for later. */
  readonly payer?: string | undefined;
  readonly saveMethod: boolean;
}

/** What the payer has to do before his bank pays. It may carry a secret of the payer's and is never stored. */
export type NextAction =
  | { readonly kind: 'redirect'; readonly url: string }
  /** The provider's own script in the payer's browser takes it from here. */
  | { readonly kind: 'provider_script'; readonly clientSecret: string };

export const intentStatuses = ['action_required', 'processing', 'succeeded', 'declined', 'cancelled'] as const;

/** A provider's intent to take money, as it stands. A decline is a business answer. */
export interface CardIntent {
  readonly intentId: string;
  readonly status: (typeof intentStatuses)[number];
  readonly asset: string;
  /** What was really taken. */
  readonly receivedMinor: bigint;
  readonly nextAction?: NextAction | undefined;
  /** Why the payer's bank said no. */
  readonly declineCode?: string | undefined;
}

/** What a provider says of a refund. `failed` can follow on `completed`: the payer's bank sent it back. */
export interface CardRefund {
  readonly status: 'pending' | 'completed' | 'failed';
  readonly refundId: string;
  readonly code?: string | undefined;
}

export type Absent = { readonly kind: 'absent' };
export type CardDecline = { readonly kind: 'declined'; readonly code: string };

/** Movements of a provider's balance, in our words. */
export const movementKinds = [
  'charge',
  'refund',
  'refund_failure',
  'dispute',
  'dispute_reversal',
  'payout',
  /** A payout that our bank sent back. */
  'payout_failure',
  /** What the provider takes for itself, and gives back of it. */
  'fee',
  'other',
] as const;
export type MovementKind = (typeof movementKinds)[number];

/** One movement of our balance at the provider: net = gross − fee; negative when it leaves us. */
export interface CardMovement {
  readonly movementId: string;
  readonly kind: MovementKind;
  readonly asset: string;
  readonly grossMinor: bigint;
  readonly feeMinor: bigint;
  readonly netMinor: bigint;
  /** What it belongs to: our deposit or refund, or the provider's dispute. */
  readonly subject?: string | undefined;
}

/** A payer's bank took a payment back; the case as it stands. */
export interface CardDispute {
  readonly disputeId: string;
  /** The deposit it is about; undefined for a payment that is none of ours. */
  readonly depositId: string | undefined;
  readonly status: 'evidence_due' | 'submitted' | 'won' | 'lost';
  readonly reason: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly evidenceDueAt?: string | undefined;
  /** What left our balance for it, and came back. */
  readonly withdrawnMinor: bigint;
  readonly feeMinor: bigint;
  readonly reinstatedMinor: bigint;
}

/** What a provider paid out to our bank. */
export interface CardPayout {
  readonly payoutId: string;
  readonly status: 'pending' | 'paid' | 'failed';
  readonly asset: string;
  readonly amountMinor: bigint;
  /** What it is made of, without the payout itself. */
  readonly movements: readonly CardMovement[];
}

/** Evidence by the provider's names of it. */
export type DisputeEvidence = Readonly<Record<string, string>>;

interface Named {
  readonly tenantId: string;
}

/**
 * A provider that takes money from cards. Whatever moves money has a key and is asked about before it is repeated. A request whose answer was lost
 * throws with `code: 'outcome_unknown'`; that nothing can have happened, another code.
 */
export interface CardProvider {
  /** As the chart names it: `psp/{name}`, `cost/{name}`. */
  readonly name: string;
  /** Makes the payer known under a key of ours, so that cards can be kept for him. */
  createPayer(payer: Named & { readonly key: string; readonly accountId: string }): Promise<string>;
  createIntent(order: IntentOrder, abort?: AbortSignal): Promise<CardIntent>;
  findIntent(lookup: Named & { readonly key: string }): Promise<CardIntent | Absent>;
  intent(lookup: Named & { readonly intentId: string }): Promise<CardIntent>;
  /** Tries again, with another card or one that was kept. */
  confirm(
    order: Named & { readonly key: string; readonly intentId: string; readonly paymentMethod: string },
  ): Promise<CardIntent>;
  /** Lets go of an intent nobody paid; one that was paid meanwhile is given back as it is. */
  cancel(order: Named & { readonly key: string; readonly intentId: string }): Promise<CardIntent>;
  refund(
    order: Named & {
      readonly key: string;
      readonly refundId: string;
      readonly intentId: string;
      readonly amountMinor: bigint;
      readonly reason: string;
    },
    abort?: AbortSignal,
  ): Promise<CardRefund | CardDecline>;
  findRefund(lookup: Named & { readonly key: string; readonly intentId: string }): Promise<CardRefund | Absent>;
  dispute(lookup: Named & { readonly disputeId: string }): Promise<CardDispute>;
  submitEvidence(
    order: Named & { readonly key: string; readonly disputeId: string; readonly evidence: DisputeEvidence },
  ): Promise<CardDispute | CardDecline>;
  acceptDispute(
    order: Named & { readonly key: string; readonly disputeId: string },
  ): Promise<CardDispute | CardDecline>;
  /** The movements an intent's money came in by. */
  movementsOf(lookup: Named & { readonly intentId: string }): Promise<readonly CardMovement[]>;
  /** Every movement of our balance in an asset between two instants: the first counts, the second does not; from the beginning without a first. */
  movementsWithin(
    lookup: Named & { readonly asset: string; readonly from?: string; readonly to: string },
  ): Promise<readonly CardMovement[]>;
  payout(lookup: Named & { readonly payoutId: string }): Promise<CardPayout | Absent>;
  /** Its payouts that a text of a bank's entry names; they need not be ours. */
  payoutsNamedIn(text: string): readonly string[];
}

/** Thrown where the request may have arrived: the one who asked has to ask what became of it before he repeats it. */
export class CardOutcomeUnknown extends Error {
  override readonly name = 'CardOutcomeUnknown';
  readonly code = 'outcome_unknown';
}
