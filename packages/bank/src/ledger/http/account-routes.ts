import { requireStaff } from '@finaegis/platform/auth/access';
import { amountSchema, instant, isoDate } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { ProblemError } from '@finaegis/platform/http/problem';
import { type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountAt, amountWriter, parseAmountOfAnyLife } from '../../asset/contract.ts';
import type { LedgerAccount } from '../account/account.ts';
import { bankDay } from '../entity-on-wire.ts';
import { balanceResource, showAccountNow, writerOf } from './balances-on-wire.ts';
import { accountId, exactly, moment } from './fields.ts';
import { type LedgerHttp, requireVisible } from './ledger-http.ts';
import { ledgerProblems } from './problems.ts';

const accountParams = z.strictObject({ accountId });
const tag = 'Ledger accounts';
const readParts = { ...readRoute, tag } as const;
const commandParts = { ...commandRoute, tag } as const;

const balancesAnswer = z
  .object({
    account: z.string(),
    at: instant.optional(),
    bookingDate: isoDate.optional(),
    valueDate: isoDate.optional(),
    balances: z.array(balanceResource).describe('By asset; holds and limits are known only of now.'),
  })
  .meta({ id: 'Balances' });

const balancesQuery = z
  .strictObject({
    at: moment.optional().describe('As they were at this instant.'),
    bookingDate: bankDay.optional().describe('As they were at the end of this booking date.'),
    valueDate: bankDay
      .optional()
      .describe('All that counts for interest by the end of this date, whenever it was booked.'),
  })
  .refine(
    (asked) => Object.values(asked).filter((one) => one !== undefined).length <= 1,
    'must ask for one of at, bookingDate and valueDate',
  );

type AccountRequest<Body = unknown, Query = unknown> = ApiRequest<z.output<typeof accountParams>, Query, Body>;

/** What the ledger itself knows of any account: balances, blocks, overdraft limits. */
export const accountRoutes = (http: LedgerHttp): readonly Route[] => [
  defineRoute({
    ...readParts,
    path: '/v1/ledger-accounts/:accountId/balances',
    operationId: 'getBalances',
    summary: 'Get balances, now or then',
    permission: 'ledger:read',
    request: { params: accountParams, query: balancesQuery },
    responses: { 200: { description: 'Balances.', schema: balancesAnswer } },
    problems: ['not_found'],
    isOfWholeLog: ({ query }) => isPast(query),
    handle: (request) => getBalances(http, request),
  }),
  limitRoute(http),
];

/** What is asked of now is read where it is decided; what is asked of then, from the history, which follows the log. */
const isPast = ({ at, bookingDate, valueDate }: z.output<typeof balancesQuery>): boolean =>
  at !== undefined || bookingDate !== undefined || valueDate !== undefined;

const getBalances = async (http: LedgerHttp, request: AccountRequest<unknown, z.output<typeof balancesQuery>>) => {
  const { tenantId, params, query } = request;
  const account = await requireVisible(http, request, params.accountId);
  const { at, bookingDate, valueDate } = query;
  if (!isPast(query)) return currentBalances(http, request);
  const posted =
    at === undefined
      ? await http.reads.postedOn(
          tenantId,
          account,
          bookingDate === undefined
            ? { by: 'valueDate', date: valueDate ?? '' }
            : { by: 'bookingDate', date: bookingDate },
        )
      : await http.reads.postedAt(tenantId, account, exactly(at));
  const amount = await amountWriter(
    http.assets,
    tenantId,
    posted.map(({ asset }) => asset),
  );
  const asked = at === undefined ? query : { at: exactly(at) };
  return {
    status: 200,
    body: {
      account: account.accountId,
      ...asked,
      balances: posted.map(({ asset, postedMinor }) => ({ asset, posted: amount(asset, postedMinor) })),
    },
  };
};

const currentBalances = async (http: LedgerHttp, { tenantId, params }: AccountRequest) => {
  const found = await http.reads.accountsNow(tenantId, [params.accountId]);
  const [now] = found;
  // It was visible a moment ago, and accounts are for ever.
  if (now === undefined) throw new Error(`The account ${params.accountId} has no row.`);
  return { status: 200, body: showAccountNow(now, await writerOf(http.assets, tenantId, found)) };
};

/** A customer's account was opened under terms that the ledger does not know; only the context that does may say how far below zero it goes. */
const requireNoProduct = async ({ directory }: LedgerHttp, tenantId: string, accountId: string): Promise<void> => {
  const facts = (await directory.accounts(tenantId, [accountId])).get(accountId);
  if (facts?.kind === 'customer') throw new ProblemError('account_under_product', { facts: { account: accountId } });
};

const limitRoute = (http: LedgerHttp): Route =>
  defineRoute({
    ...commandParts,
    path: '/v1/ledger-accounts/:accountId/overdraft-limits',
    operationId: 'setOverdraftLimit',
    summary: 'Set how far below zero an account may go',
    description:
      'For accounts of the house that have a floor. Lowering it below what is used stops further debits and forces nothing.',
    permission: 'ledger:overdraft',
    request: { params: accountParams, body: z.strictObject({ limit: amountSchema.describe('Zero for none.') }) },
    responses: { 200: { description: 'Set.', schema: z.object({ account: z.string(), limit: amountSchema }) } },
    problems: ['account_unknown', 'account_closed', 'account_has_no_floor', 'account_under_product', 'staff_only'],
    handle: (request) =>
      withReplay(http.services, request, async () => {
        const { principal, tenantId, body, params } = request;
        requireStaff(principal);
        await requireNoProduct(http, tenantId, params.accountId);
        const { asset, amountMinor: limitMinor } = await parseAmountOfAnyLife(http.assets, tenantId, body.limit, {
          field: amountAt('/body/limit'),
          isZeroAllowed: true,
        });
        const amount = await amountWriter(http.assets, tenantId, [asset]);
        const show = ({ accountId: account, overdraftLimits }: LedgerAccount): unknown => ({
          account,
          limit: amount(asset, overdraftLimits.get(asset) ?? 0n),
        });
        return answerCommand(
          http.services,
          request,
          http.handlers.setOverdraftLimit,
          { accountId: params.accountId, asset, limitMinor },
          { status: 200, show, problems: ledgerProblems },
        );
      }),
  });
