import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';
import { minor } from '../terms.ts';

/** A bound price: sold and bought amounts are fixed until it expires, and it is used once. */
export const quoteIssued = defineEvent({
  type: 'QuoteIssued',
  schemaVersion: 1,
  schema: z.strictObject({
    quoteId: z.string(),
    entity: z.string(),
    sellAsset: z.string(),
    soldMinor: minor,
    buyAsset: z.string(),
    boughtMinor: minor,
    /** sold × mid, rounded half to even: what the customer would get without our spread. */
    atMidMinor: minor,
    midRate: z.string(),
    customerRate: z.string(),
    rateSource: z.string(),
    rateDate: z.string(),
    expiresAt: z.string(),
  }),
});

export const quoteUsed = defineEvent({
  type: 'QuoteUsed',
  schemaVersion: 1,
  schema: z.strictObject({ quoteId: z.string(), journalId: z.string() }),
});
