import { isLocalDate } from '@finaegis/kernel/local-date';
import { isRate } from '@finaegis/kernel/money';
import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

const day = z.string().refine(isLocalDate);
const rate = z.string().refine(isRate);

/** All rates one provider gave for one day, against one base; one event, since they are only true together. */
export const exchangeRatesPublished = defineEvent({
  type: 'ExchangeRatesPublished',
  schemaVersion: 1,
  schema: z.strictObject({
    provider: z.string(),
    date: day,
    base: z.string(),
    /** Units of the asset for one base, by asset code. */
    quotes: z.array(z.strictObject({ asset: z.string(), mid: rate, bid: rate.optional(), ask: rate.optional() })),
    validFrom: day,
    /** The first day on which they no longer count. */
    validTo: day.optional(),
  }),
});

/** A rate that people of a tenant set for themselves: so much of `asset` for one `base`. */
export const manualRatePublished = defineEvent({
  type: 'ManualRatePublished',
  schemaVersion: 1,
  schema: z.strictObject({
    rateId: z.string(),
    base: z.string(),
    asset: z.string(),
    mid: rate,
    bid: rate.optional(),
    ask: rate.optional(),
    validFrom: day,
    validTo: day.optional(),
  }),
});
