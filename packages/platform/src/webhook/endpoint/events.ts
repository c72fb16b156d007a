import { z } from 'zod';
import { defineEvent } from '../../event-store/event.ts';
import { personalRef } from '../../event-store/personal-ref.ts';

const ofEndpoint = { endpointId: z.string() };

/** Where to, and what of. The values of headers may be credentials, so they lie where personal values lie, under a key of the endpoint's own. */
const terms = {
  name: z.string(),
  url: z.string(),
  events: z.array(z.string()).readonly(),
  accounts: z.array(z.string()).readonly(),
  assets: z.array(z.string()).readonly(),
  headerNames: z.array(z.string()).readonly(),
  headers: personalRef.optional(),
  isOrdered: z.boolean(),
};

// The secret itself is sealed like a personal value: an event says where it lies and never what it is.
const secret = z.strictObject({ secretId: z.string(), sealed: personalRef });

/** Somebody outside wants to be told, from now on. */
export const webhookEndpointCreated = defineEvent({
  type: 'WebhookEndpointCreated',
  schemaVersion: 1,
  schema: z.strictObject({ ...ofEndpoint, ...terms, secret }),
});

/** The terms are now these, all of them. */
export const webhookEndpointChanged = defineEvent({
  type: 'WebhookEndpointChanged',
  schemaVersion: 1,
  schema: z.strictObject({ ...ofEndpoint, ...terms }),
});

/** Nothing is sent for the time being; what happens meanwhile is kept for it. */
export const webhookEndpointPaused = defineEvent({
  type: 'WebhookEndpointPaused',
  schemaVersion: 1,
  schema: z.strictObject(ofEndpoint),
});

/** It is sent to again. */
export const webhookEndpointResumed = defineEvent({
  type: 'WebhookEndpointResumed',
  schemaVersion: 1,
  schema: z.strictObject(ofEndpoint),
});

/** Nothing has been taken for days, or the receiver said that it is gone: nothing is kept for it any more. */
export const webhookEndpointDisabled = defineEvent({
  type: 'WebhookEndpointDisabled',
  schemaVersion: 1,
  schema: z.strictObject({
    ...ofEndpoint,
    reason: z.enum(['failing', 'gone']),
    failingSince: z.string().optional(),
  }),
});

/** It is gone for ever, its secrets and headers with it. */
export const webhookEndpointDeleted = defineEvent({
  type: 'WebhookEndpointDeleted',
  schemaVersion: 1,
  schema: z.strictObject(ofEndpoint),
});

/** Messages are signed with one secret more; those before it sign until `previousValidUntil`, or no longer. */
export const webhookSecretRotated = defineEvent({
  type: 'WebhookSecretRotated',
  schemaVersion: 1,
  schema: z.strictObject({ ...ofEndpoint, secret, previousValidUntil: z.string().optional() }),
});

/** What was booked in a time is to be sent again, whatever became of it before. */
export const webhookResendRequested = defineEvent({
  type: 'WebhookResendRequested',
  schemaVersion: 1,
  schema: z.strictObject({ ...ofEndpoint, resendId: z.string(), since: z.string(), until: z.string() }),
});

/** One delivery is to be made again. */
export const webhookDeliveryRequeued = defineEvent({
  type: 'WebhookDeliveryRequeued',
  schemaVersion: 1,
  schema: z.strictObject({ ...ofEndpoint, deliveryId: z.string() }),
});

/** The sample of a type is to be sent. */
export const webhookTestRequested = defineEvent({
  type: 'WebhookTestRequested',
  schemaVersion: 1,
  schema: z.strictObject({ ...ofEndpoint, testId: z.string(), deliveryId: z.string(), type: z.string() }),
});

/** Every event of an endpoint's stream. */
export const endpointEvents = [
  webhookEndpointCreated,
  webhookEndpointChanged,
  webhookEndpointPaused,
  webhookEndpointResumed,
  webhookEndpointDisabled,
  webhookEndpointDeleted,
  webhookSecretRotated,
  webhookResendRequested,
  webhookDeliveryRequeued,
  webhookTestRequested,
] as const;
