import { defineEvent, type EventOf } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

/** What a mandate allows: owners and joint owners own the money, a disponent may operate the account, a viewer only looks. */
export const mandateKind = z.enum(['owner', 'joint', 'disponent', 'viewer']);

/** The most one transfer may take from the account in one asset. The asset's decimals never change, so they stand beside the number they scale. */
export const mandateLimit = z.strictObject({
  asset: z.string(),
  decimals: z.int().min(0).max(18),
  perTransferMinor: z
    .string()
    .regex(/^\d{1,38}$/)
    .transform(BigInt),
});

const limits = z.array(mandateLimit);
// Every event names party, account and kind, so that whoever reads one event knows whom it concerns.
const ofMandate = { mandateId: z.string(), partyId: z.string(), accountId: z.string(), kind: mandateKind };

/** A party may act on an account from now or `validFrom` on, until before `validTo`. Without limits it is bound by the account alone; with limits it may only take the assets named. */
export const mandateGranted = defineEvent({
  type: 'MandateGranted',
  schemaVersion: 1,
  schema: z.strictObject({ ...ofMandate, validFrom: z.string().optional(), validTo: z.string().optional(), limits }),
});

/** The limits are now these, all of them. */
export const mandateLimitsChanged = defineEvent({
  type: 'MandateLimitsChanged',
  schemaVersion: 1,
  schema: z.strictObject({ ...ofMandate, limits }),
});

/** The mandate ended before its time, or was closed after it. */
export const mandateRevoked = defineEvent({
  type: 'MandateRevoked',
  schemaVersion: 1,
  schema: z.strictObject({ ...ofMandate, validTo: z.string().optional() }),
});

/** All events of a mandate's stream. */
export const mandateEvents = [mandateGranted, mandateLimitsChanged, mandateRevoked] as const;

export type MandateEvent = EventOf<(typeof mandateEvents)[number]>;
export type MandateKind = z.output<typeof mandateKind>;
export type MandateLimit = z.output<typeof mandateLimit>;
