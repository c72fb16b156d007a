import { requireStaff } from '@finaegis/platform/auth/access';
import { amountSchema, instant, text, uuid } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { type CursorScope, pageOf, pageQuery } from '@finaegis/platform/http/cursor';
import { ProblemError } from '@finaegis/platform/http/problem';
import {
  type ApiAnswer,
  type ApiRequest,
  commandRoute,
  defineRoute,
  type Route,
  readRoute,
} from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, type ShowAmount } from '../../asset/contract.ts';
import { outgoingSagaId } from '../outgoing/commands.ts';
import { code } from '../terms.ts';
import { ageBuckets, bucketOf } from '../views/work-items.ts';
import { returnPaymentId } from '../work-item/commands.ts';
import { resolutions, sagaResolutions, stoppedAt, workItemKinds } from '../work-item/events.ts';
import { hasMoney, type WorkItem } from '../work-item/work-item.ts';
import { adopting, beforeOf, type PaymentHttp } from './payment-http.ts';
import { bookingProblems } from './problems.ts';

const tag = 'Work items';
const commandParts = { ...commandRoute, tag, permission: 'payment:work' } as const;
const readParts = { ...readRoute, tag, permission: 'payment:work' } as const;

const workItemResource = z
  .object({
    workItemId: uuid,
    kind: z.enum(workItemKinds),
    status: z.enum(['open', 'resolved']),
    age: z.enum(ageBuckets).describe('Days since it was opened.'),
    account: z.string().optional().describe('The house account the money lies on; absent of a parked saga.'),
    amount: amountSchema.optional().describe('Absent of a parked saga: what it moved lies where its story says.'),
    subject: z.string().describe('What it is about, such as `saga:` and its id.'),
    reason: z.string(),
    links: z.array(z.string()).describe('What leads to it: journals, entries, payments, the saga.'),
    stoppedAt: stoppedAt.optional().describe('Of a parked saga: its step, and the last error.'),
    reference: z.string().optional(),
    owner: z.string().optional(),
    assignedBy: z.string().optional().describe('Who made the owner responsible.'),
    openedAt: instant,
    resolution: z.enum([...resolutions, ...sagaResolutions]).optional(),
    resolutionReason: z.string().optional(),
    resolvedBy: z.string().optional(),
    resolvedAt: instant.optional(),
    accountId: z.string().optional(),
    paymentId: z.string().optional(),
    journalId: z.string().optional(),
  })
  .meta({
    id: 'WorkItem',
    description:
      'Money or a difference that somebody has to explain, or a saga that stands still until somebody decides.',
  });

const total = z.object({
  kind: z.enum(workItemKinds),
  account: z.string().optional(),
  age: z.enum(ageBuckets),
  count: z.int(),
  amount: amountSchema.optional(),
});
const workItemPage = z
  .object({ items: z.array(workItemResource), totals: z.array(total), nextCursor: z.string().optional() })
  .meta({
    id: 'WorkItemPage',
    description: '`totals` are of all open items the filter leaves, by queue, age and asset.',
  });

const proposals = z
  .object({
    items: z.array(
      z.object({
        direction: z.enum(['outgoing', 'incoming']),
        paymentId: uuid,
        because: z.array(z.enum(['end_to_end_id', 'reference', 'amount'])),
      }),
    ),
  })
  .meta({
    id: 'WorkItemProposals',
    description: 'Payments that may explain the item, the likeliest first. A person decides.',
  });

const params = z.strictObject({ workItemId: uuid });
const search = z.strictObject({
  ...pageQuery,
  status: z.enum(['open', 'resolved']).default('open'),
  kind: z.enum(workItemKinds).optional(),
  owner: text(100).optional(),
  asset: text(32).optional(),
  account: text(100).optional(),
  age: z.enum(ageBuckets).optional(),
});
const assignment = z
  .strictObject({ owner: text(100).describe('The principal who looks after it.') })
  .meta({ id: 'WorkItemAssignment' });
const resolutionBody = z
  .strictObject({
    resolution: z.enum(resolutions),
    accountId: uuid.optional().describe('With `applied`: the account the money belongs to.'),
    reason: code.optional(),
  })
  .meta({ id: 'WorkItemResolution' });

const tenDaysMs = 10 * 86_400_000;

/** The queues of what somebody has to look at. */
export const workItemRoutes = (http: PaymentHttp): readonly Route[] => [
  ...lookingRoutes(http),
  ...decidingRoutes(http),
];

const lookingRoutes = (http: PaymentHttp): readonly Route[] => [
  defineRoute({
    ...readParts,
    path: '/v1/work-items',
    operationId: 'listWorkItems',
    summary: 'List work items, newest first, with totals by age',
    request: { query: search },
    responses: { 200: { description: 'Items and totals.', schema: workItemPage } },
    problems: ['staff_only'],
    handle: (request) => list(http, request),
  }),
  defineRoute({
    ...readParts,
    path: '/v1/work-items/:workItemId',
    operationId: 'getWorkItem',
    summary: 'Get a work item',
    request: { params },
    responses: { 200: { description: 'The item.', schema: workItemResource } },
    problems: ['staff_only', 'not_found'],
    handle: async (request) => {
      const item = await found(http, request);
      const amount = await amountOf(http, request.tenantId, item);
      return { status: 200, body: showItem(item, amount, http.services.now()) };
    },
  }),
  defineRoute({
    ...readParts,
    path: '/v1/work-items/:workItemId/proposals',
    operationId: 'proposeForWorkItem',
    summary: 'Payments that may explain a work item',
    request: { params },
    responses: { 200: { description: 'Proposals.', schema: proposals } },
    problems: ['staff_only', 'not_found'],
    handle: async (request) => {
      const item = await found(http, request);
      const since = new Date(Date.parse(item.openedAt) - tenDaysMs).toISOString();
      return { status: 200, body: { items: await http.reads.proposals(request.tenantId, item, since) } };
    },
  }),
];

const decidingRoutes = (http: PaymentHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/work-items/:workItemId/assignment',
    operationId: 'assignWorkItem',
    summary: 'Make somebody responsible for a work item',
    request: { params, body: assignment },
    responses: { 200: { description: 'Assigned.', schema: workItemResource } },
    problems: ['staff_only', 'not_found', 'work_item_unknown', 'work_item_already_resolved'],
    handle: async (request) => {
      const item = await found(http, request);
      const amount = await amountOf(http, request.tenantId, item);
      const show = (changed: WorkItem) => showItem(changed, amount, http.services.now());
      const how = { status: 200, show, problems: http.problems, amount } as const;
      return answerCommand(
        http.services,
        request,
        http.handlers.assignWorkItem,
        { ...request.params, ...request.body },
        how,
      );
    },
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/work-items/:workItemId/resolution',
    operationId: 'resolveWorkItem',
    summary: 'Resolve a work item',
    description:
      '`applied` credits an account, `returned` pays it back to its sender, `written_off` takes it as income (by another person than the owner), `explained` closes a difference. The item of a parked saga is resolved by deciding about the saga: `/v1/sagas/{sagaId}/retry`, `/resume`, `/cancel`. That of a break with a bank’s statement ends with the break: `/v1/custodian-breaks/{breakId}/proposal`, `/explanation`.',
    request: { params, body: resolutionBody },
    responses: { 200: { description: 'Resolved.', schema: workItemResource } },
    problems: [
      'staff_only',
      'not_found',
      'work_item_unknown',
      'work_item_already_resolved',
      'work_item_waits_for_saga',
      'work_item_waits_for_break',
      'work_item_waits_for_booking',
      'resolution_not_for_kind',
      'work_item_has_no_owner',
      'owner_may_not_write_off',
      'sender_unknown',
      'payment_exists_with_different_content',
      'rail_not_found',
      ...bookingProblems,
    ],
    handle: (request) => resolve(http, request),
  }),
];

const found = async (
  { reads }: PaymentHttp,
  { principal, tenantId, params: { workItemId } }: ApiRequest<z.output<typeof params>>,
): Promise<WorkItem> => {
  requireStaff(principal);
  const item = await reads.workItem(tenantId, workItemId);
  if (item.status === 'unknown') throw new ProblemError('not_found', { about: { sought: workItemId } });
  return item;
};

const resolve = async (
  http: PaymentHttp,
  request: ApiRequest<z.output<typeof params>, unknown, z.output<typeof resolutionBody>>,
): Promise<ApiAnswer> => {
  const { params: its, body, tenantId } = request;
  if ((body.resolution === 'applied') !== (body.accountId !== undefined))
    throw new ProblemError('validation_failed', {
      errors: [
        body.accountId === undefined
          ? { field: '/body/accountId', code: 'required', message: 'is required to apply money' }
          : { field: '/body/accountId', code: 'not_allowed', message: 'is only for applying money' },
      ],
    });
  const item = await found(http, request);
  const amount = await amountOf(http, tenantId, item);
  const answer = await answerCommand(
    http.services,
    request,
    http.handlers.resolveWorkItem,
    { ...its, ...body },
    { status: 200, show: (changed) => showItem(changed, amount, http.services.now()), problems: http.problems, amount },
  );
  return body.resolution === 'returned'
    ? adopting(http, request, outgoingSagaId(returnPaymentId(its.workItemId)), answer)
    : answer;
};

const list = async (
  http: PaymentHttp,
  { principal, tenantId, query }: ApiRequest<unknown, z.output<typeof search>>,
): Promise<ApiAnswer> => {
  requireStaff(principal);
  const { cursor, limit, ...filter } = query;
  const now = http.services.now();
  const scope: CursorScope = { list: 'work-items', epoch: http.services.positions.epoch };
  const [rows, totals] = await Promise.all([
    http.reads.listWorkItems(tenantId, filter, { now, before: beforeOf(cursor, scope), limit: limit + 1 }),
    http.reads.workItemTotals(tenantId, filter, now),
  ]);
  const assets = new Set(
    [...rows.map(({ item }) => item.asset), ...totals.map(({ money }) => money?.asset)].filter(
      (one) => one !== undefined,
    ),
  );
  const amount = await amountWriter(http.assets, tenantId, assets);
  const page = pageOf(rows, {
    limit,
    scope,
    positionOf: ({ seq }) => [seq.toString()],
    show: ({ item }) => showItem(item, amount, now),
  });
  const shownTotals = totals.map(({ money, ...rest }) => ({
    ...rest,
    ...(money === undefined ? {} : { account: money.account, amount: amount(money.asset, money.amountMinor) }),
  }));
  return { status: 200, body: { ...page, totals: shownTotals } };
};

const amountOf = ({ assets }: PaymentHttp, tenantId: string, { asset }: WorkItem): Promise<ShowAmount> =>
  amountWriter(assets, tenantId, asset === undefined ? [] : [asset]);

const showItem = (item: WorkItem, amount: ShowAmount, now: string): unknown => {
  const { entity: _entity, asset: _asset, amountMinor: _amount, ...shown } = item;
  return {
    ...shown,
    age: bucketOf(item.openedAt, now),
    ...(hasMoney(item) ? { amount: amount(item.asset, item.amountMinor) } : {}),
  };
};
