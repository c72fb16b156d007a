import { uuid } from '@finaegis/platform/http/amount';
import { decodeCursor, pageOf, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { throwProblem } from '@finaegis/platform/http/problem';
import { type ApiRequest, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter } from '../../asset/contract.ts';
import { bankDay, entityName } from '../entity-on-wire.ts';
import { accountId, endToEndId, holdResource, journalResource, quoteResource } from './fields.ts';
import { type LedgerHttp, showJournals } from './ledger-http.ts';
import { showHold, showQuote } from './show.ts';

const story = journalResource
  .extend({
    holds: z.array(holdResource).describe('Holds it captured, as they are now.'),
    quote: quoteResource.optional(),
  })
  .meta({ id: 'JournalStory', description: 'A journal with all that belongs to it.' });

const journalParams = z.strictObject({ journalId: uuid });
const readParts = { ...readRoute, tag: 'Journals', permission: 'ledger:read' } as const;

/** Journals read back: all for staff, one's own view of one's own for customers. */
export const journalReadRoutes = (http: LedgerHttp): readonly Route[] => [
  listRoute(http),
  defineRoute({
    ...readParts,
    path: '/v1/journals/:journalId',
    operationId: 'getJournal',
    personalData: 'shown',
    summary: 'Get a journal with its full story',
    request: { params: journalParams },
    responses: {
      200: {
        description: 'The journal, what reversed it, the holds it captured and the quote it used.',
        schema: story,
      },
    },
    problems: ['journal_unknown'],
    handle: (request) => getJournal(http, request),
  }),
];

const listRoute = (http: LedgerHttp): Route =>
  defineRoute({
    ...readParts,
    path: '/v1/journals',
    operationId: 'listJournals',
    personalData: 'shown',
    summary: 'List journals, newest first',
    request: {
      query: z.strictObject({
        ...pageQuery,
        account: accountId.optional().describe('Only those that touch it.'),
        entity: entityName.optional(),
        kind: z.string().min(1).max(40).optional(),
        from: bankDay.optional().describe('First booking date.'),
        to: bankDay.optional().describe('Last booking date.'),
        reference: z.string().min(1).max(35).optional(),
        endToEndId: endToEndId.optional(),
      }),
    },
    responses: {
      200: {
        description: 'Journals; for a customer those that touch its accounts, as it may see them.',
        schema: pageSchema(journalResource),
      },
    },
    problems: ['not_found'],
    handle: async (request) => {
      const { principal, tenantId, query } = request;
      const { limit, cursor, account, ...filter } = query;
      if (account !== undefined) await http.access.require(principal, account, 'view');
      const accounts = account === undefined ? await http.access.visibleAccounts(principal) : [account];
      const scope = { list: 'journals', epoch: http.services.positions.epoch };
      const before =
        cursor === undefined
          ? undefined
          : BigInt(decodeCursor(cursor, scope, z.tuple([z.string().regex(/^\d{1,18}$/)]))[0]);
      const found = await http.reads.journals(
        tenantId,
        { ...filter, ...(accounts === undefined ? {} : { accounts }) },
        { ...(before === undefined ? {} : { before }), limit: limit + 1 },
      );
      const shown = await showJournals(
        http,
        request,
        found.map(({ journal }) => journal),
      );
      const rows = found.map(({ seq }, index) => ({ seq, item: shown[index] }));
      return {
        status: 200,
        body: pageOf(rows, { limit, scope, positionOf: ({ seq }) => [seq.toString()], show: ({ item }) => item }),
      };
    },
  });

const getJournal = async (http: LedgerHttp, request: ApiRequest<z.output<typeof journalParams>>) => {
  const { principal, tenantId, params } = request;
  const [found, visible] = await Promise.all([
    http.reads.journal(tenantId, params.journalId),
    http.access.visibleAccounts(principal),
  ]);
  const unknown = (): never => throwProblem('journal_unknown', { facts: { journalId: params.journalId } });
  const { journal, holds, quote } = found ?? unknown();
  // Whoever has no account in it may not even learn that it exists.
  if (visible !== undefined && !journal.postings.some(({ account }) => visible.includes(account))) unknown();
  // The price is between the bank and whoever converted.
  const ownQuote = visible === undefined || visible.includes(journal.postings[0]?.account ?? '') ? quote : undefined;
  const own = holds.filter(({ account }) => visible === undefined || visible.includes(account));
  const [[shown], texts, amount] = await Promise.all([
    showJournals(http, request, [journal]),
    http.reads.texts(
      tenantId,
      own.flatMap(({ description: text }) => (text === undefined ? [] : [text.ref])),
    ),
    amountWriter(http.assets, tenantId, [
      ...own.map(({ asset }) => asset),
      ...(ownQuote === undefined ? [] : [ownQuote.sellAsset, ownQuote.buyAsset]),
    ]),
  ]);
  return {
    status: 200,
    body: {
      ...(shown as object),
      holds: own.map((hold) => showHold(hold, amount, ({ ref }) => texts.get(ref))),
      ...(ownQuote === undefined ? {} : { quote: showQuote(ownQuote, amount) }),
    },
  };
};
