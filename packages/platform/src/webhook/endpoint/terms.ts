import { z } from 'zod';
import { sealedText } from '../../event-store/sealed-text.ts';
import { assetCode, instant, text, uuid } from '../../http/amount.ts';
import { filterPattern } from '../../published/event-filter.ts';

// What the protocol and the signature set themselves, or what would let a receiver be spoken to in another's name.
const reserved =
  /^(webhook-|content-|host$|connection$|transfer-encoding$|upgrade$|te$|trailer$|expect$|user-agent$|keep-alive$|proxy-)/;

const headers = z
  .record(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'names are lower case letters, digits and -')
      .refine((name) => !reserved.test(name), 'is set by the sender'),
    z
      .string()
      .max(1_000)
      .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII'),
  )
  .refine((them) => Object.keys(them).length <= 20, 'must be at most 20');

/** What a client says of an endpoint; also the shape of the request's body. */
export const endpointTerms = {
  name: text(100).default('webhook').describe('What it is for; not a person’s name.'),
  url: z.string().min(1).max(2_000).describe('Where to; `https` unless the installation allows its own machine.'),
  events: z
    .array(z.string().regex(filterPattern, 'must be *, context.*, context.noun.* or context.noun.verb'))
    .min(1)
    .max(100)
    .default(['*'])
    .describe('Types to be told of.'),
  accounts: z
    .array(text(200))
    .max(1_000)
    .default([])
    .describe('Only what concerns one of these accounts; empty for all.'),
  assets: z.array(assetCode).max(100).default([]).describe('Only what concerns one of these assets; empty for all.'),
  headers: headers.default({}).describe('Sent with every request; their values are not shown again.'),
  isOrdered: z
    .boolean()
    .default(false)
    .describe('One after the other in the order of the log; a message that is not taken holds up those behind it.'),
};

const stored = {
  name: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  accounts: z.array(z.string()),
  assets: z.array(z.string()),
  headerNames: z.array(z.string()),
  headers: sealedText.optional(),
  isOrdered: z.boolean(),
};
const secret = z.strictObject({ secretId: uuid, sealed: sealedText });

/** `{ endpointId, …terms, secret }`. */
export const createEndpointSchema = z.strictObject({ endpointId: uuid, ...stored, secret });
/** `{ endpointId, …terms }`: what is not named stays; headers are replaced where `headerNames` is named. */
export const changeEndpointSchema = z.strictObject({ endpointId: uuid, ...z.object(stored).partial().shape });
/** `{ endpointId }`. */
export const endpointSchema = z.strictObject({ endpointId: uuid });
/** `{ endpointId, reason, failingSince? }`. */
export const disableEndpointSchema = z.strictObject({
  endpointId: uuid,
  reason: z.enum(['failing', 'gone']),
  failingSince: z.string().optional(),
});
/** `{ endpointId, secret, graceSeconds }`. */
export const rotateSecretSchema = z.strictObject({
  endpointId: uuid,
  secret,
  graceSeconds: z.number().int().min(0).max(604_800),
});

/** `{ endpointId, resendId, since, until? }`. */
export const resendSchema = z.strictObject({
  endpointId: uuid,
  resendId: uuid,
  since: instant,
  until: instant.optional(),
});
/** `{ endpointId, deliveryId }`. */
export const requeueSchema = z.strictObject({ endpointId: uuid, deliveryId: uuid });
/** `{ endpointId, testId, deliveryId, type }`. */
export const testSchema = z.strictObject({ endpointId: uuid, testId: uuid, deliveryId: uuid, type: z.string() });

export type CreateEndpoint = z.output<typeof createEndpointSchema>;
export type ChangeEndpoint = z.output<typeof changeEndpointSchema>;
export type DisableEndpoint = z.output<typeof disableEndpointSchema>;
export type RotateSecret = z.output<typeof rotateSecretSchema>;
export type Resend = z.output<typeof resendSchema>;
export type Requeue = z.output<typeof requeueSchema>;
export type Test = z.output<typeof testSchema>;
