import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

/** A paper was given the next number of its book. */
export const paperNumberIssued = defineEvent({
  type: 'PaperNumberIssued',
  schemaVersion: 1,
  schema: z.strictObject({ book: z.string(), sequence: z.number(), number: z.string(), investmentId: z.string() }),
});
