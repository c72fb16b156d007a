import { requireStaff } from '@finaegis/platform/auth/access';
import { amountSchema, amountText, assetCode, instant } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
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
import { refundReasons } from '../refund/events.ts';
import { policyAt, type RefundPolicies, type RefundPolicy } from '../refund/policy.ts';
import { byAsset } from '../terms.ts';
import type { CardHttp } from './card-http.ts';

const tag = 'Refunds';

const reasons = z.array(z.enum(refundReasons)).max(refundReasons.length);
const fee = z.strictObject({
  asset: assetCode,
  fixed: amountText.default('0').describe('Per refund.'),
  basisPoints: z.int().min(0).max(10_000).default(0).describe('Hundredths of a percent, rounded up once per payment.'),
});
const policyParts = {
  limits: byAsset(amountSchema).describe('Up to this much goes by itself; an asset without a limit never does.'),
  withinDays: z.int().min(0).max(3_650).describe('And no longer after the payment than so many days.'),
  reasons: reasons.describe('Refunds for these go by themselves whatever they are.'),
  fees: byAsset(fee).describe('What a refund costs the account that gives it.'),
  freeReasons: reasons.describe('Refunds for these cost nothing.'),
};
const policyBody = z
  .strictObject({ ...policyParts, effectiveFrom: instant.optional().describe('At once when absent or past.') })
  .meta({ id: 'RefundPolicyRequest' });
const shownPolicy = z.object(policyParts);
const policyResource = z
  .object({
    entity: z.string(),
    current: shownPolicy.describe('What is asked for now is decided and charged by this.'),
    effectiveFrom: instant
      .optional()
      .describe('Since when; absent where the entity has set none and the installation’s own applies.'),
    upcoming: z.array(shownPolicy.extend({ effectiveFrom: instant })).describe('Set for later.'),
  })
  .meta({ id: 'RefundPolicy', description: 'Which refunds of an entity need nobody’s approval, and what they cost.' });

const params = z.strictObject({ entity: entityName });
type Params = z.output<typeof params>;

/** How refunds are approved and charged; staff's to set. */
export const refundPolicyRoutes = (http: CardHttp): readonly Route[] => [
  defineRoute({
    ...commandRoute,
    tag,
    path: '/v1/refund-policies/:entity',
    operationId: 'setRefundPolicy',
    summary: 'Set which refunds go by themselves, and what they cost',
    description: 'Refunds that were asked for before keep what they were asked for under.',
    permission: 'payment:policy',
    request: { params, body: policyBody },
    responses: {
      200: { description: 'It was so before.', schema: policyResource },
      201: { description: 'Set.', schema: policyResource },
    },
    problems: ['staff_only', 'entity_unknown'],
    handle: (request) => set(http, request),
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/refund-policies/:entity',
    operationId: 'getRefundPolicy',
    summary: 'Get which refunds go by themselves, and what they cost',
    permission: 'payment:work',
    request: { params },
    responses: { 200: { description: 'The policy.', schema: policyResource } },
    problems: ['staff_only'],
    handle: async (request) => {
      requireStaff(request.principal);
      const {
        tenantId,
        params: { entity },
      } = request;
      const policies = await http.cardReads.refundPolicies(tenantId, entity);
      return { status: 200, body: (await writer(http, tenantId, entity, policies))(policies) };
    },
  }),
];

const set = async (
  http: CardHttp,
  request: ApiRequest<Params, unknown, z.output<typeof policyBody>>,
): Promise<ApiAnswer> => {
  requireStaff(request.principal);
  const {
    tenantId,
    params: { entity },
    body: { limits, fees, ...rest },
  } = request;
  const day = http.entities.bookingDay(tenantId, entity);
  const parse = (written: { readonly amount: string; readonly asset: string }, place: string) =>
    parseAssetAmount(http.assets, tenantId, written, place, day);
  const data = {
    ...rest,
    entity,
    limits: await Promise.all(limits.map((limit, index) => parse(limit, `/body/limits/${index}`))),
    fees: await Promise.all(
      fees.map(async ({ asset, fixed, basisPoints }, index) => {
        const { amountMinor: fixedMinor } = await parse({ amount: fixed, asset }, `/body/fees/${index}/fixed`);
        return { asset, fixedMinor, basisPoints };
      }),
    ),
  };
  const known = await http.cardReads.refundPolicies(tenantId, entity);
  const show = await writer(http, tenantId, entity, [...known, data]);
  const how = { status: 201, show, problems: http.problems } as const;
  return answerCommand(http.services, request, http.cardHandlers.setRefundPolicy, data, how);
};

const writer = async (http: CardHttp, tenantId: string, entity: string, named: readonly RefundPolicy[]) => {
  const { unsetPolicy, services } = http;
  const assets = [...named, unsetPolicy].flatMap(({ limits, fees }) => [...limits, ...fees].map(({ asset }) => asset));
  const amount = await amountWriter(http.assets, tenantId, new Set(assets));
  return (policies: RefundPolicies): unknown => {
    const now = services.now();
    const since = policies.findLast(({ effectiveFrom }) => effectiveFrom <= now)?.effectiveFrom;
    return {
      entity,
      current: shown(policyAt(policies, now, unsetPolicy), amount),
      ...(since === undefined ? {} : { effectiveFrom: since }),
      upcoming: policies
        .filter(({ effectiveFrom }) => effectiveFrom > now)
        .map((policy) => ({ ...(shown(policy, amount) as object), effectiveFrom: policy.effectiveFrom })),
    };
  };
};

const shown = ({ limits, withinDays, reasons: own, fees, freeReasons }: RefundPolicy, amount: ShowAmount): unknown => ({
  limits: limits.map(({ asset, amountMinor }) => amount(asset, amountMinor)),
  withinDays,
  reasons: own,
  fees: fees.map(({ asset, fixedMinor, basisPoints }) => ({
    asset,
    fixed: amount(asset, fixedMinor).amount,
    basisPoints,
  })),
  freeReasons,
});
