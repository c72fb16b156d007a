import { isAssetActiveOn } from '@finaegis/kernel/asset';
import { isCustomer } from '@finaegis/platform/auth/access';
import { isPermitted } from '@finaegis/platform/auth/principal';
import { amountSchema, assetCode, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { ProblemError } from '@finaegis/platform/http/problem';
import { type ApiRequest, commandRoute, defineRoute, type Route } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { type AssetFacts, amountWriter, parseAssetAmount } from '../../asset/contract.ts';
import { entityName } from '../entity-on-wire.ts';
import { customerRate } from '../quote/margin.ts';
import { type Quote, quoteAggregate } from '../quote/quote.ts';
import { accountId, fieldProblem, journalResource, ownId, quoteResource, scopeMissing } from './fields.ts';
import { journalShower, type LedgerHttp, requirePayable } from './ledger-http.ts';
import { ledgerProblems, mandateProblems, postingProblems } from './problems.ts';
import { showQuote } from './show.ts';

const quoteLifeMs = 30_000;
const marginDefaultBps = 100;

const quoteBody = z
  .strictObject({
    id: ownId,
    sell: amountSchema,
    buyAsset: assetCode,
    entity: entityName.default('main'),
    marginBps: z
      .int()
      .min(-1_000)
      .max(5_000)
      .optional()
      .describe(
        `Hundredths of a percent kept of the mid rate; ${marginDefaultBps} when absent. Setting it needs the permission \`ledger:margin\`.`,
      ),
  })
  .meta({ id: 'QuoteRequest' });

const conversionBody = z
  .strictObject({
    id: ownId,
    quoteId: uuid,
    account: accountId,
    toAccount: accountId.optional().describe('The account that is paid; the same when absent.'),
  })
  .meta({ id: 'ConversionRequest' });

const tag = 'Conversions';
const commandParts = { ...commandRoute, tag } as const;

/** Bound prices, and their use. */
export const quoteRoutes = (http: LedgerHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/quotes',
    operationId: 'issueQuote',
    summary: 'Bind a price for a conversion',
    description: 'Good for 30 seconds and one conversion.',
    permission: 'ledger:quote',
    idempotency: 'optional',
    request: { body: quoteBody },
    responses: {
      200: { description: 'It had been issued before; as it is now.', schema: quoteResource },
      201: { description: 'Issued.', schema: quoteResource },
    },
    problems: [
      'quote_exists_with_different_terms',
      'quote_same_asset',
      'quote_rate_malformed',
      'quote_amount_too_small',
      'entity_unknown',
      'rate_stale',
      'view_behind',
      'rate_unknown',
      'rate_date_in_future',
    ],
    handle: (request) => withReplay(http.services, request, () => issueQuote(http, request)),
  }),
  defineRoute({
    method: 'GET',
    path: '/v1/quotes/:quoteId',
    operationId: 'getQuote',
    summary: 'Get a quote',
    tag,
    permission: 'ledger:read',
    rateClass: 'read',
    idempotency: 'none',
    request: { params: z.strictObject({ quoteId: uuid }) },
    responses: { 200: { description: 'The quote.', schema: quoteResource } },
    problems: ['quote_unknown'],
    handle: async (request) => {
      const quote = await requireQuote(http, request, request.params.quoteId);
      return {
        status: 200,
        body: showQuote(quote, await amountWriter(http.assets, request.tenantId, [quote.sellAsset, quote.buyAsset])),
      };
    },
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/conversions',
    operationId: 'convert',
    personalData: 'known',
    summary: 'Convert at a quote',
    permission: 'ledger:convert',
    idempotency: 'required',
    request: { body: conversionBody },
    responses: {
      200: { description: 'It had been converted before.', schema: journalResource },
      201: { description: 'Converted.', schema: journalResource },
    },
    problems: [...postingProblems, ...mandateProblems, 'quote_unknown', 'quote_used', 'quote_expired'],
    handle: (request) => withReplay(http.services, request, () => convert(http, request)),
  }),
];

/**
 * A customer sees and uses only quotes made for itself: another's may carry another's price.
 * @throws ProblemError `quote_unknown`
 */
const requireQuote = async (
  { reads }: LedgerHttp,
  { principal, tenantId }: Pick<ApiRequest, 'principal' | 'tenantId'>,
  quoteId: string,
): Promise<Quote> => {
  const quote = await reads.quote(tenantId, quoteId);
  const isOwn =
    !isCustomer(principal) ||
    (await reads.onBehalfOf(tenantId, quoteAggregate.stream(quoteId))) === principal.actingFor;
  if (quote.status === 'unknown' || !isOwn) throw new ProblemError('quote_unknown', { facts: { quoteId } });
  return quote;
};

const issueQuote = async (http: LedgerHttp, request: ApiRequest<unknown, unknown, z.output<typeof quoteBody>>) => {
  const { principal, tenantId, body } = request;
  const { services, assets, rates, reads } = http;
  if (body.marginBps !== undefined && (isCustomer(principal) || !isPermitted(principal, 'ledger:margin')))
    throw scopeMissing('ledger:margin', '/body/marginBps');
  const [sellFacts, buyFacts, [entity]] = await Promise.all([
    assets.get(tenantId, body.sell.asset),
    assets.get(tenantId, body.buyAsset),
    reads.entities(tenantId, body.entity),
  ]);
  const day = entity?.businessDate;
  const { asset, amountMinor } = await parseAssetAmount(assets, tenantId, body.sell, '/body/sell', async () => day);
  requireBookable(buyFacts, body.buyAsset, day ?? assets.today());
  if (entity === undefined) throw new ProblemError('entity_unknown');
  const rate = await rates.quote(tenantId, { from: asset, to: body.buyAsset });
  const command = {
    quoteId: body.id ?? services.newId(),
    entity: body.entity,
    sell: { asset, amountMinor, decimals: sellFacts?.decimals ?? 0 },
    buy: { asset: body.buyAsset, decimals: buyFacts?.decimals ?? 0 },
    midRate: rate.mid,
    customerRate: customerRate(rate.mid, body.marginBps ?? marginDefaultBps),
    rateSource: rate.sources.join('+'),
    rateDate: rate.date,
    expiresAt: new Date(Date.parse(services.now()) + quoteLifeMs).toISOString(),
  };
  const amount = await amountWriter(assets, tenantId, [asset, body.buyAsset]);
  return answerCommand(services, request, http.handlers.issueQuote, command, {
    status: 201,
    show: (quote) => showQuote(quote, amount),
    problems: ledgerProblems,
    amount,
  });
};

/** @throws ProblemError validation_failed at `buyAsset` */
const requireBookable = (facts: AssetFacts | undefined, asset: string, day: string): void => {
  const refuse = (code: string, message: string): never => {
    throw fieldProblem({ field: '/body/buyAsset', code, message });
  };
  if (facts === undefined) return refuse('asset_unknown', `there is no asset ${asset}`);
  const { activeFrom, activeTo } = facts;
  const life = {
    ...(activeFrom === undefined ? {} : { activeFrom }),
    ...(activeTo === undefined ? {} : { activeUntil: activeTo }),
  };
  if (!isAssetActiveOn(life, day)) refuse('asset_inactive', `${asset} may not be booked on ${day}`);
};

const convert = async (http: LedgerHttp, request: ApiRequest<unknown, unknown, z.output<typeof conversionBody>>) => {
  const { principal, tenantId, body } = request;
  const quote = await requireQuote(http, request, body.quoteId);
  await http.access.require(principal, body.account, 'operate', [
    { asset: quote.sellAsset, amountMinor: quote.soldMinor },
  ]);
  if (body.toAccount !== undefined) await requirePayable(http, request, [body.toAccount]);
  const command = {
    journalId: body.id ?? http.services.newId(),
    quoteId: body.quoteId,
    account: body.account,
    ...(body.toAccount === undefined ? {} : { toAccount: body.toAccount }),
  };
  const amount = await amountWriter(http.assets, tenantId, [quote.sellAsset, quote.buyAsset]);
  return answerCommand(http.services, request, http.handlers.convert, command, {
    status: 201,
    show: journalShower(amount),
    problems: ledgerProblems,
    amount,
  });
};
