import { accept, type Decision, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { type RefundReason, refundPolicySet } from './events.ts';

/** Which refunds need nobody's approval, and what they cost the account that gives them. */
export interface RefundPolicy {
  /** Up to this much of an asset, in minor units; an asset without a limit is always looked at. */
  readonly limits: readonly { readonly asset: string; readonly amountMinor: bigint }[];
  /** And no longer after the payment than so many days. */
  readonly withinDays: number;
  /** Our own errors, which go back whatever they are. */
  readonly reasons: readonly RefundReason[];
  /** A fixed part in minor units and hundredths of a percent of the amount; an asset without a fee costs nothing. */
  readonly fees: readonly { readonly asset: string; readonly fixedMinor: bigint; readonly basisPoints: number }[];
  /** Refunds for these cost nothing. */
  readonly freeReasons: readonly RefundReason[];
}

const ownErrors = ['duplicate_payment', 'payment_error', 'system_error'] as const;

/** Up to 100.00 of the large currencies within thirty days, and our own errors; free of charge. */
export const refundPolicy: RefundPolicy = {
  limits: ['EUR', 'USD', 'GBP', 'CHF'].map((asset) => ({ asset, amountMinor: 10_000n })),
  withinDays: 30,
  reasons: ownErrors,
  fees: [],
  freeReasons: ownErrors,
};

type PolicySet = EventOf<typeof refundPolicySet>;

/** A policy of an entity, from an instant on. */
export interface DatedPolicy extends RefundPolicy {
  readonly effectiveFrom: string;
}

/** Every policy an entity has had, oldest first. */
export type RefundPolicies = readonly DatedPolicy[];

/** One stream per entity. */
export const refundPolicyAggregate: Aggregate<RefundPolicies, PolicySet> = defineAggregate({
  context: 'payment',
  name: 'refund-policy',
  initial: [] as RefundPolicies,
  events: [refundPolicySet],
  evolve: (state: RefundPolicies, { type, data }: Recorded<PolicySet>): RefundPolicies => {
    if (type !== 'RefundPolicySet') return unreachable(type);
    const { entity: _, ...policy } = data;
    // What was announced for later than this one is taken back by it.
    return [...state.filter(({ effectiveFrom }) => effectiveFrom < policy.effectiveFrom), policy];
  },
});

/** The policy of an instant; what the installation was given where the entity has set none by then. */
export const policyAt = (state: RefundPolicies, now: string, unset: RefundPolicy): RefundPolicy =>
  state.findLast(({ effectiveFrom }) => effectiveFrom <= now) ?? unset;

/** A policy to come; without an instant, or with one that is past, from now on. */
export interface SetRefundPolicy extends RefundPolicy {
  readonly entity: string;
  readonly effectiveFrom?: string | undefined;
}

/** Changes how refunds of an entity are approved and charged; what was asked for before stays as it was. */
export const setRefundPolicy = (
  state: RefundPolicies,
  { entity, effectiveFrom: wanted, ...policy }: SetRefundPolicy,
  now: string,
): Decision<NewEvent, never> => {
  // One spelling of an instant, since they are compared as text.
  const asked = wanted === undefined ? now : new Date(wanted).toISOString();
  const effectiveFrom = asked < now ? now : asked;
  const last = state.at(-1);
  const isKept = last !== undefined && textOf(last) === textOf(policy) && last.effectiveFrom <= effectiveFrom;
  return isKept
    ? accept()
    : accept(refundPolicyAggregate.record(entity, 'RefundPolicySet', { entity, effectiveFrom, ...policy }));
};

const textOf = ({ limits, withinDays, reasons, fees, freeReasons }: RefundPolicy): string =>
  JSON.stringify([limits, withinDays, reasons, fees, freeReasons], (_, part: unknown) =>
    typeof part === 'bigint' ? part.toString() : part,
  );

const dayMs = 86_400_000;

/** Whether the policy lets a refund go by itself. */
export const isAutoApproved = (
  { limits, withinDays, reasons }: RefundPolicy,
  {
    asset,
    amountMinor,
    reason,
    capturedAt,
    now,
  }: {
    readonly asset: string;
    readonly amountMinor: bigint;
    readonly reason: RefundReason;
    readonly capturedAt: string;
    readonly now: string;
  },
): boolean =>
  reasons.includes(reason) ||
  (amountMinor <= (limits.find((limit) => limit.asset === asset)?.amountMinor ?? 0n) &&
    Date.parse(now) - Date.parse(capturedAt) <= withinDays * dayMs);

const wholeBasisPoints = 10_000n;

/**
 * What a refund costs, in minor units of its asset. The rate is rounded up once on everything refunded of the payment, so that many small parts cost no
 * more than the whole.
 */
export const refundFeeOf = (
  { fees, freeReasons }: RefundPolicy,
  {
    asset,
    amountMinor,
    reason,
    refundedMinor,
  }: {
    readonly asset: string;
    readonly amountMinor: bigint;
    readonly reason: RefundReason;
    /** What of the payment was refunded, or asked for, before. */
    readonly refundedMinor: bigint;
  },
): bigint => {
  const fee = fees.find((one) => one.asset === asset);
  if (fee === undefined || freeReasons.includes(reason)) return 0n;
  const rateOn = (baseMinor: bigint): bigint =>
    (baseMinor * BigInt(fee.basisPoints) + wholeBasisPoints - 1n) / wholeBasisPoints;
  return fee.fixedMinor + rateOn(refundedMinor + amountMinor) - rateOn(refundedMinor);
};
