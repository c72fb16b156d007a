import { derivedUuid } from '@finaegis/kernel/id';
import { requireStaff } from '@finaegis/platform/auth/access';
import { amountSchema, uuid } from '@finaegis/platform/http/amount';
import { askerOfMany } from '@finaegis/platform/http/asker';
import { answerOnce, metadataOf, withFaultsAsProblems } from '@finaegis/platform/http/command-route';
import { type ApiRequest, commandRoute, defineRoute, type Route } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, parseAssetAmount } from '../../asset/contract.ts';
import { bankCode } from '../bank/commands.ts';
import { transferSagaId } from '../transfer/commands.ts';
import { type NetObligation, netObligations } from '../transfer/netting.ts';
import type { CustodianHttp } from './custodian-http.ts';

const body = z.strictObject({
  settlementId: uuid,
  obligations: z
    .array(
      z
        .strictObject({ from: bankCode, to: bankCode, amount: amountSchema })
        .refine(({ from, to }) => from !== to, 'must be between two banks'),
    )
    .min(1)
    .max(1_000),
  minimum: amountSchema.optional().describe('A net amount of this asset below it is left for the next settlement.'),
});
const settlement = z
  .object({
    settlementId: uuid,
    items: z.array(
      z.object({
        from: z.string(),
        to: z.string(),
        net: amountSchema,
        gross: amountSchema,
        count: z.int(),
        status: z.enum(['requested', 'settled', 'below_minimum', 'refused']),
        transferId: uuid.optional(),
        refusal: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'CustodianSettlement', description: 'Obligations between banks, set off pair by pair.' });

/** Net settlement between custodians: many obligations, few transfers. */
export const settlementRoutes = (http: CustodianHttp): readonly Route[] => [
  defineRoute({
    ...commandRoute,
    rateClass: 'bulk',
    path: '/v1/custodian-settlements',
    operationId: 'settleCustodians',
    summary: 'Set obligations between partner banks off, and transfer what is left',
    tag: 'Custodians',
    permission: 'custodian:transfer',
    request: { body },
    responses: { 200: { description: 'What was set off, pair by pair.', schema: settlement } },
    problems: ['staff_only'],
    handle: (request) => {
      requireStaff(request.principal);
      return answerOnce(http.services, request, () => settleAll(http, request));
    },
  }),
];

// Each transfer has an id made from the settlement's, so that asking again moves nothing twice.
const settleAll = async (
  http: CustodianHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof body>>,
): Promise<string> => {
  const { tenantId } = request;
  const { settlementId, obligations, minimum } = request.body;
  const parsed = await Promise.all(
    obligations.map(async ({ from, to, amount }, index) => {
      const field = `/body/obligations/${index}/amount`;
      return { from, to, ...(await parseAssetAmount(http.assets, tenantId, amount, field)) };
    }),
  );
  const least =
    minimum === undefined ? undefined : await parseAssetAmount(http.assets, tenantId, minimum, '/body/minimum');
  const nets = netObligations(parsed);
  const amount = await amountWriter(
    http.assets,
    tenantId,
    nets.map(({ asset }) => asset),
  );
  const items = [];
  for (const net of nets) {
    const { from, to, asset, amountMinor, grossMinor, count } = net;
    const leastMinor = least?.asset === asset ? least.amountMinor : 0n;
    const shown = { from, to, net: amount(asset, amountMinor), gross: amount(asset, grossMinor), count };
    items.push({ ...shown, ...(await settle(http, request, { settlementId, net, leastMinor })) });
  }
  return JSON.stringify({ settlementId, items });
};

const settle = async (
  { services, handlers }: CustodianHttp,
  request: ApiRequest,
  {
    settlementId,
    net: { from, to, asset, amountMinor },
    leastMinor,
  }: { readonly settlementId: string; readonly net: NetObligation; readonly leastMinor: bigint },
): Promise<object> => {
  if (amountMinor === 0n) return { status: 'settled' };
  if (amountMinor < leastMinor) return { status: 'below_minimum' };
  const { tenantId } = request;
  // By pair and not by direction: the same settlement with other obligations must meet the transfer it made before.
  const transferId = derivedUuid('custodian-settlement', settlementId, ...[from, to].toSorted(), asset);
  const submission = { tenantId, metadata: metadataOf(request), asker: askerOfMany(request), isDryRun: request.dryRun };
  const settled = await withFaultsAsProblems(() =>
    services.commands.submit(handlers.requestTransfer, { transferId, from, to, asset, amountMinor }, submission),
  );
  if (settled.kind !== 'decided') throw new Error(`Without a key nothing is ${settled.kind}.`);
  if (!settled.outcome.accepted) return { status: 'refused', refusal: settled.outcome.refusal.code };
  if (!request.dryRun) services.sagas.adopt({ tenantId, sagaId: transferSagaId(transferId) });
  return { status: 'requested', transferId };
};
