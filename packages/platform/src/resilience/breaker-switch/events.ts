import { z } from 'zod';
import { defineEvent } from '../../event-store/event.ts';

const reason = z.string();

/** A person holds a breaker open (nothing goes to the provider) or closed (everything does), whatever the calls say. `reason` is a code. */
export const breakerForced = defineEvent({
  type: 'BreakerForced',
  schemaVersion: 1,
  schema: z.strictObject({
    provider: z.string(),
    operation: z.string(),
    position: z.enum(['open', 'closed']),
    reason,
  }),
});

/** The breaker decides by itself again, beginning closed. */
export const breakerReleased = defineEvent({
  type: 'BreakerReleased',
  schemaVersion: 1,
  schema: z.strictObject({ provider: z.string(), operation: z.string(), reason }),
});

/** Every event of a breaker's switch. */
export const breakerSwitchEvents = [breakerForced, breakerReleased] as const;
