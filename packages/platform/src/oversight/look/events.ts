import { z } from 'zod';
import { defineEvent } from '../../event-store/event.ts';

/** Who was shown whose values, when, by which operation; the channel is `api` until there is another. */
export const lookSchema = z.strictObject({
  at: z.string(),
  principalId: z.string(),
  userId: z.string().optional(),
  operationId: z.string(),
  channel: z.string(),
  requestId: z.string(),
  subjects: z.array(z.string()),
});

/** People and programs of the bank were shown personal values; several looks at a time. */
export const personalDataShown = defineEvent({
  type: 'PersonalDataShown',
  schemaVersion: 1,
  schema: z.strictObject({ batchId: z.string(), looks: z.array(lookSchema) }),
});

/** Every event of a batch of looks. */
export const lookEvents = [personalDataShown] as const;
