import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

/** Amounts that may be below zero. */
export const signedMinor = z
  .string()
  .regex(/^-?\d{1,36}$/)
  .transform(BigInt);

/** What moves a balance at a provider, in the order of the sum. */
export const pspLines = ['charges', 'fees', 'refunds', 'disputes', 'payouts', 'other'] as const;
export type PspLine = (typeof pspLines)[number];

/** One amount as our books have it and as the provider tells it. */
const twoSides = z.strictObject({ bookedMinor: signedMinor, toldMinor: signedMinor });
export const difference = z.strictObject({
  /** What it is about: `deposit:…`, `refund:…`, `dispute:…`, `payout:…`, `cost:…`, `movement:…`, `journal:…`. */
  key: z.string(),
  /** Booked less told. */
  amountMinor: signedMinor,
  /** The business day it was first seen on. */
  since: z.string(),
  workItemId: z.string().optional(),
});

/** The account at a provider in one asset, and one business day of it. */
export const pspDayNames = {
  dayId: z.string(),
  entity: z.string(),
  provider: z.string(),
  asset: z.string(),
  date: z.string(),
  /** The first day that belongs to it; everything before is in it where there is none. */
  from: z.string().optional(),
};

/** A business day began whose end will be explained. */
export const pspDayBegun = defineEvent({
  type: 'PspDayBegun',
  schemaVersion: 1,
  schema: z.strictObject({ ...pspDayNames, previousDayId: z.string().optional() }),
});

/** Part of what a day leaves open, said before the day itself; one event could not hold them all. */
export const pspDifferencesNoted = defineEvent({
  type: 'PspDifferencesNoted',
  schemaVersion: 1,
  schema: z.strictObject({ dayId: z.string(), differences: z.array(difference).readonly() }),
});

/** A day as it was found: each line, and where it began and ended, as both sides have it. */
export const foundDay = {
  ...pspDayNames,
  opening: twoSides,
  lines: z.strictObject({
    charges: twoSides,
    fees: twoSides,
    refunds: twoSides,
    disputes: twoSides,
    payouts: twoSides,
    other: twoSides,
  }),
  closing: twoSides,
  movements: z.int().nonnegative(),
  postings: z.int().nonnegative(),
};

/** What the provider owed us at the beginning, what became of it, and what it owed us at the end, as both sides have it. */
export const pspDayExplained = defineEvent({
  type: 'PspDayExplained',
  schemaVersion: 1,
  schema: z.strictObject({
    ...foundDay,
    differenceMinor: signedMinor,
    /** How many differences make it up, and of how many of them somebody was told. */
    openCount: z.int().nonnegative(),
    itemCount: z.int().nonnegative(),
  }),
});

export const pspDayEvents = [pspDifferencesNoted, pspDayExplained] as const;
