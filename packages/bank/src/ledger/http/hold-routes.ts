import { amountSchema, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { decodeCursor, pageOf, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, type BookingDay, parseAssetAmount } from '../../asset/contract.ts';
import { accountId, description, exactly, holdResource, moment, ownId } from './fields.ts';
import { type HoldRequest, requireAssetOf, requireChangeable, requireHold } from './hold-access.ts';
import { captureRoute } from './hold-capture-route.ts';
import { bookingDay, type LedgerHttp, requireVisible } from './ledger-http.ts';
import { holdProblems, ledgerProblems, mandateProblems } from './problems.ts';
import { asMarker, showHold, showHoldRow } from './show.ts';

const holdParams = z.strictObject({ holdId: uuid });
const tag = 'Holds';
const answers = { 200: { description: 'The hold as it is now.', schema: holdResource } };
const commandParts = { ...commandRoute, tag, permission: 'ledger:hold', idempotency: 'required' } as const;
const readParts = { ...readRoute, tag, permission: 'ledger:read' } as const;
const changeProblems = [...holdProblems, ...mandateProblems, 'hold_not_yours'];

const placeBody = z
  .strictObject({
    id: ownId,
    account: accountId,
    amount: amountSchema,
    expiresAt: moment.optional().describe('Released soon after this instant; never by itself when absent.'),
    description: description.optional(),
  })
  .meta({ id: 'HoldRequest' });

/** Holds: reserve, raise, capture, release. */
export const holdRoutes = (http: LedgerHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/holds',
    operationId: 'placeHold',
    personalData: 'known',
    summary: 'Reserve an amount',
    request: { body: placeBody },
    responses: {
      200: { description: 'It had been placed before; as it is now.', schema: holdResource },
      201: { description: 'Placed.', schema: holdResource },
    },
    problems: [...holdProblems, ...mandateProblems, 'account_has_no_floor'],
    handle: (request) => withReplay(http.services, request, () => placeHold(http, request)),
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/holds/:holdId/increase',
    operationId: 'increaseHold',
    personalData: 'shown',
    summary: 'Raise a hold to a new whole amount',
    request: {
      params: holdParams,
      body: z.strictObject({ amount: amountSchema.describe('The new whole amount, in the asset of the hold.') }),
    },
    responses: answers,
    problems: changeProblems,
    handle: (request) => withReplay(http.services, request, () => increaseHold(http, request)),
  }),
  captureRoute(http),
  releaseRoute(http, {
    path: '/v1/holds/:holdId/void',
    operationId: 'voidHold',
    summary: 'Release what remains of a hold',
    handler: 'voidHold',
  }),
  releaseRoute(http, {
    path: '/v1/holds/:holdId/expiry',
    operationId: 'expireHold',
    summary: 'Record that a hold’s time is over',
    handler: 'expireHold',
  }),
  listRoute(http),
  defineRoute({
    ...readParts,
    path: '/v1/holds/:holdId',
    operationId: 'getHold',
    personalData: 'shown',
    summary: 'Get a hold',
    request: { params: holdParams },
    responses: answers,
    problems: ['hold_unknown', 'not_found'],
    handle: async ({ principal, tenantId, params: { holdId } }) => {
      const hold = await requireHold(http, tenantId, holdId);
      await http.access.require(principal, hold.account, 'view');
      const [amount, texts] = await Promise.all([
        amountWriter(http.assets, tenantId, [hold.asset]),
        http.reads.texts(tenantId, hold.description === undefined ? [] : [hold.description.ref]),
      ]);
      return { status: 200, body: showHold(hold, amount, ({ ref }) => texts.get(ref)) };
    },
  }),
];

const placeHold = async (http: LedgerHttp, request: ApiRequest<unknown, unknown, z.output<typeof placeBody>>) => {
  const { principal, tenantId, body } = request;
  const day = bookingDay(http, tenantId, [body.account]);
  const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, body.amount, '/body/amount', day);
  await http.access.require(principal, body.account, 'operate', [{ asset, amountMinor }]);
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  const command = {
    holdId: body.id ?? http.services.newId(),
    account: body.account,
    asset,
    amountMinor,
    ...(body.expiresAt === undefined ? {} : { expiresAt: exactly(body.expiresAt) }),
    ...(body.description === undefined ? {} : { description: body.description }),
  };
  return answerCommand(http.services, request, http.handlers.placeHold, command, {
    status: 201,
    show: (hold) => showHold(hold, amount, asMarker),
    problems: ledgerProblems,
    amount,
  });
};

const increaseHold = async (
  http: LedgerHttp,
  request: HoldRequest<{ readonly amount: z.output<typeof amountSchema> }>,
) => {
  const { tenantId, body, params } = request;
  const day: BookingDay = async (reached) =>
    bookingDay(http, tenantId, [(await requireHold(http, tenantId, params.holdId)).account])(reached);
  const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, body.amount, '/body/amount', day);
  const hold = await requireChangeable(http, request, [{ asset, amountMinor }]);
  requireAssetOf(hold, asset, '/body/amount/asset');
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  return answerCommand(
    http.services,
    request,
    http.handlers.increaseHold,
    { holdId: params.holdId, amountMinor },
    { status: 200, show: (raised) => showHold(raised, amount, asMarker), problems: ledgerProblems, amount },
  );
};

const releaseRoute = (
  http: LedgerHttp,
  {
    path,
    operationId,
    summary,
    handler,
  }: {
    readonly path: string;
    readonly operationId: string;
    readonly summary: string;
    readonly handler: 'voidHold' | 'expireHold';
  },
): Route =>
  defineRoute({
    ...commandParts,
    path,
    operationId,
    personalData: 'shown',
    summary,
    request: { params: holdParams },
    responses: answers,
    problems: changeProblems,
    handle: async (request) => {
      const hold = await requireChangeable(http, request);
      const amount = await amountWriter(http.assets, request.tenantId, [hold.asset]);
      return answerCommand(
        http.services,
        request,
        http.handlers[handler],
        { holdId: hold.holdId },
        { status: 200, show: (released) => showHold(released, amount, asMarker), problems: ledgerProblems, amount },
      );
    },
  });

const listRoute = (http: LedgerHttp): Route =>
  defineRoute({
    ...readParts,
    path: '/v1/holds',
    operationId: 'listHolds',
    personalData: 'shown',
    summary: 'List the holds of an account, newest first',
    request: {
      query: z.strictObject({ ...pageQuery, account: accountId, status: holdResource.shape.status.optional() }),
    },
    responses: { 200: { description: 'Holds.', schema: pageSchema(holdResource) } },
    problems: ['not_found'],
    handle: async (request) => {
      const { tenantId, query } = request;
      const { limit, cursor, account, status } = query;
      await requireVisible(http, request, account);
      const scope = { list: 'holds', epoch: http.services.positions.epoch };
      const place = cursor === undefined ? undefined : decodeCursor(cursor, scope, z.tuple([moment, uuid]));
      const holds = await http.reads.holds(
        tenantId,
        { account, status },
        { ...(place === undefined ? {} : { before: { placedAt: place[0], holdId: place[1] } }), limit: limit + 1 },
      );
      const [amount, texts] = await Promise.all([
        amountWriter(
          http.assets,
          tenantId,
          holds.map(({ asset }) => asset),
        ),
        http.reads.texts(
          tenantId,
          holds.flatMap((hold) => (hold.description === undefined ? [] : [hold.description])),
        ),
      ]);
      return {
        status: 200,
        body: pageOf(holds, {
          limit,
          scope,
          positionOf: ({ placedAt, holdId }) => [placedAt, holdId],
          show: (hold) => showHoldRow(hold, amount, texts),
        }),
      };
    },
  });
