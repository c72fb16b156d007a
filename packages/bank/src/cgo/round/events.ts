import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';
import { minor } from '../terms.ts';

/** Shares of a round are offered. Its price and its cap never change. */
export const pricingRoundOpened = defineEvent({
  type: 'PricingRoundOpened',
  schemaVersion: 1,
  schema: z.strictObject({
    round: z.number(),
    name: z.string(),
    entity: z.string(),
    /** What is paid in. */
    asset: z.string(),
    assetDecimals: z.number(),
    /** What is counted in the share register. */
    shareAsset: z.string(),
    /** Of one share, with four decimals. */
    priceTenThousandths: minor,
    sharesMaxMinor: minor,
    investmentMinMinor: minor,
    investmentMaxMinor: minor,
    opensAt: z.string(),
    closesAt: z.string().optional(),
    coolingOffDays: z.number(),
    /** Agreements have to be signed before they can be paid. */
    needsSignature: z.boolean().optional(),
    feeBasisPoints: minor,
    /** The journal that made the shares issuable. */
    journalId: z.string(),
  }),
});

/** Nothing more is sold in it. */
export const pricingRoundClosed = defineEvent({
  type: 'PricingRoundClosed',
  schemaVersion: 1,
  schema: z.strictObject({ round: z.number() }),
});

/** All events of a round's stream. */
export const roundEvents = [pricingRoundOpened, pricingRoundClosed] as const;
