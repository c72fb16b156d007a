import { isCustomer } from '@finaegis/platform/auth/access';
import { personalMarker } from '@finaegis/platform/event-store/personal-ref';
import { amountSchema, instant, text, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
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
import { amountWriter, parseAssetAmount, type ShowAmount } from '../../asset/contract.ts';
import type { JournalRefusal } from '../../ledger/contract.ts';
import type { Parties } from '../../party/contract.ts';
import type { RequestHandlers } from '../request/commands.ts';
import {
  type PaymentRequest,
  type RequestRefusal,
  type RequestState,
  requestSagaId,
  requestStatuses,
} from '../request/request.ts';
import { answerList, ofAsset } from './lists.ts';
import { adopting, type PaymentHttp, rendered } from './payment-http.ts';
import { bookingProblems } from './problems.ts';

/** What the routes of requests are built over besides. */
export interface RequestHttp extends Omit<PaymentHttp, 'handlers' | 'reads'> {
  readonly requests: RequestHandlers;
  readonly parties: Pick<Parties, 'find'>;
  readonly requestReads: {
    request(tenantId: string, requestId: string): Promise<RequestState>;
    list(
      tenantId: string,
      filter: {
        readonly status?: string | undefined;
        readonly between?: { readonly partyId: string; readonly accountIds: readonly string[] } | undefined;
        readonly before?: bigint | undefined;
        readonly limit: number;
      },
    ): Promise<readonly { readonly seq: bigint; readonly item: PaymentRequest }[]>;
  };
}

/** How refusals about requests are told. */
export const requestProblems = defineProblems({
  payment_request_exists_with_different_content: {
    status: 409,
    title: 'A payment request with this id exists with other content',
  },
  payment_request_unknown: { status: 404, title: 'There is no such payment request', offender: 'requestId' },
  payment_request_over: { status: 409, title: 'The payment request was paid, declined, or its time is over' },
} satisfies Record<Exclude<RequestRefusal['code'], JournalRefusal['code']>, ProblemTable[string]>);

const tag = 'Payment requests';
const commandParts = { ...commandRoute, tag, permission: 'payment:create' } as const;
const params = z.strictObject({ requestId: uuid });
const body = z
  .strictObject({
    requestId: uuid.optional().describe('Your own id, unique for ever; one is made when absent.'),
    payeeAccountId: uuid.describe('Where the money is to go.'),
    payerPartyId: uuid.describe('Who is asked.'),
    amount: amountSchema,
    note: text(140).optional().describe('What it is for; personal data.'),
    expiresAt: instant,
  })
  .meta({ id: 'PaymentRequestToMake' });
const resource = z
  .object({
    requestId: uuid,
    status: z.enum(requestStatuses),
    payeeAccountId: uuid,
    payerPartyId: uuid,
    amount: amountSchema,
    note: z.string().optional(),
    expiresAt: instant,
    declinedBy: z.enum(['payer', 'payee']).optional(),
    journalId: uuid.optional(),
    requestedAt: instant,
    changedAt: instant,
  })
  .meta({ id: 'RequestedPayment', description: 'Money one party of the tenant asks of another.' });
const ok = { 200: { description: 'The request.', schema: resource } };
const overProblems = ['not_found', 'payment_request_unknown', 'payment_request_over'] as const;

/** Money asked of another party of the tenant: asked, looked at, paid, declined. */
export const requestRoutes = (http: RequestHttp): readonly Route[] => [...askingRoutes(http), ...answeringRoutes(http)];

const askingRoutes = (http: RequestHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/payment-requests',
    operationId: 'createPaymentRequest',
    personalData: 'known',
    summary: 'Ask another party of the tenant for money',
    request: { body },
    responses: {
      200: { description: 'It had been made before.', schema: resource },
      201: { description: 'Made.', schema: resource },
    },
    problems: ['not_found', 'mandate_missing', 'account_unknown', 'payment_request_exists_with_different_content'],
    handle: (request) => withReplay(http.services, request, () => create(http, request)),
  }),
  defineRoute({
    ...readRoute,
    tag,
    permission: 'payment:read',
    path: '/v1/payment-requests',
    operationId: 'listPaymentRequests',
    personalData: 'shown',
    summary: 'List payment requests, newest first',
    description: 'A customer is shown those it is asked by, and those for accounts it has a mandate on.',
    request: { query: z.strictObject({ ...pageQuery, status: z.enum(requestStatuses).optional() }) },
    responses: { 200: { description: 'Requests.', schema: pageSchema(resource) } },
    problems: [],
    handle: (request) => list(http, request),
  }),
  defineRoute({
    ...readRoute,
    tag,
    permission: 'payment:read',
    path: '/v1/payment-requests/:requestId',
    operationId: 'getPaymentRequest',
    personalData: 'shown',
    summary: 'Get a payment request',
    request: { params },
    responses: ok,
    problems: ['not_found'],
    handle: async (request) => {
      const { state } = await visible(http, request);
      const amount = await amountWriter(http.assets, request.tenantId, [state.asset]);
      return rendered(http, request.tenantId, show(state, amount));
    },
  }),
];

const answeringRoutes = (http: RequestHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    idempotency: 'required',
    path: '/v1/payment-requests/:requestId/payment',
    operationId: 'payPaymentRequest',
    personalData: 'shown',
    summary: 'Pay what was asked for',
    description: 'One booking from an account of the payer; asked twice it is paid once.',
    request: { params, body: z.strictObject({ payerAccountId: uuid }).meta({ id: 'PaymentRequestPayment' }) },
    responses: ok,
    problems: ['mandate_missing', 'mandate_limit_exceeded', ...overProblems, ...bookingProblems],
    handle: async (request) => {
      const { state, isPayer } = await visible(http, request);
      const { payerAccountId } = request.body;
      if (!isPayer) throw notFound(state.requestId);
      await http.access.require(request.principal, payerAccountId, 'operate', [state]);
      return answer(http, request, state, {
        handler: http.requests.payRequest,
        data: { ...request.params, payerAccountId },
      });
    },
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/payment-requests/:requestId/refusal',
    operationId: 'declinePaymentRequest',
    personalData: 'shown',
    summary: 'Say no to a payment request, or take it back',
    request: { params },
    responses: ok,
    problems: [...overProblems],
    handle: async (request) => {
      const { state, isPayer } = await visible(http, request);
      const data = { ...request.params, by: isPayer ? ('payer' as const) : ('payee' as const) };
      return answer(http, request, state, { handler: http.requests.declineRequest, data });
    },
  }),
];

const notFound = (requestId: string): ProblemError => new ProblemError('not_found', { about: { sought: requestId } });

const create = async (
  http: RequestHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof body>>,
): Promise<ApiAnswer> => {
  const { principal, tenantId } = request;
  const { requestId = http.services.newId(), amount: written, ...rest } = request.body;
  await http.access.require(principal, rest.payeeAccountId, 'operate');
  const [terms, payer] = await Promise.all([
    http.accounts.find(tenantId, rest.payeeAccountId),
    http.parties.find(tenantId, rest.payerPartyId),
  ]);
  if (terms === undefined) throw notFound(rest.payeeAccountId);
  if (payer === undefined) throw notFound(rest.payerPartyId);
  const { asset, amountMinor } = await parseAssetAmount(
    http.assets,
    tenantId,
    written,
    '/body/amount',
    http.entities.bookingDay(tenantId, terms.entity),
  );
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  const data = { ...rest, requestId, asset, amountMinor };
  const how = {
    status: 201,
    show: (made: PaymentRequest) => show(made, amount),
    problems: http.problems,
    amount,
  } as const;
  return adopting(
    http,
    request,
    requestSagaId(requestId),
    await answerCommand(http.services, request, http.requests.requestPayment, data, how),
  );
};

/** The request, where the principal is the one asked, or may look at the account the money would go to. */
const visible = async (
  { access, requestReads }: RequestHttp,
  { principal, tenantId, params: { requestId } }: ApiRequest<z.output<typeof params>>,
): Promise<{ readonly state: PaymentRequest; readonly isPayer: boolean }> => {
  const state = await requestReads.request(tenantId, requestId);
  if (state.status === 'unknown') throw notFound(requestId);
  if (!isCustomer(principal) || principal.actingFor === state.payerPartyId) return { state, isPayer: true };
  try {
    await access.require(principal, state.payeeAccountId, 'operate');
  } catch (error) {
    if (error instanceof ProblemError) throw notFound(requestId);
    throw error;
  }
  return { state, isPayer: false };
};

const answer = async <Data extends { readonly requestId: string }>(
  http: RequestHttp,
  request: ApiRequest,
  { asset }: PaymentRequest,
  {
    handler,
    data,
  }: { readonly handler: RequestHandlers['payRequest'] | RequestHandlers['declineRequest']; readonly data: Data },
): Promise<ApiAnswer> => {
  const amount = await amountWriter(http.assets, request.tenantId, [asset]);
  return answerCommand(http.services, request, handler as RequestHandlers['payRequest'], data as never, {
    status: 200,
    show: (changed) => show(changed, amount),
    problems: http.problems,
    amount,
  });
};

const list = (
  http: RequestHttp,
  request: ApiRequest<
    unknown,
    { readonly cursor?: string | undefined; readonly limit: number; readonly status?: string | undefined }
  >,
): Promise<ApiAnswer> =>
  answerList(http, request, {
    list: 'payment-requests',
    read: (tenantId, { status, accountIds }, page) => {
      const partyId = request.principal.actingFor ?? '';
      const between = accountIds === undefined ? undefined : { partyId, accountIds };
      return http.requestReads.list(tenantId, { status, between, ...page });
    },
    assetsOf: ofAsset,
    show,
    isPersonal: true,
  });

const show = (state: PaymentRequest, amount: ShowAmount): unknown => ({
  requestId: state.requestId,
  status: state.status,
  payeeAccountId: state.payeeAccountId,
  payerPartyId: state.payerPartyId,
  amount: amount(state.asset, state.amountMinor),
  ...(state.note === undefined ? {} : { note: personalMarker(state.note) }),
  expiresAt: state.expiresAt,
  ...(state.declinedBy === undefined ? {} : { declinedBy: state.declinedBy }),
  ...(state.journalId === undefined ? {} : { journalId: state.journalId }),
  requestedAt: state.requestedAt,
  changedAt: state.changedAt,
});
