import type { ApiInfo } from '../http/openapi.ts';
import { type Json, SchemaCollection, sorted } from '../http/openapi-schema.ts';
import { passes } from '../published/event-filter.ts';
import { messageSchema, sampleMessage } from '../published/message.ts';
import type { PublishedEvent } from '../published/published-event.ts';
import { type ChannelDeclaration, readPermission } from './channel.ts';
import type { Latest } from './latest.ts';

/** What the document is made of. */
export interface AsyncApiParts {
  readonly info: ApiInfo;
  readonly channels: readonly ChannelDeclaration[];
  readonly published: readonly PublishedEvent[];
  readonly latest: readonly Latest[];
}

/**
 * Writes the AsyncAPI 3.0 document of what is told as it happens. It is a pure function of its arguments, with all members sorted: the text is
 * committed and compared.
 */
export const asyncApiDocument = ({ info, channels, published, latest }: AsyncApiParts): Json => {
  const schemas = new SchemaCollection();
  const messages: Record<string, Json> = {};
  for (const event of published) messages[event.name] = messageOf(event, schemas);
  for (const state of latest) messages[state.name] = stateOf(state, schemas);
  const named = channels.flatMap((channel) => [
    { channel, kind: 'private' },
    ...(channel.hasPresence === true ? [{ channel, kind: 'presence' }] : []),
  ]);
  const carried = (channel: ChannelDeclaration): readonly { readonly name: string }[] => [
    ...published.filter(({ name }) => channel.events.some((filter) => passes(filter, name))),
    ...(channel.latest ?? []).map((wanted) => latest.find(({ name }) => name === wanted) ?? missing(wanted)),
  ];
  const keyOf = (kind: string, { name }: ChannelDeclaration): string => `${kind}-${name.replaceAll(/[{}]/g, '')}`;
  return sorted({
    asyncapi: '3.0.0',
    info: { ...info, license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' } },
    defaultContentType: 'application/json',
    servers,
    channels: Object.fromEntries(
      named.map(({ channel, kind }) => [
        keyOf(kind, channel),
        {
          address: `${kind}-${channel.name}`,
          title: channel.name,
          description: `${channel.summary} Needs the scope \`${channel.permission}\`.${
            kind === 'presence' ? ' Tells those who are subscribed of each other.' : ''
          }`,
          parameters: Object.fromEntries(
            [...channel.name.matchAll(/\{(\w+)\}/g)].map(([, id = '']) => [id, { description: `Whole ${id}.` }]),
          ),
          messages: Object.fromEntries(
            carried(channel).map(({ name }) => [name, { $ref: `#/components/messages/${name}` }]),
          ),
        },
      ]),
    ),
    operations: Object.fromEntries(
      named.map(({ channel, kind }) => [
        `send ${keyOf(kind, channel)}`.replaceAll(/[^A-Za-z0-9_]/g, '_'),
        {
          action: 'send',
          channel: { $ref: `#/channels/${keyOf(kind, channel)}` },
          summary: channel.summary,
          messages: carried(channel).map(({ name }) => ({
            $ref: `#/channels/${keyOf(kind, channel)}/messages/${name}`,
          })),
        },
      ]),
    ),
    components: {
      messages,
      schemas: schemas.components,
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer <key>`.' },
      },
    },
  });
};

const servers: Json = {
  webSocket: {
    host: '{host}',
    pathname: '/app/{tenantId}',
    protocol: 'wss',
    protocolVersion: '7',
    description:
      'Pusher Channels protocol: connect with `?protocol=7`, subscribe with a signature of `POST /v1/realtime/auth`. Messages are the data of its events; the event’s name is the message’s `type`.',
    variables: { host: { description: 'Where the API is.' }, tenantId: { description: 'Id of the tenant.' } },
  },
  eventStream: {
    host: '{host}',
    pathname: '/v1/stream',
    protocol: 'https',
    description: 'The same messages as Server-Sent Events, of the channels named in `channels`.',
    variables: { host: { description: 'Where the API is.' } },
    security: [{ $ref: '#/components/securitySchemes/apiKey' }],
  },
};

const messageOf = (event: PublishedEvent, schemas: SchemaCollection): Json => {
  const whole = schemas.describe(messageSchema(event), 'output') as Readonly<Record<string, Json>>;
  const { data, ...others } = whole['properties'] as Readonly<Record<string, Json>>;
  const { required: _, ...part } = data as Readonly<Record<string, Json>>;
  const flag = (description: string): Json => ({ const: true, description });
  const shaped = (more: Readonly<Record<string, Json>>, required: readonly string[]): Json => ({
    ...whole,
    properties: { ...others, ...more },
    required: ['id', 'type', 'version', 'timestamp', 'position', ...required],
  });
  const isPart = flag('Only what a customer may see of it.');
  const isTooLarge = flag('Too large to be pushed; to be read from the API.');
  return {
    name: event.name,
    title: event.name,
    summary: event.summary,
    description: `Told to those who have the scope \`${readPermission(event.name)}\`. ${
      event.forCustomers === undefined
        ? 'Not told to customers.'
        : event.forCustomers === 'whole'
          ? 'Told to customers who may see an account it concerns.'
          : 'Of it customers are told the part that they may see.'
    }`,
    contentType: 'application/json',
    payload: {
      anyOf: [
        shaped({ data: data ?? {} }, ['data']),
        ...(typeof event.forCustomers === 'function' ? [shaped({ data: part, isPart }, ['data', 'isPart'])] : []),
        shaped({ isTooLarge }, ['isTooLarge']),
      ],
    },
    examples: [{ name: 'sample', payload: sampleMessage(event) as Json }],
  };
};

const stateOf = ({ name, summary, schema, sample }: Latest, schemas: SchemaCollection): Json => {
  const position = 'MDE5N2YyYzQ6NDI';
  return {
    name,
    title: name,
    summary,
    description: `No fact but a state: one that still waits for a client is replaced by the next, and none is told again. Told to those who have the scope \`${readPermission(name)}\`.`,
    contentType: 'application/json',
    payload: {
      type: 'object',
      additionalProperties: false,
      properties: {
        type: { const: name, type: 'string' },
        position: { type: 'string', description: 'Place in the log; everything up to there is in it.' },
        data: schemas.describe(schema, 'output'),
      },
      required: ['type', 'position', 'data'],
    },
    examples: [{ name: 'sample', payload: { type: name, position, data: sample as Json } }],
  };
};

const missing = (name: string): never => {
  throw new Error(`A channel tells ${name}, which no context declares.`);
};
