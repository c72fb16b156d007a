import { requireStaff } from '@finaegis/platform/auth/access';
import { amountSchema, assetCode, signedAmountSchema } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { throwProblem } from '@finaegis/platform/http/problem';
import { type ApiRequest, defineRoute, type Route } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, type ShowAmount } from '../../asset/contract.ts';
import type { LedgerAccount } from '../account/account.ts';
import { entityName } from '../entity-on-wire.ts';
import { classes } from '../terms.ts';
import { type ChartNode, customersCode } from '../views/chart.ts';
import type { LedgerHttp } from './ledger-http.ts';
import { ledgerProblems } from './problems.ts';

const entityParams = z.strictObject({ entity: entityName });

const houseAccount = z
  .object({
    accountId: z.string(),
    entity: z.string(),
    code: z.string(),
    class: z.enum(classes),
    hasFloor: z.boolean(),
    status: z.enum(['open', 'closed']),
  })
  .meta({ id: 'HouseAccount' });

const place = z
  .object({
    code: z.string(),
    account: houseAccount
      .pick({ accountId: true, class: true, hasFloor: true, status: true })
      .optional()
      .describe('Absent for a place that only gathers others.'),
    totals: z.array(
      z.object({
        asset: assetCode,
        debits: amountSchema,
        credits: amountSchema,
        net: signedAmountSchema.describe('Credits − debits of all below.'),
      }),
    ),
    get children() {
      return z.array(place);
    },
  })
  .meta({
    id: 'ChartPlace',
    description: `A place in the chart of accounts; \`${customersCode}\` gathers all customers’ accounts.`,
  });

const parts = { tag: 'Entities', path: '/v1/entities/:entity/chart' } as const;

/** The chart of accounts. */
export const chartRoutes = (http: LedgerHttp): readonly Route[] => [
  defineRoute({
    ...parts,
    method: 'GET',
    operationId: 'getChart',
    summary: 'Get the chart of accounts as a tree with totals',
    permission: 'ledger:read',
    rateClass: 'read',
    idempotency: 'none',
    request: { params: entityParams },
    responses: { 200: { description: 'The root; its nets are zero.', schema: place } },
    problems: ['entity_unknown', 'staff_only'],
    handle: (request) => getChart(http, request),
  }),
  defineRoute({
    ...parts,
    method: 'POST',
    operationId: 'openHouseAccount',
    summary: 'Add an account to the chart',
    permission: 'ledger:chart',
    rateClass: 'write',
    idempotency: 'optional',
    supportsDryRun: true,
    request: {
      params: entityParams,
      body: z.strictObject({
        code: z
          .string()
          .min(1)
          .max(64)
          .meta({ examples: ['nostro/ing'] }),
        hasFloor: z.boolean().default(false).describe('Whether it may not go below zero; for ever.'),
      }),
    },
    responses: {
      200: { description: 'It had been opened before.', schema: houseAccount },
      201: { description: 'Opened.', schema: houseAccount },
    },
    problems: ['entity_unknown', 'chart_code_unknown', 'account_exists_with_different_terms', 'staff_only'],
    handle: (request) => {
      requireStaff(request.principal);
      const { code, hasFloor } = request.body;
      return answerCommand(
        http.services,
        request,
        http.handlers.openHouseAccount,
        { entity: request.params.entity, chartCode: code, hasFloor },
        { status: 201, show: showHouseAccount, problems: ledgerProblems },
      );
    },
  }),
];

const showHouseAccount = ({
  accountId,
  entity,
  code,
  class: accountClass,
  hasFloor,
  status,
}: LedgerAccount): unknown => ({ accountId, entity, code, class: accountClass, hasFloor, status });

const getChart = async (
  http: LedgerHttp,
  { principal, tenantId, params }: ApiRequest<z.output<typeof entityParams>>,
) => {
  requireStaff(principal);
  const [entities, root] = await Promise.all([
    http.reads.entities(tenantId, params.entity),
    http.reads.chart(tenantId, params.entity),
  ]);
  if (entities.length === 0) return throwProblem('entity_unknown');
  const amount = await amountWriter(
    http.assets,
    tenantId,
    root.totals.map(({ asset }) => asset),
  );
  return { status: 200, body: showPlace(root, amount) };
};

const showPlace = ({ code, account, totals, children }: ChartNode, amount: ShowAmount): unknown => ({
  code,
  ...(account === undefined ? {} : { account }),
  totals: totals.map(({ asset, debitsMinor, creditsMinor }) => ({
    asset,
    debits: amount(asset, debitsMinor),
    credits: amount(asset, creditsMinor),
    net: amount(asset, creditsMinor - debitsMinor),
  })),
  children: children.map((child) => showPlace(child, amount)),
});
