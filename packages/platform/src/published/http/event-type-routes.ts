import { z } from 'zod';
import { throwProblem } from '../../http/problem.ts';
import { defineRoute, type Route, readRoute } from '../../http/route.ts';
import type { PublishedCatalogue } from '../catalogue.ts';
import { messageSchema, sampleMessage } from '../message.ts';
import type { PublishedEvent } from '../published-event.ts';

const eventTypeSchema = z
  .object({
    name: z.string().describe('`context.noun.verb`; what endpoints filter by.'),
    version: z.int(),
    context: z.string(),
    summary: z.string(),
    schema: z.record(z.string(), z.unknown()).describe('JSON Schema (2020-12) of the whole message.'),
    sample: z.record(z.string(), z.unknown()).describe('A message as it may look.'),
  })
  .meta({ id: 'EventType' });

const shown = (event: PublishedEvent): z.output<typeof eventTypeSchema> => ({
  name: event.name,
  version: event.version,
  context: event.name.slice(0, event.name.indexOf('.')),
  summary: event.summary,
  schema: z.toJSONSchema(messageSchema(event)) as Record<string, unknown>,
  sample: sampleMessage(event),
});

const common = { ...readRoute, tag: 'Webhooks', permission: 'webhook:read' } as const;

/** The catalogue of what is published; asked for late, since it is made of what all contexts declare. */
export const eventTypeRoutes = (catalogue: () => PublishedCatalogue): readonly Route[] => [
  defineRoute({
    ...common,
    path: '/v1/event-types',
    operationId: 'listEventTypes',
    summary: 'List the events that are published',
    description: 'Every type with its JSON Schema and a sample. What is not in this list is never sent.',
    request: {},
    responses: {
      200: { description: 'All of them, by name.', schema: z.object({ items: z.array(eventTypeSchema) }) },
    },
    problems: [],
    handle: async () => ({ status: 200, body: { items: catalogue().events.map(shown) } }),
  }),
  defineRoute({
    ...common,
    path: '/v1/event-types/:name',
    operationId: 'getEventType',
    summary: 'Show one published event',
    request: { params: z.strictObject({ name: z.string().min(1).max(100) }) },
    responses: { 200: { description: 'Its schema and a sample.', schema: eventTypeSchema } },
    problems: ['not_found'],
    handle: async ({ params }) => ({
      status: 200,
      body: shown(catalogue().find(params.name) ?? throwProblem('not_found')),
    }),
  }),
];
