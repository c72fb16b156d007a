import { amountSchema, instant, isoDate, signedAmountSchema, uuid } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { throwProblem } from '@finaegis/platform/http/problem';
import { type ApiRequest, type Route, defineRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { parseAssetAmount } from '../../asset/contract.ts';
import { type Block, type LedgerAccount } from '../account/account.ts';
import { availableOf, postedOf, spendableOf } from '../balance.ts';
import { blockReasons } from '../terms.ts';
import { type ShowAmount, accountId, day, exactly, fieldProblem, moment, ownId, readAnyAmount } from './fields.ts';
import { type LedgerHttp, requireStaff, requireVisible, withReplay } from './ledger-http.ts';
import { ledgerProblems } from './problems.ts';
import { amountWriter } from './show.ts';

const accountParams = z.strictObject({ accountId });
const blockParams = z.strictObject({ accountId, blockId: uuid });
const tag = 'Ledger accounts';
const readParts = { method: 'GET', tag, rateClass: 'read', idempotency: 'none' } as const;
const commandParts = { method: 'POST', tag, rateClass: 'write', idempotency: 'optional', supportsDryRun: true } as const;

const balanceResource = z
  .object({
    asset: z.string(),
    posted: signedAmountSchema.describe('In the normal side of the account; below zero it owes.'),
    available: signedAmountSchema.optional().describe('Posted, less what is held and blocked.'),
    spendable: signedAmountSchema.optional().describe('Available, and the overdraft limit.'),
    heldOut: amountSchema.optional(),
    blocked: amountSchema.optional(),
    overdraftLimit: amountSchema.optional(),
  })
  .meta({ id: 'Balance' });

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
    bookingDate: day.optional().describe('As they were at the end of this booking date.'),
    valueDate: day.optional().describe('All that counts for interest by the end of this date, whenever it was booked.'),
  })
  .refine((asked) => Object.values(asked).filter((one) => one !== undefined).length <= 1, 'must ask for one of at, bookingDate and valueDate');

const blockResource = z
  .object({ blockId: uuid, status: z.enum(['standing', 'lifted']), kind: z.enum(['debit', 'credit', 'amount']).optional(), amount: amountSchema.optional(), reason: z.enum(blockReasons).optional() })
  .meta({ id: 'AccountBlock', description: 'A rule that stops debits, credits or an amount; several may stand at once. Of a lifted one only the id is kept.' });

const blockBody = z.strictObject({ id: ownId, kind: z.enum(['debit', 'credit', 'amount']), amount: amountSchema.optional().describe('Of blocks of an amount, and only of them.'), reason: z.enum(blockReasons) }).meta({ id: 'AccountBlockRequest' });

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
    handle: (request) => getBalances(http, request),
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/ledger-accounts/:accountId/blocks',
    operationId: 'placeBlock',
    summary: 'Stop debits, credits or an amount',
    permission: 'ledger:block',
    request: { params: accountParams, body: blockBody },
    responses: { 200: { description: 'It had been placed before.', schema: blockResource }, 201: { description: 'Placed.', schema: blockResource } },
    problems: ['account_unknown', 'account_closed', 'block_exists_with_different_terms', 'staff_only'],
    handle: (request) => withReplay(http, request, () => placeBlock(http, request)),
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/ledger-accounts/:accountId/blocks/:blockId/lift',
    operationId: 'liftBlock',
    summary: 'End a block',
    permission: 'ledger:block',
    request: { params: blockParams },
    responses: { 200: { description: 'Lifted.', schema: blockResource } },
    problems: ['account_unknown', 'block_unknown', 'staff_only'],
    handle: (request) => {
      requireStaff(request.principal);
      const { blockId } = request.params;
      return answerCommand(http.services, request, http.handlers.liftBlock, request.params, { status: 200, show: () => ({ blockId, status: 'lifted' }), problems: ledgerProblems });
    },
  }),
  defineRoute({
    ...readParts,
    path: '/v1/ledger-accounts/:accountId/blocks',
    operationId: 'listBlocks',
    summary: 'List the blocks that stand on an account',
    permission: 'ledger:block',
    request: { params: accountParams },
    responses: { 200: { description: 'Blocks, in the order they were placed.', schema: z.object({ items: z.array(blockResource) }) } },
    problems: ['not_found', 'staff_only'],
    handle: async ({ principal, tenantId, params }) => {
      // Why an account is blocked may be a secret before the customer: telling of a suspicion is an offence.
      requireStaff(principal);
      const account = await http.reads.account(tenantId, params.accountId);
      if (account.status === 'unknown') return throwProblem('not_found');
      const amount = await amountWriter(http.assets, tenantId, account.blocks.flatMap(({ asset }) => asset ?? []));
      return { status: 200, body: { items: account.blocks.map((block) => showBlock(block, amount)) } };
    },
  }),
  limitRoute(http),
];

const getBalances = async (http: LedgerHttp, request: AccountRequest<unknown, z.output<typeof balancesQuery>>) => {
  const { tenantId, params, query } = request;
  const account = await requireVisible(http, request, params.accountId);
  const { at, bookingDate, valueDate } = query;
  if (at === undefined && bookingDate === undefined && valueDate === undefined) return currentBalances(http, request);
  const posted =
    at === undefined
      ? await http.reads.postedOn(tenantId, account, bookingDate === undefined ? { by: 'valueDate', date: valueDate ?? '' } : { by: 'bookingDate', date: bookingDate })
      : await http.reads.postedAt(tenantId, account, exactly(at));
  const amount = await amountWriter(http.assets, tenantId, posted.map(({ asset }) => asset));
  const asked = at === undefined ? query : { at: exactly(at) };
  return { status: 200, body: { account: account.accountId, ...asked, balances: posted.map(({ asset, postedMinor }) => ({ asset, posted: amount(asset, postedMinor) })) } };
};

const currentBalances = async ({ reads, assets }: LedgerHttp, { tenantId, params }: AccountRequest) => {
  const balances = await reads.balances(tenantId, params.accountId);
  const amount = await amountWriter(assets, tenantId, balances.map(({ asset }) => asset));
  const shown = balances.map((balance) => {
    const { asset, hasFloor, heldOutMinor, blockedMinor, overdraftLimitMinor } = balance;
    const posted = { asset, posted: amount(asset, postedOf(balance)) };
    // An account without a floor has nothing to hold back and no end of what it may spend.
    if (!hasFloor) return posted;
    const limits = { heldOut: amount(asset, heldOutMinor), blocked: amount(asset, blockedMinor), overdraftLimit: amount(asset, overdraftLimitMinor) };
    return { ...posted, available: amount(asset, availableOf(balance)), spendable: amount(asset, spendableOf(balance)), ...limits };
  });
  return { status: 200, body: { account: params.accountId, balances: shown } };
};

const showBlock = ({ blockId, kind, asset, amountMinor, reason }: Block, amount: ShowAmount): unknown => ({
  blockId,
  status: 'standing',
  kind,
  ...(asset === undefined || amountMinor === undefined ? {} : { amount: amount(asset, amountMinor) }),
  reason,
});

const placeBlock = async (http: LedgerHttp, request: AccountRequest<z.output<typeof blockBody>>) => {
  const { principal, tenantId, body, params } = request;
  requireStaff(principal);
  if ((body.kind === 'amount') !== (body.amount !== undefined)) throw fieldProblem({ field: '/body/amount', code: 'not_of_this_kind', message: 'must be given for blocks of an amount, and only for them' });
  const blocked = body.amount === undefined ? undefined : await parseAssetAmount(http.assets, tenantId, body.amount, '/body/amount');
  const blockId = body.id ?? http.services.newId();
  const amount = await amountWriter(http.assets, tenantId, blocked === undefined ? [] : [blocked.asset]);
  const show = ({ blocks }: LedgerAccount): unknown => {
    const block = blocks.find((standing) => standing.blockId === blockId);
    return block === undefined ? { blockId, status: 'lifted' } : showBlock(block, amount);
  };
  const command = { accountId: params.accountId, blockId, kind: body.kind, reason: body.reason, ...blocked };
  return answerCommand(http.services, request, http.handlers.placeBlock, command, { status: 201, show, problems: ledgerProblems });
};

const limitRoute = (http: LedgerHttp): Route =>
  defineRoute({
    ...commandParts,
    path: '/v1/ledger-accounts/:accountId/overdraft-limits',
    operationId: 'setOverdraftLimit',
    summary: 'Set how far below zero an account may go',
    description: 'Lowering it below what is used stops further debits and forces nothing.',
    permission: 'ledger:overdraft',
    request: { params: accountParams, body: z.strictObject({ limit: amountSchema.describe('Zero for none.') }) },
    responses: { 200: { description: 'Set.', schema: z.object({ account: z.string(), limit: amountSchema }) } },
    problems: ['account_unknown', 'account_closed', 'account_has_no_floor', 'staff_only'],
    handle: (request) =>
      withReplay(http, request, async () => {
        const { principal, tenantId, body, params } = request;
        requireStaff(principal);
        const { asset, amountMinor: limitMinor } = await readAnyAmount(http.assets, tenantId, body.limit, { field: '/body/limit', isZeroAllowed: true });
        const amount = await amountWriter(http.assets, tenantId, [asset]);
        const show = ({ accountId: account, overdraftLimits }: LedgerAccount): unknown => ({ account, limit: amount(asset, overdraftLimits.get(asset) ?? 0n) });
        return answerCommand(http.services, request, http.handlers.setOverdraftLimit, { accountId: params.accountId, asset, limitMinor }, { status: 200, show, problems: ledgerProblems });
      }),
  });
