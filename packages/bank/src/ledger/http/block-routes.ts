import { requireStaff } from '@finaegis/platform/auth/access';
import { amountSchema, uuid } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { throwProblem } from '@finaegis/platform/http/problem';
import { type ApiRequest, defineRoute, type Route } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, parseAssetAmount, type ShowAmount } from '../../asset/contract.ts';
import type { Block, LedgerAccount } from '../account/account.ts';
import { blockReasons } from '../terms.ts';
import { accountId, fieldProblem, ownId } from './fields.ts';
import { type LedgerHttp, withReplay } from './ledger-http.ts';
import { ledgerProblems } from './problems.ts';

const accountParams = z.strictObject({ accountId });
const blockParams = z.strictObject({ accountId, blockId: uuid });
const tag = 'Ledger accounts';
const readParts = { method: 'GET', tag, rateClass: 'read', idempotency: 'none' } as const;
const commandParts = {
  method: 'POST',
  tag,
  rateClass: 'write',
  idempotency: 'optional',
  supportsDryRun: true,
} as const;

const blockResource = z
  .object({
    blockId: uuid,
    status: z.enum(['standing', 'lifted']),
    kind: z.enum(['debit', 'credit', 'amount']).optional(),
    amount: amountSchema.optional(),
    reason: z.enum(blockReasons).optional(),
  })
  .meta({
    id: 'AccountBlock',
    description:
      'A rule that stops debits, credits or an amount; several may stand at once. Of a lifted one only the id is kept.',
  });

const blockBody = z
  .strictObject({
    id: ownId,
    kind: z.enum(['debit', 'credit', 'amount']),
    amount: amountSchema.optional().describe('Of blocks of an amount, and only of them.'),
    reason: z.enum(blockReasons),
  })
  .meta({ id: 'AccountBlockRequest' });

/** Rules that stop what an account may do. */
export const blockRoutes = (http: LedgerHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/ledger-accounts/:accountId/blocks',
    operationId: 'placeBlock',
    summary: 'Stop debits, credits or an amount',
    permission: 'ledger:block',
    request: { params: accountParams, body: blockBody },
    responses: {
      200: { description: 'It had been placed before.', schema: blockResource },
      201: { description: 'Placed.', schema: blockResource },
    },
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
      return answerCommand(http.services, request, http.handlers.liftBlock, request.params, {
        status: 200,
        show: () => ({ blockId, status: 'lifted' }),
        problems: ledgerProblems,
      });
    },
  }),
  defineRoute({
    ...readParts,
    path: '/v1/ledger-accounts/:accountId/blocks',
    operationId: 'listBlocks',
    summary: 'List the blocks that stand on an account',
    permission: 'ledger:block',
    request: { params: accountParams },
    responses: {
      200: {
        description: 'Blocks, in the order they were placed.',
        schema: z.object({ items: z.array(blockResource) }),
      },
    },
    problems: ['not_found', 'staff_only'],
    handle: async ({ principal, tenantId, params }) => {
      // Why an account is blocked may be a secret before the customer: telling of a suspicion is an offence.
      requireStaff(principal);
      const account = await http.reads.account(tenantId, params.accountId);
      if (account.status === 'unknown') return throwProblem('not_found');
      const amount = await amountWriter(
        http.assets,
        tenantId,
        account.blocks.flatMap(({ asset }) => asset ?? []),
      );
      return { status: 200, body: { items: account.blocks.map((block) => showBlock(block, amount)) } };
    },
  }),
];

const showBlock = ({ blockId, kind, asset, amountMinor, reason }: Block, amount: ShowAmount): unknown => ({
  blockId,
  status: 'standing',
  kind,
  ...(asset === undefined || amountMinor === undefined ? {} : { amount: amount(asset, amountMinor) }),
  reason,
});

const placeBlock = async (
  http: LedgerHttp,
  request: ApiRequest<z.output<typeof accountParams>, unknown, z.output<typeof blockBody>>,
) => {
  const { principal, tenantId, body, params } = request;
  requireStaff(principal);
  if ((body.kind === 'amount') !== (body.amount !== undefined))
    throw fieldProblem({
      field: '/body/amount',
      code: 'not_of_this_kind',
      message: 'must be given for blocks of an amount, and only for them',
    });
  const blocked =
    body.amount === undefined ? undefined : await parseAssetAmount(http.assets, tenantId, body.amount, '/body/amount');
  const blockId = body.id ?? http.services.newId();
  const amount = await amountWriter(http.assets, tenantId, blocked === undefined ? [] : [blocked.asset]);
  const show = ({ blocks }: LedgerAccount): unknown => {
    const block = blocks.find((standing) => standing.blockId === blockId);
    return block === undefined ? { blockId, status: 'lifted' } : showBlock(block, amount);
  };
  const command = { accountId: params.accountId, blockId, kind: body.kind, reason: body.reason, ...blocked };
  return answerCommand(http.services, request, http.handlers.placeBlock, command, {
    status: 201,
    show,
    problems: ledgerProblems,
  });
};
