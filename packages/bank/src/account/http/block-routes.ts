import { requireStaff } from '@finaegis/platform/auth/access';
import { amountSchema, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { throwProblem } from '@finaegis/platform/http/problem';
import { type ApiAnswer, type ApiRequest, commandRoute, defineRoute, type Route } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountAt, amountWriter, parseAmountOfAnyLife } from '../../asset/contract.ts';
import { blockResource, blockTerms, blockToPlace, type LedgerAccount, showBlocks } from '../../ledger/contract.ts';
import { type AccountHttp, requireVisible } from './account-http.ts';
import { accountParams } from './account-resource.ts';

const tag = 'Accounts';
const commandParts = { ...commandRoute, tag } as const;

const block = blockResource.meta({
  id: 'CustomerAccountBlock',
  description: 'A rule that stops debits, credits or an amount. Of a lifted one only the id is kept.',
});

const blockBody = z
  .strictObject({
    blockId: uuid.optional().describe('Your own id, unique on the account; one is made when absent.'),
    ...blockTerms,
  })
  .meta({ id: 'CustomerAccountBlockRequest' });

const limitResource = z.object({ accountId: uuid, limit: amountSchema }).meta({ id: 'OverdraftLimit' });

/** Blocks and overdraft limits of customers' accounts. They live in the ledger, where money is decided. */
export const blockRoutes = (http: AccountHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/accounts/:accountId/blocks',
    operationId: 'placeAccountBlock',
    summary: 'Stop debits, credits or an amount of an account',
    permission: 'account:block',
    request: { params: accountParams, body: blockBody },
    responses: {
      200: { description: 'It had been placed before.', schema: block },
      201: { description: 'Placed.', schema: block },
    },
    problems: [
      'staff_only',
      'not_found',
      'account_unknown',
      'account_closed',
      'account_has_no_floor',
      'block_exists_with_different_terms',
    ],
    handle: (request) => withReplay(http.services, request, () => placeBlock(http, request)),
  }),
  defineRoute({
    method: 'GET',
    tag,
    rateClass: 'read',
    idempotency: 'none',
    path: '/v1/accounts/:accountId/blocks',
    operationId: 'listAccountBlocks',
    summary: 'List the blocks that stand on an account',
    permission: 'account:block',
    request: { params: accountParams },
    responses: {
      200: {
        description: 'Blocks, in the order they were placed.',
        schema: z.object({ items: z.array(block) }),
      },
    },
    problems: ['staff_only', 'not_found'],
    handle: async (request) => {
      // Why an account is blocked may be a secret before the customer: telling of a suspicion is an offence.
      requireStaff(request.principal);
      const { tenantId, params } = request;
      await requireVisible(http, request, params.accountId);
      const account = await http.ledger.reads.account(tenantId, params.accountId);
      if (account.status === 'unknown') return throwProblem('not_found');
      return { status: 200, body: { items: await showBlocks(http.assets, tenantId, account.blocks) } };
    },
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/accounts/:accountId/blocks/:blockId/lift',
    operationId: 'liftAccountBlock',
    summary: 'End a block of an account',
    permission: 'account:block',
    request: { params: z.strictObject({ accountId: uuid, blockId: uuid }) },
    responses: { 200: { description: 'Lifted.', schema: block } },
    problems: ['staff_only', 'not_found', 'account_unknown', 'block_unknown'],
    handle: async (request) => {
      requireStaff(request.principal);
      const { blockId, accountId } = request.params;
      await requireVisible(http, request, accountId);
      const how = { status: 200, show: () => ({ blockId, status: 'lifted' }), problems: http.problems } as const;
      return answerCommand(http.services, request, http.ledger.handlers.liftBlock, request.params, how);
    },
  }),
  overdraftRoute(http),
];

const placeBlock = async (
  http: AccountHttp,
  request: ApiRequest<z.output<typeof accountParams>, unknown, z.output<typeof blockBody>>,
): Promise<ApiAnswer> => {
  const { principal, tenantId, body, params } = request;
  requireStaff(principal);
  await requireVisible(http, request, params.accountId);
  const { blockId = http.services.newId(), ...terms } = body;
  const { command, show } = await blockToPlace(http.assets, tenantId, { ...params, blockId, ...terms });
  const how = { status: 201, show, problems: http.problems } as const;
  return answerCommand(http.services, request, http.ledger.handlers.placeBlock, command, how);
};

const overdraftRoute = (http: AccountHttp): Route =>
  defineRoute({
    ...commandParts,
    path: '/v1/accounts/:accountId/overdraft-limits',
    operationId: 'setAccountOverdraftLimit',
    summary: 'Set how far below zero an account may go',
    description:
      'Refused where the product allows no overdraft. Lowering it below what is used stops further debits and forces nothing.',
    permission: 'account:overdraft',
    request: { params: accountParams, body: z.strictObject({ limit: amountSchema.describe('Zero for none.') }) },
    responses: { 200: { description: 'Set.', schema: limitResource } },
    problems: ['staff_only', 'account_unknown', 'account_closed', 'account_has_no_floor', 'overdraft_not_of_product'],
    handle: (request) =>
      withReplay(http.services, request, async () => {
        const { principal, tenantId, body, params } = request;
        requireStaff(principal);
        const { asset } = body.limit;
        const { amountMinor: limitMinor } = await parseAmountOfAnyLife(http.assets, tenantId, body.limit, {
          field: amountAt('/body/limit'),
          isZeroAllowed: true,
        });
        const amount = await amountWriter(http.assets, tenantId, [asset]);
        const show = ({ accountId, overdraftLimits }: LedgerAccount): unknown => ({
          accountId,
          limit: amount(asset, overdraftLimits.get(asset) ?? 0n),
        });
        const command = { accountId: params.accountId, asset, limitMinor };
        const how = { status: 200, show, problems: http.problems } as const;
        return answerCommand(http.services, request, http.handlers.setOverdraftLimit, command, how);
      }),
  });
