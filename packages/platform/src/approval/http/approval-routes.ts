import { z } from 'zod';
import { requireStaff } from '../../auth/access.ts';
import { mayCall, type Principal } from '../../auth/principal.ts';
import { isMasking, masked } from '../../event-store/masking.ts';
import { erased } from '../../event-store/personal-ref.ts';
import { answerCommand } from '../../http/command-route.ts';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '../../http/cursor.ts';
import { ProblemError } from '../../http/problem.ts';
import { readRequest } from '../../http/request.ts';
import { type ApiAnswer, type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '../../http/route.ts';
import { read, type Services } from '../../services.ts';
import { approvalResource, showApproval } from '../approval-view.ts';
import { type ApprovalRow, approvalColumns, approvalsName } from '../approvals-table.ts';
import { type Asked, readAsked } from '../asked.ts';
import { rejectApprovalCommand } from '../commands.ts';
import { approvalProblems } from '../problems.ts';

/** What the routes of approvals need. */
export interface ApprovalHttp {
  readonly services: Services;
  /** Every route there is, to ask again what waited; asked for late. */
  readonly routes: () => readonly Route[];
}

const tag = 'Four eyes';
const params = z.strictObject({ approvalId: z.uuid() });
const deciding = { ...commandRoute, tag, permission: 'approval:decide', rateClass: 'sensitive' } as const;

/** Routes of what waits for a second person. */
export const approvalRoutes = (http: ApprovalHttp): readonly Route[] => [
  listRoute(http),
  getRoute(http),
  approveRoute(http),
  rejectRoute(http),
];

const listRoute = ({ services }: ApprovalHttp): Route =>
  defineRoute({
    ...readRoute,
    tag,
    permission: 'approval:read',
    path: '/v1/approvals',
    operationId: 'listApprovals',
    summary: 'List what waits or waited for a second person, newest first',
    request: {
      query: z.strictObject({
        ...pageQuery,
        status: z.enum(['pending', 'executed', 'failed', 'rejected']).optional().describe('All of them unless told.'),
      }),
    },
    responses: { 200: { description: 'A page of approvals.', schema: pageSchema(approvalResource) } },
    problems: ['staff_only'],
    handle: async ({ principal, tenantId, query: { limit, cursor, status } }) => {
      requireStaff(principal);
      const scope: CursorScope = { list: `approvals/${status ?? ''}`, epoch: services.positions.epoch };
      const [before] = cursor === undefined ? [null] : decodeCursor(cursor, scope, z.tuple([z.uuid()]));
      const { rows } = await read(services, tenantId, (tx) =>
        tx.query<ApprovalRow>({
          name: 'list-approvals',
          text: `select ${approvalColumns} from ${approvalsName} a
            where a.tenant_id = $1 and ($2::text is null or a.status = $2) and ($3::uuid is null or a.approval_id < $3)
            order by a.approval_id desc limit $4`,
          values: [tenantId, status ?? null, before, limit + 1],
        }),
      );
      const now = services.now();
      const show = (row: ApprovalRow) => showApproval(row, now);
      return { status: 200, body: pageOf(rows, { limit, scope, positionOf: ({ approvalId }) => [approvalId], show }) };
    },
  });

const find = async (services: Services, tenantId: string, approvalId: string): Promise<ApprovalRow> => {
  const { rows } = await read(services, tenantId, (tx) =>
    tx.query<ApprovalRow>({
      name: 'find-approval',
      text: `select ${approvalColumns} from ${approvalsName} a where a.tenant_id = $1 and a.approval_id = $2`,
      values: [tenantId, approvalId],
    }),
  );
  const row = rows[0];
  if (row === undefined) throw new ProblemError('not_found', { about: { sought: approvalId } });
  return row;
};

/** What was asked for; undefined for whoever is not shown personal values, and once it is gone. */
const asked = async (services: Services, tenantId: string, { askedRef }: ApprovalRow): Promise<Asked | undefined> => {
  const values = await read(services, tenantId, (tx) => services.personalData.read(tx, tenantId, [askedRef]));
  const text = values.get(askedRef);
  return text === undefined || text === erased || text === masked ? undefined : readAsked(text);
};

const getRoute = ({ services }: ApprovalHttp): Route =>
  defineRoute({
    ...readRoute,
    tag,
    permission: 'approval:read',
    path: '/v1/approvals/:approvalId',
    operationId: 'getApproval',
    personalData: 'shown',
    summary: 'Show what waits, as its maker saw it',
    request: { params },
    responses: {
      200: {
        description: 'The approval, what was asked for, and what it would have come to then.',
        schema: approvalResource
          .extend({
            request: z
              .object({ params: z.unknown(), query: z.unknown(), body: z.unknown().optional() })
              .optional()
              .describe('As it was sent; absent for whoever is not shown personal values.'),
            preview: z.object({ status: z.number(), body: z.unknown() }).optional(),
          })
          .meta({ id: 'ApprovalWithRequest' }),
      },
    },
    problems: ['staff_only', 'not_found'],
    handle: async ({ principal, tenantId, params: { approvalId } }) => {
      requireStaff(principal);
      const row = await find(services, tenantId, approvalId);
      const its = await asked(services, tenantId, row);
      const shown = its === undefined ? {} : shownRequest(its);
      return { status: 200, body: { ...showApproval(row, services.now()), ...shown } };
    },
  });

const shownRequest = ({ params: its, query, body, preview }: Asked) => ({
  request: { params: its, query, ...(body === undefined ? {} : { body }) },
  preview,
});

const approveRoute = (http: ApprovalHttp): Route =>
  defineRoute({
    ...deciding,
    path: '/v1/approvals/:approvalId/approval',
    operationId: 'approve',
    personalData: 'shown',
    summary: 'Agree, and have it carried out',
    description:
      'It is asked again as its maker’s, checked and decided as of now, and recorded with the approval in one commit: once, however often this is asked. Whoever agrees must be another person, and be allowed the command itself.',
    request: { params },
    responses: {
      200: {
        description: 'The approval, and what the command answered.',
        schema: z
          .object({
            approval: approvalResource,
            answer: z
              .object({ status: z.number(), body: z.unknown() })
              .optional()
              .describe('Absent where it was refused by now.'),
          })
          .meta({ id: 'ApprovedAnswer' }),
      },
    },
    problems: [
      'staff_only',
      'not_found',
      'approval_unknown',
      'approval_is_decided',
      'approver_not_a_person',
      'maker_cannot_check',
      'approval_expired',
      'approval_not_executable',
    ],
    handle: (request) => approve(http, request as ApiRequest, request.params.approvalId),
  });

/** @throws ProblemError `permission_missing` for whoever could not have asked for it */
const requireCommand = (principal: Principal, { permission }: ApprovalRow): void => {
  if (!mayCall(principal, { permission, method: 'POST' }))
    throw new ProblemError('permission_missing', { facts: { permission } });
};

const approve = async (
  { services, routes }: ApprovalHttp,
  request: ApiRequest,
  approvalId: string,
): Promise<ApiAnswer> => {
  const { principal, tenantId } = request;
  requireStaff(principal);
  const row = await find(services, tenantId, approvalId);
  requireCommand(principal, row);
  // Nobody agrees to what it cannot see.
  const its = isMasking() ? undefined : await asked(services, tenantId, row);
  const route = routes().find(({ operationId }) => operationId === row.operationId);
  if (its === undefined || route === undefined)
    throw new ProblemError('approval_not_executable', { facts: { problem: 'not_found' } });
  const checker = {
    principalId: principal.id,
    ...(principal.userId === undefined ? {} : { userId: principal.userId }),
  };
  try {
    const inner = readRequest(route, {
      params: its.params,
      query: its.query,
      headers: { 'content-type': 'application/json', 'idempotency-key': approvalId },
      bytes: its.body === undefined ? undefined : Buffer.from(JSON.stringify(its.body)),
      ip: request.ip,
      id: request.requestId,
      principal: its.principal,
      signal: request.signal,
      deadlineMs: request.deadlineMs,
    });
    return await route.handle({ ...inner, dryRun: request.dryRun, approving: { approvalId, checker } });
  } catch (error) {
    if (!(error instanceof ProblemError) || passing.has(error.code)) throw error;
    throw new ProblemError('approval_not_executable', { facts: { problem: error.code } }, { cause: error });
  }
};

// These say nothing about what was asked for: it may be tried again as it is.
const passing: ReadonlySet<string> = new Set(['overloaded', 'outcome_unknown', 'checks_unavailable']);

const rejectRoute = ({ services }: ApprovalHttp): Route =>
  defineRoute({
    ...deciding,
    path: '/v1/approvals/:approvalId/rejection',
    operationId: 'rejectApproval',
    summary: 'Decide that it is not to be; its maker may so take it back',
    request: {
      params,
      body: z.strictObject({
        reason: z
          .string()
          .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be a code such as wrong_amount')
          .default('rejected'),
      }),
    },
    responses: { 200: { description: 'The approval as it is now.', schema: approvalResource } },
    problems: ['staff_only', 'not_found', 'approval_unknown', 'approval_is_decided'],
    handle: async (request) => {
      const { principal, tenantId, params: its, body } = request;
      requireStaff(principal);
      const row = await find(services, tenantId, its.approvalId);
      if (row.makerId !== principal.id) requireCommand(principal, row);
      return answerCommand(
        services,
        request as ApiRequest,
        rejectApprovalCommand,
        { approvalId: its.approvalId, by: principal.id, reason: body.reason },
        { status: 200, show: (shown) => showApproval(shown, services.now()), problems: approvalProblems },
      );
    },
  });
