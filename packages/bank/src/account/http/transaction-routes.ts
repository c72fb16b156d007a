import { isCustomer } from '@finaegis/platform/auth/access';
import type { Principal } from '@finaegis/platform/auth/principal';
import {
  amountSchema,
  amountText,
  assetCode,
  instant,
  isoDate,
  signedAmountSchema,
  text,
  uuid,
} from '@finaegis/platform/http/amount';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { throwProblem } from '@finaegis/platform/http/problem';
import { type ApiAnswer, type ApiRequest, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, parseAmountOfAnyLife, type ShowAmount } from '../../asset/contract.ts';
import { isHouseAccountId, type JournalStory, type LedgerReads, postingsMax, purposes } from '../../ledger/contract.ts';
import { type AccountHttp, requireVisible } from './account-http.ts';
import { accountParams } from './account-resource.ts';

const sides = z.enum(['debit', 'credit']);
const readParts = { ...readRoute, tag: 'Transactions', permission: 'account:read' } as const;

const search = z
  .strictObject({
    ...pageQuery,
    asset: assetCode.optional(),
    side: sides.optional().describe('A credit raised the account.'),
    kind: text(40).optional().describe('What the journal was for: `transfer`, `deposit` …'),
    from: isoDate.optional().describe('Booking date, included.'),
    to: isoDate.optional().describe('Booking date, included.'),
    amountFrom: amountText.optional().describe('With `asset`; included.'),
    amountTo: amountText.optional().describe('With `asset`; included.'),
    endToEndId: text(35).optional(),
  })
  .refine(
    ({ asset, amountFrom, amountTo }) => asset !== undefined || (amountFrom === undefined && amountTo === undefined),
    {
      path: ['asset'],
      error: 'must be named where amounts are',
    },
  );

const posting = {
  journalId: uuid,
  line: z.int().describe('Place of the posting in its journal.'),
  side: sides,
  amount: amountSchema,
  purpose: z.enum(purposes),
};
const dates = { reference: z.string(), bookingDate: isoDate, valueDate: isoDate, bookedAt: instant };
const more = {
  reverses: uuid.optional().describe('The journal it undoes.'),
  forced: z.string().optional(),
  endToEndId: z.string().optional(),
  description: z.string().optional(),
};

const transactionResource = z
  .object({
    ...posting,
    kind: z.string(),
    balanceAfter: signedAmountSchema,
    counterparty: z.string().optional().describe('The account on the other side, where there is just one.'),
    ...dates,
    ...more,
  })
  .meta({ id: 'Transaction', description: 'One posting of an account.' });

const { journalId: _journal, ...storyLine } = posting;

const storyResource = z
  .object({
    journalId: uuid,
    kind: z.string(),
    ...dates,
    lines: z.array(z.object({ ...storyLine, account: z.string() })).describe('Of accounts the reader may see.'),
    ...more,
    reversedBy: z.array(uuid),
    holds: z.array(
      z.object({ holdId: uuid, status: z.string(), amount: amountSchema, captured: amountSchema, placedAt: instant }),
    ),
    quote: z
      .object({ quoteId: uuid, sell: amountSchema, buy: amountSchema, customerRate: z.string(), midRate: z.string() })
      .optional(),
  })
  .meta({ id: 'TransactionStory', description: 'A transaction with what led to it and what became of it.' });

const turnoverQuery = z
  .strictObject({ from: isoDate, to: isoDate, by: z.enum(['bookingDate', 'valueDate']).default('bookingDate') })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'must not be before from' });

const turnoverAnswer = z
  .object({
    items: z.array(z.object({ date: isoDate, debits: amountSchema, credits: amountSchema, count: z.int() })),
  })
  .meta({ id: 'Turnovers', description: 'What moved per day and asset; days without a movement are absent.' });

/** What happened on an account, from the ledger's history. */
export const transactionRoutes = (http: AccountHttp): readonly Route[] => [
  defineRoute({
    ...readParts,
    path: '/v1/accounts/:accountId/transactions',
    operationId: 'listTransactions',
    personalData: 'shown',
    summary: 'List the postings of an account, newest first',
    request: { params: accountParams, query: search },
    responses: { 200: { description: 'Postings.', schema: pageSchema(transactionResource) } },
    problems: ['not_found'],
    handle: (request) => list(http, request),
  }),
  defineRoute({
    ...readParts,
    path: '/v1/accounts/:accountId/transactions/:journalId',
    operationId: 'getTransaction',
    personalData: 'shown',
    summary: 'Get one transaction with its whole story',
    request: { params: z.strictObject({ accountId: uuid, journalId: uuid }) },
    responses: { 200: { description: 'The transaction.', schema: storyResource } },
    problems: ['not_found'],
    handle: async (request) => {
      const { principal, tenantId, params } = request;
      await requireVisible(http, request, params.accountId);
      const story = await http.ledger.reads.journal(tenantId, params.journalId);
      const isOfAccount = story?.journal.postings.some(({ account }) => account === params.accountId) ?? false;
      if (story === undefined || !isOfAccount) return throwProblem('not_found');
      return { status: 200, body: await tell(http, { principal, tenantId }, story) };
    },
  }),
  defineRoute({
    ...readParts,
    path: '/v1/accounts/:accountId/turnovers',
    operationId: 'getTurnovers',
    summary: 'Get the turnovers of an account per day',
    request: { params: accountParams, query: turnoverQuery },
    responses: { 200: { description: 'Turnovers, oldest first.', schema: turnoverAnswer } },
    problems: ['not_found'],
    handle: async (request) => {
      const { tenantId, params, query } = request;
      await requireVisible(http, request, params.accountId);
      const found = await http.ledger.reads.turnovers(tenantId, { account: params.accountId, ...query });
      const amount = await amountWriter(
        http.assets,
        tenantId,
        found.map(({ asset }) => asset),
      );
      const items = found.map(({ date, asset, debitsMinor, creditsMinor, count }) => ({
        date,
        debits: amount(asset, debitsMinor),
        credits: amount(asset, creditsMinor),
        count: Number(count),
      }));
      return { status: 200, body: { items } };
    },
  }),
];

type ListRequest = ApiRequest<z.output<typeof accountParams>, z.output<typeof search>>;
type Posting = Awaited<ReturnType<LedgerReads['postings']>>[number];

const list = async (http: AccountHttp, request: ListRequest): Promise<ApiAnswer> => {
  const { tenantId, params, query } = request;
  await requireVisible(http, request, params.accountId);
  const { cursor, limit, amountFrom, amountTo, ...filter } = query;
  const bound = async (amount: string | undefined, name: string): Promise<bigint | undefined> => {
    if (amount === undefined) return undefined;
    const field = { asset: '/query/asset', amount: `/query/${name}` };
    const written = { amount, asset: filter.asset ?? '' };
    return (await parseAmountOfAnyLife(http.assets, tenantId, written, { field, isZeroAllowed: true })).amountMinor;
  };
  const [amountMin, amountMax] = await Promise.all([bound(amountFrom, 'amountFrom'), bound(amountTo, 'amountTo')]);
  const scope: CursorScope = { list: `transactions ${params.accountId}`, epoch: http.services.positions.epoch };
  const found = await http.ledger.reads.postings(
    tenantId,
    { account: params.accountId, ...filter, amountMin, amountMax },
    { before: positionOf(cursor, scope), limit: limit + 1 },
  );
  const [texts, amount] = await Promise.all([
    http.ledger.reads.texts(
      tenantId,
      found.flatMap(({ description }) => description ?? []),
    ),
    amountWriter(
      http.assets,
      tenantId,
      found.map(({ asset }) => asset),
    ),
  ]);
  return {
    status: 200,
    body: pageOf(found, {
      limit,
      scope,
      positionOf: ({ seq, line }) => [seq.toString(), line],
      show: (one: Posting) => showPosting(isCustomer(request.principal) ? withoutHouse(one) : one, amount, texts),
    }),
  };
};

const positionOf = (cursor: string | undefined, scope: CursorScope) => {
  if (cursor === undefined) return undefined;
  const [seq, line] = decodeCursor(
    cursor,
    scope,
    z.tuple([z.string().regex(/^\d{1,18}$/), z.int().min(0).max(postingsMax)]),
  );
  return { seq: BigInt(seq), line };
};

// What the house calls its own accounts is not a customer's business.
const withoutHouse = ({ counterparty, ...one }: Posting): Posting =>
  counterparty === undefined || isHouseAccountId(counterparty) ? one : { ...one, counterparty };

const showPosting = (one: Posting, amount: ShowAmount, texts: ReadonlyMap<string, string>): unknown => ({
  journalId: one.journalId,
  line: one.line,
  side: one.side,
  amount: amount(one.asset, one.amountMinor),
  purpose: one.purpose,
  kind: one.kind,
  balanceAfter: amount(one.asset, one.postedAfterMinor),
  ...(one.counterparty === undefined ? {} : { counterparty: one.counterparty }),
  reference: one.reference,
  bookingDate: one.bookingDate,
  valueDate: one.valueDate,
  bookedAt: one.bookedAt,
  ...(one.reverses === undefined ? {} : { reverses: one.reverses }),
  ...(one.forced === undefined ? {} : { forced: one.forced }),
  ...(one.endToEndId === undefined ? {} : { endToEndId: one.endToEndId }),
  ...(one.description === undefined ? {} : { description: texts.get(one.description) }),
});

/** A story as a reader may know it: a customer sees lines and holds of accounts it has a mandate on, and nothing of other people's. */
const tell = async (
  { access, assets, ledger }: AccountHttp,
  { principal, tenantId }: { readonly principal: Principal; readonly tenantId: string },
  { journal, holds, quote }: JournalStory,
): Promise<unknown> => {
  const { description, postings } = journal;
  const [visible, texts, amount] = await Promise.all([
    access.visibleAccounts(principal),
    ledger.reads.texts(tenantId, description === undefined ? [] : [description.ref]),
    amountWriter(assets, tenantId, [
      ...postings.map(({ asset }) => asset),
      ...(quote === undefined ? [] : [quote.sellAsset, quote.buyAsset]),
    ]),
  ]);
  const isShown = (account: string): boolean => visible === undefined || visible.includes(account);
  return {
    journalId: journal.journalId,
    kind: journal.kind,
    reference: journal.reference,
    bookingDate: journal.bookingDate,
    valueDate: journal.valueDate,
    bookedAt: journal.bookedAt,
    lines: postings.flatMap(({ account, side, asset, amountMinor, purpose }, line) =>
      isShown(account) ? [{ line, side, amount: amount(asset, amountMinor), purpose, account }] : [],
    ),
    ...(journal.reverses === undefined ? {} : { reverses: journal.reverses }),
    ...(journal.forced === undefined ? {} : { forced: journal.forced }),
    ...(journal.endToEndId === undefined ? {} : { endToEndId: journal.endToEndId }),
    ...(description === undefined ? {} : { description: texts.get(description.ref) }),
    reversedBy: journal.reversedBy.map(({ journalId }) => journalId),
    holds: holds.flatMap(({ holdId, account, status, asset, amountMinor, capturedMinor, placedAt }) =>
      isShown(account)
        ? [{ holdId, status, amount: amount(asset, amountMinor), captured: amount(asset, capturedMinor), placedAt }]
        : [],
    ),
    ...(quote === undefined
      ? {}
      : {
          quote: {
            quoteId: quote.quoteId,
            sell: amount(quote.sellAsset, quote.soldMinor),
            buy: amount(quote.buyAsset, quote.boughtMinor),
            customerRate: quote.customerRate,
            midRate: quote.midRate,
          },
        }),
  };
};
