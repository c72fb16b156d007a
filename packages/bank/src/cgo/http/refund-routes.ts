import { derivedUuid } from '@finaegis/kernel/id';
import { uuid } from '@finaegis/platform/http/amount';
import { commandRoute, defineRoute, type Route } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { code } from '../terms.ts';
import { refundSagaId } from '../with-saga.ts';
import { type CgoHttp, visibleInvestment } from './cgo-http.ts';
import { command, investmentParams, reviewBody } from './investment-routes.ts';
import { investmentResource } from './shown.ts';

const tag = 'CGO refunds';

const refundBody = z
  .strictObject({
    refundId: uuid.optional().describe('Your own id, unique for ever; one is made when absent.'),
    reason: code.describe('A code such as `changed_mind` or `technical_error`.'),
  })
  .meta({ id: 'InvestmentRefundRequest' });

const asItIs = (description: string) => ({ 200: { description, schema: investmentResource } });

/** Refunds of confirmed investments. */
export const refundRoutes = (http: CgoHttp): readonly Route[] => [
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
