import { derivedUuid } from '@finaegis/kernel/id';
import { isCustomer, requireStaff } from '@finaegis/platform/auth/access';
import type { CommandHandler } from '@finaegis/platform/command/handler';
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
import { isHouseAccountId } from '../../ledger/contract.ts';
import { outgoingSagaId } from '../outgoing/commands.ts';
import { type Outgoing, type OutgoingRefusal, outgoingStatuses } from '../outgoing/outgoing.ts';
import { payeeMatches } from '../ports.ts';
import { bankName, bic, code, executionDay, iban, postalAddress, reference } from '../terms.ts';
import { answerList, ofAsset } from './lists.ts';
import { adopting, type PaymentHttp } from './payment-http.ts';
import { bookingProblems } from './problems.ts';

const tag = 'Payments';
const commandParts = { ...commandRoute, tag } as const;
const readParts = { ...readRoute, tag, permission: 'payment:read' } as const;

const creditor = z.strictObject({
  name: text(140),
  iban: iban.optional(),
  account: text(34).optional().describe('Where there are no IBANs.'),
  bic: bic.optional(),
  address: postalAddress.optional(),
});

const paymentBody = z
  .strictObject({
    paymentId: uuid.optional().describe('Your own id, unique for ever; one is made when absent.'),
    debtorAccountId: uuid,
    amount: amountSchema,
    creditor,
    remittance: text(140).optional().describe('What the payee is told; personal data.'),
    endToEndId: text(35).optional().describe('Kept from payer to payee; the reference when absent.'),
    reference: reference.optional().describe('1 to 35 capitals and digits; made from the id when absent.'),
    requestedExecutionDate: executionDay.optional().describe('At once when absent or past.'),
    isPayeeConfirmed: z.boolean().optional().describe('The payer was told that the name differs, and pays.'),
  })
  .meta({ id: 'PaymentRequest' });

const paymentResource = z
  .object({
    paymentId: uuid,
    status: z.enum(outgoingStatuses),
    reference: z.string(),
    debtorAccountId: z.string(),
    amount: amountSchema,
    fee: amountSchema.optional(),
    creditor: z.object({
      name: z.string(),
      iban: z.string().optional(),
      account: z.string().optional(),
      bic: z.string().optional(),
    }),
    remittance: z.string().optional(),
    endToEndId: z.string(),
    requestedExecutionDate: isoDate.optional(),
    executionDate: isoDate,
    rail: z.string(),
    bank: z.string().optional().describe('By which partner bank; shown to staff.'),
    payeeMatch: z.enum(payeeMatches).optional(),
    bankReference: z.string().optional(),
    reason: z.string().optional().describe('Why it waits, was rejected or came back.'),
    returned: amountSchema.optional(),
    creditedTo: z.string().optional().describe('Where the money went that came back; shown to staff.'),
    returnOf: uuid.optional().describe('The incoming payment it sends back.'),
    createdAt: instant,
    changedAt: instant,
  })
  .meta({ id: 'Payment', description: 'Money on its way out, or within the tenant.' });

const params = z.strictObject({ paymentId: uuid });
const reviewBody = z
  .strictObject({ decision: z.enum(['approved', 'rejected']), reason: code.optional() })
  .meta({ id: 'PaymentReview' });
const returnBody = z
  .strictObject({
    reason: code.describe('ISO 20022 reason such as AC04.'),
    entryReference: text(140).describe('The bank’s own reference of the entry; one entry is one return.'),
    amount: amountSchema.optional().describe('What arrived; the whole payment when absent.'),
    valueDate: executionDay.optional(),
  })
  .meta({ id: 'PaymentReturn' });
const search = z.strictObject({
  ...pageQuery,
  accountId: uuid.optional(),
  status: z.enum(outgoingStatuses).optional(),
  asset: text(32).optional(),
  bank: bankName.optional(),
  rail: bankName.optional(),
  reference: text(35).optional(),
  endToEndId: text(35).optional(),
});
const payeeBody = z
  .strictObject({ iban, name: text(140), asset: text(32).default('EUR') })
  .meta({ id: 'PayeeToVerify' });
const payeeResource = z.object({ match: z.enum(payeeMatches) }).meta({ id: 'PayeeVerification' });

const ofStatus = (description: string) => ({ 200: { description, schema: paymentResource } });

/** Payments out: made, looked at, reviewed, cancelled, and what comes back of them. */
export const outgoingRoutes = (http: PaymentHttp): readonly Route[] => [
  ...payingRoutes(http),
  ...lookingRoutes(http),
  ...decidingRoutes(http),
];

const payingRoutes = (http: PaymentHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    idempotency: 'required',
    path: '/v1/payments',
    operationId: 'createPayment',
    personalData: 'known',
    summary: 'Pay somebody',
    description:
      'To an account of this bank it is one booking and settled at once. To another bank it is taken on here and goes its way by itself; follow its status. Asking twice with one id is one payment.',
    permission: 'payment:create',
    request: { body: paymentBody },
    responses: {
      200: { description: 'It had been created before; as it is now.', schema: paymentResource },
      201: { description: 'Created.', schema: paymentResource },
    },
    problems: [
      'not_found',
      'mandate_missing',
      'mandate_limit_exceeded',
      'payment_exists_with_different_content',
      'creditor_account_missing',
      'creditor_takes_no_credits',
      'rail_not_found',
      'payee_not_matched',
      'payment_refused',
      ...bookingProblems,
    ],
    handle: (request) => withReplay(http.services, request, () => create(http, request)),
  }),
  defineRoute({
    ...commandParts,
    supportsDryRun: false,
    idempotency: 'none',
    rateClass: 'sensitive',
    path: '/v1/payees/verification',
    operationId: 'verifyPayee',
    personalData: 'shown',
    summary: 'Ask the payee’s bank whether it knows the name for the account',
    permission: 'payment:create',
    request: { body: payeeBody },
    responses: { 200: { description: 'What it says.', schema: payeeResource } },
    problems: ['rail_not_found'],
    handle: (request) => verify(http, request),
  }),
];

const lookingRoutes = (http: PaymentHttp): readonly Route[] => [
  defineRoute({
    ...readParts,
    path: '/v1/payments',
    operationId: 'listPayments',
    personalData: 'shown',
    summary: 'List payments, newest first',
    description: 'A customer is shown those of the accounts it has a mandate on.',
    request: { query: search },
    responses: { 200: { description: 'Payments.', schema: pageSchema(paymentResource) } },
    problems: [],
    handle: (request) => list(http, request),
  }),
  defineRoute({
    ...readParts,
    path: '/v1/payments/:paymentId',
    operationId: 'getPayment',
    personalData: 'shown',
    summary: 'Get a payment',
    request: { params },
    responses: ofStatus('The payment.'),
    problems: ['not_found'],
    handle: async (request) => {
      const payment = await visible(http, request);
      return { status: 200, body: await shown(http, request, payment), contentType: 'application/json; charset=utf-8' };
    },
  }),
];

const decidingRoutes = (http: PaymentHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/payments/:paymentId/cancellation',
    operationId: 'cancelPayment',
    personalData: 'shown',
    summary: 'Cancel a payment the bank has not been told of',
    permission: 'payment:create',
    request: { params },
    responses: ofStatus('Cancelled; what had been taken is back.'),
    problems: ['not_found', 'mandate_missing', 'payment_unknown', 'payment_not_cancellable', ...bookingProblems],
    handle: async (request) => {
      const payment = await visible(http, request);
      if (isCustomer(request.principal))
        await http.access.require(request.principal, payment.debtorAccountId, 'operate');
      return command(http, request, { handler: http.handlers.cancelPayment, data: request.params, payment });
    },
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/payments/:paymentId/review',
    operationId: 'reviewPayment',
    personalData: 'shown',
    summary: 'Let a payment in review go, or not',
    description: 'By another person than the one who created it.',
    permission: 'payment:review',
    request: { params, body: reviewBody },
    responses: ofStatus('Reviewed.'),
    problems: ['staff_only', 'not_found', 'payment_unknown', 'payment_not_in_review', 'reviewer_is_creator'],
    handle: async (request) => {
      requireStaff(request.principal);
      const payment = await visible(http, request);
      const data = { ...request.params, ...request.body };
      return command(http, request, { handler: http.handlers.reviewPayment, data, payment });
    },
  }),
  defineRoute({
    ...commandParts,
    idempotency: 'required',
    path: '/v1/payments/:paymentId/returns',
    operationId: 'returnPayment',
    personalData: 'shown',
    summary: 'Record that a payment came back',
    description:
      'For staff and connectors. The money is credited to who paid, or to suspense where his account cannot take it.',
    permission: 'payment:rail',
    request: { params, body: returnBody },
    responses: ofStatus('Returned.'),
    problems: [
      'staff_only',
      'not_found',
      'payment_unknown',
      'payment_not_returnable',
      'payment_already_returned',
      'return_exceeds_payment',
      ...bookingProblems,
    ],
    handle: (request) => withReplay(http.services, request, () => takeBack(http, request)),
  }),
];

const create = async (
  http: PaymentHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof paymentBody>>,
): Promise<ApiAnswer> => {
  const { principal, tenantId, body, idempotency } = request;
  const { paymentId: given, amount: written, ...rest } = body;
  await http.access.require(principal, rest.debtorAccountId, 'view');
  const terms = await http.accounts.find(tenantId, rest.debtorAccountId);
  if (terms === undefined) throw new ProblemError('not_found', { about: { sought: rest.debtorAccountId } });
  const day = http.entities.bookingDay(tenantId, terms.entity);
  const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, written, '/body/amount', day);
  await http.access.require(principal, rest.debtorAccountId, 'operate', [{ asset, amountMinor }]);
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  // Derived from the key, so that a request repeated under it is the same payment also where the answer was never stored.
  const paymentId =
    given ??
    (idempotency === undefined
      ? http.services.newId()
      : derivedUuid('payment-of-key', tenantId, principal.id, idempotency.key));
  const answer = await answerCommand(
    http.services,
    request,
    http.handlers.createPayment,
    { ...rest, paymentId, asset, amountMinor },
    {
      status: 201,
      show: (payment) => showPayment(payment, amount, isCustomer(principal)),
      problems: http.problems,
      amount,
    },
  );
  return adopting(http, request, outgoingSagaId(paymentId), answer);
};

/** The payment somebody wants to look at. */
const visible = async (
  { access, reads }: PaymentHttp,
  { principal, tenantId, params: { paymentId } }: ApiRequest<z.output<typeof params>>,
): Promise<Outgoing> => {
  const payment = await reads.outgoing(tenantId, paymentId);
  const notFound = new ProblemError('not_found', { about: { sought: paymentId } });
  if (payment.status === 'unknown') throw notFound;
  // The bank's own payments are nobody's but the bank's.
  if (isHouseAccountId(payment.debtorAccountId)) {
    if (isCustomer(principal)) throw notFound;
    return payment;
  }
  await access.require(principal, payment.debtorAccountId, 'view');
  return payment;
};

const command = async <Data, Refs>(
  http: PaymentHttp,
  request: ApiRequest<z.output<typeof params>>,
  {
    handler,
    data,
    payment,
  }: {
    readonly handler: CommandHandler<Data, Refs, Outgoing, OutgoingRefusal>;
    readonly data: Data;
    readonly payment: Outgoing;
  },
): Promise<ApiAnswer> => {
  const amount = await amountWriter(http.assets, request.tenantId, [payment.asset]);
  const show = (changed: Outgoing) => showPayment(changed, amount, isCustomer(request.principal));
  const how = { status: 200, show, problems: http.problems, amount } as const;
  const answer = await answerCommand(http.services, request, handler, data, how);
  return adopting(http, request, outgoingSagaId(payment.paymentId), answer);
};

const takeBack = async (
  http: PaymentHttp,
  request: ApiRequest<z.output<typeof params>, unknown, z.output<typeof returnBody>>,
): Promise<ApiAnswer> => {
  requireStaff(request.principal);
  const payment = await visible(http, request);
  const { amount: written, ...rest } = request.body;
  const day = http.entities.bookingDay(request.tenantId, payment.entity);
  const arrived =
    written === undefined
      ? payment
      : await parseAssetAmount(http.assets, request.tenantId, written, '/body/amount', day);
  if (arrived.asset !== payment.asset)
    throw new ProblemError('validation_failed', {
      errors: [
        { field: '/body/amount/asset', code: 'not_allowed', message: `must be ${payment.asset}, which was paid` },
      ],
    });
  const data = { ...request.params, ...rest, amountMinor: arrived.amountMinor };
  return command(http, request, { handler: http.handlers.returnPayment, data, payment });
};

const list = (http: PaymentHttp, request: ApiRequest<unknown, z.output<typeof search>>): Promise<ApiAnswer> =>
  answerList(http, request, {
    list: 'payments',
    read: http.reads.listOutgoing,
    assetsOf: ofAsset,
    show: (payment, amount) => showPayment(payment, amount, isCustomer(request.principal)),
    isPersonal: true,
  });

const verify = async (
  { rail }: PaymentHttp,
  { tenantId, body: { iban: payee, name, asset } }: ApiRequest<unknown, unknown, z.output<typeof payeeBody>>,
): Promise<ApiAnswer> => {
  const way = await rail.route({ tenantId, asset, amountMinor: 1n, creditorIban: payee });
  if (way === undefined) throw new ProblemError('rail_not_found', { facts: { asset } });
  return { status: 200, body: { match: await rail.verifyPayee({ tenantId, bank: way.bank, iban: payee, name }) } };
};

const shown = async (
  http: PaymentHttp,
  { tenantId, principal }: Pick<ApiRequest, 'tenantId' | 'principal'>,
  payment: Outgoing,
): Promise<string> => {
  const amount = await amountWriter(http.assets, tenantId, [payment.asset]);
  const text = JSON.stringify(showPayment(payment, amount, isCustomer(principal)));
  return http.services.personalData.render(tenantId, text);
};

/** What a payment is answered as; which bank and which of our accounts is the bank's business. */
const showPayment = (payment: Outgoing, amount: ShowAmount, isOfCustomer: boolean): unknown => {
  const { asset, creditor: payee, feeMinor, remittance, requestedExecutionDate, payeeMatch, bankReference } = payment;
  // A customer is told what the bank or the ledger said, and not that he was looked at: telling him may be forbidden.
  const isToBeTold = !isOfCustomer || payment.creditedTo !== undefined;
  const reason = isToBeTold
    ? (payment.reason ?? (payment.status === 'in_review' ? payment.reviewReason : undefined))
    : undefined;
  return {
    paymentId: payment.paymentId,
    status: payment.status,
    reference: payment.reference,
    debtorAccountId: payment.debtorAccountId,
    amount: amount(asset, payment.amountMinor),
    ...(feeMinor === 0n ? {} : { fee: amount(asset, feeMinor) }),
    creditor: {
      name: personalMarker(payee.name),
      ...(payee.iban === undefined ? {} : { iban: payee.iban }),
      ...(payee.account === undefined ? {} : { account: payee.account }),
      ...(payee.bic === undefined ? {} : { bic: payee.bic }),
    },
    ...(remittance === undefined ? {} : { remittance: personalMarker(remittance) }),
    endToEndId: payment.endToEndId,
    ...(requestedExecutionDate === undefined ? {} : { requestedExecutionDate }),
    executionDate: payment.executionDate,
    rail: payment.rail,
    ...(payment.bank === undefined || isOfCustomer ? {} : { bank: payment.bank }),
    ...(payeeMatch === undefined ? {} : { payeeMatch }),
    ...(bankReference === undefined ? {} : { bankReference }),
    ...(reason === undefined ? {} : { reason }),
    ...(payment.returnedMinor === undefined ? {} : { returned: amount(asset, payment.returnedMinor) }),
    ...(payment.creditedTo === undefined || isOfCustomer ? {} : { creditedTo: payment.creditedTo }),
    ...(payment.returnOf === undefined ? {} : { returnOf: payment.returnOf }),
    createdAt: payment.createdAt,
    changedAt: payment.changedAt,
  };
};
