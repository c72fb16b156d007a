import { createHash } from 'node:crypto';
import { derivedUuid } from '@finaegis/kernel/id';
import { isCustomer, requireStaff } from '@finaegis/platform/auth/access';
import { amountSchema, instant, isoDate, uuid, wholeNumber } from '@finaegis/platform/http/amount';
import { askerOfMany } from '@finaegis/platform/http/asker';
import { answerCommand, metadataOf, withFaultsAsProblems } from '@finaegis/platform/http/command-route';
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
import { amountWriter, type ShowAmount } from '../../asset/contract.ts';
import { type FileProblem, fileBytesMax, type PaymentFile, readJsonLines, readPain001 } from '../adapters/bulk-file.ts';
import { bulkReport } from '../adapters/bulk-report.ts';
import { lineStatuses } from '../bulk/batch.ts';
import { type BulkPayment, bulkSagaId, bulkStatuses } from '../bulk/bulk.ts';
import { type BatchToTake, commandLinesMax } from '../bulk/commands.ts';
import { bulkModes } from '../bulk/events.ts';
import { code, executionDay } from '../terms.ts';
import { type BulkHttp, batchIdsOf, visible } from './bulk-http.ts';
import { type Debtor, findAssets, intakeOf } from './bulk-intake.ts';
import { bulkProgressRoute } from './bulk-progress-route.ts';
import { answerList } from './lists.ts';
import { adopting } from './payment-http.ts';

const tag = 'Bulk payments';
const readParts = { ...readRoute, tag, permission: 'payment:read' } as const;
const params = z.strictObject({ bulkId: uuid });

const query = z.strictObject({
  mode: z
    .enum(bulkModes)
    .default('best_effort')
    .describe('Each line for itself, or all lines debited as one journal or none.'),
  schema: z
    .enum(['checked', 'patient'])
    .default('checked')
    .describe('Whether an XML file must also be valid by its published schema.'),
});
const progress = z.object(Object.fromEntries(lineStatuses.map((status) => [status, z.int().optional()])));
const bulkResource = z
  .object({
    bulkId: uuid,
    status: z.enum(bulkStatuses),
    messageId: z.string(),
    source: z.string(),
    mode: z.enum(bulkModes),
    executionDate: isoDate,
    lineCount: z.int(),
    totals: z.array(z.object({ debtorAccountId: uuid.optional(), amount: amountSchema, count: z.int() })),
    progress: progress.optional().describe('How many lines stand where.'),
    reason: z.string().optional(),
    takenAt: instant,
    changedAt: instant,
  })
  .meta({ id: 'BulkPayment', description: 'A file of payments on its way.' });
const lineResource = z
  .object({
    line: z.int().describe('Payments of the file, from 1.'),
    at: z.int().describe('Line of the text.'),
    endToEndId: z.string(),
    amount: amountSchema.optional().describe('Absent where the file had none that could be read.'),
    iban: z.string().optional(),
    status: z.enum(lineStatuses),
    reason: z.string().optional(),
  })
  .meta({ id: 'BulkPaymentLine' });
const returnBody = z
  .strictObject({
    reason: code.describe('ISO 20022 reason such as AC04.'),
    entryReference: z.string().min(1).max(140),
    valueDate: executionDay.optional(),
  })
  .meta({ id: 'BulkLineReturn' });

const reviewBody = z
  .strictObject({
    decision: z.enum(['approved', 'rejected']),
    reason: code.optional().describe('Why it is not paid.'),
  })
  .meta({ id: 'BulkLineReview' });
const lineParams = z.strictObject({ bulkId: uuid, line: wholeNumber(1, 100_000) });

/** Files of payments: sent, followed line by line, and reported on. */
export const bulkRoutes = (http: BulkHttp): readonly Route[] => [...commandRoutes(http), ...readRoutes(http)];

const commandRoutes = (http: BulkHttp): readonly Route[] => [
  defineRoute({
    ...commandRoute,
    tag,
    rateClass: 'bulk',
    permission: 'payment:create',
    path: '/v1/bulk-payments',
    operationId: 'createBulkPayment',
    // The largest file is read, checked against its schema and written down before it is answered.
    handlerTimeoutMs: 300_000,
    summary: 'Pay many at once',
    description:
      'A pain.001 file (.03 or .09), or JSON lines: the first `{messageId, debtorAccountId, executionDate?, count?, controlSum?}`, each other one `{endToEndId, amount, creditor, remittance?}`. The same message sent twice pays once. What is wrong with the whole file is refused here, with lines; a wrong line is refused with the file in `all_or_none`, and alone in `best_effort`.',
    request: {
      query,
      file: {
        contentTypes: ['application/xml', 'text/xml', 'application/x-ndjson'],
        description: 'The file, UTF-8, at most 128 MiB and 100,000 payments.',
        bytesMax: fileBytesMax,
      },
    },
    responses: {
      200: { description: 'It had been sent before; as it is now.', schema: bulkResource },
      202: { description: 'Taken on; follow its progress.', schema: bulkResource },
    },
    problems: [
      'not_found',
      'mandate_missing',
      'mandate_limit_exceeded',
      'bulk_file_invalid',
      'bulk_debtor_unknown',
      'bulk_payment_exists_with_different_content',
    ],
    handle: (request) => create(http, request),
  }),
  defineRoute({
    ...commandRoute,
    tag,
    permission: 'payment:rail',
    path: '/v1/bulk-payments/:bulkId/lines/:line/return',
    operationId: 'returnBulkPaymentLine',
    summary: 'Book that a paid line came back',
    request: { params: lineParams, body: returnBody },
    responses: { 200: { description: 'The file.', schema: bulkResource } },
    problems: ['not_found', 'staff_only', 'day_closed'],
    handle: (request) => returnLine(http, request),
  }),
  reviewRoute(http),
];

const reviewRoute = (http: BulkHttp): Route =>
  defineRoute({
    ...commandRoute,
    tag,
    permission: 'payment:review',
    path: '/v1/bulk-payments/:bulkId/lines/:line/review',
    operationId: 'reviewBulkPaymentLine',
    summary: 'Let a line in review go, or not',
    description: 'Another person than the one who sent the file decides. A line let go is debited and paid by itself.',
    request: { params: lineParams, body: reviewBody },
    responses: { 200: { description: 'The file.', schema: bulkResource } },
    problems: ['staff_only', 'not_found', 'bulk_payment_unknown', 'bulk_line_not_in_review', 'reviewer_is_creator'],
    handle: (request) => reviewLine(http, request),
  });

const readRoutes = (http: BulkHttp): readonly Route[] => [
  defineRoute({
    ...readParts,
    path: '/v1/bulk-payments',
    operationId: 'listBulkPayments',
    summary: 'List files, newest first',
    description: 'A customer is shown those whose payers are all accounts it has a mandate on.',
    request: {
      query: z.strictObject({
        ...pageQuery,
        inReview: z.enum(['true']).optional().describe('Only files with lines that wait for a person.'),
      }),
    },
    responses: { 200: { description: 'Files.', schema: pageSchema(bulkResource) } },
    problems: [],
    handle: (request) => list(http, request),
  }),
  defineRoute({
    ...readParts,
    path: '/v1/bulk-payments/:bulkId',
    operationId: 'getBulkPayment',
    personalData: 'shown',
    summary: 'Get a file with its progress',
    request: { params },
    responses: { 200: { description: 'The file.', schema: bulkResource } },
    problems: ['not_found'],
    handle: async (request) => {
      const bulk = await visible(http, request);
      const counts = await countsOf(http, request.tenantId, bulk);
      return { status: 200, body: await withProgress(http, request.tenantId, bulk, counts) };
    },
  }),
  bulkProgressRoute(http),
  defineRoute({
    ...readParts,
    path: '/v1/bulk-payments/:bulkId/lines',
    operationId: 'listBulkPaymentLines',
    personalData: 'shown',
    summary: 'List the lines of a file in their order',
    request: { params, query: z.strictObject({ ...pageQuery, status: z.enum(lineStatuses).optional() }) },
    responses: { 200: { description: 'Lines.', schema: pageSchema(lineResource) } },
    problems: ['not_found'],
    handle: (request) => lines(http, request),
  }),
  defineRoute({
    ...readParts,
    path: '/v1/bulk-payments/:bulkId/report',
    operationId: 'getBulkPaymentReport',
    personalData: 'shown',
    summary: 'Get the status report (pain.002)',
    description: 'In the generation the file came in.',
    request: { params },
    responses: { 200: { description: 'The report as it stands.', contentType: 'application/xml' } },
    problems: ['not_found'],
    handle: (request) => report(http, request),
  }),
];

const create = async (http: BulkHttp, request: ApiRequest<unknown, z.output<typeof query>>): Promise<ApiAnswer> => {
  const { tenantId, principal, rawBody = Buffer.alloc(0), query: wanted } = request;
  const today = http.services.now().slice(0, 10);
  const file = await readFile(request, rawBody, today);
  if (file.problems.length > 0) throw invalid(file.problems);
  const debtors = await debtorsOf(http, tenantId, file);
  const assets = await findAssets(http.assets, tenantId, file);
  const digest = createHash('sha256').update(rawBody).digest('hex');
  const intake = intakeOf(file, { digest, mode: wanted.mode, debtors, assets, today });
  for (const accountId of new Set(debtors.map((one) => one.accountId)))
    await http.access.require(
      principal,
      accountId,
      'operate',
      intake.terms.totals.filter((one) => one.debtorAccountId === accountId),
    );
  if (wanted.mode === 'all_or_none' && intake.problems.length > 0) throw invalid(intake.problems);
  const known = await http.bulkReads.bulk(tenantId, intake.terms.bulkId);
  if (known.status === 'unknown' && !request.dryRun)
    await takeLines(http, request, intake.terms.bulkId, intake.batches);
  const amount = await amountWriter(
    http.assets,
    tenantId,
    intake.terms.totals.map(({ asset }) => asset),
  );
  const answer = await answerCommand(http.services, request, http.bulk.takeBulk, intake.terms, {
    status: 202,
    show: (bulk) => showBulk(bulk, amount),
    problems: http.problems,
    amount,
  });
  return adopting(http, request, bulkSagaId(intake.terms.bulkId), answer);
};

const readFile = (
  { headers, query: { schema } }: ApiRequest<unknown, z.output<typeof query>>,
  bytes: Buffer,
  today: string,
): Promise<PaymentFile> =>
  headers['content-type']?.startsWith('application/x-ndjson') === true
    ? readJsonLines(bytes, { today })
    : readPain001(bytes, { isSchemaChecked: schema === 'checked' });

const problemsTold = 100;

const invalid = (problems: readonly FileProblem[]): ProblemError =>
  new ProblemError('bulk_file_invalid', {
    facts: { count: problems.length, problems: problems.slice(0, problemsTold) },
  });

const debtorsOf = async (
  { numbers, accounts }: BulkHttp,
  tenantId: string,
  { payments }: PaymentFile,
): Promise<readonly Debtor[]> => {
  const debtors: Debtor[] = [];
  for (const { debtor, paymentInfoId } of payments) {
    const accountId =
      debtor.accountId ?? (debtor.iban === undefined ? undefined : await numbers.accountOf(tenantId, debtor.iban));
    const terms = accountId === undefined ? undefined : await accounts.find(tenantId, accountId);
    if (terms === undefined || (debtors[0] !== undefined && debtors[0].entity !== terms.entity))
      throw new ProblemError('bulk_debtor_unknown', { facts: { paymentInfoId } });
    debtors.push(terms);
  }
  return debtors;
};

/** Lines are written before the file they belong to: only with the file's own event are they anybody's. */
const takeLines = async (
  { services, bulk }: BulkHttp,
  request: ApiRequest<unknown, unknown>,
  bulkId: string,
  batches: readonly BatchToTake[],
): Promise<void> => {
  const groups: BatchToTake[][] = [];
  let size = commandLinesMax;
  for (const batch of batches) {
    if (size + batch.lines.length > commandLinesMax) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(batch);
    size += batch.lines.length;
  }
  const submission = {
    tenantId: request.tenantId,
    metadata: metadataOf(request),
    asker: askerOfMany(request),
    lane: 'bulk',
    timeoutMs: 60_000,
  } as const;
  for (const group of groups)
    await withFaultsAsProblems(() =>
      services.commands.submit(bulk.takeBulkLines, { bulkId, batches: group }, submission),
    );
};

type Counts = Partial<Record<(typeof lineStatuses)[number], number>>;

const countsOf = async (http: BulkHttp, tenantId: string, bulk: BulkPayment): Promise<Counts> => {
  const counts = await http.bulkReads.progress(tenantId, batchIdsOf(bulk));
  return Object.fromEntries(counts.map(({ status, count }) => [status, count]));
};

const withProgress = async (http: BulkHttp, tenantId: string, bulk: BulkPayment, counts: Counts): Promise<unknown> => {
  const amount = await amountWriter(
    http.assets,
    tenantId,
    bulk.totals.map(({ asset }) => asset),
  );
  return showBulk(bulk, amount, counts);
};

const list = (
  http: BulkHttp,
  request: ApiRequest<unknown, z.output<z.ZodObject<typeof pageQuery>> & { readonly inReview?: 'true' | undefined }>,
): Promise<ApiAnswer> =>
  answerList(http, request, {
    list: 'bulk-payments',
    read: (tenantId, { accountIds, inReview }, page) =>
      http.bulkReads.list(tenantId, { accountIds, inReview: inReview === 'true', ...page }),
    assetsOf: ({ totals }) => totals.map(({ asset }) => asset),
    show: (bulk, amount) => showBulk(bulk, amount),
  });

const lines = async (
  http: BulkHttp,
  request: ApiRequest<
    z.output<typeof params>,
    {
      readonly cursor?: string | undefined;
      readonly limit: number;
      readonly status?: (typeof lineStatuses)[number] | undefined;
    }
  >,
): Promise<ApiAnswer> => {
  const {
    tenantId,
    query: { cursor, limit, status },
  } = request;
  const bulk = await visible(http, request);
  const scope: CursorScope = { list: `bulk-lines ${bulk.bulkId}`, epoch: http.services.positions.epoch };
  const after =
    cursor === undefined ? 0 : Number(decodeCursor(cursor, scope, z.tuple([z.string().regex(/^\d{1,9}$/)]))[0]);
  const rows = await http.bulkReads.lines(tenantId, { batchIds: batchIdsOf(bulk), status, after, limit: limit + 1 });
  const amount = await amountWriter(
    http.assets,
    tenantId,
    bulk.totals.map(({ asset }) => asset),
  );
  const body = pageOf(rows, {
    limit,
    scope,
    positionOf: ({ line }) => [String(line)],
    show: ({ amountMinor, asset, iban, reason, ...line }) => ({
      ...line,
      ...(amountMinor === 0n ? {} : { amount: amount(asset, amountMinor) }),
      ...(iban === undefined ? {} : { iban }),
      // Why the bank looks at a payment is not told to who made it.
      ...(reason === undefined || (line.status === 'in_review' && isCustomer(request.principal)) ? {} : { reason }),
    }),
  });
  return { status: 200, body };
};

const report = async (http: BulkHttp, request: ApiRequest<z.output<typeof params>>): Promise<ApiAnswer> => {
  const bulk = await visible(http, request);
  const batches = await http.bulkReads.batches(request.tenantId, batchIdsOf(bulk));
  return { status: 200, body: bulkReport(bulk, batches, http.services.now()), contentType: 'application/xml' };
};

const reviewLine = async (
  http: BulkHttp,
  request: ApiRequest<z.output<typeof lineParams>, unknown, z.output<typeof reviewBody>>,
): Promise<ApiAnswer> => {
  requireStaff(request.principal);
  const bulk = await visible(http, request);
  const { tenantId, params: its, body } = request;
  const batches = await http.bulkReads.batches(tenantId, batchIdsOf(bulk));
  const batch = batches.find(({ lines: some }) => some.some(({ line }) => line === its.line));
  if (batch === undefined)
    throw new ProblemError('not_found', { about: { sought: derivedUuid('bulk-line', bulk.bulkId, String(its.line)) } });
  const amount = await amountWriter(
    http.assets,
    tenantId,
    bulk.totals.map(({ asset }) => asset),
  );
  const data = { ...its, ...body, batchId: batch.batchId };
  const how = {
    status: 200,
    show: (changed: BulkPayment) => showBulk(changed, amount),
    problems: http.problems,
    amount,
  } as const;
  const answer = await answerCommand(http.services, request, http.bulk.reviewBulkLine, data, how);
  return adopting(http, request, bulkSagaId(bulk.bulkId), answer);
};

const returnLine = async (
  http: BulkHttp,
  request: ApiRequest<{ readonly bulkId: string; readonly line: number }, unknown, z.output<typeof returnBody>>,
): Promise<ApiAnswer> => {
  requireStaff(request.principal);
  const bulk = await visible(http, request);
  const {
    tenantId,
    params: { line },
    body: { reason, entryReference },
  } = request;
  const batches = await http.bulkReads.batches(tenantId, batchIdsOf(bulk));
  const isIt = (its: (typeof batches)[number]['lines'][number]): boolean =>
    its.line === line && ['settled', 'returned'].includes(its.status) && its.way?.kind === 'rail';
  const batch = batches.find((one) => one.lines.some(isIt));
  if (batch === undefined)
    throw new ProblemError('not_found', { about: { sought: derivedUuid('bulk-line', bulk.bulkId, String(line)) } });
  const outcomes = [{ line, kind: 'returned', code: reason, bankReference: entryReference } as const];
  const data = { batches: [{ batchId: batch.batchId, outcomes }] };
  const amount = await amountWriter(
    http.assets,
    tenantId,
    bulk.totals.map(({ asset }) => asset),
  );
  const counts = await countsOf(http, tenantId, bulk);
  // The view learns of it after the answer.
  const after = batch.lines.find(isIt)?.status === 'returned' ? counts : moved(counts);
  const shown = await withProgress(http, tenantId, bulk, after);
  return answerCommand(http.services, request, http.bulkSteps.concludeLines, data, {
    status: 200,
    show: () => shown,
    problems: http.problems,
    amount,
  });
};

const moved = ({ settled = 0, returned = 0, ...others }: Counts): Counts => ({
  ...others,
  ...(settled > 1 ? { settled: settled - 1 } : {}),
  returned: returned + 1,
});

const showBulk = (bulk: BulkPayment, amount: ShowAmount, counts?: Readonly<Record<string, number>>): unknown => ({
  bulkId: bulk.bulkId,
  status: bulk.status,
  messageId: bulk.messageId,
  source: bulk.source,
  mode: bulk.mode,
  executionDate: bulk.executionDate,
  lineCount: bulk.lineCount,
  totals: bulk.totals.map(({ debtorAccountId, asset, amountMinor, count }) => ({
    ...(debtorAccountId === undefined ? {} : { debtorAccountId }),
    amount: amount(asset, amountMinor),
    count,
  })),
  ...(counts === undefined ? {} : { progress: counts }),
  ...(bulk.reason === undefined ? {} : { reason: bulk.reason }),
  takenAt: bulk.takenAt,
  changedAt: bulk.changedAt,
});
