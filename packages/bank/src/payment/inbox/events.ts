import { defineEvent } from '@finaegis/platform/event-store/event';
import { personalRef } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';

const message = { key: z.string() };

/** A genuine message of a provider is stored, whether or not anybody here knows what it means. */
export const webhookReceived = defineEvent({
  type: 'WebhookReceived',
  schemaVersion: 1,
  schema: z.strictObject({
    ...message,
    provider: z.string(),
    /** The provider's own, unique for ever. */
    messageId: z.string(),
    type: z.string(),
    /** The raw body may speak of people, so it lies under a key of its own. */
    body: personalRef,
    /** SHA-256 of the raw body, hex. */
    digest: z.string(),
    sizeBytes: z.number().int().nonnegative(),
  }),
});

/** What follows from a message has been done; `ignored` when nothing follows from its type yet. */
export const webhookProcessed = defineEvent({
  type: 'WebhookProcessed',
  schemaVersion: 1,
  schema: z.strictObject({
    ...message,
    /** 0 for the message itself, counted up by replays. */
    replay: z.number().int().nonnegative(),
    outcome: z.enum(['processed', 'ignored']),
  }),
});

/** It could not be worked on in all its attempts. */
export const webhookFailed = defineEvent({
  type: 'WebhookFailed',
  schemaVersion: 1,
  schema: z.strictObject({ ...message, replay: z.number().int().nonnegative(), code: z.string() }),
});

/** Somebody had a stored message worked on again. */
export const webhookReplayed = defineEvent({
  type: 'WebhookReplayed',
  schemaVersion: 1,
  schema: z.strictObject({ ...message, replay: z.number().int().positive() }),
});

/** Somebody sent what is not the provider's; what he sent is not kept. */
export const webhookRefused = defineEvent({
  type: 'WebhookRefused',
  schemaVersion: 1,
  schema: z.strictObject({ ...message, provider: z.string(), reason: z.string() }),
});

export const inboxEvents = [webhookReceived, webhookProcessed, webhookFailed, webhookReplayed, webhookRefused] as const;
