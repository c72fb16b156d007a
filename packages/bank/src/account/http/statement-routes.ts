import { requireStaff } from '@finaegis/platform/auth/access';
import { assetCode, instant, isoDate, signedAmountSchema, uuid, wholeNumber } from '@finaegis/platform/http/amount';
import { answerOnce, withFaultsAsProblems } from '@finaegis/platform/http/command-route';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { ProblemError, throwProblem } from '@finaegis/platform/http/problem';
import { type ApiAnswer, type ApiRequest, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { read } from '@finaegis/platform/services';
import { z } from 'zod';
import { amountWriter, type ShowAmount } from '../../asset/contract.ts';
import { entityName } from '../../ledger/contract.ts';
import { statementOnWire } from '../adapters/statement-json.ts';
import { type StatementWriter, statementFormats } from '../ports.ts';
import type { Statement } from '../statement/statement.ts';
import { statementDocument } from '../statement-content.ts';
import type { StatementRunReport } from '../statement-run.ts';
import { findStatement, listStatements } from '../views/statements.ts';
import { type AccountHttp, requireVisible } from './account-http.ts';
import { accountParams } from './account-resource.ts';

const tag = 'Statements';
const readParts = { ...readRoute, tag, permission: 'account:read' } as const;

const summary = z
  .object({
    asset: assetCode,
    number: z.int().describe('Counts up per account and asset, from 1, without a gap.'),
    from: isoDate,
    to: isoDate,
    opening: signedAmountSchema.describe('The closing balance of the statement before.'),
    closing: signedAmountSchema,
    entries: z.int(),
    issuedAt: instant,
    digest: z.string().describe('SHA3-256 over the canonical JSON of the entries.'),
  })
  .meta({ id: 'StatementSummary', description: 'A numbered statement; what it says never changes.' });

const search = z.strictObject({ ...pageQuery, asset: assetCode.optional() });

const oneStatement = z.strictObject({
  accountId: uuid,
  asset: assetCode,
  number: wholeNumber(1, 2_147_483_647),
});

const format = z
  .enum(statementFormats)
  .optional()
  .describe('Wins over `Accept` (application/json, text/csv, application/pdf, application/xml).');

const runBody = z
  .strictObject({ entity: entityName.default('main'), date: isoDate.describe('A booking date that is over.') })
  .meta({ id: 'StatementRunRequest' });

const runReport = z
  .object({
    issued: z.int(),
    unchanged: z.int().describe('Had been issued before.'),
    refused: z.array(z.object({ accountId: uuid, asset: assetCode, code: z.string() })),
  })
  .meta({ id: 'StatementRunReport' });

/** Numbered statements of accounts. */
export const statementRoutes = (http: AccountHttp): readonly Route[] => [
  defineRoute({
    ...readParts,
    path: '/v1/accounts/:accountId/statements',
    operationId: 'listStatements',
    personalData: 'shown',
    summary: 'List the statements of an account, newest first',
    request: { params: accountParams, query: search },
    responses: { 200: { description: 'Statements.', schema: pageSchema(summary) } },
    problems: ['not_found'],
    handle: (request) => list(http, request),
  }),
  defineRoute({
    ...readParts,
    path: '/v1/accounts/:accountId/statements/:asset/:number',
    operationId: 'getStatement',
    personalData: 'shown',
    summary: 'Get a statement as JSON, CSV, PDF or camt.053.001.08',
    description: 'Its entries are held against the digest it was issued with before anything is shown.',
    request: { params: oneStatement, query: z.strictObject({ format }) },
    responses: {
      200: { description: 'The statement, in the form asked for; this schema is of JSON.', schema: statementOnWire },
    },
    problems: ['not_found', 'statement_not_in_format'],
    handle: async (request) => {
      const { tenantId, params, query, headers } = request;
      await requireVisible(http, request, params.accountId);
      const found = await read(http.services, tenantId, (tx) => findStatement(tx, tenantId, params));
      const statement = found ?? throwProblem('not_found');
      return handOut(http, tenantId, statement, chooseWriter(http.writers, query.format, headers['accept']));
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/v1/statement-runs',
    operationId: 'runStatements',
    summary: 'Issue every statement whose cycle ends on a date',
    description:
      'Asked again it issues nothing more. A missed run is caught up with by the next: its statements then cover both periods.',
    tag,
    permission: 'account:statement',
    rateClass: 'bulk',
    idempotency: 'optional',
    supportsDryRun: true,
    request: { body: runBody },
    responses: { 200: { description: 'What was issued.', schema: runReport } },
    problems: ['staff_only', 'entity_unknown', 'statement_period_open', 'view_behind'],
    handle: (request) => run(http, request),
  }),
];

type ListRequest = ApiRequest<z.output<typeof accountParams>, z.output<typeof search>>;

const list = async (http: AccountHttp, request: ListRequest): Promise<ApiAnswer> => {
  const { tenantId, params, query } = request;
  await requireVisible(http, request, params.accountId);
  const { cursor, limit, asset } = query;
  const scope: CursorScope = { list: `statements ${params.accountId}`, epoch: http.services.positions.epoch };
  const position =
    cursor === undefined ? undefined : decodeCursor(cursor, scope, z.tuple([isoDate, assetCode, z.int32().min(0)]));
  const before = position && { to: position[0], asset: position[1], number: position[2] };
  const filter = { accountId: params.accountId, asset };
  const found = await read(http.services, tenantId, (tx) =>
    listStatements(tx, tenantId, filter, { before, limit: limit + 1 }),
  );
  const amount = await amountWriter(
    http.assets,
    tenantId,
    found.map((statement) => statement.asset),
  );
  return {
    status: 200,
    body: pageOf(found, {
      limit,
      scope,
      positionOf: ({ to, asset: of, number }) => [to, of, number],
      show: (statement: Statement) => showSummary(statement, amount),
    }),
  };
};

const showSummary = (
  { asset, number, from, to, openingMinor, closingMinor, entries, issuedAt, digest }: Statement,
  amount: ShowAmount,
): unknown => ({
  asset,
  number,
  from,
  to,
  opening: amount(asset, openingMinor),
  closing: amount(asset, closingMinor),
  entries,
  issuedAt,
  digest,
});

/** The writer asked for by name, else the first media type of `Accept` that is one of ours, else the first of all. */
const chooseWriter = (
  writers: readonly StatementWriter[],
  wanted: z.output<typeof format>,
  accept: string | undefined,
): StatementWriter => {
  const mediaTypes = (accept ?? '').split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase());
  const asked =
    wanted === undefined
      ? mediaTypes.flatMap((type) => writers.find(({ contentType }) => contentType.split(';', 1)[0] === type) ?? [])[0]
      : writers.find((writer) => writer.format === wanted);
  const chosen = asked ?? writers[0];
  if (chosen === undefined) throw new Error('There is no writer of statements.');
  return chosen;
};

const handOut = async (
  http: AccountHttp,
  tenantId: string,
  statement: Statement,
  writer: StatementWriter,
): Promise<ApiAnswer> => {
  const document = await statementDocument(http.statementSources, tenantId, statement);
  const reason = writer.refuses(document);
  if (reason !== undefined)
    throw new ProblemError('statement_not_in_format', { facts: { format: writer.format, reason } });
  const name = `statement-${statement.asset}-${statement.number}.${writer.extension}`;
  const bytes = Buffer.from(await writer.write(document));
  return {
    status: 200,
    // As text where a JSON answer is expected, so that it is held against its schema like any other.
    body: writer.format === 'json' ? bytes.toString('utf8') : bytes,
    contentType: writer.contentType,
    headers: {
      vary: 'accept',
      ...(writer.format === 'json' ? {} : { 'content-disposition': `attachment; filename="${name}"` }),
    },
  };
};

const run = async (
  http: AccountHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof runBody>>,
): Promise<ApiAnswer> => {
  const { services } = http;
  const { principal, tenantId, body, dryRun } = request;
  requireStaff(principal);
  return answerOnce(services, request, async () => {
    const report = await withFaultsAsProblems(() =>
      http.issueDueStatements({ tenantId, ...body, actor: principal.id, channel: 'api', isDryRun: dryRun }),
    );
    return JSON.stringify(showReport(report));
  });
};

const showReport = ({ issued, unchanged, refused }: StatementRunReport): unknown => ({
  issued,
  unchanged,
  refused: refused.map(({ accountId, asset, refusal }) => ({ accountId, asset, code: refusal.code })),
});
