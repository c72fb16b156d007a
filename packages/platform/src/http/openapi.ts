import { ZodObject, type ZodType } from 'zod';
import { messageSchema, sampleMessage } from '../published/message.ts';
import type { PublishedEvent } from '../published/published-event.ts';
import { type Json, SchemaCollection, sorted } from './openapi-schema.ts';
import { type ProblemTable, problemContentType } from './problem.ts';
import type { Route } from './route.ts';
import { problemsOf } from './route-problems.ts';
import { mayWait, responsesOf } from './route-responses.ts';

/** What the document says about the API as a whole. */
export type ApiInfo = { readonly title: string; readonly version: string; readonly description?: string };

const positionHeader: Json = {
  description: 'Position of the log this answer has seen. Send it with a later read to see at least as much.',
  schema: { type: 'string' },
};
const requestIdHeader: Json = { description: 'Id of this request in our logs.', schema: { type: 'string' } };

const problemSchema: Json = {
  type: 'object',
  description: 'A problem (RFC 9457). Further members are the numbers that explain it.',
  required: ['type', 'title', 'status', 'code', 'instance'],
  properties: {
    type: { type: 'string', description: 'Address of the page that explains this problem.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable; switch on this.' },
    detail: { type: 'string', description: 'For people; may change.' },
    instance: { type: 'string', description: 'Id of the request.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'code', 'message'],
        properties: {
          field: {
            type: 'string',
            description: 'JSON pointer into the request.',
            examples: ['/body/postings/0/amount'],
          },
          code: { type: 'string' },
          message: { type: 'string' },
        },
      },
    },
  },
};

/**
 * Writes the OpenAPI 3.1 document of the routes, and of what is published to webhooks. It is a pure function of its arguments, with all members sorted:
 * the text is committed and compared.
 *
 * @throws Error when a route names a problem that no table has, or one schema id names two shapes
 */
export const openApiDocument = (
  routes: readonly Route[],
  problems: ProblemTable,
  info: ApiInfo,
  published: readonly PublishedEvent[] = [],
): Json => {
  const schemas = new SchemaCollection();
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes.filter(({ isHidden }) => isHidden !== true)) {
    const path = route.path.replace(/:([A-Za-z0-9_]+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(route, problems, schemas);
  }
  return sorted({
    openapi: '3.1.0',
    info: { ...info, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.filter(({ isHidden }) => isHidden !== true).map(({ tag }) => tag))]
      .sort()
      .map((name) => ({ name })),
    security: [{ apiKey: [] }],
    paths,
    ...(published.length === 0 ? {} : { webhooks: webhooksOf(published, schemas) }),
    components: {
      schemas: { ...schemas.components, Problem: problemSchema },
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, or the token of a session: `Authorization: Bearer <key>`.',
        },
      },
      headers: { 'Finaegis-Position': positionHeader, 'X-Request-Id': requestIdHeader },
    },
  });
};

/** What is sent to those who subscribe, one operation a type. */
const webhooksOf = (published: readonly PublishedEvent[], schemas: SchemaCollection): Json =>
  Object.fromEntries(
    published.map((event) => [
      event.name,
      {
        post: {
          summary: event.summary,
          tags: ['Webhooks'],
          security: [],
          parameters: signatureHeaders,
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: schemas.describe(messageSchema(event), 'output'),
                example: sampleMessage(event) as Json,
              },
            },
          },
          responses: { '2XX': { description: 'Taken; every other answer is a failure and is tried again.' } },
        },
      },
    ]),
  );

const signatureHeaders: Json = [
  ['webhook-id', 'Id of the message, the same for every attempt.'],
  ['webhook-timestamp', 'When this attempt was made, in seconds since 1970.'],
  [
    'webhook-signature',
    'HMAC-SHA256 by Standard Webhooks, `v1,` and base64; one for each valid secret, divided by spaces.',
  ],
].map(([name = '', description = '']) => ({
  in: 'header',
  name,
  required: true,
  description,
  schema: { type: 'string' },
}));

const operation = (route: Route, problems: ProblemTable, schemas: SchemaCollection): Json => ({
  operationId: route.operationId,
  summary: route.summary,
  description: route.description,
  tags: [route.tag],
  ...(route.permission === 'public' ? { security: [] } : { 'x-permission': route.permission }),
  'x-rate-class': route.rateClass,
  ...(route.personalData === undefined ? {} : { 'x-personal-data': route.personalData }),
  parameters: parameters(route, schemas),
  requestBody: requestBody(route, schemas),
  responses: together(successes(route, schemas), failures(route, problems)),
});

type Response = { readonly description: string; readonly content?: Readonly<Record<string, Json>> };

/** A status that a route answers in its own form (OAuth has errors of its own) may be a problem as well. */
const together = (
  own: Readonly<Record<string, Json>>,
  problems: Readonly<Record<string, Json>>,
): Record<string, Json> => {
  const both = { ...own, ...problems };
  for (const status of Object.keys(own)) {
    if (!Object.hasOwn(problems, status)) continue;
    const [mine, theirs] = [own[status], problems[status]] as unknown as [Response, Response];
    const description = `${mine.description} Or: ${theirs.description}`;
    both[status] = { ...mine, description, content: { ...mine.content, ...theirs.content } };
  }
  return both;
};

const parameters = (route: Route, schemas: SchemaCollection): Json[] => {
  const { params, query } = route.request;
  const position = {
    in: 'header',
    name: 'Finaegis-Position',
    required: false,
    description: 'Answer only from what has seen this position.',
    schema: { type: 'string', maxLength: 200 },
  };
  const key = {
    in: 'header',
    name: 'Idempotency-Key',
    required: route.idempotency === 'required',
    description:
      'A value of your own; repeating the request with it within 30 days answers as the first time and does nothing twice.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
  };
  const dryRun = {
    in: 'query',
    name: 'dryRun',
    required: false,
    description: 'Answer what would happen; write nothing.',
    schema: { type: 'boolean', default: false },
  };
  return [
    ...fields(params, 'path', schemas),
    ...fields(query, 'query', schemas),
    ...(route.supportsDryRun === true ? [dryRun] : []),
    ...(route.idempotency === 'none' ? [] : [key]),
    ...(mayWait(route) ? [stepUpParameter] : []),
    ...(route.permission === 'public' ? [] : [position]),
  ];
};

const stepUpParameter: Json = {
  in: 'header',
  name: 'Finaegis-Step-Up',
  required: false,
  description:
    'The `challenge` of a problem `step_up_needed`, a space, and a fresh code of the authenticator or a recovery code.',
  schema: { type: 'string', pattern: '^[0-9a-f]{64} ([0-9]{6}|[0-9A-Za-z-]{16,40})$' },
};

/** The fields of a strict object as parameters. */
const fields = (schema: ZodType | undefined, place: 'path' | 'query', schemas: SchemaCollection): Json[] => {
  if (!(schema instanceof ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, ZodType>).map(([name, field]) => {
    const described = schemas.describe(field, 'input') as Record<string, Json>;
    const { description, ...rest } = described;
    return {
      in: place,
      name,
      required: place === 'path' || !field.safeParse(undefined).success,
      description,
      schema: rest,
    };
  });
};

const requestBody = ({ request: { body, file, takesForm } }: Route, schemas: SchemaCollection): Json | undefined => {
  if (file !== undefined) {
    return {
      required: true,
      description: file.description,
      content: Object.fromEntries(
        file.contentTypes.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
      ),
    };
  }
  if (body === undefined) return undefined;
  return {
    required: !body.safeParse(undefined).success,
    content: {
      'application/json': { schema: schemas.describe(body, 'input') },
      ...(takesForm === true
        ? { 'application/x-www-form-urlencoded': { schema: schemas.describe(body, 'input') } }
        : {}),
    },
  };
};

const successes = (route: Route, schemas: SchemaCollection): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(responsesOf(route)).map(([status, { description, schema, contentType }]) => {
      const type = contentType ?? 'application/json';
      const content =
        schema === undefined && contentType === undefined
          ? undefined
          : { [type]: { schema: schema === undefined ? { type: 'string' } : schemas.describe(schema, 'output') } };
      const headers = {
        'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' },
        'Finaegis-Position': { $ref: '#/components/headers/Finaegis-Position' },
      };
      return [status, { description, headers, content }];
    }),
  );

/** One response per status, naming every problem code it may carry. */
const failures = (route: Route, problems: ProblemTable): Record<string, Json> => {
  const byStatus: Record<number, { codes: string[]; titles: string[] }> = {};
  for (const code of problemsOf(route).toSorted()) {
    const problem = problems[code];
    if (problem === undefined) throw new Error(`${route.operationId} names the problem ${code}, which is in no table`);
    const group = (byStatus[problem.status] ??= { codes: [], titles: [] });
    group.codes.push(code);
    group.titles.push(`\`${code}\`: ${problem.title}.`);
  }
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, { codes, titles }]) => {
      const schema = {
        allOf: [{ $ref: '#/components/schemas/Problem' }, { type: 'object', properties: { code: { enum: codes } } }],
      };
      return [status, { description: titles.join('\n\n'), content: { [problemContentType]: { schema } } }];
    }),
  );
};
