import { parseAmount } from '@finaegis/kernel/money';
import { requireStaff } from '@finaegis/platform/auth/access';
import { amountText, assetCode, instant, text, uuid, wholeNumber } from '@finaegis/platform/http/amount';
import { answerCommand, metadataOf, withFaultsAsProblems, withReplay } from '@finaegis/platform/http/command-route';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
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
import { type Round, shareAssetOf } from '../round/round.ts';
import { roundNumber, shareDecimals } from '../terms.ts';
import { beforeOf, type CgoHttp } from './cgo-http.ts';
import { fourDecimals, holdingResource, percentText, roundResource, sharesText, showRound } from './shown.ts';

const tag = 'CGO rounds';

/** Number of a round in a path. */
export const roundParams = z.strictObject({ round: wholeNumber(1, 9_999) });

const roundBody = z
  .strictObject({
    round: roundNumber.describe('Its number; unique for ever.'),
    name: text(100),
    entity: entityName.default('main'),
    asset: assetCode.describe('What it is paid in.'),
    sharePrice: fourDecimals,
    sharesMax: fourDecimals.describe('Never are more sold.'),
    investmentMin: amountText.optional(),
    investmentMax: amountText.optional(),
    opensAt: instant,
    closesAt: instant.optional(),
    coolingOffDays: z.int().min(0).max(90).optional(),
    needsSignature: z
      .boolean()
      .default(false)
      .describe('Whether agreements have to be signed before they can be paid.'),
  })
  .meta({ id: 'PricingRoundOpening' });

/** Rounds, for those who run the offering and those who may invest. */
export const roundRoutes = (http: CgoHttp): readonly Route[] => [...commandRoutes(http), ...readRoutes(http)];

const commandRoutes = (http: CgoHttp): readonly Route[] => [
  defineRoute({
    ...commandRoute,
    tag,
    path: '/v1/cgo/rounds',
    operationId: 'openPricingRound',
    summary: 'Offer shares in a round',
    description: 'Registers the asset its shares are counted in and makes all of them issuable; no more can be sold.',
    permission: 'cgo:round',
    request: { body: roundBody },
    responses: {
      200: { description: 'It had been opened so before.', schema: roundResource },
      201: { description: 'Opened.', schema: roundResource },
    },
    problems: [
      'staff_only',
      'round_exists_with_different_terms',
      'asset_not_registered',
      'entity_unknown',
      'round_limits_crossed',
      'round_period_empty',
      'day_closed',
      'account_exists_with_different_terms',
    ],
    handle: (request) => withReplay(http.services, request, () => open(http, request)),
  }),
  defineRoute({
    ...commandRoute,
    tag,
    path: '/v1/cgo/rounds/:round/closing',
    operationId: 'closePricingRound',
    summary: 'Close a round',
    description: 'Investments that were asked for before go their way.',
    permission: 'cgo:round',
    request: { params: roundParams },
    responses: { 200: { description: 'Closed.', schema: roundResource } },
    problems: ['staff_only', 'round_unknown'],
    handle: (request) => {
      requireStaff(request.principal);
      return answerRound(http, request, { handler: http.handlers.closeRound, data: request.params, status: 200 });
    },
  }),
];

const readRoutes = (http: CgoHttp): readonly Route[] => [
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/cgo/rounds',
    operationId: 'listPricingRounds',
    summary: 'List rounds, newest first',
    permission: 'cgo:read',
    request: { query: z.strictObject(pageQuery) },
    responses: { 200: { description: 'Rounds.', schema: pageSchema(roundResource) } },
    problems: [],
    handle: (request) => list(http, request),
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/cgo/rounds/:round',
    operationId: 'getPricingRound',
    summary: 'Get a round with what was sold and raised',
    permission: 'cgo:read',
    request: { params: roundParams },
    responses: { 200: { description: 'The round.', schema: roundResource } },
    problems: ['not_found'],
    handle: async ({ tenantId, params }) => ({ status: 200, body: await shownRound(http, tenantId, params.round) }),
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/cgo/rounds/:round/register',
    operationId: 'getShareRegister',
    personalData: 'shown',
    summary: 'The share register of a round, the largest owner first',
    permission: 'cgo:register',
    request: { params: roundParams, query: z.strictObject(pageQuery) },
    responses: { 200: { description: 'Owners.', schema: pageSchema(holdingResource) } },
    problems: ['staff_only', 'not_found'],
    handle: (request) => register(http, request),
  }),
];

/** Minor units of a text with four decimals. */
const fourDecimalMinor = (written: string, field: string): bigint => {
  const parsed = parseAmount(written, shareDecimals);
  if (parsed.ok && parsed.amountMinor > 0n) return parsed.amountMinor;
  const code = parsed.ok ? 'amount_not_positive' : parsed.problem;
  throw new ProblemError('validation_failed', { errors: [{ field, code, message: 'must be above zero' }] });
};

const open = async (
  http: CgoHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof roundBody>>,
): Promise<ApiAnswer> => {
  requireStaff(request.principal);
  const { tenantId, body } = request;
  const { sharePrice, sharesMax, investmentMin, investmentMax, ...rest } = body;
  const limit = async (amount: string | undefined, field: string): Promise<bigint | undefined> => {
    if (amount === undefined) return undefined;
    const { get, today, refuse } = http.assets;
    // The limit has no asset of its own; what is wrong with it is wrong where it stands.
    const told = { get, today, refuse: (error: Parameters<typeof refuse>[0]) => refuse({ ...error, field }) };
    return (await parseAssetAmount(told, tenantId, { amount, asset: body.asset }, field)).amountMinor;
  };
  const data = {
    ...rest,
    priceTenThousandths: fourDecimalMinor(sharePrice, '/body/sharePrice'),
    sharesMaxMinor: fourDecimalMinor(sharesMax, '/body/sharesMax'),
    investmentMinMinor: await limit(investmentMin, '/body/investmentMin'),
    investmentMaxMinor: await limit(investmentMax, '/body/investmentMax'),
  };
  await openOffering(http, request, body.entity);
  return answerRound(http, request, { handler: http.handlers.openRound, data, status: 201 });
};

/** The accounts a round books on; after the first round of an entity there is nothing to do. */
const openOffering = async (http: CgoHttp, request: ApiRequest, entity: string): Promise<void> => {
  const { commands } = http.services;
  const submission = { tenantId: request.tenantId, metadata: metadataOf(request), isDryRun: request.dryRun };
  const settled = await withFaultsAsProblems(() => commands.submit(http.handlers.openOffering, { entity }, submission));
  if (settled.kind === 'decided' && !settled.outcome.accepted) {
    const { code, ...facts } = settled.outcome.refusal;
    throw new ProblemError(code, { facts });
  }
};

const answerRound = async <Data extends { readonly round: number }, Refs, R extends { readonly code: string }>(
  http: CgoHttp,
  request: ApiRequest,
  {
    handler,
    data,
    status,
  }: {
    readonly handler: Parameters<typeof answerCommand<Data, Refs, Round, R>>[2];
    readonly data: Data;
    readonly status: 200 | 201;
  },
): Promise<ApiAnswer> => {
  const { tenantId } = request;
  const known = await http.reads.round(tenantId, data.round);
  const asset = known.status === 'unknown' ? (data as { readonly asset?: string }).asset : known.asset;
  const amount = await amountWriter(http.assets, tenantId, asset === undefined ? [] : [asset]);
  const totals = (await http.reads.totals(tenantId)).get(data.round);
  const show = (round: Round) => showRound(round, totals, amount);
  return answerCommand<Data, Refs, Round, R>(http.services, request, handler, data, {
    status,
    show,
    problems: http.problems,
    amount: withShares(amount, data.round),
  } as never);
};

const withShares =
  (amount: ShowAmount, round: number): ShowAmount =>
  (asset, amountMinor) =>
    asset === shareAssetOf(round) ? { amount: sharesText(amountMinor), asset } : amount(asset, amountMinor);

/** A round that is there, with what was sold and raised. */
export const shownRound = async (
  http: CgoHttp,
  tenantId: string,
  number: number,
): Promise<ReturnType<typeof showRound>> => {
  const [round, totals] = await Promise.all([http.reads.round(tenantId, number), http.reads.totals(tenantId)]);
  if (round.status === 'unknown') throw new ProblemError('not_found', { about: { sought: String(number) } });
  return showRound(round, totals.get(number), await amountWriter(http.assets, tenantId, [round.asset]));
};

const list = async (
  http: CgoHttp,
  {
    tenantId,
    query: { cursor, limit },
  }: ApiRequest<unknown, { readonly cursor?: string | undefined; readonly limit: number }>,
): Promise<ApiAnswer> => {
  const scope: CursorScope = { list: 'cgo-rounds', epoch: http.services.positions.epoch };
  const [rows, totals] = await Promise.all([
    http.reads.listRounds(tenantId, { before: beforeOf(cursor, scope), limit: limit + 1 }),
    http.reads.totals(tenantId),
  ]);
  const amount = await amountWriter(
    http.assets,
    tenantId,
    rows.map(({ item }) => item.asset),
  );
  const body = pageOf(rows, {
    limit,
    scope,
    positionOf: ({ seq }) => [seq.toString()],
    show: ({ item }) => showRound(item, totals.get(item.round), amount),
  });
  return { status: 200, body };
};

const register = async (
  http: CgoHttp,
  {
    principal,
    tenantId,
    params,
    query: { cursor, limit },
  }: ApiRequest<z.output<typeof roundParams>, { readonly cursor?: string | undefined; readonly limit: number }>,
): Promise<ApiAnswer> => {
  requireStaff(principal);
  const round = await http.reads.round(tenantId, params.round);
  if (round.status === 'unknown') throw new ProblemError('not_found', { about: { sought: String(params.round) } });
  const scope: CursorScope = { list: `cgo-register ${params.round}`, epoch: http.services.positions.epoch };
  const place =
    cursor === undefined ? undefined : decodeCursor(cursor, scope, z.tuple([z.string().regex(/^\d{1,38}$/), uuid]));
  const after = place && { sharesMinor: BigInt(place[0]), partyId: place[1] };
  const rows = await http.reads.register(tenantId, params.round, { after, limit: limit + 1 });
  const amount = await amountWriter(http.assets, tenantId, [round.asset]);
  const body = pageOf(rows, {
    limit,
    scope,
    positionOf: ({ sharesMinor, partyId }) => [sharesMinor.toString(), partyId],
    show: ({ partyId, sharesMinor, investedMinor }) => ({
      round: round.round,
      partyId,
      shares: sharesText(sharesMinor),
      invested: amount(round.asset, investedMinor),
      ownership: percentText(sharesMinor, round.sharesMaxMinor),
    }),
  });
  return { status: 200, body };
};
