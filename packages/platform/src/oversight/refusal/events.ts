import { z } from 'zod';
import { defineEvent } from '../../event-store/event.ts';

/** What a principal was refused at the door or inside, how often in one stretch of time, and by which operation. */
export const refusalSchema = z.strictObject({
  principalId: z.string(),
  userId: z.string().optional(),
  code: z.string(),
  operationId: z.string(),
  count: z.number().int(),
  firstAt: z.string(),
  lastAt: z.string(),
});

/** Known principals were refused (401 and 403); refusals of one kind are counted, so that a flood fills no log. */
export const accessRefused = defineEvent({
  type: 'AccessRefused',
  schemaVersion: 1,
  schema: z.strictObject({ batchId: z.string(), refusals: z.array(refusalSchema) }),
});

/** Every event of a batch of refusals. */
export const refusalEvents = [accessRefused] as const;
