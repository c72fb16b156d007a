import { z } from 'zod';
import type { EventData } from '../event-store/event.ts';
import type { PublishedEvent } from './published-event.ts';

/** What stands around the data of every message. */
export const messageSchema = (event: PublishedEvent): z.ZodType =>
  z.object({
    id: z.string().describe('Id of the message, the same for every attempt; also in the header `webhook-id`.'),
    type: z.literal(event.name),
    version: z.literal(event.version).describe('Version of the shape of `data`.'),
    timestamp: z.string().describe('UTC instant with milliseconds at which it was booked.'),
    position: z.string().optional().describe('Place in the log; absent from a test.'),
    isTest: z.literal(true).optional().describe('Only in a test, whose data is the sample.'),
    data: event.schema,
  });

/** Full stops divide what a signature is over, so an id has none. */
export const messageId = (eventId: string, name: string): string => `msg_${eventId}_${name.replaceAll('.', '_')}`;

/** The text of a message. `position` is absent from a test, which is in no log. */
export const messageBody = (
  { name, version }: Pick<PublishedEvent, 'name' | 'version'>,
  {
    id,
    timestamp,
    position,
    data,
    isPart = false,
  }: {
    readonly id: string;
    readonly timestamp: string;
    readonly position?: string;
    readonly data: EventData;
    /** Whether it is what a customer may see of it. */
    readonly isPart?: boolean;
  },
): string =>
  JSON.stringify({
    id,
    type: name,
    version,
    timestamp,
    ...(position === undefined ? { isTest: true } : { position }),
    ...(isPart ? { isPart } : {}),
    data,
  });

/** A message as it may look, for the catalogue. */
export const sampleMessage = (event: PublishedEvent): Readonly<Record<string, unknown>> => ({
  id: messageId('0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12', event.name),
  type: event.name,
  version: event.version,
  timestamp: '2026-03-02T10:15:30.123Z',
  position: 'MDE5N2YyYzQ6NDI',
  data: event.sample,
});
