import { isCustomer, requireStaff } from '@finaegis/platform/auth/access';
import { personalMarker } from '@finaegis/platform/event-store/personal-ref';
import { amountSchema, instant, isoDate, text, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
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
import { entityName } from '../../ledger/contract.ts';
import { type Incoming, incomingStatuses } from '../incoming/incoming.ts';
import { bankName, bic, code, executionDay, iban } from '../terms.ts';
import { answerList, ofAsset } from './lists.ts';
import { type PaymentHttp, rendered } from './payment-http.ts';
import { bookingProblems } from './problems.ts';

const tag = 'Payments in';
const commandParts = { ...commandRoute, tag } as const;
const readParts = { ...readRoute, tag, permission: 'payment:read' } as const;

const entryBody = z
  .strictObject({
    bank: bankName.describe('The partner bank that tells of it.'),
    entryReference: text(140).describe('The bank’s own reference of the entry, unique for ever.'),
    entity: entityName.optional().describe('Whose nostro it is; the account’s own where one is named, else `main`.'),
    amount: amountSchema,
    expected: amountSchema.optional().describe('What was asked for; another amount goes to suspense.'),
    creditorIban: iban.optional(),
    creditorAccountId: uuid.optional().describe('Where a bank knows our customers by another number.'),
    debtor: z.strictObject({ name: text(140).optional(), iban: iban.optional(), bic: bic.optional() }).optional(),
    remittance: text(140).optional(),
    endToEndId: text(35).optional(),
    bookingDate: executionDay.optional(),
    valueDate: executionDay.optional(),
    isBooked: z.boolean().default(true).describe('False for money that is only on its way.'),
  })
  .meta({ id: 'IncomingPaymentRequest' });

const incomingResource = z
  .object({
    incomingId: uuid,
    status: z.enum(incomingStatuses),
    bank: z.string().optional().describe('Shown to staff.'),
    entryReference: z.string(),
    amount: amountSchema,
    expected: amountSchema.optional(),
    creditorIban: z.string().optional(),
    accountId: uuid.optional().describe('The account the number belongs to.'),
    creditedTo: z.string().optional(),
    debtor: z.object({ name: z.string().optional(), iban: z.string().optional(), bic: z.string().optional() }),
    remittance: z.string().optional(),
    endToEndId: z.string().optional(),
    bookingDate: isoDate.optional(),
    valueDate: isoDate.optional(),
    reason: z.string().optional().describe('Why it waits or goes back; shown to staff.'),
    workItemId: uuid.optional().describe('Shown to staff.'),
    returnedBy: uuid.optional().describe('The payment that takes it back.'),
    createdAt: instant,
    changedAt: instant,
  })
  .meta({
    id: 'IncomingPayment',
    description: 'Money that came, or is coming; booked always, in suspense where it cannot be credited.',
  });

const params = z.strictObject({ incomingId: uuid });
const reviewBody = z
  .strictObject({ decision: z.enum(['approved', 'rejected']), reason: code.optional() })
  .meta({ id: 'IncomingPaymentReview' });
const search = z.strictObject({
  ...pageQuery,
  accountId: uuid.optional(),
  status: z.enum(incomingStatuses).optional(),
  asset: text(32).optional(),
  bank: bankName.optional(),
  reference: text(140).optional().describe('The bank’s reference of the entry.'),
  endToEndId: text(35).optional(),
});

/** Payments in: recorded by staff and connectors, looked at, reviewed. */
export const incomingRoutes = (http: PaymentHttp): readonly Route[] => [
  ...decidingRoutes(http),
  ...lookingRoutes(http),
];

const decidingRoutes = (http: PaymentHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    idempotency: 'required',
    path: '/v1/incoming-payments',
    operationId: 'receivePayment',
    personalData: 'known',
    summary: 'Record money that a bank tells of',
    description:
      'Money that has arrived is booked, always: to the customer, or to suspense with a work item. One entry reference of a bank is one payment.',
    permission: 'payment:receive',
    request: { body: entryBody },
    responses: {
      200: { description: 'It had been recorded before; as it is now.', schema: incomingResource },
      201: { description: 'Recorded; `status` says where it is.', schema: incomingResource },
    },
    problems: ['staff_only', 'incoming_payment_exists_with_different_content', ...bookingProblems],
    handle: (request) => withReplay(http.services, request, () => receive(http, request)),
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/incoming-payments/:incomingId/review',
    operationId: 'reviewIncomingPayment',
    personalData: 'shown',
    summary: 'Let the customer have money in review, or not',
    description: 'Rejected, it stays in suspense, from where it can be sent back.',
    permission: 'payment:review',
    request: { params, body: reviewBody },
    responses: { 200: { description: 'Reviewed.', schema: incomingResource } },
    problems: [
      'staff_only',
      'not_found',
      'incoming_payment_unknown',
      'incoming_payment_not_in_review',
      'reviewer_is_recorder',
      'incoming_payment_exists_with_different_content',
      ...bookingProblems,
    ],
    handle: async (request) => {
      requireStaff(request.principal);
      const payment = await visible(http, request);
      const amount = await amountWriter(http.assets, request.tenantId, [payment.asset]);
      const show = (changed: Incoming) => showIncoming(changed, amount, false);
      const how = { status: 200, show, problems: http.problems, amount } as const;
      const data = { ...request.params, ...request.body };
      return answerCommand(http.services, request, http.handlers.reviewIncoming, data, how);
    },
  }),
];

const lookingRoutes = (http: PaymentHttp): readonly Route[] => [
  defineRoute({
    ...readParts,
    path: '/v1/incoming-payments',
    operationId: 'listIncomingPayments',
    personalData: 'shown',
    summary: 'List incoming payments, newest first',
    description: 'A customer is shown those of the accounts it has a mandate on.',
    request: { query: search },
    responses: { 200: { description: 'Incoming payments.', schema: pageSchema(incomingResource) } },
    problems: [],
    handle: (request) => list(http, request),
  }),
  defineRoute({
    ...readParts,
    path: '/v1/incoming-payments/:incomingId',
    operationId: 'getIncomingPayment',
    personalData: 'shown',
    summary: 'Get an incoming payment',
    request: { params },
    responses: { 200: { description: 'The payment.', schema: incomingResource } },
    problems: ['not_found'],
    handle: async (request) => {
      const { tenantId, principal } = request;
      const payment = await visible(http, request);
      const amount = await amountWriter(http.assets, tenantId, [payment.asset]);
      const isOfCustomer = principal.actingFor !== undefined;
      return rendered(http, tenantId, showIncoming(payment, amount, isOfCustomer));
    },
  }),
];

const receive = async (
  http: PaymentHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof entryBody>>,
): Promise<ApiAnswer> => {
  const { principal, tenantId, body } = request;
  requireStaff(principal);
  const { amount: written, expected, ...rest } = body;
  const day = http.entities.bookingDay(tenantId, body.entity ?? 'main');
  const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, written, '/body/amount', day);
  const wanted =
    expected === undefined ? undefined : await parseAssetAmount(http.assets, tenantId, expected, '/body/expected', day);
  if (wanted !== undefined && wanted.asset !== asset)
    throw new ProblemError('validation_failed', {
      errors: [{ field: '/body/expected/asset', code: 'not_allowed', message: `must be ${asset}, as what arrived` }],
    });
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  return answerCommand(
    http.services,
    request,
    http.handlers.receivePayment,
    { ...rest, asset, amountMinor, ...(wanted === undefined ? {} : { expectedMinor: wanted.amountMinor }) },
    { status: 201, show: (payment) => showIncoming(payment, amount, false), problems: http.problems, amount },
  );
};

/** The payment somebody wants to look at. A customer sees what is on its account or was meant for it. */
const visible = async (
  { access, reads }: PaymentHttp,
  { principal, tenantId, params: { incomingId } }: ApiRequest<z.output<typeof params>>,
): Promise<Incoming> => {
  const payment = await reads.incoming(tenantId, incomingId);
  const notFound = new ProblemError('not_found', { about: { sought: incomingId } });
  if (payment.status === 'unknown') throw notFound;
  if (principal.actingFor === undefined) return payment;
  // Money in review or suspense is the bank's own affair until the customer has it.
  if (payment.status !== 'credited') throw notFound;
  await access.require(principal, payment.creditedTo ?? '', 'view');
  return payment;
};

const list = (http: PaymentHttp, request: ApiRequest<unknown, z.output<typeof search>>): Promise<ApiAnswer> => {
  const isOfCustomer = isCustomer(request.principal);
  return answerList(http, request, {
    list: 'incoming-payments',
    // What a customer may not see is not in his list, whatever he filters by.
    read: async (tenantId, { status, ...filter }, page) =>
      isOfCustomer && status !== undefined && status !== 'credited'
        ? []
        : http.reads.listIncoming(tenantId, { ...filter, status: isOfCustomer ? 'credited' : status }, page),
    assetsOf: ofAsset,
    show: (payment, amount) => showIncoming(payment, amount, isOfCustomer),
    isPersonal: true,
  });
};

const showIncoming = (payment: Incoming, amount: ShowAmount, isOfCustomer: boolean): unknown => {
  const { asset, expectedMinor, creditorIban, accountId, debtor, remittance, endToEndId, creditedTo } = payment;
  const staff = isOfCustomer
    ? {}
    : {
        bank: payment.bank,
        ...(payment.reason === undefined ? {} : { reason: payment.reason }),
        ...(payment.workItemId === undefined ? {} : { workItemId: payment.workItemId }),
      };
  return {
    incomingId: payment.incomingId,
    status: payment.status,
    ...staff,
    entryReference: payment.entryReference,
    amount: amount(asset, payment.amountMinor),
    ...(expectedMinor === undefined ? {} : { expected: amount(asset, expectedMinor) }),
    ...(creditorIban === undefined ? {} : { creditorIban }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(creditedTo === undefined ? {} : { creditedTo }),
    debtor: {
      ...(debtor.name === undefined ? {} : { name: personalMarker(debtor.name) }),
      ...(debtor.iban === undefined ? {} : { iban: debtor.iban }),
      ...(debtor.bic === undefined ? {} : { bic: debtor.bic }),
    },
    ...(remittance === undefined ? {} : { remittance: personalMarker(remittance) }),
    ...(endToEndId === undefined ? {} : { endToEndId }),
    ...(payment.bookingDate === undefined ? {} : { bookingDate: payment.bookingDate }),
    ...(payment.valueDate === undefined ? {} : { valueDate: payment.valueDate }),
    ...(payment.returnedBy === undefined ? {} : { returnedBy: payment.returnedBy }),
    createdAt: payment.createdAt,
    changedAt: payment.changedAt,
  };
};
