import { defineEvent } from '@finaegis/platform/event-store/event';
import type { Json } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { minor } from '../terms.ts';

/** What a person has to look at, in the words of the queue it waits in. */
export const workItemKinds = [
  'unidentified',
  'blocked',
  'amount_mismatch',
  'review',
  'clearing',
  'break',
  'saga',
] as const;
export type WorkItemKind = (typeof workItemKinds)[number];

/** How a person resolves an item. */
export const resolutions = ['applied', 'returned', 'written_off', 'explained'] as const;
export type ResolutionByHand = (typeof resolutions)[number];
/** How the item of a parked saga ends: with what a person decided about the saga. */
export const sagaResolutions = ['retried', 'resumed', 'cancelled'] as const;
export type Resolution = ResolutionByHand | (typeof sagaResolutions)[number];

/** What stands still, and why. */
export const stoppedAt = z.strictObject({
  step: z.string(),
  phase: z.enum(['do', 'undo']),
  code: z.string(),
  facts: z.record(z.string(), z.json() as z.ZodType<Json>).optional(),
});

/** Money, or a difference, that somebody has to explain, or a saga that stands still; of the last one no amount is known. */
export const workItemOpened = defineEvent({
  type: 'WorkItemOpened',
  schemaVersion: 1,
  schema: z.strictObject({
    workItemId: z.string(),
    kind: z.enum(workItemKinds),
    entity: z.string().optional(),
    /** The house account the money lies on. */
    account: z.string().optional(),
    asset: z.string().optional(),
    amountMinor: minor.optional(),
    /** The thing it is about: `incoming:…`, `outgoing:…`, `break:…`, `saga:…`. */
    subject: z.string(),
    /** Why, as a code. */
    reason: z.string(),
    /** Journals and references that lead to it. */
    links: z.array(z.string()).readonly(),
    /** What it is found by: the reference the money came with. */
    reference: z.string().optional(),
    stoppedAt: stoppedAt.optional(),
  }),
});

/** Somebody is responsible for it. */
export const workItemAssigned = defineEvent({
  type: 'WorkItemAssigned',
  schemaVersion: 1,
  schema: z.strictObject({ workItemId: z.string(), owner: z.string() }),
});

/** It is explained, and what it takes is booked. */
export const workItemResolved = defineEvent({
  type: 'WorkItemResolved',
  schemaVersion: 1,
  schema: z.strictObject({
    workItemId: z.string(),
    resolution: z.enum([...resolutions, ...sagaResolutions]),
    resolvedBy: z.string(),
    reason: z.string().optional(),
    journalId: z.string().optional(),
    /** The account it was applied to. */
    accountId: z.string().optional(),
    /** The payment that takes it back to its sender. */
    paymentId: z.string().optional(),
  }),
});

export const workItemEvents = [workItemOpened, workItemAssigned, workItemResolved] as const;
