import { derivedUuid } from '@finaegis/kernel/id';
import { isCustomer, requireStaff } from '@finaegis/platform/auth/access';
import type { CommandHandler } from '@finaegis/platform/command/handler';
import { amountSchema, instant, text, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { pageSchema } from '@finaegis/platform/http/cursor';
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
import { amountWriter, parseAssetAmount, type ShowAmount } from '../../asset/contract.ts';
import { refundSagaId } from '../refund/commands.ts';
import { type RefundReason, refundReasons, refundWays } from '../refund/events.ts';
import { type Refund, type RefundRefusal, refundStatuses } from '../refund/refund.ts';
import { code } from '../terms.ts';
import type { CardHttp } from './card-http.ts';
import { answerList, cardQuery, ofAsset } from './lists.ts';
import { adopting } from './payment-http.ts';
import { bookingProblems } from './problems.ts';

const tag = 'Refunds';
const commandParts = { ...commandRoute, tag } as const;

const refundBody = z
  .strictObject({
    refundId: uuid.optional().describe('Yours; asked again with the same content it is the same refund.'),
    paymentId: uuid.describe('A card deposit or an incoming payment.'),
    amount: amountSchema,
    reason: z.enum(refundReasons),
    notBefore: instant.optional().describe('It waits until then, once it is approved.'),
    address: text(200).optional().describe('For what came in crypto: the address that the payer confirmed.'),
  })
  .meta({ id: 'RefundRequest' });

const refundResource = z
  .object({
    refundId: uuid,
    status: z.enum(refundStatuses),
    paymentId: uuid,
    way: z.enum(refundWays).describe('The way the money came, by which it goes back.'),
    accountId: uuid,
    amount: amountSchema,
    fee: amountSchema.optional().describe('What the account is charged for it.'),
    reason: z.enum(refundReasons),
    notBefore: instant.optional(),
    address: z.string().optional().describe('Where the payer wants it, for what came in crypto.'),
    requestedBy: z.string().optional().describe('Shown to staff.'),
    approvedBy: z.string().optional().describe('`policy`, or who did; shown to staff.'),
    failure: z.string().optional().describe('Why it did not go, or came back.'),
    providerReference: z.string().optional(),
    createdAt: instant,
    changedAt: instant,
  })
  .meta({ id: 'Refund', description: 'A new payment back to the payer, by the way his money came.' });

const params = z.strictObject({ refundId: uuid });
const search = z.strictObject({
  ...cardQuery,
  status: z.enum(refundStatuses).optional().describe('`requested` waits for an approval.'),
  paymentId: uuid.optional(),
  way: z.enum(refundWays).optional(),
  reason: z.enum(refundReasons).optional(),
});
const reviewBody = z
  .strictObject({ decision: z.enum(['approved', 'rejected']), reason: code.optional() })
  .meta({ id: 'RefundReview' });
const returnBody = z.strictObject({ reason: code }).meta({ id: 'RefundReturn' });
const ofStatus = (description: string) => ({ 200: { description, schema: refundResource } });

/** Refunds. */
export const refundRoutes = (http: CardHttp): readonly Route[] => [...askingRoutes(http), ...decidingRoutes(http)];

const askingRoutes = (http: CardHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    idempotency: 'required',
    path: '/v1/refunds',
    operationId: 'requestRefund',
    summary: 'Send a payment, or a part of it, back to its payer',
    description:
      'Refunds and disputes of a payment share one remainder. A small and recent one, and our own errors, go by themselves; others wait for another person.',
    permission: 'payment:refund',
    request: { body: refundBody },
    responses: {
      200: { description: 'It had been asked for before; as it is now.', schema: refundResource },
      201: { description: 'Asked for; `status` says whether it waits for an approval.', schema: refundResource },
    },
    problems: [
      'not_found',
      'staff_only',
      'mandate_missing',
      'mandate_limit_exceeded',
      'refund_exists_with_different_content',
      'payment_not_refundable',
      'refund_address_missing',
      'refund_asset_differs',
      'refund_exceeds_remainder',
      ...bookingProblems,
    ],
    handle: (request) => withReplay(http.services, request, () => ask(http, request)),
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/refunds',
    operationId: 'listRefunds',
    summary: 'List refunds, newest first',
    description: 'A customer is shown those of the accounts it has a mandate on.',
    permission: 'payment:read',
    request: { query: search },
    responses: { 200: { description: 'Refunds.', schema: pageSchema(refundResource) } },
    problems: [],
    handle: (request) => {
      const isOfCustomer = isCustomer(request.principal);
      return answerList(http, request, {
        list: 'refunds',
        read: http.cardReads.listRefunds,
        assetsOf: ofAsset,
        show: (refund, amount) => showRefund(refund, amount, isOfCustomer),
      });
    },
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/refunds/:refundId',
    operationId: 'getRefund',
    summary: 'Get a refund',
    permission: 'payment:read',
    request: { params },
    responses: ofStatus('The refund.'),
    problems: ['not_found'],
    handle: async (request) => {
      const refund = await visible(http, request);
      const amount = await amountWriter(http.assets, request.tenantId, [refund.asset]);
      return { status: 200, body: showRefund(refund, amount, isCustomer(request.principal)) };
    },
  }),
];

const decidingRoutes = (http: CardHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/refunds/:refundId/review',
    operationId: 'reviewRefund',
    summary: 'Let a refund go, or not',
    description: 'By another person than the one who asked for it.',
    permission: 'payment:review',
    request: { params, body: reviewBody },
    responses: ofStatus('Reviewed.'),
    problems: ['staff_only', 'not_found', 'refund_unknown', 'refund_not_awaiting_approval', 'approver_is_requester'],
    handle: async (request) => {
      requireStaff(request.principal);
      const refund = await visible(http, request);
      const data = { ...request.params, ...request.body };
      return command(http, request, { handler: http.cardHandlers.reviewRefund, data, refund });
    },
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/refunds/:refundId/cancellation',
    operationId: 'cancelRefund',
    summary: 'Take back a refund that the account has not paid yet',
    permission: 'payment:refund',
    request: { params },
    responses: ofStatus('Cancelled.'),
    problems: ['not_found', 'mandate_missing', 'refund_unknown', 'refund_not_cancellable'],
    handle: async (request) => {
      const refund = await visible(http, request);
      await http.access.require(request.principal, refund.accountId, 'operate');
      return command(http, request, { handler: http.cardHandlers.cancelRefund, data: request.params, refund });
    },
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/refunds/:refundId/return',
    operationId: 'returnRefund',
    summary: 'Record that a refund came back after it had gone',
    description: 'For staff and connectors of banks; a card provider says so itself.',
    permission: 'payment:rail',
    request: { params, body: returnBody },
    responses: ofStatus('It came back; the account has the money again.'),
    problems: ['staff_only', 'not_found', 'refund_unknown', 'refund_not_returnable', ...bookingProblems],
    handle: async (request) => {
      requireStaff(request.principal);
      const refund = await visible(http, request);
      const data = { ...request.params, ...request.body };
      return command(http, request, { handler: http.cardHandlers.returnRefund, data, refund });
    },
  }),
];

const ownErrors: readonly RefundReason[] = ['duplicate_payment', 'payment_error', 'system_error'];

const ask = async (
  http: CardHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof refundBody>>,
): Promise<ApiAnswer> => {
  const { principal, tenantId, body, idempotency } = request;
  const { refundId: given, amount: written, ...rest } = body;
  const source = await http.findSource(tenantId, rest.paymentId);
  if (isCustomer(principal)) {
    if (source === undefined) throw new ProblemError('not_found', { about: { sought: rest.paymentId } });
    await http.access.require(principal, source.accountId, 'view');
    // That the bank made an error is for the bank to say.
    if (ownErrors.includes(rest.reason)) throw new ProblemError('staff_only');
  }
  const day = http.entities.bookingDay(tenantId, source?.entity ?? 'main');
  const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, written, '/body/amount', day);
  if (source !== undefined) await http.access.require(principal, source.accountId, 'operate', [{ asset, amountMinor }]);
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  const refundId =
    given ??
    (idempotency === undefined
      ? http.services.newId()
      : derivedUuid('refund-of-key', tenantId, principal.id, idempotency.key));
  const show = (refund: Refund) => showRefund(refund, amount, isCustomer(principal));
  const how = { status: 201, show, problems: http.problems, amount } as const;
  const data = { ...rest, refundId, asset, amountMinor };
  const answer = await answerCommand(http.services, request, http.cardHandlers.requestRefund, data, how);
  return adopting(http, request, refundSagaId(refundId), answer);
};

const visible = async (
  { access, cardReads }: CardHttp,
  { principal, tenantId, params: { refundId } }: ApiRequest<z.output<typeof params>>,
): Promise<Refund> => {
  const refund = await cardReads.refund(tenantId, refundId);
  if (refund.status === 'unknown') throw new ProblemError('not_found', { about: { sought: refundId } });
  await access.require(principal, refund.accountId, 'view');
  return refund;
};

const command = async <Data, Refs>(
  http: CardHttp,
  request: ApiRequest<z.output<typeof params>>,
  {
    handler,
    data,
    refund,
  }: {
    readonly handler: CommandHandler<Data, Refs, Refund, RefundRefusal>;
    readonly data: Data;
    readonly refund: Refund;
  },
): Promise<ApiAnswer> => {
  const amount = await amountWriter(http.assets, request.tenantId, [refund.asset]);
  const show = (changed: Refund) => showRefund(changed, amount, isCustomer(request.principal));
  const how = { status: 200, show, problems: http.problems, amount } as const;
  const answer = await answerCommand(http.services, request, handler, data, how);
  return adopting(http, request, refundSagaId(refund.refundId), answer);
};

const showRefund = (refund: Refund, amount: ShowAmount, isOfCustomer: boolean): unknown => {
  const { notBefore, address, approvedBy, failure, providerReference, feeMinor } = refund;
  const staff = isOfCustomer
    ? {}
    : { requestedBy: refund.requestedBy, ...(approvedBy === undefined ? {} : { approvedBy }) };
  return {
    refundId: refund.refundId,
    status: refund.status,
    paymentId: refund.paymentId,
    way: refund.way,
    accountId: refund.accountId,
    amount: amount(refund.asset, refund.amountMinor),
    ...(feeMinor === undefined ? {} : { fee: amount(refund.asset, feeMinor) }),
    reason: refund.reason,
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(address === undefined ? {} : { address }),
    ...staff,
    ...(failure === undefined ? {} : { failure }),
    ...(providerReference === undefined ? {} : { providerReference }),
    createdAt: refund.createdAt,
    changedAt: refund.changedAt,
  };
};
