import { formatAmount } from '@finaegis/kernel/money';
import { requireStaff } from '@finaegis/platform/auth/access';
import { amountSchema, assetCode, instant, isoDate, signedAmountSchema } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { commandRoute, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, parseAmountOfAnyLife, type ShowAmount } from '../../asset/contract.ts';
import type { PartnerBank, PartnerTerms } from '../bank/bank.ts';
import { bankCode, nostroFields, partnerTermFields, railName, reasonCode } from '../bank/commands.ts';
import { partnerKinds } from '../bank/events.ts';
import { openBankDays } from '../bank-days.ts';
import { bankHealth } from '../health.ts';
import { partnerBanksTable } from '../views/banks.ts';
import { askBank, type CustodianHttp, findOne, listPage } from './custodian-http.ts';

const tag = 'Custodians';
const bankParams = z.strictObject({ bank: bankCode });

const termsBody = z.strictObject({
  ...partnerTermFields,
  connection: bankCode.describe('Name of a connection in the configuration of the server; secrets stay there.'),
  rails: z
    .array(
      z.strictObject({
        rail: railName,
        fee: amountSchema.describe('What the bank takes for one payment.'),
        limit: amountSchema.optional().describe('The most one payment may be; absent for no limit.'),
      }),
    )
    .max(100),
  depositInsurance: amountSchema.optional().describe('What one depositor is insured for; absent for none.'),
});
const registerBody = z.strictObject({ bank: bankCode, ...termsBody.shape });

const bankResource = z
  .object({
    bank: z.string(),
    status: z.enum(['active', 'suspended']),
    name: z.string(),
    kind: z.enum(partnerKinds).describe('Deposits are insured at a `bank` only.'),
    country: z.string(),
    bic: z.string(),
    connection: z.string(),
    rails: z.array(z.object({ rail: z.string(), fee: amountSchema, limit: amountSchema.optional() })),
    depositInsurance: amountSchema.optional(),
    nostros: z.array(z.object({ asset: assetCode, account: z.string(), iban: z.string() })),
    reason: z.string().optional().describe('Why it is suspended.'),
  })
  .meta({ id: 'PartnerBank', description: 'A bank we keep money at.' });

const balances = z.object({
  items: z.array(z.object({ iban: z.string(), balance: signedAmountSchema, asOf: z.string() })),
});
const health = z
  .object({
    bank: z.string(),
    status: z.enum(['healthy', 'degraded', 'unhealthy', 'unknown']),
    calls: z.int(),
    failures: z.int(),
    failureBasisPoints: z.int().optional(),
    openOperations: z.array(z.string()),
    openDays: z
      .array(z.object({ entity: z.string(), date: isoDate, openedAt: instant }))
      .describe('Business days whose statement has not come, or that are not compared yet.'),
  })
  .meta({
    id: 'PartnerBankHealth',
    description:
      'Degraded from 30 % of failed calls, unhealthy from 70 % or while a breaker is open. A decline is no failure.',
  });

const assetsOf = ({ terms: { rails, depositInsurance } }: PartnerBank): readonly string[] => [
  ...rails.map(({ asset }) => asset),
  ...(depositInsurance === undefined ? [] : [depositInsurance.asset]),
];

const showBank = ({ bank, status, terms, nostros, reason }: PartnerBank, amount: ShowAmount): unknown => {
  const { rails, depositInsurance, ...rest } = terms;
  return {
    bank,
    status,
    ...rest,
    rails: rails.map(({ rail, asset, feeMinor, limitMinor }) => ({
      rail,
      fee: amount(asset, feeMinor),
      ...(limitMinor === undefined ? {} : { limit: amount(asset, limitMinor) }),
    })),
    ...(depositInsurance === undefined
      ? {}
      : { depositInsurance: amount(depositInsurance.asset, depositInsurance.limitMinor) }),
    nostros,
    ...(reason === undefined ? {} : { reason }),
  };
};

const parseTerms = async (
  { assets }: CustodianHttp,
  tenantId: string,
  { rails, depositInsurance, ...rest }: z.output<typeof termsBody>,
): Promise<PartnerTerms> => {
  const parse = (written: { readonly amount: string; readonly asset: string }, field: string, isZeroAllowed = false) =>
    parseAmountOfAnyLife(assets, tenantId, written, {
      field: { amount: `${field}/amount`, asset: `${field}/asset` },
      isZeroAllowed,
    });
  const parsed = await Promise.all(
    rails.map(async ({ rail, fee, limit }, index) => {
      const field = `/body/rails/${index}`;
      const { asset, amountMinor: feeMinor } = await parse(fee, `${field}/fee`, true);
      if (limit === undefined) return { rail, asset, feeMinor };
      if (limit.asset !== asset)
        return assets.refuse({
          field: `${field}/limit/asset`,
          code: 'asset_differs',
          message: 'must be the asset of the fee',
        });
      return { rail, asset, feeMinor, limitMinor: (await parse(limit, `${field}/limit`)).amountMinor };
    }),
  );
  const insured = depositInsurance === undefined ? undefined : await parse(depositInsurance, '/body/depositInsurance');
  const { name, kind, country, bic, connection } = rest;
  return {
    name,
    kind,
    country,
    bic,
    connection,
    rails: parsed,
    ...(insured === undefined ? {} : { depositInsurance: { asset: insured.asset, limitMinor: insured.amountMinor } }),
  };
};

const answer = async (http: CustodianHttp, request: Parameters<typeof answerCommand>[1], terms: PartnerTerms) => {
  const { rails, depositInsurance } = terms;
  const named = [
    ...rails.map(({ asset }) => asset),
    ...(depositInsurance === undefined ? [] : [depositInsurance.asset]),
  ];
  const amount = await amountWriter(http.assets, request.tenantId, named);
  return { status: 201, show: (bank: PartnerBank) => showBank(bank, amount), problems: http.problems } as const;
};

/** Partner banks: what they are, what they hold, and how they are. */
export const bankRoutes = (http: CustodianHttp): readonly Route[] => [
  ...registryRoutes(http),
  ...nostroRoutes(http),
  ...standingRoutes(http),
  defineRoute({
    ...readRoute,
    path: '/v1/custodians',
    operationId: 'listCustodians',
    summary: 'List partner banks, by code',
    tag,
    permission: 'custodian:read',
    request: { query: z.strictObject(pageQuery) },
    responses: { 200: { description: 'Banks, from the last code.', schema: pageSchema(bankResource) } },
    problems: ['staff_only'],
    handle: (request) => {
      requireStaff(request.principal);
      const table = partnerBanksTable;
      return listPage(http, request, request.query, { table, idOf: ({ bank }) => bank, assetsOf, show: showBank });
    },
  }),
  defineRoute({
    ...readRoute,
    path: '/v1/custodians/:bank',
    operationId: 'getCustodian',
    summary: 'Get a partner bank',
    tag,
    permission: 'custodian:read',
    request: { params: bankParams },
    responses: { 200: { description: 'The bank.', schema: bankResource } },
    problems: ['staff_only', 'not_found'],
    handle: async ({ principal, tenantId, params }) => {
      requireStaff(principal);
      const bank = await findOne(http, partnerBanksTable, { tenantId, id: params.bank });
      return { status: 200, body: showBank(bank, await amountWriter(http.assets, tenantId, assetsOf(bank))) };
    },
  }),
  balancesRoute(http),
  healthRoute(http),
];

const registryRoutes = (http: CustodianHttp): readonly Route[] => [
  defineRoute({
    ...commandRoute,
    path: '/v1/custodians',
    operationId: 'registerCustodian',
    summary: 'Register a partner bank',
    tag,
    permission: 'custodian:manage',
    request: { body: registerBody },
    responses: {
      200: { description: 'It had been registered before.', schema: bankResource },
      201: { description: 'Registered.', schema: bankResource },
    },
    problems: ['staff_only', 'partner_bank_exists_with_different_terms'],
    handle: async (request) => {
      requireStaff(request.principal);
      const { bank, ...written } = request.body;
      const terms = await parseTerms(http, request.tenantId, written);
      const how = await answer(http, request, terms);
      return answerCommand(http.services, request, http.handlers.registerPartnerBank, { bank, terms }, how);
    },
  }),
  defineRoute({
    ...commandRoute,
    path: '/v1/custodians/:bank/terms',
    operationId: 'changeCustodianTerms',
    summary: 'Change the terms of a partner bank',
    description: 'Transfers under way keep the terms they were routed by.',
    tag,
    permission: 'custodian:manage',
    request: { params: bankParams, body: termsBody },
    responses: {
      200: { description: 'They were these before.', schema: bankResource },
      201: { description: 'Changed.', schema: bankResource },
    },
    problems: ['staff_only', 'partner_bank_unknown'],
    handle: async (request) => {
      requireStaff(request.principal);
      const terms = await parseTerms(http, request.tenantId, request.body);
      const how = await answer(http, request, terms);
      const command = { bank: request.params.bank, terms };
      return answerCommand(http.services, request, http.handlers.changePartnerBankTerms, command, how);
    },
  }),
];

const standingParts = { ...commandRoute, tag, permission: 'custodian:manage' } as const;
const standingAnswers = {
  200: { description: 'It had been so before.', schema: bankResource },
  201: { description: 'Done.', schema: bankResource },
};
const how = async (http: CustodianHttp, tenantId: string, code: string) =>
  answerFor(http, tenantId, await findOne(http, partnerBanksTable, { tenantId, id: code }));

/** Names our account at a bank. */
const nostroRoutes = (http: CustodianHttp): readonly Route[] => [
  defineRoute({
    ...standingParts,
    path: '/v1/custodians/:bank/nostros',
    operationId: 'assignNostro',
    summary: 'Name our account at a partner bank in an asset',
    description: 'The house account mirrors it, and daily reconciliation compares the two. It is named once.',
    request: { params: bankParams, body: z.strictObject(nostroFields) },
    responses: standingAnswers,
    problems: [
      'staff_only',
      'not_found',
      'partner_bank_unknown',
      'nostro_account_unfit',
      'nostro_exists_with_different_account',
    ],
    handle: async (request) => {
      requireStaff(request.principal);
      const { params, body, tenantId } = request;
      const command = { ...params, ...body };
      return answerCommand(
        http.services,
        request,
        http.handlers.assignNostro,
        command,
        await how(http, tenantId, params.bank),
      );
    },
  }),
];

/** Commands that leave the terms as they are. */
const standingRoutes = (http: CustodianHttp): readonly Route[] => [
  defineRoute({
    ...standingParts,
    path: '/v1/custodians/:bank/suspension',
    operationId: 'suspendCustodian',
    summary: 'Suspend a partner bank',
    description: 'Nothing new goes to it or by it; what is under way goes on.',
    request: { params: bankParams, body: z.strictObject({ reason: reasonCode }) },
    responses: standingAnswers,
    problems: ['staff_only', 'not_found', 'partner_bank_unknown'],
    handle: async (request) => {
      requireStaff(request.principal);
      const { params, body, tenantId } = request;
      const command = { ...params, ...body };
      return answerCommand(
        http.services,
        request,
        http.handlers.suspendPartnerBank,
        command,
        await how(http, tenantId, params.bank),
      );
    },
  }),
  defineRoute({
    ...standingParts,
    path: '/v1/custodians/:bank/resumption',
    operationId: 'resumeCustodian',
    summary: 'Use a suspended partner bank again',
    request: { params: bankParams },
    responses: standingAnswers,
    problems: ['staff_only', 'not_found', 'partner_bank_unknown'],
    handle: async (request) => {
      requireStaff(request.principal);
      const { params, tenantId } = request;
      return answerCommand(
        http.services,
        request,
        http.handlers.resumePartnerBank,
        params,
        await how(http, tenantId, params.bank),
      );
    },
  }),
];

const answerFor = async (http: CustodianHttp, tenantId: string, bank: PartnerBank) => {
  const amount = await amountWriter(http.assets, tenantId, assetsOf(bank));
  return { status: 201, show: (one: PartnerBank) => showBank(one, amount), problems: http.problems } as const;
};

const balancesRoute = (http: CustodianHttp): Route =>
  defineRoute({
    ...readRoute,
    path: '/v1/custodians/:bank/balances',
    operationId: 'getCustodianBalances',
    summary: 'Ask a partner bank what it holds for us',
    description: 'Asked of the bank itself, now. What our books say is the balance of the nostro accounts.',
    tag,
    permission: 'custodian:read',
    request: { params: bankParams },
    responses: { 200: { description: 'What the bank says.', schema: balances } },
    problems: ['staff_only', 'not_found', 'bank_not_reachable'],
    handle: async ({ principal, tenantId, params, signal }) => {
      requireStaff(principal);
      const { items, decimals } = await askBank(async () => {
        const { connector } = await http.gateway.reach(tenantId, params.bank);
        const held = await connector.balances(signal);
        const known = await Promise.all(held.map(({ asset }) => http.assets.get(tenantId, asset)));
        return {
          items: held,
          decimals: new Map(known.flatMap((facts) => (facts === undefined ? [] : [[facts.code, facts.decimals]]))),
        };
      });
      const shown = items.flatMap(({ iban, asset, amountMinor, asOf }) => {
        const scale = decimals.get(asset);
        // An asset that is not registered here cannot be booked here either.
        return scale === undefined
          ? []
          : [{ iban, balance: { amount: formatAmount(amountMinor, scale), asset }, asOf }];
      });
      return { status: 200, body: { items: shown } };
    },
  });

const healthRoute = (http: CustodianHttp): Route =>
  defineRoute({
    ...readRoute,
    path: '/v1/custodians/:bank/health',
    operationId: 'getCustodianHealth',
    summary: 'How calls to a partner bank are going',
    description:
      'Calls as this process sees them; the state of breakers and the days that are open are the same in all processes.',
    tag,
    permission: 'custodian:read',
    request: { params: bankParams },
    responses: { 200: { description: 'Its health.', schema: health } },
    problems: ['staff_only', 'not_found'],
    handle: async ({ principal, tenantId, params }) => {
      requireStaff(principal);
      const { terms } = await findOne(http, partnerBanksTable, { tenantId, id: params.bank });
      const days = await openBankDays(http.services, tenantId, params.bank);
      const openDays = days.map(({ entity, date, openedAt }) => ({ entity, date, openedAt }));
      return { status: 200, body: { bank: params.bank, ...bankHealth(http.callsOf(terms.connection)), openDays } };
    },
  });
