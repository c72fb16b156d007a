import { isCustomer } from '@finaegis/platform/auth/access';
import { amountSchema, uuid } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { ProblemError } from '@finaegis/platform/http/problem';
import { type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { read } from '@finaegis/platform/services';
import { z } from 'zod';
import { amountWriter, parseAssetAmount } from '../../asset/contract.ts';
import type { Allocation } from '../allocation/allocation.ts';
import { concentrations, insuranceCover, splitAmount } from '../allocation/split.ts';
import { bankCode } from '../bank/commands.ts';
import { allocationsTable } from '../views/allocations.ts';
import { partnerBanksTable } from '../views/banks.ts';
import { type CustodianHttp, findOne } from './custodian-http.ts';

const tag = 'Bank allocations';
const params = z.strictObject({ partyId: uuid });

const percent = z
  .string()
  .regex(/^(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?)$/, 'must be a percentage such as "33.34"')
  .refine((written) => basisPointsOf(written) > 0, 'must be more than zero')
  .meta({ examples: ['40.00'] });
const allocationBody = z.strictObject({
  shares: z
    .array(z.strictObject({ bank: bankCode, percent }))
    .min(1)
    .max(20),
  primary: bankCode.describe('The bank that pays first.'),
});
const concentration = z.object({
  kind: z.enum(['too_few_banks', 'share_too_large']),
  bank: z.string().optional(),
  percent: z.string().optional(),
  percentMax: z.string().optional(),
  banks: z.int().optional(),
  banksMin: z.int().optional(),
});
const allocationResource = z
  .object({
    partyId: uuid,
    shares: z.array(z.object({ bank: z.string(), percent: z.string() })),
    primary: z.string(),
    isDiversified: z.boolean(),
    concentrations: z.array(concentration).describe('What keeps it from being diversified.'),
  })
  .meta({ id: 'BankAllocation', description: 'How a customer’s money is spread over partner banks.' });
const preview = z
  .object({
    amount: amountSchema,
    parts: z.array(z.object({ bank: z.string(), amount: amountSchema, covered: amountSchema })),
    covered: amountSchema.describe('Insured of it, if this is all the customer has at these banks.'),
  })
  .meta({ id: 'BankAllocationPreview' });

const basisPointsOf = (written: string): number => {
  const [whole = '0', fraction = ''] = written.split('.');
  return Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
};
const percentOf = (basisPoints: number): string =>
  `${Math.floor(basisPoints / 100)}.${String(basisPoints % 100).padStart(2, '0')}`;

const show = ({ partyId, shares, primary }: Allocation): unknown => {
  const found = concentrations(shares);
  return {
    partyId,
    shares: shares.map(({ bank, basisPoints }) => ({ bank, percent: percentOf(basisPoints) })),
    primary,
    isDiversified: found.length === 0,
    concentrations: found.map((one) =>
      one.kind === 'too_few_banks'
        ? one
        : {
            kind: one.kind,
            bank: one.bank,
            percent: percentOf(one.basisPoints),
            percentMax: percentOf(one.shareMaxBasisPoints),
          },
    ),
  };
};

/** A customer sees and sets its own allocation; for it nobody else has one. */
const requireOwn = ({ principal }: Pick<ApiRequest, 'principal'>, partyId: string): void => {
  if (isCustomer(principal) && principal.actingFor !== partyId)
    throw new ProblemError('not_found', { about: { sought: partyId } });
};

/** How customers' money is spread. */
export const allocationRoutes = (http: CustodianHttp): readonly Route[] => [
  defineRoute({
    ...commandRoute,
    path: '/v1/parties/:partyId/bank-allocation',
    operationId: 'setBankAllocation',
    summary: 'Set how a customer’s money is spread over partner banks',
    description: 'Percentages have at most two decimals and make exactly 100.',
    tag,
    permission: 'custodian:allocate',
    request: { params, body: allocationBody },
    responses: {
      200: { description: 'It was so before.', schema: allocationResource },
      201: { description: 'Set.', schema: allocationResource },
    },
    problems: [
      'not_found',
      'allocation_party_unknown',
      'allocation_bank_repeated',
      'allocation_bank_unusable',
      'allocation_not_whole',
      'allocation_primary_without_share',
    ],
    handle: (request) => {
      const { partyId } = request.params;
      requireOwn(request, partyId);
      const { shares, primary } = request.body;
      const command = {
        partyId,
        primary,
        shares: shares.map(({ bank, percent: written }) => ({ bank, basisPoints: basisPointsOf(written) })),
      };
      const how = { status: 201, show, problems: http.problems } as const;
      return answerCommand(http.services, request, http.handlers.setAllocation, command, how);
    },
  }),
  defineRoute({
    ...readRoute,
    path: '/v1/parties/:partyId/bank-allocation',
    operationId: 'getBankAllocation',
    summary: 'Get how a customer’s money is spread',
    tag,
    permission: 'custodian:allocation',
    request: { params },
    responses: { 200: { description: 'The allocation.', schema: allocationResource } },
    problems: ['not_found'],
    handle: async (request) => {
      const { tenantId } = request;
      requireOwn(request, request.params.partyId);
      return {
        status: 200,
        body: show(await findOne(http, allocationsTable, { tenantId, id: request.params.partyId })),
      };
    },
  }),
  previewRoute(http),
];

const previewRoute = (http: CustodianHttp): Route =>
  defineRoute({
    method: 'POST',
    rateClass: 'read',
    idempotency: 'none',
    path: '/v1/parties/:partyId/bank-allocation/preview',
    operationId: 'previewBankAllocation',
    summary: 'How an amount would be spread, and what of it would be insured',
    tag,
    permission: 'custodian:allocation',
    request: { params, body: z.strictObject({ amount: amountSchema }) },
    responses: { 200: { description: 'The parts; they make the amount.', schema: preview } },
    problems: ['not_found'],
    handle: async (request) => {
      const { tenantId } = request;
      const { partyId } = request.params;
      requireOwn(request, partyId);
      const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, request.body.amount, '/body/amount');
      const allocation = await findOne(http, allocationsTable, { tenantId, id: partyId });
      const insurances = await insurancesIn(http, tenantId, asset);
      const { banks, coveredMinor } = insuranceCover(splitAmount(amountMinor, allocation), insurances);
      const amount = await amountWriter(http.assets, tenantId, [asset]);
      const parts = banks.map((part) => ({
        bank: part.bank,
        amount: amount(asset, part.amountMinor),
        covered: amount(asset, part.coveredMinor),
      }));
      return { status: 200, body: { amount: amount(asset, amountMinor), parts, covered: amount(asset, coveredMinor) } };
    },
  });

/** What insures an amount of an asset; a limit in another asset insures nothing that can be said without a rate. */
const insurancesIn = ({ services }: CustodianHttp, tenantId: string, asset: string) =>
  read(services, tenantId, async (tx) =>
    (await partnerBanksTable.list(tx, tenantId, { limit: 1_000 })).map(
      ({ bank, terms: { kind, depositInsurance } }) => ({
        bank,
        kind,
        ...(depositInsurance?.asset === asset ? { limitMinor: depositInsurance.limitMinor } : {}),
      }),
    ),
  );
