/** How thorough the due diligence on an investor has to be, from the least on. */
export const dueDiligences = ['none', 'basic', 'enhanced', 'full'] as const;
export type DueDiligence = (typeof dueDiligences)[number];

/** Whether a level that was shown is enough for one that is asked for. */
export const isEnough = (held: DueDiligence, required: DueDiligence): boolean =>
  dueDiligences.indexOf(held) >= dueDiligences.indexOf(required);

/** How an investor pays. */
export const paymentMethods = ['account', 'card', 'crypto', 'bank'] as const;
export type PaymentMethod = (typeof paymentMethods)[number];

/** A size of investment with a name of its own. */
export interface Tier {
  readonly name: string;
  /** One letter; stands in certificate numbers for ever. */
  readonly initial: string;
  /** Whole units of the asset it is paid in. */
  readonly fromUnits: bigint;
}

/** What an installation may choose; whatever a round or an investment was made under is kept in its event. Amounts are whole units of the asset paid in. */
export interface OfferingSettings {
  /** From the smallest on. */
  readonly tiers: readonly Tier[];
  readonly investmentMinUnits: bigint;
  readonly investmentMaxUnits: bigint;
  /** Most of a round that one investor may hold, in millionths. */
  readonly ownershipMaxPpm: bigint;
  readonly coolingOffDays: number;
  /** Charged on top of the amount, in hundredths of a percent, rounded up. */
  readonly feeBasisPoints: bigint;
  /** How long an investment waits for documents or a review, for its payment, and a refund for its approval. */
  readonly reviewDays: number;
  readonly paymentDays: number;
  readonly refund: {
    /** Days after the confirmation in which a refund may be asked for. */
    readonly windowDays: number;
    /** Days, and amount, within which nobody has to approve it. */
    readonly approvedDays: number;
    readonly approvedMaxUnits: bigint;
    /** Our own mistakes, which nobody has to approve either. */
    readonly technicalReasons: readonly string[];
  };
}

/** The offering as its documents describe it. */
export const offeringDefaults: OfferingSettings = {
  tiers: [
    { name: 'explorer', initial: 'E', fromUnits: 0n },
    { name: 'innovator', initial: 'I', fromUnits: 10_000n },
    { name: 'visionary', initial: 'V', fromUnits: 50_000n },
  ],
  investmentMinUnits: 1_000n,
  investmentMaxUnits: 1_000_000n,
  ownershipMaxPpm: 10_000n,
  coolingOffDays: 14,
  feeBasisPoints: 0n,
  reviewDays: 30,
  paymentDays: 7,
  refund: {
    windowDays: 90,
    approvedDays: 7,
    approvedMaxUnits: 1_000n,
    technicalReasons: ['technical_error', 'duplicate_payment'],
  },
};

/** Whole units of an asset in its minor units. */
export const unitsToMinor = (units: bigint, decimals: number): bigint => units * 10n ** BigInt(decimals);

/** The tier of an amount: the highest it reaches. */
export const tierOf = (tiers: readonly Tier[], amountMinor: bigint, decimals: number): Tier => {
  const reached = tiers.filter(({ fromUnits }) => unitsToMinor(fromUnits, decimals) <= amountMinor).at(-1) ?? tiers[0];
  if (reached === undefined) throw new Error('An offering has at least one tier.');
  return reached;
};

const dayMs = 24 * 3_600_000;

/** The instant so many days later. */
export const daysAfter = (instant: string, days: number): string =>
  new Date(Date.parse(instant) + days * dayMs).toISOString();
