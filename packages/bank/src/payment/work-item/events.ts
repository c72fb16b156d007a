import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';
import { minor } from '../terms.ts';

/** What a person has to look at, in the words of the queue it waits in. */
export const workItemKinds = ['unidentified', 'blocked', 'amount_mismatch', 'review', 'clearing', 'break'] as const;
export type WorkItemKind = (typeof workItemKinds)[number];

/** How an item is resolved. */
export const resolutions = ['applied', 'returned', 'written_off', 'explained'] as const;
export type Resolution = (typeof resolutions)[number];

/** Money, or a difference, that somebody has to explain. */
export const workItemOpened = defineEvent({
  type: 'WorkItemOpened',
  schemaVersion: 1,
  schema: z.strictObject({
    workItemId: z.string(),
    kind: z.enum(workItemKinds),
    entity: z.string(),
    /** The house account the money lies on. */
    account: z.string(),
    asset: z.string(),
    amountMinor: minor,
    /** The thing it is about: `incoming:…`, `outgoing:…`, `break:…`. */
    subject: z.string(),
    /** Why, as a code. */
    reason: z.string(),
    /** Journals and references that lead to it. */
    links: z.array(z.string()).readonly(),
    /** What it is found by: the reference the money came with. */
    reference: z.string().optional(),
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
    resolution: z.enum(resolutions),
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
