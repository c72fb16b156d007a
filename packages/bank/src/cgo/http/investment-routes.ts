import { derivedUuid } from '@finaegis/kernel/id';
import { isCustomer, requireStaff } from '@finaegis/platform/auth/access';
import type { CommandHandler } from '@finaegis/platform/command/handler';
import { amountSchema, instant, text, uuid, wholeNumber } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { type CursorScope, pageOf, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
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
import {
  type Investment,
  type InvestmentRefusal,
  type InvestmentStatus,
  investmentStatuses,
  lacksSignature,
} from '../investment/investment.ts';
import type { PaymentState } from '../ports.ts';
import { shareAssetOf } from '../round/round.ts';
import { paymentRequestOf } from '../sagas/payment-key.ts';
import { paymentMethods } from '../settings.ts';
import { code, roundNumber } from '../terms.ts';
import { investmentSagaId } from '../with-saga.ts';
import { adopting, beforeOf, type CgoHttp, requireOwn, visibleInvestment } from './cgo-http.ts';
import { investmentResource, sharesText, showInvestment } from './shown.ts';

const tag = 'CGO investments';

/** Parameters of every route of one investment. */
export const investmentParams = z.strictObject({ investmentId: uuid });
type Params = z.output<typeof investmentParams>;

const investmentBody = z
  .strictObject({
    investmentId: uuid.optional().describe('Your own id, unique for ever; one is made when absent.'),
    round: roundNumber,
    partyId: uuid.describe('The investor.'),
    accountId: uuid.describe('The investor’s account: the shares are registered there.'),
    amount: amountSchema,
    paymentMethod: z.enum(paymentMethods).default('account'),
  })
  .meta({ id: 'InvestmentRequest' });

/** What two people are asked: yes or no, and a code why. */
export const reviewBody = z
  .strictObject({ decision: z.enum(['approved', 'rejected']), reason: code.optional() })
  .meta({ id: 'InvestmentReview' });

const paymentBody = z
  .strictObject({
    result: z.enum(['paid', 'failed']).default('paid'),
    arrivedOn: text(100).optional().describe('House account the money arrived on, such as `main:nostro/ing`.'),
    amount: amountSchema.optional().describe('What arrived; another amount than was asked for goes back.'),
    reference: text(100).describe('Of the entry or message that says so: told twice it counts once.'),
  })
  .meta({ id: 'InvestmentPaymentRecord' });

const paymentResource = z
  .object({
    investmentId: uuid,
    method: z.enum(paymentMethods),
    status: z.enum(['not_requested', 'pending', 'paid', 'failed', 'returned']),
    amount: amountSchema.describe('To be paid, fee included.'),
    reference: z.string(),
    checkoutUrl: z.string().optional().describe('Where the investor goes on.'),
    cardDepositId: uuid
      .optional()
      .describe('The card deposit it is paid by; its `nextAction` says what the investor has to do.'),
    payToIban: z
      .string()
      .optional()
      .describe('Where it is to be transferred to, with `reference` as the end-to-end id.'),
    coolingOffEndsAt: instant.optional(),
  })
  .meta({ id: 'InvestmentPayment' });

const search = z.strictObject({
  ...pageQuery,
  round: wholeNumber(1, 9_999).optional(),
  partyId: uuid.optional(),
  status: z.enum(investmentStatuses).optional(),
});

const asItIs = (description: string) => ({ 200: { description, schema: investmentResource } });

/** Investments, asked for, looked at, paid and cancelled. */
export const investmentRoutes = (http: CgoHttp): readonly Route[] => [
  askingRoute(http),
  ...readRoutes(http),
  ...decidingRoutes(http),
  ...paymentRoutes(http),
];

const askingRoute = (http: CgoHttp): Route =>
  defineRoute({
    ...commandRoute,
    tag,
    idempotency: 'required',
    path: '/v1/cgo/investments',
    operationId: 'requestInvestment',
    summary: 'Ask for shares of a round',
    description:
      'It is assessed, its shares are reserved, and it is paid by itself; follow its status. Until the cooling-off is over it can be cancelled.',
    permission: 'cgo:invest',
    request: { body: investmentBody },
    responses: {
      200: { description: 'It had been asked for before; as it is now.', schema: investmentResource },
      201: { description: 'Taken on.', schema: investmentResource },
    },
    problems: [
      'not_found',
      'mandate_missing',
      'mandate_limit_exceeded',
      'investment_exists_with_different_content',
      'round_unknown',
      'round_not_open',
      'investor_unknown',
      'account_not_of_investor',
      'payment_asset_differs',
      'payment_method_unavailable',
      'investment_below_minimum',
      'investment_above_maximum',
      'ownership_cap_exceeded',
      'shares_not_available',
    ],
    handle: (request) => withReplay(http.services, request, () => invest(http, request)),
  });

const readRoutes = (http: CgoHttp): readonly Route[] => [
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/cgo/investments',
    operationId: 'listInvestments',
    summary: 'List investments, newest first',
    description: 'A customer is shown its own.',
    permission: 'cgo:read',
    request: { query: search },
    responses: { 200: { description: 'Investments.', schema: pageSchema(investmentResource) } },
    problems: ['not_found'],
    handle: (request) => list(http, request),
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/cgo/investments/:investmentId',
    operationId: 'getInvestment',
    summary: 'Get an investment',
    permission: 'cgo:read',
    request: { params: investmentParams },
    responses: asItIs('The investment.'),
    problems: ['not_found'],
    handle: async (request) => {
      const investment = await visibleInvestment(http, request, request.params.investmentId);
      const amount = await amountWriter(http.assets, request.tenantId, [investment.asset]);
      return { status: 200, body: showInvestment(investment, amount, isCustomer(request.principal)) };
    },
  }),
];

const decidingRoutes = (http: CgoHttp): readonly Route[] => [
  defineRoute({
    ...commandRoute,
    tag,
    path: '/v1/cgo/investments/:investmentId/cancellation',
    operationId: 'cancelInvestment',
    summary: 'Cancel an investment before it is confirmed',
    description: 'What was paid goes back to whoever paid, and the shares to the round.',
    permission: 'cgo:invest',
    request: { params: investmentParams },
    responses: asItIs('It is being taken back; follow its status.'),
    problems: ['not_found', 'investment_unknown', 'investment_not_cancellable'],
    handle: (request) =>
      command(http, request, { handler: http.handlers.cancelInvestment, data: request.params, staffOnly: false }),
  }),
  defineRoute({
    ...commandRoute,
    tag,
    path: '/v1/cgo/investments/:investmentId/review',
    operationId: 'reviewInvestment',
    summary: 'Let an investment go on that waits for documents or a review, or not',
    description: 'By another person than the one who asked for it.',
    permission: 'cgo:review',
    request: { params: investmentParams, body: reviewBody },
    responses: asItIs('Reviewed.'),
    problems: ['staff_only', 'not_found', 'investment_unknown', 'investment_not_in_review', 'reviewer_is_requester'],
    handle: (request) =>
      command(http, request, {
        handler: http.handlers.reviewInvestment,
        data: { ...request.params, ...request.body },
        staffOnly: true,
      }),
  }),
];

const paymentRoutes = (http: CgoHttp): readonly Route[] => [
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/cgo/investments/:investmentId/payment',
    operationId: 'getInvestmentPayment',
    summary: 'How an investment is paid, and whether it is',
    permission: 'cgo:read',
    request: { params: investmentParams },
    responses: { 200: { description: 'The payment.', schema: paymentResource } },
    problems: ['not_found'],
    handle: (request) => payment(http, request),
  }),
  defineRoute({
    ...commandRoute,
    tag,
    path: '/v1/cgo/investments/:investmentId/payment/check',
    operationId: 'checkInvestmentPayment',
    summary: 'Have a payment looked for now',
    description: 'It is looked for by itself, less and less often; whoever has just paid need not wait for that.',
    permission: 'cgo:invest',
    request: { params: investmentParams },
    responses: { 200: { description: 'As it stands; it is being looked for.', schema: paymentResource } },
    problems: ['not_found'],
    handle: (request) => check(http, request),
  }),
  defineRoute({
    ...commandRoute,
    tag,
    path: '/v1/cgo/investments/:investmentId/payment',
    operationId: 'recordInvestmentPayment',
    summary: 'Record that an investment was paid, or not',
    description: 'For staff and connectors. It is booked on the account it arrived on, whatever the amount.',
    permission: 'cgo:payment',
    request: { params: investmentParams, body: paymentBody },
    responses: asItIs('Recorded; it is booked next.'),
    problems: [
      'staff_only',
      'not_found',
      'investment_unknown',
      'investment_not_awaiting_payment',
      'agreement_not_signed',
      'account_unknown',
    ],
    handle: (request) => recordPayment(http, request),
  }),
];

const invest = async (
  http: CgoHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof investmentBody>>,
): Promise<ApiAnswer> => {
  const { principal, tenantId, body, idempotency } = request;
  const { investmentId: given, amount: written, paymentMethod: method, ...rest } = body;
  requireOwn(request, rest.partyId, rest.partyId);
  await http.access.require(principal, rest.accountId, 'view');
  const terms = await http.accounts.find(tenantId, rest.accountId);
  const day = async () => (await http.entities.entities(tenantId, terms?.entity ?? 'main'))[0]?.businessDate;
  const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, written, '/body/amount', day);
  await http.access.require(principal, rest.accountId, 'operate', method === 'account' ? [{ asset, amountMinor }] : []);
  const amount = await writer(http, tenantId, rest.round, asset);
  // Derived from the key, so that a request repeated under it is the same investment also where the answer was never stored.
  const investmentId =
    given ??
    (idempotency === undefined
      ? http.services.newId()
      : derivedUuid('investment-of-key', tenantId, principal.id, idempotency.key));
  const data = { ...rest, investmentId, asset, amountMinor, method };
  const answer = await answerCommand(http.services, request, http.handlers.requestInvestment, data, {
    status: 201,
    show: (investment) => showInvestment(investment, amount, isCustomer(principal)),
    problems: http.problems,
    amount,
  });
  return adopting(http, request, investmentSagaId(investmentId), answer);
};

/** Writes amounts of the asset paid in, the round's own, and shares. */
const writer = async (
  http: CgoHttp,
  tenantId: string,
  number: number,
  ...assets: readonly string[]
): Promise<ShowAmount> => {
  const round = await http.reads.round(tenantId, number);
  const amount = await amountWriter(http.assets, tenantId, [
    ...assets,
    ...(round.status === 'unknown' ? [] : [round.asset]),
  ]);
  return (asset, amountMinor) =>
    asset === shareAssetOf(number) ? { amount: sharesText(amountMinor), asset } : amount(asset, amountMinor);
};

/** A command about an investment the principal may see, and what its saga does next. */
export const command = async <Data, Refs>(
  http: CgoHttp,
  request: ApiRequest<Params>,
  {
    handler,
    data,
    staffOnly,
    sagaId = investmentSagaId,
  }: {
    readonly handler: CommandHandler<Data, Refs, Investment, InvestmentRefusal>;
    readonly data: Data;
    readonly staffOnly: boolean;
    readonly sagaId?: (investmentId: string) => string;
  },
): Promise<ApiAnswer> => {
  if (staffOnly) requireStaff(request.principal);
  const { round, asset } = await visibleInvestment(http, request, request.params.investmentId);
  const amount = await writer(http, request.tenantId, round, asset);
  const show = (investment: Investment) => showInvestment(investment, amount, isCustomer(request.principal));
  const answer = await answerCommand(http.services, request, handler, data, {
    status: 200,
    show,
    problems: http.problems,
    amount,
  });
  return adopting(http, request, sagaId(request.params.investmentId), answer);
};

const list = async (http: CgoHttp, request: ApiRequest<unknown, z.output<typeof search>>): Promise<ApiAnswer> => {
  const { principal, tenantId, query } = request;
  const { cursor, limit, status, ...filter } = query;
  if (filter.partyId !== undefined) requireOwn(request, filter.partyId, filter.partyId);
  const scope: CursorScope = { list: 'cgo-investments', epoch: http.services.positions.epoch };
  const rows = await http.reads.listInvestments(
    tenantId,
    { ...filter, statuses: statusesOf(status, isCustomer(principal)), partyId: principal.actingFor ?? filter.partyId },
    { before: beforeOf(cursor, scope), limit: limit + 1 },
  );
  const amount = await amountWriter(
    http.assets,
    tenantId,
    rows.map(({ item }) => item.asset),
  );
  const body = pageOf(rows, {
    limit,
    scope,
    positionOf: ({ seq }) => [seq.toString()],
    show: ({ item }) => showInvestment(item, amount, isCustomer(principal)),
  });
  return { status: 200, body };
};

/** What is looked for by a status, as the principal knows it: a customer is not told that it is looked at, by no question either. */
const statusesOf = (
  status: InvestmentStatus | undefined,
  isOfCustomer: boolean,
): readonly InvestmentStatus[] | undefined => {
  if (status === undefined) return undefined;
  if (!isOfCustomer) return [status];
  if (status === 'requested') return ['requested', 'aml_review'];
  return status === 'aml_review' ? [] : [status];
};

const payment = async (http: CgoHttp, request: ApiRequest<Params>): Promise<ApiAnswer> => {
  const { tenantId, params } = request;
  const investment = await visibleInvestment(http, request, params.investmentId);
  const { method, asset, amountMinor, feeMinor, reference, payIn, coolingOffEndsAt } = investment;
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  // Before the shares are reserved, and the agreement signed where it has to be, nobody is told how to pay for them.
  const isAsked = payIn === undefined && investment.agreementNumber !== undefined && !lacksSignature(investment);
  const asked = isAsked ? await http.payments.findPayment(paymentRequestOf(tenantId, investment)) : undefined;
  const booked = payIn?.isReturned === true || investment.voidedAt !== undefined ? 'returned' : 'paid';
  return {
    status: 200,
    body: {
      investmentId: params.investmentId,
      method,
      status: payIn === undefined ? (asked?.kind ?? 'not_requested') : booked,
      amount: amount(asset, amountMinor + feeMinor),
      reference,
      ...(asked?.kind === 'pending' ? next(asked) : {}),
      ...(coolingOffEndsAt === undefined ? {} : { coolingOffEndsAt }),
    },
  };
};

/** What the investor is to do next. */
const next = (pending: Extract<PaymentState, { readonly kind: 'pending' }>) =>
  Object.fromEntries(Object.entries(pending).filter(([name]) => name !== 'kind' && name !== 'isTold'));

/** Has the saga of an investment look at its payment now. */
const check = async (http: CgoHttp, request: ApiRequest<Params>): Promise<ApiAnswer> => {
  const { tenantId, params } = request;
  await visibleInvestment(http, request, params.investmentId);
  const sagaId = investmentSagaId(params.investmentId);
  const { services, problems } = http;
  const data = { sagaId, signal: 'look', signalId: services.newId(), data: null };
  const how = { status: 200, show: () => ({}), problems } as const;
  const told = await answerCommand(services, request, services.sagas.handlers.signal, data, how);
  if (told.status >= 300) return told;
  if (!request.dryRun) services.sagas.adopt({ tenantId, sagaId });
  return payment(http, request);
};

const invalid = (field: string, message: string): never => {
  throw new ProblemError('validation_failed', { errors: [{ field, code: 'required', message }] });
};

const recordPayment = async (
  http: CgoHttp,
  request: ApiRequest<Params, unknown, z.output<typeof paymentBody>>,
): Promise<ApiAnswer> => {
  requireStaff(request.principal);
  const { tenantId, params, body } = request;
  const investment = await visibleInvestment(http, request, params.investmentId);
  const { result: kind, arrivedOn, amount: written, reference } = body;
  if (kind === 'paid' && arrivedOn === undefined) invalid('/body/arrivedOn', 'must say where the money arrived');
  const arrived =
    written === undefined
      ? { asset: investment.asset, amountMinor: investment.amountMinor + investment.feeMinor }
      : await parseAssetAmount(http.assets, tenantId, written, '/body/amount');
  if (arrived.asset !== investment.asset)
    throw new ProblemError('validation_failed', {
      errors: [{ field: '/body/amount/asset', code: 'not_allowed', message: `must be ${investment.asset}` }],
    });
  const data = {
    ...params,
    kind,
    reference,
    ...(kind === 'paid' ? { payer: arrivedOn, paidMinor: arrived.amountMinor } : {}),
  };
  return command(http, request, { handler: http.handlers.recordPayment, data, staffOnly: true });
};
