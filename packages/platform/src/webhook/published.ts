import { z } from 'zod';
import { definePublished, type PublishedEvent } from '../published/published-event.ts';
import { webhookEndpointDisabled } from './endpoint/events.ts';

/** What endpoints are told of endpoints: that one of them was given up. */
export const webhookPublishes: readonly PublishedEvent[] = [
  definePublished({
    name: 'webhook.endpoint.disabled',
    version: 1,
    summary: 'An endpoint took nothing for three days, or said that it is gone; nothing is sent to it any more.',
    from: webhookEndpointDisabled,
    schema: z.object({
      endpointId: z.string(),
      reason: z.enum(['failing', 'gone']),
      failingSince: z.string().optional(),
    }),
    sample: {
      endpointId: '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12',
      reason: 'failing',
      failingSince: '2026-02-27T10:15:30.123Z',
    },
    concerns: () => ({}),
    show: (data) => data,
  }),
];
