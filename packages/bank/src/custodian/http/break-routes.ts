import { requireStaff } from '@finaegis/platform/auth/access';
import { assetCode, isoDate, signedAmountSchema, text, uuid } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { commandRoute, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, type ShowAmount } from '../../asset/contract.ts';
import { bankCode, reasonCode } from '../bank/commands.ts';
import type { Break } from '../break/break.ts';
import { offsetMax } from '../break/commands.ts';
import { breakKinds } from '../break/events.ts';
import { breaksTable } from '../views/breaks.ts';
import { type CustodianHttp, findOne, listPage } from './custodian-http.ts';

const tag = 'Reconciliation';
const params = z.strictObject({ breakId: uuid });
const statuses = z.enum(['open', 'matched', 'explained', 'corrected', 'written_off']);
const outcome = z.enum(['corrected', 'written_off']);

const breakResource = z
  .object({
    breakId: uuid,
    status: statuses,
    bank: z.string(),
    date: isoDate,
    account: z.string(),
    kind: z.enum(breakKinds),
    difference: signedAmountSchema.describe('What the bank says minus what we say.'),
    entryId: z.string().optional(),
    journalId: z.string().optional(),
    endToEndId: z.string().optional(),
    foundAt: z.string(),
    matchedOn: isoDate.optional(),
    proposal: z.object({ outcome, against: z.string(), reason: z.string(), by: z.string() }).optional(),
    reason: z.string().optional(),
    offsetBy: z.array(uuid).readonly().optional().describe('The breaks that make no difference together with it.'),
    correctionJournalId: z.string().optional(),
  })
  .meta({ id: 'Break', description: 'A difference between a bank’s statement and our books, with its life.' });

const show = (one: Break, amount: ShowAmount): unknown => {
  const { asset, differenceMinor, line: _line, reference: _reference, ...rest } = one;
  return { ...rest, difference: amount(asset, differenceMinor) };
};

/** Breaks: who looks at them, and who decides. */
export const breakRoutes = (http: CustodianHttp): readonly Route[] => [
  defineRoute({
    ...readRoute,
    path: '/v1/custodian-breaks',
    operationId: 'listBreaks',
    summary: 'List breaks',
    description: 'Of one account of ours when `bank` and `asset` are given.',
    tag,
    permission: 'custodian:read',
    request: {
      query: z.strictObject({
        ...pageQuery,
        bank: bankCode.optional(),
        asset: assetCode.optional(),
        status: statuses.optional(),
      }),
    },
    responses: { 200: { description: 'Breaks, by id.', schema: pageSchema(breakResource) } },
    problems: ['staff_only'],
    handle: (request) => {
      requireStaff(request.principal);
      const { bank, asset, ...query } = request.query;
      const topic = bank === undefined || asset === undefined ? undefined : `${bank}/${asset}`;
      return listPage(
        http,
        request,
        { ...query, topic },
        {
          table: breaksTable,
          idOf: ({ breakId }) => breakId,
          assetsOf: (one) => [one.asset],
          show,
        },
      );
    },
  }),
  defineRoute({
    ...readRoute,
    path: '/v1/custodian-breaks/:breakId',
    operationId: 'getBreak',
    summary: 'Get a break',
    tag,
    permission: 'custodian:read',
    request: { params },
    responses: { 200: { description: 'The break.', schema: breakResource } },
    problems: ['staff_only', 'not_found'],
    handle: async (request) => {
      requireStaff(request.principal);
      const { tenantId } = request;
      const one = await findOne(http, breaksTable, { tenantId, id: request.params.breakId });
      return { status: 200, body: show(one, await amountWriter(http.assets, tenantId, [one.asset])) };
    },
  }),
  ...openRoutes(http),
  ...approvalRoutes(http),
];

/** What every decision about a break needs: the break as it is, and how it is shown afterwards. */
const decisionOn = async (
  http: CustodianHttp,
  request: Parameters<typeof answerCommand>[1] & { readonly params: { readonly breakId: string } },
) => {
  requireStaff(request.principal);
  const { tenantId } = request;
  const one = await findOne(http, breaksTable, { tenantId, id: request.params.breakId });
  const amount = await amountWriter(http.assets, tenantId, [one.asset]);
  const how = { status: 200, show: (after: Break) => show(after, amount), problems: http.problems, amount } as const;
  return { one, how };
};

const decisionParts = { ...commandRoute, tag } as const;
const decided = { 200: { description: 'The break as it is now.', schema: breakResource } };
const reasoned = z.strictObject({ reason: reasonCode });
const explanation = z.strictObject({
  reason: reasonCode,
  offsetBy: z.array(uuid).max(offsetMax).optional().describe('Other open breaks of the same account.'),
});

/** What anybody who reconciles may do. */
const openRoutes = (http: CustodianHttp): readonly Route[] => [
  defineRoute({
    ...decisionParts,
    path: '/v1/custodian-breaks/:breakId/explanation',
    operationId: 'explainBreak',
    summary: 'Close breaks that offset each other; nothing is booked',
    description:
      'For what the bank and we booked under different names: the break and those of `offsetBy`, all of one account, have to come to nothing together, and all of them are closed. A difference that is still there is corrected or written off.',
    permission: 'custodian:reconcile',
    request: { params, body: explanation },
    responses: decided,
    problems: [
      'staff_only',
      'not_found',
      'break_unknown',
      'break_not_open',
      'break_offset_unfit',
      'break_still_differs',
    ],
    handle: async (request) => {
      const { how } = await decisionOn(http, request);
      const { reason, offsetBy = [] } = request.body;
      const command = { ...request.params, reason, offsetBy };
      return answerCommand(http.services, request, http.handlers.explainBreak, command, how);
    },
  }),
  defineRoute({
    ...decisionParts,
    path: '/v1/custodian-breaks/:breakId/proposal',
    operationId: 'proposeCorrection',
    summary: 'Propose what to book for a break',
    description: 'Booked only when somebody else approves it.',
    permission: 'custodian:reconcile',
    request: { params, body: z.strictObject({ outcome, against: text(100), reason: reasonCode }) },
    responses: decided,
    problems: [
      'staff_only',
      'not_found',
      'break_unknown',
      'break_not_open',
      'break_has_proposal',
      'break_counter_account_unfit',
    ],
    handle: async (request) => {
      const { how } = await decisionOn(http, request);
      const command = { ...request.params, ...request.body };
      return answerCommand(http.services, request, http.handlers.proposeCorrection, command, how);
    },
  }),
];

/** What only somebody else than the proposer may do. */
const approvalRoutes = (http: CustodianHttp): readonly Route[] => [
  defineRoute({
    ...decisionParts,
    path: '/v1/custodian-breaks/:breakId/approval',
    operationId: 'approveCorrection',
    summary: 'Approve the correction of a break and book it',
    permission: 'custodian:approve',
    request: { params },
    responses: decided,
    problems: [
      'staff_only',
      'not_found',
      'break_unknown',
      'break_not_open',
      'break_without_proposal',
      'break_decided_by_proposer',
      'day_closed',
      'account_closed',
      'insufficient_funds',
    ],
    handle: async (request) => {
      const { one, how } = await decisionOn(http, request);
      const { breakId, account, asset, proposal } = one;
      const command = { breakId, account, asset, against: proposal?.against ?? '' };
      return answerCommand(http.services, request, http.handlers.approveCorrection, command, how);
    },
  }),
  defineRoute({
    ...decisionParts,
    path: '/v1/custodian-breaks/:breakId/rejection',
    operationId: 'rejectCorrection',
    summary: 'Reject the correction proposed for a break',
    permission: 'custodian:approve',
    request: { params, body: reasoned },
    responses: decided,
    problems: [
      'staff_only',
      'not_found',
      'break_unknown',
      'break_not_open',
      'break_without_proposal',
      'break_decided_by_proposer',
    ],
    handle: async (request) => {
      const { how } = await decisionOn(http, request);
      const command = { ...request.params, ...request.body };
      return answerCommand(http.services, request, http.handlers.rejectCorrection, command, how);
    },
  }),
];
