import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

/** A legal entity whose books balance alone. */
export const entityOpened = defineEvent({
  type: 'EntityOpened',
  schemaVersion: 1,
  schema: z.strictObject({
    entity: z.string(),
    name: z.string(),
    functionalAsset: z.string(),
    timeZone: z.string(),
    calendar: z.string(),
    businessDate: z.string(),
  }),
});

/** No journal carries this date any more. */
export const businessDayClosed = defineEvent({
  type: 'BusinessDayClosed',
  schemaVersion: 1,
  schema: z.strictObject({ entity: z.string(), businessDate: z.string() }),
});

/** From now on journals carry this date. */
export const businessDayOpened = defineEvent({
  type: 'BusinessDayOpened',
  schemaVersion: 1,
  schema: z.strictObject({ entity: z.string(), businessDate: z.string() }),
});
