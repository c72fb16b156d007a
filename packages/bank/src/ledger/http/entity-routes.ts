import { isCalendar } from '@finaegis/kernel/calendar';
import { requireStaff } from '@finaegis/platform/auth/access';
import { amountSchema, assetCode, isoDate, signedAmountSchema, text } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { throwProblem } from '@finaegis/platform/http/problem';
import { type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter } from '../../asset/contract.ts';
import type { Entity } from '../entity/entity.ts';
import { bankDay, entityName } from '../entity-on-wire.ts';
import { chartRoutes } from './chart-routes.ts';
import { fieldProblem, journalResource } from './fields.ts';
import type { LedgerHttp } from './ledger-http.ts';
import { ledgerProblems, postingProblems } from './problems.ts';
import { asMarker, showJournal } from './show.ts';

const entityParams = z.strictObject({ entity: entityName });
const tag = 'Entities';
const readParts = { ...readRoute, tag, permission: 'ledger:read' } as const;
const commandParts = { ...commandRoute, tag } as const;

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    // RangeError is how Intl says that it knows no such zone.
    return false;
  }
};

const terms = {
  name: text(100),
  functionalAsset: assetCode.describe('The asset it reports in.'),
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'must be an IANA time zone')
    .meta({ examples: ['Europe/Prague'] }),
  calendar: z
    .string()
    .max(32)
    .refine(isCalendar, 'must be a business calendar of the platform')
    .meta({ examples: ['target'] }),
};

const entityResource = z
  .object({
    entity: z.string(),
    name: z.string(),
    functionalAsset: z.string(),
    timeZone: z.string(),
    calendar: z.string(),
    businessDate: isoDate.describe('The open day, or the last one.'),
    status: z.enum(['day_open', 'day_closed']),
  })
  .meta({ id: 'Entity', description: 'A legal entity, whose books balance alone.' });

const entityBody = z
  .strictObject({ entity: entityName, ...terms, businessDate: bankDay.describe('Its first business day.') })
  .meta({ id: 'EntityRequest' });
const dayBody = z.strictObject({ businessDate: bankDay }).meta({ id: 'BusinessDayRequest' });
const trialBalance = z.object({
  entity: z.string(),
  isBalanced: z.boolean(),
  assets: z.array(
    z.object({
      asset: z.string(),
      debits: amountSchema,
      credits: amountSchema,
      difference: signedAmountSchema.describe('Credits − debits; zero, always.'),
    }),
  ),
});

type EntityRequest<Body = unknown> = ApiRequest<z.output<typeof entityParams>, unknown, Body>;

/** Entities, their business days and their books. */
export const entityRoutes = (http: LedgerHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/entities',
    operationId: 'openEntity',
    summary: 'Open a legal entity',
    description: 'With its first business day and the accounts every house chart begins with.',
    permission: 'ledger:entity',
    idempotency: 'optional',
    request: { body: entityBody },
    responses: {
      200: { description: 'It had been opened before.', schema: entityResource },
      201: { description: 'Opened.', schema: entityResource },
    },
    problems: ['entity_exists_with_different_terms', 'staff_only'],
    handle: (request) => withReplay(http.services, request, () => openEntity(http, request)),
  }),
  defineRoute({
    ...readParts,
    path: '/v1/entities',
    operationId: 'listEntities',
    summary: 'List entities by name',
    request: {},
    responses: { 200: { description: 'Entities.', schema: z.object({ items: z.array(entityResource) }) } },
    problems: ['staff_only'],
    handle: async ({ principal, tenantId }) => {
      requireStaff(principal);
      return { status: 200, body: { items: (await http.reads.entities(tenantId)).map(showEntity) } };
    },
  }),
  defineRoute({
    ...readParts,
    path: '/v1/entities/:entity',
    operationId: 'getEntity',
    summary: 'Get an entity and its business day',
    request: { params: entityParams },
    responses: { 200: { description: 'The entity.', schema: entityResource } },
    problems: ['entity_unknown', 'staff_only'],
    handle: async (request) => ({ status: 200, body: showEntity(await requireEntity(http, request)) }),
  }),
  dayRoute(http, {
    path: '/v1/entities/:entity/business-day/close',
    operationId: 'closeBusinessDay',
    summary: 'Close the open business day',
    handler: 'closeBusinessDay',
  }),
  dayRoute(http, {
    path: '/v1/entities/:entity/business-day/open',
    operationId: 'openBusinessDay',
    summary: 'Open the next business day',
    handler: 'openBusinessDay',
  }),
  revaluationRoute(http),
  defineRoute({
    ...readParts,
    path: '/v1/entities/:entity/trial-balance',
    operationId: 'getTrialBalance',
    summary: 'Get the trial balance',
    request: { params: entityParams },
    responses: { 200: { description: 'Debits and credits of all its accounts, by asset.', schema: trialBalance } },
    problems: ['entity_unknown', 'staff_only'],
    handle: (request) => getTrialBalance(http, request),
  }),
  ...chartRoutes(http),
];

const showEntity = ({ entity, name, functionalAsset, timeZone, calendar, businessDate, status }: Entity): unknown => ({
  entity,
  name,
  functionalAsset,
  timeZone,
  calendar,
  businessDate,
  status,
});

const requireEntity = async (
  { reads }: LedgerHttp,
  { principal, tenantId, params }: EntityRequest,
): Promise<Entity> => {
  requireStaff(principal);
  const [entity] = await reads.entities(tenantId, params.entity);
  return entity ?? throwProblem('entity_unknown');
};

const openEntity = async (http: LedgerHttp, request: ApiRequest<unknown, unknown, z.output<typeof entityBody>>) => {
  const { principal, tenantId, body } = request;
  requireStaff(principal);
  if ((await http.assets.get(tenantId, body.functionalAsset)) === undefined)
    throw fieldProblem({
      field: '/body/functionalAsset',
      code: 'asset_unknown',
      message: `there is no asset ${body.functionalAsset}`,
    });
  return answerCommand(http.services, request, http.handlers.openEntity, body, {
    status: 201,
    show: showEntity,
    problems: ledgerProblems,
  });
};

const dayRoute = (
  http: LedgerHttp,
  {
    path,
    operationId,
    summary,
    handler,
  }: {
    readonly path: string;
    readonly operationId: string;
    readonly summary: string;
    readonly handler: 'closeBusinessDay' | 'openBusinessDay';
  },
): Route =>
  defineRoute({
    ...commandParts,
    path,
    operationId,
    summary,
    permission: 'ledger:day',
    idempotency: 'optional',
    request: { params: entityParams, body: dayBody },
    responses: { 200: { description: 'The entity as it is now.', schema: entityResource } },
    problems: [
      'entity_unknown',
      'day_not_open',
      'day_still_open',
      'day_not_after_last',
      'day_not_business_day',
      'day_too_far_ahead',
      'staff_only',
    ],
    handle: (request) => {
      requireStaff(request.principal);
      return answerCommand(
        http.services,
        request,
        http.handlers[handler],
        { entity: request.params.entity, businessDate: request.body.businessDate },
        { status: 200, show: showEntity, problems: ledgerProblems },
      );
    },
  });

const revaluationRoute = (http: LedgerHttp): Route =>
  defineRoute({
    ...commandParts,
    path: '/v1/entities/:entity/revaluations',
    operationId: 'revalueEntity',
    summary: 'Bring the position to a worth of zero at mid rates',
    description:
      'The last booking of a day: income and cost held in other assets go into the position, its worth into income. Once per day; asked again, the same journal.',
    permission: 'ledger:day',
    idempotency: 'required',
    request: { params: entityParams, body: dayBody },
    responses: {
      200: {
        description: 'It had been booked before, or there was nothing to do.',
        schema: z.object({ journal: journalResource.optional() }),
      },
      201: { description: 'Booked.', schema: z.object({ journal: journalResource.optional() }) },
    },
    problems: [
      ...postingProblems,
      'entity_unknown',
      'day_not_open',
      'valuation_missing',
      'rate_stale',
      'view_behind',
      'rate_unknown',
      'rate_date_in_future',
      'staff_only',
    ],
    handle: (request) =>
      withReplay(http.services, request, async () => {
        const { tenantId, params, body } = request;
        const { functionalAsset } = await requireEntity(http, request);
        const totals = await http.reads.trialBalances(tenantId, params.entity);
        const amount = await amountWriter(http.assets, tenantId, [
          ...totals.map(({ asset }) => asset),
          functionalAsset,
        ]);
        return answerCommand(
          http.services,
          request,
          http.handlers.revalueEntity,
          { entity: params.entity, businessDate: body.businessDate },
          {
            status: 201,
            show: (journal) =>
              journal === undefined
                ? {}
                : { journal: showJournal(journal, { amount, text: asMarker, holds: new Map() }) },
            problems: ledgerProblems,
            amount,
          },
        );
      }),
  });

const getTrialBalance = async (http: LedgerHttp, request: EntityRequest) => {
  const { tenantId } = request;
  const { entity } = await requireEntity(http, request);
  const totals = await http.reads.trialBalances(tenantId, entity);
  const amount = await amountWriter(
    http.assets,
    tenantId,
    totals.map(({ asset }) => asset),
  );
  const assets = totals.map(({ asset, debitsMinor, creditsMinor }) => ({
    asset,
    debits: amount(asset, debitsMinor),
    credits: amount(asset, creditsMinor),
    difference: amount(asset, creditsMinor - debitsMinor),
  }));
  return {
    status: 200,
    body: { entity, isBalanced: totals.every(({ debitsMinor, creditsMinor }) => debitsMinor === creditsMinor), assets },
  };
};
