import { z } from 'zod';
import { requireStaff } from '../../auth/access.ts';
import type { CommandHandler } from '../../command/handler.ts';
import { answerCommand } from '../../http/command-route.ts';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '../../http/cursor.ts';
import { throwProblem } from '../../http/problem.ts';
import { type ApiAnswer, type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '../../http/route.ts';
import { read, type Services } from '../../services.ts';
import { reasonCode, type SagaHandlers, type SagaRefusal } from '../commands.ts';
import type { SagaCatalogue } from '../definition.ts';
import { json } from '../events.ts';
import { sagaProblems } from '../problems.ts';
import { listSagas } from '../reads.ts';
import type { Saga } from '../saga.ts';
import { sagaStory } from '../story.ts';

/** What the routes are built over. */
export interface SagaHttp {
  readonly services: Services;
  readonly handlers: SagaHandlers;
  readonly definitions: () => SagaCatalogue;
}

const tag = 'Sagas';
const statuses = ['running', 'undoing', 'parked', 'completed', 'undone'] as const;
const instant = z.string().describe('UTC instant with milliseconds.');
const failureSchema = z
  .object({ step: z.string().optional(), code: z.string(), facts: z.record(z.string(), json).optional() })
  .describe('Why it is being taken back or stands still.');

const sagaSchema = z.object({
  sagaId: z.string(),
  definition: z.string().describe('What kind of instruction it carries out.'),
  version: z.number().int(),
  subject: z.string().optional().describe('The thing it is about.'),
  parentId: z.string().optional(),
  status: z.enum(statuses),
  step: z.string().optional().describe('The step it is at.'),
  phase: z.enum(['do', 'undo']).optional(),
  attempt: z.number().int().optional(),
  failure: failureSchema.optional(),
  startedAt: instant,
});
const listedSchema = sagaSchema.extend({ changedAt: instant });
const happeningSchema = z
  .object({
    eventId: z.string(),
    type: z.string(),
    at: instant,
    actor: z.string().describe('Who did it: the principal that started the saga, or the person who decided.'),
  })
  .catchall(json)
  .describe('One event of its stream, with the event’s own members; secrets are blacked out.');
const storySchema = sagaSchema.extend({
  input: json.describe('What it was started with; secrets are blacked out.'),
  results: z.record(z.string(), json).describe('What the steps that are done gave back.'),
  dueAt: instant.optional().describe('When it is looked at next; absent while it waits for a signal or a person.'),
  canBeCancelled: z.boolean(),
  history: z.array(happeningSchema).describe('Everything that happened, oldest first.'),
});

/** In characters of JSON: what a step gives back is a few references, and an event has its own limit. */
const resultMax = 16_000;

// No saga began in a year that the database has no room for.
const place = z.tuple([z.iso.datetime().regex(/^[12]\d{3}-/), z.uuid()]);
const sagaParams = z.strictObject({ sagaId: z.uuid() });

const show = (saga: Saga): z.output<typeof sagaSchema> => {
  const failure = saga.parked ?? saga.failure;
  return {
    sagaId: saga.id,
    definition: saga.definition,
    version: saga.version,
    ...(saga.subject === undefined ? {} : { subject: saga.subject }),
    ...(saga.parentId === undefined ? {} : { parentId: saga.parentId }),
    status: saga.status,
    ...(saga.current === undefined
      ? {}
      : { step: saga.current.step, phase: saga.current.phase, attempt: saga.current.attempt }),
    ...(failure === undefined ? {} : { failure: failure as z.output<typeof failureSchema> }),
    startedAt: saga.startedAt,
  };
};

/** The routes of sagas, for staff: nobody else is told how the bank works inside. */
export const sagaRoutes = (http: SagaHttp): readonly Route[] => [
  listRoute(http),
  storyRoute(http),
  decisionRoute(http, 'retry', 'Try the step of a parked saga again', z.strictObject({}), () => ({})),
  decisionRoute(
    http,
    'resume',
    'Go on as if the step of a parked saga were done',
    z.strictObject({
      result: json
        .refine((value) => JSON.stringify(value).length <= resultMax, `must be at most ${resultMax} characters`)
        .optional()
        .describe('What the step gave back; later steps may read it.'),
      reason: reasonCode.describe('How you know.'),
    }),
    ({ result, reason }) => ({ result: result ?? null, reason }),
  ),
  decisionRoute(http, 'cancel', 'Take back what a saga did', z.strictObject({ reason: reasonCode }), ({ reason }) => ({
    reason,
  })),
];

const listRoute = ({ services }: SagaHttp): Route =>
  defineRoute({
    ...readRoute,
    path: '/v1/sagas',
    operationId: 'listSagas',
    summary: 'List sagas, newest first',
    tag,
    permission: 'saga:read',
    request: {
      query: z.strictObject({
        ...pageQuery,
        status: z.enum(statuses).optional(),
        definition: z.string().min(1).max(100).optional(),
        subject: z.string().min(1).max(200).optional().describe('Such as `payment:` and its id.'),
      }),
    },
    responses: { 200: { description: 'A page of sagas.', schema: pageSchema(listedSchema) } },
    problems: ['staff_only'],
    handle: async ({ principal, tenantId, query: { limit, cursor, ...filter } }) => {
      requireStaff(principal);
      const scope: CursorScope = { list: 'sagas', epoch: services.positions.epoch };
      const before = cursor === undefined ? undefined : decodeCursor(cursor, scope, place);
      const rows = await read(services, tenantId, (tx) =>
        listSagas(tx, tenantId, { ...filter, before, limit: limit + 1 }),
      );
      const shown = (row: (typeof rows)[number]): unknown =>
        Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
      return {
        status: 200,
        body: pageOf(rows, { limit, scope, positionOf: (row) => [row.startedAt, row.sagaId], show: shown }),
      };
    },
  });

const storyRoute = ({ services, definitions }: SagaHttp): Route =>
  defineRoute({
    ...readRoute,
    path: '/v1/sagas/:sagaId',
    operationId: 'getSaga',
    summary: 'Show a saga: where it stands, and everything that happened to it',
    tag,
    permission: 'saga:read',
    request: { params: sagaParams },
    responses: { 200: { description: 'The saga.', schema: storySchema } },
    problems: ['staff_only', 'saga_unknown'],
    handle: async ({ principal, tenantId, params: { sagaId } }) => {
      requireStaff(principal);
      const story = await sagaStory(services, definitions(), { tenantId, sagaId });
      if (story === undefined) return throwProblem('saga_unknown', { facts: { saga: sagaId } });
      const { saga, ...rest } = story;
      const dueAt = saga.status === 'parked' ? undefined : saga.current?.dueAt;
      return { status: 200, body: { ...show(saga), ...rest, ...(dueAt === undefined ? {} : { dueAt }) } };
    },
  });

const decisionRoute = <Body extends z.ZodType, Data extends object>(
  { services, handlers }: SagaHttp,
  decision: 'retry' | 'resume' | 'cancel',
  summary: string,
  body: Body,
  dataOf: (body: z.output<Body>) => Data,
): Route =>
  defineRoute({
    ...commandRoute,
    path: `/v1/sagas/:sagaId/${decision}`,
    operationId: `${decision}Saga`,
    summary,
    tag,
    permission: 'saga:write',
    request: { params: sagaParams, body },
    responses: { 200: { description: 'The saga as it is now.', schema: sagaSchema } },
    problems: [
      'staff_only',
      'saga_unknown',
      decision === 'cancel' ? 'saga_past_return' : 'saga_not_parked',
      'saga_ended',
    ],
    handle: async (request): Promise<ApiAnswer> => {
      requireStaff(request.principal);
      const { sagaId } = request.params;
      const handler = handlers[decision] as unknown as CommandHandler<unknown, unknown, Saga, SagaRefusal>;
      const data = { sagaId, ...dataOf(request.body as z.output<Body>) };
      const answer = await answerCommand(services, request as ApiRequest, handler, data, {
        status: 200,
        show,
        problems: sagaProblems,
      });
      services.sagas.adopt({ tenantId: request.tenantId, sagaId });
      return answer;
    },
  });
