import { requireStaff } from '@finaegis/platform/auth/access';
import { amountSchema, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { commandRoute, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, parseAssetAmount, type ShowAmount } from '../../asset/contract.ts';
import { bankCode } from '../bank/commands.ts';
import { transferSagaId } from '../transfer/commands.ts';
import type { CustodianTransfer } from '../transfer/transfer.ts';
import { transfersTable } from '../views/transfers.ts';
import { type CustodianHttp, findOne, listPage } from './custodian-http.ts';

const tag = 'Custodians';
const statuses = z.enum(['requested', 'completed', 'failed']);
const body = z.strictObject({ transferId: uuid.optional(), from: bankCode, to: bankCode, amount: amountSchema });

const transferResource = z
  .object({
    transferId: uuid,
    status: statuses,
    from: z.string(),
    to: z.string(),
    amount: amountSchema,
    route: z.enum(['internal', 'direct', 'bridge']),
    legs: z.array(z.object({ from: z.string(), to: z.string(), rail: z.string(), fee: amountSchema })),
    sagaId: uuid.describe('The saga that pays: `/v1/sagas/{sagaId}` shows its steps.'),
    reason: z.string().optional().describe('Why it failed.'),
  })
  .meta({ id: 'CustodianTransfer', description: 'Money of ours on its way between two partner banks.' });

const show = (transfer: CustodianTransfer, amount: ShowAmount): unknown => {
  const { transferId, status, from, to, asset, amountMinor, kind, legs, sagaId, reason } = transfer;
  return {
    transferId,
    status,
    from,
    to,
    amount: amount(asset, amountMinor),
    route: kind,
    legs: legs.map(({ feeMinor, ...leg }) => ({ ...leg, fee: amount(asset, feeMinor) })),
    sagaId,
    ...(reason === undefined ? {} : { reason }),
  };
};

/** Transfers of our own money between partner banks. */
export const transferRoutes = (http: CustodianHttp): readonly Route[] => [
  requestRoute(http),
  defineRoute({
    ...readRoute,
    path: '/v1/custodian-transfers',
    operationId: 'listCustodianTransfers',
    summary: 'List transfers between partner banks, newest first',
    tag,
    permission: 'custodian:read',
    request: { query: z.strictObject({ ...pageQuery, from: bankCode.optional(), status: statuses.optional() }) },
    responses: { 200: { description: 'Transfers.', schema: pageSchema(transferResource) } },
    problems: ['staff_only'],
    handle: (request) => {
      requireStaff(request.principal);
      const { from: topic, ...query } = request.query;
      return listPage(
        http,
        request,
        { ...query, topic },
        {
          table: transfersTable,
          idOf: ({ transferId }) => transferId,
          assetsOf: ({ asset }) => [asset],
          show,
        },
      );
    },
  }),
  defineRoute({
    ...readRoute,
    path: '/v1/custodian-transfers/:transferId',
    operationId: 'getCustodianTransfer',
    summary: 'Get a transfer between partner banks',
    tag,
    permission: 'custodian:read',
    request: { params: z.strictObject({ transferId: uuid }) },
    responses: { 200: { description: 'The transfer.', schema: transferResource } },
    problems: ['staff_only', 'not_found'],
    handle: async ({ principal, tenantId, params }) => {
      requireStaff(principal);
      const transfer = await findOne(http, transfersTable, { tenantId, id: params.transferId });
      return { status: 200, body: show(transfer, await amountWriter(http.assets, tenantId, [transfer.asset])) };
    },
  }),
];

const requestRoute = (http: CustodianHttp): Route =>
  defineRoute({
    ...commandRoute,
    idempotency: 'required',
    path: '/v1/custodian-transfers',
    operationId: 'requestCustodianTransfer',
    summary: 'Move our money from one partner bank to another',
    description:
      'Inside one bank, directly, or over a third bank; the cheapest way is taken. While it is on its way the money is in clearing. When the second payment of a bridge fails, the first is brought back.',
    tag,
    permission: 'custodian:transfer',
    request: { body },
    responses: {
      200: { description: 'It had been requested before; as it is now.', schema: transferResource },
      202: { description: 'On its way.', schema: transferResource },
    },
    problems: [
      'staff_only',
      'transfer_exists_with_different_content',
      'transfer_house_account_missing',
      'transfer_bank_unusable',
      'transfer_nostro_missing',
      'transfer_amount_above_limits',
      'transfer_without_route',
    ],
    handle: (request) =>
      withReplay(http.services, request, async () => {
        requireStaff(request.principal);
        const { tenantId } = request;
        const { transferId = http.services.newId(), from, to, amount: written } = request.body;
        const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, written, '/body/amount');
        const amount = await amountWriter(http.assets, tenantId, [asset]);
        const answered = await answerCommand(
          http.services,
          request,
          http.handlers.requestTransfer,
          { transferId, from, to, asset, amountMinor },
          { status: 202, show: (transfer) => show(transfer, amount), problems: http.problems, amount },
        );
        http.services.sagas.adopt({ tenantId, sagaId: transferSagaId(transferId) });
        return answered;
      }),
  });
