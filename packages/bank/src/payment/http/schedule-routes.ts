import { instant, isoDate, uuid } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { defineProblems, ProblemError, type ProblemTable } from '@finaegis/platform/http/problem';
import {
  type ApiAnswer,
  type ApiRequest,
  commandRoute,
  defineRoute,
  type Route,
  readRoute,
} from '@finaegis/platform/http/route';
import { z } from 'zod';
import type { StandingOrder } from '../../account/contract.ts';
import { conventions } from '../schedule/calendar.ts';
import { type ScheduleHandlers, scheduleTerms } from '../schedule/commands.ts';
import { type Schedule, type ScheduleRefusal, usualTerms } from '../schedule/schedule.ts';
import type { PaymentHttp } from './payment-http.ts';

/** What the routes of schedules are built over besides. */
export interface ScheduleHttp extends Omit<PaymentHttp, 'handlers' | 'reads'> {
  readonly schedules: ScheduleHandlers;
  readonly scheduleReads: {
    order(tenantId: string, orderId: string): Promise<StandingOrder | undefined>;
    schedule(tenantId: string, orderId: string): Promise<Schedule>;
  };
}

/** How refusals about schedules are told; that there is no such order, in the words of the context that keeps them. */
export const scheduleProblems = defineProblems({
  standing_order_ended: { status: 409, title: 'The standing order was cancelled' },
} satisfies Record<Exclude<ScheduleRefusal['code'], 'standing_order_unknown'>, ProblemTable[string]>);

const tag = 'Standing orders';
const params = z.strictObject({ orderId: uuid });
const commandParts = { ...commandRoute, tag, permission: 'account:order' } as const;

const body = z
  .strictObject({
    ...scheduleTerms,
    convention: scheduleTerms.convention
      .default(usualTerms.convention)
      .describe('Where it goes whose day is no business day of its currency.'),
    isEndOfMonth: scheduleTerms.isEndOfMonth
      .default(false)
      .describe('On the last day of its month, whichever that is.'),
    retryDays: scheduleTerms.retryDays
      .default(usualTerms.retryDays)
      .describe('On how many business days more it is tried where the money did not suffice.'),
    endOn: scheduleTerms.endOn.describe('The last day it may fall on.'),
  })
  .meta({ id: 'OrderScheduleTerms' });
const resumeBody = z
  .strictObject({ from: isoDate.optional().describe('Today unless told.') })
  .meta({ id: 'OrderResumption' });
const resource = z
  .object({
    orderId: uuid,
    status: z.enum(['active', 'suspended', 'ended', 'cancelled']),
    convention: z.enum(conventions),
    isEndOfMonth: z.boolean(),
    retryDays: z.int(),
    endOn: isoDate.optional(),
    executionsMax: z.int().optional(),
    executions: z.int(),
    nextOn: isoDate.optional(),
    retryOn: isoDate.optional(),
    last: z.object({ dueOn: isoDate, status: z.enum(['paid', 'failed']), reason: z.string().optional() }).optional(),
    registeredAt: instant,
  })
  .meta({ id: 'OrderSchedule', description: 'When a standing order is paid next, and how the last time ended.' });

/** When standing orders are paid. */
export const scheduleRoutes = (http: ScheduleHttp): readonly Route[] => [
  defineRoute({
    ...readRoute,
    tag,
    permission: 'account:read',
    path: '/v1/standing-orders/:orderId/schedule',
    operationId: 'getOrderSchedule',
    summary: 'Get when a standing order is paid next',
    request: { params },
    responses: { 200: { description: 'Its schedule.', schema: resource } },
    problems: ['not_found'],
    handle: async (request) => {
      const order = await visible(http, request, 'view');
      return { status: 200, body: show(order, await http.scheduleReads.schedule(request.tenantId, order.orderId)) };
    },
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/standing-orders/:orderId/schedule',
    operationId: 'setOrderSchedule',
    summary: 'Say how a standing order is executed from now on',
    request: { params, body },
    responses: { 200: { description: 'Its schedule.', schema: resource } },
    problems: ['not_found', 'mandate_missing', 'standing_order_unknown', 'standing_order_ended'],
    handle: async (request) => {
      const order = await visible(http, request, 'operate');
      return answer(http, request, order, {
        handler: http.schedules.setOrderSchedule,
        data: { ...request.params, ...request.body },
      });
    },
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/standing-orders/:orderId/suspension',
    operationId: 'suspendStandingOrder',
    personalData: 'shown',
    summary: 'Let a standing order rest',
    description: 'What falls into that time is not paid later.',
    request: { params },
    responses: { 200: { description: 'Its schedule.', schema: resource } },
    problems: ['not_found', 'mandate_missing', 'standing_order_unknown', 'standing_order_ended'],
    handle: async (request) => {
      const order = await visible(http, request, 'operate');
      return answer(http, request, order, { handler: http.schedules.suspendOrder, data: request.params });
    },
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/standing-orders/:orderId/resumption',
    operationId: 'resumeStandingOrder',
    personalData: 'shown',
    summary: 'Let a standing order go on',
    request: { params, body: resumeBody },
    responses: { 200: { description: 'Its schedule.', schema: resource } },
    problems: ['not_found', 'mandate_missing', 'standing_order_unknown', 'standing_order_ended'],
    handle: async (request) => {
      const order = await visible(http, request, 'operate');
      const { from = http.services.now().slice(0, 10) } = request.body;
      return answer(http, request, order, { handler: http.schedules.resumeOrder, data: { ...request.params, from } });
    },
  }),
];

const visible = async (
  { access, scheduleReads }: ScheduleHttp,
  { principal, tenantId, params: { orderId } }: ApiRequest<z.output<typeof params>>,
  right: 'view' | 'operate',
): Promise<StandingOrder> => {
  const order = await scheduleReads.order(tenantId, orderId);
  if (order === undefined) throw new ProblemError('not_found', { about: { sought: orderId } });
  await access.require(principal, order.accountId, right);
  return order;
};

const answer = <Data>(
  http: ScheduleHttp,
  request: ApiRequest,
  order: StandingOrder,
  {
    handler,
    data,
  }: {
    readonly handler:
      | ScheduleHandlers['setOrderSchedule']
      | ScheduleHandlers['suspendOrder']
      | ScheduleHandlers['resumeOrder'];
    readonly data: Data;
  },
): Promise<ApiAnswer> =>
  answerCommand(http.services, request, handler as ScheduleHandlers['suspendOrder'], data as never, {
    status: 200,
    show: (schedule) => show(order, schedule),
    problems: http.problems,
  });

const statusOf = (order: StandingOrder, { isSuspended, anchor, nextOn, open }: Schedule): string => {
  if (order.status === 'cancelled') return 'cancelled';
  if (isSuspended) return 'suspended';
  return anchor !== undefined && nextOn === null && open.length === 0 ? 'ended' : 'active';
};

const show = (order: StandingOrder, schedule: Schedule): unknown => {
  const { convention, isEndOfMonth, retryDays, endOn, executionsMax, executions, nextOn, open, last } = schedule;
  const [retryOn] = open.flatMap((one) => one.retryOn ?? []).sort();
  return {
    orderId: order.orderId,
    status: statusOf(order, schedule),
    convention,
    isEndOfMonth,
    retryDays,
    ...(endOn === undefined ? {} : { endOn }),
    ...(executionsMax === undefined ? {} : { executionsMax }),
    executions,
    ...(nextOn === null ? {} : { nextOn }),
    ...(retryOn === undefined ? {} : { retryOn }),
    ...(last === undefined ? {} : { last }),
    registeredAt: order.registeredAt,
  };
};
