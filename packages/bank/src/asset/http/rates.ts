import { requireStaff } from '@finaegis/platform/auth/access';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import { assetCode, isoDate, uuid } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { decodeCursor, encodeCursor, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { throwProblem } from '@finaegis/platform/http/problem';
import { defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { read, type Services } from '@finaegis/platform/services';
import { z } from 'zod';
import type { AssetCommands } from '../commands.ts';
import { publishManualRateSchema, type RateAnswer, type Rates } from '../contract.ts';
import type { RateProvider } from '../ports.ts';
import type { PublishManualRate } from '../rate/manual-rate.ts';
import { byPriority, ownerOf, rateHistory, rateOf } from '../rates.ts';
import { newestDays } from '../views/rates.ts';
import { assetProblems } from './problems.ts';

const rateText = z
  .string()
  .meta({ id: 'RateText', description: 'Units of `to` for one `from`, as a decimal string.', examples: ['1.0889'] });

const rateOnWire = z
  .object({
    from: assetCode,
    to: assetCode,
    mid: rateText,
    bid: rateText.optional(),
    ask: rateText.optional(),
    date: isoDate.describe("The rate's own day; on a path of several the oldest."),
    sources: z.array(z.string()).describe('Providers it rests on.'),
    path: z.array(assetCode).describe('`["USD", "EUR", "CZK"]` is a cross through the euro.'),
    legs: z
      .array(
        z.object({
          from: assetCode,
          to: assetCode,
          source: z.string(),
          date: isoDate,
          isInverse: z.boolean(),
          publishedMid: rateText,
        }),
      )
      .describe('The published rates it was computed from, in the order of the path.'),
  })
  .meta({
    id: 'ExchangeRate',
    description:
      'An exchange rate: as published, or computed exactly and rounded once to 15 significant digits, half to even.',
  });

const manualRateOnWire = z
  .object({
    rateId: uuid,
    from: assetCode,
    to: assetCode,
    mid: rateText,
    bid: rateText.optional(),
    ask: rateText.optional(),
    validFrom: isoDate,
    validTo: isoDate.optional(),
  })
  .meta({ id: 'ManualRate', description: 'A rate you set yourself; it goes before those of providers.' });

const providerOnWire = z
  .object({
    name: z.string(),
    priority: z.int().describe('The lower is asked first.'),
    scope: z.enum(['platform', 'tenant']),
    base: assetCode.optional(),
    calendar: z.string(),
    staleAfterBusinessDays: z.int(),
    newestDate: isoDate.optional(),
  })
  .meta({ id: 'RateProvider', description: 'A source of rates and how long its rates may be used.' });

/** What routes about rates are made of. */
export interface RateRouteParts {
  readonly rates: Rates;
  readonly providers: readonly RateProvider[];
  readonly commands: AssetCommands;
}

const pairParams = z.strictObject({ from: assetCode, to: assetCode });
const readParts = { ...readRoute, tag: 'Rates', permission: 'rate:read' } as const;

/** Routes that read and set exchange rates. */
export const rateRoutes = (services: Services, parts: RateRouteParts): readonly Route[] => [
  rateRoute(parts),
  historyRoute(services, parts),
  providersRoute(services, parts),
  manualRateRoute(services, parts),
];

const rateRoute = ({ rates }: RateRouteParts): Route =>
  defineRoute({
    ...readParts,
    path: '/v1/rates/:from/:to',
    operationId: 'getRate',
    summary: 'Get the rate between two assets',
    description: 'Providers are asked by priority; a rate that is too old is refused, never used.',
    request: {
      params: pairParams,
      query: z.strictObject({ date: isoDate.optional().describe('The day the rate is for; today (UTC) when absent.') }),
    },
    responses: { 200: { description: 'The rate.', schema: rateOnWire } },
    problems: ['rate_date_in_future', 'rate_stale', 'rate_unknown'],
    handle: async ({ tenantId, params, query }) => ({
      status: 200,
      body: onWire(await rates.quote(tenantId, { ...params, on: query.date })),
    }),
  });

const historyRoute = (services: Services, { providers }: RateRouteParts): Route =>
  defineRoute({
    ...readParts,
    path: '/v1/rates/:from/:to/history',
    operationId: 'listRates',
    summary: 'List the rates between two assets, newest first',
    request: {
      params: pairParams,
      query: z.strictObject({
        ...pageQuery,
        source: z
          .string()
          .max(32)
          .optional()
          .describe('A provider by name; the first by priority that knows the pair when absent.'),
      }),
    },
    responses: { 200: { description: 'Rates of one source.', schema: pageSchema(rateOnWire) } },
    problems: [],
    handle: async ({ tenantId, params: { from, to }, query: { cursor, limit, source } }) => {
      const scope = { list: `rates/${from}/${to}`, epoch: services.positions.epoch };
      const place =
        cursor === undefined
          ? undefined
          : decodeCursor(cursor, scope, z.tuple([z.string(), isoDate, z.string().regex(/^\d{1,18}$/)]));
      const after = place === undefined ? undefined : { validFrom: place[1], seq: BigInt(place[2]) };
      const found = await rateHistory({ services, providers }, tenantId, {
        from,
        to,
        source: place?.[0] ?? source,
        after,
        limit: limit + 1,
      });
      const shown = found?.pairs.slice(0, limit) ?? [];
      const items = shown.flatMap((pair) => rateOf(pair, from) ?? []).map(onWire);
      const last = shown.at(-1);
      if (found === undefined || last === undefined || found.pairs.length <= limit)
        return { status: 200, body: { items } };
      const nextCursor = encodeCursor(scope, [found.provider.name, last.validFrom, last.seq.toString()]);
      return { status: 200, body: { items, nextCursor } };
    },
  });

const providersRoute = (services: Services, { providers }: RateRouteParts): Route =>
  defineRoute({
    ...readParts,
    path: '/v1/rate-providers',
    operationId: 'listRateProviders',
    summary: 'List the providers of rates in the order they are asked',
    request: {},
    responses: { 200: { description: 'All providers.', schema: z.object({ items: z.array(providerOnWire) }) } },
    problems: [],
    handle: async ({ tenantId }) => {
      const owners = [...new Set([platformTenantId, tenantId])];
      const newest = new Map(
        await Promise.all(
          owners.map(async (owner) => {
            const sources = providers
              .filter((provider) => ownerOf(provider, tenantId) === owner)
              .map(({ name }) => name);
            return [owner, await read(services, owner, (tx) => newestDays(tx, { tenantId: owner, sources }))] as const;
          }),
        ),
      );
      const items = byPriority(providers).map((provider) => {
        const { name, priority, scope, base, calendar, staleAfterBusinessDays } = provider;
        const newestDate = newest.get(ownerOf(provider, tenantId))?.get(name);
        return {
          name,
          priority,
          scope,
          ...(base === undefined ? {} : { base }),
          calendar,
          staleAfterBusinessDays,
          ...(newestDate === undefined ? {} : { newestDate }),
        };
      });
      return { status: 200, body: { items } };
    },
  });

const { mid, bid, ask, validFrom, validTo } = publishManualRateSchema.shape;

const manualRateRoute = (services: Services, { commands }: RateRouteParts): Route =>
  defineRoute({
    tag: 'Rates',
    permission: 'rate:write',
    rateClass: 'write',
    idempotency: 'required',
    supportsDryRun: true,
    method: 'POST',
    path: '/v1/rates',
    operationId: 'publishManualRate',
    summary: 'Set a rate of your own',
    description:
      'It goes before the rates of providers from `validFrom` to the day before `validTo`. A rate is never changed; a later one for the same days goes before it.',
    request: {
      body: z.strictObject({
        rateId: uuid.optional().describe('Your id of the rate; the same id with the same content is a repeat.'),
        from: assetCode,
        to: assetCode,
        mid,
        bid,
        ask,
        validFrom: validFrom.optional().describe('Today (UTC) when absent.'),
        validTo: validTo.describe('The first day on which it no longer counts.'),
      }),
    },
    responses: {
      200: { description: 'It had been set before.', schema: manualRateOnWire },
      201: { description: 'Set.', schema: manualRateOnWire },
    },
    problems: ['staff_only', 'rate_exists_with_different_content', 'rate_asset_unknown'],
    handle: (request) => {
      // Conversions are priced by it: whoever sets a rate can make money.
      requireStaff(request.principal);
      const {
        rateId = services.newId(),
        from,
        to,
        validFrom: begins = services.now().slice(0, 10),
        ...rest
      } = request.body;
      const command = publishManualRateSchema.safeParse({ ...rest, rateId, base: from, asset: to, validFrom: begins });
      if (!command.success) {
        const errors = command.error.issues.map(({ path, message }) => ({
          field: `/body/${wireNames[String(path[0])] ?? String(path[0])}`,
          code: 'refused',
          message,
        }));
        return throwProblem('validation_failed', { errors });
      }
      return answerCommand(services, request, commands.publishManualRate, command.data, {
        status: 201,
        show: manualOnWire,
        problems: assetProblems,
      });
    },
  });

const wireNames: Readonly<Record<string, string>> = { base: 'from', asset: 'to' };

const manualOnWire = ({ base, asset, ...rate }: PublishManualRate) => ({ ...rate, from: base, to: asset });

const onWire = ({ from, to, mid, bid, ask, date, sources, path, legs }: RateAnswer): z.output<typeof rateOnWire> => ({
  from,
  to,
  mid,
  ...(bid === undefined ? {} : { bid }),
  ...(ask === undefined ? {} : { ask }),
  date,
  sources: [...sources],
  path: [...path],
  legs: legs.map(({ from: start, to: end, published, isInverse }) => ({
    from: start,
    to: end,
    source: published.source,
    date: published.date,
    isInverse,
    publishedMid: published.mid,
  })),
});
