import { personalMarker } from '@finaegis/platform/event-store/personal-ref';
import { amountSchema, instant, isoDate, text, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { type ApiAnswer, type ApiRequest, commandRoute, defineRoute, type Route } from '@finaegis/platform/http/route';
import { read } from '@finaegis/platform/services';
import { z } from 'zod';
import { amountWriter, parseAssetAmount, type ShowAmount } from '../../asset/contract.ts';
import { orderTerms } from '../standing-order/commands.ts';
import { orderFrequencies } from '../standing-order/events.ts';
import type { StandingOrder } from '../standing-order/standing-order.ts';
import { findStandingOrder, listStandingOrders, type StandingOrderRow } from '../views/standing-orders.ts';
import { type AccountHttp, requireVisible } from './account-http.ts';
import { accountParams } from './account-resource.ts';

const tag = 'Standing orders';
const commandParts = { ...commandRoute, tag, permission: 'account:order', idempotency: 'required' } as const;

const orderBody = z
  .strictObject({
    orderId: uuid.optional().describe('Your own id, unique for ever; one is made when absent.'),
    amount: amountSchema.describe('What is paid each time.'),
    counterparty: z.strictObject({
      bank: text(35).describe('The bank that keeps the account paid, by its code or BIC.'),
      account: text(34),
      name: text(140).optional().describe('Erased with the personal data of the account.'),
    }),
    remittance: text(140).optional().describe('Told to the payee; erased with the personal data of the account.'),
    ...orderTerms,
  })
  .meta({ id: 'StandingOrderRequest' });

const orderResource = z
  .object({
    orderId: uuid,
    accountId: uuid,
    status: z.enum(['active', 'cancelled']),
    amount: amountSchema,
    frequency: z.enum(orderFrequencies),
    counterparty: z.object({ bank: z.string(), account: z.string(), name: z.string().optional() }),
    remittance: z.string().optional(),
    purpose: z.string().optional(),
    firstOn: isoDate.optional(),
    externalReference: z.string().optional(),
    registeredAt: instant,
    cancelledAt: instant.optional(),
  })
  .meta({
    id: 'StandingOrder',
    description:
      'What an account is to pay again and again. It is paid on its days; how that went is in the payments of the account.',
  });

/** Orders of one account: kept, listed and ended by whoever may operate it. */
export const standingOrderRoutes = (http: AccountHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/accounts/:accountId/standing-orders',
    operationId: 'registerStandingOrder',
    personalData: 'known',
    summary: 'Register a standing order',
    description: 'Its terms never change: for other terms cancel it and register another.',
    request: { params: accountParams, body: orderBody },
    responses: {
      200: { description: 'It had been registered before.', schema: orderResource },
      201: { description: 'Registered.', schema: orderResource },
    },
    problems: [
      'not_found',
      'mandate_missing',
      'mandate_limit_exceeded',
      'standing_order_exists_with_different_content',
      'account_unknown',
      'account_closed',
      'asset_not_registered',
      'amount_not_positive',
    ],
    handle: (request) => withReplay(http.services, request, () => register(http, request)),
  }),
  defineRoute({
    method: 'GET',
    tag,
    permission: 'account:read',
    rateClass: 'read',
    idempotency: 'none',
    path: '/v1/accounts/:accountId/standing-orders',
    operationId: 'listStandingOrders',
    personalData: 'shown',
    summary: 'List the standing orders of an account, by id',
    request: { params: accountParams, query: z.strictObject(pageQuery) },
    responses: {
      200: { description: 'Orders, cancelled ones too, from the highest id.', schema: pageSchema(orderResource) },
    },
    problems: ['not_found'],
    handle: (request) => list(http, request),
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/accounts/:accountId/standing-orders/:orderId/cancellation',
    operationId: 'cancelStandingOrder',
    personalData: 'shown',
    summary: 'Cancel a standing order',
    request: { params: z.strictObject({ accountId: uuid, orderId: uuid }) },
    responses: { 200: { description: 'Cancelled, now or before.', schema: orderResource } },
    problems: ['not_found', 'mandate_missing', 'standing_order_unknown'],
    handle: (request) => cancel(http, request),
  }),
];

const register = async (
  http: AccountHttp,
  request: ApiRequest<z.output<typeof accountParams>, unknown, z.output<typeof orderBody>>,
): Promise<ApiAnswer> => {
  const { principal, tenantId, params, body } = request;
  const { entity } = await requireVisible(http, request, params.accountId);
  const { orderId = http.services.newId(), amount: written, counterparty, ...rest } = body;
  const day = http.ledger.reads.bookingDay(tenantId, entity);
  const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, written, '/body/amount', day);
  // Who may not pay the amount once may not have it paid every month.
  await http.access.require(principal, params.accountId, 'operate', [{ asset, amountMinor }]);
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  const { name: counterpartyName, bank, account } = counterparty;
  return answerCommand(
    http.services,
    request,
    http.handlers.registerStandingOrder,
    { ...rest, ...params, orderId, asset, amountMinor, counterparty: { bank, account }, counterpartyName },
    { status: 201, show: (order) => showDecided(order, amount), problems: http.problems },
  );
};

const list = async (
  http: AccountHttp,
  request: ApiRequest<z.output<typeof accountParams>, { readonly cursor?: string | undefined; readonly limit: number }>,
): Promise<ApiAnswer> => {
  const { tenantId, params, query } = request;
  await requireVisible(http, request, params.accountId);
  const { cursor, limit } = query;
  const scope: CursorScope = { list: `standing-orders ${params.accountId}`, epoch: http.services.positions.epoch };
  const before = cursor === undefined ? undefined : decodeCursor(cursor, scope, z.tuple([uuid]))[0];
  const [orders, texts] = await read(http.services, tenantId, async (tx) => {
    const found = await listStandingOrders(tx, tenantId, params.accountId, { before, limit: limit + 1 });
    const refs = found.flatMap(({ counterpartyName, remittance }) =>
      [counterpartyName, remittance].flatMap((text) => text?.ref ?? []),
    );
    return [found, await http.services.personalData.read(tx, tenantId, refs)];
  });
  const amount = await amountWriter(
    http.assets,
    tenantId,
    orders.map(({ asset }) => asset),
  );
  return {
    status: 200,
    body: pageOf(orders, {
      limit,
      scope,
      positionOf: ({ orderId }) => [orderId],
      show: (order) => show(order, amount, ({ ref }) => texts.get(ref)),
    }),
  };
};

const cancel = async (
  http: AccountHttp,
  request: ApiRequest<{ readonly accountId: string; readonly orderId: string }>,
): Promise<ApiAnswer> => {
  const { principal, tenantId, params } = request;
  await requireVisible(http, request, params.accountId);
  await http.access.require(principal, params.accountId, 'operate');
  // Its asset never changes, so it may be read before the order is locked; where there is no order, the command says so.
  const order = await read(http.services, tenantId, (tx) => findStandingOrder(tx, tenantId, params.orderId));
  const amount = await amountWriter(http.assets, tenantId, order === undefined ? [] : [order.asset]);
  return answerCommand(http.services, request, http.handlers.cancelStandingOrder, params, {
    status: 200,
    show: (cancelled) => showDecided(cancelled, amount),
    problems: http.problems,
  });
};

const showDecided = (order: StandingOrder, amount: ShowAmount): unknown => show(order, amount, personalMarker);

const show = (
  order: StandingOrder | StandingOrderRow,
  amount: ShowAmount,
  textOf: (text: { readonly ref: string }) => unknown,
): unknown => {
  const { counterparty, counterpartyName: name, remittance, purpose, firstOn, externalReference, cancelledAt } = order;
  return {
    orderId: order.orderId,
    accountId: order.accountId,
    status: order.status,
    amount: amount(order.asset, order.amountMinor),
    frequency: order.frequency,
    counterparty: { ...counterparty, ...(name === undefined ? {} : { name: textOf(name) }) },
    ...(remittance === undefined ? {} : { remittance: textOf(remittance) }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(firstOn === undefined ? {} : { firstOn }),
    ...(externalReference === undefined ? {} : { externalReference }),
    registeredAt: order.registeredAt,
    ...(cancelledAt === undefined ? {} : { cancelledAt }),
  };
};
