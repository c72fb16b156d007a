import { derivedUuid } from '@finaegis/kernel/id';
import { isCustomer } from '@finaegis/platform/auth/access';
import { amountSchema, instant, uuid } from '@finaegis/platform/http/amount';
import { throwProblem } from '@finaegis/platform/http/problem';
import {
  type ApiAnswer,
  type ApiRequest,
  commandRoute,
  defineRoute,
  type Route,
  readRoute,
} from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter } from '../../asset/contract.ts';
import { currentRefund } from '../investment/refund.ts';
import { code } from '../terms.ts';
import { refundSagaId } from '../with-saga.ts';
import { type CgoHttp, visibleInvestment } from './cgo-http.ts';
import { command, investmentParams, reviewBody } from './investment-routes.ts';
import { fourDecimals, investmentResource, sharesText } from './shown.ts';

const tag = 'CGO refunds';

const refundBody = z
  .strictObject({
    refundId: uuid.optional().describe('Your own id, unique for ever; one is made when absent.'),
    reason: code.describe('A code such as `changed_mind` or `technical_error`.'),
  })
  .meta({ id: 'InvestmentRefundRequest' });

const refundResource = z
  .object({
    refundId: uuid,
    investmentId: uuid,
    reason: z.string(),
    status: z
      .enum(['requested', 'approved', 'rejected', 'completed'])
      .describe('`approved` until the money has gone back, `completed` from then on.'),
    needsApproval: z.boolean().describe('Whether another person has to approve it.'),
    amount: amountSchema.describe('What goes back, the fee with it.'),
    shares: fourDecimals.describe('What goes back to the round.'),
    requestedAt: instant,
    sharesReturnedAt: instant.optional().describe('From when the certificate is void and the money on its way.'),
    requestedBy: z.string().optional().describe('Shown to staff.'),
    reviewedBy: z.string().optional().describe('Shown to staff.'),
  })
  .meta({ id: 'InvestmentRefund' });

const asItIs = (description: string) => ({ 200: { description, schema: investmentResource } });

/** Refunds of confirmed investments. */
export const refundRoutes = (http: CgoHttp): readonly Route[] => [
  readingRoute(http),
  defineRoute({
    ...commandRoute,
    tag,
    path: '/v1/cgo/investments/:investmentId/refund',
    operationId: 'requestInvestmentRefund',
    summary: 'Ask for the money of a confirmed investment back',
    description:
      'Small, early and technical ones are approved at once, others by another person. The shares go back to the round, the certificate becomes void, amount and fee go back the way they came.',
    permission: 'cgo:invest',
    request: { params: investmentParams, body: refundBody },
    responses: asItIs('Taken on; follow the status.'),
    problems: [
      'not_found',
      'investment_unknown',
      'investment_refund_exists_with_different_content',
      'investment_not_refundable',
      'investment_refund_window_over',
      'investment_refund_under_way',
    ],
    handle: async (request) => {
      const { params, body, tenantId } = request;
      const { refunds } = await visibleInvestment(http, request, params.investmentId);
      // One after every rejected one, so that asking twice is one refund also without an id.
      const refundId =
        body.refundId ??
        refunds.find(({ status }) => status !== 'rejected')?.refundId ??
        derivedUuid('cgo-refund', tenantId, params.investmentId, String(refunds.length));
      return command(http, request, {
        handler: http.handlers.requestRefund,
        data: { ...params, refundId, reason: body.reason },
        staffOnly: false,
        sagaId: () => refundSagaId(refundId),
      });
    },
  }),
  defineRoute({
    ...commandRoute,
    tag,
    path: '/v1/cgo/investments/:investmentId/refund/review',
    operationId: 'reviewInvestmentRefund',
    summary: 'Approve a refund, or reject it',
    description: 'By another person than the one who asked for it.',
    permission: 'cgo:review',
    request: { params: investmentParams, body: reviewBody },
    responses: asItIs('Decided.'),
    problems: [
      'staff_only',
      'not_found',
      'investment_unknown',
      'investment_refund_unknown',
      'investment_refund_not_in_review',
      'reviewer_is_requester',
    ],
    handle: async (request) => {
      const { params, body } = request;
      const { refunds } = await visibleInvestment(http, request, params.investmentId);
      return command(http, request, {
        handler: http.handlers.reviewRefund,
        data: { ...params, ...body },
        staffOnly: true,
        sagaId: () => refundSagaId(refunds.at(-1)?.refundId ?? params.investmentId),
      });
    },
  }),
];

const readingRoute = (http: CgoHttp): Route =>
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/cgo/investments/:investmentId/refund',
    operationId: 'getInvestmentRefund',
    summary: 'How the refund of an investment stands',
    description: 'The one under way or over; where there was none but rejected ones, the last of these.',
    permission: 'cgo:read',
    request: { params: investmentParams },
    responses: { 200: { description: 'The refund.', schema: refundResource } },
    problems: ['not_found'],
    handle: (request) => refundOf(http, request),
  });

const refundOf = async (http: CgoHttp, request: ApiRequest<z.output<typeof investmentParams>>): Promise<ApiAnswer> => {
  const { principal, tenantId, params } = request;
  const investment = await visibleInvestment(http, request, params.investmentId);
  const refund = currentRefund(investment) ?? investment.refunds.at(-1);
  if (refund === undefined) return throwProblem('not_found', { about: { sought: params.investmentId } });
  const { asset, amountMinor, feeMinor, sharesMinor, voidedAt } = investment;
  const { refundId, reason, status, needsApproval, requestedAt, requestedBy, reviewedBy } = refund;
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  const isOver = status === 'rejected';
  return {
    status: 200,
    body: {
      refundId,
      investmentId: params.investmentId,
      reason,
      status,
      needsApproval,
      amount: amount(asset, amountMinor + feeMinor),
      shares: sharesText(sharesMinor),
      requestedAt,
      ...(voidedAt === undefined || isOver ? {} : { sharesReturnedAt: voidedAt }),
      ...(isCustomer(principal) ? {} : { requestedBy, ...(reviewedBy === undefined ? {} : { reviewedBy }) }),
    },
  };
};
