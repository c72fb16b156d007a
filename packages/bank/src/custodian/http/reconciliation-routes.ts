import { formatAmount } from '@finaegis/kernel/money';
import { requireStaff } from '@finaegis/platform/auth/access';
import { assetCode, isoDate, signedAmountSchema } from '@finaegis/platform/http/amount';
import { answerOnce, metadataOf } from '@finaegis/platform/http/command-route';
import { pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { bankCode } from '../bank/commands.ts';
import type { ReconciliationReport } from '../reconciliation/reconciliation.ts';
import { reconciliationId } from '../reconciliation/reconciliation.ts';
import { reconciliationsTable } from '../views/reconciliations.ts';
import { askBank, type CustodianHttp, listPage } from './custodian-http.ts';

const tag = 'Reconciliation';
const reportFields = {
  bank: z.string(),
  asset: assetCode,
  date: isoDate,
  account: z.string(),
  statementId: z.string(),
  matched: z.int(),
  missingHere: z.int().describe('Entries of the bank without a posting of ours.'),
  missingThere: z.int().describe('Postings of ours without an entry of the bank.'),
  amountDiffers: z.int(),
  bankClosing: signedAmountSchema.optional(),
  ourClosing: signedAmountSchema.optional(),
};
const report = z.object(reportFields).meta({ id: 'ReconciliationReport' });
const reconciledDay = z
  .object({ ...reportFields, runs: z.int().describe('How often the day came to something new.'), at: z.string() })
  .meta({ id: 'ReconciledDay' });
const runAnswer = z.object({
  items: z.array(
    z.object({
      status: z.enum(['reconciled', 'no_statement', 'history_behind']),
      asset: assetCode,
      report: report.optional(),
    }),
  ),
});

type Show = (asset: string, minor: bigint) => { readonly amount: string; readonly asset: string };

const showReport = ({ bankClosingMinor, ourClosingMinor, ...rest }: ReconciliationReport, amount: Show): object => ({
  ...rest,
  ...(bankClosingMinor === undefined ? {} : { bankClosing: amount(rest.asset, bankClosingMinor) }),
  ...(ourClosingMinor === undefined ? {} : { ourClosing: amount(rest.asset, ourClosingMinor) }),
});

/** Daily reconciliation of nostro accounts. */
export const reconciliationRoutes = (http: CustodianHttp): readonly Route[] => [
  defineRoute({
    ...commandRoute,
    rateClass: 'bulk',
    path: '/v1/custodians/:bank/reconciliations',
    operationId: 'reconcileCustodian',
    summary: 'Compare a day of a partner bank with our books',
    description: 'Differences become breaks. Nothing is corrected by it, and the same day can be compared again.',
    tag,
    permission: 'custodian:reconcile',
    request: { params: z.strictObject({ bank: bankCode }), body: z.strictObject({ date: isoDate }) },
    responses: { 200: { description: 'What it came to, account by account.', schema: runAnswer } },
    problems: ['staff_only', 'not_found', 'bank_not_reachable'],
    handle: (request) => {
      requireStaff(request.principal);
      return answerOnce(http.services, request, () => runOf(http, request));
    },
  }),
  defineRoute({
    ...readRoute,
    path: '/v1/custodian-reconciliations',
    operationId: 'listReconciliations',
    summary: 'List reconciled days, newest first',
    tag,
    permission: 'custodian:read',
    request: { query: z.strictObject({ ...pageQuery, bank: bankCode.optional() }) },
    responses: { 200: { description: 'The newest report of each day.', schema: pageSchema(reconciledDay) } },
    problems: ['staff_only'],
    handle: (request) => {
      requireStaff(request.principal);
      const { bank: topic, ...query } = request.query;
      return listPage(
        http,
        request,
        { ...query, topic },
        {
          table: reconciliationsTable,
          idOf: (day) => reconciliationId(day.report),
          assetsOf: (day) => [day.report.asset],
          show: (day, amount) => ({ ...showReport(day.report, amount), runs: day.runs, at: day.at }),
        },
      );
    },
  }),
];

// Comparing a day again comes to the same or to more; nothing is booked by it.
const runOf = async (
  http: CustodianHttp,
  request: ApiRequest<{ readonly bank: string }, unknown, { readonly date: string }>,
): Promise<string> => {
  const { tenantId, params, body, signal, dryRun: isDryRun } = request;
  const metadata = metadataOf(request);
  const run = { tenantId, bank: params.bank, date: body.date, metadata, abort: signal, isDryRun };
  const accounts = await askBank(() => http.reconcile(run));
  const items = await Promise.all(
    accounts.map(async (one) =>
      one.status === 'reconciled'
        ? {
            status: one.status,
            asset: one.report.asset,
            report: showReport(one.report, await showIn(http, tenantId, one.report.asset)),
          }
        : one,
    ),
  );
  return JSON.stringify({ items });
};

const showIn = async ({ assets }: CustodianHttp, tenantId: string, asset: string): Promise<Show> => {
  const decimals = (await assets.get(tenantId, asset))?.decimals ?? 0;
  return (code, minor) => ({ amount: formatAmount(minor, decimals), asset: code });
};
