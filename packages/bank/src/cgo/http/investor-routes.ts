import { amountSchema, amountText, uuid, wholeNumber } from '@finaegis/platform/http/amount';
import { throwProblem } from '@finaegis/platform/http/problem';
import { type ApiAnswer, type ApiRequest, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, parseAssetAmount } from '../../asset/contract.ts';
import { dueDiligences, isEnough } from '../settings.ts';
import { type CgoHttp, requireOwn } from './cgo-http.ts';

const params = z.strictObject({ partyId: uuid });
const query = z.strictObject({
  round: wholeNumber(1, 9_999),
  amount: amountText.describe('Of the investment that is thought of, in the asset the round is paid in.'),
});

const dueDiligenceResource = z
  .object({
    partyId: uuid,
    requiredLevel: z.enum(dueDiligences).describe('What the sum asks for.'),
    heldLevel: z.enum(dueDiligences).describe('What the investor has shown and is in force.'),
    isSufficient: z.boolean(),
    investedSoFar: amountSchema.describe(
      'Everything invested or asked for in the asset, which counts towards the sum.',
    ),
    sum: amountSchema.describe('With the investment that is thought of.'),
  })
  .meta({ id: 'DueDiligenceRequirement' });

/** What an investor has to show, told before anything is asked for. */
export const investorRoutes = (http: CgoHttp): readonly Route[] => [
  defineRoute({
    ...readRoute,
    tag: 'CGO investments',
    path: '/v1/cgo/investors/:partyId/due-diligence',
    operationId: 'getDueDiligenceRequirement',
    summary: 'Which due diligence an investment would need, and which the investor has',
    description:
      'The level follows from the sum of all investments in the asset. Nothing is promised by it: an investment may still be looked at.',
    permission: 'cgo:read',
    request: { params, query },
    responses: { 200: { description: 'The levels.', schema: dueDiligenceResource } },
    problems: ['not_found'],
    handle: (request) => requirement(http, request),
  }),
];

const requirement = async (
  http: CgoHttp,
  request: ApiRequest<z.output<typeof params>, z.output<typeof query>>,
): Promise<ApiAnswer> => {
  const {
    tenantId,
    params: { partyId },
    query: asked,
  } = request;
  requireOwn(request, partyId, partyId);
  const [party, round] = await Promise.all([
    http.parties.find(tenantId, partyId),
    http.reads.round(tenantId, asked.round),
  ]);
  if (party === undefined) return throwProblem('not_found', { about: { sought: partyId } });
  if (round.status === 'unknown') return throwProblem('not_found', { about: { sought: String(asked.round) } });
  const { asset, assetDecimals } = round;
  const written = { amount: asked.amount, asset };
  const { amountMinor } = await parseAssetAmount(http.assets, tenantId, written, '/query/amount');
  const before = (await http.reads.holdings(tenantId, partyId))
    .filter((holding) => holding.asset === asset)
    .reduce((total, { liveMinor }) => total + liveMinor, 0n);
  const cumulatedMinor = before + amountMinor;
  const { required, held } = await http.compliance.dueDiligence({
    tenantId,
    partyId,
    asset,
    assetDecimals,
    cumulatedMinor,
  });
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  return {
    status: 200,
    body: {
      partyId,
      requiredLevel: required,
      heldLevel: held,
      isSufficient: isEnough(held, required),
      investedSoFar: amount(asset, before),
      sum: amount(asset, cumulatedMinor),
    },
  };
};
